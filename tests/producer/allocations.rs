//! What the emitting thread asks of the allocator.

use std::hint::black_box;
use std::sync::{Arc, OnceLock};

use allocation_counter::{AllocationInfo, measure};
use audit_writer::storage::MemoryStorage;
use audit_writer::{Evidence, Flood, Writer};

use crate::Verdict;
use crate::events::{FITTING, Kind, too_large_for_a_slot};
use crate::pace::Pace;

/// Events of each kind.
const COUNT: u32 = 10_000;

fn writer() -> &'static Writer {
    static WRITER: OnceLock<Writer> = OnceLock::new();
    WRITER.get_or_init(|| {
        let builder = Writer::builder_on(Arc::new(MemoryStorage::new()));
        // Evidence is the writer thread's work, and this is about the thread that emits.
        builder.flood(Flood::UNBOUNDED).evidence(Evidence::Off).install().unwrap()
    })
}

/// What this thread's emits of one kind cost, the first ones left out.
fn cost((_, emit): Kind) -> AllocationInfo {
    let (writer, pace) = (writer(), Pace::measured());
    pace.emit(writer, 16, emit);
    let info = measure(|| pace.emit(writer, COUNT, emit));
    assert_eq!(writer.stats().lost, 0);
    info
}

/// The control: the counter is there, sees this thread, and sees frees without allocations.
pub(crate) fn the_counter_counts() -> Verdict {
    let mut kept = None;
    let info = measure(|| kept = Some(black_box(Box::new(1_u64))));
    assert_eq!((info.count_total, info.count_current), (1, 1));
    let info = measure(|| drop(black_box(kept.take())));
    assert_eq!((info.count_total, info.count_current), (0, -1));
    Verdict::Ok("one allocation, then one release".to_owned())
}

pub(crate) fn a_fitting_record() -> Verdict {
    for kind in FITTING {
        // Without an allocation, what is held less afterwards was released.
        assert_eq!(cost(kind), AllocationInfo::default(), "{}", kind.0);
    }
    Verdict::Ok(format!("0 of {} events, {COUNT} of each kind", FITTING.len()))
}

/// The other control: the same loop over an event that is known to allocate.
pub(crate) fn a_record_that_does_not_fit() -> Verdict {
    let info = cost(("too large", too_large_for_a_slot));
    assert!(info.count_total >= u64::from(COUNT), "{info:?}");
    Verdict::Ok(format!("{} for {COUNT} events", info.count_total))
}
