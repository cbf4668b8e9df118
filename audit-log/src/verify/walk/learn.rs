//! What a way through a log learns of keys, as far as it is needed.

use super::Walk;

impl Walk {
    /// Whether nothing was learned yet of the segment whose header has this number, and keys count.
    pub(in crate::verify) fn lacks_key_of(&self, header_seq: u64) -> bool {
        let announced = self.announced.as_ref();
        announced.is_some_and(|announced| announced.segment(header_seq).is_none())
    }

    /// Takes an announcement, in the order of the file.
    pub(in crate::verify) fn learn(&mut self, note: &str) {
        if let Some(announced) = &mut self.announced {
            announced.learn(note);
        }
    }
}
