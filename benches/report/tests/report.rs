//! The command writes a run, its report and its plots, and compares with the run before.
#![allow(clippy::unwrap_used)]

use medchain_bench_report::{Figure, Goal, Plot, Run, Section};
use std::{fs, path::Path, process::Command};

fn section(folder: &Path, calls: f64) -> String {
    let mut section = Section::new("load");
    section.add(Figure::new("one node, finalized calls", calls, "/s"));
    section
        .add(Figure::new("one node, of the ceiling", 0.4, "").with_goal(Goal::AtLeast(0.6), "the weight of a block"));
    let bars = vec![("one node".to_owned(), calls)];
    section.plots.push(Plot::Bars { title: "Calls".into(), unit: "/s".into(), bars });
    let file = folder.join(format!("{calls}.json"));
    section.write(Some(&file)).unwrap();
    file.display().to_string()
}

fn report(results: &Path, name: &str, files: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medchain-bench-report"));
    command.args(["--quick", "--busy", "0.1", "--name", name, "--results"]).arg(results).args(files).output().unwrap()
}

#[test]
fn a_run_is_written_and_compared_with_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    assert!(report(&results, "2027-01-01", &[&section(folder.path(), 100.0)]).status.success());
    let peers = folder.path().join("peers.json");
    fs::write(&peers, include_str!("peers.json")).unwrap();
    let done = report(&results, "2027-01-02", &[&section(folder.path(), 400.0), peers.to_str().unwrap()]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let run = Run::read(&results.join("2027-01-02.json")).unwrap();
    assert_eq!(run.value("load", "one node, finalized calls"), Some(400.0));
    // The best of the peer's modes counts, and one that failed does not.
    assert_eq!(run.value("peers", "one node as a multiple of Ganache"), Some(8.0));
    let text = fs::read_to_string(results.join("2027-01-02.md")).unwrap();
    assert!(text.contains("## Beside 2027-01-01") && text.contains("| 100 | 400 | 4.00 * |"), "{text}");
    assert!(results.join("2027-01-02-load-1.svg").is_file());
}

#[test]
fn what_is_no_section_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.json");
    fs::write(&file, "{}").unwrap();
    let done = report(&folder.path().join("results"), "2027-01-01", &[file.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("some.json"));
    assert!(!folder.path().join("results/2027-01-01.json").exists());
}
