//! Digests of content, and fingerprints of public keys.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use super::name::{Refused, Why};
use crate::value::{AuditValue, Type};
use crate::{Class, Encoder};

/// The digest of some content, such as a firmware image; recorded as `sha256:` and lower-case
/// hexadecimal digits.
///
/// Not for what can be guessed: who has the digest of a password, a PIN or a short text tries all
/// that it could be. Those are [`Withheld`](crate::Withheld).
///
/// ```
/// use audit_core::vocab::Digest;
/// # let computed = [0x5a; 32];
/// let image = Digest::sha256(computed);
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

    /// A digest by SHA-256.
    pub const fn sha256(digest: [u8; 32]) -> Digest {
        Digest(Bytes::Sha256(digest))
    }

    /// A digest by SHA-384.
    pub const fn sha384(digest: [u8; 48]) -> Digest {
        Digest(Bytes::Sha384(digest))
    }

    /// A digest by SHA-512.
    pub const fn sha512(digest: [u8; 64]) -> Digest {
        Digest(Bytes::Sha512(digest))
    }

    fn text(&self) -> Ascii<{ Digest::LIMIT as usize }> {
        let (algorithm, bytes): (_, &[u8]) = match &self.0 {
            Bytes::Sha256(bytes) => ("sha256:", bytes),
            Bytes::Sha384(bytes) => ("sha384:", bytes),
            Bytes::Sha512(bytes) => ("sha512:", bytes),
        };
        let mut text = Ascii::begun_with(algorithm);
        for byte in bytes {
            text.push(hex_digit(byte >> 4));
            text.push(hex_digit(byte & 15));
        }
        text
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
/// nothing away.
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
    pub const LIMIT: u16 = 7 + 43;

    /// The fingerprint that is this SHA-256 of a public key or certificate.
    pub const fn sha256(digest: [u8; 32]) -> KeyFingerprint {
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
        let read = KeyFingerprint(from_base64(digits).ok_or(refused)?);
        // Bits that stand for nothing are zero in the one spelling.
        if read.text().as_str() == text { Ok(read) } else { Err(refused) }
    }

    fn text(&self) -> Ascii<{ KeyFingerprint::LIMIT as usize }> {
        let mut text = Ascii::begun_with(ALGORITHM);
        for three in self.0.chunks(3) {
            let bits = (0..3).fold(0, |bits, at| {
                bits << 8 | u32::from(three.get(at).copied().unwrap_or_default())
            });
            for digit in 0..=three.len() {
                text.push(base64_digit(bits >> (18 - 6 * digit) & 63));
            }
        }
        text
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

/// A text of at most `N` ASCII bytes, put together without an allocator.
struct Ascii<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Ascii<N> {
    fn begun_with(front: &str) -> Ascii<N> {
        let mut text = Ascii { bytes: [0; N], len: 0 };
        front.bytes().for_each(|byte| text.push(byte));
        text
    }

    fn push(&mut self, byte: u8) {
        if let Some(room) = self.bytes.get_mut(self.len) {
            *room = byte;
            self.len += 1;
        }
    }

    fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// The digit of a number below 16.
const fn hex_digit(number: u8) -> u8 {
    match number {
        0..=9 => b'0' + number,
        _ => b'a' + (number - 10),
    }
}

/// The digit of a number below 64, RFC 4648 section 4.
const fn base64_digit(number: u32) -> u8 {
    let number = number as u8;
    match number {
        0..=25 => b'A' + number,
        26..=51 => b'a' + (number - 26),
        52..=61 => b'0' + (number - 52),
        62 => b'+',
        _ => b'/',
    }
}

const fn base64_number(digit: u8) -> Option<u32> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    } as u32)
}

/// The 32 bytes that 43 digits stand for; the two bits beyond them may be anything.
fn from_base64(digits: &[u8]) -> Option<[u8; 32]> {
    if digits.len() != 43 {
        return None;
    }
    let mut bytes = [0; 32];
    for (three, four) in bytes.chunks_mut(3).zip(digits.chunks(4)) {
        let mut bits = 0;
        for at in 0..4 {
            let number = four.get(at).map_or(Some(0), |digit| base64_number(*digit))?;
            bits = bits << 6 | number;
        }
        let [_, front @ ..] = bits.to_be_bytes();
        three.iter_mut().zip(front).for_each(|(byte, read)| *byte = read);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Digest, KeyFingerprint};

    #[test]
    fn a_digest_is_lower_case_hexadecimal_after_its_algorithm() {
        let mut digest = [0xff; 32];
        digest[..3].copy_from_slice(&[0x00, 0x1a, 0xf0]);
        let expected = format!("sha256:001af0{}", "ff".repeat(29));
        assert_eq!(Digest::sha256(digest).text().as_str(), expected);
        let whole = Digest::sha512([0xa5; 64]);
        assert_eq!(whole.text().as_str(), format!("sha512:{}", "a5".repeat(64)));
        assert_eq!(whole.text().as_str().len(), usize::from(Digest::LIMIT));
        assert_eq!(Digest::sha384([1; 48]).text().as_str(), format!("sha384:{}", "01".repeat(48)));
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
        assert_eq!(KeyFingerprint::sha256(empty).text().as_str(), text);
        assert_eq!(KeyFingerprint::parse(text), Ok(KeyFingerprint::sha256(empty)));
    }

    #[test]
    fn every_byte_at_every_place_comes_back() {
        for at in 0..32 {
            for byte in 0..=u8::MAX {
                let mut digest = [0x5a; 32];
                digest[at] = byte;
                let fingerprint = KeyFingerprint::sha256(digest);
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
