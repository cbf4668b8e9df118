//! Tests: what meets a rule, and rules that are refused.

use super::*;

fn kind(method: &str, path: &str) -> Option<Kind> {
    let rules = Rules::default();
    match rules.get(rules.find(method.as_bytes(), path.as_bytes(), b"")?)?.means {
        Means::Action(kind) => Some(kind),
        _ => None,
    }
}

#[test]
fn the_rules_that_are_built_in_are_read() {
    assert_eq!(Rules::default().rules.len(), 35);
    assert_eq!(kind("POST", "/api/auth"), Some(Kind::Login));
    assert_eq!(kind("POST", "/api/scripts/collect/run"), Some(Kind::ScriptRun));
    assert_eq!(kind("GET", "/api/debugLogs"), Some(Kind::DebugLogExport));
}

#[test]
fn lookalikes_are_none() {
    for (method, path) in [
        ("GET", "/api/auth"),
        ("POST", "/api/auth/"),
        ("POST", "//api/auth"),
        ("POST", "/api//auth"),
        ("POST", "/API/auth"),
        ("POST", "/api/x/../auth"),
        ("POST", "/api/scripts//run"),
        ("POST", "/api/scripts/../run"),
        ("POST", "/api/scripts/a/b/run"),
        ("HEAD", "/api/debugLogs"),
        ("post", "/api/auth"),
    ] {
        assert_eq!(kind(method, path), None, "{method} {path}");
    }
}

fn rule(kind: &str, path: &str, more: &str) -> String {
    format!("[[rule]]\nkind = \"{kind}\"\nmethod = \"POST\"\npath = \"{path}\"\n{more}\n")
}

#[test]
fn the_query_decides_where_a_rule_says_so() {
    let text = rule("media_mount", "/m", "query = \"on=1\"")
        + &rule("media_unmount", "/m", "query = \"on=0\"")
        + &rule("setting_change", "/m", "")
        + &rule("paste", "/p", "query = \"x=1\"");
    let rules = Rules::from_toml(&text).unwrap();
    let found = |path: &str, query: &str| rules.find(b"POST", path.as_bytes(), query.as_bytes());
    assert_eq!(found("/m", "?on=1"), Some(0));
    assert_eq!(found("/m", "?a=b&on=0"), Some(1));
    assert_eq!(found("/m", "?on=10"), Some(2));
    assert_eq!(found("/m", ""), Some(2));
    assert_eq!((found("/p", "?x=1"), found("/p", "?x=2")), (Some(3), None));
}

#[test]
fn two_stars_stand_for_all_that_follows() {
    let rules = Rules::from_toml(&rule("paste", "/a/**", "")).unwrap();
    let found = |path: &str| rules.find(b"POST", path.as_bytes(), b"").is_some();
    for path in ["/a/", "/a/b", "/a//", "/a/b/c/"] {
        assert!(found(path), "{path}");
    }
    for path in ["/a", "/b/", "/a/../b", "/A/b"] {
        assert!(!found(path), "{path}");
    }
    let rules = Rules::from_toml(&rule("paste", "/*/b/**", "")).unwrap();
    let found = |path: &str| rules.find(b"POST", path.as_bytes(), b"").is_some();
    assert!(found("/a/b/c/d") && found("/a/b/") && !found("/a/b") && !found("/a/b/../c"));
}

#[test]
fn a_rule_that_is_never_met_is_refused() {
    for text in [
        rule("paste", "/a", "") + &rule("login", "/a", ""),
        rule("paste", "/a", "query = \"x\"") + &rule("login", "/a", "query = \"x\""),
        rule("paste", "/a/**", "") + &rule("login", "/a/*/b", ""),
    ] {
        let refused = Rules::from_toml(&text).unwrap_err().to_string();
        assert!(refused.contains("rule 2: it is never met"), "{refused}");
    }
    let met = rule("paste", "/a/**", "") + &rule("login", "/a/b", "");
    assert!(Rules::from_toml(&met).is_ok());
}

#[test]
fn faulty_rules_are_refused() {
    for text in [
        "rule",
        "[[rule]]\nkind = \"login\"\nmethod = \"post\"\npath = \"/\"",
        "[[rule]]\nkind = \"login\"\nmethod = \"POST\"\npath = \"x\"",
        "[[rule]]\nkind = \"session\"\nmethod = \"GET\"\npath = \"/\"",
        "[[rule]]\nkind = \"session_end\"\nmethod = \"GET\"\npath = \"/\"",
        "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nopen = 101",
        "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nproff = \"login\"",
        "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nafter = \"login\"",
        "[[rule]]\nkind = \"page\"\nmethod = \"GET\"\npath = \"/\"\nproof = \"login\"",
        "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/**/x\"",
        "[[rule]]\nkind = \"login\"\nmethod = \"GET\"\npath = \"/\"\nquery = \"a=1&b=2\"",
    ] {
        assert!(Rules::from_toml(text).unwrap_err().is_rules(), "{text}");
    }
}

#[test]
fn a_status_means_what_a_rule_says() {
    let text = rule("login", "/a", "status = { 200 = \"unknown\", 302 = \"success\" }");
    let rules = Rules::from_toml(&text).unwrap();
    let statuses = &rules.get(0).unwrap().statuses;
    assert_eq!(statuses[..], [(200, Answer::Unknown), (302, Answer::Success)]);
    for more in
        ["status = { 20 = \"success\" }", "status = { 200 = \"well\" }", "status = { x = 1 }"]
    {
        assert!(Rules::from_toml(&rule("login", "/a", more)).unwrap_err().is_rules(), "{more}");
    }
    for more in [
        "open = 101\nlogged = \"polls\"",
        "open = 101\nconnection = \"a=b\"",
        "open = 101\nstatus = { 101 = \"denied\" }",
    ] {
        assert!(Rules::from_toml(&rule("session", "/a", more)).unwrap_err().is_rules(), "{more}");
    }
    for more in ["logged = \"at_begin\"", "connection = \"sid\""] {
        assert!(Rules::from_toml(&rule("login", "/a", more)).unwrap_err().is_rules(), "{more}");
    }
}

#[test]
fn spellings_that_are_one_to_the_device_meet_one_rule() {
    let spelling = "[spelling]\ncollapse_slashes = true\ndrop_last_slash = true\n";
    let spelled = Rules::from_toml(&(spelling.to_owned() + &rule("paste", "/a/*/b", ""))).unwrap();
    let plain = Rules::from_toml(&rule("paste", "/a/*/b", "")).unwrap();
    for path in ["/a/x/b", "//a//x/b", "/a/x/b/"] {
        assert_eq!(spelled.find(b"POST", path.as_bytes(), b""), Some(0), "{path}");
        let is_plain = path == "/a/x/b";
        assert_eq!(plain.find(b"POST", path.as_bytes(), b"").is_some(), is_plain, "{path}");
    }
    assert!(Rules::from_toml("[spelling]\nslashes = true\n").unwrap_err().is_rules());
}
