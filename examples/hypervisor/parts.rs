//! The five things that an auditor asks of each record.

use audit_log::reader::Line;

use crate::log::{Failure, text};

/// When (UTC, to the microsecond); who, and from where; what; to what; how it ended.
///
/// # Errors
///
/// The line lacks one of them.
pub fn of(line: &Line) -> Result<[String; 5], Failure> {
    let part = |path: &str| text(line, path);
    let who = match (part("actor.user"), part("actor.service")) {
        (Some(user), _) => user.to_owned(),
        (None, Some(service)) => format!("the service {service}"),
        // A name that no account has is recorded as what stands for it.
        (None, None) => {
            let pseudonym = part("actor.user_pseudonym").ok_or("a record without a subject")?;
            format!("somebody ({pseudonym})")
        }
    };
    let from = part("source.ip").ok_or("a record without an address")?;
    let what = part("action").ok_or("a record without an action")?;
    let of = part("object.type").ok_or("a record without an object")?;
    let object = match (part("object.id"), part("object.name")) {
        (Some(id), Some(name)) => format!("{of} {name} ({id})"),
        (Some(only), None) | (None, Some(only)) => format!("{of} {only}"),
        (None, None) => return Err("a record whose object has neither id nor name".into()),
    };
    let outcome = part("outcome").ok_or("a record without a status")?;
    let status = match (outcome, part("reason")) {
        ("success", None) => outcome.to_owned(),
        ("denied" | "failure", Some(code)) => format!("{outcome}: {code}"),
        _ => return Err("a record whose status has no code, or one too many".into()),
    };
    Ok([line.time.clone(), format!("{who}, {from}"), what.to_ascii_uppercase(), object, status])
}
