//! What the fuzzer found worth keeping, once more: each file of `fuzz/corpus`, whole, cut and with
//! a byte changed.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test that fails panics; the bodies are the fuzzer's too"
)]

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use std::path::Path;

/// How many cuts and changes of each file are tried.
const VARIANTS: usize = 4;

fn replay(target: &str, body: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut chance = fastrand::Rng::with_seed(7);
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        body(&bytes);
        for _ in 0..VARIANTS.min(bytes.len()) {
            body(&bytes[..chance.usize(..bytes.len())]);
            let mut changed = bytes.clone();
            changed[chance.usize(..bytes.len())] = chance.u8(..);
            body(&changed);
        }
        count += 1;
    }
    assert!(count > 0, "there is no corpus of {target}");
}

/// The corpus holds what an encoder writes, and it is accepted: by `AUDIT_BLESS=1` it is put there.
#[test]
fn the_corpus_has_records_that_are_accepted() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/record");
    for (number, wire) in bodies::sent().iter().enumerate() {
        assert!(bodies::EVENTS.parse(wire).is_ok());
        let file = corpus.join(format!("sent-{number}"));
        if std::env::var_os("AUDIT_BLESS").is_some() {
            std::fs::write(&file, wire).unwrap();
        }
        assert_eq!(std::fs::read(&file).unwrap(), *wire, "run this with AUDIT_BLESS=1");
    }
}

#[test]
fn records_of_the_corpus() {
    replay("record", bodies::record);
}

#[test]
fn lines_of_the_corpus() {
    replay("line", bodies::line);
}

#[test]
fn left_overs_of_the_corpus() {
    replay("recovery", bodies::recovery);
}
