//! What is known of a log: its files are read here by nothing but a parser of JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

/// The answers, and what they are of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// What was denied: events, and what was counted.
    pub(crate) denied: u64,
    /// Events by alice, an operation once.
    pub(crate) by_alice: u64,
    /// Bytes that were mounted.
    pub(crate) mounted: u64,
    /// Lines, each once.
    pub(crate) lines: u64,
    /// Lines that stand in a second file.
    pub(crate) repeated: u64,
    /// Files that have such lines.
    pub(crate) with_repeats: u64,
    /// Files whose header says that they bring lines again.
    pub(crate) superseding: u64,
    /// Files that end in half a line.
    pub(crate) torn: u64,
    /// In which line what comes late is first seen.
    pub(crate) first_seen: BTreeMap<&'static str, u64>,
    /// The keys that some line has, dotted: those that recipes ask for.
    pub(crate) keys: BTreeSet<&'static str>,
}

/// What comes late in the large log.
const LATE: [&str; 5] = [
    "actor.user_pseudonym",
    "actor.session_pseudonym",
    "data.note_cut",
    "data.link.peer.ip",
    "summary",
];

/// What recipes ask for.
const ASKED: [&str; 6] =
    ["begun", "actor.user", "data.size", "summary.outcome", "summary.count", "outcome"];

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Known { denied, by_alice, mounted, lines, repeated, torn, .. } = self;
        write!(
            f,
            "{lines} lines, {repeated} of them twice, {torn} torn; \
             {denied} denied, {by_alice} by alice, {mounted} bytes mounted"
        )
    }
}

impl Known {
    pub(crate) fn of_dir(dir: &Path) -> Known {
        let mut known = Known::default();
        let mut last_with_repeats = None;
        for_each(dir, &mut |seen| match seen {
            Seen::First { line, .. } => known.count(line),
            Seen::Again { file } => {
                known.repeated += 1;
                if last_with_repeats.replace(file.to_owned()).is_none_or(|last| last != file) {
                    known.with_repeats += 1;
                }
            }
            Seen::Torn => known.torn += 1,
        });
        known
    }

    fn count(&mut self, line: &Value) {
        self.lines += 1;
        self.keys.extend(ASKED.iter().filter(|path| at(line, path).is_some()));
        self.superseding += u64::from(at(line, "header.supersedes").is_some());
        let seq = line["seq"].as_u64().unwrap();
        for path in LATE.iter().filter(|path| at(line, path).is_some()) {
            let first = self.first_seen.entry(path).or_insert(seq);
            *first = seq.min(*first);
        }
        let is = |path, text: &str| at(line, path).is_some_and(|value| value == text);
        match line["kind"].as_str().unwrap() {
            "event" => {
                let ends_what_began = at(line, "begun").is_some();
                self.denied += u64::from(is("outcome", "denied"));
                self.by_alice += u64::from(is("actor.user", "alice") && !ends_what_began);
                if is("event", "media_mounted") && is("outcome", "success") {
                    self.mounted += line["data"]["size"].as_u64().unwrap();
                }
            }
            "summary" if is("summary.outcome", "denied") => {
                self.denied += line["summary"]["count"].as_u64().unwrap();
            }
            _ => {}
        }
    }

    /// Whether it has everything that recipes ask for.
    pub(crate) fn has_all(&self) -> bool {
        self.keys.len() == ASKED.len()
    }

    /// Whether these are the three answers.
    pub(crate) fn is(&self, printed: &str) -> bool {
        printed.lines().count() == 3 && self.begins(printed)
    }

    /// Whether these are the first answers. Of nothing some tools say that the sum is nothing.
    pub(crate) fn begins(&self, printed: &str) -> bool {
        let known = [self.denied, self.by_alice, self.mounted];
        let is = |(printed, known): (&str, &u64)| match printed.trim() {
            "" | "null" | "None" | "\\N" | "<NULL>" => *known == 0,
            number => number.parse() == Ok(*known),
        };
        printed.lines().count() <= known.len() && printed.lines().zip(&known).all(is)
    }
}

/// A line of a file.
pub(crate) enum Seen<'a> {
    First {
        line: &'a Value,
        stream: &'a str,
    },
    /// It stood in a file before.
    Again {
        file: &'a Path,
    },
    /// It is no whole line.
    Torn,
}

impl<'a> Seen<'a> {
    /// The line and its stream, if it is one that was not seen before.
    pub(crate) fn first_time(&self) -> Option<(&'a Value, &'a str)> {
        match *self {
            Seen::First { line, stream } => Some((line, stream)),
            _ => None,
        }
    }
}

/// Looks at every line of every file.
pub(crate) fn for_each(dir: &Path, look: &mut impl FnMut(Seen<'_>)) {
    let mut seen = BTreeSet::new();
    for file in files(dir) {
        let mut of = None;
        for line in lines(&file) {
            let Ok(line) = serde_json::from_str::<Value>(&line) else {
                look(Seen::Torn);
                continue;
            };
            let (log, stream) = of.get_or_insert_with(|| log_and_stream(&line, &file));
            let seq = line["seq"].as_u64().unwrap();
            match seen.insert((log.clone(), stream.clone(), seq)) {
                true => look(Seen::First { line: &line, stream }),
                false => look(Seen::Again { file: &file }),
            }
        }
    }
}

/// A value by the keys that lead to it.
pub(crate) fn at<'a>(line: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(line, |value, key| value.get(key))
}

/// The log's segments.
fn files(dir: &Path) -> Vec<PathBuf> {
    let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let is_segment = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".jsonl") || name.ends_with(".jsonl.gz")
    };
    let mut names: Vec<PathBuf> = names.filter(is_segment).collect();
    names.sort();
    names
}

/// A file's lines, half ones too.
fn lines(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    match path.extension().is_some_and(|it| it == "gz") {
        true => MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap(),
        false => (&bytes[..]).read_to_string(&mut text).unwrap(),
    };
    text.lines().map(str::to_owned).collect()
}

/// Which log and stream a file is of: its first line says so.
fn log_and_stream(first: &Value, file: &Path) -> (String, String) {
    let text = |key: &str| {
        let told = || format!("{}: its first line is no header that names `{key}`", file.display());
        first["header"][key].as_str().unwrap_or_else(|| panic!("{}", told())).to_owned()
    };
    (text("log"), text("stream"))
}
