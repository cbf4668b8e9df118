//! What other logs tell of such a device: requests that its web server logged.
//!
//! Nobody emits these events where something happens; `auditlog ingest` records them, in lines that
//! have `occurred` and `origin`. They say no more than the other log does: that a request was made,
//! and how it was answered. So they are events of their own: an image that nobody named is not
//! mounted by a `media_mounted` that has no image.

use audit_core::vocab::{Elapsed, HttpMethod, HttpPath, HttpStatus, UserName};
use audit_core::{AuditEvent, AuditValue, Catalog, Outcome, schema::OutcomeKind, vocab::Reported};

/// Why a request was refused or went wrong, as far as the answer's status tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum Answer {
    /// 401: nobody was logged in, or the name or the password was wrong.
    NotAuthenticated,
    /// 403: whoever asked lacks the permission.
    NotPermitted,
    /// 429: there were too many.
    TooMany,
    /// 404 and 410: there is no such thing.
    NotFound,
    /// 405: not in this way.
    MethodNotAllowed,
    /// 408: it did not come in time.
    TimedOut,
    /// 409: something is in the way.
    Conflict,
    /// 413 and 414: it is too large.
    TooLarge,
    /// Another 4xx: it makes no sense.
    Invalid,
    /// 502, 503 and 504: the device's application did not answer.
    Unavailable,
    /// Another 5xx: the device failed.
    Internal,
    /// None of these.
    Other,
}

impl Answer {
    /// What a status says.
    ///
    /// ```
    /// use audit_events::kvm::imported::Answer;
    /// assert_eq!(Answer::of(403), Answer::NotPermitted);
    /// assert_eq!(Answer::of(418), Answer::Invalid);
    /// ```
    pub const fn of(status: u16) -> Answer {
        match status {
            401 => Answer::NotAuthenticated,
            403 => Answer::NotPermitted,
            429 => Answer::TooMany,
            404 | 410 => Answer::NotFound,
            405 => Answer::MethodNotAllowed,
            408 => Answer::TimedOut,
            409 => Answer::Conflict,
            413 | 414 => Answer::TooLarge,
            400..=499 => Answer::Invalid,
            502..=504 => Answer::Unavailable,
            500..=599 => Answer::Internal,
            _ => Answer::Other,
        }
    }
}

/// The request that an event was concluded from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// How it was answered.
    pub outcome: Reported<Answer>,
    /// Its method.
    pub method: HttpMethod,
    /// Its path, without query; none where it is too long.
    pub path: Option<HttpPath<'a>>,
    /// The status of the answer; none where it is not one of HTTP's.
    pub status: Option<HttpStatus>,
}

impl<'a> Request<'a> {
    /// A request, how it ended and the status of its answer.
    pub fn new(method: &str, path: &'a str, ended: OutcomeKind, status: u16) -> Request<'a> {
        let outcome = match ended {
            OutcomeKind::Success => Reported::Ended(Outcome::Success),
            OutcomeKind::Denied => Reported::Ended(Outcome::Denied(Answer::of(status))),
            OutcomeKind::Failure => Reported::Ended(Outcome::Failure(Answer::of(status))),
            _ => Reported::Unknown,
        };
        let (method, path) = (HttpMethod::of(method), HttpPath::of(path).ok());
        Request { outcome, method, path, status: HttpStatus::new(status).ok() }
    }
}

/// Which of a device's logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum OtherLog {
    /// Its requests.
    Access,
    /// What the application says.
    Application,
}

/// Why lines of another log could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AuditValue)]
#[non_exhaustive]
pub enum MissingCause {
    /// The file was removed before it was read.
    Removed,
    /// It was truncated, and there is no copy of it.
    Truncated,
    /// What is compressed is damaged.
    Damaged,
    /// It is compressed in a way that is not understood.
    Packed,
    /// It was written to when the one after it had been begun.
    WrittenLate,
}

/// Lines of another log could not be read: what they told of is not in this log.
///
/// It happened at `occurred`, when the last line before them was written, or the first behind them where
/// nothing is known of that.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "log_lines_missing", category = "log", outcome = "failure")]
#[audit(none(actor = "a log does not tell why a part of it is gone", source = "the same"))]
#[audit(object(id = "self"), object_type = "system")]
pub struct LinesMissing {
    /// Why.
    #[audit(reason)]
    pub cause: MissingCause,
    /// The log that they are missing from.
    pub of: OtherLog,
    /// How long the stretch is in which they were written, where both its ends are known.
    pub lasting: Option<Elapsed>,
}

/// Declares events of one request each, and how they are made from it.
macro_rules! imported {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$of:meta])* $field:ident: $type:ty),* }
    )*) => {
        /// All events of this module.
        pub const EVENTS: Catalog = audit_core::catalog![LinesMissing, $($name<'_>),*];

        $(
            #[must_use]
            #[derive(AuditEvent)]
            $(#[$meta])*
            #[audit(from_context(actor, source), object(id = "self"), object_type = "system")]
            pub struct $name<'a> {
                /// How the request was answered.
                #[audit(outcome)]
                pub outcome: Reported<Answer>,
                /// The request's method.
                pub method: HttpMethod,
                /// The request's path, without query.
                pub path: Option<HttpPath<'a>>,
                /// The answer's status.
                pub status: Option<HttpStatus>,
                $($(#[$of])* pub $field: $type,)*
            }

            impl<'a> $name<'a> {
                /// The event that a request tells of.
                pub fn of(request: Request<'a> $(, $field: $type)*) -> $name<'a> {
                    let Request { outcome, method, path, status } = request;
                    $name { outcome, method, path, status $(, $field)* }
                }
            }
        )*
    };
}

imported! {
    /// A login was tried.
    #[audit(action = "login", category = "authentication")]
    #[audit(ocsf(class = 3002, activity = 1), ecs(category = "authentication", type = "start"))]
    ImportedLogin {}

    /// A user logged out, or tried to.
    #[audit(action = "logout", category = "authentication")]
    #[audit(ocsf(class = 3002, activity = 2), ecs(category = "authentication", type = "end"))]
    ImportedLogout {}

    /// A connection to the remote console was opened, or refused.
    #[audit(action = "session_start", category = "session")]
    #[audit(ecs(category = "session", type = "start"))]
    ImportedSessionStart {
        /// How far off the moment may be: the other log tells of a connection when it ends.
        off_by: Option<Elapsed>
    }

    /// A connection to the remote console ended.
    #[audit(action = "session_end", category = "session")]
    #[audit(ecs(category = "session", type = "end"))]
    ImportedSessionEnd {}

    /// Text was pasted to the attached machine.
    #[audit(action = "paste", category = "input")]
    ImportedPaste {}

    /// Virtual media was mounted.
    #[audit(action = "media_mount", category = "media")]
    #[audit(ocsf(class = 1010, activity = 1), ecs(category = "host", type = "change"))]
    ImportedMediaMount {}

    /// Virtual media was unmounted.
    #[audit(action = "media_unmount", category = "media")]
    #[audit(ocsf(class = 1010, activity = 2), ecs(category = "host", type = "change"))]
    ImportedMediaUnmount {}

    /// An image was uploaded.
    #[audit(action = "media_upload", category = "media")]
    #[audit(ocsf(class = 1001, activity = 1), ecs(category = "file", type = "creation"))]
    ImportedMediaUpload {}

    /// An image was fetched from a URL.
    #[audit(action = "media_fetch", category = "media")]
    #[audit(ocsf(class = 1001, activity = 1), ecs(category = "file", type = "creation"))]
    ImportedMediaFetch {}

    /// The device was shut down.
    #[audit(action = "power_shutdown", category = "power")]
    #[audit(ecs(category = "host", type = "change"))]
    ImportedPowerShutdown {}

    /// The device was restarted.
    #[audit(action = "power_restart", category = "power")]
    #[audit(ecs(category = "host", type = "change"))]
    ImportedPowerRestart {}

    /// The device's firmware was to be replaced.
    #[audit(action = "firmware_update", category = "firmware")]
    #[audit(ecs(category = "package", type = "installation"))]
    ImportedFirmwareUpdate {}

    /// A user was created.
    #[audit(action = "user_create", category = "account")]
    #[audit(ocsf(class = 3001, activity = 1), ecs(category = "iam", type = "creation"))]
    ImportedUserCreate {
        /// Who, where the application log tells.
        target: Option<UserName<'a>>
    }

    /// One user was deleted, or all of them.
    #[audit(action = "user_delete", category = "account")]
    #[audit(ocsf(class = 3001, activity = 6), ecs(category = "iam", type = "deletion"))]
    ImportedUserDelete {
        /// Who, where the application log tells.
        target: Option<UserName<'a>>
    }

    /// A user's password was changed.
    #[audit(action = "password_change", category = "account")]
    #[audit(ocsf(class = 3001, activity = 3), ecs(category = "iam", type = "change"))]
    ImportedPasswordChange {
        /// Whose, where the application log tells.
        target: Option<UserName<'a>>
    }

    /// A user was given another role.
    #[audit(action = "role_change", category = "account")]
    #[audit(ocsf(class = 3005, activity = 1), ecs(category = "iam", type = "change"))]
    ImportedRoleChange {
        /// Whose, where the application log tells.
        target: Option<UserName<'a>>
    }

    /// A setting was changed.
    #[audit(action = "setting_change", category = "configuration")]
    #[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
    ImportedSettingChange {}

    /// The serial console was set up.
    #[audit(action = "serial_config", category = "configuration")]
    #[audit(ocsf(class = 5019, activity = 1), ecs(category = "configuration", type = "change"))]
    ImportedSerialConfig {}

    /// The device's debug logs were handed out.
    #[audit(action = "debug_log_export", category = "diagnostics")]
    #[audit(ocsf(class = 1008, activity = 3), ecs(category = "file", type = "access"))]
    ImportedDebugLogExport {}

    /// A script was run.
    #[audit(action = "script_run", category = "script")]
    #[audit(ocsf(class = 1009, activity = 1), ecs(category = "process", type = "end"))]
    ImportedScriptRun {}

    /// The machine that is attached, or a guest, was to be started.
    #[audit(action = "machine_start", category = "power")]
    #[audit(ecs(category = "host", type = "start"))]
    ImportedMachineStart {}

    /// The machine that is attached, or a guest, was to be stopped, with or without its consent.
    #[audit(action = "machine_stop", category = "power")]
    #[audit(ecs(category = "host", type = "end"))]
    ImportedMachineStop {}

    /// The machine that is attached, or a guest, was to be restarted or reset.
    #[audit(action = "machine_restart", category = "power")]
    #[audit(ecs(category = "host", type = "change"))]
    ImportedMachineRestart {}

    /// The power of a machine was to change; which way, the other log does not say.
    #[audit(action = "machine_power", category = "power")]
    #[audit(ecs(category = "host", type = "change"))]
    ImportedMachinePower {}

    /// An image was deleted, or all of them.
    #[audit(action = "media_delete", category = "media")]
    #[audit(ocsf(class = 1001, activity = 4), ecs(category = "file", type = "deletion"))]
    ImportedMediaDelete {}

    /// An image was handed out.
    #[audit(action = "media_download", category = "media")]
    #[audit(ocsf(class = 1001, activity = 2), ecs(category = "file", type = "access"))]
    ImportedMediaDownload {}

    /// Keys were sent to the attached machine by a request, and not through the console.
    #[audit(action = "keys_send", category = "input")]
    ImportedKeysSend {}
}
