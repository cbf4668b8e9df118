//! What is verified, and against what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use audit_core::Stream;

use super::limits::Limits;
use super::trust::Trust;
use crate::error::Error;
use crate::evidence::announcements::Notes;
use crate::name::{Files, stream_of};
use crate::storage::ReadStorage;

/// What is verified, and against what.
pub(crate) struct Subject<'a> {
    pub(super) storage: &'a dyn ReadStorage,
    pub(super) stream: Stream,
    pub(super) trust: &'a Trust,
    /// They are the same however often the log is gone through.
    pub(super) limits: Arc<Mutex<Limits<'a>>>,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(
        storage: &'a dyn ReadStorage,
        stream: Stream,
        trust: &'a Trust,
    ) -> Subject<'a> {
        let limits = Limits::of(Notes::of(storage, Files::of(stream)), trust);
        Subject { storage, stream, trust, limits: Arc::new(Mutex::new(limits)) }
    }

    /// The names and sizes of the stream's files.
    pub(super) fn files(&self) -> Result<BTreeMap<String, u64>, Error> {
        let next = Files::of(self.stream).next;
        let mut files = self.storage.list().map_err(Error::io("list", "the directory"))?;
        files.retain(|(name, _)| stream_of(name) == Some(self.stream) || name == next);
        Ok(files.into_iter().collect())
    }
}
