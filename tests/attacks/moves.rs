//! What an attacker can do to a log's directory, one thing at a time.

use std::io::Write as _;

use audit_log::storage::ReadStorage;
use audit_writer::storage::{MemoryStorage, Storage};

use crate::lines::{bind, forged, split};
use crate::world::{LONG, World, builder, emit};

/// One thing that an attacker does.
#[derive(Clone, Debug)]
pub(crate) enum Move {
    Delete(String),
    /// A file is cut at this part of its lines, in tenths.
    Cut(String, usize),
    /// A file gets the bytes of another one of this log.
    Replace(String, String),
    /// A file gets the bytes that it had after an earlier run.
    Restore(String, usize),
    /// All files get them, and those that are younger go.
    RestoreAll(usize),
    /// A file of another stream or device takes this one's place.
    Splice(String, &'static str),
    /// A line is put behind the last one of a file.
    Append(String, Forged),
    /// The checkpoint at the end of a file gets another member behind its note, or a second signature.
    Extend(String, &'static str),
    /// Two neighbouring lines change places, or the two lines at a place are removed; bound anew.
    Swap(String, usize),
    Remove(String, usize),
    /// A line comes from somewhere else in the log, bound to where it comes.
    Bring(String, usize),
    /// A file gets another name, or is there under a second one.
    Rename(String, String),
    Duplicate(String, String),
    /// Zeros, or something that expands to them, under a name of the log's.
    Put(&'static str, Bytes),
    /// All files go, and one segment with a header of the attacker's takes their place.
    Anew,
    /// The real writer runs on what is there.
    Start,
}

/// A line that nobody signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Forged {
    Event,
    Start,
    Stop,
    Prune,
    Rollback,
    Rekeyed,
    Recovered,
    EvidenceOff,
    Junk,
    Torn,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Bytes {
    Zeros,
    Newlines,
    Bomb,
}

const FORGED: [Forged; 10] = [
    Forged::Event,
    Forged::Start,
    Forged::Stop,
    Forged::Prune,
    Forged::Rollback,
    Forged::Rekeyed,
    Forged::Recovered,
    Forged::EvidenceOff,
    Forged::Junk,
    Forged::Torn,
];

impl Move {
    /// Each that can be made on this log.
    pub(crate) fn all(world: &World) -> Vec<Move> {
        let names: Vec<String> = world.files.list().unwrap().into_iter().map(|it| it.0).collect();
        let of_audit = |name: &&String| name.starts_with("audit") && !name.ends_with(".lock");
        let own: Vec<&String> = names.iter().filter(of_audit).collect();
        let segments: Vec<&String> =
            own.iter().copied().filter(|it| it.contains(".jsonl")).collect();
        let plain: Vec<&String> =
            segments.iter().copied().filter(|it| it.ends_with(".jsonl")).collect();
        let mut moves = vec![Move::Start, Move::Anew, Move::RestoreAll(0), Move::RestoreAll(1)];
        for name in &own {
            moves.push(Move::Delete((*name).clone()));
            moves.push(Move::Restore((*name).clone(), 1));
        }
        for name in &plain {
            let name = || (*name).clone();
            moves.extend([Move::Cut(name(), 5), Move::Cut(name(), 9), Move::Swap(name(), 5)]);
            moves.extend([Move::Remove(name(), 6), Move::Bring(name(), 4)]);
            moves.extend([Move::Extend(name(), "member"), Move::Extend(name(), "signature")]);
        }
        for (one, two) in segments.iter().zip(segments.iter().skip(1)) {
            moves.push(Move::Replace((*one).clone(), (*two).clone()));
        }
        let (oldest, active) = (segments[0].clone(), "audit.jsonl".to_owned());
        moves.extend(FORGED.map(|what| Move::Append(active.clone(), what)));
        moves.extend([Forged::Event, Forged::Junk].map(|it| Move::Append(plain[0].clone(), it)));
        moves.push(Move::Extend("audit.checkpoint".to_owned(), "signature"));
        let later = oldest.replace("audit-2026", "audit-2027");
        moves.push(Move::Rename(oldest.clone(), later.clone()));
        moves.push(Move::Duplicate(oldest.clone(), later));
        moves.push(Move::Duplicate(oldest, "audit-20200101T000000Z-000000000001.jsonl".to_owned()));
        moves.extend(["access", "device"].map(|of| Move::Splice(active.clone(), of)));
        moves.push(Move::Put("audit-20200101T000000Z-000000000003.jsonl", Bytes::Zeros));
        moves.push(Move::Put("audit-20200101T000000Z-000000000004.jsonl", Bytes::Newlines));
        moves.push(Move::Put("audit-20200101T000000Z-000000000005.jsonl.gz", Bytes::Bomb));
        moves
    }

    /// Makes it; where there is nothing to make it on, nothing is done.
    pub(crate) fn make(&self, world: &World, files: &MemoryStorage, keys: &MemoryStorage) {
        match self {
            Move::Delete(name) => drop(files.remove(name)),
            Move::Replace(name, by) => put_if_there(files, name, files.bytes(by)),
            Move::Restore(name, run) => put_if_there(files, name, world.older[*run].bytes(name)),
            Move::RestoreAll(run) => {
                clear(files);
                for (name, _) in world.older[*run].list().unwrap() {
                    put_if_there(files, &name, world.older[*run].bytes(&name));
                }
            }
            Move::Splice(name, "access") => put_if_there(files, name, files.bytes("access.jsonl")),
            Move::Splice(name, _) => put_if_there(files, name, world.other.bytes("audit.jsonl")),
            Move::Append(name, what) => {
                let mut bytes = files.bytes(name).unwrap_or_default();
                let last = split(&bytes).pop().unwrap_or_default();
                bytes.extend(what.line(files, &last));
                files.put(name, &bytes);
            }
            Move::Extend(name, what) => extend(files, name, what),
            Move::Rename(name, to) => {
                put_if_there(files, to, files.bytes(name));
                drop(files.remove(name));
            }
            Move::Duplicate(name, to) => put_if_there(files, to, files.bytes(name)),
            Move::Put(name, bytes) => files.put(name, &bytes.make()),
            Move::Anew => anew(files),
            Move::Start => start(files, keys),
            Move::Cut(name, _)
            | Move::Swap(name, _)
            | Move::Remove(name, _)
            | Move::Bring(name, _) => {
                let mut lines = split(&files.bytes(name).unwrap_or_default());
                self.edit(&mut lines);
                files.put(name, &lines.concat());
            }
        }
    }

    /// What it does to a file's lines, which it binds to each other anew.
    fn edit(&self, lines: &mut Vec<Vec<u8>>) {
        match self {
            Move::Cut(_, tenths) => lines.truncate(lines.len() * tenths / 10),
            Move::Swap(_, at) if lines.len() > at + 1 => {
                lines.swap(*at, at + 1);
                rebind(lines, *at);
            }
            Move::Remove(_, at) if lines.len() > at + 2 => {
                lines.drain(*at..at + 2);
                rebind(lines, *at);
            }
            Move::Bring(_, at) if lines.len() > at + 3 => {
                let line = lines.remove(at + 2);
                lines.insert(*at, line);
                rebind(lines, *at);
            }
            _ => {}
        }
    }
}

fn put_if_there(files: &MemoryStorage, name: &str, bytes: Option<Vec<u8>>) {
    if let Some(bytes) = bytes {
        files.put(name, &bytes);
    }
}

impl Forged {
    fn line(self, files: &MemoryStorage, before: &[u8]) -> Vec<u8> {
        let life = |members: &str| forged("lifecycle", &format!("{members},\"up_us\":1"), before);
        match self {
            Forged::Event => forged("event", EVENT, before),
            Forged::Start => life(r#""type":"start","run":"0123456789abcdef","time_synced":true"#),
            Forged::Stop => {
                life(r#""type":"stop","accepted":1,"written":1,"summarized":0,"lost":0"#)
            }
            Forged::Prune => {
                let named: Vec<String> = gone(files).iter().map(|it| format!("\"{it}\"")).collect();
                life(&format!(r#""type":"prune","why":"age","segments":[{}]"#, named.join(",")))
            }
            Forged::Rollback => life(
                r#""type":"rollback","compared":"shorter","signed_size":9,"signed_root":"","found_size":5"#,
            ),
            Forged::Rekeyed => life(r#""type":"rekeyed","why":"no_keys""#),
            Forged::Recovered => life(r#""type":"recovered","from_seq":0,"to_seq":1000000"#),
            Forged::EvidenceOff => life(r#""type":"evidence_off""#),
            Forged::Junk => b"this is no line of any log\n".to_vec(),
            Forged::Torn => b"{\"kind\":\"event\",\"seq\":".to_vec(),
        }
    }
}

const EVENT: &str = r#""event":"door_opened","level":"info","action":"open","outcome":"success","actor_none":"the door has no reader","source":{"local":"front"},"object":{"type":"door","id":"north"},"data":{"count":7}"#;

/// The names that segments name as the ones before them, and which are not there.
fn gone(files: &MemoryStorage) -> Vec<String> {
    let names = files.list().unwrap();
    let texts = names.iter().filter_map(|(name, _)| files.bytes(name));
    let previous = texts.filter_map(|text| {
        let text = String::from_utf8_lossy(text.get(..4096.min(text.len()))?).into_owned();
        Some(text.split_once(r#""previous":""#)?.1.split('"').next()?.to_owned())
    });
    previous.filter(|name| files.bytes(name).is_none()).collect()
}

/// Binds the lines from this one on anew, as far as one hand's work goes.
fn rebind(lines: &mut [Vec<u8>], at: usize) {
    for at in at.max(1)..(at + 3).min(lines.len()) {
        let before = lines[at - 1].clone();
        bind(&mut lines[at], &before, false);
    }
}

/// Puts something into the last checkpoint of a file that was not signed with it.
fn extend(files: &MemoryStorage, name: &str, what: &str) {
    let Some(text) = files.bytes(name).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return;
    };
    let signature = "\u{2014} witness AAAAAEaaQ3MqDjDNkDYBnrO6SXkbf1VuzBKDmC9Cdu9Z1nZ+0n4y3cW1Cz9Hcw1u6v9lTAtO5B2sHqf9cA5JrYJGAgE=";
    let extended = match (what, name.ends_with(".jsonl")) {
        ("member", _) => text
            .rsplit_once(r#""},"prev""#)
            .map(|(one, two)| format!(r#"{one}","more":1}},"prev"{two}"#)),
        (_, true) => text
            .rsplit_once(r#"\n"},"prev""#)
            .map(|(one, two)| format!(r#"{one}\n{signature}\n"}},"prev"{two}"#)),
        _ => Some(format!("{text}{signature}\n")),
    };
    if let Some(extended) = extended {
        files.put(name, extended.as_bytes());
    }
}

impl Bytes {
    fn make(self) -> Vec<u8> {
        match self {
            Bytes::Zeros => vec![0; 1 << 20],
            Bytes::Newlines => vec![b'\n'; 1 << 16],
            Bytes::Bomb => {
                let mut gzip =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(&vec![b'x'; 1 << 20]).unwrap();
                gzip.finish().unwrap()
            }
        }
    }
}

fn clear(files: &MemoryStorage) {
    for (name, _) in files.list().unwrap() {
        files.remove(&name).unwrap();
    }
}

/// One segment with a header that says what it likes, and any events.
fn anew(files: &MemoryStorage) {
    let first = split(&files.bytes("audit.jsonl").unwrap_or_default());
    let Some(header) = first.into_iter().next() else { return };
    clear(files);
    let text = String::from_utf8_lossy(&header).replacen(r#""seq":"#, r#""seq":9"#, 1);
    let mut lines = vec![text.into_bytes()];
    for _ in 0..4 {
        let line = forged("event", EVENT, &lines[lines.len() - 1]);
        lines.push(line);
    }
    files.put("audit.jsonl", &lines.concat());
}

/// The device runs on what is there, and records something; that it does not start is its answer, too.
fn start(files: &MemoryStorage, keys: &MemoryStorage) {
    if let Ok(writer) = builder(files, keys).start() {
        emit(&writer, 500, 503);
        // Whether it can write is told by what it wrote.
        let _is_told_by_its_lines = (writer.flush(LONG), writer.shutdown());
    }
}
