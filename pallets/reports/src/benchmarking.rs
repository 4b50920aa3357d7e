//! What each call costs at most: a record that replaces another, a content that others anchor too.
//!
//! Anchoring is measured with `s` readers who receive a seal and `p` guardians who are passed over. A guardian who receives one
//! costs no more than a reader does, and a reader who is passed over no more than a guardian.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::Time;
use frame_system::RawOrigin;
use medchain_primitives::{CareRelations, EnvelopeHash, ReaderSeal, StaffScope};

const ENVELOPE: EnvelopeHash = EnvelopeHash([0xee; 32]);

/// A patient under a doctor's care.
struct Actors<AccountId> {
    patient: AccountId,
    patient_id: MemberId,
    doctor: AccountId,
    doctor_id: MemberId,
}

fn actors<T: Config>() -> Actors<T::AccountId> {
    let (patient, doctor): (T::AccountId, T::AccountId) = (account("patient", 0, 0), account("doctor", 0, 0));
    let patient_id = T::Members::benchmark_register(&patient, Role::Patient);
    let doctor_id = T::Members::benchmark_register(&doctor, Role::Doctor);
    T::Care::benchmark_open(patient_id, doctor_id);
    Actors { patient, patient_id, doctor, doctor_id }
}

fn status_of<T: Config>(record: RecordId) -> Option<RecordStatus> {
    Records::<T>::get(record).map(|record| record.status)
}

/// A document with these seals; one with fills is a prescription's. Each has another content.
fn document<T: Config>(byte: u8, size: u64, fills: u8, seals: Vec<ReaderSeal>) -> Result<Document, BenchmarkError> {
    let content = ContentRoot([byte; 32]);
    let valid_until = (fills > 0).then(|| T::Time::now().saturating_add(limits::PRESCRIPTION_VALIDITY_MAX));
    let seals = seals.try_into().map_err(|_| BenchmarkError::Stop("too many seals"))?;
    Ok(Document { content, size, envelope: ENVELOPE, key_version: 1, fills, valid_until, seals })
}

fn anchored<T: Config>(patient: MemberId, author: MemberId, kind: RecordKind) -> RecordId {
    <Pallet<T> as RecordDirectory>::benchmark_anchor(patient, author, kind)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn anchor(
        s: Linear<0, { limits::STANDING_READERS_MAX }>,
        p: Linear<0, { limits::GUARDIANSHIPS_MAX }>,
    ) -> Result<(), BenchmarkError> {
        let Actors { doctor, patient_id, .. } = actors::<T>();
        let seals = T::Consents::benchmark_recipients(patient_id, s, p);
        let document = document::<T>(0xc0, limits::CONTENT_MAX, limits::FILLS_MAX, seals)?;
        let record = NextRecordId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(doctor), patient_id, RecordKind::Prescription, document);
        assert_eq!(status_of::<T>(record), Some(RecordStatus::Current));
        Ok(())
    }

    /// A profile in the place of another.
    #[benchmark]
    fn anchor_own(
        s: Linear<0, { limits::STANDING_READERS_MAX }>,
        p: Linear<0, { limits::GUARDIANSHIPS_MAX }>,
    ) -> Result<(), BenchmarkError> {
        let Actors { patient, patient_id, .. } = actors::<T>();
        let old = anchored::<T>(patient_id, patient_id, RecordKind::Profile);
        let seals = T::Consents::benchmark_recipients(patient_id, s, p);
        let document = document::<T>(0xc0, limits::OWN_CONTENT_MAX, 0, seals)?;
        let record = NextRecordId::<T>::get();
        #[extrinsic_call]
        anchor(RawOrigin::Signed(patient), patient_id, RecordKind::Profile, document);
        assert_eq!(OwnRecord::<T>::get(patient_id), Some(record));
        assert_eq!(status_of::<T>(old), Some(RecordStatus::Superseded));
        Ok(())
    }

    #[benchmark]
    fn amend(
        s: Linear<0, { limits::STANDING_READERS_MAX }>,
        p: Linear<0, { limits::GUARDIANSHIPS_MAX }>,
    ) -> Result<(), BenchmarkError> {
        let Actors { doctor, doctor_id, patient_id, .. } = actors::<T>();
        let old = anchored::<T>(patient_id, doctor_id, RecordKind::Prescription);
        let seals = T::Consents::benchmark_recipients(patient_id, s, p);
        let document = document::<T>(0xc0, limits::CONTENT_MAX, limits::FILLS_MAX, seals)?;
        let record = NextRecordId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(doctor), old, document);
        assert_eq!(status_of::<T>(record), Some(RecordStatus::Current));
        assert_eq!(status_of::<T>(old), Some(RecordStatus::Superseded));
        Ok(())
    }

    #[benchmark]
    fn retract() {
        let Actors { patient, patient_id, .. } = actors::<T>();
        let record = anchored::<T>(patient_id, patient_id, RecordKind::Profile);
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), record, RetractionReason::Duplicate);
        assert_eq!(status_of::<T>(record), Some(RecordStatus::EnteredInError));
    }

    #[benchmark]
    fn erase() {
        let Actors { patient, patient_id, .. } = actors::<T>();
        let record = anchored::<T>(patient_id, patient_id, RecordKind::Profile);
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), record);
        assert_eq!(status_of::<T>(record), Some(RecordStatus::Erased));
        assert_eq!(OwnRecord::<T>::get(patient_id), None);
    }

    #[benchmark]
    fn dispense() {
        let Actors { doctor_id, patient_id, .. } = actors::<T>();
        let pharmacy = T::Members::benchmark_register(&account("pharmacy", 0, 0), Role::Pharmacy);
        let caller: T::AccountId = account("staff", 0, 0);
        T::Members::benchmark_staff(&caller, pharmacy, StaffScope::Dispensary);
        let record = anchored::<T>(patient_id, doctor_id, RecordKind::Prescription);
        T::Consents::benchmark_grant(record, pharmacy);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), record, 1);
        assert!(Dispensings::<T>::contains_key(record, 1));
    }

    #[benchmark]
    fn cancel_fills() {
        let Actors { doctor, doctor_id, patient_id, .. } = actors::<T>();
        let record = anchored::<T>(patient_id, doctor_id, RecordKind::Prescription);
        #[extrinsic_call]
        _(RawOrigin::Signed(doctor), record);
        assert!(Records::<T>::get(record).is_some_and(|record| record.fills_left == 0));
    }

    #[benchmark]
    fn dispute() {
        let Actors { patient, doctor_id, patient_id, .. } = actors::<T>();
        let record = anchored::<T>(patient_id, doctor_id, RecordKind::Prescription);
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), record, DisputeReason::Incorrect);
        assert!(Records::<T>::get(record).is_some_and(|record| record.dispute.is_some()));
    }

    #[benchmark]
    fn withdraw_dispute() {
        let Actors { patient, doctor_id, patient_id, .. } = actors::<T>();
        let record = anchored::<T>(patient_id, doctor_id, RecordKind::Prescription);
        Records::<T>::mutate_extant(record, |record| record.dispute = Some(DisputeReason::Incorrect));
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), record);
        assert!(Records::<T>::get(record).is_some_and(|record| record.dispute.is_none()));
    }

    #[benchmark]
    fn reseal(n: Linear<1, { limits::RECORDS_PER_RESEAL_MAX }>) -> Result<(), BenchmarkError> {
        let Actors { patient, doctor_id, patient_id, .. } = actors::<T>();
        let records: Vec<_> = (0..n)
            .map(|_| {
                let record = anchored::<T>(patient_id, doctor_id, RecordKind::Report);
                ResealedRecord { record, envelope: ENVELOPE }
            })
            .collect();
        let records = records.try_into().map_err(|_| BenchmarkError::Stop("too many records"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), records, 1);
        assert!(Records::<T>::iter_values().all(|record| record.envelope == ENVELOPE));
        Ok(())
    }
}
