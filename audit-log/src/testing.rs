//! For tests and measurements: lines without a log, and the ways through one apart.

use audit_core::{
    record::{Buffer, Malformed, Record},
    schema::Schema,
};

use crate::VerifierKey;
use crate::line::{Envelope, KeyNames, Scratch, Spelling};
use crate::time::Stamp;
use crate::verify::ProofError;
pub use crate::verify::both_ways;

/// Spells lines as a writer does, without a log: to measure that alone.
#[derive(Debug)]
pub struct Speller {
    spelling: Spelling,
    scratch: Scratch,
    seq: u64,
}

impl Speller {
    /// For events of this schema.
    pub fn of(schema: &'static Schema) -> Speller {
        Speller {
            spelling: Spelling::of(schema, &mut KeyNames::default()),
            scratch: Scratch::default(),
            seq: 0,
        }
    }

    /// Appends the line of a record of the schema, its newline included, as if it was emitted at
    /// this moment.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the record is one of another schema.
    pub fn line<B: Buffer>(
        &mut self,
        at: Stamp,
        record: &Record<B>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let envelope = Envelope::new(self.seq, at.unix_ns);
        self.spelling.write(&envelope, record, &mut self.scratch, out)?;
        self.seq += 1;
        Ok(())
    }
}

/// The size of a checkpoint, if these notes lead to it from the trusted key.
///
/// # Errors
///
/// Says where that ends.
pub fn followed_to(
    notes: &[String],
    checkpoint: &str,
    trusted: &VerifierKey,
) -> Result<u64, ProofError> {
    crate::verify::follow(notes, checkpoint, Some(trusted)).map(|checkpoint| checkpoint.size)
}
