//! What the writer promises, one module a promise.

#![forbid(unsafe_code)]
#![expect(unreachable_pub, reason = "what `kit` offers is public to the other modules")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails panics"
)]

mod kit;
mod texts;

mod arrows;
mod bounds;
mod clock;
mod compression;
mod durable;
mod evidence;
mod fault;

mod flood;
mod foreign;
mod format;
mod format_schema;
mod gone;
mod hostile;
mod import;
mod in_use;
mod leak;
mod listed;
mod overflow;
mod place;
mod proof;
mod recovery;
mod rotation;
mod shutdown;
mod start_judgement;
mod streams;
mod tidy;
mod two_phase;
mod vocabulary;
mod wire;
