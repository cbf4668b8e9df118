//! What stands in for the devices and the directory behind the servers: it does nothing, or fails.

use audit_core::EmitError;
use audit_events::kvm::{Fault, MediaFault};

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Failed {
    NotThere,
    NotRecorded,
}

impl Failed {
    pub(crate) fn fault(&self) -> Fault {
        match self {
            Failed::NotThere => Fault::NotFound,
            Failed::NotRecorded => Fault::Internal,
        }
    }

    pub(crate) fn media(&self) -> MediaFault {
        match self {
            Failed::NotThere => MediaFault::NotFound,
            Failed::NotRecorded => MediaFault::Io,
        }
    }
}

impl From<EmitError> for Failed {
    fn from(_: EmitError) -> Failed {
        Failed::NotRecorded
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl axum::response::IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        axum::http::StatusCode::BAD_REQUEST.into_response()
    }
}

impl actix_web::ResponseError for Failed {}

pub(crate) fn done() -> Result<(), Failed> {
    Ok(())
}

/// There is no `missing`.
pub(crate) fn find(name: &str) -> Result<(), Failed> {
    if name == "missing" { Err(Failed::NotThere) } else { Ok(()) }
}

/// The cookie of a session, if the password is right.
pub(crate) fn log_in(user: &str, password: &str) -> Option<String> {
    (password == "right").then(|| format!("session-of-{user}"))
}

pub(crate) fn user_of(cookie: &str) -> Option<String> {
    cookie.strip_prefix("session-of-").map(str::to_owned)
}
