//! Who writes the log: what its headers say of the machine and of the program.

use audit_log::line::Program;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// What a log's headers say of the machine and of the program that writes it.
///
/// ```
/// use audit_writer::Identity;
///
/// let identity = Identity::of_system().program(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
/// # let _ = identity;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    host: String,
    machine_id: String,
    program: Option<Program>,
}

impl Identity {
    /// Nothing is known.
    pub fn unknown() -> Identity {
        Identity::default()
    }

    /// As the system says: its host name, the id in `/etc/machine-id`, and the name of the
    /// program's file, without a version.
    pub fn of_system() -> Identity {
        let machine_id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        let file = std::env::current_exe().ok();
        let name = file.as_deref().and_then(std::path::Path::file_stem);
        Identity {
            host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            machine_id: machine_id.trim().to_owned(),
            program: name
                .map(|name| Program { name: cut(&name.to_string_lossy()), version: String::new() }),
        }
    }

    /// With this host name, of at most 255 bytes.
    #[must_use]
    pub fn host(mut self, name: &str) -> Identity {
        self.host = cut(name);
        self
    }

    /// With this id of the machine, which no other has. It stays out of the log: a hash of it and of
    /// the log's id is recorded, which tells two machines apart.
    #[must_use]
    pub fn machine_id(mut self, id: &str) -> Identity {
        self.machine_id = id.to_owned();
        self
    }

    /// With this name and version of the program, of at most 255 bytes each.
    #[must_use]
    pub fn program(mut self, name: &str, version: &str) -> Identity {
        self.program = Some(Program { name: cut(name), version: cut(version) });
        self
    }

    pub(crate) fn host_name(&self) -> &str {
        &self.host
    }

    pub(crate) fn program_name(&self) -> Option<&Program> {
        self.program.as_ref()
    }

    /// What tells this machine from others in the log with this id; `None` if nothing does.
    pub(crate) fn machine(&self, log: &str) -> Option<String> {
        if self.machine_id.is_empty() {
            return None;
        }
        let hash = Sha256::new()
            .chain_update("audit-log machine\0")
            .chain_update(&self.machine_id)
            .chain_update("\0")
            .chain_update(log)
            .finalize();
        hash.get(..8).map(|short| HEXLOWER.encode(short))
    }
}

/// The first 255 bytes: the longest host name that there is.
fn cut(text: &str) -> String {
    const BYTES_MAX: usize = 255;
    let end = (0..=BYTES_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_another_in_each_log_and_its_id_is_not_shown() {
        let one = Identity::unknown().machine_id("one");
        let two = Identity::unknown().machine_id("two");
        assert_eq!(one.machine("log"), one.machine("log"));
        assert_eq!(one.machine("log").map(|it| it.len()), Some(16));
        assert_ne!(one.machine("log"), two.machine("log"));
        assert_ne!(one.machine("log"), one.machine("other"));
        assert_eq!(Identity::unknown().machine("log"), None);
    }

    #[test]
    fn names_are_bounded() {
        let name = format!("{}é", "x".repeat(254));
        assert_eq!(Identity::unknown().host(&name).host_name(), "x".repeat(254));
    }

    #[test]
    fn the_system_has_a_name() {
        assert!(!Identity::of_system().host_name().is_empty());
    }
}
