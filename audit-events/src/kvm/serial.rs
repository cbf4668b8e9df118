//! The serial console.

use audit_core::{AuditEvent, AuditValue};

/// A setting of the serial console was changed. Each setting has an event of its own, because its
/// values are of a kind of their own.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "serial_console_change", category = "configuration", outcome = "success")]
#[audit(from_context(actor, source), object_type = "setting")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub enum SerialConsole {
    /// The serial console was switched on or off.
    #[audit(object(id = "serial_console.enabled"))]
    EnabledChanged {
        /// Whether it is on from now on.
        enabled: bool,
    },
    /// The serial console got another speed.
    #[audit(object(id = "serial_console.baud_rate"))]
    BaudRateChanged {
        /// The speed before.
        old: BaudRate,
        /// The speed from now on.
        new: BaudRate,
    },
    /// The serial console got another parity.
    #[audit(object(id = "serial_console.parity"))]
    ParityChanged {
        /// The parity before.
        old: Parity,
        /// The parity from now on.
        new: Parity,
    },
    /// The serial console got other stop bits.
    #[audit(object(id = "serial_console.stop_bits"))]
    StopBitsChanged {
        /// The stop bits before.
        old: StopBits,
        /// The stop bits from now on.
        new: StopBits,
    },
    /// The serial console got another flow control.
    #[audit(object(id = "serial_console.flow_control"))]
    FlowControlChanged {
        /// The flow control before.
        old: FlowControl,
        /// The flow control from now on.
        new: FlowControl,
    },
}

/// A speed, in bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are numbers")]
pub enum BaudRate {
    Bps1200,
    Bps2400,
    Bps4800,
    Bps9600,
    Bps19200,
    Bps38400,
    Bps57600,
    Bps115200,
    Bps230400,
    Bps460800,
    Bps921600,
    /// None of these.
    Other,
}

/// What is added to the bits of a character to find faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Parity {
    None,
    Even,
    Odd,
    Mark,
    Space,
}

/// What ends a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[expect(missing_docs, reason = "they are numbers")]
pub enum StopBits {
    One,
    OneAndAHalf,
    Two,
}

/// How one side asks the other to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
pub enum FlowControl {
    /// Not at all.
    None,
    /// By lines of their own (RTS and CTS).
    Hardware,
    /// By characters (XON and XOFF).
    Software,
}
