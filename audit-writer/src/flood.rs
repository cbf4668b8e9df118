//! How much of a flood of refused attempts is written: pure decisions.
//!
//! Whoever can make a device refuse something, such as a login, can do so a hundred thousand times a
//! second. What that may cost the flash, and what it may push out of the log, is bounded here.

mod quick_hash;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use audit_core::schema::{OutcomeKind, Schema};

use self::quick_hash::QuickHash;
use crate::clock::{Stamp, nanos};
use crate::retention::Retention;

/// How much of what is denied or fails is written in full. What is not is folded: counted, and told
/// of by one `summary` line for each event and source.
///
/// Events that somebody waits for (`emit_durable`, operations of two phases) are always written in
/// full, and so is everything that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flood {
    /// So many of one event from one source are written in full within `within`. Sources are told
    /// apart by their address, of IPv6 by its first 64 bits.
    pub each: u32,
    /// So many of all events and sources together are; beyond that only the first of each, as long
    /// as there are no more than 256.
    pub all: u32,
    /// After so long it is counted anew.
    pub within: Duration,
    /// How much of what retention keeps they may take, in percent, from 1 to 100. When that is
    /// spent all of them are folded, into one line for each event and minute, until other events
    /// were written or time has passed.
    pub share_percent: u8,
}

impl Default for Flood {
    /// 20 of each and 500 of all in 10 s, and a quarter of what is kept.
    fn default() -> Flood {
        Flood { each: 20, all: 500, within: Duration::from_secs(10), share_percent: 25 }
    }
}

impl Flood {
    /// No bound: all that is denied or fails is written in full. For measurements, and for where
    /// nobody can make the device refuse something who may not also read its log.
    pub const UNBOUNDED: Flood = Flood {
        each: u32::MAX,
        all: u32::MAX,
        within: Duration::from_secs(10),
        share_percent: 100,
    };

    pub(crate) fn describe(self) -> String {
        let Flood { each, all, within, share_percent } = self;
        format!("{each} of each, {all} of all in {} ms; {share_percent} %", within.as_millis())
    }
}

/// So many sources are told apart at a time.
const SOURCES_MAX: usize = 256;
/// How long is counted where nothing is written in full.
const SPENT_WITHIN: Duration = Duration::from_secs(60);

/// Where folded events came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// This address, or of IPv6 this network of 64 bits.
    Address(IpAddr),
    /// The event has no address.
    Unaddressed,
    /// More sources than are told apart.
    Others,
    /// Any: the share of what is kept is spent.
    Any,
}

impl Origin {
    pub(crate) fn of(address: Option<IpAddr>) -> Origin {
        match address {
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                Origin::Address(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            Some(ip) => Origin::Address(ip),
            None => Origin::Unaddressed,
        }
    }
}

/// An event that was denied or failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal {
    pub(crate) schema: &'static Schema,
    pub(crate) outcome: OutcomeKind,
    pub(crate) origin: Origin,
}

/// Events that were counted and not written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    pub(crate) of: Refusal,
    pub(crate) count: u64,
    pub(crate) first: Stamp,
    pub(crate) last: Stamp,
}

/// Decides which of them are written in full, and counts the others.
#[derive(Debug)]
pub(crate) struct Floods {
    flood: Flood,
    share: Share,
    /// By the address of the schema, the outcome and the origin.
    seen: HashMap<(usize, OutcomeKind, Origin), Seen, BuildHasherDefault<QuickHash>>,
    /// Since when it is counted, and how long.
    window: Option<(u64, Duration)>,
    in_full: u32,
}

#[derive(Debug)]
struct Seen {
    times: u32,
    folded: Folded,
}

impl Floods {
    pub(crate) fn new(flood: Flood, retention: Retention, now: Stamp) -> Floods {
        let share = Share::new(flood.share_percent, retention, now.up_ns);
        Floods { flood, share, seen: HashMap::default(), window: None, in_full: 0 }
    }

    /// Whether this one is written in full. If not it is counted here.
    pub(crate) fn admits(&mut self, refusal: Refusal, at: Stamp) -> bool {
        self.share.pass(at.up_ns);
        let is_spent = self.share.is_spent();
        let within = if is_spent { SPENT_WITHIN } else { self.flood.within };
        self.window.get_or_insert((at.up_ns, within));
        let Flood { each, all, .. } = self.flood;
        let all_are_rare = self.in_full < all;
        let seen = self.entry(refusal, is_spent, at);
        let is_first = seen.times == 0 && matches!(seen.folded.of.origin, Origin::Address(_));
        seen.times = seen.times.saturating_add(1);
        let is_rare = seen.times <= each && all_are_rare;
        if !is_spent && (is_first || is_rare) {
            self.in_full += 1;
            return true;
        }
        seen.folded.count += 1;
        seen.folded.last = at;
        if seen.folded.count == 1 {
            seen.folded.first = at;
        }
        false
    }

    fn entry(&mut self, refusal: Refusal, is_spent: bool, at: Stamp) -> &mut Seen {
        let mut of = refusal;
        let mut key = (std::ptr::from_ref(of.schema).addr(), of.outcome, of.origin);
        if is_spent {
            of.origin = Origin::Any;
        } else if self.seen.len() >= SOURCES_MAX && !self.seen.contains_key(&key) {
            of.origin = Origin::Others;
        }
        key.2 = of.origin;
        let seen = || Seen { times: 0, folded: Folded { of, count: 0, first: at, last: at } };
        self.seen.entry(key).or_insert_with(seen)
    }

    /// Whether everything is written in full, so that nothing need be counted.
    pub(crate) fn is_unbounded(&self) -> bool {
        self.flood == Flood::UNBOUNDED
    }

    /// A line of a denied or failed event was written.
    pub(crate) fn spend(&mut self, bytes: u64) {
        self.share.spend(bytes);
    }

    /// A line of another event was written.
    pub(crate) fn earn(&mut self, bytes: u64) {
        self.share.earn(bytes);
    }

    /// Whether it is time to tell what was folded.
    pub(crate) fn is_due(&self, now_up_ns: u64) -> bool {
        self.window
            .is_some_and(|(from_ns, within)| now_up_ns.saturating_sub(from_ns) >= nanos(within))
    }

    /// What was folded since it was last asked, the first one first; from here on it is counted
    /// anew.
    pub(crate) fn take(&mut self) -> Vec<Folded> {
        self.window = None;
        self.in_full = 0;
        let seen = std::mem::take(&mut self.seen);
        let mut folded: Vec<Folded> = seen.into_values().map(|seen| seen.folded).collect();
        folded.retain(|folded| folded.count > 0);
        folded.sort_by_key(|folded| folded.first.up_ns);
        folded
    }
}

/// What denied and failed events may still take of the space that retention keeps.
///
/// Retention keeps the youngest `total` bytes, and nothing older than `age`. Let `s` be the share.
/// There is room for `s/4` of the total at first, as much again comes within `age`, and
/// `s/(2(1-s))` of every byte that other events take. So among any `total` bytes that follow each
/// other within one run and `age`, denied and failed events have at most
/// `s/4 + s/4 + s/(2(1-s)) * (1-s) = s` of them, and one line.
#[derive(Debug)]
struct Share {
    /// In bytes of other events.
    level: i64,
    level_max: i64,
    /// How many bytes of other events make room for one of these.
    price: i64,
    age_ns: u64,
    passed_up_ns: u64,
}

impl Share {
    fn new(percent: u8, retention: Retention, up_ns: u64) -> Share {
        let percent = u64::from(percent.clamp(1, 100));
        let price = (2 * (100 - percent)).div_ceil(percent);
        let room = u128::from(retention.total_bytes) * u128::from(percent * price) / 400;
        let (level_max, price) = (signed(room), signed(price));
        let age_ns = nanos(retention.age).max(1);
        Share { level: level_max, level_max, price, age_ns, passed_up_ns: up_ns }
    }

    fn is_spent(&self) -> bool {
        self.price > 0 && self.level <= 0
    }

    fn spend(&mut self, bytes: u64) {
        let cost = signed(bytes).saturating_mul(self.price);
        self.level = self.level.saturating_sub(cost).max(-self.level_max);
    }

    fn earn(&mut self, bytes: u64) {
        self.level = self.level.saturating_add(signed(bytes)).min(self.level_max);
    }

    /// Time has passed. Looked at once a second, so that little is lost to rounding.
    fn pass(&mut self, up_ns: u64) {
        let passed_ns = up_ns.saturating_sub(self.passed_up_ns);
        if passed_ns < 1_000_000_000 {
            return;
        }
        self.passed_up_ns = up_ns;
        let room = u128::from(self.level_max.unsigned_abs());
        let earned = room * u128::from(passed_ns) / u128::from(self.age_ns);
        self.earn(u64::try_from(earned).unwrap_or(u64::MAX));
    }
}

/// As far as it can be counted.
fn signed(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

/// Whether an event that ends so may be folded.
pub(crate) fn is_refusal(outcome: OutcomeKind) -> bool {
    matches!(outcome, OutcomeKind::Denied | OutcomeKind::Failure)
}

#[cfg(test)]
mod tests {
    use audit_core::AuditEvent;

    use super::*;

    /// It did not open.
    #[must_use]
    #[derive(AuditEvent)]
    #[audit(action = "open", category = "door", outcome = "denied")]
    #[audit(none(actor = "a", source = "b", object = "c"))]
    struct Refused {
        #[audit(reason)]
        why: Why,
    }

    /// Why not.
    #[derive(audit_core::AuditValue)]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Why {
        Locked,
    }

    const S: u64 = 1_000_000_000;

    fn at(up_ns: u64) -> Stamp {
        Stamp { unix_ns: 0, up_ns }
    }

    fn refusal(host: u32) -> Refusal {
        let origin = Origin::of(Some(std::net::Ipv4Addr::from(host).into()));
        Refusal { schema: Refused::SCHEMAS[0], outcome: OutcomeKind::Denied, origin }
    }

    fn floods() -> Floods {
        let flood = Flood { each: 3, all: 10, ..Flood::default() };
        Floods::new(flood, Retention::default(), at(0))
    }

    /// How many of so many from this host are written in full.
    fn admitted(floods: &mut Floods, host: u32, times: u32) -> usize {
        (0..times).filter(|_| floods.admits(refusal(host), at(S))).count()
    }

    #[test]
    fn repeats_of_one_source_are_folded_and_counted() {
        let mut floods = floods();
        assert_eq!(admitted(&mut floods, 1, 100), 3);
        assert_eq!(admitted(&mut floods, 2, 2), 2);
        let folded = floods.take();
        assert_eq!(folded.iter().map(|folded| folded.count).collect::<Vec<_>>(), [97]);
        assert_eq!(folded[0].of.origin, refusal(1).origin);
        assert_eq!(admitted(&mut floods, 1, 100), 3, "it is counted anew");
    }

    #[test]
    fn the_first_of_each_source_is_told_up_to_a_bound() {
        let mut floods = floods();
        let hosts = 0..1000;
        let admitted: usize = hosts.map(|host| admitted(&mut floods, host, 5)).sum();
        // Three of three hosts and the tenth, and the first of all others that are told apart.
        assert_eq!(admitted, 10 + SOURCES_MAX - 4);
        let folded = floods.take();
        assert_eq!(folded.iter().map(|it| it.count).sum::<u64>(), 5000 - admitted as u64);
        assert_eq!(folded.len(), SOURCES_MAX + 1);
        assert!(folded.iter().any(|it| it.of.origin == Origin::Others));
    }

    #[test]
    fn networks_of_64_bits_are_one_source() {
        let of = |text: &str| Origin::of(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8:1:2:3::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn a_window_ends() {
        let mut floods = floods();
        assert!(!floods.is_due(100 * S));
        admitted(&mut floods, 1, 1);
        assert!(!floods.is_due(10 * S));
        assert!(floods.is_due(11 * S));
    }

    /// Of so many bytes the part that lines of 400 bytes take, which are admitted as often as they
    /// may be between `others` bytes of other lines.
    fn taken(percent: u8, total: u64, others: u64) -> f64 {
        let retention = Retention { total_bytes: total, ..Retention::default() };
        let flood =
            Flood { each: u32::MAX, all: u32::MAX, share_percent: percent, ..Flood::default() };
        let mut floods = Floods::new(flood, retention, at(0));
        let (mut refused, mut written) = (0, 0);
        while written < total {
            for _ in 0..20 {
                if floods.admits(refusal(1), at(S)) {
                    floods.spend(400);
                    refused += 400;
                    written += 400;
                }
            }
            floods.earn(others);
            written += others;
        }
        refused as f64 / written as f64
    }

    #[test]
    fn their_share_of_what_is_kept_is_bounded() {
        for percent in [5, 25, 50, 90] {
            for others in [300, 4000, 100_000] {
                let taken = taken(percent, 4 << 20, others);
                assert!(taken <= f64::from(percent) / 100.0 + 0.01, "{percent} {others}: {taken}");
            }
        }
        assert!(taken(25, 4 << 20, 4000) > 0.15, "and not much lower");
    }

    #[test]
    fn a_share_that_is_spent_comes_back_with_time() {
        let mut share = Share::new(25, Retention::default(), 0);
        share.spend(1 << 40);
        share.spend(1);
        assert!(share.is_spent());
        let age_ns = nanos(Retention::default().age);
        share.pass(age_ns / 10 * 9);
        assert!(share.is_spent(), "it was as deep as it is high");
        share.pass(age_ns / 10 * 11);
        assert!(!share.is_spent());
        let mut all = Share::new(100, Retention::default(), 0);
        all.spend(1 << 50);
        assert!(!all.is_spent());
    }
}
