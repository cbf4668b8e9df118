//! How far a verification is.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::reader::Segment;

/// How far a verification is, for somebody who looks on from another thread.
///
/// Where the log is found not to be whole it is gone through once more, line by line: then it
/// begins anew. A clone shows the same.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Bytes>);

#[derive(Debug, Default)]
struct Bytes {
    done: AtomicU64,
    total: AtomicU64,
    /// How many bytes each file has on the disk.
    sizes: Mutex<BTreeMap<String, u64>>,
}

impl Progress {
    /// Nothing was done yet.
    #[must_use]
    pub fn new() -> Progress {
        Progress::default()
    }

    /// How many bytes of the log's files were gone through, as they are on the disk.
    pub fn done_bytes(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed).min(self.total_bytes())
    }

    /// How many bytes there are; nothing until the files were listed.
    pub fn total_bytes(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self, sizes: BTreeMap<String, u64>) {
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(sizes.values().sum(), Ordering::Relaxed);
        *self.0.sizes.lock().unwrap_or_else(PoisonError::into_inner) = sizes;
    }

    /// The same segment, which counts what is read of it.
    pub(super) fn counted<'a>(&self, (name, file): Segment<'a>) -> Segment<'a> {
        let (left, progress) = (self.take_size(&name), self.clone());
        (name, Box::new(Counted { file, left, progress }))
    }

    fn take_size(&self, name: &str) -> u64 {
        let mut sizes = self.0.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.remove(name).unwrap_or(0)
    }
}

/// A compressed file gives more than it has on the disk, and one that grows has more than was known:
/// the rest of both counts for nothing.
struct Counted<'a> {
    file: Box<dyn Read + Send + 'a>,
    left: u64,
    progress: Progress,
}

impl Counted<'_> {
    fn count(&mut self, bytes: u64) {
        let bytes = bytes.min(self.left);
        self.left -= bytes;
        self.progress.0.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.count(read as u64);
        Ok(read)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.count(self.left);
    }
}
