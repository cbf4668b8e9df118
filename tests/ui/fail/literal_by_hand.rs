#![forbid(unsafe_code)]

use audit_core::vocab::Lit;

fn main() {
    let typed: &'static str = String::from("hunter2").leak();
    let _text = unsafe { Lit::__new(typed) };
}
