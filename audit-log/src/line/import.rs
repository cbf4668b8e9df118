//! Events that another log reported: when they happened there, and which line of it says so.

use audit_core::EmitError;

use super::json::{key, number, separate, string};
use crate::time::Rfc3339;

/// What an import adds to a line takes at most so many bytes.
const BYTES_MAX: usize = 2048;
/// At most so many candidates are listed.
pub const CANDIDATES_MAX: usize = 8;

/// Where an imported event comes from. It stands in its line as `occurred` and `origin`, beside the
/// time at which the line was written.
#[derive(Clone, Copy, Debug)]
pub struct Imported<'a> {
    /// When it happened, as was told, in nanoseconds since 1970 in UTC.
    pub occurred_unix_ns: i64,
    /// The file that told of it, without its directory.
    pub file: &'a str,
    /// Which file that is, whatever it is called by now: the same text for the same file. With the
    /// offset and the part it is the identity of what was told.
    pub file_id: &'a str,
    /// Where in the file its line begins, in bytes.
    pub offset: u64,
    /// Which of the events that this line tells of, from 0.
    pub part: u8,
    /// How it is known who did it, where the line alone does not tell.
    pub joined: Option<Joined<'a>>,
}

/// Who did something, concluded from other lines.
#[derive(Clone, Copy, Debug)]
pub struct Joined<'a> {
    /// How sure that is; a word of the importer's, such as `likely`.
    pub confidence: &'static str,
    /// Why; a word of the importer's, such as `one_user_here`.
    pub why: &'static str,
    /// The users who it may have been, where that is ambiguous; of more than [`CANDIDATES_MAX`] only
    /// the first. Names of accounts, never what somebody typed.
    pub candidates: &'a [&'a str],
}

impl Imported<'_> {
    /// `"occurred":…,"origin":{…},`, as it stands behind what every line begins with.
    ///
    /// # Errors
    ///
    /// `TooLarge`.
    pub fn spell(&self) -> Result<Box<[u8]>, EmitError> {
        let mut out = Vec::new();
        key("occurred", &mut out);
        string(&Rfc3339(self.occurred_unix_ns).to_string(), &mut out);
        out.push(b',');
        key("origin", &mut out);
        out.push(b'{');
        let mut first = true;
        let mut entry = |name: &str, out: &mut Vec<u8>| {
            separate(&mut first, out);
            key(name, out);
        };
        entry("file", &mut out);
        string(self.file, &mut out);
        entry("file_id", &mut out);
        string(self.file_id, &mut out);
        entry("offset", &mut out);
        number(self.offset, &mut out);
        entry("part", &mut out);
        number(u64::from(self.part), &mut out);
        if let Some(Joined { confidence, why, candidates }) = self.joined {
            entry("joined", &mut out);
            string(confidence, &mut out);
            entry("why", &mut out);
            string(why, &mut out);
            if !candidates.is_empty() {
                entry("candidates", &mut out);
                let mut first = true;
                out.push(b'[');
                for candidate in candidates.iter().take(CANDIDATES_MAX) {
                    separate(&mut first, &mut out);
                    string(candidate, &mut out);
                }
                out.push(b']');
            }
        }
        out.extend_from_slice(b"},");
        match out.len() <= BYTES_MAX {
            true => Ok(out.into_boxed_slice()),
            false => Err(EmitError::TooLarge),
        }
    }
}
