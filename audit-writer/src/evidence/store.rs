//! Where keys are kept.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::keys::{Keys, STATE_BYTES_MAX};
use super::note::VerifierKey;
use crate::error::Error;
use crate::segment::active::write_all;
use crate::segment::name::AUDIT;
use crate::storage::{OsStorage, Storage, remove_if_there};

/// Where the secret keys are kept, and with them how large the log was and what its tree's root was
/// when it was signed last.
pub trait KeyStore: Send + Sync {
    /// What was stored last, if anything was.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn load(&self) -> io::Result<Option<Zeroizing<Vec<u8>>>>;

    /// Stores this in place of what was stored before, all of it or nothing, on stable storage.
    ///
    /// # Errors
    ///
    /// What the system said; what was stored before is there then, or this.
    fn store(&self, state: &[u8]) -> io::Result<()>;
}

/// Keys in a file of a directory, `audit.key`.
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
        FileKeys::in_dir(dir.as_ref().join(KEYS_DIR))
    }

    /// Keys in a storage.
    pub fn in_storage(storage: Arc<dyn Storage>) -> FileKeys {
        FileKeys(storage)
    }
}

/// Draws the keys of a log that is not there yet, and gives the verifier key to keep elsewhere.
///
/// # Errors
///
/// `AlreadyExists` if there are keys; what the system said.
pub fn generate(store: &dyn KeyStore) -> io::Result<VerifierKey> {
    if store.load()?.is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let log = format!("{:016x}", getrandom::u64()?);
    let keys = Keys::drawn(format!("{log}/{AUDIT}"))?;
    store.store(&keys.to_bytes())?;
    Ok(keys.first_key().clone())
}

/// The verifier key of a log, to keep elsewhere; nothing if there are no keys.
///
/// # Errors
///
/// `InvalidData` if the keys are damaged; what the system said.
pub fn verifier_key(store: &dyn KeyStore) -> io::Result<Option<VerifierKey>> {
    Ok(load(store)?.map(|keys| keys.first_key().clone()))
}

/// The keys that are stored, if any are.
pub(crate) fn load(store: &dyn KeyStore) -> io::Result<Option<Keys>> {
    match store.load()? {
        None => Ok(None),
        Some(bytes) => match Keys::parse(&bytes) {
            Some(keys) => Ok(Some(keys)),
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "they are damaged")),
        },
    }
}

const FILE: &str = "audit.key";
const FILE_NEXT: &str = "audit.key.next";

impl KeyStore for FileKeys {
    fn load(&self) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        match self.0.read(FILE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(file) => {
                let mut state = Zeroizing::new(Vec::with_capacity(STATE_BYTES_MAX));
                file.take(STATE_BYTES_MAX as u64).read_to_end(&mut state)?;
                Ok(Some(state))
            }
        }
    }

    fn store(&self, state: &[u8]) -> io::Result<()> {
        let storage = self.0.as_ref();
        remove_if_there(storage, FILE_NEXT)?;
        let mut file = storage.create(FILE_NEXT)?;
        write_all(file.as_mut(), state)?;
        file.sync()?;
        storage.replace(FILE_NEXT, FILE)?;
        storage.sync_names()
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::Signed;
    use super::*;
    use crate::storage::MemoryStorage;

    #[test]
    fn what_is_stored_is_loaded() {
        let store = FileKeys(Arc::new(MemoryStorage::new()));
        assert!(store.load().unwrap().is_none());
        let first = Keys::drawn("log/audit".to_owned()).unwrap();
        let second = first.after_checkpoint(Signed { size: 42, root: [7; 32] }).unwrap();
        for keys in [&first, &second, &second.after_segment(9).unwrap()] {
            store.store(&keys.to_bytes()).unwrap();
            let loaded = Keys::parse(&store.load().unwrap().unwrap()).unwrap();
            assert_eq!(loaded.to_bytes(), keys.to_bytes());
            assert_eq!((loaded.signed(), loaded.announced()), (keys.signed(), keys.announced()));
        }
    }
}
