//! Events of every make, each with a record that fits a slot; and one whose record does not.

use std::net::{Ipv4Addr, SocketAddr};

use audit_core::vocab::{ClaimedName, Count, HttpPath, ObjectId, SessionRef, UserName};
use audit_core::{Actor, AuditEvent, AuditValue, Context, Source, Withheld};

#[derive(AuditValue)]
enum Refusal {
    BadPassword,
    UnknownUser,
}

/// A login attempt was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
struct LoginFailed<'a> {
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(object(id), object_type = "device")]
    device: ObjectId<'a>,
    #[audit(reason)]
    reason: Refusal,
    #[audit(disclose = "counts the test's events", class = "public")]
    attempt: u32,
    port: ObjectId<'a>,
    password: Withheld<&'a str>,
}

/// A port was chosen.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "select", category = "control", outcome = "success")]
#[audit(from_context(actor, source))]
struct PortSelected<'a> {
    #[audit(object(id), object_type = "port")]
    port: ObjectId<'a>,
}

/// A session ended.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "logout", category = "authentication", outcome = "success")]
#[audit(source(local = "front panel"), object(id = "kvm"), object_type = "device")]
struct SessionEnded<'a> {
    #[audit(actor(session))]
    session: SessionRef<'a>,
    requests: Count,
}

/// A drawer was moved.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "move", category = "rack", outcome = "success")]
#[audit(source(local = "rack"), object(id = "drawer"), object_type = "part")]
enum Drawer<'a> {
    Opened {
        #[audit(actor(user))]
        user: UserName<'a>,
    },
    #[audit(outcome = "failure", none(actor = "nobody was seen"))]
    Stuck {
        #[audit(reason)]
        reason: Refusal,
        pulled: Count,
    },
}

/// A file was sent.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "send", category = "files", outcome = "success")]
#[audit(none(actor = "a test", source = "a test"), object(id = "disk"), object_type = "drive")]
struct FileSent<'a> {
    path: HttpPath<'a>,
}

/// What an event is called here, and what emits the n-th of its kind.
pub(crate) type Kind = (&'static str, fn(u32));

/// Their records fit a slot.
pub(crate) const FITTING: [Kind; 4] = [
    ("seven fields", seven_fields),
    ("in a context", in_a_context),
    ("a keyed hash", a_keyed_hash),
    ("an enum", an_enum),
];

/// One of each of them in turn.
pub(crate) fn any(n: u32) {
    let which = usize::try_from(n).unwrap() % FITTING.len();
    FITTING.get(which).unwrap().1(n);
}

fn peer() -> SocketAddr {
    (Ipv4Addr::new(192, 0, 2, 17), 54321).into()
}

/// Denied, so the writer is asked to hurry.
fn seven_fields(attempt: u32) {
    let user = match attempt.is_multiple_of(2) {
        true => ClaimedName::known("alice"),
        false => ClaimedName::unknown("hunter2"),
    };
    let event = LoginFailed {
        user,
        from: peer(),
        device: ObjectId::new("kvm-7").unwrap(),
        reason: Refusal::BadPassword,
        attempt,
        port: ObjectId::new("hdmi-1").unwrap(),
        password: Withheld::new("hunter2"),
    };
    event.emit().unwrap();
}

fn in_a_context(_: u32) {
    let session = SessionRef::of("c00kie");
    let actor = Actor::UserInSession(UserName::new("alice").unwrap(), session);
    let context = Context::new(actor, Source::Address(peer()));
    PortSelected { port: ObjectId::new("hdmi-2").unwrap() }.within(&context).emit().unwrap();
}

fn a_keyed_hash(n: u32) {
    SessionEnded { session: SessionRef::of("c00kie"), requests: Count::new(u64::from(n)) }
        .emit()
        .unwrap();
}

fn an_enum(n: u32) {
    let event = match n.is_multiple_of(8) {
        true => Drawer::Opened { user: UserName::new("bob").unwrap() },
        false => Drawer::Stuck { reason: Refusal::UnknownUser, pulled: Count::new(u64::from(n)) },
    };
    event.emit().unwrap();
}

/// A thousand bytes: more than any slot should have.
pub(crate) fn too_large_for_a_slot(_: u32) {
    const PATH: [u8; 1000] = [b'/'; 1000];
    let path = HttpPath::of(std::str::from_utf8(&PATH).unwrap()).unwrap();
    FileSent { path }.emit().unwrap();
}
