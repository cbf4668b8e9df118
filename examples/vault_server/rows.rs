//! The server, driven over TCP and looked at line by line, row by row of table D in
//! `docs/coverage.md`.

use std::collections::BTreeSet;

use audit_core::{AuditEvent, Stream};
use audit_events::vault::EVENTS;
use audit_log::reader::{Json, Line};

use crate::client::{Client, User};
use crate::log::{self, text};
use crate::record::TurnedAway;
use crate::secrets;
use crate::world::{OTHER_SECRET, SECRET, World, told};

/// The category of a line's event, which stands in its schema.
fn category(line: &Line) -> Option<&'static str> {
    let event = text(line, "event")?;
    let own = TurnedAway::SCHEMAS.iter().copied();
    EVENTS.schemas().chain(own).find(|schema| schema.event == event).map(|schema| schema.category)
}

/// The lines of operations on vaults.
fn of_vaults(events: &[Line]) -> Vec<String> {
    events.iter().filter(|line| category(line) == Some("vault")).map(told).collect()
}

/// How many lines of operations the preparation makes.
const PREPARED: usize = 4;

#[test]
fn d01_every_connection_refused_login_and_command_is_in_one_log() {
    let mut world = World::new();
    let address = world.server.address();
    let [alice, bob, _] = &world.users;
    let mut stranger = Client::connect(address).unwrap();
    assert_eq!(stranger.login("nobody", bob).unwrap(), "DENIED unknown_user");
    assert_eq!(stranger.login("alice", bob).unwrap(), "DENIED unknown_key");
    let rsa = format!("AUTH alice ssh-rsa {} 00", alice.public());
    assert_eq!(stranger.ask(&rsa).unwrap(), "DENIED key_type_refused");
    assert!(stranger.next().is_err(), "three refused logins end the connection");
    // A signature that was made on another connection is good for nothing.
    let forged = format!("AUTH alice ed25519 {} {}", alice.public(), "0".repeat(128));
    let mut other = Client::connect(address).unwrap();
    assert_eq!(other.ask(&forged).unwrap(), "DENIED unknown_key");
    assert_eq!(other.ask("GET team db").unwrap(), "DENIED not_a_member");
    drop(other);
    world.asks("alice", "LIST team", "OK db");
    world.asks("bob", "GET team nothing", "ERROR secret_not_found");
    world.asks("mallory", "SUDO", "ERROR invalid_command");
    world.asks("mallory", "SET team db", "ERROR invalid_command");
    // All of it stands in one file of the data directory.
    let names = std::fs::read_dir(world.dir()).unwrap().map(|it| it.unwrap().file_name());
    let logs: Vec<_> = names.filter(|it| it.to_string_lossy().ends_with(".jsonl")).collect();
    assert_eq!(logs, ["audit.jsonl"]);
    let events = world.end();
    let logins: Vec<String> =
        events.iter().filter(|line| category(line) == Some("authentication")).map(told).collect();
    let connected = |user| format!("INFO connect success - {user}");
    assert_eq!(logins[..3], ["alice", "bob", "mallory"].map(connected));
    let expected = [
        "WARN login denied unknown_user -", // Who has no account is told by a pseudonym.
        "WARN login denied unknown_key alice",
        "WARN login denied key_type_refused alice",
        "WARN login denied unknown_key alice",
    ];
    let refused: Vec<&String> = logins.iter().filter(|line| line.contains(" login ")).collect();
    assert_eq!(refused, expected.iter().collect::<Vec<_>>());
    let mut away: Vec<&String> = logins.iter().filter(|it| it.contains("connect denied")).collect();
    away.sort();
    assert_eq!(away, ["WARN connect denied hung_up -", "WARN connect denied too_many_attempts -"]);
    let commands: Vec<String> = events
        .iter()
        .filter(|line| category(line) == Some("command"))
        .map(|line| format!("{} {}", told(line), text(line, "data.op").unwrap()))
        .collect();
    let expected = [
        "INFO command success - alice create",
        "INFO command success - alice set",
        "INFO command success - alice invite",
        "INFO command success - bob accept",
        "WARN command_denied denied not_a_member - get",
        "INFO command success - alice list",
        "ERROR command failure secret_not_found bob get",
        "ERROR command failure invalid_command mallory other",
        "ERROR command failure invalid_command mallory set",
    ];
    assert_eq!(commands, expected);
    assert!(events.iter().all(|line| text(line, "source.ip") == Some("127.0.0.1")));
}

#[test]
fn d02_registration_and_every_operation_that_is_done() {
    let mut world = World::new();
    world.asks("alice", "GET team db", &format!("OK {SECRET}"));
    world.asks("alice", "PROMOTE team bob", "OK");
    world.asks("bob", "DEMOTE team alice", "OK");
    world.asks("alice", &format!("SET team api {OTHER_SECRET}"), "OK");
    world.asks("alice", "DEL team api", "OK");
    world.asks("bob", "REVOKE team alice", "OK");
    world.asks("bob", "DESTROY team", "OK");
    world.asks("bob", "GET team db", "ERROR vault_not_found");
    let events = world.end();
    let registered: Vec<String> = events
        .iter()
        .filter(|line| text(line, "action") == Some("registration"))
        .map(told)
        .collect();
    let expected =
        ["alice", "bob", "mallory"].map(|user| format!("INFO registration success - {user}"));
    assert_eq!(registered, expected);
    let expected = [
        "INFO vault_create success - alice",
        "INFO vault_set success - alice",
        "INFO vault_invite success - alice",
        "INFO vault_accept success - bob",
        "INFO vault_get success - alice",
        "INFO vault_promote success - alice",
        "INFO vault_demote success - bob",
        "INFO vault_set success - alice",
        "INFO vault_del success - alice",
        "INFO vault_revoke success - bob",
        "INFO vault_destroy success - bob",
        "ERROR vault_get failure vault_not_found bob",
    ];
    assert_eq!(of_vaults(&events), expected);
    assert!(
        events
            .iter()
            .all(|line| text(line, "object.type").is_some() || told(line).contains("command"))
    );
}

#[test]
fn d03_every_denied_operation_warns_by_its_name_and_with_a_reason() {
    let mut world = World::new();
    let denied = [
        ("mallory", "GET team db", "get", "not_a_member"),
        ("mallory", "SET team db x", "set", "not_a_member"),
        ("mallory", "DEL team db", "del", "not_a_member"),
        ("mallory", "CREATE team/x", "create", "not_a_member"),
        ("bob", "CREATE team/x", "create", "not_an_admin"),
        ("mallory", "INVITE team mallory", "invite", "not_a_member"),
        ("bob", "INVITE team mallory", "invite", "not_an_admin"),
        ("mallory", "ACCEPT team", "accept", "invite_unknown"),
        ("bob", "PROMOTE team bob", "promote", "not_an_admin"),
        ("bob", "DEMOTE team alice", "demote", "not_an_admin"),
        ("bob", "REVOKE team alice", "revoke", "not_an_admin"),
        ("bob", "DESTROY team", "destroy", "not_an_admin"),
        ("mallory", "DESTROY team", "destroy", "not_a_member"),
    ];
    for (user, line, _, reason) in denied {
        world.asks(user, line, &format!("DENIED {reason}"));
    }
    // None of it was done.
    world.asks("alice", "GET team db", &format!("OK {SECRET}"));
    let mut guest = Client::connect(world.server.address()).unwrap();
    let late = User::new("late").unwrap();
    assert_eq!(guest.register(&late, "kh_no_such_code").unwrap(), "DENIED invite_unknown");
    let events = world.end();
    let expected: Vec<String> = denied
        .map(|(user, _, op, reason)| format!("WARN vault_{op}_denied denied {reason} {user}"))
        .to_vec();
    let told_of = of_vaults(&events);
    assert_eq!(told_of[PREPARED..told_of.len() - 1], expected);
    let all: Vec<String> = events.iter().map(told).collect();
    let registration = "WARN registration_denied denied invite_unknown -".to_owned();
    assert!(all.contains(&registration), "{all:?}");
    let commands = all.iter().filter(|line| line.starts_with("WARN command_denied denied "));
    assert_eq!(commands.count(), denied.len());
}

#[test]
fn d04_every_failed_operation_is_an_error_with_its_code() {
    let mut world = World::new();
    let failed = [
        ("alice", "GET team missing", "get", "secret_not_found"),
        ("alice", "GET nowhere db", "get", "vault_not_found"),
        ("alice", "SET nowhere db x", "set", "vault_not_found"),
        ("alice", "DEL team missing", "del", "secret_not_found"),
        ("alice", "CREATE team", "create", "already_exists"),
        ("alice", "INVITE team nobody", "invite", "user_not_found"),
        ("bob", "ACCEPT team", "accept", "already_exists"),
        ("alice", "PROMOTE team mallory", "promote", "user_not_found"),
        ("alice", "DEMOTE team alice", "demote", "last_admin"),
        ("alice", "REVOKE team mallory", "revoke", "user_not_found"),
        ("alice", "DESTROY nowhere", "destroy", "vault_not_found"),
    ];
    for (user, line, _, code) in failed {
        world.asks(user, line, &format!("ERROR {code}"));
    }
    let mut guest = Client::connect(world.server.address()).unwrap();
    let code = world.kept.iter().filter(|secret| secret.starts_with("kh_")).nth(3).unwrap();
    assert_eq!(guest.register(&world.users[0], code).unwrap(), "ERROR already_exists");
    let events = world.end();
    let expected: Vec<String> = failed
        .map(|(user, _, op, code)| format!("ERROR vault_{op} failure {code} {user}"))
        .to_vec();
    assert_eq!(of_vaults(&events)[PREPARED..], expected);
    let all: Vec<String> = events.iter().map(told).collect();
    let registration = "ERROR registration failure already_exists alice".to_owned();
    assert!(all.contains(&registration), "{all:?}");
    // What was done is told as such.
    assert!(of_vaults(&events)[..PREPARED].iter().all(|line| line.starts_with("INFO ")));
}

/// The scenario restarts the server: what was there stays as it is, and the log goes on behind it.
#[test]
fn d05_the_log_goes_on_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data");
    let keys = log::draw_keys(&dir, &[Stream::Audit]).unwrap();
    let mut before = Vec::new();
    for runs in 1..=2 {
        let kept = crate::scenario::play(&dir).unwrap();
        log::conclude(&dir, &keys, &kept).unwrap();
        let now = std::fs::read(dir.join("audit.jsonl")).unwrap();
        assert!(now.len() > before.len() && now.starts_with(&before), "nothing was changed");
        before = now;
        let events = log::events(&dir, Stream::Audit).unwrap();
        let seen: BTreeSet<&str> = events.iter().map(|line| line.run.as_deref().unwrap()).collect();
        assert_eq!(seen.len(), 2 * runs, "each start is a run");
        assert!(events.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    }
}

#[test]
fn d06_no_invite_code_value_or_key_is_in_a_file() {
    let mut world = World::new();
    world.asks("alice", &format!("SET team api {OTHER_SECRET}"), "OK");
    // A code that was used, and a secret where there is none to be.
    let used = world.kept.iter().find(|secret| secret.starts_with("kh_")).unwrap().clone();
    let mut guest = Client::connect(world.server.address()).unwrap();
    let late = User::new("late").unwrap();
    assert_eq!(guest.register(&late, &used).unwrap(), "DENIED invite_unknown");
    assert_eq!(guest.ask(&format!("REGISTER {used}")).unwrap(), "ERROR invalid_command");
    world.asks("mallory", OTHER_SECRET, "ERROR invalid_command");
    world.asks("mallory", &format!("GET team {OTHER_SECRET}"), "ERROR invalid_command");
    let (home, kept) = (world.dir(), world.kept.clone());
    // Already while the server runs.
    let text_of_all = secrets::everything_below(&home).unwrap();
    assert!(!kept.iter().any(|secret| secrets::holds(&text_of_all, secret)));
    let events = world.end();
    let registrations = events.iter().filter(|line| {
        text(line, "action").is_some_and(|action| action.starts_with("registration"))
    });
    let mut count = 0;
    for line in registrations {
        let withheld = line.get("withheld").and_then(Json::as_list).unwrap();
        assert!(withheld.contains(&Json::Text("invite_code".to_owned())));
        count += 1;
    }
    assert_eq!(count, 4);
}

/// What changes something stands in the file when it is answered: the test looks at once.
#[test]
fn d01_a_change_is_recorded_before_it_is_answered() {
    let mut world = World::new();
    let file = world.dir().join("audit.jsonl");
    for count in 0..20 {
        world.asks("alice", &format!("CREATE vault-{count}"), "OK");
        let text = std::fs::read_to_string(&file).unwrap();
        let line = text.lines().find(|line| line.contains(&format!(r#""name":"vault-{count}""#)));
        assert!(line.unwrap().contains(r#""action":"vault_create""#));
    }
    world.end();
}
