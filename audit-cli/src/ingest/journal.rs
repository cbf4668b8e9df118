//! The journal of a unit, as `journalctl` hands it out, as lines behind a prefix of time, host and
//! program.
//!
//! Each entry is one line, and what follows a line end in its message is set in: it begins no record,
//! whatever it says.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child as Process, ChildStdout, Command, Stdio};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::stream::Piece;

/// The longest entry that is read, in bytes of JSON; longer ones are passed over.
const ENTRY_MAX: u64 = 1024 * 1024;
/// The text of so many bytes is handed on at a time, unless there is no more for now.
const BATCH: usize = 64 * 1024;
const MICROSECOND: u64 = 1_000;
const HOUR: u64 = 3_600;

/// `journalctl`, which ends with this.
#[derive(Debug)]
pub(super) struct Child(Arc<Mutex<Running>>);

/// The one that runs.
#[derive(Debug)]
struct Running {
    process: Process,
    /// Nobody wants another one.
    is_over: bool,
}

/// What it writes.
pub(super) struct Entries {
    from: BufReader<ChildStdout>,
    child: Arc<Mutex<Running>>,
    /// The unit that is followed, if it is.
    followed: Option<String>,
    /// Where reading goes on: behind the last entry.
    cursor: Option<String>,
}

impl Child {
    /// What there is of a unit's entries, from an hour since 1970 on; and then, if it is followed, what
    /// comes.
    ///
    /// # Errors
    ///
    /// It cannot be run.
    pub(super) fn start(
        unit: &str,
        since: Option<u64>,
        follow: bool,
    ) -> io::Result<(Child, Entries)> {
        let since = since.map(|hour| format!("--since=@{}", hour * HOUR));
        let (process, from) = run(unit, since.as_slice())?;
        let child = Arc::new(Mutex::new(Running { process, is_over: false }));
        let followed = follow.then(|| unit.to_owned());
        let entries = Entries { from, child: Arc::clone(&child), followed, cursor: None };
        Ok((Child(child), entries))
    }
}

fn run(unit: &str, options: &[String]) -> io::Result<(Process, BufReader<ChildStdout>)> {
    let mut command = Command::new("journalctl");
    command.args(["--output=json", "--all", "--quiet", "--no-pager"]);
    command.arg("--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID");
    command.arg(format!("--unit={unit}")).args(options);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = command.spawn().map_err(|error| {
        let why = "--journal needs journalctl: run it where the journal is, or give the log as a file, the \
            output of `journalctl -u UNIT -o short-iso-precise`";
        io::Error::new(error.kind(), format!("journalctl: {error}; {why}"))
    })?;
    let out = process.stdout.take().ok_or_else(|| io::Error::other("journalctl: no output"))?;
    Ok((process, BufReader::new(out)))
}

impl Drop for Child {
    fn drop(&mut self) {
        let mut running = lock(&self.0);
        running.is_over = true;
        // It may be over already.
        let _ended = running.process.kill();
        let _status = running.process.wait();
    }
}

fn lock(child: &Mutex<Running>) -> MutexGuard<'_, Running> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Entries {
    /// Hands all entries on, and says so if `journalctl` failed.
    pub(super) fn pump(mut self, to: &SyncSender<Piece>) {
        if let Err(error) = self.hand_all_on(to) {
            let _nobody_listens = to.send(Piece::Broken(error));
        }
    }

    /// First what there is, so that it is known when that was read; then what comes.
    fn hand_all_on(&mut self, to: &SyncSender<Piece>) -> io::Result<()> {
        let mut hour = None;
        self.hand_on(to, &mut hour)?;
        to.send(Piece::CaughtUp).map_err(|_nobody| io::Error::from(io::ErrorKind::BrokenPipe))?;
        let Some(unit) = self.followed.take() else { return Ok(()) };
        let behind = match &self.cursor {
            Some(cursor) => vec![format!("--after-cursor={cursor}"), "--lines=all".to_owned()],
            // There was none.
            None => vec!["--lines=all".to_owned()],
        };
        {
            let mut running = lock(&self.child);
            if running.is_over {
                return Ok(());
            }
            (running.process, self.from) =
                run(&unit, &[&behind[..], &["--follow".to_owned()]].concat())?;
        }
        self.hand_on(to, &mut hour)
    }

    fn hand_on(&mut self, to: &SyncSender<Piece>, hour: &mut Option<u64>) -> io::Result<()> {
        let over = |_nobody_listens| io::Error::from(io::ErrorKind::BrokenPipe);
        let (mut text, mut line) = (Vec::new(), Vec::new());
        while read_line(&mut self.from, &mut line)? {
            let Ok(json) = serde_json::from_slice::<Value>(&line) else { continue };
            if let Some(cursor) = json.get("__CURSOR").and_then(Value::as_str) {
                self.cursor = Some(cursor.to_owned());
            }
            let Some(entry) = Entry::of(&json) else { continue };
            let now = entry.micros / 1_000_000 / HOUR;
            if *hour != Some(now) {
                to.send(Piece::Bytes(std::mem::take(&mut text))).map_err(over)?;
                to.send(Piece::Hour(now)).map_err(over)?;
                *hour = Some(now);
            }
            entry.write(&mut text);
            if text.len() >= BATCH || self.from.buffer().is_empty() {
                to.send(Piece::Bytes(std::mem::take(&mut text))).map_err(over)?;
            }
        }
        to.send(Piece::Bytes(text)).map_err(over)?;
        let status = lock(&self.child).process.wait()?;
        match status.success() {
            true => Ok(()),
            false => Err(io::Error::other(format!("journalctl failed: {status}"))),
        }
    }
}

/// Reads a line into the room; false when there is none any more. One that is too long is empty.
fn read_line(from: &mut BufReader<ChildStdout>, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if from.by_ref().take(ENTRY_MAX).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    while !line.ends_with(b"\n") && line.len() as u64 == ENTRY_MAX {
        line.clear();
        let read = from.by_ref().take(ENTRY_MAX).read_until(b'\n', line)?;
        if read < ENTRY_MAX as usize {
            line.clear();
        }
    }
    Ok(true)
}

/// An entry of the journal.
struct Entry {
    /// Since 1970.
    micros: u64,
    program: String,
    pid: String,
    message: Vec<u8>,
}

impl Entry {
    fn of(json: &Value) -> Option<Entry> {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let micros = text("__REALTIME_TIMESTAMP")?.parse().ok()?;
        let program = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM"));
        let is_plain = |it: &&str| {
            !it.is_empty()
                && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"_.-".contains(&it))
        };
        let program = program.filter(is_plain).unwrap_or("-").to_owned();
        let pid = text("_PID").filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
        let message = bytes_of(json.get("MESSAGE")?)?;
        Some(Entry { micros, program, pid: pid.unwrap_or("0").to_owned(), message })
    }

    /// As one line, in the form of `journalctl -o short-iso-precise`.
    fn write(&self, text: &mut Vec<u8>) {
        let nanos = i128::from(self.micros) * i128::from(MICROSECOND);
        let Ok(time) = jiff::Timestamp::from_nanosecond(nanos) else { return };
        let time = time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00");
        text.extend_from_slice(format!("{time} - {}[{}]: ", self.program, self.pid).as_bytes());
        let message = self.message.strip_suffix(b"\n").unwrap_or(&self.message);
        for byte in message {
            text.push(*byte);
            if *byte == b'\n' {
                text.extend_from_slice(b"    ");
            }
        }
        text.push(b'\n');
    }
}

/// A field: text, or an array of bytes where it is none. Of several the last.
fn bytes_of(field: &Value) -> Option<Vec<u8>> {
    match field {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Array(all) if all.iter().all(Value::is_u64) => {
            all.iter().map(|it| u8::try_from(it.as_u64()?).ok()).collect()
        }
        Value::Array(all) => all.last().and_then(bytes_of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_line_and_nothing_in_it_begins_another() {
        for (message, text) in [
            ("\"a\"", "a"),
            ("[97,255,98]", "a\u{fffd}b"),
            ("\"a\\n2026-01-20 09:01:00.100 b\\n\"", "a\n    2026-01-20 09:01:00.100 b"),
            ("[[97],[98]]", "b"),
            ("\"\"", ""),
        ] {
            let json = format!(
                "{{\"__REALTIME_TIMESTAMP\":\"1768899660100250\",\"SYSLOG_IDENTIFIER\":\"python\",\
                 \"_PID\":\"62\",\"MESSAGE\":{message}}}"
            );
            let entry = Entry::of(&serde_json::from_str(&json).unwrap()).unwrap();
            let mut line = Vec::new();
            entry.write(&mut line);
            let expected = format!("2026-01-20T09:01:00.100250+00:00 - python[62]: {text}\n");
            assert_eq!(String::from_utf8_lossy(&line), expected, "{message}");
        }
        assert!(Entry::of(&serde_json::json!({ "MESSAGE": "x" })).is_none());
    }
}
