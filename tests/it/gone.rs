//! The log's directory goes away: noticed within a second, recorded, told to the program; and the log
//! goes on by itself where its path leads to a directory again. On real directories.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use audit_core::EmitError;
use audit_log::Log;
use audit_log::VerifierKey;
use audit_log::reader::Line;
use audit_log::verify::{Report, Trust};
use audit_writer::keys::{FileKeys, verifier_key};
use audit_writer::{Durability, Health, Writer};

use crate::kit::{LONG, counts, door_opened, of_kind, of_life, text};

/// A writer that tells of its health.
fn begun(dir: &Path) -> (Writer, Receiver<Health>) {
    let (told, tells) = channel();
    let writer = Writer::builder(dir)
        .durability(Durability::EveryBatch)
        .retry_after(Duration::from_millis(10))
        .on_health(move |health| told.send(health).unwrap())
        .start()
        .unwrap();
    emit(&writer, 0);
    assert_eq!(writer.health(), Health::WELL);
    (writer, tells)
}

/// An event that is durable.
fn emit(writer: &Writer, count: u32) {
    door_opened(count).to(writer).submit_durable().unwrap().wait_for(LONG).unwrap();
}

/// Waits until the health is as it should be.
fn wait_for(tells: &Receiver<Health>, wanted: impl Fn(Health) -> bool) {
    while !wanted(tells.recv_timeout(LONG).unwrap()) {}
}

fn lines(dir: &Path) -> Vec<Line> {
    Log::open(dir).unwrap().lines().unwrap().map(|(_, line)| line.unwrap()).collect()
}

fn key(dir: &Path) -> VerifierKey {
    verifier_key(&FileKeys::of_log(dir).unwrap(), audit_core::Stream::Audit).unwrap().unwrap()
}

fn verified(dir: &Path, key: VerifierKey) -> Report {
    Log::open(dir).unwrap().verify(&Trust::in_key(key)).unwrap()
}

/// What the lines say of where the path led.
fn told(lines: &[Line]) -> Vec<&str> {
    let faults = of_life(lines, "fault").into_iter();
    let lost = faults.filter(|fault| text(fault, "doing") == Some("find"));
    lost.map(|fault| text(fault, "error").unwrap()).collect()
}

#[test]
fn a_directory_that_is_deleted_and_made_again() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("audit");
    let (writer, tells) = begun(&dir);
    let log = text(&lines(&dir)[0], "log").unwrap().to_owned();
    fs::remove_dir_all(&dir).unwrap();
    wait_for(&tells, |health| !health.writes && !health.in_place);
    // What comes meanwhile waits; nobody is told that it is durable.
    door_opened(1).to(&writer).emit().unwrap();
    let refused = door_opened(2).to(&writer).submit_durable().err();
    assert_eq!(refused, Some(EmitError::NotDurable));
    fs::create_dir(&dir).unwrap();
    wait_for(&tells, Health::is_well);
    emit(&writer, 3);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&dir);
    assert_eq!(counts(&lines), [1, 3]);
    assert_eq!(told(&lines), ["nowhere"]);
    let header = of_kind(&lines, "header")[0];
    assert_ne!(text(header, "log"), Some(log.as_str()));
    let continues = header.member("continues").and_then(|it| it.get("log")?.as_str());
    assert_eq!(continues, Some(log.as_str()));
    let report = verified(&dir, key(&dir));
    assert!(report.is_intact() && report.findings.is_empty(), "{report}");
}

#[test]
fn a_directory_in_whose_place_another_stands() {
    let parent = tempfile::tempdir().unwrap();
    let (dir, old) = (parent.path().join("audit"), parent.path().join("old"));
    let (writer, tells) = begun(&dir);
    let old_key = key(&dir);
    fs::rename(&dir, &old).unwrap();
    wait_for(&tells, |health| health.writes && !health.in_place);
    // It is on stable storage, although not where it should be.
    emit(&writer, 1);
    fs::create_dir(&dir).unwrap();
    wait_for(&tells, Health::is_well);
    emit(&writer, 2);
    assert!(writer.shutdown().is_complete());
    let (before, after) = (lines(&old), lines(&dir));
    assert_eq!((counts(&before), counts(&after)), (vec![0, 1], vec![2]));
    assert_eq!((told(&before), told(&after)), (vec!["nowhere"], vec!["nowhere"]));
    // The run there was ended in order.
    assert_eq!(of_life(&before, "stop").len(), 1);
    for (dir, key) in [(&old, old_key), (&dir, key(&dir))] {
        let report = verified(dir, key);
        assert!(report.is_intact() && report.findings.is_empty(), "{report}");
    }
    // Each directory can be opened by another.
    for dir in [&old, &dir] {
        assert!(Writer::builder(dir).start().unwrap().shutdown().is_complete());
    }
}

#[test]
fn a_directory_that_comes_back() {
    let parent = tempfile::tempdir().unwrap();
    let (dir, away) = (parent.path().join("audit"), parent.path().join("away"));
    let (writer, tells) = begun(&dir);
    fs::rename(&dir, &away).unwrap();
    wait_for(&tells, |health| !health.in_place);
    emit(&writer, 1);
    fs::rename(&away, &dir).unwrap();
    wait_for(&tells, Health::is_well);
    emit(&writer, 2);
    assert!(writer.shutdown().is_complete());
    let lines = lines(&dir);
    assert_eq!((counts(&lines), told(&lines)), (vec![0, 1, 2], vec!["nowhere"]));
    assert_eq!(of_life(&lines, "start").len(), 1);
}

/// What stands at the path may not be fit for a log: then the writer stays where it is, and says so.
#[test]
fn a_directory_that_cannot_be_written_to_is_not_gone_to() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let (dir, old) = (parent.path().join("audit"), parent.path().join("old"));
    let (writer, tells) = begun(&dir);
    fs::create_dir(&old).unwrap();
    fs::set_permissions(&old, PermissionsExt::from_mode(0o777)).unwrap();
    let away = parent.path().join("away");
    fs::rename(&dir, &away).unwrap();
    fs::rename(&old, &dir).unwrap();
    wait_for(&tells, |health| health.writes && !health.in_place);
    emit(&writer, 1);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
    fs::set_permissions(&dir, PermissionsExt::from_mode(0o750)).unwrap();
    wait_for(&tells, Health::is_well);
    emit(&writer, 2);
    assert!(writer.shutdown().is_complete());
    assert_eq!((counts(&lines(&away)), counts(&lines(&dir))), (vec![0, 1], vec![2]));
    assert_eq!(told(&lines(&dir)), ["elsewhere"]);
}
