//! What lets somebody in beside a password: second factors, tokens, sessions; and the first set-up.

use audit_core::vocab::{ClaimedName, ObjectId, ObjectName, SessionRef, UserName};
use audit_core::{AuditEvent, AuditValue, Outcome, Withheld};

use super::Fault;

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum LoginMethod {
    /// By a password.
    Password,
    /// By a password and a second factor.
    PasswordAndSecondFactor,
    /// By a key or certificate of their own.
    PublicKey,
    /// By a passkey or security key (WebAuthn).
    Webauthn,
    /// By a provider that the program trusts: OpenID Connect, SAML, LDAP.
    Provider,
    /// By a link or code that was sent by mail.
    Mail,
    /// By a token or API key.
    Token,
    /// Not at all: the program lets in whoever is there.
    Nothing,
}

/// A user logged in, and how.
///
/// The actor is the user, in the session that begins.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "authentication", outcome = "success")]
#[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
#[audit(redfish = "AccountSecurity.1.0.SuccessfulLogin")]
pub struct LoggedInBy {
    /// How.
    pub method: LoginMethod,
}

/// What a second factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum SecondFactor {
    /// Codes that an authenticator makes (TOTP, HOTP).
    Authenticator,
    /// A passkey or security key (WebAuthn).
    Webauthn,
    /// Codes sent by mail.
    Mail,
    /// Codes sent to a telephone.
    Telephone,
    /// Codes on paper, for when another factor is lost.
    Recovery,
}

/// A second factor was enrolled for a user, or its enrolment tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "second_factor_enroll", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 10), ecs(category = "iam", type = "change"))]
pub struct SecondFactorEnrolled<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The user whose factor it is.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// What it is.
    pub factor: SecondFactor,
}

/// A user's second factor was disabled, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "second_factor_disable", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3001, activity = 11), ecs(category = "iam", type = "change"))]
pub struct SecondFactorDisabled<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The user whose factor it was.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// What it was.
    pub factor: SecondFactor,
}

/// Why a token was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum TokenReason {
    /// There was none.
    Missing,
    /// It is no token of this program.
    Malformed,
    /// Its signature is not of a key that is trusted.
    BadSignature,
    /// It is not valid any more.
    Expired,
    /// It was revoked, or its session ended.
    Revoked,
    /// It is for something else.
    WrongScope,
    /// Nothing is known of it.
    Unknown,
}

/// A request came with a token that was not accepted: none, a bad or an expired one.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "token_check", category = "authentication", outcome = "denied")]
#[audit(none(actor = "the token was not accepted"), from_context(source))]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
pub struct TokenRefused<'a> {
    /// Why.
    #[audit(reason)]
    pub reason: TokenReason,
    /// What was given.
    pub token: Option<Withheld<&'a str>>,
}

/// A token or API key was made for a user, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "token_create", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 1), ecs(category = "iam", type = "creation"))]
pub struct TokenCreated<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The token's id or the name that was given to it; never the token.
    #[audit(object(id), object_type = "token")]
    pub id: ObjectId<'a>,
    /// The user that it lets in.
    pub user: UserName<'a>,
}

/// A token or API key was used: for programs that record its uses and not each request.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "token_use", category = "authentication", outcome = "success")]
#[audit(from_context(actor, source))]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
pub struct TokenUsed<'a> {
    /// The token's id; never the token.
    #[audit(object(id), object_type = "token")]
    pub id: ObjectId<'a>,
}

/// A token or API key was revoked, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "token_revoke", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 4), ecs(category = "iam", type = "deletion"))]
pub struct TokenRevoked<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The token's id; never the token.
    #[audit(object(id), object_type = "token")]
    pub id: ObjectId<'a>,
}

/// A session was ended by somebody else than its user, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_revoke", category = "session", from_context(actor, source))]
#[audit(ocsf(class = 3002, activity = 2), ecs(category = "session", type = "end"))]
pub struct SessionRevoked<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Whose session it was.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// Which, where one of several was ended.
    pub session: Option<SessionRef<'a>>,
}

/// A session ended because nobody used it, or its time was up. The actor of the context is its user.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_expire", category = "session", outcome = "success")]
#[audit(from_context(actor), none(source = "nothing was asked"))]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 2), ecs(category = "session", type = "end"))]
pub struct SessionExpired {}

/// The program was set up for the first time: from here on there is somebody who may log in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "first_setup", category = "account", from_context(source))]
#[audit(none(actor = "nobody can log in yet"))]
#[audit(ocsf(class = 3001, activity = 1), ecs(category = "iam", type = "creation"))]
pub struct FirstSetupDone<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The user that was created.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The password that was chosen.
    pub password: Option<Withheld<&'a str>>,
}

/// A user got another name, or that was tried.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "user_rename", category = "account", from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 3), ecs(category = "iam", type = "change"))]
pub struct UserRenamed<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// The name before.
    #[audit(object(name), object_type = "user")]
    pub user: UserName<'a>,
    /// The name from here on.
    pub new_name: ObjectName<'a>,
}

/// Somebody asked for a mail by which a password can be reset. Whether an account has the name is not to
/// be told to them, and is in the log.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "password_reset_request", category = "account", from_context(source))]
#[audit(none(object = "the account is the actor's, if there is one"))]
#[audit(ocsf(class = 3001, activity = 4), ecs(category = "iam", type = "change"))]
pub struct PasswordResetRequested<'a> {
    /// Whether a mail was sent.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who was named.
    #[audit(actor(user))]
    pub user: ClaimedName<'a>,
}
