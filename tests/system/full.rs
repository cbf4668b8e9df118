//! A disk is full in the middle of a line, and later it has room again.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use audit_log::reader::{Json, Line};

use crate::told::Told;
use crate::{FULL, JOB, LOG_DIR, Sum, Verdict};

/// What makes the disk full before its time.
const FILLER_BYTES: usize = 32 * 1024;

/// A file system in memory, gone with this.
struct Mounted(tempfile::TempDir);

impl Mounted {
    /// # Errors
    ///
    /// Says why there can be none here.
    fn new() -> Result<Mounted, String> {
        let dir = tempfile::tempdir().unwrap();
        let ran = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k,mode=0750", "tmpfs"])
            .arg(dir.path())
            .output()
            .map_err(|error| format!("mount: {error}"))?;
        match ran.status.success() {
            true => Ok(Mounted(dir)),
            false => Err(format!("mount: {}", String::from_utf8_lossy(&ran.stderr))),
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // What stays mounted stays; the machine's next start has it gone.
        drop(Command::new("umount").arg(self.0.path()).status());
    }
}

pub(crate) fn disk(sum: &mut Sum) -> Verdict {
    let mounted = match Mounted::new() {
        Ok(mounted) => mounted,
        Err(why) => return Verdict::Skipped(why),
    };
    let filler = mounted.0.path().join("filler");
    let log = mounted.0.path().join("log");
    std::fs::write(&filler, [0; FILLER_BYTES]).unwrap();
    let ran = run(&log, || std::fs::remove_file(&filler).unwrap());
    let told = Told::parse(&ran).unwrap();
    let lines = told.check(&log).unwrap();
    let faults = lines.iter().filter(|line| {
        let code = line.member("error").and_then(Json::as_str);
        code == Some("os error 28") // ENOSPC.
    });
    assert_eq!((faults.count(), told.refused), (1, 1));
    // The disk was full in the middle of a line. It was cut off when it stood in the next segment,
    // and so were the whole lines that came again with it: all files read as plain lines.
    assert!(superseded(&lines) && lines_of_files(&log).is_some_and(|seqs| is_each_once(&seqs)));
    sum.runs += 1;
    sum.hit += 1;
    sum.acknowledged += told.acknowledged.len();
    Verdict::Ok(format!("{} acknowledged, {} lines", told.acknowledged.len(), lines.len()))
}

/// Makes room when the child says that the disk is full, and tells it so.
fn run(log: &Path, make_room: impl FnOnce()) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(LOG_DIR, log)
        .env(JOB, FULL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = BufReader::new(child.stdout.take().unwrap());
    let mut stdout = Vec::new();
    while !stdout.ends_with(b"full\n") {
        assert!(pipe.read_until(b'\n', &mut stdout).unwrap() > 0, "the disk was never full");
    }
    make_room();
    drop(child.stdin.take());
    pipe.read_to_end(&mut stdout).unwrap();
    Output { status: child.wait().unwrap(), stdout, stderr: Vec::new() }
}

/// Whether a segment brings lines of the one before again.
fn superseded(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.kind == "header" && line.member("supersedes").is_some())
}

/// The numbers of the lines of all segments, as a reader finds them that knows nothing of the
/// format but that it is JSON; `None` if there is anything else in the files.
fn lines_of_files(log: &Path) -> Option<Vec<u64>> {
    let mut seqs = Vec::new();
    for file in std::fs::read_dir(log).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "jsonl") {
            let text = std::fs::read_to_string(path).unwrap();
            for line in text.lines() {
                let line: serde_json::Value = serde_json::from_str(line).ok()?;
                seqs.push(line.get("seq")?.as_u64()?);
            }
        }
    }
    Some(seqs)
}

fn is_each_once(seqs: &[u64]) -> bool {
    let unique: std::collections::BTreeSet<&u64> = seqs.iter().collect();
    unique.len() == seqs.len()
}
