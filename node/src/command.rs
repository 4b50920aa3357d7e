//! What each command does.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    loopback,
    service::{self, Block, PartialNode},
};
use sc_cli::{DatabasePruningMode, KeySubcommand, SubstrateCli};
use sc_network::config::NetworkBackendType;
use sc_service::PartialComponents;
use std::path::PathBuf;

/// Most calls in a batch over JSON-RPC where nothing else is said. The SDK sets no limit.
const BATCH_MAX: u32 = 100;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "MedChain Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        "the MedChain contributors".into()
    }

    fn support_url() -> String {
        concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(match id {
            // Naming no chain is fine where only the file or the screen gets a key.
            "" if matches!(self.subcommand, Some(Subcommand::Key(KeySubcommand::GenerateNodeKey(_)))) => {
                Box::new(chain_spec::development()?)
            }
            "" => {
                return Err("no chain is named\nhint: give --dev, --chain local, or --chain with the file of a \
                            chain specification"
                    .into())
            }
            "dev" | "development" => Box::new(chain_spec::development()?),
            "local" => Box::new(chain_spec::local()?),
            path => {
                let file = PathBuf::from(path);
                if !file.is_file() {
                    return Err(format!(
                        "there is no chain and no file named {path:?}\nhint: the chains are development and local; a \
                         chain specification is a JSON file"
                    ));
                }
                Box::new(chain_spec::ChainSpec::from_json_file(file)?)
            }
        })
    }
}

/// Parses the command line and does what it says.
///
/// # Errors
/// Whatever stops the command, in words for the person who gave it.
pub fn run() -> sc_cli::Result<()> {
    let mut cli = Cli::from_args();
    let Some(subcommand) = &cli.subcommand else {
        // A development chain keeps every state, so that any block can be asked about.
        let pruning = &mut cli.run.import_params.pruning_params;
        if cli.run.shared_params.is_dev() && pruning.state_pruning.is_none() {
            pruning.state_pruning = Some(DatabasePruningMode::ArchiveCanonical);
        }
        let rpc = &mut cli.run.rpc_params;
        if !rpc.rpc_disable_batch_requests {
            rpc.rpc_max_batch_request_len.get_or_insert(BATCH_MAX);
        }
        return start(cli);
    };
    match subcommand {
        Subcommand::Key(command) => command.run(&cli),
        Subcommand::BuildSpec(command) => {
            cli.create_runner(command)?.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Subcommand::ExportChainSpec(command) => command.run(cli.load_spec(&command.chain)?),
        Subcommand::CheckBlock(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialNode { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Subcommand::ExportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialNode { client, task_manager, .. } = service::new_partial(&config)?;
            Ok((command.run(client, config.database), task_manager))
        }),
        Subcommand::ExportState(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialNode { client, task_manager, .. } = service::new_partial(&config)?;
            Ok((command.run(client, config.chain_spec), task_manager))
        }),
        Subcommand::ImportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialNode { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Subcommand::PurgeChain(command) => cli.create_runner(command)?.sync_run(|config| command.run(config.database)),
        Subcommand::Revert(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, backend, .. } = service::new_partial(&config)?;
            let revert_finality = Box::new(|client, _, blocks| {
                sc_consensus_grandpa::revert(client, blocks)?;
                Ok(())
            });
            Ok((command.run(client, backend, Some(revert_finality)), task_manager))
        }),
        Subcommand::Vault(command) => cli.create_runner(command)?.sync_run(|config| command.run(&config)),
        Subcommand::Ceremony(command) => command.run().map_err(sc_cli::Error::Input),
        Subcommand::ChainInfo(command) => cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config)),
    }
}

fn start(mut cli: Cli) -> sc_cli::Result<()> {
    let shared = &cli.run.shared_params;
    let spec = cli.load_spec(&shared.chain_id(shared.is_dev()))?;
    let keep_to_loopback = loopback::has_well_known_keys(&spec.chain_type()) && !cli.unsafe_well_known_keys;
    let network = &mut cli.run.network_params;
    if keep_to_loopback && network.listen_addr.is_empty() {
        network.listen_addr.push(loopback::listen_address(network.port));
    }
    let vault = cli.vault.clone();
    cli.create_runner(&cli.run)?.run_node_until_exit(|config| async move {
        if keep_to_loopback {
            loopback::ensure_kept(&config)?;
        }
        match config.network.network_backend {
            NetworkBackendType::Litep2p => service::new_full::<sc_network::Litep2pNetworkBackend>(config, &vault),
            NetworkBackendType::Libp2p => {
                service::new_full::<sc_network::NetworkWorker<Block, service::Hash>>(config, &vault)
            }
        }
        .map_err(sc_cli::Error::Service)
    })
}
