//! Which names a directory in memory holds, and which of them are durable.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::contents::Contents;

/// A file, whatever its names.
pub(super) type File = Arc<Mutex<Contents>>;

type Names = BTreeMap<String, File>;

/// Names of files. A change of them is durable after a sync of the directory.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    names: Names,
    durable: Names,
    /// What was done since the last sync, in its order.
    changes: Vec<Change>,
    /// Whether a sync failed and nothing changed since: the next one lies.
    sync_lies: bool,
}

#[derive(Clone, Debug)]
enum Change {
    Create(String, File),
    /// In place of what has the other name, if anything has.
    Rename(String, String),
    Remove(String),
}

impl Change {
    fn apply(&self, names: &mut Names) {
        match self {
            Change::Create(name, file) => {
                names.insert(name.clone(), Arc::clone(file));
            }
            Change::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Change::Remove(name) => {
                names.remove(name);
            }
        }
    }
}

impl Directory {
    pub(super) fn names(&self) -> &BTreeMap<String, File> {
        &self.names
    }

    pub(super) fn get(&self, name: &str) -> io::Result<File> {
        self.names.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Puts a file there with a durable name, in place of one of the same name.
    pub(super) fn put(&mut self, name: &str, file: &File) {
        self.names.insert(name.to_owned(), Arc::clone(file));
        self.durable.insert(name.to_owned(), Arc::clone(file));
    }

    pub(super) fn create(&mut self, name: &str, file: &File) -> io::Result<()> {
        self.must_be_free(name)?;
        self.change(Change::Create(name.to_owned(), Arc::clone(file)));
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.must_be_free(to)?;
        self.get(from)?;
        self.change(Change::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    pub(super) fn replace(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.get(from)?;
        self.change(Change::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> io::Result<()> {
        self.get(name)?;
        self.change(Change::Remove(name.to_owned()));
        Ok(())
    }

    pub(super) fn sync(&mut self) {
        if !self.sync_lies {
            self.durable = self.names.clone();
            self.changes.clear();
        }
    }

    /// A sync failed. The next one makes nothing durable unless something changes before, which
    /// puts the directory as a whole back on the list of what is to be written.
    pub(super) fn give_up(&mut self) {
        self.sync_lies = !self.changes.is_empty();
    }

    /// The names that may be there when the power went now: as of the last sync, and after each
    /// change since.
    pub(super) fn after_power_cuts(&self) -> Vec<Names> {
        let mut names = self.durable.clone();
        let mut all = vec![names.clone()];
        for change in &self.changes {
            change.apply(&mut names);
            all.push(names.clone());
        }
        all
    }

    /// The same directory, of copies of its files.
    pub(super) fn deep_copy(&self, copy: impl Fn(&File) -> Contents) -> Directory {
        let mut copies = BTreeMap::new();
        let mut copied = |file: &File| {
            let new = copies.entry(Arc::as_ptr(file).addr());
            Arc::clone(new.or_insert_with(|| Arc::new(Mutex::new(copy(file)))))
        };
        let mut copy_names = |names: &Names| -> Names {
            names.iter().map(|(name, file)| (name.clone(), copied(file))).collect()
        };
        let (names, durable) = (copy_names(&self.names), copy_names(&self.durable));
        let changes = self.changes.iter().map(|change| match change {
            Change::Create(name, file) => Change::Create(name.clone(), copied(file)),
            other => other.clone(),
        });
        Directory { changes: changes.collect(), names, durable, sync_lies: self.sync_lies }
    }

    fn must_be_free(&self, name: &str) -> io::Result<()> {
        match self.names.contains_key(name) {
            true => Err(io::ErrorKind::AlreadyExists.into()),
            false => Ok(()),
        }
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.changes.push(change);
        self.sync_lies = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(names: &Names) -> Vec<&str> {
        names.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_change_is_durable_after_a_sync() {
        let mut directory = Directory::default();
        directory.create("a", &File::default()).unwrap();
        directory.sync();
        directory.rename("a", "b").unwrap();
        directory.create("a", &File::default()).unwrap();
        directory.remove("b").unwrap();
        let cuts = directory.after_power_cuts();
        let cuts: Vec<_> = cuts.iter().map(spelled).collect();
        assert_eq!(cuts, [vec!["a"], vec!["b"], vec!["a", "b"], vec!["a"]]);
        directory.sync();
        assert_eq!(directory.after_power_cuts().len(), 1);
    }

    #[test]
    fn a_repeated_sync_lies_unless_something_changed() {
        let mut directory = Directory::default();
        directory.create("a", &File::default()).unwrap();
        directory.give_up();
        directory.sync();
        assert!(directory.after_power_cuts()[0].is_empty());
        directory.create("b", &File::default()).unwrap();
        directory.sync();
        assert_eq!(spelled(&directory.after_power_cuts()[0]), ["a", "b"]);
    }
}
