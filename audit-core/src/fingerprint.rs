//! A short number that tells schemas apart.

use crate::schema::{Field, OutcomeRule, Part, Schema, Treatment};
use crate::value::Type;

/// FNV-1a, 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>), because it can be worked out at
/// compile time and nobody has to be kept from finding two schemas with one number: a record is
/// checked value by value all the same.
#[derive(Clone, Copy)]
pub(crate) struct Hash(u64);

impl Schema {
    /// A number that changes with whatever of the event is recorded: names, fields, types, classes,
    /// constants, the stream. It does not change with its description, nor with what others call it.
    pub const fn fingerprint(&self) -> u64 {
        let Schema { event, about: _, stream, category, action, outcome, level, .. } = self;
        let mut hash = Hash::START.text(event).text(category);
        hash = hash.text(action.success).text(action.denied).text(action.failure);
        hash = match outcome {
            OutcomeRule::Always(kind) => hash.text(kind.name()),
            OutcomeRule::Field => hash.text("from field"),
        };
        hash = match level {
            Some(level) => hash.text(level.name()),
            None => hash.text(""),
        };
        hash = hash.part(&self.actor).part(&self.source).part(&self.object);
        hash.text(self.object_type).text(stream.name()).fields(self.fields).0
    }
}

impl Hash {
    /// Of nothing yet.
    pub(crate) const START: Hash = Hash(0xcbf2_9ce4_8422_2325);

    const fn byte(self, byte: u8) -> Hash {
        Hash((self.0 ^ byte as u64).wrapping_mul(0x100_0000_01b3))
    }

    /// A text and its end: no text holds 0xff.
    pub(crate) const fn text(self, text: &str) -> Hash {
        let mut hash = self;
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            hash = hash.byte(*byte);
            rest = tail;
        }
        hash.byte(0xff)
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    const fn number(self, number: u16) -> Hash {
        let [low, high] = number.to_le_bytes();
        self.byte(low).byte(high)
    }

    const fn part(self, part: &Part) -> Hash {
        match part {
            Part::Fields => self.text("fields"),
            Part::Context => self.text("context"),
            Part::Always(kind, value) => self.text("always").text(kind).text(value),
            Part::None(why) => self.text("none").text(why),
        }
    }

    const fn fields(self, fields: &[Field]) -> Hash {
        let mut hash = self;
        let mut rest = fields;
        while let [field, tail @ ..] = rest {
            hash = hash.text(field.name).text(field.place.name()).ty(&field.ty);
            hash = hash.text(field.class.name());
            hash = match field.treatment {
                Treatment::ByType => hash.text("by type"),
                Treatment::Disclosed(why) => hash.text("disclosed").text(why),
            };
            hash = match field.absent {
                Some(why) => hash.text(why),
                None => hash.text(""),
            };
            rest = tail;
        }
        hash.text("end")
    }

    const fn ty(self, ty: &Type) -> Hash {
        match ty {
            Type::Bool => self.byte(1),
            Type::Unsigned(bits) => self.byte(2).byte(*bits),
            Type::Signed(bits) => self.byte(3).byte(*bits),
            Type::Text(limit) => self.byte(4).number(*limit),
            Type::Ip => self.byte(5),
            Type::Address => self.byte(6),
            Type::Enum(labels) => {
                let mut hash = self.byte(7);
                let mut rest = *labels;
                while let [label, tail @ ..] = rest {
                    hash = hash.text(label);
                    rest = tail;
                }
                hash.text("end")
            }
            Type::Optional(inner) => self.byte(8).ty(inner),
            Type::Group(fields) => self.byte(9).fields(fields),
            Type::Withheld => self.byte(10),
            Type::Keyed => self.byte(11),
            Type::Claimed(limit) => self.byte(12).number(*limit),
            Type::Outcome(reason) => self.byte(13).ty(reason),
            Type::Awaited(reason) => self.byte(14).ty(reason),
            Type::Actor => self.byte(15),
            Type::Source => self.byte(16),
            Type::Measure(unit) => self.byte(17).text(unit),
        }
    }
}
