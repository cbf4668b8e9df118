//! A scripted client against the server, and a restart of it.

use std::net::SocketAddr;
use std::path::Path;

use audit_core::Stream;

use crate::client::{Client, User};
use crate::draw_codes;
use crate::log::{self, Failure};
use crate::server::{Limits, Server};

const SECRET: &str = "pg://app:Yarrow-Flint_55@db.test";
const LATER_SECRET: &str = "Thistle.Brine+4471";

/// Plays the scenario into a log, and gives what must not be in it.
///
/// # Errors
///
/// Something was not answered as it should.
pub fn play(dir: &Path) -> Result<Vec<String>, Failure> {
    let users = [User::new("alice")?, User::new("bob")?, User::new("mallory")?];
    let mut kept: Vec<String> = users.iter().map(User::secret).collect();
    kept.extend([SECRET, LATER_SECRET].map(str::to_owned));
    println!("The first run.");
    run(dir, &users, &mut kept, first)?;
    let before = log::events(dir, Stream::Audit)?.len();
    println!("\nThe server is stopped and started again.");
    run(dir, &users, &mut kept, second)?;
    let after = log::events(dir, Stream::Audit)?;
    println!("\nThe log went on: {before} events before the restart, {} after it.", after.len());
    Ok(kept)
}

type Part = fn(SocketAddr, &[User; 3], &[String]) -> Result<(), Failure>;

/// Starts the server, plays a part of the scenario, and stops it.
fn run(dir: &Path, users: &[User; 3], kept: &mut Vec<String>, part: Part) -> Result<(), Failure> {
    let codes = draw_codes()?;
    kept.extend(codes.iter().cloned());
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::start(dir, any_port, Limits::default(), &codes)?;
    let played = part(server.address(), users, &codes);
    let report = server.stop();
    played?;
    println!("  The writer says: {report}");
    match report.is_complete() {
        true => Ok(()),
        false => Err("the log is not complete".into()),
    }
}

fn first(server: SocketAddr, users: &[User; 3], codes: &[String]) -> Result<(), Failure> {
    let [alice, bob, mallory] = users;
    let mut guest = Client::connect(server)?;
    for (user, code) in users.iter().zip(codes) {
        is(&guest.register(user, code)?, "OK", "REGISTER with a code")?;
    }
    is(&guest.register(alice, "kh_guess")?, "DENIED invite_unknown", "REGISTER with a guess")?;
    is(&guest.login("alice", mallory)?, "DENIED unknown_key", "AUTH with somebody else's key")?;
    let mut alice = Client::of(alice, server)?;
    let mut bob = Client::of(bob, server)?;
    let mut mallory = Client::of(mallory, server)?;
    say(&mut alice, "CREATE team", "OK")?;
    say(&mut alice, &format!("SET team db {SECRET}"), "OK")?;
    say(&mut mallory, "GET team db", "DENIED not_a_member")?;
    say(&mut alice, "INVITE team bob", "OK")?;
    say(&mut bob, "ACCEPT team", "OK")?;
    say(&mut bob, "GET team db", &format!("OK {SECRET}"))?;
    say(&mut bob, "GET team missing", "ERROR secret_not_found")?;
    say(&mut bob, "PROMOTE team bob", "DENIED not_an_admin")?;
    say(&mut alice, "PROMOTE team bob", "OK")?;
    say(&mut bob, "DEMOTE team alice", "OK")?;
    say(&mut bob, "DEMOTE team bob", "ERROR last_admin")?;
    say(&mut bob, "DEL team db", "OK")?;
    say(&mut bob, "REVOKE team alice", "OK")?;
    say(&mut bob, "DESTROY team", "OK")
}

fn second(server: SocketAddr, users: &[User; 3], codes: &[String]) -> Result<(), Failure> {
    let [alice, ..] = users;
    let mut guest = Client::connect(server)?;
    let code = codes.first().ok_or("no code")?;
    is(&guest.register(alice, code)?, "OK", "REGISTER with a code")?;
    let mut alice = Client::of(alice, server)?;
    say(&mut alice, "CREATE team", "OK")?;
    say(&mut alice, &format!("SET team db {LATER_SECRET}"), "OK")?;
    say(&mut alice, "FROBNICATE team", "ERROR invalid_command")
}

/// A line and its answer, of which what is secret is not printed.
fn say(client: &mut Client, line: &str, expected: &str) -> Result<(), Failure> {
    let shown: Vec<&str> = line.splitn(4, ' ').take(3).collect();
    is(&client.ask(line)?, expected, &shown.join(" "))
}

fn is(answer: &str, expected: &str, what: &str) -> Result<(), Failure> {
    let shown = if answer.starts_with("OK ") { "OK …" } else { answer };
    println!("  {what:<30} {shown}");
    match answer == expected {
        true => Ok(()),
        false => Err(format!("{what} was answered {shown}").into()),
    }
}
