//! Events that more than one catalogue has: who came and went, and who changed whom.
//!
//! The modules of the catalogues have them too, so that one `use` is enough.

mod access;
mod login;
mod system;
mod user;

use audit_core::{AuditValue, Catalog};

pub use access::{
    FirstSetupDone, LoggedInBy, LoginMethod, PasswordResetRequested, SecondFactor,
    SecondFactorDisabled, SecondFactorEnrolled, SessionExpired, SessionRevoked, TokenCreated,
    TokenReason, TokenRefused, TokenRevoked, TokenUsed, UserRenamed,
};
pub use login::{AccountLocked, LoggedOut, LoginFailed, LoginRefusal, LoginSucceeded};
pub use system::{
    CertificateReplaced, ConfigurationExported, ConfigurationImported, FactoryReset,
    NetworkService, OperatorStarted, OperatorStopped, OverlayJoined, OverlayKind, OverlayLeft,
    ProgramRestarted, ServiceSwitched, TerminalClosed, TerminalOpened,
};
pub use user::{
    GroupMemberAdded, GroupMemberRemoved, PasswordChanged, PasswordReset, PermissionGranted,
    PermissionRevoked, RoleChanged, UserCreated, UserDeleted, UserDisabled, UserReactivated,
    UserUnlocked,
};

/// All events of this module.
pub const EVENTS: Catalog = audit_core::catalog![
    LoginSucceeded,
    LoginFailed<'_>,
    AccountLocked<'_>,
    LoggedOut,
    PasswordChanged<'_>,
    PasswordReset<'_>,
    UserCreated<'_>,
    UserDeleted<'_>,
    UserDisabled<'_>,
    UserReactivated<'_>,
    UserUnlocked<'_>,
    RoleChanged<'_>,
    PermissionGranted<'_>,
    PermissionRevoked<'_>,
    GroupMemberAdded<'_>,
    GroupMemberRemoved<'_>,
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
];

/// Why something was denied or failed, where there is no more to say of it than that.
///
/// What was not permitted was denied; all else, as a rule, failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum Fault {
    /// Whoever asked lacks the permission.
    NotPermitted,
    /// What it was about is not there.
    NotFound,
    /// Something has this name or id already.
    AlreadyExists,
    /// Something else uses it.
    Busy,
    /// What was asked for makes no sense.
    Invalid,
    /// There is no room.
    NoSpace,
    /// It took too long.
    TimedOut,
    /// Somebody called it off.
    Cancelled,
    /// The operating system, a disk or a network failed.
    Io,
    /// The program itself failed.
    Internal,
}
