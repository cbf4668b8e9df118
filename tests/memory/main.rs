//! A withheld text that the event owned is nowhere in the program's memory after the event was sent
//! and dropped: not in the channel, not in the writer, not on a stack. A program of its own, because
//! other tests keep secrets of theirs.

#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::Duration;

use audit_core::{AuditEvent, Withheld};
use audit_writer::Writer;
use audit_writer::storage::MemoryStorage;

/// Text was pasted.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "paste", category = "input", outcome = "success")]
#[audit(none(actor = "a test", source = "a test", object = "a test"))]
struct Pasted {
    #[audit(disclose = "a test", class = "public")]
    count: u32,
    text: Withheld<String>,
}

/// The secret with each byte turned over, so that the needle is not what it looks for.
const TURNED: [u8; 24] = [
    0xac, 0x9e, 0x91, 0x9e, 0x8d, 0x86, 0xd2, 0xc8, 0x99, 0xcc, 0x9e, 0xc6, 0x9d, 0xd2, 0xc9, 0x9a,
    0xce, 0x9b, 0xd2, 0x8b, 0x88, 0x90, 0xcf, 0xce,
];

/// So often stands the secret in a text: freeing memory overwrites the front of what was there, and
/// that alone would hide a short one.
const TIMES: usize = 40;

/// Made byte by byte in memory that does not move.
fn secret() -> String {
    let mut secret = String::with_capacity(TIMES * TURNED.len());
    secret.extend(TURNED.repeat(TIMES).into_iter().map(|byte| char::from(!byte)));
    secret
}

/// How often the secret, or one of its halves, stands in what this program can write to.
#[expect(clippy::disallowed_methods, reason = "what is opened is no log")]
fn found() -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let writable = maps.lines().filter(|line| line.contains(" rw"));
    writable.filter_map(range).map(|(start, end)| found_in(&memory, start, end)).sum()
}

fn range(line: &str) -> Option<(u64, u64)> {
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    Some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
}

fn found_in(memory: &File, start: u64, end: u64) -> usize {
    const CHUNK: usize = 1 << 20;
    let mut found = 0;
    let mut chunk = vec![0; CHUNK];
    let mut at = start;
    while at < end {
        let len = CHUNK.min(usize::try_from(end - at).unwrap());
        let Some(read) = chunk.get_mut(..len) else { break };
        if memory.read_exact_at(read, at).is_err() {
            break; // Not every mapping can be read.
        }
        found += TURNED.chunks(TURNED.len() / 2).map(|half| occurrences(read, half)).sum::<usize>();
        at += len as u64;
    }
    chunk.fill(0); // It may hold the secret itself now.
    found
}

fn occurrences(memory: &[u8], turned: &[u8]) -> usize {
    let Some((first, rest)) = turned.split_first() else { return 0 };
    let starts = memory.iter().enumerate().filter(|(_, byte)| **byte == !first);
    let is_there = |at: usize| {
        let behind = memory.get(at + 1..at + 1 + rest.len());
        behind.is_some_and(|behind| behind.iter().zip(rest).all(|(byte, turned)| *byte == !turned))
    };
    starts.filter(|(at, _)| is_there(*at)).count()
}

#[test]
fn a_withheld_text_is_nowhere_after_a_send() {
    let storage = MemoryStorage::new();
    let writer = Writer::builder_on(std::sync::Arc::new(storage)).start().unwrap();
    let events: Vec<Pasted> =
        (0..50).map(|count| Pasted { count, text: Withheld::new(secret()) }).collect();
    assert!(found() >= 50 * 2 * TIMES, "the search finds what is there");
    for event in events {
        event.to(&writer).emit().unwrap();
    }
    writer.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(found(), 0);
    drop(writer);
}
