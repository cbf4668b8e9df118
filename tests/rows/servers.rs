//! Table E: what the servers of such devices do beside.

use audit_core::vocab::{
    ByteSize, ClaimedName, HardwareIndex, KeyFingerprint, ObjectName, SessionRef,
};
use audit_core::{AuditEvent, Outcome, Withheld};
use audit_events::kvm::*;
use serde_json::{Value, json};

use crate::kit::{
    COOKIE, SECRET, alice, id, is_by_alice, log, name, nobody, says, source, user_name, withheld,
};

/// The line of one event that alice is the actor of.
macro_rules! line_of {
    ($event:expr) => {{
        let log = log(|writer| $event.within(&alice()).to(writer).emit().unwrap());
        let line = log.only().clone();
        is_by_alice(&line);
        line
    }};
}

const DONE: Outcome<Fault> = Outcome::Success;
const REFUSED: Outcome<Fault> = Outcome::Denied(Fault::NotPermitted);

fn is(line: &Value, action: &str, object: &Value, data: &Value) {
    says(line, &json!({ "action": action, "object": object }));
    if data != &json!({}) {
        says(line, &json!({ "data": data }));
    }
}

fn device() -> Value {
    json!({ "type": "system", "id": "self" })
}

#[test]
fn e01_a_login_says_how() {
    let line = line_of!(LoggedInBy { method: LoginMethod::PasswordAndSecondFactor });
    is(&line, "login", &device(), &json!({ "method": "password_and_second_factor" }));
}

#[test]
fn e02_second_factors() {
    let bob = json!({ "type": "user", "name": "bob" });
    let (user, factor) = (user_name("bob"), SecondFactor::Authenticator);
    let line = line_of!(SecondFactorEnrolled { outcome: DONE, user, factor });
    is(&line, "second_factor_enroll", &bob, &json!({ "factor": "authenticator" }));
    let line = line_of!(SecondFactorDisabled { outcome: REFUSED, user, factor });
    is(&line, "second_factor_disable", &bob, &json!({}));
    says(&line, &json!({ "outcome": "denied", "reason": "not_permitted", "level": "warn" }));
}

#[test]
fn e03_tokens_and_keys() {
    let log = log(|writer| {
        let token = Some(Withheld::new(SECRET));
        let refused = TokenRefused { reason: TokenReason::Expired, token };
        refused.within(&nobody()).to(writer).emit().unwrap();
    });
    let wanted = json!({ "action": "token_check", "outcome": "denied", "reason": "expired",
        "actor_none": "the token was not accepted", "source": source(), "data": { "token": withheld() } });
    says(log.only(), &wanted);
    let of_token = json!({ "type": "token", "id": "ci-1" });
    let line = line_of!(TokenCreated { outcome: DONE, id: id("ci-1"), user: user_name("bob") });
    is(&line, "token_create", &of_token, &json!({ "user": "bob" }));
    is(&line_of!(TokenUsed { id: id("ci-1") }), "token_use", &of_token, &json!({}));
    let line = line_of!(TokenRevoked { outcome: DONE, id: id("ci-1") });
    is(&line, "token_revoke", &of_token, &json!({}));
}

#[test]
fn e04_sessions_that_others_end_or_time_does() {
    let session = Some(SessionRef::of(COOKIE));
    let line = line_of!(SessionRevoked { outcome: DONE, user: user_name("bob"), session });
    is(&line, "session_revoke", &json!({ "type": "user", "name": "bob" }), &json!({}));
    // The session that was ended is told by what its own lines have.
    let pseudonym = &line["actor"]["session_pseudonym"];
    assert_eq!(&line["data"]["session_pseudonym"], pseudonym, "{line}");
    let log = log(|writer| SessionExpired {}.within(&alice()).to(writer).emit().unwrap());
    let wanted = json!({ "action": "session_expire", "source_none": "nothing was asked" });
    says(log.only(), &wanted);
}

#[test]
fn e05_accounts_from_the_first_on() {
    let log = log(|writer| {
        let password = Some(Withheld::new(SECRET));
        let first = FirstSetupDone { outcome: DONE, user: user_name("admin"), password };
        first.within(&nobody()).to(writer).emit().unwrap();
        let user = ClaimedName::unknown(SECRET);
        let mail = PasswordResetRequested { outcome: Outcome::Failure(Fault::NotFound), user };
        mail.within(&nobody()).to(writer).emit().unwrap();
    });
    let [first, mail] = log.events() else { panic!("two events") };
    is(
        first,
        "first_setup",
        &json!({ "type": "user", "name": "admin" }),
        &json!({ "password": withheld() }),
    );
    says(mail, &json!({ "action": "password_reset_request", "reason": "not_found" }));
    assert!(mail["actor"]["user_pseudonym"].is_string(), "{mail}");
    let new_name = name("robert");
    let line = line_of!(UserRenamed { outcome: DONE, user: user_name("bob"), new_name });
    let bob = json!({ "type": "user", "name": "bob" });
    is(&line, "user_rename", &bob, &json!({ "new_name": "robert" }));
}

#[test]
fn e06_ways_in_from_the_network() {
    let line =
        line_of!(ServiceSwitched { outcome: DONE, service: NetworkService::Vnc, enabled: true });
    is(&line, "service_switch", &device(), &json!({ "service": "vnc", "enabled": true }));
    let (network, overlay) = (Some(id("8056c2e21c000001")), OverlayKind::Zerotier);
    let of_network = json!({ "type": "network", "id": "8056c2e21c000001" });
    let line = line_of!(OverlayJoined { outcome: DONE, network, overlay });
    is(&line, "overlay_join", &of_network, &json!({ "overlay": "zerotier" }));
    let overlay = OverlayKind::Tailscale;
    let line = line_of!(OverlayLeft { outcome: DONE, network: None, overlay });
    says(&line, &json!({ "action": "overlay_leave" }));
}

#[test]
fn e07_terminals_and_automatic_operators() {
    let of_terminal = json!({ "type": "terminal", "id": "7" });
    let line = line_of!(TerminalOpened { outcome: DONE, terminal: id("7") });
    is(&line, "terminal_open", &of_terminal, &json!({}));
    is(&line_of!(TerminalClosed { terminal: id("7") }), "terminal_close", &of_terminal, &json!({}));
    let of_operator = json!({ "type": "operator", "name": "a model" });
    let line = line_of!(OperatorStarted { outcome: DONE, operator: name("a model") });
    is(&line, "operator_start", &of_operator, &json!({}));
    let outcome = Outcome::Failure(Fault::Cancelled);
    let line = line_of!(OperatorStopped { outcome, operator: name("a model") });
    is(&line, "operator_stop", &of_operator, &json!({}));
}

#[test]
fn e08_certificate_configuration_and_restarts() {
    let fingerprint = Some(KeyFingerprint::of_public_key(b"a certificate"));
    let line = line_of!(CertificateReplaced { outcome: DONE, fingerprint });
    says(&line, &json!({ "action": "certificate_replace" }));
    assert!(line["data"]["fingerprint"].as_str().unwrap().starts_with("SHA256:"), "{line}");
    let size = Some(ByteSize::new(9));
    let file = json!({ "type": "file", "id": "configuration" });
    let line = line_of!(ConfigurationExported { outcome: DONE, size });
    is(&line, "configuration_export", &file, &json!({ "size": 9 }));
    let line = line_of!(ConfigurationImported { outcome: DONE, size: None });
    is(&line, "configuration_import", &file, &json!({}));
    is(&line_of!(FactoryReset { outcome: DONE }), "factory_reset", &device(), &json!({}));
    is(&line_of!(ProgramRestarted { outcome: DONE }), "program_restart", &device(), &json!({}));
}

#[test]
fn e09_buttons_outputs_and_waking() {
    let line = line_of!(AtxPressed { outcome: DONE, button: AtxSwitch::PowerHeld });
    let attached = json!({ "type": "machine", "id": "attached" });
    is(&line, "atx_press", &attached, &json!({ "button": "power_held" }));
    let line = line_of!(WakeOnLan { outcome: DONE, machine: id("02:00:5e:00:53:01") });
    let machine = json!({ "type": "machine", "id": "02:00:5e:00:53:01" });
    is(&line, "wake_on_lan", &machine, &json!({}));
    let channel = HardwareIndex::new(3);
    let line = line_of!(GpioSet { outcome: DONE, channel, enabled: true });
    let output = json!({ "type": "output", "id": "gpio" });
    is(&line, "gpio_set", &output, &json!({ "channel": 3, "enabled": true }));
}

#[test]
fn e10_screen_keyboard_and_mouse_of_the_machine() {
    let line = line_of!(EdidChanged { outcome: DONE, profile: Some(name("1080p60")) });
    is(&line, "edid_change", &json!({ "type": "edid", "name": "1080p60" }), &json!({}));
    let hid = json!({ "type": "port", "id": "hid" });
    let line = line_of!(HidModeChanged { outcome: DONE, hid_mode: HidMode::UsbRelative });
    is(&line, "hid_mode_change", &hid, &json!({ "hid_mode": "usb_relative" }));
    is(&line_of!(HidReset { outcome: DONE }), "hid_reset", &hid, &json!({}));
    let line = line_of!(JigglerSwitched { outcome: DONE, enabled: false });
    is(&line, "jiggler_switch", &hid, &json!({ "enabled": false }));
    let line = line_of!(UsbNetworkSwitched { outcome: DONE, enabled: true });
    is(&line, "usb_network_switch", &json!({ "type": "port", "id": "usb_network" }), &json!({}));
}

#[test]
fn e11_images_and_files_of_the_shared_drive() {
    let line = line_of!(MediaDeleted { outcome: Outcome::Success, image: name("debian.iso") });
    is(&line, "media_delete", &json!({ "type": "media", "name": "debian.iso" }), &json!({}));
    let drive = json!({ "type": "drive", "id": "drive" });
    let line = line_of!(DriveWiped { outcome: Outcome::Success, size: None });
    is(&line, "drive_wipe", &drive, &json!({}));
    let (file, size) = (name("notes.txt"), Some(ByteSize::new(7)));
    let of_file = json!({ "type": "file", "name": "notes.txt" });
    let line = line_of!(DriveFilePut { outcome: Outcome::Success, file, size });
    is(&line, "drive_file_put", &of_file, &json!({ "size": 7 }));
    let line =
        line_of!(DriveFileTaken { outcome: Outcome::Success, file, taking: DriveTaking::Deleted });
    is(&line, "drive_file_take", &of_file, &json!({ "taking": "deleted" }));
    let mode = MediaMode::Cdrom;
    let line = line_of!(DriveModeChanged {
        outcome: Outcome::Success,
        mode,
        access: DriveAccess::ReadOnly
    });
    is(&line, "drive_mode_change", &drive, &json!({ "mode": "cdrom", "access": "read_only" }));
}

/// Handlers take names as they come: no event is lost because one was odd.
#[test]
fn odd_names_lose_no_event() {
    let long = "x".repeat(300);
    let line = line_of!(MediaDeleted { outcome: Outcome::Success, image: ObjectName::of(&long) });
    assert_eq!(line["object"]["name"].as_str().unwrap(), &long[..256]);
    assert_eq!(line["object"]["name_cut"], 44, "{line}");
    let image = ObjectName::of("https://user:hunter2@mirror.test/debian.iso");
    let line = line_of!(MediaDeleted { outcome: Outcome::Success, image });
    assert_eq!(line["object"]["name"], "https", "{line}");
}

/// Each of them is in the list of the device.
#[test]
fn they_are_in_the_device_s_catalogue() {
    let listed = |name: &str| EVENTS.schemas().any(|schema| schema.event == name);
    for schemas in [GpioSet::SCHEMAS, LoggedInBy::SCHEMAS, DriveWiped::SCHEMAS] {
        assert!(listed(schemas[0].event));
    }
}
