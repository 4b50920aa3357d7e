use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn try_cancel(author: AccountId, record: RecordId) -> DispatchResult {
    Reports::cancel_fills(RuntimeOrigin::signed(author), record)
}

#[test]
fn doctor_cancels_what_is_not_yet_dispensed_even_after_the_care_relation_has_ended() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 3);
        assert_ok!(Reports::dispense(RuntimeOrigin::signed(PHARMACY), record, 1));
        end_care(PATIENT, DOCTOR);
        assert_ok!(try_cancel(DOCTOR, record));
        System::assert_last_event(Event::FillsCancelled { record, fills: 2 }.into());
        assert_eq!(Reports::dispensings(record).len(), 1);
        let again = Reports::dispense(RuntimeOrigin::signed(PHARMACY), record, 2);
        assert_noop!(again, Error::<Test>::NoFillsLeft);
        assert_noop!(try_cancel(DOCTOR, record), Error::<Test>::NoFillsLeft);
    });
}

#[test]
fn nobody_but_the_active_author_cancels() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 1);
        for account in [OTHER_DOCTOR, PATIENT, PHARMACY] {
            assert_noop!(try_cancel(account, record), Error::<Test>::NotTheAuthor);
        }
        assert_noop!(try_cancel(STRANGER, record), Error::<Test>::NotAMember);
        assert_noop!(try_cancel(DOCTOR, RecordId(9)), Error::<Test>::UnknownRecord);
        let other = report(2);
        assert_noop!(try_cancel(DOCTOR, other), Error::<Test>::NotAPrescription);
        set_status(DOCTOR, Status::Suspended);
        assert_noop!(try_cancel(DOCTOR, record), Error::<Test>::NotActive);
        set_status(DOCTOR, Status::Active);
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), record));
        assert_noop!(try_cancel(DOCTOR, record), Error::<Test>::RecordErased);
    });
}
