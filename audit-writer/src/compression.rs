//! Whether rotated segments are compressed.

/// What becomes of a segment that is rotated.
///
/// Compressing takes place on a thread of its own, one segment at a time. The compressed segment is
/// read back and compared before the other one goes, and a line of the log says so first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Compression {
    /// It stays as it is.
    #[default]
    None,
    /// It is compressed with gzip (RFC 1952), which leaves a fifth of a small segment, and less of a
    /// large one. Its name ends in `.jsonl.gz` then.
    Gzip,
}

impl Compression {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
        }
    }
}
