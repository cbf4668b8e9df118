//! Where the power goes, and what is on the disk then.

use std::fmt;
use std::ops::Range;

use fastrand::Rng;

use crate::disk::{SECTOR_BYTES, Step};

/// Where ext4 has its superblock, on the disk.
const SUPERBLOCK: Range<usize> = 1024..2048;

/// What a cut is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All writes up to one.
    Whole,
    /// The same, and of the next one the first sectors.
    Torn,
    /// All writes up to a flush, and of those up to the next one any, some of them in any sectors.
    Some,
}

/// A state of the disk that a power cut can leave.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) kind: Kind,
    /// So many steps are on the disk.
    base: usize,
    /// And of these writes so much: ranges of their bytes.
    parts: Vec<(usize, Vec<Range<usize>>)>,
    /// What was promised after so many steps is to be there.
    pub(crate) promised_at: usize,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cut { kind, base, parts, promised_at } = self;
        write!(f, "{kind:?}: {base} steps, what was promised in {promised_at}, and of others")?;
        for (step, ranges) in parts {
            write!(f, " {step}:{ranges:?}")?;
        }
        Ok(())
    }
}

/// An image that cuts are made of, one after the other in their order.
pub(crate) struct Rolling<'a> {
    steps: &'a [Step],
    image: Vec<u8>,
    done: usize,
}

impl Rolling<'_> {
    pub(crate) fn new(base: Vec<u8>, steps: &[Step]) -> Rolling<'_> {
        Rolling { steps, image: base, done: 0 }
    }

    /// The disk after a cut that is not before the last one.
    pub(crate) fn at(&mut self, cut: &Cut) -> Vec<u8> {
        for step in self.steps.get(self.done..cut.base).unwrap() {
            if let Step::Write { offset, bytes } = step {
                put(&mut self.image, *offset, bytes);
            }
        }
        self.done = cut.base;
        let mut image = self.image.clone();
        for (step, ranges) in &cut.parts {
            let Some(Step::Write { offset, bytes }) = self.steps.get(*step) else { continue };
            for range in ranges {
                put(&mut image, offset + range.start, bytes.get(range.clone()).unwrap());
            }
        }
        image
    }
}

fn put(image: &mut [u8], offset: usize, bytes: &[u8]) {
    image.get_mut(offset..offset + bytes.len()).unwrap().copy_from_slice(bytes);
}

/// Every prefix of the writes; each write torn; and of what is between two flushes so many subsets.
/// In the order of what is certainly on the disk.
pub(crate) fn all(steps: &[Step], subsets: usize, rng: &mut Rng) -> Vec<Cut> {
    let mut cuts = Vec::new();
    // Where the writes begin that no flush came after.
    let mut unflushed = 0;
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Write { offset, bytes } => {
                cuts.push(whole(at));
                cuts.extend(torn(at, *offset, bytes.len(), rng));
            }
            Step::Flush => {
                // Of a single write a subset is nothing new.
                let count = if at - unflushed > 1 { subsets } else { 0 };
                cuts.extend((0..count).map(|_| some(steps, unflushed..at, rng)));
                unflushed = at + 1;
            }
        }
    }
    cuts.push(whole(steps.len()));
    cuts.sort_by_key(|cut| cut.base);
    cuts
}

fn whole(at: usize) -> Cut {
    Cut { kind: Kind::Whole, base: at, parts: Vec::new(), promised_at: at }
}

fn torn(at: usize, offset: usize, bytes: usize, rng: &mut Rng) -> Option<Cut> {
    let units = units(offset, bytes);
    let last = (units.len() > 1).then(|| rng.usize(..units.len() - 1))?;
    let part = std::iter::once(0..units[last].end).collect();
    Some(Cut { kind: Kind::Torn, base: at, parts: vec![(at, part)], promised_at: at })
}

/// What a write is torn into: its sectors. The file system's own superblock, which has two of them
/// under one checksum, is taken to be written whole, because ext4 takes it so: it does not come up
/// otherwise.
fn units(offset: usize, bytes: usize) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let mut from = 0;
    while from < bytes {
        let unit = if offset + from == SUPERBLOCK.start { SUPERBLOCK.len() } else { SECTOR_BYTES };
        let to = (from + unit).min(bytes);
        units.push(from..to);
        from = to;
    }
    units
}

/// One in four of the writes is there, of one in four some sectors are, and of the others nothing is.
fn some(steps: &[Step], unflushed: Range<usize>, rng: &mut Rng) -> Cut {
    let mut parts = Vec::new();
    for at in unflushed.clone() {
        let Some(Step::Write { offset, bytes }) = steps.get(at) else { continue };
        match rng.u32(..4) {
            0 => {
                let units = units(*offset, bytes.len()).into_iter();
                parts.push((at, units.filter(|_| rng.bool()).collect()));
            }
            1 => parts.push((at, std::iter::once(0..bytes.len()).collect())),
            _ => {}
        }
    }
    Cut { kind: Kind::Some, base: unflushed.start, parts, promised_at: unflushed.end }
}
