//! How appointments that nobody answers expire, without a scan over everything: those that wait are queued by the slot in
//! which they start, and a cursor walks from slot to slot as time does.

use crate::*;
use frame_support::weights::{Weight, WeightMeter};

impl<T: Config> Pallet<T> {
    /// Lets appointments expire whose start has come, as many as the weight allows and
    /// [`limits::EXPIRIES_PER_BLOCK_MAX`] at most; the next block goes on. Returns the weight that it took.
    pub(crate) fn expire_waiting(remaining: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(remaining);
        if meter.try_consume(T::WeightInfo::expiry_step()).is_err() {
            return meter.consumed();
        }
        let Some(begin) = ExpiryCursor::<T>::get() else { return meter.consumed() };
        let now = T::Time::now() / limits::SLOT;
        let mut slot = begin;
        let mut left = limits::EXPIRIES_PER_BLOCK_MAX;
        while slot <= now && left > 0 && meter.try_consume(T::WeightInfo::expiry_step()).is_ok() {
            // A step for the slot counts as well, so that a chain that stood still for long catches up bit by bit.
            left = left.saturating_sub(1);
            let due: Vec<_> = Waiting::<T>::iter_key_prefix(slot).take(left as usize).collect();
            let mut done = due.len() < left as usize;
            for id in due {
                if meter.try_consume(T::WeightInfo::expire()).is_err() {
                    done = false;
                    break;
                }
                left = left.saturating_sub(1);
                Self::do_expire(slot, id);
            }
            if !done {
                break;
            }
            slot = slot.saturating_add(1);
        }
        if slot != begin {
            ExpiryCursor::<T>::put(slot);
        }
        meter.consumed()
    }

    /// Counts a request among those that wait, and queues it for the day that nobody has answered it.
    pub(crate) fn start_waiting(id: AppointmentId, appointment: &Appointment) {
        OpenRequests::<T>::mutate(appointment.patient, |open| *open = open.saturating_add(1));
        Waiting::<T>::insert(appointment.slots().start, id, ());
        if !ExpiryCursor::<T>::exists() {
            ExpiryCursor::<T>::put(T::Time::now() / limits::SLOT);
        }
    }

    /// Takes a request out of the queue and the count.
    pub(crate) fn stop_waiting(id: AppointmentId, appointment: &Appointment) {
        Waiting::<T>::remove(appointment.slots().start, id);
        OpenRequests::<T>::mutate_exists(appointment.patient, |open| {
            *open = open.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
        });
    }

    fn do_expire(slot: Slot, id: AppointmentId) {
        let waiting =
            Appointments::<T>::get(id).filter(|appointment| appointment.status == AppointmentStatus::Requested);
        let Some(mut appointment) = waiting else {
            // What does not wait is never queued; were it so, it would not hold the queue up.
            Waiting::<T>::remove(slot, id);
            return;
        };
        Self::stop_waiting(id, &appointment);
        let (patient, doctor) = (appointment.patient, appointment.doctor);
        appointment.status = AppointmentStatus::Expired;
        appointment.profile = None;
        Appointments::<T>::insert(id, appointment);
        Self::deposit_event(Event::AppointmentExpired { appointment: id, patient, doctor });
    }
}
