//! End-to-end tests of MedChain: real nodes and the real command line, started, watched, killed and attacked.
//!
//! | module | what it holds |
//! |---|---|
//! | [`node`] | a `medchain-node` on free ports in a folder of its own |
//! | [`cli`] | the `medchain` command as its users run it |
//! | [`clock`] | programs that see another time |
//! | [`gateway`] | a `medchain-gateway` on a free port |
//! | [`process`] | programs, processes and their memory |
//! | [`rpc`] | the node's JSON-RPC as it goes over the wire |
//! | [`world`] | a node with a patient under a doctor's care |
//! | [`scenario`] | tests that share one node |
//! | [`attack`] | what one tries who holds a node's disk, or half of the rights |
//! | [`testnet`] | a network of validators and full nodes, whose links can be cut |
//! | [`wait`] | waiting for what is to happen soon |
//! | [`life`] | the nine steps of a record's life, and the refusals along the way |
//!
//! The program `medchain-demo` plays [`life`] with files of one's own; `medchain-testnet` runs a [`testnet`].

pub mod attack;
pub mod cli;
pub mod clock;
pub mod consortium;
pub mod gateway;
pub mod http;
pub mod life;
pub mod node;
pub mod process;
pub mod rpc;
pub mod scenario;
pub mod testnet;
pub mod wait;
pub mod world;

use std::{future::Future, path::PathBuf, sync::OnceLock};
use tokio::{runtime::Runtime, task::JoinHandle};

/// One runtime serves the whole process, so that connections made in one call go on in the next.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("the operating system gives threads, or no test could run; qed"))
}

/// Runs a future to its end.
pub fn block_on<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Lets a future run beside what the caller does.
pub fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> JoinHandle<F::Output> {
    runtime().spawn(future)
}

/// The synthetic documents that the repository carries: a one-page PDF, a FHIR bundle and an image.
pub fn samples() -> Vec<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/samples"));
    ["laboratory-report.pdf", "fhir-bundle.json", "phantom.png"].map(|name| folder.join(name)).into()
}
