//! What every logger does that is measured.

use super::work::Work;
use crate::Failure;

/// A logger that runs.
pub(crate) trait Logger: Sync {
    /// Logs one event.
    fn log(&self, work: &Work);

    /// Waits until every line is in the file, or the logger says that it is done. Nothing is
    /// logged after it.
    fn finish(&mut self) -> Result<(), Failure>;

    /// How many events the logger knows that it did not write, if it counts them.
    fn known_losses(&self) -> Option<u64> {
        None
    }
}
