//! A miniature manager of virtual machines that keeps an audit trail.
//!
//! `cargo run --example hypervisor` plays a scripted day of its administrators, and prints for each
//! record the five things that an auditor asks of it: when, who and from where, what, to what, and
//! how it ended. Then it verifies the log.
//!
//! What it records are the ready-made events of `audit_events::hypervisor`; how the manager says so
//! stands in `hypervisor/people.rs`, `machines.rs` and `storage.rs`.

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

#[path = "hypervisor/day.rs"]
mod day;
#[path = "shared/log.rs"]
mod log;
#[path = "hypervisor/machines.rs"]
mod machines;
#[path = "hypervisor/manager.rs"]
mod manager;
#[path = "hypervisor/parts.rs"]
mod parts;
#[path = "hypervisor/people.rs"]
mod people;
#[cfg(test)]
#[path = "hypervisor/rows.rs"]
mod rows;
#[path = "shared/secrets.rs"]
mod secrets;
#[path = "hypervisor/storage.rs"]
mod storage;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit_core::Stream;
use audit_writer::Writer;

use crate::log::{Failure, Keys};

const HELP: &str = "\
A miniature manager of virtual machines that keeps an audit trail.

Usage: hypervisor [--dir DIR]

  --dir DIR   where the log goes; a fresh temporary folder if left out
  --help      this text

It plays a day: logins and a locked account, users, groups and permissions for a folder, machines
that are created, started, stopped, migrated and deleted, a bridge and storage; something that is
denied for lack of a permission, something that fails. Of each record it prints the five parts.
Afterwards, with DIR and the KEY that it printed:
  auditlog verify DIR --key KEY
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("hypervisor: {failure}");
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
    println!("\nWhat was recorded: when | who, from where | what | to what | how it ended");
    for line in log::events(&dir, Stream::Audit)? {
        println!("  {}", parts::of(&line)?.join(" | "));
    }
    println!("\nTwo lines as they stand in the log: one that was denied, one that failed.");
    log::show(&dir, Stream::Audit, &["vm_delete", "vm_power_off"])?;
    log::conclude(&dir, &keys, &kept)
}

/// Plays the day into a log. Gives the keys to verify it by, and what must not be in it.
fn play(dir: &Path) -> Result<(Keys, Vec<String>), Failure> {
    let keys = log::draw_keys(dir, &[Stream::Audit])?;
    let log = Writer::builder(dir).install()?;
    let kept = day::play()?;
    let report = log.shutdown();
    println!("\nThe writer says: {report}");
    match report.is_complete() {
        true => Ok((keys, kept)),
        false => Err("the log is not complete".into()),
    }
}
