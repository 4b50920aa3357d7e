use super::*;

/// The day of the tests' next quarter of an hour.
fn today() -> Day {
    Day::try_from(NEXT_SLOT / DAY).unwrap()
}

fn weekday_of(day: Day) -> u8 {
    u8::try_from((day + 3) % 7).unwrap()
}

fn slot_of_day(at: Moment) -> u8 {
    u8::try_from(at % DAY / limits::SLOT).unwrap()
}

fn set(opening_times: Vec<OpeningTime>, days_off: Vec<DaysOff>) -> DispatchResult {
    let schedule =
        Schedule { opening_times: opening_times.try_into().unwrap(), days_off: days_off.try_into().unwrap() };
    AppointmentBook::set_schedule(signed(DOCTOR), schedule)
}

/// Open today for two slots from the next one on.
fn half_an_hour() -> OpeningTime {
    let from = slot_of_day(NEXT_SLOT);
    OpeningTime { weekday: weekday_of(today()), from, until: from + 2 }
}

#[test]
fn a_known_day_has_its_weekday() {
    // 1 January 2027, day 20,819, is a Friday.
    let friday = OpeningTime { weekday: 4, from: 0, until: SLOTS_PER_DAY };
    let schedule = Schedule { opening_times: vec![friday].try_into().unwrap(), ..Default::default() };
    let first = 20_819 * 96;
    assert!(schedule.is_open(first) && schedule.is_open(first + 95));
    assert!(!schedule.is_open(first - 1) && !schedule.is_open(first + 96));
}

#[test]
fn a_doctor_is_booked_within_its_opening_times() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set(vec![half_an_hour()], vec![]));
        assert_eq!(last_event(), Event::ScheduleSet { doctor: id(DOCTOR) });
        assert_ok!(request(PATIENT, DOCTOR, 0, 2));
        assert_noop!(request(PATIENT, DOCTOR, 1, 3), Error::<Test>::OutsideOpeningTimes);
        assert_noop!(request(PATIENT, DOCTOR, 2, 3), Error::<Test>::OutsideOpeningTimes);
        assert_ok!(request(PATIENT, DOCTOR, 7 * 96, 7 * 96 + 2));
        assert_noop!(request(PATIENT, DOCTOR, 96, 97), Error::<Test>::OutsideOpeningTimes);
        // Other doctors are not bound by it.
        assert_ok!(request(PATIENT, OTHER_DOCTOR, 2, 3));
    });
}

#[test]
fn a_doctor_is_not_booked_on_days_off() {
    ExtBuilder::default().build_and_execute(|| {
        let tomorrow = today() + 1;
        assert_ok!(set(vec![], vec![DaysOff { first: tomorrow, last: tomorrow + 1 }]));
        for day in [1, 2] {
            assert_noop!(request(PATIENT, DOCTOR, day * 96, day * 96 + 1), Error::<Test>::DayOff);
        }
        assert_ok!(request(PATIENT, DOCTOR, 0, 1));
        assert_ok!(request(PATIENT, DOCTOR, 3 * 96, 3 * 96 + 1));
    });
}

#[test]
fn an_appointment_over_midnight_needs_both_days() {
    ExtBuilder::default().build_and_execute(|| {
        let to_midnight = u64::from(SLOTS_PER_DAY - slot_of_day(NEXT_SLOT));
        assert_ok!(set(vec![], vec![DaysOff { first: today() + 1, last: today() + 1 }]));
        assert_noop!(request(PATIENT, DOCTOR, to_midnight - 1, to_midnight + 1), Error::<Test>::DayOff);
        assert_ok!(request(PATIENT, DOCTOR, to_midnight - 1, to_midnight));
    });
}

#[test]
fn the_doctor_may_accept_what_its_schedule_would_refuse_now() {
    ExtBuilder::default().with_request(PATIENT, DOCTOR, 4, 5).build_and_execute(|| {
        assert_ok!(set(vec![half_an_hour()], vec![]));
        assert_ok!(AppointmentBook::accept(signed(DOCTOR), latest()));
    });
}

#[test]
fn an_empty_schedule_leaves_nothing_behind() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(set(vec![half_an_hour()], vec![]));
        assert_ok!(set(vec![], vec![]));
        assert!(!Schedules::<Test>::contains_key(id(DOCTOR)));
        assert_ok!(request(PATIENT, DOCTOR, 50, 51));
    });
}

#[test]
fn a_schedule_that_makes_no_sense_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        for time in [
            OpeningTime { weekday: 7, from: 0, until: 1 },
            OpeningTime { weekday: 0, from: 1, until: 1 },
            OpeningTime { weekday: 0, from: 0, until: SLOTS_PER_DAY + 1 },
        ] {
            assert_noop!(set(vec![time], vec![]), Error::<Test>::OpeningTimeMalformed);
        }
        assert_ok!(set(vec![OpeningTime { weekday: 6, from: 0, until: SLOTS_PER_DAY }], vec![]));
        assert_noop!(set(vec![], vec![DaysOff { first: 2, last: 1 }]), Error::<Test>::DaysOffMalformed);
    });
}

#[test]
fn only_an_active_doctor_has_a_schedule() {
    ExtBuilder::default().build_and_execute(|| {
        let by = |account| AppointmentBook::set_schedule(signed(account), Schedule::default());
        assert_noop!(by(PATIENT), Error::<Test>::NotADoctor);
        assert_noop!(by(HOSPITAL), Error::<Test>::NotADoctor);
        assert_noop!(by(PENDING_DOCTOR), Error::<Test>::NotActive);
        assert_noop!(by(STRANGER), Error::<Test>::NotAMember);
        assert_noop!(AppointmentBook::set_schedule(RuntimeOrigin::root(), Schedule::default()), BadOrigin);
    });
}
