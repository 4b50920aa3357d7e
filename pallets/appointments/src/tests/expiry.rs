use super::*;
use frame_support::{traits::Hooks, weights::Weight};

/// Lets a block have its idle time.
fn idle() -> Weight {
    AppointmentBook::on_idle(System::block_number(), Weight::MAX)
}

#[test]
fn what_nobody_answered_expires_at_its_start() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 2, 4).build_and_execute(|| {
        Clock::set(slot(2) - 1);
        idle();
        assert_eq!(appointment(latest()).status, AppointmentStatus::Requested);
        Clock::set(slot(2));
        idle();
        assert_eq!(appointment(latest()).status, AppointmentStatus::Expired);
        assert_eq!(
            last_event(),
            Event::AppointmentExpired { appointment: latest(), patient: id(PATIENT), doctor: id(DOCTOR) }
        );
        assert_eq!(OpenRequests::<Test>::get(id(PATIENT)), 0);
        assert_noop!(AppointmentBook::accept(signed(DOCTOR), latest()), Error::<Test>::NotRequested);
        assert_noop!(AppointmentBook::cancel(signed(PATIENT), latest(), REASON), Error::<Test>::NotOpen);
    });
}

#[test]
fn what_was_answered_does_not_expire() {
    ExtBuilder::default()
        .with_accepted(PATIENT, DOCTOR, 2, 4)
        .with_request(PATIENT, DOCTOR, 4, 5)
        .with_request(PATIENT, DOCTOR, 5, 6)
        .build_and_execute(|| {
            assert_ok!(AppointmentBook::decline(signed(DOCTOR), AppointmentId(2), REASON));
            assert_ok!(AppointmentBook::cancel(signed(PATIENT), AppointmentId(3), REASON));
            Clock::set(slot(40));
            idle();
            assert_eq!(appointment(AppointmentId(1)).status, AppointmentStatus::Accepted);
            assert_eq!(appointment(AppointmentId(2)).status, AppointmentStatus::Declined);
            assert_eq!(appointment(AppointmentId(3)).status, AppointmentStatus::Cancelled);
        });
}

#[test]
fn a_block_lets_so_many_expire_and_the_next_goes_on() {
    let mut chain = ExtBuilder::default();
    for _ in 0..limits::OPEN_APPOINTMENTS_MAX {
        for (patient, doctor) in [(PATIENT, DOCTOR), (OTHER_PATIENT, OTHER_DOCTOR)] {
            chain = chain.with_request(patient, doctor, 0, 1);
        }
    }
    chain.with_request(THIRD_PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        Clock::set(slot(0));
        let expired =
            || Appointments::<Test>::iter_values().filter(|found| found.status == AppointmentStatus::Expired).count();
        let mut blocks = 0;
        while expired() < 33 {
            let before = expired();
            idle();
            blocks += 1;
            assert!(expired() - before <= limits::EXPIRIES_PER_BLOCK_MAX as usize);
            assert!(blocks < 10, "the queue makes progress");
        }
        assert!(blocks > 1);
    });
}

#[test]
fn a_chain_that_stood_still_catches_up_bit_by_bit() {
    ExtBuilder::default()
        .with_request(PATIENT, DOCTOR, 0, 1)
        .with_request(PATIENT, DOCTOR, 300, 301)
        .build_and_execute(|| {
            Clock::set(slot(400));
            let mut blocks = 0;
            while OpenRequests::<Test>::get(id(PATIENT)) > 0 {
                idle();
                blocks += 1;
                assert!(blocks < 20, "the queue makes progress");
            }
            assert!(blocks > 5);
        });
}

#[test]
fn a_block_pays_for_each_step_of_the_queue_and_for_none_beyond() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 300, 301).build_and_execute(|| {
        let step = <() as WeightInfo>::expiry_step();
        assert_eq!(idle(), step.saturating_mul(2));
        Clock::set(slot(200));
        // The look at the cursor comes first.
        assert_eq!(idle(), step.saturating_mul(u64::from(limits::EXPIRIES_PER_BLOCK_MAX) + 1));
    });
}

#[test]
fn a_block_without_idle_weight_does_nothing() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 0, 1).build_and_execute(|| {
        Clock::set(slot(0));
        assert_eq!(AppointmentBook::on_idle(1, Weight::zero()), Weight::zero());
        assert_eq!(appointment(latest()).status, AppointmentStatus::Requested);
        assert!(AppointmentBook::on_idle(1, Weight::MAX).ref_time() > 0);
    });
}
