//! The key behind session references and names that no account has.

use audit_core::recorder::{Domain, Pseudonym, Pseudonyms};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA-256 (RFC 2104), cut to its first eight bytes.
///
/// The key is drawn when a writer starts and never leaves its memory: nobody who reads the log
/// later can try passwords against it, and pseudonyms of different runs cannot be joined.
pub(crate) struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    /// With a new key of the system's random source.
    pub(crate) fn generate() -> std::io::Result<KeyedHash> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(KeyedHash::with_key(&key))
    }

    pub(crate) fn with_key(key: &[u8; 32]) -> KeyedHash {
        let mut block = [0; 64]; // HMAC's key of one hash block; a shorter key is padded with zeros.
        let (front, _) = block.split_at_mut(key.len());
        front.copy_from_slice(key);
        KeyedHash(Hmac::new(&block.into()))
    }
}

impl Pseudonyms for KeyedHash {
    fn pseudonym(&self, domain: Domain, text: &[u8]) -> Pseudonym {
        let mut mac = self.0.clone();
        mac.update(domain.name().as_bytes());
        mac.update(&[0]);
        mac.update(text);
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; 8];
        short.copy_from_slice(bytes.split_at(8).0);
        Pseudonym(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_only_for_the_same_key_domain_and_text() {
        let one = KeyedHash::with_key(&[1; 32]);
        let two = KeyedHash::with_key(&[2; 32]);
        let base = one.pseudonym(Domain::Session, b"cookie");
        assert_eq!(base, one.pseudonym(Domain::Session, b"cookie"));
        assert_ne!(base, one.pseudonym(Domain::Session, b"cookif"));
        assert_ne!(base, one.pseudonym(Domain::ClaimedName, b"cookie"));
        assert_ne!(base, two.pseudonym(Domain::Session, b"cookie"));
    }
}
