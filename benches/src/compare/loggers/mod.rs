//! The loggers that are compared, each with its fastest sensible settings and, where it can, in
//! the mode that waits instead of losing events.
//!
//! Three rules hold for all of them, so that none does more than it needs. The time in a line is
//! the number of milliseconds since the epoch wherever the logger lets its user choose. What takes
//! text only gets the members of the JSON object ready from [`Members`](super::work::Members), on
//! the calling thread. And where a logger takes any writer, it gets a buffer of 64 KiB.
//!
//! A queue is as long as its logger has it by default or in its own documentation, and 8192 lines
//! where that is less or unbounded.

mod fast_log;
mod flexi;
mod ftlog;
mod logforth;
mod ours;
mod slog;
mod spdlog;
mod tracing_appender;

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::files::Form;
use super::logger::Logger;
use super::writer;
use crate::Failure;

/// How many lines wait at most in a queue whose length nothing else suggests.
const QUEUE: usize = 8192;
const BUFFER: usize = 64 * 1024;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Subject {
    Audit,
    AuditEvidence,
    AuditDefaults,
    AuditSession,
    TracingAppender,
    SlogAsync,
    Ftlog,
    FastLog,
    Spdlog,
    Logforth,
    FlexiLogger,
}

impl Subject {
    pub(crate) const ALL: [Subject; 11] = [
        Subject::Audit,
        Subject::AuditEvidence,
        Subject::AuditDefaults,
        Subject::AuditSession,
        Subject::TracingAppender,
        Subject::SlogAsync,
        Subject::Ftlog,
        Subject::FastLog,
        Subject::Spdlog,
        Subject::Logforth,
        Subject::FlexiLogger,
    ];

    pub(crate) fn is_ours(self) -> bool {
        matches!(
            self,
            Subject::Audit
                | Subject::AuditEvidence
                | Subject::AuditDefaults
                | Subject::AuditSession
        )
    }

    /// How its lines are known.
    pub(crate) fn form(self) -> Form {
        match self {
            Subject::AuditSession => {
                let [action, user, ip, port, attempt, reason, _] = writer::FORM.fields;
                let fields = [action, user, ip, port, attempt, reason, "/actor/session"];
                Form { fields, ..writer::FORM }
            }
            _ if self.is_ours() => writer::FORM,
            _ => Form {
                begins: None,
                fields: [
                    "/action", "/user", "/address", "/port", "/attempt", "/reason", "/session",
                ],
            },
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Audit => "audit",
            Subject::AuditEvidence => "audit (evidence)",
            Subject::AuditDefaults => "audit (defaults)",
            Subject::AuditSession => "audit (SessionRef)",
            Subject::TracingAppender => "tracing-appender",
            Subject::SlogAsync => "slog-async",
            Subject::Ftlog => "ftlog",
            Subject::FastLog => "fast_log",
            Subject::Spdlog => "spdlog-rs",
            Subject::Logforth => "logforth",
            Subject::FlexiLogger => "flexi_logger",
        }
    }

    /// The settings, for whoever reads the table.
    pub(crate) fn settings(self) -> &'static str {
        match self {
            Subject::Audit => {
                "equal work: its channel of 1 MiB, waits when full, no syncs, no rotation; \
                 the session is an ObjectId"
            }
            Subject::AuditEvidence => {
                "more work than the peers do: as `audit`, and each line is bound to the one before, \
                 hashed, taken into the tree, and signed with the others each minute"
            }
            Subject::AuditDefaults => {
                "its defaults: evidence, syncs each second (denied events ask for 100 ms), \
                 rotates at 8 MiB, waits 50 ms and then counts a loss; but keeps all files"
            }
            Subject::AuditSession => {
                "more work than the peers do: the session is a SessionRef, \
                 a keyed hash on the caller's thread"
            }
            Subject::TracingAppender => {
                "tracing-subscriber's json, flattened; queue of 128000, waits; \
                 64 KiB buffer, flushed when idle"
            }
            Subject::SlogAsync => {
                "slog-json, on the writer's thread; queue of 8192, waits; 64 KiB buffer"
            }
            Subject::Ftlog => "text, clock by tsc; queue of 100000, waits; 64 KiB buffer",
            Subject::FastLog => {
                "text; queue of 100000, waits; its file appender, which writes a batch at once"
            }
            Subject::Spdlog => "text; queue of 8192, waits; 64 KiB buffer",
            Subject::Logforth => "text; queue of 8192, waits; its file appender, a write a line",
            Subject::FlexiLogger => {
                "text; 8192 pooled buffers; its queue has no bound, so it never waits; \
                 a write a line"
            }
        }
    }
}

/// Starts a logger that writes into this empty directory. One of them a process: most are global.
pub(crate) fn start(subject: Subject, dir: &Path) -> Result<Box<dyn Logger>, Failure> {
    Ok(match subject {
        Subject::Audit
        | Subject::AuditEvidence
        | Subject::AuditDefaults
        | Subject::AuditSession => ours::start(subject, dir)?,
        Subject::TracingAppender => tracing_appender::start(dir)?,
        Subject::SlogAsync => slog::start(dir)?,
        Subject::Ftlog => ftlog::start(dir)?,
        Subject::FastLog => fast_log::start(dir)?,
        Subject::Spdlog => spdlog::start(dir)?,
        Subject::Logforth => logforth::start(dir)?,
        Subject::FlexiLogger => flexi::start(dir)?,
    })
}

/// The file of a logger that takes any writer.
#[expect(clippy::disallowed_methods, reason = "the file is another logger's, not the audit log's")]
fn file(dir: &Path) -> Result<BufWriter<File>, Failure> {
    let file = OpenOptions::new().create_new(true).append(true).open(dir.join(FILE))?;
    Ok(BufWriter::with_capacity(BUFFER, file))
}

const FILE: &str = "peer.jsonl";

/// The time as loggers write it that let their user choose.
fn millis(time: SystemTime) -> u128 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis()
}

#[expect(clippy::disallowed_methods, reason = "other loggers ask the system for the time")]
fn now_millis() -> u128 {
    millis(SystemTime::now())
}
