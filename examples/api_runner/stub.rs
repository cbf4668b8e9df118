//! The server that requests go to: a part of this program, with no network between.

use audit_events::runner::RunnerError;

/// A server with a few endpoints, some of them out of order.
#[derive(Default)]
pub struct Stub {
    orders: u32,
}

impl Stub {
    /// The status of an answer, or why there was none.
    pub fn answer(&mut self, path: &str, authorization: Option<&str>) -> Result<u16, RunnerError> {
        // What an HTTP library says of a request. It means no harm, and tells a token.
        tracing::info!(target: "http_client", path, authorization, "sending");
        match (path, authorization) {
            ("/health", _) => Ok(200),
            (_, None) => Ok(401),
            ("/login-check", Some(_)) => Ok(200),
            // It works at the third attempt.
            ("/orders", Some(_)) => {
                self.orders += 1;
                match self.orders {
                    1 => Err(RunnerError::TimedOut),
                    2 => Ok(503),
                    _ => Ok(200),
                }
            }
            ("/reports", Some(_)) => Ok(500),
            _ => Ok(404),
        }
    }
}
