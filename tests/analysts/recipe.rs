//! A recipe is run as it stands, and what it prints is compared.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::oracle::Known;
use crate::page::{Block, Recipe};
use crate::tools::Tools;

/// A folder to run recipes in, as somebody would who asks a log.
pub(crate) struct Work<'a> {
    folder: TempDir,
    log: &'a Path,
    tools: &'a Tools,
}

/// What a recipe came to.
pub(crate) enum Answered {
    Right,
    /// It named a column that the log has not, and said so after right answers.
    Refused(String),
    Wrong(String),
}

impl<'a> Work<'a> {
    pub(crate) fn on(log: &'a Path, tools: &'a Tools) -> Work<'a> {
        let folder = tempfile::tempdir().unwrap();
        let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("contrib");
        symlink(contrib, folder.path().join("contrib")).unwrap();
        // lnav keeps its formats there.
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Work { folder, log, tools }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a recipe, with each version of its tool: what is behind its name, and what came of each
    /// block that answers.
    pub(crate) fn ask(&self, recipe: &Recipe, known: &Known) -> Vec<(&'static str, Answered)> {
        if let Some(missing) = self.tools.missing(recipe) {
            println!("analysts: SKIPPED: {}: {missing}", recipe.name);
            return Vec::new();
        }
        let mut answers = Vec::new();
        for (version, python_path) in self.tools.versions(recipe) {
            for block in &recipe.blocks {
                let ran = self.run(block, python_path.as_deref());
                answers.extend(judged(block, &ran, known).map(|answered| (version, answered)));
            }
        }
        answers
    }

    fn run(&self, block: &Block, python_path: Option<&Path>) -> Output {
        let Block { language, text } = block;
        let program = self.folder.path().join("program");
        std::fs::write(&program, text).unwrap();
        let mut command = match *language {
            "sh" => Command::new("bash"),
            "python" => Command::new(self.tools.python()),
            other => panic!("docs/analysis.md: nothing is known of ```{other}"),
        };
        if *language == "sh" {
            command.args(["-euo", "pipefail"]);
        }
        command.arg(program);
        if let Some(path) = python_path {
            command.env("PYTHONPATH", path);
        }
        command
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path().join("home"))
            .env("PATH", self.tools.path())
            .env("LOG", self.log)
            .env("TZ", "America/New_York") // The log's times are in UTC wherever it is read.
            .output()
            .unwrap_or_else(|error| panic!("{language}: {error}"))
    }
}

/// What a block came to; nothing where it was to answer nothing, and did.
fn judged(block: &Block, ran: &Output, known: &Known) -> Option<Answered> {
    let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    let may_refuse = block.takes_columns() && !known.keys.contains("data.size");
    match (ran.status.success(), block.prepares()) {
        (true, true) if printed.is_empty() => None,
        (true, false) if known.is(&printed) => Some(Answered::Right),
        (false, false) if may_refuse && known.begins(&printed) && names_a_column(&said) => {
            Some(Answered::Refused(error_line(&said)))
        }
        _ => Some(Answered::Wrong(format!("{printed}{said}"))),
    }
}

/// Whether a tool says that the column of a field is not there.
fn names_a_column(said: &str) -> bool {
    let is_it = |line: &str| {
        let absent = ["not found", "Unknown expression"];
        line.contains("data_size") && absent.iter().any(|it| line.contains(it))
    };
    said.lines().any(is_it)
}

/// What a tool says first of what went wrong.
fn error_line(said: &str) -> String {
    let line = said.lines().find(|line| line.contains("rror: ")).unwrap_or(said);
    line.chars().take(100).collect()
}
