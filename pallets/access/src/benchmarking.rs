//! What each call costs at most: pharmacies, whose grants on prescriptions have an index more and whose wish for a profile
//! is looked up; full batches; grants that rest on another member's care.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Time};
use frame_system::RawOrigin;
use medchain_primitives::{LinkCommitment, LinkId, ReaderSeal, Seal, StaffScope, VersionedSeal};

const PURPOSE: Purpose = Purpose::Treatment;

fn member<T: Config>(name: &'static str, role: Role) -> (T::AccountId, MemberId) {
    let account: T::AccountId = account(name, 0, 0);
    let id = T::Members::benchmark_register(&account, role);
    (account, id)
}

/// A staff account of an institution, which every act looks up.
fn staff_of<T: Config>(institution: MemberId, scope: StaffScope) -> T::AccountId {
    let account: T::AccountId = account("staff", 0, 0);
    T::Members::benchmark_staff(&account, institution, scope);
    account
}

fn seal_to<T: Config>(reader: MemberId) -> VersionedSeal {
    let key_version = T::Members::by_id(reader).map_or(0, |reader| reader.key_version);
    VersionedSeal { seal: Seal([0x5e; 80]), key_version }
}

/// Gives a reader a grant of one opening that expires then.
fn put_grant<T: Config>(
    record: RecordId,
    reader: MemberId,
    basis: GrantBasis,
    granted_by: MemberId,
    expires_at: Moment,
) {
    let grant = Grant {
        seal: seal_to::<T>(reader),
        purpose: PURPOSE,
        basis,
        granted_by,
        granted_at: T::Time::now(),
        expires_at,
        asked: None,
        openings: 1,
        openings_left: 1,
    };
    Pallet::<T>::put_grant(record, reader, grant);
}

/// Lets so many requests wait in a patient's inbox that one more fits.
fn fill_inbox<T: Config>(patient: MemberId) {
    let others = (1..limits::INBOX_MAX).map(|number| RequestId(u64::MAX - u64::from(number)));
    Inboxes::<T>::insert(patient, Inbox::truncate_from(others.collect()));
}

fn later<T: Config>() -> Moment {
    T::Time::now().saturating_add(limits::GRANT_MAX)
}

/// Prescriptions of a patient, whose grants to a pharmacy have an index more.
fn prescriptions<T: Config>(patient: MemberId, count: u32) -> Vec<RecordId> {
    let (_, doctor) = member::<T>("doctor", Role::Doctor);
    (0..count).map(|_| T::Records::benchmark_anchor(patient, doctor, RecordKind::Prescription)).collect()
}

const KINDS: RecordKinds = RecordKinds { profile: true, report: true, prescription: true };

/// A guardian who acts in a patient's name, so that every decision is looked up.
fn guardian_of<T: Config>(patient: MemberId) -> (T::AccountId, MemberId) {
    let (account, guardian) = member::<T>("guardian", Role::Patient);
    put_guardianship::<T>(patient, guardian, later::<T>());
    (account, guardian)
}

fn put_guardianship<T: Config>(patient: MemberId, guardian: MemberId, until: Moment) {
    let scope = GuardianScope { decide: true, read: true };
    Guardianships::<T>::insert(patient, guardian, Guardianship { scope, since: T::Time::now(), until });
    Wards::<T>::insert(guardian, OrderedKey::from(patient), ());
}

fn put_standing_consent<T: Config>(patient: MemberId, reader: MemberId, until: Moment) {
    let consent = StandingConsent { kinds: KINDS, purpose: PURPOSE, given_by: patient, since: T::Time::now(), until };
    StandingConsents::<T>::insert(patient, reader, consent);
}

/// Has a patient name so many readers who receive a seal, and so many guardians who are looked at and passed over; gives the
/// seals. The readers are pharmacies, whose grants on prescriptions have an index more.
pub(crate) fn recipients<T: Config>(patient: MemberId, sealed: u32, passed: u32) -> Vec<ReaderSeal> {
    // Others for each patient.
    let seed = u32::try_from(patient.0).unwrap_or(u32::MAX);
    for index in 0..passed {
        // Its member is read before it turns out to be no patient.
        let guardian = T::Members::benchmark_register(&account("guardian", index, seed), Role::Doctor);
        put_guardianship::<T>(patient, guardian, later::<T>());
    }
    (0..sealed)
        .map(|index| {
            let reader = T::Members::benchmark_register(&account("reader", index, seed), Role::Pharmacy);
            put_standing_consent::<T>(patient, reader, later::<T>());
            ReaderSeal { reader, seal: seal_to::<T>(reader) }
        })
        .collect()
}

/// Gives a reader a grant that rests on a standing consent.
pub(crate) fn standing_grant<T: Config>(record: RecordId, reader: MemberId) {
    if let Some(info) = T::Records::record(record) {
        put_standing_consent::<T>(info.patient, reader, later::<T>());
        put_grant::<T>(record, reader, GrantBasis::Standing, info.patient, later::<T>());
    }
}

/// Opens a reading window, which a call then has to bound or to remove.
fn put_window<T: Config>(record: RecordId, reader: MemberId) {
    let (opened_at, opened_in) = (T::Time::now(), frame_system::Pallet::<T>::block_number());
    let closes_at = opened_at.saturating_add(limits::READING_WINDOW);
    Windows::<T>::insert(
        record,
        reader,
        ReadingWindow { opened_at, closes_at, opened_in, staff: Some(account("staff", 0, 0)) },
    );
}

/// A request for the most records, its requester, and a guardian of its patient.
fn waiting_request<T: Config>() -> Result<(RequestId, T::AccountId, T::AccountId), BenchmarkError> {
    let (_, patient) = member::<T>("patient", Role::Patient);
    let (guardian, _) = guardian_of::<T>(patient);
    let (_, hospital) = member::<T>("hospital", Role::Hospital);
    let requester_account = staff_of::<T>(hospital, StaffScope::FrontDesk);
    let records: Vec<_> = (0..limits::RECORDS_PER_REQUEST_MAX)
        .map(|_| T::Records::benchmark_anchor(patient, patient, RecordKind::Profile))
        .collect();
    let records = records.try_into().map_err(|_| BenchmarkError::Stop("too many records"))?;
    fill_inbox::<T>(patient);
    Pallet::<T>::request(RawOrigin::Signed(requester_account.clone()).into(), patient, records, PURPOSE)?;
    Ok((RequestId::FIRST, requester_account, guardian))
}

/// A pharmacy's grant on a prescription, with a window, and a guardian of its patient.
fn pharmacy_grant<T: Config>() -> (RecordId, T::AccountId, MemberId, T::AccountId) {
    let (_, patient) = member::<T>("patient", Role::Patient);
    let (guardian, _) = guardian_of::<T>(patient);
    let (_, doctor) = member::<T>("doctor", Role::Doctor);
    let (_, pharmacy) = member::<T>("pharmacy", Role::Pharmacy);
    let pharmacy_account = staff_of::<T>(pharmacy, StaffScope::Dispensary);
    let record = T::Records::benchmark_anchor(patient, doctor, RecordKind::Prescription);
    put_grant::<T>(record, pharmacy, GrantBasis::Consent, patient, later::<T>());
    put_window::<T>(record, pharmacy);
    (record, pharmacy_account, pharmacy, guardian)
}

/// A link to as many reports of a patient, with its patient's and host's accounts.
fn link<T: Config>(records: u32) -> Result<(LinkId, T::AccountId, T::AccountId), BenchmarkError> {
    let (patient_account, patient) = member::<T>("patient", Role::Patient);
    let (host_account, host) = member::<T>("hospital", Role::Hospital);
    let records = link_records::<T>(patient, records)?;
    let origin = RawOrigin::Signed(patient_account.clone()).into();
    let openings = limits::LINK_OPENINGS_MAX;
    Pallet::<T>::register_link(origin, patient, LinkCommitment([7; 32]), host, records, limits::LINK_MAX, openings)?;
    Ok((LinkId::FIRST, patient_account, host_account))
}

fn link_records<T: Config>(patient: MemberId, count: u32) -> Result<LinkRecords, BenchmarkError> {
    let records: Vec<_> =
        (0..count).map(|_| T::Records::benchmark_anchor(patient, patient, RecordKind::Profile)).collect();
    records.try_into().map_err(|_| BenchmarkError::Stop("too many records"))
}

/// A patient with a guardian who decides.
fn guarded_patient<T: Config>() -> Result<MemberId, BenchmarkError> {
    let (account, patient) = member::<T>("patient", Role::Patient);
    let (_, guardian) = member::<T>("guardian", Role::Patient);
    let scope = GuardianScope { decide: true, read: true };
    Pallet::<T>::appoint_guardian(RawOrigin::Signed(account).into(), guardian, scope, later::<T>())?;
    Ok(patient)
}

/// The guardian of [`guarded_patient`].
fn guardian<T: Config>() -> T::AccountId {
    account("guardian", 0, 0)
}

/// As many hospitals as an emergency consent names.
fn hospitals<T: Config>() -> Result<EmergencyInstitutions, BenchmarkError> {
    let hospitals: Vec<_> = (0..limits::EMERGENCY_INSTITUTIONS_MAX)
        .map(|index| T::Members::benchmark_register(&account("hospital", index, 0), Role::Hospital))
        .collect();
    Ok(EmergencyInstitutions::Chosen(hospitals.try_into().map_err(|_| BenchmarkError::Stop("too many hospitals"))?))
}

fn put_emergency_consent<T: Config>(patient: MemberId, institutions: EmergencyInstitutions) {
    let consent = EmergencyConsent { institutions, given_by: patient, since: T::Time::now() };
    EmergencyConsents::<T>::insert(patient, consent);
}

/// A record of the patient for which an emergency capsule is lodged.
fn lodged<T: Config>(patient: MemberId) -> RecordId {
    let record = T::Records::benchmark_anchor(patient, patient, RecordKind::Profile);
    Pallet::<T>::put_capsule(patient, record, EmergencyCapsuleHash([1; 32]), patient);
    record
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn request(n: Linear<1, { limits::RECORDS_PER_REQUEST_MAX }>) -> Result<(), BenchmarkError> {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (_, pharmacy) = member::<T>("pharmacy", Role::Pharmacy);
        let caller = staff_of::<T>(pharmacy, StaffScope::Dispensary);
        let records = prescriptions::<T>(patient, n);
        let records = records.try_into().map_err(|_| BenchmarkError::Stop("too many records"))?;
        fill_inbox::<T>(patient);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, records, PURPOSE);
        assert!(Requests::<T>::get(RequestId::FIRST).is_some_and(|waiting| waiting.records.len() == n as usize));
        Ok(())
    }

    #[benchmark]
    fn request_for(n: Linear<1, { limits::RECORDS_PER_REQUEST_MAX }>) -> Result<(), BenchmarkError> {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, _) = member::<T>("pharmacy", Role::Pharmacy);
        let records = prescriptions::<T>(patient, n);
        let records = records.try_into().map_err(|_| BenchmarkError::Stop("too many records"))?;
        let asked = AskedTerms { duration: limits::GRANT_MAX, openings: limits::OPENINGS_MAX };
        fill_inbox::<T>(patient);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, records, PURPOSE, asked);
        assert!(Requests::<T>::get(RequestId::FIRST).is_some_and(|waiting| waiting.asked == Some(asked)));
        Ok(())
    }

    /// Of the pharmacy's grants on so many prescriptions only the last that is looked at stands.
    #[benchmark]
    fn look_for_prescription(p: Linear<0, { PRESCRIPTIONS_LOOKED_AT }>) -> Result<(), BenchmarkError> {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (_, pharmacy) = member::<T>("pharmacy", Role::Pharmacy);
        for (index, prescription) in prescriptions::<T>(patient, p).into_iter().enumerate() {
            let expires_at = if index == 0 { later::<T>() } else { T::Time::now() };
            put_grant::<T>(prescription, pharmacy, GrantBasis::Consent, patient, expires_at);
        }
        let pharmacy = T::Members::by_id(pharmacy).ok_or(BenchmarkError::Stop("there is no pharmacy"))?;
        let looked;
        #[block]
        {
            looked = Pallet::<T>::look_for_live_prescription(&pharmacy, patient);
        }
        assert_eq!(looked, (p > 0, p));
        Ok(())
    }

    #[benchmark]
    fn withdraw() -> Result<(), BenchmarkError> {
        let (waiting, requester, _) = waiting_request::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), waiting);
        assert!(!Requests::<T>::contains_key(waiting));
        Ok(())
    }

    #[benchmark]
    fn grant(n: Linear<1, { limits::RECORDS_PER_REQUEST_MAX }>) -> Result<(), BenchmarkError> {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, _) = guardian_of::<T>(patient);
        let (pharmacy_account, pharmacy) = member::<T>("pharmacy", Role::Pharmacy);
        let records = prescriptions::<T>(patient, n);
        // Granted once before: each is renewed.
        for record in &records {
            put_grant::<T>(*record, pharmacy, GrantBasis::Consent, patient, later::<T>());
            put_window::<T>(*record, pharmacy);
        }
        let stop = |_| BenchmarkError::Stop("too many records");
        let asked = records.clone().try_into().map_err(stop)?;
        fill_inbox::<T>(patient);
        Pallet::<T>::request(RawOrigin::Signed(pharmacy_account).into(), patient, asked, PURPOSE)?;
        let seal = seal_to::<T>(pharmacy);
        let grants: Vec<_> = records.iter().map(|record| RecordGrant { record: *record, seal }).collect();
        let grants = grants.try_into().map_err(|_| BenchmarkError::Stop("too many grants"))?;
        #[extrinsic_call]
        _(
            RawOrigin::Signed(caller),
            pharmacy,
            Some(RequestId::FIRST),
            grants,
            PURPOSE,
            limits::GRANT_MAX,
            limits::OPENINGS_MAX,
        );
        assert!(records.iter().all(|record| Grants::<T>::contains_key(record, pharmacy)));
        assert!(!Requests::<T>::contains_key(RequestId::FIRST));
        Ok(())
    }

    #[benchmark]
    fn deny() -> Result<(), BenchmarkError> {
        let (waiting, _, guardian) = waiting_request::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), waiting);
        assert!(!Requests::<T>::contains_key(waiting));
        Ok(())
    }

    #[benchmark]
    fn revoke() {
        let (record, _, pharmacy, guardian) = pharmacy_grant::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), record, pharmacy);
        assert!(!Grants::<T>::contains_key(record, pharmacy));
    }

    #[benchmark]
    fn relinquish() {
        let (record, caller, pharmacy, _) = pharmacy_grant::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), record);
        assert!(!Grants::<T>::contains_key(record, pharmacy));
    }

    #[benchmark]
    fn open() {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (_, doctor) = member::<T>("doctor", Role::Doctor);
        let (_, hospital) = member::<T>("hospital", Role::Hospital);
        let caller = staff_of::<T>(hospital, StaffScope::Ward);
        T::Care::benchmark_open(patient, doctor);
        let record = T::Records::benchmark_anchor(patient, patient, RecordKind::Profile);
        put_grant::<T>(record, hospital, GrantBasis::Shared, doctor, later::<T>());
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), record);
        assert!(Windows::<T>::contains_key(record, hospital));
        assert!(ReadLog::<T>::contains_key(ReadingId::FIRST));
    }

    #[benchmark]
    fn close() -> Result<(), BenchmarkError> {
        // The last opening, with which the grant goes.
        let (record, caller, pharmacy, _) = pharmacy_grant::<T>();
        Grants::<T>::mutate(record, pharmacy, |held| {
            if let Some(held) = held {
                held.openings_left = 0;
            }
        });
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), record);
        assert!(!Windows::<T>::contains_key(record, pharmacy));
        assert!(!Grants::<T>::contains_key(record, pharmacy));
        Ok(())
    }

    #[benchmark]
    fn share() {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, doctor) = member::<T>("doctor", Role::Doctor);
        let (_, hospital) = member::<T>("hospital", Role::Hospital);
        T::Care::benchmark_open(patient, doctor);
        let record = T::Records::benchmark_anchor(patient, patient, RecordKind::Profile);
        put_grant::<T>(record, doctor, GrantBasis::Care, patient, later::<T>());
        // Shared once before: it is renewed.
        put_grant::<T>(record, hospital, GrantBasis::Shared, doctor, later::<T>());
        let profile = SealedProfile { record, seal: seal_to::<T>(hospital) };
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, hospital, profile);
        assert!(
            Grants::<T>::get(record, hospital).is_some_and(|held| held.openings_left == limits::CARE_GRANT_OPENINGS)
        );
    }

    #[benchmark]
    fn give_emergency_consent() -> Result<(), BenchmarkError> {
        let (ward, guardian, hospitals) = (guarded_patient::<T>()?, guardian::<T>(), hospitals::<T>()?);
        // Another consent is replaced, and a guardian decides.
        put_emergency_consent::<T>(ward, EmergencyInstitutions::All);
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), ward, hospitals.clone());
        assert!(EmergencyConsents::<T>::get(ward).is_some_and(|consent| consent.institutions == hospitals));
        Ok(())
    }

    #[benchmark]
    fn revoke_emergency_consent(n: Linear<0, { WITHDRAWALS_MAX }>) -> Result<(), BenchmarkError> {
        let (ward, guardian) = (guarded_patient::<T>()?, guardian::<T>());
        put_emergency_consent::<T>(ward, EmergencyInstitutions::All);
        for _ in 0..n {
            lodged::<T>(ward);
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), ward);
        assert!(!EmergencyConsents::<T>::contains_key(ward));
        assert!(EmergencyCapsules::<T>::iter_keys().next().is_none());
        Ok(())
    }

    #[benchmark]
    fn lodge_emergency(n: Linear<1, { limits::RECORDS_PER_REQUEST_MAX }>) -> Result<(), BenchmarkError> {
        let (ward, guardian) = (guarded_patient::<T>()?, guardian::<T>());
        put_emergency_consent::<T>(ward, EmergencyInstitutions::All);
        // Each takes the place of another.
        let lodgings: Vec<_> = (0..n)
            .map(|_| EmergencyLodging { record: lodged::<T>(ward), capsule: EmergencyCapsuleHash([2; 32]) })
            .collect();
        let lodgings: EmergencyLodgings = lodgings.try_into().map_err(|_| BenchmarkError::Stop("too many"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), lodgings.clone());
        let replaced = |lodging: &EmergencyLodging| {
            EmergencyCapsules::<T>::get(lodging.record).is_some_and(|held| held.hash == lodging.capsule)
        };
        assert!(lodgings.iter().all(replaced));
        Ok(())
    }

    #[benchmark]
    fn withdraw_emergency(n: Linear<1, { limits::RECORDS_PER_REQUEST_MAX }>) -> Result<(), BenchmarkError> {
        let (ward, guardian) = (guarded_patient::<T>()?, guardian::<T>());
        put_emergency_consent::<T>(ward, EmergencyInstitutions::All);
        let records: Vec<_> = (0..n).map(|_| lodged::<T>(ward)).collect();
        let records = records.try_into().map_err(|_| BenchmarkError::Stop("too many"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), records);
        assert!(EmergencyCapsules::<T>::iter_keys().next().is_none());
        Ok(())
    }

    #[benchmark]
    fn open_emergency() -> Result<(), BenchmarkError> {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, doctor) = member::<T>("doctor", Role::Doctor);
        let hospitals = hospitals::<T>()?;
        // The last of the hospitals is the one, and the window before has ended but is not removed yet.
        if let EmergencyInstitutions::Chosen(chosen) = &hospitals {
            chosen.last().into_iter().for_each(|hospital| T::Affiliations::benchmark_affiliate(doctor, *hospital));
        }
        put_emergency_consent::<T>(patient, hospitals);
        let record = lodged::<T>(patient);
        let now = T::Time::now();
        let opened_in = frame_system::Pallet::<T>::block_number();
        EmergencyWindows::<T>::insert(
            record,
            doctor,
            ReadingWindow { opened_at: now, closes_at: now, opened_in, staff: None },
        );
        Expiries::<T>::insert(ending(now), Expiring::EmergencyWindow(record, doctor), ());
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), record, EmergencyReason::Unconscious);
        assert!(EmergencyWindows::<T>::get(record, doctor).is_some_and(|window| window.closes_at > now));
        assert!(PendingReviews::<T>::contains_key(OrderedKey::from(ReadingId::FIRST)));
        Ok(())
    }

    #[benchmark]
    fn review_emergency() -> Result<(), BenchmarkError> {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (doctor_account, _) = member::<T>("doctor", Role::Doctor);
        put_emergency_consent::<T>(patient, EmergencyInstitutions::All);
        let record = lodged::<T>(patient);
        let opener = RawOrigin::Signed(doctor_account).into();
        Pallet::<T>::open_emergency(opener, record, EmergencyReason::Unconscious)?;
        let administrator = T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        #[extrinsic_call]
        _(administrator as T::RuntimeOrigin, ReadingId::FIRST, ReviewOutcome::Justified);
        assert!(PendingReviews::<T>::iter_keys().next().is_none());
        Ok(())
    }

    #[benchmark]
    fn clear_expired() -> Result<(), BenchmarkError> {
        let (waiting, requester, _) = waiting_request::<T>()?;
        Requests::<T>::mutate_extant(waiting, |entry| entry.expires_at = T::Time::now());
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), waiting);
        assert!(!Requests::<T>::contains_key(waiting));
        Ok(())
    }

    #[benchmark]
    fn revoke_reader(n: Linear<0, REVOCATIONS_MAX>) {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, _) = guardian_of::<T>(patient);
        let (_, doctor) = member::<T>("doctor", Role::Doctor);
        let (_, pharmacy) = member::<T>("pharmacy", Role::Pharmacy);
        put_standing_consent::<T>(patient, pharmacy, later::<T>());
        for _ in 0..n {
            let record = T::Records::benchmark_anchor(patient, doctor, RecordKind::Prescription);
            put_grant::<T>(record, pharmacy, GrantBasis::Consent, patient, later::<T>());
            put_window::<T>(record, pharmacy);
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, pharmacy);
        assert_eq!(GrantsByReader::<T>::iter_key_prefix(pharmacy).count(), 0);
        assert!(!StandingConsents::<T>::contains_key(patient, pharmacy));
    }

    #[benchmark]
    fn give_standing_consent() {
        let (_, patient) = member::<T>("patient", Role::Patient);
        recipients::<T>(patient, limits::STANDING_READERS_MAX - 1, 0);
        let (caller, _) = guardian_of::<T>(patient);
        let (_, doctor) = member::<T>("doctor", Role::Doctor);
        let until = T::Time::now().saturating_add(limits::STANDING_MAX);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, doctor, KINDS, PURPOSE, until);
        assert!(StandingConsents::<T>::contains_key(patient, doctor));
    }

    #[benchmark]
    fn revoke_standing_consent() {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, _) = guardian_of::<T>(patient);
        let (_, doctor) = member::<T>("doctor", Role::Doctor);
        put_standing_consent::<T>(patient, doctor, later::<T>());
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, doctor);
        assert!(!StandingConsents::<T>::contains_key(patient, doctor));
    }

    #[benchmark]
    fn appoint_guardian() {
        let (caller, patient) = member::<T>("patient", Role::Patient);
        recipients::<T>(patient, 0, limits::GUARDIANSHIPS_MAX - 1);
        let (_, guardian) = member::<T>("guardian", Role::Patient);
        let scope = GuardianScope { decide: true, read: true };
        let until = T::Time::now().saturating_add(limits::STANDING_MAX);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), guardian, scope, until);
        assert!(Guardianships::<T>::contains_key(patient, guardian));
    }

    #[benchmark]
    fn dismiss_guardian() {
        let (caller, patient) = member::<T>("patient", Role::Patient);
        let (_, guardian) = guardian_of::<T>(patient);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), guardian);
        assert!(!Guardianships::<T>::contains_key(patient, guardian));
    }

    #[benchmark]
    fn resign_guardianship() {
        let (_, patient) = member::<T>("patient", Role::Patient);
        let (caller, guardian) = guardian_of::<T>(patient);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient);
        assert!(!Guardianships::<T>::contains_key(patient, guardian));
    }

    #[benchmark]
    fn seal_to_guardian(n: Linear<1, { limits::RECORDS_PER_REQUEST_MAX }>) -> Result<(), BenchmarkError> {
        let (caller, patient) = member::<T>("patient", Role::Patient);
        let (_, guardian) = guardian_of::<T>(patient);
        let seal = seal_to::<T>(guardian);
        let grants: Vec<_> = (0..n)
            .map(|_| {
                let record = T::Records::benchmark_anchor(patient, patient, RecordKind::Profile);
                put_grant::<T>(record, guardian, GrantBasis::Guardianship, patient, later::<T>());
                put_window::<T>(record, guardian);
                RecordGrant { record, seal }
            })
            .collect();
        let grants: RecordGrants = grants.try_into().map_err(|_| BenchmarkError::Stop("too many grants"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), guardian, grants.clone());
        let sealed = |record| Grants::<T>::get(record, guardian).is_some_and(|held| held.openings > 1);
        assert!(grants.iter().all(|given| sealed(given.record)));
        Ok(())
    }

    /// Of one grant that has ended, in the block's idle time.
    #[benchmark]
    fn remove_expired() {
        let (record, _, pharmacy, _) = pharmacy_grant::<T>();
        if let Some(held) = Grants::<T>::get(record, pharmacy) {
            let patient = held.granted_by;
            put_grant::<T>(record, pharmacy, GrantBasis::Consent, patient, T::Time::now());
        }
        #[block]
        {
            Pallet::<T>::remove_expired(frame_support::weights::Weight::MAX);
        }
        assert!(!Grants::<T>::contains_key(record, pharmacy));
    }

    #[benchmark]
    fn register_link(n: Linear<1, { limits::LINK_RECORDS_MAX }>) -> Result<(), BenchmarkError> {
        let (caller, patient) = member::<T>("patient", Role::Patient);
        let (_, host) = member::<T>("hospital", Role::Hospital);
        let records = link_records::<T>(patient, n)?;
        let commitment = LinkCommitment([7; 32]);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), patient, commitment, host, records, limits::LINK_MAX, limits::LINK_OPENINGS_MAX);
        assert!(LinkByCommitment::<T>::contains_key(commitment));
        Ok(())
    }

    #[benchmark]
    fn revoke_link() -> Result<(), BenchmarkError> {
        let (link, caller, _) = link::<T>(limits::LINK_RECORDS_MAX)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), link);
        assert!(Links::<T>::get(link).is_some_and(|entry| entry.revoked_at.is_some()));
        Ok(())
    }

    #[benchmark]
    fn open_link(n: Linear<1, { limits::LINK_RECORDS_MAX }>) -> Result<(), BenchmarkError> {
        let (link, _, caller) = link::<T>(n)?;
        let key_version = Links::<T>::get(link)
            .and_then(|entry| T::Members::by_id(entry.patient))
            .map_or(0, |patient| patient.key_version);
        let recipient = SealedRecipient { sealed: [0x5e; limits::SEALED_RECIPIENT as usize], key_version };
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), link, recipient);
        assert_eq!(ReadLog::<T>::iter_keys().count(), n as usize);
        Ok(())
    }
}
