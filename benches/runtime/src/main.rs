//! Measures the runtime as a node runs it: as WebAssembly, compiled by the node's executor.
//!
//! `weights` and `storage` measure what `runtime/src/weights/` states, `calls` each call beside a remark of the same length, `growth`
//! what listings and calls cost on a small chain and on large ones, `options` what those of the database are worth. Run it by `scripts/weights.sh` and `scripts/bench.sh`.

mod calls;
mod chain;
mod database;
mod executor;
mod growth;
mod options;
mod seed;
mod state;
mod storage;
mod story;
mod weights;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Measures the runtime as a node runs it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measures every call, hook and extension and writes their weights.
    Weights {
        /// The runtime's WebAssembly, built with its benchmarks.
        runtime: PathBuf,
        /// Runs each benchmark once, checks its effect and writes nothing.
        #[arg(long)]
        verify: bool,
    },
    /// Measures what it costs to read and to write a value in a large database, and writes the weights.
    Storage,
    /// Measures each call, with its signature, beside a signed remark of the same length.
    Calls {
        /// Write the figures to this file.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Measures listings, calls, proofs and the database at a thousand records and at many more.
    Growth {
        /// How many records the large chain has.
        #[arg(long, default_value_t = 1_000_000)]
        records: u64,
        /// Write the figures to this file.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Measures what the options of the database are worth.
    Options {
        /// Write the figures to this file.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Writes a node's database of a chain with so many records, as `growth` measures them.
    Seed {
        /// How many records.
        records: u64,
        /// Where to.
        folder: PathBuf,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().what {
        What::Weights { runtime, verify } => weights::run(&runtime, verify),
        What::Storage => storage::run(),
        What::Calls { json } => calls::run(json.as_deref()),
        What::Options { json } => options::run(json.as_deref()),
        What::Seed { records, folder } => growth::make(records, &folder),
        What::Growth { records, json } => growth::run(records, json.as_deref()),
    }
}
