//! The keys that checkpoints are signed with. There are two chains, in each of which a key announces
//! the next one and is forgotten when that is in force: a fast one, from checkpoint to checkpoint,
//! and a slow one, from segment to segment, which stays in `audit.keys` so that what retention kept
//! can be verified. Whoever takes the device finds no key that signed anything older.

use std::fmt::Write as _;
use std::io;

use audit_log::VerifierKey;
use audit_log::evidence::announcement::Announcement;
use audit_log::evidence::checkpoint::Checkpoint;
use audit_log::evidence::hash::Hash;
use audit_log::evidence::tree::hash_of_text;
use data_encoding::BASE64;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::sign::sign;

/// No state is larger.
pub(crate) const STATE_BYTES_MAX: usize = 4096;

/// A key that is in force and the one that follows it.
#[derive(Clone)]
struct Pair {
    now: SigningKey,
    next: SigningKey,
}

impl Pair {
    fn drawn() -> io::Result<Pair> {
        Ok(Pair { now: draw()?, next: draw()? })
    }

    /// The next one is in force, and a new one follows it.
    fn evolved(&self) -> io::Result<Pair> {
        Ok(Pair { now: self.next.clone(), next: draw()? })
    }
}

/// What was signed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

/// What a segment begins with, as it is announced.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    /// The number of its header.
    pub(crate) first_seq: u64,
    /// The lines before it.
    pub(crate) before: Signed,
    /// Its file has at most so many bytes.
    pub(crate) bytes_max: u64,
    /// What its first checkpoint is checked by.
    pub(crate) key: VerifierKey,
}

/// A log's keys.
#[derive(Clone)]
pub(crate) struct Keys {
    /// `LOGID/stream`.
    origin: String,
    checkpoint: Pair,
    segment: Pair,
    /// What the first announcement is checked by: what an auditor keeps elsewhere.
    first: VerifierKey,
    signed: Option<Signed>,
    /// The number of the first line of the segment that was announced last.
    announced: Option<u64>,
    /// The same of the segment that was announced first: from there on the first key is.
    epoch: u64,
}

impl std::fmt::Debug for Keys {
    /// Without the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Keys {
    /// # Errors
    ///
    /// The system has no randomness.
    pub(crate) fn drawn(origin: String) -> io::Result<Keys> {
        let (checkpoint, segment) = (Pair::drawn()?, Pair::drawn()?);
        let first = VerifierKey::new(&origin, segment.now.verifying_key());
        Ok(Keys { origin, checkpoint, segment, first, signed: None, announced: None, epoch: 0 })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn signed(&self) -> Option<Signed> {
        self.signed
    }

    pub(crate) fn announced(&self) -> Option<u64> {
        self.announced
    }

    /// The number of the header from which on the first key is.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What the next checkpoint is checked by.
    pub(crate) fn checkpoint_key(&self) -> VerifierKey {
        self.verifier(&self.checkpoint.now)
    }

    /// Which log they are of.
    pub(crate) fn log(&self) -> &str {
        self.origin.split('/').next().unwrap_or_default()
    }

    /// What the first announcement of a segment is checked by: what an auditor keeps elsewhere.
    pub(crate) fn first_key(&self) -> &VerifierKey {
        &self.first
    }

    /// What the next announcement of a segment is checked by.
    pub(crate) fn segment_key(&self) -> VerifierKey {
        self.verifier(&self.segment.now)
    }

    fn verifier(&self, key: &SigningKey) -> VerifierKey {
        VerifierKey::new(&self.origin, key.verifying_key())
    }

    /// A checkpoint of this tree, in a line that begins so, as a note.
    pub(crate) fn sign_checkpoint(&self, signed: Signed, line: Hash) -> String {
        let Signed { size, root } = signed;
        let next = self.verifier(&self.checkpoint.next);
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root, next, line };
        sign(&checkpoint.text(), &self.origin, &self.checkpoint.now)
    }

    /// The keys after that checkpoint is on stable storage.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    pub(crate) fn after_checkpoint(&self, signed: Signed) -> io::Result<Keys> {
        let checkpoint = self.checkpoint.evolved()?;
        Ok(Keys { checkpoint, signed: Some(signed), ..self.clone() })
    }

    /// Whether the next key is this one: then a checkpoint was made durable, and the keys were not.
    pub(crate) fn follows(&self, next: &VerifierKey) -> bool {
        self.verifier(&self.checkpoint.next) == *next
    }

    /// The announcement of a segment, as a note.
    pub(crate) fn sign_segment(&self, segment: &Begun) -> String {
        let Begun { first_seq, before: Signed { size, root }, bytes_max, ref key } = *segment;
        let announcement = Announcement {
            origin: self.origin.clone(),
            first_seq,
            size,
            root,
            bytes_max,
            checkpoint_key: key.clone(),
            next: self.verifier(&self.segment.next),
        };
        sign(&announcement.text(), &self.origin, &self.segment.now)
    }

    /// The keys after that announcement is on stable storage.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    pub(crate) fn after_segment(&self, first_seq: u64) -> io::Result<Keys> {
        let epoch = if self.announced.is_some() { self.epoch } else { first_seq };
        let (segment, announced) = (self.segment.evolved()?, Some(first_seq));
        Ok(Keys { segment, announced, epoch, ..self.clone() })
    }

    /// As they are stored.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // With room for all of it: what grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(STATE_BYTES_MAX));
        let secret = |key: &SigningKey| Zeroizing::new(BASE64.encode(key.as_bytes()));
        let Keys { origin, checkpoint, segment, first, signed, announced, epoch } = self;
        let _never_fails = write!(
            text,
            "audit-keys 1\norigin {origin}\ncheckpoint {} {}\nsegment {} {}\nfirst {first}\n",
            *secret(&checkpoint.now),
            *secret(&checkpoint.next),
            *secret(&segment.now),
            *secret(&segment.next)
        );
        if let Some(Signed { size, root }) = signed {
            let _never_fails = writeln!(text, "signed {size} {}", BASE64.encode(root));
        }
        if let Some(first_seq) = announced {
            let _never_fails = writeln!(text, "announced {first_seq}");
        }
        if *epoch > 0 {
            let _never_fails = writeln!(text, "epoch {epoch}");
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    /// Reads what [`to_bytes`](Keys::to_bytes) writes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Keys> {
        let mut lines = str::from_utf8(bytes).ok()?.strip_suffix('\n')?.split('\n').peekable();
        (lines.next()? == "audit-keys 1").then_some(())?;
        let origin = lines.next()?.strip_prefix("origin ")?.to_owned();
        let checkpoint = pair(lines.next()?.strip_prefix("checkpoint ")?)?;
        let segment = pair(lines.next()?.strip_prefix("segment ")?)?;
        let first: VerifierKey = lines.next()?.strip_prefix("first ")?.parse().ok()?;
        let signed = match lines.next_if(|line| line.starts_with("signed ")) {
            None => None,
            Some(line) => {
                let (size, root) = line.strip_prefix("signed ")?.split_once(' ')?;
                Some(Signed { size: size.parse().ok()?, root: hash_of_text(root)? })
            }
        };
        let announced = match lines.next_if(|line| line.starts_with("announced ")) {
            None => None,
            Some(line) => Some(line.strip_prefix("announced ")?.parse().ok()?),
        };
        let epoch = match lines.next() {
            None => 0,
            Some(line) => line.strip_prefix("epoch ")?.parse().ok()?,
        };
        let keys = Keys { origin, checkpoint, segment, first, signed, announced, epoch };
        (lines.next().is_none() && keys.first.name() == keys.origin).then_some(keys)
    }
}

fn pair(text: &str) -> Option<Pair> {
    let (now, next) = text.split_once(' ')?;
    Some(Pair { now: secret(now)?, next: secret(next)? })
}

fn secret(text: &str) -> Option<SigningKey> {
    let bytes = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(SigningKey::from_bytes(&seed))
}

fn draw() -> io::Result<SigningKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice())?;
    Ok(SigningKey::from_bytes(&seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::drawn("log/audit".to_owned()).unwrap()
    }

    const SIGNED: Signed = Signed { size: 42, root: [7; 32] };

    #[test]
    fn what_is_not_exactly_a_state_is_none() {
        let bytes = keys().after_checkpoint(SIGNED).unwrap().after_segment(9).unwrap().to_bytes();
        for cut in 0..bytes.len() {
            let keys = Keys::parse(&bytes[..cut]);
            // A cut at a line's end may be a state of its own, with less signed.
            assert!(keys.is_none() || bytes[cut - 1] == b'\n', "{cut}");
        }
        assert!(Keys::parse(&[&bytes[..], b"more\n"].concat()).is_none());
    }

    #[test]
    fn each_checkpoint_announces_the_key_of_the_next() {
        let mut keys = keys();
        let mut verifier = keys.checkpoint_key();
        for size in 1..5 {
            let signed = Signed { size, ..SIGNED };
            let note = keys.sign_checkpoint(signed, [1; 32]);
            let checkpoint = Checkpoint::parse(verifier.open(&note).unwrap()).unwrap();
            assert_eq!((checkpoint.size, checkpoint.root), (size, SIGNED.root));
            assert!(keys.follows(&checkpoint.next));
            keys = keys.after_checkpoint(signed).unwrap();
            assert!(!keys.follows(&checkpoint.next));
            assert!(verifier.open(&keys.sign_checkpoint(signed, [1; 32])).is_err());
            verifier = checkpoint.next;
        }
    }

    #[test]
    fn each_segment_announces_its_key_and_the_next_segments() {
        let mut keys = keys();
        let mut verifier = keys.segment_key();
        for first_seq in [0, 17, 90] {
            let key = keys.checkpoint_key();
            let note =
                keys.sign_segment(&Begun { first_seq, before: SIGNED, bytes_max: 4096, key });
            let announcement = Announcement::parse(verifier.open(&note).unwrap()).unwrap();
            assert_eq!(announcement.first_seq, first_seq);
            assert_eq!(announcement.checkpoint_key, keys.checkpoint_key());
            assert!(Checkpoint::parse(verifier.open(&note).unwrap()).is_none());
            keys = keys.after_segment(first_seq).unwrap();
            keys = keys.after_checkpoint(SIGNED).unwrap();
            verifier = announcement.next;
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let keys = keys();
        let shown = format!("{keys:?}");
        assert!(shown.len() < 80, "{shown}");
    }
}
