//! Builds the WebAssembly of the next runtime.

fn main() {
    #[cfg(feature = "std")]
    {
        // As in the runtime's own build script.
        // Asked for when it runs: checkouts share this program by their target folder.
        let manifest = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        std::env::set_var("WASM_BUILD_WORKSPACE_HINT", manifest.join("../.."));
        // Without it the dependencies are built a second time, which takes minutes and is all that it does.
        if let Err(error) = share_dependencies() {
            println!("cargo::warning=the runtimes' dependencies are built twice: {error}");
        }
        substrate_wasm_builder::WasmBuilder::init_with_defaults()
            .enable_feature("rehearsal")
            // The version is in the code alone: see the runtime's `VERSION`.
            .disable_runtime_version_section_check()
            .build();
    }
}

/// Lets the builder's project for this runtime use the target folder of the project for the runtime itself.
#[cfg(feature = "std")]
fn share_dependencies() -> std::io::Result<()> {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    // `<target>/<profile>/build/<package>/out`, and the builder's projects in `<target>/<profile>/wbuild`.
    let projects = out.ancestors().nth(3).ok_or(std::io::ErrorKind::NotFound)?.join("wbuild");
    let own = projects.join("medchain-next-runtime");
    std::fs::create_dir_all(projects.join("medchain-runtime/target"))?;
    std::fs::create_dir_all(&own)?;
    let link = own.join("target");
    if link.is_symlink() {
        return Ok(());
    }
    if link.exists() {
        std::fs::remove_dir_all(&link)?;
    }
    std::os::unix::fs::symlink("../medchain-runtime/target", link)
}
