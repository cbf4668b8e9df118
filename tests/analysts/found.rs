//! Columns as tools find them by themselves: with the options that `docs/analysis.md` names, what
//! comes late in a log is found, too.

use std::path::Path;
use std::process::Command;

use crate::oracle::Known;
use crate::page;
use crate::tools::Tools;

/// Calls that the page names, and what asks the three questions of what they give, as `CALL`.
const CALLS: [(&str, &str); 3] = [
    (
        "read_json('log.jsonl', sample_size=-1, map_inference_threshold=-1)",
        r#"
import duckdb
duckdb.execute("SET enable_progress_bar = false")
def ask(what, where): print(duckdb.sql(f"SELECT {what} FROM CALL AS log WHERE {where}").fetchall()[0][0])
ask("sum(coalesce(summary.count, 1))", "coalesce(outcome, summary.outcome) = 'denied'")
ask("count(*)", "actor.user = 'alice' AND begun IS NULL")
ask("sum(data.size)", "event = 'media_mounted' AND outcome = 'success'")
"#,
    ),
    (
        r#"pl.read_ndjson("log.jsonl", infer_schema_length=None)"#,
        r#"
import polars as pl
log = CALL
outcome = pl.coalesce("outcome", pl.col("summary").struct["outcome"])
print(log.filter(outcome == "denied")["summary"].struct["count"].fill_null(1).sum())
print(log.filter(pl.col("actor").struct["user"] == "alice", pl.col("begun").is_null()).height)
print(log.filter(event="media_mounted", outcome="success")["data"].struct["size"].sum())
"#,
    ),
    (
        r#"json.read_json("log.jsonl")"#,
        r#"
from pyarrow import compute, json
log = CALL.flatten()
def rows(key, text): return compute.field(key) == text
summaries = log.filter(rows("summary.outcome", "denied"))["summary.count"]
print(log.filter(rows("outcome", "denied")).num_rows + compute.sum(summaries).as_py())
print(log.filter(rows("actor.user", "alice") & compute.field("begun").is_null()).num_rows)
mounted = log.filter(rows("event", "media_mounted") & rows("outcome", "success"))
print(compute.sum(mounted["data.size"]))
"#,
    ),
];

/// Asks them over a log that has everything, in the folder where it is one file.
pub(crate) fn hold(tools: &Tools, folder: &Path, known: &Known) {
    for (call, program) in CALLS {
        assert!(page::has(call), "docs/analysis.md does not name {call}");
        let mut python = Command::new(tools.python());
        let program = program.replace("CALL", call);
        let asked = python.args(["-c", &program]).current_dir(folder).output().unwrap();
        let answered = String::from_utf8_lossy(&asked.stdout);
        let said = String::from_utf8_lossy(&asked.stderr);
        assert!(known.is(&answered), "{call}: {answered}{said}");
        println!("test {call} ... ok");
    }
}
