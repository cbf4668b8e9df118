#![forbid(unsafe_code)]

use audit_core::Withheld;

fn main() {
    let password = "hunter2";
    let _text = serde_json::to_string(&password);
    let _password = Withheld::new(password);
}
