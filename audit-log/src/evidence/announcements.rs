//! The announcements of all segments, as `audit.keys` holds them, one after the other.

use std::io::{self, BufRead, BufReader, Read, SeekFrom};

use super::note::NOTE_BYTES_MAX;
use crate::name::Files;
use crate::storage::{ReadSeek, ReadStorage};

/// A line of the file has at most so many bytes: a note, as a string in JSON.
const LINE_BYTES_MAX: u64 = 8 * 1024;

/// The notes in the `keys` file of a stream, in their order, up to the first line that is none.
///
/// The file only grows: where there is no further note now, there may be one later.
pub struct Notes<'a> {
    storage: &'a dyn ReadStorage,
    name: &'static str,
    file: Option<BufReader<Box<dyn ReadSeek>>>,
    whole_bytes: u64,
}

impl<'a> Notes<'a> {
    /// Those of a stream, from the beginning of its file.
    pub fn of(storage: &'a dyn ReadStorage, files: &Files) -> Notes<'a> {
        Notes { storage, name: files.keys, file: None, whole_bytes: 0 }
    }

    /// How many bytes the notes so far are, with their newlines.
    pub fn whole_bytes(&self) -> u64 {
        self.whole_bytes
    }

    /// The next one, if it is there yet. A file that is not there has none.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub fn next_note(&mut self) -> io::Result<Option<String>> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => match self.open() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                other => other?,
            },
        };
        let mut line = Vec::new();
        file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        let note = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok());
        let Some(note) = note.filter(|note: &String| note.len() <= NOTE_BYTES_MAX) else {
            return Ok(None); // It is read again the next time: it may be half of one now.
        };
        self.whole_bytes += line.len() as u64;
        self.file = Some(file);
        Ok(Some(note))
    }

    fn open(&self) -> io::Result<BufReader<Box<dyn ReadSeek>>> {
        let mut file = self.storage.read(self.name)?;
        file.seek(SeekFrom::Start(self.whole_bytes))?;
        Ok(BufReader::new(file))
    }
}

impl std::fmt::Debug for Notes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notes").field("whole_bytes", &self.whole_bytes).finish_non_exhaustive()
    }
}

/// What the `keys` file of a stream ends with.
#[derive(Debug, Default)]
pub struct Announcements {
    /// The last note.
    pub last: Option<String>,
    /// How many bytes are whole lines.
    pub whole_bytes: u64,
}

/// Reads the `keys` file of a stream, up to the first line that is none.
///
/// # Errors
///
/// What the storage said.
pub fn announcements(storage: &dyn ReadStorage, files: &Files) -> io::Result<Announcements> {
    let mut notes = Notes::of(storage, files);
    let mut last = None;
    while let Some(note) = notes.next_note()? {
        last = Some(note);
    }
    Ok(Announcements { last, whole_bytes: notes.whole_bytes() })
}
