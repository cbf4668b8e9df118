//! What a logger left in its directory: lines are counted, and a sample is read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::answer::{Answer, Metric};
use crate::Failure;

/// One line in so many is parsed.
const SAMPLE: usize = 97;

/// How a logger's lines are known.
#[derive(Debug)]
pub(crate) struct Form {
    /// What stands near the beginning of each line that is an event, where not all lines are.
    pub(crate) begins: Option<&'static [u8]>,
    /// Where the seven fields are.
    pub(crate) fields: [&'static str; 7],
}

/// How far into a line that stands. Nothing before it is a text of an event.
const BEGINNING: usize = 32;

/// The lines of a logger's files.
#[derive(Debug, Default, PartialEq)]
struct Lines {
    events: usize,
    bytes: usize,
    malformed: usize,
}

/// Counts the events in the files of a directory and adds what it found.
pub(crate) fn check(form: &Form, dir: &Path, answer: &mut Answer) -> Result<(), Failure> {
    let mut lines = Lines::default();
    for text in texts(dir)? {
        lines.add(form, &text);
    }
    answer.insert(Metric::InFile, lines.events as f64);
    answer.insert(Metric::Malformed, lines.malformed as f64);
    if lines.events > 0 {
        answer.insert(Metric::BytesPerLine, lines.bytes as f64 / lines.events as f64);
    }
    Ok(())
}

/// What the files of lines in a directory hold.
pub(crate) fn texts(dir: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    Ok(files(dir)?.into_iter().map(fs::read).collect::<Result<_, _>>()?)
}

/// Has the kernel take as much memory for files as a measurement will, by a file that is written and
/// removed: on a virtual machine the first touch of a page costs as much as many events, and whoever
/// came first would pay for all.
#[expect(clippy::disallowed_methods, reason = "the file is not the audit log's")]
pub(crate) fn warm(dir: &Path, bytes: usize) -> Result<(), Failure> {
    let path = dir.join("warm");
    let mut file = OpenOptions::new().create_new(true).write(true).open(&path)?;
    let chunk = vec![0; 64 * 1024];
    for _ in 0..bytes.div_ceil(chunk.len()) {
        file.write_all(&chunk)?;
    }
    drop(file);
    Ok(fs::remove_file(path)?)
}

/// Files of lines in the directory and in the ones directly in it.
fn files(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
    Ok(found)
}

impl Lines {
    fn add(&mut self, form: &Form, text: &[u8]) {
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if !form.is_event(line) {
                continue;
            }
            if self.events.is_multiple_of(SAMPLE) && !form.is_whole(line) {
                self.malformed += 1;
            }
            self.events += 1;
            self.bytes += line.len();
        }
    }
}

impl Form {
    fn is_event(&self, line: &[u8]) -> bool {
        let beginning = line.get(..BEGINNING).unwrap_or(line);
        let stands = |mark: &[u8]| beginning.windows(mark.len()).any(|window| window == mark);
        self.begins.is_none_or(stands)
    }

    /// Whether a line is JSON and has the seven fields.
    fn is_whole(&self, line: &[u8]) -> bool {
        let line = serde_json::from_slice::<Value>(line);
        line.is_ok_and(|line| self.fields.iter().all(|field| line.pointer(field).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::writer::FORM as OURS;

    const PEERS: Form = Form {
        begins: None,
        fields: ["/action", "/user", "/address", "/port", "/attempt", "/reason", "/session"],
    };
    const WHOLE: &str = concat!(
        r#"{"time":1,"action":"login","user":"a","address":"192.0.2.1","port":1,"#,
        r#""attempt":1,"reason":"b","session":"c"}"#
    );

    fn lines(form: &Form, text: &str) -> Lines {
        let mut lines = Lines::default();
        lines.add(form, text.as_bytes());
        lines
    }

    #[test]
    fn whole_lines_are_counted_with_their_bytes() {
        let found = lines(&PEERS, &format!("{WHOLE}\n{WHOLE}\n"));
        assert_eq!(found, Lines { events: 2, bytes: 2 * (WHOLE.len() + 1), malformed: 0 });
    }

    #[test]
    fn what_is_no_json_or_lacks_a_field_is_malformed() {
        let lacking = WHOLE.replace("\"port\":1,", "");
        for line in [&*lacking, "login alice", &format!("{WHOLE}}}")] {
            assert_eq!(lines(&PEERS, &format!("{line}\n")).malformed, 1, "{line}");
        }
    }

    #[test]
    fn of_ours_only_events_count() {
        let event = concat!(
            r#"{"kind":"event","seq":2,"action":"login","reason":"b","actor":{"user":"a"},"#,
            r#""source":{"ip":"192.0.2.1","port":1},"object":{"id":"c"},"data":{"attempt":1}}"#
        );
        let header = r#"{"kind":"header","seq":1}"#;
        let found = lines(&OURS, &format!("{header}\n{event}\n"));
        assert_eq!(found, Lines { events: 1, bytes: event.len() + 1, malformed: 0 });
    }
}
