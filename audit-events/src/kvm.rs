//! A KVM over IP: a device that sees the screen of another machine, types on its keyboard and holds
//! its power button.
//!
//! There is no event for a keystroke, a frame or a click: their timing alone tells. What is pasted
//! is told of by a size bucket. Logins and users are those of [`common`](crate::common).

mod drive;
mod hardware;
pub mod imported;
mod media;
mod serial;

use audit_core::vocab::{
    ByteSize, Digest, Elapsed, ErrorCode, ObjectId, ObjectName, PasteSize, SettingName, Version,
};
use audit_core::{AuditEvent, AuditValue, Awaited, Catalog, Outcome, Withheld};

pub use crate::common::{
    AccountLocked, CertificateReplaced, ConfigurationExported, ConfigurationImported, FactoryReset,
    Fault, FirstSetupDone, LoggedInBy, LoggedOut, LoginFailed, LoginMethod, LoginRefusal,
    LoginSucceeded, NetworkService, OperatorStarted, OperatorStopped, OverlayJoined, OverlayKind,
    OverlayLeft, PasswordChanged, PasswordReset, PasswordResetRequested, ProgramRestarted,
    RoleChanged, SecondFactor, SecondFactorDisabled, SecondFactorEnrolled, ServiceSwitched,
    SessionExpired, SessionRevoked, TerminalClosed, TerminalOpened, TokenCreated, TokenReason,
    TokenRefused, TokenRevoked, TokenUsed, UserCreated, UserDeleted, UserDisabled, UserReactivated,
    UserRenamed, UserUnlocked,
};
pub use drive::{
    DriveAccess, DriveFilePut, DriveFileTaken, DriveModeChanged, DriveTaking, DriveWiped,
    MediaDeleted,
};
pub use hardware::{
    AtxPressed, AtxSwitch, EdidChanged, GpioSet, HidMode, HidModeChanged, HidReset,
    JigglerSwitched, UsbNetworkSwitched, WakeOnLan,
};
pub use media::{MediaFault, MediaFetched, MediaMode, MediaMounted, MediaUnmounted, MediaUploaded};
pub use serial::{BaudRate, FlowControl, Parity, SerialConsole, StopBits};

/// All events of such a device.
pub const EVENTS: Catalog = audit_core::catalog![
    LoginSucceeded,
    LoginFailed<'_>,
    AccountLocked<'_>,
    LoggedOut,
    SessionStarted<'_>,
    SessionEnded<'_>,
    PasteUsed<'_>,
    MediaMounted<'_>,
    MediaUnmounted<'_>,
    MediaUploaded<'_>,
    MediaFetched<'_>,
    SerialConsole,
    FirmwareUpdated<'_>,
    SettingChanged<'_>,
    PasswordChanged<'_>,
    PasswordReset<'_>,
    UserCreated<'_>,
    UserDeleted<'_>,
    UserDisabled<'_>,
    UserReactivated<'_>,
    UserUnlocked<'_>,
    RoleChanged<'_>,
    ScriptRun<'_>,
    DevicePower,
    MachinePower,
    DebugLogExported,
    LoggedInBy,
    SecondFactorEnrolled<'_>,
    SecondFactorDisabled<'_>,
    TokenRefused<'_>,
    TokenCreated<'_>,
    TokenUsed<'_>,
    TokenRevoked<'_>,
    SessionRevoked<'_>,
    SessionExpired,
    FirstSetupDone<'_>,
    UserRenamed<'_>,
    PasswordResetRequested<'_>,
    ServiceSwitched,
    OverlayJoined<'_>,
    OverlayLeft<'_>,
    TerminalOpened<'_>,
    TerminalClosed<'_>,
    OperatorStarted<'_>,
    OperatorStopped<'_>,
    CertificateReplaced,
    ConfigurationExported,
    ConfigurationImported,
    FactoryReset,
    ProgramRestarted,
    AtxPressed,
    WakeOnLan<'_>,
    GpioSet,
    EdidChanged<'_>,
    HidModeChanged,
    HidReset,
    JigglerSwitched,
    UsbNetworkSwitched,
    MediaDeleted<'_>,
    DriveWiped,
    DriveFilePut<'_>,
    DriveFileTaken<'_>,
    DriveModeChanged,
];

/// A user began to watch and control the attached machine.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_start", category = "session", outcome = "success")]
#[audit(from_context(actor, source), ecs(category = "session", type = "start"))]
pub struct SessionStarted<'a> {
    /// The session's id: a number of its own, never the cookie.
    #[audit(object(id), object_type = "kvm_session")]
    pub console: ObjectId<'a>,
}

/// A user stopped watching and controlling the attached machine.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_end", category = "session", outcome = "success")]
#[audit(from_context(actor, source), ecs(category = "session", type = "end"))]
pub struct SessionEnded<'a> {
    /// The session's id.
    #[audit(object(id), object_type = "kvm_session")]
    pub console: ObjectId<'a>,
    /// How long it was open.
    pub duration: Elapsed,
}

/// A user pasted text to the attached machine.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input", outcome = "success")]
#[audit(from_context(actor, source), object(id = "attached"), object_type = "machine")]
pub struct PasteUsed<'a> {
    /// About how long it was.
    pub size_bucket: PasteSize,
    /// The keyboard that it was typed on.
    pub layout: KeyboardLayout,
    /// What it was.
    pub text: Withheld<&'a str>,
}

/// The keyboard that pasted text is typed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are languages and countries")]
pub enum KeyboardLayout {
    EnUs,
    EnGb,
    DeDe,
    DeCh,
    EsEs,
    FrFr,
    FrBe,
    FrCh,
    ItIt,
    JaJp,
    NlNl,
    PlPl,
    PtBr,
    PtPt,
    SvSe,
    /// None of these.
    Other,
}

impl KeyboardLayout {
    /// The layout of a language and a country, such as `en-us` or `de-DE`.
    ///
    /// ```
    /// use audit_events::kvm::KeyboardLayout;
    /// assert_eq!(KeyboardLayout::of("en-GB"), KeyboardLayout::EnGb);
    /// assert_eq!(KeyboardLayout::of("tlh"), KeyboardLayout::Other);
    /// ```
    pub fn of(tag: &str) -> KeyboardLayout {
        const TAGS: [(&str, KeyboardLayout); 15] = [
            ("en-us", KeyboardLayout::EnUs),
            ("en-gb", KeyboardLayout::EnGb),
            ("de-de", KeyboardLayout::DeDe),
            ("de-ch", KeyboardLayout::DeCh),
            ("es-es", KeyboardLayout::EsEs),
            ("fr-fr", KeyboardLayout::FrFr),
            ("fr-be", KeyboardLayout::FrBe),
            ("fr-ch", KeyboardLayout::FrCh),
            ("it-it", KeyboardLayout::ItIt),
            ("ja-jp", KeyboardLayout::JaJp),
            ("nl-nl", KeyboardLayout::NlNl),
            ("pl-pl", KeyboardLayout::PlPl),
            ("pt-br", KeyboardLayout::PtBr),
            ("pt-pt", KeyboardLayout::PtPt),
            ("sv-se", KeyboardLayout::SvSe),
        ];
        let known = TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag));
        known.map_or(KeyboardLayout::Other, |(_, layout)| *layout)
    }
}

/// The device's firmware is replaced, or was to be: recorded before, and again at the end.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "firmware_update", category = "firmware", two_phase)]
#[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
#[audit(ecs(category = "package", type = "installation"))]
pub struct FirmwareUpdated<'a> {
    /// How it ended.
    #[audit(outcome)]
    pub outcome: Awaited<FirmwareFault>,
    /// What ran before.
    pub from: Version<'a>,
    /// What is to run.
    pub to: Version<'a>,
}

/// Why firmware was not replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum FirmwareFault {
    /// Whoever asked may not.
    NotPermitted,
    /// It is older than what runs.
    Downgrade,
    /// It is for another device, or damaged.
    BadImage,
    /// It is not signed by whom it should be.
    BadSignature,
    /// It could not be fetched.
    DownloadFailed,
    /// There is no room for it.
    NoSpace,
    /// It could not be written.
    WriteFailed,
}

/// A user changed one of the device's settings.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "setting_change", category = "configuration")]
#[audit(from_context(actor, source))]
#[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
pub struct SettingChanged<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Which.
    #[audit(object(id), object_type = "setting")]
    pub setting: SettingName<'a>,
    /// What may be said of the value before.
    pub old: SettingClass,
    /// And of the value from now on.
    pub new: SettingClass,
}

/// What may be said of a setting's value, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum SettingClass {
    /// As the device was delivered.
    Factory,
    /// Something that somebody chose.
    Custom,
    /// Nothing.
    Unset,
    /// A switch that is on.
    On,
    /// A switch that is off.
    Off,
}

/// A script of a user's was run on the device.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "script_run", category = "script", from_context(actor, source))]
#[audit(ocsf(class = 1009, activity = 1), ecs(category = "process", type = "end"))]
pub struct ScriptRun<'a> {
    /// Whether it ran, and ended well.
    #[audit(outcome)]
    pub outcome: Outcome<ScriptFault>,
    /// Which.
    #[audit(object(name), object_type = "script")]
    pub script: ObjectName<'a>,
    /// The digest of what was run.
    pub digest: Digest,
    /// With which status it ended, if it ended by itself.
    pub exit_status: Option<ErrorCode>,
    /// How long it ran.
    pub duration: Elapsed,
    /// What it was given.
    pub arguments: Withheld<&'a str>,
}

/// Why a script did not run, or did not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum ScriptFault {
    /// Whoever asked may not run it.
    NotPermitted,
    /// It is not there, or cannot be run.
    NotRunnable,
    /// It ended with a status other than zero.
    ExitStatus,
    /// A signal ended it.
    Killed,
    /// It took too long, and was ended.
    TimedOut,
}

/// A user switched the device's own power.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "device_power", category = "power")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
#[audit(ecs(category = "host", type = "change"))]
pub struct DevicePower {
    /// Whether it was done. What is recorded of success is that it is about to be.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// To what.
    pub switch: PowerSwitch,
}

/// A user switched the attached machine's power.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "machine_power", category = "power")]
#[audit(from_context(actor, source), object(id = "attached"), object_type = "machine")]
#[audit(ecs(category = "host", type = "change"))]
pub struct MachinePower {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// To what.
    pub switch: PowerSwitch,
}

/// What power was switched to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum PowerSwitch {
    /// On.
    On,
    /// Off, with the operating system's help.
    Shutdown,
    /// Off, without asking anybody.
    Off,
    /// Off and on again.
    Restart,
}

/// The device's debug logs were handed out: they can say more than an audit log does.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "debug_log_export", category = "diagnostics")]
#[audit(from_context(actor, source), object(id = "debug_logs"), object_type = "log")]
#[audit(ocsf(class = 1008, activity = 3), ecs(category = "file", type = "access"))]
pub struct DebugLogExported {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// How much it was.
    pub size: ByteSize,
}
