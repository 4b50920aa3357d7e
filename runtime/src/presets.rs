//! Genesis: [`genesis`] makes one of its parts, which a consortium gathers in a ceremony, and the presets are two with the
//! keys of the well-known development accounts, which protect nothing: `development`, a chain of one validator, and
//! `local_testnet`, the node's `local` chain, of four.

use crate::{
    AccessConfig, AccountId, AdministratorsConfig, BlockNumber, ConsortiumConfig, CouncilMembersConfig,
    RuntimeGenesisConfig, SessionConfig, SessionKeys, ValidatorsConfig,
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

/// Blocks in a session of the presets: 20 s, so that a change of the validators can be watched.
const PRESET_SESSION_LENGTH: BlockNumber = 10;

/// A validator at genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    /// Its account.
    pub account: AccountId,
    /// The keys that it works with.
    pub keys: SessionKeys,
}

impl Validator {
    fn named(author: Sr25519Keyring, voter: Ed25519Keyring) -> Self {
        Self {
            account: author.to_account_id(),
            keys: SessionKeys { aura: author.public().into(), grandpa: voter.public().into() },
        }
    }
}

/// What a genesis is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisParts {
    /// The validators; at most `limits::COMMITTEE_MAX`.
    pub validators: Vec<Validator>,
    /// The council.
    pub council: Vec<AccountId>,
    /// The administrators.
    pub administrators: Vec<AccountId>,
    /// The public key of the release committee's one member.
    pub committee_key: CommitteePoint,
    /// Blocks in a session.
    pub session_length: BlockNumber,
}

/// The genesis of these parts, as a JSON patch of the default one. Sets that are too large come out empty, which no chain
/// starts with.
pub fn genesis(parts: GenesisParts) -> serde_json::Value {
    let GenesisParts { validators, council, administrators, committee_key, session_length } = parts;
    let accounts: Vec<_> = validators.iter().map(|validator| validator.account.clone()).collect();
    build_struct_json_patch!(RuntimeGenesisConfig {
        validators: ValidatorsConfig { members: accounts.try_into().unwrap_or_default() },
        session: SessionConfig {
            keys: validators.into_iter().map(|Validator { account, keys }| (account.clone(), account, keys)).collect(),
        },
        consortium: ConsortiumConfig { session_length: Some(session_length) },
        administrators: AdministratorsConfig { members: administrators.try_into().unwrap_or_default() },
        council_members: CouncilMembersConfig { members: council.try_into().unwrap_or_default() },
        access: AccessConfig {
            committee: Some(ReleaseCommittee {
                epoch: 1,
                key: committee_key,
                threshold: 1,
                shares: vec![committee_key].try_into().unwrap_or_default(),
            }),
        },
    })
}

/// A genesis whose validators are the council too.
fn preset(validators: Vec<Validator>, administrators: Vec<AccountId>) -> serde_json::Value {
    genesis(GenesisParts {
        council: validators.iter().map(|validator| validator.account.clone()).collect(),
        validators,
        administrators,
        committee_key: CommitteePoint(DEVELOPMENT_COMMITTEE_KEY),
        session_length: PRESET_SESSION_LENGTH,
    })
}

fn development() -> serde_json::Value {
    preset(
        vec![Validator::named(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
        vec![Sr25519Keyring::Alice.to_account_id()],
    )
}

fn local() -> serde_json::Value {
    preset(
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
