//! Secrets that an event is given reach no file, whatever becomes of the event.

use audit_core::vocab::{ClaimedName, PasteSize, SessionRef};
use audit_core::{AuditEvent, Withheld};
use audit_log::storage::ReadStorage;
use audit_writer::storage::{Call, MemoryStorage};
use audit_writer::{Evidence, Rotation};

use crate::kit::{LONG, wait_until_it_writes, writer_on};

/// Text was pasted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input", outcome = "success")]
#[audit(none(source = "a test"), object(id = "self"), object_type = "device")]
struct Pasted<'a> {
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(actor(session))]
    session: SessionRef<'a>,
    size: PasteSize,
    text: Withheld<String>,
    secret: Withheld<&'a [u8]>,
    previous: Option<Withheld<&'a str>>,
}

fn pasted(secret: &str) -> Pasted<'_> {
    Pasted {
        user: ClaimedName::unknown(secret),
        session: SessionRef::of(secret),
        size: PasteSize::of(secret),
        text: Withheld::new(secret.to_owned()),
        secret: Withheld::new(secret.as_bytes()),
        previous: Some(Withheld::new(secret)),
    }
}

/// Everything that was ever written, `.torn` files included.
fn everything(storage: &MemoryStorage) -> String {
    let names = storage.list().unwrap();
    names
        .iter()
        .map(|(name, _)| String::from_utf8_lossy(&storage.bytes(name).unwrap()).into_owned())
        .collect()
}

const CANARY: &str = "Canary-7f3a9b-Secret";

#[test]
fn nothing_of_a_secret_is_written_also_when_writing_fails() {
    let storage = MemoryStorage::new();
    let writer = writer_on(&storage)
        .0
        .rotation(Rotation { daily: true, segment_bytes: 4096 })
        .evidence(Evidence::Signed)
        .start()
        .unwrap();
    for _ in 0..20 {
        pasted(CANARY).to(&writer).emit().unwrap();
    }
    writer.flush(LONG).unwrap();
    storage.fill_after(300);
    pasted(CANARY).to(&writer).emit().unwrap();
    assert!(writer.flush(LONG).is_err());
    storage.heal();
    wait_until_it_writes(&writer);
    storage.refuse(Call::Sync);
    pasted(CANARY).to(&writer).emit().unwrap();
    assert!(writer.flush(LONG).is_err());
    storage.heal();
    wait_until_it_writes(&writer);
    drop(writer);
    let text = everything(&storage);
    assert!(text.contains(r#""event":"pasted""#));
    for part in ["Canary", "7f3a9b", "Secret", "yranaC", "43616e617279", "Q2FuYXJ5"] {
        assert!(!text.contains(part), "{part}");
    }
}

#[test]
fn a_line_is_as_long_for_a_long_secret_as_for_none() {
    let length = |secret: &str| {
        let storage = MemoryStorage::new();
        let writer = writer_on(&storage).0.evidence(Evidence::Signed).start().unwrap();
        // The bucket of a paste's size is told on purpose, so it is the same here.
        let event = Pasted { size: PasteSize::of(""), ..pasted(secret) };
        event.to(&writer).emit().unwrap();
        assert!(writer.shutdown().is_complete());
        everything(&storage)
            .lines()
            .find(|line| line.contains(r#""event":"pasted","level""#))
            .map(str::len)
    };
    assert!(length("").is_some());
    assert_eq!(length(""), length("x"));
    assert_eq!(length(""), length(&"x".repeat(4096)));
}
