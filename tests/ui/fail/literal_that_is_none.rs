#![forbid(unsafe_code)]

use audit_core::lit;

fn main() {
    let typed: &'static str = String::from("hunter2").leak();
    let _text = lit!(typed);
}
