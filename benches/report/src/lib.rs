//! What benches measure, as they hand it over, and how it is reported: figures beside their goals.
//!
//! | module | what it holds |
//! |---|---|
//! | [`peers`] | what the driver of `benches/peers` prints |
//! | [`compare`] | a run beside the one before it |
//! | [`markdown`] | the report |
//! | [`plot`] | its plots |

#![deny(missing_docs)]

pub mod compare;
pub mod markdown;
pub mod peers;
pub mod plot;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{fs, os::unix::fs::MetadataExt, path::Path};

/// What a figure shall come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Goal {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
}

impl Goal {
    /// Whether a value meets it. One that is no number does not.
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(goal) => value >= goal,
            Self::AtMost(goal) => value <= goal,
        }
    }

    /// The value as a share of the goal.
    pub fn ratio(self, value: f64) -> f64 {
        let (Self::AtLeast(goal) | Self::AtMost(goal)) = self;
        value / goal
    }
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// What it is; within a section no two have one name.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what; empty for a ratio.
    pub unit: String,
    /// What it shall come to, if that is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// What keeps it from its goal where it misses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
}

impl Figure {
    /// A figure without a goal.
    pub fn new(name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { name: name.into(), value, unit: unit.to_owned(), goal: None, bound: None }
    }

    /// Sets a goal, and what keeps the figure from it where it misses it.
    #[must_use]
    pub fn with_goal(mut self, goal: Goal, bound: &str) -> Self {
        (self.goal, self.bound) = (Some(goal), Some(bound.to_owned()));
        self
    }

    /// Whether it misses its goal.
    pub fn misses(&self) -> bool {
        self.goal.is_some_and(|goal| !goal.is_met(self.value))
    }
}

/// A plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Plot {
    /// Bars beside each other.
    Bars {
        /// What they show.
        title: String,
        /// Of what.
        unit: String,
        /// Name and length.
        bars: Vec<(String, f64)>,
    },
    /// Lines over the same axes.
    Lines {
        /// What they show.
        title: String,
        /// The horizontal axis.
        x: String,
        /// The vertical axis.
        y: String,
        /// Name and points of each.
        lines: Vec<(String, Vec<(f64, f64)>)>,
    },
}

/// What one bench has measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// Its name, as `scripts/bench.sh` takes it.
    pub name: String,
    /// What it measures, and under what conditions.
    pub notes: Vec<String>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The plots.
    #[serde(default)]
    pub plots: Vec<Plot>,
}

impl Section {
    /// An empty one.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Says something of how it was measured.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds a figure, and prints it.
    pub fn add(&mut self, figure: Figure) {
        println!("{}", markdown::line(&figure));
        self.figures.push(figure);
    }

    /// The value of the figure of this name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// Writes it to a file, if one is named.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, file: Option<&Path>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        fs::write(file, serde_json::to_vec_pretty(self)?).with_context(|| file.display().to_string())
    }
}

/// A run of benches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// When it ended, in UTC.
    pub date: String,
    /// Whether it was a short one.
    pub quick: bool,
    /// The machine: processor, cores, memory.
    pub machine: String,
    /// How many cores other things kept busy just before the run.
    pub busy: f64,
    /// What was measured, by bench.
    pub sections: Vec<Section>,
}

impl Run {
    /// Reads one.
    ///
    /// # Errors
    /// If the file cannot be read or is no run.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = fs::read(file).with_context(|| file.display().to_string())?;
        serde_json::from_slice(&bytes).with_context(|| format!("{} is no run", file.display()))
    }

    /// A section.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The value of a figure of a section.
    pub fn value(&self, section: &str, name: &str) -> Option<f64> {
        self.section(section)?.value(name)
    }
}

/// How many bytes of disk the files in a folder take, and those in its folders.
///
/// # Errors
/// If it cannot be read.
pub fn disk(folder: &Path) -> Result<u64> {
    const BLOCK: u64 = 512;
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        // Sparse files take less than they are long.
        bytes += if metadata.is_dir() { disk(&entry.path())? } else { metadata.blocks() * BLOCK };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_goal_is_met_from_its_own_side() {
        assert!(Goal::AtLeast(0.5).is_met(0.5) && Goal::AtLeast(0.5).is_met(3.0) && !Goal::AtLeast(0.5).is_met(0.49));
        assert!(Goal::AtMost(0.5).is_met(0.5) && Goal::AtMost(0.5).is_met(0.1) && !Goal::AtMost(0.5).is_met(0.51));
        assert!(!Goal::AtLeast(0.5).is_met(f64::NAN) && !Goal::AtMost(0.5).is_met(f64::NAN));
    }

    #[test]
    fn a_figure_without_a_goal_misses_none() {
        assert!(!Figure::new("some", 0.0, "").misses());
        assert!(Figure::new("some", 0.0, "").with_goal(Goal::AtLeast(1.0), "the disk").misses());
    }

    #[test]
    fn a_section_comes_back_from_its_file() {
        let mut section = Section::new("crypto");
        section.note("One core.");
        section.add(Figure::new("age", 0.9, "").with_goal(Goal::AtLeast(0.8), "the header"));
        section.plots.push(Plot::Bars { title: "Speed".into(), unit: "MiB/s".into(), bars: vec![("age".into(), 1.0)] });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("crypto.json");
        section.write(Some(&file)).unwrap();
        let read: Section = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(read, section);
        assert_eq!(read.value("age"), Some(0.9));
        assert_eq!(read.value("none"), None);
    }
}
