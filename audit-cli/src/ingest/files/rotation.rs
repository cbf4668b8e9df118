//! What rotation does to files while they are followed: they are renamed, or copied and truncated,
//! compressed, moved and removed.

use super::*;

/// nginx writes to a file for a moment after it was renamed: it is over when it was looked at so
/// often without anything new, and the next one has been begun.
const QUIET_LOOKS: u32 = 5;

impl Files {
    /// Opens a file that may have been renamed or compressed since it was looked at; none if it is gone.
    pub(super) fn open(&self, next: &Next, key: &Key) -> io::Result<Option<Opened>> {
        let path = &next.place.path;
        match next.place.open() {
            Ok(file) => return Ok(Some(file)),
            Err(error) if is_missing(&error) && self.family.has(path) => {}
            Err(error) => return Err(told(path, &error)),
        }
        let is_it = |it: &Member| {
            it.place.node == next.place.node || (it.mark.is_some() && it.mark == next.mark)
        };
        let members = self.family.members(key)?;
        Ok(members.iter().find(|it| is_it(it)).and_then(|it| it.place.open().ok()))
    }

    /// Whether the file, read to its end, was renamed, and nothing is written to it any more. What
    /// follows it is known then.
    pub(super) fn rotated(&mut self, key: &Key) -> io::Result<bool> {
        let Some(current) = &mut self.current else { return Ok(true) };
        match Place::of(&self.family.live) {
            Ok(place) if place.node == current.node => {
                current.quiet = 0;
                return Ok(false);
            }
            Ok(_) => {}
            Err(error) if is_missing(&error) => return Ok(false), // The new one is not there yet.
            Err(error) => return Err(told(&self.family.live, &error)),
        }
        let (node, mark) = (current.node, current.id.generation);
        let modified = current.file.modified()?;
        let following = self.after(node, mark, modified, key)?;
        // Whoever writes the log may not have begun the next one yet.
        if following.iter().all(|it| it.mark.is_none() && it.unreadable.is_none()) {
            return Ok(false);
        }
        let Some(current) = &mut self.current else { return Ok(true) };
        current.quiet += 1;
        if current.quiet < QUIET_LOOKS {
            return Ok(false);
        }
        self.follow_with(following.into_iter());
        Ok(true)
    }

    /// What comes after a file.
    fn after(
        &self,
        node: (u64, u64),
        mark: u64,
        modified: i128,
        key: &Key,
    ) -> io::Result<Vec<Member>> {
        let members = self.family.members(key)?;
        let own = members.iter().position(|it| it.place.node == node && it.mark == Some(mark));
        let own = own.or_else(|| members.iter().position(|it| it.mark == Some(mark)));
        let from = match own {
            Some(own) => own + 1,
            // It was removed.
            None => {
                let is_after = |it: &Member| it.place.modified > modified;
                members.iter().position(is_after).unwrap_or(members.len())
            }
        };
        Ok(members.into_iter().skip(from).collect())
    }

    /// Files that were rotated between the one that was read last and this one, which was opened
    /// with this mark: a rotation may come between two looks.
    pub(super) fn between(&self, next: &Next, mark: u64, key: &Key) -> io::Result<Vec<Next>> {
        let (true, Some(left)) = (self.follows, &self.left) else { return Ok(Vec::new()) };
        let after = self.after(left.node, left.id.generation, left.modified, key)?;
        let is_it = |it: &Member| it.place.node == next.place.node && it.mark == Some(mark);
        let Some(at) = after.iter().position(is_it) else { return Ok(Vec::new()) };
        let before = after.into_iter().take(at);
        let is_readable = |it: &Member| it.mark.is_some_and(|its| its != mark);
        Ok(before.filter(is_readable).map(Next::member).collect())
    }

    /// The file was truncated: the copy of it is read to its end, as if it were the file itself.
    pub(super) fn truncated(&mut self, key: &Key) -> io::Result<()> {
        let Some(current) = &self.current else { return Ok(()) };
        let (offset, mark) = (current.offset, current.id.generation);
        let last = current.tail.len().saturating_sub(SAME_BYTES);
        let last = current.tail.get(last..).unwrap_or_default();
        let is_copy = |it: &Member| {
            let text = || it.place.open().ok()?.text_before(offset, last.len());
            it.mark == Some(mark)
                && it.place.node != current.node
                && text().is_none_or(|it| it == last)
        };
        let copies = self.family.members(key)?.into_iter().filter(is_copy);
        let copy = copies.max_by_key(|it| it.place.open().and_then(|it| it.text_bytes()).ok());
        let opened = copy.and_then(|it| Some((it.place.open().ok()?, it.place.node)));
        match (opened, &mut self.current) {
            (Some((file, node)), Some(current)) => {
                (current.file, current.node) = (file, node);
                self.is_over = true;
            }
            _ => {
                self.lost(Why::Truncated);
                self.current = None;
            }
        }
        Ok(())
    }

    /// The file that was to be read on was truncated since it was found: the same.
    pub(super) fn truncated_before(&mut self, next: Next, key: &Key) -> io::Result<()> {
        let is_copy = |it: &Member| it.mark == next.mark && it.place.node != next.place.node;
        match self.family.members(key)?.into_iter().find(is_copy) {
            Some(copy) => self.queue.push_front(Next { place: copy.place, ..next }),
            None => {
                self.gone(&next);
                self.queue.push_front(Next::whole(next.place));
            }
        }
        Ok(())
    }

    /// Of the file that is read the rest is lost.
    pub(super) fn lost(&mut self, why: Why) {
        let Some(current) = &self.current else { return };
        let (id, offset, log) = (current.id, current.offset, self.log);
        let from = self.time_before(current.id, Some(&current.tail));
        let file = self.name(id).unwrap_or_default().to_owned();
        self.open_ended.push(Missing { log, file, offset, why, from, to: None });
    }

    /// A file that was to be read is gone.
    pub(super) fn gone(&mut self, next: &Next) {
        let (file, offset, log) = (name_of(&next.place.path), next.from, self.log);
        let (from, why) = (None, Why::Gone);
        self.open_ended.push(Missing { log, file, offset, why, from, to: None });
    }

    /// The file is over.
    pub(super) fn leave(&mut self) -> io::Result<()> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let Current { file, id, node, offset, .. } = current;
        let modified = file.modified()?;
        self.left = Some(Left { file, id, node, offset, modified });
        Ok(())
    }

    /// Tells what was written to the file before this one, when that was over.
    pub(super) fn look_back(&mut self) -> io::Result<()> {
        let Some(left) = &mut self.left else { return Ok(()) };
        let bytes = left.file.bytes()?;
        if left.file.is_packed() || bytes <= left.offset {
            return Ok(());
        }
        let (id, offset, why) = (left.id, left.offset, Why::Late);
        left.offset = bytes;
        let text = left.file.before(bytes, TAIL_MAX)?.unwrap_or_default();
        let to = self.family.last_time(&text);
        let file = self.name(id).unwrap_or_default().to_owned();
        let log = self.log;
        self.missing.push(Missing { log, file, offset, why, from: None, to });
        Ok(())
    }
}
