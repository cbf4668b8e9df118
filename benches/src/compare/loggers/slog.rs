//! slog-json behind slog-async.

use std::path::Path;

use slog::{Drain, FnValue, Logger as Slog, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};
use slog_json::Json;

use super::Logger;
use crate::Failure;
use crate::compare::work::Work;

struct SlogAsync {
    slog: Slog,
    guard: Option<AsyncGuard>,
}

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let json = Json::new(super::file(dir)?)
        .add_key_value(o!("time" => FnValue(|_| super::now_millis() as u64)))
        .build();
    let (drain, guard) = Async::new(json.fuse())
        .chan_size(super::QUEUE)
        .overflow_strategy(OverflowStrategy::Block)
        .build_with_guard();
    Ok(Box::new(SlogAsync { slog: Slog::root(drain.fuse(), o!()), guard: Some(guard) }))
}

impl Logger for SlogAsync {
    fn log(&self, work: &Work) {
        slog::info!(self.slog, "";
            "action" => work.action,
            "user" => work.user.as_str(),
            "address" => %work.address,
            "port" => work.port,
            "attempt" => work.attempt,
            "reason" => work.reason.as_str(),
            "session" => work.session.as_str(),
        );
    }

    /// The guard joins the thread, whose end closes the file.
    fn finish(&mut self) -> Result<(), Failure> {
        drop(self.guard.take());
        Ok(())
    }
}
