//! `auditlog keygen` and `auditlog vkey`.

use std::path::PathBuf;

use audit_core::Stream;
use audit_log::Shown;
use audit_writer::keys::{FileKeys, verifier_key_from};

use crate::out::say;
use crate::{Failure, Outcome};

/// Draw the keys of a log that is not there yet, and print its verifier key.
///
/// Each stream of a log has keys of its own: draw them for each that the program records.
///
/// Keep what is printed away from the device: `auditlog verify --key` needs it. It is no secret.
#[derive(Debug, clap::Args)]
pub(crate) struct Keygen {
    /// The log's directory; the keys go into its folder `keys`.
    dir: PathBuf,
    /// The stream that the keys are of: `audit`, `access` or `application`.
    #[arg(long, value_name = "STREAM", default_value = "audit", value_parser = crate::stream::parse)]
    stream: Stream,
}

/// Print a log's verifier key, as `keygen` would have; behind it `@` and a number where the log went on
/// with new keys from that line on.
///
/// Whoever has changed the device before can have changed what is printed, too: rather use `keygen`
/// before the log's first start.
#[derive(Debug, clap::Args)]
pub(crate) struct Vkey {
    /// The log's directory.
    dir: PathBuf,
    /// The stream whose key it is: `audit`, `access` or `application`.
    #[arg(long, value_name = "STREAM", default_value = "audit", value_parser = crate::stream::parse)]
    stream: Stream,
}

pub(crate) fn generate(arguments: &Keygen) -> Result<Outcome, Failure> {
    let Keygen { dir, stream } = arguments;
    let key =
        audit_writer::keys::generate(&FileKeys::of_log(dir)?, *stream).map_err(
            |error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    format!(
                        "{} has keys already; `auditlog vkey` prints their verifier key",
                        Shown(dir)
                    )
                }
                _ => format!("could not draw keys for {}: {error}", Shown(dir)),
            },
        )?;
    say!("{key}");
    Ok(Outcome::Well)
}

pub(crate) fn show(arguments: &Vkey) -> Result<Outcome, Failure> {
    let Vkey { dir, stream } = arguments;
    let keys = dir.join("keys");
    if !keys.is_dir() {
        return Err(format!("there is no folder {} with keys", Shown(&keys)).into());
    }
    match verifier_key_from(&FileKeys::of_log(dir)?, *stream) {
        Ok(Some(key)) => say!("{key}"),
        Ok(None) => return Err(format!("there are no keys in {}", Shown(&keys)).into()),
        Err(error) => return Err(format!("the keys in {}: {error}", Shown(&keys)).into()),
    }
    Ok(Outcome::Well)
}
