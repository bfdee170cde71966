//! Limits and accounting by control groups, version 1 and 2.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::sandbox::Limits;

/// Where control groups are mounted.
const ROOT: &str = "/sys/fs/cgroup";

/// The length of a processor period in microseconds.
const PERIOD_US: u64 = 100_000;

/// The share of processor time of a group that was given none, in version 2.
const USUAL_WEIGHT: u64 = 100;

/// The same in version 1.
const USUAL_SHARES: u64 = 1024;

/// The groups of one sandbox.
#[derive(Debug, Default)]
pub struct Groups {
    folders: Vec<(Controller, PathBuf)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Controller {
    Memory,
    Processor,
    Accounting,
    Processes,
    Unified,
}

/// What a sandbox used, as far as it is known.
#[derive(Debug, Default)]
pub struct Used {
    /// Processor time in milliseconds.
    pub cpu_ms: Option<u64>,
    /// Peak memory in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Whether the kernel killed a process for want of memory.
    pub out_of_memory: bool,
}

impl Groups {
    /// Makes the groups `parent/id` and sets limits. What cannot be enforced is said in words.
    pub fn make(parent: &str, id: &str, limits: Limits) -> (Groups, Vec<String>) {
        if Path::new(ROOT).join("cgroup.controllers").exists() {
            unified(parent, id, limits)
        } else {
            separate(parent, id, limits)
        }
    }

    /// Their folders, to be removed with the sandbox.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|(_, folder)| folder.clone()).collect()
    }

    /// Puts a process into them.
    pub fn add(&self, pid: i32) -> io::Result<()> {
        self.folders.iter().try_for_each(|(_, folder)| fs::write(folder.join("cgroup.procs"), pid.to_string()))
    }

    /// Whether a process could not be started, since there are as many as there may be.
    pub fn is_out_of_processes(&self) -> bool {
        self.folders.iter().any(|(controller, folder)| {
            matches!(controller, Controller::Processes | Controller::Unified)
                && field(&folder.join("pids.events"), "max").is_some_and(|times| times > 0)
        })
    }

    /// What was used so far.
    pub fn used(&self) -> Used {
        let mut used = Used::default();
        for (controller, folder) in &self.folders {
            match controller {
                Controller::Memory => {
                    used.peak_memory_bytes = number(&folder.join("memory.max_usage_in_bytes"));
                    used.out_of_memory =
                        field(&folder.join("memory.oom_control"), "oom_kill").is_some_and(|kills| kills > 0);
                }
                Controller::Accounting => used.cpu_ms = number(&folder.join("cpuacct.usage")).map(|ns| ns / 1_000_000),
                Controller::Unified => {
                    used.peak_memory_bytes = number(&folder.join("memory.peak"));
                    used.cpu_ms = field(&folder.join("cpu.stat"), "usage_usec").map(|us| us / 1000);
                    used.out_of_memory =
                        field(&folder.join("memory.events"), "oom_kill").is_some_and(|kills| kills > 0);
                }
                Controller::Processor | Controller::Processes => {}
            }
        }
        used
    }
}

/// Kills whatever is in these groups and removes them. Absent ones are no error.
///
/// # Errors
/// If one cannot be removed.
pub fn remove(folders: &[PathBuf]) -> io::Result<()> {
    for folder in folders {
        for _ in 0..200 {
            match fs::remove_dir(folder) {
                Ok(()) => break,
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => break,
                Err(_) => kill(folder),
            }
            pause();
        }
        if folder.exists() {
            fs::remove_dir(folder)?;
        }
        // The parent goes with its last child; while it has others this fails, as it should.
        if let Some(parent) = folder.parent() {
            let _ = fs::remove_dir(parent);
        }
    }
    Ok(())
}

fn kill(folder: &Path) {
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let listed = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    for pid in listed.lines().filter_map(|line| line.parse().ok()) {
        // It may have ended meanwhile.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the helper has one thread and nothing else to do; callers in the daemon use a blocking thread"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

fn separate(parent: &str, id: &str, limits: Limits) -> (Groups, Vec<String>) {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut groups = Groups::default();
    let mut missing = Vec::new();
    let wanted = [
        ("memory", Controller::Memory, "memory is not limited"),
        ("cpu", Controller::Processor, "processor time is not limited"),
        ("pids", Controller::Processes, "the number of processes is not limited"),
        ("cpuacct", Controller::Accounting, ""),
    ];
    for (name, controller, loss) in wanted {
        let made = own_group(&own, name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)).and_then(|own| {
            let folder = Path::new(ROOT).join(name).join(own.trim_start_matches('/')).join(parent).join(id);
            fs::create_dir_all(&folder)?;
            limit_separate(controller, &folder, limits).inspect_err(|_| drop(fs::remove_dir(&folder)))?;
            Ok(folder)
        });
        match made {
            Ok(folder) => groups.folders.push((controller, folder)),
            Err(cause) if !loss.is_empty() => missing.push(format!("{loss}: {cause}")),
            Err(_) => {}
        }
    }
    (groups, missing)
}

fn limit_separate(controller: Controller, folder: &Path, limits: Limits) -> io::Result<()> {
    match controller {
        Controller::Memory if limits.memory_bytes > 0 => {
            fs::write(folder.join("memory.limit_in_bytes"), limits.memory_bytes.to_string())?;
            let with_swap = folder.join("memory.memsw.limit_in_bytes");
            if with_swap.exists() { fs::write(with_swap, limits.memory_bytes.to_string()) } else { Ok(()) }
        }
        Controller::Processor => {
            if limits.cpu_weight > 0 {
                let shares = u64::from(limits.cpu_weight) * USUAL_SHARES / USUAL_WEIGHT;
                fs::write(folder.join("cpu.shares"), shares.to_string())?;
            }
            if limits.cpu_millis > 0 {
                fs::write(folder.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
                fs::write(folder.join("cpu.cfs_quota_us"), quota(limits).to_string())?;
            }
            Ok(())
        }
        Controller::Processes if limits.processes > 0 => {
            fs::write(folder.join("pids.max"), limits.processes.to_string())
        }
        _ => Ok(()),
    }
}

fn unified(parent: &str, id: &str, limits: Limits) -> (Groups, Vec<String>) {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/").to_owned();
    let base = if nix::unistd::geteuid().is_root() {
        PathBuf::from(ROOT)
    } else {
        Path::new(ROOT).join(own.trim_start_matches('/'))
    };
    let made = (|| {
        let parent = base.join(parent);
        let folder = parent.join(id);
        fs::create_dir_all(&folder)?;
        for above in [&base, &parent] {
            fs::write(above.join("cgroup.subtree_control"), "+memory +cpu +pids")?;
        }
        let text = |value: u64| if value == 0 { "max".to_owned() } else { value.to_string() };
        fs::write(folder.join("memory.max"), text(limits.memory_bytes))?;
        fs::write(folder.join("pids.max"), text(u64::from(limits.processes)))?;
        let quota = if limits.cpu_millis == 0 { "max".to_owned() } else { quota(limits).to_string() };
        fs::write(folder.join("cpu.max"), format!("{quota} {PERIOD_US}"))?;
        if limits.cpu_weight > 0 {
            fs::write(folder.join("cpu.weight"), limits.cpu_weight.to_string())?;
        }
        Ok::<_, io::Error>(folder)
    })();
    match made {
        Ok(folder) => (Groups { folders: vec![(Controller::Unified, folder)] }, Vec::new()),
        Err(cause) => {
            let why = format!("memory, processor time and the number of processes are not limited: {cause}");
            (Groups::default(), vec![why])
        }
    }
}

fn quota(limits: Limits) -> u64 {
    (u64::from(limits.cpu_millis) * PERIOD_US / 1000).max(1000)
}

fn own_group<'a>(text: &'a str, controller: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        fields.next()?.split(',').any(|name| name == controller).then_some(())?;
        fields.next()
    })
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn field(path: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}
