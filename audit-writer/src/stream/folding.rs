//! Folding repeats of what is denied or fails, before they get lines.

use std::net::IpAddr;

use audit_core::{
    ActionNames, Buffer, Ending, OutcomeKind, OutcomeRule, PartValue, Place, Record, Schema, Value,
};
use audit_log::line::{SummaryBody, SummarySource};

use super::OpenStream;
use crate::clock::Stamp;
use crate::flood::{Folded, Origin, Refusal, is_refusal};
use crate::stats::add;

impl OpenStream {
    /// Whether the event is folded: counted, and told of by a line with others of its sort. Never
    /// one that somebody waits for, nor one of two phases.
    pub(crate) fn folds<B: Buffer>(&mut self, at: Stamp, record: &Record<B>) -> bool {
        let Some(refusal) = refusal(record) else { return false };
        !self.floods.admits(refusal, at)
    }

    /// Tells what was folded, if it is time to.
    pub(crate) fn tell_folded(&mut self, now: Stamp) {
        if self.floods.is_due(now.up_ns) {
            self.tell_all_folded();
        }
    }

    /// Tells what was folded until now.
    pub(crate) fn tell_all_folded(&mut self) {
        if self.is_broken() {
            return;
        }
        for folded in self.floods.take() {
            if self.log_line(&body(&folded)).is_some() {
                add(&self.world.counters.folded, folded.count);
            }
        }
    }
}

/// What stands in a record of something denied or failed, if it is one.
fn refusal<B: Buffer>(record: &Record<B>) -> Option<Refusal> {
    let schema = record.schema();
    if matches!(schema.outcome, OutcomeRule::Always(OutcomeKind::Success | OutcomeKind::Unknown)) {
        return None;
    }
    let Ending { outcome, phase, .. } = record.ending();
    if phase.is_some() || !is_refusal(outcome) {
        return None;
    }
    Some(Refusal { schema, outcome, origin: Origin::of(address(record)) })
}

/// The address that a record says it came from.
fn address<B: Buffer>(record: &Record<B>) -> Option<IpAddr> {
    let sources = record
        .values()
        .filter_map(Result::ok)
        .filter(|(field, _)| matches!(field.place, Place::Source | Place::SourceAddress));
    sources.into_iter().find_map(|(_, value)| match value {
        Value::Ip(ip) => Some(ip),
        Value::Address(address) => Some(address.ip()),
        Value::Part(part) => part.entries().find_map(|(_, value)| match value {
            PartValue::Ip(ip) => Some(ip),
            _ => None,
        }),
        _ => None,
    })
}

fn body(folded: &Folded) -> SummaryBody {
    let Folded { of: Refusal { schema, outcome, origin }, count, first, last } = *folded;
    let Schema { event, action, .. } = schema;
    SummaryBody {
        event,
        action: ActionNames::of(action, outcome),
        outcome: outcome.name(),
        level: schema.level_of(outcome, None).name(),
        source: source(origin),
        count,
        from: first.rfc3339(),
        to: last.rfc3339(),
    }
}

fn source(origin: Origin) -> SummarySource {
    match origin {
        Origin::Address(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            SummarySource::Network { ip: ip.into(), prefix: 64 }
        }
        Origin::Address(ip) => SummarySource::Host { ip },
        Origin::Unaddressed => SummarySource::None { source_none: "the event has no address" },
        Origin::Others => SummarySource::None { source_none: "more sources than are told apart" },
        Origin::Any => SummarySource::None { source_none: "the share of the log is spent" },
    }
}
