//! Streams, as the command line names them.

use audit_core::Stream;

/// The stream of this name.
///
/// # Errors
///
/// Says which names there are.
pub(crate) fn parse(name: &str) -> Result<Stream, String> {
    Stream::ALL.into_iter().find(|stream| stream.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Stream::ALL.iter().map(|stream| stream.name()).collect();
        format!("there are the streams {}", names.join(", "))
    })
}

/// The stream that a key or a checkpoint is of, by its name: the log's id and the stream's.
pub(crate) fn stream_of_name(name: &str) -> Option<Stream> {
    parse(name.rsplit_once('/')?.1).ok()
}
