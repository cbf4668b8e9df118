//! The table of what is asked for, `docs/coverage.md`: it names tests and events that there are.

use std::collections::BTreeSet;

use audit_events::EVENTS;

const PAGE: &str = include_str!("../../docs/coverage.md");

/// The modules that have tests of rows: those here, the examples' and the one of what is exported.
const MODULES: [(&str, &str); 12] = [
    ("api_runner", include_str!("../../examples/api_runner/rows.rs")),
    ("export", include_str!("../../audit-cli/tests/export.rs")),
    ("hypervisor", include_str!("hypervisor.rs")),
    ("hypervisor_day", include_str!("../../examples/hypervisor/rows.rs")),
    ("kvm", include_str!("kvm.rs")),
    ("kvm_device", include_str!("../../examples/kvm_device/kit.rs")),
    ("leaks", include_str!("leaks.rs")),
    ("page", include_str!("page.rs")),
    ("runner", include_str!("runner.rs")),
    ("servers", include_str!("servers.rs")),
    ("vault", include_str!("vault.rs")),
    ("vault_server", include_str!("../../examples/vault_server/rows.rs")),
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

/// What is missing in a row is a later thing, and the row says so.
#[test]
fn no_row_of_the_managers_the_runners_and_the_vaults_is_without_a_test() {
    let rows =
        PAGE.lines().filter(|line| ["| B", "| C", "| D"].iter().any(|of| line.starts_with(of)));
    for row in rows {
        assert!(!row.contains("—") || row.contains("planned: "), "{row}");
    }
}

/// A row is there for each row that was asked for.
#[test]
fn every_row_is_there() {
    for (table, rows) in [("A", 16), ("B", 6), ("C", 6), ("D", 6), ("E", 11)] {
        for row in 1..=rows {
            assert!(PAGE.contains(&format!("\n| {table}{row} | ")), "{table}{row}");
        }
    }
}
