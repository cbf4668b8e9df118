//! `auditlog ingest`: what it is told by its options, and what it says where it cannot go on.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod kit;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use audit_log::reader::Line;
use kit::{case, ingest_case, recorded, text, who_did_what};
use serde_json::Value;

const TIME: &str = "[01/Nov/2026:10:00:00 +0000]";

/// Ingests an access log of these lines.
fn ingest(home: &Path, lines: &str, options: &[&str]) -> Output {
    fs::write(home.join("access.log"), lines).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditlog"));
    command.current_dir(home).args(["ingest", "--dir", "log", "--nginx", "access.log"]);
    command.args(options).output().unwrap()
}

#[test]
fn a_proxy_is_believed_if_it_is_trusted() {
    let line = format!(
        "192.0.2.1 - - {TIME} \"POST /api/paste HTTP/1.1\" 200 3 \"198.51.100.9, 203.0.113.7\"\n"
    );
    let format = "$remote_addr - $remote_user [$time_local] \"$request\" $status \
                  $body_bytes_sent \"$http_x_forwarded_for\"";
    for (proxy, source) in [("192.0.2.0/24", "203.0.113.7"), ("192.0.3.0/24", "192.0.2.1")] {
        let home = tempfile::tempdir().unwrap();
        let options = ["--log-format", format, "--trust-proxy", proxy];
        let output = ingest(home.path(), &line, &options);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(text(&recorded(home.path())[0], &["source", "ip"]), source);
    }
}

#[test]
fn rules_of_ones_own_say_what_a_request_means() {
    let home = tempfile::tempdir().unwrap();
    let rules = "[[rule]]\nkind = \"power_restart\"\nmethod = \"PUT\"\npath = \"/power/*/reset\"\n";
    fs::write(home.path().join("rules.toml"), rules).unwrap();
    let request = |it: &str| format!("192.0.2.1 - - {TIME} \"{it} HTTP/1.1\" 200 3 \"-\" \"-\"\n");
    let lines = request("PUT /power/7/reset")
        + &request("PUT /power/what%20I%20typed/reset?and=this")
        + &request("POST /api/paste");
    let output = ingest(home.path(), &lines, &["--rules", "rules.toml", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["nginx"]["mapped"], &told["nginx"]["ignored"]), (&2.into(), &1.into()));
    assert_eq!(told["recorded"], 2);
    let paths = ["/power/7/reset", "/power/*/reset"];
    for (line, path) in recorded(home.path()).iter().zip(paths) {
        assert_eq!(
            (text(line, &["action"]), text(line, &["data", "path"])),
            ("power_restart", path)
        );
    }
}

#[test]
fn what_cannot_be_read_is_counted_with_its_place_and_never_quoted() {
    let home = tempfile::tempdir().unwrap();
    let lines = format!(
        "192.0.2.1 - - {TIME} \"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"-\"\nhunter2 is no line\n"
    );
    let output = ingest(home.path(), &lines, &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(told.contains("unreadable: access.log line 2\n"), "{told}");
    assert!(told.contains("1 events recorded"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn what_cannot_be_done_is_said_with_what_would() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("rules.toml"), "[[rule]]\nkind = \"dance\"\n").unwrap();
    for (options, why) in [
        (&["--tinypilot", "app.log"][..], "--timezone: the times of the application log are local"),
        (&["--timezone", "Mars/Olympus"], "--timezone: "),
        (&["--log-format", "$remote_addr"], "--log-format: "),
        (&["--trust-proxy", "192.0.2.1/99"], "'--trust-proxy <NET>': "),
        (&["--trust-proxy", "192.0.2.1"], "--trust-proxy: "),
        (&["--rules", "rules.toml"], "--rules: rules.toml: "),
        (&["--rules", "nowhere.toml"], "--rules: nowhere.toml: "),
        (&["--nginx", "nowhere.log"], "nowhere.log: No such file"),
    ] {
        let output = ingest(home.path(), "", options);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {told}");
        assert!(told.contains(why), "{options:?}: {told}");
    }
}

/// A stranger behind the proxy is not taken for whoever logged in through it.
#[test]
fn addresses_with_ports_are_whose_they_are() {
    let home = case("xff-with-port");
    let format = fs::read_to_string(home.path().join("fmt")).unwrap();
    let options = [
        "--tinypilot",
        "app.log",
        "--timezone",
        "UTC",
        "--trust-proxy",
        "10.0.0.6",
        "--log-format",
        format.trim(),
    ];
    let output = ingest_case(home.path(), &options);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(
        who_did_what(home.path()),
        [
            "login carol 198.51.100.7",
            "paste carol 198.51.100.7",
            "power_restart ? 203.0.113.99",
            "user_delete ? 203.0.113.99"
        ],
        "{told}"
    );
    // Where the proxy does not say it, nobody did it.
    let lines = fs::read_to_string(home.path().join("access.log")).unwrap();
    fs::write(home.path().join("access.log"), lines.replace("203.0.113.99:", "hidden-")).unwrap();
    fs::remove_dir_all(home.path().join("log")).unwrap();
    let output = ingest_case(home.path(), &options);
    let told = String::from_utf8(output.stdout).unwrap();
    let done = who_did_what(home.path());
    assert_eq!(done[2..], ["power_restart ? nothing", "user_delete ? nothing"], "{told}");
    assert!(told.contains("2 requests of which a trusted proxy does not say where"), "{told}");
}

#[test]
fn the_query_decides_between_mount_and_eject() {
    let home = case("rules-query-ignored");
    let output = ingest_case(home.path(), &["--rules", "toml"]);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let expected = ["media_mount ? 192.0.2.10", "media_unmount ? 192.0.2.10"];
    assert_eq!(who_did_what(home.path()), expected, "{told}");
}

#[test]
fn a_console_is_one_on_each_path_that_the_server_takes() {
    let home = case("console-by-other-path");
    ingest_case(home.path(), &["--tinypilot", "app.log", "--timezone", "UTC"]);
    let done = who_did_what(home.path());
    let ends = done.iter().filter(|it| *it == "session_end carol 192.0.2.10").count();
    // `/socket.io/zz/`, `/socket.io//` and the stream; `/janus/ws/` is another path.
    assert_eq!(ends, 3, "{done:?}");
}

#[test]
fn requests_of_earlier_versions_are_understood() {
    let home = case("tinypilot-older-api");
    ingest_case(home.path(), &[]);
    let done = who_did_what(home.path());
    let count = |action: &str| done.iter().filter(|it| it.starts_with(action)).count();
    assert_eq!(count("setting_change "), 5, "{done:?}");
    assert_eq!((count("firmware_update "), count("power_restart ")), (1, 1), "{done:?}");
}

#[test]
fn a_format_is_given_as_it_is_pasted() {
    let home = case("format-pasted-with-quotes");
    let pasted = fs::read_to_string(home.path().join("fmt")).unwrap();
    for options in [&["--log-format", pasted.as_str()][..], &[]] {
        let output = ingest_case(home.path(), options);
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert_eq!(who_did_what(home.path()), ["paste ? 192.0.2.27"], "{told}");
        // Without a word of it, it is one of the usual ones.
        assert_eq!(told.contains("the access log is of main format"), options.is_empty(), "{told}");
        fs::remove_dir_all(home.path().join("log")).unwrap();
    }
}

#[test]
fn an_address_with_its_port_is_read() {
    let home = case("addr-port");
    let format = "$remote_addr:$remote_port - $remote_user [$time_local] \"$request\" $status \
                  $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";
    ingest_case(home.path(), &["--log-format", format]);
    assert_eq!(who_did_what(home.path()), ["paste ? 192.0.2.5"]);
    let output = ingest_case(home.path(), &["--log-format", &format.replace(":$remote_port", "")]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let output = ingest_case(home.path(), &[]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("access.log: its first lines are of no format"), "{told}");
    assert!(told.contains("--log-format"), "{told}");
}

/// What a client writes could otherwise be another's action, or hide its own.
#[test]
fn a_format_in_which_clients_can_end_a_value_is_refused() {
    let home = case("format-without-quotes");
    let format = fs::read_to_string(home.path().join("fmt")).unwrap();
    let output = ingest_case(home.path(), &["--log-format", format.trim()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("clients write $http_user_agent, and could end it"), "{told}");
    assert!(told.contains("put it in quotes, as in \"$http_user_agent\""), "{told}");
}

/// When, as `09:01:02`, each action was that begins with these words.
fn moments(home: &Path, action: &str) -> Vec<String> {
    let of = |it: &&Line| text(it, &["action"]) == action;
    let time = |it: &Line| text(it, &["occurred"]).get(11..19).unwrap().to_owned();
    recorded(home).iter().filter(of).map(time).collect()
}

#[test]
fn a_console_that_only_polls_is_a_session() {
    let home = case("polling-console");
    let output = ingest_case(home.path(), &["--tinypilot", "app.log", "--timezone", "UTC"]);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(
        who_did_what(home.path()),
        [
            "login carol 192.0.2.10",
            "session_start carol 192.0.2.10",
            "session_end carol 192.0.2.10"
        ],
        "{told}"
    );
    assert_eq!(moments(home.path(), "session_start"), ["09:01:02"]);
    assert_eq!(moments(home.path(), "session_end"), ["09:05:00"]);
}
