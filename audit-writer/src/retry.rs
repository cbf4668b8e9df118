//! When something that failed is tried again: a pure decision.

/// The pause doubles up to so many times the first one.
const LONGEST: u64 = 8;

/// Attempts to write again after a fault: each waits longer than the one before, unless the disk has
/// more room since.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retry {
    pause_ns: u64,
    again_up_ns: u64,
    /// How much room there was at the last attempt.
    free_bytes: u64,
}

impl Retry {
    /// Whether an attempt that takes so many bytes is due, where so many are free.
    pub(crate) fn is_due(&self, now_up_ns: u64, free_bytes: u64, bytes: u64) -> bool {
        let has_more_room = free_bytes >= self.free_bytes.saturating_add(bytes);
        self.pause_ns == 0 || now_up_ns >= self.again_up_ns || has_more_room
    }

    /// An attempt failed; the first pause is of so many nanoseconds.
    pub(crate) fn failed(&mut self, now_up_ns: u64, free_bytes: u64, first_ns: u64) {
        let longest_ns = first_ns.saturating_mul(LONGEST);
        self.pause_ns = self.pause_ns.saturating_mul(2).clamp(first_ns, longest_ns);
        self.again_up_ns = now_up_ns.saturating_add(self.pause_ns);
        self.free_bytes = free_bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At which moments of a minute it is tried, where each attempt fails.
    fn tried(free_bytes: impl Fn(u64) -> u64) -> Vec<u64> {
        let mut retry = Retry::default();
        let is_tried = |now: &u64| {
            let is_due = retry.is_due(*now, free_bytes(*now), 100);
            if is_due {
                retry.failed(*now, free_bytes(*now), 1);
            }
            is_due
        };
        (0..60).filter(is_tried).collect()
    }

    #[test]
    fn the_pause_grows_to_a_bound() {
        assert_eq!(tried(|_| 0), [0, 1, 3, 7, 15, 23, 31, 39, 47, 55]);
    }

    #[test]
    fn more_room_ends_the_pause() {
        assert_eq!(tried(|now| if now < 20 { 10 } else { 110 })[..6], [0, 1, 3, 7, 15, 20]);
        assert_eq!(tried(|now| if now < 20 { 10 } else { 109 })[..6], [0, 1, 3, 7, 15, 23]);
    }
}
