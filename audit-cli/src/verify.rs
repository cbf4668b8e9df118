//! `auditlog verify`.

use std::fs;
use std::path::PathBuf;

use audit_writer::VerifierKey;
use audit_writer::verify::{Report, Trust, Verdict, verify_watched};

use crate::progress::watched;
use crate::{Failure, Outcome};

/// Tell whether a log is what was written: nothing edited, cut, missing or rolled back.
///
/// The log may be in use. With --key it is told who signed it; without, a log is at best consistent
/// with itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The log's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The verifier key that `keygen` or `vkey` printed, or a file that holds it.
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// A copy of `audit.checkpoint` that was kept elsewhere: a log that is older was rolled back.
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    /// Print what was found as JSON, in one line.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { dir, key, anchor, json } = arguments;
    let key = key.as_deref().map(key_of).transpose()?;
    let anchor = anchor.as_ref().map(|path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    });
    let trust = Trust { key, anchor: anchor.transpose()? };
    let report = watched(|progress| verify_watched(dir, &trust, progress))?;
    match json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => println!("{report}"),
    }
    if report.verdict == Verdict::Unclosed {
        eprintln!("auditlog: warning: {}", warning(&report));
    }
    Ok(if report.is_intact() { Outcome::Well } else { Outcome::Found })
}

/// A key, or what a file of that name holds.
pub(crate) fn key_of(text: &str) -> Result<VerifierKey, Failure> {
    match text.parse() {
        Ok(key) => Ok(key),
        Err(error) => match fs::read_to_string(text) {
            Ok(text) => Ok(text.trim().parse()?),
            Err(_) => Err(format!("--key: {error}, and there is no file of that name").into()),
        },
    }
}

fn warning(report: &Report) -> String {
    match report.unprotected_from {
        Some(from) => format!(
            "no checkpoint is of the lines from {from} on: the log is in use, or crashed, or was cut there"
        ),
        None => "the log's last run did not end".to_owned(),
    }
}
