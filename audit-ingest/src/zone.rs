//! Local times without an offset, as the application log has them.

use crate::error::{Error, ErrorKind};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::fmt;

/// The time zone of the device. In the hour that is repeated when summer time ends a local time
/// means two moments; what else is known decides between them (`docs/ingest-how-it-decides.md`).
#[derive(Clone)]
pub struct Zone(TimeZone);

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.0.iana_name()).finish()
    }
}

impl Default for Zone {
    fn default() -> Zone {
        Zone(TimeZone::UTC)
    }
}

impl std::str::FromStr for Zone {
    type Err = Error;

    /// Reads a name of the IANA database, such as `Europe/Berlin`. The database is built in, so that
    /// the result does not depend on the machine.
    fn from_str(name: &str) -> Result<Zone, Error> {
        let zone = jiff::tz::db().get(name).map_err(|_unknown| Error(ErrorKind::Zone))?;
        Ok(Zone(zone))
    }
}

/// The moments that a local time may mean, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    pub(crate) first: i64,
    /// Only in a repeated hour.
    pub(crate) second: Option<i64>,
}

impl Zone {
    pub(crate) fn moments(&self, local: DateTime) -> Option<Moments> {
        let millis = |offset: jiff::tz::Offset| {
            offset.to_timestamp(local).ok().map(jiff::Timestamp::as_millisecond)
        };
        let (first, second) = match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset, None),
            // There is no such time; a clock that was not told of the change shows it.
            AmbiguousOffset::Gap { before, .. } => (before, None),
            AmbiguousOffset::Fold { before, after } => (before, Some(after)),
        };
        Some(Moments { first: millis(first)?, second: second.and_then(millis) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_hour_has_two_moments() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let at = |text: &str| zone.moments(text.parse().unwrap()).unwrap();
        assert_eq!(
            at("2026-11-21T02:09:47.631"),
            Moments { first: 1_795_223_387_631, second: None }
        );
        let moments = at("2026-10-25T02:30:00");
        assert_eq!(moments.second.unwrap() - moments.first, 3_600_000);
        assert_eq!(at("2026-03-29T02:30:00").second, None);
        assert!("Mars/Olympus".parse::<Zone>().unwrap_err().is_zone());
    }
}
