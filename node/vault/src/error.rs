//! What the vault refuses, and why.

use crate::dag::{DagError, LEAF_BYTES, MAX_LEAVES};
use std::{io, ops::Range};

/// The result of a call to the vault.
pub type Result<T> = std::result::Result<T, VaultError>;

/// Why the vault refused or failed. Texts say the cause and the remedy, and name nobody.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another process holds the vault's lock.
    #[error("another process uses this vault; stop it, or give this node a vault folder of its own")]
    InUse,
    /// The object store belongs to another vault.
    #[error(
        "another vault keeps its contents in this object store; give this node a prefix of its own, or remove the object \
         {marker:?} if that vault is gone"
    )]
    RemoteInUse {
        /// The object that says whose it is.
        marker: String,
    },
    /// The folder was written by a version that this one does not know.
    #[error("the vault folder has layout {found:?}, which this version does not know; use the version that wrote it")]
    UnknownLayout {
        /// What the folder says of itself.
        found: String,
    },
    /// The root block is not one of a content.
    #[error(transparent)]
    Root(#[from] DagError),
    /// The uploader's unfinished contents would exceed what it may store.
    #[error(
        "the content has {size} bytes and {available} are left of the uploader's allowance; \
         finish or abort another upload, or anchor what is stored"
    )]
    OverAllowance {
        /// Length of the refused content in bytes.
        size: u64,
        /// What is left of the allowance, in bytes.
        available: u64,
    },
    /// The uploader has too many unfinished uploads.
    #[error("the uploader has {limit} unfinished uploads, which is the most; finish or abort one")]
    TooManyUploads {
        /// The most uploads that one uploader may have.
        limit: usize,
    },
    /// No such upload is under way.
    #[error("no upload of this content by this uploader is under way; begin it with its root block")]
    UnknownUpload,
    /// The content has no leaf of that number.
    #[error("the content has {leaves} leaves, numbered from 0; there is no leaf {index}")]
    NoSuchLeaf {
        /// The number asked for.
        index: u32,
        /// How many leaves the content has.
        leaves: u32,
    },
    /// The leaf has not the length that the root states.
    #[error("leaf {index} has {found} bytes instead of {expected}; cut the content every {LEAF_BYTES} bytes")]
    LeafLength {
        /// Number of the leaf.
        index: u32,
        /// Length that the root states, in bytes.
        expected: usize,
        /// Length of what was sent, in bytes.
        found: usize,
    },
    /// The leaf is not the one that the root names.
    #[error("the bytes sent are not leaf {index} of the content; the file may have changed, begin the upload anew")]
    WrongLeaf {
        /// Number of the leaf.
        index: u32,
    },
    /// The upload cannot be finished yet.
    #[error("{} of the content's leaves are missing; send them, then finish", count(.missing))]
    Incomplete {
        /// Numbers of the missing leaves.
        missing: Vec<Range<u32>>,
    },
    /// The envelope is longer than allowed.
    #[error("the envelope has {bytes} bytes; at most {limit} are allowed")]
    EnvelopeTooLarge {
        /// Length of the envelope in bytes.
        bytes: usize,
        /// The greatest length allowed, in bytes.
        limit: usize,
    },
    /// The content has too many envelopes.
    #[error("the content has {limit} envelopes, which is the most; delete those that no record names")]
    TooManyEnvelopes {
        /// The most envelopes that a content may have.
        limit: usize,
    },
    /// The vault does not hold it.
    #[error("the vault does not hold this content or envelope; fetch it from a node that does")]
    NotFound,
    /// The leaf on disk is not what the root names.
    #[error("leaf {index} is missing on disk or differs from its hash; fetch it from another node and repair it")]
    CorruptLeaf {
        /// Number of the leaf.
        index: u32,
    },
    /// The root block on disk is not what its name says.
    #[error(
        "the root block is missing on disk or differs from its hash; delete the content and fetch it from another node"
    )]
    CorruptRoot,
    /// The envelope on disk is not what its name says.
    #[error("the envelope differs from its hash; fetch it from another node and add it again")]
    CorruptEnvelope,
    /// The disk, or this account's share of it, is full.
    #[error("the vault's disk is full; nothing was acknowledged, free some space and repeat")]
    NoSpace,
    /// The disk can be read and not written.
    #[error("the vault's disk is read-only; nothing was stored, mount it to be written and repeat")]
    ReadOnly,
    /// The object store behind the vault did not answer, or refused.
    #[error(
        "the vault's object store failed ({cause}); nothing was acknowledged, repeat in a moment or check the store"
    )]
    RemoteFailed {
        /// What it or the network said.
        cause: String,
    },
    /// The disk failed otherwise.
    #[error("the vault's disk failed ({0}); nothing was acknowledged, check the vault folder and repeat")]
    Storage(#[source] io::Error),
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Storage(error),
        }
    }
}

fn count(ranges: &[Range<u32>]) -> usize {
    ranges.iter().map(ExactSizeIterator::len).sum::<usize>().min(MAX_LEAVES)
}
