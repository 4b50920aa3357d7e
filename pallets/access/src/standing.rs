//! What a patient decides beforehand: standing consents and guardians, who receives a seal of a new record; and the
//! removal of what has ended.

use crate::{
    ending, weights::WeightInfo, Config, Error, Event, Expiries, Expiring, Grant, Grants, Guardianship, Guardianships,
    Pallet, RecordGrant, Requests, StandingConsent, StandingConsents, Wards, EXPIRIES_PER_BLOCK,
};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::Time,
    weights::{Weight, WeightMeter},
};
use medchain_primitives::{
    limits, DependantGuardians, GrantBasis, GuardianScope, MemberDirectory, MemberId, MemberInfo, Moment, OrderedKey,
    Purpose, ReaderSeal, RecordConsents, RecordDirectory, RecordId, RecordInfo, RecordKind, RecordKinds, RecordStatus,
    Role, VersionedSeal,
};
use sp_runtime::{DispatchError, DispatchResult};

/// Who receives a seal of a new record besides its patient, and the grant that comes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who is sealed to.
    pub member: MemberInfo,
    /// On what its grant rests: a standing consent or a guardianship.
    pub basis: GrantBasis,
    /// What for.
    pub purpose: Purpose,
    /// Who gave the consent.
    pub given_by: MemberId,
    /// When the grant ends, in milliseconds.
    pub until: Moment,
}

impl<T: Config> Pallet<T> {
    /// Who receives a seal when a record of this kind is anchored for this patient now, besides the patient; at most
    /// [`limits::NEW_RECORD_SEALS_MAX`].
    pub fn recipients(patient: MemberId, kind: RecordKind) -> Vec<Recipient> {
        Self::look_for_recipients(patient, kind).0
    }

    /// Who receives a seal, and how many were looked at who might have.
    fn look_for_recipients(patient: MemberId, kind: RecordKind) -> (Vec<Recipient>, u32) {
        if kind == RecordKind::Certificate {
            return (Vec::new(), 0);
        }
        let now = T::Time::now();
        let (guardianships, consents) = (Self::guardianships(patient), Self::standing_consents(patient));
        let looked_at = guardianships.len().saturating_add(consents.len()) as u32;
        let guardians = guardianships.into_iter().filter(|(_, guardianship)| now < guardianship.until).filter_map(
            |(id, guardianship)| {
                let member = T::Members::by_id(id).filter(|member| member.is_active_as(Role::Patient))?;
                let (basis, purpose) = (GrantBasis::Guardianship, Purpose::PatientRequest);
                Some(Recipient { member, basis, purpose, given_by: patient, until: guardianship.until })
            },
        );
        let readers = consents
            .into_iter()
            .filter(|(_, consent)| now < consent.until && consent.kinds.contains(kind))
            .filter_map(|(id, consent)| {
                let member =
                    T::Members::by_id(id).filter(|member| member.is_active() && member.role.is_professional())?;
                let StandingConsent { purpose, given_by, until, .. } = consent;
                Some(Recipient { member, basis: GrantBasis::Standing, purpose, given_by, until })
            });
        (guardians.chain(readers).collect(), looked_at)
    }

    /// The standing consents of a patient, each with its reader; at most [`limits::STANDING_READERS_MAX`].
    pub fn standing_consents(patient: MemberId) -> Vec<(MemberId, StandingConsent)> {
        StandingConsents::<T>::iter_prefix(patient).take(limits::STANDING_READERS_MAX as usize).collect()
    }

    /// The guardianships over a patient, each with its guardian; at most [`limits::GUARDIANSHIPS_MAX`].
    pub fn guardianships(patient: MemberId) -> Vec<(MemberId, Guardianship)> {
        Guardianships::<T>::iter_prefix(patient).take(limits::GUARDIANSHIPS_MAX as usize).collect()
    }

    /// The patients in whose name a guardian acts, in the order of their numbers; at most `limit`, itself at most
    /// [`limits::PAGE_MAX`].
    pub fn wards(guardian: MemberId, cursor: Option<MemberId>, limit: u32) -> Vec<(MemberId, Guardianship)> {
        let keys = match cursor.map(OrderedKey::from) {
            Some(after) => Wards::<T>::iter_key_prefix_from(guardian, Wards::<T>::hashed_key_for(guardian, after)),
            None => Wards::<T>::iter_key_prefix(guardian),
        };
        keys.map(MemberId::from)
            .filter_map(|patient| {
                Guardianships::<T>::get(patient, guardian).map(|guardianship| (patient, guardianship))
            })
            .take(limit.min(limits::PAGE_MAX) as usize)
            .collect()
    }

    /// Whether the member decides about the records of a patient: the patient itself, or a guardian who decides.
    pub(crate) fn decides_for(actor: &MemberInfo, patient: MemberId) -> bool {
        if actor.role != Role::Patient {
            return false;
        }
        let now = T::Time::now();
        actor.id == patient
            || Guardianships::<T>::get(patient, actor.id)
                .is_some_and(|guardianship| now < guardianship.until && guardianship.scope.decide)
    }

    /// The checks of a standing consent; gives it.
    pub(crate) fn check_standing(
        who: &T::AccountId,
        patient: MemberId,
        reader: MemberId,
        kinds: RecordKinds,
        purpose: Purpose,
        until: Moment,
    ) -> Result<StandingConsent, DispatchError> {
        let actor = Self::ensure_active(who)?;
        ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
        let member = T::Members::by_id(reader)
            .filter(|member| member.is_active() && member.role.is_professional())
            .ok_or(Error::<T>::UnknownReader)?;
        ensure!(!kinds.is_empty(), Error::<T>::NoKinds);
        let pharmacy_reads = !kinds.profile && !kinds.report;
        ensure!(member.role != Role::Pharmacy || pharmacy_reads, Error::<T>::KindNotForRole);
        ensure!(purpose != Purpose::EmergencyTreatment, Error::<T>::EmergencyNeedsEmergencyConsent);
        let now = T::Time::now();
        ensure!(now < until && until <= now.saturating_add(limits::STANDING_MAX), Error::<T>::EndOutOfRange);
        let held = StandingConsents::<T>::get(patient, reader);
        if held.is_none() {
            let count = StandingConsents::<T>::iter_key_prefix(patient).count();
            ensure!(count < limits::STANDING_READERS_MAX as usize, Error::<T>::TooManyStandingConsents);
        }
        // One that has ended is not taken up again, or what rested on it would rise with it.
        let since = held.filter(|held| now < held.until).map_or(now, |held| held.since);
        Ok(StandingConsent { kinds, purpose, given_by: actor.id, since, until })
    }

    /// The checks of an appointment of a guardian; gives the patient and the guardianship.
    pub(crate) fn check_guardian(
        who: &T::AccountId,
        guardian: MemberId,
        scope: GuardianScope,
        until: Moment,
    ) -> Result<(MemberId, Guardianship), DispatchError> {
        let patient = Self::ensure_active(who)?;
        ensure!(patient.role == Role::Patient, Error::<T>::NotThePatient);
        Self::ensure_possible_guardian(patient.id, guardian)?;
        ensure!(scope.decide || scope.read, Error::<T>::EmptyScope);
        let now = T::Time::now();
        ensure!(now < until && until <= now.saturating_add(limits::STANDING_MAX), Error::<T>::EndOutOfRange);
        let held = Guardianships::<T>::get(patient.id, guardian);
        if held.is_none() {
            let count = Guardianships::<T>::iter_key_prefix(patient.id).count();
            ensure!(count < limits::GUARDIANSHIPS_MAX as usize, Error::<T>::TooManyGuardians);
        }
        let since = held.filter(|held| now < held.until).map_or(now, |held| held.since);
        Ok((patient.id, Guardianship { scope, since, until }))
    }

    /// The checks of seals for a guardian; gives the patient and the end of the guardianship.
    pub(crate) fn check_seals_to_guardian(
        who: &T::AccountId,
        guardian: MemberId,
        grants: &[RecordGrant],
    ) -> Result<(MemberId, Moment), DispatchError> {
        let patient = Self::ensure_active(who)?.id;
        let guardianship = Guardianships::<T>::get(patient, guardian)
            .filter(|guardianship| T::Time::now() < guardianship.until)
            .ok_or(Error::<T>::NoGuardianship)?;
        let member = Self::ensure_possible_guardian(patient, guardian)?;
        Self::ensure_records_once(grants)?;
        for RecordGrant { record, seal } in grants {
            let info = T::Records::record(*record).ok_or(Error::<T>::UnknownRecord)?;
            ensure!(info.patient == patient, Error::<T>::NotThePatient);
            ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
            ensure!(seal.key_version == member.key_version, Error::<T>::KeyVersionNotCurrent);
        }
        Ok((patient, guardianship.until))
    }

    /// The member, if it is an active patient other than this one.
    fn ensure_possible_guardian(patient: MemberId, guardian: MemberId) -> Result<MemberInfo, DispatchError> {
        let member = T::Members::by_id(guardian)
            .filter(|member| member.is_active_as(Role::Patient) && member.id != patient)
            .ok_or(Error::<T>::NotAPossibleGuardian)?;
        Ok(member)
    }

    /// Removes a guardianship.
    pub(crate) fn end_guardianship(patient: MemberId, guardian: MemberId) -> DispatchResult {
        ensure!(Guardianships::<T>::take(patient, guardian).is_some(), Error::<T>::NoGuardianship);
        Wards::<T>::remove(guardian, OrderedKey::from(patient));
        Ok(())
    }

    /// Whether the standing consent that a grant rests on lasts.
    pub(crate) fn ensure_standing_lasts(
        info: &RecordInfo,
        reader: MemberId,
        grant: &Grant,
        now: Moment,
    ) -> DispatchResult {
        let lasts = StandingConsents::<T>::get(info.patient, reader).is_some_and(|consent| {
            now < consent.until && consent.kinds.contains(info.kind) && consent.since <= grant.granted_at
        });
        ensure!(lasts, Error::<T>::StandingConsentEnded);
        Ok(())
    }

    /// Whether the guardianship that a grant rests on lasts and includes reading.
    pub(crate) fn ensure_guardianship_lasts(
        info: &RecordInfo,
        reader: MemberId,
        grant: &Grant,
        now: Moment,
    ) -> DispatchResult {
        let lasts = Guardianships::<T>::get(info.patient, reader).is_some_and(|guardianship| {
            now < guardianship.until && guardianship.scope.read && guardianship.since <= grant.granted_at
        });
        ensure!(lasts, Error::<T>::GuardianshipEnded);
        Ok(())
    }

    /// Writes a grant that the patient decided on beforehand.
    pub(crate) fn put_beforehand(
        record: RecordId,
        reader: MemberId,
        seal: VersionedSeal,
        purpose: Purpose,
        basis: GrantBasis,
        granted_by: MemberId,
        expires_at: Moment,
    ) {
        let openings = limits::STANDING_OPENINGS;
        let granted_at = T::Time::now();
        let grant = Grant {
            seal,
            purpose,
            basis,
            granted_by,
            granted_at,
            expires_at,
            asked: None,
            openings,
            openings_left: openings,
        };
        Self::put_grant(record, reader, grant);
        Self::deposit_event(Event::AccessGranted { record, reader, purpose, expires_at, openings });
    }

    /// Removes requests, grants and emergency windows that have ended, as far as the weight and [`EXPIRIES_PER_BLOCK`] allow; gives the
    /// weight that it used.
    pub(crate) fn remove_expired(remaining: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(remaining);
        let now = ending(T::Time::now());
        for _ in 0..EXPIRIES_PER_BLOCK {
            if meter.try_consume(T::WeightInfo::remove_expired()).is_err() {
                break;
            }
            let Some((ended, what)) = Expiries::<T>::iter_keys().next().filter(|(ended, _)| *ended <= now) else {
                break;
            };
            // Each is removed with what it names; should it name nothing, it goes by itself.
            Expiries::<T>::remove(ended, what);
            match what {
                Expiring::Request(request) => {
                    if let Some(waiting) = Requests::<T>::get(request) {
                        Self::remove_request(request, &waiting);
                        Self::deposit_event(Event::RequestExpired { request });
                    }
                }
                Expiring::Grant(record, reader) => {
                    if Grants::<T>::contains_key(record, reader) {
                        Self::remove_grant(record, reader);
                        Self::deposit_event(Event::GrantExpired { record, reader });
                    }
                }
                Expiring::EmergencyWindow(record, doctor) => {
                    Self::remove_emergency_window(record, doctor);
                }
            }
        }
        meter.consumed()
    }
}

impl<T: Config> DependantGuardians for Pallet<T> {
    fn appoint_for_dependant(dependant: MemberId, guardian: MemberId) {
        let (scope, since) = (GuardianScope { decide: true, read: true }, T::Time::now());
        let until = since.saturating_add(limits::STANDING_MAX);
        Self::put_guardianship(dependant, guardian, Guardianship { scope, since, until });
    }
}

impl<T: Config> RecordConsents for Pallet<T> {
    fn seal_new_record(record: RecordId, info: RecordInfo, seals: &[ReaderSeal]) -> Result<u32, DispatchError> {
        let (recipients, looked_at) = Self::look_for_recipients(info.patient, info.kind);
        let asked_for = |reader| recipients.iter().any(|recipient| recipient.member.id == reader);
        ensure!(seals.iter().all(|seal| asked_for(seal.reader)), Error::<T>::SealNotAskedFor);
        ensure!(seals.len() <= recipients.len(), Error::<T>::SealNotAskedFor);
        for Recipient { member, basis, purpose, given_by, until } in recipients {
            let ReaderSeal { seal, .. } =
                *seals.iter().find(|seal| seal.reader == member.id).ok_or(Error::<T>::SealMissing)?;
            ensure!(seal.key_version == member.key_version, Error::<T>::KeyVersionNotCurrent);
            Self::put_beforehand(record, member.id, seal, purpose, basis, given_by, until);
        }
        Ok(looked_at)
    }

    fn holds_grant(record: RecordId, reader: MemberId) -> bool {
        let (info, grant) = (T::Records::record(record), Grants::<T>::get(record, reader));
        info.zip(grant).is_some_and(|(info, grant)| Self::ensure_stands(&info, reader, &grant, T::Time::now()).is_ok())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_recipients(patient: MemberId, sealed: u32, passed: u32) -> Vec<ReaderSeal> {
        crate::benchmarking::recipients::<T>(patient, sealed, passed)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_grant(record: RecordId, reader: MemberId) {
        crate::benchmarking::standing_grant::<T>(record, reader);
    }

    fn forget_record(record: RecordId) {
        if let Some(info) = T::Records::record(record) {
            Self::remove_capsule(info.patient, record);
        }
    }
}
