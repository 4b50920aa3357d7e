//! What a vault keeps, refuses and detects.
#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use medchain_vault::{ContentRoot, ContentStore, DagBuilder, Options, RootBlock, Vault, VaultError, LEAF_BYTES};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::{fs, io, path::Path, sync::Arc, time::Duration};

const DOCTOR: [u8; 32] = [1; 32];
const HOSPITAL: [u8; 32] = [2; 32];
const ENVELOPE: &[u8] = b"a capsule and the patient's seal";
const PLENTY: u64 = u64::MAX;

fn open(path: &Path) -> Vault {
    Vault::open(path, Options::default()).unwrap()
}

/// Bytes that differ from leaf to leaf and from seed to seed.
fn synthetic(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8 ^ (at / LEAF_BYTES) as u8 ^ seed).collect()
}

struct Content {
    bytes: Vec<u8>,
    block: RootBlock,
}

impl Content {
    fn new(seed: u8, length: usize) -> Self {
        let bytes = synthetic(seed, length);
        let block = DagBuilder::build(&bytes[..]).unwrap();
        Self { bytes, block }
    }

    fn root(&self) -> ContentRoot {
        self.block.root()
    }

    fn leaf(&self, index: u32) -> &[u8] {
        self.bytes.chunks(LEAF_BYTES).nth(index as usize).unwrap()
    }

    fn send(&self, vault: &dyn ContentStore, uploader: [u8; 32]) -> medchain_vault::Result<()> {
        let progress = vault.begin(uploader, self.block.bytes(), PLENTY)?;
        for index in progress.missing.into_iter().flatten() {
            vault.put_leaf(uploader, self.root(), index, self.leaf(index))?;
        }
        assert_eq!(vault.finish(uploader, self.root(), ENVELOPE)?, hash(ENVELOPE));
        Ok(())
    }

    fn read(&self, vault: &dyn ContentStore) -> medchain_vault::Result<Vec<u8>> {
        let block = vault.root_block(self.root())?;
        let mut bytes = Vec::new();
        for index in 0..block.leaf_count() {
            bytes.extend_from_slice(&vault.leaf(self.root(), index)?);
        }
        Ok(bytes)
    }

    fn file(&self, vault: &Path, name: &str) -> std::path::PathBuf {
        vault.join("contents").join(hex(&self.root().0)).join(name)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn change_byte(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

fn files_below(path: &Path) -> usize {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

#[test]
fn what_the_doctor_stored_is_read_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for length in [0, 1, LEAF_BYTES - 1, LEAF_BYTES, LEAF_BYTES + 1, 3 * LEAF_BYTES + 17] {
        let content = Content::new(9, length);
        content.send(&open(folder.path()), DOCTOR).unwrap();
        let vault = open(folder.path());
        assert!(vault.contains(content.root()));
        assert_eq!(content.read(&vault).unwrap(), content.bytes);
        assert_eq!(vault.size(content.root()).unwrap(), length as u64);
        assert_eq!(vault.uploader(content.root()).unwrap(), DOCTOR);
        assert_eq!(vault.envelope(content.root(), hash(ENVELOPE)).unwrap(), ENVELOPE);
        assert_eq!(vault.staged_bytes(DOCTOR), 0);
    }
    let vault = open(folder.path());
    assert_eq!(vault.list().unwrap().map(Result::unwrap).count(), 6);
    assert_eq!((vault.stats().contents, vault.stats().content_bytes), (6, 6 * LEAF_BYTES as u64 + 18));
}

#[test]
fn leaves_arrive_in_any_order_and_twice() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(1, 3 * LEAF_BYTES + 5);
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, [0..4]);
    for index in [3, 1, 3] {
        vault.put_leaf(DOCTOR, content.root(), index, content.leaf(index)).unwrap();
    }
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, [0..1, 2..3]);
    let refusal = vault.finish(DOCTOR, content.root(), ENVELOPE).unwrap_err();
    assert!(matches!(&refusal, VaultError::Incomplete { missing } if *missing == [0..1, 2..3]));
    assert!(refusal.to_string().starts_with("2 of the content's leaves"));
    assert!(!vault.contains(content.root()));
    for index in [2, 0] {
        vault.put_leaf(DOCTOR, content.root(), index, content.leaf(index)).unwrap();
    }
    vault.finish(DOCTOR, content.root(), ENVELOPE).unwrap();
    assert_eq!(content.read(&vault).unwrap(), content.bytes);
}

#[test]
fn an_upload_resumes_after_a_restart_with_only_what_is_missing_or_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let content = Content::new(2, 4 * LEAF_BYTES);
    let vault = open(folder.path());
    vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap();
    for index in [0, 1, 2] {
        vault.put_leaf(DOCTOR, content.root(), index, content.leaf(index)).unwrap();
    }
    drop(vault);
    let staged = folder.path().join("staging").join(format!("{}-{}", hex(&content.root().0), hex(&DOCTOR)));
    change_byte(&staged.join("data"), LEAF_BYTES + 3);

    let vault = open(folder.path());
    assert_eq!(vault.staged_bytes(DOCTOR), 4 * LEAF_BYTES as u64);
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, [1..2, 3..4]);
    content.send(&vault, DOCTOR).unwrap();
    assert_eq!(content.read(&vault).unwrap(), content.bytes);
}

#[test]
fn a_doctor_whose_answer_was_lost_repeats_and_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let content = Content::new(3, LEAF_BYTES + 1);
    let vault = open(folder.path());
    content.send(&vault, DOCTOR).unwrap();
    vault.finish(DOCTOR, content.root(), ENVELOPE).unwrap();
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, []);
    vault.finish(DOCTOR, content.root(), b"another envelope").unwrap();
    assert_eq!(vault.envelopes(content.root()).unwrap().len(), 2);
    assert_eq!(vault.stats().contents, 1);
    assert!(matches!(vault.finish(HOSPITAL, content.root(), ENVELOPE), Err(VaultError::UnknownUpload)));
}

#[test]
fn a_second_uploader_sends_every_leaf_itself() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(4, 2 * LEAF_BYTES);
    content.send(&vault, DOCTOR).unwrap();
    assert_eq!(vault.begin(HOSPITAL, content.block.bytes(), PLENTY).unwrap().missing, [0..2]);
    assert!(matches!(vault.finish(HOSPITAL, content.root(), b"h"), Err(VaultError::Incomplete { .. })));
    for index in [0, 1] {
        vault.put_leaf(HOSPITAL, content.root(), index, content.leaf(index)).unwrap();
    }
    vault.finish(HOSPITAL, content.root(), b"h").unwrap();
    assert_eq!(vault.uploader(content.root()).unwrap(), DOCTOR);
    assert_eq!(vault.envelope(content.root(), hash(b"h")).unwrap(), b"h");
    assert_eq!(vault.envelope(content.root(), hash(ENVELOPE)).unwrap(), ENVELOPE);
    assert_eq!(vault.stats().contents, 1);
    assert_eq!((files_below(&folder.path().join("staging")), files_below(&folder.path().join("trash"))), (0, 0));
}

#[test]
fn two_uploaders_finish_the_same_content_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(open(folder.path()));
    let content = Arc::new(Content::new(5, LEAF_BYTES + 9));
    let uploaders = (0..4u8).map(|uploader| {
        let (vault, content) = (vault.clone(), content.clone());
        std::thread::spawn(move || content.send(&*vault, [uploader; 32]))
    });
    for uploader in uploaders.collect::<Vec<_>>() {
        uploader.join().unwrap().unwrap();
    }
    assert_eq!(content.read(&*vault).unwrap(), content.bytes);
    let stats = vault.stats();
    assert_eq!((stats.contents, stats.uploads, stats.staged_bytes), (1, 0, 0));
}

#[test]
fn a_second_upload_heals_what_the_disk_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let content = Content::new(6, 2 * LEAF_BYTES + 1);
    content.send(&open(folder.path()), DOCTOR).unwrap();
    change_byte(&content.file(folder.path(), "data"), LEAF_BYTES + 100);
    fs::write(content.file(folder.path(), "root"), b"nothing").unwrap();
    let vault = open(folder.path());
    assert!(matches!(vault.root_block(content.root()), Err(VaultError::CorruptRoot)));
    content.send(&vault, HOSPITAL).unwrap();
    assert_eq!(content.read(&vault).unwrap(), content.bytes);
}

#[test]
fn a_changed_byte_is_detected_and_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(7, 2 * LEAF_BYTES + 10);
    content.send(&vault, DOCTOR).unwrap();
    change_byte(&content.file(folder.path(), "data"), LEAF_BYTES);
    assert_eq!(vault.leaf(content.root(), 0).unwrap(), content.leaf(0));
    assert!(matches!(vault.leaf(content.root(), 1), Err(VaultError::CorruptLeaf { index: 1 })));
    assert!(matches!(vault.repair_leaf(content.root(), 1, content.leaf(0)), Err(VaultError::WrongLeaf { index: 1 })));
    vault.repair_leaf(content.root(), 1, content.leaf(1)).unwrap();
    assert_eq!(content.read(&vault).unwrap(), content.bytes);

    let data = fs::OpenOptions::new().write(true).open(content.file(folder.path(), "data")).unwrap();
    data.set_len(2 * LEAF_BYTES as u64 + 9).unwrap();
    assert!(matches!(vault.leaf(content.root(), 2), Err(VaultError::CorruptLeaf { index: 2 })));
    fs::remove_file(content.file(folder.path(), "data")).unwrap();
    assert!(matches!(vault.leaf(content.root(), 0), Err(VaultError::CorruptLeaf { index: 0 })));
    assert!(matches!(vault.leaf(content.root(), 3), Err(VaultError::NoSuchLeaf { index: 3, leaves: 3 })));

    let envelope = folder.path().join("envelopes").join(hex(&content.root().0)).join(hex(&hash(ENVELOPE)));
    change_byte(&envelope, 0);
    assert!(matches!(vault.envelope(content.root(), hash(ENVELOPE)), Err(VaultError::CorruptEnvelope)));
    vault.add_envelope(content.root(), ENVELOPE).unwrap();
    assert_eq!(vault.envelope(content.root(), hash(ENVELOPE)).unwrap(), ENVELOPE);
}

#[test]
fn a_wrong_leaf_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(8, LEAF_BYTES + 10);
    let root = content.root();
    let put = |uploader, index, bytes: &[u8]| vault.put_leaf(uploader, root, index, bytes);
    assert!(matches!(put(DOCTOR, 0, content.leaf(0)), Err(VaultError::UnknownUpload)));
    vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap();
    assert!(matches!(put(HOSPITAL, 0, content.leaf(0)), Err(VaultError::UnknownUpload)));
    assert!(matches!(put(DOCTOR, 2, content.leaf(0)), Err(VaultError::NoSuchLeaf { index: 2, leaves: 2 })));
    assert!(matches!(put(DOCTOR, 1, &[0; 11]), Err(VaultError::LeafLength { index: 1, expected: 10, found: 11 })));
    assert!(matches!(put(DOCTOR, 0, &vec![0; LEAF_BYTES]), Err(VaultError::WrongLeaf { index: 0 })));
    let staged = folder.path().join("staging").join(format!("{}-{}", hex(&root.0), hex(&DOCTOR)));
    assert_eq!(fs::metadata(staged.join("data")).unwrap().len(), 0);
}

#[test]
fn what_is_over_the_allowance_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), Options { max_uploads_per_uploader: 2, ..Options::default() }).unwrap();
    let (first, second, third) = (Content::new(1, 600), Content::new(2, 500), Content::new(3, 400));
    vault.begin(DOCTOR, first.block.bytes(), 1000).unwrap();
    assert!(matches!(
        vault.begin(DOCTOR, second.block.bytes(), 1000),
        Err(VaultError::OverAllowance { size: 500, available: 400 })
    ));
    assert_eq!(files_below(&folder.path().join("staging")), 2);
    assert_eq!(vault.staged_bytes(DOCTOR), 600);
    // The allowance is each uploader's own, and resuming does not count twice.
    vault.begin(HOSPITAL, second.block.bytes(), 1000).unwrap();
    vault.begin(DOCTOR, first.block.bytes(), 1000).unwrap();
    vault.begin(DOCTOR, third.block.bytes(), 1000).unwrap();
    assert!(matches!(
        vault.begin(DOCTOR, Content::new(4, 0).block.bytes(), 1000),
        Err(VaultError::TooManyUploads { limit: 2 })
    ));
    assert!(matches!(vault.begin(DOCTOR, b"\x12\x01", PLENTY), Err(VaultError::Root(_))));
    assert!(vault.abort(DOCTOR, first.root()).unwrap());
    assert!(!vault.abort(DOCTOR, first.root()).unwrap());
    vault.begin(DOCTOR, second.block.bytes(), 1000).unwrap();
}

#[test]
fn an_envelope_over_the_limit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { max_envelope_bytes: 40, max_envelopes_per_content: 2, ..Options::default() };
    let vault = Vault::open(folder.path(), options).unwrap();
    let content = Content::new(1, 10);
    assert!(matches!(vault.add_envelope(content.root(), ENVELOPE), Err(VaultError::NotFound)));
    content.send(&vault, DOCTOR).unwrap();
    assert!(matches!(
        vault.add_envelope(content.root(), &[0; 41]),
        Err(VaultError::EnvelopeTooLarge { bytes: 41, limit: 40 })
    ));
    assert_eq!(vault.add_envelope(content.root(), b"second").unwrap(), hash(b"second"));
    assert!(matches!(vault.add_envelope(content.root(), b"third"), Err(VaultError::TooManyEnvelopes { limit: 2 })));
    vault.add_envelope(content.root(), b"second").unwrap();
}

#[test]
fn an_erased_content_is_gone_with_its_envelopes() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(2, LEAF_BYTES + 1);
    content.send(&vault, DOCTOR).unwrap();
    content.read(&vault).unwrap();
    assert!(vault.delete_content(content.root()).unwrap());
    assert!(!vault.delete_content(content.root()).unwrap());
    assert!(!vault.contains(content.root()));
    assert!(matches!(vault.leaf(content.root(), 0), Err(VaultError::NotFound)));
    assert!(matches!(vault.root_block(content.root()), Err(VaultError::NotFound)));
    assert!(matches!(vault.size(content.root()), Err(VaultError::NotFound)));
    assert!(matches!(vault.uploader(content.root()), Err(VaultError::NotFound)));
    assert!(matches!(vault.envelope(content.root(), hash(ENVELOPE)), Err(VaultError::NotFound)));
    // Nothing is left but the lock and the layout.
    assert_eq!(files_below(folder.path()), 2);
    assert_eq!(vault.stats(), Default::default());
    content.send(&vault, HOSPITAL).unwrap();
    assert!(vault.delete_envelope(content.root(), hash(ENVELOPE)).unwrap());
    assert!(!vault.delete_envelope(content.root(), hash(ENVELOPE)).unwrap());
    assert!(vault.contains(content.root()));
}

#[test]
fn uploads_that_nobody_continues_are_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(3, 100);
    vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap();
    assert_eq!(vault.prune_staging(Duration::from_secs(3600)).unwrap(), 0);
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(vault.prune_staging(Duration::from_millis(10)).unwrap(), 1);
    assert_eq!(vault.staged_bytes(DOCTOR), 0);
    assert!(matches!(vault.put_leaf(DOCTOR, content.root(), 0, content.leaf(0)), Err(VaultError::UnknownUpload)));
    assert_eq!(files_below(&folder.path().join("staging")), 0);
}

#[test]
fn opening_clears_what_a_crash_left_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let content = Content::new(4, 100);
    content.send(&open(folder.path()), DOCTOR).unwrap();
    let stray = folder.path().join("envelopes").join(hex(&[9; 32]));
    fs::create_dir(&stray).unwrap();
    fs::write(stray.join(hex(&[8; 32])), b"left").unwrap();
    fs::create_dir(folder.path().join("trash/0")).unwrap();
    fs::write(folder.path().join("trash/0/data"), b"left").unwrap();
    let begun = folder.path().join("staging").join(format!("{}-{}", hex(&[9; 32]), hex(&DOCTOR)));
    fs::create_dir(&begun).unwrap();
    fs::write(begun.join("root"), b"").unwrap();
    fs::write(folder.path().join("layout"), b"medch").unwrap();
    let vault = open(folder.path());
    assert!(!stray.exists() && !begun.exists() && !folder.path().join("trash/0").exists());
    assert_eq!(content.read(&vault).unwrap(), content.bytes);
    assert_eq!(vault.envelopes(content.root()).unwrap(), [hash(ENVELOPE)]);
}

#[test]
fn a_vault_has_one_process_and_one_layout() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    assert!(matches!(Vault::open(folder.path(), Options::default()), Err(VaultError::InUse)));
    drop(vault);
    fs::write(folder.path().join("layout"), "medchain-vault 2\n").unwrap();
    let refusal = Vault::open(folder.path(), Options::default()).err().unwrap();
    assert!(matches!(refusal, VaultError::UnknownLayout { found } if found == "medchain-vault 2"));
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_can_look_into_the_vault() {
    use std::os::unix::fs::PermissionsExt;
    fn modes(path: &Path) {
        let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| modes(&entry.unwrap().path()));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/vault");
    let vault = open(&path);
    Content::new(5, 100).send(&vault, DOCTOR).unwrap();
    vault.begin(DOCTOR, Content::new(6, 100).block.bytes(), PLENTY).unwrap();
    modes(&path);
}

/// `/dev/full` answers every write as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_acknowledges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let content = Content::new(7, 2 * LEAF_BYTES);
    vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap();
    let data = folder.path().join("staging").join(format!("{}-{}", hex(&content.root().0), hex(&DOCTOR))).join("data");
    fs::remove_file(&data).unwrap();
    std::os::unix::fs::symlink("/dev/full", &data).unwrap();
    let refusal = vault.put_leaf(DOCTOR, content.root(), 0, content.leaf(0)).unwrap_err();
    assert!(matches!(refusal, VaultError::NoSpace));
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, [0..2]);
    assert!(matches!(vault.finish(DOCTOR, content.root(), ENVELOPE), Err(VaultError::Incomplete { .. })));
    // Space was made.
    fs::remove_file(&data).unwrap();
    content.send(&vault, DOCTOR).unwrap();
    assert_eq!(content.read(&vault).unwrap(), content.bytes);
}

#[test]
fn an_error_of_the_disk_says_so() {
    let error = VaultError::from(io::Error::other("Input/output error"));
    assert!(error.to_string().contains("Input/output error") && error.to_string().contains("nothing was acknowledged"));
    assert!(matches!(VaultError::from(io::Error::from(io::ErrorKind::StorageFull)), VaultError::NoSpace));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn contents_around_the_leaf_boundaries_come_back(
        leaves in 0usize..4,
        surplus in prop_oneof![Just(0usize), Just(1), Just(LEAF_BYTES - 1), 0..LEAF_BYTES],
        seed in any::<u8>(),
        restart_after in 0u32..4,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let content = Content::new(seed, leaves * LEAF_BYTES + surplus);
        let mut vault = open(folder.path());
        let missing = vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing;
        for index in missing.into_iter().flatten().rev() {
            vault.put_leaf(DOCTOR, content.root(), index, content.leaf(index)).unwrap();
            if index == restart_after {
                drop(vault);
                vault = open(folder.path());
            }
        }
        vault.finish(DOCTOR, content.root(), ENVELOPE).unwrap();
        prop_assert!(content.read(&vault).unwrap() == content.bytes);
    }
}
