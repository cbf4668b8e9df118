//! The files of one log, in the order of reading: rotated ones and the one that grows.
//!
//! A file is known by its device, its inode and a keyed hash of its first line, whatever it is called
//! by now. While following, a file that was renamed is read to its end before the next one; of one
//! that was copied and truncated the copy is read on, as the file that it is a copy of. So is one that
//! was compressed since it was read.

mod rotation;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use audit_ingest::{FileId, Log};

use super::opened::{Opened, is_damaged};
use super::places::{Place, in_order, is_missing, name_of, siblings, told};
use super::position::Key;

/// Names of files that were read, for messages.
const NAMES_MAX: usize = 1024;

/// What comes next, and as which file.
#[derive(Debug)]
struct Next {
    place: Place,
    /// The file that it is a copy of, and from where it is read.
    copy_of: Option<(u64, u64)>,
    from: u64,
    /// The mark that it must have, to be read from there.
    mark: Option<u64>,
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
    queue: VecDeque<Next>,
    current: Option<Current>,
    /// The file that grows, while it is followed.
    live: Option<PathBuf>,
    /// What follows the file that was read last is known.
    is_over: bool,
    /// The live file is copied and truncated to rotate it.
    copies: Option<(u64, u64)>,
    /// Device and inode of the file that was read last.
    last: Option<(u64, u64)>,
    names: VecDeque<(FileId, String)>,
    /// Device and inode that a file had when it was recorded, by its mark.
    pub(crate) known: HashMap<u64, (u64, u64)>,
    /// What was lost on the way, in words.
    pub(crate) notices: Vec<String>,
}

/// Where to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begin {
    pub(crate) id: FileId,
    pub(crate) offset: u64,
}

impl Files {
    /// The given files, from where a position says. Tells too whether that place was found.
    ///
    /// # Errors
    ///
    /// Says which file could not be read, or was given twice.
    pub(crate) fn new(
        log: Log,
        given: &[PathBuf],
        follow: bool,
        begin: Option<Begin>,
        key: &Key,
    ) -> io::Result<(Files, bool)> {
        let live = given.last().filter(|_| follow).cloned();
        let mut places = Vec::new();
        for path in given {
            match Place::of(path) {
                Ok(place) => places.push(place),
                // It may come yet.
                Err(error) if Some(path) == live.as_ref() && is_missing(&error) => {}
                Err(error) => return Err(told(path, &error)),
            }
        }
        check(&places, live.as_deref(), key)?;
        let mut files = Files {
            log,
            queue: VecDeque::new(),
            current: None,
            live,
            is_over: false,
            copies: None,
            last: None,
            names: VecDeque::new(),
            known: HashMap::new(),
            notices: Vec::new(),
        };
        let is_found = match begin {
            Some(begin) => files.go_on(&places, begin, key)?,
            None => false,
        };
        if !is_found {
            files.queue = places.into_iter().map(Next::whole).collect();
        }
        Ok((files, is_found || begin.is_none()))
    }

    /// Finds the file of a position, whatever it is called by now, and what follows it.
    fn go_on(&mut self, given: &[Place], begin: Begin, key: &Key) -> io::Result<bool> {
        let mut places = given.to_vec();
        let mark = |it: &Place| key.mark_of(it).ok().flatten();
        if let Some(live) = &self.live {
            places.extend(siblings(live, key)?);
            in_order(&mut places, live);
            let mut seen = Vec::new();
            places.retain(|it| {
                !seen.contains(&it.node) && {
                    seen.push(it.node);
                    true
                }
            });
        }
        let node = (begin.id.device, begin.id.inode);
        let same = places.iter().position(|it| {
            it.node == node && mark(it) == Some(begin.id.generation) && it.reaches(begin.offset)
        });
        let copy = || {
            let is_copy = |it: &Place| it.node != node && mark(it) == Some(begin.id.generation);
            places.iter().position(is_copy)
        };
        let Some(at) = same.or_else(copy) else {
            return Ok(false);
        };
        let copy_of = same.is_none().then_some(node);
        let mut places = places.into_iter().skip(at);
        if let Some(place) = places.next() {
            self.queue.push_back(Next {
                place,
                copy_of,
                from: begin.offset,
                mark: Some(begin.id.generation),
            });
        }
        // Where the file that grows is the one in which reading stopped, it was copied and truncated, and
        // so were those between.
        let is_grown = |it: &Place| self.live.as_deref() == Some(&it.path);
        let places: Vec<Place> = places.collect();
        let truncated = places.iter().any(|it| is_grown(it) && it.node == node);
        self.copies = copy_of.filter(|_| truncated);
        let following = places.into_iter().map(|place| Next {
            copy_of: self.copies.filter(|_| !is_grown(&place)),
            place,
            from: 0,
            mark: None,
        });
        self.queue.extend(following.collect::<Vec<_>>());
        Ok(true)
    }

    /// How many bytes are to be read, as far as is known.
    pub(crate) fn left(&self) -> u64 {
        let bytes = |it: &Next| it.place.open().and_then(|file| file.text_bytes()).unwrap_or(0);
        self.queue.iter().map(|it| bytes(it).saturating_sub(it.from)).sum()
    }

    /// What a file was called when it was opened.
    pub(crate) fn name(&self, id: FileId) -> Option<&str> {
        let mut names = self.names.iter().rev();
        names.find(|(of, _)| *of == id).map(|(_, name)| name.as_str())
    }

    /// What all files were called that were opened.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(|(_, name)| name.as_str()).collect();
        names.join(", ")
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
                    self.damaged();
                    continue;
                }
                read => read?,
            };
            let follows = self.live.is_some() && !self.is_over;
            // Looked at after reading: what was read before that is of the file that it was.
            if follows && !current.is_itself(key)? {
                self.truncated(key)?;
                continue;
            }
            if read > 0 {
                current.offset += read as u64;
                current.quiet = 0;
                return Ok(Step::Bytes(read));
            }
            if follows && !self.rotated(key)? {
                return Ok(Step::End);
            }
            self.last = self.current.take().map(|it| it.node);
        }
    }

    fn open_next(&mut self, key: &Key) -> io::Result<Option<FileId>> {
        loop {
            let Some(next) = self.queue.front() else {
                // Where the live file is missing it is waited for.
                let Some(live) = self.live.clone() else { return Ok(None) };
                match Place::of(&live) {
                    Ok(place) => {
                        self.queue.push_back(Next::whole(place));
                        continue;
                    }
                    Err(error) if is_missing(&error) => return Ok(None),
                    Err(error) => return Err(told(&live, &error)),
                }
            };
            let is_last = self.queue.len() == 1;
            let file = match self.open(&next.place) {
                Ok(file) => file,
                Err(error) if self.live.is_some() && is_missing(&error) => {
                    let name = name_of(&next.place.path);
                    // The live file, renamed between two looks, is found again by what follows.
                    if !is_last {
                        self.notices.push(format!("{name} is gone before it was read"));
                    }
                    self.queue.pop_front();
                    if is_last { return Ok(None) } else { continue }
                }
                Err(error) => return Err(told(&next.place.path, &error)),
            };
            let is_live = is_last && self.live.is_some();
            let mark = key.mark(&file, !is_live)?;
            if next.mark.is_some() && next.mark != mark {
                self.truncated_before(key)?;
                continue;
            }
            let Some(mark) = mark else {
                if is_live {
                    return Ok(None); // Its first line is not whole yet.
                }
                self.queue.pop_front();
                continue; // It is empty.
            };
            let between = self.between(next.place.node, mark, key)?;
            if !between.is_empty() {
                for place in between.into_iter().rev() {
                    let copy_of = self.copies;
                    self.queue.push_front(Next { place, copy_of, from: 0, mark: None });
                }
                continue;
            }
            let Some(next) = self.queue.pop_front() else { return Ok(None) };
            // What was recorded before it was compressed, or fetched again, is known by what the file
            // was then.
            let before = || self.known.get(&mark).copied();
            let (device, inode) = next.copy_of.or_else(before).unwrap_or(next.place.node);
            let id = FileId { device, inode, generation: mark };
            let is_copy = (device, inode) != next.place.node && !is_live;
            self.is_over = is_copy || !self.queue.is_empty();
            if self.names.len() == NAMES_MAX {
                self.names.pop_front();
            }
            self.names.push_back((id, name_of(&next.place.path)));
            let (node, offset) = (next.place.node, next.from);
            self.current = Some(Current { file, id, node, offset, quiet: 0 });
            return Ok(Some(id));
        }
    }

    /// The rest of a compressed file cannot be read; what follows it can.
    fn damaged(&mut self) {
        let Some(current) = self.current.take() else { return };
        let (name, offset) = (self.name(current.id).unwrap_or_default(), current.offset);
        let notice = format!("{name} is damaged: of its text only {offset} bytes could be read");
        self.notices.push(notice);
        self.last = Some(current.node);
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
        Next { place, copy_of: None, from: 0, mark: None }
    }
}

impl Current {
    /// Whether it is still the file that it was, and not truncated or begun anew.
    fn is_itself(&self, key: &Key) -> io::Result<bool> {
        let is_long = self.file.bytes()? >= self.offset;
        Ok(is_long && key.mark(&self.file, false)? == Some(self.id.generation))
    }
}
