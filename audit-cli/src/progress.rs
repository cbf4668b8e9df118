//! A bar on standard error for what takes long, where somebody looks at it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use audit_writer::verify::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// What is over sooner needs no bar.
const AFTER: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_millis(100);

/// Does something while a bar shows how far it is; there is none where standard error is no terminal.
pub(crate) fn watched<T>(done: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::new();
    let (end, ended) = channel::<()>();
    thread::scope(|scope| {
        let shown = progress.clone();
        scope.spawn(move || show(&shown, &ended));
        let result = done(&progress);
        drop(end);
        result
    })
}

fn show(progress: &Progress, ended: &Receiver<()>) {
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
