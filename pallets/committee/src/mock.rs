//! A runtime with the system and this pallet. The validators are a value beside the chain; genesis gives the first ones.
#![allow(clippy::unwrap_used)]

use crate::{self as pallet_committee, *};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Hooks},
};
use frame_system::EnsureRoot;
use medchain_primitives::CommitteePoint;
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{BuildStorage, DispatchResult};

type Block = frame_system::mocking::MockBlock<Test>;
pub type AccountId = u64;

/// Validators.
pub const NORTH: AccountId = 1;
pub const SOUTH: AccountId = 2;
pub const EAST: AccountId = 3;
pub const WEST: AccountId = 4;
/// One that joins.
pub const CENTRE: AccountId = 5;
/// How many blocks a phase may take.
pub const PHASE: u64 = 10;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system = 0,
        Rounds: pallet_committee = 1,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

parameter_types! {
    pub static Session: u32 = 0;
    pub static Seats: Vec<Seat<AccountId>> = Vec::new();
    pub static InForce: Option<Committee> = None;
}

/// The validators beside the chain.
pub struct Beside;
impl Validators<AccountId> for Beside {
    fn session() -> u32 {
        Session::get()
    }

    fn seats() -> Vec<Seat<AccountId>> {
        Seats::get()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_seat(seats: Vec<Seat<AccountId>>) {
        Seats::set(seats);
    }
}

impl Published for Beside {
    fn committee() -> Option<Committee> {
        InForce::get()
    }

    fn publish(committee: Committee) {
        InForce::set(Some(committee));
    }
}

impl pallet_committee::Config for Test {
    type Validators = Beside;
    type Published = Beside;
    type BeginOrigin = EnsureRoot<AccountId>;
    type RenewOrigin = EnsureRoot<AccountId>;
    type EarlierMax = ConstU32<2>;
    type DefaultPhaseLength = ConstU64<100>;
    type FailuresMax = ConstU32<8>;
    type ActPriority = ConstU64<1>;
    type WeightInfo = ();
}

/// A validator's session key; it has another after each `turn`.
pub fn pair(who: AccountId, turn: u32) -> sr25519::Pair {
    sr25519::Pair::from_string(&format!("//{who}//{turn}"), None).unwrap()
}

/// A validator's place with its first key.
pub fn seat(who: AccountId) -> Seat<AccountId> {
    Seat { account: who, key: pair(who, 0).public() }
}

/// Points that stand for what a polynomial commits to: the pallet compares bytes and computes nothing.
pub fn point(n: u8) -> CommitteePoint {
    CommitteePoint([n; 32])
}

pub fn points(numbers: impl IntoIterator<Item = u8>) -> PerMember<CommitteePoint> {
    numbers.into_iter().map(point).collect::<Vec<_>>().try_into().unwrap()
}

pub fn members(numbers: impl IntoIterator<Item = u16>) -> PerMember<u16> {
    numbers.into_iter().collect::<Vec<_>>().try_into().unwrap()
}

/// The round under way, or the last one.
pub fn round() -> Round<AccountId, u64> {
    CurrentRound::<Test>::get().unwrap()
}

/// Signs an act with the first key of a validator and validates and dispatches it, as the pool and a block do.
pub fn act(who: AccountId, member: u16, act: Act) -> DispatchResult {
    act_with(&pair(who, 0), round().number, member, act)
}

/// As [`act`], with a key and in a round.
#[allow(deprecated)]
pub fn act_with(pair: &sr25519::Pair, number: u32, member: u16, act: Act) -> DispatchResult {
    let text = act.text(&System::block_hash(0), number, member);
    let signature = pair.sign(&text);
    let call = pallet_committee::Call::<Test>::act { round: number, member, act: act.clone(), signature };
    let valid = <Rounds as sp_runtime::traits::ValidateUnsigned>::validate_unsigned(
        sp_runtime::transaction_validity::TransactionSource::External,
        &call,
    );
    let done = Rounds::act(RuntimeOrigin::none(), number, member, act, signature);
    assert_eq!(valid.is_ok(), done.is_ok(), "the pool and the block do not agree: {valid:?}, {done:?}");
    done.map(drop).map_err(|refused| refused.error)
}

/// A dealing of the right degree: of a fresh secret, or of the dealer's share.
pub fn dealing(member: u16) -> Act {
    let first = round().dealers[usize::from(member) - 1].share.unwrap_or(point(100 + member as u8));
    let mut commitment = vec![first];
    commitment.extend((1..round().threshold).map(|k| point(k as u8)));
    Act::Deal(PublishedDealing { commitment: commitment.try_into().unwrap(), proof: [0; 64] })
}

/// An outcome in which these dealers count.
pub fn outcome(dealers: impl IntoIterator<Item = u16>, first_share: u8) -> Act {
    let recipients = round().recipients.len() as u8;
    Act::Confirm(Outcome {
        dealers: members(dealers),
        key: round().key.unwrap_or(point(200)),
        shares: points(first_share..first_share + recipients),
    })
}

/// Begins the next block.
pub fn next_block() {
    System::set_block_number(System::block_number() + 1);
    Rounds::on_initialize(System::block_number());
}

/// Lets the time of a phase pass.
pub fn pass_phase() {
    for _ in 0..PHASE {
        next_block();
    }
}

/// Begins a session with these validators.
pub fn next_session(seats: Vec<Seat<AccountId>>) {
    Seats::set(seats);
    Session::set(Session::get() + 1);
    next_block();
}

/// Runs a test in block 1 of a network of four validators, the round of whose first key has begun, and checks the
/// invariants after it.
pub fn with_four(test: impl FnOnce()) {
    with(&[], test);
}

/// As [`with_four`], on a chain whose genesis names a committee that these hold.
pub fn with(holders: &[AccountId], test: impl FnOnce()) {
    Session::set(0);
    Seats::set([NORTH, SOUTH, EAST, WEST].map(seat).to_vec());
    let committee = Committee { epoch: 3, key: point(200), threshold: 1, shares: points(50..50 + holders.len() as u8) };
    InForce::set((!holders.is_empty()).then_some(committee));
    let genesis = RuntimeGenesisConfig {
        rounds: pallet_committee::GenesisConfig {
            holders: holders.iter().map(|who| (*who, pair(*who, 0).public())).collect(),
            phase_length: Some(PHASE),
        },
        ..Default::default()
    };
    let mut ext = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
    ext.execute_with(|| {
        frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(9));
        next_block();
        test();
        Rounds::do_try_state().unwrap();
    });
}

/// Deals as all of these dealers, who are the first validators in order.
pub fn all_deal() {
    let dealers = round().dealers;
    for (number, dealer) in (1..).zip(&dealers) {
        act(dealer.seat.account, number, dealing(number)).unwrap();
    }
}

/// Reports as these recipients that nothing is missing.
pub fn all_report() {
    let recipients = round().recipients;
    for (number, seat) in (1..).zip(&recipients) {
        act(seat.account, number, Act::Report(members([]))).unwrap();
    }
}

/// Carries the round under way out to its end.
pub fn carry_out(first_share: u8) {
    all_deal();
    all_report();
    let (recipients, dealers) = (round().recipients, round().dealers.len() as u16);
    for (number, seat) in (1..).zip(&recipients) {
        if round().phase == Phase::Confirming {
            act(seat.account, number, outcome(1..=dealers, first_share)).unwrap();
        }
    }
}
