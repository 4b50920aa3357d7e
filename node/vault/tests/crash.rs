//! Killing the process at any moment, while it stores, replicates, collects and scrubs, loses nothing that was acknowledged
//! and leaves nothing that verification rejects.
//!
//! `MEDCHAIN_KILLS` says how often it is killed.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod object_store;

use medchain_vault::{Bucket, ContentRoot, ContentStore, DagBuilder, Options, Vault, VaultError, FETCHED, LEAF_BYTES};
use object_store::ObjectStore;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

const UPLOADER: [u8; 32] = [1; 32];
/// Tells this program, started again by itself, in which folder to work until it is killed.
const FOLDER: &str = "MEDCHAIN_VAULT_CRASH_FOLDER";
/// The number of the first content that it works with.
const FIRST: &str = "MEDCHAIN_VAULT_CRASH_FIRST";
/// Where the object store listens and keeps its files, if there is one.
const REMOTE: &str = "MEDCHAIN_VAULT_CRASH_REMOTE";
/// How often the process is killed.
const KILLS: &str = "MEDCHAIN_KILLS";
/// How long opening the vault after a kill may take.
const OPEN_WITHIN: Duration = Duration::from_secs(5);
/// How long a request to the object store may take, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many kinds of work go on at once; each has every third number.
const KINDS: u64 = 3;

/// Content `number`: between no and three leaves, different each time. What is scrubbed has a leaf at least.
fn content(number: u64) -> Vec<u8> {
    let length = (number * 777_777 % (3 * LEAF_BYTES as u64 + 1)) as usize;
    let length = if number % KINDS == 2 { length.max(100) } else { length };
    // Made by copying, so that the process spends its time in the vault. Not a divisor of a leaf: leaves differ.
    let mut bytes = [Sha256::digest(number.to_le_bytes()).as_slice(), &[0; 967]].concat().repeat(length / 999 + 1);
    bytes.truncate(length);
    bytes
}

fn envelope(number: u64) -> Vec<u8> {
    format!("envelope {number}").into_bytes()
}

fn root_of(number: u64) -> ContentRoot {
    DagBuilder::build(&content(number)[..]).unwrap().root()
}

/// Stores a content as a client does, or, if its number says so, as replication does.
fn store(vault: &Vault, number: u64) -> ContentRoot {
    let uploader = if number % KINDS == 1 { FETCHED } else { UPLOADER };
    let bytes = content(number);
    let block = DagBuilder::build(&bytes[..]).unwrap();
    let root = block.root();
    if uploader == FETCHED && vault.contains(root) {
        vault.add_envelope(root, &envelope(number)).unwrap();
        return root;
    }
    let progress = vault.begin(uploader, block.bytes(), u64::MAX).unwrap();
    for index in progress.missing.into_iter().flatten() {
        let leaf = bytes.chunks(LEAF_BYTES).nth(index as usize).unwrap();
        vault.put_leaf(uploader, root, index, leaf).unwrap();
    }
    if uploader == FETCHED {
        vault.finish_fetched(root).unwrap();
        vault.add_envelope(root, &envelope(number)).unwrap();
    } else {
        vault.finish(uploader, root, &envelope(number)).unwrap();
    }
    root
}

/// Reads a content from beginning to end and mends its first leaf if that is corrupt.
fn scrub(vault: &Vault, number: u64) {
    let root = root_of(number);
    match vault.verify(root) {
        Err(VaultError::CorruptLeaf { index: 0 }) => {
            let bytes = content(number);
            vault.repair_leaf(root, 0, &bytes[..bytes.len().min(LEAF_BYTES)]).unwrap();
        }
        result => result.unwrap(),
    }
}

fn assert_held(vault: &Vault, number: u64) {
    let bytes = content(number);
    let root = root_of(number);
    vault.verify(root).unwrap();
    for (index, leaf) in (0u32..).zip(bytes.chunks(LEAF_BYTES)) {
        assert!(vault.leaf(root, index).unwrap() == leaf, "leaf {index} of content {number}");
    }
    let envelope = envelope(number);
    assert_eq!(vault.envelope(root, Sha256::digest(&envelope).into()).unwrap(), envelope);
}

/// Where a vault of this test lies.
struct Place {
    folder: PathBuf,
    remote: Option<(Bucket, PathBuf)>,
}

impl Place {
    fn open(&self) -> Vault {
        let vault = self.folder.join("vault");
        match &self.remote {
            None => Vault::open(&vault, Options::default()),
            Some((bucket, _)) => Vault::open_in_bucket(&vault, bucket, Options::default()),
        }
        .unwrap()
    }

    /// Changes the first byte of a content behind the vault's back.
    fn damage(&self, root: ContentRoot) {
        let root: String = root.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let file = match &self.remote {
            None => self.folder.join("vault/contents").join(root).join("data"),
            Some((_, files)) => files.join("contents").join(root).join("00000"),
        };
        let mut file = OpenOptions::new().write(true).open(file).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&[0xff]).unwrap();
    }
}

/// Not a test of its own: what the killed process does. Without the folder it has nothing to do.
#[test]
fn process_that_gets_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let first: u64 = env::var(FIRST).unwrap().parse().unwrap();
    let remote = env::var(REMOTE).ok().map(|remote| {
        let (endpoint, files) = remote.split_once(' ').unwrap();
        (object_store::bucket_at(endpoint, "", PATIENCE), PathBuf::from(files))
    });
    let place = Place { folder: folder.into(), remote };
    let vault = place.open();
    let journal = OpenOptions::new().append(true).create(true).open(place.folder.join("journal")).unwrap();
    let journal = Mutex::new(journal);
    let note = |what: &str, number: u64| {
        journal.lock().unwrap().write_all(format!("{what} {number}\n").as_bytes()).unwrap();
    };
    let run = |kind: u64| {
        for number in (first..).filter(|number| number % KINDS == kind).take(300) {
            note("begins", number);
            let root = store(&vault, number);
            note("finished", number);
            match (kind, number / KINDS % 4) {
                // Collection.
                (0, 3) => {
                    note("deletes", number);
                    vault.delete_content(root).unwrap();
                    note("deleted", number);
                }
                // Damage, and the scrub that finds it.
                (2, _) => {
                    note("damages", number);
                    place.damage(root);
                    scrub(&vault, number);
                    note("finished", number);
                }
                _ => {}
            }
        }
    };
    thread::scope(|scope| {
        for kind in 0..KINDS {
            let run = &run;
            scope.spawn(move || run(kind));
        }
    });
}

/// The last word on each content.
fn last_words(journal: &Path) -> BTreeMap<u64, String> {
    let text = fs::read_to_string(journal).unwrap();
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')?.split_once(' '));
    lines.map(|(what, number)| (number.parse().unwrap(), what.to_owned())).collect()
}

fn kill_and_look(kills: u64, remote: Option<&ObjectStore>) {
    let folder = tempfile::tempdir().unwrap();
    let remote_place = remote.map(|remote| (remote.bucket("", PATIENCE), remote.file("")));
    let place = Place { folder: folder.path().to_owned(), remote: remote_place };
    let mut moment = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::from(std::process::id());
    let (mut resumed, mut longest) = (0, Duration::ZERO);
    let mut held: BTreeSet<u64> = BTreeSet::new();
    let journal = folder.path().join("journal");
    for round in 0..kills {
        File::create(&journal).unwrap();
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "process_that_gets_killed"])
            .env(FOLDER, folder.path())
            .env(FIRST, (round * 1000).to_string())
            .stdout(Stdio::null());
        if let Some(remote) = remote {
            command.env(REMOTE, format!("{} {}", remote.endpoint(), remote.file("").display()));
        }
        let mut child = command.spawn().unwrap();
        let started = Instant::now();
        while fs::metadata(&journal).unwrap().len() == 0 && started.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(1));
        }
        moment ^= moment << 13;
        moment ^= moment >> 7;
        moment ^= moment << 17;
        thread::sleep(Duration::from_micros(moment % 250_000));
        assert_eq!(child.try_wait().unwrap(), None, "the process ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();

        let started = Instant::now();
        let vault = place.open();
        longest = longest.max(started.elapsed());
        for (number, what) in last_words(&journal) {
            let root = root_of(number);
            match what.as_str() {
                "finished" => {
                    held.insert(number);
                }
                "deleted" => assert!(!vault.contains(root)),
                // Cut short: it is all there, or not at all.
                "deletes" if vault.contains(root) => {
                    held.insert(number);
                }
                "deletes" => assert!(vault.envelopes(root).unwrap().is_empty()),
                // Cut short between the damage and the repair: the scrub comes by again.
                "damages" => {
                    scrub(&vault, number);
                    held.insert(number);
                }
                _ => {
                    if vault.contains(root) {
                        vault.verify(root).unwrap();
                    }
                    store(&vault, number);
                    held.insert(number);
                    resumed += 1;
                }
            }
        }
        // All that is there is whole, and all that was acknowledged in this round or before is there.
        let listed: BTreeSet<ContentRoot> = vault.list().unwrap().map(Result::unwrap).collect();
        listed.iter().for_each(|root| vault.verify(*root).unwrap());
        for number in &held {
            assert!(listed.contains(&root_of(*number)), "content {number} is lost");
        }
        let stats = vault.stats();
        assert_eq!((stats.uploads, stats.staged_bytes), (0, 0), "every upload left behind was resumed");
        assert_eq!(stats.contents, listed.len() as u64);
        assert_eq!(fs::read_dir(folder.path().join("vault/trash")).unwrap().count(), 0);
        // So that a long run does not fill the disk: what was looked at a few rounds ago may go.
        if round % 4 == 3 {
            held.iter().for_each(|number| assert_held(&vault, *number));
            listed.iter().for_each(|root| assert!(vault.delete_content(*root).unwrap()));
            held.clear();
        }
    }
    assert!(resumed > 0, "no upload was ever cut short");
    assert!(longest < OPEN_WITHIN, "opening took {longest:?}");
    let vault = place.open();
    held.iter().for_each(|number| assert_held(&vault, *number));
    println!(
        "{kills} kills, {resumed} uploads resumed, the vault was open again within {} ms each time",
        longest.as_millis()
    );
}

fn kills(otherwise: u64) -> u64 {
    env::var(KILLS).map_or(otherwise, |kills| kills.parse().unwrap())
}

#[test]
fn a_node_killed_at_random_moments_loses_nothing_acknowledged_and_resumes_the_rest() {
    kill_and_look(kills(32), None);
}

#[test]
fn a_node_with_a_bucket_killed_at_random_moments_loses_nothing_acknowledged_and_resumes_the_rest() {
    kill_and_look(kills(8), Some(&ObjectStore::start()));
}
