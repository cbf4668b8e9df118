//! What the device holds of the attached machine: its buttons, ports, screen and keyboard.

use audit_core::vocab::{HardwareIndex, ObjectId, ObjectName};
use audit_core::{AuditEvent, AuditValue, Outcome};

use super::Fault;

/// A button of the attached machine's case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum AtxSwitch {
    /// The power button, pressed briefly.
    Power,
    /// The power button, held until the power goes.
    PowerHeld,
    /// The reset button.
    Reset,
}

/// A user pressed a button of the attached machine, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "atx_press", category = "power", from_context(actor, source))]
#[audit(object(id = "attached"), object_type = "machine")]
#[audit(ecs(category = "host", type = "change"))]
pub struct AtxPressed {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Which, and how.
    pub button: AtxSwitch,
}

/// A user had a machine waken by the network, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "wake_on_lan", category = "power", from_context(actor, source))]
#[audit(ecs(category = "host", type = "start"))]
pub struct WakeOnLan<'a> {
    /// Whether the packet was sent.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The machine: its hardware address, or the name that it has on the device.
    #[audit(object(id), object_type = "machine")]
    pub machine: ObjectId<'a>,
}

/// A user switched an output of the device, or tried to: a relay, a line of GPIO, a port of a switch.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "gpio_set", category = "hardware", from_context(actor, source))]
#[audit(object(id = "gpio"), object_type = "output")]
#[audit(ecs(category = "host", type = "change"))]
pub struct GpioSet {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Which.
    pub channel: HardwareIndex,
    /// Whether it is on from here on; of a pulse, on.
    pub enabled: bool,
}

/// A user changed what screen the device shows itself as to the attached machine (EDID), or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "edid_change", category = "hardware", from_context(actor, source))]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct EdidChanged<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The name of the profile that holds from here on.
    #[audit(object(name), object_type = "edid", absent = "it was given as it is, without a name")]
    pub profile: Option<ObjectName<'a>>,
}

/// As what the device types and points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum HidMode {
    /// As USB devices, the pointer at places of the screen.
    UsbAbsolute,
    /// As USB devices, the pointer by how far it moved.
    UsbRelative,
    /// As a keyboard and a mouse by PS/2.
    Ps2,
    /// By Bluetooth.
    Bluetooth,
    /// By a serial chip (CH9329).
    Serial,
    /// Not at all.
    Disabled,
}

/// A user changed as what the device types and points, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "hid_mode_change", category = "hardware", from_context(actor, source))]
#[audit(object(id = "hid"), object_type = "port")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct HidModeChanged {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// From here on.
    pub hid_mode: HidMode,
}

/// A user had the device's keyboard and mouse begin again, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "hid_reset", category = "hardware", from_context(actor, source))]
#[audit(object(id = "hid"), object_type = "port")]
#[audit(ecs(category = "host", type = "change"))]
pub struct HidReset {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
}

/// A user switched the mouse jiggler, which keeps the attached machine from locking its screen, or tried
/// to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "jiggler_switch", category = "hardware", from_context(actor, source))]
#[audit(object(id = "hid"), object_type = "port")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct JigglerSwitched {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whether it is on from here on.
    pub enabled: bool,
}

/// A user switched whether the attached machine sees a network at the device's USB port, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "usb_network_switch", category = "hardware", from_context(actor, source))]
#[audit(object(id = "usb_network"), object_type = "port")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "network", type = "info"))]
pub struct UsbNetworkSwitched {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whether it is on from here on.
    pub enabled: bool,
}
