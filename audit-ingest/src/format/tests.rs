//! Tests: lines that fit, and formats that cannot be used.

use super::*;

fn user(line: &str) -> Option<String> {
    let fields = Format::combined().split(line.as_bytes())?;
    Some(String::from_utf8_lossy(fields.get(Var::User)?).into_owned())
}

#[test]
fn a_user_may_hold_what_looks_like_the_rest_of_a_line() {
    let tail = r#"[21/Nov/2026:02:09:47 +0100] "GET / HTTP/1.1" 200 3 "-" "-""#;
    for name in ["-", "bob", "mary ann", "x [y] z", "x [21/Nov/2026:02:09:47 +0100]", "\\x22"] {
        assert_eq!(user(&format!("::1 - {name} {tail}")).as_deref(), Some(name));
    }
}

#[test]
fn a_line_that_is_not_whole_does_not_fit() {
    let whole =
        r#"127.0.0.1 - - [21/Nov/2026:02:09:47 +0100] "POST /api/auth HTTP/1.1" 200 3 "-" "x""#;
    assert!(user(whole).is_some());
    for end in 0..whole.len() {
        assert_eq!(user(&whole[..end]), None, "{end}");
    }
}

#[test]
fn what_stands_behind_all_that_is_used_may_be_anything() {
    for good in [
        "$remote_addr [$time_local] \"$request\" $status $http_x $args",
        "$remote_addr [$time_local] \"$request_method $request_uri $server_protocol\" $status",
        "$remote_addr [$time_local] $body_bytes_sent-$request_time \"$request\" $status \"$request\"",
    ] {
        assert!(Format::new(good).is_ok(), "{good}");
    }
    let format = "$remote_addr:$remote_port [$time_local] $body_bytes_sent-$request_time \"$request\" $status";
    let format = Format::new(format).unwrap();
    for (line, address) in [
        (
            &b"192.0.2.5:54321 [21/Nov/2026:02:09:47 +0100] 3-0.001 \"GET / HTTP/1.1\" 200"[..],
            "192.0.2.5",
        ),
        (
            b"2001:db8::1:54321 [21/Nov/2026:02:09:47 +0100] --0.001 \"GET / HTTP/1.1\" 200",
            "2001:db8::1",
        ),
    ] {
        let fields = format.split(line).unwrap();
        assert_eq!(fields.get(Var::Address), Some(address.as_bytes()));
        assert_eq!(fields.get(Var::Duration), Some(&b"0.001"[..]));
    }
}

#[test]
fn formats_of_the_users_own() {
    let json = r#"escape=json {"t":"$time_iso8601","a":"$remote_addr","r":"$request","s":$status}"#;
    let format = Format::new(json).unwrap();
    let line = br#"{"t":"2026-11-21T02:09:47+01:00","a":"::1","r":"GET /\"x\\ HTTP/1.1","s":200}"#;
    let fields = format.split(line).unwrap();
    assert_eq!(fields.get(Var::Request), Some(&br#"GET /\"x\\ HTTP/1.1"#[..]));
    assert_eq!(unescape(br#"/\"x\\\u001b"#, Escape::Json).unwrap(), b"/\"x\\\x1b");
    assert_eq!(unescape(br"\x22\x5Cx41", Escape::Default).unwrap(), br#""\x41"#);
    assert_eq!(unescape(br"\n", Escape::Default), None);
    for bad in [
        "$remote_addr$time_local \"$request\" $status",
        "escape=none $remote_addr [$time_local] \"$request\" $status",
        "$remote_addr [$time_local] \"$request\"",
        "${remote_addr [$time_local] \"$request\" $status",
        "$remote_addr [$time_local] \"$request\" $status $",
        "$remote_addr [$time_local] $request $status",
        "$remote_addr $http_x [$time_local] $args \"$request\" $status",
        "$remote_addr [$time_local] \"$http_user_agent $request\" $status",
        "$cookie_a $remote_addr [$time_local] $uri \"$request\" $status",
        // What stands last moves the end of what nginx itself makes, and with it the status.
        "$remote_addr [$time_local] \"$request\" $upstream_addr $status $http_x",
    ] {
        assert!(Format::new(bad).unwrap_err().is_format(), "{bad}");
    }
}
