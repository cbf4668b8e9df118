//! Models of the channel: the code as it stands, on atomics, locks and a queue of which a scheduler
//! chooses every step. CONTRIBUTING.md says how to run them.
//!
//! All threads see one order of all steps here, as if each was sequentially consistent. Whether
//! weaker orderings, where there are some, are strong enough is not shown by this.

mod log;

use std::sync::atomic::AtomicUsize;

use audit_core::{EmitError, Pending, Receipt, Recorder, Stream, recorder::pending};
use audit_log::line::Loss;
use shuttle::thread::spawn;

use self::log::{Ended, LARGE, Log, ROOMY};
use super::message::BoxRoom;
use super::*;
use crate::config::Overflow;
use crate::sync::atomic::Ordering;

/// So short that it may be over at any moment.
const SHORT: Duration = Duration::from_millis(1);
const BLOCK: Overflow = Overflow::Block { at_most: SHORT };
/// Waits until there is room, however long that takes.
const PATIENT: Overflow = Overflow::Block { at_most: Duration::MAX };

/// Runs a model so many times under each of two schedulers, and says how often.
#[expect(clippy::print_stdout, reason = "a campaign says how much it tried")]
fn explore(name: &str, model: fn()) {
    let iterations = std::env::var("AUDIT_MODEL_ITERATIONS");
    let iterations = iterations.map_or(3_000, |text| text.parse().unwrap());
    let run = Arc::new(AtomicUsize::new(0));
    let counted = |run: &Arc<AtomicUsize>| {
        let run = Arc::clone(run);
        move || {
            run.fetch_add(1, Ordering::Relaxed);
            model();
        }
    };
    shuttle::check_random(counted(&run), iterations);
    shuttle::check_pct(counted(&run), iterations, 3);
    println!("{name}: {} schedules", run.load(Ordering::Relaxed));
}

/// How many events are emitted where three threads emit two each.
const EMITTED: u64 = 6;

/// Three threads that emit, a writer that is told to stop meanwhile.
fn emit_and_stop(slots: usize, at_most: Duration, messages_max: usize) -> (Log, Vec<u64>, Ended) {
    let (log, writer) = Log::new(slots, Overflow::Refuse);
    let emitting: Vec<_> = (1..=3)
        .map(|number| {
            let mut emitter = log.emitter(number);
            spawn(move || {
                for _ in 0..2 {
                    let sent = emitter.send(at_most);
                    let is_full = sent == Err(EmitError::Full) && slots == 1;
                    assert!(is_full || matches!(sent, Ok(()) | Err(EmitError::Closed)));
                }
                emitter.accepted
            })
        })
        .collect();
    let writing = spawn(move || writer.run(messages_max));
    log.stop();
    let accepted = emitting.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    (log, accepted, writing.join().unwrap())
}

/// What was accepted is in the log, in order, and is all that counts.
fn is_complete(log: &Log, accepted: &[u64], ended: &Ended) {
    for name in accepted {
        assert!(ended.found.contains(name), "{name} of {accepted:?} is not in {ended:?}");
    }
    // In the order of each thread, and none twice: the names of a thread grow.
    for thread in 1..=3 {
        let of_thread: Vec<&u64> = ended.found.iter().filter(|it| *it >> 32 == thread).collect();
        assert!(of_thread.is_sorted_by(|one, next| one < next), "{ended:?}");
    }
    // A thread that came just before the last look may have been refused, and its event written all
    // the same. One that came later is not, and counts for nothing.
    let stats = log.handle.stats();
    assert!(ended.is_drained);
    assert_eq!((stats.accepted, stats.unwritten()), (ended.found.len() as u64, 0));
}

#[test]
fn what_was_accepted_is_found_by_the_last_look() {
    explore("the last look", || {
        let (log, accepted, ended) = emit_and_stop(ROOMY, Duration::ZERO, usize::MAX);
        is_complete(&log, &accepted, &ended);
    });
    explore("the last look, threads that wait", || {
        let (log, accepted, ended) = emit_and_stop(1, Duration::MAX, usize::MAX);
        is_complete(&log, &accepted, &ended);
        // Nothing that waited for room was written and refused: it was let in by the writer.
        let refused = ended.found.iter().filter(|name| !accepted.contains(name)).count();
        assert!(refused <= 3, "a thread each, on its way into the queue: {ended:?}");
    });
    explore("the last look, threads that run out of time", || {
        let (log, accepted, ended) = emit_and_stop(1, SHORT, usize::MAX);
        is_complete(&log, &accepted, &ended);
    });
}

fn counts_what_is_left(slots: usize, at_most: Duration) {
    let (log, accepted, ended) = emit_and_stop(slots, at_most, 2);
    let missing = accepted.iter().filter(|name| !ended.found.contains(name)).count() as u64;
    // Beside them there may be some who came later than the last look, and were refused.
    let refused = EMITTED - accepted.len() as u64;
    let possible = match ended.is_drained {
        true => 0..=0,
        false => missing..=missing + refused,
    };
    assert!(possible.contains(&ended.left_behind), "{possible:?} missing, {ended:?}");
    let stats = log.handle.stats();
    assert_eq!(stats.accepted, ended.found.len() as u64 + ended.left_behind);
    assert_eq!(stats.unwritten(), ended.left_behind);
}

#[test]
fn a_writer_out_of_time_counts_what_it_leaves_behind() {
    explore("out of time", || counts_what_is_left(ROOMY, Duration::ZERO));
    explore("out of time, threads that wait", || counts_what_is_left(1, Duration::MAX));
}

/// Threads that wait without a bound for the room that one event takes, and a writer that sleeps
/// until it is woken: all of it ends only if no wake-up is lost.
fn all_are_woken(emit: fn(&mut log::Emitter) -> Result<(), EmitError>) {
    let (log, mut writer) = Log::new(1, PATIENT);
    writer.parks = Duration::MAX;
    let emitting = [1, 2, 3].map(|number| {
        let mut emitter = log.emitter(number);
        spawn(move || assert_eq!([emit(&mut emitter), emit(&mut emitter)], [Ok(()); 2]))
    });
    let writing = spawn(move || writer.run(usize::MAX));
    emitting.into_iter().for_each(|thread| thread.join().unwrap());
    log.stop();
    assert_eq!(writing.join().unwrap().found.len() as u64, EMITTED);
}

#[test]
fn a_thread_that_waits_for_room_is_woken() {
    explore("woken for a slot", || all_are_woken(log::Emitter::emit));
    explore("woken for a box's room", || all_are_woken(log::Emitter::emit_large));
}

/// Emits and flushes while somebody looks at the numbers all the time.
fn watched(slots: usize) {
    let (log, writer) = Log::new(slots, Overflow::DropAndCount);
    let emitting: Vec<_> = (1..=2)
        .map(|number| {
            let mut emitter = log.emitter(number);
            spawn(move || {
                for _ in 0..3 {
                    let _full_or_closed = emitter.emit();
                }
            })
        })
        .collect();
    let sender = log.handle.sender.clone();
    let flushing = spawn(move || {
        for _ in 0..2 {
            let _full_or_closed = sender.flush(pending().0, Duration::ZERO);
        }
    });
    let (handle, returned) = (log.handle.clone(), Arc::clone(&log.returned));
    let watching = spawn(move || {
        for _ in 0..8 {
            let returned = returned.load(Ordering::Relaxed);
            let stats = handle.stats();
            assert!(stats.accepted >= returned, "{returned} returned Ok, {stats:?}");
            assert!(stats.accepted >= stats.written + stats.lost, "{stats:?}");
        }
    });
    let writing = spawn(move || writer.run(1));
    log.stop();
    emitting.into_iter().for_each(|thread| thread.join().unwrap());
    flushing.join().unwrap();
    watching.join().unwrap();
    let ended = writing.join().unwrap();
    let stats = log.handle.stats();
    assert!(stats.accepted >= log.returned.load(Ordering::Relaxed), "{stats:?}");
    assert_eq!((stats.written, stats.unwritten()), (ended.found.len() as u64, ended.left_behind));
}

#[test]
fn accepted_is_never_too_low() {
    explore("accepted, a roomy queue", || watched(ROOMY));
    explore("accepted, a queue of one slot", || watched(1));
}

#[test]
fn boxes_take_no_more_room_than_there_is_and_give_it_back() {
    explore("room for boxes", || {
        let boxes = Arc::new(BoxRoom::new(64));
        let held = Arc::new(AtomicUsize::new(0));
        let holding = [40, 24, 30].map(|bytes| {
            let (boxes, held) = (Arc::clone(&boxes), Arc::clone(&held));
            spawn(move || {
                for _ in 0..3 {
                    let Some(room) = BoxRoom::take(&boxes, bytes) else { continue };
                    let total = held.fetch_add(bytes, Ordering::Relaxed) + bytes;
                    assert!(total <= 64, "{total} of 64 bytes are taken");
                    shuttle::thread::yield_now();
                    held.fetch_sub(bytes, Ordering::Relaxed);
                    drop(room);
                }
            })
        });
        holding.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(BoxRoom::take(&boxes, 64).is_some(), "not all was given back");
    });
}

#[test]
fn boxes_give_their_room_back_wherever_they_go() {
    explore("boxes in the queue", || {
        let (log, writer) = Log::new(4, Overflow::Refuse);
        let boxes = Arc::clone(&log.handle.sender.gate.boxes);
        let emitting = [1, 2].map(|number| {
            let mut emitter = log.emitter(number);
            spawn(move || {
                for _ in 0..3 {
                    let sent = emitter.emit_large();
                    assert_ne!(sent, Err(EmitError::TooLarge));
                }
            })
        });
        let writing = spawn(move || writer.run(1));
        log.stop();
        emitting.into_iter().for_each(|thread| thread.join().unwrap());
        // Drops the receiver, and with it what came too late.
        drop(writing.join().unwrap());
        assert!(BoxRoom::take(&boxes, 4 * LARGE).is_some(), "not all was given back");
    });
}

#[test]
fn a_loss_that_was_accepted_is_told() {
    explore("losses", || {
        let (log, writer) = Log::new(ROOMY, Overflow::Refuse);
        let losing = [1, 2, 3].map(|number| {
            let handle = log.emitter(number).handle;
            spawn(move || {
                let lose = |_: &u64| handle.count_as_lost(Stream::Audit, Loss::Refused).is_ok();
                (0..2).filter(lose).count() as u64
            })
        });
        let writing = spawn(move || writer.run(usize::MAX));
        log.stop();
        let accepted: u64 = losing.into_iter().map(|thread| thread.join().unwrap()).sum();
        let ended = writing.join().unwrap();
        assert!(ended.told >= accepted, "{accepted} accepted, {ended:?}");
        assert!(ended.told <= log.handle.stats().lost, "{ended:?}");
    });
}

/// Threads for which there is one slot, until all have emitted: then nobody can send any more.
fn crowd(step_ns: u64) {
    let (log, writer) = Log::with_clock(1, BLOCK, step_ns);
    let emitting = [1, 2, 3].map(|number| {
        let mut emitter = log.emitter(number);
        spawn(move || assert_eq!([emitter.emit(), emitter.emit()], [Ok(()); 2]))
    });
    let counters = Arc::clone(&log.handle.counters);
    drop(log);
    let ended = spawn(move || writer.run(usize::MAX)).join().unwrap();
    emitting.into_iter().for_each(|thread| thread.join().unwrap());
    let lost = counters.lost_outside.load(Ordering::SeqCst);
    assert_eq!((ended.found.len() as u64 + lost, ended.told), (6, lost));
}

#[test]
fn nobody_waits_for_room_for_ever() {
    explore("one slot", || crowd(500_000));
    explore("one slot, a clock that stands still", || crowd(0));
}

/// Whether who waits has an answer.
fn answer(pending: &Pending) -> Option<Result<Receipt, EmitError>> {
    let answer = pending.wait_for(Duration::ZERO);
    (answer != Err(EmitError::TimedOut)).then_some(answer)
}

/// Threads that wait for their events and flushes, and what they were answered once the writer was
/// gone.
fn answers(messages_max: usize, panics: bool) -> Vec<Option<Result<Receipt, EmitError>>> {
    let (log, writer) = Log::new(ROOMY, Overflow::Refuse);
    let waiting = [1, 2].map(|number| {
        let handle = log.emitter(number).handle;
        spawn(move || {
            let durable = handle.record_durable(log::event()).ok();
            let (completer, flushed) = pending();
            let flushed = handle.sender.flush(completer, Duration::ZERO).is_ok().then_some(flushed);
            [durable, flushed]
        })
    });
    // A worker that panics drops its receiver where it stands.
    let writing = spawn(move || match panics {
        true => {
            let mut writer = writer;
            drop(writer.batch(messages_max));
        }
        false => drop(writer.run(messages_max)),
    });
    if !panics {
        log.stop();
    }
    let waiting: Vec<_> =
        waiting.into_iter().flat_map(|thread| thread.join().unwrap()).flatten().collect();
    writing.join().unwrap();
    waiting.iter().map(answer).collect()
}

#[test]
fn who_waits_is_answered() {
    explore("waiting, a writer with time", || {
        let answers = answers(usize::MAX, false);
        assert!(answers.iter().all(|answer| matches!(answer, Some(Ok(_)))), "{answers:?}");
    });
    explore("waiting, a writer out of time", || {
        let answers = answers(1, false);
        assert!(answers.iter().all(Option::is_some), "{answers:?}");
    });
    explore("waiting, a writer that panics", || {
        let answers = answers(1, true);
        assert!(answers.iter().all(Option::is_some), "{answers:?}");
    });
}
