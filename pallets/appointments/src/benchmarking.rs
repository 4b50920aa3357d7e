//! What each call costs at most, by the number of quarter-hour slots that the appointment takes.

use super::*;
use alloc::vec;
use frame_benchmarking::v2::*;
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

/// Stores an appointment of this many slots that starts then.
fn appointment<T: Config>(
    actors: &Actors<T::AccountId>,
    status: AppointmentStatus,
    start: Moment,
    slots: u32,
) -> AppointmentId {
    let id = AppointmentId::FIRST;
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
    };
    if status == AppointmentStatus::Accepted {
        for slot in entry.slots() {
            Slots::<T>::insert(actors.doctor_id, slot, id);
            PatientSlots::<T>::insert(actors.patient_id, slot, id);
        }
    } else {
        OpenRequests::<T>::insert(actors.patient_id, limits::OPEN_APPOINTMENTS_MAX);
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
        let Actors { patient, doctor_id, profile, .. } = actors::<T>()?;
        let start = next_slot::<T>();
        let end = start.saturating_add(limits::SLOT.saturating_mul(n.into()));
        let id = NextAppointmentId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), doctor_id, start, end, Some(profile), longest_note());
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Requested));
        Ok(())
    }

    #[benchmark]
    fn accept(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, next_slot::<T>(), n);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Accepted));
        assert_eq!(Slots::<T>::iter_prefix(actors.doctor_id).count(), n as usize);
        assert!(Care::<T>::contains_key(actors.patient_id, OrderedKey::from(actors.doctor_id)));
        Ok(())
    }

    #[benchmark]
    fn decline() -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let id = appointment::<T>(&actors, AppointmentStatus::Requested, next_slot::<T>(), 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id, AppointmentReason::Unavailable);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Declined));
        Ok(())
    }

    #[benchmark]
    fn cancel(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let id = appointment::<T>(&actors, AppointmentStatus::Accepted, next_slot::<T>(), n);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.patient.clone()), id, AppointmentReason::NotNeeded);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Cancelled));
        assert_eq!(Slots::<T>::iter_prefix(actors.doctor_id).count(), 0);
        Ok(())
    }

    #[benchmark]
    fn complete(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let start = next_slot::<T>().saturating_sub(limits::SLOT);
        let id = appointment::<T>(&actors, AppointmentStatus::Accepted, start, n);
        #[extrinsic_call]
        _(RawOrigin::Signed(actors.doctor.clone()), id);
        assert_eq!(status_of::<T>(id), Some(AppointmentStatus::Completed));
        Ok(())
    }

    #[benchmark]
    fn mark_missed(n: Linear<1, { limits::APPOINTMENT_SLOTS_MAX }>) -> Result<(), BenchmarkError> {
        let actors = actors::<T>()?;
        let start = next_slot::<T>().saturating_sub(limits::SLOT);
        let id = appointment::<T>(&actors, AppointmentStatus::Accepted, start, n);
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
}
