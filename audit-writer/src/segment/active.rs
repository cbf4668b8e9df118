//! The segment that is being written: a file, and the lines that are not known to be durable.

use std::io;

use audit_core::record::LINE_BYTES_MAX;
use audit_log::evidence::chain::{BOUND_BYTES, Chain};
use audit_log::evidence::tree::Tree;

use crate::rotation::Filling;
use crate::segment::foreign::{Foreign, told_by};
use crate::storage::{Storage, StorageFile, write_all};

/// The segment that is being written.
pub(crate) struct Active {
    file: Box<dyn StorageFile>,
    /// Device and inode, by which the file is known.
    id: (u64, u64),
    /// How many bytes the file holds.
    file_bytes: u64,
    /// Lines that are not known to be durable, to be written again elsewhere if they never are.
    kept: Kept,
    /// How many of their bytes are in the file.
    written: usize,
    filling: Filling,
    /// The number of its first line.
    first_seq: u64,
    /// The number of the first line that is not known to be durable, if there is one; lower than
    /// that of the first that is kept, where lines were let go.
    unsynced_from: Option<u64>,
}

/// Whole lines, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) bytes: Vec<u8>,
    /// The number of the first of them.
    pub(crate) from_seq: Option<u64>,
    /// The tree over the lines before it.
    pub(crate) before: Tree,
}

/// What a segment leaves that must not be written to any more.
pub(crate) struct Remains {
    /// When its first line was written.
    pub(crate) filling: Filling,
    pub(crate) first_seq: u64,
    pub(crate) unsynced_from: Option<u64>,
    pub(crate) kept: Kept,
}

/// A call of the storage that failed, and what it was for.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) doing: &'static str,
    pub(crate) error: io::Error,
}

impl Fault {
    pub(crate) fn new(doing: &'static str) -> impl FnOnce(io::Error) -> Fault {
        move |error| Fault { doing, error }
    }
}

/// What the system said, as a short code: its number where it has one.
pub(crate) fn error_code(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => format!("os error {number}"),
        None => format!("{:?}", error.kind()),
    }
}

/// Why a segment is over before its time.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The storage failed.
    Fault(Fault),
    /// Somebody else was at the file.
    Foreign(Foreign),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Fault(fault)
    }
}

impl Active {
    /// A segment whose file holds `filling.bytes`, the first line of which has this number.
    ///
    /// # Errors
    ///
    /// The file could not be examined.
    pub(crate) fn new(
        file: Box<dyn StorageFile>,
        first_seq: u64,
        filling: Filling,
    ) -> Result<Active, Fault> {
        let id = file.state().map_err(Fault::new("examine"))?.id;
        Ok(Active {
            file,
            id,
            file_bytes: filling.bytes,
            kept: Kept::default(),
            written: 0,
            filling,
            first_seq,
            unsynced_from: None,
        })
    }

    pub(crate) fn filling(&self) -> Filling {
        self.filling
    }

    pub(crate) fn unsynced_from(&self) -> Option<u64> {
        self.unsynced_from
    }

    /// How much is not in the file yet.
    pub(crate) fn unwritten_bytes(&self) -> usize {
        self.kept.bytes.len() - self.written
    }

    /// How much is kept to be written again if it must.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.kept.bytes.len()
    }

    /// Takes a whole line into the buffer, by what appends it with its newline, and into the chain.
    ///
    /// # Errors
    ///
    /// What `append` said, or that the line is longer than any may be; there is no line then.
    pub(crate) fn push(
        &mut self,
        seq: u64,
        chain: Option<&mut Chain>,
        append: impl FnOnce(&mut Vec<u8>) -> Result<(), ()>,
    ) -> Result<(), ()> {
        let start = self.kept.bytes.len();
        let appended = append(&mut self.kept.bytes);
        if appended.is_err() || self.kept.bytes.len() - start + BOUND_BYTES > LINE_BYTES_MAX {
            self.kept.bytes.truncate(start);
            return Err(());
        }
        if let Some(chain) = chain {
            if self.kept.from_seq.is_none() {
                self.kept.before = chain.tree.clone();
            }
            chain.bind(&mut self.kept.bytes, start);
        }
        let line_bytes = self.kept.bytes.len() - start;
        self.kept.from_seq.get_or_insert(seq);
        self.unsynced_from.get_or_insert(seq);
        self.filling.bytes += line_bytes as u64;
        appended
    }

    /// Puts the lines into the file that are not there yet.
    ///
    /// # Errors
    ///
    /// The storage failed; how much of the lines is in the file is not known then.
    pub(crate) fn write_out(&mut self) -> Result<(), Fault> {
        let rest = self.kept.bytes.get(self.written..).unwrap_or_default();
        write_all(self.file.as_mut(), rest).map_err(Fault::new("write"))?;
        self.file_bytes += rest.len() as u64;
        self.written = self.kept.bytes.len();
        Ok(())
    }

    /// Forgets the lines that are in the file, although they may not be durable.
    pub(crate) fn let_go(&mut self) {
        if self.unwritten_bytes() == 0 {
            self.forget();
        }
    }

    /// Puts all lines into the file, makes them durable, and looks whether the file is still the
    /// log's: what is durable in a file that somebody removed is not there.
    ///
    /// # Errors
    ///
    /// The storage failed, or the file is not what it was. The file must not be synced again: that
    /// may succeed over lost pages.
    pub(crate) fn sync(&mut self, storage: &dyn Storage, name: &str) -> Result<(), Trouble> {
        self.write_out()?;
        if self.unsynced_from.is_some() {
            self.file.sync().map_err(Fault::new("sync"))?;
            self.check_ours(storage, name)?;
            self.unsynced_from = None;
            self.forget();
        }
        Ok(())
    }

    /// Makes durable what an earlier run left in the file, or cut off it, where nothing of this run
    /// may follow that would.
    ///
    /// # Errors
    ///
    /// The storage failed.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        self.file.sync().map_err(Fault::new("sync"))
    }

    /// Whether the name still stands for this file, and the file holds what it was given.
    ///
    /// # Errors
    ///
    /// It does not, or that cannot be known.
    pub(crate) fn check_ours(&self, storage: &dyn Storage, name: &str) -> Result<(), Trouble> {
        let own = || self.file.state().map_err(Fault::new("examine"));
        let named = match storage.state(name) {
            // Who gave up the right to ask after names still knows the file, and whether it has one.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Some(own()?).filter(|state| state.names > 0)
            }
            named => named.map_err(Fault::new("examine"))?,
        };
        match told_by(self.id, self.file_bytes, named, own)? {
            None => Ok(()),
            Some(foreign) => Err(Trouble::Foreign(foreign)),
        }
    }

    /// What is left of a segment that is over before its time.
    pub(crate) fn into_remains(self) -> Remains {
        let Active { filling, first_seq, unsynced_from, kept, .. } = self;
        Remains { filling, first_seq, unsynced_from, kept }
    }

    fn forget(&mut self) {
        self.kept.bytes.clear();
        self.kept.from_seq = None;
        self.written = 0;
    }
}
