//! Why an event was not accepted.

/// Why an event was not accepted, or not confirmed to be durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmitError {
    /// No recorder is installed: call [`set_recorder`](crate::set_recorder), or the writer's
    /// `install`, first.
    NoRecorder,
    /// The channel to the writer is full.
    Full,
    /// The event could become a line of more than [`LINE_BYTES_MAX`](crate::record::LINE_BYTES_MAX).
    TooLarge,
    /// The event is in no catalog that the recorder was given, and the recorder takes no others.
    Unlisted,
    /// The recorder was shut down. An event that was emitted at that very moment may have been
    /// recorded all the same.
    Closed,
    /// This process was forked off the one that records: its writer thread is not here.
    AfterFork,
    /// The writer could not put the event on stable storage. It may be there or not; the log says
    /// which.
    NotDurable,
    /// The writer has not answered within the bound. The event may still be written.
    TimedOut,
}

impl core::fmt::Display for EmitError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            EmitError::NoRecorder => {
                "no audit recorder is installed; install the writer before the first event"
            }
            EmitError::Full => "the audit channel is full",
            EmitError::TooLarge => "the audit event could exceed the longest line of the log",
            EmitError::Unlisted => {
                "the audit event is in no catalog of the program; add it, so that reviews see it"
            }
            EmitError::Closed => "the audit recorder was shut down",
            EmitError::AfterFork => {
                "the audit recorder lives in the parent process; open a log in the child"
            }
            EmitError::NotDurable => "the audit event could not be made durable",
            EmitError::TimedOut => "the audit event was not confirmed to be durable in time",
        })
    }
}

impl core::error::Error for EmitError {}

#[cfg(feature = "std")]
impl From<EmitError> for std::io::Error {
    fn from(error: EmitError) -> std::io::Error {
        use std::io::ErrorKind;
        let kind = match error {
            EmitError::Full => ErrorKind::WouldBlock,
            EmitError::TimedOut => ErrorKind::TimedOut,
            EmitError::Closed | EmitError::NoRecorder => ErrorKind::NotConnected,
            EmitError::TooLarge | EmitError::Unlisted => ErrorKind::InvalidInput,
            EmitError::AfterFork | EmitError::NotDurable => ErrorKind::Other,
        };
        std::io::Error::new(kind, error)
    }
}
