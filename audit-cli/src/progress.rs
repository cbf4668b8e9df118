//! A bar on standard error for what takes long, where somebody looks at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use audit_log::verify::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// What is over sooner needs no bar.
const AFTER: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_millis(100);

/// How far something is.
pub(crate) trait Shown: Clone + Default + Send {
    fn done_bytes(&self) -> u64;
    fn total_bytes(&self) -> u64;
}

impl Shown for Progress {
    fn done_bytes(&self) -> u64 {
        self.done_bytes()
    }

    fn total_bytes(&self) -> u64 {
        self.total_bytes()
    }
}

/// Bytes that were read, of so many.
#[derive(Clone, Default)]
pub(crate) struct Read(Arc<[AtomicU64; 2]>);

impl Read {
    pub(crate) fn expect(&self, bytes: u64) {
        let [_, total] = &*self.0;
        total.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, bytes: u64) {
        let [done, _] = &*self.0;
        done.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Shown for Read {
    fn done_bytes(&self) -> u64 {
        let [done, _] = &*self.0;
        done.load(Ordering::Relaxed)
    }

    fn total_bytes(&self) -> u64 {
        let [_, total] = &*self.0;
        total.load(Ordering::Relaxed)
    }
}

/// Does something while a bar shows how far it is; there is none where standard error is no terminal.
pub(crate) fn watched<P: Shown, T>(done: impl FnOnce(&P) -> T) -> T {
    let progress = P::default();
    let (end, ended) = channel::<()>();
    thread::scope(|scope| {
        let shown = progress.clone();
        scope.spawn(move || show(&shown, &ended));
        let result = done(&progress);
        drop(end);
        result
    })
}

fn show(progress: &impl Shown, ended: &Receiver<()>) {
    let is_over = |at_most| ended.recv_timeout(at_most) != Err(RecvTimeoutError::Timeout);
    if is_over(AFTER) {
        return;
    }
    let bar = ProgressBar::new(progress.total_bytes());
    let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    loop {
        bar.set_length(progress.total_bytes());
        bar.set_position(progress.done_bytes());
        if is_over(EVERY) {
            return bar.finish_and_clear();
        }
    }
}
