//! Records as FHIR R4 resources: a document becomes a DocumentReference with the document as its attachment, several become
//! a Bundle; what is FHIR already, and what is a SMART Health Card, goes as it is.

use super::ContentType;
use crate::error::{Error, Result};
use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use medchain_primitives::RecordId;
use serde_json::{json, Value};

/// The system of the identifiers that name records.
const RECORD_SYSTEM: &str = "urn:medchain:record";

/// A record that was opened: its description and its document.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The record.
    pub record: RecordId,
    /// The description: FHIR in JSON.
    pub description: Vec<u8>,
    /// The document's media type.
    pub media_type: Option<String>,
    /// The document.
    pub document: Vec<u8>,
}

/// A file of a link before it is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainFile {
    /// What it is.
    pub content_type: ContentType,
    /// The records in it.
    pub records: Vec<RecordId>,
    /// The content.
    pub content: Vec<u8>,
}

/// The files of a link to these records: one for each record that is FHIR or a health card already, and one for all the
/// documents together.
///
/// # Errors
/// [`Error::UnshowableRecord`] for a record whose description is not FHIR.
pub fn files(records: &[Plain]) -> Result<Vec<PlainFile>> {
    let (mut files, mut documents) = (Vec::new(), Vec::new());
    for plain in records {
        match as_it_is(plain) {
            Some((content_type, content)) => {
                files.push(PlainFile { content_type, records: vec![plain.record], content })
            }
            None => documents.push((plain.record, document_reference(plain)?)),
        }
    }
    if !documents.is_empty() {
        let (records, resources): (Vec<_>, Vec<_>) = documents.into_iter().unzip();
        files.push(PlainFile { content_type: ContentType::Fhir, records, content: together(resources) });
    }
    Ok(files)
}

/// The one file of a link that leads to it directly: the resource, or a Bundle of them.
///
/// # Errors
/// [`Error::UnshowableRecord`] for a record that no Bundle takes, among several.
pub fn single_file(records: &[Plain]) -> Result<PlainFile> {
    if let [only] = records {
        if let Some(file) = files(std::slice::from_ref(only))?.pop() {
            return Ok(file);
        }
    }
    let resource = |plain: &Plain| match as_it_is(plain) {
        Some((ContentType::Fhir, content)) => {
            serde_json::from_slice(&content).map_err(|_| Error::UnshowableRecord { record: plain.record })
        }
        Some(_) => Err(Error::UnshowableRecord { record: plain.record }),
        None => document_reference(plain),
    };
    let resources = records.iter().map(resource).collect::<Result<Vec<_>>>()?;
    let records = records.iter().map(|plain| plain.record).collect();
    Ok(PlainFile { content_type: ContentType::Fhir, records, content: together(resources) })
}

/// A resource alone, or a Bundle of several.
fn together(mut resources: Vec<Value>) -> Vec<u8> {
    let value = match resources.len() {
        1 => resources.remove(0),
        _ => {
            let entries: Vec<_> = resources.into_iter().map(|resource| json!({ "resource": resource })).collect();
            json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
        }
    };
    value.to_string().into_bytes()
}

/// A record that is what a link may show already: a profile, a FHIR resource, a health card.
fn as_it_is(plain: &Plain) -> Option<(ContentType, Vec<u8>)> {
    let is_resource = |bytes: &[u8]| resource_type(bytes).is_some();
    if resource_type(&plain.description).as_deref() == Some("Patient") {
        return Some((ContentType::Fhir, plain.description.clone()));
    }
    match plain.media_type.as_deref() {
        Some("application/fhir+json" | "application/json") if is_resource(&plain.document) => {
            Some((ContentType::Fhir, plain.document.clone()))
        }
        Some("application/smart-health-card") => Some((ContentType::HealthCard, plain.document.clone())),
        _ => None,
    }
}

fn resource_type(bytes: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value.get("resourceType").and_then(Value::as_str).map(str::to_owned)
}

/// The record's own DocumentReference with the document in it.
fn document_reference(plain: &Plain) -> Result<Value> {
    let unshowable = || Error::UnshowableRecord { record: plain.record };
    let mut reference: Value = serde_json::from_slice(&plain.description).map_err(|_| unshowable())?;
    if reference.get("resourceType").and_then(Value::as_str) != Some("DocumentReference") {
        return Err(unshowable());
    }
    let identifier = json!({ "system": RECORD_SYSTEM, "value": plain.record.to_string() });
    let fields = reference.as_object_mut().ok_or_else(unshowable)?;
    fields.insert("identifier".into(), json!([identifier]));
    let attachment =
        reference.pointer_mut("/content/0/attachment").and_then(Value::as_object_mut).ok_or_else(unshowable)?;
    attachment.insert("size".into(), json!(plain.document.len()));
    attachment.insert("data".into(), json!(BASE64.encode(&plain.document)));
    Ok(reference)
}

/// The attachments of what a link shows: for each, its file name, media type and bytes.
pub fn attachments(resource: &Value) -> Vec<(Option<String>, Option<String>, Vec<u8>)> {
    let of_bundle = resource.get("entry").and_then(Value::as_array).into_iter().flatten();
    let resources = of_bundle.filter_map(|entry| entry.get("resource")).chain(std::iter::once(resource));
    let references =
        resources.filter(|resource| resource.get("resourceType").and_then(Value::as_str) == Some("DocumentReference"));
    let contents = references.filter_map(|reference| reference.get("content").and_then(Value::as_array)).flatten();
    contents
        .filter_map(|content| {
            let attachment = content.get("attachment")?;
            let text = |name: &str| attachment.get(name).and_then(Value::as_str).map(str::to_owned);
            let data = BASE64.decode(text("data")?).ok()?;
            Some((text("title"), text("contentType"), data))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn report(record: u64, document: &[u8]) -> Plain {
        Plain {
            record: RecordId(record),
            description: json!({
                "resourceType": "DocumentReference",
                "status": "current",
                "content": [{ "attachment": { "contentType": "application/pdf", "title": "report.pdf" } }],
            })
            .to_string()
            .into_bytes(),
            media_type: Some("application/pdf".into()),
            document: document.to_vec(),
        }
    }

    fn fhir(record: u64) -> Plain {
        let document = br#"{"resourceType":"Observation","status":"final"}"#.to_vec();
        Plain { media_type: Some("application/fhir+json".into()), document, ..report(record, b"") }
    }

    #[test]
    fn one_document_is_a_document_reference_with_its_attachment() {
        let files = files(&[report(7, b"%PDF")]).unwrap();
        let value: Value = serde_json::from_slice(&files[0].content).unwrap();
        assert_eq!(value["resourceType"], "DocumentReference");
        assert_eq!(value["identifier"][0]["value"], "7");
        assert_eq!(value["content"][0]["attachment"]["size"], 4);
        assert_eq!(
            attachments(&value),
            [(Some("report.pdf".into()), Some("application/pdf".into()), b"%PDF".to_vec())]
        );
    }

    #[test]
    fn several_documents_are_a_bundle_and_fhir_goes_as_it_is() {
        let files = files(&[report(1, b"a"), fhir(2), report(3, b"b")]).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!((files[0].records.as_slice(), files[0].content.clone()), (&[RecordId(2)][..], fhir(2).document));
        let bundle: Value = serde_json::from_slice(&files[1].content).unwrap();
        assert_eq!((bundle["resourceType"].as_str(), bundle["type"].as_str()), (Some("Bundle"), Some("collection")));
        assert_eq!(files[1].records, [RecordId(1), RecordId(3)]);
        assert_eq!(attachments(&bundle).len(), 2);
    }

    #[test]
    fn a_profile_is_its_own_patient_resource() {
        let description = br#"{"resourceType":"Patient","name":[{"text":"Test Person"}]}"#.to_vec();
        let profile = Plain { description: description.clone(), document: Vec::new(), ..report(1, b"") };
        assert_eq!(files(&[profile]).unwrap()[0].content, description);
    }

    #[test]
    fn a_direct_link_is_one_file() {
        let one = single_file(&[fhir(2)]).unwrap();
        assert_eq!(one.content, fhir(2).document);
        let both = single_file(&[fhir(2), report(3, b"b")]).unwrap();
        let bundle: Value = serde_json::from_slice(&both.content).unwrap();
        assert_eq!(bundle["entry"][0]["resource"]["resourceType"], "Observation");
        assert_eq!(both.records, [RecordId(2), RecordId(3)]);
    }

    #[test]
    fn a_record_without_a_fhir_description_is_refused() {
        let odd = Plain { description: b"odd".to_vec(), ..report(9, b"") };
        assert!(matches!(files(&[odd]), Err(Error::UnshowableRecord { record: RecordId(9) })));
    }
}
