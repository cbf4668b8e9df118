//! Table C: a runner of requests to APIs.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use audit_core::vocab::{
    ClaimedName, Count, GeoLabel, HttpStatus, KeyFingerprint, SessionRef, Version,
};
use audit_core::{AuditEvent, Outcome, Stream, Withheld};
use audit_events::runner::*;
use serde_json::{Value, json};

use crate::kit::{COOKIE, SECRET, alice, id, is_by_alice, log, name, says, user_name, withheld};

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 17));

/// The stream of all schemas of an event.
fn stream<E: AuditEvent>() -> Stream {
    assert_eq!(E::SCHEMAS.len(), 1);
    E::SCHEMAS[0].stream
}

#[test]
fn c02_connectors_executions_retries_and_health_checks() {
    let (execution, request) = (id("run-1"), name("user-login-check"));
    let (outcome, connector) = (Outcome::Success, name("eu-1"));
    let log = log(|writer| {
        let version = Version::new("1.4.0").unwrap();
        ConnectorStarted { outcome, connector, version }.to(writer).emit().unwrap();
        let started = RequestExecutionStarted { execution, request };
        started.within(&alice()).to(writer).emit().unwrap();
        let (reason, attempt) = (RunnerError::TimedOut, Count::new(1));
        let retried = RequestRetried { reason, execution, request, attempt };
        retried.within(&alice()).to(writer).emit().unwrap();
        let ended = RequestExecutionEnded {
            outcome: Outcome::Failure(RunnerError::ServerError),
            execution,
            request,
            status: HttpStatus::new(503).ok(),
            duration: Duration::from_millis(2100).into(),
        };
        ended.within(&alice()).to(writer).emit().unwrap();
        let duration = Duration::from_millis(12).into();
        let checked = HealthCheckTriggered { outcome, connector, duration };
        checked.within(&alice()).to(writer).emit().unwrap();
        let uptime = Duration::from_secs(9).into();
        ConnectorStopped { outcome, connector, uptime }.to(writer).emit().unwrap();
    });
    let [started, begun, retried, ended, checked, stopped] = log.events() else {
        panic!("six events")
    };
    let eu = json!({ "type": "connector", "name": "eu-1" });
    let run = json!({ "type": "request", "id": "run-1", "name": "user-login-check" });
    says(
        started,
        &json!({ "action": "connector_start", "outcome": "success", "object": eu,
        "actor": { "service": "connector" }, "data": { "version": "1.4.0" } }),
    );
    says(begun, &json!({ "action": "request_execution_start", "object": run }));
    says(
        retried,
        &json!({ "action": "request_retry", "outcome": "failure", "level": "warn",
        "reason": "timed_out", "object": run, "data": { "attempt": 1 } }),
    );
    says(
        ended,
        &json!({ "action": "request_execution_end", "outcome": "failure",
        "level": "error", "reason": "server_error", "object": run,
        "data": { "status": 503, "duration": 2100 } }),
    );
    says(checked, &json!({ "action": "health_check", "object": eu, "data": { "duration": 12 } }));
    says(stopped, &json!({ "action": "connector_stop", "data": { "uptime": 9000 } }));
    [begun, retried, ended, checked].into_iter().for_each(is_by_alice);
    let streams = [
        stream::<ConnectorStarted<'_>>(),
        stream::<ConnectorStopped<'_>>(),
        stream::<RequestExecutionStarted<'_>>(),
        stream::<RequestExecutionEnded<'_>>(),
        stream::<RequestRetried<'_>>(),
        stream::<HealthCheckTriggered<'_>>(),
    ];
    assert_eq!(streams, [Stream::Application; 6]);
}

#[test]
fn c03_secret_variables_roles_permissions_and_users() {
    let (user, id_) = (user_name("johndoe@runner.test"), None);
    let log = log(|writer| {
        for variable in ["apiToken", "test-variable"] {
            let (variable, request) = (name(variable), name("user-login-check"));
            let value = Withheld::new(SECRET);
            let outcome = Outcome::Success;
            let used = SecretVariableUsed { outcome, variable, request, value };
            used.within(&alice()).to(writer).emit().unwrap();
        }
        let outcome = Outcome::Success;
        let (old, new) = (Some(name("editor")), name("tenant_admin"));
        RoleChanged { outcome, user, id: id_, old, new }
            .within(&alice())
            .to(writer)
            .emit()
            .unwrap();
        let (permission, scope) = (name("variables.read"), None);
        let granted = PermissionGranted { outcome, user, id: id_, permission, scope };
        granted.within(&alice()).to(writer).emit().unwrap();
        let revoked = PermissionRevoked { outcome, user, id: id_, permission, scope };
        revoked.within(&alice()).to(writer).emit().unwrap();
        UserDisabled { outcome, user, id: id_ }.within(&alice()).to(writer).emit().unwrap();
        UserReactivated { outcome, user, id: id_ }.within(&alice()).to(writer).emit().unwrap();
    });
    log.events().iter().for_each(is_by_alice);
    let [first, second, role, granted, revoked, disabled, reactivated] = log.events() else {
        panic!("seven events")
    };
    for (line, variable) in [(first, "apiToken"), (second, "test-variable")] {
        says(
            line,
            &json!({ "action": "secret_variable_use", "outcome": "success",
            "object": { "type": "secret_variable", "name": variable },
            "data": { "request": "user-login-check", "value": withheld() } }),
        );
    }
    let of_john = |line: &Value, action| {
        says(line, &json!({ "action": action }));
        assert_eq!(line["object"]["name"], "johndoe@runner.test");
    };
    of_john(role, "role_change");
    says(role, &json!({ "data": { "old": "editor", "new": "tenant_admin" } }));
    of_john(granted, "permission_grant");
    of_john(revoked, "permission_revoke");
    of_john(disabled, "user_disable");
    of_john(reactivated, "user_reactivate");
    assert_eq!(stream::<SecretVariableUsed<'_>>(), Stream::Audit);
    assert_eq!(stream::<RoleChanged<'_>>(), Stream::Audit);
}

#[test]
fn c04_logins_keys_expired_sessions_and_logouts() {
    let (user, session) = (user_name("alice"), SessionRef::of(COOKIE));
    let geo = GeoLabel::new("US").ok();
    let log = log(|writer| {
        for (outcome, claimed) in [
            (Outcome::Success, ClaimedName::known("alice")),
            (Outcome::Denied(LoginRefusal::BadPassword), ClaimedName::known("alice")),
            (Outcome::Denied(LoginRefusal::UnknownUser), ClaimedName::unknown(SECRET)),
        ] {
            let password = Some(Withheld::new(SECRET));
            let login = AccessLogin { outcome, user: claimed, from: FROM, geo, password };
            login.to(writer).emit().unwrap();
        }
        let generated = AccessApiKeyGenerated {
            outcome: Outcome::Success,
            user,
            session,
            from: FROM,
            geo,
            fingerprint: Some(KeyFingerprint::from_sha256_digest([7; 32])),
            api_key: Withheld::new(SECRET),
        };
        generated.to(writer).emit().unwrap();
        let idle = Duration::from_secs(900).into();
        let expired = AccessSessionExpired { user, session, from: FROM, geo, idle };
        expired.to(writer).emit().unwrap();
        AccessLogout { user, session, from: FROM, geo: None }.to(writer).emit().unwrap();
    });
    let [came, wrong, unknown, key, expired, went] = log.events() else { panic!("six events") };
    for line in log.events() {
        says(line, &json!({ "source": { "ip": "192.0.2.17" } }));
    }
    says(
        came,
        &json!({ "action": "login", "outcome": "success", "level": "info",
        "actor": { "user": "alice" }, "data": { "geo": "US", "password": withheld() } }),
    );
    says(
        wrong,
        &json!({ "action": "login", "outcome": "denied", "level": "warn",
        "reason": "bad_password", "actor": { "user": "alice" } }),
    );
    assert!(unknown["actor"]["user_pseudonym"].is_string(), "{unknown}");
    says(
        key,
        &json!({ "action": "api_key_generate", "outcome": "success",
        "data": { "geo": "US", "api_key": withheld() } }),
    );
    let fingerprint = key["data"]["fingerprint"].as_str().unwrap();
    assert!(fingerprint.starts_with("SHA256:"), "{fingerprint}");
    says(expired, &json!({ "action": "session_expire", "data": { "idle": 900000 } }));
    says(went, &json!({ "action": "logout", "data": { "geo": null } }));
    assert_eq!(key["actor"], went["actor"]);
    let streams = [
        stream::<AccessLogin<'_>>(),
        stream::<AccessApiKeyGenerated<'_>>(),
        stream::<AccessSessionExpired<'_>>(),
        stream::<AccessLogout<'_>>(),
    ];
    assert_eq!(streams, [Stream::Access; 4]);
}
