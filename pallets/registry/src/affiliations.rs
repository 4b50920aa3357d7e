//! Which doctors work for which hospitals: a hospital offers, the doctor accepts, either ends it.

use crate::*;

impl<T: Config> Pallet<T> {
    /// The doctors that a hospital has offered an affiliation or affiliated, whose numbers follow `cursor`, in ascending
    /// order, at most `limit`. The cost grows with `limit`, which the caller bounds.
    pub fn affiliations_page(hospital: MemberId, cursor: Option<MemberId>, limit: u32) -> Vec<(MemberId, Affiliation)> {
        let page = match cursor {
            None => AffiliatedDoctors::<T>::iter_prefix(hospital),
            Some(doctor) => {
                let last = AffiliatedDoctors::<T>::hashed_key_for(hospital, OrderedKey::from(doctor));
                AffiliatedDoctors::<T>::iter_prefix_from(hospital, last)
            }
        };
        page.take(limit as usize).map(|(key, affiliation)| (key.into(), affiliation)).collect()
    }

    /// The hospitals that have offered a doctor an affiliation or affiliated it; as [`Self::affiliations_page`].
    pub fn affiliated_hospitals_page(
        doctor: MemberId,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Vec<(MemberId, Affiliation)> {
        let page = match cursor {
            None => AffiliatedHospitals::<T>::iter_key_prefix(doctor),
            Some(hospital) => {
                let last = AffiliatedHospitals::<T>::hashed_key_for(doctor, OrderedKey::from(hospital));
                AffiliatedHospitals::<T>::iter_key_prefix_from(doctor, last)
            }
        };
        page.take(limit as usize)
            .filter_map(|key| {
                let hospital = MemberId::from(key);
                Some((hospital, AffiliatedDoctors::<T>::get(hospital, OrderedKey::from(doctor))?))
            })
            .collect()
    }

    pub(crate) fn do_offer_affiliation(hospital: MemberId, doctor: MemberId) -> DispatchResult {
        let (_, found) = Self::member_by_id(doctor).ok_or(Error::<T>::UnknownMember)?;
        ensure!(found.role == Role::Doctor, Error::<T>::NotADoctor);
        ensure!(found.status == Status::Active, Error::<T>::DoctorNotActive);
        let key = OrderedKey::from(doctor);
        ensure!(!AffiliatedDoctors::<T>::contains_key(hospital, key), Error::<T>::AffiliationExists);

        AffiliatedDoctors::<T>::insert(hospital, key, Affiliation { offered_at: T::Time::now(), accepted_at: None });
        AffiliatedHospitals::<T>::insert(doctor, OrderedKey::from(hospital), ());
        Self::deposit_event(Event::AffiliationOffered { hospital, doctor });
        Ok(())
    }

    pub(crate) fn do_accept_affiliation(hospital: MemberId, doctor: MemberId) -> DispatchResult {
        let key = OrderedKey::from(doctor);
        let affiliation = AffiliatedDoctors::<T>::get(hospital, key).ok_or(Error::<T>::NoAffiliation)?;
        ensure!(affiliation.accepted_at.is_none(), Error::<T>::AffiliationAccepted);

        let affiliation = Affiliation { accepted_at: Some(T::Time::now()), ..affiliation };
        AffiliatedDoctors::<T>::insert(hospital, key, affiliation);
        Self::deposit_event(Event::AffiliationAccepted { hospital, doctor });
        Ok(())
    }

    pub(crate) fn do_end_affiliation(caller: &Member, other: MemberId) -> DispatchResult {
        // Who is neither a hospital nor a doctor has no affiliation under either order.
        let (hospital, doctor) = if caller.role == Role::Hospital { (caller.id, other) } else { (other, caller.id) };
        let ended = AffiliatedDoctors::<T>::take(hospital, OrderedKey::from(doctor));
        ensure!(ended.is_some(), Error::<T>::NoAffiliation);

        AffiliatedHospitals::<T>::remove(doctor, OrderedKey::from(hospital));
        Self::deposit_event(Event::AffiliationEnded { hospital, doctor, ended_by: caller.id });
        Ok(())
    }
}

impl<T: Config> Affiliations for Pallet<T> {
    fn is_affiliated(doctor: MemberId, institution: MemberId) -> bool {
        let is_active = |member| Self::member_by_id(member).is_some_and(|(_, found)| found.status == Status::Active);
        let accepted = AffiliatedDoctors::<T>::get(institution, OrderedKey::from(doctor))
            .is_some_and(|affiliation| affiliation.accepted_at.is_some());
        accepted && is_active(doctor) && is_active(institution)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_affiliate(doctor: MemberId, institution: MemberId) {
        let now = T::Time::now();
        let affiliation = Affiliation { offered_at: now, accepted_at: Some(now) };
        AffiliatedDoctors::<T>::insert(institution, OrderedKey::from(doctor), affiliation);
        AffiliatedHospitals::<T>::insert(doctor, OrderedKey::from(institution), ());
    }
}
