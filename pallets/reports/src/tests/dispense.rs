use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use medchain_primitives::StaffScope;
use sp_runtime::DispatchResult;

fn try_dispense(pharmacy: AccountId, record: RecordId, fill: u8) -> DispatchResult {
    Reports::dispense(RuntimeOrigin::signed(pharmacy), record, fill)
}

#[test]
fn pharmacy_dispenses_each_fill_once_and_the_log_says_when() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 2);
        assert_ok!(try_dispense(PHARMACY, record, 1));
        System::assert_last_event(
            Event::PrescriptionDispensed { record, fill: 1, pharmacy: id(PHARMACY), staff: None }.into(),
        );
        assert_noop!(try_dispense(PHARMACY, record, 1), Error::<Test>::FillNotNext);
        assert_noop!(try_dispense(PHARMACY, record, 3), Error::<Test>::FillNotNext);
        ClockTime::set(NOW + 1);
        assert_ok!(try_dispense(PHARMACY, record, 2));
        assert_noop!(try_dispense(PHARMACY, record, 3), Error::<Test>::NoFillsLeft);
        let log: Vec<_> = Reports::dispensings(record);
        let by = |dispensed_at| Dispensing { pharmacy: id(PHARMACY), dispensed_at, staff: None };
        assert_eq!(log, [(1, by(NOW)), (2, by(NOW + 1))]);
        assert_eq!(Reports::record(record).unwrap().fills_left, 0);
    });
}

#[test]
fn pharmacy_without_a_grant_that_stands_dispenses_nothing() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 1);
        Granted::set(Default::default());
        assert_noop!(try_dispense(PHARMACY, record, 1), Error::<Test>::NoGrant);
    });
}

#[test]
fn only_an_active_pharmacy_dispenses() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 1);
        for account in [DOCTOR, HOSPITAL, PATIENT] {
            Granted::mutate(|granted| granted.insert((record, id(account))));
            assert_noop!(try_dispense(account, record, 1), Error::<Test>::NotAPharmacy);
        }
        assert_noop!(try_dispense(STRANGER, record, 1), Error::<Test>::NotAMember);
        set_status(PHARMACY, Status::Suspended);
        assert_noop!(try_dispense(PHARMACY, record, 1), Error::<Test>::NotActive);
    });
}

#[test]
fn what_is_no_prescription_in_force_is_not_dispensed() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        assert_noop!(try_dispense(PHARMACY, RecordId(9), 1), Error::<Test>::UnknownRecord);
        let other = report(1);
        assert_noop!(try_dispense(PHARMACY, other, 1), Error::<Test>::NotAPrescription);
        let superseded = prescription(2, 1);
        assert_ok!(Reports::amend(RuntimeOrigin::signed(DOCTOR), superseded, document(3, 1)));
        let retracted = prescription(4, 1);
        assert_ok!(Reports::retract(RuntimeOrigin::signed(DOCTOR), retracted, RetractionReason::ClinicalError));
        for record in [superseded, retracted] {
            assert_noop!(try_dispense(PHARMACY, record, 1), Error::<Test>::RecordNotCurrent);
        }
        let erased = prescription(5, 1);
        assert_ok!(Reports::erase(RuntimeOrigin::signed(PATIENT), erased));
        assert_noop!(try_dispense(PHARMACY, erased, 1), Error::<Test>::RecordErased);
    });
}

#[test]
fn a_prescription_is_dispensed_while_it_is_valid() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 2);
        ClockTime::set(NOW + VALIDITY - 1);
        assert_ok!(try_dispense(PHARMACY, record, 1));
        ClockTime::set(NOW + VALIDITY);
        assert_noop!(try_dispense(PHARMACY, record, 2), Error::<Test>::PrescriptionExpired);
    });
}

#[test]
fn a_dispensary_s_staff_dispense_for_the_pharmacy_and_others_do_not() {
    const PHARMACIST: AccountId = 2001;
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let record = prescription(1, 1);
        let as_staff = |scope| Staff::mutate(|staff| staff.insert(PHARMACIST, (PHARMACY, scope)));
        for scope in [StaffScope::FrontDesk, StaffScope::Ward] {
            as_staff(scope);
            assert_noop!(try_dispense(PHARMACIST, record, 1), Error::<Test>::ScopeTooNarrow);
        }
        as_staff(StaffScope::Dispensary);
        set_status(PHARMACY, Status::Suspended);
        assert_noop!(try_dispense(PHARMACIST, record, 1), Error::<Test>::NotActive);
        set_status(PHARMACY, Status::Active);
        assert_ok!(try_dispense(PHARMACIST, record, 1));
        let (pharmacy, staff) = (id(PHARMACY), Some(PHARMACIST));
        System::assert_last_event(Event::PrescriptionDispensed { record, fill: 1, pharmacy, staff }.into());
        assert_eq!(Reports::dispensings(record), [(1, Dispensing { pharmacy, dispensed_at: NOW, staff })]);
        Staff::mutate(|staff| staff.insert(PHARMACIST, (HOSPITAL, StaffScope::Dispensary)));
        assert_noop!(try_dispense(PHARMACIST, record, 1), Error::<Test>::NotAPharmacy);
    });
}
