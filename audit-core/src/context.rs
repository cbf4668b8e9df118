//! What the surroundings of an event know: who acts, and from where.

use core::net::{IpAddr, SocketAddr};

use crate::Encoder;
use crate::value::AuditValue;
use crate::vocab::{ClaimedName, Lit, SessionRef, UserName};

/// Actor and source of events that are declared with `#[audit(from_context(actor, source))]`: a
/// request handler makes it once and every event takes it in `emit_in`.
///
/// ```
/// use audit_core::vocab::{SessionRef, UserName};
/// use audit_core::{Actor, Context, Source};
/// # fn handler(peer: std::net::SocketAddr, cookie: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let actor = Actor::UserInSession(UserName::new("alice")?, SessionRef::of(cookie));
/// let context = Context::new(actor, Source::Address(peer));
/// # let _ = context; Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub(crate) actor: Actor<'a>,
    pub(crate) source: Source,
}

impl<'a> Context<'a> {
    /// Who acts, and from where.
    pub const fn new(actor: Actor<'a>, source: Source) -> Context<'a> {
        Context { actor, source }
    }

    /// Nobody is known yet, as before a login; an event that names its actor itself goes well with
    /// it.
    pub const fn of_nobody(source: Source) -> Context<'a> {
        Context { actor: Actor::None(Lit::ours("nobody is logged in")), source }
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Actor<'a> {
    /// An authenticated user.
    User(UserName<'a>),
    /// An authenticated user, in a session.
    UserInSession(UserName<'a>, SessionRef<'a>),
    /// Somebody who claims a name.
    Claimed(ClaimedName<'a>),
    /// A session whose user is not known here.
    Session(SessionRef<'a>),
    /// A part of the system itself.
    Service(Lit),
    /// Nobody, and why.
    None(Lit),
}

/// From where.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Source {
    /// A network address and port.
    Address(SocketAddr),
    /// A network address.
    Ip(IpAddr),
    /// A place on the device itself, such as its front panel.
    Local(Lit),
    /// Nowhere, and why.
    None(Lit),
}

impl Actor<'_> {
    pub(crate) fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Actor::User(name) => {
                out.put_u8(0);
                name.encode(out);
            }
            Actor::UserInSession(name, session) => {
                out.put_u8(1);
                name.encode(out);
                session.encode(out);
            }
            Actor::Claimed(name) => {
                out.put_u8(2);
                name.encode(out);
            }
            Actor::Session(session) => {
                out.put_u8(3);
                session.encode(out);
            }
            Actor::Service(lit) => {
                out.put_u8(4);
                lit.encode(out);
            }
            Actor::None(why) => {
                out.put_u8(5);
                why.encode(out);
            }
        }
    }
}

impl Source {
    pub(crate) fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Source::Address(address) => {
                out.put_u8(0);
                out.put_address(*address);
            }
            Source::Ip(ip) => {
                out.put_u8(1);
                out.put_ip(*ip);
            }
            Source::Local(place) => {
                out.put_u8(2);
                place.encode(out);
            }
            Source::None(why) => {
                out.put_u8(3);
                why.encode(out);
            }
        }
    }
}
