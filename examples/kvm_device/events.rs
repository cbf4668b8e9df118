//! What the device records. This file is all that a reviewer must read to know what can be in its
//! log.

use audit_core::policy::NO_CONTENT;
use audit_core::vocab::{
    ByteSize, ClaimedName, Elapsed, HttpPath, ObjectId, ObjectName, PasteSize, SessionRef,
    SettingName, UserName, Version,
};
use audit_core::{AuditEvent, AuditValue, Awaited, Catalog, Outcome, Withheld};
use std::net::SocketAddr;

/// All events that this file declares: for the catalogue (`--catalog`) and for the lock, the file
/// `kvm_device/events.lock`.
pub const EVENTS: Catalog = audit_core::catalog![
    LoginSucceeded<'_>,
    LoginFailed<'_>,
    LoggedOut,
    SessionStarted<'_>,
    SessionEnded<'_>,
    PasteUsed<'_>,
    MediaMounted<'_>,
    MediaUnmounted<'_>,
    PowerAction,
    SettingChanged<'_>,
    FirmwareUpdated<'_>,
];

// The device sees keystrokes and pasted text. None of it can be recorded, not even by word.
audit_core::policy!(NO_CONTENT: in EVENTS);

/// A user logged in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success")]
#[audit(object(id = "self"), object_type = "device")]
pub struct LoginSucceeded<'a> {
    #[audit(actor(user))]
    pub user: UserName<'a>,
    #[audit(actor(session))]
    pub session: SessionRef<'a>,
    #[audit(source(address))]
    pub from: SocketAddr,
}

/// A login attempt was refused.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
#[audit(object(id = "self"), object_type = "device")]
pub struct LoginFailed<'a> {
    #[audit(actor(user))]
    pub user: ClaimedName<'a>,
    #[audit(source(address))]
    pub from: SocketAddr,
    #[audit(reason)]
    pub reason: LoginRefusal,
    #[audit(
        disclose = "counter of the login throttle; nothing the user typed",
        class = "internal"
    )]
    pub attempt: u32,
    pub password: Withheld<&'a str>,
}

/// Why a login was refused.
#[derive(Clone, Copy, AuditValue)]
pub enum LoginRefusal {
    UnknownUser,
    BadPassword,
}

/// A user logged out.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "logout", category = "authentication", outcome = "success")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "device")]
pub struct LoggedOut {}

/// A user began to watch and control the attached machine.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_start", category = "session", outcome = "success")]
#[audit(from_context(actor, source))]
pub struct SessionStarted<'a> {
    #[audit(object(id), object_type = "kvm_session")]
    pub console: ObjectId<'a>,
}

/// A user stopped watching and controlling the attached machine.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_end", category = "session", outcome = "success")]
#[audit(from_context(actor, source))]
pub struct SessionEnded<'a> {
    #[audit(object(id), object_type = "kvm_session")]
    pub console: ObjectId<'a>,
    pub duration: Elapsed,
}

/// A user pasted text to the attached machine.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input", outcome = "success")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "device")]
pub struct PasteUsed<'a> {
    pub size: PasteSize,
    pub layout: KeyboardLayout,
    pub text: Withheld<&'a str>,
}

/// The keyboard that pasted text is typed on.
#[derive(Clone, Copy, AuditValue, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyboardLayout {
    EnUs,
    EnGb,
    DeDe,
}

/// A user mounted virtual media on the attached machine, or tried to.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_mount", category = "media")]
#[audit(from_context(actor, source))]
pub struct MediaMounted<'a> {
    #[audit(outcome)]
    pub outcome: Outcome<MediaRefusal>,
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
    pub path: Option<HttpPath<'a>>,
    pub size: ByteSize,
    pub mode: MediaMode,
    pub url: Withheld<&'a str>,
}

/// Why virtual media was not mounted.
#[derive(Clone, Copy, AuditValue)]
pub enum MediaRefusal {
    AlreadyMounted,
    NotHttps,
}

/// How virtual media appears to the attached machine.
#[derive(Clone, Copy, AuditValue, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaMode {
    Cdrom,
    Disk,
}

/// A user unmounted virtual media.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "media_unmount", category = "media", outcome = "success")]
#[audit(from_context(actor, source))]
pub struct MediaUnmounted<'a> {
    #[audit(object(name), object_type = "media")]
    pub image: ObjectName<'a>,
}

/// A user switched the attached machine's power.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "power", category = "power", outcome = "success")]
#[audit(from_context(actor, source), object(id = "attached"), object_type = "machine")]
pub struct PowerAction {
    pub switch: PowerSwitch,
}

/// What the power was switched to.
#[derive(Clone, Copy, AuditValue, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerSwitch {
    On,
    Shutdown,
    Restart,
}

/// A user changed one of the device's settings.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "setting_change", category = "configuration", outcome = "success")]
#[audit(from_context(actor, source))]
pub struct SettingChanged<'a> {
    #[audit(object(id), object_type = "setting")]
    pub setting: SettingName<'a>,
    pub old: SettingClass,
    pub new: SettingClass,
}

/// What may be said of a setting's value.
#[derive(Clone, Copy, AuditValue)]
pub enum SettingClass {
    Factory,
    Custom,
}

/// The device's firmware is replaced, or was to be: recorded before, and again at the end.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "firmware_update", category = "firmware", two_phase)]
#[audit(from_context(actor, source), object(id = "self"), object_type = "device")]
pub struct FirmwareUpdated<'a> {
    #[audit(outcome)]
    pub outcome: Awaited<FirmwareFault>,
    pub from: Version<'a>,
    pub to: Version<'a>,
}

/// Why firmware was not replaced.
#[derive(Clone, Copy, AuditValue)]
pub enum FirmwareFault {
    Downgrade,
}
