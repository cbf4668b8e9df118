//! What the microcontroller records, without the standard library, an allocator or unsafe code.

#![no_std]
#![forbid(unsafe_code)]

pub mod events;
