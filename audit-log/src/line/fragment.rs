//! Text that is the same in many lines, kept so that appending it is a few moves of fixed width: a
//! copy of a length that only the run of the program tells costs a call, and there are a dozen in
//! every line.

const WIDTH: usize = 32;

/// A text that is appended often.
#[derive(Debug)]
pub(super) struct Fragment {
    /// The text, with zeros up to a multiple of the width.
    padded: Vec<[u8; WIDTH]>,
    len: usize,
}

impl Fragment {
    pub(super) fn of(text: &[u8]) -> Fragment {
        let padded = text.chunks(WIDTH).map(|chunk| {
            let mut wide = [0; WIDTH];
            for (to, from) in wide.iter_mut().zip(chunk) {
                *to = *from;
            }
            wide
        });
        Fragment { padded: padded.collect(), len: text.len() }
    }

    /// Appends the text.
    #[inline]
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.len;
        for wide in &self.padded {
            out.extend_from_slice(wide);
        }
        out.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_its_text() {
        let text: Vec<u8> = (1..=100).collect();
        for len in [0, 1, 31, 32, 33, 64, 100] {
            let mut out = b"before".to_vec();
            Fragment::of(&text[..len]).put(&mut out);
            assert_eq!(out, [b"before", &text[..len]].concat());
        }
    }
}
