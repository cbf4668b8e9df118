//! Which files hold a log's lines, and opening them one after the other.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use audit_core::Stream;

use super::active::Active;
use super::compressed::open_segment_within;
use super::first::with_first_line;
use super::line::Line;
use super::source::Source;
use crate::error::Error;
use crate::name::{Files, Kind, Name, stream_of};
use crate::storage::ReadStorage;

/// A segment that is open: its name and its lines.
pub type Segment<'a> = (String, Box<dyn Read + Send + 'a>);

/// A segment that could not be opened when its turn came.
#[derive(Debug)]
pub enum NotOpened {
    /// It was pruned since it was listed, and so were those before it.
    Gone(Name),
    /// The system refused.
    Refused(String, Error),
}

impl NotOpened {
    /// Of the segment of this name the system said this.
    pub fn refused(name: String, error: io::Error) -> NotOpened {
        let error = Error::io("open", &name)(error);
        NotOpened::Refused(name, error)
    }
}

/// Which streams a storage has.
pub(crate) fn streams_in(storage: &dyn ReadStorage) -> Result<Vec<Stream>, Error> {
    let files = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut found: Vec<Stream> = files.iter().filter_map(|(name, _)| stream_of(name)).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// The segments of a stream, oldest first, the active one last: each is opened when its turn comes, but
/// for the active one.
///
/// A segment gets its final name before a younger one is there. So the active one is opened first:
/// the list that follows has all that are older, and those that are not are passed over, because
/// one of them may be the one that was opened.
pub struct Segments<'a> {
    source: Source<'a>,
    stream: Stream,
    complete: VecDeque<Name>,
    active: Option<Active<'a>>,
    /// How far a compressed one may expand, by the number that its name has.
    limits: Option<Box<dyn FnMut(u64) -> Option<u64> + Send + 'a>>,
    /// What each is read through.
    through: Option<Box<dyn Fn(Segment<'a>) -> Segment<'a> + Send + 'a>>,
}

/// What has come to be behind the segments that were listed.
#[derive(Debug)]
pub struct Behind<'a> {
    source: Source<'a>,
    stream: Stream,
    /// The number of the youngest segment that was listed.
    seq: Option<u64>,
    /// Whether the one that was active has been rotated since, once it was read to its end; without an
    /// active one there is none to wait for.
    was_rotated: Option<Arc<AtomicBool>>,
}

impl<'a> Segments<'a> {
    /// The segments of a stream that are there.
    ///
    /// # Errors
    ///
    /// The files cannot be listed, or the active segment not be opened.
    pub fn of(source: Source<'a>, stream: Stream) -> Result<Segments<'a>, Error> {
        Segments::after(None, source, stream)
    }

    /// Those of them that begin after this number.
    ///
    /// # Errors
    ///
    /// As for [`of`](Segments::of).
    pub fn after(
        seq: Option<u64>,
        source: Source<'a>,
        stream: Stream,
    ) -> Result<Segments<'a>, Error> {
        let name = Files::of(stream).active;
        let active = Active::open(&source, name).map_err(Error::io("open", name))?;
        let is_after = |its: u64| seq.is_none_or(|seq| seq < its);
        let active = active.filter(|active| active.first_seq().is_none_or(is_after));
        let first_seq = active.as_ref().and_then(Active::first_seq);
        let mut names = rotated(source.storage(), stream)?;
        // One without its first line was only just begun, and is not in the list.
        names.retain(|name| is_after(name.seq) && first_seq.is_none_or(|first| name.seq < first));
        Ok(Segments { source, stream, complete: names.into(), active, limits: None, through: None })
    }

    /// What will have come behind them, to be asked once they were read.
    pub fn behind(&self) -> Behind<'a> {
        let of_active = self.active.as_ref().and_then(Active::first_seq);
        Behind {
            source: self.source.clone(),
            stream: self.stream,
            seq: of_active.or(self.complete.back().map(|name| name.seq)),
            was_rotated: self.active.as_ref().map(Active::was_rotated),
        }
    }

    /// All of them, and leaves none.
    #[must_use]
    pub fn take_all(&mut self) -> Segments<'a> {
        let (limits, through) = (self.limits.take(), self.through.take());
        let (complete, active) = (std::mem::take(&mut self.complete), self.active.take());
        let (source, stream) = (self.source.clone(), self.stream);
        Segments { source, stream, complete, active, limits, through }
    }

    /// The same, where this says how far a compressed one may expand: it is asked for the number of
    /// the first line.
    #[must_use]
    pub fn within(self, limits: impl FnMut(u64) -> Option<u64> + Send + 'a) -> Self {
        Segments { limits: Some(Box::new(limits)), ..self }
    }

    /// The same, each read through something.
    #[must_use]
    pub fn through(self, through: impl Fn(Segment<'a>) -> Segment<'a> + Send + 'a) -> Self {
        Segments { through: Some(Box::new(through)), ..self }
    }

    /// Which complete ones there are, oldest first.
    pub fn complete(&self) -> impl DoubleEndedIterator<Item = &Name> {
        self.complete.iter()
    }

    /// Passes over the complete ones that begin before this number.
    pub fn skip_before(&mut self, seq: u64) {
        self.complete.retain(|name| name.seq >= seq);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.complete.is_empty() && self.active.is_none()
    }

    /// The first line of a complete one, or of the active one, if it is one.
    ///
    /// # Errors
    ///
    /// Says why the segment cannot be opened.
    pub fn first_line_of(&self, name: Option<Name>) -> Result<Option<Line>, NotOpened> {
        match name {
            Some(name) => Ok(with_first_line(open_complete(&self.source, name, None)?.1).0),
            None => Ok(self.active.as_ref().and_then(Active::header)),
        }
    }
}

impl std::fmt::Debug for Segments<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segments").field("complete", &self.complete.len()).finish_non_exhaustive()
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, NotOpened>;

    fn next(&mut self) -> Option<Self::Item> {
        let opened = match (self.complete.pop_front(), &mut self.active) {
            (Some(name), _) => {
                let limit = self.limits.as_mut().and_then(|limits| limits(name.seq));
                open_complete(&self.source, name, limit)
            }
            (None, active) => {
                let active = active.take()?;
                Ok((Files::of(self.stream).active.to_owned(), Box::new(active) as _))
            }
        };
        Some(match &self.through {
            Some(through) => opened.map(through),
            None => opened,
        })
    }
}

impl<'a> Behind<'a> {
    /// The segments that were not there yet, or were not complete, when the others were listed.
    ///
    /// # Errors
    ///
    /// As for [`Segments::of`].
    pub fn segments(self) -> Result<Option<Segments<'a>>, Error> {
        let is_last = self.was_rotated.is_some_and(|it| !it.load(Ordering::Relaxed));
        if is_last {
            return Ok(None);
        }
        let segments = Segments::after(self.seq, self.source, self.stream)?;
        Ok(Some(segments).filter(|segments| !segments.is_empty()))
    }
}

/// A complete segment, under the name that it has by now: it may have been compressed since it was
/// listed.
fn open_complete<'a>(
    source: &Source<'_>,
    name: Name,
    bytes_max: Option<u64>,
) -> Result<Segment<'a>, NotOpened> {
    for name in [name, Name { kind: Kind::Compressed, ..name }] {
        match open_segment_within(source.storage(), name, bytes_max) {
            Ok(file) => return Ok((name.to_string(), file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(NotOpened::refused(name.to_string(), error)),
        }
    }
    Err(NotOpened::Gone(name))
}

/// The rotated segments, oldest first; of one that is there plain and compressed, the plain one.
pub fn rotated(storage: &dyn ReadStorage, stream: Stream) -> Result<Vec<Name>, Error> {
    let files = storage.list().map_err(Error::io("list", "the directory"))?;
    let mut names: Vec<Name> = files.iter().filter_map(|(name, _)| Name::parse(name)).collect();
    names.retain(|name| name.stream == stream && name.kind.is_segment());
    names.sort();
    names.dedup_by_key(|name| (name.seq, name.unix_s));
    Ok(names)
}
