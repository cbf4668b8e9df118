//! Logs from elsewhere: how much of what happened is found, who did it, and that nothing leaks.
//!
//! `AUDIT_INGEST_DAYS` adds so many days to those that are tried always, each of a seed of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::too_many_arguments,
    reason = "a test with a main of its own, which says how well it did"
)]

mod device;
mod devices;
mod kit;
mod leaks;
mod score;

use audit_ingest::{Config, Log};
use device::{Day, Device, Plan};
use kit::Logs;
use score::{Score, Truth};
use std::path::{Path, PathBuf};

fn main() {
    leaks::finds();
    match recorded() {
        Some(dir) => real(&dir),
        None => println!("SKIPPED: ../shared/data/kvm is not beside the checkout"),
    }
    devices::all();
    hostile();
    killed();
    println!("ingest: all held");
}

/// Logs that a real nginx wrote, with what really happened: beside the checkout.
fn recorded() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let dir = root.parent()?.join("shared/data/kvm");
    dir.join("truth.json").is_file().then_some(dir)
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn real_logs(dir: &Path) -> Logs {
    let mut logs = Logs::default();
    for name in ["access.log.1", "access.log"] {
        logs.add(Log::Access, std::fs::read(dir.join(name)).unwrap());
    }
    logs.add(Log::App, std::fs::read(dir.join("app.log")).unwrap());
    logs
}

fn config(zone: &str) -> Config {
    Config { zone: zone.parse().unwrap(), ..Config::default() }
}

fn real(dir: &Path) {
    let truths: Vec<Truth> =
        serde_json::from_slice(&std::fs::read(dir.join("truth.json")).unwrap()).unwrap();
    let secrets = lines(&dir.join("secrets.txt"));
    let config = config("Europe/Berlin");
    let result = kit::read(&config, &real_logs(dir), 4096);
    let score = score::score(&truths, &secrets, &result);
    println!("what a real nginx wrote:\n{score}");
    hold(&score);
    // The forged lines that are like real ones are told as what nothing bears out.
    assert_eq!(score.unconfirmed_logins, 5, "{:?}", result.unconfirmed);
    // How the files are cut into pieces does not matter.
    for size in [1, 17, 1 << 20] {
        assert_eq!(kit::read(&config, &real_logs(dir), size).actions, result.actions, "{size}");
    }
}

/// The bounds that hold for every log.
fn hold(score: &Score) {
    assert!(score.found * 100 >= score.truths * 99, "missed: {:#?}", score.missed);
    assert!(score.invented.is_empty(), "invented: {:#?}", score.invented);
    assert!(score.leaked.is_empty(), "leaked: {:#?}", score.leaked);
    assert_eq!(score.certain_wrong, 0, "{:#?}", score.wrong);
    assert!(score.wrong.is_empty(), "wrong: {:#?}", score.wrong);
    assert!(score.untold.len() * 50 <= score.truths, "not told: {:#?}", score.untold);
}

const PLANS: [Plan; 6] = [
    Plan {
        seed: 1,
        zone: "Asia/Kolkata",
        begin: "2027-02-03T18:00:00Z",
        pause: 4_000,
        steps: 900,
        marked: false,
    },
    Plan {
        seed: 2,
        zone: "America/New_York",
        begin: "2026-11-01T05:10:00Z",
        pause: 9_000,
        steps: 900,
        marked: true,
    },
    Plan {
        seed: 3,
        zone: "Europe/Berlin",
        begin: "2026-10-25T00:10:00Z",
        pause: 15_000,
        steps: 700,
        marked: true,
    },
    Plan {
        seed: 4,
        zone: "Europe/Berlin",
        begin: "2027-03-28T00:30:00Z",
        pause: 9_000,
        steps: 700,
        marked: false,
    },
    Plan {
        seed: 5,
        zone: "Australia/Lord_Howe",
        begin: "2026-04-04T14:00:00Z",
        pause: 15_000,
        steps: 500,
        marked: true,
    },
    Plan {
        seed: 6,
        zone: "UTC",
        begin: "2026-12-31T23:50:00Z",
        pause: 60,
        steps: 1_200,
        marked: true,
    },
];

/// Files of so many lines.
fn rotated(day: &Day, lines: usize) -> Logs {
    let mut logs = Logs::default();
    for (log, all) in [(Log::Access, &day.access), (Log::App, &day.app)] {
        for some in all.chunks(lines) {
            logs.add(log, some.concat());
        }
    }
    logs
}

/// Days in the same zones, at the same moments, in which other things happen.
fn more() -> impl Iterator<Item = Plan> {
    let count: u32 = std::env::var("AUDIT_INGEST_DAYS").map_or(0, |it| it.parse().unwrap());
    (0..count).zip(PLANS.iter().cycle()).map(|(number, plan)| {
        let (seed, marked) = (100 + u64::from(number), number % 2 == 0);
        let pause = plan.pause.max(1_000) + i64::from(number % 7) * 700;
        Plan { seed, marked, pause, ..plan.clone() }
    })
}

fn hostile() {
    for plan in PLANS.iter().cloned().chain(more()) {
        let day = Device::day(&plan);
        let config = config(plan.zone);
        let result = kit::read(&config, &rotated(&day, usize::MAX), 4096);
        let score = score::score(&day.truths, &day.secrets, &result);
        println!("{plan:?}:\n{score}");
        hold(&score);
        // Thousands of rotations do not matter: a file ends within a line now and then.
        let many = rotated(&day, 2);
        assert!(many.access.len() > 300, "{}", many.access.len());
        let rotated = kit::read(&config, &many, 4096);
        let score = score::score(&day.truths, &day.secrets, &rotated);
        println!(
            "  the same in {} files: found {}",
            many.access.len() + many.app.len(),
            score.found
        );
        hold(&score);
    }
}

/// Stopped at any moment, each action is there once, and says the same.
fn killed() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut all = 0;
    let sizes = [usize::MAX, 40, 3, 200, usize::MAX, 500];
    for (plan, lines) in PLANS.iter().cloned().chain(more()).zip(sizes.into_iter().cycle()) {
        let plan = Plan { steps: 120, ..plan };
        let day = Device::day(&plan);
        // No message there is longer, so much is told before the end, and lost by a stop.
        let config = Config { message_max: 16 * 1024, ..config(plan.zone) };
        let logs = rotated(&day, lines);
        let mut whole = kit::read(&config, &logs, 4096).actions;
        whole.sort_by_key(|it| it.id);
        for _ in 0..2 {
            let (killed, stops) = kit::read_killed(&config, &logs, &mut random);
            let ids = |of: &[audit_ingest::Action]| of.iter().map(|it| it.id).collect::<Vec<_>>();
            assert_eq!(ids(&killed.actions), ids(&whole));
            let exact = |of: &[audit_ingest::Action]| {
                of.iter().cloned().map(kit::exact).collect::<Vec<_>>()
            };
            assert!(exact(&killed.actions) == exact(&whole), "{plan:?}");
            let leaked = leaks::leaked(&killed.shown, &day.secrets);
            assert!(leaked.is_empty(), "{leaked:?}");
            all += stops;
            println!("  {} stopped {stops} times", plan.zone);
        }
    }
    assert!(all > 20, "{all}");
    println!("stopped {all} times and begun again: the same actions, each once");
}
