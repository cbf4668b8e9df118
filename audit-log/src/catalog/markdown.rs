//! The catalogue as a page to read.

use std::fmt::Write as _;

use audit_core::{
    Catalog,
    record::Record,
    schema::{
        ActionNames, Ecs, Field, Mapping, Ocsf, OutcomeKind, OutcomeRule, Part, Place, Schema,
        Treatment, Type,
    },
};

use super::example;

/// The catalogue as Markdown, as GitHub shows it: the events in the order of the list.
pub fn markdown(catalog: &Catalog) -> String {
    let count = catalog.schemas().count();
    let mut page = format!(
        "# Audit events\n\nWhat the audit log of this program can hold, beside lines about the log \
         itself: {count} events, and of each these fields and no others.\n"
    );
    for record in catalog.examples() {
        page += &event(&record);
    }
    page
}

fn event(record: &Record<Box<[u8]>>) -> String {
    let schema = record.schema();
    let Schema { event, about, category, action, actor, source, object, object_type, .. } = schema;
    let rows = [
        ("stream", code(schema.stream.name())),
        ("category", code(category)),
        ("action", actions(action)),
        ("outcome", outcome(schema)),
        ("level", level(schema)),
        ("actor", part(schema, actor, &[Place::ActorUser, Place::ActorSession])),
        ("source", part(schema, source, &[Place::SourceAddress])),
        ("object", part(schema, object, &[Place::ObjectId, Place::ObjectName])),
    ];
    let mut page = format!("\n## {}\n\n{}\n\n| | |\n|---|---|\n", code(event), text(about));
    for (key, value) in rows {
        let of_type = match key {
            "object" if !object_type.is_empty() => format!("{}: ", code(object_type)),
            _ => String::new(),
        };
        page += &format!("| {key} | {of_type}{value} |\n");
    }
    if !schema.mapping.is_empty() {
        page += &format!("| elsewhere | {} |\n", elsewhere(&schema.mapping));
    }
    if !schema.fields.is_empty() {
        page += "\n| field | place | type | class | how |\n|---|---|---|---|---|\n";
        rows_of(schema.fields, "", &mut page);
    }
    match example(record) {
        Some(line) => page += &format!("\n```json\n{line}\n```\n"),
        None => page += "\nNo example: the encoder and the schema disagree, which is a defect.\n",
    }
    page
}

fn actions(action: &ActionNames) -> String {
    let ActionNames { success, denied, failure } = action;
    match success == denied && success == failure {
        true => code(success),
        false => {
            let (success, denied, failure) = (code(success), code(denied), code(failure));
            format!("{success}, when denied {denied}, when it failed {failure}")
        }
    }
}

/// What others call it.
fn elsewhere(mapping: &Mapping) -> String {
    let Mapping { ocsf, ecs, redfish, .. } = mapping;
    let ocsf =
        ocsf.map(|Ocsf { class, activity }| format!("OCSF class {class}, activity {activity}"));
    let ecs = ecs.map(|Ecs { category, event_type }| {
        format!("ECS category {}, type {}", code(category), code(event_type))
    });
    let redfish = redfish.map(|message| format!("Redfish {}", code(message)));
    [ocsf, ecs, redfish].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn outcome(schema: &Schema) -> String {
    let named = |place| names_at(schema, &[place]);
    match schema.outcome {
        OutcomeRule::Field => format!("as {} says", named(Place::Outcome)),
        OutcomeRule::Always(kind) => match named(Place::Reason) {
            reason if reason.is_empty() => code(kind.name()),
            reason => format!("{}, because of {reason}", code(kind.name())),
        },
    }
}

fn level(schema: &Schema) -> String {
    match (schema.level, schema.outcome) {
        (Some(level), _) => code(level.name()),
        (None, OutcomeRule::Always(kind)) => code(kind.level().name()),
        (None, OutcomeRule::Field) => {
            let [done, denied, failed] =
                [OutcomeKind::Success, OutcomeKind::Denied, OutcomeKind::Failure]
                    .map(|kind| code(kind.level().name()));
            format!("{done}, when denied {denied}, when it failed {failed}")
        }
    }
}

fn part(schema: &Schema, rule: &Part, places: &[Place]) -> String {
    match rule {
        Part::Fields => names_at(schema, places),
        Part::Context => "from the context".to_owned(),
        Part::Always(kind, value) => format!("always {} {}", code(kind), quoted(value)),
        Part::None(why) => format!("none, because {}", quoted(why)),
    }
}

/// The names of the fields that stand at these places.
fn names_at(schema: &Schema, places: &[Place]) -> String {
    let fields = schema.fields.iter().filter(|field| places.contains(&field.place));
    fields.map(|field| code(field.name)).collect::<Vec<_>>().join(", ")
}

/// A row for each field; those of a group follow it as `group.field`.
fn rows_of(fields: &'static [Field], before: &str, page: &mut String) {
    for field in fields {
        let Field { name, place, ty, class, treatment, absent, .. } = field;
        let name = format!("{before}{name}");
        let how = match (treatment, innermost(ty)) {
            (Treatment::Disclosed(why), _) => format!("disclosed because {}", quoted(why)),
            (_, Type::Withheld) => "withheld".to_owned(),
            (Treatment::ByType, _) => "vocabulary".to_owned(),
            _ => "unknown".to_owned(),
        };
        let absent = absent.map(|why| format!("; may be absent: {}", quoted(why)));
        let absent = absent.unwrap_or_default();
        let (place, class) = (code(place.name()), class.name());
        // Writing into a `String` does not fail.
        let _written = writeln!(
            page,
            "| {} | {place} | {} | {class} | {how}{absent} |",
            code(&name),
            type_name(ty)
        );
        if let Type::Group(inner) = innermost(ty) {
            rows_of(inner, &format!("{name}."), page);
        }
    }
}

/// The type behind any `Option`s.
fn innermost(ty: &'static Type) -> &'static Type {
    match ty {
        Type::Optional(inner) => innermost(inner),
        other => other,
    }
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Unsigned(bits) => format!("u{bits}"),
        Type::Measure("") => "u64".to_owned(),
        Type::Measure(unit) => format!("u64 {}", text(unit)),
        Type::Signed(bits) => format!("i{bits}"),
        Type::Text(_) => "text".to_owned(),
        Type::Ip => "ip".to_owned(),
        Type::Address => "address".to_owned(),
        Type::Enum(labels) => {
            let labels: Vec<String> = labels.iter().map(|label| code(label)).collect();
            format!("one of {}", labels.join(", "))
        }
        Type::Optional(inner) => format!("optional {}", type_name(inner)),
        Type::Group(_) => "group".to_owned(),
        Type::Withheld => "withheld".to_owned(),
        Type::Keyed => "pseudonym".to_owned(),
        Type::Claimed(_) => "name if the account is known, else pseudonym".to_owned(),
        Type::Outcome(reason) => format!("outcome; if no success, {}", type_name(reason)),
        Type::Awaited(reason) => {
            format!("begun, then outcome; if no success, {}", type_name(reason))
        }
        Type::Actor => "actor".to_owned(),
        Type::Source => "source".to_owned(),
        // `Type` may grow; a reader treats what it does not know as withheld.
        _ => "unknown".to_owned(),
    }
}

/// A name as code, unless it has characters that mean something in Markdown.
fn code(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte);
    match !name.trim().is_empty() && name.bytes().all(is_plain) {
        true => format!("`{name}`"),
        false => text(name),
    }
}

fn quoted(words: &str) -> String {
    format!("“{}”", text(words))
}

/// Words on one line, with nothing in them that means something in Markdown or HTML.
fn text(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for (at, character) in words.chars().enumerate() {
        let opens_block = at == 0 && "-+=".contains(character);
        if opens_block || "\\`*_[]<>|~&#!$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(if character.is_control() { ' ' } else { character });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::tests::EVENTS;

    #[test]
    fn the_page_is_this() {
        let page = super::markdown(&EVENTS);
        assert_eq!(page, super::markdown(&EVENTS));
        let expected = r#"# Audit events

What the audit log of this program can hold, beside lines about the log itself: 2 events, and of each these fields and no others.

## `picture_taken`

A picture \| an \`image\` was taken.

| | |
|---|---|
| stream | `audit` |
| category | `video` |
| action | `snap`, when denied `snap_denied`, when it failed `snap` |
| outcome | as `outcome` says |
| level | `info`, when denied `warn`, when it failed `error` |
| actor | from the context |
| source | none, because “the lens, \*always\* there” |
| object | `lens`: `lens` |

| field | place | type | class | how |
|---|---|---|---|---|
| `outcome` | `outcome` | outcome; if no success, one of `too_large`, `forbidden` | internal | vocabulary |
| `actor` | `actor` | actor | personal | vocabulary |
| `lens` | `object.id` | optional text | internal | vocabulary; may be absent: “all \| of them” |
| `extent` | `data` | group | internal | vocabulary |
| `extent.rows` | `data` | u64 bytes | internal | vocabulary |
| `extent.exact` | `data` | bool | internal | vocabulary |
| `path` | `data` | optional text | internal | vocabulary |
| `knob` | `data` | u16 | public | disclosed because “what the \`knob\` says” |
| `text` | `data` | withheld | withheld | withheld |

```json
"#;
        let (front, rest) = page.split_at(expected.len().min(page.len()));
        assert_eq!(front, expected);
        assert!(rest.starts_with(r#"{"kind":"event","seq":42,"#), "{rest}");
        assert!(rest.contains("| outcome | `denied`, because of `why` |"), "{rest}");
        assert!(rest.contains("| level | `error` |"), "{rest}");
        assert!(rest.contains("| actor | `who`, `session` |"), "{rest}");
        assert!(rest.contains("| stream | `access` |"), "{rest}");
        let elsewhere = "| elsewhere | OCSF class 3002, activity 1; ECS category `authentication`, \
                         type `start`; Redfish `Doors.1.0.Entered` |";
        assert!(rest.contains(elsewhere), "{rest}");
        assert!(rest.contains("| source | always `local` “front” |"), "{rest}");
        // Each row of a table has as many cells as its head: five, or two.
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        for line in page.lines().filter(|line| line.starts_with('|')) {
            assert!([6, 3].contains(&cells(line)), "{line}");
        }
    }

    #[test]
    fn nothing_in_a_text_means_anything() {
        assert_eq!(super::text("a|b\n`c` <d> #1"), "a\\|b \\`c\\` \\<d\\> \\#1");
        assert_eq!(super::text("- x - y"), "\\- x - y");
        assert_eq!(super::code("a`b"), "a\\`b");
        assert_eq!(super::code("a.b c"), "`a.b c`");
        assert_eq!(super::code(""), "");
    }
}
