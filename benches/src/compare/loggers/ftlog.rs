//! ftlog.

use std::fmt::Display;
use std::path::Path;

use ::ftlog::{FtLogFormat, LoggerGuard};
use log::Record;

use super::Logger;
use crate::Failure;
use crate::compare::work::{Members, Work};

/// ftlog puts the time and a delay before each line. The two open the JSON object here, and the
/// text goes on from there: `{"time":1732104000000,"delay":" 0ms ","action":…}`.
const TIME: &str = "{\"time\":[unix_timestamp precision:millisecond],\"delay\":\"";

/// How long ftlog's queue is by default.
const QUEUE: usize = 100_000;

struct Line(String);

impl Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

struct Format;

impl FtLogFormat for Format {
    fn msg(&self, record: &Record<'_>) -> Box<dyn Send + Sync + Display> {
        Box::new(Line(record.args().to_string()))
    }
}

struct Ftlog {
    guard: Option<LoggerGuard>,
}

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let guard = ::ftlog::builder()
        .time_format(time::format_description::parse_owned::<1>(TIME)?)
        .utc()
        .format(Format)
        .bounded(QUEUE, true)
        .root(super::file(dir)?)
        .build()?
        .init()?;
    Ok(Box::new(Ftlog { guard: Some(guard) }))
}

impl Logger for Ftlog {
    fn log(&self, work: &Work) {
        log::info!("\",{}}}", Members(work));
    }

    fn finish(&mut self) -> Result<(), Failure> {
        drop(self.guard.take());
        Ok(())
    }
}
