//! The writer as a program sees it: built, installed, flushed, shut down.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use audit_core::{EmitError, EventRef, Pending, Recorder, Schema, pending};
use crossbeam_channel::{Receiver as Answer, Sender as QueueEnd};

use crate::channel::{Ends, Sender, Stop, channel};
use crate::clock::{Clock, SystemClock};
use crate::compression::Compression;
use crate::config::{Config, Durability, Evidence, Overflow};
use crate::error::{Error, ErrorKind};
use crate::evidence::store::{FileKeys, KeyStore};
use crate::flood::Flood;
use crate::loss::{Loss, LossCounter};
use crate::pseudonym::KeyedHash;
use crate::retention::Retention;
use crate::rotation::Rotation;
use crate::segment::active::Fault;
use crate::segment::name::LOCK;
use crate::stats::{Counters, Stats, add};
use crate::storage::{Lock, OsStorage, Storage};
use crate::stream::{Stream, World};
use crate::sync::queue::{Sender as StopEnd, TrySendError};
use crate::worker::{Ended, Worker};

/// The writer of one log, and the guard of its thread: dropping it shuts the log down in order.
///
/// ```no_run
/// let log = audit_writer::Writer::builder("/var/log/audit").install()?;
/// // … the program runs, and events are emitted …
/// let report = log.shutdown();
/// assert!(report.is_complete());
/// # Ok::<(), audit_writer::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "dropping the writer shuts the log down"]
pub struct Writer {
    handle: Handle,
    stop: StopEnd<Stop>,
    ended: Answer<Ended>,
    /// None once the thread was told to stop.
    thread: Mutex<Option<JoinHandle<()>>>,
    shutdown_within: Duration,
}

/// The emitting side of a writer.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) sender: Sender,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) overflow: Overflow,
    pub(crate) counters: Arc<Counters>,
    pub(crate) losses: Arc<LossCounter>,
}

/// What a writer is told before it starts. Every setting has a default.
#[must_use = "a builder does nothing before `install` or `start`"]
pub struct Builder {
    place: Place,
    clock: Arc<dyn Clock>,
    config: Config,
    keys: Option<Arc<dyn KeyStore>>,
}

enum Place {
    Dir(PathBuf),
    Storage(Arc<dyn Storage>),
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("config", &self.config).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("counters", &self.counters).finish_non_exhaustive()
    }
}

impl Builder {
    /// When a segment ends and the next begins; daily and at 8 MiB by default.
    pub fn rotation(mut self, rotation: Rotation) -> Builder {
        self.config.rotation = rotation;
        self
    }

    /// How long segments are kept; 14 days and 256 MiB by default.
    pub fn retention(mut self, retention: Retention) -> Builder {
        self.config.retention = retention;
        self
    }

    /// Whether rotated segments are compressed; not by default.
    pub fn compression(mut self, compression: Compression) -> Builder {
        self.config.compression = compression;
        self
    }

    /// Whether the log can be shown to be what was written; by signed checkpoints by default.
    pub fn evidence(mut self, evidence: Evidence) -> Builder {
        self.config.evidence = evidence;
        self
    }

    /// Where the keys are kept that checkpoints are signed with: by default in the folder `keys` of
    /// the log's directory, or in the given storage.
    pub fn keys(mut self, keys: Arc<dyn KeyStore>) -> Builder {
        self.keys = Some(keys);
        self
    }

    /// How many bytes of records may wait for the writer; 1 MiB by default, which suits a board of
    /// 256 MB. So many may wait in slots of 128 bytes and, beside them, so many in boxes, where
    /// records of more than 80 bytes travel; while the disk fails, as many slots again are kept
    /// aside. So the records that wait take at most three times this, and beside them the writer
    /// has a buffer of 64 KiB and a line, and about 2 KiB for each type of event.
    pub fn capacity_bytes(mut self, bytes: usize) -> Builder {
        self.config.capacity_bytes = bytes;
        self
    }

    /// What happens to an event when the channel is full; it waits for at most 50 ms by default.
    pub fn overflow(mut self, overflow: Overflow) -> Builder {
        self.config.overflow = overflow;
        self
    }

    /// How much of a flood of denied and failed events is written in full; by default 20 of one
    /// event from one source in 10 s, and no more than a quarter of what is kept.
    pub fn flood(mut self, flood: Flood) -> Builder {
        self.config.flood = flood;
        self
    }

    /// When lines are made durable that nobody waits for; every second by default.
    pub fn durability(mut self, durability: Durability) -> Builder {
        self.config.durability = durability;
        self
    }

    /// The longest that dropping the writer takes; 5 s by default.
    pub fn shutdown_within(mut self, at_most: Duration) -> Builder {
        self.config.shutdown_within = at_most;
        self
    }

    /// How long the writer waits after a fault before it tries to write again; 1 s by default.
    pub fn retry_after(mut self, pause: Duration) -> Builder {
        self.config.retry_after = pause;
        self
    }

    /// What tells the time; the machine's clocks by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Builder {
        self.clock = clock;
        self
    }

    /// Opens the log, starts its writer thread and makes it the program's recorder, so that `emit`
    /// reaches it.
    ///
    /// # Errors
    ///
    /// As for [`start`](Builder::start); a recorder is installed already.
    pub fn install(self) -> Result<Writer, Error> {
        if audit_core::recorder().is_some() {
            return Err(ErrorKind::Installed.into());
        }
        let writer = self.begin(true)?;
        // Leaked once in the life of a program: threads may emit until its very end.
        let recorder: &'static Handle = Box::leak(Box::new(writer.handle.clone()));
        audit_core::set_recorder(recorder).map_err(|_installed| ErrorKind::Installed)?;
        Ok(writer)
    }

    /// Opens the log and starts its writer thread. Events reach it by `emit_to`.
    ///
    /// # Errors
    ///
    /// The configuration cannot work; the directory or a file in it is not safe to write to, is in
    /// use by another, or the system refused something. [`Error`] says which.
    pub fn start(self) -> Result<Writer, Error> {
        self.begin(false)
    }

    fn begin(self, takes_unrecorded: bool) -> Result<Writer, Error> {
        let Builder { place, clock, config, keys } = self;
        config.check()?;
        let dir = match &place {
            Place::Dir(dir) => dir.clone(),
            Place::Storage(_) => PathBuf::from("the given storage"),
        };
        // First, so that nothing is touched where no thread is to be had. If there is an error
        // below it has nothing to do, and ends.
        let WriterThread { thread, work, ended } =
            WriterThread::spawn().map_err(Error::io("start the writer thread for", &dir))?;
        let is_given = matches!(place, Place::Storage(_));
        let storage: Arc<dyn Storage> = match place {
            Place::Dir(dir) => Arc::new(OsStorage::open(dir)?),
            Place::Storage(storage) => storage,
        };
        let lock = match storage.lock(LOCK).map_err(Error::io("lock", &dir))? {
            Lock::Taken(lock) => lock,
            Lock::Held(pid) => return Err(ErrorKind::Locked { dir, pid }.into()),
        };
        // Below the lock: whoever is refused it makes no folder.
        let keys: Arc<dyn KeyStore> = match keys {
            Some(keys) => keys,
            None if is_given || config.evidence == Evidence::Off => {
                Arc::new(FileKeys(Arc::clone(&storage)))
            }
            None => Arc::new(FileKeys::of_log(&dir)?),
        };
        let world = World {
            storage,
            keys,
            clock: Arc::clone(&clock),
            config,
            counters: Arc::default(),
            losses: Arc::default(),
            takes_unrecorded,
        };
        let stream = Stream::open(world.clone())
            .map_err(|Fault { doing, error }| Error::io(doing, &dir)(error))?;
        let key =
            KeyedHash::generate().map_err(Error::io("draw the key of pseudonyms for", &dir))?;
        let ends = Ends { clock: Arc::clone(&clock), pseudonyms: Arc::new(key) };
        let (sender, receiver, stop) = channel(config.capacity_bytes, ends);
        let handle = Handle {
            sender,
            clock,
            overflow: config.overflow,
            counters: Arc::clone(&world.counters),
            losses: Arc::clone(&world.losses),
        };
        // Should the thread not be there any more, the channel is closed and the report says so.
        drop(work.send(Work { worker: Worker::new(receiver, world, stream), lock }));
        Ok(Writer {
            handle,
            stop,
            ended,
            thread: Mutex::new(Some(thread)),
            shutdown_within: config.shutdown_within,
        })
    }
}

/// A thread that waits for its work.
struct WriterThread {
    thread: JoinHandle<()>,
    work: QueueEnd<Work>,
    ended: Answer<Ended>,
}

/// What the writer thread does, and what it lets go of afterwards.
struct Work {
    worker: Worker,
    lock: Box<dyn Any + Send>,
}

impl WriterThread {
    /// # Errors
    ///
    /// The system has no thread to give.
    fn spawn() -> io::Result<WriterThread> {
        let (work, work_end) = crossbeam_channel::bounded::<Work>(1);
        let (ended_end, ended) = crossbeam_channel::bounded(1);
        let thread =
            std::thread::Builder::new().name("audit-writer".to_owned()).spawn(move || {
                let Ok(Work { worker, lock }) = work_end.recv() else { return };
                // A clock or a storage of the caller's may panic. Then the channel is closed as the
                // worker is dropped, and with it everybody who waits is answered.
                let end = catch_unwind(AssertUnwindSafe(|| worker.run()));
                drop(lock);
                let end = end.unwrap_or_else(|panic| {
                    tracing::error!(
                        target: "audit_writer",
                        "the audit log's writer panicked: nothing is recorded any more"
                    );
                    std::mem::forget(panic); // It may panic again when it is dropped.
                    Ended { durable: false }
                });
                // Nobody may listen any more: a shutdown that was out of time.
                drop(ended_end.send(end));
            })?;
        Ok(WriterThread { thread, work, ended })
    }
}

impl Writer {
    /// A writer into a directory of the machine, which is created with mode 0750 if it is not
    /// there.
    pub fn builder(dir: impl Into<PathBuf>) -> Builder {
        Builder {
            place: Place::Dir(dir.into()),
            clock: Arc::new(SystemClock::new()),
            config: Config::default(),
            keys: None,
        }
    }

    /// A writer into a storage of the caller's.
    pub fn builder_on(storage: Arc<dyn Storage>) -> Builder {
        Builder { place: Place::Storage(storage), ..Writer::builder("") }
    }

    /// Makes everything that was accepted before durable, and waits for that, at most so long.
    ///
    /// # Errors
    ///
    /// `NotDurable`, `TimedOut`, `Full` (nothing could be queued in that time), `Closed` or
    /// `AfterFork`.
    pub fn flush(&self, at_most: Duration) -> Result<(), EmitError> {
        let (completer, pending) = pending();
        let start_ns = self.handle.clock.up_ns();
        self.handle.sender.flush(completer, at_most)?;
        let waited_ns = self.handle.clock.up_ns().saturating_sub(start_ns);
        pending.wait_for(at_most.saturating_sub(Duration::from_nanos(waited_ns))).map(drop)
    }

    /// What was done so far.
    pub fn stats(&self) -> Stats {
        self.handle.stats()
    }

    /// [`shutdown_within`](Writer::shutdown_within) the bound that the builder was given.
    pub fn shutdown(self) -> ShutdownReport {
        let at_most = self.shutdown_within;
        self.shutdown_within(at_most)
    }

    /// Takes no more events, writes those that were accepted, makes them durable, and records the
    /// end of the run; and takes no longer than about `at_most`, whatever the disk does.
    pub fn shutdown_within(self, at_most: Duration) -> ShutdownReport {
        self.close_within(at_most)
    }

    /// [`shutdown_within`](Writer::shutdown_within) for a writer that others still refer to. Only
    /// the first call does anything; a later one reports what is known. So does one in a forked
    /// child, at once: the writer thread is in the process that it was forked from.
    pub fn close_within(&self, at_most: Duration) -> ShutdownReport {
        if self.handle.sender.is_in_child() {
            return ShutdownReport { stats: self.handle.stats(), durable: false };
        }
        self.handle.sender.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ended = match self.stop.try_send(Stop { within: at_most }) {
            Ok(()) => {
                self.handle.sender.wake();
                self.ended.recv_timeout(at_most).ok()
            }
            // It is at its end, by a panic, or has answered already.
            Err(TrySendError::Disconnected(_)) => self.ended.recv_timeout(at_most).ok(),
            Err(TrySendError::Full(_)) => None,
        };
        // A thread that has answered is at its end, so joining it takes no time; one that has not
        // may hang in a system call, and is left to itself.
        if let (Some(_), Some(thread)) = (&ended, thread) {
            drop(thread.join());
        }
        ShutdownReport { stats: self.handle.stats(), durable: ended.is_some_and(|end| end.durable) }
    }
}

impl Writer {
    /// Keeps, in a forked child, all that the writer thread had a hand in: there is no such thread
    /// to let go of, and it may have held a lock at the moment of the fork.
    fn leak(&mut self) {
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        std::mem::forget((thread, self.handle.clone(), self.stop.clone(), self.ended.clone()));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.handle.sender.is_in_child() {
            return self.leak();
        }
        let is_running = self.thread.get_mut().is_ok_and(|thread| thread.is_some());
        if is_running {
            let report = self.close_within(self.shutdown_within);
            if !report.is_complete() {
                tracing::error!(target: "audit_writer", %report, "the audit log was not shut down completely");
            }
        }
    }
}

/// What a shutdown achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the report says whether the log is complete"]
pub struct ShutdownReport {
    /// What the run did.
    pub stats: Stats,
    /// Whether everything that was written is on stable storage, and with it the line that ends
    /// the run.
    pub durable: bool,
}

impl ShutdownReport {
    /// Events that were accepted and are neither known to be in a file nor told of by a gap line or
    /// a `fold` line, because the writer was out of time or could not write.
    pub fn unwritten(&self) -> u64 {
        self.stats.unwritten()
    }

    /// Whether everything that was accepted is on stable storage, or its loss is.
    pub fn is_complete(&self) -> bool {
        self.durable && self.unwritten() == 0
    }
}

impl std::fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ShutdownReport { stats: Stats { accepted, written, folded, lost }, durable } = self;
        let unwritten = self.unwritten();
        write!(f, "{accepted} accepted, {written} written, ")?;
        if *folded > 0 {
            write!(f, "{folded} folded, ")?;
        }
        write!(f, "{lost} lost, {unwritten} unwritten, ")?;
        f.write_str(if *durable { "durable" } else { "not known to be durable" })
    }
}

impl Handle {
    pub(crate) fn stats(&self) -> Stats {
        self.counters.now_of(|taken| self.sender.let_in(taken))
    }

    /// Accepts an event that is lost: a gap line will tell of it.
    ///
    /// # Errors
    ///
    /// `Closed` if the writer may have written its last gap line already.
    pub(crate) fn count_as_lost(&self, why: Loss) -> Result<(), EmitError> {
        let now = self.clock.now(); // First: a clock that panics leaves nothing half counted.
        add(&self.counters.lost_outside, 1);
        self.losses.add(why, 1, now);
        self.sender.check_not_ended()
    }
}

impl Recorder for Handle {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        match (self.sender.send(event, None, self.overflow.wait()), self.overflow) {
            (Err(EmitError::Full), Overflow::Block { .. } | Overflow::DropAndCount) => {
                self.count_as_lost(Loss::Full)
            }
            (sent, _) => sent,
        }
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        let (completer, pending) = pending();
        self.sender.send(event, Some(completer), self.overflow.wait())?;
        Ok(pending)
    }

    fn count_lost(&self, _: &'static Schema, _: EmitError) {
        // Where the log was shut down nobody can tell of it any more.
        let _closed = self.count_as_lost(Loss::Refused);
    }
}

impl Recorder for Writer {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        self.handle.record(event)
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        self.handle.record_durable(event)
    }

    fn count_lost(&self, event: &'static Schema, why: EmitError) {
        self.handle.count_lost(event, why);
    }
}
