//! The system: limits of blocks, and the types of the chain.

use crate::*;
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU16, ConstU32},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;

/// The share of a block that ordinary transactions may fill.
const NORMAL_RATIO: Perbill = Perbill::from_percent(75);
/// Two thirds of a slot, in picoseconds; the rest is for propagation. A chain of its own has no proofs of validity, so
/// their size is not bounded.
const BLOCK_WEIGHT: Weight = Weight::from_parts(SLOT_DURATION * WEIGHT_REF_TIME_PER_MILLIS * 2 / 3, u64::MAX);
/// Most bytes in a block.
const BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

parameter_types! {
    /// The runtime's version.
    pub const Version: RuntimeVersion = VERSION;
    /// How much weight a block takes.
    pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(BLOCK_WEIGHT, NORMAL_RATIO);
    /// How many bytes a block takes.
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(BLOCK_LENGTH)
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_RATIO * *length)
        .build();
}

/// What a runtime upgrade does to the storage of earlier versions, in the order of the pallets; a migration stays here until
/// no chain has the version that it starts from.
type Released = (
    pallet_registry::migrations::MigrateV1ToV2<Runtime>,
    pallet_reports::migrations::MigrateV1ToV2<Runtime>,
    pallet_access::migrations::MigrateV1ToV2<Runtime>,
);
/// That.
#[cfg(not(feature = "rehearsal"))]
pub type Migrations = Released;
/// That, and what the rehearsal of an upgrade does.
#[cfg(feature = "rehearsal")]
pub type Migrations = (Released, crate::rehearsal::Rehearsal);

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type BaseCallFilter = super::calls::LetThrough;
    type Block = Block;
    type BlockWeights = RuntimeBlockWeights;
    type BlockLength = RuntimeBlockLength;
    type AccountId = AccountId;
    type Nonce = Nonce;
    type Hash = Hash;
    /// 2400 blocks of 2 s: a transaction may be signed up to 80 minutes before it is sent.
    type BlockHashCount = ConstU32<2400>;
    type DbWeight = crate::weights::storage::StorageWeight;
    type Version = Version;
    type AccountData = ();
    type SS58Prefix = ConstU16<42>;
    type MaxConsumers = ConstU32<16>;
    type SingleBlockMigrations = Migrations;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
}
