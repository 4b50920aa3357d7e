//! The command line.

use crate::{ceremony::CeremonyCommand, replication::Replicate, vault_command::VaultCommand};
use sc_cli::{
    BuildSpecCmd, ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd, ImportBlocksCmd,
    KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd,
};
use std::path::PathBuf;

/// What the node was asked to do.
#[derive(Debug, clap::Parser)]
// The SDK's default loses transactions: docs/adr/0020-a-pool-of-one-state.md.
#[command(mut_arg("pool_type", |argument| argument.default_value("single-state")))]
pub struct Cli {
    /// A command; without one the node runs.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// How to run.
    #[clap(flatten)]
    pub run: RunCmd,

    /// How the vault is kept.
    #[clap(flatten)]
    pub vault: VaultArguments,

    /// Let a node of the development or local chain, whose keys everybody knows, listen on addresses that others can
    /// reach.
    #[arg(long)]
    pub unsafe_well_known_keys: bool,
}

/// Where the vault is kept.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct StoreArguments {
    /// The folder of the vault [default: the folder "vault" beside the chain's database].
    #[arg(long, value_name = "FOLDER")]
    pub vault_path: Option<PathBuf>,

    /// Where finished contents lie: "folder", in the vault's folder, or s3://bucket/prefix, in a bucket of an S3-compatible
    /// object store. Credentials come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION.
    #[arg(long, value_name = "folder|s3://BUCKET/PREFIX", default_value = "folder")]
    pub vault_store: String,

    /// The object store, if it is not Amazon's.
    #[arg(long, value_name = "URL")]
    pub vault_store_endpoint: Option<String>,
}

/// How the vault is kept.
#[derive(Clone, Debug, clap::Args)]
pub struct VaultArguments {
    /// Where it is kept.
    #[clap(flatten)]
    pub store: StoreArguments,

    /// The file of the key to which this node's shares of the release key are sealed, as age-keygen writes it [default:
    /// "release-identity.txt" in the keystore folder, made when the node starts first].
    #[arg(long, value_name = "FILE")]
    pub release_identity: Option<PathBuf>,

    /// The port for bulk transfers by plain HTTP, on the local machine; another one if it is taken, any for 0.
    #[arg(long, value_name = "PORT", default_value_t = 9950)]
    pub vault_http_port: u16,

    /// Take bulk transfers by plain HTTP from everywhere.
    #[arg(long)]
    pub vault_http_external: bool,

    /// Where clients reach the port for bulk transfers, if not by the host of the JSON-RPC: behind a proxy that speaks TLS.
    #[arg(long, value_name = "URL")]
    pub vault_http_url: Option<String>,

    /// Transfer over JSON-RPC only.
    #[arg(long)]
    pub no_vault_http: bool,

    /// What to fetch of the contents that records anchor: all, none, or on how many validators each shall be.
    #[arg(long, value_name = "all|none|N", default_value = "all")]
    pub vault_replicate: Replicate,

    /// Minutes after which a content is deleted that no record anchors. Fractions are allowed.
    #[arg(long, value_name = "MINUTES", default_value_t = 60.0, value_parser = minutes)]
    pub vault_collect_after: f64,

    /// How many MiB of the vault are read again each second to find damage; 0 for none.
    #[arg(long, value_name = "MIB", default_value_t = 4)]
    pub vault_scrub_pace: u32,
}

fn minutes(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|minutes| (0.01..=60.0 * 24.0 * 365.0).contains(minutes))
        .ok_or_else(|| "give minutes, from 0.01 to a year".into())
}

/// Everything but running.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
    /// Generate, inspect and insert keys.
    #[command(subcommand)]
    Key(KeySubcommand),

    /// Write a chain specification.
    BuildSpec(BuildSpecCmd),

    /// Export a chain specification.
    ExportChainSpec(ExportChainSpecCmd),

    /// Execute a block again and check it.
    CheckBlock(CheckBlockCmd),

    /// Export blocks to a file.
    ExportBlocks(ExportBlocksCmd),

    /// Export the state of a block as a chain specification.
    ExportState(ExportStateCmd),

    /// Import blocks from a file.
    ImportBlocks(ImportBlocksCmd),

    /// Remove the chain's database. The vault and the keys stay.
    PurgeChain(PurgeChainCmd),

    /// Go back some blocks, at most to the last finalized one.
    Revert(RevertCmd),

    /// Verify, list, export and import the vault's contents while the node is stopped.
    #[command(subcommand)]
    Vault(VaultCommand),

    /// Found a chain together with other institutions.
    #[command(subcommand)]
    Ceremony(CeremonyCommand),

    /// Show what the database holds, as JSON.
    ChainInfo(ChainInfoCmd),
}
