//! The streams of a log as the writer thread serves them: which event goes where, who waits for
//! which line to be durable, and when each stream is synced.

use std::sync::Arc;

use audit_core::{EmitError, Level, Receipt, Stream, recorder::Completer};

use crate::config::{Durability, Unsynced};
use crate::loss::LossCounter;
use crate::per_stream::PerStream;
use crate::segment::active::Fault;
use crate::stream::{Numbered, OpenStream, World};

/// The streams of a log. `audit` is always one.
pub(crate) struct Streams {
    audit: StreamState,
    access: Option<StreamState>,
    application: Option<StreamState>,
}

/// A stream and who waits for it.
pub(crate) struct StreamState {
    pub(crate) stream: OpenStream,
    /// Who waits for which line to be durable.
    waiters: Vec<(u64, Completer)>,
    unsynced_since_ns: Option<u64>,
    last_sync_ns: u64,
    /// Whether a line that is not durable yet was denied or failed.
    urgent: bool,
    /// Whether a waiter, or a flush, asked for a sync now.
    sync_requested: bool,
}

impl Streams {
    /// Opens the streams that the log is to have, `audit` first: it says which log it is. The world
    /// is that of all of them.
    ///
    /// # Errors
    ///
    /// What the storage said. Of the streams that were opened before, a run has begun then that has
    /// no end.
    pub(crate) fn open(
        world: &World,
        losses: &PerStream<Arc<LossCounter>>,
    ) -> Result<Streams, Fault> {
        let open = |stream, log, log_before| {
            let config = world.config.of(stream);
            let losses = Arc::clone(losses.of(stream));
            OpenStream::open(World { stream, log, log_before, config, losses, ..world.clone() })
        };
        let audit = open(Stream::Audit, None, None)?;
        let log = audit.log().to_owned();
        let before = audit.log_before().map(str::to_owned);
        let other = |stream| match world.config.has(stream) {
            true => {
                let opened = open(stream, Some(log.clone()), before.clone());
                opened.map(|stream| Some(StreamState::new(stream)))
            }
            false => Ok(None),
        };
        let (access, application) = (other(Stream::Access)?, other(Stream::Application)?);
        Ok(Streams { audit: StreamState::new(audit), access, application })
    }

    /// What identifies the log.
    pub(crate) fn log(&self) -> &str {
        self.audit.stream.log()
    }

    /// Where the events of a stream go: into `audit` where the log has no such stream.
    pub(crate) fn of(&mut self, stream: Stream) -> &mut StreamState {
        let Streams { audit, access, application } = self;
        match stream {
            Stream::Audit => audit,
            Stream::Access => access.as_mut().unwrap_or(audit),
            Stream::Application => application.as_mut().unwrap_or(audit),
        }
    }

    /// All of them, `audit` first.
    pub(crate) fn each(&mut self) -> impl DoubleEndedIterator<Item = &mut StreamState> {
        let Streams { audit, access, application } = self;
        let others = access.iter_mut().chain(application);
        std::iter::once(audit).chain(others)
    }

    /// All of them, in the order in which they go where the disk is full: `audit` last.
    pub(crate) fn each_as_they_go(&mut self) -> impl Iterator<Item = &mut StreamState> {
        self.each().rev()
    }

    /// Whether a fault closed one of them.
    pub(crate) fn is_broken(&self) -> bool {
        let is_broken = |served: &StreamState| served.stream.is_broken();
        let other_is_broken = |other: &Option<StreamState>| other.as_ref().is_some_and(is_broken);
        is_broken(&self.audit)
            || other_is_broken(&self.access)
            || other_is_broken(&self.application)
    }
}

impl StreamState {
    fn new(stream: OpenStream) -> StreamState {
        StreamState {
            stream,
            waiters: Vec::new(),
            unsynced_since_ns: None,
            last_sync_ns: 0,
            urgent: false,
            sync_requested: false,
        }
    }

    /// An event got a line, and somebody may wait for it.
    pub(crate) fn took(&mut self, Numbered { seq, level }: Numbered, waiter: Option<Completer>) {
        let is_urgent = level >= Level::Warn;
        self.urgent |= is_urgent;
        match waiter {
            // An operation's beginning is always waited for, if it was not refused.
            Some(waiter) => {
                self.sync_requested |= !is_urgent;
                self.waiters.push((seq, waiter));
            }
            None => self.stream.refuse(seq),
        }
    }

    /// A caller waits for all lines.
    pub(crate) fn request_sync(&mut self) {
        self.sync_requested = true;
    }

    /// Writes what was lost since the last time.
    pub(crate) fn gap(&mut self) {
        self.urgent |= self.stream.gap();
    }

    /// Puts all lines into the file and, if that is due, onto stable storage.
    pub(crate) fn settle(&mut self, durability: Durability, now_ns: u64) {
        match self.is_sync_due(durability, now_ns) {
            true => self.sync(),
            false => self.stream.write_out(),
        }
    }

    fn is_sync_due(&mut self, durability: Durability, now_ns: u64) -> bool {
        // A rotation may have made durable what somebody waits for.
        let is_answerable = !self.waiters.is_empty() && !self.stream.is_unsynced();
        let is_due = self.sync_due_ns(durability, now_ns).is_some_and(|due_ns| due_ns <= now_ns);
        self.sync_requested || is_answerable || is_due
    }

    /// When the next sync is due, if there is anything to sync. Who waits for an event that was
    /// denied or failed waits a little longer, so that strangers cannot wear the disk out.
    pub(crate) fn sync_due_ns(&mut self, durability: Durability, now_ns: u64) -> Option<u64> {
        if !self.stream.is_unsynced() {
            self.unsynced_since_ns = None;
            return None;
        }
        let since_ns = *self.unsynced_since_ns.get_or_insert(now_ns);
        let lines = Unsynced { since_ns, last_sync_ns: self.last_sync_ns, urgent: self.urgent };
        let awaited_ns = (!self.waiters.is_empty()).then(|| lines.urgent_due_ns());
        durability.due_ns(lines).into_iter().chain(awaited_ns).min()
    }

    /// Makes all lines durable, and tells those who wait.
    pub(crate) fn sync(&mut self) {
        self.stream.sync();
        self.unsynced_since_ns = None;
        (self.urgent, self.sync_requested) = (false, false);
        self.last_sync_ns = self.stream.up_ns();
        if !self.stream.is_broken() {
            self.answer(Ok(()));
        }
    }

    /// Ends the run, for a writer that goes on elsewhere.
    pub(crate) fn leave(&mut self) {
        self.stream.stop(0);
        self.sync();
        self.answer(Err(EmitError::NotDurable));
    }

    /// Answers everybody who waits.
    pub(crate) fn answer(&mut self, answer: Result<(), EmitError>) {
        for (seq, waiter) in self.waiters.drain(..) {
            if answer.is_err() {
                self.stream.refuse(seq);
            }
            waiter.complete(answer.map(|()| Receipt { seq }));
        }
    }
}
