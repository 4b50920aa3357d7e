//! Waiting for what is to happen soon.

use anyhow::{ensure, Result};
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// How often one looks.
const EVERY: Duration = Duration::from_millis(20);

/// Looks until it holds, and gives how long that took.
///
/// # Errors
///
/// Those of looking; and if it does not hold within the time.
pub fn wait_for(what: &str, within: Duration, mut holds: impl FnMut() -> Result<bool>) -> Result<Duration> {
    let began = Instant::now();
    while !holds()? {
        ensure!(began.elapsed() < within, "{what}: not within {} s", within.as_secs());
        sleep(EVERY);
    }
    Ok(began.elapsed())
}
