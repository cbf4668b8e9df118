//! Why a log could not be read.

use std::io;
use std::path::PathBuf;

use crate::line::FORMAT_VERSION;
use crate::shown::Shown;

/// Why a log could not be read.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

#[derive(Debug)]
pub(crate) enum ErrorKind {
    /// Others could replace the log's files.
    OthersCanWrite { path: PathBuf, mode: u32, keeps_modes: bool },
    /// A file of the log is not what the writer made.
    Foreign(NotOurs),
    /// What a log should be verified against is no checkpoint.
    NoAnchor,
    /// A segment is of a version of the format that is not known.
    Version { segment: String },
    /// Segments were pruned faster than they were read.
    Pruned,
    /// A line of the log cannot be proved.
    NoProof { seq: u64, why: &'static str },
    /// The system refused something.
    Io { doing: &'static str, what: PathBuf, source: io::Error },
}

impl Error {
    /// Whether another user could have made or changed the directory or a file in it.
    pub fn is_insecure_location(&self) -> bool {
        matches!(*self.0, ErrorKind::OthersCanWrite { .. } | ErrorKind::Foreign(_))
    }

    /// Whether a line cannot be proved because of the log, and not because the system refused.
    pub fn is_unprovable(&self) -> bool {
        matches!(*self.0, ErrorKind::NoProof { .. })
    }

    /// What the system said, if it was the system that refused.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match &*self.0 {
            ErrorKind::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }

    /// Makes an error of what a storage said, with what was being done and to what.
    #[doc(hidden)]
    pub fn io(doing: &'static str, what: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let what = what.into();
        move |source| match source.downcast::<NotOurs>() {
            Ok(found) => ErrorKind::Foreign(found).into(),
            Err(source) => ErrorKind::Io { doing, what, source }.into(),
        }
    }
}

/// In the place of a file of the log there is something else. A
/// [`ReadStorage`](crate::storage::ReadStorage) wraps it into the `io::Error` of the call that
/// found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotOurs {
    /// The file's name.
    pub name: String,
    /// What is there, such as "a symbolic link".
    pub what: &'static str,
}

impl std::fmt::Display for NotOurs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}, not a file that this log made", self.name, self.what)
    }
}

impl std::error::Error for NotOurs {}

impl From<NotOurs> for io::Error {
    fn from(it: NotOurs) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidInput, it)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(kind))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            ErrorKind::OthersCanWrite { path, mode, keeps_modes: false } => write!(
                f,
                "others can write to {} (mode {mode:04o}), so a log there could be replaced, and its file system keeps no modes: mount it with `umask=077`",
                Shown(path)
            ),
            ErrorKind::OthersCanWrite { path, mode, keeps_modes: true } => write!(
                f,
                "others can write to {} (mode {mode:04o}), so a log there could be replaced; run `chmod go-w` on it",
                Shown(path)
            ),
            ErrorKind::Foreign(found) => {
                write!(f, "{found}; look who put it there, and move it away")
            }
            ErrorKind::NoAnchor => f.write_str(
                "the anchor is no checkpoint; it should be a copy of the log's file audit.checkpoint",
            ),
            ErrorKind::Version { segment } => write!(
                f,
                "{segment} is not of format version {FORMAT_VERSION}, which is all that this release reads; use a later one"
            ),
            ErrorKind::Pruned => f.write_str(
                "the log's segments are pruned before they can be read; try again, or verify a copy",
            ),
            ErrorKind::NoProof { seq, why } => write!(f, "line {seq} cannot be proved: {why}"),
            ErrorKind::Io { doing, what, source: _ } => {
                write!(f, "could not {doing} {}", Shown(what))
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            ErrorKind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
