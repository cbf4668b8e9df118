//! A miniature vault of secrets that users share, behind a real TCP server, with an audit log.
//!
//! `cargo run --example vault_server` plays a scripted client against it on the loopback: users
//! register and log in with keys, some of what they ask for is denied, some fails; in between the
//! server is restarted, and the log goes on. Then it verifies the log. With `--listen 127.0.0.1:7000`
//! it serves until interrupted. The vaults live in memory; what outlives a restart is the log.
//!
//! `vault_server/vault.rs` decides, `record.rs` records before anything is done, `session.rs` talks
//! to one client, `server.rs` to all.

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

#[path = "vault_server/client.rs"]
mod client;
#[cfg(test)]
#[path = "vault_server/limits.rs"]
mod limits;
#[path = "vault_server/lines.rs"]
mod lines;
#[path = "shared/log.rs"]
mod log;
#[path = "vault_server/record.rs"]
mod record;
#[cfg(test)]
#[path = "vault_server/rows.rs"]
mod rows;
#[path = "vault_server/scenario.rs"]
mod scenario;
#[path = "shared/secrets.rs"]
mod secrets;
#[path = "vault_server/server.rs"]
mod server;
#[path = "vault_server/session.rs"]
mod session;
#[path = "vault_server/vault.rs"]
mod vault;
#[cfg(test)]
#[path = "vault_server/world.rs"]
mod world;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit_core::Stream;

use crate::log::Failure;
use crate::server::{Limits, Server};

const HELP: &str = "\
A miniature vault of secrets with an audit log, behind a TCP server.

Usage: vault_server [--dir DIR] [--listen ADDR]

  --dir DIR       the data directory, where the log goes; a fresh temporary folder if left out
  --listen ADDR   serve at ADDR until interrupted, instead of playing a client
  --help          this text

A line of text is a command, and its answer is a line: OK, DENIED and why, or ERROR and its code.
  REGISTER user code ed25519 KEY       become a user, with a code that the server printed
  AUTH user ed25519 KEY SIGNATURE      log in; hexadecimal; see vault_server/client.rs for what is signed
  CREATE v · DESTROY v · LIST v · GET v name · SET v name value · DEL v name
  INVITE v user · ACCEPT v · PROMOTE v user · DEMOTE v user · REVOKE v user · QUIT
A vault called a/b is created by an administrator of a. While it listens, for example at 127.0.0.1:7000:
  printf 'GET team db\\nQUIT\\n' | nc 127.0.0.1 7000
is denied, because nobody has logged in, and the log says so.
";

/// So many codes are given out at a start.
const CODES: usize = 4;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("vault_server: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    use lexopt::prelude::{Long, ValueExt};
    let mut dir: Option<PathBuf> = None;
    let mut listen: Option<SocketAddr> = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dir") => dir = Some(parser.value()?.into()),
            Long("listen") => listen = Some(parser.value()?.parse()?),
            Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let dir = log::place(dir)?;
    // Before the first start: whoever has the key can tell what this server signed.
    let keys = log::draw_keys(&dir, &[Stream::Audit])?;
    let kept = match listen {
        Some(address) => serve_until_interrupted(address, &dir)?,
        None => scenario::play(&dir)?,
    };
    if listen.is_none() {
        println!("\nThree lines worth a look: denied, failed, and the withheld invite code.");
        log::show(&dir, Stream::Audit, &["vault_get_denied", "vault_demote", "registration"])?;
    }
    log::conclude(&dir, &keys, &kept)
}

fn serve_until_interrupted(address: SocketAddr, dir: &Path) -> Result<Vec<String>, Failure> {
    let mut signals = signal_hook::iterator::Signals::new([
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
    ])?;
    let codes = draw_codes()?;
    let server = Server::start(dir, address, Limits::default(), &codes)?;
    println!("Listening on {}; the log is in {}", server.address(), dir.display());
    println!("Codes to register with, each good for one user:\n  {}", codes.join("\n  "));
    signals.forever().next();
    println!("{}", server.stop());
    Ok(codes)
}

fn draw_codes() -> Result<Vec<String>, Failure> {
    let draw = |_| Ok(format!("kh_{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?));
    (0..CODES).map(draw).collect()
}
