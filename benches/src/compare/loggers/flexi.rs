//! flexi_logger.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use flexi_logger::{DeferredNow, FileSpec, LogSpecification, LoggerHandle, WriteMode};
use log::Record;

use super::Logger;
use crate::Failure;
use crate::compare::work::{Members, Work};

/// Longer than a line, so that each buffer goes back to the pool.
const MESSAGE: usize = 512;

fn line(out: &mut dyn Write, _: &mut DeferredNow, record: &Record<'_>) -> io::Result<()> {
    // Its own clock makes a calendar date in the local time zone.
    write!(out, "{{\"time\":{},{}}}", super::now_millis(), record.args())
}

struct Flexi {
    handle: LoggerHandle,
}

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let file =
        FileSpec::default().directory(dir).basename("peer").suffix("jsonl").suppress_timestamp();
    let handle = flexi_logger::Logger::with(LogSpecification::info())
        .log_to_file(file)
        .format(line)
        .write_mode(WriteMode::AsyncWith {
            pool_capa: super::QUEUE,
            message_capa: MESSAGE,
            flush_interval: Duration::ZERO,
        })
        .start()?;
    Ok(Box::new(Flexi { handle }))
}

impl Logger for Flexi {
    fn log(&self, work: &Work) {
        log::info!("{}", Members(work));
    }

    /// Joins the writer's thread.
    fn finish(&mut self) -> Result<(), Failure> {
        self.handle.shutdown();
        Ok(())
    }
}
