//! The segments of a log on all cores, and their pieces in the order of the log.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::progress::Progress;
use super::stretch::{Piece, Pieces};
use super::with_first_line;
use crate::reader::{RawLines, Segment, Segments, supersedes_from};

/// So many pieces of a segment wait to be taken; of a segment of the usual size there are fewer.
const PIECES_MAX: usize = 256;
/// So many segments a thread wait for their turn.
const SEGMENTS_AHEAD: usize = 4;

/// Gives the pieces of a log to `take` until it wants no more, and says whether it took all of them.
/// The order is that of [`RawLines`].
pub(super) fn pieces(
    segments: Segments,
    progress: &Progress,
    mut take: impl FnMut(Piece) -> bool,
) -> bool {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let groups = Mutex::new(Groups { segments, upcoming: None });
    thread::scope(|scope| {
        let (order_end, order) = sync_channel(cores * SEGMENTS_AHEAD);
        let begun = (0..cores).filter(|_| {
            let (groups, order_end) = (&groups, order_end.clone());
            let work = move || work(groups, &order_end, progress);
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
fn work(groups: &Mutex<Groups>, order: &SyncSender<Receiver<Piece>>, progress: &Progress) {
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
        for piece in group.pieces(progress) {
            if pieces.send(piece).is_err() {
                return;
            }
        }
    }
}

/// Segments of which each brings lines of the one before again: as a rule a single one.
struct Group(Segments);

impl Group {
    fn pieces(self, progress: &Progress) -> Box<dyn Iterator<Item = Piece>> {
        let mut segments = progress.counted_all(self.0);
        match (segments.pop_front(), segments.is_empty()) {
            (Some((name, file)), true) => Box::new(Pieces::new(name, file)),
            (first, _) => {
                let segments = first.into_iter().chain(segments).collect();
                let lines = RawLines::of_segments(segments);
                Box::new(lines.map(|(position, raw)| Piece::Line(position, raw)))
            }
        }
    }
}

/// The groups of a log, in their order.
struct Groups {
    segments: Segments,
    /// The first segment of the next group.
    upcoming: Option<Segment>,
}

impl Iterator for Groups {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let first = self.upcoming.take().or_else(|| self.segments.pop_front())?;
        let mut group = VecDeque::from([first]);
        while let Some((name, file)) = self.segments.pop_front() {
            let (header, file) = with_first_line(file);
            if header.as_ref().and_then(supersedes_from).is_none() {
                self.upcoming = Some((name, file));
                break;
            }
            group.push_back((name, file));
        }
        Some(Group(group))
    }
}
