//! The buckets fit what their classes have to do.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::Get};
use medchain_primitives::*;
use medchain_runtime::{configs::quotas::QuotaTable, *};
use pallet_access::RecordGrant;
use pallet_quotas::{QuotaClass, Quotas as _};

/// Bytes of a transaction beside its call: address, signature, extensions.
const ENVELOPE: usize = 128;

/// How often a class can send a call at once, by weight and by length.
fn burst(class: QuotaClass, call: &RuntimeCall) -> u64 {
    let quota = QuotaTable::quota(class);
    let extension = <<Runtime as pallet_quotas::Config>::WeightInfo as pallet_quotas::WeightInfo>::check_quota();
    let info = call.get_dispatch_info();
    let base = <Runtime as frame_system::Config>::BlockWeights::get().get(info.class).base_extrinsic;
    let weight = info.call_weight.saturating_add(extension.saturating_mul(2)).saturating_add(base);
    let length = call.encoded_size() + ENVELOPE;
    (quota.weight_max / weight.ref_time()).min(u64::from(quota.length_max) / length as u64)
}

fn largest_answer() -> RuntimeCall {
    let grants: Vec<_> = (1..=u64::from(limits::RECORDS_PER_REQUEST_MAX))
        .map(|number| RecordGrant { record: RecordId(number), seal: seal(1) })
        .collect();
    pallet_access::Call::grant {
        reader: HOSPITAL_ID,
        request: Some(RequestId::FIRST),
        grants: grants.try_into().unwrap(),
        purpose: Purpose::Treatment,
        duration: DAY,
        openings: 1,
    }
    .into()
}

fn longest_appointment() -> RuntimeCall {
    pallet_appointments::Call::request {
        doctor: DOCTOR_ID,
        start: BEGIN,
        end: BEGIN + limits::SLOT * u64::from(limits::APPOINTMENT_SLOTS_MAX),
        profile: Some(SealedProfile { record: RecordId::FIRST, seal: seal(1) }),
        note: vec![0; limits::NOTE_MAX as usize].try_into().unwrap(),
    }
    .into()
}

#[test]
fn every_class_can_do_its_work() {
    sp_io::TestExternalities::default().execute_with(every_class_can);
}

fn every_class_can() {
    let report: RuntimeCall = anchor(PATIENT_ID, RecordKind::Report, 1).into();
    let certificate: RuntimeCall = anchor(DOCTOR_ID, RecordKind::Certificate, 1).into();
    let registration: RuntimeCall = register(Role::Doctor, "dora", 1).into();
    let request: RuntimeCall = request(&[RecordId(1); limits::RECORDS_PER_REQUEST_MAX as usize]).into();
    for (class, call, least) in [
        (QuotaClass::Unknown, &registration, 5),
        (QuotaClass::Pending, &certificate, 20),
        (QuotaClass::Patient, &largest_answer(), 10),
        (QuotaClass::Patient, &longest_appointment(), 20),
        (QuotaClass::Professional, &report, 200),
        (QuotaClass::Professional, &request, 50),
        (QuotaClass::Administrator, &verification(DOCTOR_ID).into(), 200),
    ] {
        let burst = burst(class, call);
        println!("{class}: {burst} of {:?}", call.get_dispatch_info().call_weight);
        assert!(burst >= least, "{class} can send only {burst} at once, and should {least}");
    }
}

#[test]
fn no_call_exceeds_its_block() {
    let largest: frame_support::weights::Weight = <Runtime as frame_system::Config>::BlockWeights::get()
        .get(frame_support::dispatch::DispatchClass::Normal)
        .max_extrinsic
        .unwrap();
    for call in [largest_answer(), longest_appointment()] {
        assert!(call.get_dispatch_info().call_weight.all_lt(largest));
    }
}

#[test]
fn strangers_leave_most_of_a_block() {
    let registration: RuntimeCall = register(Role::Doctor, "dora", 1).into();
    let lane: u32 = <Runtime as pallet_quotas::Config>::OpenRegistrationsPerBlock::get();
    let weight = registration.get_dispatch_info().call_weight.saturating_mul(u64::from(lane));
    let block = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
    assert!(weight.ref_time() < block.ref_time() / 10);
}
