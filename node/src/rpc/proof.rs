//! `medchain_proof`: what convinces somebody without a node that a record was anchored, by whom and when.

use crate::{
    rpc::{
        failure::{failure, runtime_failed, Code},
        medchain::Id,
        ChainClient,
    },
    service::{Block, BlockNumber, Hash},
};
use codec::Decode;
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned};
use medchain_primitives::RecordId;
use medchain_runtime::Runtime;
use medchain_runtime_api::ReportsApi;
use sc_client_api::ProofProvider;
use sc_consensus_grandpa::warp_proof::WarpSyncFragment;
use sc_network_sync::strategy::warp::{EncodedProof, WarpSyncProvider};
use serde::Serialize;
use serde_json::json;
use sp_core::Bytes;
use sp_runtime::traits::Header as _;
use std::sync::Arc;

/// A proof that the chain holds a record.
#[derive(Clone, Debug, Serialize)]
pub struct RecordProof {
    /// The hash of the final block whose state holds it.
    pub block: Hash,
    /// That block's number.
    pub number: BlockNumber,
    /// Why the block is final, from the authorities of the genesis block on: a SCALE sequence of headers, each with its
    /// GRANDPA justification, one for each change of the authorities and the block's own as the last; and a flag.
    pub finality: Bytes,
    /// The record's storage key.
    pub key: Bytes,
    /// The nodes of the trie from the block's state root to the record.
    pub proof: Vec<Bytes>,
}

/// Proofs of records.
#[rpc(server)]
pub trait ProofApi {
    /// The proof of a record: a storage proof under a final block, and what shows the block final to who knows the genesis
    /// block's authorities. `null` for a record that the block does not know yet, or that is not.
    ///
    /// Example: `medchain_proof(3)` gives `{"block": "0x…", "number": 42, "finality": "0x…", "key": "0x…", "proof":
    /// ["0x…"]}`. Errors: 7001 (the proof cannot be made here).
    #[method(name = "medchain_proof", blocking)]
    fn proof(&self, record: Id) -> RpcResult<Option<RecordProof>>;
}

/// The method's implementation.
pub struct ProofRpc<C> {
    client: Arc<C>,
    finality: Arc<dyn WarpSyncProvider<Block>>,
}

impl<C: ChainClient + ProofProvider<Block>> ProofRpc<C> {
    /// Over this client, and what proves finality.
    pub fn new(client: Arc<C>, finality: Arc<dyn WarpSyncProvider<Block>>) -> Self {
        Self { client, finality }
    }
}

impl<C: ChainClient + ProofProvider<Block>> ProofApiServer for ProofRpc<C> {
    fn proof(&self, record: Id) -> RpcResult<Option<RecordProof>> {
        let record = RecordId(record.0);
        let genesis = self.client.info().genesis_hash;
        let EncodedProof(finality) = self.finality.generate(genesis).map_err(|error| unproven(&error.to_string()))?;
        let fragments = Vec::<WarpSyncFragment<Block>>::decode(&mut finality.as_slice())
            .map_err(|error| unproven(&error.to_string()))?;
        let Some(last) = fragments.last() else { return Ok(None) };
        let (block, number) = (last.header.hash(), *last.header.number());
        if self.client.runtime_api().record(block, record).map_err(runtime_failed)?.is_none() {
            return Ok(None);
        }
        let key = pallet_reports::Records::<Runtime>::hashed_key_for(record);
        let proof = self
            .client
            .read_proof(block, &mut [key.as_slice()].into_iter())
            .map_err(|error| unproven(&error.to_string()))?;
        let proof = proof.into_iter_nodes().map(Bytes).collect();
        Ok(Some(RecordProof { block, number, finality: finality.into(), key: key.into(), proof }))
    }
}

fn unproven(reason: &str) -> ErrorObjectOwned {
    failure(
        Code::RuntimeApi,
        "the proof cannot be made here",
        json!({ "reason": reason, "hint": "ask again in a moment, or another node" }),
    )
}
