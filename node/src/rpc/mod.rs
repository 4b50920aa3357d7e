//! The node's JSON-RPC: the standard methods of FRAME and GRANDPA, `medchain_*` and `vault_*`.

mod alerts;
pub mod failure;
mod medchain;
mod proof;
pub mod refusal;
mod vault;

use crate::{
    alerts::AlertSource,
    gate::Gate,
    service::{Block, BlockNumber, Hash},
};
use alerts::{AlertsApiServer, AlertsRpc};
use jsonrpsee::RpcModule;
use medchain::{Medchain, MedchainApiServer};
use medchain_runtime_api::{AccessApi, AppointmentsApi, CommitteeApi, QuotasApi, RegistryApi, ReportsApi};
use proof::{ProofApiServer, ProofRpc};
use sc_client_api::ProofProvider;
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_network_sync::strategy::warp::WarpSyncProvider;
use sc_rpc::SubscriptionTaskExecutor;
use sc_transaction_pool_api::TransactionPool;
use sp_api::{Core, Metadata, ProvideRuntimeApi};
use sp_block_builder::BlockBuilder;
use sp_blockchain::HeaderBackend;
use sp_runtime::AccountId32;
use std::sync::Arc;
use substrate_frame_rpc_system::{AccountNonceApi, System, SystemApiServer};
use vault::{VaultApiServer, VaultRpc};

/// An account, as the chain names it.
pub type AccountId = AccountId32;

/// The number of an account's transactions.
type Nonce = u32;

/// The runtime APIs that the methods here call.
pub trait NodeApi:
    Core<Block>
    + Metadata<Block>
    + RegistryApi<Block, AccountId>
    + AppointmentsApi<Block>
    + ReportsApi<Block, AccountId>
    + AccessApi<Block, AccountId>
    + CommitteeApi<Block, AccountId>
    + QuotasApi<Block, AccountId>
{
}

impl<T> NodeApi for T where
    T: Core<Block>
        + Metadata<Block>
        + RegistryApi<Block, AccountId>
        + AppointmentsApi<Block>
        + ReportsApi<Block, AccountId>
        + AccessApi<Block, AccountId>
        + CommitteeApi<Block, AccountId>
        + QuotasApi<Block, AccountId>
{
}

/// A client of the chain that the methods here can use.
pub trait ChainClient: ProvideRuntimeApi<Block, Api: NodeApi> + HeaderBackend<Block> + Send + Sync + 'static {}

impl<C> ChainClient for C where C: ProvideRuntimeApi<Block, Api: NodeApi> + HeaderBackend<Block> + Send + Sync + 'static {}

/// What the GRANDPA methods need.
pub struct GrandpaDeps<B> {
    /// The state of the voter.
    pub voter_state: SharedVoterState,
    /// The authority set.
    pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    /// The stream of justifications.
    pub justifications: GrandpaJustificationStream<Block>,
    /// What proves finality.
    pub proofs: Arc<FinalityProofProvider<B, Block>>,
}

impl<B> Clone for GrandpaDeps<B> {
    fn clone(&self) -> Self {
        Self {
            voter_state: self.voter_state.clone(),
            authority_set: self.authority_set.clone(),
            justifications: self.justifications.clone(),
            proofs: self.proofs.clone(),
        }
    }
}

/// What the methods are made of.
pub struct Deps<C, P, B, S> {
    /// The client.
    pub client: Arc<C>,
    /// The transaction pool.
    pub pool: Arc<P>,
    /// GRANDPA.
    pub grandpa: GrandpaDeps<B>,
    /// The gate before the vault.
    pub vault: Arc<Gate<C>>,
    /// What members are alerted to.
    pub alerts: Arc<S>,
    /// What proves blocks final from the genesis block on.
    pub finality: Arc<dyn WarpSyncProvider<Block>>,
    /// Where subscriptions run.
    pub executor: SubscriptionTaskExecutor,
}

/// The methods that this node adds to those of `sc-service`.
///
/// # Errors
/// Two methods of one name, which a build never has.
pub fn methods<C, P, B, S>(deps: Deps<C, P, B, S>) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>>
where
    C: ChainClient + ProofProvider<Block>,
    C::Api: BlockBuilder<Block> + AccountNonceApi<Block, AccountId, Nonce>,
    P: TransactionPool + 'static,
    B: sc_client_api::Backend<Block> + Send + Sync + 'static,
    S: AlertSource,
{
    let Deps { client, pool, grandpa, vault, alerts, finality, executor } = deps;
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(
        Grandpa::new(executor, grandpa.authority_set, grandpa.voter_state, grandpa.justifications, grandpa.proofs)
            .into_rpc(),
    )?;
    module.merge(Medchain::new(client.clone()).into_rpc())?;
    module.merge(AlertsRpc::new(client.clone(), alerts).into_rpc())?;
    module.merge(ProofRpc::new(client, finality).into_rpc())?;
    module.merge(VaultRpc::new(vault).into_rpc())?;
    Ok(module)
}
