//! A module whose names stand in the way of a careless expansion.

/// Shadows the names that code commonly takes for granted.
#[allow(
    non_camel_case_types,
    non_upper_case_globals,
    dead_code,
    reason = "they are there to be in the way"
)]
pub mod shadows {
    use ::audit_core::{AuditEvent as TheEvent, AuditValue as TheValue};

    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod audit_core {}
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct String;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct AuditEvent;
    pub(crate) struct AuditValue;
    pub(crate) struct Context;
    pub(crate) struct Encoder;
    pub(crate) struct Debug;
    pub(crate) struct u16;
    pub(crate) struct str;
    pub(crate) const out: bool = true;
    pub(crate) const formatter: bool = true;
    pub(crate) const first: bool = true;

    /// How.
    #[derive(::core::fmt::Debug, TheValue)]
    pub enum How {
        /// As if there were an `Option` about.
        None,
        /// The other.
        Some,
    }

    /// Around it.
    #[derive(::core::fmt::Debug, TheValue)]
    pub struct Around(pub How);

    /// Together.
    #[derive(::core::fmt::Debug, TheValue)]
    pub struct Together {
        /// One.
        pub first: bool,
    }

    /// It happened, here of all places.
    #[must_use]
    #[derive(TheEvent)]
    #[audit(
        action = "happen",
        category = "tests",
        outcome = "success",
        from_context(actor, source)
    )]
    #[audit(none(object = "a test"))]
    pub struct Happened {
        /// First.
        pub first: bool,
        /// How.
        pub how: How,
        /// Around.
        pub around: Around,
        /// Together.
        pub together: Together,
        /// Number.
        #[audit(disclose = "a test")]
        pub number: u8,
    }
}

#[test]
fn an_event_can_be_declared_among_shadows() {
    use audit_core::{Actor, Context, Source, lit};
    use shadows::{Around, Happened, How, Together};

    let event = Happened {
        first: false,
        how: How::None,
        around: Around(How::Some),
        together: Together { first: false },
        number: 1,
    };
    let context = Context::new(Actor::None(lit!("a test")), Source::None(lit!("a test")));
    let record = crate::recorder::recorded(|recorder| event.emit_to_in(recorder, &context));
    let told = crate::recorder::told(&record);
    assert_eq!(
        told[2..5],
        [
            "data first = Bool(false)",
            r#"data how = Label("none")"#,
            r#"data around = Label("some")"#
        ]
    );
    assert_eq!(told[6], "data number = Small(1)");
}
