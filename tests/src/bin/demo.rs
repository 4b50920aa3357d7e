//! `medchain-demo [--keep] [FILE…]`: plays a record's whole life on a development chain of its own, with the files
//! given or the repository's synthetic samples. Ends with 0 if every step worked and every attack was refused, with 1
//! otherwise, with 2 for wrong usage.
//!
//! With `MEDCHAIN_DEMO_PORT` and `MEDCHAIN_DEMO_VAULT` it plays on a node that runs already: its JSON-RPC port on this
//! machine, and the folder of its vault. The node must be of the release committee, and its chain must be fresh.

use anyhow::{ensure, Context, Result};
use medchain_tests::{
    cli::Cli,
    life::{self, Narrator},
    node::Node,
    samples,
};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

const USAGE: &str = "usage: medchain-demo [--keep] [FILE...]";

fn main() -> ExitCode {
    let (options, files): (Vec<OsString>, Vec<OsString>) =
        env::args_os().skip(1).partition(|argument| argument.to_string_lossy().starts_with("--"));
    let mut keep = false;
    for option in options {
        match option.to_str() {
            Some("--keep") => keep = true,
            Some("--help") => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            _ => {
                eprintln!("error: there is no option {}\nhint: {USAGE}", option.to_string_lossy());
                return ExitCode::from(2);
            }
        }
    }
    match play(keep, files.into_iter().map(PathBuf::from).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Plays; says whether everything that had to be refused was.
fn play(keep: bool, files: Vec<PathBuf>) -> Result<bool> {
    let files = if files.is_empty() { samples() } else { files };
    for file in &files {
        ensure!(file.is_file(), "{} is not a file\nhint: {USAGE}", file.display());
    }
    let mut folder = tempfile::Builder::new().prefix("medchain-demo-").tempdir().context("no temporary folder")?;
    folder.disable_cleanup(keep);
    let started = Instant::now();
    let node = match (env::var("MEDCHAIN_DEMO_PORT"), env::var_os("MEDCHAIN_DEMO_VAULT")) {
        (Ok(port), Some(vault)) => {
            Node::attach(port.parse().context("MEDCHAIN_DEMO_PORT is no port")?, Path::new(&vault))?
        }
        _ => Node::start(&folder.path().join("node"))?,
    };
    println!("node: {} | folder: {}", node.url(), folder.path().display());
    let cli = Cli::new(&folder.path().join("keys"), &node.url())?;
    let narrator = Narrator::default();
    let played = life::play(&node, &cli, &files, folder.path(), &narrator);
    if played.is_err() {
        eprintln!("the node's last words:\n{}", node.log_tail());
    }
    played?;
    drop(node);
    println!(
        "{}: nine steps with {}, {} attacks refused, {} not refused as they should be, {} s{}",
        if narrator.failed() == 0 { "PASSED" } else { "FAILED" },
        if files.len() == 1 { "one file".to_owned() } else { format!("{} files", files.len()) },
        narrator.refused(),
        narrator.failed(),
        started.elapsed().as_secs(),
        if keep { format!("; kept in {}", folder.path().display()) } else { String::new() },
    );
    Ok(narrator.failed() == 0)
}
