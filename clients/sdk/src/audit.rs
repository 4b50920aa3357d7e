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
/// The system of the identifiers that name entries of the read log.
const READING_SYSTEM: &str = "urn:medchain:reading";

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
                "detail": [{ "type": READING_SYSTEM, "valueString": reading.id.to_string() }],
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
    use super::*;
    use medchain_primitives::{GrantBasis, Purpose, ReadingId, RecordId};

    #[test]
    fn an_opening_is_an_audit_event_with_reader_patient_record_purpose_and_time() {
        let reading = ReadingView {
            id: ReadingId(7),
            record: RecordId(3),
            patient: MemberId(1001),
            reader: MemberId(1002),
            purpose: Purpose::Treatment,
            basis: GrantBasis::Standing,
            opened_at: 1_800_000_000_000,
            opened_in: 42,
            staff: Some(AccountId32::new([7; 32])),
            emergency: None,
        };
        let bundle = audit_events(&[reading], [1; 32]);
        let event = &bundle["entry"][0]["resource"];
        assert_eq!(event["recorded"], "2027-01-15T08:00:00.000Z");
        assert_eq!(event["agent"][0]["who"]["identifier"]["value"], "1002");
        assert_eq!(event["agent"][0]["policy"][0], "urn:medchain:basis:standing");
        let staff = AccountId32::new([7; 32]).to_ss58check();
        assert_eq!(event["agent"][1]["who"]["identifier"]["value"], staff);
        assert_eq!(event["entity"][0]["what"]["identifier"]["value"], "1001");
        assert_eq!(event["entity"][1]["what"]["identifier"]["value"], "3");
        assert_eq!(event["purposeOfEvent"][0]["coding"][0]["code"], "TREAT");
    }
}
