//! The interface behind which the node keeps contents.

use crate::{
    dag::{ContentRoot, RootBlock},
    error::Result,
};
use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

/// The contents of a store, one after the other, in no particular order.
pub type Contents<'a> = Box<dyn Iterator<Item = Result<ContentRoot>> + Send + 'a>;

/// The uploader of what was fetched from peers: an account that nobody has.
pub const FETCHED: [u8; 32] = [0; 32];

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadProgress {
    /// Name of the content.
    pub root: ContentRoot,
    /// How many leaves the content has.
    pub leaves: u32,
    /// Numbers of the leaves still to be sent, ascending.
    pub missing: Vec<Range<u32>>,
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Number of finished contents.
    pub contents: u64,
    /// Number of their leaves.
    pub leaves: u64,
    /// Length of all finished contents together, in bytes.
    pub content_bytes: u64,
    /// Number of unfinished uploads.
    pub uploads: u64,
    /// Length of all contents being uploaded together, in bytes, whether their leaves have arrived or not.
    pub staged_bytes: u64,
}

/// A store of contents and their envelopes. Every method may be called from many threads at once and blocks on the
/// disk: asynchronous callers put it on a thread of its own.
///
/// The store does not ask who calls: the caller has checked the ticket and what the chain says.
pub trait ContentStore: Send + Sync {
    /// Begins or resumes the upload of a content and says which leaves are missing. `max_bytes` is what the uploader
    /// may have staged in all, this content included.
    ///
    /// # Errors
    /// `Root`, `OverAllowance`, `TooManyUploads`, all before anything is written; `NoSpace`, `Storage`.
    fn begin(&self, uploader: [u8; 32], root_block: &[u8], max_bytes: u64) -> Result<UploadProgress>;

    /// Takes one leaf. Leaves come in any order; a repeated one changes nothing.
    ///
    /// # Errors
    /// `UnknownUpload`, `NoSuchLeaf`, `LeafLength`, `WrongLeaf`, all before anything is written; `NoSpace`, `Storage`.
    fn put_leaf(&self, uploader: [u8; 32], root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()>;

    /// Ends an upload: once this returns, content and envelope survive a crash of the machine. Gives the
    /// SHA-256 hash that names the envelope. Repeating it after a lost answer succeeds.
    ///
    /// # Errors
    /// `UnknownUpload`, `Incomplete`, `EnvelopeTooLarge`, `TooManyEnvelopes`, `NoSpace`, `Storage`.
    fn finish(&self, uploader: [u8; 32], root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]>;

    /// Ends the upload of a content that was fetched by [`FETCHED`], durably and without an envelope: those are fetched
    /// by other means and added.
    ///
    /// # Errors
    /// `UnknownUpload`, `Incomplete`, `NoSpace`, `Storage`.
    fn finish_fetched(&self, root: ContentRoot) -> Result<()>;

    /// A leaf of a content that is being uploaded, verified, if it has arrived.
    ///
    /// # Errors
    /// `UnknownUpload`, `NoSuchLeaf`, `CorruptLeaf`, `Storage`.
    fn staged_leaf(&self, uploader: [u8; 32], root: ContentRoot, index: u32) -> Result<Option<Vec<u8>>>;

    /// Gives up an upload and deletes what it staged; says whether there was one.
    ///
    /// # Errors
    /// `Storage`.
    fn abort(&self, uploader: [u8; 32], root: ContentRoot) -> Result<bool>;

    /// The content's root block, verified.
    ///
    /// # Errors
    /// `NotFound`, `CorruptRoot`, `Storage`.
    fn root_block(&self, root: ContentRoot) -> Result<RootBlock>;

    /// One leaf, verified.
    ///
    /// # Errors
    /// `NotFound`, `NoSuchLeaf`, `CorruptRoot`, `CorruptLeaf`, `Storage`.
    fn leaf(&self, root: ContentRoot, index: u32) -> Result<Vec<u8>>;

    /// Writes a leaf of a finished content again, after it was found corrupt.
    ///
    /// # Errors
    /// `NotFound`, `CorruptRoot`, `NoSuchLeaf`, `LeafLength`, `WrongLeaf`, `NoSpace`, `Storage`.
    fn repair_leaf(&self, root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()>;

    /// Writes the root block of a finished content again, after it was found corrupt.
    ///
    /// # Errors
    /// `Root`, `CorruptRoot` if the block is another content's, `NotFound`, `NoSpace`, `Storage`.
    fn repair_root(&self, root: ContentRoot, bytes: &[u8]) -> Result<()>;

    /// The root block or leaf with this SHA-256 digest, of any finished content, verified. Envelopes are never found.
    ///
    /// # Errors
    /// `CorruptRoot`, `CorruptLeaf` if all that is held of it is corrupt, `Storage`.
    fn block(&self, digest: [u8; 32]) -> Result<Option<Vec<u8>>>;

    /// Whether [`block`](Self::block) would find something, without reading it.
    fn has_block(&self, digest: [u8; 32]) -> bool;

    /// An envelope of the content by its SHA-256 hash, verified.
    ///
    /// # Errors
    /// `NotFound`, `CorruptEnvelope`, `Storage`.
    fn envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<Vec<u8>>;

    /// Hashes of the content's envelopes.
    ///
    /// # Errors
    /// `Storage`.
    fn envelopes(&self, root: ContentRoot) -> Result<Vec<[u8; 32]>>;

    /// Adds an envelope to a finished content, durably, and gives its SHA-256 hash.
    ///
    /// # Errors
    /// `NotFound`, `EnvelopeTooLarge`, `TooManyEnvelopes`, `NoSpace`, `Storage`.
    fn add_envelope(&self, root: ContentRoot, envelope: &[u8]) -> Result<[u8; 32]>;

    /// Whether the content is finished and held.
    fn contains(&self, root: ContentRoot) -> bool;

    /// Length of a finished content in bytes.
    ///
    /// # Errors
    /// `NotFound`, `CorruptRoot`, `Storage`.
    fn size(&self, root: ContentRoot) -> Result<u64>;

    /// Who finished the content first.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    fn uploader(&self, root: ContentRoot) -> Result<[u8; 32]>;

    /// When the content was finished, or finished again, by the file system's clock.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    fn finished_at(&self, root: ContentRoot) -> Result<SystemTime>;

    /// The finished contents.
    ///
    /// # Errors
    /// `Storage`.
    fn list(&self) -> Result<Contents<'_>>;

    /// Length of all contents that the uploader has begun and not finished, in bytes.
    fn staged_bytes(&self, uploader: [u8; 32]) -> u64;

    /// Deletes a content with all its envelopes; says whether it was there. Other uploads of it go on.
    ///
    /// # Errors
    /// `Storage`: the content may be gone for readers while its bytes are still on disk; they go when the store is
    /// opened next.
    fn delete_content(&self, root: ContentRoot) -> Result<bool>;

    /// Deletes an envelope; says whether it was there.
    ///
    /// # Errors
    /// `Storage`.
    fn delete_envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<bool>;

    /// Gives up uploads to which nothing was written for `older_than`, and returns how many.
    ///
    /// # Errors
    /// `Storage`.
    fn prune_staging(&self, older_than: Duration) -> Result<usize>;

    /// Reads a content and its envelopes and compares them with their hashes.
    ///
    /// # Errors
    /// The first of `CorruptRoot`, `CorruptLeaf`, `CorruptEnvelope`; `NotFound`, `Storage`.
    fn verify(&self, root: ContentRoot) -> Result<()> {
        let block = self.root_block(root)?;
        for index in 0..block.leaf_count() {
            self.leaf(root, index)?;
        }
        for hash in self.envelopes(root)? {
            self.envelope(root, hash)?;
        }
        Ok(())
    }

    /// What the store holds.
    fn stats(&self) -> Stats;
}
