//! `auditlog sessions`.

mod facts;
mod join;
mod open;
mod show;

use std::net::IpAddr;
use std::path::PathBuf;

use audit_log::Log;
use audit_log::Shown;

use self::facts::{Fact, Facts, moment};
use self::join::{IDLE, Session, sessions};
use crate::{Failure, Outcome};

/// Tell who used the device, when, from where, and what they did.
///
/// Reads logs of any kind: those that a program of the device writes itself, and those that
/// `auditlog ingest` made. Several directories are read as one log. Lines are joined by user,
/// session and source address; each session says how sure it is who it was, and why:
///
///   certain    the lines name the user, or are of one session
///   likely     one user had a session at that address then
///   ambiguous  several had: they are listed
///   unknown    nobody is known to have been there
///
/// It does not verify: `auditlog verify` does.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "Examples:\n  \
    auditlog sessions /var/log/audit\n  \
    auditlog sessions /var/log/audit /var/log/kvm-audit --since 2026-11-20 --user alice\n  \
    auditlog sessions --from 192.0.2.7 --json")]
pub(crate) struct Arguments {
    /// The logs' directories.
    #[arg(default_value = ".")]
    dirs: Vec<PathBuf>,
    /// Only sessions that went on then or later: a day, such as `2026-11-20` (UTC), or a moment, such
    /// as `2026-11-20T08:00:00Z`.
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    since: Option<i64>,
    /// Only sessions that are this user's, or may be.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only sessions from this address.
    #[arg(long, value_name = "ADDR")]
    from: Option<IpAddr>,
    /// Print a line of JSON for each session.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (facts, unreadable) = read(arguments)?;
    let mut found = sessions(facts);
    found.sessions.retain(|it| arguments.wants(it));
    let from = arguments.from.map(|it| it.to_canonical().to_string());
    found.refused.retain(|source, it| {
        let is_from = from.as_ref().is_none_or(|from| source.as_deref() == Some(from));
        is_from && arguments.user.is_none() && arguments.since.is_none_or(|since| it.to >= since)
    });
    match arguments.json {
        true => show::json(&found),
        false => show::table(&found),
    }
    if found.evicted > 0 {
        let evicted = found.evicted;
        eprintln!("auditlog: {evicted} sessions were taken to be over because too many were open");
    }
    if unreadable > 0 {
        eprintln!("auditlog: {unreadable} lines could not be read: auditlog verify says which");
        return Ok(Outcome::Found);
    }
    Ok(Outcome::Well)
}

/// All that can matter, and how many lines could not be read.
fn read(arguments: &Arguments) -> Result<(Vec<Fact>, u64), Failure> {
    let mut facts = Facts::default();
    let (mut all, mut unreadable) = (Vec::new(), 0);
    // A session may have begun before.
    let since = arguments.since.map_or(i64::MIN, |it| it.saturating_sub(2 * IDLE));
    for dir in &arguments.dirs {
        let streams = Log::open(dir)?.streams()?;
        if streams.is_empty() {
            return Err(format!("there is no log in {}", Shown(dir)).into());
        }
        for stream in streams {
            for (_, line) in Log::open(dir)?.stream(stream).lines()? {
                match line {
                    Ok(line) => all.extend(facts.of(&line).filter(|it| it.at >= since)),
                    // Somebody may be writing it.
                    Err(audit_log::reader::LineError::Torn) => {}
                    Err(_) => unreadable += 1,
                }
            }
        }
    }
    Ok((all, unreadable))
}

impl Arguments {
    fn wants(&self, session: &Session) -> bool {
        let is_user = self.user.as_deref().is_none_or(|user| {
            let mut names = session.user.iter().chain(&session.candidates);
            names.any(|it| &**it == user)
        });
        let is_from = self.from.is_none_or(|from| {
            session.source.as_deref() == Some(&*from.to_canonical().to_string())
        });
        is_user && is_from && self.since.is_none_or(|since| session.to >= since)
    }
}

/// # Errors
///
/// Says what it should be.
fn parse_moment(text: &str) -> Result<i64, String> {
    let day = || moment(&format!("{text}T00:00:00Z"));
    moment(text).or_else(day).ok_or_else(|| {
        "give a day, such as 2026-11-20, or a moment with its offset, such as 2026-11-20T08:00:00Z"
            .to_owned()
    })
}
