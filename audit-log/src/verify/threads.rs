//! The segments of a log on all cores, and their pieces in the order of the log.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::stretch::{Piece, Pieces};
use crate::reader::{NotOpened, RawLines, Segment, Segments, supersedes_from, with_first_line};

/// So many pieces of a segment wait to be taken; of a segment of the usual size there are fewer.
const PIECES_MAX: usize = 64;
/// So many segments a thread wait for their turn.
const SEGMENTS_AHEAD: usize = 4;

/// Gives the pieces of a log to `take` until it wants no more, and says whether it took all of them.
/// The order is that of [`RawLines`].
pub(super) fn pieces(segments: Segments<'_>, mut take: impl FnMut(Piece) -> bool) -> bool {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let groups = Mutex::new(Groups { segments, upcoming: None });
    thread::scope(|scope| {
        let (order_end, order) = sync_channel(cores * SEGMENTS_AHEAD);
        let begun = (0..cores).filter(|_| {
            let (groups, order_end) = (&groups, order_end.clone());
            let work = move || work(groups, &order_end);
            thread::Builder::new().spawn_scoped(scope, work).is_ok()
        });
        if begun.count() == 0 {
            return false; // No thread is to be had.
        }
        drop(order_end);
        order.into_iter().flatten().all(&mut take)
    })
}

/// Takes groups, and sends the pieces of each, until there are no more or nobody wants any.
fn work(groups: &Mutex<Groups<'_>>, order: &SyncSender<Receiver<Piece>>) {
    loop {
        let (pieces, group) = {
            let mut groups = groups.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(group) = groups.next() else { return };
            let (end, pieces) = sync_channel(PIECES_MAX);
            // Below the lock: the order of the groups is that in which they are taken.
            if order.send(pieces).is_err() {
                return;
            }
            (end, group)
        };
        for piece in group.pieces() {
            if pieces.send(piece).is_err() {
                return;
            }
        }
    }
}

/// What is gone through on one thread.
enum Group<'a> {
    Alone(Segment<'a>),
    /// Segments of which each brings lines of the one before again.
    Several(Vec<Segment<'a>>),
    NotOpened(NotOpened),
}

impl<'a> Group<'a> {
    fn pieces(self) -> Box<dyn Iterator<Item = Piece> + 'a> {
        match self {
            Group::Alone((name, file)) => Box::new(Pieces::new(name, file)),
            Group::Several(segments) => {
                let lines = RawLines::of_segments(segments.into_iter().map(Ok)).impatiently();
                Box::new(lines.map(|(position, raw)| Piece::Line(position, raw)))
            }
            Group::NotOpened(why) => Box::new(std::iter::once(Piece::NotOpened(why))),
        }
    }
}

/// The groups of a log, in their order. A segment is opened when it is the next one's turn to be taken.
struct Groups<'a> {
    segments: Segments<'a>,
    /// The first segment of the next group.
    upcoming: Option<Result<Segment<'a>, NotOpened>>,
}

impl<'a> Iterator for Groups<'a> {
    type Item = Group<'a>;

    fn next(&mut self) -> Option<Group<'a>> {
        let first = match self.upcoming.take().or_else(|| self.segments.next())? {
            Ok(first) => first,
            Err(why) => return Some(Group::NotOpened(why)),
        };
        let mut others = Vec::new();
        for opened in self.segments.by_ref() {
            let (name, file) = match opened {
                Ok(segment) => segment,
                Err(why) => {
                    self.upcoming = Some(Err(why));
                    break;
                }
            };
            let (header, file) = with_first_line(file);
            if header.as_ref().and_then(supersedes_from).is_none() {
                self.upcoming = Some(Ok((name, file)));
                break;
            }
            others.push((name, file));
        }
        Some(match others.is_empty() {
            true => Group::Alone(first),
            false => Group::Several(std::iter::once(first).chain(others).collect()),
        })
    }
}
