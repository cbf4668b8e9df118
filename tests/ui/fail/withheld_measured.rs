#![forbid(unsafe_code)]

use audit_core::Withheld;

fn main() {
    let password = Withheld::new("hunter2");
    let _length = password.len();
}
