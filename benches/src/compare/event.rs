//! The event, declared as this project's.

use std::net::SocketAddr;

use audit_core::vocab::{ObjectId, UserName};
use audit_core::{AuditEvent, AuditValue};

use super::work::{Reason, Work};

/// The event in equal work: the session is a text, as the peers have it.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
pub(crate) struct LoginFailed<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(object(id), object_type = "session")]
    session: ObjectId<'a>,
    #[audit(reason)]
    reason: LoginRefusal,
    #[audit(disclose = "counter of the login throttle", class = "internal")]
    attempt: u32,
}

/// The same event at a level whose syncs are not held back: those that a stranger can ask for, by being
/// denied, are made ten times a second at most.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied", level = "info")]
pub(crate) struct LoginFailedCalmly<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(object(id), object_type = "session")]
    session: ObjectId<'a>,
    #[audit(reason)]
    reason: LoginRefusal,
    #[audit(disclose = "counter of the login throttle", class = "internal")]
    attempt: u32,
}

#[derive(Clone, Copy, AuditValue)]
pub(crate) enum LoginRefusal {
    UnknownUser,
    BadPassword,
}

impl From<Reason> for LoginRefusal {
    fn from(reason: Reason) -> LoginRefusal {
        match reason {
            Reason::UnknownUser => LoginRefusal::UnknownUser,
            Reason::BadPassword => LoginRefusal::BadPassword,
        }
    }
}

impl<'a> LoginFailed<'a> {
    /// The event from the peers' texts. None where a text is too long for its type.
    pub(crate) fn of(work: &'a Work) -> Option<LoginFailed<'a>> {
        Some(LoginFailed {
            user: UserName::new(&work.user).ok()?,
            from: SocketAddr::new(work.address, work.port),
            session: ObjectId::new(&work.session).ok()?,
            reason: work.reason.into(),
            attempt: work.attempt,
        })
    }
}

impl<'a> LoginFailedCalmly<'a> {
    pub(crate) fn of(work: &'a Work) -> Option<LoginFailedCalmly<'a>> {
        let LoginFailed { user, from, session, reason, attempt } = LoginFailed::of(work)?;
        Some(LoginFailedCalmly { user, from, session, reason, attempt })
    }
}
