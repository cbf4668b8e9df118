//! Noticing, without asking the system at each event, that this process is a fork of the one that
//! opened the log: it has the memory of a writer and not its thread.
#![expect(unsafe_code, reason = "a page that the kernel wipes in a forked child, mapped by hand")]

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

/// Tells the process that made it from those that were forked off.
#[derive(Debug)]
pub(crate) enum ForkMark {
    Page(Page),
    /// Where the kernel cannot wipe pages (older than Linux 4.14): the id of the process that made
    /// it, for which the system is asked each time.
    Id(u32),
}

impl ForkMark {
    pub(crate) fn new() -> ForkMark {
        Page::new().map_or_else(|_refused| ForkMark::Id(std::process::id()), ForkMark::Page)
    }

    /// Whether this is a child of the process that made the mark.
    pub(crate) fn is_in_child(&self) -> bool {
        match self {
            ForkMark::Page(page) => page.word().load(Ordering::Relaxed) != Page::PARENT,
            ForkMark::Id(id) => std::process::id() != *id,
        }
    }
}

/// A page of memory that holds a word which a child finds to be zero.
#[derive(Debug)]
pub(crate) struct Page(NonNull<c_void>);

impl Page {
    /// The kernel rounds up to whole pages.
    const BYTES: usize = 4096;
    const PARENT: u32 = 1;

    fn new() -> rustix::io::Result<Page> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: without an address of our choice the kernel takes memory that nothing uses.
        let mapped = unsafe {
            mmap_anonymous(std::ptr::null_mut(), Page::BYTES, access, MapFlags::PRIVATE)
        }?;
        let page = Page(NonNull::new(mapped).ok_or(rustix::io::Errno::NOMEM)?);
        // SAFETY: the range is the mapping made above, and wiping it in a child invalidates
        // nothing: every bit pattern is a u32.
        unsafe { madvise(page.0.as_ptr(), Page::BYTES, Advice::LinuxWipeOnFork) }?;
        page.word().store(Page::PARENT, Ordering::Relaxed);
        Ok(page)
    }

    fn word(&self) -> &AtomicU32 {
        // SAFETY: the mapping is readable, writable, zeroed at first, aligned to a page, lives
        // until `self` is dropped, and is only ever reached as this atomic.
        unsafe { self.0.cast::<AtomicU32>().as_ref() }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `new` with this length, and no reference to it outlives
        // `self`.
        let unmapped = unsafe { munmap(self.0.as_ptr(), Page::BYTES) };
        debug_assert!(unmapped.is_ok(), "a mapping of ours is there until it is unmapped");
    }
}

// SAFETY: what is shared is an atomic; the mapping belongs to the process and to no thread.
unsafe impl Send for Page {}
// SAFETY: as above.
unsafe impl Sync for Page {}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" {
        safe fn fork() -> i32;
        safe fn _exit(status: i32) -> !;
    }

    /// Forks, and says what the child finds. The child does nothing else, because it has only this
    /// one of the threads.
    fn is_in_child_of_a_fork(mark: &ForkMark) -> bool {
        let child = fork();
        if child == 0 {
            _exit(i32::from(mark.is_in_child()));
        }
        let child = rustix::process::Pid::from_raw(child).unwrap();
        let ended = rustix::process::waitpid(Some(child), rustix::process::WaitOptions::empty());
        ended.unwrap().unwrap().1.exit_status() == Some(1)
    }

    #[test]
    fn a_child_finds_that_it_is_one() {
        let page = ForkMark::new();
        assert!(matches!(page, ForkMark::Page(_)), "this kernel wipes no pages");
        for mark in [page, ForkMark::Id(std::process::id())] {
            assert!(!mark.is_in_child());
            assert!(is_in_child_of_a_fork(&mark));
            assert!(!mark.is_in_child());
        }
    }
}
