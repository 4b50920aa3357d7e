//! Making a link: open the records, encrypt them under the link's own key, register the link, store it at a gateway.

use super::{fhir, jwe, Flags, LinkSecret, SecretText, Shlink, StoredFile, StoredLink, LABEL_MAX};
use crate::{
    account::Identity,
    chain::{calls, events},
    client::{Client, Submitted, Wait},
    error::{Error, Result},
    gateway::Gateway,
    record::{self, OpenOptions, Output, Progress},
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL, Engine as _};
use medchain_primitives::{LinkId, MemberId, Moment, RecordId};

/// What a link is to be.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// Whose records it shows: the account's own, or whom it is a guardian of.
    pub patient: MemberId,
    /// The records.
    pub records: Vec<RecordId>,
    /// How long it can be opened, in milliseconds.
    pub duration: Moment,
    /// How often.
    pub openings: u32,
    /// A passcode that the recipient is told apart from the link.
    pub passcode: Option<SecretText>,
    /// What it is called, for people.
    pub label: Option<String>,
    /// Whether it is for long-term use.
    pub long_term: bool,
    /// Whether it leads to one file directly.
    pub direct: bool,
}

/// A link that was made. Its key and secret are nowhere else.
#[derive(Debug)]
pub struct MadeLink {
    /// Its number.
    pub id: LinkId,
    /// Until when it can be opened, in milliseconds.
    pub expires_at: Moment,
    /// The link.
    pub link: Shlink,
    /// The page that opens it for people without software of their own, if the gateway serves one.
    pub viewer: Option<String>,
    /// The transaction that registered it.
    pub transaction: Submitted,
}

/// Makes a link.
///
/// # Errors
/// [`Error::GatewayNotTrusted`], [`Error::LinkTooLarge`], [`Error::MalformedLink`] for a label or an address that is too
/// long, what opening the records and registering refuses, and [`Error::Gateway`]. A link that is registered and could not
/// be stored is taken back.
pub async fn create(
    client: &Client,
    identity: &Identity,
    gateway: &Gateway,
    new: NewLink,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<MadeLink> {
    let flags = Flags { long_term: new.long_term, passcode: new.passcode.is_some(), direct: new.direct };
    if flags.passcode && flags.direct {
        return Err(Error::MalformedLink { reason: "one that leads to a file directly has no passcode" });
    }
    if new.label.as_ref().is_some_and(|label| label.chars().count() > LABEL_MAX) {
        return Err(Error::MalformedLink { reason: "its label is longer than 80 characters" });
    }
    let info = gateway.trusted_info(client).await?;
    let (secret, key) = (LinkSecret::generate()?, super::random()?);
    let link = Shlink {
        url: format!("{}/l/{}", info.url, secret.text().as_str()),
        key: BASE64URL.encode(key.as_slice()).into(),
        exp: None,
        flag: (!flags.is_empty()).then_some(flags),
        label: new.label,
        v: Some(1),
    };
    link.check()?;

    let mut plain = Vec::with_capacity(new.records.len());
    for record in &new.records {
        plain.push(opened(client, identity, *record, progress).await?);
    }
    let files = if new.direct { vec![fhir::single_file(&plain)?] } else { fhir::files(&plain)? };
    drop(plain);
    let mut stored = Vec::with_capacity(files.len());
    for file in files {
        let jwe = jwe::encrypt(&key, file.content_type.name(), &file.content)?;
        stored.push(StoredFile { content_type: file.content_type, records: file.records, jwe });
    }
    let size = stored.iter().map(|file| file.jwe.len() as u64).sum();
    if size > info.link_bytes_max {
        return Err(Error::LinkTooLarge { size, limit: info.link_bytes_max });
    }

    let call = calls::register_link(
        new.patient,
        secret.commitment(),
        info.institution,
        new.records,
        new.duration,
        new.openings,
    );
    let stage = |stage| progress(Progress::Transaction(stage));
    let transaction = client.submit(&call, identity, Wait::Finalized, &stage).await?;
    let registered: events::LinkRegistered =
        transaction.event().ok_or(Error::Internal("the registration of the link left no event"))?;
    let id = registered.link;
    let to_store = StoredLink { link: id, flag: flags, passcode: new.passcode, files: stored };
    if let Err(refused) = gateway.store(client, identity, &to_store).await {
        // Nothing is there to open: the list of links must not show one that works.
        client.submit(&calls::revoke_link(id), identity, Wait::InBlock, &|_| {}).await?;
        return Err(refused);
    }
    let link = Shlink { exp: Some(registered.expires_at / 1000), ..link };
    Ok(MadeLink { id, expires_at: registered.expires_at, link, viewer: info.viewer, transaction })
}

/// A record's description and document, in memory.
async fn opened(
    client: &Client,
    identity: &Identity,
    record: RecordId,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<fhir::Plain> {
    let at = std::env::temp_dir();
    let folder = tempfile::tempdir().map_err(|error| Error::file("writing into", &at, &error))?;
    let path = folder.path().join("document");
    let options = OpenOptions { open_on_chain: true, emergency: None, overwrite: false };
    let opened = record::open(client, identity, record, &Output::File(path.clone()), &options, progress).await?;
    let document = std::fs::read(&path).map_err(|error| Error::file("reading", &path, &error))?;
    Ok(fhir::Plain { record, description: opened.description, media_type: opened.summary.media_type, document })
}
