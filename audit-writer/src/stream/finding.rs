//! What a start finds wrong with the keys and the log, for a line to report.

use crate::keys::Signed;

/// What was found of the keys and the log at a start, for a line to tell.
#[derive(Debug)]
pub(super) enum Finding {
    /// The log is not what was signed last.
    Rollback {
        compared: &'static str,
        signed: Signed,
        found_size: u64,
    },
    Rekeyed {
        why: &'static str,
    },
}
