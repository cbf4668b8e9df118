//! Files by what they are and not by what they are called: which are there, in which order, and which
//! is a copy of which.
#![expect(clippy::disallowed_methods, reason = "files of others, which are only read")]

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use audit_log::Shown;

use super::opened::Opened;
use super::position::Key;

/// The first line tells files apart by at most so many bytes.
const FIRST_MAX: usize = 4096;
/// How names of compressed files end.
const PACKED: &str = ".gz";
/// A directory is looked at so often until nothing moves in it.
const LOOKS_MAX: usize = 100;

/// A file, before it is opened.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// Device and inode.
    pub(crate) node: (u64, u64),
    /// In nanoseconds.
    pub(crate) modified: i128,
    pub(crate) bytes: u64,
}

impl Place {
    pub(crate) fn of(path: &Path) -> io::Result<Place> {
        let it = fs::metadata(path)?;
        if !it.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let modified = i128::from(it.mtime()) * 1_000_000_000 + i128::from(it.mtime_nsec());
        Ok(Place { path: path.into(), node: (it.dev(), it.ino()), modified, bytes: it.len() })
    }

    /// Whether its text goes as far as this. Of a compressed one that is not known before.
    pub(crate) fn reaches(&self, offset: u64) -> bool {
        self.bytes >= offset || self.open().is_ok_and(|it| it.is_packed())
    }

    /// # Errors
    ///
    /// `NotFound` too if there is another file by now.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        let file = File::open(&self.path)?;
        let it = file.metadata()?;
        match (it.dev(), it.ino()) == self.node {
            true => Opened::new(file),
            false => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

impl Key {
    /// What tells a file from others that had its inode: a keyed hash of its first line, so that
    /// it does not tell what that says. None while that is not whole, unless the file is over.
    pub(crate) fn mark(&self, file: &Opened, is_over: bool) -> io::Result<Option<u64>> {
        let mut room = [0; FIRST_MAX];
        let first = file.begin(&mut room)?;
        let line = first.iter().position(|byte| *byte == b'\n').and_then(|end| first.get(..=end));
        let is_whole = first.len() == FIRST_MAX || (is_over && !first.is_empty());
        Ok(line.or(is_whole.then_some(first)).map(|it| self.hash(it)))
    }

    /// The mark of a file that is over, if it is still what it was.
    pub(crate) fn mark_of(&self, place: &Place) -> io::Result<Option<u64>> {
        self.mark(&place.open()?, true)
    }
}

/// The file and those that it was rotated to, compressed or not, oldest first. One that is being
/// compressed is there twice for a while, and told once.
pub(crate) fn siblings(live: &Path, key: &Key) -> io::Result<Vec<Place>> {
    let mut places = settled(live, "")?;
    let packed = settled(live, PACKED)?;
    if !packed.is_empty() {
        let mark = |it: &Place| key.mark_of(it).ok().flatten();
        let plain: Vec<_> = places.iter().map(mark).collect();
        places.extend(packed.into_iter().filter(|it| !plain.contains(&mark(it))));
    }
    in_order(&mut places, live);
    Ok(places)
}

/// The file of this device and inode, whatever it is called by now.
pub(crate) fn renamed(live: &Path, node: (u64, u64)) -> io::Result<Option<Place>> {
    Ok(settled(live, "")?.into_iter().find(|it| it.node == node))
}

/// Each once: names move on while they are looked at, so it is looked until nothing moves.
fn settled(live: &Path, end: &str) -> io::Result<Vec<Place>> {
    let mut before = look(live, end)?;
    for _ in 0..LOOKS_MAX {
        let now = look(live, end)?;
        let same =
            |(one, other): (&Place, &Place)| one.path == other.path && one.node == other.node;
        if before.len() == now.len() && before.iter().zip(&now).all(same) {
            break;
        }
        before = now;
    }
    let mut seen = Vec::new();
    before.retain(|it| {
        let is_new = !seen.contains(&it.node);
        seen.push(it.node);
        is_new
    });
    Ok(before)
}

/// The files whose names are the live one's, what rotation adds, and this end.
fn look(live: &Path, end: &str) -> io::Result<Vec<Place>> {
    let dir = live.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
    let name = name_of(live);
    let mut places = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| told(dir, &error))? {
        let path = entry.map_err(|error| told(dir, &error))?.path();
        let entry = name_of(&path);
        let rest = entry.strip_prefix(&name).and_then(|rest| rest.strip_suffix(end));
        let Some(suffix) = rest else { continue };
        let is_rotated = |byte: u8| byte.is_ascii_digit() || b".-_".contains(&byte);
        if !suffix.bytes().all(is_rotated) {
            continue;
        }
        // It may be gone since.
        if let Ok(place) = Place::of(&path) {
            places.push(place);
        }
    }
    places.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(places)
}

/// The copy that was made of a file before it was truncated.
pub(crate) fn copy(
    live: &Path,
    of: (u64, u64),
    mark: u64,
    key: &Key,
) -> io::Result<Option<(Place, Opened)>> {
    let is_copy = |it: &Place| it.node != of && key.mark_of(it).ok().flatten() == Some(mark);
    for _ in 0..LOOKS_MAX {
        let Some(place) = siblings(live, key)?.into_iter().find(is_copy) else { continue };
        // It may have been renamed at this moment.
        if let Ok(file) = place.open() {
            return Ok(Some((place, file)));
        }
    }
    Ok(None)
}

/// How many rotations a name can count; a number beyond is a date or a time.
const COUNTED_MAX: i64 = 99_999;

/// Oldest first, and the live one last: by when they were changed, and where that is the same by what
/// rotation put behind their names. It counts from the youngest on, and dates grow.
pub(crate) fn in_order(places: &mut [Place], live: &Path) {
    let number = |it: &Place| {
        let name = name_of(&it.path);
        let name = name.strip_suffix(PACKED).unwrap_or(&name);
        let number = name.rsplit('.').next().and_then(|it| it.parse::<i64>().ok());
        number.map_or(0, |it| if it <= COUNTED_MAX { -it } else { it })
    };
    let is_live = |it: &Place| name_of(&it.path) == name_of(live);
    places.sort_by_key(|it| (is_live(it), it.modified, number(it), it.path.clone()));
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

pub(crate) fn told(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", Shown(path)))
}
