//! Links, as SMART Health Links specifies them: the manifest by POST, the direct file by GET, files at their locations.

use crate::{
    answers::{answer, inactive, json_answer, malformed, passcode_refused, too_many, unavailable},
    app::App,
    clock,
    opener::Outcome,
    passcode::{self, PASSCODE_MAX},
    store::{File, Held},
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    http::{header, HeaderValue, StatusCode},
    response::Response,
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL, Engine as _};
use medchain_primitives::{limits, LinkCommitment, LinkStatus, Moment, RecordId, HOUR};
use medchain_runtime_api::LinkView;
use medchain_sdk::{
    description::instant,
    gateway::JOSE,
    link::{LinkSecret, Manifest, ManifestFile, ManifestRequest, SecretText},
};
use rand::{rngs::OsRng, RngCore};
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};

/// How long a location serves.
const LOCATION_LIFETIME: Moment = HOUR;
/// Files up to this many characters come with the manifest if the request does not say.
const EMBEDDED_LENGTH: u64 = 1024 * 1024;
/// Files beyond this many characters never do.
const EMBEDDED_LENGTH_MAX: u64 = 16 * 1024 * 1024;

/// A link that can be opened.
struct Ready {
    commitment: LinkCommitment,
    held: Held,
    view: LinkView,
}

/// `POST /l/{secret}`: the manifest.
pub async fn manifest(State(app): State<Arc<App>>, Path(secret): Path<String>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<ManifestRequest>(&body) else {
        return malformed("the body is to be JSON with the name of the recipient");
    };
    let Some(recipient) = stated_name(&asked.recipient) else {
        return malformed("the recipient is to say who it is, in 1 to 128 bytes");
    };
    let ready = match find(&app, &secret).await {
        Ok(Some(ready)) if !ready.held.flags.direct => ready,
        Ok(_) => return inactive(),
        Err(refused) => return refused,
    };
    if let Some(refused) = check_passcode(&app, &ready, asked.passcode).await {
        return refused;
    }
    let embedded_max = asked.embedded_length_max.unwrap_or(EMBEDDED_LENGTH).min(EMBEDDED_LENGTH_MAX);
    let (files, expires_at) = match open(&app, &ready, recipient).await {
        Ok(opened) => opened,
        Err(refused) => return refused,
    };
    let mut listed = Vec::with_capacity(files.len());
    for (place, file) in files {
        let content_type = file.content_type.name().to_owned();
        let last_updated = Some(instant(ready.held.stored_at));
        let (mut embedded, mut location) = (None, None);
        if file.jwe.len() as u64 <= embedded_max {
            let Ok(jwe) = String::from_utf8(file.jwe) else { return unavailable() };
            embedded = Some(jwe);
        } else {
            let until = clock::now().saturating_add(LOCATION_LIFETIME).min(expires_at);
            match ticket(&app, ready.commitment, place, until).await {
                Some(ticket) => location = Some(format!("{}/f/{ticket}", app.url)),
                None => return unavailable(),
            }
        }
        listed.push(ManifestFile { content_type, embedded, location, last_updated });
    }
    let status = if ready.held.flags.long_term { "can-change" } else { "finalized" };
    app.metrics.openings.inc();
    json_answer(StatusCode::OK, &Manifest { status: Some(status.to_owned()), files: listed })
}

/// `GET /l/{secret}?recipient=…`: the one file of a link that leads to it directly.
pub async fn direct(State(app): State<Arc<App>>, Path(secret): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let stated = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "recipient");
    let Some(recipient) = stated.and_then(|(_, name)| stated_name(&name)) else {
        return malformed("the recipient is to say who it is, in 1 to 128 bytes");
    };
    let ready = match find(&app, &secret).await {
        Ok(Some(ready)) if ready.held.flags.direct => ready,
        Ok(_) => return inactive(),
        Err(refused) => return refused,
    };
    match open(&app, &ready, recipient).await {
        Ok((files, _)) => match files.into_iter().next() {
            Some((_, file)) => {
                app.metrics.openings.inc();
                answer(StatusCode::OK, JOSE, Body::from(file.jwe))
            }
            None => inactive(),
        },
        Err(refused) => refused,
    }
}

/// `GET /f/{ticket}`: a file at its location, while the link is not taken back and its records are not erased.
pub async fn location(State(app): State<Arc<App>>, Path(ticket): Path<String>) -> Response {
    let digest: [u8; 32] = Sha256::digest(ticket.as_bytes()).into();
    let found = match app.store.with(move |store| store.ticket(digest, clock::now())).await {
        Ok(found) => found,
        Err(_) => return unavailable(),
    };
    // What there is not is asked about all the same, so that both take the same time.
    let (commitment, place) = found.unwrap_or((LinkCommitment(digest), 0));
    let view = match app.link(commitment).await {
        Ok(view) => view,
        Err(_) => return unavailable(),
    };
    let file = match app.store.with(move |store| store.file(commitment, place)).await {
        Ok(file) => file,
        Err(_) => return unavailable(),
    };
    let (Some(view), Some(file)) = (view, file) else { return inactive() };
    // The opening for which the location was given may have been the last.
    let lasts = matches!(view.status, LinkStatus::Active | LinkStatus::Exhausted);
    if !lasts || !are_shown(&file.records, &view.records) {
        return inactive();
    }
    answer(StatusCode::OK, JOSE, Body::from(file.jwe))
}

/// The answer to a browser that asks whether it may ask.
pub async fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The link of this secret, if it can be opened. Store and chain are asked whatever the other says: what cannot be opened
/// takes as long to refuse as what there is not.
async fn find(app: &App, secret: &str) -> Result<Option<Ready>, Response> {
    let commitment = match LinkSecret::parse(secret) {
        Some(secret) => secret.commitment(),
        None => LinkCommitment(Sha256::digest(secret.as_bytes()).into()),
    };
    let held = app.store.with(move |store| store.find(commitment)).await;
    let view = app.link(commitment).await;
    let (Ok(held), Ok(view)) = (held, view) else { return Err(unavailable()) };
    Ok(match (held, view.filter(|view| view.status == LinkStatus::Active)) {
        (Some(held), Some(view)) => Some(Ready { commitment, held, view }),
        _ => None,
    })
}

/// Looks at a passcode, if the link needs one. The attempt is taken before, and given back for the right one.
async fn check_passcode(app: &App, ready: &Ready, given: Option<SecretText>) -> Option<Response> {
    let kept = ready.held.passcode.as_ref()?;
    if ready.held.attempts_left == 0 {
        return Some(inactive());
    }
    let Some(given) = given.filter(|given| given.chars().count() <= PASSCODE_MAX) else {
        return Some(passcode_refused(ready.held.attempts_left));
    };
    let commitment = ready.commitment;
    match app.store.with(move |store| store.take_attempt(commitment)).await {
        Ok(true) => {}
        Ok(false) => return Some(inactive()),
        Err(_) => return Some(unavailable()),
    }
    match passcode::verify(&given, kept).await {
        Ok(true) => match app.store.with(move |store| store.give_attempt_back(commitment)).await {
            Ok(()) => None,
            Err(_) => Some(unavailable()),
        },
        Ok(false) => {
            app.metrics.wrong_passcodes.inc();
            let left = app.store.with(move |store| store.find(commitment)).await;
            Some(match left {
                Ok(Some(held)) => passcode_refused(held.attempts_left),
                Ok(None) => inactive(),
                Err(_) => unavailable(),
            })
        }
        Err(_) => Some(unavailable()),
    }
}

/// Opens a link on chain and gives the files that it shows, and its end. The files are read before: an opening is not used
/// up for what cannot be read.
async fn open(app: &App, ready: &Ready, recipient: String) -> Result<(Vec<(i32, File)>, Moment), Response> {
    let commitment = ready.commitment;
    let Ok(mut files) = app.store.with(move |store| store.files(commitment)).await else { return Err(unavailable()) };
    files.retain(|(_, file)| are_shown(&file.records, &ready.view.records));
    if files.is_empty() {
        return Err(inactive());
    }
    let after = match app.opener.open(ready.view.id, recipient).await {
        Ok(Outcome::Opened(after)) => after,
        Ok(Outcome::Inactive) => return Err(inactive()),
        Ok(Outcome::Unavailable) => return Err(unavailable()),
        Err(_) => return Err(too_many(Duration::from_secs(10))),
    };
    // A record may have been erased while the opening became final.
    files.retain(|(_, file)| are_shown(&file.records, &after.records));
    if files.is_empty() || after.revoked_at.is_some() {
        return Err(inactive());
    }
    Ok((files, after.expires_at))
}

/// Whether every record in a file is among those that its link still shows.
pub fn are_shown(of_file: &[RecordId], records: &[RecordId]) -> bool {
    of_file.iter().all(|record| records.contains(record))
}

async fn ticket(app: &App, commitment: LinkCommitment, place: i32, until: Moment) -> Option<String> {
    let mut bytes = [0; 32];
    OsRng.try_fill_bytes(&mut bytes).ok()?;
    let ticket = BASE64URL.encode(bytes);
    // Only the digest is kept: what can be read in the store serves nothing.
    let digest: [u8; 32] = Sha256::digest(ticket.as_bytes()).into();
    app.store.with(move |store| store.put_ticket(digest, commitment, place, until)).await.ok()?;
    Some(ticket)
}

/// The name that a recipient states, if it is one.
fn stated_name(text: &str) -> Option<String> {
    let name: String = text.chars().filter(|character| !character.is_control()).collect();
    let name = name.trim();
    (!name.is_empty() && name.len() <= limits::RECIPIENT_MAX as usize).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_says_who_it_is() {
        assert_eq!(stated_name("  Dr. Noor\n").as_deref(), Some("Dr. Noor"));
        assert_eq!(stated_name(" \t"), None);
        assert_eq!(stated_name(&"x".repeat(129)), None);
    }
}
