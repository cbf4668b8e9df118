//! The table of what is asked for, `docs/coverage.md`: it names tests and events that there are.

use std::collections::BTreeSet;

use audit_events::EVENTS;

const PAGE: &str = include_str!("../../docs/coverage.md");

/// The modules that have tests of rows.
const MODULES: [(&str, &str); 6] = [
    ("hypervisor", include_str!("hypervisor.rs")),
    ("kvm", include_str!("kvm.rs")),
    ("leaks", include_str!("leaks.rs")),
    ("page", include_str!("page.rs")),
    ("runner", include_str!("runner.rs")),
    ("vault", include_str!("vault.rs")),
];

/// What the page has between backticks.
fn quoted() -> BTreeSet<&'static str> {
    PAGE.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_test_of_a_row_is_in_the_table_and_every_name_of_one_is_a_test() {
    let mut tests = BTreeSet::new();
    for (module, text) in MODULES {
        let functions = text.split("#[test]\nfn ").skip(1);
        tests
            .extend(functions.map(|rest| format!("{module}::{}", rest.split('(').next().unwrap())));
    }
    let named = quoted();
    for name in named.iter().filter(|name| name.contains("::")) {
        let is_test = tests.contains(*name) || name.starts_with("Outcome::");
        assert!(is_test, "docs/coverage.md names `{name}`, and there is no such test");
    }
    let is_of_row = |test: &&String| {
        let name = test.split("::").nth(1).unwrap();
        name.as_bytes()[1].is_ascii_digit()
    };
    for test in tests.iter().filter(is_of_row) {
        assert!(named.contains(test.as_str()), "docs/coverage.md does not name `{test}`");
    }
}

#[test]
fn every_event_is_in_the_table() {
    let named = quoted();
    for schema in EVENTS.schemas() {
        let event = schema.event;
        let is_of_serial = event.starts_with("serial_console_") && event.ends_with("_changed");
        assert!(is_of_serial || named.contains(event), "docs/coverage.md does not name `{event}`");
    }
}

/// A row is there for each row that was asked for.
#[test]
fn every_row_is_there() {
    for (table, rows) in [("A", 16), ("B", 6), ("C", 6), ("D", 6)] {
        for row in 1..=rows {
            assert!(PAGE.contains(&format!("\n| {table}{row} | ")), "{table}{row}");
        }
    }
}
