//! The files of one log, in the order of reading: rotated ones and the one that grows.
//!
//! A file is known by its device, its inode and a keyed hash of its first line, whatever it is called
//! by now. While following, a file that was renamed is read to its end before the next one; of one
//! that was copied and truncated the copy is read on, as the file that it is a copy of. So is one that
//! was compressed since it was read. What is not there any more is told.

mod begin;
mod rotation;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use audit_ingest::{FileId, Log};

use super::family::{Family, Member};
use super::missing::{Missing, Why};
use super::opened::{Opened, is_damaged};
use super::places::{Place, is_missing, name_of, told};
use super::position::Key;

pub(crate) use begin::{Begin, Since};

/// So many of the files that were opened are remembered.
const OPENED_MAX: usize = 1024;
/// So much of what was read last is kept, to know it again and to tell its time.
const TAIL_MAX: usize = 4096;
/// Of that so much must still be there while a file is read on.
pub(crate) const SAME_BYTES: usize = 64;

/// What comes next, and as which file.
#[derive(Clone, Debug)]
struct Next {
    place: Place,
    /// The file that it is a copy of, and from where it is read.
    copy_of: Option<(u64, u64)>,
    from: u64,
    /// What its mark was when it was looked at.
    mark: Option<u64>,
    /// It is the file that reading stopped in, and only that.
    is_stop: bool,
}

/// The file that is read.
#[derive(Debug)]
struct Current {
    file: Opened,
    id: FileId,
    /// Its own device and inode; another than its id's if it is a copy.
    node: (u64, u64),
    offset: u64,
    quiet: u32,
    /// The last bytes that were read.
    tail: Vec<u8>,
}

/// The file that was read last.
#[derive(Debug)]
struct Left {
    file: Opened,
    id: FileId,
    node: (u64, u64),
    offset: u64,
    modified: i128,
}

/// A file that was opened.
#[derive(Debug)]
struct WasOpened {
    id: FileId,
    /// What it was called then.
    name: String,
    /// When its first line was written, in milliseconds since 1970.
    began: Option<i64>,
}

/// What reading came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes of the file that was opened last.
    Bytes(usize),
    /// What follows is of this file.
    Opened(FileId),
    /// There is no more: now, if the log is followed.
    End,
}

/// The files of one log.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) log: Log,
    family: Family,
    follows: bool,
    queue: VecDeque<Next>,
    current: Option<Current>,
    left: Option<Left>,
    /// What follows the file that is read is known.
    is_over: bool,
    were_opened: VecDeque<WasOpened>,
    /// Device and inode that a file had when it was recorded, by its mark.
    pub(crate) known: HashMap<u64, (u64, u64)>,
    /// What was lost on the way: what follows it is not known yet, and is.
    open_ended: Vec<Missing>,
    missing: Vec<Missing>,
}

impl Files {
    /// What was lost since this was asked. All of it at the end; before that what follows it is waited
    /// for, which tells when it ended.
    pub(crate) fn missing(&mut self, is_end: bool) -> Vec<Missing> {
        if is_end {
            self.missing.append(&mut self.open_ended);
        }
        std::mem::take(&mut self.missing)
    }

    /// How many bytes are to be read, as far as is known.
    pub(crate) fn left(&self) -> u64 {
        let bytes = |it: &Next| it.place.open().and_then(|file| file.text_bytes()).unwrap_or(0);
        self.queue.iter().map(|it| bytes(it).saturating_sub(it.from)).sum()
    }

    /// What a file was called when it was opened.
    pub(crate) fn name(&self, id: FileId) -> Option<&str> {
        self.was_opened(id).map(|it| it.name.as_str())
    }

    fn was_opened(&self, id: FileId) -> Option<&WasOpened> {
        self.were_opened.iter().rev().find(|it| it.id == id)
    }

    /// What all files were called that were opened.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.were_opened.iter().map(|it| it.name.as_str()).collect();
        names.join(", ")
    }

    /// The bytes before a place in the file that is read or was read last, as many as are kept.
    pub(crate) fn before(&self, id: FileId, offset: u64) -> Option<Vec<u8>> {
        let left = self.left.as_ref().map(|it| (it.id, &it.file));
        let current = self.current.as_ref().map(|it| (it.id, &it.file));
        let (_, file) = current.into_iter().chain(left).find(|it| it.0 == id)?;
        file.before(offset, TAIL_MAX).ok().flatten()
    }

    /// When the last line was written of what stands before a place in a file, in milliseconds since
    /// 1970. Where that is not known, when the file was begun.
    pub(crate) fn time_before(&self, id: FileId, text: Option<&[u8]>) -> Option<i64> {
        let last = text.and_then(|it| self.family.last_time(it));
        last.or_else(|| self.was_opened(id)?.began)
    }

    /// Reads on.
    ///
    /// # Errors
    ///
    /// Says which file could not be read.
    pub(crate) fn read(&mut self, buffer: &mut [u8], key: &Key) -> io::Result<Step> {
        loop {
            let Some(current) = &mut self.current else {
                return match self.open_next(key)? {
                    Some(id) => Ok(Step::Opened(id)),
                    None => Ok(Step::End),
                };
            };
            let read = match current.file.read_at(buffer, current.offset) {
                Err(error) if current.file.is_packed() && is_damaged(&error) => {
                    self.lost(Why::Damaged);
                    self.leave()?;
                    continue;
                }
                read => read?,
            };
            let follows = self.follows && !self.is_over;
            // Looked at after reading: what was read before that is of the file that it was.
            if follows && !current.is_itself(key)? {
                self.truncated(key)?;
                continue;
            }
            if read > 0 {
                current.took(buffer.get(..read).unwrap_or_default());
                return Ok(Step::Bytes(read));
            }
            if follows && !self.rotated(key)? {
                self.look_back()?;
                return Ok(Step::End);
            }
            self.leave()?;
        }
    }

    fn open_next(&mut self, key: &Key) -> io::Result<Option<FileId>> {
        loop {
            let Some(next) = self.queue.front().cloned() else {
                // Where the live file is missing it is waited for.
                if !self.follows {
                    return Ok(None);
                }
                match Place::of(&self.family.live) {
                    Ok(place) => self.queue.push_back(Next::whole(place)),
                    Err(error) if is_missing(&error) => return Ok(None),
                    Err(error) => return Err(told(&self.family.live, &error)),
                }
                continue;
            };
            let is_last = self.queue.len() == 1;
            let Some(file) = self.open(&next, key)? else {
                self.queue.pop_front();
                // The live file, renamed between two looks, is found again by what follows.
                if is_last && self.follows && !next.is_stop {
                    return Ok(None);
                }
                self.gone(&next);
                continue;
            };
            let is_live = is_last && self.follows;
            let mark = key.mark(&file, !is_live)?;
            if next.is_stop && next.mark != mark {
                self.queue.pop_front();
                self.truncated_before(next, key)?;
                continue;
            }
            let Some(mark) = mark else {
                if is_live {
                    return Ok(None); // Its first line is not whole yet.
                }
                self.queue.pop_front();
                continue; // It is empty.
            };
            let between = if next.is_stop { Vec::new() } else { self.between(&next, mark, key)? };
            if !between.is_empty() {
                between.into_iter().rev().for_each(|it| self.queue.push_front(it));
                continue;
            }
            self.queue.pop_front();
            return Ok(Some(self.opened(file, mark, &next)));
        }
    }

    /// Reads this file from now on.
    fn opened(&mut self, file: Opened, mark: u64, next: &Next) -> FileId {
        // What was recorded before it was copied or compressed is known by what the file was then.
        let before = || self.known.get(&mark).copied();
        let (device, inode) = next.copy_of.or_else(before).unwrap_or(next.place.node);
        let id = FileId { device, inode, generation: mark };
        let is_live = next.place.path == self.family.live && !file.is_packed();
        self.is_over = !is_live || !self.queue.is_empty();
        let began = self.family.first_time(&file);
        if self.were_opened.len() == OPENED_MAX {
            self.were_opened.pop_front();
        }
        let name = name_of(&next.place.path);
        self.were_opened.push_back(WasOpened { id, name, began });
        for mut missing in self.open_ended.drain(..) {
            missing.to = missing.to.or(began);
            self.missing.push(missing);
        }
        let (node, offset) = (next.place.node, next.from);
        self.current = Some(Current { file, id, node, offset, quiet: 0, tail: Vec::new() });
        id
    }
}

/// Whether these files can be read one after the other.
fn check(given: &[Place], live: Option<&Path>, key: &Key) -> io::Result<()> {
    let refused = |it: &Place, why| Err(told(&it.path, &io::Error::other(why)));
    let mut marks = HashMap::new();
    for (at, place) in given.iter().enumerate() {
        if given.iter().take(at).any(|it| it.node == place.node) {
            return refused(place, "it was given before");
        }
        let file = place.open().map_err(|error| told(&place.path, &error))?;
        if file.is_packed() && live == Some(place.path.as_path()) {
            return refused(place, "it is compressed, so it does not grow: it cannot be followed");
        }
        // A file and what it was compressed to have the same first line.
        let other = key.mark(&file, true)?.and_then(|mark| marks.insert(mark, file.is_packed()));
        if other.is_some_and(|was_packed| was_packed || file.is_packed()) {
            return refused(place, "it was given before, compressed or not");
        }
    }
    Ok(())
}

impl Next {
    fn whole(place: Place) -> Next {
        Next { place, copy_of: None, from: 0, mark: None, is_stop: false }
    }

    fn member(member: Member) -> Next {
        Next { mark: member.mark, ..Next::whole(member.place) }
    }
}

impl Current {
    fn took(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        self.quiet = 0;
        let from = bytes.len().saturating_sub(TAIL_MAX);
        self.tail.extend_from_slice(bytes.get(from..).unwrap_or_default());
        self.tail.drain(..self.tail.len().saturating_sub(TAIL_MAX));
    }

    /// Whether it is still the file that it was, and not truncated or begun anew.
    fn is_itself(&self, key: &Key) -> io::Result<bool> {
        let is_long = self.file.bytes()? >= self.offset;
        let last = self.tail.len().saturating_sub(SAME_BYTES);
        let last = self.tail.get(last..).unwrap_or_default();
        Ok(is_long
            && key.mark(&self.file, false)? == Some(self.id.generation)
            && self.file.before(self.offset, last.len())?.is_none_or(|it| it == last))
    }
}
