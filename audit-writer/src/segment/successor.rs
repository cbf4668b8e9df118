//! The segment that takes the place of one that is over: begun under another name, and given the
//! active one's only when it is on stable storage. So there is never an active segment without a
//! whole header, and never one that brings only a part of the lines again that it supersedes.

use std::io;

use audit_log::name::{Files, Name};

use super::active::{Active, Fault};
use crate::rotation::Filling;
use crate::storage::{Storage, StorageFile, make_free, remove_if_there, write_all};

/// A segment that is to take the active one's place. Trying again after a fault makes the same
/// bytes, so nothing that somebody may have read changes.
pub(crate) struct Successor {
    /// The names that it goes through.
    pub(crate) files: &'static Files,
    /// Its header and what follows it, up to the lines that it brings again.
    pub(crate) bytes: Vec<u8>,
    pub(crate) filling: Filling,
    /// The number of its first line.
    pub(crate) first_seq: u64,
    /// The name that what stands in its place gets, until it has it.
    pub(crate) moves_aside: Option<Name>,
    /// The name that it got.
    pub(crate) moved_to: Option<Name>,
    /// Its file, empty, if that was made beforehand.
    pub(crate) made: Option<Box<dyn StorageFile>>,
    /// Whether this has the active segment's name already, but that may not last.
    pub(crate) is_placed: bool,
}

impl Successor {
    /// Makes it the active segment, durable in content and name.
    ///
    /// # Errors
    ///
    /// The storage failed. What was done so far is known here, so that this can be tried again.
    pub(crate) fn place(&mut self, storage: &dyn Storage) -> Result<Active, Fault> {
        let Files { active, next, .. } = *self.files;
        let file = self.write(storage).inspect_err(|_| {
            // Half of it is worth nothing, and takes room that others may need.
            let _tried_again_by_the_next = remove_if_there(storage, next);
        })?;
        if self.is_placed {
            // It is the same to the byte, and this time its name may last.
            remove_if_there(storage, active).map_err(Fault::new("remove"))?;
            self.is_placed = false;
        }
        if let Some(name) = &mut self.moves_aside {
            move_aside(storage, active, name)?;
            self.moved_to = self.moves_aside.take();
        }
        storage.rename(next, active).map_err(Fault::new("rotate"))?;
        self.is_placed = true;
        storage.sync_names().map_err(Fault::new("sync the directory"))?;
        Active::new(file, self.first_seq, self.filling)
    }

    /// Its file under the name that it has before it is in its place, durable.
    fn write(&mut self, storage: &dyn Storage) -> Result<Box<dyn StorageFile>, Fault> {
        let next = self.files.next;
        let mut file = match self.made.take() {
            Some(made) => made,
            None => {
                make_free(storage, next).map_err(Fault::new("remove"))?;
                storage.create(next).map_err(Fault::new("create"))?
            }
        };
        write_all(file.as_mut(), &self.bytes).map_err(Fault::new("write"))?;
        file.sync().map_err(Fault::new("sync"))?;
        Ok(file)
    }
}

/// Gives what stands in the active segment's place this name. It may be gone, if somebody else was
/// at it; and if something has the name already, the next try takes the name of a second later.
fn move_aside(storage: &dyn Storage, active: &str, name: &mut Name) -> Result<(), Fault> {
    match storage.rename(active, &name.to_string()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            if error.kind() == io::ErrorKind::AlreadyExists {
                name.unix_s += 1;
            }
            Err(Fault { doing: "rotate", error })
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use audit_core::Stream;
    use audit_log::name::Kind;
    use audit_log::storage::ReadStorage as _;

    use super::*;
    use crate::clock::Stamp;
    use crate::storage::{Call, MemoryStorage};

    fn successor() -> Successor {
        let opened = Stamp::default();
        Successor {
            files: Files::of(Stream::Audit),
            bytes: b"header\nagain\n".to_vec(),
            filling: Filling { opened, bytes: 13, header_bytes: 7 },
            first_seq: 9,
            moves_aside: Some(Name::new(Stream::Audit, Kind::Segment, opened, 3)),
            moved_to: None,
            made: None,
            is_placed: false,
        }
    }

    const ACTIVE: &str = "audit.jsonl";
    const OVER: &str = "audit-19700101T000000Z-000000000003.jsonl";

    /// What stands under each name after a power cut.
    fn after_power_cut(storage: &MemoryStorage) -> Vec<(String, Vec<u8>)> {
        let left = storage.after_power_cut();
        let names = left.list().unwrap().into_iter().map(|(name, _)| name);
        names.map(|name| (name.clone(), left.bytes(&name).unwrap())).collect()
    }

    #[test]
    fn it_is_durable_in_content_and_name_when_it_is_placed() {
        let storage = MemoryStorage::new();
        storage.put(ACTIVE, b"over\n");
        assert!(successor().place(&storage).is_ok());
        let left = after_power_cut(&storage);
        let [over, active] = left.try_into().unwrap();
        assert_eq!(over, (OVER.to_owned(), b"over\n".to_vec()));
        assert_eq!(active, (ACTIVE.to_owned(), successor().bytes));
    }

    #[test]
    fn trying_again_after_any_fault_ends_the_same() {
        for call in
            [Call::Remove, Call::Create, Call::Write, Call::Sync, Call::Rename, Call::SyncNames]
        {
            let storage = MemoryStorage::new();
            storage.put(ACTIVE, b"over\n");
            storage.put("audit.next", b"left over");
            let mut successor = successor();
            for _ in 0..3 {
                storage.refuse(call);
                assert!(successor.place(&storage).is_err(), "{call:?}");
                storage.heal();
            }
            assert!(successor.place(&storage).is_ok(), "{call:?}");
            let [over, active] = after_power_cut(&storage).try_into().unwrap();
            assert_eq!((over.0.as_str(), active.1), (OVER, successor.bytes), "{call:?}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_passed_over() {
        let storage = MemoryStorage::new();
        storage.put(ACTIVE, b"over\n");
        storage.put(OVER, b"who knows");
        let mut successor = successor();
        assert!(successor.place(&storage).is_err());
        assert!(successor.place(&storage).is_ok());
        assert_eq!(storage.bytes(OVER).unwrap(), b"who knows");
        assert_eq!(storage.bytes("audit-19700101T000001Z-000000000003.jsonl").unwrap(), b"over\n");
    }
}
