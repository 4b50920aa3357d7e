//! The node's parts and how they are put together: database, client, pool, network, Aura, GRANDPA, the vault and the RPC.

use crate::{
    admission::Admission,
    alerts::AlertLog,
    chain_spec::LOCAL_ID,
    cli::{StoreArguments, VaultArguments},
    committee::{
        metrics::CommitteeMetrics,
        protocol::{self as committee_protocol, CommitteeAsker},
        rounds::Rounds,
        shares::{ReleaseKeys, Standing},
    },
    erasure::Erasures,
    gate::{Gate, VaultDeps},
    http,
    ipfs::{Fetcher, VaultClient},
    peers::{self, Answering, Asker, Statements},
    replication::{Keeper, Replaced, Replication, ReplicationStatus, Share},
    rpc::{self, Deps, GrandpaDeps},
    ticket::TicketGate,
    unanchored::Unanchored,
    upkeep::{Collection, Scrub},
    vault_metrics::VaultMetrics,
};
use futures::FutureExt;
use medchain_primitives::{limits, ContentRoot};
use medchain_runtime::RuntimeApi;
use medchain_runtime_api::{AccessApi, ReportsApi};
use medchain_vault::{Bucket, ContentRoot as Cid, Options, Vault, VaultError};
use sc_client_api::Backend;
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{
    BeforeBestBlockBy, FinalityProofProvider, SharedVoterState, ThreeQuartersOfTheUnfinalizedChain, VotingRulesBuilder,
};
use sc_executor::{HeapAllocStrategy, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_network::config::TransportConfig;
use sc_service::{
    config::KeystoreConfig, error::Error as ServiceError, ChainType, Configuration, PartialComponents, TaskManager,
    WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus_aura::sr25519::{AuthorityId as AuraId, AuthorityPair as AuraPair};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// A block.
pub type Block = medchain_runtime::opaque::Block;
/// A block's hash.
pub type Hash = medchain_runtime::Hash;
/// A block's number.
pub type BlockNumber = medchain_runtime::BlockNumber;

/// The client of the chain. The runtime runs in WebAssembly, never natively.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// Its database.
pub type FullBackend = sc_service::TFullBackend<Block>;

type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
type SelectChain = sc_consensus::LongestChain<FullBackend, Block>;
type GrandpaImport = sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;
type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, FullClient, SelectChain>;

/// The parts that every command that touches the chain needs.
pub type PartialNode = PartialComponents<
    FullClient,
    FullBackend,
    SelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    sc_transaction_pool::TransactionPoolHandle<Block, FullClient>,
    (GrandpaImport, GrandpaLink, Option<Telemetry>),
>;

/// A justification is kept at least every so many blocks, for nodes that synchronise.
const JUSTIFICATION_PERIOD: u32 = 512;

/// The usual time for a vote to spread among the validators.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// Where the compiled runtimes are kept, below the chain's data folder.
const RUNTIME_CACHE: &str = "runtime-cache";

/// The variable that names another folder for them. A node runs what it finds there.
const RUNTIME_CACHE_VARIABLE: &str = "MEDCHAIN_RUNTIME_CACHE";

/// Validators vote this many blocks behind the best one: see ADR 0014.
const VOTE_BEHIND_BEST: BlockNumber = 1;

/// Uploads to which nothing was written for this long are given up.
const STAGING_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Builds the parts that do not run yet.
///
/// # Errors
/// What keeps the database or the keystore from opening.
pub fn new_partial(config: &Configuration) -> Result<PartialNode, ServiceError> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;

    let executor = new_executor(config);
    let (client, backend, keystore_container, task_manager) = sc_service::new_full_parts::<Block, RuntimeApi, Executor>(
        config,
        telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
        executor,
        Vec::new(),
    )?;
    let client = Arc::new(client);

    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });

    let select_chain = sc_consensus::LongestChain::new(backend.clone());
    let transaction_pool = Arc::from(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry.as_ref().map(Telemetry::handle),
    )?;

    let slots_client = client.clone();
    let import_queue = sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
        block_import: grandpa_import.clone(),
        justification_import: Some(Box::new(grandpa_import.clone())),
        client: client.clone(),
        create_inherent_data_providers: move |parent, ()| {
            let client = slots_client.clone();
            async move {
                let slot_duration = sc_consensus_aura::standalone::slot_duration_at::<AuraId, _, _>(&*client, parent)?;
                Ok(inherents(slot_duration))
            }
        },
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        check_for_equivocation: Default::default(),
        telemetry: telemetry.as_ref().map(Telemetry::handle),
        compatibility_mode: Default::default(),
    })?;

    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (grandpa_import, grandpa_link, telemetry),
    })
}

/// The executor of the runtime. What it compiles is kept beside the database, so that a node which starts again is there
/// in a second; compiling takes the better part of a start.
fn new_executor(config: &Configuration) -> Executor {
    let heap = config.executor.default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |extra_pages| {
        HeapAllocStrategy::Static { extra_pages: u32::try_from(extra_pages).unwrap_or(u32::MAX) }
    });
    let builder = Executor::builder()
        .with_execution_method(config.executor.wasm_method)
        .with_onchain_heap_alloc_strategy(heap)
        .with_offchain_heap_alloc_strategy(heap)
        .with_max_runtime_instances(config.executor.max_runtime_instances)
        .with_runtime_cache_size(config.executor.runtime_cache_size);
    let cache =
        std::env::var_os(RUNTIME_CACHE_VARIABLE).map_or_else(|| config.data_path.join(RUNTIME_CACHE), PathBuf::from);
    // Wasmtime takes no other than an absolute path.
    match std::path::absolute(cache) {
        Ok(cache) => builder.with_cache_path(cache).build(),
        Err(_) => builder.build(),
    }
}

/// The time and the slot that belongs to it.
fn inherents(
    slot_duration: sc_consensus_aura::SlotDuration,
) -> (sc_consensus_aura::InherentDataProvider, sp_timestamp::InherentDataProvider) {
    let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
    let slot = sc_consensus_aura::InherentDataProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration);
    (slot, timestamp)
}

/// Starts a full node, or a validator if its role says so.
///
/// # Errors
/// What keeps a part from starting; the vault's lock and a damaged release share among them.
pub fn new_full<N: sc_network::NetworkBackend<Block, Hash>>(
    mut config: Configuration,
    arguments: &VaultArguments,
) -> Result<TaskManager, ServiceError> {
    // A node of the consortium is an IPFS peer wherever the network can be one.
    config.network.ipfs_server |= N::SUPPORTS_IPFS;
    // litep2p itself takes no notice of `--no-private-ip`: what peers say of private addresses is then passed over.
    if matches!(config.network.transport, TransportConfig::Normal { allow_private_ip: false, .. }) {
        config.network.allow_non_globals_in_dht = false;
    }
    let PartialComponents {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (block_import, grandpa_link, mut telemetry),
    } = new_partial(&config)?;

    let genesis = client.info().genesis_hash;
    let vault = open_vault(&config, &arguments.store)?;
    let release_keys = Arc::new(open_release_keys(&config, &client, arguments.release_identity.as_deref())?);
    let committee_metrics = CommitteeMetrics::new(config.prometheus_registry())
        .map_err(|error| ServiceError::Other(format!("the committee's metrics cannot be registered: {error}")))?;
    let unanchored = Arc::new(Unanchored::default());
    let vault_metrics = VaultMetrics::new(config.prometheus_registry())
        .map_err(|error| ServiceError::Other(format!("the vault's metrics cannot be registered: {error}")))?;
    vault_metrics.holds(vault.stats());

    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let mut net_config = sc_network::config::FullNetworkConfiguration::<Block, Hash, N>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let grandpa_protocol_name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (grandpa_protocol, grandpa_notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
        grandpa_protocol_name.clone(),
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(grandpa_protocol);
    let (peer_protocol, peer_requests) = peers::protocol::<N>(&genesis);
    net_config.add_request_response_protocol(peer_protocol);
    let (committee_protocol, committee_requests) = committee_protocol::protocol::<N>(&genesis);
    net_config.add_request_response_protocol(committee_protocol);
    let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::new(),
    ));

    // Only the network gets the client that answers for the vault: with it the RPC's `bitswap_v1_get` would serve contents
    // without a ticket.
    let vault_client = Arc::new(VaultClient::new(client.clone(), vault.clone(), vault_metrics.clone()));
    let (network, system_rpc_tx, tx_handler_controller, sync_service, bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: vault_client,
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync.clone())),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    if config.offchain_worker.enabled {
        let offchain_workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            is_validator: config.role.is_authority(),
            keystore: Some(keystore_container.keystore()),
            offchain_db: backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
            network_provider: Arc::new(network.clone()),
            // Nothing in the runtime calls anybody.
            enable_http_requests: false,
            custom_extensions: |_| vec![],
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-worker",
            offchain_workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
        );
    }

    task_manager.spawn_handle().spawn_blocking("unanchored", "vault", {
        let (client, vault, unanchored) = (client.clone(), vault.clone(), unanchored.clone());
        async move {
            let best = client.info().best_hash;
            let is_anchored = |root: Cid| client.runtime_api().is_anchored(best, ContentRoot(root.0)).unwrap_or(false);
            if let Err(error) = unanchored.rebuild(&*vault, is_anchored) {
                log::error!(target: "vault", "the contents that no record anchors are not all counted: {error}");
            }
        }
    });
    let replaced = Arc::new(Replaced::default());
    task_manager.spawn_handle().spawn_blocking(
        "erasures",
        "vault",
        Erasures::<_, _, FullBackend>::new(client.clone(), sync_service.clone(), vault.clone(), replaced.clone()).run(),
    );

    let alerts = Arc::new(AlertLog::new(client.clone())?);
    task_manager.spawn_handle().spawn_blocking("alerts", "rpc", alerts.clone().run());

    let keystore = keystore_container.keystore();
    let fetcher = Arc::new(Fetcher::new(bitswap, sync_service.clone(), vault.clone(), vault_metrics.clone()));
    let statements = Arc::new(Statements::new(client.clone(), keystore.clone(), vault.clone(), network.clone()));
    let asker = Arc::new(Asker::new(statements.clone(), sync_service.clone()));
    let keeper = Arc::new(Keeper::new(client.clone(), vault.clone(), fetcher.clone(), asker.clone()));
    let replication_status = Arc::new(ReplicationStatus::default());
    let reserved = &config.network.default_peers_set.reserved_nodes;
    let answering = Answering::new(statements, reserved.iter().map(|peer| peer.peer_id).collect());
    task_manager.spawn_handle().spawn_blocking("vault-peers", "vault", answering.run(peer_requests));
    task_manager.spawn_handle().spawn_blocking(
        "replication",
        "vault",
        Replication::new(
            client.clone(),
            sync_service.clone(),
            keeper.clone(),
            Share { keystore, replicate: arguments.vault_replicate },
            replaced,
            replication_status.clone(),
            vault_metrics.clone(),
        )
        .run(),
    );
    task_manager.spawn_handle().spawn_blocking(
        "collection",
        "vault",
        Collection::<_, _, FullBackend>::new(
            client.clone(),
            sync_service.clone(),
            vault.clone(),
            Duration::from_secs_f64(arguments.vault_collect_after * 60.0),
            vault_metrics.clone(),
        )
        .run(),
    );
    if arguments.vault_scrub_pace > 0 {
        task_manager.spawn_handle().spawn_blocking(
            "scrub",
            "vault",
            Scrub::new(
                vault.clone(),
                fetcher.clone(),
                asker.clone(),
                vault_metrics.clone(),
                arguments.vault_scrub_pace,
            )
            .run(),
        );
    }
    let committee_asker = Arc::new(CommitteeAsker::new(
        genesis,
        keystore_container.keystore(),
        network.clone(),
        sync_service.clone(),
        committee_metrics.clone(),
    ));
    let transfers = listen_for_transfers(arguments)?;
    let announced =
        transfers.as_ref().map(|(_, port)| arguments.vault_http_url.clone().unwrap_or_else(|| format!(":{port}")));
    let gate = Arc::new(Gate::new(
        client.clone(),
        VaultDeps {
            unanchored,
            vault,
            release_keys: release_keys.clone(),
            committee: committee_asker.clone(),
            releases: committee_metrics.clone(),
            tickets: TicketGate::new(genesis.into()),
            admission: Admission::new(config.rpc.max_connections),
            fetcher,
            asker,
            keeper,
            replication: replication_status,
            http: announced,
            metrics: vault_metrics,
        },
    ));
    let answering = committee_protocol::Answering::new(
        client.clone(),
        keystore_container.keystore(),
        release_keys.clone(),
        network.clone(),
        gate.clone(),
        committee_metrics.clone(),
    );
    task_manager.spawn_handle().spawn("committee-peers", "release", answering.run(committee_requests));
    task_manager.spawn_handle().spawn_blocking(
        "committee-rounds",
        "release",
        Rounds::new(
            client.clone(),
            transaction_pool.clone(),
            keystore_container.keystore(),
            release_keys,
            committee_asker,
            committee_metrics,
        )
        .run(),
    );
    if let Some((listener, _)) = transfers {
        let gate = gate.clone();
        task_manager.spawn_handle().spawn("vault-http", "vault", async move {
            if let Err(error) = http::serve(listener, gate).await {
                log::error!(target: "vault", "transfers by HTTP have ended: {error}");
            }
        });
    }

    let role = config.role;
    let force_authoring = config.force_authoring;
    let name = config.network.node_name.clone();
    let enable_grandpa = !config.disable_grandpa;
    let prometheus_registry = config.prometheus_registry().cloned();
    let is_development = config.chain_spec.chain_type() == ChainType::Development;
    let voter_state = SharedVoterState::empty();

    let rpc_builder = {
        let client = client.clone();
        let pool = transaction_pool.clone();
        let grandpa = GrandpaDeps {
            voter_state: voter_state.clone(),
            authority_set: grandpa_link.shared_authority_set().clone(),
            justifications: grandpa_link.justification_stream(),
            proofs: FinalityProofProvider::new_for_service(
                backend.clone(),
                Some(grandpa_link.shared_authority_set().clone()),
            ),
        };
        Box::new(move |executor| {
            rpc::methods(Deps {
                client: client.clone(),
                pool: pool.clone(),
                grandpa: grandpa.clone(),
                vault: gate.clone(),
                alerts: alerts.clone(),
                finality: warp_sync.clone(),
                executor,
            })
            .map_err(ServiceError::Application)
        })
    };

    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        network: network.clone(),
        client: client.clone(),
        keystore: keystore_container.keystore(),
        task_manager: &mut task_manager,
        transaction_pool: transaction_pool.clone(),
        rpc_builder,
        backend,
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        config,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    if role.is_authority() {
        let proposer_factory = sc_basic_authorship::ProposerFactory::new(
            task_manager.spawn_handle(),
            client.clone(),
            transaction_pool.clone(),
            prometheus_registry.as_ref(),
            telemetry.as_ref().map(Telemetry::handle),
        );
        let slot_duration = sc_consensus_aura::slot_duration::<AuraId, _, _>(&*client)?;
        let aura = sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
            slot_duration,
            client,
            select_chain,
            block_import,
            proposer_factory,
            create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
            force_authoring,
            backoff_authoring_blocks: None::<()>,
            keystore: keystore_container.keystore(),
            sync_oracle: sync_service.clone(),
            justification_sync_link: sync_service.clone(),
            block_proposal_slot_portion: SlotProportion::new(2f32 / 3f32),
            max_block_proposal_slot_portion: None,
            telemetry: telemetry.as_ref().map(Telemetry::handle),
            compatibility_mode: Default::default(),
        })?;
        // Essential: a validator that cannot author stops, rather than looking well.
        task_manager.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
    }

    if enable_grandpa {
        let grandpa_config = sc_consensus_grandpa::Config {
            gossip_duration: GOSSIP_DURATION,
            justification_generation_period: JUSTIFICATION_PERIOD,
            name: Some(name),
            observer_enabled: false,
            keystore: role.is_authority().then(|| keystore_container.keystore()),
            local_role: role,
            telemetry: telemetry.as_ref().map(Telemetry::handle),
            protocol_name: grandpa_protocol_name,
        };
        // Forks are rare a block behind the best one. A single validator has none.
        let voting_rules = if is_development {
            VotingRulesBuilder::new()
        } else {
            VotingRulesBuilder::new().add(BeforeBestBlockBy(VOTE_BEHIND_BEST)).add(ThreeQuartersOfTheUnfinalizedChain)
        };
        let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
            config: grandpa_config,
            link: grandpa_link,
            network,
            sync: Arc::new(sync_service),
            notification_service: grandpa_notifications,
            voting_rule: voting_rules.build(),
            prometheus_registry,
            shared_voter_state: voter_state,
            telemetry: telemetry.as_ref().map(Telemetry::handle),
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
        })?;
        // Essential, as authoring is.
        task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
    }

    Ok(task_manager)
}

/// The port for bulk transfers, unless they are off: the one that is asked for, or any if it is taken.
fn listen_for_transfers(arguments: &VaultArguments) -> Result<Option<(tokio::net::TcpListener, u16)>, ServiceError> {
    if arguments.no_vault_http {
        return Ok(None);
    }
    let address = if arguments.vault_http_external { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let listen = |port| http::listen(SocketAddr::from((address, port)));
    let listener = listen(arguments.vault_http_port).or_else(|_| listen(0)).map_err(ServiceError::Io)?;
    let port = listener.local_addr().map_err(ServiceError::Io)?.port();
    log::info!(target: "vault", "bulk transfers by HTTP on {address}:{port}");
    Ok(Some((listener, port)))
}

/// Opens the vault and gives up old uploads.
///
/// # Errors
/// The vault's lock and its disk, or what keeps the object store from answering.
pub fn open_vault(config: &Configuration, arguments: &StoreArguments) -> Result<Arc<Vault>, ServiceError> {
    let options = Options { max_envelope_bytes: limits::ENVELOPE_MAX as usize, ..Options::default() };
    let path = arguments.vault_path.clone().unwrap_or_else(|| config.data_path.join("vault"));
    let failed = |error| ServiceError::Other(format!("the vault at {} cannot be opened: {error}", path.display()));
    let vault = match arguments.vault_store.as_str() {
        "folder" => Vault::open(&path, options),
        url => {
            let bucket = Bucket::from_url(url, arguments.vault_store_endpoint.as_deref())
                .map_err(|error| ServiceError::Other(error.to_string()))?;
            Vault::open_in_bucket(&path, &bucket, options)
        }
    };
    let vault = vault.map_err(failed)?;
    let pruned = match vault.prune_staging(STAGING_LIFETIME) {
        // What is held can still be read.
        Err(VaultError::ReadOnly) => 0,
        pruned => pruned.map_err(failed)?,
    };
    if pruned > 0 {
        log::info!(target: "vault", "gave up {pruned} uploads that were left unfinished");
    }
    Ok(Arc::new(vault))
}

/// Reads the node's shares of the release key, and on chains with well-known keys installs the well-known one.
fn open_release_keys(
    config: &Configuration,
    client: &FullClient,
    identity: Option<&Path>,
) -> Result<ReleaseKeys, ServiceError> {
    let failed = |error| ServiceError::Application(Box::new(error));
    let keys = match &config.keystore {
        KeystoreConfig::Path { path, .. } => ReleaseKeys::open(path, identity).map_err(failed)?,
        KeystoreConfig::InMemory => ReleaseKeys::in_memory(),
    };
    let committee = client
        .runtime_api()
        .committee(client.info().best_hash)
        .map_err(|error| ServiceError::Other(format!("the release committee cannot be read: {error}")))?;
    let Some(committee) = committee else {
        log::info!(target: "release", "the chain has no release committee yet: its validators will make the key");
        return Ok(keys);
    };
    // The local chain names Alice's node its one committee member.
    let is_alice = config.dev_key_seed.as_deref() == Some("//Alice");
    let is_development = match config.chain_spec.chain_type() {
        ChainType::Development => true,
        ChainType::Local => config.chain_spec.id() == LOCAL_ID && is_alice,
        ChainType::Live | ChainType::Custom(_) => false,
    };
    if is_development && keys.install_development_share(&committee).map_err(failed)? {
        log::warn!(
            target: "release",
            "installed the well-known release share of development chains: what is encrypted here is no secret"
        );
    }
    match keys.standing(&committee) {
        Standing::Member(index) => log::info!(
            target: "release",
            "this node is member {index} of the release committee of epoch {}",
            committee.epoch
        ),
        Standing::NoShare => {
            log::info!(target: "release", "this node is not in the release committee of epoch {}", committee.epoch);
        }
        Standing::Differs(index) => log::warn!(
            target: "release",
            "the chain shows another verifying share for member {index} of the release committee of epoch {}: readers \
             will refuse this node's releases; unless the committee has changed while the node was away, restore the right \
             share",
            committee.epoch
        ),
    }
    Ok(keys)
}
