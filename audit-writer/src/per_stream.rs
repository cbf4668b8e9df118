//! One of something for each stream.

use audit_core::Stream;

/// One of something for each stream. Looking it up is choosing a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerStream<T> {
    audit: T,
    access: T,
    application: T,
}

impl<T> PerStream<T> {
    /// What `make` makes for each.
    pub(crate) fn by(mut make: impl FnMut(Stream) -> T) -> PerStream<T> {
        PerStream {
            audit: make(Stream::Audit),
            access: make(Stream::Access),
            application: make(Stream::Application),
        }
    }

    pub(crate) const fn of(&self, stream: Stream) -> &T {
        match stream {
            Stream::Audit => &self.audit,
            Stream::Access => &self.access,
            Stream::Application => &self.application,
        }
    }

    pub(crate) const fn of_mut(&mut self, stream: Stream) -> &mut T {
        match stream {
            Stream::Audit => &mut self.audit,
            Stream::Access => &mut self.access,
            Stream::Application => &mut self.application,
        }
    }
}
