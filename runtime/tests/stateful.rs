//! Random sequences of calls by every role over the real runtime, with its invariants checked after each.
//!
//! A model is kept from the events alone and must agree with the state: who may read what, how many openings are left,
//! who holds which slot, what the read log says. Calls are proposed so that most of them are plausible; one in eight is
//! sent by an account or for a number drawn at random. What a call must not do, the model finds out; what it must do,
//! the histogram shows.
//!
//! The seed is printed. `MEDCHAIN_SEED=<number>` plays another one, `MEDCHAIN_CASES=<number>` another number of
//! sequences: two unless said otherwise, and 40 for the whole test, which also asks that every call succeeds often.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;
#[path = "stateful/model.rs"]
mod model;
#[path = "stateful/proposals.rs"]
mod proposals;

use chain::{check_invariants, genesis, now, pass, set_time, BEGIN};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::GetCallMetadata};
use medchain_primitives::*;
use medchain_runtime::{configs::quotas::QuotaTable, *};
use model::Model;
use pallet_quotas::Quotas as _;
use proposals::Dice;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use sp_runtime::{
    traits::DispatchTransaction,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    BuildStorage, DispatchResult,
};
use std::{cell::RefCell, collections::BTreeMap};

/// Sequences played, those of the whole test, and calls in each.
const CASES: u32 = 2;
const WHOLE_TEST: u32 = 40;
const CALLS: usize = 2_600;
/// Calls that are dispatched in all, and successes of every kind of call, at least.
const DISPATCHED_MIN: u64 = 100_000;
const SUCCESSES_MIN: u64 = 100;
/// After how many calls the whole state is compared with the model, and after how many the pallets' own invariants run.
const COMPARED_EVERY: usize = 200;
const INVARIANTS_EVERY: usize = 1_300;
/// The pallets whose calls are played.
const PALLETS: [&str; 4] = ["Registry", "Appointments", "Reports", "Access"];
/// The calls that are not: the model knows neither signed statements nor schedules, and one key for each member.
const NOT_PLAYED: [&str; 10] = [
    "register_vouched",
    "rotate_key",
    "move_account",
    "name_guardians",
    "propose_recovery",
    "approve_recovery",
    "object_to_recovery",
    "complete_recovery",
    "reschedule",
    "set_schedule",
];

/// How often each call succeeded and was refused.
type Histogram = BTreeMap<(&'static str, &'static str), (u64, u64)>;

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
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
    let (seed, cases) = (setting("MEDCHAIN_SEED", 20_270_301), setting("MEDCHAIN_CASES", CASES));
    println!("seed {seed}, {cases} sequences of {CALLS} calls");
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 512, ..Config::default() };

    let histogram = RefCell::new(Histogram::new());
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&proptest::collection::vec(step(), CALLS), |steps| play(&steps, &mut histogram.borrow_mut()));
    let histogram = histogram.into_inner();
    for ((pallet, call), (succeeded, refused)) in &histogram {
        println!("{pallet:>12} {call:<26} {succeeded:>7} succeeded {refused:>7} refused");
    }
    outcome.unwrap();

    if cases >= WHOLE_TEST {
        let dispatched: u64 = histogram.values().map(|(succeeded, refused)| succeeded + refused).sum();
        assert!(dispatched >= DISPATCHED_MIN, "only {dispatched} calls were dispatched");
        for pallet in PALLETS {
            for call in RuntimeCall::get_call_names(pallet).iter().filter(|call| !NOT_PLAYED.contains(call)) {
                let succeeded = histogram.get(&(pallet, *call)).map_or(0, |(succeeded, _)| *succeeded);
                assert!(succeeded >= SUCCESSES_MIN, "{pallet}.{call} succeeded only {succeeded} times");
            }
        }
    }
}

fn play(steps: &[Step], histogram: &mut Histogram) -> Result<(), TestCaseError> {
    let mut ext = sp_io::TestExternalities::new(genesis().build_storage().unwrap());
    ext.execute_with(|| {
        System::set_block_number(1);
        set_time(BEGIN);
        let mut model = Model::default();
        for (index, step) in steps.iter().enumerate() {
            let mut dice = Dice::new(step.dice);
            let_time_pass(&mut dice);
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
fn let_time_pass(dice: &mut Dice) {
    match dice.below(512) {
        0..=127 => pass(SLOT_DURATION),
        128..=151 => pass(dice.below(90) * MINUTE),
        152 => pass(dice.below(40) * DAY),
        _ => {}
    }
}

/// Dispatches a call through the quota extension and checks that exactly its cost leaves the signer's bucket. An account
/// that has nothing left waits.
fn send_charged(model: &Model, signer: &AccountId, call: RuntimeCall) -> Result<DispatchResult, TestCaseError> {
    let info = call.get_dispatch_info();
    let length = call.encoded_size();
    for _ in 0..100 {
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
        let cost = info.total_weight().ref_time() - post.calc_unspent(&info).ref_time();
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

/// The account with this number among those that play.
pub fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

/// When it is.
pub fn moment() -> Moment {
    now()
}
