//! Who may request, grant, open, share and read. Calls, previews and reading gates all decide here.

use crate::{
    AccessRequest, Config, Error, Grant, Grants, Inboxes, Pallet, Permit, PrescriptionGrants, ReadingWindow,
    RecordGrant, RequesterInboxCount, Requests, Windows, PRESCRIPTIONS_LOOKED_AT,
};
use frame_support::{
    ensure,
    traits::{Contains, Time},
};
use frame_system::pallet_prelude::BlockNumberFor;
use medchain_primitives::{
    limits, Acting, CareRelations, GrantBasis, MemberDirectory, MemberId, MemberInfo, Moment, Purpose, RecordDirectory,
    RecordId, RecordInfo, RecordKind, RecordStatus, RequestId, Role, SealedProfile, StaffAct, Status,
};
use sp_runtime::{DispatchError, DispatchResult, Saturating};

impl<T: Config> Pallet<T> {
    /// Whether this account could request these records with this purpose now: the checks of
    /// [`request`](Pallet::request).
    ///
    /// # Errors
    ///
    /// Those of the call, and [`TooManyRecords`](Error::TooManyRecords) for more records than it takes.
    pub fn ensure_may_request(
        account: &T::AccountId,
        patient: MemberId,
        records: &[RecordId],
        purpose: Purpose,
    ) -> DispatchResult {
        ensure!(records.len() <= limits::RECORDS_PER_REQUEST_MAX as usize, Error::<T>::TooManyRecords);
        Self::check_request(account, patient, records, purpose).map(drop)
    }

    /// Whether this account could open this record now: the checks of [`open`](Pallet::open).
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub fn ensure_may_open(account: &T::AccountId, record: RecordId) -> DispatchResult {
        Self::check_opening(account, record).map(drop)
    }

    /// Whether the committee may release a record to this account, and nodes serve it, now.
    ///
    /// # Errors
    ///
    /// [`UnknownRecord`](Error::UnknownRecord), [`RecordErased`](Error::RecordErased) for everyone. For
    /// administrators [`NotACertificate`](Error::NotACertificate). For readers [`NotAMember`](Error::NotAMember),
    /// [`NotAProfessional`](Error::NotAProfessional), [`NotActive`](Error::NotActive),
    /// [`KindNotForRole`](Error::KindNotForRole), [`NoGrant`](Error::NoGrant),
    /// [`GrantExpired`](Error::GrantExpired), [`CareRelationEnded`](Error::CareRelationEnded),
    /// [`SharingDoctorNotActive`](Error::SharingDoctorNotActive),
    /// [`StandingConsentEnded`](Error::StandingConsentEnded), [`GuardianshipEnded`](Error::GuardianshipEnded),
    /// [`NoWindow`](Error::NoWindow); within the window of an emergency opening
    /// [`NoEmergencyConsent`](Error::NoEmergencyConsent), [`NotAffiliated`](Error::NotAffiliated),
    /// [`NoEmergencyCapsule`](Error::NoEmergencyCapsule). For staff
    /// also [`ScopeTooNarrow`](Error::ScopeTooNarrow) and [`OpenedByAnother`](Error::OpenedByAnother).
    pub fn ensure_may_read(account: &T::AccountId, record: RecordId) -> Result<Permit, DispatchError> {
        let info = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?;
        ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
        let acting = T::Members::acting(account);
        // Staff read by grant alone.
        let owner = acting.as_ref().filter(|acting| acting.staff.is_none() && acting.member.id == info.patient);
        if let Some(owner) = owner.map(|acting| acting.member) {
            // A professional reads its own certificate even before it is verified, and after a suspension.
            ensure!(owner.is_active() || info.kind == RecordKind::Certificate, Error::<T>::NotActive);
            return Ok(Permit::Owner);
        }
        if T::Administrators::contains(account) {
            if info.kind == RecordKind::Certificate {
                return Ok(Permit::Administrator);
            }
            ensure!(acting.is_some(), Error::<T>::NotACertificate);
        }
        let acting = acting.ok_or(Error::<T>::NotAMember)?;
        ensure!(acting.scope_allows(StaffAct::Read(info.kind)), Error::<T>::ScopeTooNarrow);
        let reader = acting.member;
        match Self::reading_by_grant(record, &info, acting) {
            Ok(closes_at) => Ok(Permit::Reader { closes_at }),
            Err(refused) => match Self::emergency_reading(record, &info, &reader)? {
                Some(closes_at) => Ok(Permit::Emergency { closes_at }),
                None => Err(refused),
            },
        }
    }

    /// The end of the reading window that the reader's grant lets it read in.
    fn reading_by_grant(
        record: RecordId,
        info: &RecordInfo,
        acting: Acting<T::AccountId>,
    ) -> Result<Moment, DispatchError> {
        let reader = &acting.member;
        let as_guardian = Self::ensure_may_be_reader(reader, record)?;
        if !as_guardian {
            Self::ensure_kind_for_role(reader.role, info.kind)?;
        }
        let grant = Self::standing_grant(record, info, reader, T::Time::now())?;
        let window = Self::live_window(record, reader.id).ok_or(Error::<T>::NoWindow)?;
        ensure!(window.staff == acting.staff_account(), Error::<T>::OpenedByAnother);
        Ok(window.closes_at.min(grant.expires_at))
    }

    /// The reading window on this record that has not ended.
    pub fn live_window(record: RecordId, reader: MemberId) -> Option<ReadingWindow<T::AccountId, BlockNumberFor<T>>> {
        Windows::<T>::get(record, reader).filter(|window| T::Time::now() < window.closes_at)
    }

    /// The active member behind an account, which is its own.
    pub(crate) fn ensure_active(who: &T::AccountId) -> Result<MemberInfo, DispatchError> {
        let acting = T::Members::acting(who).ok_or(Error::<T>::NotAMember)?;
        ensure!(acting.staff.is_none(), Error::<T>::NotForStaff);
        ensure!(acting.member.is_active(), Error::<T>::NotActive);
        Ok(acting.member)
    }

    /// Who acts behind an account, whatever its status; staff only in what their scope allows.
    pub(crate) fn acting(who: &T::AccountId, act: StaffAct) -> Result<Acting<T::AccountId>, DispatchError> {
        let acting = T::Members::acting(who).ok_or(Error::<T>::NotAMember)?;
        ensure!(acting.scope_allows(act), Error::<T>::ScopeTooNarrow);
        Ok(acting)
    }

    /// Who acts behind an account as the reader of a record, as [`Self::acting`].
    pub(crate) fn acting_reader(who: &T::AccountId, record: RecordId) -> Result<Acting<T::AccountId>, DispatchError> {
        let acting = T::Members::acting(who).ok_or(Error::<T>::NotAMember)?;
        if acting.staff.is_some() {
            let kind = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?.kind;
            ensure!(acting.scope_allows(StaffAct::Read(kind)), Error::<T>::ScopeTooNarrow);
        }
        Ok(acting)
    }

    /// The checks of a request; gives who asks, and how many prescriptions were looked at.
    pub(crate) fn check_request(
        who: &T::AccountId,
        patient: MemberId,
        records: &[RecordId],
        purpose: Purpose,
    ) -> Result<(Acting<T::AccountId>, u32), DispatchError> {
        let acting = Self::acting(who, StaffAct::Request)?;
        let requester = acting.member;
        Self::ensure_active_professional(&requester)?;
        ensure!(purpose != Purpose::EmergencyTreatment, Error::<T>::EmergencyNeedsEmergencyConsent);
        let is_patient = T::Members::by_id(patient).is_some_and(|member| member.is_active_as(Role::Patient));
        ensure!(is_patient, Error::<T>::UnknownPatient);
        let mut kinds = KindsOfBatch::default();
        Self::ensure_each_record_once(records)?;
        for record in records {
            let info = T::Records::record(*record).ok_or(Error::<T>::UnknownRecord)?;
            ensure!(info.patient == patient, Error::<T>::RecordOfAnotherPatient);
            match info.status {
                RecordStatus::Current | RecordStatus::Superseded => {}
                RecordStatus::EnteredInError => return Err(Error::<T>::RecordEnteredInError.into()),
                RecordStatus::Erased => return Err(Error::<T>::RecordErased.into()),
            }
            Self::ensure_kind_for_role(requester.role, info.kind)?;
            kinds.add(info.kind);
        }
        let looked_at = Self::ensure_profile_goes_with_prescription(&requester, patient, kinds)?;
        let waiting = Inboxes::<T>::decode_len(patient).unwrap_or_default();
        ensure!(waiting < limits::INBOX_MAX as usize, Error::<T>::InboxFull);
        ensure!(
            RequesterInboxCount::<T>::get(patient, requester.id) < limits::INBOX_PER_REQUESTER_MAX,
            Error::<T>::RequesterInboxFull
        );
        Ok((acting, looked_at))
    }

    /// The checks of a grant, but for the request that it answers; gives who decides, the patient, and how many
    /// prescriptions were looked at.
    pub(crate) fn check_grant(
        who: &T::AccountId,
        reader: MemberId,
        grants: &[RecordGrant],
        purpose: Purpose,
        duration: Moment,
        openings: u32,
    ) -> Result<(MemberId, MemberId, u32), DispatchError> {
        let actor = Self::ensure_active(who)?;
        ensure!(actor.role == Role::Patient, Error::<T>::NotThePatient);
        let reader = T::Members::by_id(reader)
            .filter(|member| member.is_active() && member.role.is_professional())
            .ok_or(Error::<T>::UnknownReader)?;
        ensure!(purpose != Purpose::EmergencyTreatment, Error::<T>::EmergencyNeedsEmergencyConsent);
        Self::ensure_terms_in_range(duration, openings)?;
        Self::ensure_records_once(grants)?;
        let mut kinds = KindsOfBatch::default();
        let mut patient = None;
        for RecordGrant { record, seal } in grants {
            let info = T::Records::record(*record).ok_or(Error::<T>::UnknownRecord)?;
            // The first record says whose they are, and the others are the same patient's.
            match patient {
                None => ensure!(Self::decides_for(&actor, info.patient), Error::<T>::NotThePatient),
                Some(patient) => ensure!(info.patient == patient, Error::<T>::NotThePatient),
            }
            patient = Some(info.patient);
            ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
            Self::ensure_kind_for_role(reader.role, info.kind)?;
            ensure!(seal.key_version == reader.key_version, Error::<T>::KeyVersionNotCurrent);
            kinds.add(info.kind);
        }
        let patient = patient.ok_or(Error::<T>::NoRecords)?;
        let looked_at = Self::ensure_profile_goes_with_prescription(&reader, patient, kinds)?;
        Ok((actor.id, patient, looked_at))
    }

    /// Whether a grant may last so long and have so many openings.
    pub(crate) fn ensure_terms_in_range(duration: Moment, openings: u32) -> DispatchResult {
        ensure!((limits::GRANT_MIN..=limits::GRANT_MAX).contains(&duration), Error::<T>::DurationOutOfRange);
        ensure!((1..=limits::OPENINGS_MAX).contains(&openings), Error::<T>::OpeningsOutOfRange);
        Ok(())
    }

    /// Whether there are records and none is granted twice.
    pub(crate) fn ensure_records_once(grants: &[RecordGrant]) -> DispatchResult {
        let records: alloc::vec::Vec<_> = grants.iter().map(|grant| grant.record).collect();
        Self::ensure_each_record_once(&records)
    }

    /// Whether there are records and none is named twice.
    pub(crate) fn ensure_each_record_once(records: &[RecordId]) -> DispatchResult {
        ensure!(!records.is_empty(), Error::<T>::NoRecords);
        let mut sorted = records.to_vec();
        sorted.sort_unstable();
        ensure!(sorted.windows(2).all(|pair| pair[0] != pair[1]), Error::<T>::DuplicateRecord);
        Ok(())
    }

    /// Whether a grant answers this request; gives the request.
    pub(crate) fn check_answer(
        request: RequestId,
        patient: MemberId,
        reader: MemberId,
        grants: &[RecordGrant],
        purpose: Purpose,
        now: Moment,
    ) -> Result<AccessRequest<T::AccountId>, DispatchError> {
        let request = Requests::<T>::get(request).ok_or(Error::<T>::UnknownRequest)?;
        ensure!(request.patient == patient && request.requester == reader, Error::<T>::NotPartyToRequest);
        ensure!(now < request.expires_at, Error::<T>::RequestExpired);
        ensure!(request.purpose == purpose, Error::<T>::PurposeDiffersFromRequest);
        ensure!(grants.iter().all(|grant| request.records.contains(&grant.record)), Error::<T>::RecordNotInRequest);
        Ok(request)
    }

    /// The checks of an opening; gives who opens, the record and the grant to use.
    pub(crate) fn check_opening(
        who: &T::AccountId,
        record: RecordId,
    ) -> Result<(Acting<T::AccountId>, RecordInfo, Grant), DispatchError> {
        let acting = Self::acting_reader(who, record)?;
        let reader = acting.member;
        Self::ensure_may_be_reader(&reader, record)?;
        let info = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?;
        let grant = Self::standing_grant(record, &info, &reader, T::Time::now())?;
        ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
        ensure!(grant.seal.key_version == reader.key_version, Error::<T>::KeyVersionNotCurrent);
        ensure!(Self::live_window(record, reader.id).is_none(), Error::<T>::WindowOpen);
        ensure!(grant.openings_left > 0, Error::<T>::NoOpeningsLeft);
        Ok((acting, info, grant))
    }

    /// The checks of a share; gives the doctor and the end of the doctor's own grant.
    pub(crate) fn check_share(
        who: &T::AccountId,
        patient: MemberId,
        hospital: MemberId,
        profile: &SealedProfile,
        now: Moment,
    ) -> Result<(MemberId, Moment), DispatchError> {
        let doctor = Self::ensure_active(who)?;
        ensure!(doctor.role == Role::Doctor, Error::<T>::NotADoctor);
        ensure!(T::Care::under_care(patient, doctor.id), Error::<T>::NotUnderCare);
        let hospital = T::Members::by_id(hospital)
            .filter(|member| member.is_active_as(Role::Hospital))
            .ok_or(Error::<T>::NotAHospital)?;
        let SealedProfile { record, seal } = *profile;
        let info = Self::profile_of(patient, record)?;
        let own = Self::standing_grant(record, &info, &doctor, now)?;
        ensure!(seal.key_version == hospital.key_version, Error::<T>::KeyVersionNotCurrent);
        // A doctor renews what it shared itself, and never cuts short what the patient or another doctor gave.
        let taken = Grants::<T>::get(record, hospital.id).is_some_and(|held| {
            let shared_by_doctor = held.basis == GrantBasis::Shared && held.granted_by == doctor.id;
            !shared_by_doctor && Self::is_usable(&info, &hospital, &held, now)
        });
        ensure!(!taken, Error::<T>::AlreadyGranted);
        Ok((doctor.id, own.expires_at))
    }

    /// The record, if it is a profile of this patient that was not retracted or erased. One that she has amended since
    /// still counts: a seal opens the content that it was made for.
    pub(crate) fn profile_of(patient: MemberId, record: RecordId) -> Result<RecordInfo, DispatchError> {
        let info = T::Records::record(record)
            .filter(|info| info.patient == patient && info.kind == RecordKind::Profile)
            .filter(|info| matches!(info.status, RecordStatus::Current | RecordStatus::Superseded))
            .ok_or(Error::<T>::NoProfile)?;
        Ok(info)
    }

    /// Whether the grant stands and another opening can be made of it.
    pub(crate) fn is_usable(info: &RecordInfo, reader: &MemberInfo, grant: &Grant, now: Moment) -> bool {
        grant.openings_left > 0
            && grant.seal.key_version == reader.key_version
            && Self::ensure_stands(info, reader.id, grant, now).is_ok()
    }

    /// The reader's grant on this record, if it has not expired and what it rests on lasts.
    fn standing_grant(
        record: RecordId,
        info: &RecordInfo,
        reader: &MemberInfo,
        now: Moment,
    ) -> Result<Grant, DispatchError> {
        let grant = Grants::<T>::get(record, reader.id).ok_or(Error::<T>::NoGrant)?;
        Self::ensure_stands(info, reader.id, &grant, now)?;
        Ok(grant)
    }

    /// Whether the grant has not expired and what it rests on lasts.
    pub(crate) fn ensure_stands(info: &RecordInfo, reader: MemberId, grant: &Grant, now: Moment) -> DispatchResult {
        ensure!(now < grant.expires_at, Error::<T>::GrantExpired);
        match grant.basis {
            GrantBasis::Consent => {}
            GrantBasis::Care => {
                ensure!(T::Care::under_care(info.patient, reader), Error::<T>::CareRelationEnded)
            }
            GrantBasis::Shared => {
                let doctor = T::Members::by_id(grant.granted_by);
                ensure!(
                    doctor.is_some_and(|doctor| doctor.is_active_as(Role::Doctor)),
                    Error::<T>::SharingDoctorNotActive
                );
                ensure!(T::Care::under_care(info.patient, grant.granted_by), Error::<T>::CareRelationEnded);
            }
            GrantBasis::Standing => Self::ensure_standing_lasts(info, reader, grant, now)?,
            GrantBasis::Guardianship => Self::ensure_guardianship_lasts(info, reader, grant, now)?,
            // Emergency openings need no grant, and none is given for them.
            GrantBasis::Emergency => return Err(Error::<T>::NoGrant.into()),
            // A link is opened as such; no grant rests on one.
            GrantBasis::Link => return Err(Error::<T>::NoGrant.into()),
        }
        Ok(())
    }

    /// Whether the member may read others' records at all: an active professional, or an active patient with a grant
    /// as a guardian. Gives whether it is a guardian.
    fn ensure_may_be_reader(reader: &MemberInfo, record: RecordId) -> Result<bool, DispatchError> {
        let as_guardian = reader.role == Role::Patient
            && Grants::<T>::get(record, reader.id).is_some_and(|grant| grant.basis == GrantBasis::Guardianship);
        if as_guardian {
            ensure!(reader.is_active(), Error::<T>::NotActive);
        } else {
            Self::ensure_active_professional(reader)?;
        }
        Ok(as_guardian)
    }

    fn ensure_active_professional(member: &MemberInfo) -> DispatchResult {
        ensure!(member.role.is_professional(), Error::<T>::NotAProfessional);
        ensure!(member.status == Status::Active, Error::<T>::NotActive);
        Ok(())
    }

    /// Whether readers of this role may be granted this kind at all.
    fn ensure_kind_for_role(role: Role, kind: RecordKind) -> DispatchResult {
        let allowed = match (role, kind) {
            (Role::Patient, _) | (_, RecordKind::Certificate) => false,
            (Role::Doctor | Role::Hospital, RecordKind::Profile | RecordKind::Report | RecordKind::Prescription) => {
                true
            }
            // For a profile there is a further condition: `ensure_profile_goes_with_prescription`.
            (Role::Pharmacy, RecordKind::Profile | RecordKind::Prescription) => true,
            (Role::Pharmacy, RecordKind::Report) => false,
        };
        ensure!(allowed, Error::<T>::KindNotForRole);
        Ok(())
    }

    /// Whether a pharmacy that is to see a profile sees a prescription of that patient too; gives how many were looked at.
    fn ensure_profile_goes_with_prescription(
        reader: &MemberInfo,
        patient: MemberId,
        kinds: KindsOfBatch,
    ) -> Result<u32, DispatchError> {
        if reader.role != Role::Pharmacy || !kinds.profile || kinds.prescription {
            return Ok(0);
        }
        let (found, looked_at) = Self::look_for_live_prescription(reader, patient);
        ensure!(found, Error::<T>::ProfileNeedsPrescription);
        Ok(looked_at)
    }

    /// Whether one of the pharmacy's newest grants on this patient's prescriptions stands, and at how many of them one had
    /// to look; at most [`PRESCRIPTIONS_LOOKED_AT`].
    pub(crate) fn look_for_live_prescription(pharmacy: &MemberInfo, patient: MemberId) -> (bool, u32) {
        let now = T::Time::now();
        let mut looked_at = 0u32;
        let found = PrescriptionGrants::<T>::iter_key_prefix((pharmacy.id, patient))
            .take(PRESCRIPTIONS_LOOKED_AT as usize)
            .map(RecordId::from)
            .any(|record| {
                looked_at.saturating_inc();
                T::Records::record(record).is_some_and(|info| {
                    info.status != RecordStatus::Erased && Self::standing_grant(record, &info, pharmacy, now).is_ok()
                })
            });
        (found, looked_at)
    }
}

/// Which kinds of record occur in one request or grant, as far as the rule for pharmacies asks.
#[derive(Clone, Copy, Default)]
struct KindsOfBatch {
    profile: bool,
    prescription: bool,
}

impl KindsOfBatch {
    fn add(&mut self, kind: RecordKind) {
        match kind {
            RecordKind::Profile => self.profile = true,
            RecordKind::Prescription => self.prescription = true,
            RecordKind::Report | RecordKind::Certificate => {}
        }
    }
}
