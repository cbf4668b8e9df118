//! Names: of raw identifiers, and those that the expansion uses itself.

use audit_core::{AuditEvent, AuditValue, EmitError};

use crate::recorder::{fields, recorded, told};

#[derive(AuditValue)]
#[expect(non_camel_case_types, reason = "raw identifiers are keywords, which are in lower case")]
enum Kind {
    r#type,
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "rename", category = "settings", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
#[expect(non_camel_case_types, reason = "raw identifiers are keywords, which are in lower case")]
struct r#match {
    r#type: Kind,
    out: bool,
    context: bool,
    self_: bool,
    field_out: bool,
    formatter: bool,
}

#[test]
fn raw_identifiers_lose_their_prefix() {
    assert_eq!(r#match::SCHEMAS[0].event, "match");
    assert_eq!(
        fields(r#match::SCHEMAS[0])[0],
        r#"data type: Enum(["type"]), internal, ByType, None"#
    );
}

#[test]
fn fields_may_be_called_as_the_expansion_calls_its_own() {
    let event = r#match {
        r#type: Kind::r#type,
        out: true,
        context: false,
        self_: true,
        field_out: false,
        formatter: true,
    };
    let record = recorded(|recorder| event.to(recorder).emit());
    assert_eq!(
        told(&record),
        [
            r#"data type = Label("type")"#,
            "data out = Bool(true)",
            "data context = Bool(false)",
            "data self_ = Bool(true)",
            "data field_out = Bool(false)",
            "data formatter = Bool(true)",
        ]
    );
    assert_eq!(format!("{event:?}"), "match { .. }");
}

#[must_use]
#[derive(AuditEvent)]
#[audit(action = "knock", category = "doors", outcome = "success", crate = "::renamed")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Knocked {
    #[audit(disclose = "a test")]
    times: u8,
    how: Knock,
}

#[derive(AuditValue)]
#[audit(crate = "::renamed")]
enum Knock {
    Softly,
}

#[test]
fn audit_core_may_have_another_name() {
    let event = Knocked { times: 2, how: Knock::Softly };
    let record = recorded(|recorder| event.to(recorder).emit());
    assert_eq!(told(&record), ["data times = Small(2)", r#"data how = Label("softly")"#]);
}

#[test]
fn an_event_may_be_declared_in_a_function() {
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "knock", category = "doors", outcome = "success")]
    #[audit(none(actor = "a test", source = "a test", object = "a test"))]
    struct Local;

    // No recorder is installed in this program.
    assert_eq!(Local.emit(), Err(EmitError::NoRecorder));
    Local.emit_or_count();
}
