//! What every store does, whatever its finished contents lie in: the same tests over a folder and over a bucket of a real
//! S3 server.
#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

mod object_store;

use medchain_vault::{car, ContentStore, DagBuilder, Options, RootBlock, Vault, VaultError, FETCHED, LEAF_BYTES};
use object_store::{Mood, ObjectStore};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const DOCTOR: [u8; 32] = [1; 32];
const HOSPITAL: [u8; 32] = [2; 32];
const ENVELOPE: &[u8] = b"a capsule and the patient's seal";
const PLENTY: u64 = u64::MAX;
const PATIENCE: Duration = Duration::from_secs(10);

/// A vault that can be closed and opened again, and damaged behind its back.
struct World {
    folder: TempDir,
    remote: Option<ObjectStore>,
}

impl World {
    fn in_a_folder() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), remote: None }
    }

    fn in_a_bucket() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), remote: Some(ObjectStore::start()) }
    }

    fn open(&self) -> Vault {
        match &self.remote {
            None => Vault::open(self.folder.path(), Options::default()),
            Some(remote) => {
                Vault::open_in_bucket(self.folder.path(), &remote.bucket("hospital", PATIENCE), Options::default())
            }
        }
        .unwrap()
    }

    /// Changes a byte of a leaf where it lies.
    fn damage_leaf(&self, content: &Content, index: u32) {
        let root = hex(&content.block.root().0);
        let (file, at) = match &self.remote {
            None => (self.folder.path().join("contents").join(root).join("data"), index as usize * LEAF_BYTES + 7),
            Some(remote) => (remote.file(&format!("hospital/contents/{root}/{index:05}")), 7),
        };
        let mut bytes = fs::read(&file).unwrap();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
    }

    /// Changes a byte of the root block where it lies.
    fn damage_root(&self, content: &Content) {
        let root = hex(&content.block.root().0);
        let file: PathBuf = match &self.remote {
            None => self.folder.path().join("contents").join(root).join("root"),
            Some(remote) => remote.file(&format!("hospital/contents/{root}/head")),
        };
        let mut bytes = fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&file, bytes).unwrap();
    }
}

struct Content {
    bytes: Vec<u8>,
    block: RootBlock,
}

impl Content {
    /// Bytes that differ from leaf to leaf and from seed to seed.
    fn new(seed: u8, length: usize) -> Self {
        let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8 ^ (at / LEAF_BYTES) as u8 ^ seed).collect();
        let block = DagBuilder::build(&bytes[..]).unwrap();
        Self { bytes, block }
    }

    fn put_leaves(&self, vault: &Vault, uploader: [u8; 32]) -> medchain_vault::Result<()> {
        let progress = vault.begin(uploader, self.block.bytes(), PLENTY)?;
        for index in progress.missing.into_iter().flatten() {
            vault.put_leaf(uploader, self.block.root(), index, self.leaf(index))?;
        }
        Ok(())
    }

    fn store(&self, vault: &Vault, uploader: [u8; 32]) -> medchain_vault::Result<()> {
        self.put_leaves(vault, uploader)?;
        match uploader {
            FETCHED => vault.finish_fetched(self.block.root()),
            _ => vault.finish(uploader, self.block.root(), ENVELOPE).map(|hash| assert_eq!(hash, sha256(ENVELOPE))),
        }
    }

    fn leaf(&self, index: u32) -> &[u8] {
        self.bytes.chunks(LEAF_BYTES).nth(index as usize).unwrap()
    }

    fn assert_whole(&self, vault: &Vault) {
        let root = self.block.root();
        vault.verify(root).unwrap();
        assert_eq!(vault.root_block(root).unwrap().bytes(), self.block.bytes());
        for index in 0..self.block.leaf_count() {
            assert!(vault.leaf(root, index).unwrap() == self.leaf(index), "leaf {index}");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Each test twice: over a folder and over a bucket.
macro_rules! over_both {
    ($($name:ident),* $(,)?) => {
        mod folder {
            $(#[test]
            fn $name() {
                super::$name(&super::World::in_a_folder());
            })*
        }
        mod bucket {
            $(#[test]
            fn $name() {
                super::$name(&super::World::in_a_bucket());
            })*
        }
    };
}

over_both![
    what_the_doctor_stored_is_read_back_after_a_restart,
    an_upload_resumes_after_a_restart,
    a_second_uploader_sends_every_leaf_itself_and_heals_what_is_damaged,
    a_lost_answer_can_be_asked_for_again,
    a_peer_finds_roots_and_leaves_by_digest_and_no_envelope,
    an_erased_content_is_gone_with_its_envelopes,
    envelopes_come_and_go_one_by_one,
    damage_is_detected_and_repaired,
    what_was_fetched_has_no_envelope_and_goes_through_a_car_file,
    what_is_refused_changes_nothing,
];

fn what_the_doctor_stored_is_read_back_after_a_restart(world: &World) {
    let contents: Vec<_> = [0, 1, LEAF_BYTES, LEAF_BYTES + 1, 3 * LEAF_BYTES + 17]
        .into_iter()
        .map(|length| Content::new(9, length))
        .collect();
    let vault = world.open();
    for content in &contents {
        content.store(&vault, DOCTOR).unwrap();
    }
    let before = vault.stats();
    drop(vault);
    let vault = world.open();
    assert_eq!(vault.stats(), before);
    assert_eq!((before.contents, before.leaves, before.uploads), (5, 8, 0));
    assert_eq!(before.content_bytes, 5 * LEAF_BYTES as u64 + 19);
    assert_eq!(vault.list().unwrap().map(Result::unwrap).count(), 5);
    for content in &contents {
        let root = content.block.root();
        content.assert_whole(&vault);
        assert_eq!(vault.size(root).unwrap(), content.bytes.len() as u64);
        assert_eq!(vault.uploader(root).unwrap(), DOCTOR);
        assert!(vault.finished_at(root).unwrap().elapsed().unwrap_or_default() < Duration::from_secs(60));
        assert_eq!(vault.envelope(root, sha256(ENVELOPE)).unwrap(), ENVELOPE);
    }
}

fn an_upload_resumes_after_a_restart(world: &World) {
    let content = Content::new(1, 3 * LEAF_BYTES + 5);
    let root = content.block.root();
    let vault = world.open();
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, [0..4]);
    vault.put_leaf(DOCTOR, root, 3, content.leaf(3)).unwrap();
    vault.put_leaf(DOCTOR, root, 1, content.leaf(1)).unwrap();
    drop(vault);
    let vault = world.open();
    assert_eq!(vault.staged_bytes(DOCTOR), content.bytes.len() as u64);
    assert_eq!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing, [0..1, 2..3]);
    assert!(matches!(vault.finish(DOCTOR, root, ENVELOPE), Err(VaultError::Incomplete { .. })));
    assert!(!vault.contains(root));
    content.store(&vault, DOCTOR).unwrap();
    content.assert_whole(&vault);
    assert_eq!(vault.staged_bytes(DOCTOR), 0);
}

fn a_second_uploader_sends_every_leaf_itself_and_heals_what_is_damaged(world: &World) {
    let content = Content::new(2, 2 * LEAF_BYTES);
    let vault = world.open();
    content.store(&vault, DOCTOR).unwrap();
    world.damage_leaf(&content, 1);
    assert_eq!(vault.begin(HOSPITAL, content.block.bytes(), PLENTY).unwrap().missing, [0..2]);
    content.store(&vault, HOSPITAL).unwrap();
    content.assert_whole(&vault);
    assert_eq!(vault.uploader(content.block.root()).unwrap(), DOCTOR);
    assert_eq!(vault.stats().contents, 1);
}

fn a_lost_answer_can_be_asked_for_again(world: &World) {
    let content = Content::new(3, LEAF_BYTES + 9);
    let root = content.block.root();
    let vault = world.open();
    content.store(&vault, DOCTOR).unwrap();
    let first = vault.finished_at(root).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    vault.finish(DOCTOR, root, ENVELOPE).unwrap();
    assert!(vault.finished_at(root).unwrap() > first, "it counts as new");
    assert!(vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap().missing.is_empty());
    assert!(matches!(vault.finish(HOSPITAL, root, ENVELOPE), Err(VaultError::UnknownUpload)));
    assert_eq!(vault.stats().contents, 1);
}

fn a_peer_finds_roots_and_leaves_by_digest_and_no_envelope(world: &World) {
    let content = Content::new(4, 2 * LEAF_BYTES);
    let root = content.block.root();
    let vault = world.open();
    content.put_leaves(&vault, DOCTOR).unwrap();
    assert!(!vault.has_block(content.block.leaves()[0]), "an unfinished upload is not served");
    vault.finish(DOCTOR, root, ENVELOPE).unwrap();
    drop(vault);
    let vault = world.open();
    assert_eq!(vault.block(root.0).unwrap().unwrap(), content.block.bytes());
    assert_eq!(vault.block(content.block.leaves()[1]).unwrap().unwrap(), content.leaf(1));
    assert!(!vault.has_block(sha256(ENVELOPE)));
    assert!(vault.block(sha256(ENVELOPE)).unwrap().is_none());
}

fn an_erased_content_is_gone_with_its_envelopes(world: &World) {
    let content = Content::new(5, 2 * LEAF_BYTES);
    let other = Content::new(6, 100);
    let root = content.block.root();
    let vault = world.open();
    content.store(&vault, DOCTOR).unwrap();
    other.store(&vault, DOCTOR).unwrap();
    assert!(vault.delete_content(root).unwrap());
    assert!(!vault.delete_content(root).unwrap());
    assert!(!vault.contains(root));
    assert!(matches!(vault.root_block(root), Err(VaultError::NotFound)));
    assert!(matches!(vault.leaf(root, 0), Err(VaultError::NotFound)));
    assert!(matches!(vault.envelope(root, sha256(ENVELOPE)), Err(VaultError::NotFound)));
    assert!(vault.envelopes(root).unwrap().is_empty());
    assert!(!vault.has_block(content.block.leaves()[0]));
    assert_eq!(vault.stats().contents, 1);
    drop(vault);
    let vault = world.open();
    assert_eq!(vault.list().unwrap().map(Result::unwrap).collect::<Vec<_>>(), [other.block.root()]);
    if let Some(remote) = &world.remote {
        assert_eq!(remote.objects(&format!("hospital/contents/{}", hex(&root.0))), 0);
        assert_eq!(remote.objects(&format!("hospital/envelopes/{}", hex(&root.0))), 0);
    }
    // What was deleted may be stored again.
    content.store(&vault, HOSPITAL).unwrap();
    content.assert_whole(&vault);
}

fn envelopes_come_and_go_one_by_one(world: &World) {
    let content = Content::new(7, 10);
    let root = content.block.root();
    let vault = world.open();
    assert!(matches!(vault.add_envelope(root, b"early"), Err(VaultError::NotFound)));
    content.store(&vault, DOCTOR).unwrap();
    let second = vault.add_envelope(root, b"another record's").unwrap();
    let mut hashes = vault.envelopes(root).unwrap();
    hashes.sort_unstable();
    let mut expected = [sha256(ENVELOPE), second];
    expected.sort_unstable();
    assert_eq!(hashes, expected);
    assert!(vault.delete_envelope(root, second).unwrap());
    assert!(!vault.delete_envelope(root, second).unwrap());
    assert_eq!(vault.envelopes(root).unwrap(), [sha256(ENVELOPE)]);
}

fn damage_is_detected_and_repaired(world: &World) {
    let content = Content::new(8, 2 * LEAF_BYTES);
    let root = content.block.root();
    let vault = world.open();
    content.store(&vault, DOCTOR).unwrap();
    world.damage_leaf(&content, 1);
    assert!(matches!(vault.verify(root), Err(VaultError::CorruptLeaf { index: 1 })));
    assert!(matches!(vault.block(content.block.leaves()[1]), Err(VaultError::CorruptLeaf { index: 1 })));
    assert!(matches!(vault.repair_leaf(root, 1, content.leaf(0)), Err(VaultError::WrongLeaf { index: 1 })));
    vault.repair_leaf(root, 1, content.leaf(1)).unwrap();
    content.assert_whole(&vault);
    drop(vault);
    world.damage_root(&content);
    let vault = world.open();
    assert!(matches!(vault.root_block(root), Err(VaultError::CorruptRoot)));
    assert_eq!(vault.uploader(root).unwrap(), DOCTOR);
    vault.repair_root(root, content.block.bytes()).unwrap();
    content.assert_whole(&vault);
    assert_eq!(vault.uploader(root).unwrap(), DOCTOR);
    assert!(vault.has_block(content.block.leaves()[0]));
}

fn what_was_fetched_has_no_envelope_and_goes_through_a_car_file(world: &World) {
    let content = Content::new(10, 2 * LEAF_BYTES + 3);
    let root = content.block.root();
    let vault = world.open();
    content.store(&vault, FETCHED).unwrap();
    assert!(vault.envelopes(root).unwrap().is_empty());
    let mut file = Vec::new();
    car::export(&vault, root, &mut file).unwrap();
    vault.delete_content(root).unwrap();
    assert_eq!(car::import(&vault, &mut &file[..]).unwrap(), root);
    content.assert_whole(&vault);
}

fn what_is_refused_changes_nothing(world: &World) {
    let content = Content::new(11, 2 * LEAF_BYTES);
    let root = content.block.root();
    let vault = world.open();
    assert!(matches!(vault.begin(DOCTOR, b"no root block", PLENTY), Err(VaultError::Root(_))));
    assert!(matches!(vault.begin(DOCTOR, content.block.bytes(), 10), Err(VaultError::OverAllowance { .. })));
    assert!(matches!(vault.put_leaf(DOCTOR, root, 0, content.leaf(0)), Err(VaultError::UnknownUpload)));
    vault.begin(DOCTOR, content.block.bytes(), PLENTY).unwrap();
    assert!(matches!(vault.put_leaf(DOCTOR, root, 0, content.leaf(1)), Err(VaultError::WrongLeaf { index: 0 })));
    assert!(matches!(vault.put_leaf(DOCTOR, root, 2, content.leaf(1)), Err(VaultError::NoSuchLeaf { .. })));
    assert!(matches!(vault.put_leaf(DOCTOR, root, 0, b"short"), Err(VaultError::LeafLength { .. })));
    assert!(matches!(vault.finish(DOCTOR, root, &[0; 70_000]), Err(VaultError::EnvelopeTooLarge { .. })));
    assert!(vault.abort(DOCTOR, root).unwrap());
    assert_eq!(vault.stats(), medchain_vault::Stats::default());
}

// What only a bucket can do to a vault.

fn impatient(world: &World) -> medchain_vault::Result<Vault> {
    let remote = world.remote.as_ref().unwrap();
    let bucket = remote.bucket("hospital", Duration::from_secs(1));
    Vault::open_in_bucket(world.folder.path(), &bucket, Options::default())
}

fn failed<T: std::fmt::Debug>(result: medchain_vault::Result<T>) {
    let error = result.unwrap_err();
    assert!(matches!(error, VaultError::RemoteFailed { .. }), "{error:?}");
    assert!(error.to_string().contains("nothing was acknowledged"), "{error}");
}

#[test]
fn a_store_that_fails_or_is_silent_acknowledges_nothing_and_the_upload_resumes() {
    for mood in [Mood::Failing, Mood::Silent, Mood::ReadOnly] {
        let world = World::in_a_bucket();
        let remote = world.remote.as_ref().unwrap();
        let (kept, content) = (Content::new(12, LEAF_BYTES), Content::new(13, 2 * LEAF_BYTES));
        let root = content.block.root();
        let vault = impatient(&world).unwrap();
        kept.store(&vault, DOCTOR).unwrap();
        content.put_leaves(&vault, DOCTOR).unwrap();

        remote.set_mood(mood);
        let started = Instant::now();
        failed(vault.finish(DOCTOR, root, ENVELOPE));
        assert!(started.elapsed() < Duration::from_secs(10), "{mood:?}: {:?}", started.elapsed());
        assert!(!vault.contains(root));
        if mood == Mood::ReadOnly {
            kept.assert_whole(&vault);
        } else {
            failed(vault.leaf(kept.block.root(), 0));
        }
        failed(vault.delete_content(kept.block.root()));
        assert!(vault.contains(kept.block.root()), "what was not deleted is still there");

        remote.set_mood(Mood::Well);
        vault.finish(DOCTOR, root, ENVELOPE).unwrap();
        content.assert_whole(&vault);
        kept.assert_whole(&vault);
    }
}

#[test]
fn a_store_that_cannot_be_reached_or_refuses_keeps_the_vault_from_opening_and_says_why() {
    let mut world = World::in_a_bucket();
    let stranger = world.remote.as_ref().unwrap().bucket_of_a_stranger();
    failed(Vault::open_in_bucket(world.folder.path(), &stranger, Options::default()).map(drop));
    world.remote.as_mut().unwrap().stop();
    failed(impatient(&world).map(drop));
}

#[test]
fn two_vaults_never_share_a_bucket_unless_each_has_a_prefix() {
    let world = World::in_a_bucket();
    let remote = world.remote.as_ref().unwrap();
    let content = Content::new(14, 10);
    content.store(&world.open(), DOCTOR).unwrap();
    let another = tempfile::tempdir().unwrap();
    let open =
        |prefix: &str| Vault::open_in_bucket(another.path(), &remote.bucket(prefix, PATIENCE), Options::default());
    assert!(matches!(open("hospital"), Err(VaultError::RemoteInUse { marker }) if marker == "hospital/owner"));
    assert_eq!(open("clinic").unwrap().stats().contents, 0);
    // The first vault's disk is lost for good: its operator lets another take over.
    fs::remove_file(remote.file("hospital/owner")).unwrap();
    content.assert_whole(&open("hospital").unwrap());
}

#[test]
fn leaves_without_a_head_and_envelopes_without_a_content_are_removed_at_opening() {
    let world = World::in_a_bucket();
    let remote = world.remote.as_ref().unwrap();
    let (cut_short, whole) = (Content::new(15, 2 * LEAF_BYTES), Content::new(16, 10));
    let vault = world.open();
    cut_short.store(&vault, DOCTOR).unwrap();
    whole.store(&vault, DOCTOR).unwrap();
    drop(vault);
    // As a crash leaves it between the head and the rest.
    let root = hex(&cut_short.block.root().0);
    fs::remove_file(remote.file(&format!("hospital/contents/{root}/head"))).unwrap();
    assert_eq!(remote.objects(&format!("hospital/contents/{root}")), 2);
    let vault = world.open();
    assert!(!vault.contains(cut_short.block.root()));
    assert_eq!(remote.objects(&format!("hospital/contents/{root}")), 0);
    assert_eq!(remote.objects(&format!("hospital/envelopes/{root}")), 0);
    whole.assert_whole(&vault);
}
