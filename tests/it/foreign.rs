//! Somebody else at the active segment's file: noticed within a second, recorded, and nothing that
//! was acknowledged later is lost. On a real directory.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use audit_log::Log;
use audit_log::reader::Line;
use audit_writer::storage::{OsStorage, Storage, StorageFile};
use audit_writer::{Durability, Rotation, Writer};

use crate::kit::{LONG, counts, door_opened, of_life, text, wait_until_it_writes};

/// All lines that can be read; there may be a hole where somebody removed some.
fn lines(dir: &Path) -> Vec<Line> {
    let lines = Log::open(dir).unwrap().lines().unwrap();
    lines.filter_map(|(_, line)| line.ok()).collect()
}

/// The file, as another process that may write to it has it.
fn opened(path: &Path) -> Box<dyn StorageFile> {
    OsStorage::open(path.parent().unwrap()).unwrap().append("audit.jsonl").unwrap()
}

/// Lets somebody do something to the active segment's file between event 1, which is durable, and
/// event 2. What the log then holds of both, and the lines that say what was done.
fn check(what: &str, does: impl Fn(&Path)) -> (Vec<u64>, Line) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    let writer = Writer::builder(&dir)
        .durability(Durability::EveryBatch)
        .retry_after(Duration::from_millis(1))
        .start()
        .unwrap();
    door_opened(1).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
    does(&dir.join("audit.jsonl"));
    // Whether this one is acknowledged or not, it is not lost.
    let acknowledged = door_opened(2).to(&writer).submit_durable().unwrap().wait_for(LONG);
    assert!(acknowledged.is_err(), "a file that is not the log's acknowledges nothing");
    wait_until_it_writes(&writer);
    assert!(writer.shutdown().is_complete(), "{what}");
    let lines = lines(&dir);
    let foreign = of_life(&lines, "foreign");
    assert_eq!(foreign.len(), 1, "{what}");
    assert_eq!(text(foreign[0], "tampering"), Some(what));
    (counts(&lines), foreign[0].clone())
}

#[test]
fn a_file_that_is_removed() {
    let (counts, _) = check("removed", |path| std::fs::remove_file(path).unwrap());
    assert_eq!(counts, [2]);
}

#[test]
fn a_file_that_is_renamed() {
    let (counts, _) =
        check("renamed", |path| std::fs::rename(path, path.with_extension("old")).unwrap());
    assert_eq!(counts, [2]);
}

#[test]
fn a_file_that_is_truncated_in_place() {
    let cut = |path: &Path| {
        std::fs::copy(path, path.with_extension("copy")).unwrap();
        opened(path).truncate(0).unwrap();
    };
    assert_eq!(check("truncated", cut).0, [2]);
}

#[test]
fn a_file_that_another_writes_to() {
    let append = |path: &Path| {
        opened(path).write(b"{\"kind\":\"event\",\"forged\":true}\n").unwrap();
    };
    assert_eq!(check("appended", append).0, [1, 2]);
}

#[test]
fn a_file_that_gets_a_second_name() {
    let link = |path: &Path| std::fs::hard_link(path, path.with_extension("link")).unwrap();
    assert_eq!(check("linked", link).0, [1, 2]);
}

#[test]
fn a_file_that_is_replaced_by_something_else() {
    let others: [fn(&Path); 4] = [
        |path| std::fs::write(path, "something else\n").unwrap(),
        |path| symlink("/dev/null", path).unwrap(),
        |path| std::fs::create_dir(path).unwrap(),
        |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
    ];
    for other in others {
        let replace = |path: &Path| {
            std::fs::remove_file(path).unwrap();
            other(path);
        };
        let (counts, line) = check("replaced", replace);
        assert_eq!(counts, [2]);
        assert!(text(&line, "moved_to").unwrap().ends_with(".foreign"));
    }
}

#[test]
fn an_idle_log_notices_within_a_second() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    let writer = Writer::builder(&dir).retry_after(Duration::from_millis(1)).start().unwrap();
    std::fs::remove_file(dir.join("audit.jsonl")).unwrap();
    for _ in 0..6000 {
        if !of_life(&lines(&dir), "foreign").is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(of_life(&lines(&dir), "foreign").len(), 1);
    assert!(writer.shutdown().is_complete());
}

/// What another process may put where the log begins its next segment, and the log does not open,
/// follow, wait for, or lose: a directory with a file, a pipe, a link and a socket.
fn stand_in_the_way(path: &Path, what: &str) {
    match what {
        "directory" => {
            std::fs::create_dir(path).unwrap();
            std::fs::write(path.join("precious"), "theirs").unwrap();
        }
        "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "link" => symlink(path.with_file_name("elsewhere"), path).unwrap(),
        _ => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
    }
}

#[test]
fn what_stands_in_the_next_segment_s_way_stops_nothing() {
    for what in ["directory", "pipe", "link", "socket"] {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("audit");
        let start = || {
            let rotation = Rotation { daily: false, segment_bytes: 16 * 1024 };
            Writer::builder(&dir).rotation(rotation).start().unwrap()
        };
        let writer = start();
        stand_in_the_way(&dir.join("audit.next"), what);
        (0..200).for_each(|count| {
            door_opened(count).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
        });
        assert!(writer.shutdown_within(LONG).is_complete(), "{what}");
        stand_in_the_way(&dir.join("audit.next"), what);
        let writer = start();
        door_opened(200).to(&writer).submit_durable().unwrap().wait_for(LONG).unwrap();
        assert!(writer.shutdown_within(LONG).is_complete(), "{what}");
        assert_eq!(counts(&lines(&dir)), (0..=200).collect::<Vec<_>>(), "{what}");
        assert!(!dir.join("elsewhere").exists());
        for aside in ["audit.next.1.foreign", "audit.next.2.foreign"] {
            let kept = std::fs::read_to_string(dir.join(aside).join("precious")).ok();
            assert_eq!(kept.as_deref(), (what == "directory").then_some("theirs"), "{what}");
        }
    }
}
