//! Where keys are kept.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit_core::Stream;
use audit_log::VerifierKey;
use audit_log::name::Files;
use audit_log::verify::KeyFrom;
use zeroize::Zeroizing;

use super::chain::{Keys, STATE_BYTES_MAX};
use crate::error::Error;
use crate::storage::write_all;
use crate::storage::{OsStorage, Storage, remove_if_there};

/// Where the secret keys are kept, of each stream its own, and with them how large the stream was
/// and what its tree's root was when it was signed last.
///
/// For implementors: keep one state for each stream, none of which touches another; of a stream that
/// was never stored there is none. [`Stream::name`] makes a name of one.
pub trait KeyStore: Send + Sync {
    /// What was stored last for a stream, if anything was.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn load(&self, stream: Stream) -> io::Result<Option<Zeroizing<Vec<u8>>>>;

    /// Stores this in place of what was stored before for the stream, all of it or nothing, on
    /// stable storage. At most 4 KiB.
    ///
    /// # Errors
    ///
    /// What the system said; what was stored before is there then, or this.
    fn store(&self, stream: Stream, state: &[u8]) -> io::Result<()>;
}

/// Keys in the files of a directory: `audit.key`, `access.key`, `application.key`.
pub struct FileKeys(pub(crate) Arc<dyn Storage>);

impl std::fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKeys")
    }
}

/// The folder of the keys in a log's directory.
const KEYS_DIR: &str = "keys";

impl FileKeys {
    /// Keys in a directory of their own, which is created with mode 0700 if it is not there.
    ///
    /// # Errors
    ///
    /// What the system said; that others than its owner can read the directory or write to it.
    pub fn in_dir(dir: impl Into<PathBuf>) -> Result<FileKeys, Error> {
        Ok(FileKeys(Arc::new(OsStorage::open_private(dir.into())?)))
    }

    /// The keys of the log in a directory, where a writer keeps them that is told nothing else: in
    /// its folder `keys`.
    ///
    /// # Errors
    ///
    /// As for [`in_dir`](FileKeys::in_dir).
    pub fn of_log(dir: impl AsRef<Path>) -> Result<FileKeys, Error> {
        // The log's directory is not the keys', which are their owner's alone.
        OsStorage::make_dir(dir.as_ref())?;
        FileKeys::in_dir(FileKeys::dir_of_log(dir.as_ref()))
    }

    /// The folder of the keys of the log in a directory.
    pub(crate) fn dir_of_log(dir: &Path) -> PathBuf {
        dir.join(KEYS_DIR)
    }

    /// Keys in a storage.
    pub fn in_storage(storage: Arc<dyn Storage>) -> FileKeys {
        FileKeys(storage)
    }
}

/// Draws the keys of a stream that is not there yet, and gives the verifier key to keep elsewhere.
/// Each stream has one. They are of one log: where another stream has keys in the store, these name
/// the same.
///
/// # Errors
///
/// `AlreadyExists` if the stream has keys; `InvalidData` if another's are damaged; what the system
/// said.
pub fn generate(store: &dyn KeyStore, stream: Stream) -> io::Result<VerifierKey> {
    if store.load(stream)?.is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let drawn = || Ok(format!("{:016x}", getrandom::u64()?));
    let log = log_of_keys(store)?.map_or_else(drawn, Ok::<_, io::Error>)?;
    let keys = Keys::drawn(format!("{log}/{}", stream.name()))?;
    store.store(stream, &keys.to_bytes())?;
    Ok(keys.first_key().clone())
}

/// The verifier key of a stream, to keep elsewhere; nothing if it has no keys.
///
/// # Errors
///
/// `InvalidData` if the keys are damaged; what the system said.
pub fn verifier_key(store: &dyn KeyStore, stream: Stream) -> io::Result<Option<VerifierKey>> {
    Ok(load(store, stream)?.map(|keys| keys.first_key().clone()))
}

/// A verifier key of a stream and the number from which on it is for, to keep elsewhere; nothing if it
/// has no keys. The number is 0 but where the keys took the place of others.
///
/// # Errors
///
/// As for [`verifier_key`].
pub fn verifier_key_from(store: &dyn KeyStore, stream: Stream) -> io::Result<Option<KeyFrom>> {
    let keys = load(store, stream)?;
    Ok(keys.map(|keys| KeyFrom { key: keys.first_key().clone(), from_seq: keys.epoch() }))
}

/// Which log the keys in the store are of, if there are any: those of the first stream with some.
fn log_of_keys(store: &dyn KeyStore) -> io::Result<Option<String>> {
    for stream in Stream::ALL {
        if let Some(keys) = load(store, stream)? {
            return Ok(Some(keys.log().to_owned()));
        }
    }
    Ok(None)
}

/// What a store has of a stream's keys.
pub(crate) enum Stored {
    Nothing,
    /// Something that is no keys, such as an empty file.
    Damaged,
    Keys(Box<Keys>),
}

impl Stored {
    /// # Errors
    ///
    /// What the store said.
    pub(crate) fn of(store: &dyn KeyStore, stream: Stream) -> io::Result<Stored> {
        Ok(match store.load(stream)? {
            None => Stored::Nothing,
            Some(bytes) => {
                let keys = Keys::parse(&bytes);
                keys.map_or(Stored::Damaged, |keys| Stored::Keys(Box::new(keys)))
            }
        })
    }

    /// Which log the keys in the store are of that can be read.
    ///
    /// # Errors
    ///
    /// What the store said.
    pub(crate) fn log(store: &dyn KeyStore) -> io::Result<Option<String>> {
        for stream in Stream::ALL {
            if let Stored::Keys(keys) = Stored::of(store, stream)? {
                return Ok(Some(keys.log().to_owned()));
            }
        }
        Ok(None)
    }
}

/// The keys of a stream that are stored, if any are.
fn load(store: &dyn KeyStore, stream: Stream) -> io::Result<Option<Keys>> {
    match Stored::of(store, stream)? {
        Stored::Nothing => Ok(None),
        Stored::Keys(keys) => Ok(Some(*keys)),
        Stored::Damaged => Err(io::Error::new(io::ErrorKind::InvalidData, "they are damaged")),
    }
}

impl KeyStore for FileKeys {
    fn load(&self, stream: Stream) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        match self.0.read(Files::of(stream).key) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(file) => {
                let mut state = Zeroizing::new(Vec::with_capacity(STATE_BYTES_MAX));
                file.take(STATE_BYTES_MAX as u64).read_to_end(&mut state)?;
                Ok(Some(state))
            }
        }
    }

    fn store(&self, stream: Stream, state: &[u8]) -> io::Result<()> {
        let (storage, Files { key, key_next, .. }) = (self.0.as_ref(), Files::of(stream));
        remove_if_there(storage, key_next)?;
        let mut file = storage.create(key_next)?;
        write_all(file.as_mut(), state)?;
        file.sync()?;
        storage.replace(key_next, key)?;
        storage.sync_names()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Signed;
    use super::*;
    use crate::storage::MemoryStorage;

    #[test]
    fn what_is_stored_is_loaded_and_each_stream_has_its_own() {
        let store = FileKeys(Arc::new(MemoryStorage::new()));
        for stream in Stream::ALL {
            assert!(store.load(stream).unwrap().is_none());
            let first = Keys::drawn(format!("log/{}", stream.name())).unwrap();
            let second = first.after_checkpoint(Signed { size: 42, root: [7; 32] }).unwrap();
            for keys in [&first, &second, &second.after_segment(9).unwrap()] {
                store.store(stream, &keys.to_bytes()).unwrap();
                let loaded = Keys::parse(&store.load(stream).unwrap().unwrap()).unwrap();
                assert_eq!(loaded.to_bytes(), keys.to_bytes());
                assert_eq!(
                    (loaded.signed(), loaded.announced()),
                    (keys.signed(), keys.announced())
                );
            }
        }
    }

    #[test]
    fn keys_that_are_drawn_one_after_the_other_are_of_one_log() {
        let store = FileKeys(Arc::new(MemoryStorage::new()));
        let access = generate(&store, Stream::Access).unwrap();
        let audit = generate(&store, Stream::Audit).unwrap();
        let log = access.name().strip_suffix("/access").unwrap();
        assert_eq!(audit.name(), format!("{log}/audit"));
        assert_ne!(audit, access);
        assert_eq!(verifier_key(&store, Stream::Audit).unwrap(), Some(audit));
        assert_eq!(verifier_key(&store, Stream::Application).unwrap(), None);
        let again = generate(&store, Stream::Access).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }
}
