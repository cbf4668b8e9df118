//! Where on earth, coarsely.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use super::name::{Refused, Why};
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// A country (ISO 3166-1 alpha-2, `DE`) or a region of one (ISO 3166-2, `DE-BY`), such as a table
/// of addresses gives it. Nothing finer: no town, no coordinates.
///
/// ```
/// use audit_core::vocab::GeoLabel;
/// assert!(GeoLabel::new("DE-BY").is_ok());
/// assert_eq!(
///     GeoLabel::new("Bavaria").unwrap_err().to_string(),
///     "refused as a country or region: not a code such as `DE` or `DE-BY`"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct GeoLabel<'a>(&'a str);

impl<'a> GeoLabel<'a> {
    /// The longest code, in escaped bytes.
    pub const LIMIT: u16 = 6;

    /// Takes two capital letters, or these, a hyphen and one to three capital letters or digits.
    /// Whether there is such a country or region is not looked up: the lists change.
    ///
    /// # Errors
    ///
    /// [`Refused`] for any other text.
    pub const fn new(code: &'a str) -> Result<GeoLabel<'a>, Refused> {
        let is_code = match code.as_bytes() {
            [b'A'..=b'Z', b'A'..=b'Z'] => true,
            [b'A'..=b'Z', b'A'..=b'Z', b'-', region @ ..] => is_region(region),
            _ => false,
        };
        if is_code {
            Ok(GeoLabel(code))
        } else {
            Err(Refused::new("a country or region", Why::NotAGeoCode))
        }
    }
}

const fn is_region(code: &[u8]) -> bool {
    matches!(
        code,
        [b'A'..=b'Z' | b'0'..=b'9']
            | [b'A'..=b'Z' | b'0'..=b'9', b'A'..=b'Z' | b'0'..=b'9']
            | [b'A'..=b'Z' | b'0'..=b'9', b'A'..=b'Z' | b'0'..=b'9', b'A'..=b'Z' | b'0'..=b'9']
    )
}

impl core::fmt::Debug for GeoLabel<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("GeoLabel")
    }
}

// SAFETY: writes a code of at most six characters.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for GeoLabel<'_> {
    const TYPE: Type = Type::Text(Self::LIMIT);
    const CLASS: Class = Class::Personal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_text(self.0, Self::LIMIT);
    }
}

#[cfg(test)]
mod tests {
    use super::GeoLabel;

    #[test]
    fn codes_are_taken() {
        for code in ["DE", "DE-BY", "FR-75", "FR-2A", "GB-ENG", "AT-9"] {
            assert!(GeoLabel::new(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for code in [
            "", "D", "de", "De", "DEU", "276", "D1", "DE-", "DE-by", "DE-BYXX", "DE_BY", "DE BY",
            "DE-B\n", " DE", "DE ", "ÄT", "DE-Ä", "DE-B-Y",
        ] {
            assert!(GeoLabel::new(code).is_err(), "{code}");
        }
        assert_eq!(format!("{:?}", GeoLabel::new("DE")), "Ok(GeoLabel)");
    }
}
