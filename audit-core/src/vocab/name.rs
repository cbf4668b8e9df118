//! Names and ids: short texts with a meaning.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::escape::{fits, fitting};
use crate::pseudonym::Domain;
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// A text or number that a vocabulary type would not take. It says which type and why, and never
/// quotes what was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    what: &'static str,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Empty,
    TooLong { limit: u16 },
    NotAPath,
    AUrl,
    NotAStatus,
    NotAFingerprint,
    NotAGeoCode,
}

impl Refused {
    pub(crate) const fn new(what: &'static str, why: Why) -> Refused {
        Refused { what, why }
    }
}

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Refused { what, why } = self;
        match why {
            Why::Empty => write!(f, "refused as {what}: empty"),
            Why::TooLong { limit } => {
                write!(f, "refused as {what}: longer than {limit} bytes once escaped")
            }
            Why::AUrl => write!(
                f,
                "refused as {what}: a URL, which may carry a credential; record its `HttpPath`"
            ),
            Why::NotAPath => write!(f, "refused as {what}: neither a path nor a URL with a path"),
            Why::NotAStatus => write!(f, "refused as {what}: not a number from 100 to 599"),
            Why::NotAFingerprint => {
                write!(f, "refused as {what}: not `SHA256:` and 43 characters of base64")
            }
            Why::NotAGeoCode => write!(f, "refused as {what}: not a code such as `DE` or `DE-BY`"),
        }
    }
}

impl core::error::Error for Refused {}

/// Checks a text against a type's limit.
#[inline]
pub(crate) fn checked<'a>(
    what: &'static str,
    text: &'a str,
    limit: u16,
) -> Result<&'a str, Refused> {
    if text.is_empty() {
        return Err(Refused::new(what, Why::Empty));
    }
    if !fits(text, limit) {
        return Err(Refused::new(what, Why::TooLong { limit }));
    }
    Ok(text)
}

/// The shortest URL that can hold a credential: `a://b:c@d`. What is shorter is not searched.
const URL_BYTES_MIN: usize = 9;

/// Most names have no colon.
#[inline]
fn is_url(text: &str) -> bool {
    text.len() >= URL_BYTES_MIN && longer_is_url(text)
}

#[inline(never)]
fn longer_is_url(text: &str) -> bool {
    text.as_bytes().contains(&b':') && text.contains("://")
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $class:ident, $limit:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name<'a> {
            text: &'a str,
            /// So many bytes of what was given are not in `text`.
            cut: u32,
        }

        impl<'a> $name<'a> {
            /// The longest text that is taken, in escaped bytes.
            pub const LIMIT: u16 = $limit;

            /// Takes a text that is not empty, not longer than [`LIMIT`](Self::LIMIT) and no URL.
            ///
            /// # Errors
            ///
            /// [`Refused`] says what was wrong, without the text.
            #[inline]
            pub fn new(text: &'a str) -> Result<Self, Refused> {
                if is_url(text) {
                    return Err(Refused::new($what, Why::AUrl));
                }
                checked($what, text, Self::LIMIT).map(|text| $name { text, cut: 0 })
            }

            /// Takes any text, so that no event is lost because a name was odd. What is longer than
            /// [`LIMIT`](Self::LIMIT) is cut, and the line says so; so is a URL, behind its scheme. In
            /// place of an empty text it is `(empty)`.
            pub fn of(text: &'a str) -> Self {
                let kept = text.find("://").and_then(|at| text.get(..at)).unwrap_or(text);
                let kept = fitting(kept, Self::LIMIT);
                let cut = u32::try_from(text.len() - kept.len()).unwrap_or(u32::MAX);
                match kept {
                    "" => $name { text: "(empty)", cut },
                    text => $name { text, cut },
                }
            }
        }

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        // SAFETY: the type's meaning is that its text may be recorded.
        #[diagnostic::do_not_recommend]
        unsafe impl AuditValue for $name<'_> {
            const TYPE: Type = Type::Text($limit);
            const CLASS: Class = Class::$class;

            fn encode(&self, out: &mut Encoder<'_>) {
                out.put_fitting(self.text, self.cut);
            }
        }
    )*};
}

names! {
    /// The name of an authenticated user: one that the program looked up, not one that somebody typed. For that there
    /// is [`ClaimedName`].
    UserName, "a user name", Personal, 128;
    /// The id of the thing acted on.
    ObjectId, "an object id", Internal, 128;
    /// The name of the thing acted on, such as a file's.
    ObjectName, "an object name", Internal, 256;
    /// The name of a setting.
    SettingName, "a setting name", Internal, 128;
    /// A version of software or firmware.
    Version, "a version", Internal, 64;
}

#[cfg(feature = "std")]
impl<'a> UserName<'a> {
    pub(crate) const fn parts(self) -> (&'a str, u32) {
        (self.text, self.cut)
    }

    /// What [`parts`](UserName::parts) gave.
    pub(crate) const fn of_parts((text, cut): (&'a str, u32)) -> UserName<'a> {
        UserName { text, cut }
    }
}

/// A name that somebody typed. People type passwords into the box for the name, so the text is
/// recorded only where an account really has it; otherwise a keyed pseudonym stands for it.
///
/// ```
/// use audit_core::vocab::ClaimedName;
/// # fn account_exists(_: &str) -> bool { false }
/// # let typed = "hunter2";
/// let claimed = match account_exists(typed) {
///     true => ClaimedName::known(typed),
///     false => ClaimedName::unknown(typed),
/// };
/// assert_eq!(format!("{claimed:?}"), "ClaimedName");
/// ```
#[derive(Clone, Copy)]
pub struct ClaimedName<'a> {
    text: &'a str,
    known: bool,
}

impl<'a> ClaimedName<'a> {
    /// The longest name that is recorded in clear, in escaped bytes. A longer one gets a pseudonym.
    pub const LIMIT: u16 = 128;

    /// A name that an account has.
    pub const fn known(text: &'a str) -> ClaimedName<'a> {
        ClaimedName { text, known: true }
    }

    /// A name that no account has: it may be anything, a password too.
    pub const fn unknown(text: &'a str) -> ClaimedName<'a> {
        ClaimedName { text, known: false }
    }

    #[cfg(feature = "std")]
    pub(crate) const fn text(self) -> (&'a str, bool) {
        (self.text, self.known)
    }
}

impl core::fmt::Debug for ClaimedName<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ClaimedName")
    }
}

// SAFETY: a text that no account has is written as its pseudonym only.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for ClaimedName<'_> {
    const TYPE: Type = Type::Claimed(Self::LIMIT);
    const CLASS: Class = Class::Personal;

    fn encode(&self, out: &mut Encoder<'_>) {
        if self.known && fits(self.text, Self::LIMIT) {
            out.put_u8(2);
            out.put_text(self.text, Self::LIMIT);
        } else {
            out.put_keyed(Domain::ClaimedName, self.text.as_bytes());
        }
    }
}

macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident or $optional:ident, $what:literal, $label:literal, $note:literal => $($ty:ty),*;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        ///
        /// As for [`AuditValue`].
        #[diagnostic::on_unimplemented(
            message = $what,
            label = $label,
            note = $note,
            note = "if it is an `Option` of that, say why it may be absent: `absent = \"why\"`"
        )]
        pub unsafe trait $part: AuditValue {}

        /// The same for a part that says why it may be absent.
        ///
        /// # Safety
        ///
        /// As for [`AuditValue`].
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is always there",
            label = "not an `Option`",
            note = "`absent` says why an `Option` may be empty: remove it, or make the field an `Option`",
            note = $note
        )]
        pub unsafe trait $optional: AuditValue {}

        $(
            // SAFETY: the type means this part.
            #[diagnostic::do_not_recommend]
            unsafe impl $part for $ty {}
        )*

        // SAFETY: the part, or its absence.
        #[diagnostic::do_not_recommend]
        unsafe impl<T: $part> $optional for Option<T> {}
    )*};
}

parts! {
    /// A type for `actor(user)`: [`UserName`], [`ClaimedName`]; with `absent` an `Option` of these.
    ActorUser or OptionalActorUser, "`{Self}` is not a user", "not a user",
        "an authenticated user is a `UserName`, a name that somebody typed is a `ClaimedName`"
        => UserName<'_>, ClaimedName<'_>;
    /// A type for `source(address)`: an IP or socket address; with `absent` an `Option` of these.
    SourceAddress or OptionalSourceAddress, "`{Self}` is not a source address", "not a source address",
        "a source address is an `IpAddr` or a `SocketAddr`"
        => IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6;
    /// A type for `object(id)`: [`ObjectId`], or a name that identifies.
    IsObjectId or OptionalIsObjectId, "`{Self}` is not an object's id", "not an object's id",
        "an object's id is an `ObjectId`; a `SettingName` or a `UserName` will do where it is the object"
        => ObjectId<'_>, SettingName<'_>, UserName<'_>;
    /// A type for `object(name)`: [`ObjectName`], or another name.
    IsObjectName or OptionalIsObjectName, "`{Self}` is not an object's name", "not an object's name",
        "an object's name is an `ObjectName`; a `SettingName`, a `UserName`, an `HttpPath` or a `Route` will do where it is the object"
        => ObjectName<'_>, SettingName<'_>, UserName<'_>, super::HttpPath<'_>, super::Route;
    /// A type for `actor(session)`: [`SessionRef`](super::SessionRef); with `absent` an `Option` of it.
    ActorSession or OptionalActorSession, "`{Self}` is not a session", "not a session",
        "a session is a `SessionRef`, made from its cookie or token"
        => super::SessionRef<'_>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_name_and_what_is_cut_is_counted() {
        let of = |text| (ObjectName::of(text).text, ObjectName::of(text).cut);
        assert_eq!(of("debian.iso"), ("debian.iso", 0));
        assert_eq!(of(""), ("(empty)", 0));
        assert_eq!(of("https://user:hunter2@host/x"), ("https", 22));
        assert_eq!(of("://hunter2"), ("(empty)", 10));
        let long = "x".repeat(300);
        assert_eq!(of(&long), (&long[..256], 44));
        assert_eq!(ObjectName::new("debian.iso"), Ok(ObjectName::of("debian.iso")));
    }
}
