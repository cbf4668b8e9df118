//! This project's writer.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use audit_core::AuditEvent;
use audit_core::vocab::{SessionRef, UserName};
use audit_writer::{Evidence, Flood, Writer};

use super::{Logger, Subject};
use crate::Failure;
use crate::compare::event::{LoginFailed, LoginRefusal};
use crate::compare::work::Work;
use crate::compare::writer::{self, KEEP_ALL, PATIENCE};

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
        Subject::AuditEvidence => writer::builder(defaults).evidence(Evidence::Signed),
        _ => writer::builder(defaults),
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

    fn finish(&mut self) -> Result<(), Failure> {
        writer::wait_until_written(&self.writer)
    }

    fn known_losses(&self) -> Option<u64> {
        Some(self.writer.stats().lost + self.refused.load(Ordering::Relaxed))
    }
}
