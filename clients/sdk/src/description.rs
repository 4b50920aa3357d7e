//! What names or describes a document: FHIR R4 resources in JSON, inside the encryption.
//!
//! A record is described by a DocumentReference, a profile by a Patient. Members are named by an identifier of the system
//! `urn:medchain:member`; the author's note is an extension `urn:medchain:author-note`, for R4 has no element for it.

use crate::error::{Error, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use medchain_primitives::{MemberId, Moment, RecordId, RecordKind};
use medchain_sealing::content::MAX_DESCRIPTION_BYTES;
use serde::{Deserialize, Serialize};
use serde_json::{json, Map, Value};

/// The system of the identifiers that name members.
const MEMBER_SYSTEM: &str = "urn:medchain:member";
/// The extension that holds the author's note.
const NOTE_EXTENSION: &str = "urn:medchain:author-note";
/// The extension that holds the blood group as the patient wrote it; R4's Patient has no element for it.
const BLOOD_GROUP_EXTENSION: &str = "urn:medchain:blood-group";
/// The longest file name that common file systems take, in bytes.
const FILE_NAME_MAX: usize = 255;

/// What the author says of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentDetails {
    /// A title; the file name if there is none.
    pub title: Option<String>,
    /// The document's file name.
    pub file_name: String,
    /// Its media type; guessed from the file name if there is none.
    pub media_type: Option<String>,
    /// When what it describes took place, in milliseconds.
    pub clinical_date: Option<Moment>,
    /// A note of the author.
    pub note: Option<String>,
}

/// The personal details of a patient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Blood group, such as `A+`.
    pub blood_group: Option<String>,
    /// Postal address.
    pub address: Option<String>,
}

/// What a reader learns of a document from its description.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The title.
    pub title: Option<String>,
    /// The file name, fit to be written in any folder.
    pub file_name: Option<String>,
    /// The media type.
    pub media_type: Option<String>,
    /// When what it describes took place (RFC 3339).
    pub clinical_date: Option<String>,
    /// The author's note.
    pub note: Option<String>,
}

/// A FHIR R4 DocumentReference.
///
/// # Errors
/// [`Error::DescriptionTooLong`].
pub fn document_reference(
    details: &DocumentDetails,
    kind: RecordKind,
    author: MemberId,
    patient: MemberId,
    now: Moment,
) -> Result<Vec<u8>> {
    let media_type = details.media_type.clone().unwrap_or_else(|| guess_media_type(&details.file_name));
    let mut reference = Map::new();
    reference.insert("resourceType".into(), json!("DocumentReference"));
    reference.insert("status".into(), json!("current"));
    reference.insert("type".into(), json!({ "text": kind.name() }));
    reference.insert("subject".into(), member(patient));
    reference.insert("date".into(), json!(instant(now)));
    reference.insert("author".into(), json!([member(author)]));
    reference.insert("description".into(), json!(details.title.as_deref().unwrap_or(&details.file_name)));
    reference
        .insert("content".into(), json!([{ "attachment": { "contentType": media_type, "title": details.file_name } }]));
    if let Some(date) = details.clinical_date {
        reference.insert("context".into(), json!({ "period": { "start": instant(date) } }));
    }
    if let Some(note) = &details.note {
        reference.insert("extension".into(), json!([{ "url": NOTE_EXTENSION, "valueString": note }]));
    }
    bounded(&Value::Object(reference))
}

/// A FHIR R4 Patient.
///
/// # Errors
/// [`Error::DescriptionTooLong`].
pub fn patient(profile: &Profile, id: MemberId) -> Result<Vec<u8>> {
    let mut patient = Map::new();
    patient.insert("resourceType".into(), json!("Patient"));
    patient.insert("identifier".into(), json!([{ "system": MEMBER_SYSTEM, "value": id.to_string() }]));
    patient.insert("name".into(), json!([{ "text": profile.name }]));
    if let Some(email) = &profile.email {
        patient.insert("telecom".into(), json!([{ "system": "email", "value": email }]));
    }
    if let Some(address) = &profile.address {
        patient.insert("address".into(), json!([{ "text": address }]));
    }
    if let Some(group) = &profile.blood_group {
        patient.insert("extension".into(), json!([{ "url": BLOOD_GROUP_EXTENSION, "valueString": group }]));
    }
    bounded(&Value::Object(patient))
}

/// Reads a description back. What is missing or of another shape is left out: a description is as trustworthy as its
/// author.
pub fn summary(description: &[u8], record: RecordId) -> Summary {
    let Ok(value) = serde_json::from_slice::<Value>(description) else { return Summary::default() };
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(without_control);
    if value.get("resourceType").and_then(Value::as_str) == Some("Patient") {
        return Summary {
            title: text("/name/0/text"),
            file_name: Some(format!("profile-{record}.json")),
            media_type: Some("application/fhir+json".to_owned()),
            ..Summary::default()
        };
    }
    let note = value
        .get("extension")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|extension| extension.get("url").and_then(Value::as_str) == Some(NOTE_EXTENSION))
        .and_then(|extension| extension.get("valueString").and_then(Value::as_str))
        .map(without_control);
    Summary {
        title: text("/description"),
        file_name: value.pointer("/content/0/attachment/title").and_then(Value::as_str).and_then(safe_file_name),
        media_type: text("/content/0/attachment/contentType"),
        clinical_date: text("/context/period/start"),
        note,
    }
}

/// A file name that names a file in the folder where it is used and no other, visibly what it is: without folders,
/// control characters and marks that turn the direction of writing, not hidden, at most 255 bytes of UTF-8. `None` if
/// nothing is left.
pub fn safe_file_name(text: &str) -> Option<String> {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = without_control(last).trim().to_owned();
    let name = cleaned.trim_start_matches('.');
    if name.is_empty() {
        return None;
    }
    if name.len() <= FILE_NAME_MAX {
        return Some(name.to_owned());
    }
    // Keeps the extension, which says what the file is.
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).filter(|extension| extension.len() <= 16);
    let suffix = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
    let room = FILE_NAME_MAX - suffix.len();
    let cut = (0..=room).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    Some(format!("{}{suffix}", name.get(..cut).unwrap_or_default()))
}

/// A moment as a FHIR instant, in UTC to the second.
pub fn instant(moment: Moment) -> String {
    i64::try_from(moment)
        .ok()
        .and_then(DateTime::<Utc>::from_timestamp_millis)
        .map_or_else(|| moment.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn guess_media_type(file_name: &str) -> String {
    mime_guess::from_path(file_name).first_or_octet_stream().essence_str().to_owned()
}

fn member(id: MemberId) -> Value {
    json!({ "identifier": { "system": MEMBER_SYSTEM, "value": id.to_string() } })
}

fn bounded(value: &Value) -> Result<Vec<u8>> {
    let bytes = value.to_string().into_bytes();
    if bytes.len() > MAX_DESCRIPTION_BYTES {
        return Err(Error::DescriptionTooLong);
    }
    Ok(bytes)
}

/// Text without what could steer a terminal or disguise a name. Line breaks become spaces.
pub(crate) fn without_control(text: &str) -> String {
    text.chars()
        .map(|character| if character == '\n' || character == '\t' { ' ' } else { character })
        .filter(|character| {
            !character.is_control()
                && !matches!(*character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RECORD: RecordId = RecordId(7);

    #[test]
    fn what_the_author_said_comes_back() {
        let details = DocumentDetails {
            title: Some("Blood count".into()),
            file_name: "血液检查 🩸.pdf".into(),
            media_type: None,
            clinical_date: Some(1_700_000_000_000),
            note: Some("Fasting.".into()),
        };
        let bytes = document_reference(&details, RecordKind::Report, MemberId(1002), MemberId(1001), 0).unwrap();
        let read = summary(&bytes, RECORD);
        assert_eq!(read.title.as_deref(), Some("Blood count"));
        assert_eq!(read.file_name.as_deref(), Some("血液检查 🩸.pdf"));
        assert_eq!(read.media_type.as_deref(), Some("application/pdf"));
        assert_eq!(read.clinical_date.as_deref(), Some("2023-11-14T22:13:20Z"));
        assert_eq!(read.note.as_deref(), Some("Fasting."));
    }

    #[test]
    fn a_profile_is_a_fhir_patient() {
        let profile = Profile { name: "Test Person".into(), blood_group: Some("A+".into()), ..Profile::default() };
        let value: Value = serde_json::from_slice(&patient(&profile, MemberId(1001)).unwrap()).unwrap();
        assert_eq!(value["resourceType"], "Patient");
        assert_eq!(value["name"][0]["text"], "Test Person");
        assert_eq!(value["identifier"][0]["value"], "1001");
        assert!(value.get("telecom").is_none());
        let read = summary(value.to_string().as_bytes(), RECORD);
        assert_eq!(read.file_name.as_deref(), Some("profile-7.json"));
    }

    #[test]
    fn a_hostile_file_name_names_a_plain_file_in_the_folder() {
        for (hostile, safe) in [
            ("../../etc/passwd", Some("passwd")),
            ("C:\\windows\\system.ini", Some("system.ini")),
            (".bashrc", Some("bashrc")),
            ("..", None),
            ("", None),
            ("a/", None),
            ("report\u{202e}fdp.exe", Some("reportfdp.exe")),
            ("a\u{1b}[31m\nb\0.txt", Some("a[31m b.txt")),
        ] {
            assert_eq!(safe_file_name(hostile).as_deref(), safe, "{hostile:?}");
        }
    }

    #[test]
    fn a_name_of_255_bytes_stays_and_a_longer_one_keeps_its_extension() {
        let fits = format!("{}{}a.pdf", "胸".repeat(82), "🩻");
        assert_eq!(fits.len(), 255);
        assert_eq!(safe_file_name(&fits), Some(fits));
        let cut = safe_file_name(&format!("{}.pdf", "胸".repeat(100))).unwrap();
        assert!(cut.len() <= 255 && cut.ends_with(".pdf") && cut.starts_with("胸胸"));
    }

    #[test]
    fn a_description_that_is_no_json_tells_nothing() {
        assert_eq!(summary(b"\xff", RECORD), Summary::default());
        assert_eq!(summary(b"[]", RECORD), Summary::default());
    }

    #[test]
    fn a_note_beyond_the_bound_is_refused() {
        let details = DocumentDetails { note: Some("n".repeat(70_000)), ..DocumentDetails::default() };
        let refused = document_reference(&details, RecordKind::Report, MemberId(1), MemberId(2), 0);
        assert!(matches!(refused, Err(Error::DescriptionTooLong)));
    }
}
