#![forbid(unsafe_code)]

use std::hash::{DefaultHasher, Hash};

use audit_core::Withheld;

fn main() {
    let password = "hunter2";
    password.hash(&mut DefaultHasher::new());
    let _password = Withheld::new(password);
}
