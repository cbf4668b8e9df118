//! Table D: a vault.

use std::sync::Arc;

use audit_core::vocab::{ClaimedName, KeyFingerprint};
use audit_core::{Outcome, Stream, Withheld};
use audit_events::vault::*;
use audit_writer::Writer;
use audit_writer::storage::MemoryStorage;
use serde_json::json;

use crate::kit::{
    FROM, SECRET, alice, is_by_alice, log, name, nobody, says, source, user, user_name, withheld,
};

const KEY: KeyFingerprint = KeyFingerprint::from_sha256_digest([9; 32]);

#[test]
fn d01_connections_refused_logins_and_commands() {
    let log = log(|writer| {
        let connected = ClientConnected { user: user_name("alice"), from: FROM, key: KEY };
        connected.to(writer).emit().unwrap();
        let (claimed, reason) = (ClaimedName::known("mallory"), LoginRefusal::KeyTypeRefused);
        let refused = LoginFailed { user: claimed, reason, attempt: None, password: None };
        refused.within(&nobody()).to(writer).emit().unwrap();
        let (op, path) = (VaultOp::Get, Some(name("account/github")));
        let command = CommandRun { outcome: Outcome::Success, op, path };
        command.within(&alice()).to(writer).emit().unwrap();
        let command = CommandRun { outcome: Outcome::Success, op: VaultOp::List, path: None };
        command.within(&alice()).to(writer).emit().unwrap();
    });
    let [connected, refused, command, list] = log.events() else { panic!("four events") };
    says(
        connected,
        &json!({ "action": "connect", "outcome": "success", "level": "info",
        "actor": { "user": "alice" }, "source": source() }),
    );
    assert!(connected["data"]["key"].as_str().unwrap().starts_with("SHA256:"), "{connected}");
    says(
        refused,
        &json!({ "action": "login", "outcome": "denied", "level": "warn",
        "reason": "key_type_refused", "actor": { "user": "mallory" }, "source": source(),
        "data": { "attempt": null, "password": null } }),
    );
    is_by_alice(command);
    says(
        command,
        &json!({ "action": "command", "outcome": "success", "level": "info",
        "object": { "type": "secret", "name": "account/github" }, "data": { "op": "get" } }),
    );
    says(list, &json!({ "data": { "op": "list" } }));
    // All of it goes into one log.

    assert!(EVENTS.schemas().all(|schema| schema.stream == Stream::Audit));
}

/// Each operation on a vault, with an outcome.
fn operations(outcome: Outcome<VaultError>) -> [Vault<'static>; 10] {
    let (vault, path, target) = (name("team"), name("account/github"), user_name("bob"));
    [
        Vault::Get { outcome, vault, path },
        Vault::Set { outcome, vault, path, value: Withheld::new(SECRET) },
        Vault::Del { outcome, vault, path },
        Vault::Create { outcome, vault },
        Vault::Invite { outcome, vault, target },
        Vault::Accept { outcome, vault },
        Vault::Promote { outcome, vault, target },
        Vault::Demote { outcome, vault, target },
        Vault::Revoke { outcome, vault, target },
        Vault::Destroy { outcome, vault },
    ]
}

const NAMES: [&str; 10] =
    ["get", "set", "del", "create", "invite", "accept", "promote", "demote", "revoke", "destroy"];

fn registered(outcome: Outcome<VaultError>) -> Registered<'static> {
    let invite_code = Withheld::new(SECRET);
    Registered { outcome, user: ClaimedName::known("bob"), from: FROM, key: KEY, invite_code }
}

#[test]
fn d02_registration_and_every_operation() {
    let log = log(|writer| {
        registered(Outcome::Success).to(writer).emit().unwrap();
        for event in operations(Outcome::Success) {
            event.within(&alice()).to(writer).emit().unwrap();
        }
    });
    let (registration, operations) = log.events().split_first().unwrap();
    says(
        registration,
        &json!({ "event": "registration", "action": "registration",
        "outcome": "success", "actor": { "user": "bob" }, "source": source() }),
    );
    assert_eq!(operations.len(), NAMES.len());
    for (line, op) in operations.iter().zip(NAMES) {
        let name = format!("vault_{op}");
        is_by_alice(line);
        says(
            line,
            &json!({ "event": name, "action": name, "outcome": "success",
            "level": "info", "object": { "type": "vault", "name": "team" } }),
        );
    }
    says(&operations[0], &json!({ "data": { "path": "account/github" } }));
    says(&operations[1], &json!({ "data": { "value": withheld() } }));
    says(&operations[4], &json!({ "data": { "target": "bob" } }));
}

#[test]
fn d03_a_denied_operation_is_named_so_and_has_a_reason() {
    let log = log(|writer| {
        let denied = Outcome::Denied(VaultError::NotAMember);
        for event in operations(denied) {
            event.within(&user("mallory")).to(writer).emit().unwrap();
        }
    });
    assert_eq!(log.events().len(), NAMES.len());
    for (line, op) in log.events().iter().zip(NAMES) {
        says(
            line,
            &json!({ "event": format!("vault_{op}"),
            "action": format!("vault_{op}_denied"), "outcome": "denied", "level": "warn",
            "reason": "not_a_member" }),
        );
        assert_eq!(line["actor"]["user"], "mallory");
    }
}

#[test]
fn d04_the_level_follows_the_outcome_and_an_error_is_a_label() {
    let log = log(|writer| {
        for outcome in [
            Outcome::Success,
            Outcome::Denied(VaultError::NotAnAdmin),
            Outcome::Failure(VaultError::SecretNotFound),
        ] {
            let (op, path) = (VaultOp::Get, Some(name("missing/secret")));
            CommandRun { outcome, op, path }.within(&alice()).to(writer).emit().unwrap();
        }
    });
    let [done, denied, failed] = log.events() else { panic!("three events") };
    says(done, &json!({ "action": "command", "level": "info", "outcome": "success" }));
    says(
        denied,
        &json!({ "action": "command_denied", "level": "warn", "outcome": "denied",
        "reason": "not_an_admin" }),
    );
    says(
        failed,
        &json!({ "action": "command", "level": "error", "outcome": "failure",
        "reason": "secret_not_found" }),
    );
}

#[test]
fn d06_an_invite_code_is_in_no_line() {
    let log = log(|writer| registered(Outcome::Success).to(writer).emit().unwrap());
    log.hides(SECRET);
    says(log.only(), &json!({ "data": { "invite_code": withheld() } }));
}

#[test]
fn d05_lines_are_added_behind_those_that_are_there() {
    let storage = MemoryStorage::new();
    let mut before = Vec::new();
    for start in 1..=3 {
        let writer = Writer::builder_on(Arc::new(storage.clone())).start().unwrap();
        registered(Outcome::Success).to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete());
        let now = storage.bytes("audit.jsonl").unwrap();
        assert!(now.starts_with(&before), "what was there is there no more");
        let lines = String::from_utf8(now.clone()).unwrap();
        let registrations = lines.matches(r#""kind":"event""#).count();
        assert_eq!(registrations, start);
        before = now;
    }
}
