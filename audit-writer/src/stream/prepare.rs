//! What a start prepares of the evidence: which log it is, the keys, the chain so far, and what is
//! amiss with them.

use std::io;
use std::sync::Arc;

use super::estate::Estate;
use super::rebuild::{Rebuilt, announced};
use super::signing::{Finding, Signing};
use super::{World, random_id};
use crate::config::Evidence;
use crate::evidence::keys::Keys;
use crate::evidence::store::load;
use crate::segment::active::Fault;
use crate::segment::name::AUDIT;

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
        if world.config.evidence == Evidence::Off {
            let log = estate.log.clone().map_or_else(random_id, Ok);
            let log = log.map_err(Fault::new("draw an id for"))?;
            return Ok(Prepared { log, signing: None, finding: None, needs_segment: false });
        }
        let keys = load(world.keys.as_ref()).map_err(Fault::new("load the keys of"))?;
        let log = match (&estate.log, &keys) {
            (Some(log), _) => Ok(log.clone()),
            // A log that was deleted goes on under its name, and says so.
            (None, Some(keys)) => Ok(keys.log().to_owned()),
            (None, None) => random_id(),
        };
        let log = log.map_err(Fault::new("draw an id for"))?;
        Prepared::signed(world, estate, keys, log).map_err(Fault::new("read the evidence of"))
    }

    fn signed(
        world: &World,
        estate: &Estate,
        stored: Option<Keys>,
        log: String,
    ) -> io::Result<Prepared> {
        let origin = format!("{log}/{AUDIT}");
        let is_new = estate.active.is_none() && estate.rotated.is_empty();
        let drawn = |why| Ok::<_, io::Error>((Keys::drawn(origin.clone())?, why, false));
        let (keys, rekeyed, is_stored) = match stored {
            Some(keys) if keys.origin() == origin => (keys, None, true),
            Some(_) => drawn(Some("other_log"))?,
            None if is_new => {
                // Before there is anything of the log: one without keys was robbed of them.
                let keys = Keys::drawn(origin)?;
                world.keys.store(&keys.to_bytes())?;
                (keys, None, true)
            }
            None => drawn(Some("no_keys"))?,
        };
        let rebuilt = Rebuilt::of(world.storage.as_ref(), estate, keys.signed())?;
        let rolled_back = keys.signed().and_then(|signed| rebuilt.compare(signed));
        let finding = rekeyed.map(|why| Finding::Rekeyed { why }).or(rolled_back);
        let (keys, is_stored) = newer(keys, is_stored, |keys| rebuilt.caught_up(keys))?;
        let announced = |keys: &Keys| announced(world.storage.as_ref(), keys);
        let (keys, is_stored) = newer(keys, is_stored, announced)?;
        let needs_segment = estate.header().is_some() && (!rebuilt.has_tree || rekeyed.is_some());
        let Rebuilt { chain, key, .. } = rebuilt;
        let mut signing = Signing::new(chain, Arc::clone(&world.keys), keys, is_stored);
        if let Some(header) = estate.header() {
            signing.is_in(header.seq, key);
        }
        Ok(Prepared { log, signing: Some(signing), finding, needs_segment })
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
