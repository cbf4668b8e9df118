//! Analysts' tools answer right over a log's files, by the recipes of `docs/analysis.md` as they
//! stand there. It takes the tools: `tests/analysts/install.sh target/analysts` installs them. Where
//! `CI` is `true` in the environment, that is done here, and all of them must be there.
//!
//! `AUDIT_ANALYSTS_LOG=DIR` asks the same of the log in a directory, instead of the logs made here.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![expect(clippy::indexing_slicing, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "it says what it asked, and what it had to skip")]

mod events;
mod examples;
mod found;
mod large;
mod oracle;
mod page;
mod recipe;
mod tools;
mod views;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::oracle::Known;
use crate::recipe::Answered;
use crate::tools::Tools;

/// A log, and what is known of it.
struct Log {
    name: String,
    dir: PathBuf,
    known: Known,
}

impl Log {
    fn of(name: &str, dir: &Path) -> Log {
        Log { name: name.to_owned(), dir: dir.to_owned(), known: Known::of_dir(dir) }
    }
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    let tools = match Tools::find(must_run) {
        Ok(tools) => tools,
        Err(why) if must_run => panic!("{why}"),
        Err(why) => {
            println!("analysts: SKIPPED: {why}");
            return ExitCode::SUCCESS;
        }
    };
    let home = tempfile::tempdir().unwrap();
    let wrong: usize = match std::env::var_os("AUDIT_ANALYSTS_LOG") {
        Some(dir) => asked(&tools, &Log::of("the given log", Path::new(&dir))),
        None => {
            let large = large(home.path());
            views::hold(&tools, &large);
            let wrong = asked(&tools, &large);
            let examples = examples::logs(home.path()).map(|log| asked(&tools, &log));
            wrong + examples.sum::<usize>()
        }
    };
    assert_eq!(wrong, 0, "recipes answered wrongly");
    ExitCode::SUCCESS
}

fn large(home: &Path) -> Log {
    let dir = home.join("large");
    let emitted = large::write(&dir);
    let log = Log::of("large", &dir);
    large::hold(&emitted, &dir, &log.known);
    log
}

/// How many recipes answered wrongly.
fn asked(tools: &Tools, log: &Log) -> usize {
    println!("{}: {}", log.name, log.known);
    let recipes = page::recipes();
    assert!(recipes.len() > 8, "docs/analysis.md has no recipes: {}", recipes.len());
    let work = recipe::Work::on(&log.dir, tools);
    let mut wrong = 0;
    for recipe in &recipes {
        for (version, answered) in work.ask(recipe, &log.known) {
            let said = match &answered {
                Answered::Right => "ok".to_owned(),
                Answered::Refused(why) => format!("ok, it refuses: {why}"),
                Answered::Wrong(why) => format!("WRONG: {why}"),
            };
            println!("test {}, {}{version} ... {said}", recipe.name, log.name);
            wrong += usize::from(matches!(answered, Answered::Wrong(_)));
        }
    }
    if log.known.has_all() {
        found::hold(tools, work.folder(), &log.known);
    }
    wrong
}
