//! A log that comes through a pipe: standard input, or what `journalctl` writes.
//!
//! Nothing of it can be read twice, so it is known by what it begins with: standard input by its first
//! line, as a copy of a file is; the journal hour by hour, each by its first entry, so that what is
//! recorded is known again although older entries are gone by then.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use audit_ingest::{FileId, Log};

use super::files::{Begin, Step};
use super::journal::Child;
use super::position::Key;

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;
/// Pieces that wait to be read.
const WAITING_MAX: usize = 256;
/// The first line tells what this is by at most so many bytes.
const FIRST_MAX: usize = 4096;
/// A pipe that was quiet for so long has nothing for now; before the first line it may take longer.
const QUIET: Duration = Duration::from_secs(1);
const FIRST: Duration = Duration::from_secs(5);
/// Hours whose names are remembered, for messages.
const IDS_MAX: usize = 1024;

/// What comes through the pipe.
#[derive(Debug)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    /// What follows was written in this hour since 1970.
    Hour(u64),
    /// All that there was is read; what follows is new.
    CaughtUp,
    /// It cannot be read on.
    Broken(io::Error),
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) log: Log,
    name: String,
    pieces: Receiver<Piece>,
    /// Whether more is waited for, or looked for now and then.
    follow: bool,
    /// All was read that there was when reading began, as far as can be known.
    caught_up: bool,
    is_over: bool,
    /// Which journal it is, and the hour.
    journal: Option<(u64, u64)>,
    /// What was read and not handed on.
    pending: Vec<u8>,
    id: Option<FileId>,
    ids: Vec<FileId>,
    /// Where to go on, if this is what was read before.
    begin: Option<Begin>,
    /// So many bytes of it were read before.
    skip: u64,
    /// Device and inode that a file had when it was recorded, by its mark.
    pub(crate) known: HashMap<u64, (u64, u64)>,
    /// Ended with this.
    _child: Option<Child>,
}

impl Stream {
    pub(crate) fn of_stdin(log: Log, follow: bool, begin: Option<Begin>) -> Stream {
        let read = |to: SyncSender<Piece>| pump(&mut io::stdin().lock(), &to);
        Stream::new(log, "standard input".to_owned(), follow, begin, read)
    }

    /// The journal of a unit, from the hour on in which reading stopped.
    ///
    /// # Errors
    ///
    /// `journalctl` cannot be run.
    pub(crate) fn of_journal(
        log: Log,
        unit: &str,
        follow: bool,
        begin: Option<Begin>,
    ) -> io::Result<Stream> {
        let which = hash(unit.as_bytes());
        let since = begin.as_ref().filter(|it| it.id.device == which).map(|it| it.id.inode);
        let (child, entries) = Child::start(unit, since, follow)?;
        let read = move |to: SyncSender<Piece>| entries.pump(&to);
        let mut stream = Stream::new(log, format!("journal of {unit}"), follow, begin, read);
        stream.journal = Some((which, 0));
        stream._child = Some(child);
        Ok(stream)
    }

    fn new(
        log: Log,
        name: String,
        follow: bool,
        begin: Option<Begin>,
        read: impl FnOnce(SyncSender<Piece>) + Send + 'static,
    ) -> Stream {
        let (to, pieces) = sync_channel(WAITING_MAX);
        // It ends with the pipe, or when nobody takes what it reads.
        let _reader = thread::spawn(move || read(to));
        Stream {
            log,
            name,
            pieces,
            follow,
            caught_up: false,
            is_over: false,
            journal: None,
            pending: Vec::new(),
            id: None,
            ids: Vec::new(),
            begin,
            skip: 0,
            known: HashMap::new(),
            _child: None,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is(&self, id: FileId) -> bool {
        self.ids.contains(&id)
    }

    /// Reads on; waits for what comes unless it is followed.
    ///
    /// # Errors
    ///
    /// It cannot be read on.
    pub(crate) fn read(&mut self, buffer: &mut [u8], key: &Key) -> io::Result<Step> {
        loop {
            if let Some(step) = self.hand_on(buffer, key) {
                return Ok(step);
            }
            match self.next() {
                None => return Ok(Step::End),
                Some(Piece::Bytes(bytes)) => self.pending.extend_from_slice(&bytes),
                Some(Piece::Hour(hour)) => {
                    self.journal = self.journal.map(|(which, _)| (which, hour));
                    (self.id, self.skip) = (None, 0);
                }
                Some(Piece::CaughtUp) => self.caught_up = true,
                Some(Piece::Broken(error)) => {
                    return Err(io::Error::new(error.kind(), format!("{}: {error}", self.name)));
                }
            }
        }
    }

    fn next(&mut self) -> Option<Piece> {
        if self.is_over {
            return None;
        }
        let is_live = self.follow && self.caught_up;
        let piece = match (self.follow, self.journal) {
            (true, Some(_)) if is_live => self.pieces.recv_timeout(Duration::ZERO),
            // A pipe does not say that it was read to its end for now.
            (true, None) => self.pieces.recv_timeout(if is_live { QUIET } else { FIRST }),
            _ => self.pieces.recv().map_err(|_over| RecvTimeoutError::Disconnected),
        };
        match piece {
            Ok(piece) => return Some(piece),
            Err(RecvTimeoutError::Timeout) => {
                self.caught_up = true;
                return None;
            }
            Err(RecvTimeoutError::Disconnected) => self.is_over = true,
        }
        // What it ends with may be a first line without its end.
        (self.id.is_none() && !self.pending.is_empty()).then(|| Piece::Bytes(Vec::new()))
    }

    fn hand_on(&mut self, buffer: &mut [u8], key: &Key) -> Option<Step> {
        if self.id.is_none() {
            let id = self.identity(key)?;
            if let Some(begin) = self.begin.take_if(|it| it.id == id) {
                self.skip = begin.offset;
            }
            if self.ids.len() == IDS_MAX {
                self.ids.remove(0);
            }
            self.ids.push(id);
            self.id = Some(id);
            return Some(Step::Opened(id));
        }
        let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(self.pending.len());
        self.skip -= known as u64;
        self.pending.drain(..known);
        let count = self.pending.len().min(buffer.len());
        buffer.get_mut(..count)?.copy_from_slice(self.pending.get(..count)?);
        self.pending.drain(..count);
        (count > 0).then_some(Step::Bytes(count))
    }

    /// What this is known by, when its first line is whole.
    fn identity(&self, key: &Key) -> Option<FileId> {
        let first = self.pending.get(..FIRST_MAX.min(self.pending.len()))?;
        let line = first.iter().position(|byte| *byte == b'\n').and_then(|end| first.get(..=end));
        let is_whole = first.len() == FIRST_MAX || (self.is_over && !first.is_empty());
        let mark = key.hash(line.or(is_whole.then_some(first))?);
        let (device, inode) = match self.journal {
            Some(hour) => hour,
            None => self.known.get(&mark).copied().unwrap_or_default(),
        };
        Some(FileId { device, inode, generation: mark })
    }
}

/// Reads all that comes.
fn pump(from: &mut impl Read, to: &SyncSender<Piece>) {
    let mut room = vec![0; CHUNK];
    loop {
        let piece = match from.read(&mut room) {
            Ok(0) => return,
            Ok(read) => Piece::Bytes(room.get(..read).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Piece::Broken(error),
        };
        let is_broken = matches!(piece, Piece::Broken(_));
        if to.send(piece).is_err() || is_broken {
            return;
        }
    }
}

/// The same in every run: FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
