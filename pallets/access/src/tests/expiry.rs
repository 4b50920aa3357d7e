use crate::{mock::*, *};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use medchain_primitives::DAY;

fn idle(weight: Weight) -> Weight {
    Access::on_idle(System::block_number(), weight)
}

#[test]
fn what_has_ended_is_removed_when_a_block_has_room() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        let request = request(HOSPITAL, &[REPORT]);
        idle(Weight::MAX);
        assert!(held(REPORT, DOCTOR).is_some());
        pass(DAY);
        idle(Weight::MAX);
        assert!(held(REPORT, DOCTOR).is_none());
        System::assert_last_event(Event::GrantExpired { record: REPORT, reader: id(DOCTOR) }.into());
        assert!(Requests::<Test>::contains_key(request));
        pass(limits::REQUEST_LIFETIME - DAY);
        idle(Weight::MAX);
        assert!(!Requests::<Test>::contains_key(request));
        System::assert_last_event(Event::RequestExpired { request }.into());
    });
}

#[test]
fn a_full_block_removes_nothing_and_an_idle_one_no_more_than_its_bound() {
    let mut chain = ExtBuilder::default();
    for reader in [DOCTOR, HOSPITAL] {
        chain = chain.with_grant(REPORT, reader, 1).with_grant(OTHER_REPORT, reader, 1);
    }
    chain.build_and_execute(|| {
        pass(DAY);
        assert_eq!(idle(Weight::zero()), Weight::zero());
        assert_eq!(Grants::<Test>::iter().count(), 4);
        let one = <() as WeightInfo>::remove_expired();
        assert_eq!(idle(one * 3), one * 3);
        assert_eq!(Grants::<Test>::iter().count(), 1);
        for number in 0..u64::from(EXPIRIES_PER_BLOCK) {
            let record = RecordId(1_000 + number);
            anchor(record, PATIENT, DOCTOR, RecordKind::Report);
            grant(DOCTOR, record, 1);
        }
        pass(DAY);
        idle(Weight::MAX);
        assert_eq!(Grants::<Test>::iter().count(), 1);
        idle(Weight::MAX);
        assert_eq!(Grants::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_grant_that_was_renewed_outlives_the_end_of_the_first() {
    ExtBuilder::default().with_grant(REPORT, DOCTOR, 1).build_and_execute(|| {
        pass(DAY / 2);
        assert_ok!(try_grant(DOCTOR, &[REPORT]));
        pass(DAY / 2);
        idle(Weight::MAX);
        assert!(held(REPORT, DOCTOR).is_some());
    });
}
