//! fast_log.

use std::fmt::Write as _;
use std::path::Path;

use ::fast_log::Config;
use ::fast_log::appender::{Command, FastLogRecord, RecordFormat};

use super::Logger;
use crate::Failure;
use crate::compare::work::{Members, Work};

/// As in fast_log's documentation; by default its queue has no bound.
const QUEUE: usize = 100_000;

struct Format;

impl RecordFormat for Format {
    fn do_format(&self, record: &mut FastLogRecord) {
        if record.command == Command::CommandRecord {
            let FastLogRecord { formated, args, now, .. } = record;
            formated.reserve(args.len() + 32);
            let written = writeln!(formated, "{{\"time\":{},{args}}}", super::millis(*now));
            debug_assert!(written.is_ok(), "writing into a string cannot fail");
        }
    }
}

struct FastLog;

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let path = dir.join(super::FILE);
    let path = path.to_str().ok_or("the directory's name is not UTF-8")?;
    ::fast_log::init(Config::new().format(Format).chan_len(Some(QUEUE)).file(path))?;
    Ok(Box::new(FastLog))
}

impl Logger for FastLog {
    fn log(&self, work: &Work) {
        log::info!("{}", Members(work));
    }

    fn finish(&mut self) -> Result<(), Failure> {
        ::fast_log::flush()?.wait();
        Ok(())
    }
}
