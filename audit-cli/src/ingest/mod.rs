//! `auditlog ingest`.

mod files;
mod opened;
mod places;
mod position;
mod record;
mod run;
mod summary;

use std::fs;
use std::path::PathBuf;

use audit_ingest::{Config, Format, Network, Rules};

use crate::out::{put, say};
use crate::{Failure, Outcome};

/// Turn the logs of nginx and of TinyPilot into an audit log: who did what, when, from where.
///
/// Each action becomes one signed line, with the time at which it happened (`occurred`), the line that
/// tells of it (`origin`), and how sure it is who did it. Nobody is guessed. What was read before is
/// not recorded again: run it as often as you like, or let it follow the files with --follow.
///
/// Nothing is ever removed from this log for its age or size: keep an eye on the room that it takes.
/// A position for going on is kept in the folder `ingest` of the log's directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    auditlog ingest --dir /var/log/kvm-audit --timezone Europe/Berlin \\\n      \
        --nginx /var/log/nginx/access.log.2.gz /var/log/nginx/access.log.1 /var/log/nginx/access.log \\\n      \
        --tinypilot /var/log/tinypilot.log\n  \
    auditlog sessions /var/log/kvm-audit\n\n\
    Exit status: 0 all was read, 1 some lines were unreadable or claim what nothing bears out, 2 it \
    could not be done.")]
pub(crate) struct Arguments {
    /// The directory of the audit log that is written; it is made if it is not there.
    #[arg(long, value_name = "LOGDIR")]
    dir: PathBuf,
    /// The access log's files, oldest first, plain or gzipped; with --follow the last one is the one
    /// that grows.
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    nginx: Vec<PathBuf>,
    /// The application log's files, oldest first, plain or gzipped; without them nobody is known by name.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    tinypilot: Vec<PathBuf>,
    /// The device's time zone, such as `Europe/Berlin` or `UTC`: the application log has local times.
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// The access log's `log_format`, as it stands in nginx's configuration, if not `combined`.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// A proxy, or a network of them, whose `X-Forwarded-For` is believed; as often as needed.
    #[arg(long = "trust-proxy", value_name = "NET")]
    trusted: Vec<Network>,
    /// What requests mean, as a TOML file, if it is not TinyPilot.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Go on as the files grow and are rotated, until SIGINT or SIGTERM.
    #[arg(long)]
    follow: bool,
    /// Print what became of the lines as JSON.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// # Errors
    ///
    /// Says what cannot be understood, or must be said.
    fn config(&self) -> Result<Config, Failure> {
        let mut config = Config {
            trusted: self.trusted.clone(),
            has_app: !self.tinypilot.is_empty(),
            ..Config::default()
        };
        match &self.timezone {
            Some(zone) => {
                config.zone = zone.parse().map_err(|error| format!("--timezone: {error}"))?
            }
            None if config.has_app => {
                let why = "the times of the application log are local: give the device's zone";
                return Err(format!("--timezone: {why}, such as Europe/Berlin, or UTC").into());
            }
            None => {}
        }
        if let Some(format) = &self.log_format {
            config.format =
                Format::new(format).map_err(|error| format!("--log-format: {error}"))?;
        }
        if let Some(path) = &self.rules {
            let told = |why: String| format!("--rules: {}: {why}", path.display());
            let text = fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
            config.rules = Rules::from_toml(&text).map_err(|error| told(error.to_string()))?;
        }
        config.check().map_err(|error| format!("--trust-proxy: {error}"))?;
        Ok(config)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let config = arguments.config()?;
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
