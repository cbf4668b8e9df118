//! Where reading begins: with the files that are given, or in the one that it stopped in, whatever that is
//! called by now.

use super::*;
use crate::ingest::position::Anchor;

/// Where to begin.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) id: FileId,
    pub(crate) offset: u64,
    pub(crate) anchor: Anchor,
}

/// What is known of an earlier time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Since {
    /// None if no file of the log was opened then.
    pub(crate) begin: Option<Begin>,
    /// What was written to before this was read then, or is not to be, in nanoseconds since 1970.
    pub(crate) ns: i128,
}

impl Files {
    /// The given files, from where an earlier time left off if there was one.
    ///
    /// # Errors
    ///
    /// Says which file could not be read, or was given twice.
    pub(crate) fn new(
        family: Family,
        given: &[PathBuf],
        follows: bool,
        since: Option<&Since>,
        key: &Key,
    ) -> io::Result<Files> {
        let live = follows.then_some(family.live.as_path());
        let mut places = Vec::new();
        for path in given {
            match Place::of(path) {
                Ok(place) => places.push(place),
                // It may come yet.
                Err(error) if Some(path.as_path()) == live && is_missing(&error) => {}
                Err(error) => return Err(told(path, &error)),
            }
        }
        check(&places, live, key)?;
        let mut files = Files {
            log: family.log,
            family,
            follows,
            queue: VecDeque::new(),
            current: None,
            left: None,
            is_over: false,
            were_opened: VecDeque::new(),
            known: HashMap::new(),
            open_ended: Vec::new(),
            missing: Vec::new(),
        };
        match since {
            Some(since) => files.go_on(&places, since, key)?,
            None => files.queue = places.into_iter().map(Next::whole).collect(),
        }
        Ok(files)
    }

    /// Finds the file that reading stopped in, whatever it is called by now, and what follows it.
    fn go_on(&mut self, given: &[Place], since: &Since, key: &Key) -> io::Result<()> {
        let members = self.choices(given, key)?;
        let Some(begin) = &since.begin else {
            self.begin_after(members, given, None, since.ns);
            return Ok(());
        };
        let mut found = self.stopped_in(&members, begin, key);
        let mut members = members;
        // Perhaps it was moved to a directory below.
        for dir in if found.is_none() { self.folders() } else { Vec::new() } {
            self.family.dirs.push(dir);
            let more = self.choices(given, key)?;
            found = self.stopped_in(&more, begin, key);
            if found.is_some() {
                members = more;
                break;
            }
            self.family.dirs.pop();
        }
        let Some(at) = found else {
            let (offset, from) = (begin.offset, begin.anchor.time);
            let file = begin.anchor.file.clone();
            let (log, why) = (self.log, Why::Gone);
            let from = from.or(i64::try_from(since.ns / 1_000_000).ok());
            self.open_ended.push(Missing { log, file, offset, why, from, to: None });
            self.begin_after(members, given, begin.anchor.time, since.ns);
            return Ok(());
        };
        let mut rest = members.into_iter().skip(at);
        if let Some(Member { place, .. }) = rest.next() {
            let node = (begin.id.device, begin.id.inode);
            let (copy_of, mark) = (Some(node), Some(begin.id.generation));
            let from = begin.offset;
            self.queue.push_back(Next { copy_of, from, mark, is_stop: true, ..Next::whole(place) });
        }
        self.follow_with(rest);
        Ok(())
    }

    /// Reads what was given, and what was begun since the last line that was read; where that is not
    /// known, what was written to since then: reading may have been far behind.
    fn begin_after(
        &mut self,
        members: Vec<Member>,
        given: &[Place],
        read_to: Option<i64>,
        ns: i128,
    ) {
        let is_given = |it: &Member| given.iter().any(|place| place.node == it.place.node);
        let is_after = |it: &Member| match (it.began, read_to) {
            (Some(began), Some(read_to)) => began >= read_to,
            _ => it.place.modified >= ns,
        };
        self.follow_with(members.into_iter().filter(|it| is_given(it) || is_after(it)));
    }

    /// These come next. What cannot be read is told.
    pub(super) fn follow_with(&mut self, members: impl Iterator<Item = Member>) {
        for member in members {
            match member.unreadable {
                None => self.queue.push_back(Next::member(member)),
                Some(end) => {
                    let (file, why) = (name_of(&member.place.path), Why::Packed(end));
                    let from = self
                        .current
                        .as_ref()
                        .and_then(|it| self.time_before(it.id, Some(&it.tail)));
                    let (log, offset, to) = (self.log, 0, None);
                    self.open_ended.push(Missing { log, file, offset, why, from, to });
                }
            }
        }
    }

    /// The files that are given, and those beside them where all are of one family. Where they are not, their
    /// order is the user's.
    fn choices(&self, given: &[Place], key: &Key) -> io::Result<Vec<Member>> {
        match given.iter().all(|it| self.family.has(&it.path)) {
            true => self.family.members(key),
            false => Ok(given.iter().map(|it| self.family.member(it.clone(), key)).collect()),
        }
    }

    /// Which of them is the one that reading stopped in: by what it holds, and of several the one that
    /// is that file, or reaches so far.
    fn stopped_in(&self, members: &[Member], begin: &Begin, key: &Key) -> Option<usize> {
        let node = (begin.id.device, begin.id.inode);
        let all = members.iter().enumerate();
        let same = all.filter(|(_, it)| it.mark == Some(begin.id.generation));
        let best = same.filter_map(|(at, it)| {
            let text = it.place.open().ok()?.text_before(begin.offset, SAME_BYTES);
            let reaches = begin.offset == 0 || text.is_some();
            let is_same = match (&text, begin.anchor.hash) {
                (Some(text), Some(hash)) => key.hash(text) == hash,
                _ => true,
            };
            is_same.then_some(((reaches, it.place.node == node, it.place.bytes), at))
        });
        best.max().map(|(_, at)| at)
    }

    /// Directories beside the file that grows.
    fn folders(&self) -> Vec<PathBuf> {
        const FOLDERS_MAX: usize = 64;
        self.family.folders().into_iter().take(FOLDERS_MAX).collect()
    }
}
