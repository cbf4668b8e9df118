//! What the system offers and std does not.
#![expect(unsafe_code, reason = "the functions of the C library are declared by hand")]

unsafe extern "C" {
    /// The id of the child, and 0 in it.
    pub(crate) safe fn fork() -> i32;
    /// Ends the process without any of its destructors.
    pub(crate) safe fn _exit(status: i32) -> !;
    /// Calls a function when the process exits, after the destructors of the main thread.
    pub(crate) safe fn atexit(callback: extern "C" fn()) -> i32;
    /// Gives up the user that the process is, in all its threads; 0 if that is done.
    pub(crate) safe fn setresuid(real: u32, effective: u32, saved: u32) -> i32;
    /// The same of its group.
    pub(crate) safe fn setresgid(real: u32, effective: u32, saved: u32) -> i32;
}
