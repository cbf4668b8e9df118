//! The events that the layer records.

use audit_core::{AuditEvent, Catalog};

/// The events that the layer records, for the lock of their schemas and for a catalogue.
pub const EVENTS: Catalog = audit_core::catalog![Logged<'_>, TextsAllowed<'_>];

/// An event for each level that a line may have, with the same fields.
macro_rules! logged {
    ($($(#[$doc:meta])* $variant:ident;)*) => {
        /// The program logged something.
        #[must_use]
        #[derive(AuditEvent)]
        #[audit(action = "log", category = "application", outcome = "unknown")]
        #[audit(stream = "application", actor(service = "program"))]
        #[audit(none(source = "the program itself", object = "the target says what it is about"))]
        pub(crate) enum Logged<'a> {
            $(
                $(#[$doc])*
                $variant {
                    #[audit(disclose = "a module's name, from the source", class = "public")]
                    target: &'a str,
                    #[audit(disclose = "the callsite's name, from the source", class = "public")]
                    callsite: &'a str,
                    #[audit(disclose = "the level's name", class = "public")]
                    severity: &'a str,
                    #[audit(disclose = "only of targets that were allowed, with a reason")]
                    message: &'a str,
                    #[audit(disclose = "numbers and booleans; texts of targets that were allowed")]
                    fields: &'a str,
                    #[audit(disclose = "counts fields that had no room", class = "internal")]
                    fields_left: u32,
                    #[audit(disclose = "as fields, of the spans around")]
                    spans: &'a str,
                    #[audit(disclose = "counts spans that had no room", class = "internal")]
                    spans_left: u32,
                },
            )*
        }
    };
}

logged! {
    /// The program said something.
    #[audit(level = "info")]
    Info;
    /// The program warned.
    #[audit(level = "warn")]
    Warning;
    /// The program told of an error.
    #[audit(level = "error")]
    Error;
}

/// Texts that a part of the program logs are recorded from here on.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "allow_texts", category = "application", outcome = "success", level = "warn")]
#[audit(stream = "application", actor(service = "program"))]
#[audit(none(source = "the program itself", object = "the target says whose"))]
pub(crate) struct TextsAllowed<'a> {
    #[audit(disclose = "a module's name, as the program's author wrote it", class = "public")]
    pub(crate) target: &'a str,
    #[audit(disclose = "the reason, as the program's author wrote it", class = "public")]
    pub(crate) why: &'a str,
}
