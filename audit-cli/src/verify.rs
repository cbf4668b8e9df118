//! `auditlog verify`.

use std::path::{Path, PathBuf};

use audit_core::Stream;
use audit_log::VerifierKey;
use audit_log::reader::streams;
use audit_log::verify::{Report, Trust, Verdict, verify_watched};
use serde_json::json;

use crate::bounded;
use crate::out::say;
use crate::progress::watched;
use crate::stream::stream_of_name;
use crate::{Failure, Outcome};

/// Tell whether a log is what was written: nothing edited, cut, missing or rolled back.
///
/// Each of the log's streams is a log of its own, with its own key; all that are there are verified.
/// The log may be in use. With --key it is told who signed a stream; without, it is at best consistent
/// with itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    auditlog verify /var/log/audit --key audit.vkey --anchor audit.checkpoint")]
pub(crate) struct Arguments {
    /// The log's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// A verifier key that `keygen` or `vkey` printed, or a file that holds it; once for each stream.
    #[arg(long = "key", value_name = "VKEY")]
    keys: Vec<String>,
    /// A copy of a stream's `.checkpoint` file that was kept elsewhere: a log that is older was rolled
    /// back. Once for each stream.
    #[arg(long = "anchor", value_name = "FILE")]
    anchors: Vec<PathBuf>,
    /// Only this stream: `audit`, `access` or `application`.
    #[arg(long, value_name = "STREAM", value_parser = crate::stream::parse)]
    stream: Option<Stream>,
    /// Print what was found as JSON, one line a stream.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { dir, stream, json, .. } = arguments;
    let chosen = match stream {
        Some(stream) => vec![*stream],
        None => streams(dir)?,
    };
    if chosen.is_empty() {
        return Err(format!("there is no log in {}", dir.display()).into());
    }
    let trusts = Trusts::of(arguments, &chosen)?;
    let mut outcome = Outcome::Well;
    for stream in chosen {
        let trust = trusts.of_stream(stream);
        let report = watched(|progress| verify_watched(dir, stream, &trust, progress))?;
        match json {
            true => say!("{}", as_json(stream, &report)?),
            false => say!("{}: {report}", stream.name()),
        }
        if report.verdict == Verdict::Unclosed {
            eprintln!("auditlog: warning: {}: {}", stream.name(), warning(&report));
        }
        if !report.is_intact() {
            outcome = Outcome::Found;
        }
    }
    Ok(outcome)
}

/// What was given for each stream.
struct Trusts {
    keys: Vec<(Stream, VerifierKey)>,
    anchors: Vec<(Stream, String)>,
}

impl Trusts {
    fn of(arguments: &Arguments, chosen: &[Stream]) -> Result<Trusts, Failure> {
        let keys = arguments.keys.iter().map(|text| {
            let key = key_of(text)?;
            Ok((stream_of_name(key.name()).ok_or("--key: it is no key of a log's stream")?, key))
        });
        let anchors = arguments.anchors.iter().map(|path| {
            let told = |why: String| format!("{}: {why}", path.display());
            let text = bounded::read_text(path, bounded::NOTE_BYTES_MAX)?;
            let stream = text.lines().next().and_then(stream_of_name);
            Ok((stream.ok_or_else(|| told("it is no checkpoint of a log's stream".into()))?, text))
        });
        let trusts = Trusts {
            keys: keys.collect::<Result<_, Failure>>()?,
            anchors: anchors.collect::<Result<_, Failure>>()?,
        };
        let given = trusts.keys.iter().map(|(stream, _)| (*stream, "--key"));
        let mut given: Vec<_> =
            given.chain(trusts.anchors.iter().map(|(stream, _)| (*stream, "--anchor"))).collect();
        if let Some((stream, option)) = given.iter().find(|(stream, _)| !chosen.contains(stream)) {
            let why = "which is not there, or was not chosen";
            return Err(format!("{option}: it is of the stream {}, {why}", stream.name()).into());
        }
        given.sort_unstable();
        if let Some([(stream, option), _]) = given.array_windows().find(|[one, next]| one == next) {
            return Err(format!("{option}: there are two of the stream {}", stream.name()).into());
        }
        Ok(trusts)
    }

    fn of_stream(&self, stream: Stream) -> Trust {
        let is_its = |of: Stream| of == stream;
        let key = self.keys.iter().find(|(of, _)| is_its(*of)).map(|(_, key)| key.clone());
        let anchor = self.anchors.iter().find(|(of, _)| is_its(*of)).map(|(_, text)| text.clone());
        Trust { anchor, ..Trust::from(key) }
    }
}

fn as_json(stream: Stream, report: &Report) -> Result<String, Failure> {
    let mut object = json!({ "stream": stream.name() });
    if let (Some(object), serde_json::Value::Object(report)) =
        (object.as_object_mut(), serde_json::to_value(report)?)
    {
        object.extend(report);
    }
    Ok(object.to_string())
}

/// A key, or what a file of that name holds.
pub(crate) fn key_of(text: &str) -> Result<VerifierKey, Failure> {
    match text.parse() {
        Ok(key) => Ok(key),
        Err(error) if !Path::new(text).exists() => {
            Err(format!("--key: {error}, and there is no file of that name").into())
        }
        Err(_) => {
            let key = bounded::read_text(Path::new(text), bounded::NOTE_BYTES_MAX)?;
            Ok(key.trim().parse().map_err(|error| format!("{text}: {error}"))?)
        }
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
