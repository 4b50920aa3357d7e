//! Prints the runtime's metadata, version 15, as the SDK's code generation reads it:
//! `cargo run -p medchain-runtime --example metadata > clients/sdk/metadata.scale`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let metadata = medchain_runtime::Runtime::metadata_at_version(15)
        .ok_or_else(|| std::io::Error::other("the runtime has no metadata of version 15"))?;
    std::io::stdout().write_all(&metadata)
}
