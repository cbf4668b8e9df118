//! What the surroundings of an event know: who acts, and from where.

use core::net::{IpAddr, SocketAddr};

use crate::record::Encoder;
use crate::value::AuditValue;
use crate::vocab::{ClaimedName, Lit, SessionRef, UserName};

/// Actor and source of events that are declared with `#[audit(from_context(actor, source))]`: a
/// request handler makes it once, and every event is emitted `within` it.
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

/// What an event can be emitted `within`: a [`Context`], or what a program keeps of one, such as
/// [`OwnedContext`](crate::OwnedContext).
#[diagnostic::on_unimplemented(
    message = "`{Self}` knows neither actor nor source",
    label = "not a context",
    note = "an event is emitted within a `Context`, or an `OwnedContext`: `event.within(&context)`"
)]
pub trait AsContext {
    /// Who acts, and from where.
    fn as_context(&self) -> Context<'_>;
}

impl AsContext for Context<'_> {
    #[inline]
    fn as_context(&self) -> Context<'_> {
        *self
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

#[cfg(feature = "std")]
impl Source {
    /// The client's address behind proxies. `peer` is the other end of the connection, `None` for a
    /// Unix socket, which has a proxy at its other end. Where the peer is a trusted proxy,
    /// `forwarded_for`, all values of `X-Forwarded-For`, says where the request came from: the
    /// right-most address that is not a trusted proxy's. An address that cannot be read is recorded
    /// as unknown, and not as the proxy's; without the header the peer itself asked.
    ///
    /// ```
    /// use audit_core::{Source, proxies::Network};
    /// use std::net::SocketAddr;
    ///
    /// let trusted: [Network; 1] = ["10.0.0.0/8".parse()?];
    /// let proxy: SocketAddr = "10.0.0.1:4711".parse()?;
    /// // With axum or actix-web: headers.get_all("x-forwarded-for")
    /// let source = Source::behind(proxy, ["203.0.113.9, 198.51.100.7"], &trusted);
    /// assert_eq!(format!("{source:?}"), "Ip(198.51.100.7)");
    ///
    /// let client: SocketAddr = "198.51.100.9:4711".parse()?;
    /// let source = Source::behind(client, ["203.0.113.9"], &trusted);
    /// assert_eq!(format!("{source:?}"), "Address(198.51.100.9:4711)", "it may write what it likes");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn behind<V: AsRef<[u8]>>(
        peer: impl Into<Option<SocketAddr>>,
        forwarded_for: impl IntoIterator<Item = V, IntoIter: DoubleEndedIterator>,
        trusted: &[crate::proxies::Network],
    ) -> Source {
        let peer = peer.into();
        if let Some(peer) = peer.filter(|it| !trusted.iter().any(|net| net.contains(it.ip()))) {
            return Source::Address(peer);
        }
        let mut values = forwarded_for.into_iter().peekable();
        match (values.peek(), peer) {
            (None, Some(peer)) => Source::Address(peer),
            (None, None) => Source::Local(Lit::ours("a Unix socket")),
            (Some(_), _) => match crate::proxies::forwarded_for(values, trusted) {
                Some(ip) => Source::Ip(ip),
                None => Source::None(Lit::ours("what the proxy forwarded is no address")),
            },
        }
    }
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
