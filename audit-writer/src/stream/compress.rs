//! Compressing rotated segments, one at a time: a thread of its own does the work, and the writer
//! thread alone decides, records and gives names.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use audit_log::line::{CompressBody, Lifecycle};
use audit_log::name::{Kind, Name};

use super::OpenStream;
use super::compressing::{Compressing, Flag, Job};
use super::own::key_of;
use crate::compression::Compression;
use crate::segment::compressed::{Sizes, can_be, compress};
use crate::storage::{make_free, remove_if_there};

/// After one that failed, none is compressed for so long.
const AGAIN_NS: u64 = 60_000_000_000;

impl OpenStream {
    /// Goes on with compressing, if there is anything to do.
    pub(crate) fn compress(&mut self, now_up_ns: u64) {
        if self.is_closed() {
            return;
        }
        if self.compressing.job.as_ref().is_some_and(|job| job.thread.is_finished()) {
            self.end_job(now_up_ns);
        }
        let Compressing { job, is_due, not_before_ns, .. } = &self.compressing;
        if *is_due && job.is_none() && now_up_ns >= *not_before_ns {
            self.begin_job(now_up_ns);
        }
    }

    /// There is one more segment that could be compressed.
    pub(super) fn compress_later(&mut self) {
        self.compressing.is_due = self.world.config.compression == Compression::Gzip;
    }

    /// Lets go of what is being compressed. The segment is still there.
    pub(crate) fn stop_compressing(&mut self) {
        self.compressing.is_due = false;
        if self.compressing.job.take().is_some() {
            self.discard();
        }
    }

    /// Lets go of it if it is one of these.
    pub(super) fn stop_compressing_any(&mut self, of: impl Fn(Name) -> bool) {
        if self.compressing.job.take_if(|job| of(job.name)).is_some() {
            self.discard();
        }
    }

    fn begin_job(&mut self, now_up_ns: u64) {
        match self.next_to_compress() {
            Ok(None) => self.compressing.is_due = false,
            Ok(Some(name)) => match self.spawn(name) {
                Ok(job) => self.compressing.job = Some(job),
                Err(error) => self.put_off(&error, now_up_ns),
            },
            Err(error) => self.put_off(&error, now_up_ns),
        }
    }

    /// The oldest segment that is not compressed and can be.
    fn next_to_compress(&mut self) -> io::Result<Option<Name>> {
        let storage = Arc::clone(&self.world.storage);
        let files = storage.list()?;
        let names = files.iter().filter_map(|(name, bytes)| Some((Name::parse(name)?, *bytes)));
        let mut names: Vec<(Name, u64)> = names.collect();
        names.retain(|(name, _)| {
            let is_ours = name.stream == self.world.stream && name.kind == Kind::Segment;
            is_ours
                && self.own.contains_key(&key_of(*name))
                && !self.compressing.stay.contains(name)
        });
        names.sort();
        for (name, bytes) in names {
            if can_be(storage.as_ref(), name, bytes)? {
                return Ok(Some(name));
            }
            self.compressing.stay.insert(name);
        }
        Ok(None)
    }

    fn spawn(&self, name: Name) -> io::Result<Job> {
        let storage = Arc::clone(&self.world.storage);
        let next = self.world.files().compressed_next;
        make_free(storage.as_ref(), next)?;
        let file = storage.create(next)?;
        let flag = Flag(Arc::default());
        let is_over = Arc::clone(&flag.0);
        let go_on = move || !is_over.load(Ordering::Relaxed);
        let work = move || compress(storage.as_ref(), name, (next, file), &go_on);
        let thread = std::thread::Builder::new().name("audit-gzip".to_owned()).spawn(work)?;
        Ok(Job { name, thread, _flag: flag })
    }

    /// Takes a compressed segment over.
    fn end_job(&mut self, now_up_ns: u64) {
        let Some(Job { name, thread, .. }) = self.compressing.job.take() else { return };
        let done =
            thread.join().unwrap_or_else(|_panic| Err(io::Error::other("its thread panicked")));
        if let Err(error) = done.and_then(|sizes| self.take_over(name, sizes)) {
            self.put_off(&error, now_up_ns);
        }
    }

    /// Records that a segment is compressed, and puts the compressed one in its place. Whatever
    /// moment this is ended at, one of them is there and whole.
    fn take_over(&mut self, name: Name, sizes: Sizes) -> io::Result<()> {
        let compressed = Name { kind: Kind::Compressed, ..name };
        let (segment, into) = (name.to_string(), compressed.to_string());
        let Sizes { bytes, compressed_bytes } = sizes;
        let body = CompressBody { segment: &segment, into: &into, bytes, compressed_bytes };
        self.record(Lifecycle::Compress(body));
        self.sync();
        if self.is_closed() {
            return Err(io::Error::other("the log cannot be written"));
        }
        let storage = &self.world.storage;
        if storage.state(&segment)?.is_none() {
            self.discard(); // The line began a new segment, and this one became too many.
            return Ok(());
        }
        // A run that ended between renaming and removing left both.
        remove_if_there(storage.as_ref(), &into)?;
        storage.rename(self.world.files().compressed_next, &into)?;
        storage.sync_names()?;
        storage.remove(&segment)?;
        Ok(())
    }

    fn put_off(&mut self, error: &io::Error, now_up_ns: u64) {
        tracing::warn!(target: "audit_writer", %error, "an audit segment could not be compressed; it will be tried again");
        self.compressing.not_before_ns = now_up_ns.saturating_add(AGAIN_NS);
        self.discard();
    }

    fn discard(&self) {
        let next = self.world.files().compressed_next;
        if let Err(error) = remove_if_there(self.world.storage.as_ref(), next) {
            tracing::warn!(target: "audit_writer", %error, "a half compressed audit segment cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use audit_core::Stream;
    use audit_log::storage::ReadStorage as _;

    use super::*;
    use crate::config::{Config, Evidence};
    use crate::keys::store::FileKeys;
    use crate::storage::{Call, MemoryStorage};
    use crate::stream::World;
    use crate::testing::ManualClock;

    /// A stream with one rotated segment, whose compressed form is ready.
    fn ready(storage: &MemoryStorage) -> OpenStream {
        let mut config =
            Config { compression: Compression::Gzip, evidence: Evidence::Off, ..Config::default() };
        config.retention.total_bytes = u64::MAX;
        let world = World {
            identity: Arc::default(),
            listed: Arc::default(),
            earlier: None,
            log_before: None,
            stream: Stream::Audit,
            log: None,
            run: "9f2c51d07a3be641".to_owned(),
            storage: Arc::new(storage.clone()),
            keys: Arc::new(FileKeys(Arc::new(storage.clone()))),
            clock: Arc::new(ManualClock::new(crate::clock::Stamp::default())),
            config,
            counters: Arc::default(),
            losses: Arc::default(),
        };
        let mut stream = OpenStream::open(world).map_err(|fault| fault.error).unwrap();
        stream.rotate("size", None);
        stream.compress(0);
        while !stream.compressing.job.as_ref().unwrap().thread.is_finished() {
            std::thread::yield_now();
        }
        stream
    }

    fn segments(storage: &MemoryStorage) -> Vec<Kind> {
        let files = storage.list().unwrap();
        files.iter().filter_map(|(name, _)| Some(Name::parse(name)?.kind)).collect()
    }

    #[test]
    fn the_compressed_segment_takes_the_plain_ones_place() {
        let storage = MemoryStorage::new();
        ready(&storage).compress(0);
        assert_eq!(segments(&storage), [Kind::Compressed]);
    }

    #[test]
    fn what_the_line_about_it_makes_too_many_does_not_come_back() {
        let storage = MemoryStorage::new();
        let mut stream = ready(&storage);
        stream.stop(0); // Some line, so that the segment is worth rotating.
        // The next line begins a new segment, and there is room for none but the active one.
        stream.world.config.rotation.segment_bytes = 1;
        stream.world.config.retention.total_bytes = 0;
        stream.compress(0);
        assert_eq!(segments(&storage), []);
    }

    #[test]
    fn where_no_name_can_be_made_durable_the_plain_one_stays() {
        let storage = MemoryStorage::new();
        let mut stream = ready(&storage);
        storage.refuse(Call::SyncNames);
        stream.compress(0);
        assert!(segments(&storage).contains(&Kind::Segment));
        storage.heal();
        stream.compress(AGAIN_NS - 1);
        assert!(stream.compressing.job.is_none(), "it is not tried again at once");
        stream.compress(AGAIN_NS);
        assert!(stream.compressing.job.is_some());
    }

    #[test]
    fn stopping_leaves_nothing_half_done() {
        let storage = MemoryStorage::new();
        let mut stream = ready(&storage);
        stream.stop_compressing();
        assert_eq!(segments(&storage), [Kind::Segment]);
        assert_eq!(storage.bytes("audit.gz.next"), None);
    }
}
