//! What a log is verified against.

use std::fmt;
use std::str::FromStr;

use crate::evidence::note::{NoteError, VerifierKey};

/// What a log is verified against: what somebody kept elsewhere, where whoever has the log could not
/// change it.
///
/// ```
/// use audit_log::verify::Trust;
///
/// # fn example() -> Result<(), audit_log::NoteError> {
/// let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// let trust = Trust::in_key(key.parse()?);
/// assert_eq!(trust.keys.len(), 1);
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Verifier keys of the stream, each of the segments from some number on. Without any a log is at
    /// best consistent with itself.
    pub keys: Vec<KeyFrom>,
    /// The text of a checkpoint, a signed note: a log that is older than it was rolled back.
    pub anchor: Option<String>,
    /// The text of a checkpoint up to which the owner knows what happened to the log, because he restored
    /// it: what is amiss below is told, and does not count.
    pub accepted: Option<String>,
}

/// A verifier key, and the number of the first line that it is for. It reads and prints as
/// `VKEY@NUMBER`, or `VKEY` where that is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFrom {
    /// The key.
    pub key: VerifierKey,
    /// The number of the header of the first segment that the key leads to; 0 where it was drawn before
    /// the log was begun.
    pub from_seq: u64,
}

impl Trust {
    /// In a key that was kept since before the log was begun, or since one of its segments was.
    #[must_use]
    pub fn in_key(key: VerifierKey) -> Trust {
        Trust::in_keys([KeyFrom { key, from_seq: 0 }])
    }

    /// In several keys of one stream: one from its beginning, and one for each time that it went on with
    /// new ones.
    #[must_use]
    pub fn in_keys(keys: impl IntoIterator<Item = KeyFrom>) -> Trust {
        let mut keys: Vec<KeyFrom> = keys.into_iter().collect();
        keys.sort_by_key(|key| key.from_seq);
        Trust { keys, ..Trust::default() }
    }

    /// And in the text of a checkpoint that was kept.
    #[must_use]
    pub fn with_anchor(self, checkpoint: impl Into<String>) -> Trust {
        Trust { anchor: Some(checkpoint.into()), ..self }
    }
}

/// In a key, if there is one.
impl From<Option<VerifierKey>> for Trust {
    fn from(key: Option<VerifierKey>) -> Trust {
        key.map_or_else(Trust::default, Trust::in_key)
    }
}

impl FromStr for KeyFrom {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<KeyFrom, NoteError> {
        let (key, from_seq) = match text.rsplit_once('@') {
            Some((key, from_seq)) => {
                (key, from_seq.parse().map_err(|_says_less| NoteError::MalformedKey)?)
            }
            None => (text, 0),
        };
        Ok(KeyFrom { key: key.parse()?, from_seq })
    }
}

impl fmt::Display for KeyFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from_seq {
            0 => self.key.fmt(f),
            from_seq => write!(f, "{}@{from_seq}", self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn a_key_says_what_it_is_for() {
        for (text, from_seq) in [(KEY.to_owned(), 0), (format!("{KEY}@42"), 42)] {
            let key: KeyFrom = text.parse().unwrap();
            assert_eq!((key.from_seq, key.to_string()), (from_seq, text));
        }
        for wrong in [format!("{KEY}@"), format!("{KEY}@x"), format!("{KEY}@-1"), "@1".to_owned()] {
            assert!(wrong.parse::<KeyFrom>().is_err(), "{wrong}");
        }
    }
}
