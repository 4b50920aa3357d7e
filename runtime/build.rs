//! Builds the runtime's WebAssembly beside the native library.

fn main() {
    #[cfg(feature = "std")]
    {
        // The target folder may lie outside the workspace, where the builder would look for the lock file in vain and
        // build with whatever versions are newest.
        // Asked for when it runs: checkouts share this program by their target folder.
        let manifest = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        std::env::set_var("WASM_BUILD_WORKSPACE_HINT", manifest.join(".."));
        substrate_wasm_builder::WasmBuilder::build_using_defaults();
    }
}
