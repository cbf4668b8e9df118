//! What the writer can do at present, for the program to know.

use crate::sync::atomic::{AtomicU8, Ordering};

/// What the writer can do at present, of all its streams together. What it cannot, it tries again;
/// what was amiss stands in the log too, in a `fault` line, once lines can be written.
///
/// ```
/// # let dir = tempfile::tempdir()?; let dir = dir.path().join("audit");
/// let log = audit_writer::Writer::builder(&dir)
///     .on_health(|health| eprintln!("audit log: {health}"))
///     .start()?;
/// assert!(log.health().is_well());
/// # assert!(log.shutdown().is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Lines are written. While they are not, events wait in the channel, and then go the way that
    /// [`Overflow`](crate::Overflow) says.
    pub writes: bool,
    /// A full segment is followed by another, and old ones are removed. Where that is refused, as to a
    /// program that gave up its privileges, the open segment goes on, 4 MiB beyond its size at most.
    pub rotates: bool,
    /// Checkpoints are signed. Lines behind the last one can be cut off unseen.
    pub signs: bool,
    /// The path of the log leads to the directory that is written to. Where it leads to another one,
    /// the writer goes there; where it leads nowhere, it goes on in the directory that it has.
    pub in_place: bool,
}

impl Health {
    /// All is as it should be.
    pub const WELL: Health = Health { writes: true, rotates: true, signs: true, in_place: true };

    /// Whether all is as it should be.
    #[must_use]
    pub fn is_well(self) -> bool {
        self == Health::WELL
    }

    /// What can be done where both are asked.
    pub(crate) fn and(self, other: Health) -> Health {
        Health {
            writes: self.writes && other.writes,
            rotates: self.rotates && other.rotates,
            signs: self.signs && other.signs,
            in_place: self.in_place && other.in_place,
        }
    }

    fn bits(self) -> u8 {
        let Health { writes, rotates, signs, in_place } = self;
        [writes, rotates, signs, in_place]
            .into_iter()
            .fold(0, |bits, can| bits << 1 | u8::from(!can))
    }

    fn of_bits(bits: u8) -> Health {
        let can = |at: u8| bits >> at & 1 == 0;
        Health { writes: can(3), rotates: can(2), signs: can(1), in_place: can(0) }
    }
}

impl std::fmt::Display for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let troubles = [
            (self.writes, "it cannot be written"),
            (self.rotates, "its segments cannot be rotated"),
            (self.signs, "it cannot be signed"),
            (self.in_place, "its directory is not where it was"),
        ];
        let mut troubles = troubles.iter().filter(|(can, _)| !can).map(|(_, what)| *what);
        f.write_str(troubles.next().unwrap_or("well"))?;
        troubles.try_for_each(|what| write!(f, "; {what}"))
    }
}

/// The health that the writer thread tells, and every thread may ask for.
#[derive(Debug, Default)]
pub(crate) struct SharedHealth(AtomicU8);

impl SharedHealth {
    pub(crate) fn get(&self) -> Health {
        Health::of_bits(self.0.load(Ordering::Acquire))
    }

    /// Says how it is now, and whether that is news.
    pub(crate) fn set(&self, now: Health) -> bool {
        self.0.swap(now.bits(), Ordering::AcqRel) != now.bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_told_and_kept_apart() {
        let shared = SharedHealth::default();
        assert_eq!((shared.get(), Health::WELL.to_string()), (Health::WELL, "well".to_owned()));
        let all = [
            Health { writes: false, ..Health::WELL },
            Health { rotates: false, ..Health::WELL },
            Health { signs: false, ..Health::WELL },
            Health { in_place: false, ..Health::WELL },
        ];
        for health in all {
            assert!(shared.set(health) && !shared.set(health));
            assert_eq!(shared.get(), health);
            assert!(!health.is_well() && !health.to_string().contains(';'));
            assert!(shared.set(Health::WELL));
        }
        let worst = all.into_iter().fold(Health::WELL, Health::and);
        assert_eq!(worst.to_string().matches(';').count(), 3);
    }
}
