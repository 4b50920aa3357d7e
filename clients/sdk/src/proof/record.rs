//! That a record was anchored, by whom and when, from `medchain_proof`: what convinces without a node.

use super::{check, finality, storage_prefix, Header};
use crate::{
    client::Client,
    error::{Error, Result},
};
use codec::{Decode, Encode};
use medchain_primitives::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sp_core::{bytes, Bytes, H256};
use sp_crypto_hashing::twox_64;
use sp_runtime::traits::Header as _;

const WHAT: &str = "a record";

/// A node's proof that the chain holds a record, as `medchain_proof` gives it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordProof {
    /// The hash of the final block whose state holds it.
    pub block: H256,
    /// That block's number.
    pub number: u32,
    /// Why the block is final, from the authorities of the genesis block on.
    #[serde(with = "bytes")]
    pub finality: Vec<u8>,
    /// The record's storage key.
    #[serde(with = "bytes")]
    pub key: Vec<u8>,
    /// The nodes of the trie from the block's state root to the record.
    pub proof: Vec<Bytes>,
}

/// What a proof shows of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvenRecord {
    /// Its number.
    pub record: RecordId,
    /// Whose it is: the patient, or for a certificate the professional.
    pub patient: MemberId,
    /// Who wrote it.
    pub author: MemberId,
    /// What it is.
    pub kind: RecordKind,
    /// Where it stands in that block.
    pub status: RecordStatus,
    /// The content's root digest.
    pub content: ContentRoot,
    /// Bytes of ciphertext.
    pub size: u64,
    /// When it was anchored, in milliseconds.
    pub anchored_at: Moment,
    /// The hash of the block whose state holds it.
    pub block: H256,
    /// That block's number.
    pub number: u32,
    /// Whether the validators' signatures were checked from the genesis block on. Otherwise it is the node's word that
    /// the block is final: it does not keep the state of the genesis block.
    pub finality_checked: bool,
}

/// The beginning of a record's entry; what follows it is not looked at.
#[derive(Decode)]
struct RecordEntry {
    patient: MemberId,
    author: MemberId,
    kind: RecordKind,
    status: RecordStatus,
    content: ContentRoot,
    size: u64,
    _envelope: EnvelopeHash,
    _key_version: KeyVersion,
    anchored_at: Moment,
}

impl Client {
    /// The node's proof of a record, yet to be checked; `None` if no final block holds it.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn record_proof(&self, record: RecordId) -> Result<Option<RecordProof>> {
        self.call("medchain_proof", [json!(record)]).await
    }

    /// What a proof shows, once it holds: the entry under the block's state root, and the block's finality if the node
    /// can prove who the authorities of the genesis block were.
    ///
    /// # Errors
    /// [`Error::ProofRefused`].
    pub async fn check_record_proof(&self, record: RecordId, proof: &RecordProof) -> Result<ProvenRecord> {
        let fragments = finality::fragments(&proof.finality).ok_or(Error::ProofRefused { what: WHAT })?;
        let header = finality::newest(&fragments).ok_or(Error::ProofRefused { what: WHAT })?;
        let shown = proof.shown(record, header)?;
        let finality_checked = match self.genesis_authorities().await? {
            Some(authorities) if finality::are_final(&fragments, authorities.clone()) => true,
            Some(_) => return Err(Error::ProofRefused { what: "a block's finality" }),
            None => false,
        };
        Ok(ProvenRecord { finality_checked, ..shown })
    }

    /// The authorities of the genesis block, proved under its hash; `None` if the node does not keep its state.
    async fn genesis_authorities(&self) -> Result<Option<finality::Authorities>> {
        const WHAT: &str = "the first validators";
        let key = storage_prefix("Grandpa", "Authorities");
        let genesis = H256(self.genesis());
        let mut values = match self.prove_at(genesis, std::slice::from_ref(&key), WHAT).await {
            Ok(values) => values,
            Err(Error::Node { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let list = values.remove(&key).flatten().ok_or(Error::ProofRefused { what: WHAT })?;
        Decode::decode(&mut list.as_slice()).map(Some).map_err(|_| Error::ProofRefused { what: WHAT })
    }
}

impl RecordProof {
    /// What it shows of this record under this header's state root; that the header is final is not looked at.
    fn shown(&self, record: RecordId, header: &Header) -> Result<ProvenRecord> {
        let refused = || Error::ProofRefused { what: WHAT };
        let key = record_key(record);
        if (header.hash(), *header.number()) != (self.block, self.number) || self.key != key {
            return Err(refused());
        }
        let nodes = self.proof.iter().map(|node| node.0.clone());
        let mut values = check(*header.state_root(), nodes, std::slice::from_ref(&key), WHAT)?;
        let entry = values.remove(&key).flatten().ok_or_else(refused)?;
        let entry = RecordEntry::decode(&mut entry.as_slice()).map_err(|_| refused())?;
        Ok(ProvenRecord {
            record,
            patient: entry.patient,
            author: entry.author,
            kind: entry.kind,
            status: entry.status,
            content: entry.content,
            size: entry.size,
            anchored_at: entry.anchored_at,
            block: self.block,
            number: self.number,
            finality_checked: false,
        })
    }
}

fn record_key(record: RecordId) -> Vec<u8> {
    let encoded = record.encode();
    [storage_prefix("Reports", "Records"), twox_64(&encoded).to_vec(), encoded].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::state;
    use super::*;
    use sp_runtime::Digest;
    use sp_state_machine::prove_read;

    /// A proof of record 4, and the header whose state holds it.
    fn proof() -> (RecordProof, Header) {
        let key = record_key(RecordId(4));
        let hashes = (ContentRoot([7; 32]), 49_357u64, EnvelopeHash([8; 32]), 1u32, 1_795_364_498_000u64);
        let entry = (MemberId(1001), MemberId(1002), RecordKind::Report, RecordStatus::Current, hashes, [0u8; 7]);
        let backend = state(&[(key.clone(), entry.encode()), (record_key(RecordId(5)), vec![1; 100])]);
        let header = Header::new(212, H256::zero(), *backend.root(), H256::zero(), Digest::default());
        let nodes = prove_read(backend, [&key]).unwrap();
        let proof = nodes.iter_nodes().cloned().map(Bytes).collect();
        (RecordProof { block: header.hash(), number: 212, finality: Vec::new(), key, proof }, header)
    }

    #[test]
    fn a_proof_shows_what_a_record_is_and_whose() {
        let (proof, header) = proof();
        let shown = proof.shown(RecordId(4), &header).unwrap();
        assert_eq!((shown.patient, shown.author), (MemberId(1001), MemberId(1002)));
        assert_eq!((shown.kind, shown.status), (RecordKind::Report, RecordStatus::Current));
        assert_eq!((shown.content, shown.size), (ContentRoot([7; 32]), 49_357));
        assert_eq!((shown.anchored_at, shown.number), (1_795_364_498_000, 212));
    }

    #[test]
    fn a_proof_of_something_else_is_refused() {
        let (proof, header) = proof();
        assert!(proof.shown(RecordId(5), &header).is_err(), "another record's");
        let other = Header::new(212, H256::zero(), H256::zero(), H256::zero(), Digest::default());
        assert!(proof.shown(RecordId(4), &other).is_err(), "another block's");
        assert!(RecordProof { number: 213, ..proof.clone() }.shown(RecordId(4), &header).is_err());
        let mut altered = proof.clone();
        altered.proof.last_mut().unwrap().0[10] ^= 1;
        assert!(altered.shown(RecordId(4), &header).is_err());
        assert!(RecordProof { proof: Vec::new(), ..proof }.shown(RecordId(4), &header).is_err());
    }
}
