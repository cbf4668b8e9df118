#![forbid(unsafe_code)]

use audit_core::lit;

fn main() {
    let _text = lit!("front panel");
}
