//! Where finished contents and their envelopes lie. The vault decides what is right and counts; a shelf keeps bytes.

use crate::{
    dag::{ContentRoot, RootBlock},
    error::Result,
};
use std::{path::Path, time::SystemTime};

/// A content that is complete in its staging folder.
pub(crate) struct Staged<'a> {
    /// Its root block.
    pub block: &'a RootBlock,
    /// Who uploaded it.
    pub uploader: [u8; 32],
    /// The folder with the files `root`, `data` and `uploader`, all durable.
    pub folder: &'a Path,
    /// Reads a leaf, verified.
    pub leaf: &'a (dyn Fn(u32) -> Result<Vec<u8>> + Sync),
}

/// The roots on a shelf.
pub(crate) type Roots<'a> = Box<dyn Iterator<Item = Result<ContentRoot>> + Send + 'a>;

/// A place for finished contents. The vault lets only one call at a time change a content; others read meanwhile.
///
/// What was written is durable when a method returns, and a crash leaves a content whole or absent. Nothing is verified
/// here. Every method may fail with `Storage`, `NoSpace`, `ReadOnly` or `RemoteFailed`.
pub(crate) trait Shelf: Send + Sync {
    /// Removes what a crash has left half done.
    fn tidy(&self) -> Result<()>;

    /// All contents.
    fn roots(&self) -> Result<Roots<'_>>;

    /// Whether a content is here.
    fn contains(&self, root: ContentRoot) -> bool;

    /// Takes a content that is not here. The staging folder may be gone or be as it was.
    fn take(&self, staged: &Staged<'_>) -> Result<()>;

    /// Takes a content away, its envelopes too; says whether it was here.
    fn remove(&self, root: ContentRoot) -> Result<bool>;

    /// A content's root block; nothing if it is missing.
    fn root(&self, root: ContentRoot) -> Result<Option<Vec<u8>>>;

    /// Writes a content's root block again.
    fn write_root(&self, root: ContentRoot, bytes: &[u8]) -> Result<()>;

    /// A leaf, up to so many bytes; fewer or none if they are missing.
    fn leaf(&self, root: ContentRoot, index: u32, length: usize) -> Result<Vec<u8>>;

    /// Writes a leaf again.
    fn write_leaf(&self, root: ContentRoot, index: u32, bytes: &[u8]) -> Result<()>;

    /// Who finished a content first; nothing if it is not here.
    fn uploader(&self, root: ContentRoot) -> Result<Option<[u8; 32]>>;

    /// When a content was finished; nothing if it is not here.
    fn finished_at(&self, root: ContentRoot) -> Result<Option<SystemTime>>;

    /// Lets a content count as finished now.
    fn touch(&self, root: ContentRoot) -> Result<()>;

    /// How many bytes of leaves are here of a content. For counting only.
    fn bytes(&self, root: ContentRoot) -> u64;

    /// Hashes of a content's envelopes.
    fn envelopes(&self, root: ContentRoot) -> Result<Vec<[u8; 32]>>;

    /// An envelope of at most `limit` bytes; empty if it is longer, nothing if it is missing.
    fn envelope(&self, root: ContentRoot, hash: [u8; 32], limit: usize) -> Result<Option<Vec<u8>>>;

    /// Writes an envelope.
    fn write_envelope(&self, root: ContentRoot, hash: [u8; 32], bytes: &[u8]) -> Result<()>;

    /// Takes an envelope away; says whether it was here.
    fn remove_envelope(&self, root: ContentRoot, hash: [u8; 32]) -> Result<bool>;
}
