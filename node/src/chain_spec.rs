//! The chains that the node knows by name: their genesis states are presets of the runtime.

use medchain_runtime::WASM_BINARY;
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// The specification of a chain. It has no extensions.
pub type ChainSpec = sc_service::GenericChainSpec;

/// The prefix of addresses, as the runtime has it.
const SS58_PREFIX: u16 = 42;

/// Id of the `local` chain, as in its data folder.
pub const LOCAL_ID: &str = "medchain_local";

/// A chain of one validator with well-known keys, for development.
pub fn development() -> Result<ChainSpec, String> {
    named("MedChain Development", "medchain_development", ChainType::Development, DEV_RUNTIME_PRESET)
}

/// A chain of several validators with well-known keys on one machine.
pub fn local() -> Result<ChainSpec, String> {
    named("MedChain Local", LOCAL_ID, ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
}

fn named(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<ChainSpec, String> {
    let code = WASM_BINARY.ok_or("this node was built without the runtime; build it with SKIP_WASM_BUILD unset")?;
    Ok(ChainSpec::builder(code, None)
        .with_name(name)
        .with_id(id)
        .with_protocol_id("medchain")
        .with_chain_type(chain_type)
        .with_genesis_config_preset_name(preset)
        .with_properties(properties())
        .build())
}

/// What wallets want to know of a chain.
pub fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}
