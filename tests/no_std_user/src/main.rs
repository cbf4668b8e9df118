//! Encodes an event and writes it, as it travels, to its standard output.

#![no_std]
#![no_main]

use audit_core::vocab::{Count, Version};
use audit_core::{
    AuditEvent, Outcome, Withheld,
    record::{EventRef, WIRE_HEADER},
};

use no_std_user::events::{ImageChecked, ImageFault};

#[link(name = "c")]
unsafe extern "C" {
    fn write(fd: i32, bytes: *const u8, len: usize) -> isize;
    fn abort() -> !;
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    let Ok(version) = Version::new("2.1.0") else { return 1 };
    let event = ImageChecked {
        outcome: Outcome::Denied(ImageFault::Rollback),
        version,
        attempts: Count::new(3),
        unlock_key: Withheld::new(*b"7f3a"),
    };
    let mut record = [0; ImageChecked::MAX_ENCODED];
    let mut wire = [0; WIRE_HEADER + ImageChecked::MAX_ENCODED];
    let Ok(record) = EventRef::of(&event).encode(&mut record[..], None) else { return 2 };
    let Ok(wire) = record.write_wire(&mut wire) else { return 3 };
    // SAFETY: the bytes are there for as long as the call takes.
    let written = unsafe { write(1, wire.as_ptr(), wire.len()) };
    if written == wire.len() as isize { 0 } else { 4 }
}

/// The core library was built with unwinding and asks for this; with `panic = "abort"` nothing calls
/// it.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: it never returns, and there is nothing left to do.
    unsafe { abort() }
}
