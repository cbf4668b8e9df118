//! Builds the program that measures, once with each checkout's crates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tasks::Build;
use crate::Failure;
use crate::compare::parent::Program;

const MANIFEST: &str = include_str!("../../../against/Cargo.toml.in");
const MAIN: &str = include_str!("../../../against/main.rs.in");
/// The crate that reads logs, where that is not the one that writes them.
const READING: &str = "audit-log";

/// The program of a build, from the checkout in a directory.
///
/// # Errors
///
/// The directory holds no checkout of this project, or its crates do not build.
pub(crate) fn program(build: Build, checkout: &Path) -> Result<Program, Failure> {
    let lock = checkout.join("Cargo.lock");
    let locked = fs::read_to_string(&lock).map_err(|error| {
        format!("{}: {error}; give the root of a checkout of this project", lock.display())
    })?;
    let place = ours()?.join("target/against").join(build.name());
    fs::create_dir_all(&place)?;
    fs::write(place.join("Cargo.lock"), locked)?;
    fs::write(place.join("Cargo.toml"), manifest(checkout))?;
    fs::write(place.join("main.rs"), main_file(checkout))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--target-dir", "target"])
        .current_dir(&place)
        .status()?;
    match status.success() {
        true => Ok(Program { path: place.join("target/release/probe"), arguments: Vec::new() }),
        false => Err(format!("the crates of {} did not build", checkout.display()).into()),
    }
}

/// The checkout that this program is of.
pub(crate) fn ours() -> Result<&'static Path, Failure> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("there is no workspace")?)
}

fn manifest(checkout: &Path) -> String {
    let entry = |name: &&str| {
        let features = match *name {
            "audit-core" => r#", features = ["derive", "std"]"#,
            _ => "",
        };
        format!("{name} = {{ path = {:?}{features} }}\n", checkout.join(name))
    };
    let crates: String = crates(checkout).iter().map(entry).collect();
    MANIFEST.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{crates}", &crates)
}

fn crates(checkout: &Path) -> Vec<&'static str> {
    let mut crates = vec!["audit-core", "audit-writer"];
    if checkout.join(READING).is_dir() {
        crates.push(READING);
    }
    crates
}

fn main_file(checkout: &Path) -> String {
    let src: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let reading = match crates(checkout).contains(&READING) {
        true => "audit_log",
        false => "audit_writer",
    };
    MAIN.replace("{src}", &src.to_string_lossy()).replace("{reading}", reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_is_what_the_checkout_has() {
        let checkout = tempfile::tempdir().unwrap();
        let place = checkout.path();
        assert!(main_file(place).contains("use audit_writer as reading;"));
        assert!(!manifest(place).contains(READING));
        fs::create_dir(place.join(READING)).unwrap();
        assert!(main_file(place).contains("use audit_log as reading;"));
        assert!(
            manifest(place).contains(&format!("audit-log = {{ path = {:?}", place.join(READING)))
        );
    }

    #[test]
    fn every_blank_of_the_templates_is_filled() {
        let checkout = tempfile::tempdir().unwrap();
        for text in [main_file(checkout.path()), manifest(checkout.path())] {
            for blank in ["{src}", "{reading}", "{version}", "{crates}"] {
                assert!(!text.contains(blank), "{blank} in {text}");
            }
        }
    }

    #[test]
    fn a_directory_without_a_checkout_is_named() {
        let empty = tempfile::tempdir().unwrap();
        let refused = program(Build::Other, empty.path()).err().unwrap().to_string();
        assert!(refused.contains(&*empty.path().to_string_lossy()), "{refused}");
    }
}
