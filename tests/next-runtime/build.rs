//! Builds the WebAssembly of the next runtime.

fn main() {
    #[cfg(feature = "std")]
    {
        // As in the runtime's own build script.
        std::env::set_var("WASM_BUILD_WORKSPACE_HINT", concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        substrate_wasm_builder::WasmBuilder::init_with_defaults()
            .enable_feature("rehearsal")
            // The version is in the code alone: see the runtime's `VERSION`.
            .disable_runtime_version_section_check()
            .build();
    }
}
