//! This example shows an operation in two phases: no record, no operation; and where the program ends
//! between them, the next run records that nobody knows how it ended.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use audit_core::vocab::{UserName, Version};
use audit_core::{Actor, Awaited, Context, Outcome, Source, lit};
use audit_events::kvm::{FirmwareFault, FirmwareUpdated};
use audit_log::Log;

fn flash(version: &str) -> Result<(), FirmwareFault> {
    if version == "2.7.0" { Ok(()) } else { Err(FirmwareFault::BadSignature) }
}

fn update(version: &str, context: &Context<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let (from, to) = (Version::new("2.6.1")?, Version::of(version));
    // Returns when the line is on stable storage, or fails: then nothing is flashed.
    let begun = FirmwareUpdated { outcome: Awaited::new(), from, to }.within(context).begin()?;
    let result = flash(version);
    // Dropped without this, it would record that it was abandoned.
    begun.finish(Outcome::of(&result, |reason| *reason))?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::temp_dir().join("audit-two-phase");
    let log = audit_writer::Writer::builder(&dir).install()?;
    let alice = Actor::User(UserName::new("alice")?);
    let context = Context::new(alice, Source::Local(lit!("front panel")));
    update("2.7.0", &context)?;
    update("2.8.0", &context)?;
    println!("{}", log.shutdown());
    for (_, line) in Log::open(&dir)?.lines()? {
        let line = line?;
        if let Some(phase) = line.get("phase") {
            println!("{} {phase:?} {:?}", line.seq, line.get("outcome"));
        }
    }
    Ok(())
}
