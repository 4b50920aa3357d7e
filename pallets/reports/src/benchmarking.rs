//! What each call costs at most: a record that replaces another, a content that others anchor too.

use super::*;
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use medchain_primitives::{CareRelations, EnvelopeHash};

const CONTENT: ContentRoot = ContentRoot([0xc0; 32]);
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

/// A document without seals; one with fills is a prescription's.
fn document<T: Config>(size: u64, fills: u8) -> Document {
    let valid_until = (fills > 0).then(|| T::Time::now().saturating_add(limits::PRESCRIPTION_VALIDITY_MAX));
    Document { content: CONTENT, size, envelope: ENVELOPE, fills, valid_until, seals: Default::default() }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn anchor() {
        let Actors { patient, patient_id, .. } = actors::<T>();
        // Of one's own, it replaces another; and another has anchored the same content.
        let old = <Pallet<T> as RecordDirectory>::benchmark_anchor(patient_id, patient_id, RecordKind::Profile);
        Anchors::<T>::insert(CONTENT, 1);
        let record = NextRecordId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), patient_id, RecordKind::Profile, document::<T>(limits::OWN_CONTENT_MAX, 0));
        assert_eq!(OwnRecord::<T>::get(patient_id), Some(record));
        assert_eq!(status_of::<T>(old), Some(RecordStatus::Superseded));
    }

    #[benchmark]
    fn amend() {
        let Actors { doctor, doctor_id, patient_id, .. } = actors::<T>();
        let old = <Pallet<T> as RecordDirectory>::benchmark_anchor(patient_id, doctor_id, RecordKind::Prescription);
        Anchors::<T>::insert(CONTENT, 1);
        let record = NextRecordId::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(doctor), old, document::<T>(limits::CONTENT_MAX, limits::FILLS_MAX));
        assert_eq!(status_of::<T>(record), Some(RecordStatus::Current));
        assert_eq!(status_of::<T>(old), Some(RecordStatus::Superseded));
    }

    #[benchmark]
    fn retract() {
        let Actors { patient, patient_id, .. } = actors::<T>();
        let record = <Pallet<T> as RecordDirectory>::benchmark_anchor(patient_id, patient_id, RecordKind::Profile);
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), record, RetractionReason::Duplicate);
        assert_eq!(status_of::<T>(record), Some(RecordStatus::EnteredInError));
    }

    #[benchmark]
    fn erase() {
        let Actors { patient, patient_id, .. } = actors::<T>();
        let record = <Pallet<T> as RecordDirectory>::benchmark_anchor(patient_id, patient_id, RecordKind::Profile);
        #[extrinsic_call]
        _(RawOrigin::Signed(patient), record);
        assert_eq!(status_of::<T>(record), Some(RecordStatus::Erased));
        assert_eq!(OwnRecord::<T>::get(patient_id), None);
    }
}
