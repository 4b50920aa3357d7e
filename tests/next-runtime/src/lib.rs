//! The runtime that a rehearsed upgrade leads to: this release's, with its version raised by one and a migration.
//! Natively there is nothing here but its WebAssembly.

#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "std")]
#[allow(missing_docs)]
mod wasm {
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use wasm::*;

#[cfg(not(feature = "std"))]
pub use medchain_runtime::*;
