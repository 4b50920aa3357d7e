//! Genesis: [`genesis`] makes one of its parts, which a consortium gathers in a ceremony, and the presets are two with the
//! keys of the well-known development accounts, which protect nothing: `development`, a chain of one validator, and
//! `local_testnet`, the node's `local` chain, of four.

use crate::{
    AccessConfig, AccountId, AdministratorsConfig, BlockNumber, ConsortiumConfig, CouncilMembersConfig, RoundsConfig,
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
/// Blocks that a phase of a committee's round may take in the presets: 40 s.
const PRESET_PHASE_LENGTH: BlockNumber = 20;

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
    /// The release committee that the chain starts with; without one the validators make its key.
    pub committee: Option<FirstCommittee>,
    /// Blocks in a session.
    pub session_length: BlockNumber,
    /// Blocks that a phase of a committee's round may take; the runtime's default if there is none.
    pub phase_length: Option<BlockNumber>,
}

/// A release committee of one, which hands its key on to the validators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstCommittee {
    /// Its public key.
    pub key: CommitteePoint,
    /// The validator that holds it.
    pub holder: AccountId,
}

/// The genesis of these parts, as a JSON patch of the default one. Sets that are too large come out empty, which no chain
/// starts with.
pub fn genesis(parts: GenesisParts) -> serde_json::Value {
    let GenesisParts { validators, council, administrators, committee, session_length, phase_length } = parts;
    let holders = committee.iter().flat_map(|committee| {
        let holder = validators.iter().find(|validator| validator.account == committee.holder);
        holder.map(|validator| (validator.account.clone(), validator.keys.aura.clone().into()))
    });
    let rounds = RoundsConfig { holders: holders.collect(), phase_length };
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
            committee: committee.map(|FirstCommittee { key, .. }| ReleaseCommittee {
                epoch: 1,
                key,
                threshold: 1,
                shares: vec![key].try_into().unwrap_or_default(),
            }),
        },
        rounds: rounds,
    })
}

/// A genesis whose validators are the council too, and the first of them the release committee.
fn preset(validators: Vec<Validator>, administrators: Vec<AccountId>) -> serde_json::Value {
    genesis(GenesisParts {
        council: validators.iter().map(|validator| validator.account.clone()).collect(),
        committee: validators.first().map(|validator| FirstCommittee {
            key: CommitteePoint(DEVELOPMENT_COMMITTEE_KEY),
            holder: validator.account.clone(),
        }),
        validators,
        administrators,
        session_length: PRESET_SESSION_LENGTH,
        phase_length: Some(PRESET_PHASE_LENGTH),
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
