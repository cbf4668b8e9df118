//! What a segment's header says.

use super::json::Json;
use super::line::Line;

/// What a segment's header says.
#[derive(Debug)]
pub struct Header {
    /// Which log it is of.
    pub log: String,
    /// Its number.
    pub seq: u64,
    /// When it was written, in nanoseconds since 1970.
    pub unix_ns: i64,
    /// Whether the calendar clock was known to be right.
    pub synced: bool,
    /// How large the segment may be.
    pub segment_bytes: Option<u64>,
}

impl Header {
    /// What this line says, if it is a header.
    pub fn of(line: &Line) -> Option<Header> {
        (line.kind == "header").then_some(())?;
        Some(Header {
            log: line.member("log").and_then(Json::as_str)?.to_owned(),
            seq: line.seq,
            unix_ns: line.unix_ns()?,
            synced: line.member("time_synced").and_then(Json::as_bool) == Some(true),
            segment_bytes: line
                .member("limits")
                .and_then(|limits| limits.get("segment_bytes")?.as_u64()),
        })
    }
}
