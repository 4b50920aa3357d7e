//! The MedChain node: a validator or a full node of the consortium's chain, with the vault beside it.

mod admission;
mod alerts;
mod ceremony;
mod chain_spec;
mod cli;
mod command;
mod committee;
mod erasure;
mod gate;
mod http;
mod ipfs;
mod loopback;
mod peers;
mod replication;
mod rpc;
mod service;
mod ticket;
mod unanchored;
mod upkeep;
mod vault_command;
mod vault_metrics;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A core would hold the shares of the release key in the clear.
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        eprintln!("error: core dumps cannot be turned off: {error}");
        return ExitCode::FAILURE;
    }
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error = error.to_string();
            eprintln!("error: {error}");
            if error.contains("Database file is in use") {
                eprintln!("hint: another node runs on this data; stop it, or give this one a --base-path of its own");
            }
            ExitCode::FAILURE
        }
    }
}
