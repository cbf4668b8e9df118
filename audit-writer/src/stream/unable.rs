//! What the system refuses to a stream that can be written.

use std::io;

use audit_log::line::FaultBody;
use audit_log::time::Rfc3339;

use crate::clock::Stamp;
use crate::segment::active::error_code;

/// How long it is until what was refused is tried again.
const AGAIN_NS: u64 = 1_000_000_000;

/// What is refused at present.
#[derive(Debug, Default)]
pub(super) struct Unable {
    rotate: Option<Refused>,
    sign: Option<Refused>,
}

/// Something that the system refused.
#[derive(Debug)]
struct Refused {
    doing: &'static str,
    error: String,
    at: Rfc3339,
    again_up_ns: u64,
    is_told: bool,
}

impl Unable {
    /// Whether rotating was refused a moment ago.
    pub(super) fn waits_to_rotate(&self, now: Stamp) -> bool {
        self.rotate.as_ref().is_some_and(|refused| now.up_ns < refused.again_up_ns)
    }

    pub(super) fn rotated(&mut self, tried: Result<(), &io::Error>, now: Stamp) {
        note(&mut self.rotate, "rotate", tried, now);
    }

    pub(super) fn signed(&mut self, tried: Result<(), &io::Error>, now: Stamp) {
        note(&mut self.sign, "sign", tried, now);
    }

    pub(super) fn rotates(&self) -> bool {
        self.rotate.is_none()
    }

    pub(super) fn signs(&self) -> bool {
        self.sign.is_none()
    }

    /// What is refused and was not told; it counts as told then.
    pub(super) fn untold(&mut self, unsynced_from: u64) -> Vec<FaultBody> {
        let refused = [&mut self.rotate, &mut self.sign].into_iter().flatten();
        let untold = refused.filter(|refused| !refused.is_told);
        let told = untold.map(|refused| {
            refused.is_told = true;
            let Refused { doing, error, at, .. } = &*refused;
            FaultBody { doing, error: error.clone(), at: *at, unsynced_from }
        });
        told.collect()
    }
}

/// Takes in whether something was refused.
fn note(
    refused: &mut Option<Refused>,
    doing: &'static str,
    tried: Result<(), &io::Error>,
    now: Stamp,
) {
    let Err(error) = tried else {
        *refused = None;
        return;
    };
    tracing::error!(target: "audit_writer", doing, %error, "the audit log goes on, but this is refused; it will be tried again");
    let new = || Refused {
        doing,
        error: error_code(error),
        at: now.rfc3339(),
        again_up_ns: 0,
        is_told: false,
    };
    refused.get_or_insert_with(new).again_up_ns = now.up_ns.saturating_add(AGAIN_NS);
}
