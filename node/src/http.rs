//! Bulk transfers by plain HTTP, beside JSON-RPC: leaves as they are, one after the other, in one request. Tickets and
//! gates are the same; everything else about an upload or a reading goes over JSON-RPC.
//!
//! | request | body | what it does |
//! |---|---|---|
//! | `PUT /vault/1/leaves/<first>` | leaves `first`, `first + 1`, … | takes them for the upload of the ticket's content |
//! | `GET /vault/1/records/<record>/leaves/<first>` | – | answers with the leaves from `first` to the last |
//!
//! The header `authorization` is `MedChain` and the ticket's JSON in base64. A refusal has the JSON of the JSON-RPC error as
//! its body. Memory does not grow with the content: of each transfer a few leaves are in memory. Who sends or takes less
//! than a leaf a minute is disconnected.

use crate::{
    gate::{Gate, Reading},
    rpc::{
        failure::{failure, Code},
        ChainClient,
    },
    ticket::Ticket,
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{header, HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, put},
    serve::Listener,
    Router,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use futures::{stream, StreamExt};
use jsonrpsee::{core::RpcResult, types::ErrorObjectOwned};
use medchain_primitives::RecordId;
use medchain_vault::{RootBlock, LEAF_BYTES};
use serde_json::json;
use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{mpsc, OwnedSemaphorePermit, Semaphore},
    task::{spawn_blocking, JoinError},
    time::{sleep, timeout, Sleep},
};

const LOG: &str = "vault";

/// The most connections at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 64;
/// How long a leaf may take to arrive or to be taken, and how long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many leaves of a transfer wait for the disk or for the client.
const LEAVES_AHEAD: usize = 2;
/// How long the chain is not asked again about a reading that was allowed.
const ALLOWED_FOR: Duration = Duration::from_secs(1);
/// The longest ticket in base64, in bytes.
const TICKET_MAX: usize = 4096;
/// How the header with the ticket begins.
const SCHEME: &str = "MedChain ";

/// Serves transfers until the node stops.
///
/// # Errors
/// If nothing can be accepted any more.
pub async fn serve<C: ChainClient>(listener: TcpListener, gate: Arc<Gate<C>>) -> io::Result<()> {
    let router = Router::new()
        .route("/vault/1/leaves/{first}", put(store::<C>))
        .route("/vault/1/records/{record}/leaves/{first}", get(fetch::<C>))
        .with_state(gate);
    axum::serve(Patient { listener, connections: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }, router).await
}

/// A refusal as an HTTP answer.
struct Refused(ErrorObjectOwned);

impl From<ErrorObjectOwned> for Refused {
    fn from(error: ErrorObjectOwned) -> Self {
        Self(error)
    }
}

impl From<JoinError> for Refused {
    fn from(_: JoinError) -> Self {
        let data = json!({ "reason": "stopping", "hint": "ask another node" });
        Self(failure(Code::Storage, "the node is stopping", data))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self.0.code() {
            code if code == Code::Ticket as i32 => StatusCode::UNAUTHORIZED,
            code if code == Code::StoringRefused as i32 || code == Code::ReadingRefused as i32 => StatusCode::FORBIDDEN,
            code if code == Code::UnknownRecord as i32 || code == Code::NotHeld as i32 => StatusCode::NOT_FOUND,
            code if code == Code::Upload as i32 => StatusCode::CONFLICT,
            code if code == Code::Busy as i32 => StatusCode::SERVICE_UNAVAILABLE,
            code if code == Code::Storage as i32 => StatusCode::INSUFFICIENT_STORAGE,
            code if code == Code::RuntimeApi as i32 => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

fn ticket(headers: &HeaderMap) -> Result<Ticket, ErrorObjectOwned> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix(SCHEME))
        .filter(|text| text.len() <= TICKET_MAX)
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| {
            let hint = "send the header authorization: MedChain and the ticket's JSON in base64";
            failure(Code::Ticket, "there is no ticket", json!({ "reason": "malformed", "hint": hint }))
        })
}

/// Takes leaves of an upload. Those before the one that is refused stay.
async fn store<C: ChainClient>(
    State(gate): State<Arc<Gate<C>>>,
    Path(first): Path<u32>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let started = Instant::now();
    let ticket = ticket(&headers)?;
    // One leaf is written while the next arrives.
    let (leaves, mut arrived) = mpsc::channel::<Vec<u8>>(LEAVES_AHEAD);
    let writing = spawn_blocking({
        let gate = gate.clone();
        move || -> RpcResult<()> {
            for index in first.. {
                let Some(leaf) = arrived.blocking_recv() else { break };
                gate.put_leaf(&ticket, index, &leaf)?;
            }
            Ok(())
        }
    });
    let receiving = receive(body, leaves).await;
    let written = writing.await?;
    let result = written.and(receiving);
    gate.count("PUT leaves", started, result.as_ref().err());
    Ok(result.map(|()| StatusCode::NO_CONTENT)?)
}

/// Cuts a body into leaves. Ends early if nobody takes them any more: then what happened to them says why.
async fn receive(body: Body, leaves: mpsc::Sender<Vec<u8>>) -> RpcResult<()> {
    let cut_off = |message: &str| {
        let hint = "send the leaves that vault_begin names as missing again";
        failure(Code::Upload, message, json!({ "reason": "cutOff", "hint": hint }))
    };
    let mut pieces = body.into_data_stream();
    let mut leaf: Vec<u8> = Vec::new();
    let mut since = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(since.elapsed());
        let piece = match timeout(left, pieces.next()).await {
            Err(_) => return Err(cut_off("the leaves came too slowly")),
            Ok(Some(Err(_))) => return Err(cut_off("the leaves did not come to their end")),
            Ok(piece) => piece.and_then(Result::ok),
        };
        let Some(mut piece) = piece else { break };
        while !piece.is_empty() {
            if leaf.capacity() == 0 {
                leaf.reserve_exact(LEAF_BYTES);
            }
            let now = piece.split_to(piece.len().min(LEAF_BYTES - leaf.len()));
            leaf.extend_from_slice(&now);
            if leaf.len() == LEAF_BYTES {
                if leaves.send(std::mem::take(&mut leaf)).await.is_err() {
                    return Ok(());
                }
                since = Instant::now();
            }
        }
    }
    if !leaf.is_empty() {
        // Refused leaves are reported by who was to take them.
        let _ = leaves.send(leaf).await;
    }
    Ok(())
}

/// Serves leaves of a record. Whether the reading is still allowed is asked again while it goes on.
async fn fetch<C: ChainClient>(
    State(gate): State<Arc<Gate<C>>>,
    Path((record, first)): Path<(u64, u32)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let started = Instant::now();
    let opened = match ticket(&headers) {
        Ok(ticket) => spawn_blocking({
            let gate = gate.clone();
            move || {
                let reading = gate.authorize(&ticket, RecordId(record))?;
                Ok((ticket, gate.root(&reading)?))
            }
        })
        .await
        .map_err(Refused::from)?,
        Err(error) => Err(error),
    };
    let (ticket, root) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            gate.count("GET leaves", started, Some(&error));
            return Err(error.into());
        }
    };
    let length = length_from(&root, first);
    let (leaves, taken) = mpsc::channel::<io::Result<Bytes>>(LEAVES_AHEAD);
    tokio::spawn(async move {
        let result = send(&gate, ticket, RecordId(record), first..root.leaf_count(), leaves).await;
        gate.count("GET leaves", started, result.as_ref().err());
    });
    let body = stream::unfold(taken, |mut taken| async move { taken.recv().await.map(|leaf| (leaf, taken)) });
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// How many bytes there are from leaf `first` on.
fn length_from(root: &RootBlock, first: u32) -> u64 {
    root.size().saturating_sub(u64::from(first) * LEAF_BYTES as u64)
}

/// Reads leaves and hands them over. The body is cut off where one is refused: it has fewer bytes than was said, and the
/// client asks for the rest to learn why.
async fn send<C: ChainClient>(
    gate: &Arc<Gate<C>>,
    ticket: Ticket,
    record: RecordId,
    indices: std::ops::Range<u32>,
    leaves: mpsc::Sender<io::Result<Bytes>>,
) -> RpcResult<()> {
    let ticket = Arc::new(ticket);
    let mut allowed = None;
    for index in indices {
        let read = spawn_blocking({
            let (gate, ticket) = (gate.clone(), ticket.clone());
            move || {
                let (reading, since) = match allowed {
                    // The end of a window is kept to the millisecond.
                    Some((reading, since))
                        if Instant::elapsed(&since) < ALLOWED_FOR && !Reading::has_closed(&reading) =>
                    {
                        (reading, since)
                    }
                    _ => (gate.authorize(&ticket, record)?, Instant::now()),
                };
                let leaf = gate.leaf(&reading, index)?;
                Ok((leaf, (reading, since)))
            }
        });
        let read = match read.await {
            Ok(read) => read,
            // The node stops.
            Err(_) => return Ok(()),
        };
        let leaf = match read {
            Ok((leaf, reading)) => {
                allowed = Some(reading);
                Ok(Bytes::from(leaf))
            }
            Err(error) => {
                // The client may be gone, which is all the same.
                let _ = leaves.try_send(Err(io::Error::other("refused")));
                return Err(error);
            }
        };
        // Who has gone away, or takes nothing, is served no further.
        if !matches!(timeout(PATIENCE, leaves.send(leaf)).await, Ok(Ok(()))) {
            return Ok(());
        }
    }
    Ok(())
}

/// Accepts no more connections than may be open, and closes those that are silent for too long.
struct Patient {
    listener: TcpListener,
    connections: Arc<Semaphore>,
}

impl Listener for Patient {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The semaphore is never closed; without a permit the connection is accepted all the same.
        let permit = self.connections.clone().acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            log::debug!(target: LOG, "a connection keeps its delay: {error}");
        }
        (Connection { stream, silence: Box::pin(sleep(PATIENCE)), _permit: permit }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that fails once nothing has gone through it for too long, in either direction.
struct Connection {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Connection {
    /// Passes on what an operation gave, unless it waits and the time is up.
    fn watched<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.silence.as_mut().reset(tokio::time::Instant::now() + PATIENCE);
            return polled;
        }
        self.silence.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watched(context, polled)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.watched(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Listens for transfers.
///
/// # Errors
/// If the port is taken.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}
