//! Tests: what kvmd's lines say, and which of them a client could have written.

use super::line::{Said, said};
use crate::{
    Action, Actor, Confidence, Config, Device, FileId, Ingest, Log, Told, Unconfirmed, When,
};

/// A line of kvmd's, so many milliseconds after the begin.
fn kvmd(millis: u32, logger: &str, level: &str, message: &str) -> String {
    let time = format!("2026-11-30T12:{:02}:{:02}", millis / 60_000, millis / 1_000 % 60);
    let before = format!("{time}.{:03}000+0100 pikvm kvmd[500]: ", millis % 1_000);
    format!("{before}{logger:30.30} {level:>7} --- {message}\n")
}

fn access(millis: u32, who: &str, request: &str, status: u16) -> String {
    let rest = "size=195 --- referer='-'; user_agent='it's me'";
    let message = format!("[{who}] '{request} HTTP/1.0' => {status}; {rest}");
    kvmd(millis, "aiohttp.access", "INFO", &message)
}

fn logged_in(millis: u32, name: &str) -> String {
    let message = format!("Logged in user '{name}'; expire=INF, sessions_now=1");
    kvmd(millis, "kvmd.apps.kvmd.auth", "INFO", &message)
}

fn read(journal: &str) -> (Vec<Action>, Vec<Unconfirmed>, u64) {
    let device = Device::PiKvm;
    let config = Config { device, rules: device.rules(), ..Config::default() };
    let mut ingest = Ingest::new(config);
    let (mut actions, mut doubts) = (Vec::new(), Vec::new());
    let mut take = |told: Told| match told {
        Told::Action(it) => actions.push(it),
        Told::Unconfirmed(it) => doubts.push(it),
        Told::Session(_) => {}
    };
    ingest.open(Log::Access, FileId { inode: 1, ..FileId::default() });
    ingest.push(Log::Access, journal.as_bytes(), &mut take);
    ingest.finish(&mut take);
    (actions, doubts, ingest.report().access.unreadable)
}

fn told(journal: &str) -> Vec<String> {
    let tell = |it: &Action| {
        let who = match &it.actor {
            Actor::Known(name) => name.to_string(),
            Actor::Candidates { users, .. } => users.iter().map(|it| it.as_str()).collect(),
            Actor::Claimed => "claimed".to_owned(),
            Actor::Unknown => "?".to_owned(),
        };
        format!("{:?} {:?} {who} {:?} {}", it.kind, it.outcome, it.confidence, it.source)
    };
    read(journal).0.iter().map(tell).collect()
}

const IP: &str = "192.0.2.7";

#[test]
fn a_login_and_what_follows_it_has_a_user() {
    let journal = logged_in(0, "alice")
        + &access(2, &format!("- / {IP}"), "POST /auth/login", 302)
        + &access(900, &format!("alice (token) / {IP}"), "POST /atx/power?action=off_hard", 200)
        + &access(950, "alice (token) / 2001:db8::1", "POST /msd/set_connected?connected=0", 200)
        + &access(990, "root[0] (unix) / -", "POST /msd/reset", 200)
        + &access(999, &format!("- (token) / {IP}"), "POST /hid/print?limit=0", 403)
        + &access(1_000, &format!("bob (basic) / {IP}"), "POST /hid/print", 403)
        + &access(1_001, &format!("bob (xhdr) / {IP}"), "GET /log?seek=1", 200);
    assert_eq!(
        told(&journal),
        [
            "Login Success alice Certain 192.0.2.7",
            "MachineStop Success alice Certain 192.0.2.7",
            "MediaUnmount Success alice Likely 2001:db8::1",
            "SettingChange Success root Likely unix:",
            "Paste Denied ? None 192.0.2.7",
            "Paste Denied claimed None 192.0.2.7",
            "DebugLogExport Success bob Likely 192.0.2.7",
        ]
    );
}

#[test]
fn two_logins_at_once_may_be_either() {
    let journal = logged_in(0, "alice")
        + &logged_in(1, "bob")
        + &access(2, &format!("- / {IP}"), "POST /auth/login", 200)
        + &access(3, "- / 192.0.2.8", "POST /auth/login", 200)
        + &access(9_000, "- / 192.0.2.8", "POST /auth/login", 200);
    assert_eq!(
        told(&journal),
        [
            "Login Success alicebob Ambiguous 192.0.2.7",
            "Login Success alicebob Ambiguous 192.0.2.8",
            "Login Success ? None 192.0.2.8",
        ]
    );
}

#[test]
fn a_logout_ends_all_sessions_of_the_user() {
    let action =
        |millis: u32| access(millis, &format!("alice (token) / {IP}"), "POST /hid/print", 200);
    let journal = logged_in(0, "alice")
        + &access(2, &format!("- / {IP}"), "POST /auth/login", 200)
        + &action(5)
        + &access(9, "alice (token) / 192.0.2.9", "POST /auth/logout", 200)
        + &action(12);
    let told = told(&journal);
    assert_eq!(told[1], "Paste Success alice Certain 192.0.2.7");
    assert_eq!(told[3], "Paste Success alice Likely 192.0.2.7", "there is none any more");
}

#[test]
fn a_console_began_when_kvmd_says_so() {
    let session =
        |what: &str| format!("{what}: WsSession(id=140, {{'stream': True}}); clients now: 1");
    let note =
        |millis: u32, what: &str| kvmd(millis, "kvmd.apps.kvmd.server", "INFO", &session(what));
    let journal = note(5_000, "Registered new client session")
        + &note(65_000, "Removed client socket")
        + &access(65_002, &format!("alice (token) / {IP}"), "GET /ws?stream=1", 101)
        + &access(66_000, &format!("alice (token) / {IP}"), "GET /ws?stream=0", 101)
        + &access(67_000, &format!("alice (token) / {IP}"), "GET /ws", 403);
    let (actions, ..) = read(&journal);
    let begin = 1_796_036_400_000;
    assert_eq!(actions[0].occurred, When::At(begin + 5_000));
    assert_eq!(actions[1].occurred, When::At(begin + 65_002));
    assert_eq!(actions.len(), 3);
    assert!(actions.iter().all(|it| it.confidence == Confidence::Likely), "{actions:?}");
}

/// A client's name has line ends in it, and what follows them is like kvmd's own lines.
#[test]
fn what_a_claimed_name_says_is_not_believed() {
    let forged = access(50, &format!("alice (token) / {IP}"), "POST /atx/power?action=off", 200)
        + &logged_in(50, "root")
        + &access(50, "- / 192.0.2.66", "POST /auth/login", 200);
    let torn = kvmd(50, "aiohttp.access", "INFO", "[bob");
    let rest =
        "x (basic) / 192.0.2.66] 'GET / HTTP/1.0' => 403; size=1 --- referer='-'; user_agent='-'";
    let rest = format!("2026-11-30T12:00:00.050000+0100 pikvm kvmd[500]: {rest}\n");
    let real = access(1_200, &format!("alice (token) / {IP}"), "POST /hid/print", 200);
    let (actions, doubts, unreadable) = read(&(torn.clone() + &forged + &rest + &real));
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert_eq!((doubts.len(), unreadable), (3, 1), "{doubts:?}");
    assert!(!format!("{doubts:?}").contains("alice"));
    // One such line behind another keeps what follows it in doubt.
    let later = torn.replace("00.050", "00.900");
    let behind = forged.replace("00.050", "01.100");
    assert!(read(&(torn + &later + &behind)).0.is_empty());
}

/// The journal cuts long lines, and a client can have the cut be where its own text begins.
#[test]
fn what_is_behind_a_line_that_was_cut_is_not_believed() {
    let agent = "a".repeat(super::LINE_MAX);
    let long = access(10, &format!("- / {IP}"), "GET /", 200).replace("it's me", &agent);
    let forged = access(10, &format!("alice (token) / {IP}"), "POST /atx/power?action=off", 200);
    let (actions, doubts, unreadable) = read(&(long + &forged));
    assert!(actions.is_empty(), "{actions:?}");
    assert_eq!((doubts.len(), unreadable), (1, 1));
}

#[test]
fn a_request_is_read_from_the_left_and_whole() {
    let line = |who: &str, request: &str| {
        access(0, who, request, 200).split_once("]: ").unwrap().1.trim_end().to_owned()
    };
    let is_access = |it: &str| matches!(said(it.as_bytes()), Said::Access(_));
    assert!(is_access(&line("- / 192.0.2.7", "GET /?a='_=>_500;_size=")));
    for who in ["a b (token) / 192.0.2.7", "alice / 192.0.2.7", "alice (x) / 192.0.2.7", "alice"] {
        assert_eq!(said(line(who, "GET /").as_bytes()), Said::Torn, "{who}");
    }
    let whole = line("- / 192.0.2.7", "GET /");
    for torn in [whole.trim_end_matches('\''), &whole.replace("; user_agent='", "; x='")] {
        assert_eq!(said(torn.as_bytes()), Said::Torn, "{torn}");
    }
    assert_eq!(said(b"x"), Said::Foreign);
    let moved = whole.replacen("aiohttp.access ", "aiohttp.access", 1);
    assert_eq!(said(moved.as_bytes()), Said::Foreign, "padded otherwise than kvmd does");
}
