//! Digests of content, and fingerprints of public keys.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use data_encoding::{BASE64_NOPAD, Encoding, HEXLOWER};
use sha2::{Digest as _, Sha256};

use super::name::{Refused, Why};
use crate::text_buffer::TextBuffer;
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// The digest of some content, such as a firmware image; recorded as `sha256:` and lower-case
/// hexadecimal digits.
///
/// Not for what can be guessed: anyone who has the digest of a password, a PIN or a short text can try
/// all that it could be. Those are [`Withheld`](crate::Withheld).
///
/// ```
/// use audit_core::vocab::Digest;
/// let image = Digest::of(b"the bytes of the image");
/// assert_eq!(format!("{image:?}"), "Digest");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(Bytes);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Bytes {
    Sha256([u8; 32]),
    Sha384([u8; 48]),
    Sha512([u8; 64]),
}

impl Digest {
    /// The longest digest's text, in escaped bytes.
    pub const LIMIT: u16 = 7 + 2 * 64;

    /// The digest of this content, by SHA-256.
    pub fn of(content: &[u8]) -> Digest {
        Digest::from_sha256_digest(Sha256::digest(content).into())
    }

    /// A digest that was computed already, by SHA-256: of content too large to be in memory. These
    /// bytes are recorded as they are; content or a key of 32 bytes goes to [`of`](Digest::of).
    pub const fn from_sha256_digest(digest: [u8; 32]) -> Digest {
        Digest(Bytes::Sha256(digest))
    }

    /// As [`from_sha256_digest`](Digest::from_sha256_digest), by SHA-384.
    pub const fn from_sha384_digest(digest: [u8; 48]) -> Digest {
        Digest(Bytes::Sha384(digest))
    }

    /// As [`from_sha256_digest`](Digest::from_sha256_digest), by SHA-512.
    pub const fn from_sha512_digest(digest: [u8; 64]) -> Digest {
        Digest(Bytes::Sha512(digest))
    }

    fn text(&self) -> TextBuffer<{ Digest::LIMIT as usize }> {
        match &self.0 {
            Bytes::Sha256(bytes) => text("sha256:", &HEXLOWER, bytes),
            Bytes::Sha384(bytes) => text("sha384:", &HEXLOWER, bytes),
            Bytes::Sha512(bytes) => text("sha512:", &HEXLOWER, bytes),
        }
    }
}

impl core::fmt::Debug for Digest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Digest")
    }
}

// SAFETY: writes the digest, which the type's meaning lets be recorded.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for Digest {
    const TYPE: Type = Type::Text(Self::LIMIT);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_text(self.text().as_str(), Self::LIMIT);
    }
}

/// The fingerprint of a public key or certificate, by SHA-256 over its binary form; recorded as
/// `ssh-keygen -l` of OpenSSH prints it: `SHA256:` and 43 characters of base64 without padding.
///
/// It is never made of a private key. What it is a fingerprint of is public, so that it gives
/// nothing away. A field whose name says something secret (`private_key`, `psk`, `token`, `password`)
/// does not take one.
///
/// ```
/// use audit_core::vocab::KeyFingerprint;
/// let shown = "SHA256:pvzX+8iVBvO8EL7BD8HgBDdmx4REb3NkcfFmkOPGC+8";
/// assert!(KeyFingerprint::parse(shown).is_ok());
/// assert_eq!(
///     KeyFingerprint::parse("hunter2").unwrap_err().to_string(),
///     "refused as a key's fingerprint: not `SHA256:` and 43 characters of base64"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyFingerprint([u8; 32]);

impl KeyFingerprint {
    /// The length of its text, in escaped bytes.
    pub const LIMIT: u16 = 7 + DIGITS as u16;

    /// The fingerprint of a public key or certificate, in the binary form that its fingerprint is
    /// usually made of: the blob of an SSH key, DER of a certificate.
    pub fn of_public_key(key: &[u8]) -> KeyFingerprint {
        KeyFingerprint(Sha256::digest(key).into())
    }

    /// The fingerprint that is this SHA-256 of a public key or certificate. These bytes are recorded
    /// as they are; a key of 32 bytes goes to [`of_public_key`](KeyFingerprint::of_public_key).
    pub const fn from_sha256_digest(digest: [u8; 32]) -> KeyFingerprint {
        KeyFingerprint(digest)
    }

    /// Reads a fingerprint as OpenSSH prints it, in no other spelling: no padding, no bits beyond
    /// the last byte.
    ///
    /// # Errors
    ///
    /// [`Refused`] for any other text.
    pub fn parse(text: &str) -> Result<KeyFingerprint, Refused> {
        let refused = Refused::new("a key's fingerprint", Why::NotAFingerprint);
        let digits = text.strip_prefix(ALGORITHM).ok_or(refused)?.as_bytes();
        let mut digest = [0; 32];
        if digits.len() != DIGITS || BASE64_NOPAD.decode_mut(digits, &mut digest).is_err() {
            return Err(refused);
        }
        Ok(KeyFingerprint(digest))
    }

    fn text(&self) -> TextBuffer<{ KeyFingerprint::LIMIT as usize }> {
        text(ALGORITHM, &BASE64_NOPAD, &self.0)
    }
}

impl core::fmt::Debug for KeyFingerprint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyFingerprint")
    }
}

// SAFETY: writes a digest of what is public.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for KeyFingerprint {
    const TYPE: Type = Type::Text(Self::LIMIT);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_text(self.text().as_str(), Self::LIMIT);
    }
}

const ALGORITHM: &str = "SHA256:";

/// So many digits of base64 are 32 bytes.
const DIGITS: usize = 43;

/// The algorithm's name and the bytes, of which there are at most 64, in these digits.
fn text<const N: usize>(algorithm: &str, digits: &Encoding, bytes: &[u8]) -> TextBuffer<N> {
    let mut room = [0; 128];
    let room = room.get_mut(..digits.encode_len(bytes.len())).unwrap_or_default();
    TextBuffer::new().and(algorithm).and(digits.encode_mut_str(bytes, room))
}

#[cfg(test)]
mod tests {
    use super::{Digest, KeyFingerprint};

    #[test]
    fn a_digest_is_lower_case_hexadecimal_after_its_algorithm() {
        let mut digest = [0xff; 32];
        digest[..3].copy_from_slice(&[0x00, 0x1a, 0xf0]);
        let expected = format!("sha256:001af0{}", "ff".repeat(29));
        assert_eq!(Digest::from_sha256_digest(digest).text().as_str(), expected);
        let whole = Digest::from_sha512_digest([0xa5; 64]);
        assert_eq!(whole.text().as_str(), format!("sha512:{}", "a5".repeat(64)));
        assert_eq!(whole.text().as_str().len(), usize::from(Digest::LIMIT));
        assert_eq!(
            Digest::from_sha384_digest([1; 48]).text().as_str(),
            format!("sha384:{}", "01".repeat(48))
        );
    }

    #[test]
    fn a_fingerprint_reads_as_openssh_prints_it() {
        // SHA-256 of nothing, by `printf '' | openssl dgst -sha256 -binary | base64`.
        let empty = [
            0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f,
            0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b,
            0x78, 0x52, 0xb8, 0x55,
        ];
        let text = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
        assert_eq!(KeyFingerprint::from_sha256_digest(empty).text().as_str(), text);
        assert_eq!(KeyFingerprint::parse(text), Ok(KeyFingerprint::from_sha256_digest(empty)));
    }

    /// A key of 32 bytes would fit where a digest is expected.
    #[test]
    fn what_is_hashed_here_is_not_recorded() {
        let key = [0x5a; 32];
        assert_ne!(KeyFingerprint::of_public_key(&key), KeyFingerprint::from_sha256_digest(key));
        assert_ne!(Digest::of(&key), Digest::from_sha256_digest(key));
        let empty = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
        assert_eq!(KeyFingerprint::of_public_key(b""), KeyFingerprint::parse(empty).unwrap());
    }

    #[test]
    fn every_byte_at_every_place_comes_back() {
        for at in 0..32 {
            for byte in 0..=u8::MAX {
                let mut digest = [0x5a; 32];
                digest[at] = byte;
                let fingerprint = KeyFingerprint::from_sha256_digest(digest);
                assert_eq!(KeyFingerprint::parse(fingerprint.text().as_str()), Ok(fingerprint));
            }
        }
    }

    #[test]
    fn another_spelling_is_refused() {
        let good = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
        let refused = |text: &str| assert!(KeyFingerprint::parse(text).is_err(), "{text}");
        refused("");
        refused("SHA256:");
        refused("hunter2");
        refused(&good.replace("SHA256", "sha256"));
        refused(&good.replace("SHA256", "MD5"));
        refused(&good.replace("SHA256:", ""));
        refused(&good.replace('+', "-"));
        refused(&good.replace('D', " "));
        refused(&good.replace('D', "é"));
        refused(&format!("{good}="));
        refused(&format!("{good}\n"));
        refused(&format!(" {good}"));
        refused(&format!("{good}A"));
        refused(good.strip_suffix('U').unwrap());
        // The same bytes, with a bit set that stands for none of them.
        refused(&good.replace("uFU", "uFV"));
    }
}
