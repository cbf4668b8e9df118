//! Runs a measurement in a child process.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use quanta::Clock;
use serde::Serialize;

use super::answer::Answer;
use crate::Failure;

/// Nothing that is measured here takes so long unless it hangs.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Stays what it is when the file is built again meanwhile.
const THIS_PROGRAM: &str = "/proc/self/exe";
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What measures: a program that takes a job, as JSON, behind these arguments.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<&'static str>,
}

impl Program {
    /// This same program, started again.
    pub(crate) fn this(command: &'static str) -> Program {
        Program { path: THIS_PROGRAM.into(), arguments: vec![command] }
    }
}

/// Why there is no answer. It is shown in the table, and the run goes on.
pub(crate) enum Refusal {
    /// The child said so, or died.
    Failed(String),
    /// It was killed.
    Hung,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Failed(why) => write!(f, "failed: {why}"),
            Refusal::Hung => write!(f, "hung: killed after {} s", TIMEOUT.as_secs()),
        }
    }
}

/// Measures what the job says that is made for a directory: one of its own below `base`, removed
/// with what was left there.
pub(crate) fn measure<J: Serialize>(
    base: &Path,
    program: &Program,
    job_in: impl FnOnce(PathBuf) -> J,
) -> Result<Result<Answer, Refusal>, Failure> {
    let place = tempfile::tempdir_in(base)?;
    let dir = place.path().join("log");
    fs::create_dir(&dir)?;
    let job = serde_json::to_string(&job_in(dir))?;
    let (said, told) = (place.path().join("answer"), place.path().join("errors"));
    let mut child = start(program, &job, &said, &told)?;
    let Some(status) = wait(&mut child, TIMEOUT)? else {
        return Ok(Err(Refusal::Hung));
    };
    let answer = fs::read_to_string(said)?;
    let answer = answer.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    Ok(match answer {
        Some(answer) if status.success() => Ok(answer),
        _ => Err(Refusal::Failed(format!("{status}: {}", first_words(&fs::read(told)?)))),
    })
}

/// Output goes to files, because a pipe that nobody reads stops a child that says much.
#[expect(clippy::disallowed_methods, reason = "the files are not the audit log's")]
fn start(program: &Program, job: &str, said: &Path, told: &Path) -> Result<Child, Failure> {
    let create = |path| OpenOptions::new().create_new(true).write(true).open(path);
    let child = Command::new(&program.path)
        .args(&program.arguments)
        .arg(job)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(create(said)?)
        .stderr(create(told)?)
        .spawn()?;
    Ok(child)
}

/// How the child ended; None if it had to be killed.
fn wait(child: &mut Child, at_most: Duration) -> Result<Option<ExitStatus>, Failure> {
    let clock = Clock::new();
    let start = clock.now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if clock.now().duration_since(start) >= at_most {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// What came first is the cause; a panic takes two lines.
fn first_words(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(2).collect();
    match &*lines {
        [] => "it said nothing".to_owned(),
        lines => lines.join(" ").chars().take(160).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_does_not_end_is_killed() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        assert_eq!(wait(&mut child, Duration::ZERO).unwrap(), None);
        assert!(child.try_wait().unwrap().is_some(), "killed and waited for");
    }

    #[test]
    fn a_child_says_how_it_ended() {
        let mut child = Command::new("false").spawn().unwrap();
        assert_eq!(wait(&mut child, TIMEOUT).unwrap().unwrap().code(), Some(1));
    }

    #[test]
    fn the_cause_is_shown() {
        let panic = b"\nthread 'main' panicked at a.rs:1:2:\nno room\nnote: run with\n";
        assert_eq!(first_words(panic), "thread 'main' panicked at a.rs:1:2: no room");
        assert_eq!(first_words(b"\n"), "it said nothing");
    }
}
