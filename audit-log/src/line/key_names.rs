//! Under which key each field of `data` stands, so that one key has one type of JSON.

use std::collections::BTreeMap;

use audit_core::schema::{Field, Place, Schema, Shape, Type};

/// The keys of `data` so far, each with its one type of JSON.
///
/// A list of events is checked for clashes when it is compiled. Crates that do not know of each
/// other can still meet in one log: whichever comes second has its field under `NAME_number`,
/// `NAME_text`, `NAME_bool` or `NAME_group`.
#[derive(Clone, Debug, Default)]
pub struct KeyNames {
    shapes: BTreeMap<String, Shape>,
}

/// The fields of one event that stand under another key than their name, by dotted path.
pub(super) type Renamed = BTreeMap<String, String>;

impl KeyNames {
    /// Takes a key in that a log has already, of the type that a schema's line gives it.
    pub fn insert(&mut self, path: &str, type_word: &str) {
        if let Some(shape) = shape_of(type_word) {
            self.shapes.entry(path.to_owned()).or_insert(shape);
        }
    }

    /// Takes the fields of an event in, and says which of them need another key.
    pub(super) fn adopt(&mut self, schema: &Schema) -> Renamed {
        let mut renamed = Renamed::new();
        let data = schema.fields.iter().filter(|field| field.place == Place::Data);
        self.adopt_fields(data, "", &mut renamed);
        renamed
    }

    fn adopt_fields(
        &mut self,
        fields: impl Iterator<Item = &'static Field>,
        before: &str,
        renamed: &mut Renamed,
    ) {
        for field in fields {
            let declared = format!("{before}{}", field.name);
            let Some(shape) = field.ty.shape() else { continue };
            let path = match *self.shapes.entry(declared.clone()).or_insert(shape) == shape {
                true => declared,
                false => {
                    let key = format!("{}_{}", field.name, shape.name());
                    renamed.insert(declared, key.clone());
                    let path = format!("{before}{key}");
                    self.shapes.insert(path.clone(), shape);
                    path
                }
            };
            if let Type::Group(inner) = innermost(&field.ty) {
                self.adopt_fields(inner.iter(), &format!("{path}."), renamed);
            }
        }
    }
}

/// The type of JSON that values of a schema line's type have; `None` where nothing ever stands under
/// the field's key.
fn shape_of(word: &str) -> Option<Shape> {
    Some(match word {
        "bool" => Shape::Bool,
        "number" => Shape::Number,
        "big_number" | "text" | "label" | "ip" | "claimed_name" => Shape::Text,
        "address" | "group" | "outcome" | "awaited_outcome" => Shape::Group,
        _ => return None,
    })
}

/// The type behind any `Option`s.
pub(super) fn innermost(ty: &'static Type) -> &'static Type {
    match ty {
        Type::Optional(inner) => innermost(inner),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use audit_core::vocab::{ByteSize, Count};
    use audit_core::{AuditEvent, AuditValue};

    use super::*;

    #[derive(AuditValue)]
    struct Extent {
        rows: Count,
    }

    /// One.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "a", category = "c", outcome = "success")]
    #[audit(none(actor = "a", source = "b", object = "c"))]
    struct One {
        size: ByteSize,
        extent: Extent,
    }

    /// Two.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "a", category = "c", outcome = "success")]
    #[audit(none(actor = "a", source = "b", object = "c"))]
    struct Two {
        size: bool,
        extent: Count,
    }

    #[test]
    fn the_second_type_of_a_key_stands_under_another_key() {
        let mut names = KeyNames::default();
        assert!(names.adopt(One::SCHEMAS[0]).is_empty());
        let renamed = names.adopt(Two::SCHEMAS[0]);
        let expected = [("extent", "extent_number"), ("size", "size_bool")];
        assert!(renamed.iter().map(|(a, b)| (a.as_str(), b.as_str())).eq(expected));
        assert_eq!(names.adopt(Two::SCHEMAS[0]), renamed, "it stays so");
        assert!(names.adopt(One::SCHEMAS[0]).is_empty());
    }

    #[test]
    fn what_a_log_has_already_comes_first() {
        let mut names = KeyNames::default();
        names.insert("size", "text");
        names.insert("size", "bool");
        let renamed = names.adopt(One::SCHEMAS[0]);
        assert_eq!(renamed.get("size").map(String::as_str), Some("size_number"));
    }

    #[test]
    fn fields_of_a_renamed_group_are_its_own() {
        let mut names = KeyNames::default();
        names.insert("extent", "bool");
        names.insert("extent_group.rows", "label");
        let renamed = names.adopt(One::SCHEMAS[0]);
        assert_eq!(renamed.get("extent").map(String::as_str), Some("extent_group"));
        assert_eq!(renamed.get("extent_group.rows").map(String::as_str), Some("rows_number"));
    }
}
