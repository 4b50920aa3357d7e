//! What the machine could do at most: executing the same blocks again, and verifying signatures.

use anyhow::{bail, Result};
use medchain_tests::process::binary;
use sp_core::Pair;
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// For how long signatures are verified.
const VERIFY_FOR: Duration = Duration::from_secs(1);
/// How often blocks are executed again; the shortest counts.
const TIMES: usize = 3;

/// How long a node takes to execute the blocks from `first` to `last` again: to import all up to the last into an empty
/// database, less what it takes for those before the first. The node whose chain lies in `base` must not run.
///
/// # Errors
/// If blocks cannot be exported or imported, or importing more of them took no longer.
pub fn execute_again(chain: &str, base: &Path, folder: &Path, first: u64, last: u64) -> Result<Duration> {
    let node = binary("MEDCHAIN_NODE", "medchain-node")?;
    let cache = folder.join("runtime-cache");
    let import = |to: u64| -> Result<Duration> {
        let (file, fresh) = (folder.join("blocks"), folder.join("again"));
        let to = to.to_string();
        let export = ["export-blocks", "--binary", "--chain", chain, "--to", to.as_str(), "--base-path"];
        run(Command::new(&node).args(export).arg(base).arg(&file))?;
        let import = ["import-blocks", "--binary", "--chain", chain, "--base-path"];
        let began = Instant::now();
        run(Command::new(&node).env("MEDCHAIN_RUNTIME_CACHE", &cache).args(import).arg(&fresh).arg(&file))?;
        let took = began.elapsed();
        std::fs::remove_file(file)?;
        std::fs::remove_dir_all(fresh)?;
        Ok(took)
    };
    let before = first.saturating_sub(1).max(1);
    // The first time compiles the runtime, which the others find.
    import(before)?;
    let mut shortest = (Duration::MAX, Duration::MAX);
    for _ in 0..TIMES {
        shortest = (shortest.0.min(import(before)?), shortest.1.min(import(last)?));
    }
    let (before, all) = shortest;
    match all.checked_sub(before) {
        Some(took) if !took.is_zero() => Ok(took),
        _ => bail!("importing {last} blocks took no longer than importing those before the load"),
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("the node ends with {}: {}", output.status, said.lines().last().unwrap_or_default());
    }
    Ok(())
}

/// How many signatures of messages of this length one core verifies in a second.
pub fn verifications<Key: Pair>(length: usize) -> f64 {
    let (pair, _) = Key::generate();
    let message = vec![0x5a; length];
    let signature = pair.sign(&message);
    let began = Instant::now();
    let mut verified = 0_u32;
    while began.elapsed() < VERIFY_FOR {
        if !Key::verify(&signature, &message, &pair.public()) {
            return 0.0;
        }
        verified += 1;
    }
    f64::from(verified) / began.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::{ecdsa, ed25519, sr25519};

    #[test]
    fn signatures_are_verified() {
        assert!(verifications::<sr25519::Pair>(300) > 1.0);
        assert!(verifications::<ed25519::Pair>(300) > 1.0);
        assert!(verifications::<ecdsa::Pair>(300) > 1.0);
    }
}
