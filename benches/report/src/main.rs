//! Gathers what benches have measured into one run, writes it with a report and plots, and compares it with the run before.
//! `scripts/bench.sh` calls it.

use anyhow::{bail, Context, Result};
use clap::Parser;
use medchain_bench_report::{compare, markdown, peers::Peers, plot, Run, Section};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Writes a run's report.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where runs and reports are.
    #[arg(long)]
    results: PathBuf,
    /// The run's name, which begins with its date.
    #[arg(long)]
    name: String,
    /// How many cores other things kept busy just before the run.
    #[arg(long)]
    busy: f64,
    /// The run was a short one.
    #[arg(long)]
    quick: bool,
    /// What benches have written.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match write(&Arguments::parse()) {
        Ok(file) => {
            println!("{}", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes run, report and plots; gives the report's file.
fn write(arguments: &Arguments) -> Result<PathBuf> {
    let Arguments { results, name, busy, quick, files } = arguments;
    let mut run = Run {
        date: chrono::Utc::now().format("%Y-%m-%d %H:%M UTC").to_string(),
        quick: *quick,
        machine: machine(),
        busy: *busy,
        sections: Vec::new(),
    };
    let mut peers = None;
    for file in files {
        let read = || -> Result<Value> { Ok(serde_json::from_slice(&fs::read(file)?)?) };
        let value = read().with_context(|| file.display().to_string())?;
        if value.get("compiler").is_some() {
            peers = Some(serde_json::from_value::<Peers>(value).with_context(|| file.display().to_string())?);
            continue;
        }
        let section: Section = serde_json::from_value(value).with_context(|| file.display().to_string())?;
        if run.section(&section.name).is_some() {
            bail!("{}: there are two sections {:?}", file.display(), section.name);
        }
        run.sections.push(section);
    }
    // Last, since it is compared with the others.
    if let Some(peers) = peers {
        let section = peers.section(&run);
        run.sections.push(section);
    }

    fs::create_dir_all(results).with_context(|| results.display().to_string())?;
    let file = results.join(format!("{name}.json"));
    fs::write(&file, serde_json::to_vec_pretty(&run)?).with_context(|| file.display().to_string())?;
    let plots = plots(&run, results, name)?;
    let before = compare::last(results, &file, &run)?;
    let changes = before.as_ref().map(|(_, before)| compare::changes(&run, before)).unwrap_or_default();
    let named = before.as_ref().and_then(|(file, _)| file.file_stem()?.to_str());
    let text = markdown::report(&run, named.map(|name| (name, &changes[..])), &plots);
    let file = results.join(format!("{name}.md"));
    fs::write(&file, text).with_context(|| file.display().to_string())?;
    Ok(file)
}

/// Draws the plots; gives each with its section's name.
fn plots(run: &Run, results: &Path, name: &str) -> Result<Vec<(String, String)>> {
    let mut drawn = Vec::new();
    for section in &run.sections {
        for (number, plot) in (1..).zip(&section.plots) {
            let file = format!("{name}-{}-{number}.svg", section.name);
            fs::write(results.join(&file), plot::draw(plot)?).with_context(|| file.clone())?;
            drawn.push((section.name.clone(), file));
        }
    }
    Ok(drawn)
}

/// The processor, its cores, and the memory.
fn machine() -> String {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let field = |text: &str, name: &str| {
        text.lines().find_map(|line| Some(line.strip_prefix(name)?.split_once(':')?.1.trim().to_owned()))
    };
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kib = field(&read("/proc/meminfo"), "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    format!("{processor}, {cores} cores, {} GiB of memory", kib.unwrap_or_default().div_ceil(1024 * 1024))
}
