//! Random sequences of calls by every role over the real runtime, with its invariants checked after each.
//!
//! A model is kept from the events alone and must agree with the state: who may read what, how many openings are left,
//! who holds which slot, what the read log says. Calls are proposed so that most of them are plausible; one in eight is
//! sent by an account or for a number drawn at random. What a call must not do, the model finds out; what it must do,
//! the histogram shows.
//!
//! The seed is another one each time, and printed. `MEDCHAIN_SEED=<number>` plays one again, `MEDCHAIN_CASES=<number>`
//! fewer sequences of it. The whole test asks that there are many calls, and that every kind of call succeeds often.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;
#[path = "stateful/emergency.rs"]
mod emergency;
#[path = "stateful/identity.rs"]
mod identity;
#[path = "stateful/institutions.rs"]
mod institutions;
#[path = "stateful/model.rs"]
mod model;
#[path = "stateful/proposals.rs"]
mod proposals;

use chain::{check_invariants, genesis, now, pass, set_time, BEGIN};
use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    traits::{GetCallMetadata, Hooks},
    weights::Weight,
};
use medchain_primitives::*;
use medchain_runtime::{configs::quotas::QuotaTable, *};
use model::Model;
use pallet_quotas::Quotas as _;
use proposals::Dice;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use sp_core::{sr25519, Pair};
use sp_runtime::{
    traits::DispatchTransaction,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    BuildStorage, DispatchResult,
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{
        atomic::{AtomicU32, Ordering},
        Mutex, OnceLock,
    },
};

/// Sequences played, and calls in each.
const CASES: u32 = 50;
const CALLS: usize = 2_600;
/// Calls that are dispatched in all, and successes of every kind of call, at least.
const DISPATCHED_MIN: u64 = 100_000;
const SUCCESSES_MIN: u64 = 100;
/// After how many calls the whole state is compared with the model, and after how many the pallets' own invariants run.
const COMPARED_EVERY: usize = 200;
const INVARIANTS_EVERY: usize = 1_300;
/// Of the blocks that pass, one in this many has time left.
const IDLE_ONE_IN: u64 = 40;
/// The pallets whose calls are played.
const PALLETS: [&str; 4] = ["Registry", "Appointments", "Reports", "Access"];

/// How often each call succeeded and was refused.
type Histogram = BTreeMap<(&'static str, &'static str), (u64, u64)>;

fn setting(name: &str) -> Option<u32> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// One step of a sequence: which call is tried first, and the dice for everything else.
#[derive(Clone, Copy, Debug)]
struct Step {
    kind: u16,
    dice: u64,
}

fn step() -> impl Strategy<Value = Step> {
    (any::<u16>(), any::<u64>()).prop_map(|(kind, dice)| Step { kind, dice })
}

#[test]
fn the_state_agrees_with_its_events_whatever_is_called() {
    let seed = setting("MEDCHAIN_SEED").unwrap_or_else(rand_seed);
    let cases = setting("MEDCHAIN_CASES").unwrap_or(CASES);
    println!("MEDCHAIN_SEED={seed} plays these {cases} sequences of {CALLS} calls again");
    // Each sequence has a seed of its own, so that it is the same whichever thread plays it.
    let (next, histogram) = (AtomicU32::new(0), Mutex::new(Histogram::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| loop {
                    let case = next.fetch_add(1, Ordering::Relaxed);
                    if case >= cases {
                        break;
                    }
                    let played = play_case(seed, case);
                    let mut histogram = histogram.lock().unwrap();
                    for (call, (succeeded, refused)) in played {
                        let counts = histogram.entry(call).or_default();
                        *counts = (counts.0 + succeeded, counts.1 + refused);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
    let histogram = histogram.into_inner().unwrap();
    for ((pallet, call), (succeeded, refused)) in &histogram {
        println!("{pallet:>12} {call:<26} {succeeded:>7} succeeded {refused:>7} refused");
    }

    // A part of the whole, played to find a fault again, proves nothing else.
    if cases < CASES {
        return;
    }
    let dispatched: u64 = histogram.values().map(|(succeeded, refused)| succeeded + refused).sum();
    println!("{dispatched} calls in all");
    assert!(dispatched >= DISPATCHED_MIN, "only {dispatched} calls were dispatched");
    for pallet in PALLETS {
        for call in RuntimeCall::get_call_names(pallet) {
            let succeeded = histogram.get(&(pallet, *call)).map_or(0, |(succeeded, _)| *succeeded);
            assert!(succeeded >= SUCCESSES_MIN, "{pallet}.{call} succeeded only {succeeded} times");
        }
    }
}

/// Another number each time.
fn rand_seed() -> u32 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos()
}

/// Plays one sequence, and a shorter one that fails too if it fails.
fn play_case(seed: u32, case: u32) -> Histogram {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    bytes[4..8].copy_from_slice(&case.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases: 1, failure_persistence: None, max_shrink_iters: 16, ..Config::default() };
    let histogram = RefCell::new(Histogram::new());
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&proptest::collection::vec(step(), CALLS), |steps| play(&steps, &mut histogram.borrow_mut()));
    if let Err(fault) = outcome {
        panic!("sequence {case} of seed {seed}: {fault}");
    }
    histogram.into_inner()
}

fn play(steps: &[Step], histogram: &mut Histogram) -> Result<(), TestCaseError> {
    let mut ext = sp_io::TestExternalities::new(genesis().build_storage().unwrap());
    ext.execute_with(|| {
        System::set_block_number(1);
        set_time(BEGIN);
        let mut model = Model::default();
        for (index, step) in steps.iter().enumerate() {
            let mut dice = Dice::new(step.dice);
            if let_time_pass(&mut dice) && dice.one_in(IDLE_ONE_IN) {
                idle(&mut model).map_err(TestCaseError::fail)?;
            }
            let Some((signer, call)) = proposals::propose(&model, step.kind, &mut dice) else { continue };
            let metadata = call.get_call_metadata();
            System::reset_events();
            let outcome = send_charged(&model, &signer, call.clone())?;
            let counts = histogram.entry((metadata.pallet_name, metadata.function_name)).or_default();
            match outcome {
                Ok(()) => counts.0 += 1,
                Err(_) => counts.1 += 1,
            }
            let events: Vec<_> = System::events().into_iter().map(|record| record.event).collect();
            if outcome.is_err() && !events.is_empty() {
                return Err(TestCaseError::fail(format!("{metadata:?} was refused and left events: {events:?}")));
            }
            let explain = |fault| TestCaseError::fail(format!("after step {index}, {call:?} by {signer}: {fault}"));
            model.follow(&signer, &call, events).map_err(explain)?;
            model.check_touched(&mut dice).map_err(explain)?;
            if index % COMPARED_EVERY == COMPARED_EVERY - 1 {
                model.compare().map_err(explain)?;
            }
            if index % INVARIANTS_EVERY == INVARIANTS_EVERY - 1 {
                check_invariants();
            }
        }
        model.compare().map_err(TestCaseError::fail)?;
        check_invariants();
        Ok(())
    })
}

/// Mostly a block every few calls, now and then hours, rarely days.
fn let_time_pass(dice: &mut Dice) -> bool {
    match dice.below(512) {
        0..=127 => pass(SLOT_DURATION),
        128..=151 => pass(dice.below(90) * MINUTE),
        152..=153 => pass(dice.below(45) * DAY),
        _ => return false,
    }
    true
}

/// What a block does with the time that it has left: it removes what has ended.
fn idle(model: &mut Model) -> Result<(), String> {
    System::reset_events();
    let number = System::block_number();
    Appointments::on_idle(number, Weight::MAX);
    Access::on_idle(number, Weight::MAX);
    let events = System::events().into_iter().map(|record| record.event).collect();
    let nothing = frame_system::Call::remark { remark: Vec::new() }.into();
    model.follow(&account(0), &nothing, events)
}

/// Dispatches a call through the quota extension and checks that exactly its cost leaves the signer's bucket. An account
/// that has nothing left waits.
fn send_charged(model: &Model, signer: &AccountId, call: RuntimeCall) -> Result<DispatchResult, TestCaseError> {
    let info = call.get_dispatch_info();
    let base = <Runtime as frame_system::Config>::BlockWeights::get().get(info.class).base_extrinsic;
    let weight = info.total_weight().saturating_add(base).ref_time();
    let length = call.encoded_size();
    // So long that what the largest bucket of a member spends flows back at the slowest rate: a stranger's, once the
    // membership has moved away.
    for _ in 0..1_000 {
        let before = Quotas::allowance(signer);
        let charged = pallet_quotas::CheckQuota::<Runtime>::new().dispatch_transaction(
            RuntimeOrigin::signed(signer.clone()),
            call.clone(),
            &info,
            length,
            0,
        );
        let after = Quotas::allowance(signer);
        let post = match &charged {
            Ok(Ok(post)) => post,
            Ok(Err(error)) => &error.post_info,
            Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => {
                prop_assert_eq!(before, after, "a refused transaction was charged");
                // What the class's whole bucket does not hold never enters a block.
                if weight > before.quota.weight_max || length as u64 > before.quota.length_max.into() {
                    return Ok(Err(sp_runtime::DispatchError::Exhausted));
                }
                for _ in 0..20 {
                    pass(SLOT_DURATION);
                }
                continue;
            }
            Err(error) => {
                // The extension lets a stranger register and nothing else.
                prop_assert!(model.is_stranger(signer), "{:?} for a member", error);
                prop_assert_eq!(before, after, "a refused transaction was charged");
                return Ok(Err(sp_runtime::DispatchError::BadOrigin));
            }
        };
        let cost = weight - post.calc_unspent(&info).ref_time();
        let spent = |allowance: &pallet_quotas::Allowance| {
            let quota = QuotaTable::quota(allowance.class);
            (quota.weight_max - allowance.weight_left, u64::from(quota.length_max - allowance.length_left))
        };
        let ((weight_before, length_before), (weight_after, length_after)) = (spent(&before), spent(&after));
        // A bucket of a smaller class shows no more than that class's size as spent.
        if before.class == after.class {
            prop_assert_eq!(weight_before + cost, weight_after, "the weight charged is not the cost");
            prop_assert_eq!(length_before + length as u64, length_after, "the length charged is not the cost");
        }
        return Ok(charged.unwrap().map(drop).map_err(|error| error.error));
    }
    Err(TestCaseError::fail("an account's bucket does not refill"))
}

/// The keys of the account with this number among those that play.
pub fn pair(number: u8) -> &'static sr25519::Pair {
    static PAIRS: OnceLock<Vec<sr25519::Pair>> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| (0..=u8::MAX).map(|number| sr25519::Pair::from_seed(&[number; 32])).collect());
    &pairs[usize::from(number)]
}

/// The account with this number among those that play.
pub fn account(number: u8) -> AccountId {
    pair(number).public().into()
}

/// The number of an account that plays.
pub fn number_of(wanted: &AccountId) -> Option<u8> {
    (0..=u8::MAX).find(|number| account(*number) == *wanted)
}

/// When it is.
pub fn moment() -> Moment {
    now()
}
