//! Records that travel: from a microcontroller to its host, over a socket, out of a file.
//!
//! A record on the wire is the fingerprint of its schema, eight bytes, and its values. Whoever takes
//! one in trusts nothing about it: it becomes a record again only if the catalogue has the schema
//! and every value is one that the schema allows.

use crate::decode::Values;
use crate::escape::fits;
use crate::record::{Bytes, Malformed, PartValue, Record, TooSmall, Value};
use crate::schema::{Field, Schema};
use crate::value::Type;
use crate::vocab::{Lit, UserName};
use crate::{
    Catalog,
    schema::{OutcomeKind, Phase},
};

/// The bytes that stand before a record's values on the wire.
pub const WIRE_HEADER: usize = 8;

/// Why bytes did not become a record. It quotes nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// No event of the catalogue has this schema: the sender's events differ, or it is not a
    /// record.
    UnknownSchema,
    /// A value does not follow the schema.
    Malformed(Malformed),
    /// There is more than one record, or something else behind it.
    TooLong,
}

impl core::fmt::Display for ParseError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            ParseError::UnknownSchema => f.write_str(
                "no event of this catalogue has the record's schema; both sides must be built from the same events",
            ),
            ParseError::Malformed(malformed) => malformed.fmt(f),
            ParseError::TooLong => f.write_str("something follows the record"),
        }
    }
}

impl core::error::Error for ParseError {}

impl From<Malformed> for ParseError {
    fn from(malformed: Malformed) -> ParseError {
        ParseError::Malformed(malformed)
    }
}

impl<B: Bytes> Record<B> {
    /// Writes the record as it travels, and gives back what was written.
    ///
    /// # Errors
    ///
    /// [`TooSmall`] says how large a buffer it needs.
    ///
    /// ```
    /// use audit_core::{AuditEvent, Catalog, record::{EventRef, WIRE_HEADER}};
    /// # /// The case was opened.
    /// # #[must_use]
    /// # #[derive(AuditEvent)]
    /// # #[audit(action = "open_case", category = "tamper", outcome = "success")]
    /// # #[audit(none(actor = "the switch does not know"), source(local = "case switch"))]
    /// # #[audit(object(id = "case"), object_type = "part")]
    /// # struct CaseOpened {
    /// #     #[audit(disclose = "counted by the switch", class = "public")]
    /// #     times: u16,
    /// # }
    /// const EVENTS: Catalog = audit_core::catalog![CaseOpened];
    ///
    /// // On the microcontroller:
    /// let mut record = [0; CaseOpened::MAX_ENCODED];
    /// let mut wire = [0; WIRE_HEADER + CaseOpened::MAX_ENCODED];
    /// let event = CaseOpened { times: 2 };
    /// let sent = EventRef::of(&event).encode(&mut record[..], None)?.write_wire(&mut wire)?;
    ///
    /// // On its host:
    /// let received = EVENTS.parse(sent)?;
    /// assert_eq!(received.schema().event, "case_opened");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_wire<'w>(&self, wire: &'w mut [u8]) -> Result<&'w [u8], TooSmall> {
        let needed = WIRE_HEADER + self.bytes().len();
        let room = wire.get_mut(..needed).ok_or(TooSmall { needed })?;
        let (header, values) = room.split_at_mut(WIRE_HEADER);
        header.copy_from_slice(&self.schema().fingerprint().to_le_bytes());
        values.copy_from_slice(self.bytes());
        Ok(room)
    }
}

impl Catalog {
    /// Reads one record that [`write_wire`](Record::write_wire) wrote, elsewhere perhaps.
    ///
    /// # Errors
    ///
    /// [`ParseError`], unless it is the record of an event of this catalogue, whole and alone, and
    /// an encoder could have written every one of its values: each text within its limit, each
    /// label one of its type's, nothing in clear that is to be withheld.
    pub fn parse<'w>(&self, wire: &'w [u8]) -> Result<Record<&'w [u8]>, ParseError> {
        let (header, values) =
            wire.split_first_chunk::<WIRE_HEADER>().ok_or(ParseError::UnknownSchema)?;
        let fingerprint = u64::from_le_bytes(*header);
        let schema = self
            .schemas()
            .find(|schema| schema.fingerprint() == fingerprint)
            .ok_or(ParseError::UnknownSchema)?;
        check(schema, values)?;
        Ok(Record::new(schema, values, values.len()))
    }
}

fn check(schema: &'static Schema, bytes: &[u8]) -> Result<(), ParseError> {
    let mut values = Values::of(schema.fields, bytes);
    check_all(&mut values)?;
    match values.rest() {
        [] => Ok(()),
        _ => Err(ParseError::TooLong),
    }
}

fn check_all(values: &mut Values<'_>) -> Result<(), Malformed> {
    for value in values {
        let (field, value) = value?;
        check_one(field, &field.ty, &value)?;
    }
    Ok(())
}

/// Checks what decoding does not: whether an encoder would have written this value of the type.
fn check_one(field: &Field, ty: &Type, value: &Value<'_>) -> Result<(), Malformed> {
    let is_right = match (ty, value) {
        (Type::Optional(_), Value::Absent) => true,
        (Type::Optional(inner), value) => return check_one(field, inner, value),
        (Type::Group(_), Value::Group(values)) => return check_all(&mut values.clone()),
        (Type::Text(limit), Value::Text(text, _)) => fits(text, *limit),
        // A name that is too long to be shown has a pseudonym; it is never cut.
        (Type::Claimed(limit), Value::Text(text, cut)) => *cut == 0 && fits(text, *limit),
        (Type::Keyed, Value::Text(..)) => false,
        (Type::Outcome(_), Value::Outcome(ending)) => ending.outcome != OutcomeKind::Unknown,
        (Type::Awaited(_), Value::Outcome(ending)) => match ending.phase {
            Some(Phase::Ended(_)) => ending.outcome != OutcomeKind::Unknown,
            _ => true,
        },
        (Type::Ip, Value::Ip(ip)) => ip.to_canonical() == *ip,
        (Type::Address, Value::Address(address)) => address.ip().to_canonical() == address.ip(),
        (Type::Actor | Type::Source, Value::Part(part)) => {
            part.entries().all(|(key, value)| is_right_in_part(key, &value))
        }
        _ => true, // There is nothing about it that decoding has not seen.
    };
    if is_right { Ok(()) } else { Err(Malformed { field: field.name }) }
}

fn is_right_in_part(key: &str, value: &PartValue<'_>) -> bool {
    match value {
        PartValue::Text(text) if key == "user" => fits(text, UserName::LIMIT),
        PartValue::Text(_) if key == "session" => false,
        PartValue::Text(text) => fits(text, Lit::LIMIT),
        PartValue::Ip(ip) => ip.to_canonical() == *ip,
        PartValue::Pseudonym(_) | PartValue::Withheld | PartValue::Port(_) => true,
    }
}
