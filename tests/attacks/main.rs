//! An attacker who can write to the log's directory, as a program: moves are put together to attacks,
//! the real writer may start on what they leave, and the verdict is compared with what was really
//! written.
//!
//! Every sequence of two moves is tried on a small log; `AUDIT_ATTACKS=COUNT` tries so many random ones of
//! up to six moves instead, and `AUDIT_ATTACK=NUMBER` a single one of these.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![expect(clippy::indexing_slicing, reason = "a test that fails panics")]
#![expect(clippy::print_stdout, reason = "it says what it tried")]

mod lines;
mod moves;
mod oracle;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::moves::Move;
use crate::oracle::Told;
use crate::world::World;

/// The first number of the random attacks: a run repeats them.
const SEED: u64 = 20_261_130;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return; // As test runners ask.
    }
    let world = World::new();
    let number = |name: &str| std::env::var(name).ok().map(|count| count.parse().unwrap());
    let attacks: Vec<Vec<Move>> = match (number("AUDIT_ATTACK"), number("AUDIT_ATTACKS")) {
        (Some(one), _) => vec![random(&world, one)],
        (None, Some(count)) => (0..count).map(|one| random(&world, SEED + one)).collect(),
        (None, None) => pairs(&world),
    };
    println!("{} moves, {} attacks", Move::all(&world).len(), attacks.len());
    let told = Mutex::new(BTreeMap::<Told, u64>::new());
    on_all_cores(attacks.len(), |at| {
        let one = oracle::judge(&world, &attacks[at]);
        *told.lock().unwrap().entry(one).or_default() += 1;
    });
    for (told, count) in told.lock().unwrap().iter() {
        println!("{count:8} {told}");
    }
}

/// Every sequence of one move or two.
fn pairs(world: &World) -> Vec<Vec<Move>> {
    let moves = Move::all(world);
    let singles = moves.iter().map(|one| vec![one.clone()]);
    let pairs = moves.iter().flat_map(|one| moves.iter().map(|two| vec![one.clone(), two.clone()]));
    singles.chain(pairs).collect()
}

/// Up to six moves.
fn random(world: &World, seed: u64) -> Vec<Move> {
    let mut random = fastrand::Rng::with_seed(seed);
    let moves = Move::all(world);
    (0..random.usize(1..=6)).map(|_| moves[random.usize(..moves.len())].clone()).collect()
}

/// Runs a case for each number below this, on all cores.
fn on_all_cores(cases: usize, case: impl Fn(usize) + Sync) {
    let cores = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        let case = &case;
        let threads: Vec<_> = (0..cores)
            .map(|core| scope.spawn(move || (core..cases).step_by(cores).for_each(case)))
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
