//! The power went: the disk is mounted again, and the log is looked at, goes on, and is looked at
//! again.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use audit_log::Log;
use audit_log::reader::{Json, Line};
use audit_log::verify::{Report, Trust, Verdict};

use crate::child::{self, NextBoot};
use crate::cuts::Cut;
use crate::log::{count, knocked};
use crate::mounts::Mounted;
use crate::recording::{Promise, Recording};

/// What came of a cut.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Came {
    /// Whether lines were lost that were signed to be lost; none that was promised.
    pub(crate) is_damaged: bool,
    /// Whether the next run found a torn end, or what was half made.
    pub(crate) is_mended: bool,
    /// How much was promised and there.
    pub(crate) promised: usize,
}

/// Where the disks of one thread are mounted, and the logs are copied to.
pub(crate) struct Bench<'a> {
    /// The image.
    pub(crate) image: &'a Path,
    pub(crate) mounted: &'a Path,
    /// Is made anew for each cut.
    pub(crate) copy: &'a Path,
}

impl Bench<'_> {
    /// Does it all for one cut.
    ///
    /// # Errors
    ///
    /// Says which promise was broken.
    pub(crate) fn replay(
        &self,
        recording: &Recording,
        cut: &Cut,
        image: &[u8],
    ) -> Result<Came, String> {
        self.recover(image)?;
        let key_is_known = recording.key.0 <= cut.promised_at;
        let key = key_is_known.then(|| recording.key.1.clone());
        let anchors = recording.promised(cut.promised_at).filter_map(|promise| match promise {
            Promise::Anchor(checkpoint) => Some(checkpoint.clone()),
            _ => None,
        });
        let trust = Trust { anchor: anchors.last(), ..Trust::from(key) };
        if self.copy.exists() {
            check(self.copy, &trust, "after the cut")?;
        } else if key_is_known {
            return Err("the log's directory is not there".to_owned());
        }
        go_on(self.copy)?;
        let report = check(self.copy, &trust, "when the log went on")?;
        if report.verdict == Verdict::Unclosed {
            return Err(format!("it ended in order, and not all of it is signed: {report}"));
        }
        let lines = lines(self.copy)?;
        let promised = check_promises(recording, cut, &lines)?;
        Ok(Came {
            is_damaged: report.verdict == Verdict::Damaged,
            is_mended: lines.iter().any(is_repair),
            promised,
        })
    }

    /// Mounts the image, which recovers the file system, and copies the log out.
    fn recover(&self, image: &[u8]) -> Result<(), String> {
        for gone in [std::fs::remove_file(self.image), std::fs::remove_dir_all(self.copy)] {
            gone.or_else(if_not_found).unwrap();
        }
        std::fs::write(self.image, image).unwrap();
        let _mounted = Mounted::new(self.image, self.mounted)
            .map_err(|why| format!("the file system does not come up: {why}"))?;
        let log = Recording::log_below(self.mounted);
        match log.exists() {
            true => copy(&log, self.copy).map_err(|error| format!("the log's copy: {error}")),
            false => Ok(()),
        }
    }
}

fn if_not_found(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Copies a directory with all that is in it, and who may read it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => drop(std::fs::copy(entry.path(), to)?),
        }
    }
    let mode = std::fs::metadata(from)?.permissions().mode();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(mode))
}

/// Nothing looks edited or rolled back. What is lost is lost by word of the log.
fn check(dir: &Path, trust: &Trust, when: &str) -> Result<Report, String> {
    let report = Log::open(dir)
        .and_then(|log| log.verify(trust))
        .map_err(|error| format!("{when}: {error}"))?;
    match report.verdict {
        Verdict::Intact | Verdict::Unclosed | Verdict::Damaged => Ok(report),
        _ => Err(format!("{when}: {report}")),
    }
}

/// The next run, in another boot of the machine.
fn go_on(dir: &Path) -> Result<(), String> {
    let writer = child::builder(dir)
        .clock(Arc::new(NextBoot))
        .start()
        .map_err(|error| format!("the log does not go on: {error}"))?;
    for count in [u32::MAX - 1, u32::MAX] {
        knocked(count)
            .to(&writer)
            .emit()
            .map_err(|error| format!("the log does not go on: {error}"))?;
    }
    let report = writer.shutdown();
    match report.is_complete() {
        true => Ok(()),
        false => Err(format!("the log does not end in order: {report}")),
    }
}

/// The lines that are left; their numbers rise.
fn lines(dir: &Path) -> Result<Vec<Line>, String> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, line) in
        Log::open(dir).and_then(|log| log.lines()).map_err(|error| error.to_string())?
    {
        // What cannot be read is damage, of which verification said what it is.
        let Ok(line) = line else { continue };
        if let Some(before) = lines.last().filter(|before| before.seq >= line.seq) {
            return Err(format!("{at:?}: number {} after {}", line.seq, before.seq));
        }
        lines.push(line);
    }
    Ok(lines)
}

/// What was promised is there once, under its number; unless the log had it removed, and says so.
fn check_promises(recording: &Recording, cut: &Cut, lines: &[Line]) -> Result<usize, String> {
    let mut seq_of = HashMap::new();
    for line in lines.iter().filter(|line| line.kind == "event") {
        let count = count(line).ok_or_else(|| format!("an event without a count: {line:?}"))?;
        if let Some(seq) = seq_of.insert(count, line.seq) {
            return Err(format!("event {count} is there as {seq} and as {}", line.seq));
        }
    }
    let first_kept = first_kept(lines)?;
    let first_count = lines.iter().find_map(count).unwrap_or(u64::MAX);
    let mut found = 0;
    for promise in recording.promised(cut.promised_at) {
        match promise {
            // Verification asked for it.
            Promise::Anchor(_) => {}
            Promise::Durable(told) if told.seq < first_kept => {}
            Promise::Durable(told) if seq_of.get(&told.count) == Some(&told.seq) => found += 1,
            Promise::Durable(told) => {
                let instead = seq_of.get(&told.count);
                return Err(format!("acknowledged and not there: {told:?}; but {instead:?}"));
            }
            Promise::Flushed { from, to } => {
                let from = if first_kept > 0 { first_count.max(*from) } else { *from };
                if let Some(count) = (from..=*to).find(|count| !seq_of.contains_key(count)) {
                    return Err(format!("flushed and not there: {count} of {from} to {to}"));
                }
                found += 1;
            }
        }
    }
    Ok(found)
}

/// The number of the first line that the log did not remove; an error says that lines are gone
/// before it of which it does not say that it removed them.
fn first_kept(lines: &[Line]) -> Result<u64, String> {
    let Some(first) = lines.first() else { return Err("there is no line".to_owned()) };
    let Some(previous) = first.member("previous") else {
        return if first.seq == 0 { Ok(0) } else { Err(format!("{first:?} is the first line")) };
    };
    let pruned = lines.iter().filter(|line| life(line) == Some("prune"));
    let mut names = pruned.filter_map(|line| line.member("segments")?.as_list()).flatten();
    let is_previous = |name: &Json| {
        // It may have been compressed since.
        let plain = |name: &Json| name.as_str().map(|name| name.trim_end_matches(".gz").to_owned());
        plain(name) == plain(previous)
    };
    match names.any(is_previous) {
        true => Ok(first.seq),
        false => Err(format!("before {first:?} is nothing, and nothing was pruned")),
    }
}

fn is_repair(line: &Line) -> bool {
    matches!(life(line), Some("repair" | "cleanup"))
}

fn life(line: &Line) -> Option<&str> {
    line.lifecycle()
}
