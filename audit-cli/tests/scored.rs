//! `auditlog ingest` on what a real nginx wrote, compared with what really happened. The comparison
//! is the one of `tests/ingest`, on events that were read back from the log.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![expect(clippy::print_stdout, reason = "the score is what the test tells")]
#![expect(dead_code, reason = "what the comparison of the library needs beside")]

#[path = "../../tests/ingest/kit.rs"]
mod kit;
#[path = "../../tests/ingest/leaks.rs"]
mod leaks;
#[path = "../../tests/ingest/score.rs"]
mod score;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use audit_ingest::Action;
use audit_log::Log;
use audit_log::reader::{Json, Line};
use serde_json::{Value, json};

/// Beside the checkout.
fn recorded() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let dir = root.parent()?.join("shared/data/kvm");
    dir.join("truth.json").is_file().then_some(dir)
}

fn ingest(data: &Path, log: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command
        .args(["ingest", "--json", "--timezone", "Europe/Berlin", "--dir"])
        .arg(log)
        .arg("--nginx");
    command.arg(data.join("access.log.1")).arg(data.join("access.log"));
    command.arg("--tinypilot").arg(data.join("app.log")).output().unwrap()
}

/// The action that a line of the log tells of.
fn action(line: &Line) -> Option<Action> {
    let origin = line.get("origin")?;
    let text = |json: Option<&Json>| json.and_then(Json::as_str).unwrap_or_default().to_owned();
    let actor = line.get("actor").unwrap_or(&Json::Null);
    let candidates: Vec<Value> = origin
        .get("candidates")
        .and_then(Json::as_list)
        .unwrap_or_default()
        .iter()
        .map(|it| it.as_str().unwrap().into())
        .collect();
    let none = text(line.get("actor_none"));
    let actor = match actor.get("user").and_then(Json::as_str) {
        Some(user) => json!({ "known": user }),
        None if none.starts_with("one of several") => {
            let others = none.contains("somebody else");
            json!({ "candidates": { "users": candidates, "others": others } })
        }
        None if none.contains("name") => json!("claimed"),
        None => json!("unknown"),
    };
    let occurred: jiff::Timestamp = text(line.get("occurred")).parse().unwrap();
    let data = line.get("data")?;
    let place = json!({ "log": "access", "file": { "device": 0, "inode": 0, "generation": 0 },
        "offset": origin.get("offset")?.as_u64()? });
    let status = data.get("status").and_then(Json::as_u64).unwrap_or_default();
    let source = match line.get("source")?.get("ip") {
        Some(ip) => text(Some(ip)),
        None => "unix:".to_owned(),
    };
    let action = json!({
        "id": { "origin": place, "part": origin.get("part")?.as_u64()? }, "line": 0,
        "kind": text(line.get("action")), "outcome": text(line.get("outcome")),
        "occurred": { "at": occurred.as_millisecond() }, "source": source,
        "method": text(data.get("method")).to_uppercase(), "path": text(data.get("path")),
        "status": status, "actor": actor, "confidence": text(origin.get("joined")),
        "why": text(origin.get("why")), "target": data.get("target").and_then(Json::as_str),
        "proof": null,
    });
    Some(serde_json::from_value(action).unwrap())
}

/// All files of the log, and what was printed.
fn shown(log: &Path, outputs: &[&Output]) -> String {
    let mut shown = String::new();
    let mut dirs = vec![log.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => dirs.push(path),
                false => shown += &String::from_utf8_lossy(&fs::read(path).unwrap()),
            }
        }
    }
    for output in outputs {
        shown += &String::from_utf8_lossy(&output.stdout);
        shown += &String::from_utf8_lossy(&output.stderr);
    }
    shown
}

#[test]
fn what_really_happened_is_in_the_log_and_no_secret_is() {
    leaks::finds();
    let Some(data) = recorded() else {
        println!("SKIPPED: ../shared/data/kvm is not beside the checkout");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log");
    let output = ingest(&data, &log);
    // The last line of both files is torn, and some are forged.
    assert_eq!(output.status.code(), Some(1));
    let again = ingest(&data, &log);
    let summary = |of: &Output| serde_json::from_slice::<Value>(&of.stdout).unwrap();
    assert_eq!(summary(&again)["recorded"], 0);
    let mut sessions = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    let sessions = sessions.arg("sessions").arg(&log).output().unwrap();
    assert!(sessions.status.success());
    let lines = Log::open(&log).unwrap().lines().unwrap();
    let actions: Vec<Action> = lines.filter_map(|(_, line)| action(&line.unwrap())).collect();
    let truths: Vec<score::Truth> =
        serde_json::from_slice(&fs::read(data.join("truth.json")).unwrap()).unwrap();
    let secrets: Vec<String> =
        fs::read_to_string(data.join("secrets.txt")).unwrap().lines().map(str::to_owned).collect();
    let shown = shown(&log, &[&output, &again, &sessions]);
    let result = kit::Result { actions, shown, ..kit::Result::default() };
    let mut score = score::score(&truths, &secrets, &result);
    // What is unconfirmed is no line of the log: the command tells of it.
    let claims = summary(&output)["unconfirmed_claims"].as_array().unwrap().clone();
    let logins = claims.iter().filter(|it| it["claim"].as_str().unwrap().contains("login"));
    score.unconfirmed_logins = logins.count();
    println!("{score}");
    assert_eq!(score.unconfirmed_logins, 5);
    assert!(score.found * 100 >= score.truths * 99, "missed: {:#?}", score.missed);
    assert!(score.invented.is_empty(), "invented: {:#?}", score.invented);
    assert!(score.leaked.is_empty(), "leaked: {:#?}", score.leaked);
    assert!(score.wrong.is_empty(), "wrong: {:#?}", score.wrong);
    let mut verify = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    let verified = verify.arg("verify").arg(&log).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
