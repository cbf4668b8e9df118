//! Devices other than TinyPilot: lines in exactly their form, hostile ones among them, and what really
//! happened, in `data`.

use crate::kit::{self, Logs};
use crate::score::{self, Score, Truth};
use audit_ingest::{Config, Device, Format, Log};
use std::path::{Path, PathBuf};

/// A device's logs, and what nothing but a client wrote in them: claims that nothing bears out, and
/// lines that are not whole.
struct Case {
    device: Device,
    access: &'static str,
    messages: Option<&'static str>,
    unconfirmed: usize,
    /// Logins that may be either of two.
    ambiguous: usize,
}

const CASES: [Case; 5] = [
    Case {
        device: Device::PiKvm,
        access: "journal.log",
        messages: None,
        unconfirmed: 13,
        ambiguous: 2,
    },
    Case {
        device: Device::Proxmox,
        access: "access.log",
        messages: Some("messages.log"),
        unconfirmed: 0,
        ambiguous: 0,
    },
    Case {
        device: Device::Guacamole,
        access: "access.log",
        messages: Some("messages.log"),
        unconfirmed: 4,
        ambiguous: 0,
    },
    Case {
        device: Device::Cockpit,
        access: "messages.log",
        messages: None,
        unconfirmed: 0,
        ambiguous: 0,
    },
    Case {
        device: Device::Libvirt,
        access: "audit.log",
        messages: None,
        unconfirmed: 0,
        ambiguous: 0,
    },
];

fn dir(device: Device) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ingest/data").join(device.name())
}

pub(crate) fn all() {
    for case in &CASES {
        let dir = dir(case.device);
        let file = |name: &str| std::fs::read(dir.join(name)).unwrap();
        let mut logs = Logs::default();
        logs.add(Log::Access, file(case.access));
        if let Some(name) = case.messages {
            logs.add(Log::App, file(name));
        }
        let truths: Vec<Truth> = serde_json::from_slice(&file("truth.json")).unwrap();
        let secrets = crate::lines(&dir.join("secrets.txt"));
        let config = config(case.device);
        let result = kit::read(&config, &logs, 4096);
        let score = score::score(&truths, &secrets, &result);
        println!("{}:\n{score}", case.device);
        hold(&score);
        assert_eq!(score.ambiguous, case.ambiguous);
        assert_eq!(result.unconfirmed.len(), case.unconfirmed, "{:?}", result.unconfirmed);
        // How it is cut does not matter, nor where it was stopped.
        for size in [1, 17, 1 << 20] {
            assert_eq!(kit::read(&config, &logs, size).actions, result.actions, "{size}");
        }
        let mut random = fastrand::Rng::with_seed(11);
        let (killed, stops) = kit::read_killed(&config, &logs, &mut random);
        let mut whole = result.actions;
        whole.sort_by_key(|it| it.id);
        assert!(killed.actions == whole, "stopped {stops} times");
        assert!(crate::leaks::leaked(&killed.shown, &secrets).is_empty());
    }
}

fn config(device: Device) -> Config {
    Config { device, rules: device.rules(), format: Format::combined(), ..Config::default() }
}

/// All of it is found, and nobody is named wrongly.
fn hold(score: &Score) {
    assert!(score.missed.is_empty(), "missed: {:#?}", score.missed);
    assert!(score.invented.is_empty(), "invented: {:#?}", score.invented);
    assert!(score.leaked.is_empty(), "leaked: {:#?}", score.leaked);
    assert!(score.wrong.is_empty(), "wrong: {:#?}", score.wrong);
    assert!(score.untold.is_empty(), "not told: {:#?}", score.untold);
    assert!(score.targets_wrong.is_empty(), "targets: {:#?}", score.targets_wrong);
}
