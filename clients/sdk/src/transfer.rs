//! Many leaves at once, by plain HTTP beside the node's JSON-RPC. It is only a faster way: whatever fails here is tried
//! over JSON-RPC, which gives the reason.

use crate::error::Result;
use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use futures::{stream, Stream, StreamExt};
use medchain_primitives::RecordId;
use medchain_vault::{RootBlock, LEAF_BYTES};
use reqwest::{header::AUTHORIZATION, Body, Client, Response};
use serde_json::Value;
use std::time::Duration;

/// How long connecting may take. Where the port is not reachable, JSON-RPC is not kept waiting.
const CONNECT: Duration = Duration::from_secs(2);
/// How long the node may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// A node's HTTP, with a ticket.
pub(crate) struct Transfer {
    http: Client,
    base: String,
    authorization: String,
}

impl Transfer {
    /// The HTTP that the node at `url` offers as `offer`: an address of its own, or a port of the node's host. Nothing if
    /// there is no way to it.
    pub(crate) fn new(url: &str, offer: &str, ticket: &Value) -> Option<Self> {
        let base = base(url, offer)?;
        let http = Client::builder().connect_timeout(CONNECT).read_timeout(SILENCE).no_proxy().build().ok()?;
        let authorization = format!("MedChain {}", BASE64.encode(ticket.to_string()));
        Some(Self { http, base, authorization })
    }

    /// Sends leaves of an upload from number `first` on, which have so many bytes in all; says whether the node took them.
    pub(crate) async fn send(
        &self,
        first: u32,
        bytes: u64,
        leaves: impl Stream<Item = Result<Vec<u8>>> + Send + 'static,
    ) -> bool {
        let sent = self
            .http
            .put(format!("{}/vault/1/leaves/{first}", self.base))
            .header(AUTHORIZATION, &self.authorization)
            .header(reqwest::header::CONTENT_LENGTH, bytes)
            .body(Body::wrap_stream(leaves))
            .send()
            .await;
        sent.is_ok_and(|response| response.status().is_success())
    }

    /// The leaves of a record in order, each as the root names it, as many as the node gives.
    pub(crate) fn leaves<'a>(self, record: RecordId, root: &'a RootBlock) -> impl Stream<Item = Vec<u8>> + 'a {
        stream::once(async move {
            let answer = self
                .http
                .get(format!("{}/vault/1/records/{record}/leaves/0", self.base))
                .header(AUTHORIZATION, &self.authorization)
                .send()
                .await
                .ok()
                .filter(|response| response.status().is_success());
            stream::unfold((answer, Vec::new(), 0u32), move |(mut answer, mut rest, index)| async move {
                let leaf = next_leaf(answer.as_mut()?, &mut rest, root.leaf_len(index)?).await?;
                root.is_leaf(index, &leaf).then_some((leaf, (answer, rest, index + 1)))
            })
        })
        .flatten()
    }
}

/// The next leaf of a body; `rest` is what came with the one before.
async fn next_leaf(answer: &mut Response, rest: &mut Vec<u8>, length: usize) -> Option<Vec<u8>> {
    let mut leaf = std::mem::take(rest);
    leaf.reserve_exact(LEAF_BYTES.saturating_sub(leaf.len()));
    while leaf.len() < length {
        leaf.extend_from_slice(&answer.chunk().await.ok()??);
    }
    *rest = leaf.split_off(length);
    Some(leaf)
}

/// Where a node's HTTP is. A port alone belongs to the node's host, and carries no TLS.
fn base(url: &str, offer: &str) -> Option<String> {
    let Some(port) = offer.strip_prefix(':') else { return Some(offer.trim_end_matches('/').to_owned()) };
    let port: u16 = port.parse().ok()?;
    let authority = url.strip_prefix("ws://")?.split('/').next()?;
    let host = match authority.rsplit_once(':') {
        // An IPv6 address has colons too, within brackets.
        Some((host, end)) if !end.ends_with(']') => host,
        _ => authority,
    };
    Some(format!("http://{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_belongs_to_the_host_of_the_node_and_an_address_stands_for_itself() {
        for (url, offer, expected) in [
            ("ws://127.0.0.1:9944", ":9950", Some("http://127.0.0.1:9950")),
            ("ws://node.example/rpc", ":9950", Some("http://node.example:9950")),
            ("ws://[::1]:9944", ":9950", Some("http://[::1]:9950")),
            ("ws://[::1]", ":9950", Some("http://[::1]:9950")),
            ("wss://node.example", "https://vault.example/", Some("https://vault.example")),
            // Nothing leaves TLS behind.
            ("wss://node.example", ":9950", None),
            ("ws://127.0.0.1:9944", ":port", None),
        ] {
            assert_eq!(base(url, offer).as_deref(), expected, "{url} {offer}");
        }
    }
}
