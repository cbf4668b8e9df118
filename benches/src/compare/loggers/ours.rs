//! This project's writer.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use audit_core::vocab::{ObjectId, SessionRef, UserName};
use audit_core::{AuditEvent, AuditValue};
use audit_writer::{Builder, Durability, Evidence, Flood, Overflow, Retention, Rotation, Writer};

use super::{Logger, Subject};
use crate::Failure;
use crate::compare::work::{Reason, Work};

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

/// The same event with its session as a program should record it.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
#[audit(object(id = "self"), object_type = "device")]
struct LoginFailedIn<'a> {
    #[audit(actor(user))]
    user: UserName<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    #[audit(reason)]
    reason: LoginRefusal,
    #[audit(disclose = "counter of the login throttle", class = "internal")]
    attempt: u32,
}

#[derive(Clone, Copy, AuditValue)]
enum LoginRefusal {
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

impl<'a> LoginFailedIn<'a> {
    fn of(work: &'a Work) -> Option<LoginFailedIn<'a>> {
        Some(LoginFailedIn {
            user: UserName::new(&work.user).ok()?,
            from: SocketAddr::new(work.address, work.port),
            session: SessionRef::of(&work.session),
            reason: work.reason.into(),
            attempt: work.attempt,
        })
    }
}

/// Longer than any run, and shorter than what the parent waits for a child.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to look whether all is written. It is the error of a throughput's time.
const LOOK_EVERY: Duration = Duration::from_micros(100);

pub(crate) const KEEP_ALL: Retention =
    Retention { age: Duration::MAX, total_bytes: u64::MAX, min_free_bytes: 0 };

/// A writer that does what the peers do: no syncs, one file, waiting instead of losing, a line for
/// each event, and no evidence.
pub(crate) fn builder(builder: Builder) -> Builder {
    builder
        .durability(Durability::Never)
        .rotation(Rotation { daily: false, segment_bytes: u64::MAX / 2 })
        .retention(KEEP_ALL)
        .overflow(Overflow::Block { at_most: PATIENCE })
        .flood(Flood::UNBOUNDED)
        .evidence(Evidence::Off)
        .shutdown_within(PATIENCE)
}

struct Ours {
    writer: Writer,
    has_session_ref: bool,
    refused: AtomicU64,
}

pub(super) fn start(subject: Subject, dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    let defaults = Writer::builder(dir.join("audit"));
    let chosen = match subject {
        // Retention would remove, and the bound of floods fold, what is counted afterwards.
        Subject::AuditDefaults => {
            defaults.retention(KEEP_ALL).flood(Flood::UNBOUNDED).shutdown_within(PATIENCE)
        }
        Subject::AuditEvidence => builder(defaults).evidence(Evidence::Signed),
        _ => builder(defaults),
    };
    let has_session_ref = subject == Subject::AuditSession;
    Ok(Box::new(Ours { writer: chosen.install()?, has_session_ref, refused: AtomicU64::new(0) }))
}

impl Logger for Ours {
    fn log(&self, work: &Work) {
        let accepted = if self.has_session_ref {
            LoginFailedIn::of(work).is_some_and(|event| event.emit().is_ok())
        } else {
            LoginFailed::of(work).is_some_and(|event| event.emit().is_ok())
        };
        if !accepted {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Not `flush`, which syncs: the peers do not.
    fn finish(&mut self) -> Result<(), Failure> {
        let looks = PATIENCE.as_micros() / LOOK_EVERY.as_micros();
        for _ in 0..looks {
            if self.writer.stats().unwritten() == 0 {
                return Ok(());
            }
            thread::sleep(LOOK_EVERY);
        }
        Err("the writer has not written all it accepted".into())
    }

    fn known_losses(&self) -> Option<u64> {
        Some(self.writer.stats().lost + self.refused.load(Ordering::Relaxed))
    }
}
