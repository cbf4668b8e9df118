//! The log is written where its path leads: a directory that was removed, moved or mounted over is noticed
//! within a second, and the log goes on where the path leads to a directory again.

use std::any::Any;
use std::sync::Arc;

use crate::clock::Stamp;
use crate::error::Error;
use crate::keys::store::KeyStore;
use crate::storage::{Place, Storage};
use crate::stream::{Earlier, World, random_id};
use crate::streams::{StreamState, Streams};
use crate::worker::Worker;

/// A directory that is locked, and what belongs to it.
pub(crate) struct Opened {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) keys: Arc<dyn KeyStore>,
    pub(crate) lock: Box<dyn Any + Send>,
}

/// Opens the directory that the path of the log leads to.
pub(crate) type Opener = Box<dyn Fn() -> Result<Opened, Error> + Send>;

/// Where a log is, as the writer knows it.
pub(crate) struct Home {
    /// Held until the log is left.
    lock: Box<dyn Any + Send>,
    /// None where the storage is the caller's.
    opener: Option<Opener>,
    /// Since when the path does not lead there, and where to instead.
    lost: Option<(Stamp, Place)>,
    /// Why the directory that the path leads to cannot be written to, as it was said last.
    refusal: Option<String>,
}

impl Home {
    pub(crate) fn new(lock: Box<dyn Any + Send>, opener: Option<Opener>) -> Home {
        Home { lock, opener, lost: None, refusal: None }
    }

    /// Whether the path leads there, as far as is known.
    pub(crate) fn is_in_place(&self) -> bool {
        self.lost.is_none()
    }
}

impl Worker {
    /// Looks where the path leads, and follows it.
    pub(super) fn look_at_place(&mut self) {
        // A path that cannot be asked after leads where it led, as far as is known.
        let place = self.world.storage.place().unwrap_or(Place::Here);
        if place == Place::Here {
            if self.home.lost.take().is_some() {
                tracing::info!(target: "audit_writer", "the audit log's path leads to its directory again");
            }
            return;
        }
        if self.home.lost.is_none() {
            tracing::error!(target: "audit_writer", ?place, "the audit log's path does not lead to its directory any more");
            let lost = (self.world.clock.now(), place);
            self.home.lost = Some(lost);
            self.tell_lost(lost);
        }
        if place == Place::Elsewhere {
            self.follow_path();
        }
    }

    fn tell_lost(&mut self, (since, place): (Stamp, Place)) {
        let leads = if place == Place::Nowhere { "nowhere" } else { "elsewhere" };
        self.streams.each().for_each(|served| served.stream.tell_lost(leads, since));
    }

    /// Goes on in the directory that the path leads to: as another run, because the lines before it are
    /// not there.
    fn follow_path(&mut self) {
        let Some(opener) = &self.home.opener else { return };
        let opened = opener().and_then(|opened| {
            let (world, streams) = self.opened(&opened)?;
            Ok((opened.lock, world, streams))
        });
        match opened {
            Ok((lock, world, streams)) => self.settle_in(lock, world, streams),
            Err(error) => {
                let refusal = Some(error.to_string());
                if self.home.refusal != refusal {
                    tracing::error!(target: "audit_writer", %error, "the audit log cannot go on where its path leads; it will be tried again");
                    self.home.refusal = refusal;
                }
            }
        }
    }

    /// The streams in a directory that was opened.
    ///
    /// # Errors
    ///
    /// What the storage said, or that there is no randomness.
    fn opened(&self, opened: &Opened) -> Result<(World, Streams), Error> {
        let dir = "the directory that the log's path leads to";
        let world = World {
            run: random_id().map_err(Error::io("draw an id for", dir))?,
            storage: Arc::clone(&opened.storage),
            keys: Arc::clone(&opened.keys),
            earlier: Some(Earlier {
                log: self.streams.log().to_owned(),
                stats: self.world.counters.now(|| 0),
            }),
            ..self.world.clone()
        };
        let streams = Streams::open(&world, &self.losses);
        let streams = streams.map_err(|fault| Error::io(fault.doing, dir)(fault.error))?;
        Ok((world, streams))
    }

    /// Ends the run where the log was, and goes on in the streams that were opened elsewhere.
    fn settle_in(&mut self, lock: Box<dyn Any + Send>, world: World, streams: Streams) {
        let mut left = std::mem::replace(&mut self.streams, streams);
        self.world = world;
        left.each().for_each(StreamState::leave);
        self.home.lock = lock; // The one before was held until the last line was there.
        self.home.refusal = None;
        if let Some(lost) = self.home.lost.take() {
            self.tell_lost(lost);
        }
        tracing::warn!(target: "audit_writer", "the audit log goes on in the directory that its path leads to");
        self.take_backlog();
    }
}
