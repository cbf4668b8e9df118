//! One way through a log as it is there now, which may be in use: segments are appended to, rotated,
//! compressed and pruned while they are read.
//!
//! What must be there was read before the segments were listed: the last checkpoint, and how far the
//! announcements went. What excuses that something is not there is read after: a segment's
//! announcement when its header was met, and the end of the log when the last segment came to its end.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use super::anchors::{Anchor, Source};
use super::announced::Announced;
use super::limits::Limits;
use super::progress::Progress;
use super::report::Report;
use super::stretch::Piece;
use super::subject::Subject;
use super::threads;
use super::trust::Trust;
use super::walk::Walk;
use crate::error::{Error, ErrorKind};
use crate::evidence::announcements::Notes;
use crate::evidence::note::NOTE_BYTES_MAX;
use crate::name::{Files, Name};
use crate::reader::{
    Behind, LineError, NotOpened, Position, Raw, RawLines, Segments, supersedes_from,
};
use crate::storage::ReadStorage;

/// So often it is looked what came behind the last segment: who writes faster than this reads is not
/// followed for ever.
const FOLLOWED_MAX: usize = 64;

/// What a way through a log comes to.
pub(super) enum End {
    Report(Report),
    /// Something does not fit, and cannot be told by this way.
    Misfit,
    /// This segment was pruned before it was its turn, and so were those before it.
    Gone(Name),
}

/// How far it was gone.
pub(super) struct Way<'a> {
    files: &'static Files,
    walk: Walk,
    segments: Segments<'a>,
    notes: Notes<'a>,
    /// So far the announcements went before the segments were listed.
    notes_bytes: u64,
    limits: Arc<Mutex<Limits<'a>>>,
    progress: Progress,
    /// Why the announcements cannot be read on.
    fault: Option<Error>,
}

impl<'a> Way<'a> {
    /// A way that was not gone a step, from the oldest segment on that does not begin before this
    /// number.
    ///
    /// # Errors
    ///
    /// What is there cannot be read, or the anchor is no checkpoint.
    pub(super) fn begin(
        log: &Subject<'a>,
        from: u64,
        progress: &Progress,
    ) -> Result<Way<'a>, Error> {
        let Subject { storage, stream, .. } = *log;
        let files = Files::of(stream);
        let mut walk = first_step(log)?;
        let sizes = log.files()?;
        let notes_bytes = sizes.get(files.keys).copied().unwrap_or(0);
        let mut segments = Segments::of(storage.into(), stream)?;
        segments.skip_before(from);
        let first = loop {
            let oldest = segments.complete().next().copied();
            match segments.first_line_of(oldest) {
                Ok(first) => break first,
                Err(NotOpened::Gone(name)) => segments.skip_before(name.seq.saturating_add(1)),
                Err(NotOpened::Refused(_, error)) => return Err(error),
            }
        };
        walk.begin(first.as_ref());
        let mut names: Vec<String> = segments.complete().map(Name::to_string).collect();
        names.push(files.active.to_owned());
        let of_segments = names.into_iter().filter_map(|name| {
            sizes.get_key_value(&name).map(|(name, size)| (name.clone(), *size))
        });
        progress.begin(of_segments.collect());
        Ok(Way {
            files,
            walk,
            segments,
            notes: Notes::of(storage, files),
            notes_bytes,
            limits: Arc::clone(&log.limits),
            progress: progress.clone(),
            fault: None,
        })
    }

    /// Goes it on all cores.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    pub(super) fn on_all_cores(mut self) -> Result<End, Error> {
        for _ in 0..FOLLOWED_MAX {
            let (segments, behind) = self.take_segments();
            let mut not_opened = None;
            let fits = threads::pieces(segments, |piece| match piece {
                Piece::Stretch(stretch) => self.walk.stretch(&stretch),
                Piece::Line(position, raw) => self.step(position, raw),
                Piece::NotOpened(why) => {
                    not_opened = Some(why);
                    false
                }
            });
            match (not_opened, self.fault.take()) {
                (Some(why), _) => return gone(why),
                (_, Some(fault)) => return Err(fault),
                _ if !fits => return Ok(End::Misfit),
                _ => {}
            }
            match behind.segments()? {
                None => break,
                // They change what was gone through already.
                Some(segments) if brings_lines_again(&segments) => return Ok(End::Misfit),
                Some(segments) => self.segments = segments,
            }
        }
        self.finish()
    }

    /// Goes it line by line.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    pub(super) fn line_by_line(mut self) -> Result<End, Error> {
        for _ in 0..FOLLOWED_MAX {
            let (segments, behind) = self.take_segments();
            let mut lines = RawLines::of_segments(segments).impatiently();
            loop {
                let item = lines.next();
                if let Some(why) = lines.not_opened() {
                    return gone(why);
                }
                let Some((position, raw)) = item else { break };
                self.step(position, raw);
                if let Some(fault) = self.fault.take() {
                    return Err(fault);
                }
            }
            match behind.segments()? {
                None => break,
                Some(segments) => self.segments = segments,
            }
        }
        self.finish()
    }

    /// The segments that are to be gone through next, and what comes behind them.
    fn take_segments(&mut self) -> (Segments<'a>, Behind<'a>) {
        let behind = self.segments.behind();
        let (limits, progress) = (Arc::clone(&self.limits), self.progress.clone());
        let segments = self.segments.take_all().within(move |seq| {
            limits.lock().unwrap_or_else(PoisonError::into_inner).of_segment(seq)
        });
        (segments.through(move |segment| progress.counted(segment)), behind)
    }

    /// Takes a line, and what announces it; whether that could be read.
    fn step(&mut self, position: Position, raw: Result<Raw, LineError>) -> bool {
        if let Ok(raw) = &raw
            && raw.is_of("header")
            && let Some(seq) = raw.seq()
            && let Err(fault) = self.learn_of(seq)
        {
            self.fault = Some(fault);
            return false;
        }
        self.walk.step(position, raw);
        true
    }

    /// Reads on to what announces the segment whose header has this number. It was durable before the
    /// segment had its name.
    fn learn_of(&mut self, header_seq: u64) -> Result<(), Error> {
        while self.walk.lacks_key_of(header_seq) && self.learn_next()? {}
        Ok(())
    }

    /// Takes the next announcement, if there is one.
    fn learn_next(&mut self) -> Result<bool, Error> {
        let note = self.notes.next_note().map_err(Error::io("read", self.files.keys))?;
        if let Some(note) = &note {
            self.walk.learn(note);
        }
        Ok(note.is_some())
    }

    fn finish(mut self) -> Result<End, Error> {
        // What was announced before the segments were listed must have been among them.
        while self.notes.whole_bytes() < self.notes_bytes && self.learn_next()? {}
        self.walk.finish().map(End::Report)
    }
}

/// A walk that knows what the log must not be older than.
fn first_step(log: &Subject<'_>) -> Result<Walk, Error> {
    let files = Files::of(log.stream);
    let keys = &log.trust.keys;
    let announced = (!keys.is_empty()).then(|| Announced::in_keys(keys));
    let beside =
        last_checkpoint(log.storage, files).map_err(Error::io("read", files.checkpoint))?;
    let mut anchors: Vec<Anchor> = Vec::new();
    let Trust { anchor, accepted, .. } = log.trust;
    for (source, kept) in [(Source::Kept, anchor), (Source::Accepted, accepted)] {
        if let Some(note) = kept {
            anchors.push(Anchor::parse(source, note).ok_or(ErrorKind::NoAnchor)?);
        }
    }
    let of_beside = beside.as_deref().map(|note| Anchor::parse(Source::Beside, note));
    anchors.extend(of_beside.iter().flatten().cloned());
    let mut walk = Walk::new(announced, anchors);
    if let Some(None) = of_beside {
        walk.note_unreadable(files.checkpoint); // It is whole whenever it is there.
    }
    Ok(walk)
}

/// The text of the stream's `.checkpoint` file, if there is one; an empty one where it is no note.
fn last_checkpoint(storage: &dyn ReadStorage, files: &Files) -> std::io::Result<Option<String>> {
    let file = match storage.read(files.checkpoint) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(NOTE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    let note = Some(bytes).filter(|bytes| bytes.len() <= NOTE_BYTES_MAX).unwrap_or_default();
    Ok(Some(String::from_utf8(note).unwrap_or_default()))
}

fn gone(why: NotOpened) -> Result<End, Error> {
    match why {
        NotOpened::Gone(name) => Ok(End::Gone(name)),
        NotOpened::Refused(_, error) => Err(error),
    }
}

fn brings_lines_again(segments: &Segments<'_>) -> bool {
    let first = segments.first_line_of(segments.complete().next().copied());
    first.ok().flatten().as_ref().and_then(supersedes_from).is_some()
}
