//! The content store that every node carries.
//!
//! A **content** is a record's ciphertext. It is cut into raw leaves of at most [`LEAF_BYTES`] under a UnixFS root
//! and named by the CID of that root (CIDv1, dag-pb, SHA-256), so that any IPFS implementation can name, fetch and
//! verify it. [`dag`] holds that format; clients use it too. [`Vault`] keeps contents on disk: an upload is
//! acknowledged only once it is durable, every leaf is verified whenever it is written or read, and memory stays
//! constant in the size of the content. Finished contents lie on the same disk, or in a [`Bucket`] of an S3-compatible
//! object store. [`ContentStore`] is the interface behind which another engine can stand.
//!
//! The vault neither decrypts nor decides who may read: the node asks the chain before it calls the vault.

#![deny(missing_docs)]

pub mod car;
pub mod dag;

mod bucket;
mod disk;
mod error;
mod folder;
mod index;
mod name;
mod shelf;
mod store;
mod trash;
mod vault;

pub use bucket::{Bucket, BucketError};
pub use dag::{CidError, ContentRoot, DagBuilder, DagError, RootBlock, LEAF_BYTES, MAX_CONTENT_BYTES, MAX_LEAVES};
pub use error::{Result, VaultError};
pub use store::{ContentStore, Contents, Stats, UploadProgress, FETCHED};
pub use vault::{Options, Vault};

/// Compiles the example that `README.md` gives.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
