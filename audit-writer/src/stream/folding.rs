//! Folding repeats of what is denied or fails, before they get lines.

use std::net::{IpAddr, SocketAddr};

use audit_core::{
    record::{Buffer, Ending, PartValue, PartValues, Record, Sink, Values},
    recorder::Pseudonym,
    schema::{ActionNames, OutcomeKind, OutcomeRule, Place, Schema},
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
        if self.floods.is_unbounded() {
            return false;
        }
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
        if self.is_closed() {
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
    let (Ending { outcome, phase, .. }, values) = record.ending_and_rest();
    if phase.is_some() || !is_refusal(outcome) {
        return None;
    }
    Some(Refusal { schema, outcome, origin: Origin::of(address(values)) })
}

/// The address that a record says it came from.
fn address(mut values: Values<'_>) -> Option<IpAddr> {
    loop {
        let next = values.next_into(|field| AddressOf {
            is_source: matches!(field.place, Place::Source | Place::SourceAddress),
        });
        if let Some(ip) = next?.ok()? {
            return Some(ip);
        }
    }
}

/// Takes the address of a value that tells of the source, and passes over all others.
struct AddressOf {
    is_source: bool,
}

macro_rules! passed_over {
    ($($method:ident($($argument:ident: $ty:ty),*);)*) => {$(
        fn $method(self, $($argument: $ty),*) -> Option<Option<IpAddr>> {
            Some(None)
        }
    )*};
}

impl<'a> Sink<'a> for AddressOf {
    type Taken = Option<IpAddr>;

    passed_over! {
        absent();
        withheld();
        bool(_value: bool);
        small(_number: i64);
        unsigned(_number: u64);
        signed(_number: i64);
        text(_utf8: &'a [u8], _cut: u32);
        label(_label: &'static str);
        pseudonym(_pseudonym: Pseudonym);
        group(_values: Values<'a>);
        outcome(_ending: Ending);
    }

    fn ip(self, ip: IpAddr) -> Option<Option<IpAddr>> {
        Some(self.is_source.then_some(ip))
    }

    fn address(self, address: SocketAddr) -> Option<Option<IpAddr>> {
        self.ip(address.ip())
    }

    fn part(self, part: PartValues<'a>) -> Option<Option<IpAddr>> {
        let ip = part.entries().find_map(|(_, value)| match value {
            PartValue::Ip(ip) => Some(ip),
            _ => None,
        });
        Some(ip.filter(|_| self.is_source))
    }
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
