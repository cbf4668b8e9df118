//! What rotation does to files while they are followed: they are renamed, or copied and truncated.

use std::collections::VecDeque;
use std::io;

use super::{Current, Files, Next};
use crate::ingest::opened::Opened;
use crate::ingest::places::{Place, copy, is_missing, name_of, renamed, siblings, told};
use crate::ingest::position::Key;

/// nginx writes to a file for a moment after it was renamed: it is over when it was looked at so
/// often without anything new.
const QUIET_LOOKS: u32 = 5;

impl Files {
    /// Opens a file that may have been renamed since it was looked at.
    pub(super) fn open(&self, place: &Place) -> io::Result<Opened> {
        match (place.open(), &self.live) {
            (Err(error), Some(live)) if is_missing(&error) => {
                renamed(live, place.node)?.map_or(Err(error), |it| it.open())
            }
            (opened, _) => opened,
        }
    }

    /// Whether the file, read to its end, was renamed, and nothing is written to it any more. What
    /// follows it is known then.
    pub(super) fn rotated(&mut self, key: &Key) -> io::Result<bool> {
        let (Some(current), Some(live)) = (&mut self.current, &self.live) else { return Ok(true) };
        let is_live = match Place::of(live) {
            Ok(place) => place.node == current.node,
            Err(error) if is_missing(&error) => true, // The new one is not there yet.
            Err(error) => return Err(told(live, &error)),
        };
        if is_live {
            current.quiet = 0;
            return Ok(false);
        }
        let places = siblings(live, key)?;
        let own = places.iter().position(|it| it.node == current.node);
        let after = match own {
            Some(own) => own + 1,
            None => {
                let modified = current.file.modified()?;
                places.iter().position(|it| it.modified > modified).unwrap_or(places.len())
            }
        };
        let mut following: VecDeque<Place> = places.into_iter().skip(after).collect();
        if following.len() <= 1 {
            current.quiet += 1;
            if current.quiet < QUIET_LOOKS {
                return Ok(false);
            }
        }
        self.queue.extend(following.drain(..).map(Next::whole));
        Ok(true)
    }

    /// Files that were rotated between the one that was read last and this one, which was opened
    /// with this mark: a rotation may come between two looks.
    pub(super) fn between(&self, node: (u64, u64), mark: u64, key: &Key) -> io::Result<Vec<Place>> {
        let (Some(live), Some(last)) = (&self.live, self.last) else { return Ok(Vec::new()) };
        let places = siblings(live, key)?;
        let at = |node| places.iter().position(|it| it.node == node);
        let (Some(from), Some(to)) = (at(last), at(node)) else { return Ok(Vec::new()) };
        let between = places.get(from + 1..to).unwrap_or_default().iter();
        // A copy of this one, which is being made, tells nothing new.
        let is_other = |it: &&Place| match key.mark_of(it) {
            Ok(its) => its.is_some_and(|its| its != mark),
            Err(_) => true,
        };
        Ok(between.filter(is_other).cloned().collect())
    }

    /// The file was truncated: the copy of it is read to its end, as if it were the file itself.
    pub(super) fn truncated(&mut self, key: &Key) -> io::Result<()> {
        let (Some(current), Some(live)) = (self.current.take(), &self.live) else { return Ok(()) };
        let of = (current.id.device, current.id.inode);
        self.copies = Some(of);
        match copy(live, of, current.id.generation, key)? {
            Some((place, file)) => {
                self.is_over = true;
                self.current = Some(Current { file, node: place.node, ..current });
            }
            None => self.lost(),
        }
        Ok(())
    }

    /// The file that was to be read on was truncated since it was found: the same.
    pub(super) fn truncated_before(&mut self, key: &Key) -> io::Result<()> {
        let Some(Next { place, from, mark, .. }) = self.queue.pop_front() else { return Ok(()) };
        let copy = match (&self.live, mark) {
            (Some(live), Some(mark)) => copy(live, place.node, mark, key)?,
            _ => None,
        };
        match copy {
            Some((copy, _)) => {
                self.copies = Some(place.node);
                let copy_of = self.copies;
                self.queue.push_front(Next { place: copy, copy_of, from, mark: None });
            }
            None => {
                self.lost();
                self.queue.push_front(Next::whole(place));
            }
        }
        Ok(())
    }

    fn lost(&mut self) {
        let name = self.live.as_deref().map(name_of).unwrap_or_default();
        self.notices.push(format!("{name} was truncated, and there is no copy of it"));
    }
}
