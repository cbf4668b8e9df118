//! Small files that are given on the command line: read with a bound, and no pipe or device waited for.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use audit_log::Shown;

/// A verifier key and a checkpoint have at most so many bytes.
pub(crate) const NOTE_BYTES_MAX: u64 = 4 * 1024;
/// A file of keys has at most so many.
pub(crate) const KEYS_BYTES_MAX: u64 = 64 * 1024;
/// A proof has at most so many.
pub(crate) const PROOF_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What a regular file holds.
///
/// # Errors
///
/// Says of which file, and why not.
pub(crate) fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, String> {
    let told = |why: &dyn std::fmt::Display| format!("{}: {why}", Shown(path));
    let what = fs::metadata(path).map_err(|error| told(&error))?;
    if !what.is_file() {
        return Err(told(&"it is not a regular file"));
    }
    let mut bytes = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "it is no file of a log")]
    let file = File::open(path).map_err(|error| told(&error))?;
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|error| told(&error))?;
    match bytes.len() as u64 <= bytes_max {
        true => Ok(bytes),
        false => Err(told(&format_args!("it has more than {bytes_max} bytes, which is too much"))),
    }
}

/// The text that a regular file holds.
///
/// # Errors
///
/// As for [`read`].
pub(crate) fn read_text(path: &Path, bytes_max: u64) -> Result<String, String> {
    let bytes = read(path, bytes_max)?;
    String::from_utf8(bytes).map_err(|_quotes_it| format!("{}: it is no text", Shown(path)))
}
