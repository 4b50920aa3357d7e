//! That a header is final: GRANDPA's justifications, by the authorities of the genesis block and those whom they handed
//! over to.

use super::Header;
use codec::{Decode, Encode};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{traits::Header as _, ConsensusEngineId, DigestItem};
use std::collections::{HashMap, HashSet};

/// GRANDPA's name in a header's digest.
const ENGINE: ConsensusEngineId = *b"FRNK";
/// The first kind of GRANDPA's logs: the next authorities, and after how many blocks they take over.
const SCHEDULED_CHANGE: u8 = 1;
/// What a signed precommit begins with.
const PRECOMMIT: u8 = 1;

/// Who finalizes, each with its weight.
pub(super) type Authorities = Vec<(ed25519::Public, u64)>;

/// A header with what shows it final.
#[derive(Decode)]
#[cfg_attr(test, derive(Encode))]
pub(super) struct Fragment {
    header: Header,
    justification: Justification,
}

#[derive(Decode)]
#[cfg_attr(test, derive(Encode))]
struct Justification {
    round: u64,
    target_hash: H256,
    target_number: u32,
    precommits: Vec<Precommit>,
    /// The headers between the target and what was voted for.
    ancestries: Vec<Header>,
}

#[derive(Decode)]
#[cfg_attr(test, derive(Encode))]
struct Precommit {
    target_hash: H256,
    target_number: u32,
    signature: ed25519::Signature,
    id: ed25519::Public,
}

/// The headers of a proof as nodes give it to each other for warp synchronisation: the last one is the newest.
pub(super) fn fragments(encoded: &[u8]) -> Option<Vec<Fragment>> {
    Vec::decode(&mut &*encoded).ok()
}

/// The header that the fragments lead to.
pub(super) fn newest(fragments: &[Fragment]) -> Option<&Header> {
    fragments.last().map(|fragment| &fragment.header)
}

/// Whether each header is final by the authorities that the one before it handed over to; the first by those of genesis.
pub(super) fn are_final(fragments: &[Fragment], genesis: Authorities) -> bool {
    let (mut authorities, mut set) = (genesis, 0u64);
    for (place, fragment) in (1..).zip(fragments) {
        if !fragment.is_signed(&authorities, set) {
            return false;
        }
        match handover(&fragment.header) {
            Some(next) => (authorities, set) = (next, set.saturating_add(1)),
            None if place == fragments.len() => {}
            None => return false,
        }
    }
    !fragments.is_empty()
}

impl Fragment {
    /// Whether more than two thirds of the authorities have signed for the header or for what is built on it.
    fn is_signed(&self, authorities: &Authorities, set: u64) -> bool {
        let Self { header, justification } = self;
        let parents = justification.ancestries.iter().map(|header| (header.hash(), *header.parent_hash())).collect();
        let weights: HashMap<_, _> = authorities.iter().copied().collect();
        let total = weights.values().fold(0u64, |sum, weight| sum.saturating_add(*weight));
        let mut counted = HashSet::new();
        let mut signed = 0u64;
        for precommit in &justification.precommits {
            let Some(weight) = weights.get(&precommit.id) else { continue };
            if precommit.builds_on(justification, &parents)
                && precommit.is_genuine(justification.round, set)
                && counted.insert(precommit.id)
            {
                signed = signed.saturating_add(*weight);
            }
        }
        let target = (justification.target_hash, justification.target_number);
        target == (header.hash(), *header.number()) && total > 0 && signed >= total - (total - 1) / 3
    }
}

impl Precommit {
    fn is_genuine(&self, round: u64, set: u64) -> bool {
        let message = (PRECOMMIT, self.target_hash, self.target_number, round, set).encode();
        ed25519::Pair::verify(&self.signature, message, &self.id)
    }

    /// Whether it is for the justification's target, or for a block that descends from it by the headers given.
    fn builds_on(&self, justification: &Justification, parents: &HashMap<H256, H256>) -> bool {
        let Some(steps) = self.target_number.checked_sub(justification.target_number) else { return false };
        let mut at = Some(self.target_hash);
        for _ in 0..(steps as usize).min(parents.len().saturating_add(1)) {
            at = at.and_then(|hash| parents.get(&hash).copied());
        }
        at == Some(justification.target_hash)
    }
}

/// The authorities that a header hands over to after itself.
fn handover(header: &Header) -> Option<Authorities> {
    header.digest().logs().iter().find_map(|log| {
        let DigestItem::Consensus(ENGINE, bytes) = log else { return None };
        let (kind, rest) = bytes.split_first()?;
        let (next, delay) = <(Authorities, u32)>::decode(&mut &*rest).ok()?;
        (*kind == SCHEDULED_CHANGE && delay == 0).then_some(next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_runtime::Digest;

    const ROUND: u64 = 7;

    fn authority(seed: u8) -> ed25519::Pair {
        ed25519::Pair::from_seed(&[seed; 32])
    }

    fn authorities(seeds: &[u8]) -> Authorities {
        seeds.iter().map(|seed| (authority(*seed).public(), 1)).collect()
    }

    fn header(number: u32, parent: H256, next: Option<&[u8]>) -> Header {
        let change = next.map(|seeds| [vec![SCHEDULED_CHANGE], (authorities(seeds), 0u32).encode()].concat());
        let logs = change.map(|change| DigestItem::Consensus(ENGINE, change)).into_iter().collect();
        Header::new(number, H256::zero(), H256::repeat_byte(9), parent, Digest { logs })
    }

    fn precommit(seed: u8, set: u64, header: &Header) -> Precommit {
        let (target_hash, target_number) = (header.hash(), *header.number());
        let signature = authority(seed).sign(&(PRECOMMIT, target_hash, target_number, ROUND, set).encode());
        Precommit { target_hash, target_number, signature, id: authority(seed).public() }
    }

    fn fragment(header: Header, precommits: Vec<Precommit>, ancestries: Vec<Header>) -> Fragment {
        let (target_hash, target_number) = (header.hash(), *header.number());
        Fragment {
            justification: Justification { round: ROUND, target_hash, target_number, precommits, ancestries },
            header,
        }
    }

    fn signed(header: Header, set: u64, seeds: &[u8]) -> Fragment {
        let precommits = seeds.iter().map(|seed| precommit(*seed, set, &header)).collect();
        fragment(header, precommits, Vec::new())
    }

    #[test]
    fn more_than_two_thirds_make_a_header_final() {
        let one = || header(5, H256::zero(), None);
        assert!(are_final(&[signed(one(), 0, &[1, 2, 3])], authorities(&[1, 2, 3, 4])));
        assert!(!are_final(&[signed(one(), 0, &[1, 2])], authorities(&[1, 2, 3, 4])));
        assert!(!are_final(&[signed(one(), 0, &[1, 1, 1])], authorities(&[1, 2, 3, 4])), "a vote counts once");
        assert!(!are_final(&[signed(one(), 0, &[5, 6, 7])], authorities(&[1, 2, 3, 4])), "strangers do not count");
        assert!(!are_final(&[signed(one(), 1, &[1, 2, 3])], authorities(&[1, 2, 3, 4])), "another set's votes");
        assert!(!are_final(&[], authorities(&[1])));
        assert!(!are_final(&[signed(one(), 0, &[1])], Vec::new()));
    }

    #[test]
    fn authorities_hand_over_to_the_next() {
        let chain = |next: Option<&[u8]>, seeds: &[u8]| {
            vec![signed(header(5, H256::zero(), next), 0, &[1]), signed(header(9, H256::zero(), None), 1, seeds)]
        };
        assert!(are_final(&chain(Some(&[2]), &[2]), authorities(&[1])));
        assert!(!are_final(&chain(Some(&[2]), &[1]), authorities(&[1])), "the set before has no say any more");
        assert!(!are_final(&chain(None, &[1]), authorities(&[1])), "only the last hands over to nobody");
    }

    #[test]
    fn votes_for_descendants_count_by_the_headers_between() {
        let target = header(5, H256::zero(), None);
        let child = header(6, target.hash(), None);
        let grandchild = header(7, child.hash(), None);
        let votes = || vec![precommit(1, 0, &grandchild)];
        let whole = fragment(target.clone(), votes(), vec![child, grandchild.clone()]);
        assert!(are_final(&[whole], authorities(&[1])));
        assert!(!are_final(&[fragment(target, votes(), vec![grandchild])], authorities(&[1])));
    }

    #[test]
    fn a_proof_is_read_as_nodes_write_it() {
        let encoded = (vec![signed(header(5, H256::zero(), None), 0, &[1])], true).encode();
        let read = fragments(&encoded).unwrap_or_default();
        assert_eq!(newest(&read).map(|header| *header.number()), Some(5));
        assert!(are_final(&read, authorities(&[1])));
        assert!(fragments(&encoded[..20]).is_none());
    }
}
