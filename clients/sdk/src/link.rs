//! Links: records shown to who has no account, as SMART Health Links (HL7, STU 1).
//!
//! | module | what it does |
//! |---|---|
//! | [`jwe`] | what a link shows, encrypted under the link's own key |
//! | [`fhir`] | records as FHIR resources |
//! | [`create`] | opens the patient's records, encrypts them anew, registers the link and stores it at a gateway |
//! | [`open`] | shows what a link leads to, whoever made it |
//! | [`card`] | the QR code, and a card to print |
//!
//! The key and the secret exist only in the link. The chain and the gateway know the link by its commitment; the gateway
//! learns the secret when the link is used, and never the key.

pub mod card;
pub mod create;
pub mod fhir;
pub mod jwe;
pub mod open;

use crate::{
    account::Identity,
    chain::SealedRecipient,
    error::{Error, Result},
    proof::ProvenKey,
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL, Engine as _};
use codec::Encode;
use medchain_primitives::{limits, KeyVersion, LinkCommitment, LinkId};
use medchain_sealing::note::{open_note, seal_note};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What the text of a link begins with.
const SCHEME: &str = "shlink:/";
/// What a link's secret is hashed with, so that its commitment serves nothing else.
const COMMITMENT_DOMAIN: &[u8] = b"medchain/link/v1";
/// The longest `url` of a link, in characters.
const URL_MAX: usize = 128;
/// The longest label, in characters.
pub const LABEL_MAX: usize = 80;
/// The text of a link is at most this long: it comes from strangers.
const TEXT_MAX: usize = 4096;

/// A text that is a secret: wiped when dropped, and not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct SecretText(Zeroizing<String>);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<SecretText> for String {
    fn from(text: SecretText) -> Self {
        text.0.as_str().to_owned()
    }
}

impl std::ops::Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// A SMART Health Link's payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shlink {
    /// Where the manifest, or under `U` the file, is asked for.
    pub url: String,
    /// The key of the files: 32 bytes in base64url, 43 characters.
    pub key: SecretText,
    /// When it ends, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// What kind of link it is: `L`, `P`, `U`, in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<Flags>,
    /// What the maker calls it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The version of the format: 1 if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v: Option<u32>,
}

impl Shlink {
    /// The link as text, without a viewer.
    ///
    /// # Errors
    /// [`Error::Internal`] if it does not serialise.
    pub fn text(&self) -> Result<Zeroizing<String>> {
        let payload = serde_json::to_vec(self).map(Zeroizing::new);
        let payload = payload.map_err(|_| Error::Internal("a link did not serialise"))?;
        Ok(Zeroizing::new(format!("{SCHEME}{}", BASE64URL.encode(payload.as_slice()))))
    }

    /// The link as text that opens in a viewer's page.
    ///
    /// # Errors
    /// Those of [`Shlink::text`].
    pub fn text_for(&self, viewer: &str) -> Result<Zeroizing<String>> {
        Ok(Zeroizing::new(format!("{}#{}", viewer.trim_end_matches('#'), self.text()?.as_str())))
    }

    /// Reads a link, with or without a viewer before it.
    ///
    /// # Errors
    /// [`Error::MalformedLink`].
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = |reason| Error::MalformedLink { reason };
        let text = text.trim();
        if text.len() > TEXT_MAX {
            return Err(malformed("it is too long"));
        }
        let payload = match text.split_once('#') {
            Some((_, fragment)) => fragment.strip_prefix(SCHEME),
            None => text.strip_prefix(SCHEME),
        };
        let payload = payload.ok_or(malformed("it does not begin with shlink:/"))?;
        let json = BASE64URL.decode(payload.trim_end_matches('=')).map(Zeroizing::new);
        let json = json.map_err(|_| malformed("it is not base64url"))?;
        let link: Self = serde_json::from_slice(&json).map_err(|_| malformed("its payload is not that of a link"))?;
        link.check()?;
        Ok(link)
    }

    /// The key that decrypts what the link shows.
    ///
    /// # Errors
    /// [`Error::MalformedLink`].
    pub fn decryption_key(&self) -> Result<Zeroizing<[u8; 32]>> {
        let mut key = Zeroizing::new([0; 32]);
        let decoded = BASE64URL.decode_slice(self.key.as_bytes(), key.as_mut_slice());
        match decoded {
            Ok(32) if self.key.len() == 43 => Ok(key),
            _ => Err(Error::MalformedLink { reason: "its key is not 43 characters of base64url" }),
        }
    }

    /// Its flags.
    pub fn flags(&self) -> Flags {
        self.flag.unwrap_or_default()
    }

    fn check(&self) -> Result<()> {
        let malformed = |reason| Err(Error::MalformedLink { reason });
        if self.v.unwrap_or(1) != 1 {
            return malformed("it is of a version that this program does not know");
        }
        if !(self.url.starts_with("https://") || self.url.starts_with("http://")) || self.url.chars().count() > URL_MAX
        {
            return malformed("its address is not one of the web of at most 128 characters");
        }
        if self.label.as_ref().is_some_and(|label| label.chars().count() > LABEL_MAX) {
            return malformed("its label is longer than 80 characters");
        }
        self.decryption_key().map(drop)
    }
}

/// The flags of a link. As text, letters in alphabetical order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Flags {
    /// `L`: for long-term use; its manifest may be asked for again.
    pub long_term: bool,
    /// `P`: needs a passcode.
    pub passcode: bool,
    /// `U`: leads to one file directly; never with `P`.
    pub direct: bool,
}

impl Flags {
    /// Whether none is set.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl From<Flags> for String {
    fn from(flags: Flags) -> Self {
        [(flags.long_term, 'L'), (flags.passcode, 'P'), (flags.direct, 'U')]
            .into_iter()
            .filter_map(|(set, letter)| set.then_some(letter))
            .collect()
    }
}

impl TryFrom<String> for Flags {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        if !text.is_ascii() || !text.as_bytes().windows(2).all(|pair| pair[0] < pair[1]) {
            return Err("the flags of a link stand in alphabetical order, each once");
        }
        let flags = Self { long_term: text.contains('L'), passcode: text.contains('P'), direct: text.contains('U') };
        if flags.passcode && flags.direct {
            return Err("a link has no passcode that leads to a file directly");
        }
        Ok(flags)
    }
}

/// A media type that a link may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentType {
    /// FHIR resources as JSON.
    #[serde(rename = "application/fhir+json")]
    Fhir,
    /// SMART Health Cards.
    #[serde(rename = "application/smart-health-card")]
    HealthCard,
    /// An access token response.
    #[serde(rename = "application/smart-api-access")]
    ApiAccess,
}

impl ContentType {
    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fhir => "application/fhir+json",
            Self::HealthCard => "application/smart-health-card",
            Self::ApiAccess => "application/smart-api-access",
        }
    }
}

/// The secret of a link: 32 random bytes, at the end of its `url`.
pub struct LinkSecret(Zeroizing<[u8; 32]>);

impl LinkSecret {
    /// A fresh one.
    ///
    /// # Errors
    /// [`Error::Internal`] if the system gives no randomness.
    pub fn generate() -> Result<Self> {
        Ok(Self(random()?))
    }

    /// As it stands in a link's `url`: 43 characters of base64url.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL.encode(self.0.as_slice()))
    }

    /// Reads it from a link's `url`; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut secret = Zeroizing::new([0; 32]);
        let decoded = BASE64URL.decode_slice(text, secret.as_mut_slice());
        (text.len() == 43 && decoded == Ok(32)).then_some(Self(secret))
    }

    /// What chain and gateway know the link by: SHA-256 over `medchain/link/v1` and the secret.
    pub fn commitment(&self) -> LinkCommitment {
        LinkCommitment(Sha256::new().chain_update(COMMITMENT_DOMAIN).chain_update(self.0.as_slice()).finalize().into())
    }
}

/// 32 random bytes.
pub(crate) fn random() -> Result<Zeroizing<[u8; 32]>> {
    use aes_gcm::aead::rand_core::RngCore;
    let mut bytes = Zeroizing::new([0; 32]);
    let filled = aes_gcm::aead::OsRng.try_fill_bytes(bytes.as_mut_slice());
    filled.map_err(|_| Error::Internal("the system gives no randomness"))?;
    Ok(bytes)
}

/// What the name of a recipient belongs to. Its SCALE encoding is the AAD: genesis hash and commitment, 32 bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub struct RecipientContext {
    /// The hash of the chain's genesis block.
    pub genesis: [u8; 32],
    /// The link's commitment.
    pub commitment: LinkCommitment,
}

impl RecipientContext {
    /// Encrypts the name that a recipient stated to the patient. A name beyond [`limits::RECIPIENT_MAX`] bytes is cut.
    ///
    /// # Errors
    /// [`Error::UnusableKey`].
    pub fn seal(&self, name: &str, patient: &ProvenKey) -> Result<SealedRecipient> {
        let room = limits::RECIPIENT_MAX as usize;
        let cut = (0..=room.min(name.len())).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        let mut padded = name.as_bytes().get(..cut).unwrap_or_default().to_vec();
        padded.resize(room, b' ');
        let unusable = || Error::UnusableKey { whom: "the patient".to_owned() };
        let sealed = seal_note(&padded, &patient.key, &self.encode()).map_err(|_| unusable())?;
        let sealed = sealed.try_into().map_err(|_| Error::Internal("a sealed name has another length"))?;
        Ok(SealedRecipient { sealed, key_version: patient.version })
    }

    /// Opens it with the patient's key. `None` if it was made for another, or is no text.
    pub fn open(&self, sealed: &[u8], patient: &Identity, version: KeyVersion) -> Option<String> {
        let name = open_note(sealed, &patient.encryption_secret(version), &self.encode()).ok()?;
        Some(crate::description::without_control(std::str::from_utf8(&name).ok()?.trim_end()))
    }
}

/// How a client asks the gateway that hosts a link: the link's number, the end of the asking, and the signature of it in
/// these headers.
pub mod headers {
    /// The link's number.
    pub const LINK: &str = "x-medchain-link";
    /// Until when the asking is good, in milliseconds.
    pub const EXPIRES: &str = "x-medchain-expires";
    /// The signature of the patient's account, in hexadecimal with `0x`.
    pub const SIGNATURE: &str = "x-medchain-signature";
}

/// What a client stores at a gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredLink {
    /// The link's number on chain.
    pub link: LinkId,
    /// Its flags.
    pub flag: Flags,
    /// The passcode, if it needs one; the gateway keeps its argon2id hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passcode: Option<SecretText>,
    /// What it shows.
    pub files: Vec<StoredFile>,
}

/// One file that a link shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredFile {
    /// What is inside the encryption.
    pub content_type: ContentType,
    /// The records in it: when one is erased, the file is served no more.
    pub records: Vec<medchain_primitives::RecordId>,
    /// The compact JWE.
    pub jwe: String,
}

/// A passcode for a link that is locked, or was given to the wrong person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPasscode {
    /// The new passcode; the old one stays if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passcode: Option<SecretText>,
}

/// What a gateway says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayInfo {
    /// The program and its version.
    pub version: String,
    /// The institution that runs it.
    pub institution: medchain_primitives::MemberId,
    /// The hash of its chain's genesis block, in hexadecimal with `0x`.
    pub genesis: String,
    /// The address that links begin with.
    pub url: String,
    /// How many bytes one link may take.
    pub link_bytes_max: u64,
    /// The page that opens links, if it serves one.
    pub viewer: Option<String>,
    /// The hash of the portal that it serves, if it does: see [`crate::gateway::build_hash`].
    pub portal: Option<String>,
}

/// The body of a request for a manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestRequest {
    /// Who asks, for the patient to read.
    pub recipient: String,
    /// The passcode, if the link needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passcode: Option<SecretText>,
    /// Files up to this many characters may be in the answer itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedded_length_max: Option<u64>,
}

/// A manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// `finalized`, `can-change` or `no-longer-valid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The files.
    pub files: Vec<ManifestFile>,
}

/// A file of a manifest: embedded, or at a location.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestFile {
    /// What is inside the encryption.
    pub content_type: String,
    /// The compact JWE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedded: Option<String>,
    /// Where it can be fetched for a while, without anything further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// When it was last changed (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_sealing::seal::SealRecipient;

    fn link(flag: Option<&str>) -> Shlink {
        Shlink {
            url: "https://gateway.example/l/x".into(),
            key: "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q".to_owned().into(),
            exp: Some(1_800_000_000),
            flag: flag.map(|flag| Flags::try_from(flag.to_owned()).unwrap()),
            label: Some("Blood count".into()),
            v: Some(1),
        }
    }

    #[test]
    fn a_link_survives_as_text_with_and_without_a_viewer() {
        for flag in [None, Some("L"), Some("P"), Some("U"), Some("LP"), Some("LU")] {
            let link = link(flag);
            assert_eq!(Shlink::parse(&link.text().unwrap()).unwrap(), link);
            let shown = link.text_for("https://gateway.example/viewer.html#").unwrap();
            assert!(shown.starts_with("https://gateway.example/viewer.html#shlink:/"));
            assert_eq!(Shlink::parse(&shown).unwrap(), link);
        }
    }

    #[test]
    fn what_is_no_link_is_refused() {
        let encoded = |payload: &str| format!("{SCHEME}{}", BASE64URL.encode(payload));
        let key = "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q";
        for text in [
            String::new(),
            "https://gateway.example".into(),
            "shlink:/***".into(),
            encoded("[]"),
            encoded(&format!(r#"{{"url":"https://a.example","key":"{key}","flag":"PU"}}"#)),
            encoded(&format!(r#"{{"url":"https://a.example","key":"{key}","flag":"PL"}}"#)),
            encoded(&format!(r#"{{"url":"https://a.example","key":"{key}","v":2}}"#)),
            encoded(&format!(r#"{{"url":"javascript:x","key":"{key}"}}"#)),
            encoded(&format!(r#"{{"url":"https://a.example/{}","key":"{key}"}}"#, "x".repeat(128))),
            encoded(r#"{"url":"https://a.example","key":"short"}"#),
        ] {
            assert!(matches!(Shlink::parse(&text), Err(Error::MalformedLink { .. })), "{text}");
        }
    }

    #[test]
    fn a_link_shows_no_key_when_it_is_printed() {
        assert!(!format!("{:?}", link(None)).contains("rxTgYl"));
    }

    #[test]
    fn a_commitment_tells_links_apart_and_nothing_of_the_secret() {
        let secret = LinkSecret::generate().unwrap();
        let again = LinkSecret::parse(&secret.text()).unwrap();
        assert_eq!(secret.commitment(), again.commitment());
        assert_ne!(secret.commitment(), LinkSecret::generate().unwrap().commitment());
        assert!(LinkSecret::parse("short").is_none());
        assert!(LinkSecret::parse(&"=".repeat(43)).is_none());
    }

    #[test]
    fn only_the_patient_reads_the_name_of_a_recipient_and_its_length_tells_nothing() {
        let patient = Identity::from_uri("//Patient").unwrap();
        let key = ProvenKey { recipient: SealRecipient::Member(1001), key: patient.encryption_public(2), version: 2 };
        let context = RecipientContext { genesis: [1; 32], commitment: LinkCommitment([2; 32]) };
        let long = "ä".repeat(100);
        for (name, read) in [("Dr. Noor, Basel", "Dr. Noor, Basel"), ("", ""), (long.as_str(), &long[..128])] {
            let sealed = context.seal(name, &key).unwrap();
            assert_eq!(context.open(&sealed.sealed, &patient, 2).as_deref(), Some(read));
            assert_eq!(context.open(&sealed.sealed, &patient, 1), None);
            let other = RecipientContext { commitment: LinkCommitment([3; 32]), ..context };
            assert_eq!(other.open(&sealed.sealed, &patient, 2), None);
        }
    }
}
