//! Logs that came from elsewhere, and who did it: lines of nginx's access log and of TinyPilot's
//! application log become typed actions, each with its actor and how sure that is.
//!
//! Neither log alone knows who did what. The access log is believed about what happened, and the
//! application log about who did it where a request bears that out. Nobody is guessed: an actor is
//! known with a confidence and a reason, or one of several candidates, or not known. What lines
//! hold beside that (queries, referers, user agents, claimed names, sensitive blocks) is in no
//! result, no position and no message. `docs/ingest-how-it-decides.md` in the repository says what
//! the result can show and what it cannot.
//!
//! [`Ingest`] is where to begin. It opens no file and asks no clock: bytes are handed in.
//!
//! The stages, in the order of reading: [`source`] splits bytes into lines; `access` and `format`
//! read nginx's; `app` and `zone` read TinyPilot's; `rules` say what a request means; `join` finds
//! out who did it; [`Action`] is what comes out, and [`Report`] counts the lines.

pub mod source;

mod access;
mod action;
mod app;
mod device;
mod error;
mod format;
mod ingest;
mod join;
mod name;
mod report;
mod rules;
mod times;
mod zone;

pub use action::{
    Action, Actor, Address, Claim, Confidence, FileId, Id, Kind, Log, Origin, Outcome, Unconfirmed,
    When, Why,
};
pub use audit_core::proxies::Network;
pub use device::Device;
pub use error::Error;
pub use format::{COMBINED, Format};
pub use ingest::{Config, Ingest, Position};
pub use join::{Ended, Session, Told};
pub use name::{NAME_MAX, Name};
pub use report::{Lines, Place, Report};
pub use rules::Rules;
pub use times::Times;
pub use zone::Zone;
