//! Why events were lost, as gap lines count it.

use serde::Serialize;

/// Why events were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The channel was full for longer than an event may wait.
    Full,
    /// `emit_or_count` met a recorder that refused: full, too large, closed.
    Refused,
    /// `emit_or_count` met no recorder, before the writer was installed.
    NoRecorder,
    /// A record could not be spelled out, which is a defect.
    Malformed,
}

/// Lost events by reason; what is zero is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reasons {
    #[serde(skip_serializing_if = "is_zero")]
    full: u64,
    #[serde(skip_serializing_if = "is_zero")]
    refused: u64,
    #[serde(skip_serializing_if = "is_zero")]
    no_recorder: u64,
    #[serde(skip_serializing_if = "is_zero")]
    malformed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Reasons {
    /// The count of one reason.
    pub fn of(&mut self, why: Loss) -> &mut u64 {
        match why {
            Loss::Full => &mut self.full,
            Loss::Refused => &mut self.refused,
            Loss::NoRecorder => &mut self.no_recorder,
            Loss::Malformed => &mut self.malformed,
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        let Reasons { full, refused, no_recorder, malformed } = *self;
        full + refused + no_recorder + malformed
    }
}
