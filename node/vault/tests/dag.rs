//! The names of contents: against another implementation, and against hostile blocks.
#![allow(clippy::unwrap_used)]

use medchain_vault::{
    dag::{leaf_cid, MAX_ROOT_BYTES},
    CidError, ContentRoot, DagBuilder, DagError, RootBlock, LEAF_BYTES, MAX_CONTENT_BYTES,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::{
    io::{self, Read},
    sync::LazyLock,
};

/// The pattern many times over, so that reading it is copying.
static TILE: LazyLock<Vec<u8>> = LazyLock::new(|| (0..251u8).cycle().take(251 * 1024).collect());

/// Bytes that repeat every 251, so that leaves differ.
struct Pattern {
    at: u64,
    end: u64,
}

impl Read for Pattern {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let skip = (self.at % 251) as usize;
        let length = buffer.len().min((self.end - self.at) as usize).min(TILE.len() - skip);
        buffer[..length].copy_from_slice(&TILE[skip..skip + length]);
        self.at += length as u64;
        Ok(length)
    }
}

fn pattern(bytes: u64) -> RootBlock {
    DagBuilder::build(Pattern { at: 0, end: bytes }).unwrap()
}

const MIB: u64 = LEAF_BYTES as u64;

/// Computed with the JavaScript `ipfs-unixfs-importer` 17: CIDv1, raw leaves, chunks of 1 MiB, 16384 links a node,
/// single leaves not reduced to themselves.
const NAMES: [(u64, usize, &str); 9] = [
    (0, 6, "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y"),
    (1, 52, "bafybeiatqrf5qpcdvxj4bh574zy2fjx6u373pnxb3jhnus4mtodpg4w4f4"),
    (MIB - 1, 58, "bafybeiemr6tc5apbes5xybbdt4bblnczvlfovi37sx5fev7verdertapve"),
    (MIB, 58, "bafybeifidqvmqij3o7ixgjti5emqv5k3x6ovre7dw54h23ewj76k56tb6q"),
    (MIB + 1, 104, "bafybeidjogjfwuhbzwopgd4bn3skcf5m6oz72xshywcndzxgqb623nfclu"),
    (2 * MIB, 109, "bafybeihakzyqh6ih4iwgqily25hqovthaujdkbcfybornyhhbpoa63jwri"),
    (3 * MIB + 12_345, 207, "bafybeiarzhanfjr7yt62swnld3zhe34yqalzxkal5finmgy7najs557rlm"),
    (100 * MIB, 5010, "bafybeid6okny7x7bdospuhbrs7fwhs6mhdfnkajir2y7bwsomultjsogsm"),
    (200 * MIB + 7, 10_056, "bafybeicr7nypumb67hf6u2sqyqlysseflbcvjcrj3rwea4znaqayjumfp4"),
];

#[test]
fn another_implementation_gives_every_content_the_same_name() {
    for (bytes, block_bytes, cid) in NAMES {
        let block = pattern(bytes);
        assert_eq!(block.root().to_string(), cid, "{bytes} bytes");
        assert_eq!(block.bytes().len(), block_bytes, "{bytes} bytes");
        assert_eq!(block.size(), bytes);
        assert_eq!(u64::from(block.leaf_count()), bytes.div_ceil(MIB));
        assert_eq!(RootBlock::parse(block.bytes()), Ok(block));
    }
}

#[test]
fn hello_world_is_named_as_everywhere() {
    let block = DagBuilder::build(&b"hello world"[..]).unwrap();
    assert_eq!(block.root().to_string(), "bafybeihcowtb7l7r3l7ydvxunav2vyv24s5m6tm44oplsoinw3wqztigvy");
    assert_eq!(block.leaf_len(0), Some(11));
    assert_eq!(block.leaf_len(1), None);
    assert!(block.is_leaf(0, b"hello world"));
    assert!(!block.is_leaf(0, b"hello World"));
    // The name by which every IPFS implementation knows the bytes themselves.
    assert_eq!(leaf_cid(&block.leaves()[0]).to_string(), "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
}

#[test]
fn the_empty_file_is_the_well_known_one() {
    let block = DagBuilder::new().finish();
    assert_eq!(block.bytes(), [0x0a, 4, 8, 2, 0x18, 0]);
    let v0 = cid::Cid::new_v0(*block.root().to_cid().hash()).unwrap();
    assert_eq!(v0.to_string(), "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH");
}

#[test]
fn a_name_reads_back_and_other_names_are_refused_with_the_reason() {
    let root = pattern(3).root();
    assert_eq!(root.to_string().parse(), Ok(root));
    assert_eq!(
        ContentRoot::parse_cid(&root.to_cid().to_string_of_base(cid::multibase::Base::Base58Btc).unwrap()),
        Ok(root)
    );
    assert_eq!(ContentRoot::parse_cid(""), Err(CidError::Malformed));
    assert_eq!(ContentRoot::parse_cid("bafybeif7ztn"), Err(CidError::Malformed));
    assert_eq!(ContentRoot::parse_cid("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"), Err(CidError::Version));
    assert_eq!(ContentRoot::parse_cid(&leaf_cid(&root.0).to_string()), Err(CidError::Codec { codec: 0x55 }));
    let blake = cid::Cid::new_v1(0x70, cid::multihash::Multihash::wrap(0xb220, &root.0).unwrap());
    assert_eq!(ContentRoot::parse_cid(&blake.to_string()), Err(CidError::Hash { code: 0xb220 }));
    let short = cid::Cid::new_v1(0x70, cid::multihash::Multihash::wrap(0x12, &root.0[..20]).unwrap());
    assert_eq!(ContentRoot::parse_cid(&short.to_string()), Err(CidError::Malformed));
}

/// A root block written field by field, as an importer with other settings would.
fn block(links: &[(&[u8], &str, u64)], data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (hash, name, length) in links {
        let mut link = vec![0x0a, hash.len() as u8];
        link.extend_from_slice(hash);
        link.extend_from_slice(&[0x12, name.len() as u8]);
        link.extend_from_slice(name.as_bytes());
        link.push(0x18);
        let mut rest = *length;
        while rest >= 0x80 {
            link.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        link.push(rest as u8);
        bytes.extend_from_slice(&[0x12, link.len() as u8]);
        bytes.extend_from_slice(&link);
    }
    bytes.extend_from_slice(&[0x0a, data.len() as u8]);
    bytes.extend_from_slice(data);
    bytes
}

#[test]
fn blocks_of_other_shapes_are_refused_with_the_reason() {
    let raw = leaf_cid(&[7; 32]).to_bytes();
    let file = [8, 2, 0x18, 5, 0x20, 5];
    assert!(RootBlock::parse(&block(&[(&raw, "", 5)], &file)).is_ok());

    let inner = ContentRoot([7; 32]).to_cid().to_bytes();
    assert_eq!(RootBlock::parse(&block(&[(&inner, "", 5)], &file)), Err(DagError::NotALeaf { index: 0 }));
    assert_eq!(RootBlock::parse(&block(&[(&raw, "", 0)], &file)), Err(DagError::LeafLength { index: 0, bytes: 0 }));
    assert_eq!(
        RootBlock::parse(&block(&[(&raw, "", MIB + 1)], &file)),
        Err(DagError::LeafLength { index: 0, bytes: MIB + 1 })
    );
    assert_eq!(
        RootBlock::parse(&block(&[(&raw, "", 5), (&raw, "", 5)], &file)),
        Err(DagError::LeafLength { index: 1, bytes: 5 })
    );
    // A name, a directory, a wrong file size, a wrong leaf size, no data, data of its own, data before links.
    let mut reversed = block(&[], &file);
    reversed.extend_from_slice(&block(&[(&raw, "", 5)], &[])[..44]);
    for other in [
        block(&[(&raw, "a", 5)], &file),
        block(&[(&raw, "", 5)], &[8, 1, 0x18, 5, 0x20, 5]),
        block(&[(&raw, "", 5)], &[8, 2, 0x18, 6, 0x20, 5]),
        block(&[(&raw, "", 5)], &[8, 2, 0x18, 5, 0x20, 6]),
        block(&[(&raw, "", 5)], &[]),
        block(&[], &[8, 2, 0x12, 1, 65, 0x18, 1]),
        reversed,
        Vec::new(),
    ] {
        assert_eq!(RootBlock::parse(&other), Err(DagError::NotCanonical), "{other:?}");
    }
    assert_eq!(RootBlock::parse(&[0x12, 0xff]), Err(DagError::Malformed));
    assert_eq!(RootBlock::parse(&[0x12, 5, 1]), Err(DagError::Malformed));
    assert_eq!(
        RootBlock::parse(&vec![0; MAX_ROOT_BYTES + 1]),
        Err(DagError::BlockTooLarge { bytes: MAX_ROOT_BYTES + 1 })
    );
}

#[test]
fn the_largest_content_has_a_root_and_one_leaf_more_has_none() {
    let raw = leaf_cid(&[7; 32]).to_bytes();
    let links = vec![(raw.as_slice(), "", MIB); 16_385];
    assert_eq!(RootBlock::parse(&block(&links, &[])), Err(DagError::TooManyLeaves));

    let mut largest = block(&links[..16_384], &[]);
    largest.truncate(largest.len() - 2);
    let mut data = vec![8, 2, 0x18, 0x80, 0x80, 0x80, 0x80, 0x40];
    (0..16_384).for_each(|_| data.extend_from_slice(&[0x20, 0x80, 0x80, 0x40]));
    largest.extend_from_slice(&[
        0x0a,
        (data.len() & 0x7f) as u8 | 0x80,
        (data.len() >> 7 & 0x7f) as u8 | 0x80,
        (data.len() >> 14) as u8,
    ]);
    largest.extend_from_slice(&data);
    let largest = RootBlock::parse(&largest).unwrap();
    assert_eq!(largest.size(), MAX_CONTENT_BYTES);
    assert_eq!(largest.leaf_count(), 16_384);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = RootBlock::parse(&bytes);
    }

    #[test]
    fn links_of_arbitrary_bytes_never_panic(
        links in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..8),
        end in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut bytes = Vec::new();
        for link in links {
            bytes.extend_from_slice(&[0x12, link.len() as u8]);
            bytes.extend_from_slice(&link);
        }
        bytes.extend_from_slice(&end);
        let _ = RootBlock::parse(&bytes);
    }

    #[test]
    fn a_changed_block_is_refused_or_names_another_content(at in any::<prop::sample::Index>(), flip in 1u8..) {
        let original = pattern(2 * MIB + 5);
        let mut changed = original.bytes().to_vec();
        *at.get_mut(&mut changed) ^= flip;
        if let Ok(other) = RootBlock::parse(&changed) {
            prop_assert_ne!(other.root(), original.root());
            prop_assert_eq!(other.bytes(), &changed[..]);
        }
        let cut = at.index(original.bytes().len());
        prop_assert!(RootBlock::parse(&original.bytes()[..cut]).is_err());
    }

    #[test]
    fn pieces_of_any_length_give_the_same_name(size in 0usize..5000, piece in 1usize..700) {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 7) as u8).collect();
        let mut builder = DagBuilder::new();
        bytes.chunks(piece).for_each(|piece| builder.update(piece).unwrap());
        let block = builder.finish();
        prop_assert_eq!(&block, &DagBuilder::build(&bytes[..]).unwrap());
        prop_assert_eq!(block.root().0, <[u8; 32]>::from(Sha256::digest(block.bytes())));
    }
}
