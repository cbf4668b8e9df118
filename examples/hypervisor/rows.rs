//! The day, played once, and looked at row by row of table B in `docs/coverage.md`.

use std::path::PathBuf;
use std::sync::LazyLock;

use audit_core::Stream;
use audit_log::reader::{Json, Line};
use tempfile::TempDir;

use crate::log::{self, Keys, text};
use crate::parts;

struct Played {
    dir: TempDir,
    keys: Keys,
    kept: Vec<String>,
    events: Vec<Line>,
}

static PLAYED: LazyLock<Played> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let (keys, kept) = crate::play(&dir.path().join("log")).unwrap();
    let events = log::events(&dir.path().join("log"), Stream::Audit).unwrap();
    Played { dir, keys, kept, events }
});

/// Action, object, level and status of a line: `vm_power_on vm-101 info success`.
fn told(line: &Line) -> String {
    let object = text(line, "object.id").or(text(line, "object.name")).unwrap();
    let level = text(line, "level").unwrap();
    let status = parts::of(line).unwrap()[4].clone();
    format!("{} {object} {level} {status}", text(line, "action").unwrap())
}

/// What there is of these actions, in its order.
fn of(actions: &[&str]) -> Vec<String> {
    let is_one = |line: &&Line| actions.contains(&text(line, "action").unwrap());
    PLAYED.events.iter().filter(is_one).map(told).collect()
}

#[test]
fn b01_logins_password_reset_and_a_locked_account() {
    let told = of(&["login", "account_lock", "password_reset", "logout"]);
    let expected = [
        "login self warn denied: unknown_user",
        "login self info success",
        "logout self info success",
        "login self warn denied: bad_password",
        "login self warn denied: bad_password",
        "login self warn denied: bad_password",
        "account_lock bob warn success",
        "login self warn denied: account_locked",
        "login self info success",
        "password_reset user-2 info success",
        "logout self info success",
        "login self info success",
        "login self info success",
        "logout self info success",
        "logout self info success",
    ];
    assert_eq!(told, expected);
}

#[test]
fn b02_machines_created_started_stopped_migrated_and_deleted() {
    let told = of(&["vm_create", "vm_power_on", "vm_power_off", "vm_migrate", "vm_delete"]);
    let expected = [
        "vm_create vm-101 info success",
        "vm_create vm-102 info success",
        "vm_create vm-103 info success",
        "vm_power_on vm-101 info success",
        "vm_power_on vm-102 info success",
        "vm_power_off vm-101 info success",
        "vm_power_on vm-103 warn denied: not_permitted",
        "vm_power_off vm-102 error failure: guest_unresponsive",
        "vm_migrate vm-103 error failure: unreachable",
        "vm_migrate vm-101 info success",
        "vm_delete vm-101 info success",
        "vm_delete vm-102 warn denied: not_permitted",
    ];
    assert_eq!(told, expected);
}

#[test]
fn b03_a_bridge_a_pool_and_a_connection() {
    let actions = ["network_bridge_create", "storage_pool_format", "storage_connection_register"];
    let expected = [
        "network_bridge_create br-7 info success",
        "storage_pool_format pool-3 info success",
        "storage_connection_register conn-5 info success",
    ];
    assert_eq!(of(&actions), expected);
}

#[test]
fn b04_a_user_a_group_and_a_permission_for_a_folder() {
    let told = of(&[
        "user_create",
        "group_member_add",
        "group_member_remove",
        "permission_grant",
        "permission_revoke",
    ]);
    let expected = [
        "user_create user-2 info success",
        "group_member_add operators info success",
        "permission_grant user-2 info success",
        "user_create bob2 warn denied: not_permitted",
        "permission_revoke user-2 info success",
        "group_member_remove operators info success",
    ];
    assert_eq!(told, expected.map(str::to_owned));
    let granted =
        PLAYED.events.iter().find(|line| text(line, "action") == Some("permission_grant"));
    assert_eq!(text(granted.unwrap(), "data.permission"), Some("vm.power"));
    assert_eq!(text(granted.unwrap(), "data.scope"), Some("/lab"));
}

/// Microseconds, in UTC: `2026-11-20T12:00:00.123456Z`.
fn is_precise(time: &str) -> bool {
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00.000000Z"
}

#[test]
fn b05_every_line_of_the_day_has_all_five_parts() {
    assert!(PLAYED.events.len() > 30);
    for line in &PLAYED.events {
        let parts = parts::of(line).unwrap_or_else(|why| panic!("{}: {why}", line.seq));
        assert!(is_precise(&parts[0]), "{parts:?}");
        assert!(parts.iter().all(|part| !part.is_empty()), "{parts:?}");
        // Who acted is a user with an address, or the service that locks accounts.
        let is_lock = parts[2] == "ACCOUNT_LOCK";
        assert_eq!(parts[1].starts_with("the service"), is_lock, "{parts:?}");
        assert!(parts[1].contains(", 192.0.2."), "{parts:?}");
        // What has an id and a name that may change is told by both.
        if text(line, "object.type") == Some("vm") {
            assert!(parts[3].ends_with(')') && parts[3].contains("(vm-10"), "{parts:?}");
        }
    }
}

#[test]
fn b05_a_line_that_lacks_a_part_is_not_shown() {
    let whole = PLAYED.events.iter().find(|line| text(line, "action") == Some("vm_power_off"));
    for part in ["actor", "source", "action", "object", "outcome"] {
        let mut line = whole.unwrap().clone();
        assert!(parts::of(&line).is_ok());
        if let Json::Object(entries) = &mut line.json {
            entries.retain(|(key, _)| key != part);
        }
        assert!(parts::of(&line).is_err(), "{part}");
    }
}

/// The log verifies with its first key, and no file of it holds a secret.
#[test]
fn the_log_verifies_and_keeps_no_secret() {
    let dir: PathBuf = PLAYED.dir.path().join("log");
    assert!(PLAYED.kept.len() > 6);
    log::conclude(&dir, &PLAYED.keys, &PLAYED.kept).unwrap();
}
