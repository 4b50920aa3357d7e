//! The gateway that hosts links and serves the portal, as its clients see it.

use crate::{
    account::Identity,
    client::Client,
    error::{Error, Result},
    link::{headers, ContentType, GatewayInfo, Manifest, ManifestRequest, NewPasscode, StoredLink},
};
use medchain_primitives::{LinkId, LinkOperation, LinkStatement, Moment, Role, Status, MINUTE};
use reqwest::{header, Method, RequestBuilder, Response, StatusCode};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a gateway may take: an opening waits for a final block.
const TIMEOUT: Duration = Duration::from_secs(120);
/// For how long an asking is good.
const ASKING_LIFETIME: Moment = 5 * MINUTE;
/// The most that is read of an answer, in bytes.
const ANSWER_MAX: usize = 128 * 1024 * 1024;
/// What an operator configures, and therefore no part of the portal's build.
pub const PORTAL_CONFIGURATION: &str = "config.json";

/// An HTTP client for gateways, ours and others'. Follows no redirect: a link leads where it says.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

impl Http {
    /// A client.
    ///
    /// # Errors
    /// [`Error::Internal`] if the system's certificates cannot be used.
    pub fn new() -> Result<Self> {
        let builder = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
        Ok(Self(builder.build().map_err(|_| Error::Internal("no HTTP client could be made"))?))
    }

    /// Asks for a manifest.
    ///
    /// # Errors
    /// [`Error::LinkInactive`], [`Error::PasscodeRefused`], [`Error::Gateway`], [`Error::GatewayUnreachable`].
    pub async fn manifest(&self, url: &str, asked: &ManifestRequest) -> Result<Manifest> {
        json(
            link_answer(url, self.0.post(url).header(header::CONTENT_TYPE, "application/json").body(body(asked)?))
                .await?,
        )
        .await
    }

    /// Asks for the one file of a direct link, or for a file of a manifest at its location.
    ///
    /// # Errors
    /// As [`Http::manifest`].
    pub async fn file(&self, url: &str, recipient: Option<&str>) -> Result<String> {
        let address = match recipient {
            Some(recipient) => with_recipient(url, recipient)?,
            None => url.to_owned(),
        };
        let bytes = bytes(link_answer(url, self.0.get(address)).await?).await?;
        String::from_utf8(bytes).map_err(|_| Error::UnreadableFile { reason: "it is no text" })
    }
}

/// The `url` of a direct link with the recipient's name as its query.
fn with_recipient(url: &str, recipient: &str) -> Result<String> {
    let mut address =
        reqwest::Url::parse(url).map_err(|_| Error::MalformedLink { reason: "its address is not one of the web" })?;
    address.query_pairs_mut().append_pair("recipient", recipient);
    Ok(address.into())
}

/// A gateway of the chain.
#[derive(Clone, Debug)]
pub struct Gateway {
    http: Http,
    base: String,
}

impl Gateway {
    /// The gateway at this address.
    ///
    /// # Errors
    /// [`Error::GatewayUnreachable`] if it is no address of the web.
    pub fn new(base: &str) -> Result<Self> {
        let base = base.trim_end_matches('/').to_owned();
        if !(base.starts_with("https://") || base.starts_with("http://")) {
            return Err(Error::GatewayUnreachable { url: base });
        }
        Ok(Self { http: Http::new()?, base })
    }

    /// What it says of itself.
    ///
    /// # Errors
    /// [`Error::GatewayUnreachable`], [`Error::Gateway`].
    pub async fn info(&self) -> Result<GatewayInfo> {
        json(self.send(self.http.0.get(format!("{}/api/gateway", self.base))).await?).await
    }

    /// The same, and makes sure that it is of this chain and run by an active institution.
    ///
    /// # Errors
    /// [`Error::GatewayNotTrusted`] and those of [`Gateway::info`].
    pub async fn trusted_info(&self, client: &Client) -> Result<GatewayInfo> {
        let info = self.info().await?;
        let host = client.proven_member(&info.institution.into()).await?;
        let is_institution = host.status == Status::Active && matches!(host.role, Role::Hospital | Role::Pharmacy);
        if info.genesis != format!("0x{}", hex::encode(client.genesis())) || !is_institution {
            return Err(Error::GatewayNotTrusted);
        }
        Ok(info)
    }

    /// Stores what a link shows. Only its patient's account may, or the guardian's that registered it.
    ///
    /// # Errors
    /// [`Error::Gateway`] with its reason.
    pub async fn store(&self, client: &Client, identity: &Identity, link: &StoredLink) -> Result<()> {
        self.ask(client, identity, link.link, LinkOperation::Store, body(link)?).await
    }

    /// Has a locked link take passcodes again.
    ///
    /// # Errors
    /// As [`Gateway::store`].
    pub async fn unlock(
        &self,
        client: &Client,
        identity: &Identity,
        link: LinkId,
        passcode: &NewPasscode,
    ) -> Result<()> {
        self.ask(client, identity, link, LinkOperation::Unlock, body(passcode)?).await
    }

    /// Deletes what a link shows.
    ///
    /// # Errors
    /// As [`Gateway::store`].
    pub async fn remove(&self, client: &Client, identity: &Identity, link: LinkId) -> Result<()> {
        self.ask(client, identity, link, LinkOperation::Remove, Vec::new()).await
    }

    async fn ask(
        &self,
        client: &Client,
        identity: &Identity,
        link: LinkId,
        operation: LinkOperation,
        body: Vec<u8>,
    ) -> Result<()> {
        let expires_at = crate::keystore::now().saturating_add(ASKING_LIFETIME);
        let (genesis, digest) = (client.genesis(), Sha256::digest(&body));
        let statement = LinkStatement { genesis: &genesis, operation, link, body: &digest, expires_at };
        let signature = identity.sign(statement.text().as_bytes());
        let method = match operation {
            LinkOperation::Store => Method::PUT,
            LinkOperation::Unlock => Method::POST,
            LinkOperation::Remove => Method::DELETE,
        };
        let request = self
            .http
            .0
            .request(method, format!("{}/api/links", self.base))
            .header(header::CONTENT_TYPE, "application/json")
            .header(headers::LINK, link.to_string())
            .header(headers::EXPIRES, expires_at.to_string())
            .header(headers::SIGNATURE, format!("0x{}", hex::encode(signature)))
            .body(body);
        self.send(request).await.map(drop)
    }

    /// The hash of the portal that it serves: fetches each file as a visitor would, and hashes it here.
    ///
    /// # Errors
    /// [`Error::GatewayUnreachable`], [`Error::Gateway`] if it serves none.
    pub async fn portal_hash(&self) -> Result<(String, usize)> {
        #[derive(Deserialize)]
        struct Listing {
            files: Vec<String>,
        }
        let listing: Listing = json(self.send(self.http.0.get(format!("{}/api/portal", self.base))).await?).await?;
        let mut files = Vec::with_capacity(listing.files.len());
        for file in listing.files {
            let content = bytes(self.send(self.http.0.get(format!("{}/{file}", self.base))).await?).await?;
            files.push((file, content));
        }
        let hash = build_hash(files.iter().map(|(file, content)| (file.as_str(), content.as_slice())));
        // The page that a visitor gets is the one that was hashed.
        let page = bytes(self.send(self.http.0.get(format!("{}/", self.base))).await?).await?;
        let index = files.iter().find(|(file, _)| file == "index.html");
        if index.is_none_or(|(_, content)| *content != page) {
            return Err(Error::Gateway {
                reason: "its first page is not among the files it lists".into(),
                retry_after: None,
            });
        }
        Ok((hash, files.len()))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let response = request.send().await.map_err(|_| Error::GatewayUnreachable { url: self.base.clone() })?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(response).await)
    }
}

/// The hash of a build of the portal: SHA-256 over each file's SHA-256 and path in a line, in the order of the paths,
/// without what an operator configures.
pub fn build_hash<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut lines: Vec<_> = files
        .filter(|(path, _)| *path != PORTAL_CONFIGURATION)
        .map(|(path, content)| (path, format!("{}  {path}\n", hex::encode(Sha256::digest(content)))))
        .collect();
    lines.sort();
    let mut total = Sha256::new();
    lines.iter().for_each(|(_, line)| total.update(line));
    hex::encode(total.finalize())
}

/// The media type of a compact JWE.
pub const JOSE: &str = "application/jose";

impl ContentType {
    /// The type of this name, if a link may show it.
    pub fn parse(name: &str) -> Option<Self> {
        let essence = name.split(';').next().unwrap_or_default().trim();
        [Self::Fhir, Self::HealthCard, Self::ApiAccess].into_iter().find(|content_type| content_type.name() == essence)
    }
}

fn body(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|_| Error::Internal("a request did not serialise"))
}

async fn link_answer(url: &str, request: RequestBuilder) -> Result<Response> {
    // The whole address holds the link's secret; an error names the place alone.
    let place =
        || reqwest::Url::parse(url).map_or_else(|_| "the link".to_owned(), |url| url.origin().ascii_serialization());
    let response = request.send().await.map_err(|_| Error::GatewayUnreachable { url: place() })?;
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::NOT_FOUND => Err(Error::LinkInactive),
        StatusCode::UNAUTHORIZED => {
            #[derive(Deserialize)]
            #[serde(rename_all = "camelCase")]
            struct Refused {
                #[serde(default)]
                remaining_attempts: u32,
            }
            let refused: Refused = json(response).await?;
            Err(Error::PasscodeRefused { remaining: refused.remaining_attempts })
        }
        _ => Err(refusal(response).await),
    }
}

async fn refusal(response: Response) -> Error {
    #[derive(Deserialize)]
    struct Refused {
        message: String,
    }
    let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let status = response.status();
    let reason = match json::<Refused>(response).await {
        Ok(refused) => crate::description::without_control(&refused.message),
        Err(_) => format!("it answers with status {}", status.as_u16()),
    };
    Error::Gateway { reason, retry_after }
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T> {
    let bytes = bytes(response).await?;
    serde_json::from_slice(&bytes)
        .map_err(|_| Error::Gateway { reason: "its answer is not the one of a gateway".into(), retry_after: None })
}

async fn bytes(mut response: Response) -> Result<Vec<u8>> {
    let lost = |reason: &str| Error::Gateway { reason: reason.to_owned(), retry_after: None };
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| lost("its answer broke off"))? {
        if bytes.len() + chunk.len() > ANSWER_MAX {
            return Err(lost("its answer is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_build_s_hash_depends_on_names_and_contents_and_not_on_the_configuration() {
        let build = |files: &[(&'static str, &'static [u8])]| build_hash(files.iter().copied());
        let hash = build(&[("index.html", b"a"), ("assets/x.js", b"b")]);
        assert_eq!(hash, build(&[("assets/x.js", b"b"), ("index.html", b"a"), (PORTAL_CONFIGURATION, b"{}")]));
        assert_ne!(hash, build(&[("index.html", b"b"), ("assets/x.js", b"b")]));
        assert_ne!(hash, build(&[("index.htm", b"a"), ("assets/x.js", b"b")]));
    }

    #[test]
    fn a_recipient_s_name_is_encoded_into_the_query() {
        let address = with_recipient("https://gateway.example/l/x", "Dr. Noor & Söhne").unwrap();
        assert_eq!(address, "https://gateway.example/l/x?recipient=Dr.+Noor+%26+S%C3%B6hne");
    }
}
