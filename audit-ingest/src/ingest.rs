//! The face of it all: bytes in, actions out, and a position to go on from.

use crate::access::Reader;
use crate::action::{FileId, Log};
use crate::app::Records;
use crate::device::Device;
use crate::device::kvmd::Kvmd;
use crate::error::Error;
use crate::format::Format;
use crate::join::{Join, Place as Begin, State, Told};
use crate::report::Report;
use crate::rules::Rules;
use crate::source::Lines;
use crate::zone::Zone;
use audit_core::proxies::Network;
use serde::{Deserialize, Serialize};
use std::fmt;

mod lines;

use lines::{read_access, read_app, read_kvmd, read_single};

/// nginx's own limit of a request line is 8 KiB by default, and a byte may be logged as four.
const LINE_MAX: usize = 256 * 1024;
/// Many times the longest that an application in its right mind lets a client write.
const MESSAGE_MAX: u64 = 256 * 1024;
/// A session that is not heard of for so long is over, in milliseconds: half a day.
const IDLE: i64 = 12 * 3_600_000;

/// What is read, and how it is understood.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose logs they are. TinyPilot's by default.
    pub device: Device,
    /// What requests mean. TinyPilot's by default.
    pub rules: Rules,
    /// The access log's format. `combined` by default.
    pub format: Format,
    /// The device's time zone: the application log's times have no offset. UTC by default.
    pub zone: Zone,
    /// Proxies whose `X-Forwarded-For` is believed. None by default.
    pub trusted: Vec<Network>,
    /// Whether there is an application log. There is by default; without one nobody is known.
    pub has_app: bool,
    /// The longest line that is read, in bytes; longer ones are counted. 256 KiB by default.
    pub line_max: usize,
    /// The longest message of the application log, in bytes: what a client can write into it at once.
    /// Until so much was read behind a time, lines of the past may come, whatever a client wrote.
    /// 256 KiB by default.
    pub message_max: u64,
    /// How long a session that nothing is heard of counts, in milliseconds. Half a day by default.
    pub idle: i64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            device: Device::default(),
            rules: Rules::default(),
            format: Format::default(),
            zone: Zone::default(),
            trusted: Vec::new(),
            has_app: true,
            line_max: LINE_MAX,
            message_max: MESSAGE_MAX,
            idle: IDLE,
        }
    }
}

impl Config {
    /// Checks what cannot be checked one by one.
    ///
    /// # Errors
    ///
    /// When proxies are trusted and the format does not say what they forwarded.
    pub fn check(&self) -> Result<(), Error> {
        if !self.trusted.is_empty() && !self.device.has_nginx() {
            let why = "of this device the address is in the log as the device knows it, and no \
                       proxies are asked";
            return Err(Error::format(why));
        }
        if !self.trusted.is_empty() && !self.format.has_forwarded() {
            return Err(Error::format("trusted proxies need $http_x_forwarded_for in it"));
        }
        Ok(())
    }
}

/// Where to go on after a stop, with all that was concluded so far. Small (tens of KiB on a busy device), and
/// without a line of either log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Position(State);

impl Position {
    /// The file of a log to read again, and from where, in bytes. The files after it follow.
    pub fn begin(&self, log: Log) -> (FileId, u64) {
        let Begin { file, offset, .. } = match log {
            Log::Access => self.0.access,
            Log::App => self.0.app,
        };
        (file, offset)
    }
}

/// One of both logs, while it is read.
#[derive(Debug)]
struct Source {
    file: FileId,
    lines: Lines,
}

/// Turns both logs into actions.
///
/// ```
/// use audit_ingest::{Config, FileId, Ingest, Log, Told};
///
/// let access = "192.0.2.7 - - [21/Nov/2026:02:09:47 +0100] \"POST /api/auth HTTP/1.1\" 200 3 \"-\" \"-\"\n";
/// let app = "\
/// 2026-11-21 02:09:47.713 api             INFO Login request from IP 192.0.2.7
/// 2026-11-21 02:09:47.713 auth            INFO Checking authentication for user frank
/// 2026-11-21 02:09:47.714 session         INFO Started session for user frank
/// ";
/// let mut ingest = Ingest::new(Config { zone: "Europe/Berlin".parse()?, ..Config::default() });
/// let mut told = Vec::new();
/// ingest.open(Log::Access, FileId { inode: 1, ..FileId::default() });
/// ingest.open(Log::App, FileId { inode: 2, ..FileId::default() });
/// ingest.push(Log::Access, access.as_bytes(), &mut |it| told.push(it));
/// ingest.push(Log::App, app.as_bytes(), &mut |it| told.push(it));
/// ingest.finish(&mut |it| told.push(it));
/// let Some(Told::Action(login)) = told.first() else { panic!() };
/// assert_eq!(format!("{:?} from {}", login.actor, login.source), "Known(\"frank\") from 192.0.2.7");
/// # Ok::<(), audit_ingest::Error>(())
/// ```
pub struct Ingest {
    device: Device,
    reader: Reader,
    kvmd: Kvmd,
    records: Records,
    join: Join,
    line_max: usize,
    access: Source,
    app: Source,
    /// From where the next file is read, when it is the one of the position.
    begin: [Option<Begin>; 2],
    report: Report,
}

// What waits holds names that nothing bears out yet.
impl fmt::Debug for Ingest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest")
            .field("access", &self.access)
            .field("app", &self.app)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

impl Ingest {
    /// From the start.
    pub fn new(config: Config) -> Ingest {
        let Config { device, rules, format, zone, trusted, line_max, message_max, idle, .. } =
            config;
        let has_app = config.has_app && !device.has_one_log();
        Ingest {
            device,
            kvmd: Kvmd::default(),
            join: Join::new(rules.clone(), idle, has_app, message_max),
            records: Records::new(zone, trusted.clone(), false),
            reader: Reader { device, format, rules, trusted },
            line_max,
            access: Source::new(FileId::default(), line_max),
            app: Source::new(FileId::default(), line_max),
            begin: [None, None],
            report: Report::default(),
        }
    }

    /// Goes on from a position. The next file of each log that is opened must be the one that
    /// [`Position::begin`] names, read from there; if it is gone, the next one from its start.
    /// Actions that were told after the position was taken come again, with the same ids.
    pub fn resume(config: Config, position: Position) -> Ingest {
        let Position(state) = position;
        let begin = [Some(state.access), Some(state.app)];
        let mut ingest = Ingest::new(config.clone());
        ingest.records = Records::new(config.zone, config.trusted, state.app.in_block);
        ingest.access.file = state.access.file;
        ingest.app.file = state.app.file;
        ingest.kvmd.state = state.kvmd.clone();
        ingest.join = ingest.join.go_on(state, config.message_max);
        ingest.begin = begin;
        ingest
    }

    /// The bytes that follow are of this file. What the file before it left unfinished is torn.
    pub fn open(&mut self, log: Log, file: FileId) {
        self.end_file(log);
        let begin = match log {
            Log::Access => self.begin[0].take(),
            Log::App => self.begin[1].take(),
        };
        let begin = begin.filter(|it| it.file == file);
        let (offset, line) = begin.map_or((0, 1), |it| (it.offset, it.line));
        let lines = Lines::new(self.line_max, offset, line);
        match log {
            Log::Access => self.access = Source { file, lines },
            Log::App => self.app = Source { file, lines },
        }
    }

    /// Takes the next bytes of the file that was opened last, and tells what can be told.
    ///
    /// Read both logs side by side, some 64 KiB at a time ([`next`](Ingest::next) says which is
    /// behind): what waits for the other log is bounded, and told without it beyond that.
    pub fn push(&mut self, log: Log, bytes: &[u8], out: &mut dyn FnMut(Told)) {
        let Ingest { device, reader, kvmd, records, join, access, app, report, .. } = self;
        match log {
            Log::Access if *device == Device::PiKvm => access.lines.push(bytes, |line| {
                read_kvmd((kvmd, reader, join, report), access.file, line);
            }),
            Log::Access if device.has_one_log() => access.lines.push(bytes, |line| {
                read_single((reader, join, report), access.file, line);
            }),
            Log::Access => access.lines.push(bytes, |line| {
                read_access((reader, join, report), access.file, line);
            }),
            Log::App => app.lines.push(bytes, |line| {
                read_app((*device, reader, records, join, report), app.file, line);
            }),
        }
        self.step(out);
    }

    /// The log to read next, so that both come along side by side.
    pub fn next(&self) -> Log {
        let (access, app) = self.join.clocks();
        if access <= app { Log::Access } else { Log::App }
    }

    /// Both logs were read to their ends, and nothing older than this comes any more, in
    /// milliseconds since 1970. For following: a few seconds less than it is now.
    pub fn advance(&mut self, to: i64, out: &mut dyn FnMut(Told)) {
        let Ingest { records, join, app, .. } = self;
        records.flush(&mut |note| join.push_note(note, app.file));
        self.join.advance(to);
        self.step(out);
    }

    /// Both logs are over: tells all that waits, and the sessions that are still open.
    pub fn finish(&mut self, out: &mut dyn FnMut(Told)) {
        self.end_file(Log::Access);
        self.end_file(Log::App);
        let mut tell = counting(&mut self.report, out);
        self.join.finish(&mut tell);
    }

    /// Where to go on after a stop. Keep it once everything that was told is kept.
    pub fn position(&self) -> Position {
        let (access_clock, app_clock) = self.join.newest();
        let (offset, line) = self.access.lines.place();
        let file = self.access.file;
        let access = Begin { file, offset, line, clock: access_clock, in_block: false };
        let (offset, line) = self.records.open_at().unwrap_or(self.app.lines.place());
        let in_block = self.records.in_block();
        let app = Begin { file: self.app.file, offset, line, clock: app_clock, in_block };
        let access = self.begin[0].unwrap_or(access);
        let app = self.begin[1].unwrap_or(app);
        let mut state = self.join.state(access, app);
        state.kvmd = self.kvmd.state.clone();
        // What was said of requests that come must be heard again.
        if let Some((offset, line)) = self.kvmd.begin()
            && state.access.file == self.access.file
            && offset < state.access.offset
        {
            (state.access.offset, state.access.line) = (offset, line);
        }
        Position(state)
    }

    /// What became of the lines so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    fn step(&mut self, out: &mut dyn FnMut(Told)) {
        let mut tell = counting(&mut self.report, out);
        self.join.step(&mut tell);
    }

    /// The file is over: a line without its end is torn, and no record goes on in the next one.
    fn end_file(&mut self, log: Log) {
        let Ingest { device, reader, kvmd, records, join, access, app, report, .. } = self;
        match log {
            Log::Access if device.has_one_log() && *device != Device::PiKvm => {
                access.lines.finish(|line| read_single((reader, join, report), access.file, line))
            }
            Log::Access if *device == Device::PiKvm => {
                access.lines.finish(|line| {
                    read_kvmd((kvmd, reader, join, report), access.file, line);
                });
                kvmd.end_file();
            }
            Log::Access => access.lines.finish(|line| {
                read_access((reader, join, report), access.file, line);
            }),
            Log::App => {
                app.lines.finish(|line| {
                    read_app((*device, reader, records, join, report), app.file, line)
                });
                records.flush(&mut |note| join.push_note(note, app.file));
            }
        }
    }
}

impl Source {
    fn new(file: FileId, line_max: usize) -> Source {
        Source { file, lines: Lines::new(line_max, 0, 1) }
    }
}

fn counting<'a>(report: &'a mut Report, out: &'a mut dyn FnMut(Told)) -> impl FnMut(Told) + 'a {
    move |told| {
        match told {
            Told::Action(_) => report.actions += 1,
            Told::Unconfirmed(_) => report.unconfirmed += 1,
            Told::Session(_) => {}
        }
        out(told);
    }
}
