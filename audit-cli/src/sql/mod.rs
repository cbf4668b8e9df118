//! `auditlog catalog --sql`: views for DuckDB or ClickHouse over the files of a log, with a column
//! for each field that its schema lines name.

mod columns;
mod dialect;
mod views;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use audit_log::Log;
use audit_log::Shown;
use audit_log::reader::Json;

use self::dialect::Dialect;
use crate::out::put;
use crate::{Failure, Outcome};

/// Print what a log can hold, as its own schema lines say it.
///
/// As SQL: views over the log's files for DuckDB or ClickHouse, to read into either. `events` has a
/// row for each event and a column for each field (`data.size` is `data_size`), `summaries` one for
/// each line of events that were counted, `denied` one for each of either that was denied, with
/// `count`, `gaps` one for each line of events that were lost, and `schemas` one for each schema. Lines
/// that stand in two files come once.
///
/// The views name the directory as it is given here, and read the files whenever they are asked. They
/// verify nothing: `auditlog verify` does.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    auditlog catalog --sql duckdb /var/log/audit > audit.sql\n  \
    duckdb -init audit.sql -c \"SELECT sum(count) FROM denied\"")]
pub(crate) struct Arguments {
    /// The log's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// For which database.
    #[arg(long, value_name = "DATABASE")]
    sql: Dialect,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Arguments { dir, sql: dialect } = arguments;
    let files = files_of(dir)?;
    let schemas = schemas_of(dir)?;
    if schemas.is_empty() {
        return Err(format!("there is no log with an event in {}", Shown(dir)).into());
    }
    put(format_args!("{}", text(*dialect, &files, &schemas)));
    Ok(Outcome::Well)
}

/// The SQL for files of these names, whose lines the schemas describe: each as the value of `schema`
/// in a schema line, oldest first.
fn text(dialect: Dialect, files: &str, schemas: &[Json]) -> String {
    views::text(dialect, files, &columns::of_schemas(schemas))
}

/// The names of the log's files, as both databases take them: with stars.
///
/// # Errors
///
/// The directory's name has characters that would not stand for themselves there.
fn files_of(dir: &Path) -> Result<String, Failure> {
    let told = |why: &str| format!("{}: {why}: call it from inside of that directory", Shown(dir));
    let name = dir.to_str().ok_or_else(|| told("its name is not UTF-8"))?;
    if name.contains(['*', '?', '[', ']', '{', '}']) {
        return Err(told("a database would take its name for a pattern").into());
    }
    match name.trim_end_matches('/') {
        "." => Ok("*.jsonl*".to_owned()),
        name => Ok(format!("{name}/*.jsonl*")),
    }
}

/// The different schemas of all streams, in the order in which they came up.
fn schemas_of(dir: &Path) -> Result<Vec<Json>, Failure> {
    let mut found: BTreeMap<String, Json> = BTreeMap::new();
    let mut order = Vec::new();
    for stream in Log::open(dir)?.streams()? {
        for (position, line) in Log::open(dir)?.stream(stream).lines()? {
            // What cannot be read is for `verify` to tell; a schema comes again in the next segment.
            let Ok(line) = line else { continue };
            let (true, Some(schema)) = (line.kind == "schema", line.get("schema")) else {
                continue;
            };
            let told = |error| format!("{} line {}: {error}", position.segment, position.line);
            let spelled = serde_json::to_string(schema).map_err(told)?;
            if found.insert(spelled.clone(), schema.clone()).is_none() {
                order.push(spelled);
            }
        }
    }
    Ok(order.iter().filter_map(|spelled| found.remove(spelled)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files in `contrib` are for any log: what is said of no schema.
    #[test]
    fn the_files_in_contrib_are_what_is_made_without_schemas() {
        let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib");
        for (dialect, name) in
            [(Dialect::Duckdb, "duckdb/audit.sql"), (Dialect::Clickhouse, "clickhouse/audit.sql")]
        {
            let made = text(dialect, "*.jsonl*", &[]);
            let path = contrib.join(name);
            if std::env::var_os("AUDIT_BLESS").is_some() {
                std::fs::write(&path, &made).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap(), made, "AUDIT_BLESS=1 writes it");
        }
    }

    #[test]
    fn a_directory_is_named_so_that_it_stands_for_itself() {
        assert_eq!(files_of(Path::new(".")).unwrap(), "*.jsonl*");
        assert_eq!(files_of(Path::new("/var/log/audit/")).unwrap(), "/var/log/audit/*.jsonl*");
        let refused = files_of(Path::new("/var/log/audit[1]")).unwrap_err().to_string();
        assert!(refused.contains("call it from inside"), "{refused}");
    }
}
