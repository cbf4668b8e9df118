//! Whether this thread is recording an event already.

use std::cell::Cell;

thread_local! {
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// A thread that records an event.
#[derive(Debug)]
pub(crate) struct Busy(());

impl Busy {
    /// None if the thread records one already, or is at its end.
    pub(crate) fn begin() -> Option<Busy> {
        let was_busy = IS_BUSY.try_with(|is_busy| is_busy.replace(true));
        matches!(was_busy, Ok(false)).then_some(Busy(()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        // A thread at its end records nothing more.
        let _at_end = IS_BUSY.try_with(|is_busy| is_busy.set(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_busy_until_it_is_done() {
        let busy = Busy::begin();
        assert!(busy.is_some() && Busy::begin().is_none());
        assert!(std::thread::spawn(|| Busy::begin().is_some()).join().unwrap_or(false));
        drop(busy);
        assert!(Busy::begin().is_some());
    }
}
