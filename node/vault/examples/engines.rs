//! Measures what could keep the leaves: files, as the vault has them, against redb and parity-db. Prints milliseconds for
//! each leaf of 1 MiB and the disk that is left in use. `engines [FOLDER] [LEAVES]`.
//!
//! With `engines opening FOLDER CONTENTS` it measures how long a vault of so many contents takes to open.
#![allow(clippy::unwrap_used)]

use medchain_vault::{DagBuilder, Options, Vault, LEAF_BYTES};
use redb::{Database, Durability, TableDefinition};
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

const TABLE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("leaves");

/// A store of leaves by digest, as little as it takes to compare. A group of leaves is one upload: they are durable
/// together.
trait Engine {
    fn store(&mut self, group: &[(Vec<u8>, Vec<u8>)]);
    fn read(&self, digest: &[u8]) -> Vec<u8>;
    fn delete(&mut self, group: &[Vec<u8>]);
    /// Writes out what is not on disk yet, so that its size can be taken.
    fn close(self: Box<Self>);
}

/// One file for the leaves of a group, as the vault keeps a content.
struct Files {
    vault: Vault,
    /// Where each leaf is.
    places: Vec<(Vec<u8>, medchain_vault::ContentRoot, u32)>,
}

impl Engine for Files {
    fn store(&mut self, group: &[(Vec<u8>, Vec<u8>)]) {
        // The uploader sends the root block, which names all leaves; the others are not asked for it either.
        let mut root = DagBuilder::new();
        group.iter().for_each(|(_, leaf)| root.update(leaf).unwrap());
        let block = root.finish();
        self.vault.begin([1; 32], block.bytes(), u64::MAX).unwrap();
        for (index, (digest, leaf)) in (0u32..).zip(group) {
            self.vault.put_leaf([1; 32], block.root(), index, leaf).unwrap();
            self.places.push((digest.clone(), block.root(), index));
        }
        self.vault.finish([1; 32], block.root(), b"").unwrap();
    }

    fn read(&self, digest: &[u8]) -> Vec<u8> {
        self.vault.block(digest.try_into().unwrap()).unwrap().unwrap()
    }

    fn delete(&mut self, group: &[Vec<u8>]) {
        let place = self.places.iter().find(|(digest, ..)| *digest == group[0]).unwrap();
        assert!(self.vault.delete_content(place.1).unwrap());
    }

    fn close(self: Box<Self>) {}
}

struct Redb(Database);

impl Engine for Redb {
    fn store(&mut self, group: &[(Vec<u8>, Vec<u8>)]) {
        let mut transaction = self.0.begin_write().unwrap();
        transaction.set_durability(Durability::Immediate);
        {
            let mut table = transaction.open_table(TABLE).unwrap();
            for (digest, leaf) in group {
                table.insert(&digest[..], &leaf[..]).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn read(&self, digest: &[u8]) -> Vec<u8> {
        let transaction = self.0.begin_read().unwrap();
        let table = transaction.open_table(TABLE).unwrap();
        let leaf = table.get(digest).unwrap().unwrap().value().to_vec();
        verified(digest, leaf)
    }

    fn delete(&mut self, group: &[Vec<u8>]) {
        let mut transaction = self.0.begin_write().unwrap();
        transaction.set_durability(Durability::Immediate);
        {
            let mut table = transaction.open_table(TABLE).unwrap();
            for digest in group {
                table.remove(&digest[..]).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn close(self: Box<Self>) {}
}

/// parity-db takes a commit before it is on disk: it is in its log once the files that hold the log are synced, for which
/// it has no call. What is measured is taking it, and separately closing, which writes all out.
struct ParityDb(parity_db::Db);

impl Engine for ParityDb {
    fn store(&mut self, group: &[(Vec<u8>, Vec<u8>)]) {
        self.0.commit(group.iter().map(|(digest, leaf)| (0, digest, Some(leaf.clone())))).unwrap();
    }

    fn read(&self, digest: &[u8]) -> Vec<u8> {
        verified(digest, self.0.get(0, digest).unwrap().unwrap())
    }

    fn delete(&mut self, group: &[Vec<u8>]) {
        self.0.commit(group.iter().map(|digest| (0, digest, None))).unwrap();
    }

    fn close(self: Box<Self>) {
        drop(self.0);
    }
}

fn verified(digest: &[u8], leaf: Vec<u8>) -> Vec<u8> {
    assert_eq!(Sha256::digest(&leaf).as_slice(), digest);
    leaf
}

/// A leaf that no other is like.
fn leaf(number: u64) -> Vec<u8> {
    [Sha256::digest(number.to_le_bytes()).as_slice(), &[0x5a; 992]].concat().repeat(LEAF_BYTES / 1024)
}

/// The disk that a folder takes, in bytes: what is allocated, not what files say that they have.
fn allocated(path: &Path) -> u64 {
    let metadata = fs::symlink_metadata(path).unwrap();
    let own = std::os::unix::fs::MetadataExt::blocks(&metadata) * 512;
    if !metadata.is_dir() {
        return own;
    }
    own + fs::read_dir(path).unwrap().map(|entry| allocated(&entry.unwrap().path())).sum::<u64>()
}

fn measure(name: &str, folder: &Path, leaves: u64, group: u64, open: impl Fn(&Path) -> Box<dyn Engine>) {
    let folder = folder.join(format!("{name}-{group}"));
    fs::create_dir_all(&folder).unwrap();
    let (mut storing, mut reading, mut deleting) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut digests: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut engine = open(&folder);
    for first in (0..leaves).step_by(group as usize) {
        let group: Vec<_> = (first..leaves.min(first + group))
            .map(|number| {
                let leaf = leaf(number);
                (Sha256::digest(&leaf).to_vec(), leaf)
            })
            .collect();
        digests.push(group.iter().map(|(digest, _)| digest.clone()).collect());
        let started = Instant::now();
        engine.store(&group);
        storing += started.elapsed();
    }
    let started = Instant::now();
    engine.close();
    let closing = started.elapsed();
    let full = allocated(&folder);
    let mut engine = open(&folder);
    let started = Instant::now();
    for digest in digests.iter().flatten() {
        assert_eq!(engine.read(digest).len(), LEAF_BYTES);
    }
    reading += started.elapsed();
    let started = Instant::now();
    for group in &digests {
        engine.delete(group);
    }
    deleting += started.elapsed();
    let started = Instant::now();
    engine.close();
    let closing = closing + started.elapsed();
    let per_leaf = |took: Duration| took.as_secs_f64() * 1000.0 / leaves as f64;
    println!(
        "{name:10} {group:>4} leaves at once: store {:6.2} ms, read {:5.2} ms, delete {:5.2} ms a leaf; closing {:5.2} s; {:.2} \
         of the bytes on disk, {:.2} after deleting",
        per_leaf(storing),
        per_leaf(reading),
        per_leaf(deleting),
        closing.as_secs_f64(),
        full as f64 / (leaves * LEAF_BYTES as u64) as f64,
        allocated(&folder) as f64 / (leaves * LEAF_BYTES as u64) as f64,
    );
    fs::remove_dir_all(folder).unwrap();
}

fn vault(path: &Path) -> Box<dyn Engine> {
    let vault = Vault::open(path, Options::default()).unwrap();
    // Found again after it was opened, as the index does for peers.
    let mut places = Vec::new();
    for root in vault.list().unwrap() {
        let root = root.unwrap();
        let block = vault.root_block(root).unwrap();
        places.extend((0u32..).zip(block.leaves()).map(|(index, digest)| (digest.to_vec(), root, index)));
    }
    Box::new(Files { vault, places })
}

fn parity(path: &Path) -> Box<dyn Engine> {
    Box::new(ParityDb(parity_db::Db::open_or_create(&parity_db::Options::with_columns(path, 1)).unwrap()))
}

/// Lays a vault out by hand, without the syncing that storing would wait for, and opens it.
fn opening(folder: &Path, contents: u64) {
    drop(Vault::open(folder, Options::default()).unwrap());
    for number in 0..contents {
        let bytes = number.to_le_bytes();
        let block = DagBuilder::build(&bytes[..]).unwrap();
        let root: String = block.root().0.iter().map(|byte| format!("{byte:02x}")).collect();
        let content = folder.join("contents").join(root);
        fs::create_dir(&content).unwrap();
        fs::write(content.join("root"), block.bytes()).unwrap();
        fs::write(content.join("data"), bytes).unwrap();
        fs::write(content.join("uploader"), [1; 32]).unwrap();
    }
    for how in ["just written", "again"] {
        let started = Instant::now();
        let vault = Vault::open(folder, Options::default()).unwrap();
        assert_eq!(vault.stats().leaves, contents);
        println!(
            "opening a vault of {contents} contents with a leaf each ({how}): {:.2} s",
            started.elapsed().as_secs_f64()
        );
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let scratch = tempfile::tempdir().unwrap();
    if let [what, folder, contents] = &arguments[..] {
        assert_eq!(what, "opening");
        return opening(Path::new(folder), contents.parse().unwrap());
    }
    let folder = arguments.first().map_or(scratch.path(), Path::new);
    let leaves = arguments.get(1).map_or(256, |leaves| leaves.parse().unwrap());
    for group in [1, 64] {
        measure("files", folder, leaves, group, vault);
        measure("redb", folder, leaves, group, |path| Box::new(Redb(Database::create(path.join("leaves")).unwrap())));
        measure("parity-db", folder, leaves, group, parity);
    }
}
