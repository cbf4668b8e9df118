//! What shows that nobody edited the log: a hash tree over its lines (RFC 6962), and signed
//! checkpoints of it (C2SP tlog-checkpoint, in C2SP signed notes). Everything here is a pure
//! function of bytes.

pub(crate) mod announcement;
pub(crate) mod chain;
pub(crate) mod checkpoint;
pub(crate) mod hash;
pub(crate) mod keys;
pub(crate) mod note;
pub(crate) mod proof;
pub(crate) mod shown;
pub(crate) mod store;
pub(crate) mod tree;
