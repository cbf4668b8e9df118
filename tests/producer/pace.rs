//! Emitting slowly enough that the channel never fills, without a system call for the waiting: the
//! thread spins. It lets the writer come to rest in between, for that is when a sender might have
//! to wake it.

use std::hint::spin_loop;
use std::time::Duration;

use audit_writer::Writer;
use audit_writer::clock::{Clock, SystemClock};

/// So many events one after another, which the default channel holds several times.
const BURSTS: [u32; 5] = [1, 3, 17, 150, 700];
/// So long nothing comes after a burst.
const RESTS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_micros(50),
    Duration::from_millis(12),
];

const LOOKS_MAX: u64 = 1_000_000_000;

/// How often to spin.
pub(crate) struct Pace {
    spins_per_ms: u64,
}

impl Pace {
    /// Measured once, so that later no clock is needed.
    pub(crate) fn measured() -> Pace {
        const SPINS: u64 = 200_000;
        let clock = SystemClock::new();
        let start_ns = clock.up_ns();
        spin(SPINS);
        let took_ns = clock.up_ns().saturating_sub(start_ns).max(1);
        Pace { spins_per_ms: SPINS.saturating_mul(1_000_000) / took_ns }
    }

    /// Emits the events up to `count`; after each burst it waits until all of them are written.
    pub(crate) fn emit(&self, writer: &Writer, count: u32, emit: fn(u32)) {
        let mut bursts = BURSTS.iter().cycle();
        let mut rests = RESTS.iter().cycle();
        let mut n = 0;
        while n < count {
            let end = bursts.next().map_or(count, |burst| count.min(n + burst));
            while n < end {
                emit(n);
                n += 1;
            }
            wait_until_written(writer);
            self.rest(rests.next().copied().unwrap_or_default());
        }
    }

    fn rest(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        spin(self.spins_per_ms.saturating_mul(micros) / 1000);
    }
}

/// Looks no more often than takes some minutes on a machine that is slow.
fn wait_until_written(writer: &Writer) {
    let is_through = (0..LOOKS_MAX).any(|_| {
        spin_loop();
        writer.stats().unwritten() == 0
    });
    assert!(is_through, "the writer does not get on: {:?}", writer.stats());
}

fn spin(times: u64) {
    for _ in 0..times {
        spin_loop();
    }
}
