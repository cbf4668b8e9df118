//! What is withheld stays in the event.

use audit_core::vocab::ClaimedName;
use audit_core::{AuditEvent, Withheld};

use crate::recorder::{fields, recorded, told};

const CANARY: &str = "hunter2-canary";

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success")]
#[audit(none(source = "a test", object = "a test"))]
struct Login<'a> {
    #[audit(actor(user))]
    user: ClaimedName<'a>,
    #[audit(disclose = "to show that Debug keeps quiet about it as well")]
    note: &'a str,
    password: Withheld<&'a str>,
    token: Withheld<String>,
    image: Withheld<Vec<u8>>,
    code: Withheld<[u8; 4]>,
}

fn login(secret: &str) -> Login<'_> {
    Login {
        user: ClaimedName::unknown(secret),
        note: "in clear",
        password: Withheld::new(secret),
        token: Withheld::new(secret.to_owned()),
        image: Withheld::new(secret.as_bytes().to_vec()),
        code: Withheld::new(*b"hunt"),
    }
}

#[test]
fn no_withheld_byte_is_in_a_record() {
    let event = login(CANARY);
    let record = recorded(|recorder| event.to(recorder).emit());
    for piece in [&CANARY[..4], &CANARY[5..], "hunt"] {
        let found = record.bytes().windows(piece.len()).any(|window| window == piece.as_bytes());
        assert!(!found, "found {piece:?}");
    }
    let told = told(&record);
    assert_eq!(told[1], r#"data note = Text("in clear", 0)"#, "the search would have found it");
    assert_eq!(
        told[2..],
        ["password", "token", "image", "code"].map(|it| format!("data {it} = Withheld"))
    );
    assert_eq!(fields(Login::SCHEMAS[0])[2], "data password: Withheld, withheld, ByType, None");
}

#[test]
fn a_record_is_as_long_for_any_secret() {
    let record = |secret| recorded(|recorder| login(secret).to(recorder).emit());
    let lengths = ["", "x", &"x".repeat(4096)].map(|secret| record(secret).bytes().len());
    assert_eq!(lengths[0], lengths[1]);
    assert_eq!(lengths[0], lengths[2]);
}

#[test]
fn debug_shows_no_content() {
    let event = login(CANARY);
    assert_eq!(format!("{event:?}"), "Login { .. }");
    assert_eq!(format!("{event:#?}"), "Login { .. }");
    assert_eq!(format!("{event:>40?}"), "Login { .. }");
}
