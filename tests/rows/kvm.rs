//! Table A: a KVM over IP.

use std::time::Duration;

use audit_core::vocab::{
    ByteSize, ClaimedName, Count, Digest, ErrorCode, HttpPath, PasteSize, SettingName, Version,
};
use audit_core::{Actor, Awaited, Context, Outcome, Source, Withheld, lit};
use audit_events::kvm::*;
use audit_writer::{Retention, Rotation};
use serde_json::json;

use crate::kit::{
    FROM, SECRET, alice, id, is_by_alice, log, name, nobody, says, source, user_name, withheld,
};

fn login_failed(user: ClaimedName<'static>, reason: LoginRefusal) -> LoginFailed<'static> {
    let password = Some(Withheld::new(SECRET));
    LoginFailed { user, reason, attempt: Some(Count::new(3)), password }
}

#[test]
fn a01_login_logout_and_failed_login() {
    let log = log(|writer| {
        LoginSucceeded {}.within(&alice()).to(writer).emit().unwrap();
        let known = ClaimedName::known("alice");
        login_failed(known, LoginRefusal::BadPassword).within(&nobody()).to(writer).emit().unwrap();
        let typed = ClaimedName::unknown(SECRET);
        login_failed(typed, LoginRefusal::UnknownUser).within(&nobody()).to(writer).emit().unwrap();
        LoggedOut {}.within(&alice()).to(writer).emit().unwrap();
    });
    let [came, wrong, unknown, went] = log.events() else { panic!("four events") };
    is_by_alice(came);
    says(
        came,
        &json!({ "event": "login_succeeded", "action": "login", "outcome": "success",
        "level": "info" }),
    );
    says(
        wrong,
        &json!({ "event": "login_failed", "action": "login", "outcome": "denied",
        "level": "warn", "reason": "bad_password", "actor": { "user": "alice" },
        "source": source(), "data": { "attempt": 3, "password": withheld() } }),
    );
    says(unknown, &json!({ "reason": "unknown_user", "source": source() }));
    assert!(unknown["actor"]["user_pseudonym"].is_string(), "{unknown}");
    is_by_alice(went);
    says(went, &json!({ "event": "logged_out", "action": "logout", "outcome": "success" }));
    // One session is one in all lines, without its cookie.
    assert_eq!(came["actor"]["session_pseudonym"], went["actor"]["session_pseudonym"]);
}

#[test]
fn a02_session_start_and_end() {
    let log = log(|writer| {
        SessionStarted { console: id("console-1") }.within(&alice()).to(writer).emit().unwrap();
        let duration = Duration::from_secs(61).into();
        SessionEnded { console: id("console-1"), duration }
            .within(&alice())
            .to(writer)
            .emit()
            .unwrap();
    });
    let [started, ended] = log.events() else { panic!("two events") };
    let object = json!({ "type": "kvm_session", "id": "console-1" });
    is_by_alice(started);
    says(started, &json!({ "action": "session_start", "outcome": "success", "object": object }));
    is_by_alice(ended);
    says(
        ended,
        &json!({ "action": "session_end", "object": object,
        "data": { "duration": 61000 } }),
    );
}

#[test]
fn a03_paste_by_size_and_layout_only() {
    let paste = |text: &'static str| {
        let (size_bucket, layout) = (PasteSize::of(text), KeyboardLayout::of("de-DE"));
        log(|writer| {
            let event = PasteUsed { size_bucket, layout, text: Withheld::new(text) };
            event.within(&alice()).to(writer).emit().unwrap();
        })
    };
    let log = paste(SECRET);
    is_by_alice(log.only());
    says(
        log.only(),
        &json!({ "event": "paste_used", "action": "paste", "outcome": "success",
        "data": { "size_bucket": "up_to_64_b", "layout": "de_de", "text": withheld() } }),
    );
    // Nor is its length told.
    assert_eq!(paste("xyzxyz").only()["data"], log.only()["data"]);
}

#[test]
fn a04_media_mount_unmount_upload_and_fetch() {
    const URL: &str = "https://mirror:hunter2-Sw0rdfish@mirror.test/images/debian.iso?t=hunter2-Sw0rdfish#frag-4f1c9d";
    let (image, size) = (name("debian.iso"), ByteSize::new(698_351_616));
    let log = log(|writer| {
        let outcome = Outcome::Success;
        let fetched = MediaFetched {
            outcome,
            image,
            size: Some(size),
            path: HttpPath::of(URL).ok(),
            url: Withheld::new(URL),
        };
        fetched.within(&alice()).to(writer).emit().unwrap();
        MediaUploaded { outcome, image, size }.within(&alice()).to(writer).emit().unwrap();
        let mode = MediaMode::Cdrom;
        MediaMounted { outcome, image, size, mode }.within(&alice()).to(writer).emit().unwrap();
        let outcome = Outcome::Failure(MediaFault::AlreadyMounted);
        MediaMounted { outcome, image, size, mode }.within(&alice()).to(writer).emit().unwrap();
        let outcome = Outcome::Success;
        MediaUnmounted { outcome, image }.within(&alice()).to(writer).emit().unwrap();
    });
    log.hides("mirror.test");
    log.hides("frag-4f1c9d");
    let [fetched, uploaded, mounted, failed, unmounted] = log.events() else {
        panic!("five events")
    };
    let object = json!({ "type": "media", "name": "debian.iso" });
    for line in log.events() {
        is_by_alice(line);
        says(line, &json!({ "object": object }));
    }
    says(
        fetched,
        &json!({ "action": "media_fetch", "outcome": "success", "data": {
        "size": 698351616, "path": "/images/debian.iso", "url": withheld() } }),
    );
    says(uploaded, &json!({ "action": "media_upload", "data": { "size": 698351616 } }));
    says(
        mounted,
        &json!({ "action": "media_mount", "outcome": "success",
        "data": { "size": 698351616, "mode": "cdrom" } }),
    );
    says(
        failed,
        &json!({ "action": "media_mount", "outcome": "failure", "level": "error",
        "reason": "already_mounted" }),
    );
    says(unmounted, &json!({ "action": "media_unmount", "outcome": "success" }));
}

#[test]
fn a05_serial_console_settings() {
    let log = log(|writer| {
        let (old, new) = (BaudRate::Bps9600, BaudRate::Bps115200);
        let event = SerialConsole::BaudRateChanged { old, new };
        event.within(&alice()).to(writer).emit().unwrap();
        let event = SerialConsole::EnabledChanged { enabled: true };
        event.within(&alice()).to(writer).emit().unwrap();
    });
    let [speed, switched] = log.events() else { panic!("two events") };
    is_by_alice(speed);
    says(
        speed,
        &json!({ "event": "serial_console_baud_rate_changed",
        "action": "serial_console_change", "outcome": "success",
        "object": { "type": "setting", "id": "serial_console.baud_rate" },
        "data": { "old": "bps9600", "new": "bps115200" } }),
    );
    says(
        switched,
        &json!({ "event": "serial_console_enabled_changed",
        "data": { "enabled": true } }),
    );
}

#[test]
fn a06_firmware_update_begun_and_ended() {
    let update = |to: &'static str| {
        let (from, to) = (Version::new("2.6.1").unwrap(), Version::new(to).unwrap());
        FirmwareUpdated { outcome: Awaited::new(), from, to }
    };
    let alice = alice();
    let log = log(|writer| {
        let begun = update("2.7.0").within(&alice).to(writer).begin().unwrap();
        begun.finish(Outcome::Success).unwrap();
        let begun = update("2.5.0").within(&alice).to(writer).begin().unwrap();
        begun.finish(Outcome::Denied(FirmwareFault::Downgrade)).unwrap();
        let begun = update("2.8.0").within(&alice).to(writer).begin().unwrap();
        begun.finish(Outcome::Failure(FirmwareFault::BadSignature)).unwrap();
    });
    let [begun, done, _, denied, _, failed] = log.events() else { panic!("six events") };
    is_by_alice(begun);
    says(
        begun,
        &json!({ "action": "firmware_update", "phase": "begun", "outcome": "unknown",
        "level": "info", "data": { "from": "2.6.1", "to": "2.7.0" } }),
    );
    is_by_alice(done);
    says(
        done,
        &json!({ "phase": "ended", "outcome": "success", "level": "info",
        "begun": begun["seq"] }),
    );
    says(denied, &json!({ "outcome": "denied", "level": "warn", "reason": "downgrade" }));
    says(failed, &json!({ "outcome": "failure", "level": "error", "reason": "bad_signature" }));
}

#[test]
fn a07_settings_by_name_and_class() {
    let log = log(|writer| {
        let setting = SettingName::new("smtp.relay").unwrap();
        let (old, new) = (SettingClass::Factory, SettingClass::Custom);
        let outcome = Outcome::Success;
        SettingChanged { outcome, setting, old, new }.within(&alice()).to(writer).emit().unwrap();
    });
    is_by_alice(log.only());
    says(
        log.only(),
        &json!({ "action": "setting_change", "outcome": "success",
        "object": { "type": "setting", "id": "smtp.relay" },
        "data": { "old": "factory", "new": "custom" } }),
    );
}

#[test]
fn a08_users_roles_and_passwords() {
    let (user, id, outcome) = (user_name("bob"), None, Outcome::Success);
    let log = log(|writer| {
        let role = Some(name("viewer"));
        UserCreated { outcome, user, id, role }.within(&alice()).to(writer).emit().unwrap();
        let (old, new) = (role, name("admin"));
        RoleChanged { outcome, user, id, old, new }.within(&alice()).to(writer).emit().unwrap();
        let password = Withheld::new(SECRET);
        PasswordChanged { outcome, user, id, password }.within(&alice()).to(writer).emit().unwrap();
        let outcome = Outcome::Denied(Fault::NotPermitted);
        UserDeleted { outcome, user, id }.within(&alice()).to(writer).emit().unwrap();
    });
    let [created, role, password, deleted] = log.events() else { panic!("four events") };
    for line in log.events() {
        is_by_alice(line);
        says(
            line,
            &json!({ "object": { "type": "user", "id_none": "the account's name is its id",
            "name": "bob" } }),
        );
    }
    says(created, &json!({ "action": "user_create", "data": { "role": "viewer" } }));
    says(role, &json!({ "action": "role_change", "data": { "old": "viewer", "new": "admin" } }));
    says(password, &json!({ "action": "password_change", "data": { "password": withheld() } }));
    says(
        deleted,
        &json!({ "action": "user_delete", "outcome": "denied", "level": "warn",
        "reason": "not_permitted" }),
    );
}

#[test]
fn a09_scripts_by_name_digest_and_status() {
    let script = |outcome, status| ScriptRun {
        outcome,
        script: name("wake-lab.sh"),
        digest: Digest::from_sha256_digest([0xab; 32]),
        exit_status: Some(ErrorCode::new(status)),
        duration: Duration::from_millis(1500).into(),
        arguments: Withheld::new(SECRET),
    };
    let log = log(|writer| {
        script(Outcome::Success, 0).within(&alice()).to(writer).emit().unwrap();
        let failed = Outcome::Failure(ScriptFault::ExitStatus);
        script(failed, -3).within(&alice()).to(writer).emit().unwrap();
    });
    let [ran, failed] = log.events() else { panic!("two events") };
    is_by_alice(ran);
    says(
        ran,
        &json!({ "action": "script_run", "outcome": "success",
        "object": { "type": "script", "name": "wake-lab.sh" },
        "data": { "exit_status": 0, "duration": 1500, "arguments": withheld() } }),
    );
    let digest = ran["data"]["digest"].as_str().unwrap();
    assert!(digest.contains(&"ab".repeat(32)), "{digest}");
    says(
        failed,
        &json!({ "outcome": "failure", "level": "error", "reason": "exit_status",
        "data": { "exit_status": -3 } }),
    );
}

#[test]
fn a10_power_and_debug_log_export() {
    let log = log(|writer| {
        let outcome = Outcome::Success;
        let switch = PowerSwitch::Restart;
        DevicePower { outcome, switch }.within(&alice()).to(writer).emit().unwrap();
        let switch = PowerSwitch::Shutdown;
        MachinePower { outcome, switch }.within(&alice()).to(writer).emit().unwrap();
        let size = ByteSize::new(70_000);
        DebugLogExported { outcome, size }.within(&alice()).to(writer).emit().unwrap();
        let outcome = Outcome::Denied(Fault::NotPermitted);
        DevicePower { outcome, switch }.within(&alice()).to(writer).emit().unwrap();
    });
    let [device, machine, logs, denied] = log.events() else { panic!("four events") };
    is_by_alice(device);
    says(
        device,
        &json!({ "action": "device_power", "outcome": "success",
        "object": { "type": "system", "id": "self" }, "data": { "switch": "restart" } }),
    );
    says(
        machine,
        &json!({ "action": "machine_power", "object": { "type": "machine", "id": "attached" },
        "data": { "switch": "shutdown" } }),
    );
    is_by_alice(logs);
    says(logs, &json!({ "action": "debug_log_export", "data": { "size": 70000 } }));
    says(denied, &json!({ "outcome": "denied", "level": "warn", "reason": "not_permitted" }));
}

/// Rows A15 and A16: what there is to record is a list, and content is in none of it. That it does
/// not compile otherwise is the business of `tests/ui`.
#[test]
fn a15_no_event_carries_content() {
    use audit_core::policy::NO_CONTENT;
    assert_eq!(EVENTS.offences(&NO_CONTENT).count(), 0);
    let words = ["keystroke", "key_press", "frame", "screen", "pointer", "mouse", "body"];
    for schema in EVENTS.schemas() {
        let names = schema.fields.iter().map(|field| field.name);
        let all = [schema.event].into_iter().chain(names);
        for name in all {
            assert!(!words.iter().any(|word| name.contains(word)), "{}: {name}", schema.event);
        }
    }
}

#[test]
fn a11_lines_of_json() {
    let log = log(|writer| LoggedOut {}.within(&alice()).to(writer).emit().unwrap());
    let line = log.event_lines().next().unwrap();
    assert!(line.is_ascii() && line.starts_with(r#"{"kind":"event","#), "{line}");
    assert!(line.ends_with(r#""object":{"type":"system","id":"self"}}"#), "{line}");
}

/// That it is kept to is tested in `tests/it/rotation.rs`.
#[test]
fn a12_daily_and_kept_for_14_days_by_default_and_by_size() {
    let (rotation, retention) = (Rotation::default(), Retention::default());
    assert!(rotation.daily && rotation.segment_bytes > 0);
    assert_eq!(retention.age, Duration::from_secs(14 * 24 * 60 * 60));
    assert!((1..1 << 30).contains(&retention.total_bytes));
}

/// What an ingester will need: a line of a server's log tells the address and not who it was, one of
/// the application tells who and not from where.
#[test]
fn a13_events_say_what_is_not_known_of_actor_or_source() {
    let log = log(|writer| {
        let ip = Source::Ip(FROM.ip());
        let nobody = Context::new(Actor::None(lit!("the line names nobody")), ip);
        let (outcome, image) = (Outcome::Success, name("debian.iso"));
        MediaUnmounted { outcome, image }.within(&nobody).to(writer).emit().unwrap();
        let nowhere = Source::None(lit!("the line has no address"));
        let alice = Context::new(Actor::User(user_name("alice")), nowhere);
        LoginSucceeded {}.within(&alice).to(writer).emit().unwrap();
        let (user, reason) = (ClaimedName::unknown("x"), LoginRefusal::Unknown);
        let failed = LoginFailed { user, reason, attempt: None, password: None };
        failed.within(&Context::of_nobody(ip)).to(writer).emit().unwrap();
    });
    let [unmounted, came, failed] = log.events() else { panic!("three events") };
    says(
        unmounted,
        &json!({ "actor_none": "the line names nobody",
        "source": { "ip": "192.0.2.17" } }),
    );
    says(
        came,
        &json!({ "actor": { "user": "alice" },
        "source_none": "the line has no address" }),
    );
    says(
        failed,
        &json!({ "reason": "unknown", "source": { "ip": "192.0.2.17" },
        "data": { "attempt": null, "password": null } }),
    );
}
