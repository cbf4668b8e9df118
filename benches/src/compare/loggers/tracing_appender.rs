//! tracing-subscriber's JSON lines through tracing-appender's writer thread.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use super::Logger;
use crate::Failure;
use crate::compare::work::Work;

struct Millis;

impl FormatTime for Millis {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        write!(writer, "{}", super::now_millis())
    }
}

/// A file that tells when it is closed: the guard waits for a second at most, and says nothing.
struct Told {
    file: BufWriter<File>,
    closed: SyncSender<()>,
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if self.file.flush().is_ok() {
            // Nobody listens any more where waiting has taken too long.
            self.closed.try_send(()).unwrap_or_default();
        }
    }
}

struct TracingAppender {
    guard: Option<WorkerGuard>,
    closed: Mutex<Receiver<()>>,
}

pub(super) fn start(dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let (told, closed) = sync_channel(1);
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .finish(Told { file: super::file(dir)?, closed: told });
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_level(false)
        .with_timer(Millis)
        .with_writer(writer)
        .finish();
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(Box::new(TracingAppender { guard: Some(guard), closed: Mutex::new(closed) }))
}

impl Logger for TracingAppender {
    fn log(&self, work: &Work) {
        tracing::info!(
            action = work.action,
            user = work.user.as_str(),
            address = %work.address,
            port = work.port,
            attempt = work.attempt,
            reason = work.reason.as_str(),
            session = work.session.as_str(),
        );
    }

    fn finish(&mut self) -> Result<(), Failure> {
        drop(self.guard.take());
        let closed = self.closed.get_mut().map_err(|_poisoned| "a thread panicked")?;
        Ok(closed.recv_timeout(Duration::from_secs(30))?)
    }
}
