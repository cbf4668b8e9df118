//! What `auditlog verify` is given of each stream.

use std::path::{Path, PathBuf};

use audit_core::Stream;
use audit_log::Shown;
use audit_log::VerifierKey;
use audit_log::verify::{KeyFrom, Trust};

use super::Arguments;
use crate::stream::stream_of_name;
use crate::{Failure, bounded};

/// What was given of each stream.
pub(super) struct Trusts {
    keys: Vec<(Stream, KeyFrom)>,
    anchors: Vec<(Stream, String)>,
    accepted: Vec<(Stream, String)>,
}

impl Trusts {
    pub(super) fn of(arguments: &Arguments) -> Result<Trusts, Failure> {
        let mut keys = Vec::new();
        for text in &arguments.keys {
            for key in keys_of(text)? {
                let stream = stream_of_name(key.key.name());
                keys.push((stream.ok_or("--key: it is no key of a log's stream")?, key));
            }
        }
        let trusts = Trusts {
            keys,
            anchors: checkpoints(&arguments.anchors)?,
            accepted: checkpoints(&arguments.accepted)?,
        };
        twice(trusts.keys.iter().map(|(stream, key)| (*stream, key.from_seq)), "--key")?;
        twice(trusts.anchors.iter().map(|(stream, _)| (*stream, 0)), "--anchor")?;
        twice(trusts.accepted.iter().map(|(stream, _)| (*stream, 0)), "--accepted")?;
        Ok(trusts)
    }

    /// The streams that something was given of.
    pub(super) fn streams(&self) -> impl Iterator<Item = Stream> + '_ {
        self.given().map(|(stream, _)| stream)
    }

    /// # Errors
    ///
    /// Something was given of a stream that is not among these.
    pub(super) fn check_chosen(&self, chosen: &[Stream]) -> Result<(), Failure> {
        match self.given().find(|(stream, _)| !chosen.contains(stream)) {
            None => Ok(()),
            Some((stream, option)) => {
                let why = "which was not chosen";
                Err(format!("{option}: it is of the stream {}, {why}", stream.name()).into())
            }
        }
    }

    fn given(&self) -> impl Iterator<Item = (Stream, &'static str)> + '_ {
        let keys = self.keys.iter().map(|(stream, _)| (*stream, "--key"));
        let anchors = self.anchors.iter().map(|(stream, _)| (*stream, "--anchor"));
        let accepted = self.accepted.iter().map(|(stream, _)| (*stream, "--accepted"));
        keys.chain(anchors).chain(accepted)
    }

    pub(super) fn of_stream(&self, stream: Stream) -> Trust {
        let keys = self.keys.iter().filter(|(of, _)| *of == stream).map(|(_, key)| key.clone());
        let text = |texts: &[(Stream, String)]| {
            texts.iter().find(|(of, _)| *of == stream).map(|(_, text)| text.clone())
        };
        Trust {
            anchor: text(&self.anchors),
            accepted: text(&self.accepted),
            ..Trust::in_keys(keys)
        }
    }
}

/// # Errors
///
/// Two of these are for the same.
fn twice(given: impl Iterator<Item = (Stream, u64)>, option: &'static str) -> Result<(), Failure> {
    let mut given: Vec<(Stream, u64)> = given.collect();
    given.sort_unstable();
    match given.array_windows().find(|[one, next]| one == next) {
        Some([(stream, _), _]) => {
            Err(format!("{option}: there are two of the stream {}", stream.name()).into())
        }
        None => Ok(()),
    }
}

/// The texts of these files, each with the stream that its first line names.
fn checkpoints(files: &[PathBuf]) -> Result<Vec<(Stream, String)>, Failure> {
    let read = |path: &PathBuf| {
        let told = |why: String| format!("{}: {why}", Shown(path));
        let text = bounded::read_text(path, bounded::NOTE_BYTES_MAX)?;
        let stream = text.lines().next().and_then(stream_of_name);
        Ok((stream.ok_or_else(|| told("it is no checkpoint of a log's stream".into()))?, text))
    };
    files.iter().map(read).collect()
}

/// The keys of an argument: one, or those that a file of that name holds.
fn keys_of(text: &str) -> Result<Vec<KeyFrom>, Failure> {
    match text.parse() {
        Ok(key) => Ok(vec![key]),
        Err(error) if !Path::new(text).exists() => {
            Err(format!("--key: {error}, and there is no file of that name").into())
        }
        Err(_) => {
            let held = bounded::read_text(Path::new(text), bounded::KEYS_BYTES_MAX)?;
            let keys = held.lines().filter(|line| !line.trim().is_empty());
            keys.map(|key| {
                key.trim().parse().map_err(|error| format!("--key {text}: {error}").into())
            })
            .collect()
        }
    }
}

/// A key, or what a file of that name holds.
pub(crate) fn key_of(text: &str) -> Result<VerifierKey, Failure> {
    match keys_of(text)?.as_slice() {
        [key] => Ok(key.key.clone()),
        _ => Err(format!("--key {text}: it should hold one key").into()),
    }
}
