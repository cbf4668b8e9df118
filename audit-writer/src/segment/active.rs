//! The segment that is being written: a file, and the lines that are not in it yet.

use std::io;

use audit_core::LINE_BYTES_MAX;

use crate::rotation::Filling;
use crate::storage::StorageFile;

/// The segment that is being written.
pub(crate) struct Active {
    file: Box<dyn StorageFile>,
    /// Lines that are not in the file yet.
    buffer: Vec<u8>,
    filling: Filling,
    /// The number of its first line.
    first_seq: u64,
    /// The number of the first line that is not known to be durable, if there is one.
    unsynced_from: Option<u64>,
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

impl Active {
    pub(crate) fn new(file: Box<dyn StorageFile>, first_seq: u64, filling: Filling) -> Active {
        Active {
            file,
            buffer: Vec::with_capacity(64 * 1024),
            filling,
            first_seq,
            unsynced_from: None,
        }
    }

    pub(crate) fn filling(&self) -> Filling {
        self.filling
    }

    pub(crate) fn first_seq(&self) -> u64 {
        self.first_seq
    }

    pub(crate) fn unsynced_from(&self) -> Option<u64> {
        self.unsynced_from
    }

    pub(crate) fn buffered_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Takes a whole line into the buffer, by what appends it with its newline.
    ///
    /// # Errors
    ///
    /// What `append` said, or that the line is longer than any may be; there is no line then.
    pub(crate) fn push(
        &mut self,
        seq: u64,
        append: impl FnOnce(&mut Vec<u8>) -> Result<(), ()>,
    ) -> Result<(), ()> {
        let start = self.buffer.len();
        let appended = append(&mut self.buffer);
        let line_bytes = self.buffer.len() - start;
        if appended.is_err() || line_bytes > LINE_BYTES_MAX {
            self.buffer.truncate(start);
            return Err(());
        }
        self.unsynced_from.get_or_insert(seq);
        self.filling.bytes += line_bytes as u64;
        appended
    }

    /// Counts what is in the segment so far as its header.
    pub(crate) fn end_header(&mut self) {
        self.filling.header_bytes = self.filling.bytes;
    }

    /// Puts the buffered lines into the file.
    ///
    /// # Errors
    ///
    /// The storage failed; how much of the lines is in the file is not known then.
    pub(crate) fn write_out(&mut self) -> Result<(), Fault> {
        let mut rest = self.buffer.as_slice();
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => {
                    return Err(Fault { doing: "write", error: io::ErrorKind::WriteZero.into() });
                }
                Ok(taken) => rest = rest.get(taken..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault { doing: "write", error }),
            }
        }
        self.buffer.clear();
        Ok(())
    }

    /// Puts the buffered lines into the file and makes all lines durable.
    ///
    /// # Errors
    ///
    /// The storage failed. The file must not be synced again: that may succeed over lost pages.
    pub(crate) fn sync(&mut self) -> Result<(), Fault> {
        self.write_out()?;
        if self.unsynced_from.is_some() {
            self.file.sync().map_err(Fault::new("sync"))?;
            self.unsynced_from = None;
        }
        Ok(())
    }
}
