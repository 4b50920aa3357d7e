use crate::{mock::*, *};
use alloc::vec;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
};
use medchain_primitives::{ReaderSeal, Seal, VersionedSeal};

fn new(patient: AccountId, kind: RecordKind, seed: u8) -> NewRecord {
    let fills = u8::from(kind == RecordKind::Prescription);
    NewRecord { patient: id(patient), kind, document: document(seed, fills) }
}

fn try_batch(author: AccountId, records: Vec<NewRecord>) -> DispatchResultWithPostInfo {
    Reports::anchor_batch(RuntimeOrigin::signed(author), records.try_into().unwrap())
}

#[test]
fn doctor_anchors_as_many_records_as_one_call_carries() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).under_care(OTHER_PATIENT, DOCTOR).build_and_execute(|| {
        let most = limits::RECORDS_PER_ANCHOR_MAX as u8;
        let records = (0..most).map(|seed| match seed % 2 {
            0 => new(PATIENT, RecordKind::Report, seed),
            _ => new(OTHER_PATIENT, RecordKind::Prescription, seed),
        });
        assert_ok!(try_batch(DOCTOR, records.collect()));
        assert_eq!(Reports::records_of(id(PATIENT), None, None, 100).len(), 16);
        assert_eq!(Reports::records_of(id(OTHER_PATIENT), None, None, 100).len(), 16);
    });
}

#[test]
fn one_document_that_is_refused_refuses_all() {
    ExtBuilder::default().under_care(PATIENT, DOCTOR).build_and_execute(|| {
        let report = |seed| new(PATIENT, RecordKind::Report, seed);
        let foreign = vec![report(1), new(OTHER_PATIENT, RecordKind::Report, 2)];
        assert_noop!(try_batch(DOCTOR, foreign), Error::<Test>::NotUnderCare);
        assert_noop!(try_batch(DOCTOR, vec![report(1), report(1)]), Error::<Test>::AlreadyAnchored);
        assert_noop!(try_batch(PATIENT, vec![report(1)]), Error::<Test>::KindNotForRole);
        assert_noop!(try_batch(STRANGER, vec![report(1)]), Error::<Test>::NotAMember);
    });
}

#[test]
fn a_call_without_documents_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(try_batch(DOCTOR, vec![]), Error::<Test>::NoDocuments);
    });
}

#[test]
fn many_documents_weigh_what_each_weighs_with_its_seals() {
    let seal = VersionedSeal { seal: Seal([1; 80]), key_version: 1 };
    let seals = vec![ReaderSeal { reader: id(HOSPITAL), seal }].try_into().unwrap();
    let mut sealed = new(PATIENT, RecordKind::Report, 1);
    sealed.document.seals = seals;
    let records = vec![sealed, new(PATIENT, RecordKind::Profile, 2)].try_into().unwrap();
    let most = limits::NEW_RECORD_SEALS_MAX;
    let each = <() as WeightInfo>::anchor(1, most - 1).saturating_add(<() as WeightInfo>::anchor_own(0, most));
    assert_eq!(Call::<Test>::anchor_batch { records }.get_dispatch_info().call_weight, each);
}
