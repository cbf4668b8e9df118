//! `auditlog prove` and `auditlog check-proof`.

use std::fs;
use std::path::{Path, PathBuf};

use audit_core::Stream;
use audit_log::Log;
use audit_log::Shown;
use audit_log::verify::{ProofError, VerifiedProof, check_proof};

use crate::bounded;
use crate::out::{put, say};
use crate::verify::key_of;
use crate::{Failure, Outcome};

/// Take from a log what proves one of its lines to somebody who does not have the log.
///
/// The proof is a text that brings the line along and nothing else of what was recorded: the hashes
/// that lead to the first checkpoint after it, and the signatures that lead from the log's verifier
/// key to that. Whoever has that key checks it with `auditlog check-proof`.
///
/// A line without a checkpoint after it cannot be proved yet; a log makes one within a minute, and
/// at its end. The log may be in use.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    auditlog prove 1234 /var/log/audit -o line-1234.tlog-proof\n  \
    auditlog check-proof line-1234.tlog-proof --key audit.vkey")]
pub(crate) struct Prove {
    /// The line's number: the value of `seq` in it.
    seq: u64,
    /// The log's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The line's stream: `audit`, `access` or `application`.
    #[arg(long, value_name = "STREAM", default_value = "audit", value_parser = crate::stream::parse)]
    stream: Stream,
    /// Write the proof to this file, rather than print it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Check what `auditlog prove` made, and print the line that it proves.
///
/// It takes no log. With --key it shows that the log's signer signed, when the log had so many
/// lines, that this one stands in it under its number; without, anybody could have made the proof.
///
/// It does not show that the line tells the truth, what else the log tells, or that the log still
/// is what it was then: `auditlog verify` is for that.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 the line is proved, 1 it is not, 2 it could not be checked."
)]
pub(crate) struct Check {
    /// The file with the proof.
    file: PathBuf,
    /// The verifier key that `keygen` or `vkey` printed, or a file that holds it.
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

pub(crate) fn make(arguments: &Prove) -> Result<Outcome, Failure> {
    let Prove { seq, dir, stream, output } = arguments;
    let proof = Log::open(dir)?.stream(*stream).prove(*seq)?;
    match output {
        None => put(format_args!("{proof}")),
        Some(path) => fs::write(path, proof.to_string()).map_err(|error| told(path, &error))?,
    }
    if proof.is_recovered() {
        eprintln!(
            "auditlog: warning: line {seq} was found after a crash and signed as it was: nobody vouches for it"
        );
    }
    Ok(Outcome::Well)
}

pub(crate) fn check(arguments: &Check) -> Result<Outcome, Failure> {
    let Check { file, key } = arguments;
    let key = key.as_deref().map(key_of).transpose()?;
    let bytes = bounded::read(file, bounded::PROOF_BYTES_MAX)?;
    let proven = match String::from_utf8(bytes) {
        Ok(text) => check_proof(&text, key.as_ref()),
        Err(_) => Err(ProofError::Malformed),
    };
    match proven {
        Ok(proven) => {
            say!("{}", proven.line);
            say!("{}", conclusion(&proven));
            if !proven.authenticated {
                eprintln!("auditlog: warning: anybody could have made this proof; give --key");
            }
            Ok(Outcome::Well)
        }
        Err(unproven) => {
            say!("NOT PROVED: {unproven}");
            Ok(Outcome::Found)
        }
    }
}

fn conclusion(proven: &VerifiedProof) -> String {
    let VerifiedProof { seq, origin, size, authenticated, .. } = proven;
    let signed = match authenticated {
        true => "signed by the key that the given one leads to",
        false => "NOT AUTHENTICATED: no key was given",
    };
    format!("line {seq} of {origin}, in its checkpoint of {size} lines, {signed}")
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", Shown(path))
}
