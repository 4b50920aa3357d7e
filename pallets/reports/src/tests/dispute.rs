use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn try_dispute(patient: AccountId, record: RecordId) -> DispatchResult {
    Reports::dispute(RuntimeOrigin::signed(patient), record, DisputeReason::Undecryptable)
}

fn try_withdraw(patient: AccountId, record: RecordId) -> DispatchResult {
    Reports::withdraw_dispute(RuntimeOrigin::signed(patient), record)
}

#[test]
fn patient_disputes_a_record_that_cannot_be_decrypted_and_withdraws_the_dispute() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        assert_ok!(try_dispute(PATIENT, record));
        let reason = DisputeReason::Undecryptable;
        System::assert_last_event(Event::RecordDisputed { record, reason }.into());
        let entry = Reports::record(record).unwrap();
        assert_eq!((entry.dispute, entry.status), (Some(reason), RecordStatus::Current));
        assert_noop!(try_dispute(PATIENT, record), Error::<Test>::AlreadyDisputed);
        assert_ok!(Reports::dispute(RuntimeOrigin::signed(PATIENT), record, DisputeReason::Incorrect));
        assert_eq!(Reports::record(record).unwrap().dispute, Some(DisputeReason::Incorrect));
        assert_ok!(try_withdraw(PATIENT, record));
        System::assert_last_event(Event::DisputeWithdrawn { record }.into());
        assert_eq!(Reports::record(record).unwrap().dispute, None);
        assert_noop!(try_withdraw(PATIENT, record), Error::<Test>::NotDisputed);
    });
}

#[test]
fn nobody_but_the_active_patient_disputes() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = report(1);
        for account in [DOCTOR, OTHER_PATIENT] {
            assert_noop!(try_dispute(account, record), Error::<Test>::NotThePatient);
            assert_noop!(try_withdraw(account, record), Error::<Test>::NotThePatient);
        }
        assert_noop!(try_dispute(STRANGER, record), Error::<Test>::NotAMember);
        assert_noop!(try_dispute(PATIENT, RecordId(9)), Error::<Test>::UnknownRecord);
        set_status(PATIENT, Status::Suspended);
        assert_noop!(try_dispute(PATIENT, record), Error::<Test>::NotActive);
    });
}

#[test]
fn own_records_and_erased_ones_are_not_disputed() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let profile = anchor(PATIENT, PATIENT, RecordKind::Profile, 1);
        assert_noop!(try_dispute(PATIENT, profile), Error::<Test>::OwnRecordsAreNotDisputed);
        let erased = report(2);
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), erased));
        assert_noop!(try_dispute(PATIENT, erased), Error::<Test>::RecordErased);
    });
}
