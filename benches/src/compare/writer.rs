//! This project's writer in equal work, and what its files hold.

use std::thread;
use std::time::Duration;

use audit_writer::{Builder, Durability, Evidence, Flood, Overflow, Retention, Rotation, Writer};

use super::files::Form;
use crate::Failure;

/// Longer than any run, and shorter than what the parent waits for a child.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look whether all is written. It is the error of a throughput's time.
const LOOK_EVERY: Duration = Duration::from_micros(100);

pub(crate) const KEEP_ALL: Retention =
    Retention { age: Duration::MAX, total_bytes: u64::MAX, min_free_bytes: 0 };

/// A writer that does what the peers do: no syncs, one file, waiting instead of losing, a line for
/// each event, and no evidence.
pub(crate) fn builder(builder: Builder) -> Builder {
    builder
        .durability(Durability::Never)
        .rotation(Rotation { daily: false, segment_bytes: 1020 * 1024 * 1024 })
        .retention(KEEP_ALL)
        .overflow(Overflow::Block { at_most: PATIENCE })
        .flood(Flood::UNBOUNDED)
        .evidence(Evidence::Off)
        .shutdown_within(PATIENCE)
}

/// Waits until all that was accepted is in the file. Not `flush`, which syncs: the peers do not.
pub(crate) fn wait_until_written(writer: &Writer) -> Result<(), Failure> {
    let looks = PATIENCE.as_micros() / LOOK_EVERY.as_micros();
    for _ in 0..looks {
        if writer.stats().unwritten() == 0 {
            return Ok(());
        }
        thread::sleep(LOOK_EVERY);
    }
    Err("the writer has not written all it accepted".into())
}

/// Our lines of events. The rest (headers, schemas) is not what was emitted.
pub(crate) const FORM: Form = Form {
    begins: Some(br#""kind":"event""#),
    fields: [
        "/action",
        "/actor/user",
        "/source/ip",
        "/source/port",
        "/data/attempt",
        "/reason",
        "/object/id",
    ],
};
