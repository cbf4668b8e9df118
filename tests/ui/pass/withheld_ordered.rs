#![forbid(unsafe_code)]

use audit_core::Withheld;

fn main() {
    let password = "hunter2";
    let _less = password < "hunter3";
    let _password = Withheld::new(password);
}
