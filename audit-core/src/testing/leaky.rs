//! Events that leak on purpose, to try the search for leaks on.
#![expect(
    unsafe_code,
    reason = "safe code cannot declare an event that leaks, and so the derive cannot"
)]

use std::fmt::{self, Debug, Formatter};

use data_encoding::{BASE64URL_NOPAD, HEXUPPER};

use crate::schema::{ActionNames, Field, OutcomeRule, Part, Treatment};
use crate::vocab::{PasteSize, SessionRef};
use crate::{
    AuditEvent, AuditValue, Class, Context, Stream, Withheld,
    record::Encoder,
    schema::{Mapping, OutcomeKind, Place, Schema, Type},
};

const fn field(name: &'static str, ty: Type) -> Field {
    let (place, class) = (Place::Data, Class::Internal);
    Field { name, place, ty, class, treatment: Treatment::ByType, absent: None }
}

/// A schema with these fields.
pub(super) const fn schema(event: &'static str, fields: &'static [Field]) -> Schema {
    Schema {
        event,
        about: "It is for tests.",
        stream: Stream::Audit,
        category: "test",
        action: ActionNames::always("act"),
        outcome: OutcomeRule::Always(OutcomeKind::Success),
        level: None,
        actor: Part::None("a test"),
        source: Part::None("a test"),
        object: Part::None("a test"),
        object_type: "",
        mapping: Mapping::NONE,
        fields,
    }
}

/// An event that keeps to itself what it should.
pub(super) struct Honest {
    session: SessionRef<'static>,
    size: PasteSize,
    text: Withheld<&'static str>,
}

impl Honest {
    pub(super) fn of(canary: &'static str) -> Honest {
        let (session, size) = (SessionRef::of(canary), PasteSize::of(canary));
        Honest { session, size, text: Withheld::new(canary) }
    }
}

impl Debug for Honest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Honest").finish_non_exhaustive()
    }
}

// SAFETY: writes the fields of the schema, in its order.
unsafe impl AuditEvent for Honest {
    const SCHEMAS: &'static [&'static Schema] = &[&schema(
        "honest",
        &[
            field("session", Type::Keyed),
            field("size", PasteSize::TYPE),
            field("text", Type::Withheld),
        ],
    )];

    fn encode(&self, _: Option<&Context<'_>>, out: &mut Encoder<'_>) {
        self.session.encode(out);
        self.size.encode(out);
        self.text.encode(out);
    }
}

/// An event that says its secret in some way.
pub(super) struct Leaky {
    pub(super) canary: &'static str,
    pub(super) how: Leak,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Leak {
    Plain,
    FrontHalf,
    BackHalf,
    Masked,
    Upper,
    Base64,
    Reversed,
    Hex,
    Percent,
    Utf16,
    Length,
    WithKey,
    Debug,
    AlternateDebug,
    PaddedDebug,
    LengthInDebug,
    WhilePanicking,
}

const WIDTH: usize = 256;

impl Leaky {
    /// What the record says.
    fn said(&self) -> String {
        let canary = self.canary;
        let middle = canary.len() / 2;
        match self.how {
            Leak::Plain => canary.to_owned(),
            Leak::FrontHalf => canary[..middle].to_owned(),
            Leak::BackHalf => canary[middle..].to_owned(),
            Leak::Masked => format!("****{}", &canary[canary.len().saturating_sub(4)..]),
            Leak::Upper => canary.to_uppercase(),
            Leak::Base64 => BASE64URL_NOPAD.encode(format!("x{canary}").as_bytes()),
            Leak::Reversed => canary.chars().rev().collect(),
            Leak::Hex => HEXUPPER.encode(canary.as_bytes()),
            Leak::Percent => canary.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            Leak::Utf16 => canary.chars().flat_map(|character| [character, '\0']).collect(),
            Leak::Length => "x".repeat(canary.len()),
            _ => String::new(),
        }
    }
}

// SAFETY: it is not safe, and is there to be caught; it follows its schema.
unsafe impl AuditEvent for Leaky {
    const SCHEMAS: &'static [&'static Schema] = &[&schema(
        "leaky",
        &[
            field("key", Type::Keyed),
            field("text", Type::Text(2 * WIDTH as u16)),
            field("last", Type::Bool),
        ],
    )];

    fn encode(&self, _: Option<&Context<'_>>, out: &mut Encoder<'_>) {
        let before = out.len();
        out.put_keyed(crate::recorder::Domain::Session, b"");
        let has_key = out.len() - before > 1;
        // Outputs of one width unless it is the width that leaks.
        let said = self.said();
        match self.how {
            Leak::Length => out.put_text(&said, 2 * WIDTH as u16),
            Leak::WithKey if has_key => out.put_text(&wide(self.canary), WIDTH as u16),
            _ => out.put_text(&wide(&said), WIDTH as u16),
        }
        out.put_u8(1);
    }
}

fn wide(text: &str) -> String {
    let text: String = text.chars().take(WIDTH).collect();
    format!("{text:WIDTH$}")
}

impl Debug for Leaky {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let canary = self.canary;
        match self.how {
            Leak::Debug => write!(f, "Leaky({canary})"),
            Leak::AlternateDebug if f.alternate() => write!(f, "{:#?}", canary.as_bytes()),
            Leak::PaddedDebug if f.width().is_some() => f.pad(canary),
            Leak::LengthInDebug => write!(f, "Leaky({})", "*".repeat(canary.len())),
            Leak::WhilePanicking if std::thread::panicking() => f.write_str(canary),
            _ => f.write_str("Leaky"),
        }
    }
}
