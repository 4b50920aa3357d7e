//! What a vault gives to peers, and what it takes from them.
#![allow(clippy::unwrap_used)]

use medchain_vault::{
    car::{export, import, CarError},
    DagBuilder, Options, RootBlock, Vault, VaultError, FETCHED, LEAF_BYTES,
};
use sha2::{Digest, Sha256};
use std::{fs, path::Path, time::Duration};

const DOCTOR: [u8; 32] = [1; 32];
const HOSPITAL: [u8; 32] = [2; 32];
const ENVELOPE: &[u8] = b"a capsule and the patient's seal";

fn open(path: &Path) -> Vault {
    Vault::open(path, Options::default()).unwrap()
}

/// A content whose leaves all differ.
fn content(seed: u8, leaves: usize) -> (Vec<u8>, RootBlock) {
    let bytes: Vec<u8> = (0..leaves * LEAF_BYTES - 7).map(|at| (at / LEAF_BYTES) as u8 ^ seed ^ at as u8).collect();
    let block = DagBuilder::build(&bytes[..]).unwrap();
    (bytes, block)
}

fn store(vault: &Vault, uploader: [u8; 32], bytes: &[u8], block: &RootBlock) {
    vault.begin(uploader, block.bytes(), u64::MAX).unwrap();
    for (index, leaf) in (0u32..).zip(bytes.chunks(LEAF_BYTES)) {
        vault.put_leaf(uploader, block.root(), index, leaf).unwrap();
    }
    if uploader == FETCHED {
        vault.finish_fetched(block.root()).unwrap();
    } else {
        vault.finish(uploader, block.root(), ENVELOPE).unwrap();
    }
}

fn data_of(folder: &Path, block: &RootBlock, name: &str) -> std::path::PathBuf {
    let root: String = block.root().0.iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join("contents").join(root).join(name)
}

#[test]
fn a_peer_finds_the_root_and_each_leaf_by_digest_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, block) = content(3, 3);
    let vault = open(folder.path());
    vault.begin(DOCTOR, block.bytes(), u64::MAX).unwrap();
    vault.put_leaf(DOCTOR, block.root(), 0, &bytes[..LEAF_BYTES]).unwrap();
    assert!(!vault.has_block(block.leaves()[0]), "an unfinished upload is not served");
    vault.abort(DOCTOR, block.root()).unwrap();
    store(&vault, DOCTOR, &bytes, &block);
    for vault in [vault, { open_again(folder.path()) }] {
        assert_eq!(vault.block(block.root().0).unwrap().unwrap(), block.bytes());
        for (digest, leaf) in block.leaves().iter().zip(bytes.chunks(LEAF_BYTES)) {
            assert!(vault.has_block(*digest));
            assert_eq!(vault.block(*digest).unwrap().unwrap(), leaf);
        }
        let envelope: [u8; 32] = Sha256::digest(ENVELOPE).into();
        assert!(!vault.has_block(envelope));
        assert!(vault.block(envelope).unwrap().is_none());
        drop(vault);
    }
}

/// Opens a vault whose first handle is still in scope, on a copy of its folder.
fn open_again(folder: &Path) -> Vault {
    let copy = tempfile::tempdir().unwrap().keep();
    for entry in fs::read_dir(folder.join("contents")).unwrap() {
        let entry = entry.unwrap();
        let to = copy.join("contents").join(entry.file_name());
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(entry.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    open(&copy)
}

#[test]
fn a_deleted_content_is_not_served_and_a_shared_leaf_still_is() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let (bytes, block) = content(3, 2);
    let shared = &bytes[..LEAF_BYTES];
    let other = DagBuilder::build(shared).unwrap();
    store(&vault, DOCTOR, &bytes, &block);
    store(&vault, HOSPITAL, shared, &other);
    vault.delete_content(block.root()).unwrap();
    assert!(!vault.has_block(block.root().0));
    assert!(!vault.has_block(block.leaves()[1]));
    assert_eq!(vault.block(block.leaves()[0]).unwrap().unwrap(), shared);
}

#[test]
fn a_corrupt_leaf_is_not_served_until_it_is_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let (bytes, block) = content(3, 2);
    store(&vault, DOCTOR, &bytes, &block);
    let file = data_of(folder.path(), &block, "data");
    let mut data = fs::read(&file).unwrap();
    data[5] ^= 1;
    fs::write(&file, data).unwrap();
    assert!(matches!(vault.block(block.leaves()[0]), Err(VaultError::CorruptLeaf { index: 0 })));
    vault.repair_leaf(block.root(), 0, &bytes[..LEAF_BYTES]).unwrap();
    assert_eq!(vault.block(block.leaves()[0]).unwrap().unwrap(), &bytes[..LEAF_BYTES]);
}

#[test]
fn a_corrupt_root_is_repaired_and_its_leaves_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, block) = content(3, 2);
    store(&open(folder.path()), DOCTOR, &bytes, &block);
    fs::write(data_of(folder.path(), &block, "root"), b"damaged").unwrap();
    let vault = open(folder.path());
    assert!(matches!(vault.block(block.root().0), Err(VaultError::CorruptRoot)));
    assert!(!vault.has_block(block.leaves()[1]));
    let (_, another) = content(4, 1);
    assert!(matches!(vault.repair_root(block.root(), another.bytes()), Err(VaultError::CorruptRoot)));
    vault.repair_root(block.root(), block.bytes()).unwrap();
    assert_eq!(vault.block(block.leaves()[1]).unwrap().unwrap(), &bytes[LEAF_BYTES..]);
}

#[test]
fn what_was_fetched_in_part_resumes_and_can_be_read_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, block) = content(3, 3);
    let root = block.root();
    let vault = open(folder.path());
    vault.begin(FETCHED, block.bytes(), u64::MAX).unwrap();
    vault.put_leaf(FETCHED, root, 1, &bytes[LEAF_BYTES..2 * LEAF_BYTES]).unwrap();
    drop(vault);
    let vault = open(folder.path());
    assert_eq!(vault.begin(FETCHED, block.bytes(), u64::MAX).unwrap().missing, [0..1, 2..3]);
    assert_eq!(vault.staged_leaf(FETCHED, root, 1).unwrap().unwrap(), &bytes[LEAF_BYTES..2 * LEAF_BYTES]);
    assert_eq!(vault.staged_leaf(FETCHED, root, 0).unwrap(), None);
    assert!(matches!(vault.staged_leaf(FETCHED, root, 3), Err(VaultError::NoSuchLeaf { .. })));
    assert!(matches!(vault.finish_fetched(root), Err(VaultError::Incomplete { .. })));
    vault.put_leaf(FETCHED, root, 0, &bytes[..LEAF_BYTES]).unwrap();
    vault.put_leaf(FETCHED, root, 2, &bytes[2 * LEAF_BYTES..]).unwrap();
    vault.finish_fetched(root).unwrap();
    vault.finish_fetched(root).unwrap();
    assert!(vault.envelopes(root).unwrap().is_empty());
    assert_eq!(vault.add_envelope(root, ENVELOPE).unwrap(), <[u8; 32]>::from(Sha256::digest(ENVELOPE)));
}

#[test]
fn finishing_again_makes_a_content_young_again() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let (bytes, block) = content(3, 1);
    store(&vault, DOCTOR, &bytes, &block);
    let first = vault.finished_at(block.root()).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    vault.finish(DOCTOR, block.root(), ENVELOPE).unwrap();
    let second = vault.finished_at(block.root()).unwrap();
    assert!(second > first);
    std::thread::sleep(Duration::from_millis(20));
    store(&vault, HOSPITAL, &bytes, &block);
    assert!(vault.finished_at(block.root()).unwrap() > second);
    assert_eq!(vault.uploader(block.root()).unwrap(), DOCTOR);
}

#[test]
fn a_content_goes_through_a_car_file() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (bytes, block) = content(3, 3);
    let (from, to) = (open(from.path()), open(to.path()));
    store(&from, DOCTOR, &bytes, &block);
    let mut car = Vec::new();
    export(&from, block.root(), &mut car).unwrap();
    // The header that every CARv1 file with one dag-pb root has.
    assert_eq!(car[..18], *b"\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00\x01\x70\x12\x20");
    assert_eq!(import(&to, &mut &car[..]).unwrap(), block.root());
    assert_eq!(to.leaf(block.root(), 2).unwrap(), &bytes[2 * LEAF_BYTES..]);
    assert_eq!(import(&to, &mut &car[..]).unwrap(), block.root());
}

#[test]
fn a_cut_or_changed_car_file_is_refused_and_a_whole_one_completes_it() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (bytes, block) = content(3, 2);
    let (from, to) = (open(from.path()), open(to.path()));
    store(&from, DOCTOR, &bytes, &block);
    let mut car = Vec::new();
    export(&from, block.root(), &mut car).unwrap();
    assert!(matches!(import(&to, &mut &car[..30]), Err(CarError::Section)));
    assert!(matches!(import(&to, &mut &b""[..]), Err(CarError::Header)));
    assert!(matches!(import(&to, &mut &car[..car.len() - 1]), Err(CarError::Section)));
    let mut changed = car.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert!(matches!(import(&to, &mut &changed[..]), Err(CarError::Vault(VaultError::WrongLeaf { index: 1 }))));
    changed[3] ^= 1;
    assert!(matches!(import(&to, &mut &changed[..]), Err(CarError::Header)));
    assert!(!to.contains(block.root()));
    import(&to, &mut &car[..]).unwrap();
    assert_eq!(to.leaf(block.root(), 0).unwrap(), &bytes[..LEAF_BYTES]);
}
