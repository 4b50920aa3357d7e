//! Contents as files: CARv1, as every IPFS implementation reads and writes it.
//!
//! Source: the [CARv1 specification](https://ipld.io/specs/transport/car/carv1/). A file holds one content: its root
//! block first, then its leaves in order. Envelopes are no part of it.

use crate::{
    dag::{leaf_cid, ContentRoot, RootBlock, MAX_ROOT_BYTES},
    error::VaultError,
    store::{ContentStore, FETCHED},
};
use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

/// Length of a binary CIDv1 with a SHA-256 digest.
const CID_BYTES: usize = 36;
/// What precedes the digest in the binary CID of a root: version 1, dag-pb, SHA-256, 32 bytes.
const ROOT_CID_PREFIX: [u8; 4] = [0x01, 0x70, 0x12, 32];
/// What precedes the root's CID in the header: DAG-CBOR of a map of two, "roots", a list of one, tag 42, 37 bytes, 0.
const HEADER_START: &[u8] = b"\xa2\x65roots\x81\xd8\x2a\x58\x25\x00";
/// What follows it: "version", 1.
const HEADER_END: &[u8] = b"\x67version\x01";

/// Why a CAR file cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CarError {
    /// The file failed.
    #[error("the CAR file cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The vault refused or failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Not a CARv1 file with one root that names a content.
    #[error("this is not a CAR file of version 1 with one root CID of a content")]
    Header,
    /// A section is cut off, too long or not named by CIDv1 and SHA-256.
    #[error("the CAR file is cut off or has a block that cannot belong to a content")]
    Section,
    /// The first block is not the root.
    #[error("the CAR file does not begin with its root block; write it with the root first")]
    RootNotFirst,
}

/// Writes a content, leaf by leaf.
///
/// # Errors
/// [`CarError::File`], and what reading the content gives.
pub fn export(vault: &dyn ContentStore, root: ContentRoot, to: &mut dyn Write) -> Result<(), CarError> {
    let block = vault.root_block(root)?;
    let cid = [ROOT_CID_PREFIX.as_slice(), &root.0].concat();
    let header = [HEADER_START, &cid, HEADER_END].concat();
    write_length(to, header.len())?;
    to.write_all(&header)?;
    write_section(to, &cid, block.bytes())?;
    for (index, digest) in (0u32..).zip(block.leaves()) {
        write_section(to, &leaf_cid(digest).to_bytes(), &vault.leaf(root, index)?)?;
    }
    to.flush()?;
    Ok(())
}

/// Reads a content into the vault, as one that came from a peer: without an envelope, and verified.
///
/// # Errors
/// [`CarError`]; [`VaultError::Incomplete`] if leaves are missing in the file, which a second import resumes.
pub fn import(vault: &dyn ContentStore, from: &mut dyn Read) -> Result<ContentRoot, CarError> {
    let length = read_length(from)?.ok_or(CarError::Header)?;
    if length != HEADER_START.len() + CID_BYTES + HEADER_END.len() {
        return Err(CarError::Header);
    }
    let header = read_exactly(from, length)?;
    let cid = header.strip_prefix(HEADER_START).and_then(|rest| rest.strip_suffix(HEADER_END));
    let digest = cid.and_then(|cid| cid.strip_prefix(&ROOT_CID_PREFIX));
    let root = digest.and_then(|digest| digest.try_into().ok()).map(ContentRoot).ok_or(CarError::Header)?;

    let (cid, bytes) = read_section(from)?.ok_or(CarError::RootNotFirst)?;
    if cid.strip_prefix(&ROOT_CID_PREFIX) != Some(&root.0) {
        return Err(CarError::RootNotFirst);
    }
    let block = RootBlock::parse(&bytes).map_err(VaultError::from)?;
    if block.root() != root {
        return Err(CarError::RootNotFirst);
    }
    if vault.contains(root) {
        return Ok(root);
    }
    let progress = vault.begin(FETCHED, &bytes, u64::MAX)?;
    // A leaf that occurs more than once may be in the file only once.
    let mut missing: HashMap<&[u8], Vec<u32>> = HashMap::new();
    for index in progress.missing.into_iter().flatten() {
        if let Some(digest) = block.leaves().get(index as usize) {
            missing.entry(digest).or_default().push(index);
        }
    }
    while let Some((cid, bytes)) = read_section(from)? {
        for index in cid.get(4..).and_then(|digest| missing.remove(digest)).unwrap_or_default() {
            vault.put_leaf(FETCHED, root, index, &bytes)?;
        }
    }
    vault.finish_fetched(root)?;
    Ok(root)
}

fn write_section(to: &mut dyn Write, cid: &[u8], block: &[u8]) -> io::Result<()> {
    write_length(to, cid.len() + block.len())?;
    to.write_all(cid)?;
    to.write_all(block)
}

/// An unsigned LEB128 number.
fn write_length(to: &mut dyn Write, length: usize) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(5);
    prost::encode_length_delimiter(length, &mut bytes).map_err(io::Error::other)?;
    to.write_all(&bytes)
}

/// Reads what [`write_length`] writes; nothing at the end of the file.
fn read_length(from: &mut dyn Read) -> Result<Option<usize>, CarError> {
    let mut length = 0usize;
    for shift in [0, 7, 14, 21, 28] {
        let mut byte = [0];
        if from.read(&mut byte)? == 0 {
            return if shift == 0 { Ok(None) } else { Err(CarError::Section) };
        }
        length |= usize::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            return Ok(Some(length));
        }
    }
    Err(CarError::Section)
}

fn read_exactly(from: &mut dyn Read, length: usize) -> Result<Vec<u8>, CarError> {
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => CarError::Section,
        _ => error.into(),
    })?;
    Ok(bytes)
}

/// One block and its CID; nothing at the end of the file.
fn read_section(from: &mut dyn Read) -> Result<Option<(Vec<u8>, Vec<u8>)>, CarError> {
    let Some(length) = read_length(from)? else { return Ok(None) };
    if !(CID_BYTES..=CID_BYTES + MAX_ROOT_BYTES).contains(&length) {
        return Err(CarError::Section);
    }
    let mut cid = read_exactly(from, length)?;
    let block = cid.split_off(CID_BYTES);
    Ok(Some((cid, block)))
}
