//! One file of the log: how it is written, and what is found in it at start-up.

pub(crate) mod active;
pub(crate) mod compressed;
pub(crate) mod foreign;
pub(crate) mod recovery;
pub(crate) mod successor;
