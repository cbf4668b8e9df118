//! Names of users, bounded, and shown so that no two of them look alike.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest name that is kept, in bytes. TinyPilot's own limit is 20 characters.
pub const NAME_MAX: usize = 256;

/// The name of a user who was authenticated, or of an account that was changed.
///
/// `Display` and `Debug` escape everything that is not a letter, a digit or plain punctuation, so
/// that a name can neither end a line nor hide; serialised it is what it is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// `None` when it is too long. Bytes that are no UTF-8 are kept as `\xNN`.
    pub(crate) fn new(bytes: &[u8]) -> Option<Name> {
        if bytes.len() > NAME_MAX {
            return None;
        }
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                text.push_str(&format!("\\x{byte:02x}"));
            }
        }
        Some(Name(text))
    }

    /// The name itself: it may hold anything, such as newlines and escapes of a terminal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            let plain = character.is_alphanumeric() || character == ' ';
            if plain || (character.is_ascii_graphic() && character != '\\') {
                fmt::Write::write_char(f, character)?;
            } else {
                character.escape_default().fmt(f)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Of the id of a connection: the same in every run, because a connection may outlast one, and good
/// for nothing when that is over.
pub(crate) fn passing_hash(id: &[u8]) -> u64 {
    // FNV-1a.
    id.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_so_that_it_cannot_hide() {
        let shown = |bytes: &[u8]| Name::new(bytes).unwrap().to_string();
        assert_eq!(shown("zoë".as_bytes()), "zoë");
        assert_eq!(shown(b"root\n"), "root\\n");
        assert_eq!(shown("zoe\u{308}".as_bytes()), "zoe\\u{308}");
        assert_eq!(shown("\u{202e}gnp".as_bytes()), "\\u{202e}gnp");
        assert_eq!(shown(b"a\xffb"), "a\\\\xffb");
        assert_eq!(Name::new(&[b'a'; NAME_MAX + 1]), None);
    }
}
