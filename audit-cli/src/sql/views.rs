//! The views.

use super::columns::{Column, Kind};
use super::dialect::{Dialect, is_plain};

const HEAD: &str = "\
-- Views over the files of an audit log; docs/analysis.md says how to use them. Times are in UTC.
-- They read the files whenever they are asked; a table made of `events` answers faster.
";

/// All of them, for files of these names.
pub(super) fn text(dialect: Dialect, files: &str, columns: &[Column]) -> String {
    let parts = [
        HEAD.to_owned(),
        raw_lines(dialect, files),
        lines(dialect),
        selected(dialect, "schemas", "schema", SCHEMA),
        CATEGORIES.to_owned(),
        events(dialect, columns),
        selected(dialect, "summary_lines", "summary", SUMMARY),
        categorized("summaries", "summary_lines"),
        DENIED.to_owned(),
        selected(dialect, "gaps", "gap", GAP),
    ];
    parts.join("\n")
}

/// What each line of the files is. A last line that is not whole is no line: it is being written, or
/// was when the power went.
fn raw_lines(dialect: Dialect, files: &str) -> String {
    let (files, kind, seq) = (
        dialect.literal(files),
        dialect.value(&["kind".to_owned()], Kind::Text),
        dialect.value(&["seq".to_owned()], Kind::Number),
    );
    let from = match dialect {
        Dialect::Duckdb => format!(
            "FROM (SELECT filename AS file, json AS line\n      \
             FROM read_ndjson_objects({files}, filename = true, ignore_errors = true))\n\
             WHERE line IS NOT NULL"
        ),
        Dialect::Clickhouse => format!(
            "FROM (SELECT _path AS file, line FROM file({files}, LineAsString, 'line String'))\n\
             WHERE isValidJSON(line)"
        ),
    };
    format!(
        "CREATE OR REPLACE VIEW raw_lines AS\nSELECT file, {kind} AS kind, {seq} AS seq, line\n{from};\n"
    )
}

/// Each line once, however many files it stands in: it is told by log, stream and number, and the
/// first two stand in its file's header.
fn lines(dialect: Dialect) -> String {
    let (log, stream) = (
        dialect.value(&["header".to_owned(), "log".to_owned()], Kind::Text),
        dialect.value(&["header".to_owned(), "stream".to_owned()], Kind::Text),
    );
    let (distinct, limit) = match dialect {
        Dialect::Duckdb => ("DISTINCT ON (log, stream, seq) ", ""),
        Dialect::Clickhouse => ("", "\nLIMIT 1 BY log, stream, seq"),
    };
    format!(
        "-- A line may stand in two files after a disk fault: here it comes once.\n\
         CREATE OR REPLACE VIEW lines AS\n\
         SELECT {distinct}log, stream, seq, kind, line FROM raw_lines\n\
         JOIN (SELECT file, {log} AS log,\n             {stream} AS stream\n      \
         FROM raw_lines WHERE kind = 'header') AS headers USING (file){limit};\n"
    )
}

/// A row for each event. Its category stands in its schema only.
fn events(dialect: Dialect, columns: &[Column]) -> String {
    let selected: Vec<String> = columns.iter().map(|it| with_unit(dialect, it)).collect();
    let lines = format!(
        "CREATE OR REPLACE VIEW event_lines AS\nSELECT log, stream, seq\n{}\nFROM lines WHERE kind = 'event';\n",
        selected.join("\n")
    );
    format!("{lines}\n{}", categorized("events", "event_lines"))
}

/// A column, behind a comma and before its unit.
fn with_unit(dialect: Dialect, column: &Column) -> String {
    let unit = if is_plain(&column.unit) { format!(" -- {}", column.unit) } else { String::new() };
    format!("    , {}{unit}", dialect.select(column))
}

/// The rows of a view with the category that the nearest schema above each has.
fn categorized(name: &str, from: &str) -> String {
    format!(
        "CREATE OR REPLACE VIEW {name} AS\n\
         SELECT it.*, above.category AS category FROM {from} AS it\n\
         ASOF LEFT JOIN categories AS above USING (log, stream, event, seq);\n"
    )
}

/// The schemas' categories, and from which number on. A first schema holds for what is above it, too:
/// a segment that brings lines again has them above their schemas' numbers.
const CATEGORIES: &str = "\
CREATE OR REPLACE VIEW categories AS
SELECT log, stream, event, category
    , CASE WHEN seq = min(seq) OVER (PARTITION BY log, stream, event) THEN 0 ELSE seq END AS seq
FROM schemas;
";

/// A column's name, the keys that lead to it within a kind's object, and what it holds.
type Member = (&'static str, &'static str, Kind);

const SCHEMA: &[Member] = &[
    ("event", "event", Kind::Text),
    ("category", "category", Kind::Text),
    ("about", "about", Kind::Text),
    ("hash", "hash", Kind::Text),
];

const SUMMARY: &[Member] = &[
    ("event", "event", Kind::Text),
    ("level", "level", Kind::Text),
    ("action", "action", Kind::Text),
    ("outcome", "outcome", Kind::Text),
    ("source_ip", "ip", Kind::Text),
    ("source_prefix", "prefix", Kind::Number),
    ("source_none", "source_none", Kind::Text),
    ("count", "count", Kind::Number),
    ("from_time", "from", Kind::Time),
    ("to_time", "to", Kind::Time),
];

const GAP: &[Member] = &[
    ("lost", "lost", Kind::Number),
    ("from_time", "from", Kind::Time),
    ("to_time", "to", Kind::Time),
];

/// A view of the lines of a kind.
fn selected(dialect: Dialect, view: &str, kind: &str, members: &[Member]) -> String {
    let column = |(name, key, holds): &Member| {
        let value = dialect.value(&[kind.to_owned(), (*key).to_owned()], *holds);
        format!("    , {value} AS {name}")
    };
    let time = dialect.value(&["time".to_owned()], Kind::Time);
    let columns: Vec<String> = members.iter().map(column).collect();
    format!(
        "CREATE OR REPLACE VIEW {view} AS\nSELECT log, stream, seq, {time} AS time\n{}\n\
         FROM lines WHERE kind = '{kind}';\n",
        columns.join("\n")
    )
}

const DENIED: &str = "\
-- What was denied: add up `count`, because a flood of it is counted rather than written.
CREATE OR REPLACE VIEW denied AS
SELECT log, stream, seq, time, event, category, action, source_ip, 1 AS count
FROM events WHERE outcome = 'denied'
UNION ALL
SELECT log, stream, seq, time, event, category, action, source_ip, count
FROM summaries WHERE outcome = 'denied';
";
