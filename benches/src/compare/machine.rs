//! What machine it was, and how much of it others used meanwhile.

use std::fmt;
use std::fs;
use std::path::Path;

use procfs::process::Process;
use procfs::{Current, CurrentSI};
use serde::Serialize;

use crate::Failure;

#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) sha_extensions: bool,
    pub(crate) kernel: String,
    pub(crate) clocksource: String,
    /// Of the directory that is written to: its type, and what it is mounted from.
    pub(crate) file_system: String,
    pub(crate) load_before: f32,
}

impl Machine {
    pub(crate) fn examine(dir: &Path) -> Result<Machine, Failure> {
        let cpu = procfs::CpuInfo::current()?;
        let says = |path| fs::read_to_string(path).map(|text| text.trim().to_owned());
        let unknown = || "unknown".to_owned();
        let clocksource = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        Ok(Machine {
            cpu: cpu.model_name(0).map_or_else(unknown, str::to_owned),
            cores: std::thread::available_parallelism()?.get(),
            sha_extensions: cpu.flags(0).is_some_and(|flags| flags.contains(&"sha_ni")),
            kernel: says("/proc/sys/kernel/osrelease")?,
            clocksource: says(clocksource).unwrap_or_else(|_none| unknown()),
            file_system: file_system(dir)?,
            load_before: procfs::LoadAverage::current()?.one,
        })
    }

    pub(crate) fn describe(&self, usage: Usage, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cpu, cores, sha_extensions, kernel, clocksource, file_system, load_before } =
            self;
        let sha = if *sha_extensions { "SHA extensions" } else { "no SHA extensions" };
        let Usage { own, foreign, stolen } = usage;
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        writeln!(f, "Machine")?;
        writeln!(f, "  {cpu}, {cores} cores, {sha}")?;
        writeln!(f, "  Linux {kernel}, clocksource {clocksource}; logs on {file_system}")?;
        writeln!(
            f,
            "  load average before {load_before:.2}; during the run of all processor time: \
             measured {}, others and the kernel's own threads {}, stolen {}",
            percent(own),
            percent(foreign),
            percent(stolen)
        )
    }
}

fn file_system(dir: &Path) -> Result<String, Failure> {
    let dir = dir.canonicalize()?;
    let mounts = Process::myself()?.mountinfo()?;
    let below = mounts.into_iter().filter(|mount| dir.starts_with(&mount.mount_point));
    // The last of the longest: it lies over the ones before.
    let mount = below.max_by_key(|mount| mount.mount_point.components().count());
    let mount = mount.ok_or("the directory lies in no file system")?;
    let note = if mount.fs_type == "tmpfs" { ", in memory: syncs cost nothing there" } else { "" };
    Ok(format!("{} on {}{note}", mount.fs_type, mount.mount_source.unwrap_or_default()))
}

/// Processor time since the machine started, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Busy {
    all: f64,
    busy: f64,
    stolen: f64,
    /// Of this process and its children that have ended.
    own: f64,
}

/// Shares of all processor time during the run.
#[derive(Clone, Copy, Debug, Serialize, PartialEq)]
pub(crate) struct Usage {
    pub(crate) own: f64,
    pub(crate) foreign: f64,
    pub(crate) stolen: f64,
}

impl Busy {
    pub(crate) fn now() -> Result<Busy, Failure> {
        let total = procfs::KernelStats::current()?.total;
        let second = procfs::ticks_per_second() as f64;
        let idle = total.idle + total.iowait.unwrap_or(0);
        let stolen = total.steal.unwrap_or(0);
        let interrupts = total.irq.unwrap_or(0) + total.softirq.unwrap_or(0);
        let busy = total.user + total.nice + total.system + interrupts;
        let own = Process::myself()?.stat()?;
        let children = u64::try_from(own.cutime + own.cstime)?;
        Ok(Busy {
            all: (idle + stolen + busy) as f64 / second,
            busy: busy as f64 / second,
            stolen: stolen as f64 / second,
            own: (own.utime + own.stime + children) as f64 / second,
        })
    }

    pub(crate) fn since(self, start: Busy) -> Usage {
        let all = (self.all - start.all).max(f64::EPSILON);
        let own = self.own - start.own;
        Usage {
            own: own / all,
            foreign: (self.busy - start.busy - own).max(0.0) / all,
            stolen: (self.stolen - start.stolen) / all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_ours_nor_stolen_is_foreign() {
        let start = Busy { all: 100.0, busy: 50.0, stolen: 1.0, own: 2.0 };
        let end = Busy { all: 200.0, busy: 130.0, stolen: 6.0, own: 62.0 };
        assert_eq!(end.since(start), Usage { own: 0.6, foreign: 0.2, stolen: 0.05 });
    }
}
