//! Rows of text: `Date | Log Statement`, and for the stream `access` `Date | IP Address | User | Geo
//! | Action`.
//!
//! A row is one line of printable ASCII, and its columns are ` | ` apart. What is absent is `-`. A text
//! of letters, digits and `_.:/@+-` stands as it is; every other one in quotation marks, in which `"`
//! and `\` stand behind a `\` and `|` and what is not printable ASCII is `\u{…}`, in hexadecimal: so no
//! text can end a row or a column, or look like another field. What is not the text itself stands in
//! braces: `{withheld}`, `{pseudonym 5ad11253c63773f3}`.

use std::fmt::Write as _;

use audit_core::Stream;
use audit_log::reader::{Json, Line};

/// The names of a stream's columns.
pub(crate) fn heading(stream: Stream) -> &'static str {
    match stream {
        Stream::Access => "Date | IP Address | User | Geo | Action",
        _ => "Date | Log Statement",
    }
}

/// A line of a stream as a row, if it records something that happened: an event, events that were
/// counted or lost, or what the log did itself. Headers, schemas and checkpoints are about the file.
pub(crate) fn row(stream: Stream, line: &Line) -> Option<String> {
    if matches!(line.kind.as_str(), "header" | "schema" | "checkpoint") {
        return None;
    }
    let date = quoted(&line.time);
    Some(match stream {
        Stream::Access => {
            let ip = line.member("ip").map_or_else(|| part(line, "source", "ip"), value);
            let [user, geo] =
                [("actor", "user"), ("data", "geo")].map(|(of, it)| part(line, of, it));
            format!("{date} | {ip} | {user} | {geo} | {}", action(line))
        }
        _ => format!("{date} | {}", statement(line)),
    })
}

/// What happened, in a few words: `login denied bad_password`.
fn action(line: &Line) -> String {
    let word = |key: &str| line.member(key).map_or_else(|| "-".to_owned(), value);
    match line.kind.as_str() {
        "event" => {
            let mut words = vec![word("action"), word("outcome")];
            words.extend(line.get("reason").map(value));
            words.extend(line.get("phase").map(value));
            words.join(" ")
        }
        "summary" => format!("{} {} {} times", word("action"), word("outcome"), word("count")),
        "gap" => format!("{} events lost", word("lost")),
        "lifecycle" => format!("log {}", word("type")),
        kind => quoted(kind),
    }
}

/// All that a line says: what happened, and `name=value` for each of its fields.
fn statement(line: &Line) -> String {
    if let Some(said) = said(line) {
        return said;
    }
    let mut statement = action(line);
    // What that says already, and what is about the log's own affairs.
    let passed_over: &[&str] = match line.kind.as_str() {
        "event" | "summary" => &OF_EVENT,
        "gap" => &["lost"],
        "lifecycle" => &["type", "up_us"],
        _ => &[],
    };
    let members = match line.kind.as_str() {
        "event" => Some(&line.json),
        kind => line.get(kind),
    };
    let Some(Json::Object(members)) = members else { return statement };
    let members = members.iter().filter(|(key, _)| !passed_over.contains(&key.as_str()));
    for (key, json) in members {
        match (key.as_str(), json) {
            // Its fields have names of their own.
            ("data", Json::Object(entries)) => fields("", entries, &mut statement),
            ("withheld", Json::List(names)) => withheld(names, &mut statement),
            (key, json) => field(key, json, None, &mut statement),
        }
    }
    statement
}

const OF_EVENT: [&str; 11] = [
    "kind", "seq", "time", "prev", "event", "level", "action", "outcome", "reason", "phase",
    "count",
];

/// What the program said through `tracing`, in its own words and with its fields. Those have the form
/// of a value here already.
fn said(line: &Line) -> Option<String> {
    let name = line.get("event")?.as_str()?;
    if !["logged_info", "logged_warning", "logged_error"].contains(&name) {
        return None;
    }
    let part = |key: &str| line.get("data")?.get(key)?.as_str();
    let severity = part("severity")?;
    let mut said = String::new();
    if severity != "info" {
        said += &format!("{}: ", one_row(severity));
    }
    said += &match part("message")? {
        // It was not recorded: the place in the source says which it was.
        message @ ("withheld" | "none") => {
            let callsite = value(&Json::Text(part("callsite")?.to_owned()));
            format!("{{message {message}}} callsite={callsite}")
        }
        message => one_row(message.strip_prefix('"')?.strip_suffix('"')?),
    };
    for key in ["fields", "spans"] {
        match part(key)? {
            "" => {}
            fields if key == "fields" => said += &format!(" {}", one_row(fields)),
            spans => said += &format!(" in {}", one_row(spans)),
        }
        match line.get("data")?.get(&format!("{key}_left"))?.as_u64()? {
            0 => {}
            left => said += &format!(" {{{left} more {key}}}"),
        }
    }
    Some(said)
}

/// The value under a name in a part of a line, or what stands for it.
fn part(line: &Line, part: &str, name: &str) -> String {
    let Some(part) = line.get(part) else { return "-".to_owned() };
    match (part.get(name), part.get(&format!("{name}_pseudonym"))) {
        (Some(json), _) => with_cut(json, part.get(&format!("{name}_cut"))),
        (None, Some(digits)) => pseudonym(digits),
        (None, None) => "-".to_owned(),
    }
}

/// `name=value` for each entry of an object, behind what is there.
fn fields(prefix: &str, entries: &[(String, Json)], out: &mut String) {
    for (key, json) in entries {
        let cut = entries.iter().find(|(other, _)| other.strip_suffix("_cut") == Some(key));
        field(&format!("{prefix}{key}"), json, cut.map(|(_, cut)| cut), out);
    }
}

fn field(name: &str, json: &Json, cut: Option<&Json>, out: &mut String) {
    let mut put = |name: &str, value: &str| {
        let name = quoted(name);
        out.push_str(&format!(" {name}={value}"));
    };
    match json {
        Json::Object(entries) if !entries.is_empty() => fields(&format!("{name}."), entries, out),
        _ if name.ends_with("_cut") => {} // It stands beside its text.
        json => match (name.strip_suffix("_pseudonym"), name.strip_suffix("_none")) {
            (Some(name), _) => put(name, &pseudonym(json)),
            (_, Some(name)) => put(name, "-"),
            _ => put(name, &with_cut(json, cut)),
        },
    }
}

/// `name={withheld}` for each of these names.
fn withheld(names: &[Json], out: &mut String) {
    for name in names.iter().filter_map(Json::as_str) {
        out.push_str(&format!(" {}={{withheld}}", quoted(name)));
    }
}

fn pseudonym(digits: &Json) -> String {
    format!("{{pseudonym {}}}", value(digits))
}

/// A value, and how many bytes of it are left out.
fn with_cut(json: &Json, cut: Option<&Json>) -> String {
    match cut {
        Some(cut) => format!("{}{{and {} bytes}}", value(json), value(cut)),
        None => value(json),
    }
}

/// A value, by the rules of a row.
fn value(json: &Json) -> String {
    match json {
        Json::Null => "-".to_owned(),
        Json::Bool(bool) => bool.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Text(text) => quoted(text),
        Json::List(items) => {
            let items: Vec<String> = items.iter().map(value).collect();
            format!("{{list {}}}", items.join(", "))
        }
        Json::Object(entries) => {
            let entry = |(key, json): &(String, Json)| format!("{} {}", quoted(key), value(json));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        // Of a later version of the reader.
        _ => "{unknown}".to_owned(),
    }
}

/// A text as it is, or in quotation marks.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.:/@+-".contains(c);
    if !text.is_empty() && text != "-" && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            other => put(other, &mut out),
        }
    }
    out.push('"');
    out
}

/// A text whose escapes are those of a row already, but that may still hold a `|`.
fn one_row(text: &str) -> String {
    let mut out = String::new();
    text.chars().for_each(|c| put(c, &mut out));
    out
}

/// Adds a character, visibly.
fn put(c: char, out: &mut String) {
    match c {
        '|' => out.push_str(r"\u{7c}"),
        ' '..='~' => out.push(c),
        other => {
            // Writing into a text does not fail.
            let _written = write!(out, r"\u{{{:x}}}", u32::from(other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that is spelled as a log's are.
    fn line(kind: &str, rest: &str) -> Line {
        let text =
            format!(r#"{{"kind":"{kind}","seq":3,"time":"2026-11-20T12:00:00.123456Z",{rest}}}"#);
        Line::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn event(rest: &str) -> Line {
        line("event", &format!(r#""event":"e","level":"info",{rest}"#))
    }

    const DATE: &str = "2026-11-20T12:00:00.123456Z";

    #[test]
    fn access_has_five_columns() {
        let whole = event(
            r#""action":"login","outcome":"denied","reason":"bad_password","actor":{"user":"john@runner.test"},"source":{"ip":"2001:db8::7","port":5},"object":{"type":"system","id":"self"},"data":{"geo":"DE-BY"},"withheld":["password"]"#,
        );
        assert_eq!(
            row(Stream::Access, &whole).unwrap(),
            format!("{DATE} | 2001:db8::7 | john@runner.test | DE-BY | login denied bad_password")
        );
        let absent = event(
            r#""action":"logout","outcome":"success","actor_none":"why","source":{"local":"front"}"#,
        );
        assert_eq!(
            row(Stream::Access, &absent).unwrap(),
            format!("{DATE} | - | - | - | logout success")
        );
        let unknown = event(
            r#""action":"login","outcome":"denied","reason":"unknown_user","actor":{"user_pseudonym":"5ad11253c63773f3"},"source":{"ip":"192.0.2.7"}"#,
        );
        assert!(
            row(Stream::Access, &unknown)
                .unwrap()
                .contains(" | {pseudonym 5ad11253c63773f3} | - | ")
        );
    }

    #[test]
    fn others_have_a_statement_with_all_fields() {
        let used = event(
            r#""action":"secret_variable_use","outcome":"success","actor":{"user":"alice","session_pseudonym":"aa"},"source":{"ip":"192.0.2.7"},"object":{"type":"secret_variable","name":"apiToken"},"data":{"request":"login check","number":-3,"long":"x y","long_cut":7},"withheld":["value"],"prev":"k3Jd0aQx9fE""#,
        );
        let expected = r#"secret_variable_use success actor.user=alice actor.session={pseudonym aa} source.ip=192.0.2.7 object.type=secret_variable object.name=apiToken request="login check" number=-3 long="x y"{and 7 bytes} value={withheld}"#;
        assert_eq!(row(Stream::Audit, &used).unwrap(), format!("{DATE} | {expected}"));
    }

    #[test]
    fn what_the_program_said_stands_in_its_words() {
        let said = |message: &str, severity: &str| {
            let data = format!(
                r#""action":"log","outcome":"unknown","data":{{"target":"app","callsite":"event src/a.rs:7","severity":"{severity}","message":"{message}","fields":"port=80 name=\"a|b\\\\\"","fields_left":0,"spans":"run{{id=7}}","spans_left":0}}"#
            );
            let line = line("event", &format!(r#""event":"logged_info","level":"info",{data}"#));
            row(Stream::Application, &line).unwrap()
        };
        let rest = r#"port=80 name="a\u{7c}b\\" in run{id=7}"#;
        assert_eq!(
            said(r#"\"up | running\""#, "info"),
            format!(r"{DATE} | up \u{{7c}} running {rest}")
        );
        let withheld =
            format!(r#"{DATE} | warn: {{message withheld}} callsite="event src/a.rs:7" {rest}"#);
        assert_eq!(said("withheld", "warn"), withheld);
    }

    #[test]
    fn what_was_counted_or_lost_and_what_the_log_did_are_rows_and_the_rest_is_not() {
        let fold = line(
            "summary",
            r#""summary":{"event":"e","action":"login","outcome":"denied","level":"warn","ip":"192.0.2.7","count":17,"from":"f","to":"t"}"#,
        );
        assert_eq!(
            row(Stream::Access, &fold).unwrap(),
            format!("{DATE} | 192.0.2.7 | - | - | login denied 17 times")
        );
        let gap = line("gap", r#""gap":{"lost":2,"reasons":{"full":2},"from":"f","to":"t"}"#);
        assert_eq!(
            row(Stream::Access, &gap).unwrap(),
            format!("{DATE} | - | - | - | 2 events lost")
        );
        assert_eq!(
            row(Stream::Audit, &gap).unwrap(),
            format!("{DATE} | 2 events lost reasons.full=2 from=f to=t")
        );
        let life = line(
            "lifecycle",
            r#""lifecycle":{"type":"interrupted","event":"e","streams":["audit"],"up_us":5}"#,
        );
        assert_eq!(
            row(Stream::Audit, &life).unwrap(),
            format!("{DATE} | log interrupted event=e streams={{list audit}}")
        );
        for kind in ["header", "schema", "checkpoint"] {
            let body = format!(r#""{kind}":{{"version":1}}"#);
            assert_eq!(row(Stream::Audit, &line(kind, &body)), None);
        }
        assert!(
            row(Stream::Audit, &line("later", r#""later":{"x":1}"#))
                .unwrap()
                .ends_with(" | later x=1")
        );
    }

    /// Whatever a text holds, a row is one line of printable ASCII with as many columns as its
    /// heading, and two texts have two spellings.
    #[test]
    fn no_text_breaks_a_row_or_looks_like_something_else() {
        // As they stand in a line.
        let texts = [
            "a | b",
            r"a\\u{7c}b",
            "a|b",
            r"a\nb",
            r"a\\nb",
            r"\r\n\u2028\u0085\u202e",
            "-",
            "",
            "{withheld}",
            r#"\" x=y"#,
            r"\\",
            "x outcome=success",
            r"\ud83d\ude00",
            r"\u0000\u007f",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for text in texts {
            let data = format!(
                r#""action":"login","outcome":"success","actor":{{"user":"{text}"}},"source":{{"ip":"{text}"}},"data":{{"geo":"{text}"}}"#
            );
            let event = event(&data);
            for stream in Stream::ALL {
                let row = row(stream, &event).unwrap();
                assert!(row.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{row}");
                let columns = |text: &str| text.matches('|').count();
                assert_eq!(columns(&row), columns(heading(stream)), "{row}");
                assert!(seen.insert((stream.name(), row.clone())), "{row}");
            }
            // Absent, and withheld, is something else.
            let user = part(&event, "actor", "user");
            assert!(user != "-" && !user.starts_with('{'), "{user}");
        }
    }
}
