//! The files of one log, in the order of reading: rotated ones and the one that grows.
//!
//! A file is known by its device, its inode and a keyed hash of its first line, whatever it is called
//! by now. While following, a file that was renamed is read to its end before the next one; of one
//! that was copied and truncated the copy is read on, as the file that it is a copy of.
#![expect(clippy::disallowed_methods, reason = "files of others, which are only read")]

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use audit_ingest::{FileId, Log};

use super::position::Key;

/// The first line tells files apart by at most so many bytes.
const FIRST_MAX: usize = 4096;
/// nginx writes to a file for a moment after it was renamed: it is over when it was looked at so
/// often without anything new.
const QUIET_LOOKS: u32 = 5;
/// Names of files that were read, for messages.
const NAMES_MAX: usize = 1024;

/// A file, before it is opened.
#[derive(Clone, Debug)]
struct Place {
    path: PathBuf,
    /// Device and inode.
    node: (u64, u64),
    /// In nanoseconds.
    modified: i128,
    bytes: u64,
}

impl Place {
    fn of(path: &Path) -> io::Result<Place> {
        let it = fs::metadata(path)?;
        if !it.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let modified = i128::from(it.mtime()) * 1_000_000_000 + i128::from(it.mtime_nsec());
        Ok(Place { path: path.into(), node: (it.dev(), it.ino()), modified, bytes: it.len() })
    }
}

/// What comes next, and as which file.
#[derive(Debug)]
struct Next {
    place: Place,
    /// The file that it is a copy of, and from where it is read.
    copy_of: Option<(u64, u64)>,
    from: u64,
}

/// The file that is read.
#[derive(Debug)]
struct Current {
    file: File,
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
    names: VecDeque<(FileId, String)>,
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
        for (at, place) in places.iter().enumerate() {
            if places.iter().take(at).any(|it| it.node == place.node) {
                return Err(told(&place.path, &io::Error::other("it was given before")));
            }
        }
        let mut files = Files {
            log,
            queue: VecDeque::new(),
            current: None,
            live,
            is_over: false,
            copies: None,
            names: VecDeque::new(),
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
        if let Some(live) = &self.live {
            places.extend(siblings(live)?);
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
        let mark = |it: &Place| key.mark_of(&it.path).ok().flatten();
        let same = places.iter().position(|it| {
            it.node == node && mark(it) == Some(begin.id.generation) && it.bytes >= begin.offset
        });
        let copy = || {
            let is_copy = |it: &Place| it.node != node && mark(it) == Some(begin.id.generation);
            places.iter().position(is_copy)
        };
        let Some(at) = same.or_else(copy) else {
            return Ok(false);
        };
        let copy_of = same.is_none().then_some(node);
        if copy_of.is_some() && self.live.is_some() {
            self.copies = copy_of;
        }
        for (index, place) in places.into_iter().enumerate().skip(at) {
            let is_first = index == at;
            let copy_of = copy_of.filter(|_| is_first || self.copies.is_some());
            let from = if is_first { begin.offset } else { 0 };
            self.queue.push_back(Next { place, copy_of, from });
        }
        Ok(true)
    }

    /// How many bytes are to be read, as far as is known.
    pub(crate) fn left(&self) -> u64 {
        self.queue.iter().map(|it| it.place.bytes.saturating_sub(it.from)).sum()
    }

    /// What a file was called when it was opened.
    pub(crate) fn name(&self, id: FileId) -> Option<&str> {
        let mut names = self.names.iter().rev();
        names.find(|(of, _)| *of == id).map(|(_, name)| name.as_str())
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
            let read = current.file.read_at(buffer, current.offset)?;
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
            if follows && !self.rotated()? {
                return Ok(Step::End);
            }
            self.current = None;
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
            let Some(mark) = key.mark(&file, !is_live)? else {
                if is_live {
                    return Ok(None); // Its first line is not whole yet.
                }
                self.queue.pop_front();
                continue; // It is empty.
            };
            let Some(next) = self.queue.pop_front() else { return Ok(None) };
            let (device, inode) = next.copy_of.unwrap_or(next.place.node);
            let id = FileId { device, inode, generation: mark };
            self.is_over = !self.queue.is_empty();
            if self.names.len() == NAMES_MAX {
                self.names.pop_front();
            }
            self.names.push_back((id, name_of(&next.place.path)));
            let (node, offset) = (next.place.node, next.from);
            self.current = Some(Current { file, id, node, offset, quiet: 0 });
            return Ok(Some(id));
        }
    }

    /// Opens a file that may have been renamed since it was looked at.
    fn open(&self, place: &Place) -> io::Result<File> {
        let opened = |path: &Path| {
            let file = File::open(path)?;
            let it = file.metadata()?;
            match (it.dev(), it.ino()) == place.node {
                true => Ok(file),
                false => Err(io::Error::from(io::ErrorKind::NotFound)),
            }
        };
        match (opened(&place.path), &self.live) {
            (Err(error), Some(live)) if is_missing(&error) => {
                let renamed = siblings(live)?.into_iter().find(|it| it.node == place.node);
                renamed.map_or(Err(error), |it| opened(&it.path))
            }
            (opened, _) => opened,
        }
    }

    /// The file was truncated: the copy of it is read to its end, then what was copied since.
    fn truncated(&mut self, key: &Key) -> io::Result<()> {
        let (Some(current), Some(live)) = (self.current.take(), &self.live) else { return Ok(()) };
        let of = (current.id.device, current.id.inode);
        self.copies = Some(of);
        let mut places = siblings(live)?;
        in_order(&mut places, live);
        let mark = |it: &Place| key.mark_of(&it.path).ok().flatten();
        let is_copy = |it: &Place| it.node != of && mark(it) == Some(current.id.generation);
        let Some(at) = places.iter().position(is_copy) else {
            let name = name_of(live);
            self.notices.push(format!("{name} was truncated, and there is no copy of it"));
            return Ok(());
        };
        for (index, place) in places.into_iter().enumerate().skip(at) {
            let from = if index == at { current.offset } else { 0 };
            self.queue.push_back(Next { place, copy_of: Some(of), from });
        }
        Ok(())
    }

    /// Whether the file, read to its end, was renamed, and nothing is written to it any more. What
    /// follows it is known then.
    fn rotated(&mut self) -> io::Result<bool> {
        let (Some(current), Some(live)) = (&mut self.current, &self.live) else { return Ok(true) };
        let is_live = match Place::of(live) {
            Ok(place) => place.node == current.node,
            Err(error) if is_missing(&error) => true, // The new one is not there yet.
            Err(error) => return Err(told(live, &error)),
        };
        if is_live {
            current.quiet = 0;
            return Ok(false);
        }
        let mut places = siblings(live)?;
        in_order(&mut places, live);
        let own = places.iter().position(|it| it.node == current.node);
        let after = match own {
            Some(own) => own + 1,
            None => {
                let it = current.file.metadata()?;
                let modified = i128::from(it.mtime()) * 1_000_000_000 + i128::from(it.mtime_nsec());
                places.iter().position(|it| it.modified > modified).unwrap_or(places.len())
            }
        };
        let mut following: VecDeque<Place> = places.into_iter().skip(after).collect();
        if following.len() <= 1 {
            current.quiet += 1;
            if current.quiet < QUIET_LOOKS {
                return Ok(false);
            }
        }
        self.queue.extend(following.drain(..).map(Next::whole));
        Ok(true)
    }
}

impl Next {
    fn whole(place: Place) -> Next {
        Next { place, copy_of: None, from: 0 }
    }
}

impl Current {
    /// Whether it is still the file that it was, and not truncated or begun anew.
    fn is_itself(&self, key: &Key) -> io::Result<bool> {
        let is_long = self.file.metadata()?.len() >= self.offset;
        Ok(is_long && key.mark(&self.file, false)? == Some(self.id.generation))
    }
}

impl Key {
    /// What tells a file from others that had its inode: a keyed hash of its first line, so that
    /// it does not tell what that says. None while that is not whole, unless the file is over.
    fn mark(&self, file: &File, is_over: bool) -> io::Result<Option<u64>> {
        let mut first = [0; FIRST_MAX];
        let mut length = 0;
        loop {
            let room = first.get_mut(length..).unwrap_or_default();
            match file.read_at(room, length as u64)? {
                0 => break,
                read => length += read,
            }
        }
        let first = first.get(..length).unwrap_or_default();
        let line = first.iter().position(|byte| *byte == b'\n').and_then(|end| first.get(..=end));
        let is_whole = length == FIRST_MAX || (is_over && length > 0);
        Ok(line.or(is_whole.then_some(first)).map(|it| self.hash(it)))
    }

    fn mark_of(&self, path: &Path) -> io::Result<Option<u64>> {
        self.mark(&File::open(path)?, true)
    }
}

/// The file and those that it was rotated to, as far as they are not compressed.
fn siblings(live: &Path) -> io::Result<Vec<Place>> {
    let dir = live.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
    let name = name_of(live);
    let mut places = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| told(dir, &error))? {
        let path = entry.map_err(|error| told(dir, &error))?.path();
        let entry = name_of(&path);
        let Some(suffix) = entry.strip_prefix(&name) else { continue };
        let is_rotated = |byte: u8| byte.is_ascii_digit() || b".-_".contains(&byte);
        if !suffix.bytes().all(is_rotated) {
            continue;
        }
        // It may be gone since.
        if let Ok(place) = Place::of(&path) {
            places.push(place);
        }
    }
    Ok(places)
}

/// Oldest first, and the live one last.
fn in_order(places: &mut [Place], live: &Path) {
    let number = |it: &Place| {
        let name = name_of(&it.path);
        name.rsplit('.').next().and_then(|it| it.parse::<u64>().ok()).unwrap_or_default()
    };
    let is_live = |it: &Place| name_of(&it.path) == name_of(live);
    places.sort_by_key(|it| {
        (is_live(it), it.modified, std::cmp::Reverse(number(it)), it.path.clone())
    });
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn told(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
