//! Connectors and requests: what the runner does, and how it says so. What it does itself it says
//! through `tracing`; which secrets it used is an audit event.

use std::collections::BTreeMap;

use audit_core::vocab::ObjectName;
use audit_core::{Outcome, Withheld};
use audit_events::runner::{RunnerError, SecretVariableUsed};
use audit_writer::clock::{Clock, SystemClock};

use crate::log::Failure;
use crate::people::Caller;
use crate::stub::Stub;

/// So often a request is sent before it has failed.
const ATTEMPTS_MAX: u32 = 3;

/// A request that users can run.
pub struct Request {
    pub name: &'static str,
    pub path: &'static str,
    /// The secret variables that it needs; the first one is what it authenticates with.
    pub variables: &'static [&'static str],
}

/// A miniature runner of requests.
#[derive(Default)]
pub struct Runner {
    server: Stub,
    /// Secret variables and their values.
    pub variables: BTreeMap<&'static str, String>,
    executions: u64,
}

impl Runner {
    pub fn start(&self, connector: &str) {
        tracing::info!(connector, version = "1.4.0", "connector started");
    }

    pub fn stop(&self, connector: &str) {
        tracing::info!(connector, executions = self.executions, "connector stopped");
    }

    /// Asks whether the server is well.
    pub fn check_health(&mut self, connector: &str) {
        let span = tracing::info_span!("health_check", connector);
        let _in_it = span.enter();
        tracing::info!("health check triggered");
        let status = self.server.answer("/health", None).unwrap_or(0);
        tracing::info!(status, healthy = status == 200, "health check ended");
    }

    /// Runs a request for somebody; whether it worked.
    pub fn execute(&mut self, caller: &Caller, request: &Request) -> Result<bool, Failure> {
        self.executions += 1;
        let span = tracing::info_span!(
            "execution",
            number = self.executions,
            request = request.name,
            connector = "eu-1"
        );
        let _in_it = span.enter();
        let start_ns = SystemClock::new().up_ns();
        tracing::info!("request execution started");
        // Recorded before it is used: which variable, by which request, never what it holds.
        let ended = match self.use_variables(caller, request)? {
            None => self.send(request),
            Some(reason) => Err(reason),
        };
        let took_us = SystemClock::new().up_ns().saturating_sub(start_ns) / 1000;
        match ended {
            Ok(status) => tracing::info!(status, took_us, "request execution ended"),
            Err(reason) => tracing::error!(?reason, took_us, "request execution ended"),
        }
        Ok(ended.is_ok())
    }

    /// Why one of the variables that the request needs may not be used, or cannot be.
    fn use_variables(
        &self,
        caller: &Caller,
        request: &Request,
    ) -> Result<Option<RunnerError>, Failure> {
        let mut why_not = None;
        for variable in request.variables {
            let value = self.variables.get(variable).map(String::as_str);
            let outcome = match value {
                _ if !caller.may_use_variables => Outcome::Denied(RunnerError::NotPermitted),
                None => Outcome::Failure(RunnerError::MissingVariable),
                Some(_) => Outcome::Success,
            };
            let (name, of) = (ObjectName::new(variable)?, ObjectName::new(request.name)?);
            let value = Withheld::new(value.unwrap_or_default());
            SecretVariableUsed { outcome, variable: name, request: of, value }
                .within(&caller.context()?)
                .emit()?;
            if let Outcome::Denied(reason) | Outcome::Failure(reason) = outcome {
                why_not = Some(reason);
            }
        }
        Ok(why_not)
    }

    /// Sends a request, again and again where that may help.
    fn send(&mut self, request: &Request) -> Result<u16, RunnerError> {
        let authorization = request.variables.first().and_then(|name| self.variables.get(name));
        let authorization = authorization.map(String::as_str);
        for attempt in 1.. {
            let reason = match self.server.answer(request.path, authorization) {
                Ok(status @ 200..=299) => return Ok(status),
                Ok(401) => return Err(RunnerError::Unauthorized),
                Ok(500..) => RunnerError::ServerError,
                Ok(_) => return Err(RunnerError::UnexpectedAnswer),
                Err(reason) => reason,
            };
            if attempt == ATTEMPTS_MAX {
                return Err(reason);
            }
            tracing::warn!(attempt, ?reason, "request failed, trying again");
        }
        Err(RunnerError::Internal)
    }
}
