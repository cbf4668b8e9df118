//! Several values under one key: an object in `data`.

use std::net::{IpAddr, SocketAddr};

use audit_core::{
    record::{Ending, PartValues, Sink, Values},
    recorder::Pseudonym,
    schema::Field,
};

use super::json::{key, number, separate, signed, string, text};
use super::scalar::{
    address_object, boolean, cut_text, display_ip, ending_object, measure, pseudonymous, quoted,
    quoted_name,
};
use super::slot::State;

/// Where a field of a group stands.
pub(super) struct Path<'p> {
    pub(super) above: Option<&'p Path<'p>>,
    pub(super) name: &'p str,
}

impl Path<'_> {
    fn dotted(&self) -> String {
        match self.above {
            None => self.name.to_owned(),
            Some(above) => format!("{}.{}", above.dotted(), self.name),
        }
    }
}

/// Appends a group, and says whether there is anything in it.
pub(super) fn group(
    mut values: Values<'_>,
    path: &Path<'_>,
    state: &mut State<'_>,
    out: &mut Vec<u8>,
) -> Option<bool> {
    out.push(b'{');
    let mut is_empty = true;
    loop {
        let (state, out, is_empty) = (&mut *state, &mut *out, &mut is_empty);
        match values.next_into(|field| Inner { field, path, is_empty, state, out }) {
            Some(taken) => taken.ok()?,
            None => break,
        }
    }
    out.push(b'}');
    Some(!is_empty)
}

/// Appends a value of a group as it is read.
struct Inner<'p, 's, 'o> {
    field: &'static Field,
    path: &'o Path<'p>,
    is_empty: &'o mut bool,
    state: &'o mut State<'s>,
    out: &'o mut Vec<u8>,
}

impl Inner<'_, '_, '_> {
    /// Its key: its name, but for one that clashed with another event's.
    fn name(&self) -> String {
        let name = self.field.name;
        match self.state.renamed.is_empty() {
            true => name.to_owned(),
            false => {
                let renamed = self.state.renamed.get(&format!("{}.{name}", self.path.dotted()));
                renamed.cloned().unwrap_or_else(|| name.to_owned())
            }
        }
    }

    fn clear(self, spell: impl FnOnce(&mut Vec<u8>)) -> Option<()> {
        let name = self.name();
        separate(self.is_empty, self.out);
        key(&name, self.out);
        spell(self.out);
        Some(())
    }
}

impl<'a> Sink<'a> for Inner<'_, '_, '_> {
    type Taken = ();

    fn absent(self) -> Option<()> {
        Some(())
    }

    fn withheld(self) -> Option<()> {
        let dotted = format!("{}.{}", self.path.dotted(), self.field.name);
        self.state.withhold(&quoted_name(&dotted));
        Some(())
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
        let name = self.name();
        separate(self.is_empty, self.out);
        key(&name, self.out);
        match cut {
            0 => text(utf8, self.out),
            cut => cut_text(utf8, cut, &name, self.out),
        }
    }

    fn label(self, label: &'static str) -> Option<()> {
        self.clear(|out| string(label, out))
    }

    fn ip(self, ip: IpAddr) -> Option<()> {
        self.clear(|out| quoted(out, |out| display_ip(ip, out)))
    }

    fn address(self, of: SocketAddr) -> Option<()> {
        self.clear(|out| address_object(of, out))
    }

    fn pseudonym(self, pseudonym: Pseudonym) -> Option<()> {
        let name = self.name();
        separate(self.is_empty, self.out);
        pseudonymous(&name, pseudonym, self.out);
        Some(())
    }

    fn group(self, values: Values<'a>) -> Option<()> {
        let name = self.name();
        let Inner { path, is_empty, state, out, .. } = self;
        let (start, was_empty) = (out.len(), *is_empty);
        separate(is_empty, out);
        key(&name, out);
        if !group(values, &Path { above: Some(path), name: &name }, state, out)? {
            out.truncate(start);
            *is_empty = was_empty;
        }
        Some(())
    }

    fn outcome(self, ending: Ending) -> Option<()> {
        self.clear(|out| ending_object(ending, out))
    }

    fn part(self, _: PartValues<'a>) -> Option<()> {
        None // A part comes from the context, and stands in no group.
    }
}
