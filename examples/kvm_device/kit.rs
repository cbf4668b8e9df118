//! The day, played in a test.

use std::collections::BTreeSet;

use audit_events::kvm::EVENTS;
use audit_log::Log;
use audit_log::reader::Json;
use audit_writer::Writer;

use crate::device::Device;
use crate::{day, secrets, server};

/// One event at least of each row of table A in `docs/coverage.md`.
const ROWS: [(&str, &[&str]); 10] = [
    ("A1", &["login_succeeded", "login_failed", "logged_out"]),
    ("A2", &["session_started", "session_ended"]),
    ("A3", &["paste_used"]),
    ("A4", &["media_mounted", "media_unmounted", "media_uploaded", "media_fetched"]),
    ("A5", &["serial_console_baud_rate_changed"]),
    ("A6", &["firmware_updated"]),
    ("A7", &["setting_changed"]),
    ("A8", &["user_created", "role_changed", "password_changed"]),
    ("A9", &["script_run"]),
    ("A10", &["machine_power", "device_power", "debug_log_exported"]),
];

#[test]
fn the_day_has_every_row_of_the_table_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let log = Writer::builder(dir.path()).install().unwrap();
    let running = server::serve(([127, 0, 0, 1], 0).into(), Device::new(day::ACCOUNTS)).unwrap();
    let mut kept = day::secrets();
    day::play(running.address, &mut kept).unwrap();
    running.stop();
    assert!(log.shutdown().is_complete());
    let mut recorded = BTreeSet::new();
    for (_, line) in Log::open(dir.path()).unwrap().lines().unwrap() {
        let line = line.unwrap();
        if line.kind == "event" {
            recorded.extend(line.get("event").and_then(Json::as_str).map(str::to_owned));
        }
    }
    for (row, events) in ROWS {
        for event in events {
            assert!(recorded.contains(*event), "{row}: {event} was not recorded");
            assert!(EVENTS.schemas().any(|schema| schema.event == *event), "{row}: {event}");
        }
    }
    let text = secrets::everything_below(dir.path()).unwrap();
    assert!(!kept.iter().any(|secret| secrets::holds(&text, secret)), "a secret is in the log");
}
