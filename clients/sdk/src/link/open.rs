//! Opening a link, whoever made it.

use super::{jwe, ContentType, ManifestRequest, SecretText, Shlink};
use crate::{
    error::{Error, Result},
    gateway::Http,
};

/// Files up to this many characters may come with the manifest.
const EMBEDDED_LENGTH_MAX: u64 = 16 * 1024 * 1024;

/// A file that a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedFile {
    /// What it is.
    pub content_type: ContentType,
    /// The content.
    pub content: Vec<u8>,
}

/// Opens a link and decrypts what it leads to.
///
/// - `recipient`: who opens it, for its maker to read.
///
/// # Errors
/// [`Error::LinkInactive`], also for a link that says itself that it has ended; [`Error::PasscodeRefused`];
/// [`Error::UnreadableFile`]; [`Error::Gateway`]; [`Error::GatewayUnreachable`].
pub async fn open(link: &Shlink, recipient: &str, passcode: Option<SecretText>) -> Result<Vec<OpenedFile>> {
    let key = link.decryption_key()?;
    if link.exp.is_some_and(|exp| exp.saturating_mul(1000) <= crate::keystore::now()) {
        return Err(Error::LinkInactive);
    }
    let http = Http::new()?;
    if link.flags().direct {
        let jwe = http.file(&link.url, Some(recipient)).await?;
        return Ok(vec![opened(&key, &jwe, None)?]);
    }
    let asked =
        ManifestRequest { recipient: recipient.to_owned(), passcode, embedded_length_max: Some(EMBEDDED_LENGTH_MAX) };
    let manifest = http.manifest(&link.url, &asked).await?;
    if manifest.status.as_deref() == Some("no-longer-valid") {
        return Err(Error::LinkInactive);
    }
    let mut files = Vec::with_capacity(manifest.files.len());
    for file in &manifest.files {
        let jwe = match (&file.embedded, &file.location) {
            (Some(embedded), _) => embedded.clone(),
            (None, Some(location)) => http.file(location, None).await?,
            (None, None) => return Err(Error::UnreadableFile { reason: "the manifest does not say where it is" }),
        };
        files.push(opened(&key, &jwe, Some(&file.content_type))?);
    }
    Ok(files)
}

fn opened(key: &[u8; 32], jwe: &str, stated: Option<&str>) -> Result<OpenedFile> {
    let jwe::Opened { content_type, content } = jwe::decrypt(key, jwe)?;
    let content_type = content_type
        .as_deref()
        .or(stated)
        .and_then(ContentType::parse)
        .ok_or(Error::UnreadableFile { reason: "it is of a type that links do not show" })?;
    Ok(OpenedFile { content_type, content })
}
