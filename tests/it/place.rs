//! Where a log may not be, and what is said about it. On a real directory.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use audit_writer::{Error, Writer};

use crate::kit::door_opened;

fn open(dir: &Path) -> Result<Writer, Error> {
    Writer::builder(dir).start()
}

/// The error of opening a log there, with its causes.
fn refusal(dir: &Path) -> (Error, String) {
    let error = open(dir).expect_err("this place must be refused");
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    (error, text)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn files_and_directory_are_for_owner_and_group() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("new/audit");
    let writer = open(&dir).unwrap();
    door_opened(1).to(&writer).emit().unwrap();
    assert!(writer.shutdown().is_complete());
    assert_eq!(mode(&dir) & 0o027, 0, "{:o}", mode(&dir));
    for name in ["audit.jsonl", "audit.lock", "audit.checkpoint", "audit.keys"] {
        assert_eq!(mode(&dir.join(name)) & 0o137, 0, "{name} {:o}", mode(&dir.join(name)));
    }
    // The keys are the owner's alone.
    assert_eq!(mode(&dir.join("keys")) & 0o077, 0, "{:o}", mode(&dir.join("keys")));
    assert_eq!(mode(&dir.join("keys/audit.key")) & 0o177, 0);
}

/// Drawing the keys first makes the same directory as a writer does.
#[test]
fn keys_that_are_drawn_first_leave_the_directory_as_it_should_be() {
    let parent = tempfile::tempdir().unwrap();
    let (first, other) = (parent.path().join("first"), parent.path().join("other"));
    let keys = audit_writer::keys::FileKeys::of_log(&first).unwrap();
    audit_writer::keys::generate(&keys, audit_core::Stream::Audit).unwrap();
    assert!(open(&other).unwrap().shutdown().is_complete());
    assert_eq!(mode(&first), mode(&other));
    assert_eq!(mode(&first.join("keys")), mode(&other.join("keys")));
}

/// What is in a path steers no terminal.
#[test]
fn a_path_is_escaped_where_it_is_told() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("\u{1b}[31mred\n");
    std::fs::write(&dir, "").unwrap();
    let (_, text) = refusal(&dir);
    assert!(text.contains("\\u{1b}[31mred\\n") && !text.contains(['\u{1b}', '\n']), "{text}");
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for others in [0o770, 0o757, 0o1777] {
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(others)).unwrap();
        let (error, text) = refusal(dir.path());
        assert!(error.is_insecure_location());
        assert!(text.contains("others can write to") && text.contains("chmod go-w"), "{text}");
    }
}

/// Puts something in the place of the active segment and opens the log.
fn check_foreign(what: &str, put: impl Fn(&Path)) {
    let dir = tempfile::tempdir().unwrap();
    put(&dir.path().join("audit.jsonl"));
    let (error, text) = refusal(dir.path());
    assert!(error.is_insecure_location(), "{text}");
    assert!(text.contains(&format!("audit.jsonl is {what}")), "{text}");
}

#[test]
fn what_is_not_a_file_of_ours_is_refused() {
    check_foreign("a symbolic link", |path| symlink("/dev/null", path).unwrap());
    check_foreign("a symbolic link", |path| symlink("nowhere", path).unwrap());
    check_foreign("a directory", |path| std::fs::create_dir(path).unwrap());
    check_foreign("a pipe or a device", |path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    });
    check_foreign("a file with a second name", |path| {
        std::fs::write(path, "").unwrap();
        std::fs::hard_link(path, path.with_extension("other")).unwrap();
    });
    check_foreign("a file that others can write to", |path| {
        std::fs::write(path, "").unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o666)).unwrap();
    });
}

#[test]
fn a_lock_that_is_a_link_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let victim = dir.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    symlink(&victim, dir.path().join("audit.lock")).unwrap();
    let (error, _) = refusal(dir.path());
    assert!(error.is_insecure_location());
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn what_cannot_be_written_to_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (error, text) = refusal(&file.join("audit"));
    assert!(error.io_kind().is_some() && text.contains("could not create the directory"), "{text}");
    // The superuser may write where others may not, so a file system that takes no files stands in
    // for that.
    let (error, text) = refusal(Path::new("/proc/self/net"));
    assert!(
        error.io_kind().is_some() && text.starts_with("could not lock /proc/self/net"),
        "{text}"
    );
    if !rustix::process::geteuid().is_root() {
        let closed = dir.path().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o500)).unwrap();
        assert_eq!(refusal(&closed).0.io_kind(), Some(std::io::ErrorKind::PermissionDenied));
    }
}

const CHILD_DIR: &str = "AUDIT_TEST_LOCKED_DIR";

/// Run by the test below in a process of its own.
#[test]
fn child_that_finds_the_log_in_use() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let (error, text) = refusal(Path::new(&dir));
    assert!(error.is_locked());
    let parent = std::os::unix::process::parent_id();
    assert_eq!(error.locked_by(), Some(parent));
    assert!(text.contains(&format!("is in use by process {parent}")), "{text}");
}

#[test]
fn a_second_process_is_told_who_has_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let writer = open(dir.path()).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "place::child_that_finds_the_log_in_use"])
        .env(CHILD_DIR, dir.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));
    // And a second writer in the same process.
    assert_eq!(refusal(dir.path()).0.locked_by(), Some(std::process::id()));
    assert!(writer.shutdown().is_complete());
    assert!(open(dir.path()).unwrap().shutdown().is_complete());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let tiny = audit_writer::Rotation { daily: true, segment_bytes: 100 };
    let error = Writer::builder(dir.path()).rotation(tiny).start().unwrap_err();
    assert!(error.to_string().contains("4 KiB"), "{error}");
    let error = Writer::builder(dir.path()).capacity_bytes(10).start().unwrap_err();
    assert!(error.to_string().contains("64 KiB"), "{error}");
}
