//! How a database spells what the views need: names, texts, and what stands in a line.

use super::columns::{Column, Kind};

/// A database that reads the views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Dialect {
    /// DuckDB, from 1.4 on.
    Duckdb,
    /// ClickHouse: `clickhouse-local` or chdb.
    Clickhouse,
}

impl Dialect {
    /// A column of the line in `line`, with its name.
    pub(super) fn select(self, column: &Column) -> String {
        let value = self.value(&column.path, column.kind);
        format!("{value} AS {}", name(&column.name))
    }

    /// A value of the line in `line`.
    pub(super) fn value(self, path: &[String], kind: Kind) -> String {
        match self {
            Dialect::Duckdb => duckdb(path, kind),
            Dialect::Clickhouse => clickhouse(path, kind),
        }
    }

    /// A text as a literal.
    pub(super) fn literal(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        match self {
            Dialect::Duckdb => format!("'{text}'"),
            // There a backslash begins an escape.
            Dialect::Clickhouse => format!("'{}'", text.replace('\\', "\\\\")),
        }
    }
}

fn duckdb(path: &[String], kind: Kind) -> String {
    let keys: Vec<String> = path.iter().map(|key| duckdb_key(key)).collect();
    let place = Dialect::Duckdb.literal(&format!("$.{}", keys.join(".")));
    match kind {
        Kind::Text => format!("(line ->> {place})"),
        Kind::Number => format!("(line ->> {place})::BIGINT"),
        Kind::BigNumber => format!("(line ->> {place})::HUGEINT"),
        Kind::Bool => format!("(line ->> {place})::BOOLEAN"),
        Kind::Time => format!("(line ->> {place})::TIMESTAMP"),
        Kind::Texts => format!("(line -> {place})::VARCHAR[]"),
        Kind::Json => format!("(line -> {place})"),
    }
}

/// A key in a path: in quotation marks where it is no plain word.
fn duckdb_key(key: &str) -> String {
    match is_plain(key) {
        true => key.to_owned(),
        false => format!("\"{}\"", key.replace('"', "")),
    }
}

fn clickhouse(path: &[String], kind: Kind) -> String {
    let keys: Vec<String> = path.iter().map(|key| Dialect::Clickhouse.literal(key)).collect();
    let place = format!("line, {}", keys.join(", "));
    match kind {
        Kind::Text => format!("JSONExtract({place}, 'Nullable(String)')"),
        Kind::Number => format!("JSONExtract({place}, 'Nullable(Int64)')"),
        Kind::BigNumber => format!("JSONExtract({place}, 'Nullable(Int128)')"),
        Kind::Bool => format!("JSONExtract({place}, 'Nullable(Bool)')"),
        Kind::Time => {
            format!("parseDateTime64BestEffortOrNull(JSONExtractString({place}), 6, 'UTC')")
        }
        Kind::Texts => format!("JSONExtract({place}, 'Array(String)')"),
        Kind::Json => format!("nullIf(JSONExtractRaw({place}), '')"),
    }
}

/// A name of a column: in quotation marks where it is no plain word.
fn name(text: &str) -> String {
    match is_plain(text) {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace(['"', '\\'], "")),
    }
}

/// Whether every database takes it as a name.
pub(super) fn is_plain(text: &str) -> bool {
    let is_word = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    text.starts_with(|it: char| it.is_ascii_lowercase()) && text.chars().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_ends_no_literal_and_no_name() {
        let column = Column::new("data.x'); DROP TABLE y; --\"\\", Kind::Text);
        let duckdb = Dialect::Duckdb.select(&column);
        let place = r#"'$.data."x''); DROP TABLE y; --\"'"#;
        assert_eq!(duckdb, format!(r#"(line ->> {place}) AS "data_x'); DROP TABLE y; --""#));
        let clickhouse = Dialect::Clickhouse.select(&column);
        let key = r#"'x''); DROP TABLE y; --"\\'"#;
        let value = format!("JSONExtract(line, 'data', {key}, 'Nullable(String)')");
        assert_eq!(clickhouse, format!(r#"{value} AS "data_x'); DROP TABLE y; --""#));
    }

    #[test]
    fn a_plain_word_stands_as_it_is() {
        let column = Column::new("data.net.port", Kind::Number);
        let expected = "(line ->> '$.data.net.port')::BIGINT AS data_net_port";
        assert_eq!(Dialect::Duckdb.select(&column), expected);
    }
}
