//! Logs from elsewhere: how much of what happened is found, who did it, and that nothing leaks.

mod kit;
mod leaks;
mod score;

use audit_ingest::{Config, Log};
use kit::Logs;
use std::path::{Path, PathBuf};

fn main() {
    leaks::finds();
    match recorded() {
        Some(dir) => real(&dir),
        None => println!("SKIPPED: ../shared/data/kvm is not beside the checkout"),
    }
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

fn real(dir: &Path) {
    let mut logs = Logs::default();
    for name in ["access.log.1", "access.log"] {
        logs.add(Log::Access, std::fs::read(dir.join(name)).unwrap());
    }
    logs.add(Log::App, std::fs::read(dir.join("app.log")).unwrap());
    let truths: Vec<score::Truth> =
        serde_json::from_slice(&std::fs::read(dir.join("truth.json")).unwrap()).unwrap();
    let secrets = lines(&dir.join("secrets.txt"));
    let config = Config { zone: "Europe/Berlin".parse().unwrap(), ..Config::default() };
    let result = kit::read(&config, &logs, 4096);
    let score = score::score(&truths, &secrets, &result);
    println!("what a real nginx wrote:\n{score}");
    for (what, list) in [
        ("missed", &score.missed),
        ("invented", &score.invented),
        ("wrong", &score.wrong),
        ("untold", &score.untold),
        ("target", &score.targets_wrong),
    ] {
        for it in list {
            println!("{what}: {it}");
        }
    }
    for it in &result.unconfirmed {
        println!("{it:?}");
    }
}
