//! logforth.

use std::io::Write as _;
use std::path::Path;

use ::logforth::append::asynchronous::AsyncBuilder;
use ::logforth::append::file::FileBuilder;
use ::logforth::bridge::log::LogBridge;
use ::logforth::record::Record;
use ::logforth::{Diagnostic, Error, Layout};

use super::Logger;
use crate::Failure;
use crate::compare::work::{Members, Work};

#[derive(Debug)]
struct Line;

impl Layout for Line {
    fn format(&self, record: &Record<'_>, _: &[Box<dyn Diagnostic>]) -> Result<Vec<u8>, Error> {
        let mut line = Vec::with_capacity(256);
        let time = super::millis(record.time());
        write!(line, "{{\"time\":{time},{}}}", record.payload()).map_err(Error::from_io_error)?;
        Ok(line)
    }
}

struct Logforth;

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let line: Box<dyn Layout> = Box::new(Line);
    let file = FileBuilder::new(dir, super::FILE).layout(line).build()?;
    let queue = AsyncBuilder::new("logforth")
        .buffered_lines_limit(Some(super::QUEUE))
        .overflow_block()
        .append(file)
        .build();
    let logger = ::logforth::core::builder().dispatch(|d| d.append(queue)).build();
    log::set_boxed_logger(Box::new(LogBridge::new(logger)))?;
    log::set_max_level(log::LevelFilter::Info);
    Ok(Box::new(Logforth))
}

impl Logger for Logforth {
    fn log(&self, work: &Work) {
        log::info!("{}", Members(work));
    }

    /// Waits until the writer's thread has flushed.
    fn finish(&mut self) -> Result<(), Failure> {
        log::logger().flush();
        Ok(())
    }
}
