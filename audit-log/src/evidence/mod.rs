//! What shows that nobody edited the log: a hash tree over its lines (RFC 6962), and signed
//! checkpoints of it (C2SP tlog-checkpoint, in C2SP signed notes). Everything here is a pure
//! function of bytes.

pub mod announcement;
pub mod announcements;
pub mod chain;
pub mod checkpoint;
pub mod hash;
pub mod note;
pub mod proof;
pub mod shown;
pub mod tree;
