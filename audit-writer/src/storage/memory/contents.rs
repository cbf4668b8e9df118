//! What a file in memory holds, and what of it is durable.

use std::ops::Range;

/// A file's bytes. What is durable agrees with what was written up to a place; behind it there may
/// be bytes that were cut off since the last sync, and come back if the power goes now.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    written: Vec<u8>,
    /// How much of what was written is durable.
    agreed: usize,
    /// What is durable behind that, cut off since.
    cut_off: Vec<u8>,
    /// What a failed sync gave up: no later one makes it durable, whatever it says. It reads back
    /// as zero bytes when the power went.
    given_up: Vec<Range<usize>>,
    /// From where on it was written once more since the last sync, if it was.
    renewed_from: Option<usize>,
}

impl Contents {
    /// A file all of which is durable.
    pub(super) fn durable(bytes: Vec<u8>) -> Contents {
        Contents { agreed: bytes.len(), written: bytes, ..Contents::default() }
    }

    pub(super) fn written(&self) -> &[u8] {
        &self.written
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
    }

    pub(super) fn truncate(&mut self, bytes: usize) {
        if bytes < self.agreed {
            self.cut_off = self.after_power_cut().split_off(bytes);
            self.agreed = bytes;
        }
        self.written.truncate(bytes);
        for range in &mut self.given_up {
            range.end = range.end.min(bytes);
        }
        self.given_up.retain(|range| !range.is_empty());
    }

    /// Writes what stands there from a place on once more, to the same places.
    pub(super) fn renew(&mut self, from: usize) {
        self.renewed_from = Some(self.renewed_from.map_or(from, |before| before.min(from)));
    }

    pub(super) fn sync(&mut self) {
        if let Some(from) = self.renewed_from.take() {
            self.given_up.iter_mut().for_each(|range| range.end = range.end.min(from));
            self.given_up.retain(|range| !range.is_empty());
        }
        self.agreed = self.written.len();
        self.cut_off.clear();
    }

    /// A sync failed: the system forgets that there is anything left to do.
    pub(super) fn give_up(&mut self) {
        self.renewed_from = None;
        if self.agreed < self.written.len() {
            self.given_up.push(self.agreed..self.written.len());
        }
    }

    /// What is there when the power went now.
    pub(super) fn after_power_cut(&self) -> Vec<u8> {
        let mut bytes = self.written.get(..self.agreed).unwrap_or_default().to_vec();
        for range in &self.given_up {
            let end = range.end.min(bytes.len());
            bytes.get_mut(range.start..end).unwrap_or_default().fill(0);
        }
        bytes.extend_from_slice(&self.cut_off);
        bytes
    }
}

/// What a disk writes at once.
const SECTOR_BYTES: usize = 512;

/// What stands in a sector that was being written when the power went.
const GARBAGE: u8 = 0xa5;

impl Contents {
    /// What else may be there when the power went now: of what was not synced some sectors, the
    /// first ones or the last ones, with the one between them as it was, empty or torn.
    pub(super) fn torn(&self) -> Vec<Vec<u8>> {
        let durable = self.after_power_cut();
        let Some(rest) = self.written.get(self.agreed..).filter(|rest| !rest.is_empty()) else {
            return Vec::new();
        };
        if !self.cut_off.is_empty() {
            return Vec::new(); // Nobody cuts a file that still grows.
        }
        let first_end = SECTOR_BYTES - self.agreed % SECTOR_BYTES;
        let mut all = Vec::new();
        for end in (first_end..rest.len() + SECTOR_BYTES).step_by(SECTOR_BYTES) {
            let start = end.saturating_sub(SECTOR_BYTES);
            let end = end.min(rest.len());
            let (before, after) = (rest.get(..start), rest.get(end..));
            let parts = before.zip(after).unwrap_or_default();
            let torn = |fill: u8, tail: &[u8]| {
                let sector = vec![fill; end - start];
                [&durable[..], parts.0, &sector[..], tail].concat()
            };
            all.push([&durable[..], parts.0].concat());
            all.push(torn(GARBAGE, b""));
            all.push(torn(0, parts.1));
            all.push(torn(GARBAGE, parts.1));
            // None of the sectors before it, and all that follow.
            let none = vec![0; start];
            all.push([&durable[..], &none[..], rest.get(start..).unwrap_or_default()].concat());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_synced_survives() {
        let mut contents = Contents::default();
        contents.append(b"one");
        contents.sync();
        contents.append(b"two");
        assert_eq!(contents.written(), b"onetwo");
        assert_eq!(contents.after_power_cut(), b"one");
    }

    #[test]
    fn a_repeated_sync_lies() {
        let mut contents = Contents::durable(b"one".to_vec());
        contents.append(b"two");
        contents.give_up();
        assert_eq!(contents.after_power_cut(), b"one");
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"one\0\0\0");
        contents.append(b"three");
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"one\0\0\0three");
        contents.truncate(3);
        contents.append(b"four");
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"onefour", "what was written anew is durable");
    }

    #[test]
    fn what_was_given_up_becomes_durable_when_it_is_written_once_more() {
        let mut contents = Contents::durable(b"one".to_vec());
        contents.append(b"two");
        contents.give_up();
        contents.sync();
        contents.renew(0);
        assert_eq!(contents.after_power_cut(), b"one\0\0\0", "not before the sync");
        contents.give_up();
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"one\0\0\0", "not by the sync after a failed one");
        contents.renew(4);
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"one\0wo", "not what stands before that place");
        contents.renew(3);
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"onetwo");
    }

    #[test]
    fn sectors_that_were_not_synced_come_or_go_one_by_one() {
        let mut contents = Contents::durable(vec![b'd'; 500]);
        assert!(contents.torn().is_empty());
        contents.append(&[b'n'; 600]);
        let torn = contents.torn();
        // Three sectors: twelve bytes of the first, all of the second, the rest of the third.
        assert_eq!(torn.len(), 3 * 5);
        assert!(torn.iter().all(|bytes| bytes.starts_with(&[b'd'; 500])));
        assert!(torn.contains(&[&[b'd'; 500][..], &[0; 12], &[b'n'; 588]].concat()));
        assert!(torn.contains(&[&[b'd'; 500][..], &[b'n'; 12], &[GARBAGE; 512]].concat()));
    }

    #[test]
    fn what_was_cut_off_comes_back_without_a_sync() {
        let mut contents = Contents::durable(b"onetwo".to_vec());
        contents.truncate(3);
        contents.append(b"3");
        contents.truncate(2);
        assert_eq!(contents.written(), b"on");
        assert_eq!(contents.after_power_cut(), b"onetwo");
        contents.sync();
        assert_eq!(contents.after_power_cut(), b"on");
    }
}
