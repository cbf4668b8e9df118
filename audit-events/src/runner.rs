//! A program that runs requests to APIs for its users, with connectors on other machines, in three
//! logs: what it does itself (`application`), what matters for security (`audit`), who came and
//! went (`access`).
//!
//! Roles, permissions and users are those of [`common`](crate::common), in `audit`.

mod access;

use audit_core::vocab::{Count, Elapsed, HttpStatus, ObjectId, ObjectName, Version};
use audit_core::{AuditEvent, AuditValue, Catalog, Outcome, Withheld};

pub use crate::common::{
    Fault, LoginRefusal, PermissionGranted, PermissionRevoked, RoleChanged, UserCreated,
    UserDeleted, UserDisabled, UserReactivated,
};
pub use access::{AccessApiKeyGenerated, AccessLogin, AccessLogout, AccessSessionExpired};

/// All events of such a program.
pub const EVENTS: Catalog = audit_core::catalog![
    ConnectorStarted<'_>,
    ConnectorStopped<'_>,
    RequestExecutionStarted<'_>,
    RequestExecutionEnded<'_>,
    RequestRetried<'_>,
    HealthCheckTriggered<'_>,
    SecretVariableUsed<'_>,
    UserCreated<'_>,
    UserDeleted<'_>,
    UserDisabled<'_>,
    UserReactivated<'_>,
    RoleChanged<'_>,
    PermissionGranted<'_>,
    PermissionRevoked<'_>,
    AccessLogin<'_>,
    AccessLogout<'_>,
    AccessSessionExpired<'_>,
    AccessApiKeyGenerated<'_>,
];

/// A connector started.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "connector_start", category = "connector", stream = "application")]
#[audit(actor(service = "connector"), source(local = "connector"))]
#[audit(ocsf(class = 6002, activity = 3), ecs(category = "process", type = "start"))]
pub struct ConnectorStarted<'a> {
    /// Whether it did.
    #[audit(outcome)]
    pub outcome: Outcome<RunnerError>,
    /// Which.
    #[audit(object(name), object_type = "connector")]
    pub connector: ObjectName<'a>,
    /// What runs.
    pub version: Version<'a>,
}

/// A connector stopped.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "connector_stop", category = "connector", stream = "application")]
#[audit(actor(service = "connector"), source(local = "connector"))]
#[audit(ocsf(class = 6002, activity = 4), ecs(category = "process", type = "end"))]
pub struct ConnectorStopped<'a> {
    /// Whether it did so as it should.
    #[audit(outcome)]
    pub outcome: Outcome<RunnerError>,
    /// Which.
    #[audit(object(name), object_type = "connector")]
    pub connector: ObjectName<'a>,
    /// How long it ran.
    pub uptime: Elapsed,
}

/// The execution of a request began.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "request_execution_start", category = "execution", outcome = "success")]
#[audit(stream = "application", from_context(actor, source))]
#[audit(ecs(category = "api", type = "start"))]
pub struct RequestExecutionStarted<'a> {
    /// Which execution: each has an id of its own.
    #[audit(object(id), object_type = "request")]
    pub execution: ObjectId<'a>,
    /// Of which request.
    #[audit(object(name))]
    pub request: ObjectName<'a>,
}

/// The execution of a request ended.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "request_execution_end", category = "execution", stream = "application")]
#[audit(from_context(actor, source), ecs(category = "api", type = "end"))]
pub struct RequestExecutionEnded<'a> {
    /// How.
    #[audit(outcome)]
    pub outcome: Outcome<RunnerError>,
    /// Which execution.
    #[audit(object(id), object_type = "request")]
    pub execution: ObjectId<'a>,
    /// Of which request.
    #[audit(object(name))]
    pub request: ObjectName<'a>,
    /// How the server answered, if it did.
    pub status: Option<HttpStatus>,
    /// How long it took.
    pub duration: Elapsed,
}

/// A request did not work, and is tried again.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "request_retry", category = "execution", outcome = "failure", level = "warn")]
#[audit(stream = "application", from_context(actor, source))]
#[audit(ocsf(class = 6008, activity = 1), ecs(category = "api", type = "info"))]
pub struct RequestRetried<'a> {
    /// Why it did not work.
    #[audit(reason)]
    pub reason: RunnerError,
    /// Which execution.
    #[audit(object(id), object_type = "request")]
    pub execution: ObjectId<'a>,
    /// Of which request.
    #[audit(object(name))]
    pub request: ObjectName<'a>,
    /// Which attempt that was, counted from 1.
    pub attempt: Count,
}

/// A health check was asked for.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "health_check", category = "connector", stream = "application")]
#[audit(from_context(actor, source), ecs(category = "process", type = "info"))]
pub struct HealthCheckTriggered<'a> {
    /// What it found.
    #[audit(outcome)]
    pub outcome: Outcome<RunnerError>,
    /// Of what.
    #[audit(object(name), object_type = "connector")]
    pub connector: ObjectName<'a>,
    /// How long it took.
    pub duration: Elapsed,
}

/// A request used a secret variable, or was to.
///
/// Several variables are several events, so that each can be searched for.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "secret_variable_use", category = "secret", from_context(actor, source))]
#[audit(ocsf(class = 3004, activity = 2), ecs(category = "database", type = "access"))]
pub struct SecretVariableUsed<'a> {
    /// Whether it was given.
    #[audit(outcome)]
    pub outcome: Outcome<RunnerError>,
    /// Which: its name.
    #[audit(object(name), object_type = "secret_variable")]
    pub variable: ObjectName<'a>,
    /// By which request.
    pub request: ObjectName<'a>,
    /// What it holds.
    pub value: Withheld<&'a str>,
}

/// Why something was denied or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum RunnerError {
    /// Whoever asked lacks the permission.
    NotPermitted,
    /// It is not there.
    NotFound,
    /// A variable that it needs has no value.
    MissingVariable,
    /// The request makes no sense.
    InvalidRequest,
    /// The server cannot be reached.
    Unreachable,
    /// No connection that can be trusted came about.
    Tls,
    /// The server refused to know who asked.
    Unauthorized,
    /// There were too many requests.
    RateLimited,
    /// The server failed.
    ServerError,
    /// The answer was not what the request expects.
    UnexpectedAnswer,
    /// It took too long.
    TimedOut,
    /// Somebody called it off.
    Cancelled,
    /// The program itself failed.
    Internal,
}
