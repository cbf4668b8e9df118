//! The announcements of all segments, as `audit.keys` holds them.

use std::io::{self, BufReader};

use crate::name::Files;
use crate::reader::{LineError, next_line};
use crate::storage::ReadStorage;

/// What the `keys` file of a stream holds.
#[derive(Debug, Default)]
pub struct Announcements {
    /// The notes, in their order.
    pub notes: Vec<String>,
    /// How many bytes are whole lines.
    pub whole_bytes: u64,
}

/// Reads the `keys` file of a stream, up to the first line that is none.
///
/// # Errors
///
/// What the storage said.
pub fn announcements(storage: &dyn ReadStorage, files: &Files) -> io::Result<Announcements> {
    let file = match storage.read(files.keys) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Announcements::default());
        }
        other => other?,
    };
    let mut file = BufReader::new(file);
    let mut found = Announcements::default();
    while let Some(line) = next_line(&mut file) {
        let line = match line {
            Ok(line) => line,
            Err(LineError::Unreadable) => return Err(unreadable()),
            Err(_) => break,
        };
        let Ok(note) = serde_json::from_slice(&line) else { break };
        found.notes.push(note);
        found.whole_bytes += line.len() as u64 + 1;
    }
    Ok(found)
}

fn unreadable() -> io::Error {
    io::Error::other("a segment cannot be read on")
}
