//! An action of the other logs, as an event of the catalogue.

use std::time::Duration;

use audit_core::vocab::UserName;
use audit_core::{Actor, Context, EmitError, Source, lit, record::EventRef, schema::OutcomeKind};
use audit_events::kvm::imported::*;
use audit_ingest::{
    Action, Actor as Who, Address, Confidence, FileId, Kind, Log, Outcome, When, Why as Known,
};
use audit_log::{CANDIDATES_MAX, Imported, Joined};
use audit_writer::Writer;

use super::missing::{Missing, Why};
use super::position::{MISSING_PART, text_of};

/// How long one try waits for room.
const TRY: Duration = Duration::from_millis(500);

/// Records an action, waiting until there is room. `file` is what its file is called.
///
/// # Errors
///
/// As for [`Writer::import`], but never `Full`.
pub(crate) fn record(writer: &Writer, action: &Action, file: &str) -> Result<(), EmitError> {
    let context = Context::new(actor(&action.actor), source(action.source));
    let names: Vec<&str> = match &action.actor {
        // Only names that could be an actor's: others would not fit into the line.
        Who::Candidates { users, .. } => users
            .iter()
            .map(audit_ingest::Name::as_str)
            .filter(|it| UserName::new(it).is_ok())
            .take(CANDIDATES_MAX)
            .collect(),
        _ => Vec::new(),
    };
    let (confidence, why) = (confidence(action.confidence), why(action.why));
    let file_id = text_of(action.id.origin.file);
    let mut imported = Imported {
        occurred_unix_ns: action.occurred.millis().saturating_mul(1_000_000),
        file,
        file_id: &file_id,
        offset: action.id.origin.offset,
        part: action.id.part,
        joined: Some(Joined { confidence, why, candidates: &names }),
    };
    loop {
        match import(writer, action, &context, &imported) {
            Err(EmitError::Full) => {}
            // Rather without them than not at all: the line says still that there are several.
            Err(EmitError::TooLarge)
                if imported.joined.is_some_and(|it| !it.candidates.is_empty()) =>
            {
                imported.joined = Some(Joined { confidence, why, candidates: &[] });
            }
            done => return done,
        }
    }
}

/// Records that lines are missing, waiting until there is room. `at` is when the stretch began, in
/// milliseconds since 1970, and `id` what its file is known by.
///
/// # Errors
///
/// As for [`Writer::import`], but never `Full`.
pub(crate) fn record_missing(
    writer: &Writer,
    missing: &Missing,
    id: FileId,
    at: i64,
) -> Result<(), EmitError> {
    let lasting = missing.from.zip(missing.to).and_then(|(from, to)| u64::try_from(to - from).ok());
    let event = LinesMissing {
        cause: match missing.why {
            Why::Gone => MissingCause::Removed,
            Why::Truncated => MissingCause::Truncated,
            Why::Damaged => MissingCause::Damaged,
            Why::Packed(_) => MissingCause::Packed,
            Why::Late => MissingCause::WrittenLate,
        },
        of: match missing.log {
            Log::Access => OtherLog::Access,
            Log::App => OtherLog::Application,
        },
        lasting: lasting.map(|it| Duration::from_millis(it).into()),
    };
    let imported = Imported {
        occurred_unix_ns: at.saturating_mul(1_000_000),
        file: &missing.file,
        file_id: &text_of(id),
        offset: missing.offset,
        part: MISSING_PART,
        joined: None,
    };
    loop {
        match writer.import(EventRef::of(&event), &imported, TRY) {
            Err(EmitError::Full) => {}
            done => return done,
        }
    }
}

fn import(
    writer: &Writer,
    action: &Action,
    context: &Context<'_>,
    imported: &Imported<'_>,
) -> Result<(), EmitError> {
    let ended = match action.outcome {
        Outcome::Success => OutcomeKind::Success,
        Outcome::Denied => OutcomeKind::Denied,
        Outcome::Failure => OutcomeKind::Failure,
        Outcome::Unknown => OutcomeKind::Unknown,
    };
    let request = Request::new(&action.method, &action.path, ended, action.status);
    let target = action.target.as_ref().and_then(|it| UserName::new(it.as_str()).ok());
    let off_by = match action.occurred {
        When::At(_) => None,
        When::Between { from, to, .. } => u64::try_from(to.saturating_sub(from)).ok(),
    };
    let off_by = off_by.map(|it| Duration::from_millis(it).into());
    macro_rules! import {
        ($event:expr) => {{
            let event = $event;
            writer.import(EventRef::of_in(&event, context), imported, TRY)
        }};
    }
    match action.kind {
        Kind::Login => import!(ImportedLogin::of(request)),
        Kind::Logout => import!(ImportedLogout::of(request)),
        Kind::MediaMount => import!(ImportedMediaMount::of(request)),
        Kind::MediaUnmount => import!(ImportedMediaUnmount::of(request)),
        Kind::MediaUpload => import!(ImportedMediaUpload::of(request)),
        Kind::MediaFetch => import!(ImportedMediaFetch::of(request)),
        Kind::Paste => import!(ImportedPaste::of(request)),
        Kind::PowerShutdown => import!(ImportedPowerShutdown::of(request)),
        Kind::PowerRestart => import!(ImportedPowerRestart::of(request)),
        Kind::FirmwareUpdate => import!(ImportedFirmwareUpdate::of(request)),
        Kind::UserCreate => import!(ImportedUserCreate::of(request, target)),
        Kind::UserDelete => import!(ImportedUserDelete::of(request, target)),
        Kind::PasswordChange => import!(ImportedPasswordChange::of(request, target)),
        Kind::RoleChange => import!(ImportedRoleChange::of(request, target)),
        Kind::SettingChange => import!(ImportedSettingChange::of(request)),
        Kind::DebugLogExport => import!(ImportedDebugLogExport::of(request)),
        Kind::ScriptRun => import!(ImportedScriptRun::of(request)),
        Kind::SerialConfig => import!(ImportedSerialConfig::of(request)),
        Kind::MachineStart => import!(ImportedMachineStart::of(request)),
        Kind::MachineStop => import!(ImportedMachineStop::of(request)),
        Kind::MachineRestart => import!(ImportedMachineRestart::of(request)),
        Kind::MachinePower => import!(ImportedMachinePower::of(request)),
        Kind::MediaDelete => import!(ImportedMediaDelete::of(request)),
        Kind::MediaDownload => import!(ImportedMediaDownload::of(request)),
        Kind::KeysSend => import!(ImportedKeysSend::of(request)),
        Kind::SessionStart => import!(ImportedSessionStart::of(request, off_by)),
        Kind::SessionEnd => import!(ImportedSessionEnd::of(request)),
    }
}

fn actor(who: &Who) -> Actor<'_> {
    match who {
        Who::Known(name) => match UserName::new(name.as_str()) {
            Ok(name) => Actor::User(name),
            Err(_) => Actor::None(lit!("a user whose name is too long or empty")),
        },
        Who::Candidates { others: false, .. } => Actor::None(lit!("one of several users")),
        Who::Candidates { others: true, .. } => {
            Actor::None(lit!("one of several users, or somebody else"))
        }
        Who::Claimed => Actor::None(lit!("somebody who gave a name that was not confirmed")),
        Who::Unknown => Actor::None(lit!("the logs do not tell")),
    }
}

fn source(address: Address) -> Source {
    match address {
        Address::Ip(ip) => Source::Ip(ip),
        Address::Unix => Source::Local(lit!("a socket of the device")),
        Address::Unknown => Source::None(lit!("the log does not say where it came from")),
    }
}

fn confidence(it: Confidence) -> &'static str {
    match it {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
        Confidence::Ambiguous => "ambiguous",
        Confidence::None => "none",
    }
}

fn why(it: Known) -> &'static str {
    match it {
        Known::BothLogs => "both_logs",
        Known::ByTimeAlone => "by_time_alone",
        Known::ByOrder => "by_order",
        Known::OrderUnknown => "order_unknown",
        Known::OneUserHere => "one_user_here",
        Known::SharedAddress => "shared_address",
        Known::NobodyHere => "nobody_here",
        Known::NotChecked => "not_checked",
        Known::NotAuthenticated => "not_authenticated",
        Known::NothingInAppLog => "nothing_in_app_log",
        Known::Named => "named",
    }
}
