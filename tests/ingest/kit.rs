//! Reads both logs side by side, as a program would, and keeps everything that comes out.

use audit_ingest::{Action, Config, FileId, Ingest, Kind, Log, Position, Told, Unconfirmed, When};
use std::collections::BTreeMap;

/// A file of a log: what tells it apart, and its bytes.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) id: FileId,
    pub(crate) bytes: Vec<u8>,
}

/// Files of both logs, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs {
    pub(crate) access: Vec<File>,
    pub(crate) app: Vec<File>,
}

impl Logs {
    pub(crate) fn add(&mut self, log: Log, bytes: Vec<u8>) {
        let (files, device) = match log {
            Log::Access => (&mut self.access, 1),
            Log::App => (&mut self.app, 2),
        };
        let inode = files.len() as u64 + 100;
        files.push(File { id: FileId { device, inode, generation: 0 }, bytes });
    }
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Result {
    pub(crate) actions: Vec<Action>,
    pub(crate) unconfirmed: Vec<Unconfirmed>,
    /// All of it as text, in every way that it can be shown.
    pub(crate) shown: String,
    pub(crate) sessions: usize,
}

impl Result {
    fn take(&mut self, told: Told) {
        self.shown.push_str(&format!("{told:?}\n{told:#?}\n"));
        match told {
            Told::Action(it) => {
                self.shown.push_str(&serde_json::to_string(&it).unwrap());
                self.actions.push(it);
            }
            Told::Unconfirmed(it) => {
                self.shown.push_str(&serde_json::to_string(&it).unwrap());
                self.unconfirmed.push(it);
            }
            Told::Session(it) => {
                self.shown.push_str(&serde_json::to_string(&it).unwrap());
                self.sessions += 1;
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Where a reader is in the files of a log.
struct Cursor<'a> {
    log: Log,
    files: &'a [File],
    at: usize,
    from: usize,
}

impl<'a> Cursor<'a> {
    fn new(log: Log, files: &'a [File], begin: Option<(FileId, u64)>) -> Cursor<'a> {
        let (at, from) = begin
            .and_then(|(id, offset)| Some((files.iter().position(|it| it.id == id)?, offset)))
            .unwrap_or_default();
        Cursor { log, files, at, from: usize::try_from(from).unwrap() }
    }

    fn is_over(&self) -> bool {
        self.files
            .get(self.at)
            .is_none_or(|it| self.at + 1 == self.files.len() && self.from == it.bytes.len())
    }

    fn push(&mut self, ingest: &mut Ingest, size: usize, out: &mut dyn FnMut(Told)) {
        let file = &self.files[self.at];
        if self.from == file.bytes.len() {
            self.at += 1;
            self.from = 0;
            if let Some(next) = self.files.get(self.at) {
                ingest.open(self.log, next.id);
            }
            return;
        }
        let to = (self.from + size).min(file.bytes.len());
        ingest.push(self.log, &file.bytes[self.from..to], out);
        self.from = to;
    }
}

/// Reads it all, so many bytes at a time.
pub(crate) fn read(config: &Config, logs: &Logs, size: usize) -> Result {
    let mut result = Result::default();
    let mut ingest = Ingest::new(config.clone());
    let report = go(&mut ingest, logs, None, (size, usize::MAX), &mut |told| result.take(told));
    result.shown.push_str(&report.unwrap());
    result
}

/// What does not depend on where it was stopped: all but the begin of a connection, which is told less
/// exactly where the message of its client came among forged ones.
pub(crate) fn exact(mut action: Action) -> Action {
    if action.kind == Kind::SessionStart {
        action.occurred = When::At(0);
    }
    action
}

/// Reads it all, but stopped again and again after some pushes, each time without what was told
/// since the position was last kept.
pub(crate) fn read_killed(
    config: &Config,
    logs: &Logs,
    random: &mut fastrand::Rng,
) -> (Result, usize) {
    let (mut stops, mut stuck) = (0, 0);
    let mut kept = BTreeMap::new();
    let mut position: Option<String> = None;
    let mut shown = String::new();
    loop {
        let from: Option<Position> = position.as_ref().map(|it| serde_json::from_str(it).unwrap());
        let mut ingest = match from.clone() {
            Some(it) => Ingest::resume(config.clone(), it),
            None => Ingest::new(config.clone()),
        };
        let mut told = Vec::new();
        // More each time that it did not get ahead: what waits begins long before what is told.
        let pushes = (random.usize(50..20_000), random.usize(5..100 << stuck));
        let over = go(&mut ingest, logs, from.as_ref(), pushes, &mut |it| told.push(it));
        for told in told {
            if let Told::Action(it) = told {
                // Coming again is allowed, saying something else is not.
                if let Some(before) = kept.insert(it.id, it.clone()) {
                    assert_eq!((before.kind, before.outcome), (it.kind, it.outcome));
                    assert_eq!(exact(before), exact(it));
                }
            }
        }
        shown.push_str(&format!("{ingest:?}"));
        if over.is_some() {
            break;
        }
        stops += 1;
        // Now and then the stop comes before the position is kept.
        if random.bool() {
            let it = serde_json::to_string(&ingest.position()).unwrap();
            shown.push_str(&it);
            let begins = |it: &Option<String>| {
                let it: Option<Position> = it.as_ref().map(|it| serde_json::from_str(it).unwrap());
                it.map(|it| (it.begin(Log::Access), it.begin(Log::App)))
            };
            let it = Some(it);
            stuck = if begins(&it) == begins(&position) { (stuck + 1).min(8) } else { 0 };
            position = it;
        }
    }
    (Result { actions: kept.into_values().collect(), shown, ..Result::default() }, stops)
}

/// Pushes so many bytes at a time, so many times; the report when everything was read.
fn go(
    ingest: &mut Ingest,
    logs: &Logs,
    from: Option<&Position>,
    (size, pushes): (usize, usize),
    out: &mut dyn FnMut(Told),
) -> Option<String> {
    let begin = |log: Log| from.map(|it| it.begin(log));
    let mut access = Cursor::new(Log::Access, &logs.access, begin(Log::Access));
    let mut app = Cursor::new(Log::App, &logs.app, begin(Log::App));
    for cursor in [&access, &app] {
        if let Some(file) = cursor.files.get(cursor.at) {
            ingest.open(cursor.log, file.id);
        }
    }
    for _ in 0..pushes {
        let cursor = match (access.is_over(), app.is_over()) {
            (true, true) => {
                ingest.finish(out);
                return Some(format!("{:?}{ingest:?}", ingest.report()));
            }
            (true, false) => &mut app,
            (false, true) => &mut access,
            (false, false) if ingest.next() == Log::Access => &mut access,
            (false, false) => &mut app,
        };
        cursor.push(ingest, size, out);
    }
    None
}
