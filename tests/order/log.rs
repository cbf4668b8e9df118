//! A light look at a log of a million lines. That lines read back as what they are, others test.

use audit_log::storage::ReadStorage;
use audit_writer::storage::MemoryStorage;

use crate::history::Emitted;

/// The events in the order of their numbers, which have no hole over all kinds of line.
pub(crate) fn read(storage: &MemoryStorage) -> Vec<Emitted> {
    let mut names: Vec<String> =
        storage.list().unwrap().into_iter().map(|(name, _)| name).collect();
    names.retain(|name| name.ends_with(".jsonl"));
    // Rotated segments are named by their age; the active one comes last.
    names.sort_by_key(|name| (name == "audit.jsonl", name.clone()));
    let mut events = Vec::new();
    let mut next = 0;
    for name in names {
        let text = String::from_utf8(storage.bytes(&name).unwrap()).unwrap();
        for line in text.lines() {
            let (number, event) = look_at(line).unwrap();
            assert_eq!(number, next, "{line}");
            next += 1;
            events.extend(event);
        }
    }
    events
}

/// The number of a line, and the event if it is one. Looks for single characters only, which is
/// quick without an optimizer, too.
fn look_at(line: &str) -> Option<(u64, Option<Emitted>)> {
    let (kind, rest) = line.strip_prefix(r#"{"kind":""#)?.split_once('"')?;
    let (number, _) = rest.strip_prefix(r#","seq":"#)?.split_once(',')?;
    let number = number.parse().ok()?;
    let line = match number {
        0 => line.strip_suffix('}')?, // Nothing is before it.
        _ => unbound(line)?,
    };
    if kind != "event" {
        return Some((number, None));
    }
    let (rest, begun) = line.strip_suffix('}')?.rsplit_once(':')?;
    let (_, id) = rest.strip_suffix(r#","begun""#)?.rsplit_once(':')?;
    Some((number, Some(Emitted { id: id.parse().ok()?, begun: begun.parse().ok()? })))
}

/// A line without its end, which binds it to the line before.
fn unbound(line: &str) -> Option<&str> {
    const HASH: usize = 11;
    let rest = line.strip_suffix("\"}")?;
    let (rest, _) = rest.split_at_checked(rest.len().checked_sub(HASH)?)?;
    rest.strip_suffix(",\"prev\":\"")
}
