//! Starting, listening, and what every request passes through.

use crate::{
    answers::{inactive, json_answer, strict_headers, too_many, unavailable},
    app::App,
    arguments::Arguments,
    asking, links,
    metrics::Metrics,
    node::Node,
    opener::Opener,
    portal::{self, Portal},
    rate::Rate,
    secrets,
    serving::{Serving, Visitor, HANDSHAKE_WITHIN, HEAD_WITHIN},
    store::Store,
    tls, upkeep,
};
use axum::{
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{header, HeaderName, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::Response,
    routing::{get, post, put},
    Router,
};
use medchain_sdk::{keystore::Keystore, Identity};
use serde_json::json;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// The most that a request's body may have, but for what a link shows.
const BODY_MAX: usize = 16 * 1024;
/// What a link's files take in JSON beside themselves.
const ENVELOPE_BYTES: u64 = 64 * 1024;
/// How long a request may take: an opening waits for a final block, behind others.
const REQUEST_WITHIN: Duration = Duration::from_secs(120);
/// The longest address that links begin with: a link's own has 46 characters more, and 128 at most.
const URL_MAX: usize = 82;

/// Why the gateway does not run.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Failure {
    /// A failure.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl From<medchain_sdk::Error> for Failure {
    fn from(error: medchain_sdk::Error) -> Self {
        Self::new(error.to_string(), error.hint().unwrap_or_default())
    }
}

type Result<T> = std::result::Result<T, Failure>;

/// Runs until it is told to end.
pub async fn run(arguments: Arguments) -> Result<()> {
    let tls = match (&arguments.tls_certificate, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(tls::acceptor(certificate, key)?),
        _ => None,
    };
    if let Some(url) = &arguments.url {
        check_url(url)?;
    }
    let identity = Arc::new(identity(&arguments)?);
    let store = Store::open(&arguments.store).map_err(|error| {
        Failure::new(error.to_string(), "check --store, and that the database runs and lets the gateway in")
    })?;
    let node = Arc::new(Node::connect(&arguments.node, &identity).await?);
    let portal = match &arguments.portal {
        Some(folder) => {
            let validators = node.first_validators().await;
            Some(Portal::read(folder, arguments.portal_node.as_deref(), &validators).map_err(|error| {
                Failure::new(
                    format!("the portal cannot be read: {error}"),
                    "build it with npm run build in clients/portal",
                )
            })?)
        }
        None => None,
    };
    let listener = listen(arguments.listen).await?;
    let admin = listen(arguments.admin_listen).await?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = arguments.url.unwrap_or_else(|| format!("{scheme}://{address}"));
    let url = url.trim_end_matches('/').to_owned();
    let metrics = Metrics::new()
        .map_err(|_| Failure::new("the counts could not be set up", "report it; this is a fault of the program"))?;
    let app = Arc::new(App {
        opener: Opener::start(node.clone(), identity),
        node,
        store,
        portal,
        rate: Rate::new(arguments.requests_per_minute),
        metrics,
        https: url.starts_with("https://"),
        url,
        attempts: arguments.attempts,
        link_bytes_max: arguments.link_bytes_max,
        behind_proxy: arguments.behind_proxy,
    });
    tokio::spawn(upkeep::run(app.clone()));
    println!("gateway of institution {}: {}", app.node.institution(), app.url);
    println!("listening on {address}, monitoring on {}", admin.local_addr().unwrap_or(arguments.admin_listen));
    if let Some(portal) = &app.portal {
        println!("portal {}", portal.hash());
    }

    let monitoring = axum::serve(admin, monitoring(app.clone())).with_graceful_shutdown(told_to_end());
    tokio::spawn(async move { monitoring.await });
    let serving = Serving { tls, handshake_within: HANDSHAKE_WITHIN, head_within: HEAD_WITHIN };
    serving.run(listener, visitors(app), told_to_end()).await;
    Ok(())
}

/// Refuses an address that no link can begin with.
fn check_url(url: &str) -> Result<()> {
    let url = url.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['?', '#', ' '])) {
        return Err(Failure::new(format!("{url:?} is no address of the web"), "give --url as https://HOST"));
    }
    if url.chars().count() > URL_MAX {
        let hint = format!("links begin with it and are to stay short: give one of at most {URL_MAX} characters");
        return Err(Failure::new("the address in --url is too long", hint));
    }
    Ok(())
}

/// What visitors reach.
fn visitors(app: Arc<App>) -> Router {
    let link_body = app.link_bytes_max.saturating_add(ENVELOPE_BYTES);
    let link_body = DefaultBodyLimit::max(usize::try_from(link_body).unwrap_or(usize::MAX));
    let asking = put(asking::store).layer(link_body).post(asking::unlock).delete(asking::remove);
    // Links are opened from anyone's pages, by anyone's viewer.
    let open_to_all = Router::new()
        .route("/l/{secret}", post(links::manifest).get(links::direct).options(links::preflight))
        .route("/f/{ticket}", get(links::location).options(links::preflight))
        .layer(middleware::map_response(for_any_origin));
    Router::new()
        .merge(open_to_all)
        .route("/api/links", asking)
        .route("/api/gateway", get(asking::info))
        .route("/api/portal", get(portal::listing))
        .route("/health", get(health))
        .fallback(portal::file)
        .method_not_allowed_fallback(|| async { inactive() })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// What the operator's monitoring reaches.
fn monitoring(app: Arc<App>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(|State(app): State<Arc<App>>| async move { app.metrics.text() }))
        .with_state(app)
}

/// `GET /health`: 200 if node and store answer, or else 503.
async fn health(State(app): State<Arc<App>>) -> Response {
    let node = app.node.ask(|client| async move { client.call::<serde_json::Value>("system_health", []).await }).await;
    let store = app.store.with(|store| store.check()).await;
    let status = if node.is_ok() && store.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_answer(status, &json!({ "node": node.is_ok(), "store": store.is_ok() }))
}

/// Counts and bounds requests, and gives every answer the strict headers.
async fn guard(
    State(app): State<Arc<App>>,
    ConnectInfo(visitor): ConnectInfo<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let address = visitor_address(&app, &visitor, &request);
    // A page of the portal is many files, and each costs nothing but its bytes.
    let path = request.uri().path();
    let counts = ["/l/", "/f/", "/api/links", "/health"].iter().any(|bounded| path.starts_with(bounded));
    let taken = if counts { app.rate.take(address, Instant::now()) } else { Ok(()) };
    let mut response = match taken {
        Ok(()) => match tokio::time::timeout(REQUEST_WITHIN, next.run(request)).await {
            Ok(response) => response,
            Err(_) => unavailable(),
        },
        Err(wait) => for_any_origin(too_many(wait)).await,
    };
    app.metrics.answers.with_label_values(&[response.status().as_str()]).inc();
    let headers = response.headers_mut();
    for (name, value) in strict_headers(app.https) {
        headers.entry(name).or_insert(value);
    }
    response
}

/// Lets pages of any origin read the answer.
async fn for_any_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}

/// Who visits: the other end of the connection, or whom the proxy there names last.
fn visitor_address(app: &App, visitor: &Visitor, request: &Request) -> IpAddr {
    let forwarded = || {
        let values = request.headers().get_all("x-forwarded-for").iter().next_back()?;
        values.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let named = if app.behind_proxy { forwarded() } else { None };
    named.unwrap_or(visitor.0)
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|_| Failure::new(format!("{address} cannot be listened on"), "choose another address or port"))
}

fn identity(arguments: &Arguments) -> Result<Identity> {
    let key = &arguments.key;
    if key.starts_with("//") || key.starts_with("0x") {
        return Ok(Identity::from_uri(key)?);
    }
    let keystore = match &arguments.keystore {
        Some(folder) => Keystore::new(folder),
        None => Keystore::in_data_folder()?,
    };
    let Some(file) = &arguments.passphrase_file else {
        return Err(Failure::new("no passphrase was given", "name the file that holds it with --passphrase-file"));
    };
    let text = secrets::read(file)?;
    let text = std::str::from_utf8(&text).map_err(|_| {
        Failure::new(format!("{:?} holds no text", file.display().to_string()), "give a file of UTF-8 text")
    })?;
    let line = text.split('\n').next().unwrap_or_default();
    Ok(keystore.unlock(key, line.trim_end_matches('\r'))?)
}

/// Waits for Ctrl-C or SIGTERM.
async fn told_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn links_begin_with_an_address_of_the_web_that_leaves_them_short_enough() {
        let longest = format!("https://{}", "a".repeat(URL_MAX - 8));
        for url in ["https://gateway.example.org", "http://127.0.0.1:8480/", "https://example.org/medchain", &longest] {
            check_url(url).unwrap();
        }
        for url in ["gateway.example.org", "https://", "ftp://x", "https://a b", "https://a#", &format!("{longest}a")] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }
}
