#![forbid(unsafe_code)]

use audit_core::record::{EventRef, Record, TooSmall};

fn record(event: EventRef<'_>) -> Result<Record<[u8; 7]>, TooSmall> {
    event.encode([0; 7], None)
}

fn main() {}
