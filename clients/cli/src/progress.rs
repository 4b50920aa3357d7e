//! Progress on a terminal; silence in a pipe.

use indicatif::{ProgressBar, ProgressStyle};
use medchain_sdk::{client::Stage, record::Progress};
use std::{
    io::IsTerminal,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What is drawn on stderr while a command works. Nothing, unless stderr is a terminal.
pub struct Display {
    bar: Option<ProgressBar>,
    step: Mutex<&'static str>,
}

impl Display {
    /// A display that shows nothing yet.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(ProgressBar::no_length);
        Self { bar, step: Mutex::new("") }
    }

    /// Shows where a transaction stands.
    pub fn transaction(&self, stage: Stage) {
        match stage {
            Stage::Taken => self.spin("waiting for a block"),
            Stage::InBlock => self.spin("waiting for the block to be final"),
            Stage::Finalized => self.spin("final"),
        }
    }

    /// Shows where an upload or opening stands.
    pub fn record(&self, progress: Progress) {
        match progress {
            Progress::Encrypting(done, total) => self.bytes("encrypting", done, total),
            Progress::Resuming => self.spin("going on with an interrupted upload"),
            Progress::Storing(done, total) => self.bytes("storing", done, total),
            Progress::Fetching(done, total) => self.bytes("fetching and decrypting", done, total),
            Progress::Resealing(_) => self.spin("resealing records"),
            Progress::Transaction(stage) => self.transaction(stage),
        }
    }

    fn bytes(&self, step: &'static str, done: u64, total: u64) {
        let Some(bar) = &self.bar else { return };
        if self.is_new(step) {
            if let Ok(style) =
                ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.disable_steady_tick();
            bar.reset();
            bar.set_message(step);
        }
        bar.set_length(total);
        bar.set_position(done);
    }

    fn spin(&self, step: &'static str) {
        let Some(bar) = &self.bar else { return };
        if self.is_new(step) {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.reset();
            bar.set_message(step);
            bar.enable_steady_tick(Duration::from_millis(120));
        }
    }

    fn is_new(&self, step: &'static str) -> bool {
        let mut current = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, step) != step
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
