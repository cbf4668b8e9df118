//! Texts of others as they are fit for a terminal.

use std::fmt;
use std::path::Path;

/// A path in a message. What is no letter, digit, space or plain punctuation is escaped, so that a name
/// can neither end a line nor steer a terminal.
///
/// ```
/// use audit_log::Shown;
///
/// let path = std::path::Path::new("/var/log/\u{1b}[31maudit\n");
/// assert_eq!(Shown(path).to_string(), "/var/log/\\u{1b}[31maudit\\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.to_string_lossy().chars() {
            let is_plain = char.is_alphanumeric() || char.is_ascii_graphic() || char == ' ';
            match is_plain {
                true => fmt::Write::write_char(f, char)?,
                false => char.escape_default().try_for_each(|it| fmt::Write::write_char(f, it))?,
            }
        }
        Ok(())
    }
}
