//! A clock, a storage or a waker of the user's that panics.

use audit_log::storage::{ReadSeek, ReadStorage};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use audit_core::EmitError;
use audit_writer::clock::{Clock, Stamp, SystemClock};
use audit_writer::storage::{FileState, HangingStorage, Lock, MemoryStorage, Storage, StorageFile};
use audit_writer::{Builder, Durability, Evidence, Overflow, Writer};

use crate::kit::{LONG, counts_on, panics, rang, rang_long};

/// A clock of which the n-th reading from now on panics: on emitting threads, or on the writer's.
#[derive(Default)]
pub(crate) struct Bomb {
    emitting: AtomicUsize,
    writing: AtomicUsize,
}

impl Bomb {
    fn tick(&self) {
        let is_writer = std::thread::current().name() == Some("audit-writer");
        let left = if is_writer { &self.writing } else { &self.emitting };
        let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
        assert!(before != Ok(1), "the clock panics");
    }

    /// Lets the writer's next reading panic.
    pub(crate) fn end_the_writer(&self) {
        self.writing.store(1, Ordering::SeqCst);
    }
}

impl Clock for Bomb {
    fn now(&self) -> Stamp {
        self.tick();
        SystemClock::new().now()
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        String::new()
    }
}

/// A writer with room for few events, by a clock that may panic; without evidence, for which clock
/// and storage would be used at moments that no test here is about.
pub(crate) fn writer_by(clock: &Arc<Bomb>, storage: impl Storage + 'static) -> Builder {
    Writer::builder_on(Arc::new(storage))
        .clock(Arc::clone(clock) as Arc<_>)
        .capacity_bytes(64 * 1024)
        .overflow(Overflow::Block { at_most: LONG })
        .durability(Durability::EveryBatch)
        .evidence(Evidence::Off)
}

pub(crate) fn a_clock_under_emit() {
    let (storage, clock) = (MemoryStorage::new(), Arc::new(Bomb::default()));
    let writer = writer_by(&clock, storage.clone()).start().unwrap();
    for count in 0..1000 {
        clock.emitting.store(1, Ordering::SeqCst);
        assert!(panics(|| rang(7_000).to(&writer).emit()));
        clock.emitting.store(1, Ordering::SeqCst);
        assert!(panics(|| rang(7_000).to(&writer).submit_durable()));
        // For a box it is not read again, if there is room for that.
        clock.emitting.store(1, Ordering::SeqCst);
        assert!(panics(|| rang_long(7_000).to(&writer).emit()));
        rang_long(count).to(&writer).emit().unwrap();
    }
    let report = writer.shutdown();
    assert!(report.is_complete() && report.stats.accepted == 1000, "{report}");
    assert_eq!(counts_on(&storage), (0..1000).collect::<Vec<_>>());
}

/// The moment of a loss is read from the clock too.
pub(crate) fn a_clock_under_a_loss() {
    let (storage, clock) = (HangingStorage::default(), Arc::new(Bomb::default()));
    let builder = writer_by(&clock, storage.clone()).overflow(Overflow::DropAndCount);
    let writer = builder.start().unwrap();
    storage.hang();
    rang(0).to(&writer).emit().unwrap();
    storage.wait_until_awaited(); // From now on it takes nothing.
    let mut count = 1;
    while writer.stats().lost == 0 {
        rang(count).to(&writer).emit().unwrap();
        count += 1;
    }
    let before = writer.stats();
    clock.emitting.store(2, Ordering::SeqCst); // The event's moment, the loss.
    assert!(panics(|| rang(count).to(&writer).emit()));
    // A box may have waited for room before, so what is left of the time is asked for: the loss comes
    // third.
    for reading in 1..=3 {
        clock.emitting.store(reading, Ordering::SeqCst);
        assert!(panics(|| rang_long(count).to(&writer).emit()));
    }
    assert_eq!(writer.stats(), before);
    storage.answer();
    let report = writer.shutdown_within(LONG);
    assert!(report.is_complete() && report.stats.lost == before.lost, "{report}");
    assert_eq!(counts_on(&storage).len() as u64, report.stats.written);
}

/// What the writer told through `tracing`, in this program.
static TOLD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Told;

impl std::io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        TOLD.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn listen() {
    let listener = tracing_subscriber::fmt().with_writer(|| Told).with_ansi(false).finish();
    // The second test finds it there.
    let _set_before = tracing::subscriber::set_global_default(listener);
    TOLD.lock().unwrap().clear();
}

/// The writer's thread ends by a panic, while somebody waits, when `panic` is called.
fn check_end(writer: Writer, storage: &MemoryStorage, panic: impl FnOnce()) {
    listen();
    for count in 0..10 {
        rang(count).to(&writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
    panic();
    let mut accepted = 10;
    // The clock may have ended it already.
    if let Ok(pending) = rang(10).to(&writer).submit_durable() {
        accepted += 1;
        assert_eq!(pending.wait_for(LONG), Err(EmitError::NotDurable));
    }
    while rang(11).to(&writer).emit().is_ok() {
        accepted += 1;
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(rang(12).to(&writer).emit(), Err(EmitError::Closed));
    assert_eq!(writer.flush(LONG), Err(EmitError::Closed));
    let stats = writer.stats();
    // The last of them was perhaps on its way when the channel was closed.
    assert!((accepted..=accepted + 1).contains(&stats.accepted), "{accepted} {stats:?}");
    assert_eq!(stats.written, 10);
    let report = writer.shutdown_within(Duration::MAX);
    assert!(!report.is_complete() && !report.durable, "{report}");
    assert_eq!(report.unwritten(), stats.accepted - 10);
    let told = String::from_utf8(TOLD.lock().unwrap().clone()).unwrap();
    assert!(told.contains("ERROR audit_writer: the audit log's writer panicked"), "{told}");
    // The log is nobody's, and whole.
    let next = writer_by(&Arc::default(), storage.clone()).start().unwrap();
    rang(13).to(&next).emit().unwrap();
    assert!(next.shutdown().is_complete());
    assert_eq!(counts_on(storage), (0..10).chain([13]).collect::<Vec<_>>());
}

pub(crate) fn a_clock_under_the_writer() {
    let (storage, clock) = (MemoryStorage::new(), Arc::new(Bomb::default()));
    let writer = writer_by(&clock, storage.clone()).start().unwrap();
    check_end(writer, &storage, || clock.end_the_writer());
}

/// A storage whose writes panic while it is told so.
#[derive(Clone, Default)]
struct Mine {
    inner: MemoryStorage,
    is_armed: Arc<AtomicBool>,
}

impl Mine {
    fn file(&self, inner: Box<dyn StorageFile>) -> Box<dyn StorageFile> {
        Box::new(MineFile { inner, is_armed: Arc::clone(&self.is_armed) })
    }
}

impl ReadStorage for Mine {
    fn list(&self) -> std::io::Result<Vec<(String, u64)>> {
        self.inner.list()
    }

    fn read(&self, name: &str) -> std::io::Result<Box<dyn ReadSeek>> {
        self.inner.read(name)
    }
}

impl Storage for Mine {
    fn lock(&self, name: &str) -> std::io::Result<Lock> {
        self.inner.lock(name)
    }

    fn create(&self, name: &str) -> std::io::Result<Box<dyn StorageFile>> {
        Ok(self.file(self.inner.create(name)?))
    }

    fn append(&self, name: &str) -> std::io::Result<Box<dyn StorageFile>> {
        Ok(self.file(self.inner.append(name)?))
    }

    fn renew(&self, name: &str, from: u64) -> std::io::Result<()> {
        self.inner.renew(name, from)
    }

    fn rename(&self, from: &str, to: &str) -> std::io::Result<()> {
        self.inner.rename(from, to)
    }

    fn replace(&self, from: &str, to: &str) -> std::io::Result<()> {
        self.inner.replace(from, to)
    }

    fn remove(&self, name: &str) -> std::io::Result<()> {
        self.inner.remove(name)
    }

    fn sync_names(&self) -> std::io::Result<()> {
        self.inner.sync_names()
    }

    fn state(&self, name: &str) -> std::io::Result<Option<FileState>> {
        self.inner.state(name)
    }

    fn free_bytes(&self) -> std::io::Result<u64> {
        self.inner.free_bytes()
    }
}

struct MineFile {
    inner: Box<dyn StorageFile>,
    is_armed: Arc<AtomicBool>,
}

impl StorageFile for MineFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        assert!(!self.is_armed.load(Ordering::SeqCst), "the storage panics");
        self.inner.write(bytes)
    }

    fn sync(&mut self) -> std::io::Result<()> {
        self.inner.sync()
    }

    fn truncate(&mut self, bytes: u64) -> std::io::Result<()> {
        self.inner.truncate(bytes)
    }

    fn state(&self) -> std::io::Result<FileState> {
        self.inner.state()
    }
}

pub(crate) fn a_storage_under_the_writer() {
    let storage = Mine::default();
    let writer = writer_by(&Arc::default(), storage.clone()).start().unwrap();
    check_end(writer, &storage.inner, || storage.is_armed.store(true, Ordering::SeqCst));
}

/// It panics when it is told that there is an answer.
struct Touchy;

impl Wake for Touchy {
    fn wake(self: Arc<Self>) {
        panic!("a waker panics");
    }
}

pub(crate) fn a_waker() {
    let storage = HangingStorage::default();
    let writer = writer_by(&Arc::default(), storage.clone()).start().unwrap();
    storage.hang();
    let mut touchy = rang(1).to(&writer).submit_durable().unwrap();
    let after = rang(2).to(&writer).submit_durable().unwrap();
    let waker = Waker::from(Arc::new(Touchy));
    let polled = Pin::new(&mut touchy).poll(&mut Context::from_waker(&waker));
    assert_eq!(polled, Poll::Pending);
    storage.answer();
    assert!(after.wait_for(LONG).is_ok());
    assert!(touchy.wait_for(LONG).is_ok());
    rang(3).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    assert_eq!(counts_on(&storage), [1, 2, 3]);
}
