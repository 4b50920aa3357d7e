use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn try_revoke(patient: AccountId, reader: AccountId) -> DispatchResult {
    Access::revoke_reader(signed(patient), id(PATIENT), id(reader)).map(drop).map_err(|refused| refused.error)
}

#[test]
fn patient_takes_everything_back_from_one_reader_at_once() {
    ExtBuilder::default()
        .with_grant(REPORT, DOCTOR, 1)
        .with_grant(PROFILE, DOCTOR, 1)
        .with_grant(REPORT, HOSPITAL, 1)
        .build_and_execute(|| {
            assert_ok!(open(DOCTOR, REPORT));
            assert_ok!(try_revoke(PATIENT, DOCTOR));
            assert!(held(REPORT, DOCTOR).is_none() && held(PROFILE, DOCTOR).is_none());
            assert!(window(REPORT, DOCTOR).is_none());
            assert!(held(REPORT, HOSPITAL).is_some());
            let (patient, reader) = (id(PATIENT), id(DOCTOR));
            System::assert_has_event(Event::GrantRevoked { record: REPORT, reader }.into());
            System::assert_last_event(Event::ReaderRevoked { patient, reader, more: false }.into());
        });
}

#[test]
fn more_grants_than_one_call_takes_need_another() {
    ExtBuilder::default().build_and_execute(|| {
        for number in 0..=u64::from(REVOCATIONS_MAX) {
            let record = RecordId(1_000 + number);
            anchor(record, PATIENT, DOCTOR, RecordKind::Report);
            grant(HOSPITAL, record, 1);
        }
        let (patient, reader) = (id(PATIENT), id(HOSPITAL));
        assert_ok!(try_revoke(PATIENT, HOSPITAL));
        System::assert_last_event(Event::ReaderRevoked { patient, reader, more: true }.into());
        assert_eq!(Grants::<Test>::iter().count(), 1);
        assert_ok!(try_revoke(PATIENT, HOSPITAL));
        System::assert_last_event(Event::ReaderRevoked { patient, reader, more: false }.into());
        assert_noop!(try_revoke(PATIENT, HOSPITAL), Error::<Test>::NoGrant);
    });
}

#[test]
fn nobody_but_the_patient_takes_back_from_a_reader() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        for account in [OTHER_PATIENT, DOCTOR, HOSPITAL] {
            assert_noop!(try_revoke(account, DOCTOR), Error::<Test>::NotThePatient);
        }
        assert_noop!(try_revoke(STRANGER, DOCTOR), Error::<Test>::NotAMember);
        assert_noop!(try_revoke(PATIENT, HOSPITAL), Error::<Test>::NoGrant);
    });
}
