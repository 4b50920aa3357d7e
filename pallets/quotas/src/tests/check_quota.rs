//! The quota check.

use crate::{
    mock::*, refusals, Bucket, Buckets, CheckQuota, OpenRegistrations, Quota, QuotaClass, VouchedRegistrations,
    MEMBER_PRIORITY, SHARE_SCALE,
};
use codec::Encode;
use frame_support::{
    assert_ok, assert_storage_noop,
    dispatch::{DispatchInfo, PostDispatchInfo},
    pallet_prelude::TransactionSource,
    weights::Weight,
};
use sp_runtime::{
    traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
    transaction_validity::{InvalidTransaction, TransactionPriority, TransactionValidityError, ValidTransaction},
};

fn info(weight: u64) -> DispatchInfo {
    DispatchInfo { call_weight: Weight::from_parts(weight, 0), ..Default::default() }
}

fn validate(
    who: AccountId,
    call: &RuntimeCall,
    weight: u64,
    len: usize,
) -> Result<ValidTransaction, TransactionValidityError> {
    CheckQuota::<Test>::new()
        .validate_only(Some(who).into(), call, &info(weight), len, TransactionSource::External, 0)
        .map(|(validity, _, _)| validity)
}

fn priority(who: AccountId, call: &RuntimeCall, weight: u64, len: usize) -> TransactionPriority {
    validate(who, call, weight, len).unwrap().priority
}

/// Applies a transaction whose call used `used` of its declared weight.
fn apply_using(
    who: AccountId,
    call: &RuntimeCall,
    weight: u64,
    used: u64,
    len: usize,
) -> Result<(), TransactionValidityError> {
    let (pre, _) = CheckQuota::<Test>::new().validate_and_prepare(Some(who).into(), call, &info(weight), len, 0)?;
    let post = PostDispatchInfo { actual_weight: Some(Weight::from_parts(used, 0)), ..Default::default() };
    <CheckQuota<Test> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
        pre,
        &info(weight),
        &post,
        len,
        &Ok(()),
    )?;
    Ok(())
}

fn apply(who: AccountId, call: &RuntimeCall, weight: u64, len: usize) -> Result<(), TransactionValidityError> {
    apply_using(who, call, weight, weight, len)
}

fn exhausted() -> TransactionValidityError {
    InvalidTransaction::ExhaustsResources.into()
}

const WEIGHT: u64 = PATIENT_QUOTA.weight_max;
const LENGTH: usize = PATIENT_QUOTA.length_max as usize;

#[test]
fn wallets_need_not_know_the_check() {
    type Implicit = <CheckQuota<Test> as TransactionExtension<RuntimeCall>>::Implicit;
    assert!(CheckQuota::<Test>::new().encode().is_empty());
    assert_eq!(core::mem::size_of::<Implicit>(), 0);
    assert_eq!(<CheckQuota<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER, "CheckQuota");
}

#[test]
fn patient_spends_weight_and_length() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(PATIENT, &remark(), WEIGHT / 4, LENGTH / 2));
        let allowance = Quotas::allowance(&PATIENT);
        assert_eq!(allowance.class, QuotaClass::Patient);
        assert_eq!(allowance.weight_left, WEIGHT - WEIGHT / 4);
        assert_eq!(allowance.length_left, 500);
        assert_eq!(
            Buckets::<Test>::get(PATIENT),
            Some(Bucket { weight_spent: WEIGHT / 4, length_spent: 500, refilled_at: 1 })
        );
    });
}

#[test]
fn patient_cannot_exceed_the_weight_left() {
    ExtBuilder::build_and_execute(|| {
        assert_storage_noop!(assert_eq!(apply(PATIENT, &remark(), WEIGHT + 1, 0), Err(exhausted())));
        assert_ok!(apply(PATIENT, &remark(), WEIGHT - 10, 0));
        assert_storage_noop!(assert_eq!(validate(PATIENT, &remark(), 11, 0), Err(exhausted())));
        assert_ok!(apply(PATIENT, &remark(), 10, 0));
        assert_storage_noop!(assert_eq!(apply(PATIENT, &remark(), 1, 0), Err(exhausted())));
    });
}

#[test]
fn what_every_transaction_takes_of_a_block_is_charged() {
    ExtBuilder::build_and_execute(|| {
        BaseWeight::set(100);
        assert_storage_noop!(assert_eq!(apply(PATIENT, &remark(), WEIGHT - 99, 0), Err(exhausted())));
        assert_ok!(apply(PATIENT, &remark(), 50, 0));
        assert_eq!(Quotas::allowance(&PATIENT).weight_left, WEIGHT - 150);
    });
}

#[test]
fn patient_cannot_exceed_the_length_left() {
    ExtBuilder::build_and_execute(|| {
        assert_storage_noop!(assert_eq!(apply(PATIENT, &remark(), 0, LENGTH + 1), Err(exhausted())));
        assert_ok!(apply(PATIENT, &remark(), 0, LENGTH));
        assert_storage_noop!(assert_eq!(apply(PATIENT, &remark(), 0, 1), Err(exhausted())));
    });
}

#[test]
fn neighbour_is_not_affected_by_a_spender() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(PATIENT, &remark(), WEIGHT, LENGTH));
        assert_eq!(validate(PATIENT, &remark(), 1, 1), Err(exhausted()));
        assert_ok!(apply(NEIGHBOUR, &remark(), WEIGHT, LENGTH));
    });
}

#[test]
fn bucket_refills_by_the_block_up_to_its_size() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(PATIENT, &remark(), WEIGHT, LENGTH));
        pass_blocks(1);
        assert_eq!(Quotas::allowance(&PATIENT).weight_left, PATIENT_QUOTA.weight_refill);
        assert_eq!(Quotas::allowance(&PATIENT).length_left, PATIENT_QUOTA.length_refill);
        assert_eq!(validate(PATIENT, &remark(), PATIENT_QUOTA.weight_refill + 1, 0), Err(exhausted()));
        assert_ok!(apply(PATIENT, &remark(), PATIENT_QUOTA.weight_refill, PATIENT_QUOTA.length_refill as usize));
        pass_blocks(1_000);
        assert_eq!(Quotas::allowance(&PATIENT).weight_left, WEIGHT);
        assert_eq!(Quotas::allowance(&PATIENT).length_left, PATIENT_QUOTA.length_max);
    });
}

#[test]
fn weight_that_a_call_does_not_use_comes_back() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply_using(PATIENT, &remark(), WEIGHT, WEIGHT / 10, 10));
        assert_eq!(Quotas::allowance(&PATIENT).weight_left, WEIGHT - WEIGHT / 10);
        assert_eq!(Quotas::allowance(&PATIENT).length_left, PATIENT_QUOTA.length_max - 10);
    });
}

#[test]
fn a_full_pool_drops_the_spender_first() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(priority(NEIGHBOUR, &remark(), 0, 0), MEMBER_PRIORITY + SHARE_SCALE);
        assert_ok!(apply(PATIENT, &remark(), WEIGHT / 2, 0));
        assert_eq!(priority(PATIENT, &remark(), 0, 0), MEMBER_PRIORITY + SHARE_SCALE / 2);
        assert_eq!(priority(PATIENT, &remark(), 0, LENGTH * 3 / 4), MEMBER_PRIORITY + SHARE_SCALE / 4);
        assert!(priority(PATIENT, &remark(), 1_000, 0) < priority(NEIGHBOUR, &remark(), 1_000, 0));
    });
}

#[test]
fn any_member_goes_before_any_stranger() {
    ExtBuilder::build_and_execute(|| {
        let stranger = priority(STRANGER, &registration(), 0, 0);
        assert_eq!(stranger, SHARE_SCALE);
        assert!(priority(PATIENT, &remark(), WEIGHT, LENGTH) > stranger);
    });
}

#[test]
fn stranger_sends_nothing_but_a_registration() {
    ExtBuilder::build_and_execute(|| {
        let refused = InvalidTransaction::Custom(refusals::NOT_REGISTERED).into();
        assert_storage_noop!(assert_eq!(apply(STRANGER, &remark(), 1, 1), Err(refused)));
        assert_ok!(apply(STRANGER, &registration(), 1, 1));
    });
}

#[test]
fn a_block_takes_few_registrations_by_strangers() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(STRANGER, &registration(), 1, 1));
        assert_ok!(apply(OTHER_STRANGER, &registration(), 1, 1));
        assert_eq!(OpenRegistrations::<Test>::get(), 2);
        assert_ok!(validate(THIRD_STRANGER, &registration(), 1, 1));
        assert_storage_noop!(assert_eq!(apply(THIRD_STRANGER, &registration(), 1, 1), Err(exhausted())));
        assert_ok!(apply(PATIENT, &registration(), 1, 1));
        pass_blocks(1);
        assert_eq!(OpenRegistrations::<Test>::get(), 0);
        assert_ok!(apply(THIRD_STRANGER, &registration(), 1, 1));
    });
}

#[test]
fn one_stranger_cannot_repeat_registrations_without_end() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(STRANGER, &registration(), STRANGER_QUOTA.weight_max, 1));
        pass_blocks(1);
        assert_eq!(apply(STRANGER, &registration(), STRANGER_QUOTA.weight_max, 1), Err(exhausted()));
    });
}

#[test]
fn a_stranger_that_registers_has_the_new_bucket_at_once() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(STRANGER, &registration(), STRANGER_QUOTA.weight_max, 400));
        Promoted::set(Some(STRANGER));
        let allowance = Quotas::allowance(&STRANGER);
        assert_eq!(allowance.class, QuotaClass::Patient);
        assert_eq!(allowance.weight_left, PATIENT_QUOTA.weight_max - STRANGER_QUOTA.weight_max);
        assert_eq!(allowance.length_left, PATIENT_QUOTA.length_max - 400);
    });
}

#[test]
fn unsigned_transactions_pass_untouched() {
    ExtBuilder::build_and_execute(|| {
        let (validity, _, _) = CheckQuota::<Test>::new()
            .validate(
                RuntimeOrigin::none(),
                &remark(),
                &info(u64::MAX),
                usize::MAX,
                (),
                &TxBaseImplication(remark()),
                TransactionSource::External,
            )
            .unwrap();
        assert_eq!(validity, ValidTransaction::default());
    });
}

#[test]
fn privileged_accounts_have_a_provider_from_genesis() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(System::providers(&DOCTOR), 1);
        assert_eq!(System::providers(&STRANGER), 0);
    });
}

#[test]
fn a_full_open_lane_leaves_room_for_the_vouched() {
    ExtBuilder::build_and_execute(|| {
        for stranger in [20, 21] {
            assert_ok!(apply(stranger, &registration(), 1, 1));
        }
        assert_eq!(apply(22, &registration(), 1, 1), Err(exhausted()));
        assert_ok!(apply(22, &vouched(1), 1, 1));
        assert_eq!(OpenRegistrations::<Test>::get(), 2);
    });
}

#[test]
fn no_hospital_takes_the_lane_of_the_vouched_from_the_others() {
    ExtBuilder::build_and_execute(|| {
        for stranger in [20, 21] {
            assert_ok!(apply(stranger, &vouched(1), 1, 1));
        }
        assert_eq!(apply(22, &vouched(1), 1, 1), Err(exhausted()));
        assert_ok!(apply(22, &vouched(2), 1, 1));
        assert_eq!(apply(23, &vouched(3), 1, 1), Err(exhausted()), "the lane has an end");
        assert_ok!(apply(23, &registration(), 1, 1));
        pass_blocks(1);
        assert!(VouchedRegistrations::<Test>::get().is_empty());
        assert_ok!(apply(24, &vouched(1), 1, 1));
    });
}

#[test]
fn a_forged_voucher_reaches_neither_pool_nor_block() {
    ExtBuilder::build_and_execute(|| {
        let refused = InvalidTransaction::Custom(refusals::VOUCHER_REFUSED).into();
        assert_eq!(validate(STRANGER, &forged(), 1, 1), Err(refused));
        assert_storage_noop!(assert_eq!(apply(STRANGER, &forged(), 1, 1), Err(refused)));
    });
}

#[test]
fn the_vouched_go_before_strangers_and_after_members() {
    ExtBuilder::build_and_execute(|| {
        let spent = STRANGER_QUOTA.weight_max;
        let last_vouched = priority(STRANGER, &vouched(1), spent, 1);
        assert!(last_vouched > priority(OTHER_STRANGER, &registration(), 1, 1));
        assert!(priority(STRANGER, &vouched(1), 1, 1) < priority(PATIENT, &remark(), WEIGHT, LENGTH));
    });
}

#[test]
fn a_closed_lane_takes_nobody() {
    ExtBuilder::build_and_execute(|| {
        let lanes = crate::Lanes { open: 0, vouched: 1, vouched_per_institution: 1 };
        Quotas::set_lanes(RuntimeOrigin::root(), Some(lanes)).unwrap();
        let full = Err(InvalidTransaction::ExhaustsResources.into());
        assert_eq!(apply(STRANGER, &registration(), 100, 100), full);
        assert_ok!(apply(STRANGER, &vouched(1), 100, 100));
        assert_eq!(apply(OTHER_STRANGER, &vouched(2), 100, 100), full);
    });
}

#[test]
fn newcomers_go_before_strangers_and_after_whoever_is_vouched_for() {
    ExtBuilder::build_and_execute(|| {
        let newcomer = priority(NEWCOMER, &remark(), 1, 1);
        assert!(priority(STRANGER, &registration(), 0, 0) <= newcomer);
        assert!(newcomer < priority(STRANGER, &vouched(1), STRANGER_QUOTA.weight_max, 1));
        assert!(newcomer < priority(PATIENT, &remark(), WEIGHT, LENGTH));
    });
}

#[test]
fn an_account_that_takes_anothers_place_takes_what_it_has_spent() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(PATIENT, &remark(), WEIGHT / 2, LENGTH / 2));
        let before = Quotas::allowance(&PATIENT);
        Quotas::carry_over(&PATIENT, &NEIGHBOUR);
        assert_eq!(Quotas::allowance(&NEIGHBOUR), before);
        assert_eq!(Quotas::allowance(&PATIENT).weight_left, PATIENT_QUOTA.weight_max);
        // Who has spent nothing leaves nothing.
        Quotas::carry_over(&DOCTOR, &NEIGHBOUR);
        assert_eq!(Quotas::allowance(&NEIGHBOUR), before);
    });
}

#[test]
fn an_account_that_begins_low_has_what_flows_back_in_some_blocks() {
    ExtBuilder::build_and_execute(|| {
        Quotas::begin_low(&NEIGHBOUR, QuotaClass::Patient, 2);
        let allowance = Quotas::allowance(&NEIGHBOUR);
        let Quota { weight_refill, length_refill, .. } = PATIENT_QUOTA;
        assert_eq!((allowance.weight_left, allowance.length_left), (2 * weight_refill, 2 * length_refill));
    });
}
