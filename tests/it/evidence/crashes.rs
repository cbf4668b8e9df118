//! Crashes, of which none is taken for an edit.

use std::time::Duration;

use audit_log::Log;
use audit_log::verify::{Report, Verdict};
use audit_writer::Durability;
use audit_writer::storage::{Call, FaultPlan, Injected, MemoryStorage};

use super::{Kept, emit};
use crate::kit::{LONG, door_opened};

/// What a kill leaves now of files and keys, and what power cuts could.
fn crashes(kept: &Kept) -> Vec<Kept> {
    let mut left = kept.files.after_power_cuts();
    left.push(kept.files.after_kill());
    left.into_iter().map(|files| crash(kept, files)).collect()
}

fn crash(kept: &Kept, files: MemoryStorage) -> Kept {
    Kept { keys: files.clone(), files, trust: kept.trust.clone() }
}

/// Whether nothing in it says that somebody was at the log.
fn is_crash(report: &Report) -> bool {
    !matches!(report.verdict, Verdict::Altered | Verdict::RolledBack)
}

/// Another run, which takes nothing that it finds for the work of somebody else.
fn next_run(crash: &Kept) {
    crash.run(2000, 2003);
    let lines = Log::on(&crash.files).lines().unwrap().filter_map(|(_, line)| line.ok());
    for line in lines {
        let life = line.lifecycle().unwrap_or_default();
        assert!(!["foreign", "strange", "rollback", "rekeyed"].contains(&life), "{line:?}");
    }
}

#[test]
fn a_crash_is_not_tampering() {
    let kept = Kept::in_one();
    let writer = kept.start();
    for round in 0..30 {
        emit(&writer, round * 3, round * 3 + 3);
        for crash in crashes(&kept) {
            let report = crash.report();
            assert_eq!(report.findings, [], "round {round}");
            next_run(&crash);
            let report = crash.report();
            assert_eq!((report.verdict, report.findings), (Verdict::Intact, vec![]), "{round}");
        }
    }
    assert!(writer.shutdown().is_complete());
}

/// The power goes at any step of the writer's, and of what was not synced any sector may be there,
/// empty or torn. Nothing that was signed is lost, and nothing looks edited; neither now, nor when
/// the next run went on.
#[test]
fn a_power_cut_is_not_tampering() {
    let kept = Kept::in_one();
    let writer = kept.builder().durability(Durability::Never).start().unwrap();
    let mut cuts = 0;
    for round in 0..24 {
        for count in 0..3 {
            door_opened(round * 3 + count).to(&writer).emit().unwrap();
        }
        if round % 8 == 5 {
            let receipt = door_opened(round + 1000).to(&writer).submit_durable().unwrap();
            receipt.wait_for(LONG).unwrap();
        }
        std::thread::sleep(Duration::from_millis(if round % 3 == 0 { 9 } else { 0 }));
        for files in kept.files.after_torn_power_cuts() {
            cuts += 1;
            let cut = crash(&kept, files);
            let report = cut.report();
            assert!(is_crash(&report), "{round}: {report}");
            next_run(&cut);
            let report = cut.report();
            assert!(is_crash(&report), "{round}, one run later: {report}");
        }
    }
    assert!(writer.shutdown().is_complete());
    assert!(cuts > 200, "{cuts}");
}

/// The power goes while a checkpoint is written: of its sectors, and of those of the lines before it,
/// any may be there.
#[test]
fn a_torn_checkpoint_is_not_tampering() {
    let mut cuts = 0;
    for nth in 1..8 {
        let kept = Kept::in_one();
        let builder = kept.builder().durability(Durability::Never);
        kept.files.plan(FaultPlan {
            call: Call::Sync,
            nth,
            fault: Injected::Error(5),
            for_good: true,
        });
        let Ok(writer) = builder.start() else { continue };
        for count in 0..40 {
            door_opened(count).to(&writer).emit().unwrap();
        }
        // The last lines and the checkpoint behind them are written, and not synced.
        std::thread::sleep(Duration::from_millis(30));
        for files in kept.files.after_torn_power_cuts() {
            cuts += 1;
            let cut = crash(&kept, files);
            let report = cut.report();
            assert!(is_crash(&report), "{nth}: {report}");
            next_run(&cut);
            let report = cut.report();
            assert!(is_crash(&report), "{nth}, one run later: {report}");
        }
        kept.files.heal();
        drop(writer);
    }
    assert!(cuts > 20, "{cuts}");
}

/// The disk fails at each call, for the log and for its keys, then the program is killed: whatever
/// was left undone, the next run goes on, and nothing looks edited.
#[test]
fn a_fault_at_any_step_is_not_tampering() {
    let calls =
        [Call::Write, Call::Sync, Call::Create, Call::Replace, Call::SyncNames, Call::Remove];
    let mut hits = 0;
    for call in calls.into_iter().chain([Call::Append, Call::Truncate, Call::Read]) {
        for nth in [1, 2, 3, 4, 5, 6, 8, 11, 15, 20, 26] {
            let kept = Kept::in_one();
            kept.run(0, 5);
            kept.files.plan(FaultPlan { call, nth, fault: Injected::Error(5), for_good: false });
            if let Ok(writer) = kept.try_start() {
                for count in 5..20 {
                    // A writer that cannot write now will.
                    door_opened(count).to(&writer).emit().unwrap();
                }
                while writer.flush(LONG).is_err() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                for crash in crashes(&kept) {
                    crash.run(1000, 1001);
                    assert_eq!(crash.report().findings, [], "{call:?} {nth}");
                }
            }
            hits += kept.files.faults_hit();
            kept.files.heal();
            kept.run(20, 25);
            assert_eq!(kept.report().findings, [], "{call:?} {nth}");
        }
    }
    assert!(hits > 50, "{hits}");
}
