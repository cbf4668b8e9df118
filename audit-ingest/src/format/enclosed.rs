//! Whether those who write to the device could write what is taken for the rest of a line.
//!
//! nginx escapes the quote in every value, so nobody ends a value in quotes. Outside of them a client's
//! value must be followed, up to the next quote, only by what has a grammar of its own (an address, a
//! time, digits): then its end is found from there. Whatever stands behind all that is used is free.

use super::{Piece, Var, fixed};
use crate::error::Error;

/// Variables that nginx itself makes, whatever a client sends.
const BY_NGINX: [&str; 24] = [
    "bytes_sent",
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
    "request_length",
    "scheme",
    "server",
    "server_addr",
    "server_name",
    "server_protocol",
    "ssl_cipher",
    "ssl_protocol",
    "ssl_session_reused",
    "time_iso8601",
    "time_local",
    "proxy_upstream_name",
    "proxy_alternative_upstream_name",
];

fn is_by_nginx(name: &str) -> bool {
    BY_NGINX.contains(&name) || name.starts_with("upstream_") || name.starts_with("tcpinfo_")
}

/// Whether a value is used, or says where others end.
fn is_used(piece: &Piece) -> bool {
    !matches!(piece, Piece::Literal(_) | Piece::Value(Var::Other | Var::Number))
        && !matches!(piece, Piece::Quoted(Var::Other))
}

/// # Errors
///
/// Names the first variable that a client could end.
pub(super) fn check(pieces: &[Piece], names: &[(usize, String)]) -> Result<(), Error> {
    for (at, name) in names {
        let Some(Piece::Value(var)) = pieces.get(*at) else { continue };
        let is_free = fixed(*var, b"").is_none();
        if !is_free || is_by_nginx(name) || !pieces.iter().skip(*at).any(is_used) {
            continue;
        }
        if !is_anchored(pieces.get(at + 1..).unwrap_or_default()) {
            return Err(Error::open_variable(name));
        }
    }
    Ok(())
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
