//! Whether somebody else was at the active segment's file: a pure decision.

use crate::storage::FileState;

/// What somebody else did to the active segment's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Foreign {
    pub(crate) what: Deed,
    /// How many bytes the log had put into the file.
    pub(crate) bytes: u64,
    /// How many were found in it.
    pub(crate) found_bytes: u64,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The file has no name any more.
    Removed,
    /// The file has another name, and nothing has its old one.
    Renamed,
    /// Something else has the file's name.
    Replaced,
    /// The file has a second name.
    Linked,
    /// The file is shorter than it was.
    Truncated,
    /// Somebody else wrote to the file.
    Appended,
}

impl Deed {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Deed::Removed => "removed",
            Deed::Renamed => "renamed",
            Deed::Replaced => "replaced",
            Deed::Linked => "linked",
            Deed::Truncated => "truncated",
            Deed::Appended => "appended",
        }
    }
}

/// What was done to the file of this `id`, into which so many bytes were put, as its name's state
/// tells; its own state is asked for only where the name stands for another.
///
/// # Errors
///
/// What `own` said.
pub(crate) fn told_by<E>(
    id: (u64, u64),
    bytes: u64,
    named: Option<FileState>,
    own: impl FnOnce() -> Result<FileState, E>,
) -> Result<Option<Foreign>, E> {
    let (what, state) = match named {
        Some(state) if state.id == id => {
            let what = match state.bytes {
                found if found < bytes => Deed::Truncated,
                found if found > bytes => Deed::Appended,
                _ if state.names > 1 => Deed::Linked,
                _ => return Ok(None),
            };
            (what, state)
        }
        other => {
            let own = own()?;
            let what = match (other, own.names) {
                (Some(_), _) => Deed::Replaced,
                (None, 0) => Deed::Removed,
                (None, _) => Deed::Renamed,
            };
            (what, own)
        }
    };
    Ok(Some(Foreign { what, bytes, found_bytes: state.bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: (u64, u64) = (1, 7);

    fn state(inode: u64, bytes: u64, names: u64) -> FileState {
        FileState { id: (1, inode), bytes, allocated_bytes: bytes, names }
    }

    fn check(named: Option<FileState>, own: FileState, expected: Option<Deed>) {
        let told = told_by(ID, 100, named, || Ok::<_, ()>(own)).unwrap();
        assert_eq!(told.map(|foreign| foreign.what), expected);
    }

    #[test]
    fn each_deed_is_told() {
        let ours = state(7, 100, 1);
        check(Some(ours), ours, None);
        check(Some(state(7, 99, 1)), ours, Some(Deed::Truncated));
        check(Some(state(7, 101, 1)), ours, Some(Deed::Appended));
        check(Some(state(7, 100, 2)), ours, Some(Deed::Linked));
        check(None, state(7, 100, 0), Some(Deed::Removed));
        check(None, ours, Some(Deed::Renamed));
        check(Some(state(8, 100, 1)), state(7, 100, 0), Some(Deed::Replaced));
        check(Some(state(8, 100, 1)), ours, Some(Deed::Replaced));
    }
}
