//! What the log does where the program around it does the unusual: forks, panics, aborts, emits
//! from its last destructors, has no thread to give. A program of its own, because some of it
//! cannot be done twice in one process.
//!
//! That program is this one, started once for each case.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails panics"
)]
#![expect(clippy::print_stdout, reason = "it says what it ran, and a child says what it found")]

mod aborting;
mod encoding;
mod endings;
mod forking;
mod hooks;
mod kit;
mod last;
mod limits;
mod place;
mod senders;
mod system;
mod threadless;

use std::path::Path;
use std::process::ExitCode;

/// Where the program keeps its log, if this is the program.
const LOG_DIR: &str = "AUDIT_TEST_LOG_DIR";

/// A case and what it does in a process of its own.
type Child = (&'static str, fn(&Path));

const CHILDREN: &[Child] = &[
    ("returns", endings::program_that_returns),
    ("exits", endings::program_that_exits),
    ("execs", endings::program_that_becomes_another),
    ("flushes", endings::program_that_flushes),
    ("just-exits", endings::program_that_just_exits),
    ("fork", forking::program),
    ("fork-that-stays", forking::program_whose_child_stays),
    ("daemon", forking::program_that_daemonizes),
    ("privileges", limits::program_that_drops_its_privileges),
    ("file-size", limits::program_that_may_write_small_files),
    ("last", last::program),
    ("last-after-shutdown", last::program_that_shut_down),
    ("locked", place::finds_it_in_use),
    ("threadless", threadless::program),
];

const TESTS: &[(&str, fn())] = &[
    ("a_fork_s_child_is_refused_and_harms_nothing", forking::the_log_stays_whole),
    ("a_fork_s_child_that_stays_does_not_keep_the_log", forking::a_child_keeps_no_lock),
    ("a_daemon_opens_the_log_that_its_parent_had", forking::a_daemon_opens_the_log),
    ("privileges_that_are_dropped_stop_nothing", limits::privileges_that_are_dropped),
    ("files_that_may_be_small_end_no_program", limits::files_that_may_be_small),
    ("a_panic_in_an_encoding_leaves_nothing_behind", encoding::a_panic_leaves_nothing_behind),
    ("an_encoding_that_grows_is_refused", encoding::an_encoding_that_grows),
    ("a_panic_of_a_subscriber_is_before_the_record", encoding::a_subscriber_that_panics),
    ("a_clock_that_panics_under_emit_records_nothing", hooks::a_clock_under_emit),
    ("a_clock_that_panics_under_a_loss_counts_nothing", hooks::a_clock_under_a_loss),
    ("a_clock_that_panics_under_the_writer_ends_it", hooks::a_clock_under_the_writer),
    ("a_storage_that_panics_ends_the_writer", hooks::a_storage_under_the_writer),
    ("a_panic_under_many_senders_miscounts_nothing", senders::a_panic_under_many),
    ("a_waker_that_panics_harms_nobody_else", hooks::a_waker),
    ("an_abort_leaves_what_was_acknowledged", aborting::what_was_acknowledged_is_there),
    ("the_last_destructors_may_emit", last::destructors_may_emit),
    ("the_last_destructors_are_refused_after_shutdown", last::after_shutdown),
    ("programs_that_drop_no_guard_lose_nothing", endings::nothing_is_lost_where_it_is_shut_down),
    ("a_run_that_did_not_stop_is_recorded", endings::the_next_run_records_that_there_was_no_stop),
    ("no_thread_no_change", threadless::nothing_is_touched),
    ("removing_the_lock_file_gives_the_log_to_nobody", place::the_lock_file_is_removed),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(dir) = std::env::var_os(LOG_DIR) {
        let (_, child) = CHILDREN.iter().find(|(name, _)| *name == arguments[0]).unwrap();
        child(Path::new(&dir));
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // As test runners ask.
    }
    quiet_panics();
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    for (name, test) in TESTS.iter().filter(|(name, _)| wanted.is_none_or(|it| name.contains(it))) {
        test();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok");
    ExitCode::SUCCESS
}

/// Keeps from the terminal what the panics say that are meant, here and in children that were
/// forked off: who panics on purpose says that something "panics".
fn quiet_panics() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload_as_str().is_some_and(|text| text.ends_with(" panics")) {
            others(info);
        }
    }));
}
