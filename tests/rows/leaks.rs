//! What is given to a ready-made event to be withheld is nowhere: not in its record, in `Debug`, in
//! errors or in a panic's message, in no spelling.

use std::time::Duration;

use audit_core::testing::assert_no_leak;
use audit_core::vocab::{
    ClaimedName, Count, Digest, HttpPath, KeyFingerprint, PasteSize, SessionRef,
};
use audit_core::{Outcome, Withheld};
use audit_events::common::{LoginFailed, LoginRefusal, PasswordChanged, PasswordReset};
use audit_events::hypervisor::{StorageConnectionRegistered, StorageProtocol};
use audit_events::kvm::{KeyboardLayout, MediaFetched, PasteUsed, ScriptRun};
use audit_events::runner::{AccessApiKeyGenerated, AccessLogin, AccessLogout, SecretVariableUsed};
use audit_events::vault::{Registered, Vault};

use crate::kit::{FROM, id, name, user_name};

#[test]
fn of_logins() {
    assert_no_leak(|canary| LoginFailed {
        user: ClaimedName::unknown(canary),
        reason: LoginRefusal::UnknownUser,
        attempt: Some(Count::new(1)),
        password: Some(Withheld::new(canary)),
    });
    let (from, geo) = (FROM.ip(), None);
    assert_no_leak(|canary| AccessLogin {
        outcome: Outcome::Denied(LoginRefusal::BadPassword),
        user: ClaimedName::unknown(canary),
        from,
        geo,
        password: Some(Withheld::new(canary)),
    });
    let user = user_name("alice");
    assert_no_leak(|canary| AccessLogout { user, session: SessionRef::of(canary), from, geo });
    assert_no_leak(|canary| AccessApiKeyGenerated {
        outcome: Outcome::Success,
        user,
        session: SessionRef::of(canary),
        from,
        geo,
        fingerprint: Some(KeyFingerprint::from_sha256_digest([7; 32])),
        api_key: Withheld::new(canary),
    });
}

#[test]
fn of_users_and_their_passwords() {
    let (outcome, user) = (Outcome::Success, user_name("bob"));
    assert_no_leak(|canary| {
        let password = Withheld::new(canary);
        PasswordChanged { outcome, user, id: None, password }
    });
    assert_no_leak(|canary| {
        let password = Withheld::new(canary);
        PasswordReset { outcome, user, id: None, password }
    });
    let key = KeyFingerprint::from_sha256_digest([9; 32]);
    assert_no_leak(|canary| {
        let invite_code = Withheld::new(canary);
        let user = ClaimedName::known("bob");
        Registered { outcome: Outcome::Success, user, from: FROM, key, invite_code }
    });
}

#[test]
fn of_a_kvm() {
    assert_no_leak(|canary| PasteUsed {
        size_bucket: PasteSize::of(canary),
        layout: KeyboardLayout::EnUs,
        text: Withheld::new(canary),
    });
    assert_no_leak(|canary| {
        // The event borrows, and the test's end frees everything.
        let url = format!("https://{canary}@mirror.test/debian.iso?token={canary}#{canary}").leak();
        MediaFetched {
            outcome: Outcome::Success,
            image: name("debian.iso"),
            size: None,
            path: HttpPath::of(url).ok(),
            url: Withheld::new(url),
        }
    });
    assert_no_leak(|canary| ScriptRun {
        outcome: Outcome::Success,
        script: name("wake-lab.sh"),
        digest: Digest::from_sha256_digest([1; 32]),
        exit_status: None,
        duration: Duration::ZERO.into(),
        arguments: Withheld::new(canary),
    });
}

#[test]
fn of_storages_variables_and_vaults() {
    assert_no_leak(|canary| StorageConnectionRegistered {
        outcome: Outcome::Success,
        id: id("conn-1"),
        name: name("backup"),
        protocol: StorageProtocol::Smb,
        url: Withheld::new(canary),
    });
    assert_no_leak(|canary| SecretVariableUsed {
        outcome: Outcome::Success,
        variable: name("apiToken"),
        request: name("user-login-check"),
        value: Withheld::new(canary),
    });
    assert_no_leak(|canary| Vault::Set {
        outcome: Outcome::Success,
        vault: name("team"),
        path: name("account/github"),
        value: Withheld::new(canary),
    });
}
