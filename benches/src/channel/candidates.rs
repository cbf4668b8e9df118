//! The candidates.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use audit_writer::clock::{Clock, SystemClock};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use rtrb::{Consumer, Producer, RingBuffer};

use super::RECORD_BYTES;

/// Bytes that a way may hold.
const CAPACITY: usize = 1024 * 1024;
/// How often a sender that found no room looks again.
const LOOK_EVERY: Duration = Duration::from_micros(500);

/// A way with the ends of so many threads.
pub(crate) struct Way {
    pub(crate) lanes: Vec<Box<dyn Lane>>,
    pub(crate) drain: Box<dyn Drain>,
}

/// The end of a sending thread.
pub(crate) trait Lane: Send {
    /// Sends a record with the time; waits while there is no room.
    fn send(&mut self, record: &[u8; RECORD_BYTES]);
}

/// The end of the receiving thread.
pub(crate) trait Drain: Send {
    /// Takes what is there, and says how many records that were.
    fn drain(&mut self) -> usize;

    /// Waits for a record, but not for ever, and takes it.
    fn wait(&mut self) -> usize {
        0
    }
}

/// One bounded queue with records of at most so many bytes in its slots.
pub(crate) struct Queue<const BYTES: usize>;

struct Message<const BYTES: usize> {
    at_ns: u64,
    bytes: [u8; BYTES],
}

impl<const BYTES: usize> Queue<BYTES> {
    pub(crate) fn way(threads: usize) -> Way {
        let slot_bytes = size_of::<Message<BYTES>>() + size_of::<usize>();
        let (sender, receiver) =
            crossbeam_channel::bounded::<Message<BYTES>>(CAPACITY / slot_bytes);
        let lanes = (0..threads).map(|_| Box::new(sender.clone()) as Box<dyn Lane>).collect();
        Way { lanes, drain: Box::new(receiver) }
    }
}

impl<const BYTES: usize> Lane for Sender<Message<BYTES>> {
    fn send(&mut self, record: &[u8; RECORD_BYTES]) {
        let at_ns = SystemClock::new().up_ns();
        let mut bytes = [0; BYTES];
        if let Some(front) = bytes.first_chunk_mut() {
            *front = *record;
        }
        let mut message = Message { at_ns, bytes };
        while let Err(TrySendError::Full(back)) = self.try_send(message) {
            message = back;
            thread::sleep(LOOK_EVERY);
        }
    }
}

impl<const BYTES: usize> Drain for Receiver<Message<BYTES>> {
    fn drain(&mut self) -> usize {
        self.try_iter().map(look_at).count()
    }

    fn wait(&mut self) -> usize {
        self.recv_timeout(Duration::from_millis(10)).map(look_at).iter().count()
    }
}

fn look_at<const BYTES: usize>(message: Message<BYTES>) {
    std::hint::black_box((message.at_ns, message.bytes));
}

/// A ring of bytes for each thread. A ticket in front of each record says where in the order of
/// all threads it stands.
pub(crate) struct Rings {
    rings: Vec<Consumer<u8>>,
    next: u64,
}

struct Ring {
    ring: Producer<u8>,
    tickets: Arc<AtomicU64>,
}

/// The ticket, the time, the record.
const ENTRY_BYTES: usize = 8 + 8 + RECORD_BYTES;

impl Rings {
    pub(crate) fn way(threads: usize) -> Way {
        let tickets = Arc::new(AtomicU64::new(0));
        let (producers, rings): (Vec<_>, Vec<_>) =
            (0..threads).map(|_| RingBuffer::new(CAPACITY / threads)).unzip();
        let lane = |ring| Box::new(Ring { ring, tickets: Arc::clone(&tickets) }) as Box<dyn Lane>;
        let lanes = producers.into_iter().map(lane).collect();
        Way { lanes, drain: Box::new(Rings { rings, next: 0 }) }
    }
}

impl Lane for Ring {
    fn send(&mut self, record: &[u8; RECORD_BYTES]) {
        let at_ns = SystemClock::new().up_ns();
        while self.ring.slots() < ENTRY_BYTES {
            thread::sleep(LOOK_EVERY);
        }
        // Drawn only when there is room, because the receiver waits for every ticket.
        let ticket = self.tickets.fetch_add(1, Ordering::SeqCst);
        let mut entry = [0; ENTRY_BYTES];
        let (front, rest) = entry.split_at_mut(8);
        let (middle, back) = rest.split_at_mut(8);
        front.copy_from_slice(&ticket.to_le_bytes());
        middle.copy_from_slice(&at_ns.to_le_bytes());
        back.copy_from_slice(record);
        if let Ok(mut chunk) = self.ring.write_chunk(ENTRY_BYTES) {
            let (front, back) = chunk.as_mut_slices();
            let (first, second) = entry.split_at(front.len());
            front.copy_from_slice(first);
            back.copy_from_slice(second);
            chunk.commit_all();
        }
    }
}

impl Drain for Rings {
    /// Takes the tickets in order, as far as they are there.
    fn drain(&mut self) -> usize {
        let first = self.next;
        loop {
            let before = self.next;
            for ring in &mut self.rings {
                while take(ring, self.next) {
                    self.next += 1;
                }
            }
            if self.next == before {
                return (self.next - first) as usize;
            }
        }
    }
}

/// Takes the ring's first entry, if it has this ticket.
fn take(ring: &mut Consumer<u8>, ticket: u64) -> bool {
    let Ok(chunk) = ring.read_chunk(ENTRY_BYTES) else { return false };
    let mut entry = [0; ENTRY_BYTES];
    let (front, back) = chunk.as_slices();
    let (first, second) = entry.split_at_mut(front.len());
    first.copy_from_slice(front);
    second.copy_from_slice(back);
    let is_next = entry.first_chunk() == Some(&ticket.to_le_bytes());
    if is_next {
        chunk.commit_all();
        std::hint::black_box(entry);
    }
    is_next
}
