//! Who did it, case by case, through the face of the crate.

use crate::{Action, Actor, Confidence, Config, FileId, Ingest, Log, Told, Unconfirmed, Why};
use proptest::prelude::*;

pub(super) fn access(address: &str, second: u32, request: &str, status: u16) -> String {
    let (hour, minute) = (2 + second / 3600, second / 60 % 60);
    let time = format!("21/Nov/2026:{hour:02}:{minute:02}:{:02} +0000", second % 60);
    format!("{address} - - [{time}] \"{request} HTTP/1.1\" {status} 3 \"-\" \"-\"\n")
}

fn note(second: u32, millis: u32, logger: &str, message: &str) -> String {
    let time = format!("2026-11-21 02:{:02}:{:02}.{millis:03}", second / 60, second % 60);
    format!("{time} {logger:<15} INFO {message}\n")
}

fn asks(second: u32, millis: u32, address: &str, name: &str) -> String {
    note(second, millis, "api", &format!("Login request from IP {address}"))
        + &note(second, millis, "auth", &format!("Checking authentication for user {name}"))
}

fn login(second: u32, millis: u32, address: &str, name: &str) -> String {
    asks(second, millis, address, name)
        + &note(second, millis + 1, "session", &format!("Started session for user {name}"))
}

pub(super) fn read(access: &str, app: &str) -> (Vec<Action>, Vec<Unconfirmed>) {
    read_bytes(&Config::default(), access.as_bytes(), app.as_bytes())
}

fn read_bytes(config: &Config, access: &[u8], app: &[u8]) -> (Vec<Action>, Vec<Unconfirmed>) {
    let (mut actions, mut unconfirmed) = (Vec::new(), Vec::new());
    let mut ingest = Ingest::new(config.clone());
    let mut take = |told: Told| match told {
        Told::Action(it) => actions.push(it),
        Told::Unconfirmed(it) => unconfirmed.push(it),
        Told::Session(_) => {}
    };
    ingest.open(Log::Access, FileId { inode: 1, ..FileId::default() });
    ingest.open(Log::App, FileId { inode: 2, ..FileId::default() });
    ingest.push(Log::App, app, &mut take);
    ingest.push(Log::Access, access, &mut take);
    ingest.finish(&mut take);
    (actions, unconfirmed)
}

fn who(action: &Action) -> String {
    let actor = match &action.actor {
        Actor::Known(name) => name.to_string(),
        Actor::Candidates { users, others } => {
            let users: Vec<_> = users.iter().map(ToString::to_string).collect();
            users.join("|") + if *others { "|?" } else { "" }
        }
        other => format!("{other:?}"),
    };
    format!("{actor} {:?} {:?}", action.confidence, action.why)
}

const AUTH: &str = "POST /api/auth";
const PASTE: &str = "POST /api/paste";

#[test]
fn a_login_is_joined_by_address_and_time_and_later_actions_by_session() {
    let log = access("1.1.1.1", 1, AUTH, 200)
        + &access("1.1.1.1", 9, PASTE, 200)
        + &access("2.2.2.2", 9, PASTE, 401)
        + &access("1.1.1.1", 20, "POST /api/logout", 200)
        + &access("1.1.1.1", 21, PASTE, 200);
    let app = login(1, 5, "6.6.6.6, 1.1.1.1", "alice")
        + &note(20, 5, "session", "Ended session for user alice");
    let (actions, unconfirmed) = read(&log, &app);
    let told: Vec<_> = actions.iter().map(who).collect();
    assert_eq!(
        told,
        [
            "alice Certain BothLogs",
            "alice Likely OneUserHere",
            "Unknown None NobodyHere",
            "alice Certain BothLogs",
            "Unknown None NobodyHere",
        ]
    );
    assert!(unconfirmed.is_empty(), "{unconfirmed:?}");
}

#[test]
fn a_shared_address_has_candidates() {
    let log = access("1.1.1.1", 1, AUTH, 200)
        + &access("1.1.1.1", 3, AUTH, 200)
        + &access("1.1.1.1", 9, PASTE, 200);
    let app = login(1, 5, "1.1.1.1", "alice") + &login(3, 5, "1.1.1.1", "bob");
    let (actions, _) = read(&log, &app);
    assert_eq!(who(&actions[0]), "alice Likely ByOrder");
    assert_eq!(who(&actions[2]), "alice|bob Ambiguous SharedAddress");
}

#[test]
fn a_forged_login_is_no_event_and_makes_a_real_one_ambiguous_at_most() {
    let forged_login = || login(1, 5, "1.1.1.1", "root");
    let forged = forged_login();
    let denied = access("6.6.6.6", 1, AUTH, 401);
    let (actions, unconfirmed) = read(&denied, &forged);
    assert_eq!(actions.iter().map(who).collect::<Vec<_>>(), ["Claimed None NotAuthenticated"]);
    assert_eq!(unconfirmed.len(), 1);
    assert!(!format!("{unconfirmed:?}").contains("root"));
    // Elsewhere at the same moment, it changes nothing.
    let real = login(1, 7, "2.2.2.2", "alice");
    let log = denied.clone() + &access("2.2.2.2", 1, AUTH, 200);
    let (actions, unconfirmed) = read(&log, &(forged.clone() + &real));
    assert_eq!((who(&actions[1]).as_str(), unconfirmed.len()), ("alice Certain BothLogs", 1));
    // From the same address, nobody can tell.
    let log = denied + &access("1.1.1.1", 1, AUTH, 200);
    let (actions, _) = read(&log, &(forged + &login(1, 7, "1.1.1.1", "alice")));
    assert_eq!(who(&actions[1]), "alice|root Ambiguous OrderUnknown");
    // Nor if the client makes the real one look like what clients write.
    let open = note(1, 6, "scripts", "[SENSITIVE] x");
    let ahead = note(2_000, 0, "scripts", "x");
    let log = access("1.1.1.1", 1, AUTH, 200);
    for before in [open, ahead] {
        let app = forged_login() + &before + &login(1, 7, "1.1.1.1", "alice");
        assert_eq!(who(&read(&log, &app).0[0]), "alice|root Ambiguous OrderUnknown", "{before}");
    }
}

/// Both logs, read by one that is stopped at their end and by one that goes on from its position to
/// where they are over: what each told, of actions with the target and who did it.
fn stopped(access: &str, app: &str) -> [Vec<String>; 2] {
    let config = Config { message_max: 100, ..Config::default() };
    let logs = [(Log::App, app), (Log::Access, access)];
    let read = |ingest: &mut Ingest, from: [u64; 2], is_over: bool| {
        let mut told = Vec::new();
        let mut take = |it: Told| match it {
            Told::Action(it) => {
                let target = it.target.as_ref().map_or("?".to_owned(), ToString::to_string);
                told.push(format!("{:?} {target} by {}", it.kind, who(&it)));
            }
            Told::Unconfirmed(it) => told.push(format!("{:?} unconfirmed", it.claim)),
            Told::Session(_) => {}
        };
        for ((inode, (log, text)), from) in (1..).zip(logs).zip(from) {
            ingest.open(log, FileId { inode, ..FileId::default() });
            ingest.push(log, &text.as_bytes()[from as usize..], &mut take);
        }
        if is_over {
            ingest.finish(&mut take);
        }
        told
    };
    let mut ingest = Ingest::new(config.clone());
    let before = read(&mut ingest, [0; 2], false);
    let position = ingest.position();
    let from = logs.map(|(log, _)| position.begin(log).1);
    let after = read(&mut Ingest::resume(config, position), from, true);
    [before, after]
}

#[test]
fn what_was_decided_before_a_stop_holds() {
    let request = |second: u32, method: &str| access("1.1.1.1", second, method, 200);
    let (create, delete) = ("POST /api/user", "DELETE /api/user");
    let log = request(10, create) + &request(11, delete) + &request(12, create);
    // Both are decided together, but what stands between them waits for this.
    let log = log + &request(14, delete) + &request(17, "POST /api/paste");
    let app = note(10, 500, "auth", "Created user a with role ADMIN")
        + &note(11, 500, "auth", "Deleted user a")
        + &note(12, 500, "auth", "Created user b with role ADMIN")
        + &note(14, 500, "auth", "Deleted user b")
        + &(20..60).map(|second| note(second, 0, "x", "y")).collect::<String>();
    let [before, after] = stopped(&log, &app);
    assert_eq!(before, ["UserCreate a by Unknown None NobodyHere"]);
    let after: Vec<_> = after.iter().map(|it| it.split_once(" by ").unwrap().0).collect();
    assert_eq!(after, ["UserDelete a", "UserCreate b", "UserDelete b", "Paste ?"]);
}

#[test]
fn a_message_that_was_used_before_a_stop_is_not_used_again() {
    let (here, there) = ("1.1.1.1", "2.2.2.2");
    let logout = |address: &str, second: u32| access(address, second, "POST /api/logout", 200);
    let log = access(here, 10, AUTH, 200) + &access(there, 20, AUTH, 200);
    let log = log + &logout(here, 30) + &logout(there, 32) + &access(here, 35, PASTE, 200);
    // One of the two says who it is.
    let app = login(10, 0, here, "alice") + &login(20, 0, there, "alice");
    let app = app + &note(30, 0, "session", "Ended session for user alice");
    let app = app + &(36..60).map(|second| note(second, 0, "x", "y")).collect::<String>();
    let [before, after] = stopped(&log, &app);
    assert_eq!(before[2..], ["Logout ? by alice Certain BothLogs"]);
    assert_eq!(after[0], "Logout ? by alice Likely OneUserHere");
}

#[test]
fn what_explains_a_request_before_a_stop_is_not_unconfirmed_after_it() {
    let here = "1.1.1.1";
    let log = access(here, 10, AUTH, 200) + &access(here, 12, "POST /api/user", 200);
    let log = log + &access(here, 15, PASTE, 200);
    let app = login(10, 0, here, "alice") + &login(10, 5, here, "root");
    let app = app + &(16..60).map(|second| note(second, 0, "x", "y")).collect::<String>();
    let [before, after] = stopped(&log, &app);
    assert_eq!(before, ["Login ? by alice|root Ambiguous OrderUnknown"]);
    let after: Vec<_> = after.iter().map(|it| it.split_once(" by ").map(|it| it.0)).collect();
    assert_eq!(after, [Some("UserCreate ?"), Some("Paste ?")]);
}

#[test]
fn lines_of_times_to_come_hurry_nothing() {
    // Read piece by piece, so that what is told is told as soon as it can be.
    let config = Config { message_max: 1_000, ..Config::default() };
    let mut ingest = Ingest::new(config);
    let mut told = Vec::new();
    let mut take = |it: Told| told.extend(if let Told::Action(it) = it { Some(it) } else { None });
    ingest.open(Log::Access, FileId { inode: 1, ..FileId::default() });
    ingest.open(Log::App, FileId { inode: 2, ..FileId::default() });
    let ahead = login(60, 0, "1.1.1.1", "root") + &note(90, 0, "x", "y");
    let forged = asks(1, 5, "6.6.6.6", &format!("x\n{ahead}"));
    ingest.push(Log::App, forged.as_bytes(), &mut take);
    for second in 2..100 {
        let polls = access("3.3.3.3", second, "GET /", 200);
        let real = if second == 60 { access("1.1.1.1", second, AUTH, 200) } else { String::new() };
        ingest.push(Log::Access, (polls + &real).as_bytes(), &mut take);
    }
    for second in 2..100 {
        let name = if second == 60 { "alice".to_owned() } else { format!("u{second}") };
        let address = if second == 60 { "1.1.1.1" } else { "2.2.2.2" };
        ingest.push(Log::App, login(second, 5, address, &name).as_bytes(), &mut take);
    }
    ingest.finish(&mut take);
    let login = told.iter().find(|it| it.source.to_string() == "1.1.1.1").unwrap();
    assert_eq!(who(login), "alice|root Ambiguous OrderUnknown");
}

#[test]
fn without_the_other_log_nothing_is_made_up() {
    let log = access("1.1.1.1", 1, AUTH, 200) + &access("1.1.1.1", 2, PASTE, 200);
    let (actions, _) = read(&log, "");
    assert!(actions.iter().all(|it| it.actor == Actor::Unknown && it.why == Why::NothingInAppLog));
    let (actions, unconfirmed) = read("", &login(1, 5, "1.1.1.1", "alice"));
    assert_eq!((actions.len(), unconfirmed.len()), (0, 1));
}

#[test]
fn who_was_there_before_the_logs_begin_is_told_when_it_is_known() {
    let log = access("1.1.1.1", 1, PASTE, 200) + &access("1.1.1.1", 9, "POST /api/logout", 200);
    let (actions, _) = read(&log, &note(9, 5, "session", "Ended session for user alice"));
    assert_eq!(actions[0].confidence, Confidence::None);
    assert_eq!(who(&actions[1]), "alice Likely ByTimeAlone");
}

#[test]
fn a_changed_password_ends_the_other_sessions() {
    let log = access("1.1.1.1", 1, AUTH, 200)
        + &access("2.2.2.2", 9, AUTH, 200)
        + &access("1.1.1.1", 20, "PUT /api/currentUser/password", 200)
        + &access("1.1.1.1", 30, PASTE, 200)
        + &access("2.2.2.2", 30, PASTE, 401);
    let app = login(1, 5, "1.1.1.1", "alice")
        + &login(9, 5, "2.2.2.2", "alice")
        + &note(20, 5, "auth", "Changed password of user alice")
        + &note(20, 6, "session", "Started session for user alice");
    let (actions, unconfirmed) = read(&log, &app);
    let told: Vec<_> = actions.iter().skip(2).map(who).collect();
    assert_eq!(
        told,
        ["alice Certain BothLogs", "alice Likely OneUserHere", "Unknown None NobodyHere"]
    );
    assert!(unconfirmed.is_empty());
}

/// Lines that nobody wrote, as a damaged file has.
fn foreign() -> [String; 4] {
    let long = "A".repeat(1_000_000);
    ["\n".into(), "half a line\n".into(), format!("{long}\n"), format!("a\nb\n{long}\nc\n")]
}

#[test]
fn foreign_lines_behind_a_message_do_not_hide_whose_it_is() {
    for name in ["alice", "root\n"] {
        for marked in [false, true] {
            let mark = |message: &str| match marked {
                true => format!("[SENSITIVE] {message} [/SENSITIVE]"),
                false => message.to_owned(),
            };
            let request = note(1, 5, "api", &mark("Login request from IP 1.1.1.1"));
            let check = mark(&format!("Checking authentication for user {name}"));
            let check = note(1, 5, "auth", &check);
            let started = note(1, 6, "session", &mark(&format!("Started session for user {name}")));
            for lines in foreign() {
                for app in [
                    [&*request, &check, &lines, &started].concat(),
                    [&*request, &check, &started, &lines].concat(),
                ] {
                    let app = app + &note(9, 0, "x", "y");
                    let (actions, _) = read(&access("1.1.1.1", 1, AUTH, 200), &app);
                    let name = name.escape_default();
                    let lines = lines.get(..20).unwrap_or(&lines);
                    assert_eq!(who(&actions[0]), format!("{name} Certain BothLogs"), "{lines:?}");
                }
            }
        }
    }
}

#[test]
fn a_name_that_goes_on_is_not_taken_for_its_first_line() {
    // Of two logins at once each message has its own name, to its end.
    let app = asks(1, 5, "1.1.1.1", "alice")
        + &asks(1, 6, "2.2.2.2", "alice\nbut another")
        + &note(1, 7, "session", "Started session for user alice\nbut another")
        + &note(1, 7, "auth", "Cannot authenticate, password not correct for user alice");
    let log = access("1.1.1.1", 1, AUTH, 401) + &access("2.2.2.2", 1, AUTH, 200);
    let (actions, _) = read(&log, &app);
    assert_eq!(who(&actions[1]), "alice\\nbut another Certain BothLogs");
}

#[test]
fn a_claimed_name_and_what_nginx_answers_itself_say_little() {
    let log = access("1.1.1.1", 1, AUTH, 200)
        + &access("1.1.1.1", 5, PASTE, 413)
        + &access("1.1.1.1", 6, PASTE, 401).replace(" - - [", " - svc [");
    let (actions, _) = read(&log, &login(1, 5, "1.1.1.1", "alice"));
    assert_eq!(who(&actions[1]), "alice|? Ambiguous NotChecked");
    assert_eq!(who(&actions[2]), "Claimed None NotChecked");
}

proptest! {
    #[test]
    fn no_logs_panic_and_nothing_is_told_twice(
        access in proptest::collection::vec(piece(true), 0..30),
        app in proptest::collection::vec(piece(false), 0..30),
    ) {
        let (actions, _) = read_bytes(&Config::default(), &access.concat(), &app.concat());
        let ids: std::collections::BTreeSet<_> = actions.iter().map(|it| it.id).collect();
        prop_assert_eq!(ids.len(), actions.len());
    }
}

fn piece(is_access: bool) -> BoxedStrategy<Vec<u8>> {
    let second = 0_u32..3000;
    let request = prop_oneof![
        Just(AUTH),
        Just(PASTE),
        Just("POST /api/logout"),
        Just("GET /janus/ws"),
        Just("GET /socket.io/?transport=websocket"),
        Just("GET /"),
        Just("PUT /api/currentUser/password"),
        Just("DELETE /api/users"),
    ];
    let status = prop_oneof![Just(101_u16), Just(200), Just(401), Just(502)];
    let line = (second.clone(), request, status)
        .prop_map(|(second, request, status)| access("1.1.1.1", second, request, status));
    let message = prop_oneof![
        Just("Started session for user a"),
        Just("Ended session for user a"),
        Just("Changed password of user a"),
        Just("Deleted all users"),
        Just("Client x connected"),
        Just("Client x disconnected"),
        Just("[SENSITIVE] Login request from IP 1.1.1.1"),
    ];
    let record = (second.clone(), message).prop_map(|(at, it)| note(at, 5, "x", it));
    let login = second.prop_map(|second| login(second, 5, "1.1.1.1", "a"));
    let good = if is_access { line.boxed() } else { prop_oneof![record, login].boxed() };
    prop_oneof![
        4 => good.clone().prop_map(String::into_bytes),
        1 => good.prop_map(|it| it.into_bytes()[7..].to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
    .boxed()
}
