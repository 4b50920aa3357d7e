//! The store: uploads on the node's own disk, finished contents on a shelf. `README.md` describes the layout and what
//! each step guarantees.

use crate::{
    bucket::{Bucket, BucketShelf},
    dag::{sha256, ContentRoot, RootBlock, MAX_ROOT_BYTES},
    disk,
    error::{Result, VaultError},
    folder::{offset_of, read_leaf, FolderShelf},
    index::LeafIndex,
    name::{from_hex, to_hex},
    shelf::{Shelf, Staged},
    store::{ContentStore, Contents, Stats, UploadProgress, FETCHED},
    trash::Trash,
};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    fs::{self, File, TryLockError},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

const LOG_TARGET: &str = "vault";

/// What the file `layout` says. A version that lays the folder out otherwise writes another number.
const LAYOUT: &str = "medchain-vault 1\n";

/// How many verified root blocks are kept in memory, so that reading a content leaf by leaf does not read its root
/// for each. A root of the largest content takes about 1.3 MB.
const CACHED_ROOTS: usize = 16;

/// Limits that the vault keeps whoever calls.
#[derive(Clone, Debug)]
pub struct Options {
    /// The most unfinished uploads of one uploader. Their lengths are limited call by call.
    pub max_uploads_per_uploader: usize,
    /// The greatest length of an envelope in bytes. Longer ones, kept under a higher limit, cannot be read any more.
    pub max_envelope_bytes: usize,
    /// The most envelopes of one content.
    pub max_envelopes_per_content: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_uploads_per_uploader: 64, max_envelope_bytes: 64 * 1024, max_envelopes_per_content: 256 }
    }
}

/// Whose upload of what. The uploader comes first, so that one uploader's uploads lie together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct UploadKey {
    uploader: [u8; 32],
    root: ContentRoot,
}

impl UploadKey {
    /// Name of the staging folder.
    fn folder_name(&self) -> String {
        format!("{}-{}", to_hex(&self.root.0), to_hex(&self.uploader))
    }

    fn from_folder_name(name: &str) -> Option<Self> {
        let (root, uploader) = name.split_once('-')?;
        Some(Self { root: ContentRoot(from_hex(root)?), uploader: from_hex(uploader)? })
    }
}

/// An upload that counts against its uploader's allowance.
#[derive(Clone)]
struct Upload {
    size: u64,
    state: Arc<Mutex<UploadState>>,
}

enum UploadState {
    /// Reserved, or left by an earlier run: what is on disk has not been looked at.
    Unread,
    /// On disk, and known which leaves are right.
    Open(OpenUpload),
    /// Finished or given up while another call waited for it.
    Closed,
}

struct OpenUpload {
    block: RootBlock,
    present: Vec<bool>,
}

impl OpenUpload {
    fn missing(&self) -> Vec<Range<u32>> {
        let mut missing: Vec<Range<u32>> = Vec::new();
        for (index, _) in (0u32..).zip(&self.present).filter(|(_, present)| !**present) {
            match missing.last_mut() {
                Some(range) if range.end == index => range.end += 1,
                _ => missing.push(index..index + 1),
            }
        }
        missing
    }

    fn progress(&self) -> UploadProgress {
        UploadProgress { root: self.block.root(), leaves: self.block.leaf_count(), missing: self.missing() }
    }
}

/// Finished contents, counted.
#[derive(Default)]
struct Totals {
    contents: u64,
    bytes: u64,
}

/// A vault in a folder, which it alone uses while it is open. Its finished contents lie there too, or in a bucket.
///
/// Locks are taken in this order: an upload's state, then the right to change a content, then `uploads`, `totals`, `roots`
/// or `index`, none of which is held while another is taken.
pub struct Vault {
    folder: PathBuf,
    options: Options,
    shelf: Box<dyn Shelf>,
    trash: Arc<Trash>,
    uploads: Mutex<BTreeMap<UploadKey, Upload>>,
    totals: Mutex<Totals>,
    roots: Mutex<VecDeque<Arc<RootBlock>>>,
    index: Mutex<LeafIndex>,
    /// Contents that are being changed.
    changing: Mutex<HashSet<ContentRoot>>,
    changed: Condvar,
    /// Held for the operating system's lock, which ends with the process however that ends.
    _lock: File,
}

/// The right to change a content, until this is dropped.
struct Changing<'a> {
    vault: &'a Vault,
    root: ContentRoot,
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        lock(&self.vault.changing).remove(&self.root);
        self.vault.changed.notify_all();
    }
}

impl Vault {
    /// Opens the vault in `path`, creating it if it is missing, and clears what a crash left half done. Unfinished
    /// uploads stay and can be resumed. On a read-only disk it opens for reading.
    ///
    /// # Errors
    /// `InUse` if another process has it open, `UnknownLayout` if another version wrote it, `NoSpace`, `Storage`.
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        Self::open_with(path, options, |trash| Ok(Box::new(FolderShelf::open(path, trash)?)))
    }

    /// Opens a vault whose finished contents lie in a bucket of an object store; uploads under way lie in `path`.
    ///
    /// # Errors
    /// Those of [`Vault::open`]; `RemoteInUse` if the bucket is another vault's, `RemoteFailed` if it does not answer.
    pub fn open_in_bucket(path: &Path, bucket: &Bucket, options: Options) -> Result<Self> {
        Self::open_with(path, options, |trash| Ok(Box::new(BucketShelf::open(path, &trash, bucket)?)))
    }

    fn open_with(
        path: &Path,
        options: Options,
        shelf: impl FnOnce(Arc<Trash>) -> Result<Box<dyn Shelf>>,
    ) -> Result<Self> {
        disk::create_folder(path)?;
        disk::unless_read_only(disk::restrict_folder(path))?;
        let lock = disk::open_lock(&path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(VaultError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        check_layout(path)?;
        let (staging, trash) = (path.join("staging"), path.join("trash"));
        disk::create_folder(&staging)?;
        disk::create_folder(&trash)?;
        let trash = Arc::new(Trash::new(trash));
        disk::unless_read_only(trash.empty())?;
        let vault = Self {
            folder: path.to_owned(),
            options,
            shelf: shelf(trash.clone())?,
            trash,
            uploads: Mutex::default(),
            totals: Mutex::default(),
            roots: Mutex::default(),
            index: Mutex::default(),
            changing: Mutex::default(),
            changed: Condvar::new(),
            _lock: lock,
        };
        disk::sync_folder(path)?;
        vault.find_uploads()?;
        vault.count_contents()?;
        match vault.shelf.tidy() {
            Ok(()) => {}
            Err(VaultError::ReadOnly) => log::warn!(target: LOG_TARGET, "the vault's disk is read-only"),
            Err(error) => return Err(error),
        }
        let stats = vault.stats();
        log::info!(
            target: LOG_TARGET,
            "vault open: {} contents, {} bytes; {} unfinished uploads",
            stats.contents, stats.content_bytes, stats.uploads,
        );
        Ok(vault)
    }

    fn staging(&self) -> PathBuf {
        self.folder.join("staging")
    }

    fn staging_of(&self, key: &UploadKey) -> PathBuf {
        self.staging().join(key.folder_name())
    }

    /// Waits until nobody else changes a content.
    fn change(&self, root: ContentRoot) -> Changing<'_> {
        let mut changing = lock(&self.changing);
        while !changing.insert(root) {
            changing = self.changed.wait(changing).unwrap_or_else(PoisonError::into_inner);
        }
        Changing { vault: self, root }
    }

    // Opening.

    fn find_uploads(&self) -> Result<()> {
        let mut uploads = lock(&self.uploads);
        for entry in fs::read_dir(self.staging())? {
            let path = entry?.path();
            let key = disk::name_of(&path).and_then(UploadKey::from_folder_name);
            let block = match read_root(&path) {
                Ok(block) => block,
                Err(error) => {
                    log::warn!(target: LOG_TARGET, "an unfinished upload cannot be read and is left alone: {error}");
                    continue;
                }
            };
            match (key, block) {
                // Cut short after the content had arrived: nobody fetches it again.
                (Some(key), Some(_)) if key.uploader == FETCHED && self.shelf.contains(key.root) => {
                    disk::unless_read_only(disk::remove_all(&path))?;
                }
                (Some(key), Some(block)) if block.root() == key.root => {
                    let state = Arc::new(Mutex::new(UploadState::Unread));
                    uploads.insert(key, Upload { size: block.size(), state });
                }
                // Cut short before its root block was durable: no leaf was taken yet.
                _ => disk::unless_read_only(disk::remove_all(&path))?,
            }
        }
        Ok(())
    }

    fn count_contents(&self) -> Result<()> {
        for root in self.shelf.roots()? {
            let root = root?;
            // Leaves of a damaged root are found again once it is repaired.
            match self.root_block(root) {
                Ok(block) => self.count(&block),
                Err(VaultError::CorruptRoot) => {
                    let mut totals = lock(&self.totals);
                    totals.contents += 1;
                    totals.bytes += self.shelf.bytes(root);
                }
                Err(VaultError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Counts a finished content and lets its leaves be found.
    fn count(&self, block: &RootBlock) {
        let mut totals = lock(&self.totals);
        totals.contents += 1;
        totals.bytes += block.size();
        drop(totals);
        lock(&self.index).insert(block.root(), block.leaves());
    }

    // Uploading.

    /// Finds the upload or reserves a new one against the uploader's allowance; says which of the two.
    fn reserve(&self, key: UploadKey, size: u64, max_bytes: u64) -> Result<Upload> {
        let mut uploads = lock(&self.uploads);
        let (mut others, mut others_bytes) = (0usize, 0u64);
        for (_, upload) in uploads_of(&uploads, key.uploader).filter(|(other, _)| **other != key) {
            others += 1;
            others_bytes = others_bytes.saturating_add(upload.size);
        }
        let available = max_bytes.saturating_sub(others_bytes);
        if size > available {
            return Err(VaultError::OverAllowance { size, available });
        }
        if let Some(upload) = uploads.get(&key) {
            return Ok(upload.clone());
        }
        if others >= self.options.max_uploads_per_uploader {
            return Err(VaultError::TooManyUploads { limit: self.options.max_uploads_per_uploader });
        }
        let upload = Upload { size, state: Arc::new(Mutex::new(UploadState::Unread)) };
        uploads.insert(key, upload.clone());
        Ok(upload)
    }

    fn find(&self, key: &UploadKey) -> Result<Upload> {
        lock(&self.uploads).get(key).cloned().ok_or(VaultError::UnknownUpload)
    }

    fn close(&self, key: &UploadKey, state: &mut UploadState) {
        *state = UploadState::Closed;
        lock(&self.uploads).remove(key);
    }

    /// The upload as it is on disk, read there if this run has not yet.
    fn read_upload<'a>(&self, key: &UploadKey, state: &'a mut UploadState) -> Result<&'a mut OpenUpload> {
        if matches!(state, UploadState::Unread) {
            let folder = self.staging_of(key);
            let block = read_root(&folder)?.filter(|block| block.root() == key.root);
            let block = block.ok_or(VaultError::UnknownUpload)?;
            let present = scan(&folder.join("data"), &block)?;
            *state = UploadState::Open(OpenUpload { block, present });
        }
        match state {
            UploadState::Open(open) => Ok(open),
            UploadState::Unread | UploadState::Closed => Err(VaultError::UnknownUpload),
        }
    }

    /// Puts a new upload on disk, so that it can be resumed whatever happens next.
    fn stage(&self, key: &UploadKey, block: RootBlock) -> Result<OpenUpload> {
        let folder = self.staging_of(key);
        let staged = (|| {
            disk::create_folder(&folder)?;
            disk::open_to_write(&folder.join("data"))?;
            disk::write_whole(&folder.join("root"), block.bytes())?;
            disk::sync_folder(&folder)?;
            disk::sync_folder(&self.staging())
        })();
        if let Err(error) = staged {
            if let Err(left) = disk::remove_all(&folder) {
                log::warn!(target: LOG_TARGET, "an upload that failed to begin is left on disk until restart: {left}");
            }
            return Err(error.into());
        }
        Ok(OpenUpload { present: vec![false; block.leaves().len()], block })
    }

    /// Begins or resumes an upload; see [`ContentStore::begin`].
    ///
    /// # Errors
    /// See [`ContentStore::begin`].
    pub fn begin(&self, uploader: [u8; 32], root_block: &[u8], max_bytes: u64) -> Result<UploadProgress> {
        let block = RootBlock::parse(root_block)?;
        let key = UploadKey { uploader, root: block.root() };
        loop {
            // The answer to finishing was lost, and the uploader starts over: it has sent every leaf already. To anyone
            // else the vault does not show that it holds the content.
            if self.was_finished_by(&key)? {
                return Ok(UploadProgress { root: key.root, leaves: block.leaf_count(), missing: Vec::new() });
            }
            let upload = self.reserve(key, block.size(), max_bytes)?;
            let mut state = lock(&upload.state);
            if matches!(*state, UploadState::Closed) {
                continue;
            }
            match self.read_upload(&key, &mut state) {
                Ok(open) => return Ok(open.progress()),
                Err(VaultError::UnknownUpload) => {}
                Err(error) => return Err(error),
            }
            match self.stage(&key, block) {
                Ok(open) => {
                    let progress = open.progress();
                    *state = UploadState::Open(open);
                    return Ok(progress);
                }
                Err(error) => {
                    self.close(&key, &mut state);
                    return Err(error);
                }
            }
        }
    }

    /// Takes one leaf; see [`ContentStore::put_leaf`].
    ///
    /// # Errors
    /// See [`ContentStore::put_leaf`].
    pub fn put_leaf(&self, uploader: [u8; 32], root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()> {
        let key = UploadKey { uploader, root };
        let upload = self.find(&key)?;
        let mut state = lock(&upload.state);
        let open = self.read_upload(&key, &mut state)?;
        check_leaf(&open.block, index, bytes)?;
        let Some(present) = open.present.get_mut(index as usize) else {
            return Err(VaultError::NoSuchLeaf { index, leaves: open.block.leaf_count() });
        };
        if !*present {
            // The disk writes while the next leaves arrive; finishing makes all durable at once, and is told what failed.
            let data = disk::write_at(&self.staging_of(&key).join("data"), offset_of(index), bytes)?;
            disk::begin_to_write(&data, offset_of(index), bytes.len());
            *present = true;
        }
        Ok(())
    }

    /// Ends an upload durably; see [`ContentStore::finish`].
    ///
    /// # Errors
    /// See [`ContentStore::finish`].
    pub fn finish(&self, uploader: [u8; 32], root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]> {
        self.check_envelope(envelope)?;
        self.complete(&UploadKey { uploader, root }, Some(envelope))?;
        Ok(sha256(envelope))
    }

    /// Ends what was fetched from peers; see [`ContentStore::finish_fetched`].
    ///
    /// # Errors
    /// See [`ContentStore::finish_fetched`].
    pub fn finish_fetched(&self, root: ContentRoot) -> Result<()> {
        self.complete(&UploadKey { uploader: FETCHED, root }, None)
    }

    fn complete(&self, key: &UploadKey, envelope: Option<&[u8]>) -> Result<()> {
        let root = key.root;
        let upload = match self.find(key) {
            Ok(upload) => upload,
            Err(_) if self.was_finished_by(key)? => return self.complete_again(root, envelope),
            Err(error) => return Err(error),
        };
        let mut state = lock(&upload.state);
        let open = match self.read_upload(key, &mut state) {
            Ok(open) => open,
            Err(VaultError::UnknownUpload) if self.was_finished_by(key)? => {
                return self.complete_again(root, envelope);
            }
            Err(error) => return Err(error),
        };
        let missing = open.missing();
        if !missing.is_empty() {
            return Err(VaultError::Incomplete { missing });
        }

        let folder = self.staging_of(key);
        let data = disk::open_to_write(&folder.join("data"))?;
        if let Err(error) = data.sync_all() {
            // The system may have dropped what it could not write, and would report success the next time. Only leaves
            // that are sent again can be trusted to reach the disk.
            open.present.fill(false);
            data.set_len(0)?;
            return Err(error.into());
        }
        disk::write_whole(&folder.join("uploader"), &key.uploader)?;
        disk::sync_folder(&folder)?;
        if self.contains(root) {
            self.heal_from(&open.block, &folder)?;
        }

        let changing = self.change(root);
        if let Some(envelope) = envelope {
            self.write_envelope(root, envelope)?;
        }
        if self.shelf.contains(root) {
            self.shelf.touch(root)?;
        } else {
            let data = folder.join("data");
            let leaf = |index| verified_leaf(&open.block, index, |length| read_leaf(&data, index, length));
            let staged = Staged { block: &open.block, uploader: key.uploader, folder: &folder, leaf: &leaf };
            match self.shelf.take(&staged) {
                // The node's own disk has lost it since it arrived.
                Err(VaultError::CorruptLeaf { index }) => {
                    if let Some(present) = open.present.get_mut(index as usize) {
                        *present = false;
                    }
                    return Err(VaultError::Incomplete { missing: open.missing() });
                }
                // It is there, and not known to be durable: repeating it finds out.
                Err(error) if self.shelf.contains(root) => {
                    self.count(&open.block);
                    self.close(key, &mut state);
                    return Err(error);
                }
                taken => taken?,
            }
            self.count(&open.block);
        }
        drop(changing);
        self.discard(key, &mut state)
    }

    /// Answers once more for an upload whose first answer was lost, perhaps because syncing failed.
    fn complete_again(&self, root: ContentRoot, envelope: Option<&[u8]>) -> Result<()> {
        let _changing = self.change(root);
        if !self.contains(root) {
            return Err(VaultError::NotFound);
        }
        self.shelf.touch(root)?;
        disk::sync_folder(&self.staging())?;
        if let Some(envelope) = envelope {
            self.write_envelope(root, envelope)?;
        }
        Ok(())
    }

    /// A leaf of an upload; see [`ContentStore::staged_leaf`].
    ///
    /// # Errors
    /// See [`ContentStore::staged_leaf`].
    pub fn staged_leaf(&self, uploader: [u8; 32], root: ContentRoot, index: u32) -> Result<Option<Vec<u8>>> {
        let key = UploadKey { uploader, root };
        let upload = self.find(&key)?;
        let mut state = lock(&upload.state);
        let open = self.read_upload(&key, &mut state)?;
        match open.present.get(index as usize) {
            None => Err(VaultError::NoSuchLeaf { index, leaves: open.block.leaf_count() }),
            Some(false) => Ok(None),
            Some(true) => {
                let data = self.staging_of(&key).join("data");
                verified_leaf(&open.block, index, |length| read_leaf(&data, index, length)).map(Some)
            }
        }
    }

    fn was_finished_by(&self, key: &UploadKey) -> Result<bool> {
        match self.uploader(key.root) {
            Ok(uploader) => Ok(uploader == key.uploader),
            Err(VaultError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Verifies a content that is held, against a complete upload of the same, and repairs what is corrupt.
    fn heal_from(&self, block: &RootBlock, folder: &Path) -> Result<()> {
        let root = block.root();
        match self.root_block(root) {
            Ok(_) => {}
            Err(VaultError::NotFound) => return Ok(()),
            Err(VaultError::CorruptRoot) => self.repair_root(root, block.bytes())?,
            Err(error) => return Err(error),
        }
        for index in 0..block.leaf_count() {
            match self.leaf(root, index) {
                Ok(_) => {}
                Err(VaultError::NotFound) => return Ok(()),
                Err(VaultError::CorruptLeaf { .. }) => {
                    let leaf = verified_leaf(block, index, |length| read_leaf(&folder.join("data"), index, length))?;
                    self.repair_leaf(root, index, &leaf)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Gives up an upload; see [`ContentStore::abort`].
    ///
    /// # Errors
    /// See [`ContentStore::abort`].
    pub fn abort(&self, uploader: [u8; 32], root: ContentRoot) -> Result<bool> {
        let key = UploadKey { uploader, root };
        let Ok(upload) = self.find(&key) else { return Ok(false) };
        let mut state = lock(&upload.state);
        if matches!(*state, UploadState::Closed) {
            return Ok(false);
        }
        self.discard(&key, &mut state)?;
        Ok(true)
    }

    fn discard(&self, key: &UploadKey, state: &mut UploadState) -> Result<()> {
        let trash = self.trash.place();
        disk::rename_if_present(&self.staging_of(key), &trash)?;
        self.close(key, state);
        disk::sync_folder(&self.staging())?;
        Ok(disk::remove_all(&trash)?)
    }

    /// Gives up uploads that nobody continues; see [`ContentStore::prune_staging`].
    ///
    /// # Errors
    /// See [`ContentStore::prune_staging`].
    pub fn prune_staging(&self, older_than: Duration) -> Result<usize> {
        let uploads: Vec<_> = lock(&self.uploads).iter().map(|(key, upload)| (*key, upload.clone())).collect();
        let mut pruned = 0;
        for (key, upload) in uploads {
            let mut state = lock(&upload.state);
            if matches!(*state, UploadState::Closed) {
                continue;
            }
            let written = fs::metadata(self.staging_of(&key).join("data")).and_then(|data| data.modified());
            let old = match written {
                // A time of writing that lies ahead of the clock is no age.
                Ok(written) => written.elapsed().is_ok_and(|age| age >= older_than),
                Err(error) if error.kind() == io::ErrorKind::NotFound => true,
                Err(error) => return Err(error.into()),
            };
            if old {
                self.discard(&key, &mut state)?;
                pruned += 1;
            }
        }
        Ok(pruned)
    }

    /// Length of what the uploader has begun and not finished, in bytes.
    pub fn staged_bytes(&self, uploader: [u8; 32]) -> u64 {
        uploads_of(&lock(&self.uploads), uploader).fold(0, |sum, (_, upload)| sum.saturating_add(upload.size))
    }

    // Reading.

    /// The content's root block, read from disk and verified; see [`ContentStore::root_block`].
    ///
    /// # Errors
    /// See [`ContentStore::root_block`].
    pub fn root_block(&self, root: ContentRoot) -> Result<RootBlock> {
        let block = self.shelf.root(root)?.and_then(|bytes| RootBlock::parse(&bytes).ok());
        match block.filter(|block| block.root() == root) {
            Some(block) => Ok(block),
            None if self.contains(root) => Err(VaultError::CorruptRoot),
            None => Err(VaultError::NotFound),
        }
    }

    /// The root block, from memory if it was verified a short while ago.
    fn recent_root(&self, root: ContentRoot) -> Result<Arc<RootBlock>> {
        if !self.contains(root) {
            return Err(VaultError::NotFound);
        }
        if let Some(block) = lock(&self.roots).iter().find(|block| block.root() == root) {
            return Ok(block.clone());
        }
        let block = Arc::new(self.root_block(root)?);
        let mut roots = lock(&self.roots);
        roots.retain(|other| other.root() != root);
        roots.truncate(CACHED_ROOTS - 1);
        roots.push_front(block.clone());
        Ok(block)
    }

    /// One leaf, verified; see [`ContentStore::leaf`].
    ///
    /// # Errors
    /// See [`ContentStore::leaf`].
    pub fn leaf(&self, root: ContentRoot, index: u32) -> Result<Vec<u8>> {
        let block = self.recent_root(root)?;
        match verified_leaf(&block, index, |length| self.shelf.leaf(root, index, length)) {
            // Deleted in between, rather than damaged.
            Err(VaultError::CorruptLeaf { .. }) if !self.contains(root) => Err(VaultError::NotFound),
            result => result,
        }
    }

    /// Writes a corrupt leaf again; see [`ContentStore::repair_leaf`].
    ///
    /// # Errors
    /// See [`ContentStore::repair_leaf`].
    pub fn repair_leaf(&self, root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()> {
        let block = self.recent_root(root)?;
        check_leaf(&block, index, bytes)?;
        let _changing = self.change(root);
        if !self.contains(root) {
            return Err(VaultError::NotFound);
        }
        self.shelf.write_leaf(root, index, bytes)?;
        log::info!(target: LOG_TARGET, "leaf {index} of {root} was repaired");
        Ok(())
    }

    /// Writes a corrupt root block again; see [`ContentStore::repair_root`].
    ///
    /// # Errors
    /// See [`ContentStore::repair_root`].
    pub fn repair_root(&self, root: ContentRoot, bytes: &[u8]) -> Result<()> {
        let block = RootBlock::parse(bytes)?;
        if block.root() != root {
            return Err(VaultError::CorruptRoot);
        }
        let _changing = self.change(root);
        if !self.contains(root) {
            return Err(VaultError::NotFound);
        }
        self.shelf.write_root(root, bytes)?;
        lock(&self.index).insert(root, block.leaves());
        log::info!(target: LOG_TARGET, "the root block of {root} was repaired");
        Ok(())
    }

    /// A block by its digest; see [`ContentStore::block`].
    ///
    /// # Errors
    /// See [`ContentStore::block`].
    pub fn block(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>> {
        match self.root_block(ContentRoot(digest)) {
            Err(VaultError::NotFound) => {}
            found => return found.map(|block| Some(block.bytes().to_vec())),
        }
        let places = lock(&self.index).places(&digest);
        let mut corrupt = Ok(None);
        for (root, index) in places {
            match self.leaf(root, index) {
                Ok(leaf) => return Ok(Some(leaf)),
                Err(VaultError::NotFound) => {}
                Err(error) => corrupt = Err(error),
            }
        }
        corrupt
    }

    /// Whether there is such a block; see [`ContentStore::has_block`].
    pub fn has_block(&self, digest: [u8; 32]) -> bool {
        self.contains(ContentRoot(digest)) || !lock(&self.index).places(&digest).is_empty()
    }

    /// When the content was finished; see [`ContentStore::finished_at`].
    ///
    /// # Errors
    /// See [`ContentStore::finished_at`].
    pub fn finished_at(&self, root: ContentRoot) -> Result<SystemTime> {
        self.shelf.finished_at(root)?.ok_or(VaultError::NotFound)
    }

    /// Whether the content is finished and held.
    pub fn contains(&self, root: ContentRoot) -> bool {
        self.shelf.contains(root)
    }

    /// Length of a finished content in bytes.
    ///
    /// # Errors
    /// See [`ContentStore::size`].
    pub fn size(&self, root: ContentRoot) -> Result<u64> {
        self.recent_root(root).map(|block| block.size())
    }

    /// Who finished the content first.
    ///
    /// # Errors
    /// See [`ContentStore::uploader`].
    pub fn uploader(&self, root: ContentRoot) -> Result<[u8; 32]> {
        self.shelf.uploader(root)?.ok_or(VaultError::NotFound)
    }

    /// The finished contents.
    ///
    /// # Errors
    /// See [`ContentStore::list`].
    pub fn list(&self) -> Result<Contents<'_>> {
        self.shelf.roots()
    }

    /// What the vault holds.
    pub fn stats(&self) -> Stats {
        let (uploads, staged_bytes) = lock(&self.uploads)
            .values()
            .fold((0u64, 0u64), |(count, bytes), upload| (count + 1, bytes.saturating_add(upload.size)));
        let leaves = lock(&self.index).len() as u64;
        let totals = lock(&self.totals);
        Stats { contents: totals.contents, leaves, content_bytes: totals.bytes, uploads, staged_bytes }
    }

    // Envelopes.

    fn check_envelope(&self, envelope: &[u8]) -> Result<()> {
        let limit = self.options.max_envelope_bytes;
        if envelope.len() > limit {
            return Err(VaultError::EnvelopeTooLarge { bytes: envelope.len(), limit });
        }
        Ok(())
    }

    /// An envelope of the content, verified; see [`ContentStore::envelope`].
    ///
    /// # Errors
    /// See [`ContentStore::envelope`].
    pub fn envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<Vec<u8>> {
        match self.shelf.envelope(root, hash, self.options.max_envelope_bytes)? {
            Some(envelope) if sha256(&envelope) == hash => Ok(envelope),
            Some(_) => Err(VaultError::CorruptEnvelope),
            None => Err(VaultError::NotFound),
        }
    }

    /// Hashes of the content's envelopes.
    ///
    /// # Errors
    /// See [`ContentStore::envelopes`].
    pub fn envelopes(&self, root: ContentRoot) -> Result<Vec<[u8; 32]>> {
        self.shelf.envelopes(root)
    }

    /// Adds an envelope to a finished content; see [`ContentStore::add_envelope`].
    ///
    /// # Errors
    /// See [`ContentStore::add_envelope`].
    pub fn add_envelope(&self, root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]> {
        self.check_envelope(envelope)?;
        let _changing = self.change(root);
        if !self.contains(root) {
            return Err(VaultError::NotFound);
        }
        self.write_envelope(root, envelope)
    }

    /// Writes an envelope durably. The caller has the right to change the content.
    fn write_envelope(&self, root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]> {
        let hash = sha256(envelope);
        let others = self.envelopes(root)?.into_iter().filter(|other| *other != hash).count();
        if others >= self.options.max_envelopes_per_content {
            return Err(VaultError::TooManyEnvelopes { limit: self.options.max_envelopes_per_content });
        }
        self.shelf.write_envelope(root, hash, envelope)?;
        Ok(hash)
    }

    // Deleting.

    /// Deletes a content with its envelopes; see [`ContentStore::delete_content`].
    ///
    /// # Errors
    /// See [`ContentStore::delete_content`].
    pub fn delete_content(&self, root: ContentRoot) -> Result<bool> {
        let _changing = self.change(root);
        let block = self.root_block(root).ok();
        let bytes = self.shelf.bytes(root);
        let was_held = self.contains(root);
        let removed = self.shelf.remove(root);
        // It may be out of sight though removing it failed afterwards.
        if was_held && !self.contains(root) {
            let mut totals = lock(&self.totals);
            totals.contents = totals.contents.saturating_sub(1);
            totals.bytes = totals.bytes.saturating_sub(bytes);
            drop(totals);
            lock(&self.index).remove(root, block.as_ref().map(RootBlock::leaves));
        }
        lock(&self.roots).retain(|block| block.root() != root);
        removed
    }

    /// Deletes an envelope; see [`ContentStore::delete_envelope`].
    ///
    /// # Errors
    /// See [`ContentStore::delete_envelope`].
    pub fn delete_envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<bool> {
        let _changing = self.change(root);
        self.shelf.remove_envelope(root, hash)
    }
}

impl ContentStore for Vault {
    fn begin(&self, uploader: [u8; 32], root_block: &[u8], max_bytes: u64) -> Result<UploadProgress> {
        self.begin(uploader, root_block, max_bytes)
    }

    fn put_leaf(&self, uploader: [u8; 32], root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()> {
        self.put_leaf(uploader, root, index, bytes)
    }

    fn finish(&self, uploader: [u8; 32], root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]> {
        self.finish(uploader, root, envelope)
    }

    fn finish_fetched(&self, root: ContentRoot) -> Result<()> {
        self.finish_fetched(root)
    }

    fn staged_leaf(&self, uploader: [u8; 32], root: ContentRoot, index: u32) -> Result<Option<Vec<u8>>> {
        self.staged_leaf(uploader, root, index)
    }

    fn abort(&self, uploader: [u8; 32], root: ContentRoot) -> Result<bool> {
        self.abort(uploader, root)
    }

    fn root_block(&self, root: ContentRoot) -> Result<RootBlock> {
        self.root_block(root)
    }

    fn leaf(&self, root: ContentRoot, index: u32) -> Result<Vec<u8>> {
        self.leaf(root, index)
    }

    fn repair_leaf(&self, root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()> {
        self.repair_leaf(root, index, bytes)
    }

    fn repair_root(&self, root: ContentRoot, bytes: &[u8]) -> Result<()> {
        self.repair_root(root, bytes)
    }

    fn block(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>> {
        self.block(digest)
    }

    fn has_block(&self, digest: [u8; 32]) -> bool {
        self.has_block(digest)
    }

    fn envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<Vec<u8>> {
        self.envelope(root, hash)
    }

    fn envelopes(&self, root: ContentRoot) -> Result<Vec<[u8; 32]>> {
        self.envelopes(root)
    }

    fn add_envelope(&self, root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]> {
        self.add_envelope(root, envelope)
    }

    fn contains(&self, root: ContentRoot) -> bool {
        self.contains(root)
    }

    fn size(&self, root: ContentRoot) -> Result<u64> {
        self.size(root)
    }

    fn uploader(&self, root: ContentRoot) -> Result<[u8; 32]> {
        self.uploader(root)
    }

    fn finished_at(&self, root: ContentRoot) -> Result<SystemTime> {
        self.finished_at(root)
    }

    fn list(&self) -> Result<Contents<'_>> {
        self.list()
    }

    fn staged_bytes(&self, uploader: [u8; 32]) -> u64 {
        self.staged_bytes(uploader)
    }

    fn delete_content(&self, root: ContentRoot) -> Result<bool> {
        self.delete_content(root)
    }

    fn delete_envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<bool> {
        self.delete_envelope(root, hash)
    }

    fn prune_staging(&self, older_than: Duration) -> Result<usize> {
        self.prune_staging(older_than)
    }

    fn stats(&self) -> Stats {
        self.stats()
    }
}

/// A lock whose holder panicked guards nothing half done: what it guards is changed in one step, after the disk.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn uploads_of(
    uploads: &BTreeMap<UploadKey, Upload>,
    uploader: [u8; 32],
) -> impl Iterator<Item = (&UploadKey, &Upload)> {
    let first = UploadKey { uploader, root: ContentRoot([0; 32]) };
    let last = UploadKey { uploader, root: ContentRoot([0xff; 32]) };
    uploads.range(first..=last)
}

/// Refuses bytes that are not leaf `index`.
fn check_leaf(block: &RootBlock, index: u32, bytes: &[u8]) -> Result<()> {
    let expected = block.leaf_len(index).ok_or(VaultError::NoSuchLeaf { index, leaves: block.leaf_count() })?;
    if bytes.len() != expected {
        return Err(VaultError::LeafLength { index, expected, found: bytes.len() });
    }
    if !block.is_leaf(index, bytes) {
        return Err(VaultError::WrongLeaf { index });
    }
    Ok(())
}

/// Reads and verifies the file `root` of a folder; nothing if it is missing or is no root block.
fn read_root(folder: &Path) -> io::Result<Option<RootBlock>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let bytes = disk::read_small(&folder.join("root"), MAX_ROOT_BYTES)?;
    Ok(bytes.and_then(|bytes| RootBlock::parse(&bytes).ok()))
}

/// A leaf that `read` gives when asked for so many bytes, verified.
fn verified_leaf(block: &RootBlock, index: u32, read: impl FnOnce(usize) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let length = block.leaf_len(index).ok_or(VaultError::NoSuchLeaf { index, leaves: block.leaf_count() })?;
    let bytes = read(length)?;
    if !block.is_leaf(index, &bytes) {
        return Err(VaultError::CorruptLeaf { index });
    }
    Ok(bytes)
}

/// Writes the layout where there is none, and refuses another one.
fn check_layout(folder: &Path) -> Result<()> {
    let path = folder.join("layout");
    match disk::read_small(&path, LAYOUT.len() + 64)? {
        Some(found) if found == LAYOUT.as_bytes() => Ok(()),
        // The first opening was cut short.
        Some(found) if LAYOUT.as_bytes().starts_with(&found) => Ok(disk::write_whole(&path, LAYOUT.as_bytes())?),
        None if !path.exists() => Ok(disk::write_whole(&path, LAYOUT.as_bytes())?),
        found => {
            let found = String::from_utf8_lossy(&found.unwrap_or_default()).trim().to_owned();
            Err(VaultError::UnknownLayout { found })
        }
    }
}

/// Which leaves of a staged data file are right.
fn scan(data: &Path, block: &RootBlock) -> Result<Vec<bool>> {
    let mut present = vec![false; block.leaves().len()];
    let mut file = match File::open(data) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(present),
        Err(error) => return Err(error.into()),
    };
    for (index, present) in (0u32..).zip(&mut present) {
        let bytes = disk::read_up_to(&mut file, block.leaf_len(index).unwrap_or(0))?;
        if bytes.is_empty() {
            break;
        }
        *present = block.is_leaf(index, &bytes);
    }
    Ok(present)
}
