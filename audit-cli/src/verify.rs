//! `auditlog verify`.

mod trusts;

use std::path::PathBuf;

use audit_core::Stream;
use audit_log::Log;
use audit_log::Shown;
use audit_log::verify::{Report, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use self::trusts::Trusts;
pub(crate) use self::trusts::key_of;
use crate::out::say;
use crate::progress::watched;
use crate::{Failure, Outcome, told};

/// Tell whether a log is what was written: nothing edited, cut, missing or rolled back.
///
/// Each of the log's streams is a log of its own, with its own key; all that are there are verified.
/// The log may be in use. With --key it is told who signed a stream; without, it is at best consistent
/// with itself. With --anchor it is told that nothing was cut off its end since.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    auditlog verify /var/log/audit --key audit.vkey --anchor audit.checkpoint --fresh 2h")]
pub(crate) struct Arguments {
    /// The log's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// A verifier key that `keygen` or `vkey` printed, or a file that holds one in each line. Of each stream
    /// one, and one more for each time that it went on with new keys: those read VKEY@NUMBER.
    #[arg(long = "key", value_name = "VKEY")]
    keys: Vec<String>,
    /// A copy of a stream's `.checkpoint` file that was kept elsewhere: a log that is older was rolled
    /// back. Once for each stream.
    #[arg(long = "anchor", value_name = "FILE")]
    anchors: Vec<PathBuf>,
    /// A copy of a stream's `.checkpoint` file, made since its owner restored the log: what is amiss below it
    /// is listed, and does not count. Once for each stream.
    #[arg(long = "accepted", value_name = "CHECKPOINT")]
    accepted: Vec<PathBuf>,
    /// Find fault with a log whose last checkpoint is older than this, such as `2h` or `90m`. A log that is
    /// written makes one every hour at least.
    #[arg(long, value_name = "TIME")]
    fresh: Option<SignedDuration>,
    /// Only this stream: `audit`, `access` or `application`.
    #[arg(long, value_name = "STREAM", value_parser = crate::stream::parse)]
    stream: Option<Stream>,
    /// Print what was found as JSON, one line a stream.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { dir, stream, .. } = arguments;
    let there = Log::open(dir)?.streams()?;
    let trusts = Trusts::of(arguments)?;
    let mut chosen = match stream {
        Some(stream) => vec![*stream],
        // One that was given a key for is not passed over because its files are gone.
        None => there.iter().copied().chain(trusts.streams()).collect(),
    };
    chosen.sort();
    chosen.dedup();
    trusts.check_chosen(&chosen)?;
    if there.is_empty() {
        return Err(format!("there is no log in {}", Shown(dir)).into());
    }
    let (mut has_found, mut has_failed) = (false, false);
    for stream in chosen {
        match verify_one(arguments, stream, &trusts, there.contains(&stream)) {
            Ok(is_well) => has_found |= !is_well,
            Err(error) => {
                eprintln!("auditlog: {}: {}", stream.name(), told(error.as_ref()));
                has_failed = true;
            }
        }
    }
    match (has_found, has_failed) {
        (true, _) => Ok(Outcome::Found),
        (false, true) => Err("not all streams could be verified".into()),
        (false, false) => Ok(Outcome::Well),
    }
}

/// Verifies a stream, and says whether all is well with it.
fn verify_one(
    arguments: &Arguments,
    stream: Stream,
    trusts: &Trusts,
    is_there: bool,
) -> Result<bool, Failure> {
    let Arguments { dir, json, fresh, .. } = arguments;
    if !is_there {
        let why =
            "NOT THERE: it was given a key or a checkpoint, and the directory has no file of it";
        match json {
            true => say!("{}", json!({ "stream": stream.name(), "verdict": "not_there" })),
            false => say!("{}: {why}", stream.name()),
        }
        return Ok(false);
    }
    let trust = trusts.of_stream(stream);
    let report = watched(|progress| {
        Log::open(dir).and_then(|log| log.stream(stream).verify_watched(&trust, progress))
    })?;
    let stale = fresh.and_then(|fresh| stale(&report, fresh, Timestamp::now()));
    match json {
        true => say!("{}", as_json(stream, &report, stale.is_some())?),
        false => say!("{}: {report}", stream.name()),
    }
    if report.verdict == Verdict::Unclosed {
        eprintln!("auditlog: warning: {}: {}", stream.name(), warning(&report));
    }
    for advice in report.verdict.advice().into_iter().chain(stale.as_deref()) {
        eprintln!("auditlog: {}: {advice}", stream.name());
    }
    Ok(report.is_intact() && stale.is_none())
}

/// Says that the last proved checkpoint is older than it may be, if it is.
fn stale(report: &Report, fresh: SignedDuration, now: Timestamp) -> Option<String> {
    let signed = report.last_signed.as_ref();
    let Some(at) = signed.and_then(|signed| signed.time.parse::<Timestamp>().ok()) else {
        return Some("NOT FRESH: no checkpoint is proved".to_owned());
    };
    (now.duration_since(at) > fresh).then(|| {
        format!(
            "NOT FRESH: the last checkpoint is of {at}, and now it is {now:.0}. The device is off, its log does not \
             run, or this is an old state of it"
        )
    })
}

fn as_json(stream: Stream, report: &Report, is_stale: bool) -> Result<String, Failure> {
    let mut object = json!({ "stream": stream.name() });
    if let (Some(object), serde_json::Value::Object(report)) =
        (object.as_object_mut(), serde_json::to_value(report)?)
    {
        object.extend(report);
        if is_stale {
            object.insert("stale".to_owned(), true.into());
        }
    }
    Ok(object.to_string())
}

fn warning(report: &Report) -> String {
    match report.unprotected_from {
        Some(from) => format!(
            "no checkpoint is of the lines from {from} on: the log is in use, or crashed, or was cut there"
        ),
        None => "the log's last run did not end".to_owned(),
    }
}
