//! Standard output, which somebody may stop reading, as `head` does.

use std::fmt::Arguments;
use std::io::{self, Write};

/// What a shell says of a program that a closed pipe ended: 128 and the number of that signal.
const NOBODY_READS: i32 = 141;

/// Writes to standard output. Where nobody reads it any more the program ends, and says nothing.
pub(crate) fn put(text: Arguments<'_>) {
    if io::stdout().write_fmt(text).is_err() {
        std::process::exit(NOBODY_READS);
    }
}

/// Writes a line to standard output.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::out::put(format_args!("{}\n", format_args!($($text)*)))
    };
}
pub(crate) use say;
