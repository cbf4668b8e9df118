//! Fields as a line has them: one text, bounded, that reads back in one way.
//!
//! `name=value` for each, with a space between. A name is as in the source, with `_` for what is
//! neither a letter, a digit nor one of `_.-`. A value is an integer, a number with a point or an
//! exponent, `NaN`, `inf` or `-inf`, `true` or `false`, `withheld`, `unreadable`, or a text in
//! quotation marks: in it `"` and `\` stand behind a `\`, and what is not printable ASCII is
//! `\u{…}`, in hexadecimal. A field is there whole or not at all.

use std::fmt::{self, Debug, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use audit_names::Carries;
use tracing::field::{Field, Visit};

use crate::names::Names;

/// The most that a disclosed text holds is 256 bytes, escaped as in a line.
const ESCAPED_BYTES_MAX: usize = 256;
/// The most that is looked at of one text; the rest is cut, and the cut is shown.
const TEXT_BYTES_MAX: usize = 128;

const WITHHELD: &str = "withheld";

/// Fields that were collected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    text: String,
    /// How many had no room.
    pub(crate) left: u32,
    /// What the field `message` said, in the same form as a value.
    message: Option<String>,
}

impl Fields {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The message, in the form of a value: a text in quotation marks; `none` where there is none.
    pub(crate) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or("none")
    }

    /// Takes in a field, if there is room.
    fn push(&mut self, name: &str, value: &str) {
        let mut field = String::new();
        if !self.text.is_empty() {
            field.push(' ');
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        field.extend(name.chars().map(|c| if is_plain(c) { c } else { '_' }));
        field.push('=');
        field.push_str(value);
        if escaped_bytes(&self.text) + escaped_bytes(&field) > ESCAPED_BYTES_MAX {
            self.left = self.left.saturating_add(1);
        } else {
            self.text.push_str(&field);
        }
    }
}

/// How many bytes a text of printable ASCII takes in a line.
pub(crate) fn escaped_bytes(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// Spans around an event, as one text: `name{fields}`, from the outermost on, with `:` between; the
/// ones nearest to the event where there is no room for all. And how many had none.
pub(crate) fn spans<'a>(innermost_first: impl Iterator<Item = (&'a str, String)>) -> (String, u32) {
    let mut text = String::new();
    let mut left = 0;
    for (name, fields) in innermost_first {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.- ".contains(c);
        let name: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let between = if text.is_empty() { "" } else { ":" };
        let next = match fields.is_empty() {
            true => format!("{name}{between}{text}"),
            false => format!("{name}{{{fields}}}{between}{text}"),
        };
        if left > 0 || escaped_bytes(&next) > ESCAPED_BYTES_MAX {
            left += 1;
        } else {
            text = next;
        }
    }
    (text, left)
}

/// Collects fields, and formats texts only where that is allowed.
pub(crate) struct Collector<'f> {
    pub(crate) into: &'f mut Fields,
    pub(crate) allows_texts: bool,
    pub(crate) names: &'f Names,
}

impl Collector<'_> {
    /// A number or a bool, unless the name says that it may be a code, a key or a length.
    fn take_number(&mut self, field: &Field, value: String) {
        let is_withheld = self.names.judge(field.name()) == Carries::NoLength;
        self.take(field, if is_withheld { WITHHELD.to_owned() } else { value });
    }

    fn take(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.into.message = Some(value),
            name => self.into.push(name, &value),
        }
    }
}

impl Visit for Collector<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take_number(field, format!("{value:?}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take_number(field, value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take_number(field, value.to_string());
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.take_number(field, value.to_string());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.take_number(field, value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take_number(field, value.to_string());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    /// Bytes are content, whoever logs them.
    fn record_bytes(&mut self, field: &Field, _: &[u8]) {
        self.take(field, WITHHELD.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let is_harmless = || self.names.judge(field.name()) == Carries::Anything;
        let value = match self.allows_texts && is_harmless() {
            true => quoted(value),
            // It is not even formatted.
            false => WITHHELD.to_owned(),
        };
        self.take(field, value);
    }
}

/// A value as a text in quotation marks; its `Debug` may do anything.
fn quoted(value: &dyn Debug) -> String {
    let mut quoted = Quoted { text: String::from('"'), is_full: false };
    let written = catch_unwind(AssertUnwindSafe(|| write!(quoted, "{value:?}")));
    match written {
        Err(panic) => {
            std::mem::forget(panic); // It may panic again when it is dropped.
            "unreadable".to_owned()
        }
        Ok(Err(_)) if !quoted.is_full => "unreadable".to_owned(),
        Ok(_) => {
            quoted.text.push_str(if quoted.is_full { "...\"" } else { "\"" });
            quoted.text
        }
    }
}

/// Takes text as far as there is room.
struct Quoted {
    text: String,
    is_full: bool,
}

impl Write for Quoted {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            let mut spelled = String::new();
            match c {
                '"' | '\\' => spelled.extend(['\\', c]),
                ' '..='~' => spelled.push(c),
                other => write!(spelled, "\\u{{{:x}}}", u32::from(other))?,
            }
            if self.text.len() + spelled.len() > TEXT_BYTES_MAX {
                self.is_full = true;
                return Err(fmt::Error); // Nothing more is asked for.
            }
            self.text.push_str(&spelled);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_whole_and_counted() {
        let mut fields = Fields::default();
        for count in 0..100 {
            fields.push("number", &count.to_string());
        }
        let told = fields.text().split(' ').count();
        assert_eq!(told + fields.left as usize, 100);
        assert!(escaped_bytes(fields.text()) <= ESCAPED_BYTES_MAX && told > 20);
        assert!(fields.text().ends_with(&format!("number={}", told - 1)));
    }

    #[test]
    fn a_name_or_a_text_cannot_look_like_another_field() {
        let mut fields = Fields::default();
        fields.push("a b=c", "1");
        fields.push("text", &quoted(&format_args!("x\" y=2 \\\n\u{e9}")));
        assert_eq!(fields.text(), r#"a_b_c=1 text="x\" y=2 \\\u{a}\u{e9}""#);
    }

    #[test]
    fn a_long_text_is_cut_and_a_value_that_panics_is_unreadable() {
        struct Panics;
        impl Debug for Panics {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("as it should")
            }
        }
        let long = quoted(&format_args!("{}", "x".repeat(10_000)));
        assert!(long.len() <= TEXT_BYTES_MAX + 4 && long.ends_with("x...\""), "{long}");
        assert_eq!(quoted(&Panics), "unreadable");
    }

    #[test]
    fn the_nearest_spans_stay() {
        let many = (0..100).map(|depth| ("span", format!("depth={depth}")));
        let (text, left) = spans(many);
        assert!(text.ends_with(":span{depth=1}:span{depth=0}"), "{text}");
        assert_eq!(text.matches("span").count() + left as usize, 100);
        assert!(escaped_bytes(&text) <= ESCAPED_BYTES_MAX);
    }
}
