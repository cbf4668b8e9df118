//! spdlog-rs.

use std::fmt::Write as _;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use ::spdlog::formatter::{Formatter, FormatterContext};
use ::spdlog::sink::{AsyncPoolSink, FileSink, OverflowPolicy};
use ::spdlog::{Error, Logger as Spd, Record, StringBuf, ThreadPool};

use super::Logger;
use crate::Failure;
use crate::compare::work::{Members, Work};

#[derive(Clone)]
struct Format;

impl Formatter for Format {
    fn format(
        &self,
        record: &Record<'_>,
        line: &mut StringBuf,
        _: &mut FormatterContext<'_>,
    ) -> Result<(), Error> {
        let time = super::millis(record.time());
        writeln!(line, "{{\"time\":{time},{}}}", record.payload()).map_err(Error::FormatRecord)
    }
}

struct Spdlog {
    /// None once it is finished.
    logger: Option<(Spd, Arc<ThreadPool>)>,
}

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let file = FileSink::builder()
        .path(dir.join(super::FILE))
        .capacity(super::BUFFER)
        .formatter(Format)
        .build_arc()?;
    let queue = NonZero::new(super::QUEUE).ok_or("a queue of nothing")?;
    let pool = ThreadPool::builder().capacity(queue).build_arc()?;
    let sink = AsyncPoolSink::builder()
        .sink(file)
        .thread_pool(Arc::clone(&pool))
        .overflow_policy(OverflowPolicy::Block)
        .build_arc()?;
    let logger = Spd::builder().sink(sink).build()?;
    Ok(Box::new(Spdlog { logger: Some((logger, pool)) }))
}

impl Logger for Spdlog {
    fn log(&self, work: &Work) {
        if let Some((logger, _)) = &self.logger {
            ::spdlog::info!(logger: logger, "{}", Members(work));
        }
    }

    /// The pool's end joins its thread, and the end of the last reference to the file flushes it.
    fn finish(&mut self) -> Result<(), Failure> {
        if let Some((logger, pool)) = self.logger.take() {
            drop(logger);
            drop(pool);
        }
        Ok(())
    }
}
