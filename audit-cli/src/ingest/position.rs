//! What is kept beside the log for going on after a stop: a key, and the position.
//!
//! The log itself is the memory of what is recorded. The position says where to read on; what is
//! read again from there is known by the lines of the log that came after it.
#![expect(clippy::disallowed_methods, reason = "files of this command's own, beside the log")]

use std::collections::{HashMap, HashSet};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use audit_ingest::{Action, FileId, Id, Kind, Log, Position};
use audit_log::Shown;
use audit_log::reader::{Json, Line};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::Failure;

/// The folder in the log's directory.
const FOLDER: &str = "ingest";
const KEY: &str = "key";
const POSITION: &str = "position.json";
const VERSION: u64 = 1;
/// What is no action of a line, but that lines are missing, is this part of its place.
pub(crate) const MISSING_PART: u8 = u8::MAX;

/// The key of hashes of first lines: without it they say nothing of what a line holds.
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn hash(&self, line: &[u8]) -> u64 {
        // A key of any length is taken.
        let Ok(mut hash) = Hmac::<Sha256>::new_from_slice(&self.0) else { return 0 };
        hash.update(line);
        let hash = hash.finalize().into_bytes();
        hash.iter().take(8).fold(0, |all, byte| (all << 8) | u64::from(*byte))
    }
}

/// The folder, and what is in it.
pub(crate) struct Kept {
    folder: PathBuf,
    pub(crate) key: Key,
}

/// A position, and how many of the first imported events of the log do not come again from there.
pub(crate) struct Stop {
    pub(crate) position: Position,
    pub(crate) imported: u64,
    /// When it was kept, in nanoseconds since 1970.
    pub(crate) kept_ns: i64,
    /// What else is known of where to go on, of each log.
    pub(crate) anchors: [Anchor; 2],
}

/// What a file is known by in which reading stopped, beside its first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// What it was called.
    pub(crate) file: String,
    /// A keyed hash of the last bytes before that place.
    pub(crate) hash: Option<u64>,
    /// When the last line before it was written, in milliseconds since 1970.
    pub(crate) time: Option<i64>,
}

impl Stop {
    pub(crate) fn anchor(&self, log: Log) -> Anchor {
        let [access, app] = &self.anchors;
        match log {
            Log::Access => access.clone(),
            Log::App => app.clone(),
        }
    }

    /// The places of both logs, and what they are known by.
    pub(crate) fn places(&self) -> [Option<((FileId, u64), Anchor)>; 2] {
        [Log::Access, Log::App].map(|log| Some((self.position.begin(log), self.anchor(log))))
    }
}

impl Anchor {
    fn as_json(&self) -> Value {
        json!({ "file": self.file, "hash": self.hash, "time": self.time })
    }

    /// What older versions did not keep is not known.
    fn parse(json: Option<&Value>) -> Anchor {
        let get = |key| json.and_then(|it| it.get(key));
        Anchor {
            file: get("file").and_then(Value::as_str).unwrap_or("a file").to_owned(),
            hash: get("hash").and_then(Value::as_u64),
            time: get("time").and_then(Value::as_i64),
        }
    }
}

impl Kept {
    /// Opens the folder in the log's directory, or makes it. The caller has the log's lock.
    ///
    /// # Errors
    ///
    /// Says what could not be read or written.
    pub(crate) fn of_log(dir: &Path) -> Result<Kept, Failure> {
        let folder = dir.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let path = folder.join(KEY);
        let key = match File::open(&path) {
            Ok(mut file) => {
                let mut key = [0; 32];
                let read = file.read_exact(&mut key);
                read.map_err(|error| format!("{}: {error}", Shown(&path)))?;
                key
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; 32];
                getrandom::fill(&mut key).map_err(|error| format!("no random key: {error}"))?;
                replace(&folder, KEY, &key)?;
                key
            }
            Err(error) => return Err(format!("{}: {error}", Shown(&path)).into()),
        };
        Ok(Kept { folder, key: Key(key) })
    }

    /// The position, if one was kept.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(crate) fn stop(&self) -> Result<Option<Stop>, Failure> {
        let path = self.folder.join(POSITION);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", Shown(&path)).into()),
        };
        let stop = parse(&text).ok_or_else(|| {
            let why = "it is no position, or of another version; without it all is read again, and";
            format!("{}: {why} what is recorded already is skipped", Shown(&path))
        })?;
        Ok(Some(stop))
    }

    /// Keeps a position. All that was told before is durable.
    ///
    /// # Errors
    ///
    /// It could not be written.
    pub(crate) fn keep(&self, stop: &Stop) -> Result<(), Failure> {
        let Stop { position, imported, kept_ns, anchors } = stop;
        let text = json!({
            "version": VERSION, "imported": imported, "position": position,
            "kept_ns": kept_ns, "stopped_in": anchors.each_ref().map(Anchor::as_json),
        });
        Ok(replace(&self.folder, POSITION, text.to_string().as_bytes())?)
    }
}

fn parse(text: &[u8]) -> Option<Stop> {
    let mut json: Value = serde_json::from_slice(text).ok()?;
    if json.get("version")?.as_u64()? != VERSION {
        return None;
    }
    let imported = json.get("imported")?.as_u64()?;
    let position = serde_json::from_value(json.get_mut("position")?.take()).ok()?;
    let kept_ns = json.get("kept_ns").and_then(Value::as_i64).unwrap_or(i64::MAX);
    let anchors = [0, 1].map(|at| Anchor::parse(json.get("stopped_in").and_then(|it| it.get(at))));
    Some(Stop { position, imported, kept_ns, anchors })
}

/// Writes a file as a whole: whoever reads it sees the old one or the new one.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// How a line of the log names the file of an action.
pub(crate) fn text_of(file: FileId) -> String {
    let FileId { device, inode, generation } = file;
    format!("{device:x}:{inode:x}:{generation:016x}")
}

fn file_of(text: &str) -> Option<FileId> {
    let mut parts = text.split(':').map(|it| u64::from_str_radix(it, 16).ok());
    let mut next = || parts.next().flatten();
    Some(FileId { device: next()?, inode: next()?, generation: next()? })
}

/// What a line of the log tells of: file, offset, part; and when that was, in milliseconds since
/// 1970: what is at the same place of another file, which is taken for that one, is something else.
/// The begin of a connection has no time here: it is told as exactly as was known.
type Told = (FileId, u64, u8, i64);

/// What the log has already.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Those that may come again.
    told: HashSet<Told>,
    /// How many imported events came before the first of them.
    before: u64,
    /// Imported events, in all.
    imported: u64,
    /// Device and inode of the files that they are of, by mark.
    files: HashMap<u64, (u64, u64)>,
}

impl Recorded {
    /// Reads the log once. What came before the position is not told again, so of that nothing
    /// has to be remembered.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub(crate) fn of_log(dir: &Path, stop: Option<&Stop>) -> Result<Recorded, Failure> {
        let before = stop.map_or(0, |it| it.imported);
        let mut recorded = Recorded { before, ..Recorded::default() };
        for (at, (_, line)) in audit_log::Log::open(dir)?.lines()?.enumerate() {
            let Ok(line) = line else { continue };
            // A log whose first lines are gone does not begin to count where the position did.
            if at == 0 && line.seq > 1 {
                recorded.before = 0;
            }
            let Some(told) = told_by(&line) else { continue };
            recorded.imported += 1;
            let FileId { device, inode, generation } = told.0;
            recorded.files.insert(generation, (device, inode));
            if recorded.imported > recorded.before {
                recorded.told.insert(told);
            }
        }
        Ok(recorded)
    }

    /// Device and inode that each file had when it was recorded, by its mark.
    pub(crate) fn files(&self) -> &HashMap<u64, (u64, u64)> {
        &self.files
    }

    /// Whether it is recorded already; it is asked once for each time that it is read.
    pub(crate) fn had(&mut self, action: &Action) -> bool {
        let Id { origin, part } = action.id;
        let at = match action.kind {
            Kind::SessionStart => 0,
            _ => action.occurred.millis(),
        };
        self.told.remove(&(origin.file, origin.offset, part, at))
    }

    /// The same of a stretch of lines that is missing.
    pub(crate) fn had_missing(&mut self, file: FileId, offset: u64, at: i64) -> bool {
        self.told.remove(&(file, offset, MISSING_PART, at))
    }

    pub(crate) fn add(&mut self) {
        self.imported += 1;
    }

    /// How many events need not be remembered by whoever goes on from here. As long as some are yet
    /// to come again, those that were recorded since are remembered with them.
    pub(crate) fn settled(&self) -> u64 {
        match self.told.is_empty() {
            true => self.imported,
            false => self.before,
        }
    }
}

fn told_by(line: &Line) -> Option<Told> {
    let origin = line.get("origin")?;
    let file = file_of(origin.get("file_id")?.as_str()?)?;
    let part = u8::try_from(origin.get("part")?.as_u64()?).ok()?;
    let is_begin = line.get("action").and_then(Json::as_str) == Some("session_start");
    let occurred = || line.get("occurred")?.as_str()?.parse::<Timestamp>().ok();
    let at = occurred().filter(|_| !is_begin).map_or(0, Timestamp::as_millisecond);
    Some((file, origin.get("offset")?.as_u64()?, part, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_so_that_it_is_found_again() {
        let file = FileId { device: 0xfd01, inode: u64::MAX, generation: 7 };
        assert_eq!(file_of(&text_of(file)), Some(file));
        assert_eq!(file_of("1:2"), None);
        assert_eq!(file_of("x:1:2"), None);
    }
}
