//! `medchain-gateway`: what an institution runs beside its node. It serves the portal, and hosts links by which patients
//! show records to who has no account (SMART Health Links). It holds no key that decrypts anything.

mod answers;
mod app;
mod arguments;
mod asking;
mod clock;
mod links;
mod metrics;
mod node;
mod opener;
mod passcode;
mod portal;
mod rate;
mod secrets;
mod server;
mod serving;
mod store;
mod tls;
mod upkeep;

use arguments::Arguments;
use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(server::run(arguments)),
        Err(_) => Err(server::Failure::new("no thread could be started", "close other programs and repeat")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}\nhint: {}", failure.message, failure.hint);
            ExitCode::FAILURE
        }
    }
}
