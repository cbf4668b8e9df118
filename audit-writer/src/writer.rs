//! The writer as a program sees it: built, installed, flushed, shut down.

mod builder;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use audit_core::{
    EmitError, Pending, Recorder, Stream,
    record::{EventRef, LINE_BYTES_MAX},
    recorder::pending,
    schema::Schema,
};
use audit_log::line::Imported;
use audit_log::line::Loss;
use crossbeam_channel::{Receiver as Answer, Sender as QueueEnd};

use crate::channel::{Sender, Stop};
use crate::clock::Clock;
use crate::config::Overflow;
use crate::health::Health;
use crate::listed::Listed;
use crate::loss::LossCounter;
use crate::per_stream::PerStream;
use crate::stats::{Counters, Stats, add};
use crate::sync::queue::{Sender as StopEnd, TrySendError};
use crate::worker::{Ended, Worker};

pub use self::builder::Builder;

/// The writer of one log, in all its streams, and the guard of its thread: dropping it shuts the log
/// down in order.
///
/// ```no_run
/// let log = audit_writer::Writer::builder("/var/log/audit").install()?;
/// // … the program runs, and events are emitted …
/// let report = log.shutdown();
/// assert!(report.is_complete());
/// # Ok::<(), audit_writer::Error>(())
/// ```
///
/// A guard in a `static` is never dropped, and `process::exit`, `abort` and `exec` drop none:
/// [`shutdown_within`] ends an installed log from anywhere, before them. Where nothing can, the next run
/// records that this one ended without a stop.
#[derive(Debug)]
#[must_use = "dropping the writer shuts the log down"]
pub struct Writer(Arc<Control>);

/// What a writer is flushed and ended by.
#[derive(Debug)]
struct Control {
    handle: Handle,
    stop: StopEnd<Stop>,
    ended: Answer<Ended>,
    /// None once the thread was told to stop.
    thread: Mutex<Option<JoinHandle<()>>>,
    shutdown_within: Duration,
}

/// That of the program's recorder.
static INSTALLED: OnceLock<Arc<Control>> = OnceLock::new();

/// Makes everything durable that the program's recorder accepted before, and waits for that, at most so
/// long; without the [`Writer`] that [`Builder::install`] gave.
///
/// # Errors
///
/// `NoRecorder` if none was installed; otherwise as for [`Writer::flush`].
pub fn flush_within(at_most: Duration) -> Result<(), EmitError> {
    INSTALLED.get().ok_or(EmitError::NoRecorder)?.flush(at_most)
}

/// Shuts the program's log down, as [`Writer::shutdown_within`], without the [`Writer`] that
/// [`Builder::install`] gave: before `process::exit` or `exec`, at the end of a program that keeps
/// the guard in a `static`, or in the hook of a panic that aborts. `None` if none was installed.
///
/// ```no_run
/// use std::time::Duration;
///
/// if let Some(report) = audit_writer::shutdown_within(Duration::from_secs(2)) {
///     if !report.is_complete() {
///         eprintln!("{report}");
///     }
/// }
/// std::process::exit(0);
/// ```
pub fn shutdown_within(at_most: Duration) -> Option<ShutdownReport> {
    INSTALLED.get().map(|control| control.close_within(at_most))
}

/// The emitting side of a writer.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) sender: Sender,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) overflow: Overflow,
    pub(crate) counters: Arc<Counters>,
    pub(crate) losses: PerStream<Arc<LossCounter>>,
    /// What it takes alone, if it refuses what is not listed.
    pub(crate) refuses_unlisted: Option<Arc<Listed>>,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("counters", &self.counters).finish_non_exhaustive()
    }
}

/// A thread that waits for its work.
struct WriterThread {
    thread: JoinHandle<()>,
    work: QueueEnd<Worker>,
    ended: Answer<Ended>,
}

impl WriterThread {
    /// # Errors
    ///
    /// The system has no thread to give.
    fn spawn() -> io::Result<WriterThread> {
        let (work, work_end) = crossbeam_channel::bounded::<Worker>(1);
        let (ended_end, ended) = crossbeam_channel::bounded(1);
        let thread =
            std::thread::Builder::new().name("audit-writer".to_owned()).spawn(move || {
                let Ok(worker) = work_end.recv() else { return };
                // A clock or a storage of the caller's may panic. Then the channel is closed as the
                // worker is dropped, and with it everybody who waits is answered.
                let end = catch_unwind(AssertUnwindSafe(|| worker.run()));
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
    /// Records an event that happened elsewhere or before, as another log told of it; waits for room
    /// for at most so long. It is never folded.
    ///
    /// # Errors
    ///
    /// `Full`, and nothing is counted as lost: try again; `TooLarge`: the texts of `imported` take
    /// too much, or with them the event's line would; `Unlisted`, `Closed` or `AfterFork`.
    pub fn import(
        &self,
        event: EventRef<'_>,
        imported: &Imported<'_>,
        at_most: Duration,
    ) -> Result<(), EmitError> {
        self.0.handle.check_listed(event.schema())?;
        let told = imported.spell()?;
        if event.schema().max_line() + told.len() > LINE_BYTES_MAX {
            return Err(EmitError::TooLarge);
        }
        self.0.handle.sender.import(event, told, at_most)
    }

    /// Makes everything that was accepted before durable, and waits for that, at most so long.
    ///
    /// # Errors
    ///
    /// `NotDurable`, `TimedOut`, `Full` (nothing could be queued in that time), `Closed` or
    /// `AfterFork`.
    pub fn flush(&self, at_most: Duration) -> Result<(), EmitError> {
        self.0.flush(at_most)
    }

    /// What was done so far.
    pub fn stats(&self) -> Stats {
        self.0.handle.stats()
    }

    /// What the writer can do at present. [`Builder::on_health`] tells of each change.
    pub fn health(&self) -> Health {
        self.0.handle.counters.health.get()
    }

    /// [`shutdown_within`](Writer::shutdown_within) the bound that the builder was given.
    pub fn shutdown(self) -> ShutdownReport {
        let at_most = self.0.shutdown_within;
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
        self.0.close_within(at_most)
    }
}

impl Control {
    fn flush(&self, at_most: Duration) -> Result<(), EmitError> {
        let (completer, pending) = pending();
        let start_ns = self.handle.clock.up_ns();
        self.handle.sender.flush(completer, at_most)?;
        let waited_ns = self.handle.clock.up_ns().saturating_sub(start_ns);
        pending.wait_for(at_most.saturating_sub(Duration::from_nanos(waited_ns))).map(drop)
    }

    fn close_within(&self, at_most: Duration) -> ShutdownReport {
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

impl Drop for Writer {
    fn drop(&mut self) {
        let Control { handle, thread, shutdown_within, .. } = &*self.0;
        if handle.sender.is_in_child() {
            // There is no writer thread to let go of, and it may have held a lock at the moment of the
            // fork: all that it had a hand in is kept.
            std::mem::forget(Arc::clone(&self.0));
            return;
        }
        let is_running = thread.lock().is_ok_and(|thread| thread.is_some());
        if is_running {
            let report = self.close_within(*shutdown_within);
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
    /// a `summary` line, because the writer was out of time or could not write.
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
        let ShutdownReport { stats: Stats { accepted, written, folded, lost, unlisted }, durable } =
            self;
        let unwritten = self.unwritten();
        write!(f, "{accepted} accepted, {written} written, ")?;
        if *folded > 0 {
            write!(f, "{folded} folded, ")?;
        }
        write!(f, "{lost} lost, {unwritten} unwritten, ")?;
        if *unlisted > 0 {
            write!(f, "{unlisted} in no catalog, ")?;
        }
        f.write_str(if *durable { "durable" } else { "not known to be durable" })
    }
}

impl Handle {
    pub(crate) fn stats(&self) -> Stats {
        self.counters.now_of(|taken| self.sender.let_in(taken))
    }

    /// # Errors
    ///
    /// `Unlisted`.
    #[inline]
    fn check_listed(&self, schema: &'static Schema) -> Result<(), EmitError> {
        match &self.refuses_unlisted {
            None => Ok(()),
            Some(listed) => listed.check(schema),
        }
    }

    /// Accepts an event that is lost: a gap line will tell of it.
    ///
    /// # Errors
    ///
    /// `Closed` if the writer may have written its last gap line already.
    pub(crate) fn count_as_lost(&self, of: Stream, why: Loss) -> Result<(), EmitError> {
        let now = self.clock.now(); // First: a clock that panics leaves nothing half counted.
        add(&self.counters.lost_outside, 1);
        self.losses.of(of).add(why, 1, now);
        self.sender.check_not_drained()
    }
}

impl Recorder for Handle {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        self.check_listed(event.schema())?;
        match (self.sender.send(event, None, self.overflow.wait()), self.overflow) {
            (Err(EmitError::Full), Overflow::Block { .. } | Overflow::DropAndCount) => {
                self.count_as_lost(event.schema().stream, Loss::Full)
            }
            (sent, _) => sent,
        }
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        self.check_listed(event.schema())?;
        let (completer, pending) = pending();
        self.sender.send(event, Some(completer), self.overflow.wait())?;
        Ok(pending)
    }

    fn count_lost(&self, event: &'static Schema, _: EmitError) {
        // Where the log was shut down nobody can tell of it any more.
        let _closed = self.count_as_lost(event.stream, Loss::Refused);
    }
}

impl Recorder for Writer {
    fn record(&self, event: EventRef<'_>) -> Result<(), EmitError> {
        self.0.handle.record(event)
    }

    fn record_durable(&self, event: EventRef<'_>) -> Result<Pending, EmitError> {
        self.0.handle.record_durable(event)
    }

    fn count_lost(&self, event: &'static Schema, why: EmitError) {
        self.0.handle.count_lost(event, why);
    }
}
