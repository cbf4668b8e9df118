//! What a writer is told before it starts, and how it starts.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audit_core::{Catalog, Recorder, Stream};
use audit_log::name::LOCK;

use super::{Control, Handle, INSTALLED, Writer, WriterThread};
use crate::channel::{Ends, channel};
use crate::clock::{Clock, SystemClock};
use crate::compression::Compression;
use crate::config::{Config, Durability, Evidence, Overflow};
use crate::error::{Error, ErrorKind};
use crate::flood::Flood;
use crate::health::Health;
use crate::identity::Identity;
use crate::keys::store::{FileKeys, KeyStore};
use crate::listed::Listed;
use crate::loss::LossCounter;
use crate::per_stream::PerStream;
use crate::pseudonym::KeyedHash;
use crate::retention::Retention;
use crate::rotation::Rotation;
use crate::segment::active::Fault;
use crate::storage::{Lock, OsStorage, Storage};
use crate::stream::{World, random_id};
use crate::streams::Streams;
use crate::worker::{Home, Log, OnHealth, Opened, Opener, Worker};

/// What a writer is told before it starts. Every setting has a default.
#[must_use = "a builder does nothing before `install` or `start`"]
pub struct Builder {
    target: Target,
    clock: Arc<dyn Clock>,
    config: Config,
    keys: Option<Arc<dyn KeyStore>>,
    identity: Identity,
    catalogs: Vec<Catalog>,
    refuses_unlisted: bool,
    through: Through,
    on_health: Option<OnHealth>,
}

/// What stands in front of a recorder.
type Through = fn(&'static dyn Recorder) -> &'static dyn Recorder;

/// What the log is written to.
enum Target {
    Dir(PathBuf),
    Storage(Arc<dyn Storage>),
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Writer {
    /// A writer into a directory of the machine, which is created with mode 0750 if it is not
    /// there.
    pub fn builder(dir: impl Into<PathBuf>) -> Builder {
        Builder {
            target: Target::Dir(dir.into()),
            clock: Arc::new(SystemClock::new()),
            config: Config::default(),
            keys: None,
            identity: Identity::of_system(),
            catalogs: Vec::new(),
            refuses_unlisted: cfg!(debug_assertions),
            through: |recorder| recorder,
            on_health: None,
        }
    }

    /// A writer into a storage of the caller's.
    pub fn builder_on(storage: Arc<dyn Storage>) -> Builder {
        Builder { target: Target::Storage(storage), ..Writer::builder("") }
    }
}

impl Builder {
    /// Which streams the log has beside `audit`, which it always has; by default none, because each
    /// costs the flash a header and schemas a segment, checkpoints, and syncs of its own.
    ///
    /// Events of a stream that the log does not have are recorded in `audit`: nothing is lost by
    /// leaving one out. A stream may be turned on later, beside a log that is there, and off again:
    /// then its files stay as they are, are verified as before, and nothing is pruned of them.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?; let dir = dir.path().join("audit");
    /// use audit_core::Stream;
    /// use audit_writer::{Retention, Writer};
    ///
    /// let log = Writer::builder(&dir)
    ///     .streams([Stream::Access, Stream::Application])
    ///     .retention_of(
    ///         Stream::Application,
    ///         Retention { total_bytes: 32 * 1024 * 1024, ..Retention::default() },
    ///     )
    ///     .start()?;
    /// assert_eq!(audit_log::Log::open(&dir)?.streams()?, Stream::ALL);
    /// # assert!(log.shutdown().is_complete());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn streams(mut self, streams: impl IntoIterator<Item = Stream>) -> Builder {
        self.config.streams = PerStream::default();
        for stream in streams {
            *self.config.streams.of_mut(stream) = true;
        }
        self
    }

    /// When a segment of a stream ends and the next begins; daily and at 8 MiB by default.
    pub fn rotation(mut self, rotation: Rotation) -> Builder {
        self.config.rotation = rotation;
        self
    }

    /// How long segments are kept, of each stream; 14 days and 256 MiB by default. So all streams
    /// together take at most the sum of their `total_bytes`, and of each what it has not pruned yet:
    /// a segment.
    pub fn retention(mut self, retention: Retention) -> Builder {
        self.config.retention = retention;
        self
    }

    /// How long segments of this one stream are kept, whatever [`retention`](Builder::retention)
    /// says: so that much of one sort does not push anything else out.
    pub fn retention_of(mut self, stream: Stream, retention: Retention) -> Builder {
        *self.config.retention_of.of_mut(stream) = Some(retention);
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

    /// Where the keys of all streams are kept that checkpoints are signed with: by default in the
    /// folder `keys` of the log's directory, or in the given storage.
    pub fn keys(mut self, keys: Arc<dyn KeyStore>) -> Builder {
        self.keys = Some(keys);
        self
    }

    /// How many bytes of records may wait for the writer; 1 MiB by default, which suits a board of
    /// 256 MB. So many may wait in slots of 128 bytes and, beside them, so many in boxes, where
    /// records of more than 80 bytes travel; while the disk fails, as many slots again are kept
    /// aside. So the records that wait take at most three times this, and beside them the writer
    /// has, for each stream, a buffer of 64 KiB and a line, and about 2 KiB for each type of event.
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

    /// How long the writer waits after a fault before it tries to write again; 1 s by default. Where it
    /// fails again and again it waits longer, up to eight times as long, unless the disk has more room.
    pub fn retry_after(mut self, pause: Duration) -> Builder {
        self.config.retry_after = pause;
        self
    }

    /// The events of the program, or of a part of it: call it once for each list. Headers show a hash
    /// of all of them, so that a reader sees where a program began to record something else.
    ///
    /// An event that is in none of the lists was seen by no review, policy or lock. It is recorded, its
    /// schema's line says `unlisted`, and [`Stats`](crate::Stats) count it; where debug assertions are on
    /// it is refused with [`EmitError::Unlisted`](audit_core::EmitError::Unlisted), so that tests find it.
    /// Without any list all events are taken.
    pub fn catalog(mut self, events: Catalog) -> Builder {
        self.catalogs.push(events);
        self
    }

    /// Whether an event that is in none of the lists is refused, and not only marked; by default where
    /// debug assertions are on.
    pub fn refuse_unlisted(mut self, refuse: bool) -> Builder {
        self.refuses_unlisted = refuse;
        self
    }

    /// What headers say of the machine and the program; by default what the system says.
    pub fn identity(mut self, identity: Identity) -> Builder {
        self.identity = identity;
        self
    }

    /// Puts another recorder in front of this one, when it is installed: such as
    /// `audit_tracing::show_events`, which shows each event through `tracing`, too.
    pub fn through(
        mut self,
        through: fn(&'static dyn Recorder) -> &'static dyn Recorder,
    ) -> Builder {
        self.through = through;
        self
    }

    /// What is called, on the writer's thread, each time its health changes: to light a lamp, or to tell
    /// a supervisor. It should be quick, because nothing is written meanwhile; events that it emits may
    /// not be waited for. A panic in it ends the writer.
    pub fn on_health(mut self, tell: impl Fn(Health) + Send + 'static) -> Builder {
        self.on_health = Some(Box::new(tell));
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
        let through = self.through;
        let writer = self.begin(true)?;
        // Leaked once in the life of a program: threads may emit until its very end.
        let recorder: &'static Handle = Box::leak(Box::new(writer.0.handle.clone()));
        audit_core::set_recorder(through(recorder)).map_err(|_installed| ErrorKind::Installed)?;
        // Whoever set the recorder is the first here, too.
        let _first = INSTALLED.set(Arc::clone(&writer.0));
        Ok(writer)
    }

    /// Opens the log and starts its writer thread. Events reach it by `event.to(&writer).emit()`.
    ///
    /// # Errors
    ///
    /// The configuration cannot work; the directory or a file in it is not safe to write to, is in
    /// use by another, or the system refused something. [`Error`] says which.
    pub fn start(self) -> Result<Writer, Error> {
        self.begin(false)
    }

    fn begin(self, takes_unrecorded: bool) -> Result<Writer, Error> {
        let Builder { target, clock, config, keys, identity, catalogs, .. } = self;
        let Builder { refuses_unlisted, on_health, .. } = self;
        config.check()?;
        check_clashes(&catalogs)?;
        let dir = match &target {
            Target::Dir(dir) => dir.clone(),
            Target::Storage(_) => PathBuf::from("the given storage"),
        };
        // First, so that nothing is touched where no thread is to be had. If there is an error
        // below it has nothing to do, and ends.
        let WriterThread { thread, work, ended } =
            WriterThread::spawn().map_err(Error::io("start the writer thread for", &dir))?;
        let (opened, opener) = match target {
            Target::Dir(dir) => {
                let open = opener(dir, config.evidence, keys);
                (open()?, Some(open))
            }
            Target::Storage(storage) => {
                let lock = lock(storage.as_ref(), &dir)?;
                let keys = keys.unwrap_or_else(|| Arc::new(FileKeys(Arc::clone(&storage))));
                (Opened { storage, keys, lock }, None)
            }
        };
        let Opened { storage, keys, lock } = opened;
        let losses = losses_of(&config);
        let listed = Arc::new(Listed::of(&catalogs));
        let world = World {
            stream: Stream::Audit,
            log: None,
            log_before: None,
            run: random_id().map_err(Error::io("draw an id for", &dir))?,
            storage,
            keys,
            clock: Arc::clone(&clock),
            config,
            identity: Arc::new(identity),
            listed: Arc::clone(&listed),
            earlier: None,
            counters: Arc::default(),
            losses: Arc::clone(losses.of(Stream::Audit)),
        };
        let streams = Streams::open(&world, &losses)
            .map_err(|Fault { doing, error }| Error::io(doing, &dir)(error))?;
        let key =
            KeyedHash::generate().map_err(Error::io("draw the key of pseudonyms for", &dir))?;
        let ends = Ends { clock: Arc::clone(&clock), pseudonyms: Arc::new(key) };
        let (sender, receiver, stop) = channel(config.capacity_bytes, ends);
        let (overflow, counters) = (config.overflow, Arc::clone(&world.counters));
        let refuses_unlisted = refuses_unlisted.then_some(listed);
        let handle = Handle { sender, clock, overflow, counters, losses, refuses_unlisted };
        // Should the thread not be there any more, the channel is closed and the report says so.
        let home = Home::new(lock, opener);
        let log = Log { world, streams, losses: handle.losses.clone(), home };
        drop(work.send(Worker::new(receiver, log, on_health, takes_unrecorded)));
        Ok(Writer(Arc::new(Control {
            handle,
            stop,
            ended,
            thread: Mutex::new(Some(thread)),
            shutdown_within: config.shutdown_within,
        })))
    }
}

/// What opens and locks a directory, with these keys or those that are in it.
fn opener(dir: PathBuf, evidence: Evidence, given: Option<Arc<dyn KeyStore>>) -> Opener {
    Box::new(move || {
        let storage: Arc<dyn Storage> = Arc::new(OsStorage::open(&dir)?);
        let lock = lock(storage.as_ref(), &dir)?;
        // Below the lock: whoever is refused it makes no folder.
        let keys: Arc<dyn KeyStore> = match &given {
            Some(keys) => Arc::clone(keys),
            // Asked for only where there are some, to sign that evidence ends; and none is made.
            None if evidence == Evidence::Off => {
                let there = has_keys(&dir).then(|| FileKeys::of_log(&dir).ok()).flatten();
                Arc::new(there.unwrap_or_else(|| FileKeys(Arc::clone(&storage))))
            }
            None => Arc::new(FileKeys::of_log(&dir)?),
        };
        Ok(Opened { storage, keys, lock })
    })
}

/// Takes the directory for this process.
///
/// # Errors
///
/// Another has it, or what the system said.
fn lock(storage: &dyn Storage, dir: &Path) -> Result<Box<dyn Any + Send>, Error> {
    match storage.lock(LOCK).map_err(Error::io("lock", dir))? {
        Lock::Taken(lock) => Ok(lock),
        Lock::Held(pid) => Err(ErrorKind::Locked { dir: dir.to_owned(), pid }.into()),
    }
}

/// Whether the directory has a folder of keys.
fn has_keys(dir: &Path) -> bool {
    FileKeys::dir_of_log(dir).is_dir()
}

/// # Errors
///
/// Two lists have one key with two types of JSON: no tool that loads a log into columns could load
/// both.
fn check_clashes(catalogs: &[Catalog]) -> Result<(), Error> {
    let others = |at: usize| catalogs.iter().skip(at + 1);
    let mut pairs =
        catalogs.iter().enumerate().flat_map(|(at, one)| others(at).map(move |it| (one, it)));
    match pairs.find_map(|(one, other)| one.type_clash_with(other)) {
        Some(clash) => Err(ErrorKind::Clash(clash).into()),
        None => Ok(()),
    }
}

/// What counts the losses of each stream: of one that the log does not have, what counts those of
/// `audit`.
fn losses_of(config: &Config) -> PerStream<Arc<LossCounter>> {
    let audit = Arc::default();
    PerStream::by(|stream| match stream {
        Stream::Audit => Arc::clone(&audit),
        other if config.has(other) => Arc::default(),
        _ => Arc::clone(&audit),
    })
}
