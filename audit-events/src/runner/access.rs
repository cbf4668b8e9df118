//! Who came and went, in a log of its own.
//!
//! Where somebody is, the caller says: nothing is looked up.

use core::net::IpAddr;

use audit_core::vocab::{ClaimedName, Elapsed, GeoLabel, KeyFingerprint, SessionRef, UserName};
use audit_core::{AuditEvent, Outcome, Withheld};

use crate::common::{Fault, LoginRefusal};

/// A user tried to log in.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "login", category = "access", stream = "access")]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
pub struct AccessLogin<'a> {
    /// Whether it worked.
    #[audit(outcome)]
    pub outcome: Outcome<LoginRefusal>,
    /// Who was named.
    #[audit(actor(user))]
    pub user: ClaimedName<'a>,
    /// From where.
    #[audit(source(address))]
    pub from: IpAddr,
    /// In which country or region that is, if somebody knows.
    pub geo: Option<GeoLabel<'a>>,
    /// What was given as the password, if the login was by one.
    pub password: Option<Withheld<&'a str>>,
}

/// A user logged out.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "logout", category = "access", outcome = "success", stream = "access")]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 2), ecs(category = "authentication", type = "end"))]
pub struct AccessLogout<'a> {
    /// Who.
    #[audit(actor(user))]
    pub user: UserName<'a>,
    /// Out of which session.
    #[audit(actor(session))]
    pub session: SessionRef<'a>,
    /// From where.
    #[audit(source(address))]
    pub from: IpAddr,
    /// In which country or region that is, if somebody knows.
    pub geo: Option<GeoLabel<'a>>,
}

/// A user's session ended by itself.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "session_expire", category = "access", outcome = "success", stream = "access")]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3002, activity = 2), ecs(category = "session", type = "end"))]
pub struct AccessSessionExpired<'a> {
    /// Whose.
    #[audit(actor(user))]
    pub user: UserName<'a>,
    /// Which.
    #[audit(actor(session))]
    pub session: SessionRef<'a>,
    /// From where it was used last.
    #[audit(source(address))]
    pub from: IpAddr,
    /// In which country or region that is, if somebody knows.
    pub geo: Option<GeoLabel<'a>>,
    /// How long nobody had used it.
    pub idle: Elapsed,
}

/// A user had a key for the API made.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "api_key_generate", category = "access", stream = "access")]
#[audit(object(id = "self"), object_type = "system")]
#[audit(ocsf(class = 3004, activity = 1), ecs(category = "iam", type = "creation"))]
pub struct AccessApiKeyGenerated<'a> {
    /// Whether it was done.
    #[audit(outcome)]
    pub outcome: Outcome<Fault>,
    /// Who.
    #[audit(actor(user))]
    pub user: UserName<'a>,
    /// In which session.
    #[audit(actor(session))]
    pub session: SessionRef<'a>,
    /// From where.
    #[audit(source(address))]
    pub from: IpAddr,
    /// In which country or region that is, if somebody knows.
    pub geo: Option<GeoLabel<'a>>,
    /// The SHA-256 of the key, if one was made: nobody finds the key by it, because a key is long
    /// and drawn by chance.
    pub fingerprint: Option<KeyFingerprint>,
    /// The key.
    pub api_key: Withheld<&'a str>,
}
