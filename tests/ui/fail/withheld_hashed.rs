#![forbid(unsafe_code)]

use std::hash::{DefaultHasher, Hash};

use audit_core::Withheld;

fn main() {
    let password = Withheld::new("hunter2");
    password.hash(&mut DefaultHasher::new());
}
