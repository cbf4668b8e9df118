//! Opening a stream: at start-up, and again after a fault.

use std::io;

use audit_core::OutcomeKind;

use super::{Doubt, Known, Operation, Operations, Stream, World, fault_body};
use crate::clock::Stamp;
use crate::line::{Life, LifeBody, OpenOperation, Times};
use crate::rotation::Filling;
use crate::segment::active::{Active, Fault};
use crate::segment::name::{ACTIVE, Kind, Name};
use crate::segment::recovery::{Found, examine};
use crate::storage::Storage;

/// The most that is kept of a torn end, in bytes.
const TORN_BYTES_MAX: u64 = 64 * 1024;

/// What the directory holds of the stream.
struct Estate {
    /// Rotated segments, oldest first.
    rotated: Vec<Name>,
    active: Option<Found>,
    log: Option<String>,
    next_seq: u64,
    /// Operations whose end is not recorded.
    operations: Operations,
}

/// What was cut off the active segment's end.
struct Repaired {
    removed_bytes: u64,
    kept_in: Option<String>,
}

impl Stream {
    /// Opens the stream of a directory that this process has locked, and records that a run begins;
    /// that line is durable before the stream takes any other.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub(crate) fn open(world: World) -> Result<Stream, Fault> {
        let mut estate = Estate::survey(world.storage.as_ref()).map_err(Fault::new("read"))?;
        let boot = world.clock.boot_id();
        let mut stream = Stream {
            log: match &estate.log {
                Some(log) => log.clone(),
                None => random_id().map_err(Fault::new("draw an id for"))?,
            },
            run: random_id().map_err(Fault::new("draw an id for"))?,
            boot,
            next_seq: estate.next_seq,
            clock_synced: world.clock.is_synced(),
            known: Known::default(),
            times: Times::default(),
            active: None,
            operations: std::mem::take(&mut estate.operations),
            doubt: Doubt::default(),
            fault: None,
            world,
        };
        let repaired = stream.adopt(estate)?;
        stream.begin_run(repaired);
        stream.sync();
        match stream.fault.take() {
            Some(past) => Err(Fault { doing: past.doing, error: past.error }),
            None => {
                stream.prune();
                Ok(stream)
            }
        }
    }

    /// Tries to go on after a fault: in a new segment, because of the old one it is not known what
    /// is on the disk.
    pub(crate) fn reopen(&mut self) {
        match self.try_reopen() {
            Ok(()) => {}
            Err(fault) => {
                self.active = None;
                tracing::debug!(target: "audit_writer", doing = fault.doing, error = %fault.error, "still not");
            }
        }
    }

    fn try_reopen(&mut self) -> Result<(), Fault> {
        let estate = Estate::survey(self.world.storage.as_ref()).map_err(Fault::new("read"))?;
        let missing_from = estate.next_seq;
        // Numbers that may have been seen in the file are not given again; those that never reached
        // it are.
        let first_in_doubt = self.doubt.from.unwrap_or(self.next_seq);
        self.next_seq = estate.next_seq.max(first_in_doubt);
        // A header lists what is open, and that depends on what is in the file.
        self.operations.settle(missing_from);
        let repaired = self.close_damaged(estate)?;
        self.settle_doubt(missing_from);
        self.record_repair(repaired);
        if let Some(past) = self.fault.take() {
            self.house(&LifeBody { life: Life::Fault(fault_body(&past)) });
            self.fault = Some(past);
        }
        self.gap();
        self.sync();
        if !self.is_broken() {
            self.fault = None;
            tracing::info!(target: "audit_writer", "the audit log can be written again");
        }
        Ok(())
    }

    /// Goes on in the active segment that is there, or begins one.
    fn adopt(&mut self, estate: Estate) -> Result<Option<Repaired>, Fault> {
        let Estate { rotated, active, .. } = estate;
        let previous = rotated.last().map(Name::to_string);
        let Some(found) = active else {
            self.begin_segment(previous.as_deref())?;
            return Ok(None);
        };
        let mut file = self.world.storage.append(ACTIVE).map_err(Fault::new("open"))?;
        let repaired = self.cut_torn(&found, file.as_mut())?;
        let first = first_line(&found, self.world.clock.now());
        let bytes = found.whole_bytes;
        let filling = Filling { opened: first.0, bytes, header_bytes: 0 };
        self.active = Some(Active::new(file, first.1.unwrap_or(self.next_seq), filling));
        if bytes == 0 {
            self.write_header(first.0, previous.as_deref())?;
        }
        Ok(repaired)
    }

    /// Gives the active segment, if it holds anything, its final name, and begins a new one.
    fn close_damaged(&mut self, estate: Estate) -> Result<Option<Repaired>, Fault> {
        let Estate { rotated, active, .. } = estate;
        let mut previous = rotated.last().map(Name::to_string);
        let mut repaired = None;
        if let Some(found) = active {
            let mut file = self.world.storage.append(ACTIVE).map_err(Fault::new("open"))?;
            repaired = self.cut_torn(&found, file.as_mut())?;
            drop(file);
            if found.whole_bytes == 0 {
                self.world.storage.remove(ACTIVE).map_err(Fault::new("remove"))?;
            } else {
                let (opened, seq) = first_line(&found, self.world.clock.now());
                let name =
                    Name::new(Kind::Segment, opened, seq.unwrap_or(self.next_seq)).to_string();
                self.world.storage.rename(ACTIVE, &name).map_err(Fault::new("rotate"))?;
                previous = Some(name);
            }
        }
        self.begin_segment(previous.as_deref())?;
        Ok(repaired)
    }

    /// Cuts what is torn off the segment's end, and keeps it beside.
    fn cut_torn(
        &self,
        found: &Found,
        file: &mut dyn crate::storage::StorageFile,
    ) -> Result<Option<Repaired>, Fault> {
        let removed_bytes = found.bytes - found.whole_bytes;
        if removed_bytes == 0 {
            return Ok(None);
        }
        let kept_in = match self.keep_torn(found.whole_bytes, removed_bytes) {
            Ok(name) => Some(name),
            Err(error) => {
                tracing::warn!(target: "audit_writer", %error, "the torn end of the audit log could not be kept");
                None
            }
        };
        file.truncate(found.whole_bytes).map_err(Fault::new("repair"))?;
        file.sync().map_err(Fault::new("repair"))?;
        tracing::warn!(target: "audit_writer", removed_bytes, "the audit log's end was torn and has been repaired");
        Ok(Some(Repaired { removed_bytes, kept_in }))
    }

    /// Copies the torn end, as far as it is not too long, into a file of its own.
    fn keep_torn(&self, from: u64, bytes: u64) -> io::Result<String> {
        let storage = &self.world.storage;
        let mut torn = vec![0; usize::try_from(bytes.min(TORN_BYTES_MAX)).unwrap_or(0)];
        let mut source = storage.read(ACTIVE)?;
        source.seek(io::SeekFrom::Start(from))?;
        source.read_exact(&mut torn)?;
        let name = Name::new(Kind::Torn, self.world.clock.now(), self.next_seq).to_string();
        let mut file = storage.create(&name)?;
        let kept = write_all(file.as_mut(), &torn).and_then(|()| file.sync());
        match kept {
            Ok(()) => Ok(name),
            Err(error) => {
                storage.remove(&name)?; // Half of it is worth nothing, and a full disk would collect halves.
                Err(error)
            }
        }
    }

    fn begin_run(&mut self, repaired: Option<Repaired>) {
        let boot = self.boot.clone();
        let config = self.world.config;
        self.house(&LifeBody {
            life: Life::Start {
                writer: env!("CARGO_PKG_VERSION"),
                pid: std::process::id(),
                boot: &boot,
                durability: &config.durability.describe(),
                overflow: &config.overflow.describe(),
            },
        });
        self.record_repair(repaired);
        self.record_interrupted();
    }

    /// Operations of earlier runs will not be ended by anybody any more.
    fn record_interrupted(&mut self) {
        for (begun, Operation { event, run: begun_run }) in self.operations.take() {
            let operation = OpenOperation { event, begun, begun_run };
            let outcome = OutcomeKind::Unknown.name();
            self.house(&LifeBody { life: Life::Interrupted { outcome, operation } });
        }
    }

    fn record_repair(&mut self, repaired: Option<Repaired>) {
        if let Some(Repaired { removed_bytes, kept_in }) = repaired {
            self.house(&LifeBody {
                life: Life::Repair { removed_bytes, kept_in: kept_in.as_deref() },
            });
        }
    }
}

impl Estate {
    fn survey(storage: &dyn Storage) -> io::Result<Estate> {
        let files = storage.list()?;
        let mut rotated: Vec<Name> = files
            .iter()
            .filter_map(|(name, _)| Name::parse(name))
            .filter(|name| name.kind == Kind::Segment)
            .collect();
        rotated.sort();
        let has_active = files.iter().any(|(name, _)| name == ACTIVE);
        let active = has_active.then(|| examine(storage, ACTIVE)).transpose()?;
        let mut log = active.as_ref().and_then(log_id);
        let mut next_seq = active.as_ref().and_then(next_seq);
        // An older segment is asked only for what the younger ones do not tell.
        for name in rotated.iter().rev() {
            if log.is_some() && next_seq.is_some() {
                break;
            }
            let found = examine(storage, &name.to_string())?;
            log = log.or_else(|| log_id(&found));
            next_seq = next_seq.or(crate::stream::open::next_seq(&found)).or(Some(name.seq + 1));
        }
        // Each segment's header takes over what was open before it.
        let youngest = match &active {
            Some(found) if found.header.is_some() => Some(ACTIVE.to_owned()),
            _ => rotated.last().map(Name::to_string),
        };
        let operations = match youngest {
            Some(segment) => Operations::left_in(storage, &segment)?,
            None => Operations::default(),
        };
        Ok(Estate { rotated, active, log, next_seq: next_seq.unwrap_or(0), operations })
    }
}

fn log_id(found: &Found) -> Option<String> {
    found.header.as_ref().map(|header| header.log.clone())
}

fn next_seq(found: &Found) -> Option<u64> {
    found.last.as_ref().map(|line| line.seq + 1)
}

/// When a segment was opened and the number of its first line, as far as its header tells.
fn first_line(found: &Found, now: Stamp) -> (Stamp, Option<u64>) {
    match &found.header {
        Some(header) if found.whole_bytes > 0 => {
            (Stamp { unix_ns: header.unix_ns, ..now }, Some(header.seq))
        }
        _ => (now, None),
    }
}

fn write_all(file: &mut dyn crate::storage::StorageFile, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let taken = file.write(rest)?;
        if taken == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(())
}

/// Eight random bytes in hexadecimal.
fn random_id() -> io::Result<String> {
    Ok(format!("{:016x}", getrandom::u64()?))
}
