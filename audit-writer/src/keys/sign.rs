//! Signing a note: the one place where a secret key is used.

use audit_log::VerifierKey;
use audit_log::evidence::note::signed_note;
use ed25519_dalek::{Signer, SigningKey};

/// Signs a text, which ends with a newline, under a name.
pub(super) fn sign(text: &str, name: &str, key: &SigningKey) -> String {
    let signature = key.sign(text.as_bytes()).to_bytes();
    signed_note(text, &VerifierKey::new(name, key.verifying_key()), &signature)
}

#[cfg(test)]
mod tests {
    use audit_log::NoteError;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn verifier(seed: u8) -> VerifierKey {
        VerifierKey::new("log/audit", key(seed).verifying_key())
    }

    #[test]
    fn what_was_signed_opens_with_its_key_and_no_other() {
        let note = sign("a\nb\n", "log/audit", &key(1));
        assert_eq!(verifier(1).open(&note), Ok("a\nb\n"));
        assert_eq!(verifier(2).open(&note), Err(NoteError::NotSigned));
        let text = verifier(1).to_string();
        assert_eq!(text.parse(), Ok(verifier(1)));
        for (at, _) in text.char_indices().filter(|(at, _)| *at > 9) {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert_ne!(String::from_utf8(other).unwrap().parse(), Ok(verifier(1)), "{at}");
        }
    }

    #[test]
    fn no_bit_of_a_note_can_change() {
        let note = sign("a\nb\n", "log/audit", &key(1));
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut other = note.clone().into_bytes();
                other[at] ^= 1 << bit;
                let Ok(other) = String::from_utf8(other) else { continue };
                assert!(verifier(1).open(&other).is_err(), "{at} {bit}");
            }
            if let Some(cut) = note.get(..at) {
                assert!(verifier(1).open(cut).is_err(), "{at}");
            }
        }
        assert!(verifier(1).open(&format!("{note}\n")).is_err());
        assert!(verifier(1).open(&note.replace('\n', "\r\n")).is_err());
    }
}
