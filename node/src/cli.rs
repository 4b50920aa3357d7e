//! The command line.

use sc_cli::{
    BuildSpecCmd, ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd, ImportBlocksCmd,
    KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd,
};

/// What the node was asked to do.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// A command; without one the node runs.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// How to run.
    #[clap(flatten)]
    pub run: RunCmd,
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

    /// Show what the database holds, as JSON.
    ChainInfo(ChainInfoCmd),
}
