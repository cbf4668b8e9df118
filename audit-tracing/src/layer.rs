//! The layer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use audit_core::{AuditEvent, EmitError, Recorder, record::EventRef};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::busy::Busy;
use crate::events::{Logged, TextsAllowed};
use crate::fields::{Collector, Fields, spans};
use crate::names::Names;
use crate::rule::{Rule, is_own};

/// A layer of [`tracing_subscriber`] that records what is logged in the `application` stream.
///
/// It decides for itself what it takes, and takes nothing from other layers.
pub struct ApplicationLayer {
    rule: Rule,
    /// None for the program's recorder.
    recorder: Option<Arc<dyn Recorder>>,
    /// Whether the log has the reasons for which texts are recorded.
    has_reasons: AtomicBool,
    telling: Mutex<()>,
    names: Names,
}

impl std::fmt::Debug for ApplicationLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplicationLayer").field("rule", &self.rule).finish_non_exhaustive()
    }
}

impl Default for ApplicationLayer {
    fn default() -> ApplicationLayer {
        ApplicationLayer::new()
    }
}

impl ApplicationLayer {
    /// A layer that records events of level `INFO` and above, without texts, by the program's
    /// recorder.
    pub fn new() -> ApplicationLayer {
        ApplicationLayer {
            rule: Rule { level: Level::INFO, allowed: Vec::new(), without: Vec::new() },
            recorder: None,
            has_reasons: AtomicBool::new(false),
            telling: Mutex::new(()),
            names: Names::default(),
        }
    }

    /// Records by this recorder instead of the program's.
    #[must_use]
    pub fn to(mut self, recorder: Arc<dyn Recorder>) -> ApplicationLayer {
        self.recorder = Some(recorder);
        self
    }

    /// The most detailed level that is recorded, of events and of spans.
    #[must_use]
    pub fn level(mut self, level: Level) -> ApplicationLayer {
        self.rule.level = level;
        self
    }

    /// Records texts and messages of this target and of those in it (`kvm::net` and
    /// `kvm::net::tls`), of spans too, for a reason that whoever reviews the log can judge. Reason
    /// and target are recorded themselves, at most 256 bytes of each, before any text is.
    #[must_use]
    pub fn allow(mut self, target: impl Into<String>, why: impl Into<String>) -> ApplicationLayer {
        self.rule.allowed.push((target.into(), why.into()));
        self
    }

    /// Records nothing of this target and of those in it: neither events nor spans.
    #[must_use]
    pub fn without(mut self, target: impl Into<String>) -> ApplicationLayer {
        self.rule.without.push(target.into());
        self
    }

    /// Whether texts of this target may be formatted now: the log has the reason why.
    fn allows_texts(&self, target: &str) -> bool {
        self.rule.allows_texts(target) && self.tell_reasons()
    }

    /// Records the reasons, if that was not done; whether the log has them.
    fn tell_reasons(&self) -> bool {
        if self.has_reasons.load(Ordering::Acquire) {
            return true;
        }
        let _alone = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_reasons.load(Ordering::Acquire) {
            return true;
        }
        let mut reasons = self.rule.allowed.iter();
        let told = reasons.all(|(target, why)| self.record(&TextsAllowed { target, why }).is_ok());
        self.has_reasons.store(told, Ordering::Release);
        told
    }

    /// Not by `emit`, which may tell `tracing` of it once more.
    fn record<E: AuditEvent>(&self, event: &E) -> Result<(), EmitError> {
        match (&self.recorder, audit_core::recorder()) {
            (Some(recorder), _) => recorder.record(EventRef::of(event)),
            (None, Some(recorder)) => recorder.record(EventRef::of(event)),
            (None, None) => Err(EmitError::NoRecorder),
        }
    }

    fn record_or_count(&self, logged: &Logged<'_>) {
        if let Err(why) = self.record(logged) {
            self.count_lost(logged, why);
        }
    }

    /// What cannot be recorded is told of by number.
    fn count_lost(&self, logged: &Logged<'_>, why: EmitError) {
        let schema = EventRef::of(logged).schema();
        match (&self.recorder, audit_core::recorder()) {
            (Some(recorder), _) => recorder.count_lost(schema, why),
            (None, Some(recorder)) => recorder.count_lost(schema, why),
            (None, None) => logged.emit_or_count(), // The count waits for a recorder.
        }
    }

    fn is_of_interest(&self, metadata: &Metadata<'_>) -> bool {
        !is_own(metadata.target()) && self.rule.takes(metadata.target(), *metadata.level())
    }

    fn collect(&self, metadata: &Metadata<'_>, visit: impl FnOnce(&mut Collector<'_>)) -> Fields {
        let mut fields = Fields::default();
        let allows_texts = self.allows_texts(metadata.target());
        visit(&mut Collector { into: &mut fields, allows_texts, names: &self.names });
        fields
    }
}

/// What was said, at its level.
fn logged<'a>(
    metadata: &Metadata<'static>,
    fields: &'a Fields,
    spans: &'a str,
    spans_left: u32,
) -> Logged<'a> {
    let (target, callsite) = (metadata.target(), metadata.name());
    let (message, fields_left, fields) = (fields.message(), fields.left, fields.text());
    macro_rules! of {
        ($variant:ident, $severity:literal) => {
            Logged::$variant {
                target,
                callsite,
                severity: $severity,
                message,
                fields,
                fields_left,
                spans,
                spans_left,
            }
        };
    }
    match *metadata.level() {
        Level::ERROR => of!(Error, "error"),
        Level::WARN => of!(Warning, "warn"),
        Level::INFO => of!(Info, "info"),
        Level::DEBUG => of!(Info, "debug"),
        Level::TRACE => of!(Info, "trace"),
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for ApplicationLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if !self.is_of_interest(metadata) {
            return;
        }
        let Some(_busy) = Busy::begin() else { return };
        let fields = self.collect(metadata, |collector| attributes.record(collector));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let Some(_busy) = Busy::begin() else { return };
        // Taken out meanwhile: a value's `Debug` may look at the span.
        let Some(mut fields) = span.extensions_mut().remove::<Fields>() else { return };
        let allows_texts = self.allows_texts(span.metadata().target());
        let names = &self.names;
        values.record(&mut Collector { into: &mut fields, allows_texts, names });
        span.extensions_mut().insert(fields);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        if !self.is_of_interest(metadata) {
            return;
        }
        let Some(_busy) = Busy::begin() else {
            let nested = Fields::default();
            return self.count_lost(&logged(metadata, &nested, "", 0), EmitError::Full);
        };
        let fields = self.collect(metadata, |collector| event.record(collector));
        let around = context.event_scope(event).into_iter().flatten();
        let around = around.filter(|span| self.is_of_interest(span.metadata())).map(|span| {
            let told = span.extensions().get::<Fields>().map(|fields| fields.text().to_owned());
            (span.name(), told.unwrap_or_default())
        });
        let (spans, spans_left) = spans(around);
        self.record_or_count(&logged(metadata, &fields, &spans, spans_left));
    }
}
