//! `auditlog ingest --device`: whose logs they are, and which of them must be given.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod kit;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use kit::who_did_what;

fn ingest(home: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home).arg("ingest").args(options).output().unwrap()
}

fn told(output: Output) -> String {
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

const LOGGED_IN: &str =
    "kvmd.apps.kvmd.auth               INFO --- Logged in user 'alice'; expire=INF";
const REST: &str = "size=195 --- referer='-'; user_agent='-'";

/// What kvmd wrote: a login and what was done then.
fn journal() -> String {
    let mut lines = String::new();
    let login = format!("[- / 192.0.2.7] 'POST /auth/login HTTP/1.0' => 200; {REST}");
    let off = "POST /atx/power?action=off";
    let off = format!("[alice (token) / 192.0.2.7] '{off} HTTP/1.0' => 200; {REST}");
    let request = |it: &str| format!("aiohttp.access                    INFO --- {it}");
    for message in [LOGGED_IN, &request(&login), &request(&off)] {
        lines += &format!("2026-11-30T12:00:00.000000+0100 pikvm kvmd[500]: {message}\n");
    }
    lines
}

#[test]
fn each_is_listed_with_its_logs() {
    let home = tempfile::tempdir().unwrap();
    let output = ingest(home.path(), &["--device", "list"]);
    assert_eq!(output.status.code(), Some(0));
    let told = told(output);
    for name in [
        "tinypilot: nginx's",
        "pikvm: the journal of kvmd",
        "proxmox: pveproxy's",
        "guacamole: nginx's",
    ] {
        assert!(told.contains(name), "{told}");
    }
}

#[test]
fn one_log_has_requests_and_messages() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("k.log"), journal()).unwrap();
    let options = ["--dir", "log", "--device", "pikvm", "--app-log", "k.log"];
    let output = ingest(home.path(), &options);
    assert_eq!(output.status.code(), Some(0));
    assert!(told(output).contains("kvmd: 3 lines read, 2 understood"));
    let expected = ["login alice 192.0.2.7", "machine_stop alice 192.0.2.7"];
    assert_eq!(who_did_what(home.path()), expected);
    assert!(told(ingest(home.path(), &options)).contains("\n0 events recorded"));
}

#[test]
fn lines_that_do_not_say_when_they_were_written_are_told() {
    let home = tempfile::tempdir().unwrap();
    let lines = journal().replace("2026-11-30T12:00:00.000000+0100", "Nov 30 12:00:00");
    fs::write(home.path().join("k.log"), lines).unwrap();
    let options = ["--dir", "log", "--device", "pikvm", "--app-log", "k.log"];
    let output = ingest(home.path(), &options);
    assert_eq!(output.status.code(), Some(1));
    let told = told(output);
    assert!(told.contains("k.log has no record in it") && told.contains("short-iso"), "{told}");
}

#[test]
fn what_is_missing_or_of_no_use_is_said() {
    let home = tempfile::tempdir().unwrap();
    for (options, why) in [
        (&["--dir", "log", "--device", "toaster"][..], "--device: no such device"),
        (&["--device", "pikvm", "--journal", "kvmd"], "--dir: give the directory"),
        (&["--dir", "log", "--device", "pikvm"], "give the logs of pikvm: the journal of kvmd"),
        (&["--dir", "log"], "give the logs of tinypilot: nginx's access log"),
        (
            &["--dir", "log", "--device", "pikvm", "--nginx", "a", "--app-log", "k"],
            "--nginx: pikvm has one log",
        ),
        (
            &["--dir", "log", "--device", "proxmox", "--nginx", "a", "--timezone", "UTC"],
            "--timezone: the lines of proxmox say themselves",
        ),
        (
            &["--dir", "log", "--device", "proxmox", "--nginx", "a", "--log-format", "$uri"],
            "--log-format: the lines of proxmox have a form of their own",
        ),
        (
            &["--dir", "log", "--device", "proxmox", "--nginx", "a", "--trust-proxy", "::1"],
            "no proxies are asked",
        ),
    ] {
        let output = ingest(home.path(), options);
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        let told = told(output);
        assert!(told.contains(why), "{options:?}: {told}");
        assert!(!home.path().join("log").exists(), "{options:?}");
    }
}
