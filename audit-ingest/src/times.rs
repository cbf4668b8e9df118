//! When lines were written, whatever else they say: files are put in order by that.

use crate::access::Reader;
use crate::action::Log;
use crate::app::Records;
use crate::app::prefix::Stamped;
use crate::device::{Device, guacamole, single};
use crate::ingest::Config;
use std::fmt;

/// Tells when a line of either log was written.
pub struct Times {
    reader: Reader,
    records: Records,
}

impl fmt::Debug for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Times").finish_non_exhaustive()
    }
}

impl Times {
    /// For logs that are read with this.
    pub fn new(config: &Config) -> Times {
        let Config { device, format, rules, trusted, zone, .. } = config.clone();
        let records = Records::new(zone, trusted.clone(), false);
        Times { reader: Reader { device, format, rules, trusted }, records }
    }

    /// When a line was written, without its LF, in milliseconds since 1970; none where it is no line of
    /// that log, or one that goes on with a record. Nothing of it is believed beside that.
    ///
    /// ```
    /// use audit_ingest::{Config, Log, Times};
    ///
    /// let line = b"192.0.2.7 - - [21/Nov/2026:02:09:47 +0100] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\"";
    /// let times = Times::new(&Config::default());
    /// assert_eq!(times.of(Log::Access, line), Some(1_795_223_387_000));
    /// assert_eq!(times.of(Log::App, line), None);
    /// ```
    pub fn of(&self, log: Log, line: &[u8]) -> Option<i64> {
        match (log, self.reader.device) {
            (Log::App, Device::TinyPilot) => self.records.time_of(line),
            (Log::App, Device::Guacamole) => guacamole::read(line, &[]).map(|it| it.0),
            (Log::Access, Device::Libvirt) => single::read(Device::Libvirt, line).map(|it| it.0),
            (Log::Access, device) if !device.has_one_log() => self.reader.time_of(line),
            _ => Stamped::of(line).map(|it| it.at),
        }
    }
}
