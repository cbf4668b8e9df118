//! Where a value goes in a line, and what stands around it.

use super::fragment::Fragment;
use super::json::key;
use super::key_names::Renamed;
use super::scalar::quoted_name;

/// Where a value goes: what stands around it, in each of the cases that there are. Of each pair of
/// texts the second is for where the object of the value before is open.
#[derive(Debug)]
pub(super) struct Slot {
    /// Up to the value, its key included.
    pub(super) clear: [Fragment; 2],
    /// Up to the digits of a pseudonym that stands for it.
    pub(super) pseudonym: [Fragment; 2],
    /// What stands there where the value is absent, and where it is withheld.
    pub(super) absent: [Fragment; 2],
    pub(super) withheld: [Fragment; 2],
    /// Whether the first value of its object is this one.
    pub(super) is_first: bool,
    pub(super) opens_absent: bool,
    pub(super) opens_withheld: bool,
    /// Its key; none of a part's address and of a whole part.
    pub(super) name: Option<String>,
    /// What the line's list of what is withheld calls it, in quotes.
    pub(super) called: Vec<u8>,
    /// The name of a whole part.
    pub(super) whole: Option<String>,
}

/// What a slot is made of.
pub(super) struct Texts<'t> {
    pub(super) key: Option<&'t str>,
    pub(super) called: String,
    /// Up to its key.
    pub(super) leads: [Vec<u8>; 2],
    pub(super) skip: [Vec<u8>; 2],
    pub(super) absent: [Vec<u8>; 2],
    pub(super) is_first: bool,
    /// Whether the object is open behind a value that is withheld, and behind one that is absent.
    pub(super) opens_skipped: bool,
    pub(super) opens_absent: bool,
}

impl Slot {
    pub(super) fn of(texts: Texts<'_>) -> Slot {
        let Texts { key: name, called, leads, skip, absent, is_first, opens_skipped, opens_absent } =
            texts;
        let keyed = |suffix: &str, and: &[u8]| {
            leads.each_ref().map(|lead| {
                let mut text = lead.clone();
                if let Some(name) = name {
                    key(&format!("{name}{suffix}"), &mut text);
                }
                text.extend_from_slice(and);
                Fragment::of(&text)
            })
        };
        Slot {
            clear: keyed("", b""),
            pseudonym: keyed("_pseudonym", b"\""),
            absent: absent.each_ref().map(|text| Fragment::of(text)),
            withheld: skip.each_ref().map(|text| Fragment::of(text)),
            is_first,
            opens_absent,
            opens_withheld: opens_skipped,
            name: name.map(str::to_owned),
            called: quoted_name(&called),
            whole: None,
        }
    }

    /// The slot of a whole part from a context, behind this text.
    pub(super) fn whole(name: &str, before: [Fragment; 2]) -> Slot {
        let none = || [b"", b""].map(|text| Fragment::of(text));
        Slot {
            clear: none(),
            pseudonym: none(),
            absent: none(),
            withheld: before,
            is_first: true,
            opens_absent: false,
            opens_withheld: false,
            name: None,
            called: Vec::new(),
            whole: Some(name.to_owned()),
        }
    }
}

/// How far a line is.
pub(super) struct State<'s> {
    /// Whether the object of the value before is open.
    pub(super) is_open: bool,
    /// The names of what is withheld so far, in quotes, with commas between.
    pub(super) withheld: &'s mut Vec<u8>,
    pub(super) renamed: &'s Renamed,
}

impl State<'_> {
    pub(super) fn withhold(&mut self, called: &[u8]) {
        if !self.withheld.is_empty() {
            self.withheld.push(b',');
        }
        self.withheld.extend_from_slice(called);
    }
}
