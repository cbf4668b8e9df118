//! Tests across crates.
fn main() {}
