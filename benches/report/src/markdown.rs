//! The report, in Markdown.

use crate::{compare::Change, Figure, Goal, Run, Section};
use std::fmt::Write;

/// A change beyond this, in either direction, is marked.
const NOTABLE: f64 = 0.1;

/// A figure in one line, for a terminal.
pub fn line(figure: &Figure) -> String {
    let goal = goal(figure).map(|goal| format!("   {goal}")).unwrap_or_default();
    format!("{:<64} {:>12} {:<8}{goal}", figure.name, number(figure.value), figure.unit).trim_end().to_owned()
}

/// The goal, the figure as a share of it, and whether it is met.
fn goal(figure: &Figure) -> Option<String> {
    let goal = figure.goal?;
    let (sign, of) = match goal {
        Goal::AtLeast(of) => ("≥", of),
        Goal::AtMost(of) => ("≤", of),
    };
    let word = if figure.misses() { "MISSED" } else { "met" };
    Some(format!("goal {sign} {}, {:.2} of it: {word}", number(of), goal.ratio(figure.value)))
}

/// A number with as many places as its size deserves.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "-".to_owned(),
        size if size >= 100.0 || value == value.trunc() => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.01 => format!("{value:.2}"),
        _ => format!("{value:.2e}"),
    }
}

/// The report of a run, beside the one before it; `plots` are the files of the plots by section.
pub fn report(run: &Run, before: Option<(&str, &[Change<'_>])>, plots: &[(String, String)]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let mut put = |line: &str| {
        let _ = writeln!(text, "{line}");
    };
    put(&format!("# Measured on {}", run.date));
    put("");
    put(&format!("{}; {} run; {}.", run.machine, if run.quick { "short" } else { "full" }, busy(run.busy)));
    put("How to read this: [docs/performance.md](../../docs/performance.md).");
    put("");
    put("## Goals");
    put("");
    let figures =
        || run.sections.iter().flat_map(|section| section.figures.iter().map(move |figure| (section, figure)));
    if figures().all(|(_, figure)| figure.goal.is_none()) {
        put("None was measured.");
    } else {
        put("| | figure | value | goal |");
        put("|---|---|---:|---|");
        for (section, figure) in figures() {
            if let Some(goal) = goal(figure) {
                put(&format!(
                    "| {} | {} | {} {} | {goal} |",
                    section.name,
                    figure.name,
                    number(figure.value),
                    figure.unit
                ));
            }
        }
    }
    let missed: Vec<_> = figures().filter(|(_, figure)| figure.misses()).collect();
    if !missed.is_empty() {
        put("");
        put("What bounds those that are missed:");
        put("");
        for (section, figure) in missed {
            let bound = figure.bound.as_deref().unwrap_or("not known");
            put(&format!("- {}, {}: {bound}", section.name, figure.name));
        }
    }
    for section in &run.sections {
        put("");
        put(&body(section, plots));
    }
    if let Some((name, changes)) = before {
        put("");
        put(&format!("## Beside {name}"));
        put("");
        put("| | figure | before | now | now / before |");
        put("|---|---|---:|---:|---:|");
        for change in changes {
            let mark = if (change.ratio() - 1.0).abs() > NOTABLE { " *" } else { "" };
            put(&format!(
                "| {} | {} | {} | {} | {:.2}{mark} |",
                change.section,
                change.now.name,
                number(change.before),
                number(change.now.value),
                change.ratio()
            ));
        }
    }
    text
}

/// With more cores busy than this, figures are no measure.
const IDLE: f64 = 0.3;

/// How busy the machine was with other things.
fn busy(cores: f64) -> String {
    let said = format!("other things kept {cores:.1} cores busy just before it");
    if cores > IDLE {
        format!("TAKEN UNDER LOAD, so that these figures are no measure: {said}")
    } else {
        said
    }
}

fn body(section: &Section, plots: &[(String, String)]) -> String {
    let mut text = format!("## {}\n", section.name);
    for note in &section.notes {
        let _ = write!(text, "\n{note}\n");
    }
    text.push_str("\n| figure | value |\n|---|---:|\n");
    for figure in &section.figures {
        let _ = writeln!(text, "| {} | {} {} |", figure.name, number(figure.value), figure.unit);
    }
    for (_, file) in plots.iter().filter(|(name, _)| *name == section.name) {
        let _ = write!(text, "\n![]({file})\n");
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::changes;

    fn sample() -> Run {
        let mut section = Section::new("load");
        section.note("One node.");
        section.add(Figure::new("calls", 640.4, "/s"));
        section
            .add(Figure::new("share of the ceiling", 0.4, "").with_goal(Goal::AtLeast(0.6), "the weight of a block"));
        section.add(Figure::new("inclusion, p95", 1.2, "slots").with_goal(Goal::AtMost(1.5), "the slot"));
        Run { date: "2027-01-02".into(), machine: "two cores".into(), sections: vec![section], ..Run::default() }
    }

    #[test]
    fn a_missed_goal_says_what_bounds_it_and_one_that_is_met_does_not() {
        let text = report(&sample(), None, &[("load".into(), "a.svg".into()), ("vault".into(), "b.svg".into())]);
        assert!(text.contains("| load | share of the ceiling | 0.40  | goal ≥ 0.60, 0.67 of it: MISSED |"), "{text}");
        assert!(text.contains("- load, share of the ceiling: the weight of a block"));
        assert!(text.contains("goal ≤ 1.50, 0.80 of it: met"));
        assert!(!text.contains("the slot"));
        assert!(text.contains("![](a.svg)") && !text.contains("b.svg"));
    }

    #[test]
    fn a_busy_machine_is_named() {
        assert!(!report(&sample(), None, &[]).contains("TAKEN UNDER LOAD"));
        assert!(report(&Run { busy: 2.0, ..sample() }, None, &[]).contains("TAKEN UNDER LOAD"));
    }

    #[test]
    fn what_changed_much_is_marked() {
        let (now, mut before) = (sample(), sample());
        before.sections[0].figures[0].value = 320.2;
        let text = report(&now, Some(("2027-01-01", &changes(&now, &before))), &[]);
        assert!(text.contains("| load | calls | 320 | 640 | 2.00 * |"), "{text}");
        assert!(text.contains("| 0.40 | 0.40 | 1.00 |"));
    }

    #[test]
    fn numbers_have_the_places_that_they_deserve() {
        assert_eq!([1234.5, 12.34, 1.234, 0.001_234, 3.0].map(number), ["1234", "12.3", "1.23", "1.23e-3", "3"]);
        assert_eq!(number(f64::NAN), "-");
    }
}
