//! Who came and went.

use audit_core::vocab::{ClaimedName, Count, UserName};
use audit_core::{AuditEvent, AuditValue, Withheld};

/// A user logged in.
///
/// The actor is the user, in the session that begins.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
#[audit(redfish = "AccountSecurity.1.0.SuccessfulLogin")]
pub struct LoginSucceeded {}

/// A login attempt was refused.
///
/// Before somebody is logged in, the source's context is
/// [`Context::of_nobody`](audit_core::Context::of_nobody).
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "denied")]
#[audit(from_context(source), object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
#[audit(redfish = "AccountSecurity.1.0.InvalidCredentials")]
pub struct LoginFailed<'a> {
    /// Who was named: people type passwords into the box for the name.
    #[audit(actor(user))]
    pub user: ClaimedName<'a>,
    /// Why.
    #[audit(reason)]
    pub reason: LoginRefusal,
    /// Which attempt in a row it was, counted from 1, if somebody counts.
    pub attempt: Option<Count>,
    /// What was given as the password, if the login was by one.
    pub password: Option<Withheld<&'a str>>,
}

/// Why a login was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum LoginRefusal {
    /// No account has this name.
    UnknownUser,
    /// The password was not the account's.
    BadPassword,
    /// The second factor was missing or wrong.
    BadSecondFactor,
    /// No account has this key, or not this one.
    UnknownKey,
    /// The key is of a type that is not accepted.
    KeyTypeRefused,
    /// The account is locked, after too many failures.
    AccountLocked,
    /// The account was disabled.
    AccountDisabled,
    /// There were too many attempts, from there or for this account.
    TooManyAttempts,
    /// Nobody may log in from there.
    SourceRefused,
    /// Whoever recorded it does not know.
    Unknown,
}

/// An account was locked, because too many logins failed.
///
/// The source is the one that the last of them came from.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "account_lock", category = "authentication", outcome = "success", level = "warn")]
#[audit(actor(service = "login"), from_context(source))]
#[audit(ocsf(class = 3001, activity = 9), ecs(category = "iam", type = "change"))]
#[audit(redfish = "AccountSecurity.1.0.AccountLocked")]
pub struct AccountLocked<'a> {
    /// Whose account.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// How many failed.
    pub failures: Count,
}

/// A user logged out.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "logout", category = "authentication", outcome = "success")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 2), ecs(category = "authentication", type = "end"))]
pub struct LoggedOut {}
