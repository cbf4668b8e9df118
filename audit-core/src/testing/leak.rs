//! Looking for a secret in everything that comes out of an event.

use std::fmt::Debug;
use std::sync::LazyLock;

use super::outputs::{Output, of_event, of_panic};
use super::spelling::{CANARY, Search};
use crate::{AuditEvent, record::EventRef};

/// Builds an event around a canary, a text that stands for a secret, and asserts that nothing of
/// the canary can be found in what comes out of the event.
///
/// What is looked at: the record, with pseudonyms and without; `Debug` of the event, of its
/// [`EventRef`], of the record and its values, in six forms; the schema; what is written into a
/// buffer that is too small, and the error of it; the errors of recorders that refuse; the message
/// of a panic that holds the event. An event that takes its actor and source from a context has none here.
///
/// What is looked for: the canary plain (whatever the case), reversed, in base64 (either alphabet,
/// any offset), hex, percent-encoding, UTF-16, as escapes and as lists of numbers; also if only a
/// part of it is there, 15 bytes or more, or four of its first or last.
///
/// And the outputs must be as long for secrets of 0, 1, 64 and 4,096 bytes, those that spell out
/// labels excepted: a field such as [`PasteSize`](crate::vocab::PasteSize) is told on purpose, and
/// has one width in a record.
///
/// The panics are caught here; in a test's output they say that they are on purpose.
///
/// The closure is called several times, with canaries of these lengths. Make of it only what must
/// stay unsaid; a name that the event shows on purpose is a literal beside it.
///
/// ```
/// use audit_core::testing::assert_no_leak;
/// use audit_core::vocab::{ClaimedName, PasteSize};
/// use audit_core::{AuditEvent, Withheld};
///
/// /// Text was pasted.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action = "paste", category = "input", outcome = "success")]
/// #[audit(source(local = "browser"), object(id = "keyboard"), object_type = "device")]
/// struct PasteUsed<'a> {
///     #[audit(actor(user))]
///     user: ClaimedName<'a>,
///     size: PasteSize,
///     text: Withheld<&'a str>,
/// }
///
/// assert_no_leak(|canary| PasteUsed {
///     user: ClaimedName::unknown(canary),
///     size: PasteSize::of(canary),
///     text: Withheld::new(canary),
/// });
/// ```
///
/// Not looked at: what a program does with the canary by other ways, hashes and encryptions of it,
/// encodings that are not named above, and what a subscriber of `tracing` makes of what it is told.
///
/// # Panics
///
/// When something is found. The message says in what and as what, and quotes nothing.
#[track_caller]
pub fn assert_no_leak<E: AuditEvent + Debug>(event: impl Fn(&'static str) -> E) {
    if let Some(leak) = leak(event) {
        #[expect(clippy::panic, reason = "an assertion")]
        {
            panic!("{leak}")
        }
    }
}

/// Looks for the canary that [`assert_no_leak`] uses in what came out by another way: a log's files,
/// what a program printed. Says where it is and as what, and quotes nothing.
///
/// Random text has four letters of the canary's ends by chance: in base64, as of signatures and hashes,
/// once in 500,000 characters. What is found as four bytes, and not found when the program runs again,
/// was that; a leak is there again.
///
/// ```
/// use audit_core::testing::{CANARY, find_canary};
/// let printed = format!("cannot log in with {}", &CANARY[..20]);
/// assert_eq!(find_canary(printed.as_bytes()).unwrap(), "the canary's bytes 0 to 8 as plain text, at byte 19");
/// assert_eq!(find_canary(b"cannot log in"), None);
/// ```
pub fn find_canary(bytes: &[u8]) -> Option<String> {
    Search::new().find(bytes).map(|found| found.to_string())
}

/// What leaks, if something does, in words.
fn leak<E: AuditEvent + Debug>(make: impl Fn(&'static str) -> E) -> Option<String> {
    let search = Search::new();
    let name = EventRef::new(&make(CANARY), None).schema().event;
    let outputs = outputs(&make, CANARY);
    for Output { name: output, bytes, .. } in &outputs {
        if let Some(found) = search.find(bytes) {
            let len = bytes.len();
            return Some(format!("the event `{name}` leaks: {output} holds {found} of {len}"));
        }
    }
    let others = ["", "Z", LONG.as_str()];
    others.into_iter().find_map(|canary| {
        let others = self::outputs(&make, canary);
        let difference = unequal(&outputs, &others)?;
        let len = canary.len();
        Some(format!("the event `{name}` leaks: {difference} for a canary of {len}"))
    })
}

/// The longest secret that is tried, of 4,096 bytes.
static LONG: LazyLock<String> = LazyLock::new(|| CANARY.repeat(4096 / CANARY.len()));

fn outputs<E: AuditEvent + Debug>(
    make: &impl Fn(&'static str) -> E,
    canary: &'static str,
) -> Vec<Output> {
    let mut outputs = of_event(&make(canary));
    outputs.extend(of_panic(|| make(canary)));
    outputs
}

/// The first output whose length tells the canary's, if there is one.
fn unequal(outputs: &[Output], others: &[Output]) -> Option<String> {
    let pairs = outputs.iter().zip(others).filter(|(output, _)| output.has_fixed_size);
    let lengths =
        pairs.map(|(output, other)| (&output.name, output.bytes.len(), other.bytes.len()));
    for (name, here, there) in lengths {
        if here != there {
            let len = CANARY.len();
            return Some(format!("{name} has {here} bytes for a canary of {len}, and {there}"));
        }
    }
    (outputs.len() != others.len()).then(|| {
        format!("{} outputs for a canary of {}, and {}", outputs.len(), CANARY.len(), others.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::leaky::{Honest, Leak, Leaky};

    #[test]
    fn an_honest_event_passes() {
        assert_no_leak(Honest::of);
    }

    fn check(how: Leak, words: &[&str]) {
        let found = leak(|canary| Leaky { canary, how }).unwrap_or_else(|| panic!("{how:?}"));
        for word in words {
            assert!(found.contains(word), "{how:?}: {found}");
        }
        let lower = found.to_lowercase();
        let quoted = CANARY.to_lowercase();
        let windows = (0..=quoted.len() - 4).map(|at| &quoted[at..at + 4]);
        assert!(windows.into_iter().all(|part| !lower.contains(part)), "it quotes: {found}");
        let panics = std::panic::catch_unwind(|| assert_no_leak(|canary| Leaky { canary, how }));
        assert!(panics.is_err(), "{how:?}");
    }

    #[test]
    fn every_leak_is_found_and_said() {
        check(Leak::Plain, &["`leaky` leaks: the record without pseudonyms holds", "plain text"]);
        check(Leak::FrontHalf, &["the canary's bytes 0 to 8", "plain text"]);
        check(Leak::BackHalf, &["the canary's bytes 32 to 40", "plain text"]);
        check(Leak::Masked, &["the canary's bytes 60 to 64", "plain text"]);
        check(Leak::Upper, &["plain text"]);
        check(Leak::Base64, &["as base64"]);
        check(Leak::Reversed, &["reversed text"]);
        check(Leak::Hex, &["as hex"]);
        check(Leak::Percent, &["percent-encoding"]);
        check(Leak::Utf16, &["as UTF-16"]);
        check(Leak::Length, &["the record without pseudonyms has", "for a canary of 0"]);
        check(Leak::WithKey, &["the record with pseudonyms holds"]);
        check(Leak::Debug, &["`{:?}` of the event"]);
        check(Leak::AlternateDebug, &["`{:#?}` of the event", "a list of numbers", "white space"]);
        check(Leak::PaddedDebug, &["`{:>64?}` of the event"]);
        check(Leak::LengthInDebug, &["`{:?}` of the event has", "and"]);
        check(Leak::WhilePanicking, &["the message of a panic"]);
    }

    /// A leak that is in a record is in all that is made of it; so each of these was looked at.
    #[test]
    fn every_output_that_can_show_a_record_is_searched() {
        let search = Search::new();
        let outputs = outputs(&|canary| Leaky { canary, how: Leak::Plain }, CANARY);
        let leaking: Vec<&str> = outputs
            .iter()
            .filter(|output| search.find(&output.bytes).is_some())
            .map(|output| output.name.as_str())
            .collect();
        for name in [
            "the record without pseudonyms",
            "the record with pseudonyms",
            "`OneLine` of the record with pseudonyms",
            "`{:#?}` of the values of the record with pseudonyms",
            "what stands in a buffer that is too small",
            "a record in a recorder",
        ] {
            assert!(leaking.contains(&name), "{name} not in {leaking:?}");
        }
    }
}
