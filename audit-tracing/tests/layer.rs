//! What is logged through `tracing` and reaches the `application` stream: everything that cannot be
//! typed, and texts only of targets that were allowed, with the reason.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use audit_core::{EmitError, Pending, Recorder, Stream, record::EventRef, schema::Schema};
use audit_log::Log;
use audit_log::reader::{Json, Line};
use audit_tracing::{ApplicationLayer, EVENTS};
use audit_writer::storage::{HangingStorage, MemoryStorage};
use audit_writer::{Overflow, Writer};
use tracing_subscriber::layer::SubscriberExt as _;

const CANARY: &str = "hunter2-canary";
const LONG: Duration = Duration::from_secs(60);

/// What of this the application stream holds, logged under a layer that was told so; and all bytes
/// of all files.
fn recorded(told: impl Fn(ApplicationLayer) -> ApplicationLayer, log: impl FnOnce()) -> Vec<Line> {
    let storage = MemoryStorage::new();
    let writer = Writer::builder_on(Arc::new(storage.clone())).streams([Stream::Application]);
    let writer = Arc::new(writer.start().unwrap());
    let layer = told(ApplicationLayer::new().to(Arc::clone(&writer) as Arc<dyn Recorder>));
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, log);
    let report = writer.close_within(LONG);
    assert!(report.is_complete(), "{report}");
    let lines = Log::on(&storage).stream(Stream::Application).lines().unwrap();
    lines.map(|(_, line)| line.unwrap()).collect()
}

fn plain(layer: ApplicationLayer) -> ApplicationLayer {
    layer
}

/// The events' `data`, of events of this name; of all that were logged without one.
fn data<'a>(lines: &'a [Line], event: &str) -> Vec<&'a Json> {
    let is_it = |line: &&Line| {
        line.kind == "event" && line.get("event").and_then(Json::as_str).unwrap().starts_with(event)
    };
    lines.iter().filter(is_it).map(|line| line.get("data").unwrap()).collect()
}

fn text<'a>(data: &'a Json, key: &str) -> &'a str {
    data.get(key).and_then(Json::as_str).unwrap()
}

fn assert_without_canary(lines: &[Line]) {
    assert!(!lines.is_empty() && !format!("{lines:?}").contains(CANARY));
}

#[test]
fn what_cannot_be_typed_is_recorded_and_texts_are_not() {
    let lines = recorded(plain, || {
        let secret = String::from(CANARY);
        tracing::info!(
            target: "app::net", port = 80_u16, delta = -3, ratio = 1.5, ok = true,
            user = %secret, key = secret.as_str(), all = ?secret, "logged in as {secret}"
        );
    });
    assert_without_canary(&lines);
    let all = data(&lines, "logged");
    let data = all[0];
    assert_eq!((all.len(), text(data, "target"), text(data, "severity")), (1, "app::net", "info"));
    assert!(text(data, "callsite").contains("layer.rs:"), "it says which line of the source");
    assert_eq!(text(data, "message"), "withheld");
    let fields = "port=80 delta=-3 ratio=1.5 ok=true user=withheld key=withheld all=withheld";
    assert_eq!(text(data, "fields"), fields);
}

/// A literal is withheld as well: `tracing` shows no difference between it and a text.
#[test]
fn a_message_is_a_text() {
    let lines = recorded(plain, || {
        tracing::warn!("the disk is slow");
        tracing::error!(code = 7);
        tracing::info!(code = 8);
    });
    let of = |event| data(&lines, event);
    assert_eq!(text(of("logged_warning")[0], "message"), "withheld");
    assert_eq!(text(of("logged_error")[0], "message"), "none");
    let events = lines.iter().filter(|line| line.kind == "event");
    let levels: Vec<_> = events.filter_map(|line| line.get("level")?.as_str()).collect();
    assert_eq!(levels, ["warn", "error", "info"]);
}

#[test]
fn a_target_that_is_allowed_says_why_and_then_its_texts() {
    let allow = |layer: ApplicationLayer| layer.allow("app::net", "names of servers");
    let lines = recorded(allow, || {
        tracing::info!(target: "app::net::tls", server = "ntp \"1\"", "reached {}", "it");
        tracing::info!(target: "app::network", secret = CANARY, "reached {CANARY}");
    });
    assert_without_canary(&lines);
    let reasons = data(&lines, "texts_allowed");
    assert_eq!(
        (text(reasons[0], "target"), text(reasons[0], "why")),
        ("app::net", "names of servers")
    );
    let logged = data(&lines, "logged");
    assert_eq!(text(logged[0], "message"), r#""reached it""#);
    assert_eq!(text(logged[0], "fields"), r#"server="ntp \"1\"""#);
    assert_eq!(text(logged[1], "fields"), "secret=withheld");
    let seq = |event: &str| {
        let is_it = |line: &&Line| line.get("event").and_then(Json::as_str) == Some(event);
        lines.iter().find(|line| line.kind == "event" && is_it(line)).unwrap().seq
    };
    assert!(seq("texts_allowed") < seq("logged_info"), "the reason comes first");
}

#[tracing::instrument(target = "app", level = "info")]
fn log_in(user: &str, attempt: u32) {
    tracing::info!(target: "app", "inside");
}

#[test]
fn spans_around_are_told_under_the_same_rule() {
    let lines = recorded(plain, || {
        let late = tracing::field::Empty;
        let outer = tracing::info_span!(target: "app", "request", id = 7, path = CANARY, late);
        let _in_it = outer.enter();
        outer.record("late", 9);
        log_in(CANARY, 2);
    });
    assert_without_canary(&lines);
    let spans = text(data(&lines, "logged")[0], "spans");
    assert_eq!(spans, "request{id=7 path=withheld late=9}:log_in{user=withheld attempt=2}");
    let allow = |layer: ApplicationLayer| layer.allow("app", "a test");
    let lines = recorded(allow, || log_in("alice", 2));
    assert_eq!(text(data(&lines, "logged")[0], "spans"), r#"log_in{user="alice" attempt=2}"#);
}

#[test]
fn levels_and_targets_that_are_left_out_are_not_there() {
    let told = |layer: ApplicationLayer| layer.level(tracing::Level::DEBUG).without("app::keys");
    let lines = recorded(told, || {
        tracing::debug!(target: "app", code = 1);
        tracing::trace!(target: "app", code = 2);
        tracing::error!(target: "app::keys", code = 30);
        tracing::error!(target: "audit_writer", code = 3);
        tracing::error!(target: "audit", code = 4);
    });
    let logged = data(&lines, "logged");
    let told: Vec<_> =
        logged.iter().map(|data| (text(data, "severity"), text(data, "fields"))).collect();
    assert_eq!(told, [("debug", "code=1")]);
    let by_default = recorded(plain, || tracing::debug!(target: "app", code = 1));
    assert_eq!(data(&by_default, "logged").len(), 0);
}

/// A value that logs while it is formatted, and then panics.
struct Awkward;

impl Debug for Awkward {
    #[expect(clippy::panic, reason = "it is what is tested")]
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        tracing::error!(target: "app", "from inside");
        panic!("as it should");
    }
}

#[test]
fn a_value_that_logs_or_panics_harms_nothing() {
    let allow = |layer: ApplicationLayer| layer.allow("app", "a test");
    let lines = recorded(allow, || {
        tracing::info!(target: "app", value = ?Awkward);
        tracing::info!(target: "app", "afterwards");
    });
    let logged = data(&lines, "logged");
    assert_eq!((logged.len(), text(logged[0], "fields")), (2, "value=unreadable"));
    assert_eq!(text(logged[1], "message"), r#""afterwards""#);
}

#[test]
fn a_storm_waits_for_nobody_and_is_counted() {
    let storage = HangingStorage::default();
    let writer = Writer::builder_on(Arc::new(storage.clone()))
        .streams([Stream::Application])
        .capacity_bytes(64 * 1024)
        .overflow(Overflow::DropAndCount);
    let writer = Arc::new(writer.start().unwrap());
    storage.hang();
    let layer = ApplicationLayer::new().to(Arc::clone(&writer) as Arc<dyn Recorder>);
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        for count in 0..20_000 {
            tracing::info!(target: "app", count);
        }
    });
    storage.answer();
    let report = writer.close_within(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.stats.accepted, 20_000);
    let lines = Log::on(storage.inner()).stream(Stream::Application).lines().unwrap();
    let lines: Vec<Line> = lines.map(|(_, line)| line.unwrap()).collect();
    let of_gaps = lines.iter().filter(|line| line.kind == "gap");
    let lost: u64 = of_gaps.filter_map(|line| line.member("lost")?.as_u64()).sum();
    assert!(lost > 10_000, "{lost}");
    assert_eq!(data(&lines, "logged").len() as u64 + lost, 20_000);
}

/// A recorder that refuses everything.
#[derive(Default)]
struct Refuses(std::sync::atomic::AtomicU64);

impl Recorder for Refuses {
    fn record(&self, _: EventRef<'_>) -> Result<(), EmitError> {
        Err(EmitError::Full)
    }

    fn record_durable(&self, _: EventRef<'_>) -> Result<Pending, EmitError> {
        Err(EmitError::Full)
    }

    fn count_lost(&self, event: &'static Schema, _: EmitError) {
        assert_eq!(event.stream, Stream::Application);
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn without_its_reason_in_the_log_no_text_is_even_formatted() {
    let refuses = Arc::new(Refuses::default());
    let layer = ApplicationLayer::new().to(Arc::clone(&refuses) as Arc<dyn Recorder>);
    let subscriber = tracing_subscriber::registry().with(layer.allow("app", "a test"));
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(target: "app", value = ?Awkward);
    });
    assert_eq!(refuses.0.load(std::sync::atomic::Ordering::Relaxed), 1, "it is counted");
}

#[test]
fn the_events_are_of_the_application_stream() {
    let names: Vec<_> = EVENTS.schemas().map(|schema| schema.event).collect();
    assert_eq!(names, ["logged_info", "logged_warning", "logged_error", "texts_allowed"]);
    assert!(EVENTS.schemas().all(|schema| schema.stream == Stream::Application));
}

/// Fields are judged by their names as those of audit events are.
#[test]
fn codes_and_keys_are_withheld_although_they_are_numbers() {
    let allow = |layer: ApplicationLayer| layer.allow("app", "nothing that was typed");
    let lines = recorded(allow, || {
        tracing::info!(target: "app", otp = 483_920, key_code = 30_u16, scan_code.last = 1, port = 80);
        tracing::info!(target: "app", pin_attempts = 3, body_size = 7, password = CANARY, "tried");
    });
    assert_without_canary(&lines);
    let logged = data(&lines, "logged");
    let fields = "otp=withheld key_code=withheld scan_code.last=withheld port=80";
    assert_eq!(text(logged[0], "fields"), fields);
    assert_eq!(text(logged[1], "fields"), "pin_attempts=3 body_size=7 password=withheld");
}

/// Of a target that is left out no span is told either, nor one that is too detailed.
#[test]
fn spans_are_left_out_as_events_are() {
    let without = |layer: ApplicationLayer| layer.without("app::keys");
    let lines = recorded(without, || {
        let keys = tracing::info_span!(target: "app::keys", "typing", count = 1);
        let detail = tracing::debug_span!(target: "app", "detail", count = 2);
        let around = tracing::info_span!(target: "app", "request", count = 3);
        let _entered = (keys.entered(), detail.entered(), around.entered());
        tracing::info!(target: "app", "something");
    });
    let logged = data(&lines, "logged");
    assert_eq!(text(logged[0], "spans"), "request{count=3}");
}
