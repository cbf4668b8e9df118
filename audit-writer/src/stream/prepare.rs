//! What a start prepares of the evidence: which log it is, the keys, the chain so far, and what is
//! amiss with them.

use std::io;
use std::sync::Arc;

use audit_core::Stream;
use audit_log::reader::file_bytes_max;

use super::aside::Cut;
use super::estate::Estate;
use super::finding::{Finding, Moved};
use super::rebuild::{Announced, Base, Rebuilt, announced};
use super::signing::Signing;
use super::{World, random_id};
use crate::config::Evidence;
use crate::keys::chain::{Begun, Keys, Signed};
use crate::keys::store::Stored;
use crate::segment::active::Fault;

/// What a stream begins with.
pub(super) struct Prepared {
    /// What identifies the log.
    pub(super) log: String,
    /// None where there is to be no evidence.
    pub(super) signing: Option<Signing>,
    /// What is amiss, for lines to tell.
    pub(super) findings: Vec<Finding>,
    /// Lines that stand behind what is proved, from and to.
    pub(super) recovered: Option<(u64, u64)>,
    /// Where the active segment must be cut first.
    pub(super) cut: Option<Cut>,
    /// Whether the keys are those that the log was signed with, so that it can be judged.
    pub(super) is_judged: bool,
    /// Whether the files that are there are taken over by keys that did not sign them.
    pub(super) adopts: bool,
    /// The log that it goes on with, where that is another one.
    pub(super) continues: Option<String>,
    /// Whether evidence ends with what the start signs.
    pub(super) ends_evidence: bool,
    /// Whether the active segment cannot be gone on with: its header does not tell of the tree before
    /// it, or of the key that comes next.
    pub(super) needs_segment: bool,
    /// So many bytes of the active segment are known to be on stable storage.
    pub(super) durable_bytes: u64,
}

impl Prepared {
    /// # Errors
    ///
    /// What the storage or the store of keys said.
    pub(super) fn of(world: &World, estate: &Estate) -> Result<Prepared, Fault> {
        let others = Others::of(world, estate).map_err(Fault::new("read"))?;
        let is_off = world.config.evidence == Evidence::Off;
        let stored = match is_off {
            // Without evidence keys are no reason not to start.
            true if !has_tree(estate) => Ok(Stored::Nothing),
            true => Ok(Stored::of(world.keys.as_ref(), world.stream).unwrap_or(Stored::Nothing)),
            false => Stored::of(world.keys.as_ref(), world.stream),
        };
        let stored = stored.map_err(Fault::new("load the keys of"))?;
        let keys = if let Stored::Keys(keys) = &stored { Some(keys.as_ref()) } else { None };
        let log = log_id(world, estate, keys, &others).map_err(Fault::new("draw an id for"))?;
        let moved = moved(world, estate);
        let is_own = |keys: &Keys| keys.origin() == origin(&log, world.stream);
        let is_usable = keys.is_some_and(is_own) && moved.is_none();
        let mut prepared = match is_off && !is_usable {
            true => Prepared::without_evidence(log.clone()),
            false => {
                let signed = Prepared::signed(world, estate, stored, log.clone(), &others);
                signed.map_err(Fault::new("read the evidence of"))?
            }
        };
        prepared.ends_evidence = is_off && prepared.signing.is_some();
        match moved {
            Some(moved) => prepared.moved(world, moved).map_err(Fault::new("draw an id for")),
            None => Ok(prepared),
        }
    }

    /// The same, of a log that goes on as another one; all streams of a directory as the same.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    fn moved(self, world: &World, moved: Moved) -> io::Result<Prepared> {
        let of_others = world.log.clone().filter(|log| *log != moved.log_before);
        let log = of_others.map_or_else(random_id, Ok)?;
        let mut signing = self.signing;
        if let Some(signing) = &mut signing {
            signing.keys = Keys::drawn(origin(&log, world.stream))?;
            signing.is_stored = false;
        }
        let mut findings = self.findings;
        // What is drawn for another log takes the place of any keys.
        findings.retain(|finding| !matches!(finding, Finding::Rekeyed { .. }));
        findings.insert(0, Finding::Moved(moved.clone()));
        Ok(Prepared {
            log,
            signing,
            findings,
            adopts: true,
            continues: Some(moved.log_before),
            needs_segment: true,
            ..self
        })
    }

    fn without_evidence(log: String) -> Prepared {
        Prepared {
            log,
            signing: None,
            findings: Vec::new(),
            recovered: None,
            cut: None,
            is_judged: false,
            adopts: false,
            continues: None,
            ends_evidence: false,
            needs_segment: false,
            durable_bytes: 0,
        }
    }

    fn signed(
        world: &World,
        estate: &Estate,
        stored: Stored,
        log: String,
        others: &Others,
    ) -> io::Result<Prepared> {
        let (storage, origin) = (world.storage.as_ref(), origin(&log, world.stream));
        let is_new = is_empty(estate) && !others.are_there;
        let mut held = Held::of(world, stored, &origin, is_new)?;
        let is_judged = held.rekeyed.is_none();
        let rebuilt = Rebuilt::of(storage, estate, &held.keys, is_judged)?;
        let rolled_back = held.keys.signed().and_then(|signed| rebuilt.compare(signed));
        if let Some(keys) = rebuilt.caught_up(&held.keys)? {
            held = Held { keys, is_stored: false, ..held };
        }
        let leads = rolled_back.is_some() || rebuilt.leads_to(&held.keys);
        let announced = announced(storage, estate.files, &held.keys)?;
        let held = held.follow(announced, leads || !is_judged)?;
        let rekeyed = held.rekeyed.map(|why| Finding::Rekeyed { why });
        let findings: Vec<Finding> = rolled_back.into_iter().chain(rekeyed).collect();
        let has_faults = !rebuilt.has_tree || rebuilt.judge.has_other_key || !findings.is_empty();
        let adopts = held.rekeyed.is_some();
        let durable_bytes = if is_judged { rebuilt.durable_bytes } else { 0 };
        let (recovered, cut) = (rebuilt.unproved().filter(|_| is_judged), rebuilt.cut);
        let signing = signing(world, estate, rebuilt, held);
        Ok(Prepared {
            log,
            signing: Some(signing),
            findings,
            recovered,
            cut,
            is_judged,
            adopts,
            continues: None,
            ends_evidence: false,
            needs_segment: estate.header().is_some() && has_faults,
            durable_bytes,
        })
    }
}

/// Whose notes are of a stream of this log.
fn origin(log: &str, stream: Stream) -> String {
    format!("{log}/{}", stream.name())
}

/// Whether the active segment is one with evidence.
fn has_tree(estate: &Estate) -> bool {
    let first = estate.active.as_ref().and_then(|found| found.first.as_ref());
    first.is_some_and(|header| header.member("tree").is_some())
}

/// Whether another machine wrote the log so far, as far as both are known; or whether the stream is of
/// a log that was found to be so.
fn moved(world: &World, estate: &Estate) -> Option<Moved> {
    let log_before = estate.log.clone()?;
    let machine_before = estate.machine.clone()?;
    let machine = world.identity.machine(&log_before)?;
    let is_other = machine != machine_before || world.log_before.as_ref() == Some(&log_before);
    is_other.then_some(Moved { log_before, machine_before })
}

/// What to sign with.
fn signing(world: &World, estate: &Estate, rebuilt: Rebuilt, held: Held) -> Signing {
    let before_evidence = (!is_empty(estate) && !rebuilt.has_evidence).then_some(estate.next_seq);
    let evidence_from = before_evidence.or(estate.told.evidence_from);
    let Rebuilt { judge, base, .. } = rebuilt;
    let Held { keys, is_stored, .. } = held;
    let store = Arc::clone(&world.keys);
    let signing = Signing::new(world.stream, judge.chain, store, keys, is_stored);
    let mut signing = signing.evidence_since(evidence_from);
    if let Some(header) = estate.header() {
        let Base { tree, key, .. } = base.unwrap_or_default();
        signing.go_on_in(Begun {
            first_seq: header.seq,
            before: Signed { size: tree.size(), root: tree.root() },
            bytes_max: file_bytes_max(header.segment_bytes.unwrap_or(0)),
            key: key.unwrap_or_else(|| signing.keys.checkpoint_key()),
        });
    }
    signing
}

/// The keys that a start goes on with.
struct Held {
    keys: Keys,
    is_stored: bool,
    /// Why they are new ones, if they are.
    rekeyed: Option<&'static str>,
}

impl Held {
    /// Those that are stored, if they are this log's, and others that are drawn if not.
    ///
    /// # Errors
    ///
    /// The system has no randomness, or what the store said.
    fn of(world: &World, stored: Stored, origin: &str, is_new: bool) -> io::Result<Held> {
        match stored {
            Stored::Keys(keys) if keys.origin() == origin => {
                Ok(Held { keys: *keys, is_stored: true, rekeyed: None })
            }
            Stored::Keys(_) => Held::drawn(origin, "other_log"),
            Stored::Damaged => Held::drawn(origin, "damaged_keys"),
            Stored::Nothing if is_new => {
                // Before there is anything of the log: one without keys was robbed of them.
                let keys = Keys::drawn(origin.to_owned())?;
                world.keys.store(world.stream, &keys.to_bytes())?;
                Ok(Held { keys, is_stored: true, rekeyed: None })
            }
            Stored::Nothing => Held::drawn(origin, "no_keys"),
        }
    }

    fn drawn(origin: &str, why: &'static str) -> io::Result<Held> {
        let keys = Keys::drawn(origin.to_owned())?;
        Ok(Held { keys, is_stored: false, rekeyed: Some(why) })
    }

    /// Those that the `keys` file leads to: other ones where it leads nowhere, or where the log has gone
    /// on with keys that come later.
    fn follow(self, announced: Announced, is_led_to: bool) -> io::Result<Held> {
        match announced {
            Announced::Lost => Held::drawn(self.keys.origin(), "announcements_lost"),
            _ if !is_led_to => Held::drawn(self.keys.origin(), "old_keys"),
            Announced::Ahead(keys) => Ok(Held { keys: *keys, is_stored: false, ..self }),
            Announced::Well => Ok(self),
        }
    }
}

/// What the other streams of the directory tell a stream of which there is nothing, where that
/// should not be: `audit` is always there.
#[derive(Default)]
struct Others {
    /// Whether there are lines of any.
    are_there: bool,
    /// Which log their files say that it is.
    log: Option<String>,
}

impl Others {
    /// # Errors
    ///
    /// What the storage said.
    fn of(world: &World, estate: &Estate) -> io::Result<Others> {
        let mut others = Others::default();
        if world.stream != Stream::Audit || !is_empty(estate) {
            return Ok(others);
        }
        for stream in Stream::ALL.into_iter().filter(|stream| *stream != world.stream) {
            let estate = Estate::survey(world.storage.as_ref(), stream)?;
            others.are_there |= !is_empty(&estate);
            others.log = others.log.or(estate.log);
        }
        Ok(others)
    }
}

/// Whether there is nothing of the stream.
fn is_empty(estate: &Estate) -> bool {
    estate.active.is_none() && estate.rotated.is_empty() && estate.strange.is_empty()
}

/// What identifies the log: as the stream's own files say, then as the stream that was opened before
/// it, its keys or the other streams do. All streams of a directory are of one log, unless somebody
/// put files of another one there; those go on under its name.
///
/// # Errors
///
/// The system has no randomness, or what the store of keys said.
fn log_id(
    world: &World,
    estate: &Estate,
    keys: Option<&Keys>,
    others: &Others,
) -> io::Result<String> {
    if let Some(own) = &estate.log {
        let is_other = world.log.as_ref().is_some_and(|log| log != own);
        if is_other && world.log_before.as_ref() != Some(own) {
            let stream = world.stream.name();
            tracing::warn!(target: "audit_writer", stream, "the files of a stream are of another log");
        }
        return Ok(own.clone());
    }
    // A log that was deleted goes on under its name, and says so.
    let of_keys = || keys.map(|keys| keys.log().to_owned());
    match world.log.clone().or_else(of_keys).or_else(|| others.log.clone()) {
        Some(log) => Ok(log),
        None if world.config.evidence == Evidence::Off => random_id(),
        None => Stored::log(world.keys.as_ref())?.map_or_else(random_id, Ok),
    }
}
