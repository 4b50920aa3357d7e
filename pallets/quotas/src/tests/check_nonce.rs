//! The nonce check.

use crate::{mock::*, refusals, CheckNonce};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok, dispatch::DispatchInfo, dispatch::GetDispatchInfo, pallet_prelude::TransactionSource,
};
use sp_runtime::{
    traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
    transaction_validity::{InvalidTransaction, TransactionValidityError, ValidTransaction},
};

fn validate(who: AccountId, nonce: u32, call: &RuntimeCall) -> Result<ValidTransaction, TransactionValidityError> {
    let info = call.get_dispatch_info();
    CheckNonce::<Test>(nonce)
        .validate_only(Some(who).into(), call, &info, 0, TransactionSource::External, 0)
        .map(|(validity, _, _)| validity)
}

fn apply(who: AccountId, nonce: u32, call: &RuntimeCall) -> Result<(), TransactionValidityError> {
    let info = call.get_dispatch_info();
    CheckNonce::<Test>(nonce).validate_and_prepare(Some(who).into(), call, &info, 0, 0).map(|_| ())
}

fn refused(code: u8) -> TransactionValidityError {
    InvalidTransaction::Custom(code).into()
}

#[test]
fn encodes_and_is_named_as_the_systems_check() {
    for nonce in [0u32, 63, 64, 1 << 20] {
        assert_eq!(CheckNonce::<Test>(nonce).encode(), frame_system::CheckNonce::<Test>::from(nonce).encode());
    }
    assert_eq!(
        <CheckNonce<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER,
        <frame_system::CheckNonce<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER
    );
}

#[test]
fn patient_sends_in_order_and_never_twice() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(apply(PATIENT, 0, &remark()));
        assert_eq!(System::account_nonce(PATIENT), 1);
        assert_noop!(apply(PATIENT, 0, &remark()), TransactionValidityError::from(InvalidTransaction::Stale));
        assert_noop!(apply(PATIENT, 2, &remark()), TransactionValidityError::from(InvalidTransaction::Future));
        assert_ok!(apply(PATIENT, 1, &remark()));
    });
}

#[test]
fn stranger_registers_in_order_and_never_twice() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(System::providers(&STRANGER), 0);
        assert_ok!(apply(STRANGER, 0, &registration()));
        assert_eq!(System::account_nonce(STRANGER), 1);
        assert_noop!(apply(STRANGER, 0, &registration()), TransactionValidityError::from(InvalidTransaction::Stale));
        assert_noop!(apply(STRANGER, 2, &registration()), TransactionValidityError::from(InvalidTransaction::Future));
        assert_ok!(apply(STRANGER, 1, &registration()));
    });
}

#[test]
fn stranger_sends_nothing_but_a_registration() {
    ExtBuilder::build_and_execute(|| {
        assert_eq!(validate(STRANGER, 0, &remark()), Err(refused(refusals::NOT_REGISTERED)));
        assert_noop!(apply(STRANGER, 0, &remark()), refused(refusals::NOT_REGISTERED));
    });
}

#[test]
fn stranger_and_patient_have_the_same_tags() {
    ExtBuilder::build_and_execute(|| {
        for (nonce, requires) in [(0u32, None), (2, Some(1u32))] {
            let stranger = validate(STRANGER, nonce, &registration()).unwrap();
            let patient = validate(PATIENT, nonce, &registration()).unwrap();
            assert_eq!(stranger.provides, vec![(STRANGER, nonce).encode()]);
            assert_eq!(patient.provides, vec![(PATIENT, nonce).encode()]);
            assert_eq!(stranger.requires, requires.map(|n| (STRANGER, n).encode()).into_iter().collect::<Vec<_>>());
            assert_eq!(patient.requires, requires.map(|n| (PATIENT, n).encode()).into_iter().collect::<Vec<_>>());
            assert_eq!(stranger.longevity, patient.longevity);
        }
    });
}

#[test]
fn nobody_runs_too_far_ahead() {
    ExtBuilder::build_and_execute(|| {
        for who in [PATIENT, STRANGER] {
            let ahead = NonceAhead::get();
            assert_ok!(validate(who, ahead, &registration()));
            assert_eq!(validate(who, ahead + 1, &registration()), Err(InvalidTransaction::Future.into()));
            assert_ok!(apply(who, 0, &registration()));
            assert_ok!(validate(who, ahead + 1, &registration()));
        }
    });
}

#[test]
fn unsigned_transactions_pass_untouched() {
    ExtBuilder::build_and_execute(|| {
        let (validity, _, _) = CheckNonce::<Test>(7)
            .validate(
                RuntimeOrigin::none(),
                &remark(),
                &DispatchInfo::default(),
                0,
                (),
                &TxBaseImplication(remark()),
                TransactionSource::External,
            )
            .unwrap();
        assert_eq!(validity, ValidTransaction::default());
    });
}
