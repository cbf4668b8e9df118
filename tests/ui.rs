//! What must not compile, and what the compiler says then.

/// The compiler whose messages are on file; another one words its own differently.
const MESSAGES_OF: &str = "rustc 1.95";

#[test]
#[expect(clippy::print_stderr, reason = "a test that skips something says so")]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let version = String::from_utf8(rustc.expect("rustc compiles this, so it is there").stdout);
    if version.is_ok_and(|version| version.starts_with(MESSAGES_OF)) {
        cases.compile_fail("ui/fail/*.rs");
    } else {
        eprintln!(
            "\n*** SKIPPED: everything in ui/fail, for the messages on file are those of {MESSAGES_OF} ***\n"
        );
    }
}
