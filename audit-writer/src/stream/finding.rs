//! What a start finds of the keys, the log and the directory, for lines to tell.

use audit_log::line::{Lifecycle, MovedBody, RollbackBody};
use data_encoding::BASE64;

use super::OpenStream;
use super::aside::Aside;
use crate::keys::Signed;

/// So many names fit into one line with room to spare.
const NAMES_A_LINE: usize = 64;

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
    /// The log was found on another machine.
    Moved(Moved),
}

/// A log that another machine wrote so far.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) log_before: String,
    pub(super) machine_before: String,
}

/// All that a start tells behind its first line.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What was moved aside.
    pub(super) asides: Vec<Aside>,
    /// Lines that stand behind what is proved, from and to.
    pub(super) recovered: Option<(u64, u64)>,
    pub(super) findings: Vec<Finding>,
    /// Files that are not the log's.
    pub(super) strange: Vec<String>,
    /// Files that the log takes over, and what they take on the disk.
    pub(super) adopted: Vec<(String, u64)>,
    /// Files that were left half made, and are gone.
    pub(super) left_over: Vec<&'static str>,
}

impl OpenStream {
    pub(super) fn tell_findings(&mut self, found: Findings) {
        let Findings { asides, recovered, findings, strange, adopted, left_over } = found;
        if let Some((from_seq, to_seq)) = recovered {
            tracing::warn!(target: "audit_writer", from_seq, to_seq, "the audit log has lines that nothing proves");
            self.record(Lifecycle::Recovered { from_seq, to_seq });
        }
        self.tell_aside(asides);
        findings.into_iter().for_each(|finding| self.tell_finding(finding));
        for some in adopted.chunks(NAMES_A_LINE) {
            let segments: Vec<String> = some.iter().map(|(name, _)| name.clone()).collect();
            let bytes = some.iter().map(|(_, bytes)| bytes).sum();
            self.record(Lifecycle::Adopted { segments: &segments, bytes });
        }
        for segments in strange.chunks(NAMES_A_LINE) {
            tracing::warn!(target: "audit_writer", files = segments.len(), "files have names of the audit log's and are not its own");
            self.record(Lifecycle::Strange { segments });
        }
        for removed in left_over {
            self.record(Lifecycle::Cleanup { removed });
        }
    }

    /// Tells what was found of keys and log at the start.
    fn tell_finding(&mut self, finding: Finding) {
        match finding {
            Finding::Rekeyed { why } => {
                tracing::error!(target: "audit_writer", why, "the audit log has new keys: keep the new verifier key, too");
                self.record(Lifecycle::Rekeyed { why });
            }
            Finding::Moved(Moved { log_before, machine_before }) => {
                tracing::error!(target: "audit_writer", "the audit log was found on another machine: it goes on as another log, with new keys");
                let machine = self.machine.clone().unwrap_or_default();
                let (log_before, machine_before) = (&*log_before, &*machine_before);
                let body = MovedBody { log_before, machine_before, machine: &machine };
                self.record(Lifecycle::Moved(body));
            }
            Finding::Rollback { compared, signed, found_size } => {
                tracing::error!(target: "audit_writer", compared, "the audit log is not what was signed last");
                let Signed { size, root } = signed;
                let signed_root = BASE64.encode(&root);
                let body = RollbackBody { compared, signed_size: size, signed_root, found_size };
                self.record(Lifecycle::Rollback(body));
            }
        }
    }
}
