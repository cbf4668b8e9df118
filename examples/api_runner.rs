//! A miniature runner of requests to APIs, with three logs: what it does itself (`application`), what
//! matters for security (`audit`), and who came and went (`access`).
//!
//! `cargo run --example api_runner` plays a scripted day against a server that is a part of this
//! program, and verifies all three. What the program does itself it says through `tracing`, and the
//! layer of `audit-tracing` records it: texts only of its own modules, for a reason that stands in the
//! log. What its HTTP library says is recorded without texts, because a header may hold a token.
//!
//! `api_runner/runner.rs` runs requests, `people.rs` has the users, `stub.rs` answers.

#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that shows something prints"
)]
#![expect(
    unreachable_pub,
    reason = "the modules are written as a program would write its own library"
)]

#[path = "api_runner/day.rs"]
mod day;
#[path = "shared/log.rs"]
mod log;
#[path = "api_runner/people.rs"]
mod people;
#[cfg(test)]
#[path = "api_runner/rows.rs"]
mod rows;
#[path = "api_runner/runner.rs"]
mod runner;
#[path = "shared/secrets.rs"]
mod secrets;
#[path = "api_runner/stub.rs"]
mod stub;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit_core::Stream;
use audit_tracing::ApplicationLayer;
use audit_writer::Writer;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::log::{Failure, Keys};

const HELP: &str = "\
A miniature runner of requests to APIs, with three logs: application, audit and access.

Usage: api_runner [--dir DIR]

  --dir DIR   where the logs go; a fresh temporary folder if left out
  --help      this text

It plays a day: connectors start and stop, requests run, fail and are tried again, secret variables
are used, users come and go, are disabled and given roles. Afterwards, with DIR:
  auditlog export DIR --format text --stream access
  auditlog export DIR --format text --stream application
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("api_runner: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    use lexopt::prelude::Long;
    let mut dir: Option<PathBuf> = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dir") => dir = Some(parser.value()?.into()),
            Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let dir = log::place(dir)?;
    let (keys, kept) = play(&dir)?;
    println!(
        "\nA line worth a look of each log: what was said through tracing, which variable was"
    );
    println!("used by which request, and who went.");
    log::show(&dir, Stream::Application, &["log"])?;
    log::show(&dir, Stream::Audit, &["secret_variable_use"])?;
    log::show(&dir, Stream::Access, &["logout"])?;
    log::conclude(&dir, &keys, &kept)
}

/// Plays the day into three logs. Gives the keys to verify them by, and what must not be in them.
fn play(dir: &Path) -> Result<(Keys, Vec<String>), Failure> {
    let keys = log::draw_keys(dir, &Stream::ALL)?;
    let log = Writer::builder(dir).streams([Stream::Access, Stream::Application]).install()?;
    let layer = ApplicationLayer::new().allow(
        "api_runner",
        "this program says names of connectors and requests, and labels; no values of variables",
    );
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    let kept = day::play()?;
    let report = log.shutdown();
    println!("\nThe writer says: {report}");
    match report.is_complete() {
        true => Ok((keys, kept)),
        false => Err("the log is not complete".into()),
    }
}
