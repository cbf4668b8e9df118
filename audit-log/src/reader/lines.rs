//! All lines of a stream, in the order of their numbers.

use std::collections::VecDeque;
use std::sync::Arc;

use audit_core::Stream;

use super::files::{NotOpened, Segment, Segments};
use super::line::{Line, LineError, Position};
use super::patience::Patience;
use super::raw::Raw;
use super::segment::{Item, Open};
use super::source::Source;
use crate::error::Error;

/// The lines of one stream of a log's directory, in the order of their numbers: rotated segments,
/// then the active one. Lines that a later segment brings again, because they may be missing from an
/// earlier one, come once.
///
/// It reads while a writer writes: what it has not reached when a segment is rotated, it still
/// reads. A few segments are open at a time; where retention removes more of them while one is read,
/// the numbers of the lines have a hole.
pub struct Lines<'a> {
    lines: RawLines<'a>,
    /// The run of the line before.
    run: Option<Arc<str>>,
    /// A segment of an unknown version, the rest of which cannot be judged.
    skipped: Option<String>,
}

/// The same, of lines that are not looked into.
pub struct RawLines<'a> {
    segments: Box<dyn Iterator<Item = Result<Segment<'a>, NotOpened>> + Send + 'a>,
    open: Option<Open<'a>>,
    /// The segment after the one that is open: it says which lines of that count.
    upcoming: Option<Open<'a>>,
    is_patient: bool,
    /// What could not be opened since somebody asked.
    not_opened: Option<NotOpened>,
}

impl std::fmt::Debug for RawLines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawLines").field("is_open", &self.open.is_some()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl<'a> Lines<'a> {
    pub(crate) fn of(source: Source<'a>, stream: Stream) -> Result<Lines<'a>, Error> {
        let lines = RawLines::of_segments(Ahead::of(Segments::of(source, stream)?));
        Ok(Lines { lines, run: None, skipped: None })
    }
}

/// So many segments are opened before it is their turn.
const AHEAD_MAX: usize = 32;

/// Segments of which some are opened before their turn, so that retention cannot take the next one
/// away while one is read. What is open of a file that was removed can be read.
struct Ahead<'a> {
    segments: Segments<'a>,
    opened: VecDeque<Result<Segment<'a>, NotOpened>>,
    has_begun: bool,
}

impl<'a> Ahead<'a> {
    fn of(segments: Segments<'a>) -> Ahead<'a> {
        Ahead { segments, opened: VecDeque::new(), has_begun: false }
    }
}

impl<'a> Iterator for Ahead<'a> {
    type Item = Result<Segment<'a>, NotOpened>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.opened.len() < AHEAD_MAX
            && let Some(segment) = self.segments.next()
        {
            // It was pruned, and so were those before it: the log begins behind it.
            if !self.has_begun && matches!(segment, Err(NotOpened::Gone(_))) {
                self.opened.clear();
            }
            self.opened.push_back(segment);
        }
        self.has_begun = true;
        self.opened.pop_front()
    }
}

impl<'a> RawLines<'a> {
    /// Of segments in their order, each with its name and from its beginning. One that is gone is
    /// passed over; one that cannot be opened is a line that cannot be read.
    pub fn of_segments(
        segments: impl IntoIterator<Item = Result<Segment<'a>, NotOpened>, IntoIter: Send + 'a>,
    ) -> RawLines<'a> {
        let segments = Box::new(segments.into_iter());
        RawLines { segments, open: None, upcoming: None, is_patient: true, not_opened: None }
    }

    /// The same, where a segment is given up of which too much is no lines.
    #[must_use]
    pub fn impatiently(self) -> RawLines<'a> {
        RawLines { is_patient: false, ..self }
    }

    /// Why a segment was not opened since this was asked: it was to be read before the line that comes
    /// next, or right after it.
    pub fn not_opened(&mut self) -> Option<NotOpened> {
        self.not_opened.take()
    }

    /// The run that the header of the segment names, where the line that was read last is the first
    /// that was read of it.
    fn run_of_segment(&mut self) -> Option<Arc<str>> {
        self.open.as_mut().and_then(Open::take_run)
    }

    /// Goes on to the next segment, if there is one.
    fn open_next(&mut self) -> Option<()> {
        self.open = self.upcoming.take().or_else(|| self.begin());
        self.upcoming = self.begin();
        self.open.as_ref().map(|_| ())
    }

    /// Opens the next segment that is there.
    fn begin(&mut self) -> Option<Open<'a>> {
        loop {
            match self.segments.next()? {
                Ok(segment) => {
                    let patience = (!self.is_patient).then(Patience::default);
                    return Some(Open::new(segment, patience));
                }
                Err(NotOpened::Refused(name, error)) => {
                    self.not_opened = Some(NotOpened::Refused(name.clone(), error));
                    return Some(Open::unreadable(name));
                }
                Err(gone) => self.not_opened = Some(gone),
            }
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = (Position, Result<Line, LineError>);

    fn next(&mut self) -> Option<Self::Item> {
        let is_skipped = |segment: &str| self.skipped.as_deref() == Some(segment);
        let (position, raw) = self.lines.find(|(position, _)| !is_skipped(&position.segment))?;
        let mut line = raw.and_then(|raw| Line::parse(&raw.bytes));
        if matches!(line, Err(LineError::Version)) {
            self.skipped = Some(position.segment.clone());
        }
        if let Ok(line) = &mut line {
            let of_segment = self.lines.run_of_segment();
            self.run = line.names_run().or(of_segment).or(self.run.take());
            line.run.clone_from(&self.run);
        }
        Some((position, line))
    }
}

impl Iterator for RawLines<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(open) = &mut self.open else {
                self.open_next()?;
                continue;
            };
            let Some(item) = open.next() else {
                self.open = None;
                continue;
            };
            let superseded_from = self.upcoming.as_ref().and_then(Open::supersedes_from);
            let seq = item.1.as_ref().ok().and_then(Raw::seq);
            if let (Some(seq), Some(from_seq)) = (seq, superseded_from) {
                let next_seq = seq.saturating_add(1);
                if next_seq >= from_seq {
                    self.open = None; // Whatever follows, the next segment has what counts.
                }
                if next_seq > from_seq {
                    continue;
                }
            }
            return Some(item);
        }
    }
}
