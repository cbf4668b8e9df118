//! Table B: a manager of virtual machines.

use audit_core::vocab::{ClaimedName, Count};
use audit_core::{AuditEvent as _, Outcome, Withheld, schema::Part};
use audit_events::hypervisor::*;
use serde_json::{Value, json};

use crate::kit::{
    SECRET, alice, id, is_by_alice, log, name, nobody, says, source, user_name, withheld,
};

#[test]
fn b01_logins_password_reset_and_locked_account() {
    let log = log(|writer| {
        LoginSucceeded {}.within(&alice()).to(writer).emit().unwrap();
        let outcome = Outcome::Success;
        let (user, id, password) = (user_name("bob"), Some(id("user-42")), Withheld::new(SECRET));
        PasswordReset { outcome, user, id, password }.within(&alice()).to(writer).emit().unwrap();
        let (claimed, reason) = (ClaimedName::known("bob"), LoginRefusal::AccountLocked);
        let (attempt, password) = (Some(Count::new(6)), Some(Withheld::new(SECRET)));
        let failed = LoginFailed { user: claimed, reason, attempt, password };
        failed.within(&nobody()).to(writer).emit().unwrap();
        let failures = Count::new(5);
        AccountLocked { user, failures }.within(&nobody()).to(writer).emit().unwrap();
        LoggedOut {}.within(&alice()).to(writer).emit().unwrap();
    });
    let [came, reset, failed, locked, went] = log.events() else { panic!("five events") };
    for line in [came, reset, went] {
        is_by_alice(line);
    }
    says(came, &json!({ "action": "login", "outcome": "success" }));
    says(
        reset,
        &json!({ "action": "password_reset", "outcome": "success",
        "object": { "type": "user", "id": "user-42", "name": "bob" },
        "data": { "password": withheld() } }),
    );
    says(failed, &json!({ "action": "login", "outcome": "denied", "reason": "account_locked" }));
    says(
        locked,
        &json!({ "action": "account_lock", "level": "warn", "source": source(),
        "actor": { "service": "login" }, "object": { "type": "user", "name": "bob" },
        "data": { "failures": 5 } }),
    );
    says(went, &json!({ "action": "logout" }));
}

#[test]
fn b02_virtual_machines() {
    let outcome = Outcome::Success;
    let (id, name_) = (id("vm-7"), name("sales-reporting-app"));
    let events = [
        Vm::Created { outcome, id, name: name_ },
        Vm::Started { outcome, id, name: name_ },
        Vm::Migrated { outcome, id, name: name_, from: name("host-1"), to: name("host-2") },
        Vm::Stopped { outcome, id, name: name_ },
        Vm::Deleted { outcome, id, name: name_ },
    ];
    let log = log(|writer| {
        for event in &events {
            event.within(&alice()).to(writer).emit().unwrap();
        }
    });
    let actions = ["vm_create", "vm_power_on", "vm_migrate", "vm_power_off", "vm_delete"];
    assert_eq!(log.events().len(), actions.len());
    for (line, action) in log.events().iter().zip(actions) {
        is_by_alice(line);
        says(
            line,
            &json!({ "action": action, "outcome": "success", "level": "info",
            "object": { "type": "vm", "id": "vm-7", "name": "sales-reporting-app" } }),
        );
    }
    says(&log.events()[2], &json!({ "data": { "from": "host-1", "to": "host-2" } }));
}

#[test]
fn b03_network_and_storage() {
    let outcome = Outcome::Success;
    let log = log(|writer| {
        let (id_, name_) = (id("br-1"), name("lab"));
        BridgeCreated { outcome, id: id_, name: name_ }.within(&alice()).to(writer).emit().unwrap();
        let (id_, name_) = (id("pool-1"), name("fast"));
        let formatted = StoragePoolFormatted { outcome, id: id_, name: name_ };
        formatted.within(&alice()).to(writer).emit().unwrap();
        let registered = StorageConnectionRegistered {
            outcome,
            id: id("conn-1"),
            name: name("backup"),
            protocol: StorageProtocol::Nfs,
            url: Withheld::new("nfs://root:hunter2-Sw0rdfish@filer.test/export"),
        };
        registered.within(&alice()).to(writer).emit().unwrap();
    });
    log.hides("filer.test");
    let [bridge, pool, connection] = log.events() else { panic!("three events") };
    log.events().iter().for_each(is_by_alice);
    says(
        bridge,
        &json!({ "event": "network_bridge_created", "action": "network_bridge_create",
        "object": { "type": "network_bridge", "id": "br-1", "name": "lab" } }),
    );
    says(
        pool,
        &json!({ "action": "storage_pool_format",
        "object": { "type": "storage_pool", "id": "pool-1", "name": "fast" } }),
    );
    says(
        connection,
        &json!({ "action": "storage_connection_register",
        "object": { "type": "storage_connection", "id": "conn-1", "name": "backup" },
        "data": { "protocol": "nfs", "url": withheld() } }),
    );
}

#[test]
fn b04_users_groups_and_scoped_permissions() {
    let (user, id_, outcome) = (user_name("bob"), Some(id("user-42")), Outcome::Success);
    let log = log(|writer| {
        let role = None;
        UserCreated { outcome, user, id: id_, role }.within(&alice()).to(writer).emit().unwrap();
        let (group, group_id) = (name("operators"), Some(id("group-3")));
        let added = GroupMemberAdded { outcome, group, id: group_id, user };
        added.within(&alice()).to(writer).emit().unwrap();
        let (permission, scope) = (name("vm.power"), Some(name("/lab/tests")));
        let granted = PermissionGranted { outcome, user, id: id_, permission, scope };
        granted.within(&alice()).to(writer).emit().unwrap();
    });
    let [created, added, granted] = log.events() else { panic!("three events") };
    log.events().iter().for_each(is_by_alice);
    let bob = json!({ "type": "user", "id": "user-42", "name": "bob" });
    says(created, &json!({ "action": "user_create", "object": bob, "data": { "role": null } }));
    says(
        added,
        &json!({ "action": "group_member_add", "data": { "user": "bob" },
        "object": { "type": "group", "id": "group-3", "name": "operators" } }),
    );
    says(
        granted,
        &json!({ "action": "permission_grant", "object": bob,
        "data": { "permission": "vm.power", "scope": "/lab/tests" } }),
    );
}

#[test]
fn b05_every_record_has_time_subject_action_object_and_status() {
    let stopped = |outcome| Vm::Stopped { outcome, id: id("vm-7"), name: name("sales") };
    let log = log(|writer| {
        let failed = Outcome::Failure(HypervisorError::GuestUnresponsive);
        let denied = Outcome::Denied(HypervisorError::NotPermitted);
        for outcome in [Outcome::Success, failed, denied] {
            stopped(outcome).within(&alice()).to(writer).emit().unwrap();
        }
    });
    let status = |line: &Value| {
        ["outcome", "level", "reason"].map(|key| line[key].as_str().unwrap_or("-").to_owned())
    };
    let [done, failed, denied] = log.events() else { panic!("three events") };
    assert_eq!(status(done), ["success", "info", "-"]);
    assert_eq!(status(failed), ["failure", "error", "guest_unresponsive"]);
    assert_eq!(status(denied), ["denied", "warn", "not_permitted"]);
    for line in log.events() {
        is_by_alice(line);
        says(
            line,
            &json!({ "time": "2026-11-20T12:00:00.123456Z", "action": "vm_power_off",
            "object": { "type": "vm", "id": "vm-7", "name": "sales" } }),
        );
    }
    // None of the events of this catalogue may leave one of them out: without it it does not
    // compile (`tests/ui/fail/missing_*.rs`), and none says that there is none.
    for schema in EVENTS.schemas() {
        let parts = [schema.actor, schema.source, schema.object];
        assert!(!parts.iter().any(|part| matches!(part, Part::None(_))), "{}", schema.event);
    }
    assert_eq!(Vm::SCHEMAS.len(), 5);
}
