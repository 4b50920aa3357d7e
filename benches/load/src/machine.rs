//! Processor time and memory of processes, from /proc.

use anyhow::{Context, Result};
use medchain_tests::process::MemoryWatch;
use std::{fs, path::Path, time::Duration, time::Instant};

/// Of Linux on every machine that this runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Watches processes.
pub struct Usage {
    pids: Vec<u32>,
    began: Instant,
    before: Duration,
    memory: Vec<MemoryWatch>,
}

/// What processes have used, all together.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// How many cores they have kept busy.
    pub cores: f64,
    /// The most MiB of memory, each process at its worst.
    pub memory: f64,
}

impl Usage {
    /// Begins to watch.
    ///
    /// # Errors
    /// If a process does not run.
    pub fn begin(pids: Vec<u32>) -> Result<Self> {
        let before = processor_time(&pids)?;
        let memory = pids.iter().copied().map(MemoryWatch::begin).collect();
        Ok(Self { pids, began: Instant::now(), before, memory })
    }

    /// Ends watching.
    ///
    /// # Errors
    /// If a process does not run any more.
    pub fn end(self) -> Result<Used> {
        let time = processor_time(&self.pids)?.saturating_sub(self.before);
        let cores = time.as_secs_f64() / self.began.elapsed().as_secs_f64();
        let bytes: u64 = self.memory.into_iter().map(MemoryWatch::end).sum();
        Ok(Used { cores, memory: bytes as f64 / 1_048_576.0 })
    }
}

fn processor_time(pids: &[u32]) -> Result<Duration> {
    let mut time = Duration::ZERO;
    for pid in pids {
        let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"))?;
        time += parse(&stat).with_context(|| format!("process {pid} has no processor time"))?;
    }
    Ok(time)
}

/// The time in user and in system mode of a line of `/proc/PID/stat`, whose second field may hold spaces and brackets.
fn parse(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(Duration::from_secs_f64(ticks / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_found_behind_whatever_name() {
        let stat = "7 (a) b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 100 1 1";
        assert_eq!(parse(stat), Some(Duration::from_secs(3)));
        assert_eq!(parse("7 (a) S 1 2"), None);
    }
}
