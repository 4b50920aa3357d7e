//! What each call costs at most, by the number of quarter-hour slots that the appointment takes.

use super::*;
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::weights::Weight;
use frame_system::RawOrigin;

/// A patient with a profile and a doctor, and the profile sealed to the doctor.
struct Actors<AccountId> {
    patient: AccountId,
    patient_id: MemberId,
    doctor: AccountId,
    doctor_id: MemberId,
    profile: SealedProfile,
}

fn actors<T: Config>() -> Result<Actors<T::AccountId>, BenchmarkError> {
    let (patient, doctor): (T::AccountId, T::AccountId) = (account("patient", 0, 0), account("doctor", 0, 0));
    let patient_id = T::Members::benchmark_register(&patient, Role::Patient);
    let doctor_id = T::Members::benchmark_register(&doctor, Role::Doctor);
    let record = T::Consents::benchmark_profile(patient_id);
    let key_version =
        T::Members::by_id(doctor_id).ok_or(BenchmarkError::Stop("the doctor is not registered"))?.key_version;
    let profile = SealedProfile { record, seal: VersionedSeal { seal: Seal([0x5e; 80]), key_version } };
    Ok(Actors { patient, patient_id, doctor, doctor_id, profile })
}

fn longest_note() -> Note {
    vec![0x6e; limits::NOTE_MAX as usize].try_into().unwrap_or_default()
}

/// The first slot that has not begun.
fn next_slot<T: Config>() -> Moment {
    (T::Time::now() / limits::SLOT).saturating_add(1).saturating_mul(limits::SLOT)
}

/// The fullest schedule, in which the slots of a day are looked for in every entry.
fn put_fullest_schedule<T: Config>(doctor: MemberId, start: Moment) {
    let day = start / DAY;
    let weekday = u8::try_from((day + 3) % 7).unwrap_or(0);
    let open_on = |weekday| OpeningTime { weekday, from: 0, until: SLOTS_PER_DAY };
    let mut opening_times = vec![open_on((weekday + 2) % 7); limits::OPENING_TIMES_MAX as usize];
    // An appointment may run past midnight.
    for (entry, weekday) in opening_times.iter_mut().rev().zip([weekday, (weekday + 1) % 7]) {
        *entry = open_on(weekday);
    }
    let days_off = vec![DaysOff { first: Day::MAX, last: Day::MAX }; limits::DAYS_OFF_MAX as usize];
    let schedule = Schedule {
        opening_times: opening_times.try_into().unwrap_or_default(),
        days_off: days_off.try_into().unwrap_or_default(),
    };
    Schedules::<T>::insert(doctor, schedule);
}

/// Stores an appointment of this many slots that starts then. One that is requested is the last that may wait.
fn appointment<T: Config>(
    actors: &Actors<T::AccountId>,
    status: AppointmentStatus,
    start: Moment,
    slots: u32,
    replaces: Option<AppointmentId>,
) -> AppointmentId {
    let id = NextAppointmentId::<T>::get();
    let end = start.saturating_add(limits::SLOT.saturating_mul(slots.into()));
    let entry = Appointment {
        patient: actors.patient_id,
        doctor: actors.doctor_id,
        start,
        end,
        status,
        reason: None,
        note: longest_note(),
        profile: (status == AppointmentStatus::Requested).then_some(actors.profile),
        requested_at: T::Time::now(),
        replaces,
        replaced_by: None,
    };
    match status {
        AppointmentStatus::Accepted => {
            for slot in entry.slots() {
                Slots::<T>::insert(actors.doctor_id, slot, id);
                PatientSlots::<T>::insert(actors.patient_id, slot, id);
            }
        }
        AppointmentStatus::Requested => {
            OpenRequests::<T>::insert(actors.patient_id, limits::OPEN_APPOINTMENTS_MAX - 1);
            Pallet::<T>::start_waiting(id, &entry);
        }
        _ => {}
    }
    NextAppointmentId::<T>::put(AppointmentId(id.0.saturating_add(1)));
    ByPatient::<T>::insert(actors.patient_id, NewestFirstKey::from(id), ());
    ByDoctor::<T>::insert(actors.doctor_id, NewestFirstKey::from(id), ());
    Appointments::<T>::insert(id, entry);
    id
}

fn status_of<T: Config>(id: AppointmentId) -> Option<AppointmentStatus> {
    Appointments::<T>::get(id).map(|appointment| appointment.status)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn request(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let Actors { patient, patient_id, doctor_id, profile, .. } = actors::<T>()?;
        let start = next_slot::<T>();
        put_fullest_schedule::<T>(doctor_id, start);
        OpenRequests::<T>::insert(patient_id, limits::OPEN_APPOINTMENTS_MAX - 1);
        let end = start.saturating_add(limits::SLOT.saturating_mul(n.into()));
        let id = NextAppointmentId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), doctor_id, start, end, Some(profile), longest_note());
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Requested));
        Ok(())
    }

    /// In the place of the longest appointment.
    #[benchmark]
    fn accept(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let longest = limits::APPOINTMENT_SLOTS_MAX;
        let replaced = appointment::<T>(&actors, AppointmentStatus::Accepted, next_slot::<T>() + DAY, longest, None);
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, next_slot::<T>(), n, Some(replaced));
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Accepted));
        assert_eq!(status_of::<T>(replaced), Some(AppointmentStatus::Cancelled));
        assert_eq!(Slots::<T>::iter_prefix(actors.doctor_id).count(), n as usize);
        assert!(Care::<T>::contains_key(actors.patient_id, OrderedKey::from(actors.doctor_id)));
        Ok(())
    }

    #[benchmark]
    fn decline() -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, next_slot::<T>(), 1, None);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id, AppointmentReason::Unavailable);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Declined));
        Ok(())
    }

    #[benchmark]
    fn cancel(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let id = appointment::<T>(&actors, AppointmentStatus::Accepted, next_slot::<T>(), n, None);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.patient.clone()), id, AppointmentReason::NotNeeded);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Cancelled));
        assert_eq!(Slots::<T>::iter_prefix(actors.doctor_id).count(), 0);
        Ok(())
    }

    /// Of one that waits for an answer.
    #[benchmark]
    fn cancel_requested() -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let longest = limits::APPOINTMENT_SLOTS_MAX;
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, next_slot::<T>(), longest, None);
        #[extrinsic_call]
        cancel(RawOrigin::Signed(actors.patient.clone()), id, AppointmentReason::NotNeeded);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Cancelled));
        Ok(())
    }

    #[benchmark]
    fn complete(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let start = next_slot::<T>().saturating_sub(limits::SLOT);
        let id = appointment::<T>(&actors, AppointmentStatus::Accepted, start, n, None);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Completed));
        Ok(())
    }

    #[benchmark]
    fn mark_missed(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let start = next_slot::<T>().saturating_sub(limits::SLOT);
        let id = appointment::<T>(&actors, AppointmentStatus::Accepted, start, n, None);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Missed));
        Ok(())
    }

    #[benchmark]
    fn open_care() -> Result<(), BenchmarkError> {
        let Actors { patient, patient_id, doctor_id, profile, .. } = actors::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), doctor_id, Some(profile));
        assert!(Care::<T>::contains_key(patient_id, OrderedKey::from(doctor_id)));
        Ok(())
    }

    #[benchmark]
    fn end_care() -> Result<(), BenchmarkError> {
        let Actors { patient, patient_id, doctor_id, profile, .. } = actors::<T>()?;
        Pallet::<T>::open_care(RawOrigin::Signed(patient.clone()).into(), doctor_id, Some(profile))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), doctor_id);
        assert!(!Care::<T>::contains_key(patient_id, OrderedKey::from(doctor_id)));
        Ok(())
    }

    /// Of one that waits to replace the longest appointment, whose time the new one overlaps.
    #[benchmark]
    fn reschedule(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let begin = next_slot::<T>();
        let start = begin.saturating_add(DAY);
        let longest = limits::APPOINTMENT_SLOTS_MAX;
        let accepted = appointment::<T>(&actors, AppointmentStatus::Accepted, start, longest, None);
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, begin, 1, Some(accepted));
        Appointments::<T>::mutate_extant(accepted, |entry| entry.replaced_by = Some(id));
        let end = start.saturating_add(limits::SLOT.saturating_mul(n.into()));
        put_fullest_schedule::<T>(actors.doctor_id, start);
        let replacement = NextAppointmentId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.patient.clone()), id, start, end, longest_note());
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Cancelled));
        assert_eq!(status_of::<T>(replacement), Some(AppointmentStatus::Requested));
        let replaced_by = Appointments::<T>::get(accepted).and_then(|entry| entry.replaced_by);
        assert_eq!(replaced_by, Some(replacement));
        Ok(())
    }

    #[benchmark]
    fn set_schedule() -> Result<(), BenchmarkError> {
        let Actors { doctor, doctor_id, .. } = actors::<T>()?;
        put_fullest_schedule::<T>(doctor_id, next_slot::<T>());
        let schedule = Schedules::<T>::take(doctor_id).ok_or(BenchmarkError::Stop("there is no schedule"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(doctor), schedule.clone());
        assert_eq!(Schedules::<T>::get(doctor_id), Some(schedule));
        Ok(())
    }

    /// A look at a slot in which nothing waits.
    #[benchmark]
    fn expiry_step() {
        let slot = T::Time::now() / limits::SLOT;
        ExpiryCursor::<T>::put(slot);
        #[block]
        {
            Pallet::<T>::expire_waiting(Weight::MAX);
        }
        assert_eq!(ExpiryCursor::<T>::get(), Some(slot + 1));
    }

    /// One appointment, and the look at its slot.
    #[benchmark]
    fn expire() -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let begun = next_slot::<T>().saturating_sub(limits::SLOT);
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, begun, 1, None);
        #[block]
        {
            Pallet::<T>::expire_waiting(Weight::MAX);
        }
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Expired));
        Ok(())
    }
}
