//! How long a crate of events compiles, beside the same structs with serde's derives.
//!
//! The crates are written into a directory of their own; dependencies are built first and not
//! counted. Each round compiles each crate once, whole and without incremental compilation, one
//! after the other, so that whatever else the machine does falls on all of them; what counts is the
//! median over the rounds of the ratio inside a round.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::stats::median;

const STRUCTS: usize = 100;

/// A crate that is measured.
struct Subject {
    name: &'static str,
    source: fn() -> String,
    dependency: String,
}

/// One way to compile.
struct Build {
    name: &'static str,
    arguments: &'static [&'static str],
}

const BUILDS: [Build; 3] = [
    Build { name: "cargo check", arguments: &["check"] },
    Build { name: "cargo build", arguments: &["build"] },
    Build { name: "cargo build --release", arguments: &["build", "--release"] },
];

pub(crate) fn measure(rounds: usize) -> Result<String, Failure> {
    let dir = tempfile::tempdir()?;
    let audit_core = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("audit-core");
    let serde = r#"serde = { version = "1", features = ["derive"] }"#;
    let subjects = [
        Subject {
            name: "derive(AuditEvent)",
            source: events,
            dependency: format!("audit-core = {{ path = {:?} }}", audit_core),
        },
        Subject {
            name: "derive(Serialize)",
            source: || structs("serde::Serialize"),
            dependency: serde.to_owned(),
        },
        Subject {
            name: "derive(Serialize, Deserialize)",
            source: || structs("serde::Serialize, serde::Deserialize"),
            dependency: serde.to_owned(),
        },
    ];
    let places: Vec<PathBuf> =
        (0..subjects.len()).map(|number| dir.path().join(format!("subject{number}"))).collect();
    for (subject, place) in subjects.iter().zip(&places) {
        write_crate(subject, place)?;
        for build in &BUILDS {
            compile(place, build)?;
        }
    }
    let mut table = format!(
        "{STRUCTS} structs of 8 fields, median of {rounds} rounds, seconds; in parentheses: the events' ratio to it\n"
    );
    for build in &BUILDS {
        let mut times = vec![Vec::new(); subjects.len()];
        for _ in 0..rounds {
            for (place, times) in places.iter().zip(&mut times) {
                times.push(compile(place, build)?);
            }
        }
        row(&mut table, build, &subjects, &times)?;
    }
    Ok(table)
}

fn row(
    table: &mut String,
    build: &Build,
    subjects: &[Subject],
    times: &[Vec<Duration>],
) -> Result<(), Failure> {
    writeln!(table, "{}", build.name)?;
    let events = times.first().ok_or("there is nothing to compare with")?;
    for (subject, times) in subjects.iter().zip(times) {
        let ratios =
            events.iter().zip(times).map(|(ours, its)| ours.as_secs_f64() / its.as_secs_f64());
        let times: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
        let seconds = median(&times).unwrap_or(f64::NAN);
        let ratio = median(&ratios.collect::<Vec<_>>()).unwrap_or(f64::NAN);
        writeln!(table, "  {:<32} {seconds:>7.2}  ({ratio:.2})", subject.name)?;
    }
    Ok(())
}

fn write_crate(subject: &Subject, place: &Path) -> Result<(), Failure> {
    fs::create_dir_all(place.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"subject\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\n[workspace]\n",
        subject.dependency
    );
    fs::write(place.join("Cargo.toml"), manifest)?;
    fs::write(source_of(place), (subject.source)())?;
    Ok(())
}

fn source_of(place: &Path) -> PathBuf {
    place.join("src/lib.rs")
}

/// Compiles the crate of a place, but for its dependencies, again.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn compile(place: &Path, build: &Build) -> Result<Duration, Failure> {
    let source = source_of(place);
    let text = fs::read(&source)?;
    fs::write(&source, text)?; // Newer than what was compiled.
    let start = Instant::now();
    let status = Command::new("cargo")
        .args(build.arguments)
        .args(["--quiet", "--offline"])
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(place)
        .status()?;
    let took = start.elapsed();
    if !status.success() {
        return Err(format!("`{}` failed", build.name).into());
    }
    Ok(took)
}

fn events() -> String {
    let mut source = String::from(
        "use audit_core::vocab::{Count, ObjectId, UserName, Version};\n\
         use audit_core::{AuditEvent, AuditValue};\n\
         use std::net::SocketAddr;\n\
         #[derive(AuditValue)] pub enum Why { Bad, Unknown }\n",
    );
    for number in 0..STRUCTS {
        source += &format!(
            "/// Event {number}.\n\
             #[must_use]\n\
             #[derive(AuditEvent)]\n\
             #[audit(action = \"act\", category = \"tests\", outcome = \"denied\")]\n\
             pub struct Event{number}<'a> {{\n\
             #[audit(actor(user))] pub user: UserName<'a>,\n\
             #[audit(source(address))] pub from: SocketAddr,\n\
             #[audit(object(id), object_type = \"device\")] pub device: ObjectId<'a>,\n\
             #[audit(reason)] pub reason: Why,\n\
             #[audit(disclose = \"why\", class = \"internal\")] pub attempt: u32,\n\
             pub size: Count,\n\
             pub version: Option<Version<'a>>,\n\
             pub flag: bool,\n\
             }}\n"
        );
    }
    source
}

fn structs(derives: &str) -> String {
    let mut source = format!(
        "use std::net::SocketAddr;\n#[derive({derives})] pub enum Why {{ Bad, Unknown }}\n"
    );
    for number in 0..STRUCTS {
        source += &format!(
            "/// Struct {number}.\n\
             #[derive({derives})]\n\
             pub struct Event{number}<'a> {{\n\
             pub user: &'a str,\n\
             pub from: SocketAddr,\n\
             pub device: &'a str,\n\
             pub reason: Why,\n\
             pub attempt: u32,\n\
             pub size: u64,\n\
             pub version: Option<&'a str>,\n\
             pub flag: bool,\n\
             }}\n"
        );
    }
    source
}
