//! A runtime with the system, sessions and this pallet. The council is root; the set is a storage value.
#![allow(clippy::unwrap_used)]

use crate::{self as pallet_consortium, NoCurrency, ValidatorSet};
use codec::Encode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Contains, Hooks},
};
use frame_system::EnsureRoot;
use sp_runtime::{
    impl_opaque_keys,
    testing::UintAuthorityId,
    traits::{ConvertInto, OpaqueKeys},
    BuildStorage, DispatchResult, KeyTypeId,
};

type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;

/// A validator from genesis on.
pub const NORTH: AccountId = 1;
/// A second one.
pub const SOUTH: AccountId = 2;
/// A third one.
pub const EAST: AccountId = 3;
/// A hospital that wants to become one.
pub const WEST: AccountId = 4;
/// The owner of keys that are out of use.
pub const NOBODY: AccountId = 999;
/// Blocks in a session.
pub const SESSION: u64 = 5;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system = 0,
        Session: pallet_session = 1,
        Historical: pallet_session::historical = 2,
        Consortium: pallet_consortium = 3,
    }
);

impl_opaque_keys! {
    pub struct MockKeys {
        pub vote: UintAuthorityId,
    }
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

parameter_types! {
    pub static Set: Vec<AccountId> = Vec::new();
    pub static Voters: Vec<u64> = Vec::new();
}

/// The council's set, kept beside the chain.
pub struct SetBeside;
impl ValidatorSet<AccountId> for SetBeside {
    fn accounts() -> Vec<AccountId> {
        Set::get()
    }

    fn remove(account: &AccountId) -> bool {
        Set::mutate(|set| {
            let removable = set.len() > 1 && set.contains(account);
            if removable {
                set.retain(|other| other != account);
            }
            removable
        })
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_set(accounts: Vec<AccountId>) {
        Set::set(accounts);
    }
}

/// Keeps the keys that vote, as GRANDPA does.
pub struct Votes;
impl pallet_session::SessionHandler<AccountId> for Votes {
    const KEY_TYPE_IDS: &'static [KeyTypeId] = &[sp_runtime::key_types::DUMMY];

    fn on_genesis_session<Keys: OpaqueKeys>(validators: &[(AccountId, Keys)]) {
        Self::on_new_session(true, validators, validators);
    }

    fn on_new_session<Keys: OpaqueKeys>(changed: bool, validators: &[(AccountId, Keys)], _: &[(AccountId, Keys)]) {
        if changed {
            let key = |(_, keys): &(AccountId, Keys)| keys.get::<UintAuthorityId>(sp_runtime::key_types::DUMMY);
            Voters::set(validators.iter().filter_map(key).map(|key| key.0).collect());
        }
    }

    fn on_disabled(_: u32) {}
}

impl pallet_session::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Consortium;
    type NextSessionRotation = Consortium;
    type SessionManager = pallet_session::historical::NoteHistoricalRoot<Test, Consortium>;
    type SessionHandler = Votes;
    type Keys = MockKeys;
    type DisablingStrategy = ();
    type WeightInfo = ();
    type Currency = NoCurrency<RuntimeHoldReason>;
    type KeyDeposit = ConstU64<0>;
}

/// Every validator is what it is.
pub struct Itself;
impl sp_runtime::traits::Convert<AccountId, Option<()>> for Itself {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

impl pallet_session::historical::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = Itself;
}

/// Only the authorisation of an upgrade.
pub struct Upgrades;
impl Contains<RuntimeCall> for Upgrades {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::System(frame_system::Call::authorize_upgrade { .. }))
    }
}

parameter_types! {
    pub const RetiredKeysOwner: AccountId = NOBODY;
}

impl pallet_consortium::Config for Test {
    type RuntimeCall = RuntimeCall;
    type Validators = SetBeside;
    type EnactOrigin = EnsureRoot<AccountId>;
    type RootCalls = Upgrades;
    type AcknowledgeOrigin = EnsureRoot<AccountId>;
    type DefaultSessionLength = ConstU64<100>;
    type HistoryDepth = ConstU32<3>;
    type RetiredKeysOwner = RetiredKeysOwner;
    type OffencesMax = ConstU32<2>;
    type WeightInfo = ();
}

/// Registers a session key as its owner does.
pub fn set_key(who: AccountId, key: u64) -> DispatchResult {
    let mut keys = MockKeys { vote: UintAuthorityId(key) };
    let proof = keys.create_ownership_proof(&who.encode()).unwrap();
    Session::set_keys(RuntimeOrigin::signed(who), keys, proof.encode())
}

/// The key that votes for a validator at genesis.
pub fn first_key(who: AccountId) -> u64 {
    who * 10
}

/// Begins the next block.
pub fn next_block() {
    System::set_block_number(System::block_number() + 1);
    Session::on_initialize(System::block_number());
    Consortium::on_initialize(System::block_number());
}

/// Goes on to the first block of the next session.
pub fn next_session() {
    let session = Session::current_index();
    while Session::current_index() == session {
        next_block();
    }
}

/// The genesis of a network of these validators, each with its first key; the hospitals can send transactions.
pub fn genesis(validators: &[AccountId]) -> RuntimeGenesisConfig {
    Set::set(validators.to_vec());
    let keys = |who: &AccountId| (*who, *who, MockKeys { vote: UintAuthorityId(first_key(*who)) });
    RuntimeGenesisConfig {
        session: pallet_session::GenesisConfig { keys: validators.iter().map(keys).collect(), ..Default::default() },
        consortium: pallet_consortium::GenesisConfig { session_length: Some(SESSION) },
        ..Default::default()
    }
}

/// Runs a test in block 1 of a network of these validators and checks the invariants after it.
pub fn with_validators(validators: &[AccountId], test: impl FnOnce()) {
    let mut ext = sp_io::TestExternalities::new(genesis(validators).build_storage().unwrap());
    ext.execute_with(|| {
        System::set_block_number(1);
        for who in [NORTH, SOUTH, EAST, WEST] {
            System::inc_providers(&who);
        }
        test();
        Consortium::do_try_state().unwrap();
    });
}
