//! What a writer can be told, with sane defaults.

use std::time::Duration;

use audit_core::{Stream, record::LINE_BYTES_MAX};
use audit_log::reader::{EXPANDED_BYTES_MAX, file_bytes_max};

use crate::clock::nanos;
use crate::compression::Compression;
use crate::error::{Error, ErrorKind};
use crate::flood::Flood;
use crate::per_stream::PerStream;
use crate::retention::Retention;
use crate::rotation::Rotation;

/// What happens to an event when the channel is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The emitting thread waits for room, and at most so long; then the event is dropped and
    /// counted, and a gap line says so.
    Block {
        /// The longest that `emit` may wait for room.
        at_most: Duration,
    },
    /// The event is dropped and counted at once, and a gap line says so.
    DropAndCount,
    /// `emit` returns [`EmitError::Full`](audit_core::EmitError::Full), and the caller decides.
    Refuse,
}

impl Default for Overflow {
    /// Waits for at most 50 ms.
    fn default() -> Overflow {
        Overflow::Block { at_most: Duration::from_millis(50) }
    }
}

impl Overflow {
    pub(crate) fn wait(self) -> Duration {
        match self {
            Overflow::Block { at_most } => at_most,
            Overflow::DropAndCount | Overflow::Refuse => Duration::ZERO,
        }
    }

    pub(crate) fn describe(self) -> String {
        match self {
            Overflow::Block { at_most } => format!("block {} ms", at_most.as_millis()),
            Overflow::DropAndCount => "drop_and_count".to_owned(),
            Overflow::Refuse => "refuse".to_owned(),
        }
    }
}

/// When lines are made durable that nobody waits for. `emit_durable` and `flush` are durable under
/// each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When the system likes. A power cut may cost the last half minute or so; the end of a process
    /// costs nothing.
    Never,
    /// At the latest so long after they were written; events that were denied or failed within 100
    /// ms.
    Interval(Duration),
    /// With every batch that is written.
    EveryBatch,
}

impl Default for Durability {
    /// Every second.
    fn default() -> Durability {
        Durability::Interval(Duration::from_secs(1))
    }
}

/// Syncs on behalf of denied and failed events are at least this far apart, for those too that
/// somebody waits for.
const URGENT_APART: Duration = Duration::from_millis(100);

impl Durability {
    /// When the lines that are not durable yet should be made so, in nanoseconds since boot.
    pub(crate) fn due_ns(self, lines: Unsynced) -> Option<u64> {
        let Unsynced { since_ns, urgent, .. } = lines;
        match self {
            Durability::Never => None,
            Durability::EveryBatch => Some(since_ns),
            Durability::Interval(interval) => {
                let patient = since_ns.saturating_add(nanos(interval));
                Some(if urgent { patient.min(lines.urgent_due_ns()) } else { patient })
            }
        }
    }

    pub(crate) fn describe(self) -> String {
        match self {
            Durability::Never => "never".to_owned(),
            Durability::Interval(interval) => format!("interval {} ms", interval.as_millis()),
            Durability::EveryBatch => "every_batch".to_owned(),
        }
    }
}

/// Whether the log can be shown to be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Evidence {
    /// Each line is bound to the one before, and signed checkpoints are of all lines so far.
    #[default]
    Signed,
    /// Nothing of it. Whoever can write to the files can change them unseen.
    Off,
}

impl Evidence {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Evidence::Signed => "signed",
            Evidence::Off => "off",
        }
    }
}

/// Smaller segments would hold little but their headers and schemas.
const SEGMENT_BYTES_MIN: u64 = 4 * 1024;

/// Lines that are written and not known to be durable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsynced {
    /// Since when there are any.
    pub(crate) since_ns: u64,
    /// When lines were made durable the last time.
    pub(crate) last_sync_ns: u64,
    /// Whether one of them was denied or failed.
    pub(crate) urgent: bool,
}

impl Unsynced {
    /// When they are due if they are urgent.
    pub(crate) fn urgent_due_ns(self) -> u64 {
        self.last_sync_ns.saturating_add(nanos(URGENT_APART)).max(self.since_ns)
    }
}

/// Everything a writer is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    /// Which streams the log is to have beside `audit`.
    pub(crate) streams: PerStream<bool>,
    pub(crate) rotation: Rotation,
    pub(crate) retention: Retention,
    /// The retention of single streams, where it is another one.
    pub(crate) retention_of: PerStream<Option<Retention>>,
    pub(crate) compression: Compression,
    pub(crate) evidence: Evidence,
    pub(crate) capacity_bytes: usize,
    pub(crate) overflow: Overflow,
    pub(crate) flood: Flood,
    pub(crate) durability: Durability,
    pub(crate) shutdown_within: Duration,
    pub(crate) retry_after: Duration,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            streams: PerStream::default(),
            rotation: Rotation::default(),
            retention: Retention::default(),
            retention_of: PerStream::default(),
            compression: Compression::default(),
            evidence: Evidence::default(),
            capacity_bytes: 1024 * 1024,
            overflow: Overflow::default(),
            flood: Flood::default(),
            durability: Durability::default(),
            shutdown_within: Duration::from_secs(5),
            retry_after: Duration::from_secs(1),
        }
    }
}

impl Config {
    /// Whether the log is to have this stream.
    pub(crate) fn has(&self, stream: Stream) -> bool {
        stream == Stream::Audit || *self.streams.of(stream)
    }

    /// The streams that the log is to have.
    pub(crate) fn streams(&self) -> impl Iterator<Item = Stream> {
        Stream::ALL.into_iter().filter(|stream| self.has(*stream))
    }

    /// What one stream is told.
    pub(crate) fn of(&self, stream: Stream) -> Config {
        let retention = self.retention_of.of(stream).unwrap_or(self.retention);
        Config { retention, ..*self }
    }

    /// Whether this stream is the first to give room where the disk is full: `application` goes
    /// before `access`, and `audit` last.
    pub(crate) fn goes_first(&self, stream: Stream) -> bool {
        self.streams().max() == Some(stream)
    }

    /// # Errors
    ///
    /// Says which setting cannot work.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.rotation.segment_bytes < SEGMENT_BYTES_MIN {
            return Err(ErrorKind::Config("a segment must be allowed 4 KiB at least").into());
        }
        if file_bytes_max(self.rotation.segment_bytes) > EXPANDED_BYTES_MAX {
            let why = "a segment must be allowed 1020 MiB at most: readers refuse to expand more";
            return Err(ErrorKind::Config(why).into());
        }
        let mut retentions = self.streams().map(|stream| self.of(stream).retention);
        if retentions.any(|retention| retention.total_bytes < self.rotation.segment_bytes) {
            return Err(ErrorKind::Config("retention must allow one whole segment at least").into());
        }
        if !(1..=100).contains(&self.flood.share_percent) {
            return Err(ErrorKind::Config("the share of denied events is 1 to 100 percent").into());
        }
        if self.capacity_bytes < 4 * LINE_BYTES_MAX {
            return Err(ErrorKind::Config("the channel must be allowed 64 KiB at least").into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(durability: Durability, urgent: bool, due_ns: Option<u64>) {
        let lines = Unsynced { since_ns: 5_000_000_000, last_sync_ns: 4_950_000_000, urgent };
        assert_eq!(durability.due_ns(lines), due_ns);
    }

    #[test]
    fn a_segment_is_of_a_size_that_readers_read() {
        let allowed = |segment_bytes| {
            let rotation = Rotation { daily: true, segment_bytes };
            let retention = Retention { total_bytes: u64::MAX, ..Retention::default() };
            Config { rotation, retention, ..Config::default() }.check()
        };
        for segment_bytes in [4 * 1024, 1020 * 1024 * 1024] {
            allowed(segment_bytes).unwrap();
        }
        for segment_bytes in [4 * 1024 - 1, 1020 * 1024 * 1024 + 1, u64::MAX] {
            allowed(segment_bytes).unwrap_err();
        }
    }

    #[test]
    fn urgent_lines_wait_for_the_distance_between_syncs_only() {
        let second = Durability::Interval(Duration::from_secs(1));
        check(second, false, Some(6_000_000_000));
        check(second, true, Some(5_050_000_000));
        check(Durability::EveryBatch, false, Some(5_000_000_000));
        check(Durability::Never, true, None);
    }
}
