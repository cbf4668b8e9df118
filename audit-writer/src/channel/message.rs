//! What crosses the channel.

use std::sync::Arc;

use audit_core::{Stream, record::Record, recorder::Completer};

use crate::sync::atomic::{AtomicUsize, Ordering};

/// A record of at most so many bytes travels in a slot. With what stands beside it in a message and
/// the queue's own word, a slot then takes 128 bytes: two lines of a cache. The record of a login
/// takes about 55 of them.
pub(crate) const SLOT_BYTES: usize = 80;

/// What the writer is asked to do.
pub(crate) enum Message {
    /// Write this, which was emitted so many nanoseconds after boot, and answer, where somebody
    /// waits, once it is durable.
    Write { at_ns: u64, record: Carried, waiter: Option<Completer> },
    /// Make everything before this durable, and answer.
    Flush(Completer),
}

/// A record on its way.
pub(crate) enum Carried {
    InSlot(Record<[u8; SLOT_BYTES]>),
    /// The room that the box takes is given back with it.
    Boxed {
        record: Record<Box<[u8]>>,
        _room: Room,
    },
    Imported(Box<Import>),
}

/// A record of what another log told of.
pub(crate) struct Import {
    pub(crate) record: Record<Box<[u8]>>,
    /// What its line says of that, spelled.
    pub(crate) told: Box<[u8]>,
    _room: Room,
}

impl Import {
    pub(crate) fn new(record: Record<Box<[u8]>>, told: Box<[u8]>, room: Room) -> Import {
        Import { record, told, _room: room }
    }
}

impl Carried {
    /// Which stream the event belongs to.
    pub(crate) fn stream(&self) -> Stream {
        match self {
            Carried::InSlot(record) => record.schema().stream,
            Carried::Boxed { record, .. } => record.schema().stream,
            Carried::Imported(imported) => imported.record.schema().stream,
        }
    }
}

/// What boxes on their way may take together.
#[derive(Debug)]
pub(crate) struct BoxRoom {
    taken: AtomicUsize,
    max: usize,
}

/// Room for a box, given back when the box is gone.
#[derive(Debug)]
pub(crate) struct Room {
    of: Arc<BoxRoom>,
    bytes: usize,
}

impl BoxRoom {
    pub(crate) fn new(max: usize) -> BoxRoom {
        BoxRoom { taken: AtomicUsize::new(0), max }
    }

    /// Whether a box of so many bytes can ever have room.
    pub(crate) fn could_take(&self, bytes: usize) -> bool {
        bytes <= self.max
    }

    /// Whether most of the room is free.
    pub(crate) fn has_much_room(&self) -> bool {
        self.taken.load(Ordering::Acquire) <= self.max / 4
    }

    /// Room for a box, if there is some now.
    pub(crate) fn take(room: &Arc<BoxRoom>, bytes: usize) -> Option<Room> {
        let taken = room.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
            taken.checked_add(bytes).filter(|total| *total <= room.max)
        });
        taken.is_ok().then(|| Room { of: Arc::clone(room), bytes })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.of.taken.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_two_cache_lines() {
        // The queue keeps one word beside each message.
        assert_eq!(size_of::<Message>() + size_of::<usize>(), 128);
    }

    #[test]
    fn a_box_s_room_is_given_back() {
        let boxes = Arc::new(BoxRoom::new(64));
        assert!(boxes.could_take(64) && !boxes.could_take(65));
        let room = BoxRoom::take(&boxes, 60);
        assert!(room.is_some());
        assert!(BoxRoom::take(&boxes, 5).is_none());
        drop(room);
        assert!(BoxRoom::take(&boxes, 64).is_some());
    }
}
