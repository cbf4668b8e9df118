//! Whether those who write to the device could write what is taken for the rest of a line.
//!
//! nginx escapes the quote in every value, so nobody ends a value in quotes. Outside of them a value
//! without a grammar of its own (an address, a time, digits) is as long as the rest of the line lets it
//! be: its end is sure where only what has a grammar follows up to the next quote. One whose end is not
//! sure may stand there if no client writes any such value, or if nothing that is used stands behind it.

use super::{Escape, Piece, Var, fixed};
use crate::error::Error;

/// Variables without a grammar here that nginx itself makes, whatever a client sends.
const BY_NGINX: [&str; 18] = [
    "connection_time",
    "gzip_ratio",
    "hostname",
    "nginx_version",
    "pipe",
    "proxy_host",
    "proxy_port",
    "realip_remote_addr",
    "request_completion",
    "request_id",
    "server",
    "server_addr",
    "server_name",
    "ssl_cipher",
    "ssl_protocol",
    "ssl_session_reused",
    "proxy_upstream_name",
    "proxy_alternative_upstream_name",
];

fn is_by_nginx(name: &str) -> bool {
    BY_NGINX.contains(&name) || name.starts_with("upstream_") || name.starts_with("tcpinfo_")
}

/// Whether a value becomes part of an action, or decides whose it is.
fn is_used(piece: &Piece) -> bool {
    let (Piece::Value(var) | Piece::Quoted(var)) = piece else { return false };
    !matches!(var, Var::Other | Var::Number | Var::Word | Var::Upgrade)
}

/// # Errors
///
/// Names a variable that a client could end, or by which it could move the end of another.
pub(super) fn check(
    pieces: &[Piece],
    names: &[(usize, String)],
    escape: Escape,
) -> Result<(), Error> {
    // In JSON a quote stays one in a value, so that it does not tell where one ends.
    let is_sure = |rest: &[Piece]| escape != Escape::Json && is_anchored(rest);
    let is_open = |at: usize| {
        let is_free =
            matches!(pieces.get(at), Some(Piece::Value(var)) if fixed(*var, b"").is_none());
        is_free && !is_sure(pieces.get(at + 1..).unwrap_or_default())
    };
    let reaches = |at: usize| pieces.iter().skip(at).any(is_used);
    let mut open = names.iter().filter(|(at, _)| is_open(*at)).peekable();
    // The first open value lets a client move what follows it, whoever writes that one itself.
    let Some((first, _)) = open.peek() else { return Ok(()) };
    if !reaches(*first) {
        return Ok(());
    }
    match open.find(|(_, name)| !is_by_nginx(name)) {
        Some((_, name)) => Err(Error::open_variable(name)),
        None => Ok(()),
    }
}

/// Whether up to the next quote there is nothing whose end is not known by itself.
fn is_anchored(following: &[Piece]) -> bool {
    for piece in following {
        match piece {
            Piece::Literal(text) if text.contains(&b'"') => return true,
            Piece::Value(var) if fixed(*var, b"").is_none() => return false,
            _ => {}
        }
    }
    false
}
