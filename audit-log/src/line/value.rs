//! Values of a record, as a line shows them.

use std::net::{IpAddr, SocketAddr};

use audit_core::{
    record::{Ending, PartValues, Sink, Values},
    recorder::Pseudonym,
};

use super::fragment::Fragment;
use super::group::{Path, group};
use super::json::{number, signed, string, text};
use super::part::whole_part;
use super::scalar::{
    address, address_object, boolean, cut_text, digits, display_ip, ending_object, measure, quoted,
};
use super::slot::{Slot, State};

/// Appends a value as it is read.
pub(super) struct Shown<'f, 's, 'o> {
    pub(super) slot: &'f Slot,
    pub(super) state: &'o mut State<'s>,
    pub(super) out: &'o mut Vec<u8>,
}

/// Of a pair the text that fits.
fn put(pair: &[Fragment; 2], is_open: bool, out: &mut Vec<u8>) {
    let [closed, open] = pair;
    if is_open { open } else { closed }.put(out);
}

impl Shown<'_, '_, '_> {
    #[inline]
    fn clear(self, spell: impl FnOnce(&mut Vec<u8>)) -> Option<()> {
        self.try_clear(|out| {
            spell(out);
            Some(())
        })
    }

    #[inline]
    fn try_clear(self, spell: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<()> {
        put(&self.slot.clear, self.state.is_open, self.out);
        self.state.is_open = true;
        spell(self.out)
    }

    fn without(self, text: &[Fragment; 2], opens: bool) -> Option<()> {
        put(text, self.state.is_open, self.out);
        self.state.is_open = opens || self.state.is_open && !self.slot.is_first;
        Some(())
    }
}

impl<'a> Sink<'a> for Shown<'_, '_, '_> {
    type Taken = ();

    fn absent(self) -> Option<()> {
        let slot = self.slot;
        self.without(&slot.absent, slot.opens_absent)
    }

    fn withheld(self) -> Option<()> {
        let slot = self.slot;
        self.state.withhold(&slot.called);
        self.without(&slot.withheld, slot.opens_withheld)
    }

    fn bool(self, value: bool) -> Option<()> {
        self.clear(|out| boolean(value, out))
    }

    fn small(self, small: i64) -> Option<()> {
        self.clear(|out| signed(small, out))
    }

    fn measure(self, number: u64) -> Option<()> {
        self.clear(|out| measure(number, out))
    }

    fn unsigned(self, large: u64) -> Option<()> {
        self.clear(|out| quoted(out, |out| number(large, out)))
    }

    fn signed(self, large: i64) -> Option<()> {
        self.clear(|out| quoted(out, |out| signed(large, out)))
    }

    fn text(self, utf8: &'a [u8], cut: u32) -> Option<()> {
        let slot = self.slot;
        self.try_clear(|out| match (cut, &slot.name) {
            (0, _) => text(utf8, out),
            (_, None) => None,
            (_, Some(name)) => cut_text(utf8, cut, name, out),
        })
    }

    fn label(self, label: &'static str) -> Option<()> {
        self.clear(|out| string(label, out))
    }

    fn ip(self, ip: IpAddr) -> Option<()> {
        match self.slot.name {
            None => self.clear(|out| address(ip, None, out)),
            Some(_) => self.clear(|out| quoted(out, |out| display_ip(ip, out))),
        }
    }

    fn address(self, of: SocketAddr) -> Option<()> {
        match self.slot.name {
            None => self.clear(|out| address(of.ip(), Some(of.port()), out)),
            Some(_) => self.clear(|out| address_object(of, out)),
        }
    }

    fn pseudonym(self, pseudonym: Pseudonym) -> Option<()> {
        put(&self.slot.pseudonym, self.state.is_open, self.out);
        self.state.is_open = true;
        digits(pseudonym, self.out);
        Some(())
    }

    fn group(self, values: Values<'a>) -> Option<()> {
        let Shown { slot, state, out } = self;
        let (start, was_open) = (out.len(), state.is_open);
        put(&slot.clear, was_open, out);
        let name = slot.name.as_deref()?;
        match group(values, &Path { above: None, name }, state, out)? {
            true => state.is_open = true,
            // An object that would be empty is left out, as a value that is withheld is.
            false => {
                out.truncate(start);
                put(&slot.withheld, was_open, out);
                state.is_open = was_open && !slot.is_first;
            }
        }
        Some(())
    }

    /// As data it is not the event's: an object, like all that is more than one thing.
    fn outcome(self, ending: Ending) -> Option<()> {
        self.clear(|out| ending_object(ending, out))
    }

    fn part(self, part: PartValues<'a>) -> Option<()> {
        let Shown { slot, state, out } = self;
        put(&slot.withheld, state.is_open, out);
        state.is_open = false;
        whole_part(slot.whole.as_deref()?, part, state, out)
    }
}
