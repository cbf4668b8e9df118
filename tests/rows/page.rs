//! The page of all events, `docs/events.md`: each line in it is one that the code wrote.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use audit_core::Catalog;
use audit_events::kvm::imported;
use audit_events::{EVENTS, common, hypervisor, kvm, runner, vault};
use audit_log::catalog::markdown;

use crate::kit::log;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.md");

const INTRO: &str = "\
# The ready-made events

What the crate `audit-events` can record: each event with its fields, why they may be recorded, what others call it, and
a line of it, made of placeholders and written by the code that writes logs. Names of users and sessions that are not in
clear are pseudonyms. A test writes this page (`tests/rows/page.rs`): to accept a change, `AUDIT_BLESS=1 cargo test -p
audit-tests --test rows`.

All lines of a log have the keys in front of `event` (`docs/format.md`). Actor and source *from the context* are those of
whoever asked the program to do it. An event whose level follows its outcome is `info` when it was done, `warn` when it was
denied, `error` when it failed.

OCSF is the Open Cybersecurity Schema Framework 1.8 (class and activity), ECS the Elastic Common Schema 9 (`event.category`
and `event.type`), Redfish a message of the registry `AccountSecurity`. Where there is nothing that fits, nothing is
said: OCSF 1.8 has no class for power, pasting, sessions of a KVM or firmware; ECS has no category for pasting; the
registry has messages for accounts alone, and says of whatever refused login that the credentials were wrong.
";

/// The parts of the page, each with the events that no part before it has.
const PARTS: [(&str, &str, Catalog); 6] = [
    ("Common", "Events that more than one catalogue has.", common::EVENTS),
    ("KVM over IP", "`audit_events::kvm`", kvm::EVENTS),
    ("Hypervisor", "`audit_events::hypervisor`", hypervisor::EVENTS),
    ("API runner", "`audit_events::runner`", runner::EVENTS),
    ("Vault", "`audit_events::vault`", vault::EVENTS),
    (
        "Other logs",
        "`audit_events::kvm::imported`: what `auditlog ingest` concludes from them. Its lines have `occurred` and `origin`, too.",
        imported::EVENTS,
    ),
];

/// The catalogue's own page, event by event.
fn sections() -> BTreeMap<String, String> {
    let page = markdown(&EVENTS);
    let sections = page.split("\n## ").skip(1);
    let named = sections.map(|section| {
        let name = section.lines().next().unwrap().trim_matches('`').to_owned();
        (name, format!("\n### {}\n", section.trim_end()))
    });
    named.collect()
}

fn page() -> String {
    let mut sections = sections();
    let mut page = INTRO.to_owned();
    page += "\n| event | what it says | stream | catalogues |\n|---|---|---|---|\n";
    let (mut body, mut listed) = (String::new(), Vec::new());
    for (title, about, events) in PARTS {
        write!(body, "\n## {title}\n\n{about}\n").unwrap();
        for schema in events.schemas() {
            if let Some(section) = sections.remove(schema.event) {
                body += &section;
                listed.push(schema);
            }
        }
    }
    assert!(sections.is_empty(), "not on the page: {sections:?}");
    for schema in listed {
        let has =
            |part: &&(&str, &str, Catalog)| part.2.schemas().any(|it| it.event == schema.event);
        let parts: Vec<&str> = PARTS[1..].iter().filter(has).map(|part| part.0).collect();
        let (event, stream) = (schema.event, schema.stream.name());
        let row = format!("| `{event}` | {} | `{stream}` | {} |\n", schema.about, parts.join(", "));
        page += &row;
    }
    page + &body
}

#[test]
fn the_page_of_all_events_is_as_committed() {
    let page = page();
    let asked = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if asked("AUDIT_BLESS") && !asked("CI") {
        std::fs::write(PATH, &page).unwrap();
    }
    let committed = std::fs::read_to_string(PATH).unwrap_or_default();
    let differs = committed.lines().zip(page.lines()).find(|(old, new)| old != new);
    assert_eq!(differs, None, "docs/events.md: AUDIT_BLESS=1 writes it");
    assert!(committed == page, "docs/events.md has another length: AUDIT_BLESS=1 writes it");
}

/// Each example of the page is what a writer writes, but for what no two logs have in common.
#[test]
fn every_example_is_a_line_that_a_writer_wrote() {
    let log = log(|writer| {
        for record in EVENTS.examples() {
            record.to(writer).emit().unwrap();
        }
    });
    let committed = std::fs::read_to_string(PATH).unwrap();
    let mut lines = 0;
    for (line, event) in log.event_lines().zip(log.events()) {
        let seq = &event["seq"];
        let line = line.replacen(&format!(r#""seq":{seq},"#), r#""seq":42,"#, 1);
        assert!(committed.contains(&format!("\n```json\n{line}\n```\n")), "{line}");
        lines += 1;
    }
    assert_eq!(lines, EVENTS.schemas().count());
}
