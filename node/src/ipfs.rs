//! The vault as an IPFS peer: what Bitswap serves, and what it fetches.
//!
//! The network asks its client for "indexed transactions" by a 32-byte digest, and offers to peers whatever that client
//! answers. [`VaultClient`] answers from the vault first. It is given to the network and to nothing else: the RPC's
//! `bitswap_v1_get` asks the same question, and there a ticket is due.

use crate::{
    service::{Block, Hash},
    vault_metrics::VaultMetrics,
};
use futures::{stream, StreamExt, TryStreamExt};
use medchain_vault::{dag::leaf_cid, ContentRoot, ContentStore, DagError, RootBlock, VaultError, FETCHED};
use sc_client_api::{
    BlockBackend, BlockchainEvents, ChildInfo, CompactProof, FinalityNotifications, ImportNotifications, ProofProvider,
    StorageEventStream, StorageKey, StorageProof,
};
use sc_consensus_aura::SyncOracle;
use sc_network_bitswap::{BitswapError, BitswapHandle, Cid};
use sp_api::{ApiRef, ProvideRuntimeApi};
use sp_blockchain::{BlockStatus, CachedHeaderMetadata, HeaderBackend, HeaderMetadata, Info};
use sp_core::H256;
use sp_runtime::{
    generic::{BlockId, SignedBlock},
    traits::{Block as BlockT, BlockIdTo, NumberFor},
    Justifications,
};
use sp_state_machine::{KeyValueStates, KeyValueStorageLevel};
use std::{
    collections::{HashMap, HashSet},
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

const LOG: &str = "vault";

/// How long to wait for the next block. Bitswap asks every peer that is connected, for up to 5 s each, and begins anew
/// after 5 s.
const STALL: Duration = Duration::from_secs(20);

/// How often a reader of a content that is being fetched looks whether its leaf has arrived.
const ARRIVAL_POLL: Duration = Duration::from_millis(50);

/// How many leaves are asked for in one request.
const GROUP: usize = 8;

/// How many requests of one content are under way at a time.
const GROUPS: usize = 2;

/// How many leaves are under way in all: what bounds the memory that fetching takes, at 1 MiB each.
const LEAVES_IN_FLIGHT: usize = 32;

/// The network's client: the chain's own, but it answers for the vault's roots and leaves as if they were indexed
/// transactions.
pub struct VaultClient<C> {
    client: Arc<C>,
    vault: Arc<dyn ContentStore>,
    metrics: VaultMetrics,
}

impl<C> VaultClient<C> {
    /// Over this client and this vault.
    pub fn new(client: Arc<C>, vault: Arc<dyn ContentStore>, metrics: VaultMetrics) -> Self {
        Self { client, vault, metrics }
    }
}

impl<C: BlockBackend<Block>> BlockBackend<Block> for VaultClient<C> {
    fn block_body(&self, hash: Hash) -> sp_blockchain::Result<Option<Vec<<Block as BlockT>::Extrinsic>>> {
        self.client.block_body(hash)
    }

    fn block_indexed_body(&self, hash: Hash) -> sp_blockchain::Result<Option<Vec<Vec<u8>>>> {
        self.client.block_indexed_body(hash)
    }

    fn block_indexed_hashes(&self, hash: Hash) -> sp_blockchain::Result<Option<Vec<H256>>> {
        self.client.block_indexed_hashes(hash)
    }

    fn block(&self, hash: Hash) -> sp_blockchain::Result<Option<SignedBlock<Block>>> {
        self.client.block(hash)
    }

    fn block_status(&self, hash: Hash) -> sp_blockchain::Result<sp_consensus::BlockStatus> {
        self.client.block_status(hash)
    }

    fn justifications(&self, hash: Hash) -> sp_blockchain::Result<Option<Justifications>> {
        self.client.justifications(hash)
    }

    fn block_hash(&self, number: NumberFor<Block>) -> sp_blockchain::Result<Option<Hash>> {
        self.client.block_hash(number)
    }

    fn indexed_transaction(&self, hash: H256) -> sp_blockchain::Result<Option<Vec<u8>>> {
        match self.vault.block(hash.0) {
            Ok(Some(bytes)) => {
                self.metrics.served(bytes.len());
                return Ok(Some(bytes));
            }
            Ok(None) => {}
            // The peer asks elsewhere. The scrub or the next reading repairs it.
            Err(error) => log::error!(target: LOG, "a block that a peer asked for cannot be served: {error}"),
        }
        self.client.indexed_transaction(hash)
    }

    fn has_indexed_transaction(&self, hash: H256) -> sp_blockchain::Result<bool> {
        if self.vault.has_block(hash.0) {
            return Ok(true);
        }
        self.client.has_indexed_transaction(hash)
    }

    fn requires_full_sync(&self) -> bool {
        self.client.requires_full_sync()
    }
}

impl<C: ProvideRuntimeApi<Block>> ProvideRuntimeApi<Block> for VaultClient<C> {
    type Api = C::Api;

    fn runtime_api(&self) -> ApiRef<'_, Self::Api> {
        self.client.runtime_api()
    }
}

impl<C: HeaderMetadata<Block>> HeaderMetadata<Block> for VaultClient<C> {
    type Error = C::Error;

    fn header_metadata(&self, hash: Hash) -> Result<CachedHeaderMetadata<Block>, Self::Error> {
        self.client.header_metadata(hash)
    }

    fn insert_header_metadata(&self, hash: Hash, header_metadata: CachedHeaderMetadata<Block>) {
        self.client.insert_header_metadata(hash, header_metadata);
    }

    fn remove_header_metadata(&self, hash: Hash) {
        self.client.remove_header_metadata(hash);
    }
}

impl<C: sp_consensus::block_validation::Chain<Block>> sp_consensus::block_validation::Chain<Block> for VaultClient<C> {
    fn block_status(&self, hash: Hash) -> Result<sp_consensus::BlockStatus, Box<dyn Error + Send>> {
        self.client.block_status(hash)
    }
}

impl<C: BlockIdTo<Block>> BlockIdTo<Block> for VaultClient<C> {
    type Error = C::Error;

    fn to_hash(&self, block_id: &BlockId<Block>) -> Result<Option<Hash>, Self::Error> {
        self.client.to_hash(block_id)
    }

    fn to_number(&self, block_id: &BlockId<Block>) -> Result<Option<NumberFor<Block>>, Self::Error> {
        self.client.to_number(block_id)
    }
}

impl<C: HeaderBackend<Block>> HeaderBackend<Block> for VaultClient<C> {
    fn header(&self, hash: Hash) -> sp_blockchain::Result<Option<<Block as BlockT>::Header>> {
        self.client.header(hash)
    }

    fn info(&self) -> Info<Block> {
        self.client.info()
    }

    fn status(&self, hash: Hash) -> sp_blockchain::Result<BlockStatus> {
        self.client.status(hash)
    }

    fn number(&self, hash: Hash) -> sp_blockchain::Result<Option<NumberFor<Block>>> {
        self.client.number(hash)
    }

    fn hash(&self, number: NumberFor<Block>) -> sp_blockchain::Result<Option<Hash>> {
        self.client.hash(number)
    }
}

impl<C: BlockchainEvents<Block>> BlockchainEvents<Block> for VaultClient<C> {
    fn import_notification_stream(&self) -> ImportNotifications<Block> {
        self.client.import_notification_stream()
    }

    fn every_import_notification_stream(&self) -> ImportNotifications<Block> {
        self.client.every_import_notification_stream()
    }

    fn finality_notification_stream(&self) -> FinalityNotifications<Block> {
        self.client.finality_notification_stream()
    }

    fn storage_changes_notification_stream(
        &self,
        filter_keys: Option<&[StorageKey]>,
        child_filter_keys: Option<&[(StorageKey, Option<Vec<StorageKey>>)]>,
    ) -> sp_blockchain::Result<StorageEventStream<Hash>> {
        self.client.storage_changes_notification_stream(filter_keys, child_filter_keys)
    }
}

impl<C: ProofProvider<Block>> ProofProvider<Block> for VaultClient<C> {
    fn read_proof(&self, hash: Hash, keys: &mut dyn Iterator<Item = &[u8]>) -> sp_blockchain::Result<StorageProof> {
        self.client.read_proof(hash, keys)
    }

    fn read_child_proof(
        &self,
        hash: Hash,
        child_info: &ChildInfo,
        keys: &mut dyn Iterator<Item = &[u8]>,
    ) -> sp_blockchain::Result<StorageProof> {
        self.client.read_child_proof(hash, child_info, keys)
    }

    fn execution_proof(
        &self,
        hash: Hash,
        method: &str,
        call_data: &[u8],
    ) -> sp_blockchain::Result<(Vec<u8>, StorageProof)> {
        self.client.execution_proof(hash, method, call_data)
    }

    fn read_proof_collection(
        &self,
        hash: Hash,
        start_keys: &[Vec<u8>],
        size_limit: usize,
    ) -> sp_blockchain::Result<(CompactProof, u32)> {
        self.client.read_proof_collection(hash, start_keys, size_limit)
    }

    fn storage_collection(
        &self,
        hash: Hash,
        start_key: &[Vec<u8>],
        size_limit: usize,
    ) -> sp_blockchain::Result<Vec<(KeyValueStorageLevel, bool)>> {
        self.client.storage_collection(hash, start_key, size_limit)
    }

    fn verify_range_proof(
        &self,
        root: Hash,
        proof: CompactProof,
        start_keys: &[Vec<u8>],
    ) -> sp_blockchain::Result<(KeyValueStates, usize)> {
        self.client.verify_range_proof(root, proof, start_keys)
    }
}

/// Why something could not be fetched from peers.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connected peer gave it in time.
    #[error("no connected peer has it")]
    NobodyHasIt,
    /// This node does not speak Bitswap.
    #[error("this node does not exchange contents with peers; start it with --network-backend litep2p")]
    Off,
    /// Bitswap has too much to do.
    #[error("too much is being fetched already")]
    Overloaded,
    /// The node stops.
    #[error("the network has stopped")]
    Stopped,
    /// What has this name is no content.
    #[error("what has this name is not a content: {0}")]
    NotAContent(#[from] DagError),
    /// The vault refused or failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<BitswapError> for FetchError {
    fn from(error: BitswapError) -> Self {
        match error {
            BitswapError::Overloaded => Self::Overloaded,
            BitswapError::ServiceClosed | BitswapError::InvalidCid { .. } => Self::Stopped,
        }
    }
}

/// Fetches roots, leaves and whole contents from peers into the vault. Whatever arrives was hashed by the network and is
/// hashed once more by the vault.
pub struct Fetcher {
    bitswap: Option<BitswapHandle>,
    sync: Arc<dyn SyncOracle + Send + Sync>,
    vault: Arc<dyn ContentStore>,
    metrics: VaultMetrics,
    in_flight: Semaphore,
    contents: Mutex<HashSet<ContentRoot>>,
}

impl Fetcher {
    /// Over the network's handle, which is missing if the node does not speak Bitswap.
    pub fn new(
        bitswap: Option<BitswapHandle>,
        sync: Arc<dyn SyncOracle + Send + Sync>,
        vault: Arc<dyn ContentStore>,
        metrics: VaultMetrics,
    ) -> Self {
        Self { bitswap, sync, vault, metrics, in_flight: Semaphore::new(LEAVES_IN_FLIGHT), contents: Mutex::default() }
    }

    /// How many contents are being fetched.
    pub fn contents_in_flight(&self) -> usize {
        self.contents().len()
    }

    /// The root block of a content, from peers.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn root(&self, root: ContentRoot) -> Result<RootBlock, FetchError> {
        let mut block = None;
        self.blocks(HashSet::from([root.to_cid()]), |_, bytes| block = Some(bytes)).await?;
        let block = RootBlock::parse(&block.ok_or(FetchError::NobodyHasIt)?)?;
        Ok(block)
    }

    /// One leaf, from peers.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn leaf(&self, digest: &[u8; 32]) -> Result<Vec<u8>, FetchError> {
        let mut leaf = None;
        self.blocks(HashSet::from([leaf_cid(digest)]), |_, bytes| leaf = Some(bytes)).await?;
        leaf.inspect(|leaf| self.metrics.fetched_leaf(leaf.len())).ok_or(FetchError::NobodyHasIt)
    }

    /// A whole content, from peers into the vault. Resumes what an earlier run began. If it is being fetched already,
    /// this returns at once; whether it is held says [`ContentStore::contains`].
    ///
    /// # Errors
    /// [`FetchError`]. What has arrived stays for the next time.
    pub async fn content(&self, root: ContentRoot) -> Result<(), FetchError> {
        if self.vault.contains(root) || !self.contents().insert(root) {
            return Ok(());
        }
        // Dropping the future frees the content too.
        let _under_way = UnderWay { fetcher: self, root };
        let started = Instant::now();
        let result = self.whole(root).await;
        self.metrics.fetched_content(result.is_ok(), started.elapsed());
        result
    }

    async fn whole(&self, root: ContentRoot) -> Result<(), FetchError> {
        let block = Arc::new(self.root(root).await?);
        let missing = {
            let block = block.clone();
            self.on_disk(move |vault| vault.begin(FETCHED, block.bytes(), u64::MAX)).await?.missing
        };
        let missing: Vec<u32> = missing.into_iter().flatten().collect();
        let groups: Vec<Vec<u32>> = missing.chunks(GROUP).map(<[u32]>::to_vec).collect();
        stream::iter(groups).map(|group| self.group(block.clone(), group)).buffered(GROUPS).try_collect::<()>().await?;
        self.on_disk(move |vault| vault.finish_fetched(root)).await
    }

    /// Some leaves of a content, into the vault.
    async fn group(&self, block: Arc<RootBlock>, indices: Vec<u32>) -> Result<(), FetchError> {
        let _permits = self.in_flight.acquire_many(indices.len() as u32).await.map_err(|_| FetchError::Stopped)?;
        let mut places: HashMap<Cid, Vec<u32>> = HashMap::new();
        for index in indices {
            if let Some(digest) = block.leaves().get(index as usize) {
                places.entry(leaf_cid(digest)).or_default().push(index);
            }
        }
        let root = block.root();
        let mut stream = self.request(places.keys().copied().collect())?;
        while !places.is_empty() {
            let (cid, bytes) = next(&mut stream).await?;
            let Some(indices) = places.remove(&cid) else { continue };
            self.metrics.fetched_leaf(bytes.len());
            self.on_disk(move |vault| {
                indices.into_iter().try_for_each(|index| vault.put_leaf(FETCHED, root, index, &bytes))
            })
            .await?;
        }
        Ok(())
    }

    async fn blocks(&self, cids: HashSet<Cid>, mut take: impl FnMut(Cid, Vec<u8>)) -> Result<(), FetchError> {
        let count = cids.len();
        let mut stream = self.request(cids)?;
        for _ in 0..count {
            let (cid, bytes) = next(&mut stream).await?;
            take(cid, bytes);
        }
        Ok(())
    }

    fn request(&self, cids: HashSet<Cid>) -> Result<Stream, FetchError> {
        let bitswap = self.bitswap.as_ref().ok_or(FetchError::Off)?;
        // Without a peer nobody is worth waiting for.
        if self.sync.is_offline() {
            return Err(FetchError::NobodyHasIt);
        }
        Ok(bitswap.request_stream(cids)?)
    }

    /// Writes or reads the vault on a thread that may block.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn ContentStore) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, FetchError> {
        let vault = self.vault.clone();
        match tokio::task::spawn_blocking(move || work(&*vault)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(FetchError::Stopped),
        }
    }

    /// A leaf of a content that is held, being fetched or not here at all: from the vault, from what has arrived, or from
    /// peers. A corrupt one is repaired.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn read_leaf(&self, root: ContentRoot, index: u32) -> Result<Vec<u8>, FetchError> {
        let held = self.on_disk(move |vault| vault.leaf(root, index)).await;
        match held {
            Err(FetchError::Vault(VaultError::CorruptLeaf { .. })) => self.repair_leaf(root, index).await.or(held),
            Err(FetchError::Vault(VaultError::CorruptRoot)) => match self.repair_root(root).await {
                Ok(_) => Box::pin(self.read_leaf(root, index)).await,
                Err(_) => held,
            },
            Err(FetchError::Vault(VaultError::NotFound)) => self.arriving_leaf(root, index).await,
            held => held,
        }
    }

    /// A leaf of a content that is not held whole.
    async fn arriving_leaf(&self, root: ContentRoot, index: u32) -> Result<Vec<u8>, FetchError> {
        let deadline = Instant::now() + STALL;
        loop {
            match self.on_disk(move |vault| vault.staged_leaf(FETCHED, root, index)).await {
                Ok(Some(leaf)) => return Ok(leaf),
                Ok(None) | Err(FetchError::Vault(VaultError::UnknownUpload | VaultError::CorruptLeaf { .. })) => {}
                Err(error) => return Err(error),
            }
            // It may have been finished meanwhile.
            match self.on_disk(move |vault| vault.leaf(root, index)).await {
                Err(FetchError::Vault(VaultError::NotFound)) => {}
                held => return held,
            }
            // What is on its way is not asked for twice.
            if !self.contents().contains(&root) || Instant::now() >= deadline {
                break;
            }
            tokio::time::sleep(ARRIVAL_POLL).await;
        }
        let block = self.root(root).await?;
        let digest =
            block.leaves().get(index as usize).ok_or(VaultError::NoSuchLeaf { index, leaves: block.leaf_count() })?;
        self.leaf(digest).await
    }

    /// The root block of a content that is held, or not: from the vault or from peers. A corrupt one is repaired.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn read_root(&self, root: ContentRoot) -> Result<RootBlock, FetchError> {
        let held = self.on_disk(move |vault| vault.root_block(root)).await;
        match held {
            Err(FetchError::Vault(VaultError::CorruptRoot)) => self.repair_root(root).await.or(held),
            Err(FetchError::Vault(VaultError::NotFound)) => self.root(root).await,
            held => held,
        }
    }

    /// Fetches a leaf that is corrupt here, and writes it.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn repair_leaf(&self, root: ContentRoot, index: u32) -> Result<Vec<u8>, FetchError> {
        let repaired = async {
            let block = self.on_disk(move |vault| vault.root_block(root)).await?;
            let digest = block
                .leaves()
                .get(index as usize)
                .ok_or(VaultError::NoSuchLeaf { index, leaves: block.leaf_count() })?;
            let leaf = self.leaf(digest).await?;
            self.on_disk(move |vault| vault.repair_leaf(root, index, &leaf).map(|()| leaf)).await
        };
        self.count_repair(repaired.await)
    }

    /// Fetches a root block that is corrupt here, and writes it.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn repair_root(&self, root: ContentRoot) -> Result<RootBlock, FetchError> {
        let repaired = async {
            let block = self.root(root).await?;
            self.on_disk(move |vault| vault.repair_root(root, block.bytes()).map(|()| block)).await
        };
        self.count_repair(repaired.await)
    }

    fn count_repair<T>(&self, result: Result<T, FetchError>) -> Result<T, FetchError> {
        self.metrics.repaired(result.is_ok());
        result
    }

    fn contents(&self) -> MutexGuard<'_, HashSet<ContentRoot>> {
        // A set that is changed by one step at a time is whole whoever panicked.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Stream = tokio::sync::mpsc::Receiver<sc_network_bitswap::FetchItem>;

async fn next(stream: &mut Stream) -> Result<(Cid, Vec<u8>), FetchError> {
    match tokio::time::timeout(STALL, stream.recv()).await {
        Ok(Some(Ok((cid, bytes)))) => Ok((cid, bytes.into())),
        Ok(Some(Err(error))) => Err(error.into()),
        Ok(None) => Err(FetchError::Stopped),
        Err(_) => Err(FetchError::NobodyHasIt),
    }
}

/// A content that is being fetched.
struct UnderWay<'a> {
    fetcher: &'a Fetcher,
    root: ContentRoot,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.fetcher.contents().remove(&self.root);
    }
}
