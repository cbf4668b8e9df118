//! Programs whose log tells of what happened in one line each, and of no request: PAM's for Cockpit, and
//! the audit daemon's for libvirt.

use crate::access::times::number;
use crate::access::{Named, Said, Words};
use crate::action::Address;
use crate::app::prefix::Stamped;
use crate::device::Device;
use crate::name::Name;
use audit_core::proxies::address;
use memchr::{memchr, memmem};

/// When a line was written, in milliseconds since 1970, and what it tells of. `None` when it is no line
/// of such a log.
pub(crate) fn read(device: Device, line: &[u8]) -> Option<(i64, Option<Said<'static>>)> {
    match device {
        Device::Cockpit => {
            let stamped = Stamped::of(line)?;
            let is_own = stamped.program == b"cockpit-session";
            let said = is_own.then(|| pam(stamped.message, stamped.at)).flatten();
            Some((stamped.at, said))
        }
        Device::Libvirt => {
            // Behind this byte the daemon says in words what stands before it.
            let raw = line.split(|it| *it == 0x1d).next()?;
            let (kind, rest) = split(audit_record(raw)?, b" msg=audit(")?;
            let (time, rest) = split(rest, b"): ")?;
            let at = audit_time(time)?;
            let (_, text) = split(rest, b" msg='").unwrap_or((b"", b""));
            let said = match kind {
                b"VIRT_CONTROL" => control(text, at),
                b"VIRT_RESOURCE" => resource(text, at),
                _ => None,
            };
            Some((at, said))
        }
        _ => None,
    }
}

/// What is told as by a rule for this path, and ended with this status: there was no request.
fn said(path: &'static str, status: u16, at: i64) -> Said<'static> {
    Said {
        words: Words { method: b"NONE", target: path.as_bytes(), decoded: true, escape: None },
        source: Address::Unknown,
        at,
        status,
        claims: false,
        took: None,
        named: None,
        is_bare: true,
    }
}

const WELL: u16 = 200;
const DENIED: u16 = 401;
const FAILED: u16 = 500;

/// What PAM says of logins to Cockpit. The name of one that failed stands last, and is not told.
fn pam(message: &[u8], at: i64) -> Option<Said<'static>> {
    if let Some(rest) = message.strip_prefix(b"pam_unix(cockpit:auth): authentication failure; ") {
        let from = split(rest, b" rhost=").map(|(_, it)| it);
        let from = from.and_then(|it| it.split(|it| *it == b' ').next());
        let source = from.and_then(address).map_or(Address::Unknown, Address::Ip);
        return Some(Said { source, claims: true, ..said("/login", DENIED, at) });
    }
    let message = message.strip_prefix(b"pam_unix(cockpit:session): session ")?;
    let (path, rest) = match message.strip_prefix(b"opened for user ") {
        Some(rest) => ("/login", rest),
        None => ("/end", message.strip_prefix(b"closed for user ")?),
    };
    let end = rest.iter().position(|it| b" (".contains(it)).unwrap_or(rest.len());
    let name = rest.get(..end).filter(|it| !it.is_empty()).and_then(Name::new)?;
    Some(Said { named: Some(Named(vec![name])), ..said(path, WELL, at) })
}

/// A record of the audit daemon, without the name of the machine that may stand before it.
fn audit_record(line: &[u8]) -> Option<&[u8]> {
    let line = match line.strip_prefix(b"node=") {
        Some(rest) => rest.get(memchr(b' ', rest)? + 1..)?,
        None => line,
    };
    line.strip_prefix(b"type=")
}

/// `1764500000.123:45`, in milliseconds.
fn audit_time(text: &[u8]) -> Option<i64> {
    let (seconds, rest) = split(text, b".")?;
    let millis = number(rest.get(..3)?, 3)?;
    let is_time = seconds.len() == 10 && rest.get(3) == Some(&b':');
    let seconds: i64 = std::str::from_utf8(seconds).ok().filter(|_| is_time)?.parse().ok()?;
    Some(seconds * 1_000 + i64::from(millis))
}

/// `virt=kvm op=start reason=booted vm="n1" … res=success'`: a guest that starts or stops.
fn control(text: &[u8], at: i64) -> Option<Said<'static>> {
    let path = match field(text, b" op=")? {
        b"start" => "/start",
        b"stop" => "/stop",
        // What comes before a start.
        _ => return None,
    };
    Some(said(path, result(text)?, at))
}

/// A disc that is changed in a guest's drive; `?` is none, or one that is no file.
fn resource(text: &[u8], at: i64) -> Option<Said<'static>> {
    let is_change = field(text, b" resrc=")? == b"disk" && field(text, b" reason=")? == b"update";
    let disc = field(text, b" new-disk=").filter(|_| is_change)?;
    let path = if disc == b"\"?\"" { "/eject" } else { "/mount" };
    Some(said(path, result(text)?, at))
}

fn result(text: &[u8]) -> Option<u16> {
    match field(text, b" res=")?.strip_suffix(b"'")? {
        b"success" => Some(WELL),
        _ => Some(FAILED),
    }
}

/// The first field of a name. A value that is text stands in quotes, and is hexadecimal if it has any.
fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (_, rest) = split(text, name)?;
    rest.split(|it| *it == b' ').next()
}

fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(device: Device, line: &str) -> Option<(String, u16, String, usize)> {
        let said = read(device, line.as_bytes())?.1?;
        let path = String::from_utf8(said.words.target.to_vec()).unwrap();
        let names = said.named.map_or(0, |it| it.0.len());
        Some((path, said.status, said.source.to_string(), names))
    }

    #[test]
    fn logins_to_cockpit_are_what_pam_says() {
        let line = |message: &str| {
            format!(
                "2026-11-30T12:00:00.000000+0100 n1 cockpit-session[9]: pam_unix(cockpit:{message}"
            )
        };
        let failure = "auth): authentication failure; logname= uid=0 euid=0 tty= ruser= rhost=";
        for (message, path, status, source, names) in [
            (format!("{failure}192.0.2.7  user=alice"), "/login", 401, "192.0.2.7", 0),
            (format!("{failure}::ffff:192.0.2.7 "), "/login", 401, "::ffff:192.0.2.7", 0),
            (format!("{failure}  user=x rhost=192.0.2.9"), "/login", 401, "unknown", 0),
            (
                "session): session opened for user alice(uid=1001) by (uid=0)".to_owned(),
                "/login",
                200,
                "unknown",
                1,
            ),
            ("session): session closed for user alice".to_owned(), "/end", 200, "unknown", 1),
        ] {
            let expected = Some((path.to_owned(), status, source.to_owned(), names));
            assert_eq!(told(Device::Cockpit, &line(&message)), expected, "{message}");
        }
        let other = line("session): session opened for user x").replace("cockpit-session", "sshd");
        for line in [line("auth): check pass; user unknown"), other] {
            assert_eq!(told(Device::Cockpit, &line), None, "{line}");
        }
    }

    #[test]
    fn guests_are_what_libvirt_has_the_audit_daemon_write() {
        let line = |kind: &str, text: &str, result: &str| {
            let ids = "pid=900 uid=0 auid=4294967295 ses=4294967295";
            let rest =
                format!("exe=\"/usr/sbin/libvirtd\" hostname=? addr=? terminal=? res={result}'");
            format!("type={kind} msg=audit(1796036400.123:45): {ids} msg='virt=kvm {text} {rest}")
        };
        let media = |disc: &str| {
            format!("resrc=disk reason=update vm=\"n1\" old-disk=\"?\" new-disk={disc}")
        };
        for (kind, text, result, expected) in [
            ("VIRT_CONTROL", "op=start reason=booted vm=\"n1\"", "success", Some(("/start", 200))),
            ("VIRT_CONTROL", "op=stop reason=destroyed vm=\"n1\"", "failed", Some(("/stop", 500))),
            ("VIRT_CONTROL", "op=init vm=\"n1\"", "success", None),
            ("VIRT_RESOURCE", &media("\"/iso/x.iso\""), "success", Some(("/mount", 200))),
            ("VIRT_RESOURCE", &media("\"?\""), "success", Some(("/eject", 200))),
            ("VIRT_RESOURCE", "resrc=disk reason=start new-disk=\"/x\"", "success", None),
            ("USER_LOGIN", "op=start vm=\"n1\"", "success", None),
        ] {
            let found = told(Device::Libvirt, &line(kind, text, result));
            let found = found.as_ref().map(|it| (it.0.as_str(), it.1));
            assert_eq!(found, expected, "{kind} {text}");
        }
        assert!(read(Device::Libvirt, b"type=VIRT_CONTROL msg=audit(x): op=start").is_none());
        assert_eq!(
            read(Device::Libvirt, line("X", "", "").as_bytes()).unwrap().0,
            1_796_036_400_123
        );
    }
}
