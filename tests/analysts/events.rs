//! What the large log records beside the ready-made events of a KVM.

use std::net::SocketAddr;

use audit_core::vocab::{ClaimedName, Count, Elapsed, ObjectId, SessionRef, UserName, Version};
use audit_core::{AuditEvent, AuditValue, Awaited, Withheld};

/// Why nobody was let in.
#[derive(AuditValue)]
pub(crate) enum LoginRefusal {
    BadPassword,
    UnknownUser,
}

/// A login was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
#[audit(object(id = "kvm-7"), object_type = "device")]
pub(crate) struct DoorLoginFailed<'a> {
    #[audit(actor(user))]
    pub(crate) user: ClaimedName<'a>,
    #[audit(source(address))]
    pub(crate) from: SocketAddr,
    #[audit(reason)]
    pub(crate) reason: LoginRefusal,
    pub(crate) attempt: Count,
    pub(crate) password: Withheld<&'a str>,
}

/// A thing was used.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "use", category = "things", outcome = "success")]
#[audit(actor(service = "worker"), source(local = "console"))]
pub(crate) struct ThingUsed<'a> {
    #[audit(object(id), object_type = "thing")]
    pub(crate) thing: ObjectId<'a>,
    pub(crate) times: Count,
}

/// Why firmware was not written.
#[derive(Clone, Copy, AuditValue)]
pub(crate) enum FlashRefusal {
    NotPermitted,
    Verify,
}

/// Firmware is written, or was.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "flash", category = "maintenance", two_phase, source(local = "console"))]
#[audit(object(id = "firmware"), object_type = "image")]
pub(crate) struct Flashed<'a> {
    #[audit(outcome)]
    pub(crate) outcome: Awaited<FlashRefusal>,
    #[audit(actor(user))]
    pub(crate) user: UserName<'a>,
    pub(crate) version: Version<'a>,
}

/// What somebody noted, late.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "note", category = "notes", outcome = "success")]
#[audit(none(source = "notes have none", object = "notes have none"))]
pub(crate) struct LateNote<'a> {
    #[audit(actor(session))]
    pub(crate) session: SessionRef<'a>,
    #[audit(disclose = "the test's own words")]
    pub(crate) note: &'a str,
    #[audit(disclose = "counts the test's events", class = "public")]
    pub(crate) serial: u64,
    pub(crate) link: Link,
}

/// What is known of a line of a network.
#[derive(AuditValue)]
pub(crate) struct Link {
    pub(crate) peer: SocketAddr,
    pub(crate) up: bool,
    pub(crate) lasted: Elapsed,
}

/// Somebody who is in came back, through the front door.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "return", category = "session", outcome = "success", stream = "access")]
#[audit(source(local = "front"), none(object = "there is one door"))]
pub(crate) struct CameBack<'a> {
    #[audit(actor(user))]
    pub(crate) user: UserName<'a>,
}

macro_rules! measured {
    ($($field:ident)*) => {
        /// Something was measured: one of many things, so that a key of `data` is rarely there.
        #[must_use]
        #[derive(AuditEvent, Default)]
        #[audit(action = "measure", category = "things", outcome = "success")]
        #[audit(actor(service = "worker"), source(local = "console"), object(id = "self"))]
        #[audit(object_type = "device")]
        pub(crate) struct Measured {
            $($field: Option<Count>,)*
        }

        impl Measured {
            /// Of one of the things.
            pub(crate) fn of(thing: usize) -> Measured {
                let mut measured = Measured::default();
                let things = [$(&mut measured.$field),*];
                let which = thing % things.len();
                for (at, field) in things.into_iter().enumerate() {
                    *field = (at == which).then(|| Count::new(thing as u64));
                }
                measured
            }
        }
    };
}

measured! {
    fan_1 fan_2 fan_3 fan_4 fan_5 fan_6 fan_7 fan_8 volt_1 volt_2 volt_3 volt_4 volt_5 volt_6 volt_7
    volt_8 heat_1 heat_2 heat_3 heat_4 heat_5 heat_6 heat_7 heat_8 load_1 load_2 load_3 load_4 load_5
    load_6 load_7 load_8 port_1 port_2 port_3 port_4 port_5 port_6 port_7 port_8
}
