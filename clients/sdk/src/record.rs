//! Records: encrypted and stored by their authors, opened by their patients and readers.

mod committee;
mod emergency;
mod halves;
mod open;
mod resealing;
mod upload;

pub use emergency::{lodge, unlodged};
pub use halves::{actor, half_of, own_half, reader_half, reseal, Actor};
pub use open::{open, ContentKey, OpenOptions, OpenedRecord, Output};
pub use resealing::{reseal_own, ResealedOwn};
pub use upload::{
    check_size, upload, upload_batch, NewRecord, Purposed, Source, UploadOptions, Uploaded, UploadedBatch,
};

/// The CIDv1 of a content, in its standard text form.
pub fn cid(content: medchain_primitives::ContentRoot) -> String {
    medchain_vault::ContentRoot(content.0).to_string()
}

/// The content that a CIDv1 names.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_cid(text: &str) -> Result<medchain_primitives::ContentRoot, medchain_vault::CidError> {
    medchain_vault::ContentRoot::parse_cid(text).map(|content| medchain_primitives::ContentRoot(content.0))
}

/// How far a long step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The document is being encrypted; bytes read so far, of so many.
    Encrypting(u64, u64),
    /// An interrupted upload goes on.
    Resuming,
    /// The content is being stored; bytes that the node has, of so many.
    Storing(u64, u64),
    /// The content is being fetched; bytes so far, of so many.
    Fetching(u64, u64),
    /// Records are being resealed; so many so far.
    Resealing(u64),
    /// A transaction is under way.
    Transaction(crate::client::Stage),
}
