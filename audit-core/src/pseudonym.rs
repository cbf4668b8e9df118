//! Stand-ins for what must not be recorded and yet be told apart.

/// What a pseudonym stands for; the same text in two domains has two pseudonyms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// A session's cookie or token.
    Session,
    /// A name that somebody claimed and that no account has.
    ClaimedName,
}

impl Domain {
    /// The domain's name, to go into the hash before the text.
    pub const fn name(self) -> &'static str {
        match self {
            Domain::Session => "session",
            Domain::ClaimedName => "claimed_name",
        }
    }
}

/// A short keyed hash: equal for equal texts under one key, and without the key no help to guess
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pseudonym(pub [u8; 8]);

/// Makes pseudonyms. A [`Recorder`](crate::Recorder) has one, and with it the key.
///
/// For implementors: use a keyed hash (HMAC-SHA-256 or better, cut to eight bytes) over the
/// domain's name, a byte that ends it, and the text. A hash without a key is not enough: what
/// stands behind a pseudonym is often a password, which can be guessed.
pub trait Pseudonyms: Sync {
    /// The pseudonym of a text.
    fn pseudonym(&self, domain: Domain, text: &[u8]) -> Pseudonym;
}
