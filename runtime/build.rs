//! Builds the runtime's WebAssembly beside the native library.

fn main() {
    #[cfg(feature = "std")]
    {
        // The target folder may lie outside the workspace, where the builder would look for the lock file in vain and
        // build with whatever versions are newest.
        std::env::set_var("WASM_BUILD_WORKSPACE_HINT", concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        substrate_wasm_builder::WasmBuilder::build_using_defaults();
    }
}
