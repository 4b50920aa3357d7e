//! Quotas and lanes that the council sets.

use crate::{mock::*, Error, Event, Lanes, Quota, QuotaClass};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

/// A patient's bucket, twice as large.
fn doubled() -> Quota {
    Quota { weight_max: 2 * PATIENT_QUOTA.weight_max, length_max: 2 * PATIENT_QUOTA.length_max, ..PATIENT_QUOTA }
}

fn set(class: QuotaClass, quota: Option<Quota>) -> sp_runtime::DispatchResult {
    Quotas::set_quota(RuntimeOrigin::root(), class, quota)
}

#[test]
fn a_patient_has_the_quota_that_the_council_set() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(set(QuotaClass::Patient, Some(doubled())));
        System::assert_last_event(Event::QuotaSet { class: QuotaClass::Patient, quota: doubled() }.into());
        assert_eq!(Quotas::allowance(&PATIENT).weight_left, doubled().weight_max);
        assert_eq!(Quotas::allowance(&DOCTOR).weight_left, PATIENT_QUOTA.weight_max);
    });
}

#[test]
fn the_runtimes_own_quota_comes_back() {
    ExtBuilder::build_and_execute(|| {
        assert_ok!(set(QuotaClass::Patient, Some(doubled())));
        assert_ok!(set(QuotaClass::Patient, None));
        System::assert_last_event(Event::QuotaSet { class: QuotaClass::Patient, quota: PATIENT_QUOTA }.into());
        assert_eq!(Quotas::allowance(&PATIENT).quota, PATIENT_QUOTA);
    });
}

#[test]
fn a_quota_stays_within_bounds() {
    ExtBuilder::build_and_execute(|| {
        let own = PATIENT_QUOTA;
        for quota in [
            Quota { weight_max: own.weight_max * 10 + 1, ..own },
            Quota { weight_max: own.weight_max / 10 - 1, ..own },
            Quota { weight_refill: 0, ..own },
            Quota { length_max: own.length_max * 11, ..own },
            Quota { length_refill: own.length_refill / 10 - 1, ..own },
        ] {
            assert_noop!(set(QuotaClass::Patient, Some(quota)), Error::<Test>::QuotaOutOfBounds);
        }
        assert_ok!(set(QuotaClass::Patient, Some(Quota { weight_max: own.weight_max * 10, ..own })));
        assert_ok!(set(QuotaClass::Patient, Some(Quota { weight_max: own.weight_max / 10, ..own })));
    });
}

#[test]
fn the_council_narrows_the_lanes_and_cannot_widen_them() {
    ExtBuilder::build_and_execute(|| {
        let own = Quotas::lanes();
        let narrow = Lanes { open: 0, vouched: 2, vouched_per_institution: 1 };
        assert_ok!(Quotas::set_lanes(RuntimeOrigin::root(), Some(narrow)));
        System::assert_last_event(Event::LanesSet { lanes: narrow }.into());
        assert_eq!(Quotas::lanes(), narrow);
        for wide in [
            Lanes { open: own.open + 1, ..own },
            Lanes { vouched: own.vouched + 1, ..own },
            Lanes { vouched_per_institution: own.vouched_per_institution + 1, ..own },
        ] {
            assert_noop!(Quotas::set_lanes(RuntimeOrigin::root(), Some(wide)), Error::<Test>::LanesTooWide);
        }
        assert_ok!(Quotas::set_lanes(RuntimeOrigin::root(), None));
        assert_eq!(Quotas::lanes(), own);
    });
}

#[test]
fn nobody_else_sets_quotas_or_lanes() {
    ExtBuilder::build_and_execute(|| {
        let origin = || RuntimeOrigin::signed(DOCTOR);
        assert_noop!(Quotas::set_quota(origin(), QuotaClass::Patient, None), DispatchError::BadOrigin);
        assert_noop!(Quotas::set_lanes(origin(), None), DispatchError::BadOrigin);
    });
}
