//! What a client cannot do: send lines without end, keep a connection for nothing, or take them all.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use audit_core::Stream;

use crate::client::Client;
use crate::log::{self, text};
use crate::server::{Limits, Server};

/// The reasons why connections were turned away, of what clients do to a server with these limits.
fn turned_away(limits: Limits, does: impl FnOnce(&Server)) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), ([127, 0, 0, 1], 0).into(), limits, &[]).unwrap();
    does(&server);
    assert!(server.stop().is_complete());
    let events = log::events(dir.path(), Stream::Audit).unwrap();
    let reasons =
        events.iter().filter(|line| text(line, "event") == Some("connection_turned_away"));
    reasons.map(|line| text(line, "reason").unwrap().to_owned()).collect()
}

#[test]
fn a_line_that_is_too_long_ends_the_connection() {
    let limits = Limits { line_bytes: 100, ..Limits::default() };
    let reasons = turned_away(limits, |server| {
        let mut client = Client::connect(server.address()).unwrap();
        assert_eq!(client.ask(&"x".repeat(100)).unwrap(), "ERROR invalid_command");
        assert!(client.ask(&"x".repeat(101)).is_err());
    });
    assert_eq!(reasons, ["line_too_long"]);
}

#[test]
fn who_says_nothing_or_too_little_is_not_waited_for() {
    let limits = Limits { login_within: Duration::from_millis(200), ..Limits::default() };
    let reasons = turned_away(limits, |server| {
        let mut silent = Client::connect(server.address()).unwrap();
        assert!(silent.next().is_err());
        // A byte now and then does not help. The writes may fail once the connection is closed.
        let mut slow = TcpStream::connect(server.address()).unwrap();
        while slow.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(reasons, ["timed_out", "timed_out"]);
}

#[test]
fn there_are_no_more_connections_than_there_may_be() {
    let limits = Limits { connections: 2, ..Limits::default() };
    let reasons = turned_away(limits, |server| {
        let _one = Client::connect(server.address()).unwrap();
        let _two = Client::connect(server.address()).unwrap();
        assert!(Client::connect(server.address()).is_err());
    });
    assert_eq!(reasons, ["too_many_connections", "hung_up", "hung_up"]);
}
