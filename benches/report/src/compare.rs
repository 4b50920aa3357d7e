//! A run beside the one before it.

use crate::{Figure, Run};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A figure that two runs have.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a> {
    /// The section.
    pub section: &'a str,
    /// The figure, as it is now.
    pub now: &'a Figure,
    /// What it was.
    pub before: f64,
}

impl Change<'_> {
    /// What it is now as a share of what it was.
    pub fn ratio(&self) -> f64 {
        self.now.value / self.before
    }
}

/// The figures that both runs have, in the order of the later one.
pub fn changes<'a>(now: &'a Run, before: &Run) -> Vec<Change<'a>> {
    let figures = now.sections.iter().flat_map(|section| section.figures.iter().map(move |figure| (section, figure)));
    figures
        .filter_map(|(section, figure)| {
            let before = before.value(&section.name, &figure.name)?;
            Some(Change { section: &section.name, now: figure, before })
        })
        .collect()
}

/// The last run in a folder of results, but for the one in file `this`, that can be compared with a run: as long or as short, and
/// with a section that it has too.
///
/// # Errors
/// If the folder or a run in it cannot be read.
pub fn last(folder: &Path, this: &Path, run: &Run) -> Result<Option<(PathBuf, Run)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "json") && file != this {
            files.push(file);
        }
    }
    // Their names begin with the date.
    files.sort();
    for file in files.into_iter().rev() {
        let before = Run::read(&file)?;
        let shared = before.sections.iter().any(|section| run.section(&section.name).is_some());
        if before.quick == run.quick && shared {
            return Ok(Some((file, before)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Section;

    fn run(quick: bool, figures: &[(&str, f64)]) -> Run {
        let mut section = Section::new("load");
        for (name, value) in figures {
            section.add(Figure::new(*name, *value, ""));
        }
        Run { quick, sections: vec![section], ..Run::default() }
    }

    #[test]
    fn only_what_both_have_is_compared() {
        let (now, before) = (run(true, &[("a", 3.0), ("b", 1.0)]), run(true, &[("a", 2.0), ("c", 1.0)]));
        let changes = changes(&now, &before);
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].now.name.as_str(), changes[0].ratio()), ("a", 1.5));
    }

    #[test]
    fn a_short_run_is_not_compared_with_a_long_one_nor_with_itself() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, run: &Run| {
            let file = folder.path().join(name);
            fs::write(&file, serde_json::to_vec(run).unwrap()).unwrap();
            file
        };
        put("2027-01-01.json", &run(true, &[("a", 1.0)]));
        put("2027-01-02.json", &run(true, &[("a", 2.0)]));
        put("2027-01-03.json", &run(false, &[("a", 3.0)]));
        put("2027-01-02.md", &Run::default());
        let now = run(true, &[("a", 4.0)]);
        let this = put("2027-01-04.json", &now);
        let (_, before) = last(folder.path(), &this, &now).unwrap().unwrap();
        assert_eq!(before.value("load", "a"), Some(2.0));
        let long = run(false, &[("a", 4.0)]);
        let (_, before) = last(folder.path(), &this, &long).unwrap().unwrap();
        assert_eq!(before.value("load", "a"), Some(3.0));
        assert!(last(folder.path(), &folder.path().join("2027-01-03.json"), &long).unwrap().is_none());
        let other = Run { quick: true, sections: vec![Section::new("vault")], ..Run::default() };
        assert!(last(folder.path(), &this, &other).unwrap().is_none());
    }
}
