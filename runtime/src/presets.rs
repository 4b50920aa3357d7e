//! Genesis presets: `development`, a chain of one validator, and `local_testnet`, the node's `local` chain, of four.
//! Their keys are those of the well-known development accounts, so neither protects anything.

use crate::{
    AccessConfig, AccountId, AdministratorsConfig, AuraConfig, GrandpaConfig, QuotasConfig, RuntimeGenesisConfig,
    SessionKeys,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use medchain_primitives::CommitteePoint;
use pallet_access::ReleaseCommittee;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// The release committee's public key of both presets, whose secret everybody knows.
pub const DEVELOPMENT_COMMITTEE_KEY: [u8; 32] = [
    0x94, 0x2e, 0x04, 0x01, 0x5a, 0x9b, 0x1b, 0xc4, 0xeb, 0x4a, 0x36, 0xc9, 0x5e, 0x26, 0x5e, 0x4f, 0x6a, 0x0d, 0x1f,
    0xe8, 0x40, 0x9a, 0x22, 0x0b, 0x01, 0x45, 0x03, 0xf2, 0xb4, 0x92, 0x61, 0x62,
];

/// A validator of a preset: its account is the one of its authoring key.
struct Validator {
    account: AccountId,
    keys: SessionKeys,
}

impl Validator {
    fn named(author: Sr25519Keyring, voter: Ed25519Keyring) -> Self {
        Self {
            account: author.to_account_id(),
            keys: SessionKeys { aura: author.public().into(), grandpa: voter.public().into() },
        }
    }
}

fn genesis(validators: Vec<Validator>, administrators: Vec<AccountId>) -> serde_json::Value {
    let committee_key = CommitteePoint(DEVELOPMENT_COMMITTEE_KEY);
    let administrators = administrators.try_into().unwrap_or_default();
    build_struct_json_patch!(RuntimeGenesisConfig {
        aura: AuraConfig { authorities: validators.iter().map(|validator| validator.keys.aura.clone()).collect() },
        grandpa: GrandpaConfig {
            authorities: validators.iter().map(|validator| (validator.keys.grandpa.clone(), 1)).collect(),
        },
        administrators: AdministratorsConfig { members: administrators },
        access: AccessConfig {
            committee: Some(ReleaseCommittee {
                epoch: 1,
                key: committee_key,
                threshold: 1,
                shares: vec![committee_key].try_into().unwrap_or_default(),
            }),
        },
        quotas: QuotasConfig { privileged: validators.into_iter().map(|validator| validator.account).collect() },
    })
}

fn development() -> serde_json::Value {
    genesis(
        vec![Validator::named(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
        vec![Sr25519Keyring::Alice.to_account_id()],
    )
}

fn local() -> serde_json::Value {
    genesis(
        vec![
            Validator::named(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
            Validator::named(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
            Validator::named(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
            Validator::named(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
        ],
        vec![Sr25519Keyring::Alice.to_account_id(), Sr25519Keyring::Bob.to_account_id()],
    )
}

/// The preset of this name, as a JSON patch of the default genesis; `None` when there is none.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEV_RUNTIME_PRESET => development(),
        LOCAL_TESTNET_RUNTIME_PRESET => local(),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
    vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}
