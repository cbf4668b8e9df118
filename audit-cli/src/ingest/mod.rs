//! `auditlog ingest`.

mod family;
mod files;
mod input;
mod journal;
mod missing;
mod opened;
mod places;
mod position;
mod record;
mod run;
mod stream;
mod summary;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use audit_ingest::{Config, Device, Format, Log, Network, Rules};
use audit_log::Shown;
use jiff::SignedDuration;

use self::files::Begin;
use self::input::{Input, is_stdin};
use self::places::Place;
use self::stream::Stream;
use crate::out::{put, say};
use crate::{Failure, Outcome};

/// Turn the logs of TinyPilot, PiKVM, Proxmox or Guacamole into an audit log: who did what, when, from where.
///
/// Each action becomes one signed line, with the time at which it happened (`occurred`), the line that
/// tells of it (`origin`), and how sure it is who did it. Nobody is guessed. What was read before is
/// not recorded again: run it as often as you like, or let it follow the files with --follow.
///
/// Nothing is removed from this log for its age or size unless you say so with --keep-days or --keep-bytes:
/// keep an eye on the room that it takes.
/// A position for going on is kept in the folder `ingest` of the log's directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    auditlog ingest --dir /var/log/kvm-audit --timezone Europe/Berlin \\\n      \
        --nginx /var/log/nginx/access.log.2.gz /var/log/nginx/access.log.1 /var/log/nginx/access.log \\\n      \
        --tinypilot /var/log/tinypilot.log\n  \
    auditlog ingest --dir /var/log/kvm-audit --device pikvm --journal kvmd --follow\n  \
    auditlog ingest --device list\n  \
    auditlog sessions /var/log/kvm-audit\n\n\
    Exit status: 0 all was read, 1 some lines were unreadable or claim what nothing bears out, 2 it \
    could not be done.")]
pub(crate) struct Arguments {
    /// The directory of the audit log that is written; it is made if it is not there.
    #[arg(long, value_name = "LOGDIR")]
    dir: Option<PathBuf>,
    /// Whose logs they are; `list` shows the devices that there are, and which logs they have.
    #[arg(long, value_name = "NAME", default_value = "tinypilot")]
    device: String,
    /// The access log's files, oldest first, plain or gzipped; with --follow the last one is the one
    /// that grows. `-` is standard input.
    #[arg(long, visible_alias = "access-log", value_name = "FILE", num_args = 1..)]
    nginx: Vec<PathBuf>,
    /// The application log's files, oldest first, plain or gzipped, or `-`; without them nobody is known by
    /// name. Of a device that has one log, that one.
    #[arg(long, visible_alias = "app-log", value_name = "FILE", num_args = 1..)]
    tinypilot: Vec<PathBuf>,
    /// The application log is in the journal of this unit, which `journalctl` hands out.
    #[arg(long, value_name = "UNIT", conflicts_with = "tinypilot")]
    journal: Option<String>,
    /// TinyPilot's time zone, such as `Europe/Berlin` or `UTC`: its application log has local times.
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// The access log's `log_format`, pasted from nginx's configuration, quotes and all; without it, that
    /// of the usual ones which its first lines fit.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// A proxy, or a network of them, whose `X-Forwarded-For` is believed; as often as needed.
    #[arg(long = "trust-proxy", value_name = "NET")]
    trusted: Vec<Network>,
    /// What requests mean, as a TOML file, if it is not what they mean to the device.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Another directory that logrotate moves files to (`olddir`); as often as needed. Those in the directory
    /// of the file itself are found without.
    #[arg(long = "rotated-in", value_name = "DIR")]
    rotated_in: Vec<PathBuf>,
    /// Go on as the files grow and are rotated, until SIGINT or SIGTERM.
    #[arg(long)]
    follow: bool,
    /// How much later than it happened a line of the access log may be written, such as `60s` or `5m`: what
    /// nginx's `flush` says, where the log is buffered. What happened is recorded so much later.
    #[arg(long, value_name = "DURATION", default_value = "0s", requires = "follow",
        value_parser = parse_delay)]
    access_log_delay: Duration,
    /// Remove what was recorded more than so many days ago.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=366_000))]
    keep_days: Option<u64>,
    /// Remove the oldest while the audit log takes more than so many bytes; at least 16 MiB.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(16_777_216..))]
    keep_bytes: Option<u64>,
    /// Print what became of the lines as JSON.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// # Errors
    ///
    /// Says what cannot be understood, or must be said.
    fn config(&self, device: Device) -> Result<Config, Failure> {
        let mut config = Config {
            device,
            rules: device.rules(),
            trusted: self.trusted.clone(),
            has_app: !self.tinypilot.is_empty() || self.journal.is_some(),
            ..Config::default()
        };
        match &self.timezone {
            _ if device.has_offsets() => {}
            Some(zone) => {
                config.zone = zone.parse().map_err(|error| format!("--timezone: {error}"))?
            }
            None if config.has_app => {
                let why = "the times of the application log are local: give the device's zone";
                return Err(format!("--timezone: {why}, such as Europe/Berlin, or UTC").into());
            }
            None => {}
        }
        config.format = match &self.log_format {
            Some(format) => {
                Format::new(format).map_err(|error| format!("--log-format: {error}"))?
            }
            None if device.has_nginx() => self.usual_format()?,
            None => config.format,
        };
        if let Some(path) = &self.rules {
            let told = |why: String| format!("--rules: {}: {why}", Shown(path));
            let text = fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
            config.rules = Rules::from_toml(&text).map_err(|error| told(error.to_string()))?;
        }
        config.check().map_err(|error| format!("--trust-proxy: {error}"))?;
        Ok(config)
    }
}

impl Arguments {
    fn dir(&self) -> &Path {
        self.dir.as_deref().unwrap_or(Path::new(""))
    }

    /// The files of each log. One that has requests and messages is read as the access log.
    fn given(&self) -> [(Log, &[PathBuf]); 2] {
        match self.has_one_log() {
            true => [(Log::Access, &self.tinypilot), (Log::App, &[])],
            false => [(Log::Access, &self.nginx), (Log::App, &self.tinypilot)],
        }
    }

    fn has_one_log(&self) -> bool {
        self.device.parse().is_ok_and(Device::has_one_log)
    }

    /// # Errors
    ///
    /// Something is missing, or is there and cannot be used for this device.
    fn check(&self, device: Device) -> Result<(), Failure> {
        let has_log = match device.has_one_log() {
            true => !self.tinypilot.is_empty() || self.journal.is_some(),
            false => !self.nginx.is_empty(),
        };
        let logs = device.logs();
        let why = if self.dir.is_none() {
            "--dir: give the directory of the audit log that is to be written".to_owned()
        } else if !has_log {
            format!("give the logs of {device}: {logs}")
        } else if device.has_one_log() && !self.nginx.is_empty() {
            format!("--nginx: {device} has one log: {logs}")
        } else if device.has_offsets() && self.timezone.is_some() {
            format!("--timezone: the lines of {device} say themselves when they were written")
        } else if !device.has_nginx() && self.log_format.is_some() {
            format!("--log-format: the lines of {device} have a form of their own")
        } else {
            return self.check_stdin();
        };
        Err(why.into())
    }

    /// # Errors
    ///
    /// Standard input cannot be read as what was asked for.
    fn check_stdin(&self) -> Result<(), Failure> {
        let logs = [("--nginx", &self.nginx), ("--tinypilot", &self.tinypilot)];
        for (option, paths) in logs {
            if paths.len() > 1 && paths.iter().any(|it| it == Path::new("-")) {
                return Err(format!(
                    "{option}: standard input is read alone: give `-` and no files"
                )
                .into());
            }
        }
        match logs.iter().all(|(_, paths)| is_stdin(paths)) {
            true => {
                Err("both logs cannot come from standard input: give one of them as a file".into())
            }
            false => Ok(()),
        }
    }

    /// What is read through pipes, each from where reading stopped.
    ///
    /// # Errors
    ///
    /// `journalctl` cannot be run.
    fn streams(&self, begin: impl Fn(Log) -> Option<Begin>) -> Result<Vec<Input>, Failure> {
        let logs = self.given();
        let of_stdin = |(log, _): &(Log, _)| Stream::of_stdin(*log, self.follow, begin(*log));
        let mut streams: Vec<_> =
            logs.iter().filter(|(_, paths)| is_stdin(paths)).map(of_stdin).collect();
        if let Some(unit) = &self.journal {
            let log = if self.has_one_log() { Log::Access } else { Log::App };
            streams.push(Stream::of_journal(log, unit, self.follow, begin(log))?);
        }
        Ok(streams.into_iter().map(|it| Input::Stream(Box::new(it))).collect())
    }

    /// The format that nginx has by default and that the first lines of the access log fit.
    ///
    /// # Errors
    ///
    /// They fit none.
    fn usual_format(&self) -> Result<Format, Failure> {
        for path in self.nginx.iter().filter(|it| *it != Path::new("-")) {
            // Whether it must be there is found out later.
            let Ok(file) = Place::of(path).and_then(|place| place.open()) else { continue };
            let mut room = vec![0; FIRST_LINES_BYTES];
            let begin = file.begin(&mut room)?;
            let Some(end) = begin.iter().rposition(|byte| *byte == b'\n') else { continue };
            let lines = begin.get(..end).unwrap_or_default().split(|byte| *byte == b'\n');
            let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
            match Format::usual(lines) {
                Some((COMBINED_NAME, format)) => return Ok(format),
                Some((name, format)) => {
                    eprintln!("auditlog: note: the access log is of {name} format");
                    return Ok(format);
                }
                None => return Err(told_format(path).into()),
            }
        }
        Ok(Format::default())
    }
}

/// So much of the access log tells of which format it is.
const FIRST_LINES_BYTES: usize = 64 * 1024;
/// The format that needs no word.
const COMBINED_NAME: &str = "combined";

fn told_format(path: &Path) -> String {
    let name = Shown(path).to_string();
    format!(
        "{name}: its first lines are of no format that nginx has by default (combined, main, Nginx Proxy \
         Manager's, ingress-nginx's, JSON named as its variables); give the one that nginx's configuration has: --log-format \
         'log_format NAME …;', as `nginx -T | grep -A5 log_format` shows it"
    )
}

/// # Errors
///
/// Says what it should be.
fn parse_delay(text: &str) -> Result<Duration, String> {
    let delay = text.parse::<SignedDuration>().ok().and_then(|it| Duration::try_from(it).ok());
    let delay = delay.filter(|it| *it <= Duration::from_secs(86_400));
    delay.ok_or_else(|| "give a time of at most a day, such as 60s or 5m".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    if arguments.device == "list" {
        for device in Device::all() {
            say!("{device}: {}", device.logs());
        }
        return Ok(Outcome::Well);
    }
    let device = arguments.device.parse().map_err(|error| format!("--device: {error}"))?;
    arguments.check(device)?;
    let config = arguments.config(device)?;
    let summary = run::run(arguments, config)?;
    match arguments.json {
        true => say!("{}", summary.as_json()),
        false => put(format_args!("{summary}")),
    }
    match summary.is_clean() {
        true => Ok(Outcome::Well),
        false => Ok(Outcome::Found),
    }
}
