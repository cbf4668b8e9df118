//! What the device's events give away, tested.

use audit_core::testing::{assert_locked, assert_no_leak};
use audit_core::vocab::{
    ByteSize, ClaimedName, HttpPath, ObjectName, PasteSize, SessionRef, UserName,
};
use audit_core::{Outcome, Withheld};
use std::net::SocketAddr;

use crate::events::{
    EVENTS, KeyboardLayout, LoginFailed, LoginRefusal, LoginSucceeded, MediaMode, MediaMounted,
    MediaRefusal, PasteUsed,
};

const FROM: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 17)), 54321);

#[test]
fn what_is_recorded_is_as_committed() {
    assert_locked(&EVENTS, concat!(env!("CARGO_MANIFEST_DIR"), "/kvm_device/events.lock"));
}

#[test]
fn every_event_is_in_the_list() {
    let declared = include_str!("events.rs").matches("#[derive(AuditEvent)]").count();
    assert_eq!(EVENTS.schemas().count(), declared);
}

#[test]
fn a_session_cookie_stays_unsaid() {
    assert_no_leak(|canary| LoginSucceeded {
        user: UserName::new("alice").unwrap(),
        session: SessionRef::of(canary),
        from: FROM,
    });
}

#[test]
fn neither_a_password_nor_an_unknown_name_is_said() {
    assert_no_leak(|canary| LoginFailed {
        user: ClaimedName::unknown(canary),
        from: FROM,
        reason: LoginRefusal::UnknownUser,
        attempt: 1,
        password: Withheld::new(canary),
    });
}

#[test]
fn nothing_is_said_of_a_pasted_text() {
    assert_no_leak(|canary| PasteUsed {
        size: PasteSize::of(canary),
        layout: KeyboardLayout::EnUs,
        text: Withheld::new(canary),
    });
}

#[test]
fn of_a_url_nothing_is_said_but_its_path() {
    assert_no_leak(|canary| {
        // The event borrows, and the test's end frees everything.
        let url = format!("https://{canary}@mirror.test/debian-13.iso?token={canary}").leak();
        MediaMounted {
            outcome: Outcome::Denied(MediaRefusal::AlreadyMounted),
            image: ObjectName::new("debian-13.iso").unwrap(),
            path: HttpPath::of(url).ok(),
            size: ByteSize::new(1),
            mode: MediaMode::Cdrom,
            url: Withheld::new(url),
        }
    });
}
