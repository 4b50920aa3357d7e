//! The metadata that the SDK's code is generated from is that of this runtime, as nodes run it: without `try-runtime`,
//! whose API would be in it.
#![cfg(not(feature = "try-runtime"))]
#![allow(missing_docs, clippy::unwrap_used)]

use medchain_runtime::Runtime;

const HINT: &str = "run `cargo run -p medchain-runtime --example metadata > clients/sdk/metadata.scale`";

#[test]
fn the_sdk_has_the_current_metadata() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients/sdk/metadata.scale");
    let committed = std::fs::read(path).unwrap_or_default();
    let current = Runtime::metadata_at_version(15).unwrap();
    assert!(committed == *current, "clients/sdk/metadata.scale is not this runtime's: {HINT}");
}
