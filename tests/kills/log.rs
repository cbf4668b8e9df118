//! What a child emits and tells, and what its parent reads back.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;

use audit_core::vocab::ObjectId;
use audit_core::{AuditEvent, Stream};
use audit_log::Log;
use audit_log::reader::{Json, Line};

/// Somebody knocked at a door.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "knock", category = "door", outcome = "success")]
#[audit(none(actor = "the door has no reader"), source(local = "front"))]
pub(crate) struct Knocked {
    #[audit(object(id), object_type = "door")]
    door: ObjectId<'static>,
    #[audit(disclose = "counts the test's events", class = "public")]
    count: u32,
}

pub(crate) fn knocked(count: u32) -> Knocked {
    Knocked { door: ObjectId::new("north").unwrap(), count }
}

/// What the log acknowledged: that this event has this number, and is on stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) count: u64,
    pub(crate) seq: u64,
}

impl Acknowledged {
    pub(crate) fn parse(line: &str) -> Option<Acknowledged> {
        let (count, seq) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
        Some(Acknowledged { count: count.parse().ok()?, seq: seq.parse().ok()? })
    }

    /// Tells the parent.
    pub(crate) fn tell(self) {
        say(&format!("acknowledged {} {}\n", self.count, self.seq));
    }
}

/// Hands a whole line to the system at once: nothing of it waits in the program, and the pipe does
/// not tear it.
pub(crate) fn say(line: &str) {
    let mut pipe = File::from(std::io::stdout().as_fd().try_clone_to_owned().unwrap());
    pipe.write_all(line.as_bytes()).unwrap();
}

/// All lines of a stream that nothing was removed from; an error says which one is unreadable, or
/// where the numbers have a hole or come twice.
pub(crate) fn lines(dir: &Path, stream: Stream) -> Result<Vec<Line>, String> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, line) in Log::open(dir)
        .and_then(|log| log.stream(stream).lines())
        .map_err(|error| error.to_string())?
    {
        let line = line.map_err(|error| format!("{at:?}: {error}"))?;
        if line.seq != lines.len() as u64 {
            return Err(format!("{at:?}: number {} in place of {}", line.seq, lines.len()));
        }
        lines.push(line);
    }
    Ok(lines)
}

/// The count of an event's line.
pub(crate) fn count(line: &Line) -> Option<u64> {
    line.get("data")?.get("count").and_then(Json::as_u64)
}

/// The line of what was acknowledged; an error says that it is not there.
pub(crate) fn line_of(told: Acknowledged, lines: &[Line]) -> Result<&Line, String> {
    let line = usize::try_from(told.seq).ok().and_then(|at| lines.get(at));
    line.filter(|line| count(line) == Some(told.count))
        .ok_or_else(|| format!("acknowledged and not there: {told:?}; in its place: {line:?}"))
}
