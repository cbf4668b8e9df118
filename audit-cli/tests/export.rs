//! `auditlog export`, of a log with all three streams.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::{ClaimedName, GeoLabel, ObjectName, SessionRef, UserName};
use audit_core::{Actor, Context, Outcome, Recorder, Source, Stream, Withheld};
use audit_events::runner::{
    AccessLogin, AccessLogout, Fault, LoginRefusal, RoleChanged, SecretVariableUsed,
};
use audit_tracing::ApplicationLayer;
use audit_writer::Writer;
use tempfile::TempDir;
use tracing_subscriber::layer::SubscriberExt as _;

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 17));
/// What somebody had themselves called, so that a table breaks.
const NASTY: &str = "eve | DE | login success\n2026-01-01 | x\u{202e}";

/// A log of a runner of requests.
struct Log {
    home: TempDir,
}

impl Log {
    fn new() -> Log {
        let home = tempfile::tempdir().unwrap();
        let streams = [Stream::Access, Stream::Application];
        let writer = Arc::new(Writer::builder(home.path()).streams(streams).start().unwrap());
        let layer = ApplicationLayer::new()
            .to(Arc::clone(&writer) as Arc<dyn Recorder>)
            .allow("runner", "names of connectors, which are ours");
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "runner", connector = "eu-1", "connector started");
            let span = tracing::info_span!(target: "runner", "execution", request = NASTY);
            let _in_it = span.enter();
            tracing::error!(target: "runner", status = 503, "it | failed");
            tracing::info!(target: "other", header = "Bearer 1", "sending");
        });
        access(&writer);
        audit(&writer);
        assert!(writer.close_within(Duration::from_secs(60)).is_complete());
        Log { home }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn export(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
        command.arg("export").arg(self.home.path()).args(arguments).output().unwrap()
    }

    /// Heading and rows of a stream, without the dates, and without what the log says of itself.
    fn rows(&self, stream: &str) -> Vec<String> {
        let text = said(self.export(&["--format", "text", "--stream", stream]));
        let mut rows = Vec::new();
        for row in text.lines() {
            let (date, rest) = row.split_once(" | ").unwrap();
            assert!(date == "Date" || is_date(date), "{row}");
            if !rest.contains("log start") && !rest.contains("log stop") {
                rows.push(rest.to_owned());
            }
        }
        rows
    }
}

fn access(writer: &Writer) {
    let (geo, password) = (GeoLabel::new("US").ok(), Some(Withheld::new("hunter2")));
    for (outcome, user) in [
        (Outcome::Success, ClaimedName::known("john@runner.test")),
        (Outcome::Denied(LoginRefusal::BadPassword), ClaimedName::known(NASTY)),
        (Outcome::Denied(LoginRefusal::UnknownUser), ClaimedName::unknown("hunter2")),
    ] {
        let password = password.as_ref().map(|_| Withheld::new("hunter2"));
        AccessLogin { outcome, user, from: FROM, geo, password }.to(writer).emit().unwrap();
    }
    let (user, session) = (UserName::new("john@runner.test").unwrap(), SessionRef::of("cookie"));
    AccessLogout { user, session, from: FROM, geo: None }.to(writer).emit().unwrap();
}

fn audit(writer: &Writer) {
    let actor = Actor::User(UserName::new("alice").unwrap());
    let context = Context::new(actor, Source::Ip(FROM));
    let [variable, request] = ["apiToken", NASTY].map(|name| ObjectName::new(name).unwrap());
    let (outcome, value) = (Outcome::Success, Withheld::new("hunter2"));
    SecretVariableUsed { outcome, variable, request, value }
        .within(&context)
        .to(writer)
        .emit()
        .unwrap();
    let outcome = Outcome::Denied(Fault::NotPermitted);
    let (user, new) = (UserName::new("john").unwrap(), ObjectName::new("tenant_admin").unwrap());
    RoleChanged { outcome, user, id: None, old: None, new }
        .within(&context)
        .to(writer)
        .emit()
        .unwrap();
}

fn is_date(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00.000000Z"
}

/// What a command printed that did what it should.
fn said(output: Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*complaint), (Some(0), ""));
    String::from_utf8(output.stdout).unwrap()
}

const ESCAPED: &str = r#""eve \u{7c} DE \u{7c} login success\u{a}2026-01-01 \u{7c} x\u{202e}""#;

#[test]
fn c05_access_is_date_address_user_geo_and_action() {
    let rows = Log::new().rows("access");
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert_eq!(rows[0], "IP Address | User | Geo | Action");
    assert_eq!(rows[1], "192.0.2.17 | john@runner.test | US | login success");
    assert_eq!(rows[2], format!("192.0.2.17 | {ESCAPED} | US | login denied bad_password"));
    assert!(rows[3].starts_with("192.0.2.17 | {pseudonym "), "{}", rows[3]);
    assert!(rows[3].ends_with("} | US | login denied unknown_user"), "{}", rows[3]);
    assert_eq!(rows[4], "192.0.2.17 | john@runner.test | - | logout success");
}

#[test]
fn c05_application_and_audit_are_date_and_statement() {
    let log = Log::new();
    let rows = log.rows("application");
    assert_eq!(rows[0], "Log Statement");
    assert!(rows[1].starts_with("allow_texts success "), "{}", rows[1]);
    assert_eq!(rows[2], r#"connector started connector="eu-1""#);
    let failed = format!(r"error: it \u{{7c}} failed status=503 in execution{{request={ESCAPED}}}");
    assert_eq!(rows[3], failed);
    assert!(rows[4].starts_with("{message withheld} callsite=\"event "), "{}", rows[4]);
    assert!(rows[4].contains(" header=withheld"), "{}", rows[4]);
    assert_eq!(rows.len(), 5);
    let rows = log.rows("audit");
    let used = format!(
        "secret_variable_use success actor.user=alice source.ip=192.0.2.17 \
         object.type=secret_variable object.name=apiToken request={ESCAPED} value={{withheld}}"
    );
    assert_eq!(rows[1], used);
    assert!(
        rows[2].starts_with("role_change denied not_permitted actor.user=alice "),
        "{}",
        rows[2]
    );
    assert!(rows[2].ends_with(" new=tenant_admin"), "{}", rows[2]);
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_file_gets_what_would_be_printed_and_audit_is_the_stream_unless_another_is_named() {
    let log = Log::new();
    let printed = said(log.export(&["--format", "text"]));
    assert!(printed.contains("secret_variable_use"), "{printed}");
    let path = log.file("rows.txt");
    assert_eq!(said(log.export(&["--format", "text", "-o", path.to_str().unwrap()])), "");
    assert_eq!(std::fs::read_to_string(path).unwrap(), printed);
}

#[test]
fn what_cannot_be_read_is_left_out_counted_and_told() {
    let log = Log::new();
    let path = log.file("access.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let rows = log.rows("access").len();
    let lines: Vec<&str> = whole.lines().collect();
    let events = (0..).zip(&lines).filter(|(_, line)| line.contains(r#""kind":"event""#));
    let events: Vec<usize> = events.map(|(at, _)| at).collect();
    let (first, at) = (events[0], events[3]);
    // Two lines are damaged, one of them so that it is no JSON.
    let mut damaged: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    damaged[at] = "\u{1b}[2Jnothing of a line".to_owned();
    damaged[first].insert(1, ' ');
    std::fs::write(&path, damaged.join("\n") + "\n").unwrap();
    let output = log.export(&["--format", "text", "--stream", "access"]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    let first = format!("first one at access.jsonl:{}: ", first + 1);
    assert!(complaint.contains("access: 2 lines could not be read") && complaint.contains(&first));
    assert!(!complaint.contains("nothing of a line"), "it quotes nothing");
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.lines().filter(|row| !row.contains("log st"));
    assert_eq!(printed.count(), rows - 2);
    // A last line that is being written is no fault.
    std::fs::write(&path, format!("{whole}{{\"kind\":")).unwrap();
    let output = log.export(&["--format", "text", "--stream", "access"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("the last line is not whole"));
}

#[test]
fn what_cannot_be_done_is_said() {
    let log = Log::new();
    for arguments in [&[][..], &["--format", "cef"], &["--format", "text", "--stream", "acces"]] {
        let output = log.export(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let other = log.export(&["--format", "cef"]);
    assert!(String::from_utf8(other.stderr).unwrap().contains("[possible values: text]"));
    std::fs::remove_file(log.file("access.jsonl")).unwrap();
    std::fs::remove_file(log.file("access.checkpoint")).unwrap();
    std::fs::remove_file(log.file("access.keys")).unwrap();
    let gone = log.export(&["--format", "text", "--stream", "access"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(String::from_utf8(gone.stderr).unwrap().contains("no stream access"));
}

#[test]
fn the_help_teaches() {
    let help = said(Log::new().export(&["--help"]));
    for taught in [
        "Date | IP Address | User | Geo | Action",
        "Date | Log Statement",
        "--stream access -o access.txt",
        "It verifies nothing",
        "Exit status",
    ] {
        assert!(help.contains(taught), "{taught}: {help}");
    }
}
