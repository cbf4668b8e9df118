//! The logs of a program.

/// Which log an event goes into. Each is independent of the others: it has numbers, files,
/// rotation and evidence of its own.
///
/// An event says it by `#[audit(stream = "access")]`; without a word it is
/// [`Audit`](Stream::Audit).
///
/// ```
/// use audit_core::{AuditEvent, Stream};
/// # /// Something started.
/// # #[must_use]
/// # #[derive(AuditEvent)]
/// # #[audit(action = "start", category = "connector", outcome = "success")]
/// # #[audit(actor(service = "connector"), source(local = "self"), none(object = "itself"))]
/// #[audit(stream = "application")]
/// struct ConnectorStarted {}
///
/// assert_eq!(ConnectorStarted::SCHEMAS[0].stream, Stream::Application);
/// assert_eq!(Stream::ALL.map(Stream::name), ["audit", "access", "application"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Who did what that matters for security: what is kept longest and lost last.
    #[default]
    Audit,
    /// Who came and went, and from where: sessions, logins, keys.
    Access,
    /// What the program itself does: starts, errors, retries.
    Application,
}

impl Stream {
    /// All of them.
    pub const ALL: [Stream; 3] = [Stream::Audit, Stream::Access, Stream::Application];

    /// The stream's name in attributes, in schemas, and in the names of its files.
    pub const fn name(self) -> &'static str {
        match self {
            Stream::Audit => "audit",
            Stream::Access => "access",
            Stream::Application => "application",
        }
    }
}
