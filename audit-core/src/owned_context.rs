//! A context that a program keeps: in the extensions of a request, across a `spawn`.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::context::AsContext;
use crate::vocab::{ClaimedName, Lit, SessionRef, UserName};
use crate::{Actor, Context, Source};

/// A [`Context`] that borrows from nothing: a server makes it when it knows who asks, keeps it with the
/// request, and emits each event `within` it, on whatever task or thread. A clone costs a count.
///
/// It keeps a session's credential and a claimed name, since their keyed hashes are made when an event
/// is recorded; both are overwritten when the last clone is dropped.
///
/// ```
/// use audit_core::vocab::{SessionRef, UserName};
/// use audit_core::{Actor, OwnedContext, Source};
/// # fn login(user: &str, cookie: &str, peer: std::net::SocketAddr) -> Result<(), Box<dyn std::error::Error>> {
/// let actor = Actor::UserInSession(UserName::new(user)?, SessionRef::of(cookie));
/// let context = OwnedContext::new(actor, Source::Address(peer));
/// std::thread::spawn(move || {
///     // MediaMounted { image }.within(&context).emit()
///     # drop(context);
/// });
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct OwnedContext(Arc<Owned>);

struct Owned {
    actor: OwnedActor,
    source: Source,
}

/// A user's name, and how many bytes of it were cut.
struct Name(Box<str>, u32);

impl Name {
    fn of(name: UserName<'_>) -> Name {
        let (text, cut) = name.parts();
        Name(text.into(), cut)
    }

    fn as_user(&self) -> UserName<'_> {
        UserName::of_parts((&self.0, self.1))
    }
}

enum OwnedActor {
    User(Name),
    UserInSession(Name, Zeroizing<Vec<u8>>),
    Claimed(Zeroizing<String>, bool),
    Session(Zeroizing<Vec<u8>>),
    Service(Lit),
    None(Lit),
}

impl OwnedContext {
    /// Who acts, and from where.
    pub fn new(actor: Actor<'_>, source: Source) -> OwnedContext {
        let owned = |session: SessionRef<'_>| Zeroizing::new(session.credential().to_vec());
        let actor = match actor {
            Actor::User(name) => OwnedActor::User(Name::of(name)),
            Actor::UserInSession(name, session) => {
                OwnedActor::UserInSession(Name::of(name), owned(session))
            }
            Actor::Claimed(name) => {
                let (text, is_known) = name.text();
                OwnedActor::Claimed(Zeroizing::new(text.to_owned()), is_known)
            }
            Actor::Session(session) => OwnedActor::Session(owned(session)),
            Actor::Service(lit) => OwnedActor::Service(lit),
            Actor::None(why) => OwnedActor::None(why),
        };
        OwnedContext(Arc::new(Owned { actor, source }))
    }

    /// Nobody is known yet, as before a login.
    pub fn of_nobody(source: Source) -> OwnedContext {
        OwnedContext::from(Context::of_nobody(source))
    }

    /// The same source with this actor: the source of a login is known before its user is.
    #[must_use]
    pub fn acting(&self, actor: Actor<'_>) -> OwnedContext {
        OwnedContext::new(actor, self.0.source)
    }
}

impl From<Context<'_>> for OwnedContext {
    fn from(context: Context<'_>) -> OwnedContext {
        OwnedContext::new(context.actor, context.source)
    }
}

impl AsContext for OwnedContext {
    fn as_context(&self) -> Context<'_> {
        let Owned { actor, source } = &*self.0;
        let actor = match actor {
            OwnedActor::User(name) => Actor::User(name.as_user()),
            OwnedActor::UserInSession(name, session) => {
                Actor::UserInSession(name.as_user(), SessionRef::of_bytes(session))
            }
            OwnedActor::Claimed(name, true) => Actor::Claimed(ClaimedName::known(name)),
            OwnedActor::Claimed(name, false) => Actor::Claimed(ClaimedName::unknown(name)),
            OwnedActor::Session(session) => Actor::Session(SessionRef::of_bytes(session)),
            OwnedActor::Service(lit) => Actor::Service(*lit),
            OwnedActor::None(why) => Actor::None(*why),
        };
        Context::new(actor, *source)
    }
}

// It holds a session's credential.
impl fmt::Debug for OwnedContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedContext").finish_non_exhaustive()
    }
}
