//! The nine steps and every attack of the demo, with the samples, a document of no bytes, and a file name as long and as
//! foreign as file systems take.

use anyhow::{ensure, Result};
use medchain_tests::{
    cli::Cli,
    life::{self, Narrator},
    node::Node,
    samples, scenario, tests,
};
use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    scenario::run(|| Ok(()), tests![a_record_lives_its_whole_life_and_what_is_forbidden_is_refused,])
}

/// 255 bytes of UTF-8, the most that Linux takes for a name: Chinese, two emoji, an ending.
fn longest_name() -> String {
    let name = format!("{}🩺🧬.txt", "检".repeat(81));
    assert_eq!(name.len(), 255);
    name
}

fn a_record_lives_its_whole_life_and_what_is_forbidden_is_refused(_: &mut ()) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("medchain-life-").tempdir()?;
    let (empty, named) = (folder.path().join("empty.dcm"), folder.path().join(longest_name()));
    fs::write(&empty, [])?;
    fs::write(&named, "synthetic report under a long name\n")?;
    let mut files = samples();
    files.extend([empty, named]);

    let node = Node::start(&folder.path().join("node"))?;
    let cli = Cli::new(&folder.path().join("keys"), &node.url())?;
    let narrator = Narrator::default();
    life::play(&node, &cli, &files, folder.path(), &narrator)?;
    ensure!(narrator.failed() == 0, "{} attempts were not refused as they should be", narrator.failed());
    ensure!(narrator.refused() >= 12, "only {} attempts were made", narrator.refused());
    Ok(())
}
