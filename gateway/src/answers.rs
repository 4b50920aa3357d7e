//! Answers. Whatever the reason why a link cannot be opened, the answer is one and the same.

use axum::{
    body::Body,
    http::{header, HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

/// After how many seconds what was unavailable may be asked for again.
const RETRY_AFTER: u64 = 5;

/// An answer with a JSON body.
pub fn json_answer(status: StatusCode, value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    answer(status, "application/json", body.into())
}

/// An answer with a body of this type.
pub fn answer(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The link cannot be opened, or there is none.
pub fn inactive() -> Response {
    json_answer(StatusCode::NOT_FOUND, &json!({ "message": "there is nothing here, or no longer" }))
}

/// What was asked cannot be understood.
pub fn malformed(message: &str) -> Response {
    json_answer(StatusCode::BAD_REQUEST, &json!({ "message": message }))
}

/// Who asks may not.
pub fn forbidden(message: &str) -> Response {
    json_answer(StatusCode::FORBIDDEN, &json!({ "message": message }))
}

/// The passcode is missing or wrong.
pub fn passcode_refused(remaining: u32) -> Response {
    let message = "the link needs its passcode";
    json_answer(StatusCode::UNAUTHORIZED, &json!({ "message": message, "remainingAttempts": remaining }))
}

/// Node or store cannot be reached, so that nothing is served.
pub fn unavailable() -> Response {
    let message = "this cannot be done now; try again soon";
    let mut response = json_answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "message": message }));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    response
}

/// Too many requests.
pub fn too_many(wait: Duration) -> Response {
    let message = "too many requests; wait and try again";
    let mut response = json_answer(StatusCode::TOO_MANY_REQUESTS, &json!({ "message": message }));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
    response
}

/// The headers of every answer.
pub fn strict_headers(https: bool) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    if https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.push((header::STRICT_TRANSPORT_SECURITY, year));
    }
    headers
}
