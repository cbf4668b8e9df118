#![forbid(unsafe_code)]

use audit_core::record::Encoder;

fn write(out: &mut Encoder<'_>) {
    out.put_text("hunter2", 256);
}

fn main() {}
