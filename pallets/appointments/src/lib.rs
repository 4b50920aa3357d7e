//! # Appointments
//!
//! A patient asks a doctor for a time and seals her profile to the doctor with it; the doctor accepts or declines.
//! Accepting holds the time and opens a care relation, under which the doctor may write records for the patient. See
//! `README.md` for the life of an appointment.
//!
//! Times are held by quarter-hour slots, so that accepted appointments of one doctor, or of one patient, can never
//! overlap, and so that the check costs what the appointment is long.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod expiry;
mod types;
pub mod weights;

#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use core::ops::Range;
use frame_support::{
    dispatch::{DispatchResult, DispatchResultWithPostInfo},
    ensure,
    traits::Time,
};
use medchain_primitives::*;
use sp_runtime::{ArithmeticError, DispatchError};

/// The appointments pallet.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    /// The layout of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Appointments and care relations.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who is a member, and as what.
        type Members: MemberDirectory<Self::AccountId>;
        /// Where the grant of a profile goes that comes with care.
        type Consents: CareConsents;
        /// The chain's clock.
        type Time: Time<Moment = Moment>;
        /// The cost of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The number of the next appointment.
    #[pallet::storage]
    pub type NextAppointmentId<T: Config> = StorageValue<_, AppointmentId, ValueQuery, FirstAppointmentId>;

    /// The number that the first appointment gets.
    #[pallet::type_value]
    pub fn FirstAppointmentId() -> AppointmentId {
        AppointmentId::FIRST
    }

    /// Every appointment. Numbers are given out in sequence, so that a fast hasher is enough. History is kept; it grows
    /// by requests alone, which patients' quotas and [`OpenRequests`] bound.
    #[pallet::storage]
    pub type Appointments<T: Config> = StorageMap<_, Twox64Concat, AppointmentId, Appointment>;

    /// The appointments of a patient, the newest first: member numbers are sequential, and the appointment's number,
    /// inverted, is its own hash, so that a listing follows it. As many as [`Appointments`].
    #[pallet::storage]
    pub type ByPatient<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Identity, NewestFirstKey, (), OptionQuery>;

    /// The appointments of a doctor, the newest first; hashed as [`ByPatient`]. As many as [`Appointments`].
    #[pallet::storage]
    pub type ByDoctor<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Identity, NewestFirstKey, (), OptionQuery>;

    /// The accepted appointment that holds a doctor's slot. The patient chooses the slot, hence the cryptographic
    /// hasher. Bounded by [`limits::APPOINTMENT_SLOTS_MAX`] for each accepted appointment.
    #[pallet::storage]
    pub type Slots<T: Config> = StorageDoubleMap<_, Twox64Concat, MemberId, Blake2_128Concat, Slot, AppointmentId>;

    /// The accepted appointment that holds a patient's slot; hashed and bounded as [`Slots`].
    #[pallet::storage]
    pub type PatientSlots<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Blake2_128Concat, Slot, AppointmentId>;

    /// How many appointments of a patient wait for an answer, at most [`limits::OPEN_APPOINTMENTS_MAX`]; nothing is
    /// stored for none. Member numbers are sequential, so that a fast hasher is enough.
    #[pallet::storage]
    pub type OpenRequests<T: Config> = StorageMap<_, Twox64Concat, MemberId, u32, ValueQuery>;

    /// The doctors who have a patient under care, in the order of their numbers: member numbers are sequential, and
    /// the doctor's is its own hash, so that a listing follows it. Bounded by the number of doctors for each patient.
    #[pallet::storage]
    pub type Care<T: Config> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, CareRelation>;

    /// The patients whom a doctor has under care: [`Care`] from the other side.
    #[pallet::storage]
    pub type CareByDoctor<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, (), OptionQuery>;

    /// The appointments that wait for an answer, by the slot in which they start: when it comes, they expire. Slots are
    /// counted from a day long past and patients choose among a year of them, hence the cryptographic hasher; appointment
    /// numbers are sequential. Bounded as [`OpenRequests`].
    #[pallet::storage]
    pub type Waiting<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, Slot, Twox64Concat, AppointmentId, (), OptionQuery>;

    /// The first slot of whose waiting appointments some may not have expired yet; none before the first request.
    #[pallet::storage]
    pub type ExpiryCursor<T: Config> = StorageValue<_, Slot>;

    /// When a doctor can be booked; nothing is stored for one that can be at any time. Member numbers are sequential, so
    /// that a fast hasher is enough. At most one for each doctor.
    #[pallet::storage]
    pub type Schedules<T: Config> = StorageMap<_, Twox64Concat, MemberId, Schedule>;

    /// What the pallet tells the world.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A patient asked a doctor for a time.
        AppointmentRequested {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
            /// Start, in milliseconds.
            start: Moment,
            /// End, in milliseconds.
            end: Moment,
        },
        /// The doctor agreed; the time is held.
        AppointmentAccepted {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// The doctor declined.
        AppointmentDeclined {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
            /// Why.
            reason: AppointmentReason,
        },
        /// Either side called the appointment off; its time is free again.
        AppointmentCancelled {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
            /// Who called it off: the patient or the doctor.
            by: MemberId,
            /// Why.
            reason: AppointmentReason,
        },
        /// The appointment took place.
        AppointmentCompleted {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// The patient did not come.
        AppointmentMissed {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// The appointment's time came before the doctor answered.
        AppointmentExpired {
            /// The appointment.
            appointment: AppointmentId,
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// A patient asked for another time; the doctor has to accept it as any other.
        AppointmentRescheduled {
            /// The appointment that is to be replaced.
            appointment: AppointmentId,
            /// The appointment that is to replace it.
            replacement: AppointmentId,
        },
        /// A doctor said when it can be booked.
        ScheduleSet {
            /// The doctor.
            doctor: MemberId,
        },
        /// A doctor has a patient under care.
        CareOpened {
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// A doctor no longer has a patient under care.
        CareEnded {
            /// The patient.
            patient: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
    }

    /// Why the pallet refuses.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is not a member; register first.
        NotAMember,
        /// The member may not act: it waits for an administrator, was rejected or is suspended; see its status.
        NotActive,
        /// This is the patient's to do; sign with a patient's account.
        NotAPatient,
        /// This is the doctor's to do; sign with a doctor's account.
        NotADoctor,
        /// No doctor has this number; look it up by username.
        UnknownDoctor,
        /// The doctor may not act now; choose another.
        DoctorNotActive,
        /// Start or end is not on a quarter of an hour; choose times that are.
        TimeOffGrid,
        /// The appointment does not end after its start; choose a later end.
        EndNotAfterStart,
        /// The start has passed; choose a later one.
        StartPassed,
        /// The appointment lies more than a year ahead; choose an earlier time.
        TooFarAhead,
        /// The appointment is longer than eight hours; ask for several.
        TooLong,
        /// The doctor has an accepted appointment in this time; choose another.
        SlotTaken,
        /// The patient has an accepted appointment in this time; choose another, or cancel that one.
        PatientBusy,
        /// The seal was made for a key that the doctor has replaced; seal to the doctor's current key.
        KeyVersionNotCurrent,
        /// The patient has sixteen appointments that wait for an answer; cancel one, or wait.
        TooManyOpenRequests,
        /// No appointment has this number; list your appointments.
        UnknownAppointment,
        /// The appointment is another's; list your own.
        NotYourAppointment,
        /// The appointment has been answered or called off; there is nothing to answer.
        NotRequested,
        /// The appointment is not accepted; only an accepted one can take place.
        NotAccepted,
        /// The appointment has been declined, called off or held; it can no longer be called off.
        NotOpen,
        /// The doctor is not open in all of this time; see the doctor's schedule and choose another.
        OutsideOpeningTimes,
        /// The doctor has taken the day off; see the doctor's schedule and choose another.
        DayOff,
        /// An opening time names no weekday, or does not end after its start; correct it.
        OpeningTimeMalformed,
        /// A stretch of days off ends before it starts; correct it.
        DaysOffMalformed,
        /// The appointment waits to be replaced already; cancel the replacement first.
        ReplacementWaits,
        /// The appointment's start passed before it was accepted; the patient asks again.
        AppointmentExpired,
        /// The accepted appointment has started; the doctor completes it or marks it as missed.
        AlreadyStarted,
        /// The appointment has not started; wait for its start, or cancel it.
        NotStarted,
        /// The doctor has the patient under care already; nothing needs to be opened.
        AlreadyUnderCare,
        /// The doctor does not have the patient under care; there is nothing to end.
        NotUnderCare,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::expire_waiting(remaining)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Asks a doctor for a time.
        ///
        /// `start` and `end` are milliseconds on quarters of an hour. `profile` is the caller's profile, sealed
        /// to the doctor, who can open it once the appointment is accepted; a patient without a profile gives none.
        /// `note` is sealed to the doctor and may be empty. The time is not held until the doctor accepts.
        ///
        /// ## Dispatch origin
        /// Signed by an active patient.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotAPatient`], [`Error::NotActive`]: the caller cannot ask.
        /// - [`Error::UnknownDoctor`], [`Error::DoctorNotActive`]: the doctor cannot be asked.
        /// - [`Error::TimeOffGrid`], [`Error::EndNotAfterStart`], [`Error::TooLong`], [`Error::StartPassed`],
        ///   [`Error::TooFarAhead`]: the time cannot be had by anyone.
        /// - [`Error::OutsideOpeningTimes`], [`Error::DayOff`]: the doctor does not take appointments then.
        /// - [`Error::SlotTaken`], [`Error::PatientBusy`]: one of the two has an accepted appointment then.
        /// - [`Error::KeyVersionNotCurrent`]: the doctor could not open the seal.
        /// - [`Error::TooManyOpenRequests`]: too many appointments of the caller wait for an answer.
        ///
        /// ## Events
        /// [`Event::AppointmentRequested`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::request(slot_count(&slots(*start, *end))))]
        pub fn request(
            origin: OriginFor<T>,
            doctor: MemberId,
            start: Moment,
            end: Moment,
            profile: Option<SealedProfile>,
            note: Note,
        ) -> DispatchResult {
            let patient = Self::ensure_patient(origin)?;
            let doctor = Self::active_doctor(doctor)?;
            Self::ensure_times(T::Time::now(), start, end)?;
            Self::ensure_seal_current(&doctor, profile.as_ref())?;
            let open = OpenRequests::<T>::get(patient.id);
            ensure!(open < limits::OPEN_APPOINTMENTS_MAX, Error::<T>::TooManyOpenRequests);
            Self::ensure_bookable(doctor.id, slots(start, end))?;
            Self::ensure_free(patient.id, doctor.id, slots(start, end), None)?;
            Self::do_request(patient.id, doctor.id, start, end, profile, note, None)?;
            Ok(())
        }

        /// Agrees to an appointment: holds its time, opens a care relation unless there is one, and grants the doctor
        /// the profile that the patient sealed. An accepted appointment that it replaces is cancelled by it, and its time
        /// is free for this one. The doctor's schedule does not bind the doctor here. A seal for a key that the doctor has replaced since is dropped; the
        /// patient may grant the profile again.
        ///
        /// ## Dispatch origin
        /// Signed by the appointment's doctor, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotADoctor`], [`Error::NotActive`]: the caller cannot accept.
        /// - [`Error::UnknownAppointment`], [`Error::NotYourAppointment`]: not one of the caller's.
        /// - [`Error::NotRequested`], [`Error::AppointmentExpired`]: it waits for no answer any more.
        /// - [`Error::SlotTaken`], [`Error::PatientBusy`]: another appointment was accepted in its time.
        /// - Whatever [`CareConsents`] finds: the patient has no profile to grant. She asks again without the seal.
        ///
        /// ## Events
        /// [`Event::AppointmentAccepted`]; before it [`Event::CareOpened`] if the doctor did not have the patient under
        /// care, and [`Event::AppointmentCancelled`] if it replaces another.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::accept(limits::APPOINTMENT_SLOTS_MAX))]
        pub fn accept(origin: OriginFor<T>, id: AppointmentId) -> DispatchResultWithPostInfo {
            let doctor = Self::ensure_doctor(origin)?;
            let mut appointment = Self::appointment_of_doctor(id, doctor.id)?;
            ensure!(appointment.status == AppointmentStatus::Requested, Error::<T>::NotRequested);
            let now = T::Time::now();
            ensure!(now < appointment.start, Error::<T>::AppointmentExpired);
            let taken = appointment.slots();
            let replaced = Self::accepted_before(&appointment);
            Self::ensure_free(appointment.patient, doctor.id, taken.clone(), replaced.as_ref().map(|(id, _)| *id))?;

            Self::stop_waiting(id, &appointment);
            if let Some((id, replaced)) = replaced {
                Self::do_end_replaced(id, replaced);
            }
            for slot in taken.clone() {
                Slots::<T>::insert(doctor.id, slot, id);
                PatientSlots::<T>::insert(appointment.patient, slot, id);
            }
            let patient = appointment.patient;
            let profile = appointment.profile.take().filter(|profile| profile.seal.key_version == doctor.key_version);
            appointment.status = AppointmentStatus::Accepted;
            Appointments::<T>::insert(id, appointment);
            if !Care::<T>::contains_key(patient, OrderedKey::from(doctor.id)) {
                Self::do_open_care(patient, doctor.id, CareRelation { since: now, appointment: Some(id) });
            }
            if let Some(profile) = profile {
                T::Consents::grant_profile_for_care(patient, doctor.id, profile)?;
            }
            Self::deposit_event(Event::AppointmentAccepted { appointment: id, patient, doctor: doctor.id });
            Ok(Some(T::WeightInfo::accept(slot_count(&taken))).into())
        }

        /// Declines an appointment that waits for an answer.
        ///
        /// ## Dispatch origin
        /// Signed by the appointment's doctor, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotADoctor`], [`Error::NotActive`]: the caller cannot decline.
        /// - [`Error::UnknownAppointment`], [`Error::NotYourAppointment`]: not one of the caller's.
        /// - [`Error::NotRequested`]: it has been answered or called off.
        ///
        /// ## Events
        /// [`Event::AppointmentDeclined`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::decline())]
        pub fn decline(origin: OriginFor<T>, id: AppointmentId, reason: AppointmentReason) -> DispatchResult {
            let doctor = Self::ensure_doctor(origin)?;
            let mut appointment = Self::appointment_of_doctor(id, doctor.id)?;
            ensure!(appointment.status == AppointmentStatus::Requested, Error::<T>::NotRequested);

            let patient = appointment.patient;
            Self::stop_waiting(id, &appointment);
            appointment.status = AppointmentStatus::Declined;
            appointment.reason = Some(reason);
            appointment.profile = None;
            Appointments::<T>::insert(id, appointment);
            Self::deposit_event(Event::AppointmentDeclined { appointment: id, patient, doctor: doctor.id, reason });
            Ok(())
        }

        /// Calls an appointment off: one that waits for an answer at any time, an accepted one before its start. The
        /// care relation stays until the patient ends it.
        ///
        /// ## Dispatch origin
        /// Signed by the appointment's patient or doctor, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`]: the caller cannot act.
        /// - [`Error::UnknownAppointment`], [`Error::NotYourAppointment`]: not one of the caller's.
        /// - [`Error::NotOpen`]: it has ended one way or another.
        /// - [`Error::AlreadyStarted`]: it was accepted and has started.
        ///
        /// ## Events
        /// [`Event::AppointmentCancelled`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::cancel(limits::APPOINTMENT_SLOTS_MAX))]
        pub fn cancel(
            origin: OriginFor<T>,
            id: AppointmentId,
            reason: AppointmentReason,
        ) -> DispatchResultWithPostInfo {
            let by = Self::ensure_active(origin)?.id;
            let mut appointment = Appointments::<T>::get(id).ok_or(Error::<T>::UnknownAppointment)?;
            ensure!(by == appointment.patient || by == appointment.doctor, Error::<T>::NotYourAppointment);
            let (patient, doctor) = (appointment.patient, appointment.doctor);
            let weight = match appointment.status {
                AppointmentStatus::Requested => {
                    Self::stop_waiting(id, &appointment);
                    T::WeightInfo::cancel_requested()
                }
                AppointmentStatus::Accepted => {
                    ensure!(T::Time::now() < appointment.start, Error::<T>::AlreadyStarted);
                    T::WeightInfo::cancel(Self::free_slots(&appointment))
                }
                _ => return Err(Error::<T>::NotOpen.into()),
            };

            appointment.status = AppointmentStatus::Cancelled;
            appointment.reason = Some(reason);
            appointment.profile = None;
            Appointments::<T>::insert(id, appointment);
            Self::deposit_event(Event::AppointmentCancelled { appointment: id, patient, doctor, by, reason });
            Ok(Some(weight).into())
        }

        /// Notes that an accepted appointment took place.
        ///
        /// ## Dispatch origin
        /// Signed by the appointment's doctor, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotADoctor`], [`Error::NotActive`]: the caller cannot do this.
        /// - [`Error::UnknownAppointment`], [`Error::NotYourAppointment`]: not one of the caller's.
        /// - [`Error::NotAccepted`], [`Error::NotStarted`]: it cannot have taken place.
        ///
        /// ## Events
        /// [`Event::AppointmentCompleted`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::complete(limits::APPOINTMENT_SLOTS_MAX))]
        pub fn complete(origin: OriginFor<T>, id: AppointmentId) -> DispatchResultWithPostInfo {
            let doctor = Self::ensure_doctor(origin)?.id;
            let (patient, freed) = Self::do_conclude(id, doctor, AppointmentStatus::Completed)?;
            Self::deposit_event(Event::AppointmentCompleted { appointment: id, patient, doctor });
            Ok(Some(T::WeightInfo::complete(freed)).into())
        }

        /// Notes that the patient did not come to an accepted appointment.
        ///
        /// ## Dispatch origin
        /// Signed by the appointment's doctor, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotADoctor`], [`Error::NotActive`]: the caller cannot do this.
        /// - [`Error::UnknownAppointment`], [`Error::NotYourAppointment`]: not one of the caller's.
        /// - [`Error::NotAccepted`], [`Error::NotStarted`]: it cannot have been missed.
        ///
        /// ## Events
        /// [`Event::AppointmentMissed`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::mark_missed(limits::APPOINTMENT_SLOTS_MAX))]
        pub fn mark_missed(origin: OriginFor<T>, id: AppointmentId) -> DispatchResultWithPostInfo {
            let doctor = Self::ensure_doctor(origin)?.id;
            let (patient, freed) = Self::do_conclude(id, doctor, AppointmentStatus::Missed)?;
            Self::deposit_event(Event::AppointmentMissed { appointment: id, patient, doctor });
            Ok(Some(T::WeightInfo::mark_missed(freed)).into())
        }

        /// Puts the caller under a doctor's care without an appointment, and grants the doctor the profile if it is
        /// sealed along.
        ///
        /// ## Dispatch origin
        /// Signed by an active patient.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotAPatient`], [`Error::NotActive`]: the caller cannot open care.
        /// - [`Error::UnknownDoctor`], [`Error::DoctorNotActive`]: the doctor cannot take the patient.
        /// - [`Error::AlreadyUnderCare`]: there is a care relation.
        /// - [`Error::KeyVersionNotCurrent`]: the doctor could not open the seal.
        /// - Whatever [`CareConsents`] finds: the caller has no profile to grant.
        ///
        /// ## Events
        /// [`Event::CareOpened`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::open_care())]
        pub fn open_care(origin: OriginFor<T>, doctor: MemberId, profile: Option<SealedProfile>) -> DispatchResult {
            let patient = Self::ensure_patient(origin)?;
            let doctor = Self::active_doctor(doctor)?;
            ensure!(!Care::<T>::contains_key(patient.id, OrderedKey::from(doctor.id)), Error::<T>::AlreadyUnderCare);
            Self::ensure_seal_current(&doctor, profile.as_ref())?;

            let relation = CareRelation { since: T::Time::now(), appointment: None };
            Self::do_open_care(patient.id, doctor.id, relation);
            if let Some(profile) = profile {
                T::Consents::grant_profile_for_care(patient.id, doctor.id, profile)?;
            }
            Ok(())
        }

        /// Ends a care relation: from this block on the doctor writes no records for the caller, and grants that came
        /// with care open nothing. Appointments stay; one that still waits opens care again when it is accepted, so
        /// cancel it as well.
        ///
        /// ## Dispatch origin
        /// Signed by an active patient, whatever the doctor's status.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotAPatient`], [`Error::NotActive`]: the caller is under no one's care.
        /// - [`Error::NotUnderCare`]: there is no care relation with this doctor.
        ///
        /// ## Events
        /// [`Event::CareEnded`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::end_care())]
        pub fn end_care(origin: OriginFor<T>, doctor: MemberId) -> DispatchResult {
            let patient = Self::ensure_patient(origin)?.id;
            Care::<T>::take(patient, OrderedKey::from(doctor)).ok_or(Error::<T>::NotUnderCare)?;
            CareByDoctor::<T>::remove(doctor, OrderedKey::from(patient));
            Self::deposit_event(Event::CareEnded { patient, doctor });
            Ok(())
        }

        /// Asks for another time instead of an appointment that waits or is accepted, in one act. It makes a new
        /// appointment with the same doctor, which has to accept it as any other. One that waited is cancelled at once and
        /// leaves its sealed profile to the new one, and the accepted one that it was to replace; one that was accepted
        /// keeps its time until the doctor accepts the new one, which may overlap it, and stays if the doctor declines.
        ///
        /// ## Dispatch origin
        /// Signed by the appointment's patient, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotAPatient`], [`Error::NotActive`]: the caller cannot ask.
        /// - [`Error::UnknownAppointment`], [`Error::NotYourAppointment`]: not one of the caller's.
        /// - [`Error::NotOpen`], [`Error::AlreadyStarted`]: it has ended, or has started.
        /// - [`Error::ReplacementWaits`]: another time was asked for, and the doctor has not answered.
        /// - [`Error::DoctorNotActive`]: the doctor cannot be asked.
        /// - As for [`Pallet::request`], of the time and of how many wait.
        ///
        /// ## Events
        /// [`Event::AppointmentRequested`], [`Event::AppointmentRescheduled`]; before them
        /// [`Event::AppointmentCancelled`] for one that waited.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::reschedule(slot_count(&slots(*start, *end))))]
        pub fn reschedule(
            origin: OriginFor<T>,
            id: AppointmentId,
            start: Moment,
            end: Moment,
            note: Note,
        ) -> DispatchResult {
            let patient = Self::ensure_patient(origin)?.id;
            let mut old = Appointments::<T>::get(id).ok_or(Error::<T>::UnknownAppointment)?;
            ensure!(old.patient == patient, Error::<T>::NotYourAppointment);
            let waits = old.status == AppointmentStatus::Requested;
            ensure!(waits || old.status == AppointmentStatus::Accepted, Error::<T>::NotOpen);
            let now = T::Time::now();
            ensure!(now < old.start, Error::<T>::AlreadyStarted);
            ensure!(!Self::replacement_waits(&old), Error::<T>::ReplacementWaits);
            let doctor = Self::active_doctor(old.doctor)?.id;
            Self::ensure_times(now, start, end)?;
            if !waits {
                let open = OpenRequests::<T>::get(patient);
                ensure!(open < limits::OPEN_APPOINTMENTS_MAX, Error::<T>::TooManyOpenRequests);
            }
            Self::ensure_bookable(doctor, slots(start, end))?;
            // What waits holds no time; what it was to replace may.
            let accepted = if waits { Self::accepted_before(&old) } else { None };
            let replaced = accepted.as_ref().map_or(id, |(accepted, _)| *accepted);
            Self::ensure_free(patient, doctor, slots(start, end), Some(replaced))?;

            let profile = old.profile.take();
            if waits {
                Self::stop_waiting(id, &old);
                old.status = AppointmentStatus::Cancelled;
                old.reason = Some(AppointmentReason::Rescheduled);
                Self::deposit_event(Event::AppointmentCancelled {
                    appointment: id,
                    patient,
                    doctor,
                    by: patient,
                    reason: AppointmentReason::Rescheduled,
                });
            }
            let replacement = Self::do_request(patient, doctor, start, end, profile, note, Some(replaced))?;
            if let Some((accepted, mut entry)) = accepted {
                entry.replaced_by = Some(replacement);
                Appointments::<T>::insert(accepted, entry);
            }
            old.replaced_by = Some(replacement);
            Appointments::<T>::insert(id, old);
            Self::deposit_event(Event::AppointmentRescheduled { appointment: id, replacement });
            Ok(())
        }

        /// Says when the caller can be booked: weekly opening times, and days off, in UTC. It replaces what was said
        /// before; without opening times every time can be booked. Appointments that exist stay.
        ///
        /// ## Dispatch origin
        /// Signed by an active doctor.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotADoctor`], [`Error::NotActive`]: the caller cannot be booked.
        /// - [`Error::OpeningTimeMalformed`], [`Error::DaysOffMalformed`]: the schedule makes no sense.
        ///
        /// ## Events
        /// [`Event::ScheduleSet`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::set_schedule())]
        pub fn set_schedule(origin: OriginFor<T>, schedule: Schedule) -> DispatchResult {
            let doctor = Self::ensure_doctor(origin)?.id;
            ensure!(schedule.opening_times.iter().all(OpeningTime::is_sound), Error::<T>::OpeningTimeMalformed);
            ensure!(schedule.days_off.iter().all(|days| days.first <= days.last), Error::<T>::DaysOffMalformed);

            if schedule == Schedule::default() {
                Schedules::<T>::remove(doctor);
            } else {
                Schedules::<T>::insert(doctor, schedule);
            }
            Self::deposit_event(Event::ScheduleSet { doctor });
            Ok(())
        }
    }

    impl<T: Config> Pallet<T> {
        /// The active member that signed.
        fn ensure_active(origin: OriginFor<T>) -> Result<MemberInfo, DispatchError> {
            let account = ensure_signed(origin)?;
            let member = T::Members::by_account(&account).ok_or(Error::<T>::NotAMember)?;
            ensure!(member.is_active(), Error::<T>::NotActive);
            Ok(member)
        }

        /// The active patient that signed.
        fn ensure_patient(origin: OriginFor<T>) -> Result<MemberInfo, DispatchError> {
            let member = Self::ensure_active(origin)?;
            ensure!(member.role == Role::Patient, Error::<T>::NotAPatient);
            Ok(member)
        }

        /// The active doctor that signed.
        fn ensure_doctor(origin: OriginFor<T>) -> Result<MemberInfo, DispatchError> {
            let member = Self::ensure_active(origin)?;
            ensure!(member.role == Role::Doctor, Error::<T>::NotADoctor);
            Ok(member)
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The appointments of a patient or doctor before `cursor`, the newest first, at most `limit`. The cost grows with
    /// `limit`, which the caller bounds.
    pub fn appointments_page(
        member: MemberId,
        cursor: Option<AppointmentId>,
        limit: u32,
    ) -> Vec<(AppointmentId, Appointment)> {
        // A member is patient or doctor, so that one of the two listings is empty.
        let (as_patient, as_doctor) = match cursor.map(NewestFirstKey::from) {
            None => (ByPatient::<T>::iter_key_prefix(member), ByDoctor::<T>::iter_key_prefix(member)),
            Some(key) => (
                ByPatient::<T>::iter_key_prefix_from(member, ByPatient::<T>::hashed_key_for(member, key)),
                ByDoctor::<T>::iter_key_prefix_from(member, ByDoctor::<T>::hashed_key_for(member, key)),
            ),
        };
        as_patient
            .chain(as_doctor)
            .take(limit as usize)
            .filter_map(|key| {
                let id = AppointmentId::from(key);
                Some((id, Appointments::<T>::get(id)?))
            })
            .collect()
    }

    /// The care relations of a patient or doctor as patient, doctor and relation, in the order of the other side's
    /// number, from the one after `cursor`, at most `limit`. The cost grows with `limit`, which the caller bounds.
    pub fn care_page(
        member: MemberId,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Vec<(MemberId, MemberId, CareRelation)> {
        // A member is patient or doctor, so that one of the two listings is empty.
        let (doctors, patients) = match cursor.map(OrderedKey::from) {
            None => (Care::<T>::iter_key_prefix(member), CareByDoctor::<T>::iter_key_prefix(member)),
            Some(key) => (
                Care::<T>::iter_key_prefix_from(member, Care::<T>::hashed_key_for(member, key)),
                CareByDoctor::<T>::iter_key_prefix_from(member, CareByDoctor::<T>::hashed_key_for(member, key)),
            ),
        };
        let with_doctors = doctors.map(|doctor| (member, MemberId::from(doctor)));
        let with_patients = patients.map(|patient| (MemberId::from(patient), member));
        with_doctors
            .chain(with_patients)
            .take(limit as usize)
            .filter_map(|(patient, doctor)| Some((patient, doctor, Self::care_relation(patient, doctor)?)))
            .collect()
    }

    /// The care relation between a patient and a doctor.
    pub fn care_relation(patient: MemberId, doctor: MemberId) -> Option<CareRelation> {
        Care::<T>::get(patient, OrderedKey::from(doctor))
    }

    fn active_doctor(id: MemberId) -> Result<MemberInfo, Error<T>> {
        let doctor = T::Members::by_id(id).filter(|member| member.role == Role::Doctor);
        let doctor = doctor.ok_or(Error::<T>::UnknownDoctor)?;
        ensure!(doctor.is_active(), Error::<T>::DoctorNotActive);
        Ok(doctor)
    }

    fn appointment_of_doctor(id: AppointmentId, doctor: MemberId) -> Result<Appointment, Error<T>> {
        let appointment = Appointments::<T>::get(id).ok_or(Error::<T>::UnknownAppointment)?;
        ensure!(appointment.doctor == doctor, Error::<T>::NotYourAppointment);
        Ok(appointment)
    }

    fn ensure_times(now: Moment, start: Moment, end: Moment) -> Result<(), Error<T>> {
        ensure!(start.is_multiple_of(limits::SLOT) && end.is_multiple_of(limits::SLOT), Error::<T>::TimeOffGrid);
        ensure!(end > start, Error::<T>::EndNotAfterStart);
        let length_max = limits::SLOT.saturating_mul(limits::APPOINTMENT_SLOTS_MAX.into());
        ensure!(end.saturating_sub(start) <= length_max, Error::<T>::TooLong);
        ensure!(start > now, Error::<T>::StartPassed);
        ensure!(start.saturating_sub(now) <= limits::APPOINTMENT_AHEAD_MAX, Error::<T>::TooFarAhead);
        Ok(())
    }

    fn ensure_seal_current(doctor: &MemberInfo, profile: Option<&SealedProfile>) -> Result<(), Error<T>> {
        let current = profile.is_none_or(|profile| profile.seal.key_version == doctor.key_version);
        ensure!(current, Error::<T>::KeyVersionNotCurrent);
        Ok(())
    }

    /// Whether doctor and patient are free in these slots, apart from the appointment that is to be replaced.
    fn ensure_free(
        patient: MemberId,
        doctor: MemberId,
        slots: Range<Slot>,
        replaced: Option<AppointmentId>,
    ) -> Result<(), Error<T>> {
        let is_free = |held: Option<AppointmentId>| held.is_none() || held == replaced;
        for slot in slots {
            ensure!(is_free(Slots::<T>::get(doctor, slot)), Error::<T>::SlotTaken);
            ensure!(is_free(PatientSlots::<T>::get(patient, slot)), Error::<T>::PatientBusy);
        }
        Ok(())
    }

    /// Whether the doctor's schedule lets these slots be booked.
    fn ensure_bookable(doctor: MemberId, mut slots: Range<Slot>) -> Result<(), Error<T>> {
        let Some(schedule) = Schedules::<T>::get(doctor) else { return Ok(()) };
        ensure!(!slots.clone().any(|slot| schedule.is_off(slot)), Error::<T>::DayOff);
        ensure!(slots.all(|slot| schedule.is_open(slot)), Error::<T>::OutsideOpeningTimes);
        Ok(())
    }

    /// Stores a request that has been checked.
    fn do_request(
        patient: MemberId,
        doctor: MemberId,
        start: Moment,
        end: Moment,
        profile: Option<SealedProfile>,
        note: Note,
        replaces: Option<AppointmentId>,
    ) -> Result<AppointmentId, ArithmeticError> {
        let id = NextAppointmentId::<T>::get();
        NextAppointmentId::<T>::put(id.next().ok_or(ArithmeticError::Overflow)?);
        ByPatient::<T>::insert(patient, NewestFirstKey::from(id), ());
        ByDoctor::<T>::insert(doctor, NewestFirstKey::from(id), ());
        let requested_at = T::Time::now();
        let appointment = Appointment {
            patient,
            doctor,
            start,
            end,
            status: AppointmentStatus::Requested,
            reason: None,
            note,
            profile,
            requested_at,
            replaces,
            replaced_by: None,
        };
        Self::start_waiting(id, &appointment);
        Appointments::<T>::insert(id, appointment);
        Self::deposit_event(Event::AppointmentRequested { appointment: id, patient, doctor, start, end });
        Ok(id)
    }

    /// Whether a replacement of this appointment waits for the doctor.
    fn replacement_waits(appointment: &Appointment) -> bool {
        let replacement = appointment.replaced_by.and_then(Appointments::<T>::get);
        replacement.is_some_and(|replacement| replacement.status == AppointmentStatus::Requested)
    }

    /// The accepted appointment that this one replaces.
    fn accepted_before(appointment: &Appointment) -> Option<(AppointmentId, Appointment)> {
        let id = appointment.replaces?;
        let replaced = Appointments::<T>::get(id)?;
        (replaced.status == AppointmentStatus::Accepted).then_some((id, replaced))
    }

    /// Cancels an accepted appointment in favour of the one that replaces it.
    fn do_end_replaced(id: AppointmentId, mut replaced: Appointment) {
        Self::free_slots(&replaced);
        let (patient, doctor) = (replaced.patient, replaced.doctor);
        let reason = AppointmentReason::Rescheduled;
        replaced.status = AppointmentStatus::Cancelled;
        replaced.reason = Some(reason);
        Appointments::<T>::insert(id, replaced);
        Self::deposit_event(Event::AppointmentCancelled { appointment: id, patient, doctor, by: patient, reason });
    }

    /// Gives an accepted appointment's slots back; returns how many.
    fn free_slots(appointment: &Appointment) -> u32 {
        let slots = appointment.slots();
        for slot in slots.clone() {
            Slots::<T>::remove(appointment.doctor, slot);
            PatientSlots::<T>::remove(appointment.patient, slot);
        }
        slot_count(&slots)
    }

    /// Ends an accepted appointment that has started. Returns its patient and how many slots it held.
    fn do_conclude(
        id: AppointmentId,
        doctor: MemberId,
        status: AppointmentStatus,
    ) -> Result<(MemberId, u32), Error<T>> {
        let mut appointment = Self::appointment_of_doctor(id, doctor)?;
        ensure!(appointment.status == AppointmentStatus::Accepted, Error::<T>::NotAccepted);
        ensure!(T::Time::now() >= appointment.start, Error::<T>::NotStarted);

        let patient = appointment.patient;
        let freed = Self::free_slots(&appointment);
        appointment.status = status;
        Appointments::<T>::insert(id, appointment);
        Ok((patient, freed))
    }

    fn do_open_care(patient: MemberId, doctor: MemberId, relation: CareRelation) {
        Care::<T>::insert(patient, OrderedKey::from(doctor), relation);
        CareByDoctor::<T>::insert(doctor, OrderedKey::from(patient), ());
        Self::deposit_event(Event::CareOpened { patient, doctor });
    }
}

impl<T: Config> CareRelations for Pallet<T> {
    fn under_care(patient: MemberId, doctor: MemberId) -> bool {
        Care::<T>::contains_key(patient, OrderedKey::from(doctor))
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_open(patient: MemberId, doctor: MemberId) {
        Self::do_open_care(patient, doctor, CareRelation { since: T::Time::now(), appointment: None });
    }
}
