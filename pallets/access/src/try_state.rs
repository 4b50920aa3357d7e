//! What always holds of the pallet's storage.

use crate::{
    ending, ByRequester, Committee, Config, EmergencyByPatient, EmergencyCapsules, EmergencyConsents,
    EmergencyInstitutions, EmergencyOpenings, EmergencyWindows, Expiries, Expiring, Grants, GrantsByPatient,
    GrantsByReader, Guardianships, Inboxes, LogByPatient, LogByReader, LogByRecord, NextReadingId, NextRequestId,
    Pallet, PendingReviews, PrescriptionGrants, ReadLog, RequesterInboxCount, Requests, StandingConsents,
    UnreviewedByDoctor, Wards, Windows,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::ensure;
use medchain_primitives::{
    limits, GrantBasis, MemberId, Moment, NewestFirstKey, OrderedKey, ReadingId, RecordDirectory, RecordId, RecordKind,
    RecordStatus, RequestId,
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Checks that:
    ///
    /// 1. requests have numbers that were given out, name 1 to 32 records, each once, and wait the time that they do;
    /// 2. `Inboxes` has every request of a patient, in the order of their numbers, and nothing else, and none is empty;
    ///    `ByRequester` leads to every request and to nothing else;
    /// 3. `RequesterInboxCount` counts the requests, holds no zero and stays within its bound;
    /// 4. `GrantsByReader` and `PrescriptionGrants` lead to every grant that belongs there and to nothing else;
    /// 5. a grant has 1 to `OPENINGS_MAX` openings, no more of them left, and a lifetime of at most `GRANT_MAX`, or
    ///    `STANDING_MAX` if the patient decided on it beforehand;
    /// 6. the openings that a grant has used are in the read log: at most as many as were logged from the moment of
    ///    the grant on, and at least as many as were logged after it;
    /// 7. a window has a grant and an entry of the read log of the same moment and block, and ends neither after the
    ///    grant nor later than `READING_WINDOW` after the opening;
    /// 8. every reading's number was given out and none was lost, and `LogByRecord`, `LogByPatient` and `LogByReader`
    ///    lead to every reading and to nothing else;
    /// 9. every request, grant and emergency window is queued for its end, and nothing else is; `GrantsByPatient` leads
    ///    to every grant and to nothing else;
    /// 10. standing consents and guardianships are within their number, name something and end after they began, and
    ///     `Wards` leads to every guardianship and to nothing else;
    /// 11. the release committee has members, and a threshold that they can reach;
    /// 12. an emergency consent names all institutions or some, each once; `EmergencyByPatient` leads to every emergency
    ///     capsule and to nothing else, and none is lodged for an erased record or a certificate;
    /// 13. the read log's emergency openings, and no others, have a reason; those without a review are the pending ones,
    ///     counted for each doctor within the bound; an emergency window has an entry of the read log of the same moment
    ///     and block, and ends `READING_WINDOW` after it; no grant rests on an emergency;
    /// 14. a link has a number that was given out, shows 1 to 32 records of its patient, each once, lasts as long as links
    ///     may, and has as many openings in its log as it has used, each with its readings; `LinkByCommitment` and
    ///     `LinksByPatient` lead to every link and to nothing else.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::try_requests()?;
        Self::try_grants_and_log()?;
        Self::try_beforehand()?;
        Self::try_emergencies()?;
        Self::try_links()?;
        if let Some(committee) = Committee::<T>::get() {
            ensure!(
                (1..=committee.shares.len()).contains(&usize::from(committee.threshold)),
                "the release committee cannot reach its threshold"
            );
        }
        Ok(())
    }

    fn try_beforehand() -> Result<(), TryRuntimeError> {
        let queued = |at, what| Expiries::<T>::contains_key(ending(at), what);
        for (id, request) in Requests::<T>::iter() {
            ensure!(queued(request.expires_at, Expiring::Request(id)), "a request is not queued for its end");
        }
        for (record, reader, grant) in Grants::<T>::iter() {
            ensure!(queued(grant.expires_at, Expiring::Grant(record, reader)), "a grant is not queued for its end");
            let patient = T::Records::record(record).ok_or("a grant is on a record that does not exist")?.patient;
            let key = (patient, reader, OrderedKey::from(record));
            ensure!(GrantsByPatient::<T>::contains_key(key), "a grant is missing from the patient's index");
        }
        let (requests, grants) = (Requests::<T>::iter_keys().count(), Grants::<T>::iter_keys().count());
        let windows = EmergencyWindows::<T>::iter_keys().count();
        ensure!(
            Expiries::<T>::iter_keys().count() == requests + grants + windows,
            "what is not there is queued for its end"
        );
        ensure!(GrantsByPatient::<T>::iter_keys().count() == grants, "a patient's index names a grant that is not");

        let mut of_patient = BTreeMap::<MemberId, u32>::new();
        for (patient, _, consent) in StandingConsents::<T>::iter() {
            *of_patient.entry(patient).or_default() += 1;
            ensure!(!consent.kinds.is_empty(), "a standing consent covers nothing");
            ensure!(consent.since < consent.until, "a standing consent ends before it begins");
        }
        let within = |counts: &BTreeMap<_, u32>, most| counts.values().all(|count| *count <= most);
        ensure!(within(&of_patient, limits::STANDING_READERS_MAX), "a patient has too many standing consents");
        of_patient.clear();
        for (patient, guardian, guardianship) in Guardianships::<T>::iter() {
            *of_patient.entry(patient).or_default() += 1;
            ensure!(patient != guardian, "a patient is its own guardian");
            ensure!(guardianship.scope.decide || guardianship.scope.read, "a guardianship is for nothing");
            ensure!(guardianship.since < guardianship.until, "a guardianship ends before it begins");
            ensure!(
                Wards::<T>::contains_key(guardian, OrderedKey::from(patient)),
                "a guardian's index lacks a patient"
            );
        }
        ensure!(within(&of_patient, limits::GUARDIANSHIPS_MAX), "a patient has too many guardians");
        let guardianships = Guardianships::<T>::iter_keys().count();
        ensure!(Wards::<T>::iter_keys().count() == guardianships, "a guardian's index names what is not");
        Ok(())
    }

    fn try_emergencies() -> Result<(), TryRuntimeError> {
        for (_, consent) in EmergencyConsents::<T>::iter() {
            if let EmergencyInstitutions::Chosen(chosen) = consent.institutions {
                let distinct: BTreeSet<_> = chosen.iter().collect();
                ensure!(!chosen.is_empty(), "an emergency consent is for nobody");
                ensure!(distinct.len() == chosen.len(), "an emergency consent names a hospital twice");
            }
        }
        let mut capsules = 0usize;
        for record in EmergencyCapsules::<T>::iter_keys() {
            capsules += 1;
            let info = T::Records::record(record).ok_or("an emergency capsule is for no record")?;
            ensure!(info.status != RecordStatus::Erased, "an emergency capsule outlasts its record");
            ensure!(info.kind != RecordKind::Certificate, "an emergency capsule is for a certificate");
            ensure!(
                EmergencyByPatient::<T>::contains_key(info.patient, OrderedKey::from(record)),
                "an emergency capsule is missing from the patient's index"
            );
        }
        ensure!(EmergencyByPatient::<T>::iter_keys().count() == capsules, "a patient's index names no capsule");

        let mut unreviewed = BTreeMap::<MemberId, u32>::new();
        let mut emergencies = 0usize;
        for (id, reading) in ReadLog::<T>::iter().filter(|(_, reading)| reading.basis == GrantBasis::Emergency) {
            emergencies += 1;
            let opening = EmergencyOpenings::<T>::get(id).ok_or("an emergency opening has no reason")?;
            let pending = PendingReviews::<T>::contains_key(OrderedKey::from(id));
            ensure!(pending == opening.review.is_none(), "a review is lost");
            if pending {
                *unreviewed.entry(reading.reader).or_default() += 1;
            }
        }
        ensure!(
            EmergencyOpenings::<T>::iter_keys().count() == emergencies,
            "an opening without emergency has a reason"
        );
        let pending: u32 = unreviewed.values().sum();
        ensure!(PendingReviews::<T>::iter_keys().count() == pending as usize, "what was not opened waits for a review");
        ensure!(
            UnreviewedByDoctor::<T>::iter().collect::<BTreeMap<_, _>>() == unreviewed,
            "the count of a doctor's unreviewed openings is off"
        );
        ensure!(
            unreviewed.values().all(|count| *count <= limits::EMERGENCY_UNREVIEWED_MAX),
            "a doctor has too many unreviewed openings"
        );
        ensure!(
            Grants::<T>::iter().all(|(.., grant)| grant.basis != GrantBasis::Emergency),
            "an emergency has a grant"
        );

        for (record, doctor, window) in EmergencyWindows::<T>::iter() {
            let ends = window.opened_at.saturating_add(limits::READING_WINDOW);
            ensure!(window.closes_at == ends, "an emergency window has another length than windows have");
            let key = (ending(window.closes_at), Expiring::EmergencyWindow(record, doctor));
            ensure!(Expiries::<T>::contains_key(key.0, key.1), "an emergency window is not queued for its end");
            let logged = LogByReader::<T>::iter_key_prefix(doctor).map(ReadingId::from).any(|id| {
                ReadLog::<T>::get(id).is_some_and(|reading| {
                    let is_emergency = reading.basis == GrantBasis::Emergency && reading.record == record;
                    is_emergency && (reading.opened_at, reading.opened_in) == (window.opened_at, window.opened_in)
                })
            });
            ensure!(logged, "an emergency window has no entry of the read log");
        }
        Ok(())
    }

    fn try_requests() -> Result<(), TryRuntimeError> {
        let next = NextRequestId::<T>::get();
        let mut by_patient = BTreeMap::<MemberId, BTreeSet<RequestId>>::new();
        let mut by_pair = BTreeMap::<(MemberId, MemberId), u32>::new();
        for (id, request) in Requests::<T>::iter() {
            ensure!(id >= RequestId::FIRST && id < next, "a request has a number that was not given out");
            ensure!(!request.records.is_empty(), "a request names no record");
            let distinct: BTreeSet<_> = request.records.iter().collect();
            ensure!(distinct.len() == request.records.len(), "a request names a record twice");
            ensure!(
                request.expires_at == request.requested_at.saturating_add(limits::REQUEST_LIFETIME),
                "a request waits another time than requests do"
            );
            ensure!(
                ByRequester::<T>::contains_key(request.requester, OrderedKey::from(id)),
                "a request is missing from the requester's index"
            );
            by_patient.entry(request.patient).or_default().insert(id);
            *by_pair.entry((request.patient, request.requester)).or_default() += 1;
        }
        let requests = Requests::<T>::iter_keys().count();
        ensure!(Inboxes::<T>::iter_keys().count() == by_patient.len(), "an inbox is empty");
        for (patient, waiting) in &by_patient {
            let inbox = Inboxes::<T>::get(patient);
            ensure!(inbox.iter().eq(waiting), "an inbox has not what waits");
        }
        ensure!(ByRequester::<T>::iter_keys().count() == requests, "a requester's index names a request that is not");
        ensure!(
            by_pair.values().all(|count| *count <= limits::INBOX_PER_REQUESTER_MAX),
            "a requester is beyond its bound in an inbox"
        );
        let counted: BTreeMap<_, _> =
            RequesterInboxCount::<T>::iter().map(|(patient, requester, count)| ((patient, requester), count)).collect();
        ensure!(counted == by_pair, "the count of a requester in an inbox is off");
        Ok(())
    }

    fn try_grants_and_log() -> Result<(), TryRuntimeError> {
        let next = NextReadingId::<T>::get();
        let mut readings = 0u64;
        let mut openings = BTreeMap::<(RecordId, MemberId), alloc::vec::Vec<_>>::new();
        for (id, reading) in ReadLog::<T>::iter() {
            readings += 1;
            ensure!(id >= ReadingId::FIRST && id < next, "a reading has a number that was not given out");
            let key = NewestFirstKey::from(id);
            ensure!(LogByRecord::<T>::contains_key(reading.record, key), "a reading is missing from the record's log");
            ensure!(
                LogByPatient::<T>::contains_key(reading.patient, key),
                "a reading is missing from the patient's log"
            );
            ensure!(LogByReader::<T>::contains_key(reading.reader, key), "a reading is missing from the reader's log");
            // What was opened in an emergency or by a link used no grant; their own invariants count it.
            if matches!(reading.basis, GrantBasis::Emergency | GrantBasis::Link) {
                continue;
            }
            openings.entry((reading.record, reading.reader)).or_default().push((reading.opened_at, reading.opened_in));
        }
        ensure!(readings == next.0 - ReadingId::FIRST.0, "a reading was removed");
        ensure!(LogByRecord::<T>::iter_keys().count() as u64 == readings, "a record's log names what is not");
        ensure!(LogByPatient::<T>::iter_keys().count() as u64 == readings, "a patient's log names what is not");
        ensure!(LogByReader::<T>::iter_keys().count() as u64 == readings, "a reader's log names what is not");

        let (mut grants, mut of_prescriptions) = (0usize, 0usize);
        for (record, reader, grant) in Grants::<T>::iter() {
            grants += 1;
            ensure!(
                GrantsByReader::<T>::contains_key(reader, OrderedKey::from(record)),
                "a grant is missing from the reader's index"
            );
            if let Some(patient) = Self::patient_of_pharmacy_grant(record, reader) {
                of_prescriptions += 1;
                ensure!(
                    PrescriptionGrants::<T>::contains_key((reader, patient, NewestFirstKey::from(record))),
                    "a prescription's grant is missing from the pharmacy's index"
                );
            }
            ensure!((1..=limits::OPENINGS_MAX).contains(&grant.openings), "a grant's openings are out of bounds");
            ensure!(grant.openings_left <= grant.openings, "a grant has more openings left than it had");
            let lifetime = grant.expires_at.checked_sub(grant.granted_at).ok_or("a grant ends before it begins")?;
            let longest = match grant.basis {
                GrantBasis::Standing | GrantBasis::Guardianship => limits::STANDING_MAX,
                _ => limits::GRANT_MAX,
            };
            ensure!(lifetime <= longest, "a grant lasts too long");

            let used = (grant.openings - grant.openings_left) as usize;
            let logged = |counts: &dyn Fn(Moment) -> bool| {
                openings
                    .get(&(record, reader))
                    .map_or(0, |opened| opened.iter().filter(|(opened_at, _)| counts(*opened_at)).count())
            };
            ensure!(used <= logged(&|at| at >= grant.granted_at), "an opening is missing from the read log");
            ensure!(used >= logged(&|at| at > grant.granted_at), "the read log names an opening that no grant gave");
        }
        ensure!(GrantsByReader::<T>::iter_keys().count() == grants, "a reader's index names a grant that is not");
        ensure!(
            PrescriptionGrants::<T>::iter_keys().count() == of_prescriptions,
            "a pharmacy's index names a grant that is not"
        );

        for (record, reader, window) in Windows::<T>::iter() {
            let grant = Grants::<T>::get(record, reader).ok_or("a window has no grant")?;
            ensure!(window.closes_at <= grant.expires_at, "a window outlasts its grant");
            ensure!(
                window.closes_at <= window.opened_at.saturating_add(limits::READING_WINDOW),
                "a window is too long"
            );
            ensure!(
                openings
                    .get(&(record, reader))
                    .is_some_and(|opened| opened.contains(&(window.opened_at, window.opened_in))),
                "a window has no entry of the read log"
            );
        }
        Ok(())
    }
}
