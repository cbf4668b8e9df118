//! A server with users on it, as the tests of rows have it.

use std::path::PathBuf;

use audit_core::Stream;
use audit_log::reader::Line;
use tempfile::TempDir;

use crate::client::{Client, User};
use crate::draw_codes;
use crate::log::{self, Keys, text};
use crate::server::{Limits, Server};

pub const SECRET: &str = "pg://app:Sorrel-Anvil_20@db.test";
pub const OTHER_SECRET: &str = "Pumice;Heron:6615";

/// A server with users who are registered and logged in: an administrator, a member and a stranger
/// of the vault `team`, which has a secret.
pub struct World {
    home: TempDir,
    keys: Keys,
    pub server: Server,
    pub users: [User; 3],
    pub clients: [Client; 3],
    pub kept: Vec<String>,
}

impl World {
    pub fn new() -> World {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("data");
        let keys = log::draw_keys(&dir, &[Stream::Audit]).unwrap();
        let codes = draw_codes().unwrap();
        let any_port = ([127, 0, 0, 1], 0).into();
        let server = Server::start(&dir, any_port, Limits::default(), &codes).unwrap();
        let users = ["alice", "bob", "mallory"].map(|name| User::new(name).unwrap());
        let clients = [0, 1, 2].map(|at| {
            let mut client = Client::connect(server.address()).unwrap();
            assert_eq!(client.register(&users[at], &codes[at]).unwrap(), "OK");
            assert_eq!(client.login(users[at].name, &users[at]).unwrap(), "OK");
            client
        });
        let mut kept: Vec<String> = users.iter().map(User::secret).collect();
        kept.extend(codes);
        kept.extend([SECRET, OTHER_SECRET].map(str::to_owned));
        let mut world = World { home, keys, server, users, clients, kept };
        world.asks("alice", "CREATE team", "OK");
        world.asks("alice", &format!("SET team db {SECRET}"), "OK");
        world.asks("alice", "INVITE team bob", "OK");
        world.asks("bob", "ACCEPT team", "OK");
        world
    }

    /// Sends a user's line, which must be answered so.
    pub fn asks(&mut self, user: &str, line: &str, expected: &str) {
        let at = self.users.iter().position(|it| it.name == user).unwrap();
        assert_eq!(self.clients[at].ask(line).unwrap(), expected, "{user}: {line}");
    }

    pub fn dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Stops the server, verifies its log, looks for secrets in all its files, and gives its events.
    pub fn end(self) -> Vec<Line> {
        let dir = self.dir();
        drop(self.clients);
        assert!(self.server.stop().is_complete());
        log::conclude(&dir, &self.keys, &self.kept).unwrap();
        log::events(&dir, Stream::Audit).unwrap()
    }
}

/// What a line says of level, action, outcome, its reason or error code, and who: `WARN
/// vault_get_denied denied not_a_member mallory`.
pub fn told(line: &Line) -> String {
    let part = |path| text(line, path).unwrap_or("-");
    let level = part("level").to_uppercase();
    let (action, outcome, reason) = (part("action"), part("outcome"), part("reason"));
    format!("{level} {action} {outcome} {reason} {}", part("actor.user"))
}
