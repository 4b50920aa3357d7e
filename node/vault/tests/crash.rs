//! Killing the process at any moment loses nothing that was acknowledged.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use medchain_vault::{ContentRoot, DagBuilder, Options, Vault, LEAF_BYTES};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const UPLOADER: [u8; 32] = [1; 32];
/// Tells this program, started again by itself, in which folder to write until it is killed.
const FOLDER: &str = "MEDCHAIN_VAULT_CRASH_FOLDER";
/// The number of the first content that it writes.
const FIRST: &str = "MEDCHAIN_VAULT_CRASH_FIRST";
const ROUNDS: u64 = 20;

/// Content `number`: between no and three leaves, different each time.
fn content(number: u64) -> Vec<u8> {
    let length = (number * 777_777 % (3 * LEAF_BYTES as u64 + 1)) as usize;
    // Made by copying, so that the process spends its time in the vault. Not a divisor of a leaf: leaves differ.
    let mut bytes = [Sha256::digest(number.to_le_bytes()).as_slice(), &[0; 967]].concat().repeat(length / 999 + 1);
    bytes.truncate(length);
    bytes
}

fn envelope(number: u64) -> Vec<u8> {
    format!("envelope {number}").into_bytes()
}

fn upload(vault: &Vault, number: u64) -> ContentRoot {
    let bytes = content(number);
    let block = DagBuilder::build(&bytes[..]).unwrap();
    let progress = vault.begin(UPLOADER, block.bytes(), u64::MAX).unwrap();
    for index in progress.missing.into_iter().flatten() {
        let leaf = bytes.chunks(LEAF_BYTES).nth(index as usize).unwrap();
        vault.put_leaf(UPLOADER, block.root(), index, leaf).unwrap();
    }
    vault.finish(UPLOADER, block.root(), &envelope(number)).unwrap();
    block.root()
}

fn assert_held(vault: &Vault, number: u64) {
    let bytes = content(number);
    let root = DagBuilder::build(&bytes[..]).unwrap().root();
    let block = vault.root_block(root).unwrap();
    for (index, leaf) in (0..block.leaf_count()).zip(bytes.chunks(LEAF_BYTES)) {
        assert!(vault.leaf(root, index).unwrap() == leaf, "leaf {index} of content {number}");
    }
    let envelope = envelope(number);
    assert_eq!(vault.envelope(root, Sha256::digest(&envelope).into()).unwrap(), envelope);
}

/// Not a test of its own: what the killed process does. Without the folder it has nothing to do.
#[test]
fn writer_that_gets_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let first: u64 = env::var(FIRST).unwrap().parse().unwrap();
    let folder = Path::new(&folder);
    let vault = Vault::open(&folder.join("vault"), Options::default()).unwrap();
    let mut journal = fs::OpenOptions::new().append(true).create(true).open(folder.join("journal")).unwrap();
    let mut note = |what: &str, number: u64| journal.write_all(format!("{what} {number}\n").as_bytes()).unwrap();
    for number in first..first + 1000 {
        note("begins", number);
        let root = upload(&vault, number);
        note("finished", number);
        if number % 4 == 3 {
            note("deletes", number);
            vault.delete_content(root).unwrap();
            note("deleted", number);
        }
    }
}

#[test]
fn a_node_killed_at_random_moments_loses_nothing_acknowledged_and_resumes_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut moment = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::from(std::process::id());
    let mut resumed = 0;
    let mut finished_in_all = BTreeSet::new();
    for round in 0..ROUNDS {
        let journal = folder.path().join("journal");
        let _ = fs::remove_file(&journal);
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "writer_that_gets_killed"])
            .env(FOLDER, folder.path())
            .env(FIRST, (round * 1000).to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !journal.exists() && started.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(1));
        }
        moment ^= moment << 13;
        moment ^= moment >> 7;
        moment ^= moment << 17;
        thread::sleep(Duration::from_micros(moment % 250_000));
        assert_eq!(child.try_wait().unwrap(), None, "the writer ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();

        // The last word on each content.
        let mut last = BTreeMap::new();
        for line in
            fs::read_to_string(&journal).unwrap().split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'))
        {
            let (what, number) = line.split_once(' ').unwrap();
            last.insert(number.parse::<u64>().unwrap(), what.to_owned());
        }
        let vault = Vault::open(&folder.path().join("vault"), Options::default()).unwrap();
        for (number, what) in &last {
            let root = DagBuilder::build(&content(*number)[..]).unwrap().root();
            match what.as_str() {
                "finished" => {
                    assert_held(&vault, *number);
                    finished_in_all.insert(*number);
                }
                "deleted" => assert!(!vault.contains(root)),
                // Cut short: it is all there, or not at all.
                "deletes" if vault.contains(root) => assert_held(&vault, *number),
                "deletes" => assert!(vault.envelopes(root).unwrap().is_empty()),
                _ => {
                    if vault.contains(root) {
                        assert_held(&vault, *number);
                    }
                    upload(&vault, *number);
                    assert_held(&vault, *number);
                    finished_in_all.insert(*number);
                    resumed += 1;
                }
            }
        }
        let stats = vault.stats();
        assert_eq!((stats.uploads, stats.staged_bytes), (0, 0), "every upload left behind was resumed");
        assert_eq!(fs::read_dir(folder.path().join("vault/trash")).unwrap().count(), 0);
    }
    assert!(resumed > 0, "no upload was ever cut short");
    let vault = Vault::open(&folder.path().join("vault"), Options::default()).unwrap();
    finished_in_all.iter().for_each(|number| assert_held(&vault, *number));
}
