//! MedChain's runtime: the pallets of the flow, wired to each other by the glue traits of `medchain-primitives`, over
//! the system, timestamps, Aura and GRANDPA. There is no token, no fee and no sudo.
//!
//! [`configs`] has one file per pallet, [`apis`] the runtime API, [`presets`] the genesis of the chains that need no
//! chain specification of their own.

#![cfg_attr(not(feature = "std"), no_std)]
// `frame_support::runtime` makes public items here that it does not document; the modules deny what it allows.
#![allow(missing_docs)]

extern crate alloc;

#[cfg(feature = "std")]
mod wasm {
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use wasm::*;

#[cfg(feature = "runtime-benchmarks")]
#[macro_use]
mod benchmarks;

pub mod apis;
#[deny(missing_docs)]
pub mod configs;
#[deny(missing_docs)]
pub mod presets;
#[cfg(any(feature = "rehearsal", feature = "std"))]
#[deny(missing_docs)]
pub mod rehearsal;
mod views;
pub mod weights;

#[cfg(feature = "std")]
pub use apis::RuntimeApi;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// A signature of any of the schemes that accounts may have.
pub type Signature = MultiSignature;
/// An account: the public key behind it, or its hash.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// How many transactions an account has sent.
pub type Nonce = u32;
/// A hash of chain data.
pub type Hash = sp_core::H256;
/// The number of a block.
pub type BlockNumber = u32;
/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What every transaction carries beside its call, in the standard order and under the standard identifiers, so that
/// wallets sign without configuration. [`pallet_quotas::CheckNonce`] goes by the system's identifier and encoding, and
/// [`pallet_quotas::CheckQuota`] carries nothing.
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckMortality<Runtime>,
    pallet_quotas::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    pallet_quotas::CheckQuota<Runtime>,
);

/// A transaction or inherent as it stands in a block.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What is signed with a transaction.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Executes blocks.
pub type Executive =
    frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

/// The node's view of the chain: extrinsics are bytes, so that it need not know the calls.
pub mod opaque {
    use super::BlakeTwo256;
    use sp_runtime::generic;

    /// An extrinsic as bytes.
    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;
    /// A block's header.
    pub type Header = generic::Header<super::BlockNumber, BlakeTwo256>;
    /// A block of opaque extrinsics.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;
    /// The identifier of a block.
    pub type BlockId = generic::BlockId<Block>;
}

impl_opaque_keys! {
    /// The keys that a validator works with.
    pub struct SessionKeys {
        /// Authors blocks.
        pub aura: Aura,
        /// Votes on finality.
        pub grandpa: Grandpa,
    }
}

/// How long a slot is, and so the least time between two blocks, in milliseconds.
pub const SLOT_DURATION: u64 = 2_000;

/// The runtime's version.
#[cfg(not(feature = "rehearsal"))]
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("medchain"),
    impl_name: Cow::Borrowed("medchain"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

/// The runtime's version, as an upgrade to it is rehearsed: one more than the release's. It is in the code alone, as the
/// attribute above wants a number that it can read.
#[cfg(feature = "rehearsal")]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("medchain"),
    impl_name: Cow::Borrowed("medchain"),
    authoring_version: 1,
    spec_version: 2,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

/// The pallets and their indices. The validators' set comes before the sessions, which begin with it at genesis, and
/// authorship before the sessions' end, as a block is its author's by the session in which it was begun. 15 to 19 are
/// left.
#[frame_support::runtime]
mod runtime {
    /// The runtime.
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    /// Accounts, blocks, events.
    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    /// The chain's clock.
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;

    /// Who authors blocks.
    #[runtime::pallet_index(2)]
    pub type Aura = pallet_aura;

    /// Who finalizes blocks.
    #[runtime::pallet_index(3)]
    pub type Grandpa = pallet_grandpa;

    /// Who may author and finalize blocks, by the council's word.
    #[runtime::pallet_index(4)]
    pub type Validators = pallet_membership<Instance3>;

    /// Who authored this block.
    #[runtime::pallet_index(5)]
    pub type Authorship = pallet_authorship;

    /// Proven offences of validators.
    #[runtime::pallet_index(6)]
    pub type Offences = pallet_offences;

    /// The validators' keys, session by session.
    #[runtime::pallet_index(7)]
    pub type Session = pallet_session;

    /// The validators' keys of earlier sessions.
    #[runtime::pallet_index(8)]
    pub type Historical = pallet_session::historical;

    /// The sessions' ends, and what the council has done in the name of root.
    #[runtime::pallet_index(9)]
    pub type Consortium = pallet_consortium;

    /// Who vets professionals.
    #[runtime::pallet_index(10)]
    pub type Administrators = pallet_membership<Instance1>;

    /// The consortium's governing body: its motions and votes.
    #[runtime::pallet_index(11)]
    pub type Council = pallet_collective<Instance1>;

    /// Who sits in the council.
    #[runtime::pallet_index(12)]
    pub type CouncilMembers = pallet_membership<Instance2>;

    /// The calls that the council has stopped.
    #[runtime::pallet_index(13)]
    pub type TxPause = pallet_tx_pause;

    /// The rounds in which the validators make the release committee's key and hand it on. It comes after the sessions'
    /// end, with whose validators it begins.
    #[runtime::pallet_index(14)]
    pub type Rounds = pallet_committee;

    /// The members.
    #[runtime::pallet_index(20)]
    pub type Registry = pallet_registry;

    /// Appointments and care relations.
    #[runtime::pallet_index(21)]
    pub type Appointments = pallet_appointments;

    /// Anchored records.
    #[runtime::pallet_index(22)]
    pub type Reports = pallet_reports;

    /// Requests, grants, openings and the read log.
    #[runtime::pallet_index(23)]
    pub type Access = pallet_access;

    /// What each account may spend.
    #[runtime::pallet_index(24)]
    pub type Quotas = pallet_quotas;
}
