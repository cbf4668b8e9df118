//! What the examples share: the log's keys, drawn before its first start; its lines; and whether it
//! is what was written.

use std::path::{Path, PathBuf};

use audit_core::Stream;
use audit_log::Log;
use audit_log::VerifierKey;
use audit_log::reader::{Json, Line};
use audit_log::verify::{Trust, Verdict};
use audit_writer::keys::{FileKeys, generate, verifier_key};

use crate::secrets;

/// Whatever goes wrong in an example.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The keys to verify a log's streams by.
pub type Keys = Vec<(Stream, VerifierKey)>;

/// The folder that was named, or a fresh one.
pub fn place(dir: Option<PathBuf>) -> Result<PathBuf, Failure> {
    match dir {
        Some(dir) => Ok(dir),
        None => Ok(tempfile::Builder::new().prefix("audit-").tempdir()?.keep()),
    }
}

/// Draws the keys of a log that is not there yet, as `auditlog keygen` does, and gives those to
/// verify it by. Of a log that has keys it gives the first ones. Whoever is in earnest keeps them
/// away from the device.
pub fn draw_keys(dir: &Path, streams: &[Stream]) -> Result<Keys, Failure> {
    let store = FileKeys::of_log(dir)?;
    let key = |stream: Stream| match verifier_key(&store, stream)? {
        Some(key) => Ok((stream, key)),
        None => Ok((stream, generate(&store, stream)?)),
    };
    streams.iter().map(|stream| key(*stream)).collect()
}

/// The events of a stream.
pub fn events(dir: &Path, stream: Stream) -> Result<Vec<Line>, Failure> {
    let mut events = Vec::new();
    for (position, line) in Log::open(dir)?.stream(stream).lines()? {
        let line =
            line.map_err(|error| format!("{} line {}: {error}", position.segment, position.line))?;
        if line.kind == "event" {
            events.push(line);
        }
    }
    Ok(events)
}

/// A text of a line, by the keys that lead to it: `actor.user`.
pub fn text<'a>(line: &'a Line, path: &str) -> Option<&'a str> {
    path.split('.').try_fold(&line.json, Json::get)?.as_str()
}

/// Prints what is worth looking at: a line of each of these events, the last one that there is.
pub fn show(dir: &Path, stream: Stream, events_to_show: &[&str]) -> Result<(), Failure> {
    let events = events(dir, stream)?;
    for event in events_to_show {
        let is_it = |line: &&Line| text(line, "action") == Some(event);
        let line =
            events.iter().rev().find(is_it).ok_or("a line that is worth a look is missing")?;
        println!("  {}", serde_json::to_string(&line.json)?);
    }
    Ok(())
}

/// Verifies each stream with its key, prints the verdict and where the log is, and looks for the
/// secrets that the scenario used.
///
/// # Errors
///
/// A stream is not intact, or a secret is in a file of the log.
pub fn conclude(dir: &Path, keys: &Keys, kept: &[String]) -> Result<(), Failure> {
    println!("\nWith the key that was drawn before the first start, `auditlog verify` says:");
    for (stream, key) in keys {
        let trust = Trust::in_key(key.clone());
        let report = Log::open(dir)?.stream(*stream).verify(&trust)?;
        println!("  {}: {report}", stream.name());
        if report.verdict != Verdict::Intact || !report.authenticated {
            return Err(format!("the stream {} does not verify", stream.name()).into());
        }
        println!("  its key: {key}");
    }
    println!("The log is in {}", dir.display());
    let text = secrets::everything_below(dir)?;
    match kept.iter().filter(|secret| secrets::holds(&text, secret)).count() {
        0 => println!("None of the {} secrets of this scenario is in a file of it.", kept.len()),
        found => return Err(format!("{found} of the scenario's secrets are in the log").into()),
    }
    Ok(())
}
