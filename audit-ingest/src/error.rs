//! Why rules, a format, a zone or a position cannot be used.

use std::fmt;

/// Why what the user gave cannot be used. Never quotes it: a format or a rules file may be the
/// wrong file altogether.
#[derive(Debug)]
pub struct Error(pub(crate) ErrorKind);

#[derive(Debug)]
pub(crate) enum ErrorKind {
    Format(&'static str),
    /// A variable that clients write stands where they could end it.
    OpenVariable(String),
    Rules {
        line: Option<usize>,
        why: &'static str,
    },
    Rule {
        number: usize,
        why: &'static str,
    },
    Zone,
    Device,
}

impl Error {
    pub(crate) fn format(why: &'static str) -> Error {
        Error(ErrorKind::Format(why))
    }

    pub(crate) fn open_variable(name: &str) -> Error {
        Error(ErrorKind::OpenVariable(name.to_owned()))
    }

    pub(crate) fn rules(line: Option<usize>, why: &'static str) -> Error {
        Error(ErrorKind::Rules { line, why })
    }

    /// Of the rules this one, from 1 on.
    pub(crate) fn rule_number(number: usize, why: &'static str) -> Error {
        Error(ErrorKind::Rule { number, why })
    }

    /// Whether it is the format of the access log that cannot be used.
    pub fn is_format(&self) -> bool {
        matches!(self.0, ErrorKind::Format(_) | ErrorKind::OpenVariable(_))
    }

    /// Whether it is the rules that cannot be used.
    pub fn is_rules(&self) -> bool {
        matches!(self.0, ErrorKind::Rules { .. } | ErrorKind::Rule { .. })
    }

    /// Whether it is the time zone that nobody knows.
    pub fn is_zone(&self) -> bool {
        matches!(self.0, ErrorKind::Zone)
    }

    /// Whether it is the device that nobody knows.
    pub fn is_device(&self) -> bool {
        matches!(self.0, ErrorKind::Device)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ErrorKind::Format(why) => write!(f, "the log_format cannot be used: {why}"),
            ErrorKind::OpenVariable(name) => write!(
                f,
                "the log_format cannot be used: clients write ${name}, and could end it and write what \
                 looks like the rest of a line; put it in quotes, as in \"${name}\", there and in nginx's \
                 configuration"
            ),
            ErrorKind::Rules { line: Some(line), why } => {
                write!(f, "the rules cannot be used: line {line}: {why}")
            }
            ErrorKind::Rules { line: None, why } => write!(f, "the rules cannot be used: {why}"),
            ErrorKind::Rule { number, why } => {
                write!(f, "the rules cannot be used: rule {number}: {why}")
            }
            ErrorKind::Zone => f.write_str(
                "no such time zone: give its name in the IANA database, such as Europe/Berlin",
            ),
            ErrorKind::Device => f.write_str(
                "no such device: `auditlog ingest --device list` shows those that there are",
            ),
        }
    }
}

impl std::error::Error for Error {}
