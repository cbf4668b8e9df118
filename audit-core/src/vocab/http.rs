//! Requests and answers of HTTP, without what travels in them.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use super::name::{Refused, Why};
use crate::value::{AuditValue, Type};
use crate::{Class, record::Encoder};

/// The method of an HTTP request: one that everybody knows, or that it was another. A client may
/// send any text for a method, so of another one nothing is kept.
///
/// ```
/// use audit_core::vocab::HttpMethod;
/// assert_eq!(HttpMethod::of("GET"), HttpMethod::Get);
/// assert_eq!(HttpMethod::of("get"), HttpMethod::Other); // methods are case-sensitive
/// assert_eq!(HttpMethod::of("hunter2"), HttpMethod::Other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum HttpMethod {
    /// `GET`
    Get = 0,
    /// `HEAD`
    Head = 1,
    /// `POST`
    Post = 2,
    /// `PUT`
    Put = 3,
    /// `DELETE`
    Delete = 4,
    /// `CONNECT`
    Connect = 5,
    /// `OPTIONS`
    Options = 6,
    /// `TRACE`
    Trace = 7,
    /// `PATCH`
    Patch = 8,
    /// Any other.
    Other = 9,
}

impl HttpMethod {
    const LABELS: &'static [&'static str] =
        &["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch", "other"];

    /// The method that a request's text names: one of RFC 9110, section 9.3, or `PATCH` (RFC 5789).
    /// Upper and lower case differ, as they do in HTTP.
    pub const fn of(method: &str) -> HttpMethod {
        match method.as_bytes() {
            b"GET" => HttpMethod::Get,
            b"HEAD" => HttpMethod::Head,
            b"POST" => HttpMethod::Post,
            b"PUT" => HttpMethod::Put,
            b"DELETE" => HttpMethod::Delete,
            b"CONNECT" => HttpMethod::Connect,
            b"OPTIONS" => HttpMethod::Options,
            b"TRACE" => HttpMethod::Trace,
            b"PATCH" => HttpMethod::Patch,
            _ => HttpMethod::Other,
        }
    }
}

// SAFETY: writes a label of this crate.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for HttpMethod {
    const TYPE: Type = Type::Enum(HttpMethod::LABELS);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u16(*self as u16);
    }
}

/// The status code of an HTTP response, from 100 to 599.
///
/// ```
/// use audit_core::vocab::HttpStatus;
/// assert!(HttpStatus::new(404).is_ok());
/// assert_eq!(
///     HttpStatus::new(600).unwrap_err().to_string(),
///     "refused as an HTTP status: not a number from 100 to 599"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpStatus(u16);

impl HttpStatus {
    /// Takes a number from 100 to 599: RFC 9110, section 15, knows no other.
    ///
    /// # Errors
    ///
    /// [`Refused`] for any other number.
    pub const fn new(status: u16) -> Result<HttpStatus, Refused> {
        match status {
            100..=599 => Ok(HttpStatus(status)),
            _ => Err(Refused::new("an HTTP status", Why::NotAStatus)),
        }
    }
}

// SAFETY: writes the number, of which there are five hundred.
#[diagnostic::do_not_recommend]
unsafe impl AuditValue for HttpStatus {
    const TYPE: Type = Type::Unsigned(16);
    const CLASS: Class = Class::Internal;

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put_u16(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpMethod, HttpStatus};

    #[test]
    fn a_known_method_is_recorded_as_itself_in_lower_case() {
        let (other, known) = HttpMethod::LABELS.split_last().unwrap();
        assert_eq!(*other, "other");
        for (at, label) in known.iter().enumerate() {
            assert_eq!(HttpMethod::of(&label.to_ascii_uppercase()) as usize, at, "{label}");
            assert_eq!(HttpMethod::of(label), HttpMethod::Other, "{label}");
        }
    }

    #[test]
    fn of_another_method_nothing_is_kept() {
        for method in ["", "Get", "GET ", " GET", "GETS", "PROPFIND", "hunter2"] {
            assert_eq!(HttpMethod::of(method), HttpMethod::Other, "{method}");
        }
        assert_eq!(format!("{:?}", HttpMethod::of("hunter2")), "Other");
    }

    #[test]
    fn a_status_has_three_digits_and_a_class() {
        for status in [100, 200, 418, 599] {
            assert_eq!(HttpStatus::new(status).map(|it| it.0), Ok(status));
        }
        for status in [0, 99, 600, 999, u16::MAX] {
            assert!(HttpStatus::new(status).is_err(), "{status}");
        }
    }
}
