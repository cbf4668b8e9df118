//! The writer of the build that is measured.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use audit_writer::clock::{Clock, SystemClock};
use audit_writer::{Builder, Durability, Evidence, Writer};

use super::clock::{StillClock, ToldClock};
use super::question::{Kind, Task};
use crate::Failure;
use crate::compare::event::LoginFailed;
use crate::compare::logger::Logger;
use crate::compare::work::Work;
use crate::compare::writer::{self, PATIENCE};

/// A writer for a task, with the settings of equal work but for what the task says.
pub(crate) fn builder(task: Task, dir: &Path) -> Builder {
    let equal = writer::builder(Writer::builder(dir.join("audit"))).clock(clock(task));
    let evident = match task.evidence {
        true => equal.evidence(Evidence::Signed),
        false => equal,
    };
    match task.kind {
        Kind::EveryMillisecond => {
            evident.durability(Durability::Interval(Duration::from_millis(1)))
        }
        _ => evident,
    }
}

fn clock(task: Task) -> Arc<dyn Clock> {
    match task.kind {
        Kind::Emits => Arc::new(StillClock),
        _ => Arc::new(ToldClock { machine: SystemClock::new(), is_right: task.clock_right }),
    }
}

/// Its logger.
pub(crate) fn start(task: Task, dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let writer = builder(task, dir).install()?;
    let syncs = task.kind == Kind::EveryMillisecond;
    Ok(Box::new(Subject { writer, syncs, refused: AtomicU64::new(0) }))
}

struct Subject {
    writer: Writer,
    /// Whether the last line must be durable at the end.
    syncs: bool,
    refused: AtomicU64,
}

impl Logger for Subject {
    fn log(&self, work: &Work) {
        if LoginFailed::of(work).is_none_or(|event| event.emit().is_err()) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match self.syncs {
            true => Ok(self.writer.flush(PATIENCE)?),
            false => writer::wait_until_written(&self.writer),
        }
    }

    fn known_losses(&self) -> Option<u64> {
        Some(self.writer.stats().lost + self.refused.load(Ordering::Relaxed))
    }
}
