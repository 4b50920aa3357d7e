//! The shape of a content: a UnixFS file of raw leaves under one dag-pb root, and the names that follow from it.
//!
//! Sources: the [dag-pb](https://ipld.io/specs/codecs/dag-pb/spec/) and [UnixFS](https://specs.ipfs.tech/unixfs/)
//! specifications. The same bytes come out of any importer set to raw leaves of 1 MiB, CIDv1, one level, and no
//! reduction of a single leaf to itself.

use cid::{multihash::Multihash, Cid};
use prost::Message;
use sha2::{Digest, Sha256};
use std::{fmt, io, io::Read, str::FromStr};

/// Length of every leaf but the last, in bytes: 1 MiB.
pub const LEAF_BYTES: usize = 1024 * 1024;

/// The most leaves that one root may link.
pub const MAX_LEAVES: usize = 16_384;

/// Length of the largest content, in bytes: 16 GiB.
pub const MAX_CONTENT_BYTES: u64 = MAX_LEAVES as u64 * LEAF_BYTES as u64;

/// Length of the longest root block that is looked at, in bytes: 1 MiB, which IPFS peers exchange without splitting.
pub const MAX_ROOT_BYTES: usize = 1024 * 1024;

/// Multicodec of a dag-pb block.
const DAG_PB: u64 = 0x70;
/// Multicodec of a raw block.
const RAW: u64 = 0x55;
/// Multihash code of SHA-256.
const SHA2_256: u64 = 0x12;
/// What precedes the digest in the binary CID of a leaf: version 1, raw, SHA-256, 32 bytes.
const LEAF_CID_PREFIX: [u8; 4] = [0x01, RAW as u8, SHA2_256 as u8, 32];
/// Protobuf key of `PBNode.Links` (field 2, length-delimited).
const LINKS_KEY: u8 = 0x12;
/// Protobuf key of `PBNode.Data` (field 1, length-delimited).
const DATA_KEY: u8 = 0x0a;
/// `Data.Type` of a UnixFS file.
const UNIXFS_FILE: u32 = 2;

/// A link of a dag-pb node. The node itself is written by hand, since its links come before its data though their
/// field number is higher.
#[derive(Clone, PartialEq, Message)]
struct PbLink {
    #[prost(bytes = "vec", optional, tag = "1")]
    hash: Option<Vec<u8>>,
    #[prost(string, optional, tag = "2")]
    name: Option<String>,
    #[prost(uint64, optional, tag = "3")]
    tsize: Option<u64>,
}

/// The data of a UnixFS file without inline bytes.
#[derive(Clone, PartialEq, Message)]
struct UnixFsFile {
    #[prost(uint32, required, tag = "1")]
    kind: u32,
    #[prost(uint64, optional, tag = "3")]
    filesize: Option<u64>,
    #[prost(uint64, repeated, packed = "false", tag = "4")]
    blocksizes: Vec<u64>,
}

/// The name of a content: the SHA-256 digest of its root block. Displays as the CID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentRoot(pub [u8; 32]);

impl ContentRoot {
    /// The root CID: version 1, dag-pb, SHA-256.
    pub fn to_cid(&self) -> Cid {
        Cid::new_v1(DAG_PB, sha256_multihash(&self.0))
    }

    /// Reads a root CID in any multibase.
    ///
    /// # Errors
    /// [`CidError`] if the text is no CID, or the CID of something that cannot be a content.
    pub fn parse_cid(text: &str) -> Result<Self, CidError> {
        Cid::try_from(text).map_err(|_| CidError::Malformed).and_then(|cid| Self::try_from(&cid))
    }
}

impl TryFrom<&Cid> for ContentRoot {
    type Error = CidError;

    fn try_from(cid: &Cid) -> Result<Self, CidError> {
        if cid.version() != cid::Version::V1 {
            return Err(CidError::Version);
        }
        if cid.codec() != DAG_PB {
            return Err(CidError::Codec { codec: cid.codec() });
        }
        if cid.hash().code() != SHA2_256 {
            return Err(CidError::Hash { code: cid.hash().code() });
        }
        cid.hash().digest().try_into().map(Self).map_err(|_| CidError::Malformed)
    }
}

impl FromStr for ContentRoot {
    type Err = CidError;

    fn from_str(text: &str) -> Result<Self, CidError> {
        Self::parse_cid(text)
    }
}

impl fmt::Display for ContentRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_cid().fmt(f)
    }
}

impl fmt::Debug for ContentRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentRoot({self})")
    }
}

/// Why a text does not name a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidError {
    /// The text is no CID.
    #[error("this is not a CID; give the root CID of a content, which begins with \"bafybei\"")]
    Malformed,
    /// A CID of version 0.
    #[error("this CID has version 0; give the CID of version 1, which begins with \"bafybei\"")]
    Version,
    /// A CID of another kind of block.
    #[error("this CID names a block of codec {codec:#x}; give the root CID, whose codec is dag-pb (0x70)")]
    Codec {
        /// The multicodec found.
        codec: u64,
    },
    /// A CID by another hash function.
    #[error("this CID uses hash function {code:#x}; contents are named by SHA-256 (0x12)")]
    Hash {
        /// The multihash code found.
        code: u64,
    },
}

/// Why bytes are not the root block of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DagError {
    /// More than [`MAX_ROOT_BYTES`].
    #[error("the root block has {bytes} bytes; at most {MAX_ROOT_BYTES} are allowed, link fewer leaves")]
    BlockTooLarge {
        /// Length of the block in bytes.
        bytes: usize,
    },
    /// More than [`MAX_LEAVES`].
    #[error("the content has more than {MAX_LEAVES} leaves of 1 MiB; split it into several contents")]
    TooManyLeaves,
    /// The bytes do not decode as a dag-pb node.
    #[error("the root block does not decode as dag-pb; build it from the content again")]
    Malformed,
    /// A link to something else than a raw leaf named by SHA-256.
    #[error(
        "link {index} of the root block does not name a raw leaf by CIDv1 and SHA-256; use raw leaves on one level"
    )]
    NotALeaf {
        /// Position of the link.
        index: u32,
    },
    /// A leaf other than the last is not 1 MiB, or the last is empty or longer.
    #[error("link {index} of the root block gives its leaf {bytes} bytes; leaves are 1 MiB, only the last is shorter")]
    LeafLength {
        /// Position of the link.
        index: u32,
        /// Length in bytes that the link states.
        bytes: u64,
    },
    /// Not the one encoding that the leaves have: names, sizes, order, or surplus fields differ.
    #[error("the root block is not the canonical UnixFS file of its leaves; build it from the content again")]
    NotCanonical,
}

/// The verified root block of a content: its leaves and their lengths.
#[derive(Clone, PartialEq, Eq)]
pub struct RootBlock {
    bytes: Vec<u8>,
    root: ContentRoot,
    leaves: Vec<[u8; 32]>,
    size: u64,
}

impl RootBlock {
    /// Verifies a root block. Exactly one block is valid for given leaves, so that a content has exactly one name.
    ///
    /// # Errors
    /// [`DagError`] says what is wrong.
    pub fn parse(block: &[u8]) -> Result<Self, DagError> {
        if block.len() > MAX_ROOT_BYTES {
            return Err(DagError::BlockTooLarge { bytes: block.len() });
        }
        // One link at a time, and the count checked on the way, so that a hostile block cannot make us hold much more
        // than its own length. Whatever this reading tolerates, the comparison at the end refuses.
        let mut rest = block;
        let mut leaves: Vec<[u8; 32]> = Vec::new();
        let mut size = 0u64;
        let mut last_is_short = false;
        while let Some((&LINKS_KEY, after_key)) = rest.split_first() {
            rest = after_key;
            let length = prost::decode_length_delimiter(&mut rest).map_err(|_| DagError::Malformed)?;
            let (link, after_link) = rest.split_at_checked(length).ok_or(DagError::Malformed)?;
            rest = after_link;
            let link = PbLink::decode(link).map_err(|_| DagError::Malformed)?;

            let index = leaves.len() as u32;
            if leaves.len() == MAX_LEAVES {
                return Err(DagError::TooManyLeaves);
            }
            let digest = link.hash.as_deref().and_then(|hash| hash.strip_prefix(&LEAF_CID_PREFIX));
            let digest = digest.and_then(|digest| digest.try_into().ok()).ok_or(DagError::NotALeaf { index })?;
            let bytes = link.tsize.unwrap_or(0);
            if last_is_short || bytes == 0 || bytes > LEAF_BYTES as u64 {
                return Err(DagError::LeafLength { index, bytes });
            }
            last_is_short = bytes < LEAF_BYTES as u64;
            size += bytes;
            leaves.push(digest);
        }
        let parsed = Self::from_leaves(leaves, size);
        if parsed.bytes != block {
            return Err(DagError::NotCanonical);
        }
        Ok(parsed)
    }

    /// Encodes the root of leaves whose count follows from `size`.
    fn from_leaves(leaves: Vec<[u8; 32]>, size: u64) -> Self {
        debug_assert_eq!(leaves.len() as u64, size.div_ceil(LEAF_BYTES as u64));
        let mut block = Self { bytes: Vec::new(), root: ContentRoot([0; 32]), leaves, size };
        let mut bytes = Vec::with_capacity(block.leaves.len() * 51 + 16);
        let mut blocksizes = Vec::with_capacity(block.leaves.len());
        for (index, digest) in block.leaves.iter().enumerate() {
            let length = block.length_at(index);
            blocksizes.push(length);
            let hash = [LEAF_CID_PREFIX.as_slice(), digest].concat();
            let link = PbLink { hash: Some(hash), name: Some(String::new()), tsize: Some(length) };
            bytes.push(LINKS_KEY);
            bytes.extend_from_slice(&link.encode_length_delimited_to_vec());
        }
        let data = UnixFsFile { kind: UNIXFS_FILE, filesize: Some(size), blocksizes };
        bytes.push(DATA_KEY);
        bytes.extend_from_slice(&data.encode_length_delimited_to_vec());
        block.root = ContentRoot(sha256(&bytes));
        block.bytes = bytes;
        block
    }

    fn length_at(&self, index: usize) -> u64 {
        self.size.saturating_sub(index as u64 * LEAF_BYTES as u64).min(LEAF_BYTES as u64)
    }

    /// The block's own bytes, as IPFS peers exchange them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The name of the content.
    pub fn root(&self) -> ContentRoot {
        self.root
    }

    /// SHA-256 digests of the leaves, in order.
    pub fn leaves(&self) -> &[[u8; 32]] {
        &self.leaves
    }

    /// Number of leaves; none if the content is empty.
    pub fn leaf_count(&self) -> u32 {
        self.leaves.len() as u32
    }

    /// Length of the content in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Length of leaf `index` in bytes, if there is such a leaf.
    pub fn leaf_len(&self, index: u32) -> Option<usize> {
        (index < self.leaf_count()).then(|| self.length_at(index as usize) as usize)
    }

    /// Whether `bytes` are leaf `index`.
    pub fn is_leaf(&self, index: u32, bytes: &[u8]) -> bool {
        self.leaf_len(index) == Some(bytes.len()) && self.leaves.get(index as usize) == Some(&sha256(bytes))
    }
}

impl fmt::Debug for RootBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootBlock").field("root", &self.root).field("size", &self.size).finish_non_exhaustive()
    }
}

/// Computes the root block of a content as it streams by. Holds 32 bytes for each leaf, not the leaves.
#[derive(Clone, Default)]
pub struct DagBuilder {
    leaves: Vec<[u8; 32]>,
    leaf: Sha256,
    leaf_bytes: usize,
    size: u64,
}

impl DagBuilder {
    /// A builder that has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the content, in pieces of any length.
    ///
    /// # Errors
    /// [`DagError::TooManyLeaves`] once the content exceeds [`MAX_CONTENT_BYTES`].
    pub fn update(&mut self, mut bytes: &[u8]) -> Result<(), DagError> {
        if self.size.saturating_add(bytes.len() as u64) > MAX_CONTENT_BYTES {
            return Err(DagError::TooManyLeaves);
        }
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(LEAF_BYTES - self.leaf_bytes));
            self.leaf.update(now);
            self.leaf_bytes += now.len();
            if self.leaf_bytes == LEAF_BYTES {
                self.end_leaf();
            }
            bytes = later;
        }
        Ok(())
    }

    fn end_leaf(&mut self) {
        self.leaves.push(self.leaf.finalize_reset().into());
        self.leaf_bytes = 0;
    }

    /// The root block of what was taken.
    pub fn finish(mut self) -> RootBlock {
        if self.leaf_bytes > 0 {
            self.end_leaf();
        }
        RootBlock::from_leaves(self.leaves, self.size)
    }

    /// The root block of all that `reader` gives, in constant memory.
    ///
    /// # Errors
    /// What the reader reports, or [`io::ErrorKind::FileTooLarge`] beyond [`MAX_CONTENT_BYTES`].
    pub fn build<R: Read>(mut reader: R) -> io::Result<RootBlock> {
        let mut builder = Self::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(builder.finish()),
                Ok(length) => builder
                    .update(&buffer[..length])
                    .map_err(|error| io::Error::new(io::ErrorKind::FileTooLarge, error))?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The CID by which IPFS peers ask for a leaf: version 1, raw, SHA-256.
pub fn leaf_cid(digest: &[u8; 32]) -> Cid {
    Cid::new_v1(RAW, sha256_multihash(digest))
}

fn sha256_multihash(digest: &[u8; 32]) -> Multihash<64> {
    Multihash::wrap(SHA2_256, digest).expect("a digest of 32 bytes fits a multihash of 64; qed")
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
