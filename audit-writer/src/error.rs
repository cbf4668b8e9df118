//! Why a log could not be opened or closed.

use std::io;
use std::path::PathBuf;

use audit_log::Shown;

/// Why a log could not be opened or written.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

#[derive(Debug)]
pub(crate) enum ErrorKind {
    /// Another process, or another writer of this one, has the directory.
    Locked { dir: PathBuf, pid: Option<u32> },
    /// Others could read the keys.
    OthersCanRead { path: PathBuf, mode: u32, keeps_modes: bool },
    /// A recorder is installed already.
    Installed,
    /// The configuration cannot work.
    Config(&'static str),
    /// Two of the lists of events disagree about the type of a field.
    Clash(audit_core::schema::TypeClash),
    /// The files could not be read, or the system refused something.
    Log(audit_log::Error),
}

impl Error {
    /// Whether another process, or another writer of this one, has the directory.
    pub fn is_locked(&self) -> bool {
        matches!(*self.0, ErrorKind::Locked { .. })
    }

    /// The process that has the directory, where that is known.
    pub fn locked_by(&self) -> Option<u32> {
        match *self.0 {
            ErrorKind::Locked { pid, .. } => pid,
            _ => None,
        }
    }

    /// Whether another user could have made, changed or read the directory or a file in it.
    pub fn is_insecure_location(&self) -> bool {
        match &*self.0 {
            ErrorKind::OthersCanRead { .. } => true,
            ErrorKind::Log(error) => error.is_insecure_location(),
            _ => false,
        }
    }

    /// What the system said, if it was the system that refused.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match &*self.0 {
            ErrorKind::Log(error) => error.io_kind(),
            _ => None,
        }
    }

    pub(crate) fn io(
        doing: &'static str,
        what: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Error {
        let of_log = audit_log::Error::io(doing, what);
        move |source| of_log(source).into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(kind))
    }
}

impl From<audit_log::Error> for Error {
    fn from(error: audit_log::Error) -> Error {
        ErrorKind::Log(error).into()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            ErrorKind::Locked { dir, pid: Some(pid) } => write!(
                f,
                "the audit log in {} is in use by process {pid}; stop it, or use a directory of your own",
                Shown(dir)
            ),
            ErrorKind::Locked { dir, pid: None } => write!(
                f,
                "the audit log in {} is in use by another process; stop it, or use a directory of your own",
                Shown(dir)
            ),
            ErrorKind::OthersCanRead { path, mode, keeps_modes: false } => write!(
                f,
                "others can read {} (mode {mode:04o}), where the keys are, and its file system keeps no modes: mount it with `umask=077`, and treat the keys as compromised",
                Shown(path)
            ),
            ErrorKind::OthersCanRead { path, mode, keeps_modes: true } => write!(
                f,
                "others can read {} (mode {mode:04o}), where the keys are; run `chmod 0700` on it, and treat the keys as compromised",
                Shown(path)
            ),
            ErrorKind::Installed => {
                f.write_str("an audit recorder is installed already, and can be only once")
            }
            ErrorKind::Config(why) => f.write_str(why),
            ErrorKind::Clash(clash) => write!(f, "{clash}; give one of the two another name"),
            ErrorKind::Log(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            ErrorKind::Log(error) => error.source(),
            _ => None,
        }
    }
}
