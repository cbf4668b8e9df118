//! What earlier runs left in the directory.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use audit_core::Stream;
use audit_log::line::KeyNames;
use audit_log::name::{Files, Kind, Name};
use audit_log::reader::{Header, Json, Line, LineError, next_line, open_segment};

use memchr::memmem;

use super::Operations;
use super::own::{Head, Own, Sorted};
use crate::segment::recovery::{Found, examine, examine_compressed};
use crate::storage::Storage;

/// What the directory holds of the stream.
#[derive(Debug)]
pub(super) struct Estate {
    pub(super) files: &'static Files,
    /// Rotated segments of the log, oldest first.
    pub(super) rotated: Vec<Name>,
    /// What their headers say.
    pub(super) own: Vec<Own>,
    /// Segments for numbers that the log has otherwise, and how large they are.
    pub(super) duplicates: Vec<(Name, u64)>,
    /// What is not the log's, by its names.
    pub(super) strange: Vec<Name>,
    pub(super) active: Option<Found>,
    pub(super) log: Option<String>,
    /// What tells the machine from others that wrote the youngest segment.
    pub(super) machine: Option<String>,
    pub(super) next_seq: u64,
    /// When the last line was written, by the clock as it was then.
    pub(super) last_unix_ns: Option<i64>,
    /// What the youngest segment tells.
    pub(super) told: Told,
}

impl Estate {
    /// Looks at all that is there.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(super) fn survey(storage: &dyn Storage, stream: Stream) -> io::Result<Estate> {
        let files = Files::of(stream);
        let there = storage.list()?;
        let has_active = there.iter().any(|(name, _)| name == files.active);
        let active = has_active.then(|| examine(storage, files.active)).transpose()?;
        let head = active.as_ref().and_then(|found| Head::of(found.first.as_ref()?, stream));
        let machine_of = |head: &Head| head.machine.clone();
        let of_active = head.as_ref().map(machine_of);
        let Sorted { own, duplicates, strange } = Sorted::of(storage, stream, &there, head)?;
        let of_youngest = || own.last().and_then(|own| machine_of(&own.head));
        let machine = of_active.unwrap_or_else(of_youngest);
        let rotated: Vec<Name> = own.iter().map(|own| own.name).collect();
        let mut log = active.as_ref().and_then(log_id);
        let mut next_seq = active.as_ref().and_then(next_seq);
        let mut last_unix_ns = active.as_ref().and_then(last_unix_ns);
        // An older segment is asked only for what the younger ones do not tell.
        for name in rotated.iter().rev() {
            if log.is_some() && next_seq.is_some() {
                break;
            }
            let found = match name.kind {
                Kind::Compressed => examine_compressed(storage, *name)?,
                _ => examine(storage, &name.to_string())?,
            };
            log = log.or_else(|| log_id(&found));
            last_unix_ns = last_unix_ns.or(self::last_unix_ns(&found));
            next_seq = next_seq.or(self::next_seq(&found)).or(Some(name.seq.saturating_add(1)));
        }
        // Each segment's header takes over what was open before it.
        let told = match (&active, rotated.last()) {
            (Some(found), _) if found.header.is_some() => Told::by(storage.read(files.active)?)?,
            (_, Some(name)) => Told::by(open_segment(storage, *name)?)?,
            (_, None) => Told::default(),
        };
        // Where lines come again, the highest number is not the last line's.
        let next_seq = next_seq.max(told.last_seq.map(|seq| seq.saturating_add(1))).unwrap_or(0);
        Ok(Estate {
            files,
            rotated,
            own,
            duplicates,
            strange,
            active,
            log,
            machine,
            next_seq,
            last_unix_ns,
            told,
        })
    }

    /// The active segment's.
    pub(super) fn header(&self) -> Option<&Header> {
        self.active.as_ref()?.header.as_ref()
    }
}

/// What the lines of a segment tell of the runs that wrote them. Lines that cannot be read are
/// passed over.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Operations whose end is not recorded.
    pub(super) operations: Operations,
    /// In which boot of the machine the last run began.
    pub(super) boot: Option<String>,
    /// The highest number of a line that was looked at; headers and schemas are.
    pub(super) last_seq: Option<u64>,
    /// Where evidence begins, if the header says so.
    pub(super) evidence_from: Option<u64>,
    /// The keys of `data` that the segment's schemas list.
    pub(super) key_names: KeyNames,
    /// The run that wrote last, if it did not stop in order.
    pub(super) unstopped: Option<Unstopped>,
    /// The run of the line that was looked at last.
    run: Option<Arc<str>>,
}

/// A run that ended without a `stop`.
#[derive(Debug)]
pub(super) struct Unstopped {
    pub(super) run: String,
    /// At most so many accepted events were not in a file yet, if its `start` says so.
    pub(super) in_memory_max: Option<u64>,
}

impl Told {
    fn by(segment: impl Read) -> io::Result<Told> {
        let mut bytes = BufReader::new(segment);
        let mut told = Told::default();
        while let Some(line) = next_line(&mut bytes) {
            match line {
                Ok(line) if may_tell(&line) => told.learn(&line),
                Err(LineError::Compressed) => break, // It is damaged, and no reason not to start.
                Err(LineError::Unreadable) => return Err(io::ErrorKind::Other.into()),
                _ => {}
            }
        }
        Ok(told)
    }

    fn learn(&mut self, line: &[u8]) {
        let Ok(line) = Line::parse(line) else { return };
        self.run = line.names_run().or(self.run.take());
        self.operations.learn(&line, self.run.as_deref().unwrap_or_default());
        self.last_seq = self.last_seq.max(Some(line.seq));
        if let Some(boot) = line.member("boot").and_then(Json::as_str) {
            self.boot = Some(boot.to_owned());
        }
        match line.kind.as_str() {
            "header" => {
                self.evidence_from = line.member("evidence_from").and_then(Json::as_u64);
                let run = self.run.as_deref().unwrap_or_default().to_owned();
                self.unstopped = Some(Unstopped { run, in_memory_max: None });
            }
            "schema" => self.learn_keys(&line),
            "lifecycle" => self.learn_end(&line),
            _ => {}
        }
    }

    /// Takes in whether the run that writes now stops.
    fn learn_end(&mut self, line: &Line) {
        match line.member("type").and_then(Json::as_str) {
            Some("start") => {
                let run = self.run.as_deref().unwrap_or_default().to_owned();
                let in_memory_max = line.member("in_memory_max").and_then(Json::as_u64);
                self.unstopped = Some(Unstopped { run, in_memory_max });
            }
            Some("stop") => self.unstopped = None,
            _ => {}
        }
    }

    /// Takes in which keys the events of a schema have in `data`.
    fn learn_keys(&mut self, schema: &Line) {
        let rows = schema.member("fields").and_then(Json::as_list).unwrap_or_default();
        for row in rows {
            let text = |key: &str| row.get(key).and_then(Json::as_str);
            if let (Some("data"), Some(name), Some(word)) =
                (text("place"), text("name"), text("type"))
            {
                self.key_names.insert(name, word);
            }
        }
    }
}

/// Most lines need no parsing: inside of texts a quotation mark is escaped, so these bytes are a
/// key and nothing else.
fn may_tell(line: &[u8]) -> bool {
    line.starts_with(br#"{"kind":"header""#)
        || line.starts_with(br#"{"kind":"schema""#)
        || line.starts_with(br#"{"kind":"lifecycle""#)
        || memmem::find(line, br#""phase":""#).is_some()
}

fn log_id(found: &Found) -> Option<String> {
    found.header.as_ref().map(|header| header.log.clone())
}

fn next_seq(found: &Found) -> Option<u64> {
    found.last.as_ref().map(|line| line.seq.saturating_add(1))
}

fn last_unix_ns(found: &Found) -> Option<i64> {
    found.last.as_ref()?.unix_ns()
}
