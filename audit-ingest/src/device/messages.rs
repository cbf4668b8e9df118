//! Messages of programs other than TinyPilot, one a line, that bear out what requests tell.

use crate::app::prefix::Stamped;
use crate::app::{Became, Note, What};
use crate::device::{Device, guacamole};
use crate::name::Name;
use crate::source::{End, Line};
use crate::zone::Moments;
use audit_core::proxies::Network;

/// Reads a line of the log with a device's messages, and hands on what it says.
pub(crate) fn read(
    (device, trusted): (Device, &[Network]),
    line: Line<'_>,
    note: &mut impl FnMut(Note),
) -> Became {
    if line.end != End::Whole {
        return Became::Unreadable;
    }
    let read = match device {
        Device::Proxmox => Stamped::of(line.bytes).map(|it| (it.at, pvedaemon(&it))),
        Device::Guacamole => guacamole::read(line.bytes, trusted),
        _ => None,
    };
    let Some((at, what)) = read else { return Became::Ignored(None) };
    let moments = Moments { first: at, second: None };
    let Some(what) = what else { return Became::Ignored(Some(moments)) };
    let (offset, line) = (line.offset, line.number);
    note(Note { moments, what, offset, line, in_block: false });
    Became::Understood(moments)
}

/// `<root@pam> successful auth for user 'alice@pve'`: the one in brackets is always that one.
fn pvedaemon(stamped: &Stamped<'_>) -> Option<What> {
    if !matches!(stamped.program, b"pvedaemon" | b"pveproxy") {
        return None;
    }
    let message = stamped.message.strip_prefix(b"<")?;
    let at = memchr::memchr(b'>', message)?;
    let message = message.get(at + 1..)?.strip_prefix(b" ")?;
    let named = |begin: &[u8]| {
        let name = message.strip_prefix(begin)?.strip_prefix(b"'")?.strip_suffix(b"'")?;
        let is_plain = |it: &u8| it.is_ascii_graphic() && *it != b'\'';
        (!name.is_empty() && name.iter().all(is_plain)).then(|| Name::new(name))
    };
    if let Some(name) = named(b"successful auth for user ") {
        return Some(What::LoggedIn { name, address: None });
    }
    named(b"changed password for user ").map(What::PasswordChanged)
}
