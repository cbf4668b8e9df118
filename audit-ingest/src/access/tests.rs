use super::*;
use proptest::prelude::*;

fn reader() -> Reader {
    Reader {
        device: Device::TinyPilot,
        format: Format::combined(),
        rules: Rules::default(),
        trusted: Vec::new(),
    }
}

fn line(request: &str, status: u16) -> String {
    format!(r#"127.0.0.9 - - [21/Nov/2026:02:09:47 +0100] "{request}" {status} 3 "-" "curl""#)
}

fn path(request: &str, status: u16) -> Option<String> {
    let reader = reader();
    match reader.read(line(request, status).as_bytes()) {
        Reading::Request(it) => {
            Some(it.path.unwrap_or(reader.rules.get(it.rule).unwrap().path.clone()))
        }
        _ => None,
    }
}

#[test]
fn odd_spellings_of_real_actions_are_them() {
    for request in [
        "POST /api/auth HTTP/1.1",
        "POST /api/%61uth HTTP/1.1",
        "POST /api%2Fauth?x=/api/paste HTTP/1.1",
        "POST http://kvm.test/api/auth HTTP/1.1",
        "POST HTTPS://u:p@kvm.test:80/api/auth#f HTTP/2.0",
        "POST  /api/auth  HTTP/1.0",
        r"POST /api/\x61uth HTTP/1.1",
    ] {
        assert_eq!(path(request, 200).as_deref(), Some("/api/auth"), "{request}");
    }
    assert_eq!(path("GET /api/debugLogs", 200).as_deref(), Some("/api/debugLogs"));
    let script = |name: &str| path(&format!("POST /api/scripts/{name}/run HTTP/1.1"), 200).unwrap();
    assert_eq!(script("bios-setup"), "/api/scripts/bios-setup/run");
    assert_eq!(script("%2E"), "/api/scripts/./run");
    assert_eq!(script("a%20secret"), "/api/scripts/*/run");
}

#[test]
fn lookalikes_mean_nothing() {
    for request in [
        "GET /api/restart HTTP/1.1",
        "POST /api/restart/ HTTP/1.1",
        "POST //api//restart HTTP/1.1",
        "POST /api/x/../restart HTTP/1.1",
        "POST /API/restart HTTP/1.1",
        "POST /api/%2572estart HTTP/1.1",
        "POST /api/restart%00 HTTP/1.1",
        "POST /api/restart%zz HTTP/1.1",
        "GET /?next=/api/shutdown HTTP/1.1",
        "POST kvm.test/api/restart HTTP/1.1",
        "POST /api/restart",
        "POST /api/restart HTTP/1.1 x",
        "POST /api/restart HTTP/1",
        "post /api/restart HTTP/1.1",
        r"\x16\x03\x01 /api/restart HTTP/1.1",
        "GET /socket.io/?transport=polling HTTP/1.1",
        "",
        "-",
    ] {
        let status = if request.starts_with("GET /?") { 302 } else { 200 };
        assert_eq!(path(request, status), None, "{request}");
    }
    assert_eq!(path("POST /api/auth HTTP/1.1", 308), None);
    assert_eq!(path("GET /socket.io/?transport=polling HTTP/1.1", 502), None);
    assert!(path("GET /socket.io/?transport=websocket HTTP/1.1", 502).is_some());
}

#[test]
fn lines_that_were_glued_together_are_unreadable() {
    let (first, second) =
        (line("GET /healthz HTTP/1.1", 200), line("POST /api/auth HTTP/1.1", 200));
    let reader = reader();
    for cut in 0..=first.len() {
        let glued = format!("{}{second}", &first[..cut]);
        let reading = reader.read(glued.as_bytes());
        let event = matches!(reading, Reading::Request(_));
        assert_eq!(event, cut == 0, "{glued}");
    }
}

#[test]
fn times_are_read_with_their_offset() {
    let read = |text: &str| time_local(text.as_bytes());
    assert_eq!(read("21/Nov/2026:02:09:47 +0100"), Some(1_795_223_387_000));
    assert_eq!(read("20/Nov/2026:20:09:47 -0500"), Some(1_795_223_387_000));
    for bad in
        ["31/Feb/2026:02:09:47 +0100", "21/Nov/2026:02:09:47 +0100 ", "21/nov/2026:02:09:47 +0100"]
    {
        assert_eq!(read(bad), None, "{bad}");
    }
    assert_eq!(seconds(b"1795223387.5"), Some(1_795_223_387_500));
    assert_eq!(seconds(b"-"), None);
}

#[test]
fn only_trusted_proxies_are_believed() {
    let format = "$remote_addr [$time_local] \"$request\" $status \"$http_x_forwarded_for\"";
    let format = Format::new(format).unwrap();
    let source = |peer: &str, forwarded: &str, trusted: &[&str]| {
        let trusted = trusted.iter().map(|it| it.parse().unwrap()).collect();
        let (device, rules) = (Device::TinyPilot, Rules::default());
        let reader = Reader { device, format: format.clone(), rules, trusted };
        let line = format!(
            r#"{peer} [21/Nov/2026:02:09:47 +0100] "POST /api/auth HTTP/1.1" 200 "{forwarded}""#
        );
        match reader.read(line.as_bytes()) {
            Reading::Request(it) => it.source.to_string(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(source("10.0.0.1", "1.2.3.4", &[]), "10.0.0.1");
    assert_eq!(source("10.0.0.1", "6.6.6.6, 1.2.3.4", &["10.0.0.0/8"]), "1.2.3.4");
    assert_eq!(source("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", &["10.0.0.0/8"]), "1.2.3.4");
    assert_eq!(source("10.0.0.1", "nonsense", &["10.0.0.0/8"]), "unknown");
    assert_eq!(source("11.0.0.1", "1.2.3.4", &["10.0.0.0/8"]), "11.0.0.1");
    assert_eq!(source("unix:", "1.2.3.4", &["10.0.0.1"]), "1.2.3.4");
    assert_eq!(source("::ffff:10.0.0.1", "-", &["10.0.0.1"]), "unknown");
    for bad in ["10.0.0.0/33", "x", "10.0.0.0/-1", ""] {
        assert!(bad.parse::<Network>().is_err());
    }
}

proptest! {
    #[test]
    fn no_line_panics(line in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _reading = reader().read(&line);
    }

    #[test]
    fn no_line_that_is_almost_one_panics(
        at in 0_usize..90, with in any::<u8>(), take in 0_usize..5,
    ) {
        let mut line = line("POST /api/%61uth?x HTTP/1.1", 200).into_bytes();
        let at = at.min(line.len());
        line.splice(at..(at + take).min(line.len()), [with]);
        let _reading = reader().read(&line);
    }
}
