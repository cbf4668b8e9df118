//! The manual's first runs do what it says, word for word.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod kit;

use std::fs;
use std::path::Path;
use std::process::Command;

use audit_log::Log;

const MANUAL: &str = include_str!("../../docs/ingest.md");
const TIME: &str = "2026-11-30T11:00:00";

/// The commands of the section on first runs, a block for each device.
fn blocks() -> Vec<String> {
    let section = MANUAL.split("## A first run").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1);
    blocks.map(|it| it.split("```").next().unwrap().to_owned()).collect()
}

/// A `journalctl` with the messages of each unit, and the logs beside it, in place of `/var/log`.
fn machine(home: &Path) {
    let entries = |unit: &str, messages: &[&str]| {
        let entry = |message: &&str| {
            let entry = serde_json::json!({
                "__REALTIME_TIMESTAMP": "1796036400000000", "__CURSOR": "s=1",
                "SYSLOG_IDENTIFIER": unit, "_PID": "7", "MESSAGE": message,
            });
            format!("{entry}\n")
        };
        fs::write(home.join(unit), messages.iter().map(entry).collect::<String>()).unwrap();
    };
    entries(
        "tinypilot",
        &[
            "2026-11-30 12:00:00.100 api             INFO Login request from IP 192.0.2.7",
            "2026-11-30 12:00:00.150 auth            INFO Checking authentication for user alice",
            "2026-11-30 12:00:00.300 session         INFO Started session for user alice",
        ],
    );
    let rest = "size=1 --- referer='-'; user_agent='-'";
    let login = format!("[- / 192.0.2.7] 'POST /auth/login HTTP/1.0' => 200; {rest}");
    let login = format!("aiohttp.access                    INFO --- {login}");
    let logged_in = "kvmd.apps.kvmd.auth               INFO --- Logged in user 'alice'; expire=INF";
    entries("kvmd", &[logged_in, &login]);
    let by = "User \"alice\" (authenticated by \"mysql\") successfully authenticated from";
    let by =
        format!("12:00:00.000 [http-1] INFO  o.a.g.event.EventLoggingListener - {by} 192.0.2.7");
    entries("tomcat10", &[&by]);
    entries("pvedaemon", &["<root@pam> successful auth for user 'alice@pve'"]);
    fs::create_dir_all(home.join("nginx")).unwrap();
    fs::create_dir_all(home.join("pveproxy")).unwrap();
    let nginx = "192.0.2.7 - - [30/Nov/2026:11:00:00 +0000] \"POST /api/auth HTTP/1.1\" 200 3 \"-\" \"-\"\n";
    fs::write(home.join("nginx/access.log"), nginx).unwrap();
    fs::write(home.join("nginx/guac.log"), nginx.replace("/api/auth", "/guacamole/api/tokens"))
        .unwrap();
    let ticket = "\"POST /api2/extjs/access/ticket HTTP/1.1\" 200 663";
    let pveproxy = format!("192.0.2.7 - - [30/11/2026:12:00:00 +0100] {ticket}\n");
    fs::write(home.join("pveproxy/access.log"), pveproxy).unwrap();
    fs::create_dir_all(home.join("audit")).unwrap();
    let start = "msg='virt=kvm op=start reason=booted vm=\"n1\" res=success'";
    let record = format!("type=VIRT_CONTROL msg=audit(1796036400.123:45): pid=9 uid=0 {start}\n");
    fs::write(home.join("audit/audit.log"), record).unwrap();
    let opened = "pam_unix(cockpit:session): session opened for user alice(uid=1001) by (uid=0)";
    let opened = format!("{TIME}.000000+00:00 n1 cockpit-session[9]: {opened}\n");
    fs::write(home.join("cockpit-session"), opened).unwrap();
    let script = "#!/bin/sh\nfor it in \"$@\"; do case $it in --unit=*) cat \"$HOME/${it#--unit=}\";; cockpit-*) cat \"$HOME/$it\";; esac; done\n";
    let path = home.join("journalctl");
    fs::write(&path, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(path, mode).unwrap();
}

#[test]
fn each_first_run_names_who_logged_in() {
    let blocks = blocks();
    let logs = ["kvm-audit", "pikvm-audit", "pve-audit", "guac-audit", "cockpit-audit"];
    assert_eq!(blocks.len(), logs.len());
    let home = tempfile::tempdir().unwrap();
    machine(home.path());
    let bin = Path::new(env!("CARGO_BIN_EXE_auditlog")).parent().unwrap().display().to_string();
    let here = home.path().display().to_string();
    for (block, log) in blocks.iter().zip(logs) {
        let mut shell = Command::new("sh");
        shell.arg("-eu").arg("-c").arg(block.replace("/var/log", &here)).env("HOME", &here);
        shell.env("PATH", format!("{here}:{bin}:/usr/bin:/bin"));
        let output = shell.output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{block}\n{told}");
        let lines = Log::open(home.path().join(log))
            .unwrap()
            .lines()
            .unwrap()
            .map(|(_, line)| line.unwrap());
        let login = lines.filter(|it| kit::text(it, &["action"]) == "login").last().unwrap();
        assert!(kit::text(&login, &["actor", "user"]).starts_with("alice"), "{told}");
        assert!(kit::text(&login, &["occurred"]).starts_with(TIME), "{told}");
    }
}
