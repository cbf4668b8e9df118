#![forbid(unsafe_code)]

use audit_core::Withheld;

fn main() {
    let password = "hunter2";
    let _length = password.len();
    let _password = Withheld::new(password);
}
