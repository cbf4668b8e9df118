//! Lines of a file, and forged ones.

use sha2::{Digest, Sha256};

/// The lines of a text, each with its newline.
pub(crate) fn split(text: &[u8]) -> Vec<Vec<u8>> {
    text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The number of a line, if it has one.
pub(crate) fn seq(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?;
    text.split_once(r#""seq":"#)?.1.split(',').next()?.parse().ok()
}

/// A line of this kind and these members behind another, with its number and what binds it there.
pub(crate) fn forged(kind: &str, members: &str, before: &[u8]) -> Vec<u8> {
    let seq = seq(before).map_or(0, |seq| seq + 1);
    let time = "2026-11-20T12:00:00.123456Z";
    let body = match kind {
        "event" => members.to_owned(),
        kind => format!(r#""{kind}":{{{members}}}"#),
    };
    let mut line =
        format!(r#"{{"kind":"{kind}","seq":{seq},"time":"{time}",{body}}}"#).into_bytes();
    line.push(b'\n');
    bind(&mut line, before, true);
    line
}

/// Lets a line say of the one before what it should, as whoever edits can.
pub(crate) fn bind(line: &mut Vec<u8>, before: &[u8], is_new: bool) {
    const BOUND: usize = r#","prev":"k3Jd0aQx9fE"}"#.len() + 1;
    let cut = if is_new { 2 } else { BOUND };
    let Some(at) = line.len().checked_sub(cut).filter(|at| *at > 20) else { return };
    line.truncate(at);
    let leaf = Sha256::new().chain_update([0]).chain_update(before.trim_ascii_end()).finalize();
    let prev = data_encoding::BASE64URL_NOPAD.encode(&leaf[..8]);
    line.extend_from_slice(format!(r#","prev":"{prev}"}}"#).as_bytes());
    line.push(b'\n');
}
