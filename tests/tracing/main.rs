//! What leaves through `tracing`: nothing withheld, nothing personal.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use audit_core::testing::MemoryRecorder;
use audit_core::vocab::{ByteSize, ClaimedName, ObjectId, SessionRef, Version};
use audit_core::{AuditEvent, AuditValue, Outcome, Withheld};
use audit_tracing::ShowEvents;
use std::net::SocketAddr;

/// Why a paste was refused.
#[derive(AuditValue)]
enum Refusal {
    Locked,
}

/// What it was pasted into.
#[derive(AuditValue)]
struct Target<'a> {
    firmware: Version<'a>,
    address: SocketAddr,
}

/// Text was pasted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input")]
struct Pasted<'a> {
    #[audit(outcome)]
    outcome: Outcome<Refusal>,
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(object(id), object_type = "device")]
    device: ObjectId<'a>,
    size: ByteSize,
    target: Target<'a>,
    #[audit(disclose = "a test", class = "internal")]
    note: &'a str,
    #[audit(disclose = "a test")]
    remark: &'a str,
    text: Withheld<&'a str>,
}

const PERSONAL: [&str; 4] = ["alice", "192.0.2.17", "CanaryCookie", "CanaryRemark"];

fn pasted(outcome: Outcome<Refusal>) -> Pasted<'static> {
    Pasted {
        outcome,
        user: ClaimedName::known("alice"),
        session: SessionRef::of("CanaryCookie"),
        from: "192.0.2.17:54321".parse().unwrap(),
        device: ObjectId::new("kvm-7").unwrap(),
        size: ByteSize::new(12),
        target: Target {
            firmware: Version::new("2.6.1").unwrap(),
            address: "192.0.2.17:80".parse().unwrap(),
        },
        note: "line\nbreak \u{202e}",
        remark: "CanaryRemark",
        text: Withheld::new("CanaryText"),
    }
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn record(event: &Pasted<'_>) {
    let recorder = MemoryRecorder::new();
    event.to(&ShowEvents::to(&recorder)).emit().unwrap();
    assert_eq!(recorder.take().len(), 1, "what is shown is recorded, too");
}

/// What a subscriber that shows everything writes while `act` runs.
fn told(act: impl FnOnce()) -> String {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .without_time()
        .with_writer({
            let written = written.clone();
            move || written.clone()
        })
        .finish();
    tracing::subscriber::with_default(subscriber, act);
    let bytes = written.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn an_event_is_told_without_what_is_personal() {
    let text = told(|| record(&pasted(Outcome::Denied(Refusal::Locked))));
    let expected = concat!(
        r#" WARN audit: event="pasted" action="paste" outcome="denied" reason="locked" "#,
        r#"fields=actor.session=withheld object.id="kvm-7" size=12 target={firmware="2.6.1"} "#,
        r#"note="line\nbreak \u{202e}" text=withheld"#,
        "\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn no_form_of_tracing_shows_what_is_withheld_or_personal() {
    #[tracing::instrument]
    fn instrumented(event: &Pasted<'_>) {
        tracing::error!(?event, "with a sigil");
        tracing::warn!(field = tracing::field::debug(event));
        tracing::info!("{event:?} {event:#?} {event:>200?}");
        record(event);
    }
    let text = told(|| instrumented(&pasted(Outcome::Success)));
    assert!(text.contains("instrumented") && text.contains("Pasted { .. }"), "{text}");
    for secret in PERSONAL.iter().chain(&["CanaryText", "yranaC"]) {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
