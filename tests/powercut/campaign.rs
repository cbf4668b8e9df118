//! The whole of it: some recordings, and of each the cuts.

use std::collections::BTreeSet;
use std::ops::AddAssign;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;

use crate::cuts::{self, Cut, Kind, Rolling};
use crate::disk::{Disk, IMAGE_BYTES, Step};
use crate::mounts::{self, Place};
use crate::recording::{self, Inherited, Promise, Recording};
use crate::replay::{Bench, Came};

/// How many cuts are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Some hundred.
    Bounded,
    /// Every one.
    All,
}

/// Of a recording, if they are bounded, and beside them those that are nearest to a promise.
const CUTS_OF_A_KIND: usize = 35;
/// Subsets of what is between two flushes.
const SUBSETS: usize = 2;
/// So many disks are mounted at a time.
const AT_A_TIME: usize = 4;
/// So many violations are told in full.
const TOLD: usize = 5;

/// What it came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    pub(crate) writes: usize,
    pub(crate) flushes: usize,
    pub(crate) whole: usize,
    pub(crate) torn: usize,
    pub(crate) some: usize,
    pub(crate) damaged: usize,
    pub(crate) mended: usize,
    pub(crate) acknowledged: usize,
    /// Over all cuts, how often something promised was found.
    pub(crate) held: usize,
    pub(crate) broken: usize,
}

impl Sum {
    fn of(recording: &Recording) -> Sum {
        let writes = recording.steps.iter().filter(|step| matches!(step, Step::Write { .. }));
        let writes = writes.count();
        let mut own = recording.promises.iter().filter(|(at, _)| *at > 0);
        let is_durable = |(_, promise): &&(usize, Promise)| matches!(promise, Promise::Durable(_));
        Sum {
            writes,
            flushes: recording.steps.len() - writes,
            acknowledged: own.by_ref().filter(is_durable).count(),
            ..Sum::default()
        }
    }

    fn count(&mut self, cut: &Cut, came: &Came) {
        match cut.kind {
            Kind::Whole => self.whole += 1,
            Kind::Torn => self.torn += 1,
            Kind::Some => self.some += 1,
        }
        self.damaged += usize::from(came.is_damaged);
        self.mended += usize::from(came.is_mended);
        self.held += came.promised;
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Sum) {
        self.writes += other.writes;
        self.flushes += other.flushes;
        self.whole += other.whole;
        self.torn += other.torn;
        self.some += other.some;
        self.damaged += other.damaged;
        self.mended += other.mended;
        self.acknowledged += other.acknowledged;
        self.held += other.held;
        self.broken += other.broken;
    }
}

/// Of each block size one recording on a new disk, and one that begins with what a power cut left of
/// that: there the power goes while the log is mended and gone on with.
pub(crate) fn run(place: &Place, depth: Depth, seed: u64) -> Sum {
    let mut rng = Rng::with_seed(seed);
    let mut sum = Sum::default();
    for (nth, block_bytes) in [(0, 4096), (1, 1024)] {
        let first_run = nth * 4;
        let base = empty(place, block_bytes);
        let first = record(place, base, Inherited::default(), first_run..first_run + 2);
        sum += replay(place, &first, depth, &mut rng);
        // Other runs than the first ones: their number is their kind.
        let (base, inherited) = cut_late(&first, &mut rng);
        let second = record(place, base, inherited, first_run + 2..first_run + 4);
        sum += replay(place, &second, depth, &mut rng);
    }
    sum
}

/// A disk with a file system and nothing else.
fn empty(place: &Place, block_bytes: u32) -> Vec<u8> {
    let disk = Disk::new(&place.dir(), vec![0; IMAGE_BYTES]).unwrap();
    mounts::make_ext4(&disk.path(), block_bytes).unwrap();
    disk.image()
}

fn record(
    place: &Place,
    base: Vec<u8>,
    inherited: Inherited,
    runs: std::ops::Range<u32>,
) -> Recording {
    recording::record(place, base, inherited, runs)
        .unwrap_or_else(|why| panic!("no power was cut, and still: {why}"))
}

/// What a cut in the last third leaves, and of whatever was not flushed any part.
fn cut_late(recording: &Recording, rng: &mut Rng) -> (Vec<u8>, Inherited) {
    let cuts = cuts::all(&recording.steps, 1, rng);
    let late: Vec<&Cut> =
        cuts.iter().skip(cuts.len() * 2 / 3).filter(|cut| cut.kind == Kind::Some).collect();
    let cut = rng.choice(late).unwrap();
    let image = Rolling::new(recording.base.clone(), &recording.steps).at(cut);
    let promises = recording.promised(cut.promised_at).cloned().collect();
    (image, Inherited { promises, key: Some(recording.key.1.clone()) })
}

fn replay(place: &Place, recording: &Recording, depth: Depth, rng: &mut Rng) -> Sum {
    let all = cuts::all(&recording.steps, SUBSETS, rng);
    let cuts = match depth {
        Depth::All => all,
        Depth::Bounded => some_of(all, recording, rng),
    };
    let sum = Mutex::new(Sum::of(recording));
    let next = AtomicUsize::new(0);
    let work = || {
        let dir = place.dir();
        let mounted = dir.join("mounted");
        std::fs::create_dir(&mounted).unwrap();
        let (image, copy) = (dir.join("image"), dir.join("copy"));
        let bench = Bench { image: &image, mounted: &mounted, copy: &copy };
        let mut rolling = Rolling::new(recording.base.clone(), &recording.steps);
        while let Some(cut) = cuts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let image = rolling.at(cut);
            let came = bench.replay(recording, cut, &image);
            let mut sum = sum.lock().unwrap();
            sum.count(cut, came.as_ref().unwrap_or(&Came::default()));
            if let Err(broken) = came {
                sum.broken += 1;
                if sum.broken <= TOLD {
                    println!("violation: {broken}\n  after {cut}\n  {}", keep(&image, &copy));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(work);
        }
    });
    let sum = sum.into_inner().unwrap();
    println!("powercut: of {} writes {} cuts, violations: {}", sum.writes, cuts.len(), sum.broken);
    sum
}

/// Of each kind so many, evenly, and what is nearest to each promise.
fn some_of(cuts: Vec<Cut>, recording: &Recording, rng: &mut Rng) -> Vec<Cut> {
    let mut chosen = BTreeSet::<usize>::new();
    for kind in [Kind::Whole, Kind::Torn, Kind::Some] {
        let of_kind: Vec<usize> = (0..cuts.len()).filter(|at| cuts[*at].kind == kind).collect();
        let stride = (of_kind.len() / CUTS_OF_A_KIND).max(1);
        chosen.extend(of_kind.iter().skip(rng.usize(..stride)).step_by(stride));
        for (position, _) in &recording.promises {
            chosen.extend(of_kind.iter().find(|at| cuts[**at].promised_at >= *position));
        }
    }
    chosen.into_iter().map(|at| cuts[at].clone()).collect()
}

/// Keeps the disk and what became of the log where they stay, and says where.
fn keep(image: &[u8], copy: &Path) -> String {
    let dir = tempfile::tempdir().unwrap().keep();
    std::fs::write(dir.join("disk.ext4"), image).unwrap();
    if copy.exists() {
        drop(std::process::Command::new("cp").arg("-a").arg(copy).arg(dir.join("log")).status());
    }
    format!("the disk, and the log that went on, are kept in {}", dir.display())
}
