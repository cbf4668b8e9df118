//! How large a program is that logs, and how much of it the log adds.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::table::Table;

pub(crate) const HELP: &str = "\
Measures the size of a program that declares an event, opens a log, emits and shuts down.

Usage: cargo run -p audit-benches -- size

It is built for size (opt-level \"z\", link-time optimization, one unit of code generation, panics
abort, stripped), beside a program that prints a line and does nothing else.
";

const PROFILE: &str = "\
[profile.release]
opt-level = \"z\"
lto = true
codegen-units = 1
panic = \"abort\"
strip = true

[workspace]
";

const NOTHING: &str = "fn main() { println!(\"nothing\") }\n";

const LOGS: &str = "\
#![forbid(unsafe_code)]
use audit_core::vocab::{ClaimedName, ObjectId};
use audit_core::{AuditEvent, AuditValue, Withheld};
use std::net::SocketAddr;

#[derive(AuditValue)]
pub enum Refusal { BadPassword }

/// A login attempt was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = \"login\", category = \"authentication\", outcome = \"denied\")]
pub struct LoginFailed<'a> {
    #[audit(actor(user))] pub user: ClaimedName<'a>,
    #[audit(source(address))] pub from: SocketAddr,
    #[audit(object(id), object_type = \"device\")] pub device: ObjectId<'a>,
    #[audit(reason)] pub reason: Refusal,
    pub password: Withheld<&'a str>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = audit_writer::Writer::builder(\"log\").install()?;
    let (user, device) = (ClaimedName::unknown(\"root\"), ObjectId::new(\"kvm-7\")?);
    let (reason, password) = (Refusal::BadPassword, Withheld::new(\"hunter2\"));
    LoginFailed { user, from: \"192.0.2.17:54321\".parse()?, device, reason, password }.emit()?;
    println!(\"{}\", log.shutdown());
    Ok(())
}
";

/// The table.
///
/// # Errors
///
/// A program does not build.
pub(crate) fn measure() -> Result<String, Failure> {
    let dir = tempfile::tempdir()?;
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("there is no workspace")?;
    let ours = ["audit-core", "audit-writer"]
        .map(|name| format!("{name} = {{ path = {:?} }}\n", crates.join(name)))
        .concat();
    let nothing = built(&dir.path().join("nothing"), NOTHING, "")?;
    let logs = built(&dir.path().join("logs"), LOGS, &ours)?;
    let mut table = Table::new(&["stripped program", "KB"]);
    let kilobytes = |bytes: u64| format!("{:.0}", bytes as f64 / 1000.0);
    table.row(vec!["prints a line".to_owned(), kilobytes(nothing)]);
    table.row(vec!["logs".to_owned(), kilobytes(logs)]);
    table.row(vec!["what the log adds".to_owned(), kilobytes(logs.saturating_sub(nothing))]);
    Ok(table.to_string())
}

/// The bytes of the program.
fn built(place: &Path, source: &str, dependencies: &str) -> Result<u64, Failure> {
    fs::create_dir_all(place.join("src"))?;
    let package = "[package]\nname = \"subject\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let manifest = format!("{package}\n[dependencies]\n{dependencies}\n{PROFILE}");
    fs::write(place.join("Cargo.toml"), manifest)?;
    fs::write(place.join("src/main.rs"), source)?;
    let status = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--offline"])
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(place)
        .status()?;
    match status.success() {
        true => Ok(fs::metadata(place.join("target/release/subject"))?.len()),
        false => Err("`cargo build --release` failed".into()),
    }
}
