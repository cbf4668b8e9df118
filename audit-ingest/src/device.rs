//! The devices whose logs are understood: which logs they have, in which form, and what their requests
//! mean.

use crate::error::{Error, ErrorKind};
use crate::rules::Rules;
use std::fmt;

pub(crate) mod guacamole;
pub(crate) mod kvmd;
pub(crate) mod messages;
pub(crate) mod pveproxy;
pub(crate) mod single;

/// A device, or a program of that kind.
///
/// ```
/// use audit_ingest::Device;
///
/// assert_eq!("pikvm".parse::<Device>()?, Device::PiKvm);
/// assert!("toaster".parse::<Device>().unwrap_err().is_device());
/// # Ok::<(), audit_ingest::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// nginx's access log, and what the application writes to the journal.
    #[default]
    TinyPilot,
    /// The journal of kvmd alone, which has requests and messages.
    PiKvm,
    /// pveproxy's access log, and the messages of pvedaemon.
    Proxmox,
    /// The access log of the nginx before it, and what the servlet container writes.
    Guacamole,
    /// What PAM says of logins.
    Cockpit,
    /// What the audit daemon writes of guests.
    Libvirt,
}

/// What there is to say of each: its name, its rules, and its logs in words.
const ALL: [(Device, &str, &str, &str); 6] = [
    (
        Device::TinyPilot,
        "tinypilot",
        include_str!("../rules/tinypilot.toml"),
        "nginx's access log, and the application's: --nginx FILE… with --journal tinypilot or --tinypilot \
         FILE…",
    ),
    (
        Device::PiKvm,
        "pikvm",
        include_str!("../rules/pikvm.toml"),
        "the journal of kvmd, which has both: --journal kvmd, or --app-log FILE… of `journalctl -u kvmd -o \
         short-iso-precise`",
    ),
    (
        Device::Proxmox,
        "proxmox",
        include_str!("../rules/proxmox.toml"),
        "pveproxy's access log, and who logged in: --access-log /var/log/pveproxy/access.log with --journal \
         pvedaemon",
    ),
    (
        Device::Guacamole,
        "guacamole",
        include_str!("../rules/guacamole.toml"),
        "nginx's access log, and the servlet container's: --nginx FILE… with --journal tomcat10 or --app-log \
         FILE… of `docker logs -t guacamole`",
    ),
    (
        Device::Cockpit,
        "cockpit",
        include_str!("../rules/cockpit.toml"),
        "what PAM says of logins: --app-log FILE… of `journalctl -t cockpit-session -o short-iso-precise`, \
         or /var/log/auth.log with times of RFC 3339",
    ),
    (
        Device::Libvirt,
        "libvirt",
        include_str!("../rules/libvirt.toml"),
        "what the audit daemon writes of guests: --app-log /var/log/audit/audit.log",
    ),
];

impl Device {
    /// All that there are.
    pub fn all() -> impl Iterator<Item = Device> {
        ALL.into_iter().map(|(device, ..)| device)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        let mut all = ALL.into_iter();
        all.find(|it| it.0 == self)
            .map_or(("", "", ""), |(_, name, rules, logs)| (name, rules, logs))
    }

    /// What it is called, in small letters.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Which logs it has, and how they are given to `auditlog ingest`.
    pub fn logs(self) -> &'static str {
        self.row().2
    }

    /// What its requests mean.
    pub fn rules(self) -> Rules {
        Rules::built_in(self.row().1)
    }

    /// Whether one log has the requests and the messages. It is read as [`Log::Access`](crate::Log).
    pub fn has_one_log(self) -> bool {
        matches!(self, Device::PiKvm | Device::Cockpit | Device::Libvirt)
    }

    /// Whether its access log is nginx's.
    pub fn has_nginx(self) -> bool {
        matches!(self, Device::TinyPilot | Device::Guacamole)
    }

    /// Whether the lines of its messages say themselves in which time zone they are.
    pub fn has_offsets(self) -> bool {
        self != Device::TinyPilot
    }

    /// What lines of the log with its messages look like.
    pub fn example(self) -> &'static str {
        match self {
            Device::TinyPilot => {
                "`2026-11-21 02:09:47.631 auth            INFO message`, bare or behind what journalctl, \
                 syslog or docker compose puts before them"
            }
            Device::PiKvm => {
                "`2026-11-21T02:09:47.631000+01:00 pikvm kvmd[500]: kvmd.apps.kvmd.auth               INFO \
                 --- message`, as `journalctl -u kvmd -o short-iso-precise` hands them out"
            }
            Device::Proxmox => {
                "`2026-11-21T02:09:47+01:00 n1 pvedaemon[900]: <root@pam> message`, as `journalctl -u \
                 pvedaemon -o short-iso` hands them out"
            }
            Device::Guacamole => {
                "`2026-11-21T01:09:47.631Z 02:09:47.630 [http-nio-8080-exec-1] INFO  o.a.g.LOGGER - message`, \
                 as `docker logs -t` hands them out, or the same behind what `journalctl -o short-iso` puts \
                 before it"
            }
            Device::Cockpit => {
                "`2026-11-21T02:09:47.631000+01:00 n1 cockpit-session[900]: pam_unix(cockpit:session): \
                 message`, as `journalctl -t cockpit-session -o short-iso-precise` hands them out"
            }
            Device::Libvirt => {
                "`type=VIRT_CONTROL msg=audit(1764500000.123:45): pid=900 … msg='virt=kvm op=start …'`"
            }
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Device {
    type Err = Error;

    fn from_str(name: &str) -> Result<Device, Error> {
        Device::all().find(|it| it.name() == name).ok_or(Error(ErrorKind::Device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Means;

    #[test]
    fn each_has_rules_that_are_read() {
        for device in Device::all() {
            assert!(device.rules().get(0).is_some(), "{device}");
            assert_eq!(device.name().parse::<Device>().unwrap(), device);
        }
        let pikvm = Device::PiKvm.rules();
        let found = pikvm.find(b"GET", b"/ws", b"?stream=0").unwrap();
        assert_eq!(pikvm.get(found).unwrap().means, Means::Nothing);
    }
}
