//! C2SP signed notes (<https://c2sp.org/signed-note>): a text, and below it one line for each
//! signature. Ours have one, with Ed25519 (RFC 8032).

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// What Ed25519 is called in a key.
const ED25519: u8 = 1;
/// What a line with a signature begins with.
const DASH: &str = "\u{2014} ";
/// A note has at most so many bytes; more are no note.
pub const NOTE_BYTES_MAX: usize = 4 * 1024;
/// A note has at most so many signatures, ours among them; more are no note.
const SIGNATURES_MAX: usize = 16;

/// What a signature is checked by. It prints as C2SP has it: `name+id+key`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

/// Why something is not a key or a note that can be relied on. It quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteError {
    /// The text is not of the form of a note.
    MalformedNote,
    /// The text is not of the form of a verifier key with Ed25519.
    MalformedKey,
    /// It has no signature by this key.
    NotSigned,
    /// It has a signature that says it is by this key, and is not.
    WrongSignature,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoteError::MalformedNote => "not a signed note",
            NoteError::MalformedKey => {
                "not a verifier key: it should read name+id+key, with Ed25519"
            }
            NoteError::NotSigned => "not signed by the key",
            NoteError::WrongSignature => "the signature is wrong",
        })
    }
}

impl std::error::Error for NoteError {}

impl VerifierKey {
    pub fn new(name: &str, key: VerifyingKey) -> VerifierKey {
        VerifierKey { name: name.to_owned(), key }
    }

    /// Whose key it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of what identifies the key.
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
        [a, b, c, d]
    }

    /// The text of a note that this key signed.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut own = signatures.iter().filter(|one| one.name == self.name && one.id == self.id());
        let signed = own.next().ok_or(NoteError::NotSigned)?;
        let Ok(signature) = Signature::from_slice(&signed.bytes) else {
            return Err(NoteError::WrongSignature);
        };
        match self.key.verify_strict(text.as_bytes(), &signature) {
            Ok(()) if own.next().is_none() => Ok(text),
            _ => Err(NoteError::WrongSignature),
        }
    }
}

impl VerifierKey {
    /// The text of a note that this key signed, and nobody else: notes in a log have one signature, so
    /// that they have one spelling. One that was kept elsewhere may have those of witnesses, too.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn open_sole<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        sole_text(note)?;
        self.open(note)
    }
}

/// The text of a note that has exactly one signature, whoever's it is and whether it is right or not.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn sole_text(note: &str) -> Result<&str, NoteError> {
    match split(note)? {
        (text, signatures) if signatures.len() == 1 => Ok(text),
        _ => Err(NoteError::WrongSignature),
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, HEXLOWER.encode(&self.id()), BASE64.encode(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<VerifierKey, NoteError> {
        let parse = || {
            let (name, rest) = text.split_once('+')?;
            let (id, key) = rest.split_once('+')?;
            let key = BASE64.decode(key.as_bytes()).ok()?;
            let (&ED25519, key) = key.split_first()? else { return None };
            let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
            let parsed = VerifierKey::new(name, key);
            (is_name(name) && HEXLOWER.encode(&parsed.id()) == id).then_some(parsed)
        };
        parse().ok_or(NoteError::MalformedKey)
    }
}

/// The text of a note, whoever signed it.
pub fn text_of(note: &str) -> Option<&str> {
    note.get(..=note.rfind("\n\n")?)
}

/// A note of a text, which ends with a newline, and its signature by this key.
pub fn signed_note(text: &str, key: &VerifierKey, signature: &[u8; 64]) -> String {
    let signed = BASE64.encode(&[&key.id()[..], &signature[..]].concat());
    format!("{text}\n{DASH}{} {signed}\n", key.name)
}

/// A line below a note's text.
struct Signed<'n> {
    name: &'n str,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A note's text with its last newline, and its signatures.
fn split(note: &str) -> Result<(&str, Vec<Signed<'_>>), NoteError> {
    let parse = || {
        if note.len() > NOTE_BYTES_MAX || note.chars().any(|c| c != '\n' && c.is_ascii_control()) {
            return None;
        }
        let at = note.rfind("\n\n")?;
        let (text, signatures) = (note.get(..=at)?, note.get(at + 2..)?);
        let lines = signatures.strip_suffix('\n')?.split('\n');
        let signatures: Option<Vec<Signed<'_>>> = lines.map(signed).collect();
        signatures.filter(|some| some.len() <= SIGNATURES_MAX).map(|some| (text, some))
    };
    parse().ok_or(NoteError::MalformedNote)
}

fn signed(line: &str) -> Option<Signed<'_>> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = BASE64.decode(signature.as_bytes()).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    (is_name(name) && !bytes.is_empty()).then(|| Signed { name, id: *id, bytes: bytes.to_vec() })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn the_specifications_note_opens() {
        let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n\n\
            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let verifier: VerifierKey = known.parse().unwrap();
        assert_eq!((verifier.to_string().as_str(), verifier.name()), (known, "PeterNeumann"));
        assert!(verifier.open(note).unwrap().ends_with("your problem is.\n"));
        let other = note.replace("answer", "question");
        assert_eq!(verifier.open(&other), Err(NoteError::WrongSignature));
    }
}
