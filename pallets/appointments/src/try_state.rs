//! What must hold of appointments and care relations after every block.

use crate::*;
use alloc::collections::btree_map::BTreeMap;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Checks that
    /// 1. every appointment has a number below the next, between one patient and one doctor;
    /// 2. its times lie on quarters of an hour, the end after the start, at most [`limits::APPOINTMENT_SLOTS_MAX`]
    ///    slots apart;
    /// 3. a reason is kept for the declined and the cancelled alone, a seal only while it waits for an answer;
    /// 4. `ByPatient` and `ByDoctor` list every appointment once and nothing else;
    /// 5. an accepted appointment holds each of its slots for both sides, and no slot is held otherwise, so that no
    ///    two overlap;
    /// 6. `OpenRequests` counts the appointments that wait, within its bound, and stores no zero, and `Waiting` has each
    ///    of them under the slot in which it starts and nothing else, none before `ExpiryCursor`;
    /// 7. a replacement is later than what it replaces and is of the same two, and what it replaces names it or a later
    ///    one;
    /// 8. schedules make sense, and none is empty;
    /// 9. `Care` and `CareByDoctor` mirror each other, and an appointment that opened care is of the two.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let next = NextAppointmentId::<T>::get();
        let (mut appointments, mut held, mut queued) = (0usize, 0usize, 0usize);
        let mut waiting = BTreeMap::<MemberId, u32>::new();
        for (id, appointment) in Appointments::<T>::iter() {
            appointments = appointments.saturating_add(1);
            let Appointment { patient, doctor, start, end, status, .. } = appointment;
            ensure!(id >= AppointmentId::FIRST && id < next, "an appointment's number was never given out");
            ensure!(patient != doctor, "an appointment has two sides");
            ensure!(start % limits::SLOT == 0 && end % limits::SLOT == 0, "an appointment is off the grid");
            ensure!(start < end, "an appointment does not end after its start");
            let length = end.saturating_sub(start) / limits::SLOT;
            ensure!(length <= u64::from(limits::APPOINTMENT_SLOTS_MAX), "an appointment is too long");
            ensure!(
                appointment.reason.is_some()
                    == matches!(status, AppointmentStatus::Declined | AppointmentStatus::Cancelled),
                "a reason is kept for the declined and the cancelled alone"
            );
            ensure!(
                appointment.profile.is_none() || status == AppointmentStatus::Requested,
                "a seal outlived the answer"
            );
            if let Some(replaced) = appointment.replaces {
                ensure!(replaced < id, "a replacement is older than what it replaces");
                let replaced = Appointments::<T>::get(replaced).ok_or("what was replaced is gone")?;
                ensure!((replaced.patient, replaced.doctor) == (patient, doctor), "a replacement is of others");
                ensure!(replaced.replaced_by.is_some_and(|latest| latest >= id), "a replacement is not named");
            }
            ensure!(ByPatient::<T>::contains_key(patient, NewestFirstKey::from(id)), "ByPatient lacks an appointment");
            ensure!(ByDoctor::<T>::contains_key(doctor, NewestFirstKey::from(id)), "ByDoctor lacks an appointment");
            match status {
                AppointmentStatus::Accepted => {
                    for slot in appointment.slots() {
                        held = held.saturating_add(1);
                        ensure!(Slots::<T>::get(doctor, slot) == Some(id), "an accepted appointment lacks a slot");
                        ensure!(
                            PatientSlots::<T>::get(patient, slot) == Some(id),
                            "an accepted appointment lacks a slot of its patient"
                        );
                    }
                }
                AppointmentStatus::Requested => {
                    let count = waiting.entry(patient).or_default();
                    *count = count.saturating_add(1);
                    queued = queued.saturating_add(1);
                    let slot = appointment.slots().start;
                    ensure!(Waiting::<T>::contains_key(slot, id), "Waiting lacks an appointment");
                    ensure!(
                        ExpiryCursor::<T>::get().is_some_and(|cursor| cursor <= slot),
                        "an appointment waits behind the cursor"
                    );
                }
                _ => {}
            }
        }
        ensure!(ByPatient::<T>::iter_keys().count() == appointments, "ByPatient has an entry too many");
        ensure!(ByDoctor::<T>::iter_keys().count() == appointments, "ByDoctor has an entry too many");
        ensure!(Slots::<T>::iter_keys().count() == held, "a slot is held by no accepted appointment");
        ensure!(PatientSlots::<T>::iter_keys().count() == held, "a patient's slot is held by no accepted appointment");
        ensure!(Waiting::<T>::iter_keys().count() == queued, "Waiting has an appointment that does not wait");
        for schedule in Schedules::<T>::iter_values() {
            ensure!(schedule != Schedule::default(), "an empty schedule is stored");
            ensure!(schedule.opening_times.iter().all(OpeningTime::is_sound), "an opening time makes no sense");
            ensure!(schedule.days_off.iter().all(|days| days.first <= days.last), "days off make no sense");
        }
        ensure!(
            OpenRequests::<T>::iter().collect::<BTreeMap<_, _>>() == waiting,
            "OpenRequests does not count what waits"
        );
        ensure!(waiting.values().all(|count| *count <= limits::OPEN_APPOINTMENTS_MAX), "too many requests wait");

        let mut relations = 0usize;
        for (patient, doctor, relation) in Care::<T>::iter() {
            relations = relations.saturating_add(1);
            let doctor = MemberId::from(doctor);
            ensure!(
                CareByDoctor::<T>::contains_key(doctor, OrderedKey::from(patient)),
                "CareByDoctor lacks a relation"
            );
            if let Some(id) = relation.appointment {
                ensure!(
                    Appointments::<T>::get(id).is_some_and(|found| (found.patient, found.doctor) == (patient, doctor)),
                    "an appointment of others opened care"
                );
            }
        }
        ensure!(CareByDoctor::<T>::iter_keys().count() == relations, "CareByDoctor has a relation too many");
        Ok(())
    }
}
