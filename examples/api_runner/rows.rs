//! The day, played once, and looked at row by row of table C in `docs/coverage.md`.

use std::path::PathBuf;
use std::sync::LazyLock;

use audit_core::Stream;
use audit_log::Log;
use audit_log::reader::{Json, Line};
use tempfile::TempDir;

use crate::log::{self, Keys, text};

struct Played {
    home: TempDir,
    keys: Keys,
    kept: Vec<String>,
}

static PLAYED: LazyLock<Played> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    let (keys, kept) = crate::play(&home.path().join("log")).unwrap();
    Played { home, keys, kept }
});

fn dir() -> PathBuf {
    PLAYED.home.path().join("log")
}

fn events(stream: Stream) -> Vec<Line> {
    log::events(&dir(), stream).unwrap()
}

/// What both lists record stands in one log, where a key has one type of JSON.
#[test]
fn what_is_said_and_what_is_recorded_agree_about_types() {
    assert_eq!(audit_events::EVENTS.type_clash_with(&audit_tracing::EVENTS), None);
}

/// What the program itself said: level, message, fields, spans.
fn said() -> Vec<[String; 4]> {
    let own = |line: &Line| {
        text(line, "data.target").is_some_and(|target| target.starts_with("api_runner::"))
    };
    let of = |line: &Line| {
        ["level", "data.message", "data.fields", "data.spans"]
            .map(|path| text(line, path).unwrap().to_owned())
    };
    events(Stream::Application).iter().filter(|line| own(line)).map(of).collect()
}

#[test]
fn c01_three_logs_with_one_engine_and_application_lines_out_of_tracing() {
    assert_eq!(Log::open(dir()).unwrap().streams().unwrap(), Stream::ALL);
    for stream in Stream::ALL {
        let text = std::fs::read_to_string(dir().join(format!("{}.jsonl", stream.name()))).unwrap();
        let header = text.lines().next().unwrap();
        assert!(header.contains(&format!(r#""stream":"{}""#, stream.name())), "{header}");
        assert!(!events(stream).is_empty());
    }
    // Each has its own numbers, and its own key verifies it.
    assert_eq!(PLAYED.keys.len(), 3);
    log::conclude(&dir(), &PLAYED.keys, &PLAYED.kept).unwrap();
    let application = events(Stream::Application);
    // The reason why texts are recorded stands before the first of them.
    let allowed = &application[0];
    assert_eq!(text(allowed, "event"), Some("texts_allowed"));
    assert_eq!(text(allowed, "data.target"), Some("api_runner"));
    let rest = application[1..].iter();
    assert!(rest.clone().all(|line| text(line, "action") == Some("log")));
    // What the HTTP library said is there without its texts.
    let wire: Vec<&Line> =
        rest.filter(|line| text(line, "data.target") == Some("http_client")).collect();
    assert_eq!(wire.len(), 8);
    for line in wire {
        assert_eq!(text(line, "data.message"), Some("withheld"));
        assert!(text(line, "data.fields").unwrap().starts_with("path=withheld"), "{line:?}");
    }
}

#[test]
fn c02_connectors_executions_retries_errors_and_health_checks() {
    let said = said();
    let messages: Vec<String> =
        said.iter().map(|[level, message, ..]| format!("{level} {message}")).collect();
    let expected = [
        r#"info "connector started""#,
        r#"info "health check triggered""#,
        r#"info "health check ended""#,
        r#"info "request execution started""#, // Denied: it may not use the variable.
        r#"error "request execution ended""#,
        r#"info "request execution started""#,
        r#"info "request execution ended""#,
        r#"info "request execution started""#, // It works at the third attempt.
        r#"warn "request failed, trying again""#,
        r#"warn "request failed, trying again""#,
        r#"info "request execution ended""#,
        r#"info "request execution started""#, // It never does.
        r#"warn "request failed, trying again""#,
        r#"warn "request failed, trying again""#,
        r#"error "request execution ended""#,
        r#"info "request execution started""#, // A variable is missing.
        r#"error "request execution ended""#,
        r#"info "connector stopped""#,
    ];
    assert_eq!(messages, expected);
    assert_eq!(said[0][2], r#"connector="eu-1" version="1.4.0""#);
    assert!(said[2][2].starts_with("status=200 healthy=true"), "{:?}", said[2]);
    assert!(said[4][2].starts_with(r#"reason="NotPermitted""#), "{:?}", said[4]);
    assert!(said[16][2].starts_with(r#"reason="MissingVariable""#), "{:?}", said[16]);
    let span = r#"execution{number=3 request="orders.sync" connector="eu-1"}"#;
    assert!(said[7..11].iter().all(|[.., spans]| spans == span), "{said:?}");
    assert_eq!(said[8][2], r#"attempt=1 reason="TimedOut""#);
    assert_eq!(said[9][2], r#"attempt=2 reason="ServerError""#);
    assert!(said[10][2].starts_with("status=200 took_us="), "{:?}", said[10]);
    assert_eq!(said[17][2], r#"connector="eu-1" executions=5"#);
}

#[test]
fn c03_secret_variables_roles_permissions_and_users() {
    let told = |line: &Line| {
        let part = |path| text(line, path).unwrap_or("-");
        let [action, object, request] = ["action", "object.name", "data.request"].map(part);
        format!("{action} {object} {request} {} {}", part("outcome"), part("reason"))
    };
    let told: Vec<String> = events(Stream::Audit).iter().map(told).collect();
    let expected = [
        "secret_variable_use apiToken user-login-check denied not_permitted",
        "role_change johndoe@runner.test - success -",
        "permission_grant johndoe@runner.test - success -",
        "secret_variable_use apiToken user-login-check success -",
        "secret_variable_use apiToken orders.sync success -",
        "secret_variable_use signingSecret orders.sync success -",
        "secret_variable_use apiToken reports.nightly success -",
        "secret_variable_use legacyToken legacy.import failure missing_variable",
        "role_change johndoe@runner.test - denied not_permitted",
        "user_disable johndoe@runner.test - success -",
        "user_reactivate johndoe@runner.test - success -",
    ];
    assert_eq!(told, expected);
    for line in events(Stream::Audit) {
        if text(&line, "action") == Some("secret_variable_use") {
            let withheld = line.get("withheld").and_then(Json::as_list).unwrap();
            assert!(withheld.contains(&Json::Text("value".to_owned())));
        }
    }
}

#[test]
fn c04_logins_a_key_an_expired_session_and_logouts() {
    let told = |line: &Line| {
        let part = |path| text(line, path).unwrap_or("-");
        let [ip, user, geo] = ["source.ip", "actor.user", "data.geo"].map(part);
        format!("{ip} {user} {geo} {} {} {}", part("action"), part("outcome"), part("reason"))
    };
    let told: Vec<String> = events(Stream::Access).iter().map(told).collect();
    let expected = [
        "192.0.2.7 - US login denied unknown_user",
        "192.0.2.66 johndoe@runner.test BR login denied bad_password",
        "192.0.2.7 johndoe@runner.test US login success -",
        "192.0.2.7 johndoe@runner.test US session_expire success -",
        "192.0.2.2 alice@runner.test DE-BY login success -",
        "192.0.2.2 alice@runner.test DE-BY api_key_generate success -",
        "192.0.2.7 johndoe@runner.test US login success -",
        "192.0.2.7 johndoe@runner.test US logout success -",
        "192.0.2.2 alice@runner.test DE-BY logout success -",
        "192.0.2.2 alice@runner.test - login success -",
        "192.0.2.7 johndoe@runner.test US login denied account_disabled",
        "192.0.2.2 alice@runner.test - logout success -",
    ];
    assert_eq!(told, expected);
}
