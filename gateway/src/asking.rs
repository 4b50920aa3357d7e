//! What patients ask of the gateway that hosts their links: store, unlock, remove. Each is signed by the patient's account,
//! or by the guardian's that registered the link, and names the link on chain.

use crate::{
    answers::{answer, forbidden, inactive, json_answer, malformed, unavailable},
    app::App,
    clock,
    passcode::{self, PASSCODE_MAX, PASSCODE_MIN},
    store::{File, NewLink, StoreError},
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use medchain_primitives::{LinkId, LinkOperation, LinkStatement, LinkStatus, Moment, MINUTE};
use medchain_runtime_api::LinkView;
use medchain_sdk::{
    client::MemberSelector,
    link::{headers, GatewayInfo, NewPasscode, SecretText, StoredLink},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use sp_core::{sr25519, Pair};
use std::sync::Arc;

/// How far ahead an asking may expire.
const ASKING_LIFETIME_MAX: Moment = 10 * MINUTE;
/// Most files of one link.
const FILES_MAX: usize = 64;

/// `GET /api/gateway`: what this gateway is.
pub async fn info(State(app): State<Arc<App>>) -> Response {
    let viewer = app.portal.as_ref().filter(|portal| portal.has("viewer.html"));
    let info = GatewayInfo {
        version: concat!("medchain-gateway ", env!("CARGO_PKG_VERSION")).to_owned(),
        institution: app.node.institution(),
        genesis: format!("0x{}", hex::encode(app.node.genesis())),
        url: app.url.clone(),
        link_bytes_max: app.link_bytes_max,
        viewer: viewer.map(|_| format!("{}/viewer.html", app.url)),
        portal: app.portal.as_ref().map(|portal| portal.hash().to_owned()),
    };
    json_answer(StatusCode::OK, &info)
}

/// `PUT /api/links`: keeps what a link shows.
pub async fn store(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let view = match asked(&app, &headers, LinkOperation::Store, &body).await {
        Ok(view) => view,
        Err(refused) => return refused,
    };
    let Ok(new) = serde_json::from_slice::<StoredLink>(&body) else {
        return malformed("the body is to be what the link shows");
    };
    if let Some(reason) = unfit(&new, &view) {
        return malformed(reason);
    }
    let kept = match kept_passcode(new.passcode).await {
        Ok(kept) => kept,
        Err(refused) => return refused,
    };
    let files = new.files.into_iter();
    let files =
        files.map(|file| File { content_type: file.content_type, records: file.records, jwe: file.jwe.into_bytes() });
    let link = NewLink {
        commitment: view.commitment,
        link: view.id,
        flags: new.flag,
        passcode: kept,
        attempts: app.attempts,
        files: files.collect(),
    };
    match app.store.with(move |store| store.put(&link, clock::now())).await {
        Ok(()) => {
            app.metrics.stored.inc();
            json_answer(StatusCode::CREATED, &json!({ "link": view.id }))
        }
        Err(StoreError::Taken) => {
            json_answer(StatusCode::CONFLICT, &json!({ "message": "the link is stored already" }))
        }
        Err(_) => unavailable(),
    }
}

/// `POST /api/links`: takes passcodes again, perhaps another one.
pub async fn unlock(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let view = match asked(&app, &headers, LinkOperation::Unlock, &body).await {
        Ok(view) => view,
        Err(refused) => return refused,
    };
    let Ok(new) = serde_json::from_slice::<NewPasscode>(&body) else {
        return malformed("the body is to be JSON, with the new passcode if there is one");
    };
    if new.passcode.as_ref().is_some_and(|passcode| !is_fit(passcode)) {
        return malformed("a passcode has 4 to 64 characters");
    }
    let kept = match kept_passcode(new.passcode).await {
        Ok(kept) => kept,
        Err(refused) => return refused,
    };
    let (commitment, attempts) = (view.commitment, app.attempts);
    match app.store.with(move |store| store.unlock(commitment, attempts, kept.as_deref())).await {
        Ok(true) => answer(StatusCode::NO_CONTENT, "application/json", Body::empty()),
        Ok(false) => inactive(),
        Err(_) => unavailable(),
    }
}

/// `DELETE /api/links`: deletes what a link shows.
pub async fn remove(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let view = match asked(&app, &headers, LinkOperation::Remove, &body).await {
        Ok(view) => view,
        Err(refused) => return refused,
    };
    match app.store.with(move |store| store.remove(view.commitment)).await {
        Ok(()) => answer(StatusCode::NO_CONTENT, "application/json", Body::empty()),
        Err(_) => unavailable(),
    }
}

/// The link that is asked about, if its patient asks.
async fn asked(app: &App, headers: &HeaderMap, operation: LinkOperation, body: &[u8]) -> Result<LinkView, Response> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let link = text(headers::LINK).and_then(|text| text.parse().ok()).map(LinkId);
    let expires_at = text(headers::EXPIRES).and_then(|text| text.parse::<Moment>().ok());
    let signature = text(headers::SIGNATURE).and_then(|text| {
        let mut bytes = [0; 64];
        hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
        Some(sr25519::Signature::from_raw(bytes))
    });
    let (Some(link), Some(expires_at), Some(signature)) = (link, expires_at, signature) else {
        return Err(malformed("an asking names its link and its end, and is signed"));
    };
    let now = clock::now();
    if expires_at <= now || expires_at > now.saturating_add(ASKING_LIFETIME_MAX) {
        return Err(forbidden("the asking has expired, or expires too late; check the clock and sign anew"));
    }
    let view = app.node.ask(|client| async move {
        match client.link(link).await {
            Ok(view) => Ok(Some(view)),
            Err(medchain_sdk::Error::Unknown { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let view = view.await.map_err(|_| unavailable())?;
    let refused = || forbidden("the link is not hosted here, has ended, or is not the signer's");
    let view = view.filter(|view| view.host == app.node.institution()).ok_or_else(refused)?;
    if operation != LinkOperation::Remove && view.status != LinkStatus::Active {
        return Err(refused());
    }
    let (genesis, digest) = (app.node.genesis(), Sha256::digest(body));
    let statement = LinkStatement { genesis: &genesis, operation, link, body: &digest, expires_at }.text();
    for member in [view.patient, view.registered_by] {
        let found = app.node.ask(|client| async move { client.find_member(&MemberSelector::Number(member)).await });
        let Some(member) = found.await.map_err(|_| unavailable())? else { continue };
        let account: &[u8; 32] = member.account.as_ref();
        let key = sr25519::Public::from_raw(*account);
        let signed = sr25519::Pair::verify(&signature, statement.as_bytes(), &key)
            || sr25519::Pair::verify(&signature, medchain_primitives::wrapped(&statement), &key);
        if signed {
            return once(app, &statement, expires_at).await.map(|()| view);
        }
    }
    Err(refused())
}

/// Refuses what was asked before: whoever saw an asking on its way could else unlock a link again and again, or store
/// what was removed.
async fn once(app: &App, statement: &str, expires_at: Moment) -> Result<(), Response> {
    let digest: [u8; 32] = Sha256::digest(statement).into();
    match app.store.with(move |store| store.take_asking(digest, expires_at)).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(forbidden("this was asked before; sign anew")),
        Err(_) => Err(unavailable()),
    }
}

/// Why this cannot be what the link shows.
fn unfit(new: &StoredLink, view: &LinkView) -> Option<&'static str> {
    if new.link != view.id {
        return Some("the body is about another link than the one that was signed for");
    }
    if new.flag.passcode != new.passcode.is_some() || new.passcode.as_ref().is_some_and(|passcode| !is_fit(passcode)) {
        return Some("a link with the flag P has a passcode of 4 to 64 characters, others have none");
    }
    if new.files.is_empty() || new.files.len() > FILES_MAX || (new.flag.direct && new.files.len() != 1) {
        return Some("a link shows 1 to 64 files, with the flag U exactly one");
    }
    let of_link = |file: &medchain_sdk::link::StoredFile| {
        !file.records.is_empty() && file.records.iter().all(|record| view.records.contains(record))
    };
    if !new.files.iter().all(of_link) {
        return Some("each file shows records that the link was registered for");
    }
    if !new.files.iter().all(|file| is_encrypted(&file.jwe)) {
        return Some("each file is a compact JWE under the link's key");
    }
    None
}

/// Whether it has the shape of what only the link's key opens: five parts, the second empty, none anything but base64url.
fn is_encrypted(jwe: &str) -> bool {
    let is_base64url =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let parts: Vec<_> = jwe.split('.').collect();
    parts.len() == 5 && parts[1].is_empty() && parts.iter().all(|part| is_base64url(part))
}

fn is_fit(passcode: &str) -> bool {
    (PASSCODE_MIN..=PASSCODE_MAX).contains(&passcode.chars().count())
}

async fn kept_passcode(passcode: Option<SecretText>) -> Result<Option<String>, Response> {
    match passcode {
        Some(passcode) => passcode::hash(&passcode).await.map(Some).map_err(|_| unavailable()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_clear_is_not_taken_for_encrypted() {
        assert!(is_encrypted("eyJhbGciOiJkaXIifQ..AAAA.BBBB.CCCC"));
        for text in ["{}", "a.b.c.d.e", "a..c.d", "a..b c.d.e", "a..{\"x\":1}.d.e"] {
            assert!(!is_encrypted(text), "{text}");
        }
    }
}
