//! How fast lines are read: `cargo run --release -p audit-ingest --example speed`.
//!
//! One core, from memory. Prints megabytes (10^6 bytes) a second of lines that mean nothing, and
//! lines a second of such that are actions.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a program that measures and says what it measured"
)]

use audit_ingest::{Config, FileId, Ingest, Log, Told};
use std::time::Instant;

const ROUNDS: usize = 5;
const CHUNK: usize = 64 * 1024;
const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
    Gecko) Chrome/130.0.0.0 Safari/537.36";

fn main() {
    let nothing = ["/css/style.css", "/state?x=1", "/healthz", "/js/app.js", "/favicon.ico"];
    let nothing =
        lines(200_000, |at| format!("\"GET {} HTTP/1.1\" 200 5200", nothing[at % nothing.len()]));
    let polls = lines(200_000, |at| {
        format!(
            "\"GET /socket.io/?EIO=4&transport=polling&t=P{at:x}&sid=efc5e72aaf HTTP/1.1\" 200 67"
        )
    });
    let actions = ["PUT /api/massStorage/mount", "POST /api/paste", "POST /api/%70aste"];
    let actions =
        lines(200_000, |at| format!("\"{} HTTP/1.1\" 200 3", actions[at % actions.len()]));
    for (what, bytes) in [("static files", &nothing), ("polling", &polls)] {
        let (seconds, _) = best(bytes, "");
        println!("{what}: {:.0} MB/s", bytes.len() as f64 / seconds / 1e6);
    }
    let (seconds, told) = best(&actions, "");
    println!("actions: {:.0} lines/s ({told} told)", 200_000.0 / seconds);
    let (access, app) = logins(100_000);
    let (seconds, told) = best(&access, &app);
    let lines = 4.0 * 100_000.0;
    println!("logins, three messages each: {:.0} lines/s ({told} told)", lines / seconds);
}

fn line(address: usize, second: usize, request: &str) -> String {
    let (a, b) = (address / 250 % 250, address % 250);
    let time = format!("{:02}:{:02}:{:02}", second / 3600 % 24, second / 60 % 60, second % 60);
    let day = 1 + second / 86_400 % 28;
    format!(
        "10.0.{a}.{b} - - [{day:02}/Nov/2026:{time} +0000] {request} \"http://kvm.test/\" \"{AGENT}\"\n"
    )
}

fn lines(count: usize, request: impl Fn(usize) -> String) -> String {
    (0..count).map(|at| line(at % 20, at / 50, &request(at))).collect()
}

fn logins(count: usize) -> (String, String) {
    let (mut access, mut app) = (String::new(), String::new());
    for at in 0..count {
        let (second, address) = (at / 20, at % 50_000);
        access.push_str(&line(address, second, "\"POST /api/auth HTTP/1.1\" 200 3"));
        let time = format!("{:02}:{:02}:{:02}", second / 3600 % 24, second / 60 % 60, second % 60);
        let time = format!("2026-11-{:02} {time}.{:03}", 1 + second / 86_400 % 28, at % 20 * 50);
        let (a, b) = (address / 250 % 250, address % 250);
        app.push_str(&format!(
            "{time} api             INFO Login request from IP 10.0.{a}.{b}\n\
             {time} auth            INFO Checking authentication for user user{address}\n\
             {time} session         INFO Started session for user user{address}\n"
        ));
    }
    (access, app)
}

/// The time of the fastest round, in seconds, and how much was told.
fn best(access: &str, app: &str) -> (f64, usize) {
    let mut best = f64::INFINITY;
    let mut told = 0;
    for _ in 0..ROUNDS {
        told = 0;
        let begin = Instant::now();
        let config = Config { has_app: !app.is_empty(), ..Config::default() };
        let mut ingest = Ingest::new(config);
        let mut count = |it: Told| told += usize::from(matches!(it, Told::Action(_)));
        ingest.open(Log::Access, FileId { inode: 1, ..FileId::default() });
        ingest.open(Log::App, FileId { inode: 2, ..FileId::default() });
        let (mut access, mut app) = (access.as_bytes(), app.as_bytes());
        while !access.is_empty() || !app.is_empty() {
            let next = ingest.next();
            let log = if app.is_empty() || (next == Log::Access && !access.is_empty()) {
                Log::Access
            } else {
                Log::App
            };
            let rest = if log == Log::Access { &mut access } else { &mut app };
            let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
            *rest = after;
            ingest.push(log, chunk, &mut count);
        }
        ingest.finish(&mut count);
        best = best.min(begin.elapsed().as_secs_f64());
    }
    (best, told)
}
