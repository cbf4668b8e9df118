//! What became of the lines, for whoever ran it. No line is ever quoted.

use std::fmt;

use audit_ingest::{Claim, Device, Lines, Report, Unconfirmed};
use serde_json::{Value, json};

use super::run::LATE_LINES;
use crate::shown;

/// Places that are told one by one.
const PLACES_MAX: usize = 10;

#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) device: Device,
    pub(crate) lines: Report,
    /// The file of each place in `lines.unreadable`.
    pub(crate) names: Vec<String>,
    /// Events recorded by this run.
    pub(crate) recorded: u64,
    /// Actions that are in the log already.
    pub(crate) repeated: u64,
    pub(crate) notices: Vec<String>,
    /// Actions whose lines came later than was waited for.
    pub(crate) late: u64,
    unconfirmed: u64,
    /// The first of them, in words.
    claims: Vec<(String, u64, Claim)>,
}

impl Summary {
    pub(crate) fn of(device: Device) -> Summary {
        Summary { device, ..Summary::default() }
    }

    pub(crate) fn unconfirmed(&mut self, file: String, claim: &Unconfirmed) {
        self.unconfirmed += 1;
        if self.claims.len() < PLACES_MAX {
            self.claims.push((file, claim.line, claim.claim));
        }
    }

    /// Says that nobody can be known by name, where no line of these files is a record.
    pub(crate) fn tell_blind(&mut self, names: &str) {
        let read = match self.device.has_one_log() {
            true => self.lines.access.read,
            false => self.lines.app.read,
        };
        if read > 0 && self.lines.app_records == 0 {
            let example = self.device.example();
            self.notices.push(format!(
                "{names} has no record in it: it should have lines such as {example}; a service that \
                 logs to the journal alone: `--journal UNIT`"
            ));
        }
    }

    /// Says that the format is another one, where no line of the access log fits it.
    pub(crate) fn tell_misfit(&mut self) {
        let Lines { read, unreadable, .. } = self.lines.access;
        if read > 0 && unreadable == read {
            let notice = match self.device {
                it if it.has_nginx() => {
                    "no line of the access log fits its format: see --log-format"
                }
                _ => "no line of the access log is one of this device: see --device",
            };
            self.notices.push(notice.to_owned());
        }
    }

    fn unreadable(&self) -> u64 {
        self.lines.access.unreadable + self.lines.app.unreadable
    }

    /// Whether all lines could be read and nothing is claimed that nothing bears out.
    pub(crate) fn is_clean(&self) -> bool {
        self.unreadable() == 0 && self.unconfirmed == 0 && self.notices.is_empty() && self.late == 0
    }

    fn places(&self) -> impl Iterator<Item = (&str, u64)> {
        let numbers = self.lines.unreadable.iter().map(|it| it.line);
        self.names.iter().map(String::as_str).zip(numbers).take(PLACES_MAX)
    }

    /// What was read, by what it is called.
    fn logs(&self) -> Vec<(&'static str, Lines)> {
        let (access, app) = (self.lines.access, self.lines.app);
        match self.device {
            Device::TinyPilot => vec![("nginx", access), ("tinypilot", app)],
            Device::PiKvm => vec![("kvmd", access)],
            Device::Proxmox => vec![("pveproxy", access), ("pvedaemon", app)],
            Device::Guacamole => vec![("nginx", access), ("guacamole", app)],
            other => vec![(other.name(), access)],
        }
    }

    pub(crate) fn as_json(&self) -> Value {
        let lines = |it: Lines| {
            let Lines { read, mapped, ignored, unreadable } = it;
            json!({ "read": read, "mapped": mapped, "ignored": ignored, "unreadable": unreadable })
        };
        let place = |(file, line): (&str, u64)| json!({ "file": file, "line": line });
        let claims = self.claims.iter().map(
            |(file, line, claim)| json!({ "file": file, "line": line, "claim": words(*claim) }),
        );
        let mut whole = json!({
            "unreadable": self.places().map(place).collect::<Vec<_>>(),
            "unconfirmed": self.unconfirmed,
            "unconfirmed_claims": claims.collect::<Vec<_>>(),
            "unknown_sources": self.lines.unknown_sources,
            "recorded": self.recorded,
            "repeated": self.repeated,
            "notices": self.notices,
            "late": self.late,
        });
        if let Value::Object(whole) = &mut whole {
            whole.extend(self.logs().into_iter().map(|(name, it)| (name.to_owned(), lines(it))));
        }
        whole
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, it) in self.logs() {
            let Lines { read, mapped, ignored, unreadable } = it;
            writeln!(
                f,
                "{name}: {read} lines read, {mapped} understood, {ignored} of no importance, \
                 {unreadable} unreadable"
            )?;
        }
        for (file, line) in self.places() {
            writeln!(f, "  unreadable: {} line {line}", shown(file))?;
        }
        more(f, self.unreadable())?;
        if self.unconfirmed > 0 {
            let claims = self.unconfirmed;
            let why = match self.device.has_one_log() {
                true => "lines that a client may have written",
                false => "claims of the application log that no request bears out",
            };
            writeln!(f, "{claims} {why}")?;
            for (file, line, claim) in &self.claims {
                writeln!(f, "  unconfirmed: {} line {line}: {}", shown(file), words(*claim))?;
            }
            more(f, claims)?;
        }
        if self.lines.unknown_sources > 0 {
            let count = self.lines.unknown_sources;
            writeln!(
                f,
                "{count} requests of which a trusted proxy does not say where they came from"
            )?;
        }
        for notice in &self.notices {
            writeln!(f, "{}", shown(notice))?;
        }
        if self.late > 0 {
            writeln!(f, "{}: {LATE_LINES}", self.late)?;
        }
        write!(f, "{} events recorded", self.recorded)?;
        match self.repeated {
            0 => writeln!(f),
            repeated => writeln!(f, ", {repeated} were recorded already"),
        }
    }
}

fn more(f: &mut fmt::Formatter<'_>, count: u64) -> fmt::Result {
    match count.checked_sub(PLACES_MAX as u64) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(f, "  and {more} more"),
    }
}

fn words(claim: Claim) -> &'static str {
    match claim {
        Claim::Login => "a login",
        Claim::Logout => "a logout",
        Claim::UserCreated => "a user created",
        Claim::UserDeleted => "a user deleted",
        Claim::UsersDeleted => "all users deleted",
        Claim::PasswordChanged => "a password changed",
        Claim::RoleChanged => "a role changed",
        Claim::Request => "a request",
    }
}
