//! `auditlog`: verify a log, prove a line of it, export it, look after its keys, and take in what other logs
//! tell.
//!
//! Exit status: 0 if all is well (an unclosed log is, with a warning), 1 if something was found, 2 if
//! it could not be done.

#![forbid(unsafe_code)]
#![expect(clippy::print_stderr, reason = "a program of the command line")]

mod bounded;
mod export;
mod ingest;
mod keys;
mod out;
mod progress;
mod proof;
mod sessions;
mod sql;
mod stream;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Looks after audit logs.
#[derive(Debug, Parser)]
#[command(name = "auditlog", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 all is well, 1 something was found, 2 it could not be done."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Arguments),
    Ingest(ingest::Arguments),
    Sessions(sessions::Arguments),
    Prove(proof::Prove),
    CheckProof(proof::Check),
    Export(export::Arguments),
    Catalog(sql::Arguments),
    Keygen(keys::Keygen),
    Vkey(keys::Vkey),
}

/// What a command found.
enum Outcome {
    Well,
    Found,
}

/// An error and what it comes from.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", told(source)),
        None => error.to_string(),
    }
}

/// A text of others as it is fit for a terminal: what is neither a letter, a digit nor plain
/// punctuation is escaped, so that it can neither end a line nor hide.
fn shown(text: &str) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || it == ' ' || it == '…';
    let mut shown = String::with_capacity(text.len());
    for it in text.chars() {
        match is_plain(it) || (it.is_ascii_graphic() && it != '\\') {
            true => shown.push(it),
            false => shown.extend(it.escape_default()),
        }
    }
    shown
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Ingest(arguments) => ingest::run(&arguments),
        Command::Sessions(arguments) => sessions::run(&arguments),
        Command::Prove(arguments) => proof::make(&arguments),
        Command::CheckProof(arguments) => proof::check(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Catalog(arguments) => sql::run(&arguments),
        Command::Keygen(arguments) => keys::generate(&arguments),
        Command::Vkey(arguments) => keys::show(&arguments),
    };
    match done {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            eprintln!("auditlog: {}", told(error.as_ref()));
            ExitCode::from(2)
        }
    }
}
