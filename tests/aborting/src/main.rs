//! Records 100 events that it waits for and some that it does not, and then panics: on the thread
//! that records, or in the clock on the writer's thread. Built by the profile `abort`, that ends the
//! program. It says on its standard output what was acknowledged.

#![forbid(unsafe_code)]
#![expect(clippy::panic, clippy::print_stdout, reason = "that is what this program does")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use audit_core::AuditEvent;
use audit_writer::Writer;
use audit_writer::clock::{Clock, Stamp, SystemClock};

/// It rang.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring", category = "door", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Rang {
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

/// A clock that panics on the writer's thread, once it is told so.
#[derive(Default)]
struct Bomb(AtomicBool);

impl Clock for Bomb {
    fn now(&self) -> Stamp {
        let is_writer = std::thread::current().name() == Some("audit-writer");
        assert!(!is_writer || !self.0.load(Ordering::SeqCst), "the clock panics");
        SystemClock::new().now()
    }

    fn is_synced(&self) -> bool {
        true
    }

    fn boot_id(&self) -> String {
        String::new()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (dir, how) = arguments.next().zip(arguments.next()).ok_or("a directory and how")?;
    let bomb = Arc::new(Bomb::default());
    let _log = Writer::builder(dir).clock(Arc::clone(&bomb) as Arc<_>).install()?;
    for count in 0..100 {
        Rang { count }.emit_durable()?;
        println!("{count}");
    }
    for count in 100..200 {
        Rang { count }.emit()?;
    }
    if how == "panics" {
        panic!("the program panics");
    }
    bomb.0.store(true, Ordering::SeqCst);
    std::thread::sleep(Duration::from_secs(60));
    Ok(())
}
