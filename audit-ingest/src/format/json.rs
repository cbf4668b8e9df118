//! Formats of JSON, of which each member is called as the variable is that it has.

/// Members that are times, whatever form they have.
const TIMES: [&str; 6] = ["time_iso8601", "time_local", "msec", "time", "timestamp", "@timestamp"];

/// The format that a line has, if it is one flat object; the names of its members are the format's own,
/// and no client's.
pub(super) fn of(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    let mut rest = line.strip_prefix('{')?;
    let mut format = "escape=json {".to_owned();
    loop {
        let (name, value, after) = member(rest)?;
        let whole = rest.get(..rest.len() - after.len())?;
        let before = whole.get(..whole.len() - value.len())?;
        let text = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let variable = variable(name, text.unwrap_or(value))?;
        format.push_str(before);
        match text {
            Some(_) => format.push_str(&format!("\"${variable}\"")),
            None => format.push_str(&format!("${variable}")),
        }
        let (end, after) = after.split_at(after.find([',', '}'])? + 1);
        format.push_str(end);
        if end.ends_with('}') {
            // What stands behind it is white space at most.
            return after.trim().is_empty().then(|| format + after);
        }
        rest = after;
    }
}

/// A member's name, its value as it is written, and what follows.
fn member(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = string(text.trim_start())?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    let length = match string(value) {
        Some((text, _)) => text.len() + 2,
        None => value.find(|it: char| !it.is_ascii_alphanumeric() && !"-+.".contains(it))?,
    };
    let (value, after) = value.split_at(length);
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "_-@. ".contains(it);
    let is_whole = !value.is_empty() && !name.is_empty() && name.chars().all(is_plain);
    is_whole.then_some((name, value, after))
}

/// What a string holds, escapes and all, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = text.find(|it: char| {
        let ends = it == '"' && !is_escaped;
        is_escaped = it == '\\' && !is_escaped;
        ends
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// The variable that a member of this name has. A name that no variable has stands for one that is
/// nobody's business.
fn variable(name: &str, value: &str) -> Option<String> {
    if TIMES.contains(&name) {
        let bytes = value.as_bytes();
        return match (value.len(), bytes.get(10), bytes.get(2)) {
            (25, Some(b'T'), _) => Some("time_iso8601".to_owned()),
            (26, _, Some(b'/')) => Some("time_local".to_owned()),
            (14, Some(b'.'), _) => Some("msec".to_owned()),
            _ => None,
        };
    }
    if name == "request" && !value.contains(" HTTP/") {
        return None;
    }
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    Some(if name.chars().all(is_plain) { name.to_owned() } else { "unknown".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_as_variables_are() {
        let line = r#"{"time":"2026-11-21T02:09:47+01:00", "remote_addr" : "::1","request":"GET /\"x HTTP/1.1","status":200,"User-Agent":"a}b\\"}"#;
        let format = r#"escape=json {"time":"$time_iso8601", "remote_addr" : "$remote_addr","request":"$request","status":$status,"User-Agent":"$unknown"}"#;
        assert_eq!(of(line.as_bytes()).as_deref(), Some(format));
        for line in [
            "x",
            "{}",
            r#"{"time":"yesterday"}"#,
            r#"{"request":"/x"}"#,
            r#"{"a":{"b":"c"}}"#,
            r#"{"a":"b"} x"#,
            r#"{"a":"b"#,
            r#"{"$a":"b"}"#,
        ] {
            assert_eq!(of(line.as_bytes()), None, "{line}");
        }
    }
}
