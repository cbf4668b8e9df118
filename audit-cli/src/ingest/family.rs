//! A log's files: the one that grows and those that it was rotated to, under the names that logrotate
//! gives, oldest first, each text once.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit_ingest::{Log, Times};

use super::opened::Opened;
use super::places::{FIRST_MAX, Place, is_missing, name_of, told};
use super::position::Key;

/// A directory is looked at so often until nothing moves in it.
const LOOKS_MAX: usize = 100;
/// How names end of what is compressed and cannot be read here.
const UNREADABLE: [&str; 7] = [".xz", ".zst", ".bz2", ".lz4", ".lzma", ".Z", ".br"];
/// Greater numbers behind a name are dates; nobody keeps so many files.
const COUNTER_MAX: u64 = 1_899;
/// A date has at least so many digits.
const DATE_DIGITS: usize = 8;
/// The longest extension that is put behind what rotation adds (`addextension`).
const EXTENSION_MAX: usize = 8;

/// Where a log's files are.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) log: Log,
    /// The file that grows.
    pub(crate) live: PathBuf,
    /// Other directories that files are moved to when they are rotated.
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) times: Arc<Times>,
}

/// One of the files.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) place: Place,
    pub(crate) mark: Option<u64>,
    /// When its first line was written, in milliseconds since 1970.
    pub(crate) began: Option<i64>,
    /// How its name ends, where it is compressed in a way that cannot be read.
    pub(crate) unreadable: Option<&'static str>,
}

impl Family {
    /// All of them, oldest first and the one that grows last. Of copies the longest is told, and of
    /// those of the file that grows none.
    ///
    /// # Errors
    ///
    /// A directory cannot be read.
    pub(crate) fn members(&self, key: &Key) -> io::Result<Vec<Member>> {
        let places = self.settled()?;
        let mut members: Vec<_> = places.into_iter().map(|it| self.member(it, key)).collect();
        self.sort(&mut members);
        Ok(self.each_once(members))
    }

    pub(crate) fn member(&self, place: Place, key: &Key) -> Member {
        let name = name_of(&place.path);
        let unreadable = UNREADABLE.into_iter().find(|end| name.ends_with(end));
        let (mut mark, mut began) = (None, None);
        if unreadable.is_none()
            && let Ok(file) = place.open()
        {
            mark = key.mark(&file, true).ok().flatten();
            began = self.first_time(&file);
        }
        Member { place, mark, began, unreadable }
    }

    /// When the first line was written of those at the begin that tell it.
    pub(crate) fn first_time(&self, file: &Opened) -> Option<i64> {
        let mut room = [0; FIRST_MAX];
        let begin = file.begin(&mut room).ok()?;
        begin.split(|byte| *byte == b'\n').find_map(|line| self.times.of(self.log, line))
    }

    /// When the last line was written of those that tell it.
    pub(crate) fn last_time(&self, text: &[u8]) -> Option<i64> {
        let mut lines = text.rsplit(|byte| *byte == b'\n');
        lines.find_map(|line| self.times.of(self.log, line))
    }

    /// Whether a file is called as if it were of these.
    pub(crate) fn has(&self, path: &Path) -> bool {
        path == self.live || suffix(&name_of(path), &name_of(&self.live)).is_some()
    }

    /// Directories in that of the file that grows.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let own = self.live.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
        let entries = fs::read_dir(own).into_iter().flatten().flatten();
        entries.map(|it| it.path()).filter(|it| it.is_dir()).collect()
    }

    /// Numbers say the order, if there are no other names; else what the files' lines say, or when they
    /// were written to.
    fn sort(&self, members: &mut [Member]) {
        let live = name_of(&self.live);
        let is_live = |it: &Member| it.place.path == self.live;
        let number = |it: &Member| counter(&name_of(&it.place.path), &live);
        let others = || members.iter().filter(|it| !is_live(it));
        if others().all(|it| number(it).is_some()) {
            let order = |it: &Member| (is_live(it), Reverse(number(it)), it.place.path.clone());
            return members.sort_by_key(order);
        }
        let tell_time = others().all(|it| it.began.is_some() || it.place.bytes == 0);
        members.sort_by_key(|it| {
            let began = it.began.filter(|_| tell_time);
            let modified = it.place.modified;
            let path = it.place.path.clone();
            (is_live(it), began.unwrap_or_default(), modified, Reverse(number(it)), path)
        });
    }

    fn each_once(&self, members: Vec<Member>) -> Vec<Member> {
        let mut once: Vec<Member> = Vec::new();
        for member in members {
            let same = |it: &Member| it.mark.is_some() && it.mark == member.mark;
            let Some(at) = once.iter().position(|it| same(it) && is_copy(&it.place, &member.place))
            else {
                once.push(member);
                continue;
            };
            let is_live = member.place.path == self.live;
            let Some(other) = once.get_mut(at) else { continue };
            if is_live || text_bytes(&member.place) > text_bytes(&other.place) {
                once.remove(at);
                once.push(member);
            }
        }
        once
    }

    /// Names move on while they are looked at, so it is looked until nothing moves.
    fn settled(&self) -> io::Result<Vec<Place>> {
        let mut before = self.look()?;
        for _ in 0..LOOKS_MAX {
            let now = self.look()?;
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

    fn look(&self) -> io::Result<Vec<Place>> {
        let own = self.live.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
        let mut places = Vec::new();
        // It may be gone since.
        places.extend(Place::of(&self.live).ok());
        for dir in std::iter::once(own).chain(self.dirs.iter().map(PathBuf::as_path)) {
            let entries = match fs::read_dir(dir) {
                Ok(entries) => entries,
                // It is made when there is something to put there.
                Err(error) if dir != own && is_missing(&error) => continue,
                Err(error) => return Err(told(dir, &error)),
            };
            for entry in entries {
                let path = entry.map_err(|error| told(dir, &error))?.path();
                if suffix(&name_of(&path), &name_of(&self.live)).is_some() {
                    places.extend(Place::of(&path).ok());
                }
            }
        }
        places.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(places)
    }
}

/// Whether one text begins with the other. What is damaged counts as far as it can be read.
fn is_copy(one: &Place, other: &Place) -> bool {
    let (Ok(mut one), Ok(mut other)) = (one.open(), other.open()) else { return false };
    let (mut left, mut right) = (vec![0; 32 * 1024], vec![0; 32 * 1024]);
    let mut offset = 0;
    loop {
        let left = one.fill_at(&mut left, offset);
        let right = other.fill_at(&mut right, offset);
        let length = left.len().min(right.len());
        if left.get(..length) != right.get(..length) {
            return false;
        }
        if length < 32 * 1024 {
            return true;
        }
        offset += length as u64;
    }
}

fn text_bytes(place: &Place) -> u64 {
    place.open().and_then(|it| it.text_bytes()).unwrap_or_default()
}

/// What rotation added to a name: `.1`, `-20261201`, `.1` before the extension.
fn suffix<'a>(name: &'a str, live: &str) -> Option<&'a str> {
    let packed = std::iter::once(".gz").chain(UNREADABLE);
    let name = packed.into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    if let Some(rest) = name.strip_prefix(live) {
        let is_extension = |it: &str| {
            (1..=EXTENSION_MAX).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphabetic())
        };
        let added = match rest.rsplit_once('.') {
            Some((before, after)) if is_extension(after) => before,
            _ => rest,
        };
        return is_added(added).then_some(added);
    }
    let (stem, extension) = live.rsplit_once('.')?;
    let added = name.strip_prefix(stem)?.strip_suffix(extension)?.strip_suffix('.')?;
    let digits = added.bytes().filter(u8::is_ascii_digit).count();
    let is_date = added.starts_with('-') && digits >= DATE_DIGITS;
    (is_added(added) && (added.starts_with('.') || is_date)).then_some(added)
}

fn is_added(text: &str) -> bool {
    text.starts_with(['.', '-', '_'])
        && text.bytes().any(|it| it.is_ascii_digit())
        && text.bytes().all(|it| it.is_ascii_digit() || b".-_:+TZW".contains(&it))
}

fn counter(name: &str, live: &str) -> Option<u64> {
    let number = suffix(name, live)?.strip_prefix('.')?.parse().ok()?;
    (number <= COUNTER_MAX).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_logrotate_gives() {
        for (name, added) in [
            ("access.log.1", Some(".1")),
            ("access.log.12.gz", Some(".12")),
            ("access.log-20261201", Some("-20261201")),
            ("access.log-20261201.gz", Some("-20261201")),
            ("access.log.2026-12-01T03:00:00", Some(".2026-12-01T03:00:00")),
            ("access.log-1764550000.xz", Some("-1764550000")),
            ("access.1.log", Some(".1")),
            ("access-20261201.log.zst", Some("-20261201")),
            ("access.log.1.old", Some(".1")),
            ("access.log", None),
            ("access.log.api", None),
            ("access_2.log", None),
            ("access-2.log", None),
            ("access.logs.1", None),
            ("other.log.1", None),
        ] {
            assert_eq!(suffix(name, "access.log"), added, "{name}");
        }
        assert_eq!(counter("a.log.7.gz", "a.log"), Some(7));
        assert_eq!(counter("a.log.20261201", "a.log"), None, "a date");
    }
}
