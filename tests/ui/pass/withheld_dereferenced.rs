#![forbid(unsafe_code)]

use audit_core::Withheld;

fn main() {
    let password = "hunter2";
    let _text = password;
    let _password = Withheld::new(password);
}
