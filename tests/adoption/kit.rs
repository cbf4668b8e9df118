//! What the tests share: a log in memory, and a look at what it has.

use std::sync::Arc;
use std::time::Duration;

use audit_core::vocab::{SessionRef, UserName, Version};
use audit_core::{Actor, Awaited, Source};
use audit_events::kvm::FirmwareUpdated;
use audit_log::Log;
use audit_log::reader::Json;
use audit_log::storage::ReadStorage;
use audit_writer::storage::{HangingStorage, Storage};
use audit_writer::{Evidence, Writer};

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) fn writer_on(storage: impl Storage + 'static) -> Writer {
    Writer::builder_on(Arc::new(storage)).evidence(Evidence::Off).start().unwrap()
}

/// A log on a disk that can be made to hang, and its writer.
pub(crate) fn log() -> (HangingStorage, Arc<Writer>) {
    let storage = HangingStorage::default();
    let writer = writer_on(storage.clone());
    (storage, Arc::new(writer))
}

/// Ends the log, and tells of each event its action, its phase and its outcome.
pub(crate) fn recorded(storage: &dyn ReadStorage, writer: &Writer) -> Vec<String> {
    assert!(writer.close_within(LONG).is_complete());
    let lines = Log::on(storage).lines().unwrap().map(|(_, line)| line.unwrap());
    let events = lines.filter(|line| line.kind == "event");
    let text = |line: &Json, key: &str| {
        line.get(key).and_then(Json::as_str).map(|it| format!(" {it}")).unwrap_or_default()
    };
    let told = events.map(|line| {
        let user = line.get("actor").map(|it| text(it, "user")).unwrap_or_default();
        let action = text(&line.json, "action");
        format!(
            "{}{}{}{user}",
            action.trim(),
            text(&line.json, "phase"),
            text(&line.json, "outcome")
        )
    });
    told.collect()
}

pub(crate) fn update() -> FirmwareUpdated<'static> {
    let version = |text| Version::new(text).unwrap();
    FirmwareUpdated { outcome: Awaited::new(), from: version("2.6.1"), to: version("2.7.0") }
}

/// Who is logged in.
pub(crate) fn alice() -> Actor<'static> {
    Actor::UserInSession(UserName::new("alice").unwrap(), SessionRef::of("a cookie"))
}

pub(crate) fn somewhere() -> Source {
    Source::Address(([192, 0, 2, 7], 4711).into())
}
