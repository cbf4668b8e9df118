//! What a start prepares of the evidence: which log it is, the keys, the chain so far, and what is
//! amiss with them.

use std::io;
use std::sync::Arc;

use audit_core::Stream;
use audit_log::reader::file_bytes_max;

use super::estate::Estate;
use super::finding::Finding;
use super::rebuild::{Base, Rebuilt, announced};
use super::signing::Signing;
use super::{World, random_id};
use crate::config::Evidence;
use crate::keys::chain::{Begun, Keys, Signed};
use crate::keys::store::{load, log_of_keys};
use crate::segment::active::Fault;

/// What a stream begins with.
pub(super) struct Prepared {
    /// What identifies the log.
    pub(super) log: String,
    /// None where there is to be no evidence.
    pub(super) signing: Option<Signing>,
    /// What is amiss, for a line to tell.
    pub(super) finding: Option<Finding>,
    /// Whether the active segment cannot be gone on with: its header does not tell of the tree before
    /// it, or of the key that comes next.
    pub(super) needs_segment: bool,
}

impl Prepared {
    /// # Errors
    ///
    /// What the storage or the store of keys said; the keys are damaged.
    pub(super) fn of(world: &World, estate: &Estate) -> Result<Prepared, Fault> {
        let others = Others::of(world, estate).map_err(Fault::new("read"))?;
        if world.config.evidence == Evidence::Off {
            let log = log_id(world, estate, None, &others).map_err(Fault::new("draw an id for"))?;
            return Ok(Prepared { log, signing: None, finding: None, needs_segment: false });
        }
        let loaded = load(world.keys.as_ref(), world.stream);
        let keys = loaded.map_err(Fault::new("load the keys of"))?;
        let log = log_id(world, estate, keys.as_ref(), &others);
        let log = log.map_err(Fault::new("draw an id for"))?;
        let prepared = Prepared::signed(world, estate, keys, log, &others);
        prepared.map_err(Fault::new("read the evidence of"))
    }

    fn signed(
        world: &World,
        estate: &Estate,
        stored: Option<Keys>,
        log: String,
        others: &Others,
    ) -> io::Result<Prepared> {
        let (storage, stream) = (world.storage.as_ref(), world.stream);
        let origin = format!("{log}/{}", stream.name());
        let is_new = is_empty(estate) && !others.are_there;
        let drawn = |why| Ok::<_, io::Error>((Keys::drawn(origin.clone())?, why, false));
        let (keys, rekeyed, is_stored) = match stored {
            Some(keys) if keys.origin() == origin => (keys, None, true),
            Some(_) => drawn(Some("other_log"))?,
            None if is_new => {
                // Before there is anything of the log: one without keys was robbed of them.
                let keys = Keys::drawn(origin)?;
                world.keys.store(stream, &keys.to_bytes())?;
                (keys, None, true)
            }
            None => drawn(Some("no_keys"))?,
        };
        let rebuilt = Rebuilt::of(storage, estate, keys.signed())?;
        let rolled_back = keys.signed().and_then(|signed| rebuilt.compare(signed));
        let finding = rekeyed.map(|why| Finding::Rekeyed { why }).or(rolled_back);
        let (keys, is_stored) = newer(keys, is_stored, |keys| rebuilt.caught_up(keys))?;
        let announced = |keys: &Keys| announced(storage, estate.files, keys);
        let (keys, is_stored) = newer(keys, is_stored, announced)?;
        let needs_segment = estate.header().is_some() && (!rebuilt.has_tree || rekeyed.is_some());
        let before_evidence =
            (!is_empty(estate) && !rebuilt.has_evidence).then_some(estate.next_seq);
        let evidence_from = before_evidence.or(estate.told.evidence_from);
        let Rebuilt { chain, base, .. } = rebuilt;
        let signing = Signing::new(stream, chain, Arc::clone(&world.keys), keys, is_stored);
        let mut signing = signing.evidence_since(evidence_from);
        if let Some(header) = estate.header() {
            let Base { tree, key } = base.unwrap_or_default();
            signing.go_on_in(Begun {
                first_seq: header.seq,
                before: Signed { size: tree.size(), root: tree.root() },
                bytes_max: file_bytes_max(header.segment_bytes.unwrap_or(0)),
                key: key.unwrap_or_else(|| signing.keys.checkpoint_key()),
            });
        }
        Ok(Prepared { log, signing: Some(signing), finding, needs_segment })
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
    estate.active.is_none() && estate.rotated.is_empty()
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
        if world.log.as_ref().is_some_and(|log| log != own) {
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
        None => log_of_keys(world.keys.as_ref())?.map_or_else(random_id, Ok),
    }
}

/// The keys that follow these, if the log shows that they were in force; those are not stored.
fn newer(
    keys: Keys,
    is_stored: bool,
    following: impl FnOnce(&Keys) -> io::Result<Option<Keys>>,
) -> io::Result<(Keys, bool)> {
    Ok(match following(&keys)? {
        Some(following) => (following, false),
        None => (keys, is_stored),
    })
}
