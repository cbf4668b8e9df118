//! The views of `auditlog catalog --sql` have every line once, each field in its column, and the
//! category of each event, in both databases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Log;
use crate::oracle::{at, for_each};
use crate::page;
use crate::tools::Tools;

const ASKS: [&str; 5] = [
    "SELECT stream, category, count(*) FROM events GROUP BY stream, category ORDER BY stream, category",
    "SELECT outcome, sum(count) FROM summaries GROUP BY outcome ORDER BY outcome",
    "SELECT count(actor_user_pseudonym), count(actor_session_pseudonym), count(data_note),
            sum(data_note_cut), sum(data_link_peer_port), min(data_serial), max(data_serial) FROM events",
    "SELECT sum(lost) FROM gaps",
    "SELECT count(*) FROM lines",
];

const DUCKDB: &str = "
import sys, duckdb
duckdb.execute('SET enable_progress_bar = false;' + open(sys.argv[1]).read())
for ask in sys.argv[2:]:
    for row in duckdb.sql(ask).fetchall():
        print(*row)
";

const CLICKHOUSE: &str = "
import sys, chdb.session
session = chdb.session.Session()
session.query(open(sys.argv[1]).read())
for ask in sys.argv[2:]:
    print(str(session.query(ask, 'TSV')).replace('\\t', ' '), end='')
";

/// The size of a field that the views in `contrib` have no column for.
const SIZES: [(&str, &str); 2] =
    [("duckdb", "(data ->> 'size')::BIGINT"), ("clickhouse", "JSONExtractInt(data, 'size')")];

/// Asks both, and compares what they answer with what is counted here.
pub(crate) fn hold(tools: &Tools, log: &Log) {
    named(tools, &log.dir);
    for (database, size) in SIZES {
        assert!(page::has(size), "docs/analysis.md does not name {size}");
        of_any_log(tools, log, database, size);
    }
}

/// The views in `contrib`, which are for any log, inside of the log's directory.
fn of_any_log(tools: &Tools, log: &Log, database: &str, size: &str) {
    let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("contrib");
    let views = contrib.join(database).join("audit.sql");
    let asks = [
        "SELECT sum(count) FROM denied",
        "SELECT count(*) FROM events WHERE actor_user = 'alice' AND begun IS NULL",
        &format!(
            "SELECT sum({size}) FROM events WHERE event = 'media_mounted' AND outcome = 'success'"
        ),
    ];
    let mut python = Command::new(tools.python());
    let program = if database == "duckdb" { DUCKDB } else { CLICKHOUSE };
    python.args(["-c", program]).arg(&views).args(asks).current_dir(&log.dir);
    let asked = python.output().unwrap();
    let answered = String::from_utf8(asked.stdout).unwrap();
    let said = String::from_utf8_lossy(&asked.stderr);
    assert!(log.known.is(&answered), "{database}: {answered}{said}");
    println!("test contrib/{database}/audit.sql ... ok");
}

/// The views that have a column for each field of this log.
fn named(tools: &Tools, log: &Path) {
    let known = Counted::of(log).to_string();
    for (database, program) in [("duckdb", DUCKDB), ("clickhouse", CLICKHOUSE)] {
        let folder = tempfile::tempdir().unwrap();
        let views = folder.path().join("views.sql");
        let auditlog = tools.auditlog();
        let made =
            Command::new(auditlog).args(["catalog", "--sql", database]).arg(log).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        std::fs::write(&views, made.stdout).unwrap();
        let mut python = Command::new(tools.python());
        let asked = python.args(["-c", program]).arg(&views).args(ASKS).output().unwrap();
        let answered = String::from_utf8(asked.stdout).unwrap();
        let said = String::from_utf8_lossy(&asked.stderr);
        assert_eq!(answered, known, "{database}: {said}");
        println!("test views of {database} ... ok");
    }
}

/// The same answers, counted line by line.
#[derive(Default)]
struct Counted {
    events: BTreeMap<(String, String), u64>,
    summarized: BTreeMap<String, u64>,
    present: [u64; 3],
    sums: [u64; 2],
    serials: Vec<u64>,
    lost: u64,
    lines: u64,
}

impl Counted {
    fn of(log: &Path) -> Counted {
        let mut counted = Counted::default();
        let mut categories = BTreeMap::new();
        for_each(log, &mut |seen| {
            let Some((line, stream)) = seen.first_time() else { return };
            counted.lines += 1;
            let text = |path| at(line, path).and_then(Value::as_str).map(str::to_owned);
            match text("kind").unwrap().as_str() {
                "schema" => {
                    let event = text("schema.event").unwrap();
                    categories.insert(event, text("schema.category").unwrap());
                }
                "event" => {
                    let category = categories[&text("event").unwrap()].clone();
                    *counted.events.entry((stream.to_owned(), category)).or_default() += 1;
                    counted.add_event(line);
                }
                "summary" => {
                    let count = at(line, "summary.count").and_then(Value::as_u64).unwrap();
                    let outcome = text("summary.outcome").unwrap();
                    *counted.summarized.entry(outcome).or_default() += count;
                }
                "gap" => counted.lost += at(line, "gap.lost").and_then(Value::as_u64).unwrap(),
                _ => {}
            }
        });
        counted
    }

    fn add_event(&mut self, line: &Value) {
        let paths = ["actor.user_pseudonym", "actor.session_pseudonym", "data.note"];
        for (count, path) in self.present.iter_mut().zip(paths) {
            *count += u64::from(at(line, path).is_some());
        }
        for (sum, path) in self.sums.iter_mut().zip(["data.note_cut", "data.link.peer.port"]) {
            *sum += at(line, path).and_then(Value::as_u64).unwrap_or(0);
        }
        // 64 bits are a text.
        let serial = at(line, "data.serial").and_then(Value::as_str);
        self.serials.extend(serial.map(|serial| serial.parse::<u64>().unwrap()));
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for ((stream, category), count) in &self.events {
            writeln!(f, "{stream} {category} {count}")?;
        }
        for (outcome, count) in &self.summarized {
            writeln!(f, "{outcome} {count}")?;
        }
        let mut row = String::new();
        for count in self.present.iter().chain(&self.sums) {
            write!(row, "{count} ")?;
        }
        let (min, max) = (self.serials.iter().min(), self.serials.iter().max());
        writeln!(f, "{row}{} {}", min.unwrap(), max.unwrap())?;
        writeln!(f, "{}\n{}", self.lost, self.lines)
    }
}
