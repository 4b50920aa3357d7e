//! The read log as FHIR R4 AuditEvents: one for each opening, with the codes of HL7 and DICOM that audit repositories know.

use chrono::{DateTime, SecondsFormat, Utc};
use medchain_primitives::{MemberId, Moment};
use medchain_runtime_api::ReadingView;
use serde_json::{json, Value};
use sp_core::crypto::{AccountId32, Ss58Codec};

/// The system of the identifiers that name members.
const MEMBER_SYSTEM: &str = "urn:medchain:member";
/// The system of the identifiers that name staff accounts.
const ACCOUNT_SYSTEM: &str = "urn:medchain:account";
/// The system of the identifiers that name records.
const RECORD_SYSTEM: &str = "urn:medchain:record";
/// The types of what is told of a reading besides: its number in the read log, and of an emergency opening the coded reason,
/// what an administrator found, and when.
const READING_TYPE: &str = "urn:medchain:reading";
const REASON_TYPE: &str = "urn:medchain:emergency-reason";
const OUTCOME_TYPE: &str = "urn:medchain:emergency-review";
const REVIEWED_TYPE: &str = "urn:medchain:emergency-reviewed-at";

/// A FHIR Bundle of type `collection` with an AuditEvent for each reading, in the order given.
pub fn audit_events(readings: &[ReadingView<AccountId32>], genesis: [u8; 32]) -> Value {
    let entries: Vec<Value> =
        readings.iter().map(|reading| json!({ "resource": audit_event(reading, genesis) })).collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

/// The AuditEvent of one opening. Its source is the chain, named by its genesis hash; its agents the reader and
/// the staff account that acted for it, if one did; its entities the patient and the record.
pub fn audit_event(reading: &ReadingView<AccountId32>, genesis: [u8; 32]) -> Value {
    let member = |id: MemberId| json!({ "identifier": { "system": MEMBER_SYSTEM, "value": id.to_string() } });
    let mut agents = vec![json!({
        "type": {
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                "code": "IRCP",
                "display": "information recipient",
            }],
        },
        "who": member(reading.reader),
        "requestor": reading.staff.is_none(),
        "policy": [format!("urn:medchain:basis:{}", reading.basis)],
    })];
    // Who pressed the button, beside the institution for which it was done.
    agents.extend(reading.staff.as_ref().map(|account| {
        let identifier = json!({ "system": ACCOUNT_SYSTEM, "value": account.to_ss58check() });
        json!({ "who": { "identifier": identifier }, "requestor": true })
    }));
    let detail = |name: &str, value: String| json!({ "type": name, "valueString": value });
    let mut details = vec![detail(READING_TYPE, reading.id.to_string())];
    if let Some(emergency) = &reading.emergency {
        details.push(detail(REASON_TYPE, emergency.reason.to_string()));
        details.extend(emergency.outcome.map(|outcome| detail(OUTCOME_TYPE, outcome.to_string())));
        details.extend(emergency.reviewed_at.map(|reviewed| detail(REVIEWED_TYPE, instant(reviewed))));
    }
    json!({
        "resourceType": "AuditEvent",
        "id": format!("reading-{}", reading.id),
        "type": {
            "system": "http://dicom.nema.org/resources/ontology/DCM",
            "code": "110110",
            "display": "Patient Record",
        },
        "subtype": [{ "system": "http://hl7.org/fhir/restful-interaction", "code": "read", "display": "read" }],
        "action": "R",
        "recorded": instant(reading.opened_at),
        "outcome": "0",
        "purposeOfEvent": [{
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
                "code": reading.purpose.name(),
            }],
        }],
        "agent": agents,
        "source": {
            "site": format!("block {}", reading.opened_in),
            "observer": { "identifier": { "system": "urn:medchain:chain", "value": hex::encode(genesis) } },
        },
        "entity": [
            {
                "what": member(reading.patient),
                "role": {
                    "system": "http://terminology.hl7.org/CodeSystem/object-role",
                    "code": "1",
                    "display": "Patient",
                },
            },
            {
                "what": { "identifier": { "system": RECORD_SYSTEM, "value": reading.record.to_string() } },
                "role": {
                    "system": "http://terminology.hl7.org/CodeSystem/object-role",
                    "code": "3",
                    "display": "Report",
                },
                "detail": details,
            },
        ],
    })
}

/// A moment as FHIR's instant; the milliseconds themselves beyond the calendar's end.
fn instant(moment: Moment) -> String {
    i64::try_from(moment)
        .ok()
        .and_then(DateTime::<Utc>::from_timestamp_millis)
        .map_or_else(|| moment.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_primitives::{EmergencyReason, GrantBasis, Purpose};

    /// The export that the portal makes of the same readings is compared with the same file.
    #[test]
    fn readings_are_audit_events_with_reader_staff_patient_record_purpose_time_and_emergency() {
        let vector: Value = serde_json::from_str(include_str!("../../../tests/vectors/audit-events.json")).unwrap();
        let genesis = hex::decode(vector["genesis"].as_str().unwrap()).unwrap().try_into().unwrap();
        let readings: Vec<ReadingView<AccountId32>> = serde_json::from_value(vector["readings"].clone()).unwrap();
        assert_eq!((readings[0].purpose, readings[0].basis), (Purpose::Treatment, GrantBasis::Standing));
        assert!(readings[0].staff.is_some() && readings[1].emergency.is_some());
        assert_eq!(readings[1].emergency.as_ref().unwrap().reason, EmergencyReason::Unconscious);
        assert_eq!(audit_events(&readings, genesis), vector["bundle"]);
    }
}
