//! Emergency access: a patient's consent beforehand, the capsules lodged for it, a doctor's opening without a grant, and
//! its review by an administrator.

use crate::{
    ending, Config, EmergencyByPatient, EmergencyCapsule, EmergencyCapsules, EmergencyConsent, EmergencyConsents,
    EmergencyInstitutions, EmergencyOpening, EmergencyOpenings, EmergencyReview, EmergencyWindows, Error, Event,
    Expiries, Expiring, Pallet, PendingReviews, ReadLog, Reading, ReadingWindow, UnreviewedByDoctor,
    AUTHOR_LODGES_WITHIN, WITHDRAWALS_MAX,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Time};
use frame_system::pallet_prelude::BlockNumberFor;
use medchain_primitives::{
    limits, Affiliations, EmergencyCapsuleHash, EmergencyReason, GrantBasis, MemberDirectory, MemberId, MemberInfo,
    Moment, OrderedKey, Purpose, ReadingId, RecordDirectory, RecordId, RecordInfo, RecordKind, RecordStatus,
    ReviewOutcome, Role,
};
use sp_runtime::{DispatchError, DispatchResult};

/// An emergency opening that waits for its review: its number, its entry of the read log, and why it was made.
pub type PendingReview<T> =
    (ReadingId, Reading<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>, EmergencyReason);

impl<T: Config> Pallet<T> {
    /// Whether this account could open this record in an emergency now: the checks of
    /// [`open_emergency`](Pallet::open_emergency).
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub fn ensure_may_open_emergency(account: &T::AccountId, record: RecordId) -> DispatchResult {
        Self::check_emergency_opening(account, record).map(drop)
    }

    /// Whether this account could lodge an emergency capsule for this record now.
    ///
    /// # Errors
    ///
    /// Those of [`lodge_emergency`](Pallet::lodge_emergency).
    pub fn ensure_may_lodge(account: &T::AccountId, record: RecordId) -> DispatchResult {
        let actor = Self::ensure_active(account)?;
        Self::check_lodging(&actor, record, None).map(drop)
    }

    /// The emergency openings that wait for a review, the oldest first, after `cursor`; at most `limit`, itself at most
    /// [`limits::PAGE_MAX`].
    pub fn pending_reviews(cursor: Option<ReadingId>, limit: u32) -> Vec<PendingReview<T>> {
        let keys = match cursor.map(OrderedKey::from) {
            Some(after) => PendingReviews::<T>::iter_keys_from(PendingReviews::<T>::hashed_key_for(after)),
            None => PendingReviews::<T>::iter_keys(),
        };
        keys.map(ReadingId::from)
            .filter_map(|id| Some((id, ReadLog::<T>::get(id)?, EmergencyOpenings::<T>::get(id)?.reason)))
            .take(limit.min(limits::PAGE_MAX) as usize)
            .collect()
    }

    /// The checks of an emergency consent; gives it.
    pub(crate) fn check_emergency_consent(
        who: &T::AccountId,
        patient: MemberId,
        institutions: EmergencyInstitutions,
    ) -> Result<EmergencyConsent, DispatchError> {
        let actor = Self::ensure_active(who)?;
        ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
        if let EmergencyInstitutions::Chosen(chosen) = &institutions {
            ensure!(!chosen.is_empty(), Error::<T>::NoInstitutions);
            for (at, institution) in chosen.iter().enumerate() {
                ensure!(!chosen.iter().take(at).any(|before| before == institution), Error::<T>::DuplicateInstitution);
                let hospital = T::Members::by_id(*institution);
                ensure!(
                    hospital.is_some_and(|member| member.is_active_as(Role::Hospital)),
                    Error::<T>::UnknownInstitution
                );
            }
        }
        let held = EmergencyConsents::<T>::get(patient);
        if held.is_none() {
            // A consent does not revive what was lodged under the one before.
            let left = EmergencyByPatient::<T>::iter_key_prefix(patient).next().is_some();
            ensure!(!left, Error::<T>::CapsulesLeft);
        }
        let since = held.map_or_else(T::Time::now, |held| held.since);
        Ok(EmergencyConsent { institutions, given_by: actor.id, since })
    }

    /// Withdraws what a patient has provided for emergencies, as much as one call takes; says how many capsules went.
    pub(crate) fn do_revoke_emergency_consent(who: &T::AccountId, patient: MemberId) -> Result<u32, DispatchError> {
        let actor = Self::ensure_active(who)?;
        ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
        let lodged: Vec<_> = EmergencyByPatient::<T>::iter_key_prefix(patient)
            .take(WITHDRAWALS_MAX as usize)
            .map(RecordId::from)
            .collect();
        let consented = EmergencyConsents::<T>::take(patient).is_some();
        ensure!(consented || !lodged.is_empty(), Error::<T>::NoEmergencyConsent);

        for record in &lodged {
            Self::remove_capsule(patient, *record);
        }
        let more = EmergencyByPatient::<T>::iter_key_prefix(patient).next().is_some();
        Self::deposit_event(Event::EmergencyConsentRevoked { patient, more });
        Ok(lodged.len() as u32)
    }

    /// The checks of a lodging; gives the record's patient, which is `patient` if that is given.
    pub(crate) fn check_lodging(
        actor: &MemberInfo,
        record: RecordId,
        patient: Option<MemberId>,
    ) -> Result<MemberId, DispatchError> {
        let info = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?;
        ensure!(patient.is_none_or(|patient| patient == info.patient), Error::<T>::RecordOfAnotherPatient);
        ensure!(info.kind != RecordKind::Certificate, Error::<T>::KindNotForRole);
        ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
        if Self::decides_for(actor, info.patient) {
            ensure!(EmergencyConsents::<T>::contains_key(info.patient), Error::<T>::NoEmergencyConsent);
        } else {
            // The author has the patient half while it writes the record, and lodges once, then; what it kept is of no
            // use later. What is lodged is the patient's to replace.
            let until = info.anchored_at.saturating_add(AUTHOR_LODGES_WITHIN);
            let writes = actor.id == info.author && actor.role == Role::Doctor && T::Time::now() < until;
            ensure!(writes, Error::<T>::NotThePatient);
            ensure!(!EmergencyCapsules::<T>::contains_key(record), Error::<T>::AlreadyLodged);
            // What was withdrawn with a consent does not come back by the author when another is given.
            let consent = EmergencyConsents::<T>::get(info.patient).filter(|consent| consent.since <= info.anchored_at);
            ensure!(consent.is_some(), Error::<T>::NoEmergencyConsent);
        }
        Ok(info.patient)
    }

    /// Writes a capsule in the place of any other of the same record.
    pub(crate) fn put_capsule(patient: MemberId, record: RecordId, hash: EmergencyCapsuleHash, lodged_by: MemberId) {
        let replaced = EmergencyCapsules::<T>::get(record).filter(|held| held.hash != hash);
        EmergencyCapsules::<T>::insert(record, EmergencyCapsule { hash, lodged_by, lodged_at: T::Time::now() });
        EmergencyByPatient::<T>::insert(patient, OrderedKey::from(record), ());
        if let Some(replaced) = replaced {
            Self::deposit_event(Event::EmergencyCapsuleRemoved { record, capsule: replaced.hash });
        }
        Self::deposit_event(Event::EmergencyCapsuleLodged { record, capsule: hash, lodged_by });
    }

    /// Removes a record's capsule, if there is one.
    pub(crate) fn remove_capsule(patient: MemberId, record: RecordId) {
        EmergencyByPatient::<T>::remove(patient, OrderedKey::from(record));
        if let Some(lodged) = EmergencyCapsules::<T>::take(record) {
            Self::deposit_event(Event::EmergencyCapsuleRemoved { record, capsule: lodged.hash });
        }
    }

    /// The checks of an emergency opening; gives the doctor and the record.
    pub(crate) fn check_emergency_opening(
        who: &T::AccountId,
        record: RecordId,
    ) -> Result<(MemberInfo, RecordInfo), DispatchError> {
        let doctor = T::Members::by_account(who).ok_or(Error::<T>::NotAMember)?;
        ensure!(doctor.role == Role::Doctor, Error::<T>::NotADoctor);
        ensure!(doctor.is_active(), Error::<T>::NotActive);
        let info = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?;
        ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
        ensure!(info.kind != RecordKind::Certificate, Error::<T>::KindNotForRole);
        Self::ensure_emergency_consent(info.patient, doctor.id)?;
        ensure!(EmergencyCapsules::<T>::contains_key(record), Error::<T>::NoEmergencyCapsule);
        let open = Self::live_window(record, doctor.id).is_some()
            || Self::live_emergency_window(record, doctor.id, T::Time::now()).is_some();
        ensure!(!open, Error::<T>::WindowOpen);
        let unreviewed = UnreviewedByDoctor::<T>::get(doctor.id);
        ensure!(unreviewed < limits::EMERGENCY_UNREVIEWED_MAX, Error::<T>::TooManyUnreviewed);
        Ok((doctor, info))
    }

    /// Writes an emergency opening: the read log, the window, and the review that it waits for.
    pub(crate) fn do_open_emergency(
        doctor: MemberId,
        record: RecordId,
        patient: MemberId,
        reason: EmergencyReason,
    ) -> DispatchResult {
        let (purpose, basis) = (Purpose::EmergencyTreatment, GrantBasis::Emergency);
        let (reading, opened_at, opened_in) = Self::log_reading(record, patient, doctor, purpose, basis, None)?;

        let closes_at = opened_at.saturating_add(limits::READING_WINDOW);
        let window = ReadingWindow { opened_at, closes_at, opened_in, staff: None };
        Self::remove_emergency_window(record, doctor);
        EmergencyWindows::<T>::insert(record, doctor, window);
        Expiries::<T>::insert(ending(closes_at), Expiring::EmergencyWindow(record, doctor), ());
        EmergencyOpenings::<T>::insert(reading, EmergencyOpening { reason, review: None });
        PendingReviews::<T>::insert(OrderedKey::from(reading), ());
        UnreviewedByDoctor::<T>::mutate(doctor, |count| *count = count.saturating_add(1));
        Self::deposit_event(Event::EmergencyOpened { reading, record, patient, doctor, reason, closes_at });
        Ok(())
    }

    /// Writes an administrator's review of an emergency opening.
    pub(crate) fn do_review_emergency(
        administrator: T::AccountId,
        reading: ReadingId,
        outcome: ReviewOutcome,
    ) -> DispatchResult {
        let key = OrderedKey::from(reading);
        ensure!(PendingReviews::<T>::contains_key(key), Error::<T>::NothingToReview);
        let opening = EmergencyOpenings::<T>::get(reading).ok_or(Error::<T>::NothingToReview)?;
        let doctor = ReadLog::<T>::get(reading).ok_or(Error::<T>::NothingToReview)?.reader;
        let own = T::Members::by_account(&administrator).is_some_and(|member| member.id == doctor);
        ensure!(!own, Error::<T>::OwnOpening);

        PendingReviews::<T>::remove(key);
        UnreviewedByDoctor::<T>::mutate_exists(doctor, crate::one_less);
        let review = Some(EmergencyReview { outcome, reviewed_at: T::Time::now() });
        EmergencyOpenings::<T>::insert(reading, EmergencyOpening { review, ..opening });
        Self::deposit_event(Event::EmergencyReviewed { reading, administrator, outcome });
        Ok(())
    }

    /// The end of the reading window that the doctor's emergency opening of this record started, if the window lives and
    /// the doctor could open the record again by the same consent; `None` if there is no such window.
    ///
    /// # Errors
    ///
    /// Why a window that lives lets the doctor read no more.
    pub(crate) fn emergency_reading(
        record: RecordId,
        info: &RecordInfo,
        doctor: &MemberInfo,
    ) -> Result<Option<Moment>, DispatchError> {
        let Some(window) = Self::live_emergency_window(record, doctor.id, T::Time::now()) else { return Ok(None) };
        ensure!(doctor.is_active_as(Role::Doctor), Error::<T>::NotActive);
        let consent = Self::ensure_emergency_consent(info.patient, doctor.id)?;
        // A consent that was withdrawn and given anew opens no window again.
        ensure!(consent.since <= window.opened_at, Error::<T>::NoEmergencyConsent);
        ensure!(EmergencyCapsules::<T>::contains_key(record), Error::<T>::NoEmergencyCapsule);
        Ok(Some(window.closes_at))
    }

    /// The window of the doctor's emergency opening that has not ended.
    pub(crate) fn live_emergency_window(
        record: RecordId,
        doctor: MemberId,
        now: Moment,
    ) -> Option<ReadingWindow<T::AccountId, BlockNumberFor<T>>> {
        EmergencyWindows::<T>::get(record, doctor).filter(|window| now < window.closes_at)
    }

    /// Removes an emergency window with its end in the queue; says whether there was one.
    pub(crate) fn remove_emergency_window(record: RecordId, doctor: MemberId) -> bool {
        let window = EmergencyWindows::<T>::take(record, doctor);
        if let Some(window) = &window {
            Expiries::<T>::remove(ending(window.closes_at), Expiring::EmergencyWindow(record, doctor));
        }
        window.is_some()
    }

    /// The patient's emergency consent, if it lets this doctor open.
    fn ensure_emergency_consent(patient: MemberId, doctor: MemberId) -> Result<EmergencyConsent, DispatchError> {
        let consent = EmergencyConsents::<T>::get(patient).ok_or(Error::<T>::NoEmergencyConsent)?;
        let reached = match &consent.institutions {
            EmergencyInstitutions::All => true,
            EmergencyInstitutions::Chosen(chosen) => {
                chosen.iter().any(|institution| T::Affiliations::is_affiliated(doctor, *institution))
            }
        };
        ensure!(reached, Error::<T>::NotAffiliated);
        Ok(consent)
    }
}
