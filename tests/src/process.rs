//! Processes under test: where their programs are, how much memory they use, whether they still run.

use anyhow::{bail, ensure, Context, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        Arc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often a [`MemoryWatch`] looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The program that environment variable `variable` names, or the one called `name` that cargo built beside the
/// program that runs now.
pub fn binary(variable: &str, name: &str) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Ok(path.into());
    }
    let current = env::current_exe()?;
    // Tests lie one folder deeper than programs.
    let beside = current.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    let built = beside.into_iter().find(|path| path.is_file());
    built.with_context(|| format!("{name} is not built; run `cargo build --workspace --bins`, or set {variable}"))
}

/// Whether the process exists and has not ended (one that has, and whose parent has not asked for it, counts as
/// ended).
pub fn is_running(pid: u32) -> bool {
    let state = |line: &str| line.strip_prefix("State:").map(|rest| !rest.trim().starts_with(['Z', 'X']));
    status(pid).is_ok_and(|status| status.lines().find_map(state).unwrap_or(false))
}

/// Sends a signal, named without its `SIG`.
pub fn signal(pid: u32, name: &str) -> Result<()> {
    // The shell's own `kill`: no program needs to be installed for it.
    let status = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &pid.to_string()]).status()?;
    ensure!(status.success(), "process {pid} takes no SIG{name}");
    Ok(())
}

/// Resident memory of a process now, in bytes.
pub fn resident(pid: u32) -> Result<u64> {
    for line in status(pid)?.lines() {
        if let Some(rest) = line.strip_prefix("VmRSS:") {
            let kib: u64 = rest.trim().trim_end_matches("kB").trim().parse()?;
            return Ok(kib * 1024);
        }
    }
    bail!("process {pid} has no resident memory")
}

fn status(pid: u32) -> Result<String> {
    Ok(fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?)
}

/// Watches the memory of a process until it is stopped or the process ends.
#[derive(Debug)]
pub struct MemoryWatch {
    stop: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl MemoryWatch {
    /// Begins to watch.
    pub fn begin(pid: u32) -> Self {
        let (stop, peak) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, highest) = (stop.clone(), peak.clone());
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                match resident(pid) {
                    Ok(bytes) => highest.fetch_max(bytes, Ordering::Relaxed),
                    Err(_) => return,
                };
                thread::sleep(LOOK_EVERY);
            }
        });
        Self { stop, peak, thread: Some(thread) }
    }

    /// Ends watching and gives the most bytes that were resident.
    pub fn end(mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A watcher that panicked has seen what it has seen.
            let _ = thread.join();
        }
        self.peak.load(Ordering::Relaxed)
    }
}
