//! A whole actor or source, from the context that the caller gave.

use audit_core::record::{PartValue, PartValues};

use super::json::{key, number, separate, string};
use super::scalar::{display_ip, pseudonymous, quoted, quoted_name};
use super::slot::State;

/// Appends a whole part, by a comma and its name: `actor_none` where it is none.
pub(super) fn whole_part(
    name: &str,
    part: PartValues<'_>,
    state: &mut State<'_>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let start = out.len();
    out.push(b',');
    if let Some(("none", PartValue::Text(why))) = part.entries().next() {
        key(&format!("{name}_none"), out);
        string(why, out);
        return Some(());
    }
    key(name, out);
    out.push(b'{');
    let mut first = true;
    for (entry, inner) in part.entries() {
        match inner {
            PartValue::Withheld => {
                state.withhold(&quoted_name(&format!("{name}.{entry}")));
                continue;
            }
            _ => separate(&mut first, out),
        }
        match inner {
            PartValue::Text(text) => {
                key(entry, out);
                string(text, out);
            }
            PartValue::Pseudonym(pseudonym) => pseudonymous(entry, pseudonym, out),
            PartValue::Ip(ip) => {
                key(entry, out);
                quoted(out, |out| display_ip(ip, out));
            }
            PartValue::Port(port) => {
                key(entry, out);
                number(u64::from(port), out);
            }
            // It may grow, together with the encoder, and must not become a guess.
            _ => return None,
        }
    }
    match first {
        true => out.truncate(start),
        false => out.push(b'}'),
    }
    Some(())
}
