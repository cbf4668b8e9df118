//! The whole idea in one screen: declare an event, record it, read its line back.
#![forbid(unsafe_code)] // What the derive promises rests on this line.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::net::SocketAddr;

use audit_core::vocab::{ClaimedName, ObjectId};
use audit_core::{AuditEvent, AuditValue, Withheld};

#[derive(AuditValue)]
enum Refusal {
    UnknownUser,
}

/// A login attempt was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
struct LoginFailed<'a> {
    #[audit(actor(user))]
    user: ClaimedName<'a>, // people type passwords here: shown only if an account has the name
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(object(id), object_type = "device")]
    device: ObjectId<'a>,
    #[audit(reason)]
    reason: Refusal,
    password: Withheld<&'a str>, // as a `&str` or a `UserName` it would not compile
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::temp_dir().join("first-audit-log");
    let log = audit_writer::Writer::builder(&dir).install()?;
    let (user, password) = (ClaimedName::unknown("hunter2"), Withheld::new("hunter2"));
    let (from, device) = ("192.0.2.17:54321".parse()?, ObjectId::new("kvm-7")?);
    LoginFailed { user, from, device, reason: Refusal::UnknownUser, password }.emit()?;
    println!("{}\n{}", log.shutdown(), std::fs::read_to_string(dir.join("audit.jsonl"))?);
    Ok(())
}
