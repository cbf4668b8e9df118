//! The program and the system that it runs on: its services, certificate and configuration.

use audit_core::vocab::{ByteSize, KeyFingerprint, ObjectId, ObjectName};
use audit_core::{AuditEvent, AuditValue, Outcome};

use super::Fault;

/// A way in from the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum NetworkService {
    /// A shell by SSH.
    Ssh,
    /// The screen by VNC.
    Vnc,
    /// The screen by RDP.
    Rdp,
    /// The picture by RTSP.
    Rtsp,
    /// The interface of Redfish.
    Redfish,
    /// The interface of IPMI.
    Ipmi,
    /// A web page or API.
    Http,
    /// Being found by mDNS.
    Mdns,
    /// Another one.
    Other,
}

/// A network service was switched on or off, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "service_switch", category = "configuration", from_context(actor, source))]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct ServiceSwitched {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Which service.
    pub service: NetworkService,
    /// Whether it is on from here on.
    pub enabled: bool,
}

/// A network that devices join from anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum OverlayKind {
    /// Tailscale, or Headscale.
    Tailscale,
    /// ZeroTier.
    Zerotier,
    /// WireGuard.
    Wireguard,
    /// EasyTier.
    Easytier,
    /// NetBird.
    Netbird,
    /// Frp, or another tunnel through a server.
    Tunnel,
    /// A cloud of the maker's.
    Cloud,
}

/// The device joined an overlay network, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "overlay_join", category = "configuration", from_context(actor, source))]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "network", type = "start"))]
pub struct OverlayJoined<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The network's id or the server's name; never the key by which it is joined.
    #[audit(object(id), object_type = "network", absent = "there is one network of the kind")]
    pub network: Option<ObjectId<'a>>,
    /// What network it is.
    pub overlay: OverlayKind,
}

/// The device left an overlay network, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "overlay_leave", category = "configuration", from_context(actor, source))]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "network", type = "end"))]
pub struct OverlayLeft<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The network's id or the server's name.
    #[audit(object(id), object_type = "network", absent = "there is one network of the kind")]
    pub network: Option<ObjectId<'a>>,
    /// What network it is.
    pub overlay: OverlayKind,
}

/// A user opened a terminal on the device, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "terminal_open", category = "session", from_context(actor, source))]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "session", type = "start"))]
pub struct TerminalOpened<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The terminal's id: a number of its own.
    #[audit(object(id), object_type = "terminal")]
    pub terminal: ObjectId<'a>,
}

/// A terminal was closed. Nothing of what was typed into it is recorded.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "terminal_close", category = "session", outcome = "success")]
#[audit(from_context(actor, source))]
#[audit(ocsf(class = 3002, activity = 2), ecs(category = "session", type = "end"))]
pub struct TerminalClosed<'a> {
    /// The terminal's id.
    #[audit(object(id), object_type = "terminal")]
    pub terminal: ObjectId<'a>,
}

/// An automatic operator, such as a language model that drives the machine, was started, or that was
/// tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "operator_start", category = "session", from_context(actor, source))]
#[audit(ocsf(class = 6002, activity = 3), ecs(category = "session", type = "start"))]
pub struct OperatorStarted<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// What operates: a program's name, or a model's.
    #[audit(object(name), object_type = "operator")]
    pub operator: ObjectName<'a>,
}

/// An automatic operator stopped, or was stopped.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "operator_stop", category = "session", from_context(actor, source))]
#[audit(ocsf(class = 6002, activity = 4), ecs(category = "session", type = "end"))]
pub struct OperatorStopped<'a> {
    /// Whether it did what it was to do.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// What operated.
    #[audit(object(name), object_type = "operator")]
    pub operator: ObjectName<'a>,
}

/// The certificate by which the device is known was replaced, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "certificate_replace", category = "configuration", from_context(actor, source))]
#[audit(object(id = "certificate"), object_type = "certificate")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct CertificateReplaced {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The fingerprint of the new one, if it could be read.
    pub fingerprint: Option<KeyFingerprint>,
}

/// The configuration was handed out, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "configuration_export", category = "configuration")]
#[audit(from_context(actor, source), object(id = "configuration"), object_type = "file")]
#[audit(ocsf(class = 1001, activity = 2), ecs(category = "configuration", type = "access"))]
pub struct ConfigurationExported {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// How large it was.
    pub size: Option<ByteSize>,
}

/// A configuration was taken in and replaces the one before, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "configuration_import", category = "configuration")]
#[audit(from_context(actor, source), object(id = "configuration"), object_type = "file")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct ConfigurationImported {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// How large it was.
    pub size: Option<ByteSize>,
}

/// The device was set back to what it was when it was made, or that was tried. Emit it durably, before
/// it is done.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "factory_reset", category = "maintenance", from_context(actor, source))]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "deletion"))]
pub struct FactoryReset {
    /// Whether it is done. What is recorded of success is that it is about to be.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
}

/// The program was restarted by a user, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "program_restart", category = "maintenance", from_context(actor, source))]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 6002, activity = 5), ecs(category = "process", type = "change"))]
pub struct ProgramRestarted {
    /// Whether it is done. What is recorded of success is that it is about to be.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
}
