//! A miniature KVM-over-IP device that keeps an audit log.
//!
//! `cargo run --example kvm_device` plays a scripted day against the device, with real HTTP
//! requests from several addresses, prints what was recorded, and checks that no secret is in it.
//! With `--listen 127.0.0.1:8080` it serves until interrupted, so that you can drive it with curl.
//!
//! What the device records are the ready-made events of `audit_events::kvm`, and how its handlers
//! say so stands in `kvm_device/device.rs`, `media.rs` and `maintenance.rs`. With `--catalog
//! markdown` it is printed as a page to read.

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

#[path = "kvm_device/day.rs"]
mod day;
#[path = "kvm_device/device.rs"]
mod device;
#[cfg(test)]
#[path = "kvm_device/kit.rs"]
mod kit;
#[path = "kvm_device/maintenance.rs"]
mod maintenance;
#[path = "kvm_device/media.rs"]
mod media;
#[path = "shared/secrets.rs"]
mod secrets;
#[path = "kvm_device/server.rs"]
mod server;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit_core::Catalog;
use audit_log::Log;
use audit_writer::{Rotation, Writer};

use crate::device::{Device, Failure};

const HELP: &str = "\
A miniature KVM-over-IP device that keeps an audit log.

Usage: kvm_device [--dir DIR] [--segment-bytes N] [--listen ADDR]
       kvm_device --catalog markdown|json

  --dir DIR            where the log goes; a fresh temporary folder if left out
  --segment-bytes N    begin a new segment at this size (4096 at least; 8 MiB if left out)
  --listen ADDR        serve at ADDR until interrupted, instead of playing a day
  --catalog FORMAT     print what the log can hold, event by event, as markdown or json; do nothing else
  --help               this text

While it listens, for example at 127.0.0.1:8080:
  curl -i -d '{\"user\":\"admin\",\"password\":\"guess\"}' http://127.0.0.1:8080/api/auth
  curl -i -d '{\"user\":\"admin\",\"password\":\"Tr0mbone-Valve-93\"}' http://127.0.0.1:8080/api/auth
  curl -i -b session=COOKIE -d '{\"text\":\"secret\",\"layout\":\"en-us\"}' http://127.0.0.1:8080/api/paste
  curl -i -b session=COOKIE http://127.0.0.1:8080/api/media/fetch \\
    -d '{\"name\":\"debian.iso\",\"url\":\"https://host/debian.iso?token=secret\"}'
  further: POST /api/logout · POST, DELETE /api/session ·
    POST /api/media/upload {\"name\":\"n\",\"bytes\":1} · PUT /api/media {\"name\":\"n\",\"mode\":\"cdrom\"} · DELETE /api/media ·
    POST /api/power {\"of\":\"machine\",\"switch\":\"restart\"} · PUT /api/settings {\"name\":\"n\",\"value\":\"v\"} ·
    PUT /api/serial {\"baud_rate\":9600} · POST, PUT /api/users {\"user\":\"u\",\"password\":\"p\",\"role\":\"r\"} ·
    POST /api/scripts {\"name\":\"n\",\"script\":\"s\",\"arguments\":\"a\"} · POST /api/debug-logs ·
    POST /api/firmware {\"version\":\"2.7.0\"}
";

struct Arguments {
    dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    rotation: Rotation,
    /// Print the catalogue in this way and do nothing else.
    catalog: Option<fn(&Catalog) -> String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let mut text = failure.to_string();
            let mut cause = failure.source();
            while let Some(error) = cause {
                let more = error.to_string();
                if !text.contains(&more) {
                    text += &format!(": {more}");
                }
                cause = error.source();
            }
            eprintln!("kvm_device: {text}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let Some(Arguments { dir, listen, rotation, catalog }) = arguments()? else {
        print!("{HELP}");
        return Ok(());
    };
    if let Some(catalog) = catalog {
        print!("{}", catalog(&audit_events::kvm::EVENTS));
        return Ok(());
    }
    let dir = match dir {
        Some(dir) => dir,
        None => tempfile::Builder::new().prefix("audit-").tempdir()?.keep(),
    };
    let log = Writer::builder(&dir).rotation(rotation).install()?;
    let device = Device::new(day::ACCOUNTS);
    match listen {
        Some(address) => listen_until_interrupted(address, device, &dir)?,
        None => return play_a_day(device, log, &dir),
    }
    println!("{}", log.shutdown());
    Ok(())
}

fn listen_until_interrupted(
    address: SocketAddr,
    device: Device,
    dir: &Path,
) -> Result<(), Failure> {
    let mut signals = signal_hook::iterator::Signals::new([
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
    ])?;
    let running = server::serve(address, device)?;
    println!(
        "Listening on http://{}; the log is {}",
        running.address,
        dir.join("audit.jsonl").display()
    );
    println!("Try --help for requests to send; interrupt to stop.");
    signals.forever().next();
    running.stop();
    Ok(())
}

fn play_a_day(device: Device, log: Writer, dir: &Path) -> Result<(), Failure> {
    let running = server::serve(SocketAddr::from(([127, 0, 0, 1], 0)), device)?;
    let mut secrets = day::secrets();
    day::play(running.address, &mut secrets)?;
    running.stop();
    let report = log.shutdown();
    println!("\nThe writer says: {report}");
    if !report.is_complete() {
        return Err("the log is not complete".into());
    }

    println!("\nWhat was recorded:");
    let mut next_seq = None;
    for (position, line) in Log::open(dir)?.lines()? {
        let line =
            line.map_err(|error| format!("{} line {}: {error}", position.segment, position.line))?;
        if next_seq.is_some_and(|next| next != line.seq) {
            return Err(format!("a number is missing before {}", line.seq).into());
        }
        next_seq = Some(line.seq + 1);
    }
    print!("{}", text_of(dir)?);
    let text = secrets::everything_below(dir)?;
    println!("\nThe log is in {}", dir.display());
    match secrets.iter().filter(|secret| secrets::holds(&text, secret)).count() {
        0 => println!(
            "None of the {} secrets of this day is in it, in any of the spellings looked for.",
            secrets.len()
        ),
        found => return Err(format!("{found} of this day's secrets are in the log").into()),
    }
    Ok(())
}

/// The text of the log's segments, in their order.
fn text_of(dir: &Path) -> std::io::Result<String> {
    let mut paths: Vec<_> =
        std::fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "jsonl"));
    paths.sort();
    paths.iter().map(std::fs::read_to_string).collect()
}

fn arguments() -> Result<Option<Arguments>, Failure> {
    use lexopt::prelude::{Long, ValueExt};
    let mut found =
        Arguments { dir: None, listen: None, rotation: Rotation::default(), catalog: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dir") => found.dir = Some(parser.value()?.into()),
            Long("listen") => found.listen = Some(parser.value()?.parse()?),
            Long("segment-bytes") => found.rotation.segment_bytes = parser.value()?.parse()?,
            Long("catalog") => {
                found.catalog = Some(match parser.value()?.to_str() {
                    Some("markdown") => audit_log::catalog::markdown,
                    Some("json") => audit_log::catalog::json,
                    _ => return Err("--catalog takes `markdown` or `json`".into()),
                });
            }
            Long("help") => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(found))
}
