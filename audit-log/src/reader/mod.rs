//! Reading a log: lines, segments, directories.

mod active;
mod compressed;
mod files;
mod first;
mod header;
mod json;
mod line;
mod lines;
mod next;
mod patience;
mod raw;
mod segment;
mod source;

pub(crate) use self::files::streams_in;
pub use self::json::Json;
pub use self::line::{Line, LineError, Position};
pub use self::lines::Lines;

#[doc(hidden)]
pub use self::compressed::{
    EXPANDED_BYTES_MAX, Expanded, bytes_max, file_bytes_max, open_segment, open_segment_within,
};
#[doc(hidden)]
pub use self::files::{Behind, NotOpened, Segment, Segments, rotated};
#[doc(hidden)]
pub use self::first::with_first_line;
#[doc(hidden)]
pub use self::header::Header;
#[doc(hidden)]
pub use self::lines::RawLines;
#[doc(hidden)]
pub use self::next::next_line;
#[doc(hidden)]
pub use self::patience::Patience;
#[doc(hidden)]
pub use self::raw::{Raw, front};
#[doc(hidden)]
pub use self::segment::supersedes_from;
#[doc(hidden)]
pub use self::source::Source;
