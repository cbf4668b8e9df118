//! Disks as directories, by the tools of the system, in a name space of mounts that is this
//! program's own: whatever is left mounted is gone with it, loop devices included.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::INSIDE;
use crate::disk::{Disk, IMAGE_BYTES};

/// What can be missing.
#[derive(Debug)]
pub(crate) enum Missing {
    /// A tool that can be installed.
    Tool(String),
    /// Something that this machine does not have or does not allow.
    Machine(String),
}

const TOOLS: [&str; 4] = ["mkfs.ext4", "mount", "umount", "unshare"];

/// Becomes this program again, in a name space of mounts of its own.
///
/// # Errors
///
/// Says what is missing for that.
pub(crate) fn go_inside() -> Missing {
    if !rustix::process::geteuid().is_root() {
        return Missing::Machine("this takes root".to_owned());
    }
    for device in ["/dev/fuse", "/dev/loop-control"] {
        if !Path::new(device).exists() {
            return Missing::Machine(format!("there is no {device}"));
        }
    }
    for tool in TOOLS {
        if let Err(error) = Command::new(tool).arg("-V").output() {
            return Missing::Tool(format!("{tool}: {error}"));
        }
    }
    let apart = ["--mount", "--propagation", "private"];
    if let Err(why) = run(Command::new("unshare").args(apart).arg("true")) {
        return Missing::Machine(why);
    }
    let error = Command::new("unshare")
        .args(apart)
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "yes")
        .exec();
    Missing::Tool(format!("unshare: {error}"))
}

/// A directory in memory, for all that is only for this run; gone with this.
pub(crate) struct Place {
    dir: tempfile::TempDir,
    /// How many directories there were in it.
    dirs: AtomicUsize,
}

impl Place {
    /// # Errors
    ///
    /// Says why there can be none here.
    pub(crate) fn new() -> Result<Place, String> {
        let dir = tempfile::tempdir().unwrap();
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", "mode=0700", "tmpfs"])
            .arg(dir.path()))?;
        Ok(Place { dir, dirs: AtomicUsize::new(0) })
    }

    /// A new and empty directory in it.
    pub(crate) fn dir(&self) -> PathBuf {
        let nth = self.dirs.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.path().join(nth.to_string());
        std::fs::create_dir(&dir).unwrap();
        dir
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.dir.path()).status());
    }
}

/// An image that is mounted at a directory, until this is dropped.
pub(crate) struct Mounted<'a>(&'a Path);

impl Mounted<'_> {
    /// The loop device is one that nobody had, and gone when nothing is mounted from it.
    ///
    /// # Errors
    ///
    /// What the system said.
    pub(crate) fn new<'a>(image: &Path, dir: &'a Path) -> Result<Mounted<'a>, String> {
        // Without `auto_da_alloc` the file system syncs nothing that the program did not ask for.
        let options = "loop,noauto_da_alloc";
        run(Command::new("mount").args(["-t", "ext4", "-o", options]).arg(image).arg(dir))?;
        Ok(Mounted(dir))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let unmounted = run(Command::new("umount").arg(self.0));
        if unmounted.is_err() {
            drop(run(Command::new("umount").arg("-l").arg(self.0)));
        }
    }
}

/// Makes a file system in an image.
///
/// # Errors
///
/// What the tool said.
pub(crate) fn make_ext4(image: &Path, block_bytes: u32) -> Result<(), String> {
    // All of it is made now: later writes are the log's.
    let now = "nodiscard,lazy_itable_init=0,lazy_journal_init=0";
    let blocks = block_bytes.to_string();
    // The smallest journal that there is: 1,024 blocks.
    let journal = format!("size={}", block_bytes / 1024);
    run(Command::new("mkfs.ext4")
        .args(["-q", "-F", "-b", &blocks, "-J", &journal, "-E", now])
        .arg(image))
}

/// Whether a disk can be served and mounted here.
///
/// # Errors
///
/// Says why not.
pub(crate) fn probe(place: &Place) -> Result<(), String> {
    let disk = Disk::new(&place.dir(), vec![0; IMAGE_BYTES])
        .map_err(|error| format!("a file system of ours: {error}"))?;
    make_ext4(&disk.path(), 4096)?;
    let dir = place.dir();
    let mounted = Mounted::new(&disk.path(), &dir)?;
    drop(mounted);
    Ok(())
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let Output { status, stderr, .. } =
        command.output().map_err(|error| format!("{name}: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{name}: {status}: {}", String::from_utf8_lossy(&stderr).trim())),
    }
}
