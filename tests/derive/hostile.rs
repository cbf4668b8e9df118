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
    pub(crate) struct usize;
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
        /// Of what nobody sees.
        pub screen: Together,
    }

    /// It happens in several ways, with names that the expansion might take for its own.
    #[must_use]
    #[derive(TheEvent)]
    #[audit(action = "happen", category = "tests", outcome = "success")]
    #[audit(none(actor = "a test", source = "a test", object = "a test"))]
    pub enum Happening<T, const N: u8> {
        /// As if there were an `Option` about.
        None,
        /// The other.
        Some {
            /// Out.
            out: How,
            /// Formatter.
            formatter: T,
        },
        /// Of the trait.
        SCHEMAS,
    }

    impl<T, const N: u8> Happening<T, N> {
        /// Not the trait's.
        pub fn variant(&self) -> bool {
            true
        }

        /// Nor this.
        pub fn encode(&self) -> bool {
            true
        }
    }

    /// It happens from one moment to another.
    #[must_use]
    #[derive(TheEvent)]
    #[audit(
        action = "happen",
        category = "tests",
        two_phase,
        policy = ::audit_core::policy::NO_CONTENT
    )]
    #[audit(none(actor = "a test", source = "a test", object = "a test"))]
    pub struct Happens<'x> {
        /// Outcome.
        #[audit(outcome)]
        pub awaited: ::audit_core::Awaited<How>,
        /// First.
        pub first: &'x bool,
    }

    impl Happens<'_> {
        /// Not the trait's.
        #[must_use]
        pub fn awaited(&self) -> bool {
            true
        }
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
        screen: Together { first: true },
    };
    let context = Context::new(Actor::None(lit!("a test")), Source::None(lit!("a test")));
    let record = crate::recorder::recorded(|recorder| event.within(&context).to(recorder).emit());
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

#[test]
fn enums_and_two_phases_can_too() {
    use shadows::{Happening, Happens, How};

    let event = Happening::<bool, 1>::Some { out: How::None, formatter: true };
    assert!(event.variant() && event.encode());
    let record = crate::recorder::recorded(|recorder| event.to(recorder).emit());
    assert_eq!(record.schema().event, "happening_some");
    assert_eq!(
        crate::recorder::told(&record),
        [r#"data out = Label("none")"#, "data formatter = Bool(true)"]
    );
    for (event, name) in
        [(Happening::<bool, 1>::None, "happening_none"), (Happening::SCHEMAS, "happening_schemas")]
    {
        let record = crate::recorder::recorded(|recorder| event.to(recorder).emit());
        assert_eq!(record.schema().event, name);
    }
    let event = Happens { awaited: audit_core::Awaited::new(), first: &true };
    assert!(event.awaited());
    assert_eq!(event.begin().err(), Some(audit_core::EmitError::NoRecorder));
}
