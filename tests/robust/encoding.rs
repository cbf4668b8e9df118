//! Code of the user's that runs while an event is encoded. In safe code there is none: what a field
//! may be is vocabulary, text, integers and what the derives make of these. What is left is an
//! `unsafe impl`, and a subscriber of `tracing` that events are shown to.
#![expect(unsafe_code, reason = "safe code cannot declare a value whose encoding panics")]

use std::cell::Cell;
use std::sync::Arc;

use audit_core::{AuditEvent, AuditValue, Class, EmitError, record::Encoder, schema::Type};
use audit_tracing::ShowEvents;
use audit_writer::storage::MemoryStorage;
use audit_writer::{Evidence, Overflow, Writer};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::kit::{LONG, counts_on, panics, rang, rang_long};

/// A value that panics in its n-th encoding, or says more from then on.
struct Odd {
    at: u32,
    what: What,
    encodings: Cell<u32>,
}

#[derive(PartialEq)]
enum What {
    Panics,
    Grows,
}

// SAFETY: it writes a text, as its type says.
unsafe impl AuditValue for Odd {
    const TYPE: Type = Type::Text(256);
    const CLASS: Class = Class::Public;

    fn encode(&self, out: &mut Encoder<'_>) {
        let encodings = self.encodings.replace(self.encodings.get() + 1);
        assert!(encodings != self.at || self.what != What::Panics, "an encoding panics");
        let len = if encodings >= self.at { 250 } else { 100 };
        out.disclosed(&"x".repeat(len).as_str());
    }
}

/// Something odd.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "ring", category = "door", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Odds {
    #[audit(disclose = "something before it", class = "public")]
    before: u32,
    value: Odd,
}

fn odds(at: u32, what: What) -> Odds {
    Odds { before: 1, value: Odd { at, what, encodings: Cell::new(0) } }
}

/// A writer with room for few events, so that room that is not given back is missed.
fn writer() -> (MemoryStorage, Writer) {
    let storage = MemoryStorage::new();
    let builder = Writer::builder_on(Arc::new(storage.clone())).capacity_bytes(64 * 1024);
    let builder = builder.overflow(Overflow::Block { at_most: LONG });
    (storage, builder.evidence(Evidence::Off).start().unwrap())
}

/// It is encoded for `tracing`, for a slot, and for a box: each of these panics, more often than
/// the channel has room for.
pub(crate) fn a_panic_leaves_nothing_behind() {
    let (storage, writer) = writer();
    for count in 0..1000 {
        for at in 0..3 {
            let odds = odds(at, What::Panics);
            assert!(panics(|| odds.to(&ShowEvents::to(&writer)).emit()), "its encoding {at}");
            assert_eq!(odds.value.encodings.get(), at + 1);
            assert!(panics(|| odds_durable(&writer, at)), "its encoding {at}");
        }
        rang(count).to(&writer).emit().unwrap();
    }
    // A box as large as the room for all of them still finds it.
    rang_long(1000).to(&writer).emit().unwrap();
    writer.flush(LONG).unwrap();
    let stats = writer.stats();
    assert_eq!((stats.accepted, stats.written, stats.lost), (1001, 1001, 0));
    assert!(writer.shutdown().is_complete());
    assert_eq!(counts_on(&storage), (0..=1000).collect::<Vec<_>>());
}

fn odds_durable(writer: &Writer, at: u32) {
    drop(odds(at, What::Panics).to(&ShowEvents::to(writer)).submit_durable());
}

/// The box was measured by an encoding that said less.
pub(crate) fn an_encoding_that_grows() {
    let (storage, writer) = writer();
    for _ in 0..1000 {
        assert_eq!(
            odds(2, What::Grows).to(&ShowEvents::to(&writer)).emit(),
            Err(EmitError::TooLarge)
        );
    }
    rang_long(1).to(&writer).emit().unwrap();
    let report = writer.shutdown();
    assert!(report.is_complete() && report.stats.accepted == 1, "{report}");
    assert_eq!(counts_on(&storage), [1]);
}

/// A subscriber that cannot bear what it is told.
struct Weak;

impl Subscriber for Weak {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "audit"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        panic!("a subscriber panics");
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

pub(crate) fn a_subscriber_that_panics() {
    let (storage, writer) = writer();
    tracing::subscriber::with_default(Weak, || {
        assert!(panics(|| rang(1).to(&ShowEvents::to(&writer)).emit()));
    });
    assert_eq!(writer.stats().accepted, 0);
    rang(2).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    assert_eq!(counts_on(&storage), [2]);
}
