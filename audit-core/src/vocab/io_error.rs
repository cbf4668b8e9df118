//! Kinds of I/O errors, for programs with the standard library.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use crate::value::{AuditReason, AuditValue, Type};
use crate::{Class, record::Encoder};

/// What kind of I/O error it was, and nothing of its text, which quotes.
///
/// Kinds that the standard library has not made stable are recorded as `other`. The type is there
/// with the feature `std` only.
///
/// ```
/// use audit_core::vocab::IoErrorKind;
/// let error = std::fs::read("/does/not/exist/hunter2").unwrap_err();
/// assert_eq!(IoErrorKind::of(&error), std::io::ErrorKind::NotFound.into());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IoErrorKind(std::io::ErrorKind);

impl IoErrorKind {
    /// The kind of an error.
    pub fn of(error: &std::io::Error) -> IoErrorKind {
        IoErrorKind(error.kind())
    }
}

impl From<std::io::ErrorKind> for IoErrorKind {
    fn from(kind: std::io::ErrorKind) -> IoErrorKind {
        IoErrorKind(kind)
    }
}

macro_rules! kinds {
    ($($kind:ident $label:literal,)*) => {
        impl IoErrorKind {
            const LABELS: &'static [&'static str] = &["other", $($label),*];

            /// The place of the kind's label; that of `other` where it has none.
            fn place(self) -> u16 {
                let label = match self.0 {
                    $(std::io::ErrorKind::$kind => $label,)*
                    _ => "other",
                };
                let place = (0..).zip(Self::LABELS).find(|(_, it)| **it == label);
                place.map_or(0, |(at, _)| at)
            }
        }

        #[cfg(test)]
        const KNOWN: &[std::io::ErrorKind] = &[$(std::io::ErrorKind::$kind),*];
    };
}

kinds! {
    NotFound "not_found",
    PermissionDenied "permission_denied",
    ConnectionRefused "connection_refused",
    ConnectionReset "connection_reset",
    HostUnreachable "host_unreachable",
    NetworkUnreachable "network_unreachable",
    ConnectionAborted "connection_aborted",
    NotConnected "not_connected",
    AddrInUse "addr_in_use",
    AddrNotAvailable "addr_not_available",
    NetworkDown "network_down",
    BrokenPipe "broken_pipe",
    AlreadyExists "already_exists",
    WouldBlock "would_block",
    NotADirectory "not_a_directory",
    IsADirectory "is_a_directory",
    DirectoryNotEmpty "directory_not_empty",
    ReadOnlyFilesystem "read_only_filesystem",
    StaleNetworkFileHandle "stale_network_file_handle",
    InvalidInput "invalid_input",
    InvalidData "invalid_data",
    TimedOut "timed_out",
    WriteZero "write_zero",
    StorageFull "storage_full",
    NotSeekable "not_seekable",
    QuotaExceeded "quota_exceeded",
    FileTooLarge "file_too_large",
    ResourceBusy "resource_busy",
    ExecutableFileBusy "executable_file_busy",
    Deadlock "deadlock",
    CrossesDevices "crosses_devices",
    TooManyLinks "too_many_links",
    InvalidFilename "invalid_filename",
    ArgumentListTooLong "argument_list_too_long",
    Interrupted "interrupted",
    Unsupported "unsupported",
    UnexpectedEof "unexpected_eof",
    OutOfMemory "out_of_memory",
}

// SAFETY: writes a label of this crate.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for IoErrorKind {
    const TYPE: Type = Type::Enum(IoErrorKind::LABELS);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u16(self.place());
    }
}

// SAFETY: its values are labels.
#[diagnostic::do_not_recommend]
unsafe impl AuditReason for IoErrorKind {}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::{IoErrorKind, KNOWN};
    use crate::vocab::ErrorCode;

    fn label(kind: ErrorKind) -> &'static str {
        IoErrorKind::LABELS[usize::from(IoErrorKind(kind).place())]
    }

    #[test]
    fn a_kind_is_labelled_as_the_standard_library_spells_it() {
        for kind in KNOWN {
            let spelled = format!("{kind:?}");
            assert_eq!(label(*kind).replace('_', ""), spelled.to_lowercase());
            let words = spelled.matches(char::is_uppercase).count();
            assert_eq!(label(*kind).split('_').count(), words, "{spelled}");
        }
    }

    #[test]
    fn the_rest_is_other() {
        assert_eq!(label(ErrorKind::Other), "other");
        let looped = Error::from_raw_os_error(40); // ELOOP, whose kind is not stable.
        assert_eq!(IoErrorKind::of(&looped).place(), 0);
    }

    #[test]
    fn nothing_of_an_errors_text_is_kept() {
        let error = Error::other("cannot log in with hunter2");
        assert_eq!(ErrorCode::of_io(&error), None);
        assert_eq!(format!("{:?}", IoErrorKind::of(&error)), "IoErrorKind(Other)");
        assert_eq!(ErrorCode::of_io(&Error::from_raw_os_error(13)), Some(ErrorCode::new(13)));
    }
}
