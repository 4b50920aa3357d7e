//! A connection to a node: typed reads of `medchain_*`, and transactions.

mod alerts;
mod reads;
mod storage;
mod submit;

pub use alerts::Alerts;
pub use reads::{every_page, AccessDecision, Member, MemberSelector};
pub(crate) use storage::storage_prefix;
pub use submit::{Stage, Submitted, Wait};
pub use subxt::tx::Payload;

use crate::{
    chain::ChainConfig,
    error::{Error, Result},
};
use serde::{de::DeserializeOwned, Deserialize};
use std::sync::Arc;
use subxt::{
    backend::LegacyBackend,
    rpcs::client::{RpcClient, RpcParams},
    OnlineClient,
};
use tokio::sync::OnceCell;

/// The name that the runtime of every MedChain chain bears.
pub const SPEC_NAME: &str = "medchain";

/// A connection to one node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    rpc: RpcClient,
    /// Holds the chain's metadata; fetched by the first transaction, since reads do without.
    chain: OnceCell<OnlineClient<ChainConfig>>,
    url: String,
    genesis: [u8; 32],
    version: RuntimeVersion,
}

/// Which runtime a node runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeVersion {
    /// The runtime's name.
    pub spec_name: String,
    /// The version of its logic.
    pub spec_version: u32,
    /// The version of its transactions.
    pub transaction_version: u32,
}

impl Client {
    /// Connects and makes sure that the node is one of a MedChain chain.
    ///
    /// # Errors
    /// [`Error::MalformedUrl`], [`Error::Unreachable`], [`Error::WrongChain`].
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_to(url, None).await
    }

    /// As [`Client::connect`], and refuses a chain whose genesis hash is not `genesis`.
    ///
    /// # Errors
    /// Those of [`Client::connect`], and [`Error::WrongGenesis`].
    pub async fn connect_to(url: &str, genesis: Option<[u8; 32]>) -> Result<Self> {
        if !(url.starts_with("ws://") || url.starts_with("wss://")) {
            return Err(Error::MalformedUrl { url: url.to_owned() });
        }
        let rpc = RpcClient::from_insecure_url(url).await.map_err(|_| Error::Unreachable { url: url.to_owned() })?;
        let version: RuntimeVersion = request(&rpc, "state_getRuntimeVersion", params([])).await?;
        if version.spec_name != SPEC_NAME {
            return Err(Error::WrongChain { url: url.to_owned(), found: version.spec_name });
        }
        let found: Hash = request(&rpc, "chain_getBlockHash", params([0.into()])).await?;
        if let Some(expected) = genesis.filter(|expected| *expected != found.0) {
            return Err(Error::WrongGenesis {
                expected: format!("0x{}", hex::encode(expected)),
                found: format!("0x{}", hex::encode(found.0)),
            });
        }
        let inner = Inner { rpc, chain: OnceCell::new(), url: url.to_owned(), genesis: found.0, version };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    /// The hash of the chain's genesis block.
    pub fn genesis(&self) -> [u8; 32] {
        self.inner.genesis
    }

    /// The runtime that the node ran when the connection was made.
    pub fn runtime_version(&self) -> &RuntimeVersion {
        &self.inner.version
    }

    /// Calls a JSON-RPC method with positional parameters.
    ///
    /// # Errors
    /// [`Error::Node`] if the node refuses, [`Error::ConnectionLost`], [`Error::MalformedAnswer`].
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        parameters: impl IntoIterator<Item = serde_json::Value>,
    ) -> Result<T> {
        request(&self.inner.rpc, method, params(parameters)).await
    }

    /// The chain client, which knows the chain's metadata.
    pub(crate) async fn chain(&self) -> Result<&OnlineClient<ChainConfig>> {
        self.inner
            .chain
            .get_or_try_init(|| async {
                // Standard methods that every Substrate node has; they hold no blocks pinned while we wait for finality.
                let backend = LegacyBackend::builder().build(self.inner.rpc.clone());
                OnlineClient::from_backend(Arc::new(backend)).await.map_err(|_| Error::ConnectionLost)
            })
            .await
    }
}

/// 32 bytes as `0x`-prefixed hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(pub [u8; 32]);

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(&text), &mut bytes).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes))
    }
}

fn params(parameters: impl IntoIterator<Item = serde_json::Value>) -> RpcParams {
    let mut params = RpcParams::new();
    for parameter in parameters {
        // A JSON value always serialises.
        let _ = params.push(parameter);
    }
    params
}

async fn request<T: DeserializeOwned>(rpc: &RpcClient, method: &str, params: RpcParams) -> Result<T> {
    rpc.request(method, params).await.map_err(|error| from_rpc(method, error))
}

/// What the data of the node's errors may hold.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorData {
    reason: Option<serde_json::Value>,
    hint: Option<String>,
    pallet: Option<String>,
    error: Option<String>,
    text: Option<String>,
}

pub(crate) fn from_rpc(method: &str, error: subxt::rpcs::Error) -> Error {
    use subxt::rpcs::Error as Rpc;
    let error = match error {
        Rpc::User(error) => error,
        Rpc::Deserialization(_) | Rpc::Decode(_) => return Error::MalformedAnswer { method: method.to_owned() },
        _ => return Error::ConnectionLost,
    };
    let data = error.data.as_deref().map(|data| data.get());
    // 1010 to 1019 are the transaction pool's; the reason is in the data as a plain string.
    if (1010..1020).contains(&error.code) {
        let reason = data.and_then(|data| serde_json::from_str::<String>(data).ok()).unwrap_or(error.message);
        return Error::TransactionRefused { reason: crate::error::uncapitalised(&reason) };
    }
    let data: ErrorData = data.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
    // The runtime's own refusal, which the node passes on.
    if let (Some(pallet), Some(name)) = (&data.pallet, &data.error) {
        return Error::dispatch(pallet, name, data.text.as_deref().unwrap_or_default());
    }
    let reason = data.reason.and_then(|reason| reason.as_str().map(str::to_owned));
    let message = match error.code {
        -32601 => format!("the node does not know the method {method}"),
        _ => crate::error::uncapitalised(error.message.trim_end_matches('.')),
    };
    Error::Node { code: error.code, message, reason, advice: data.hint }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use subxt::rpcs::UserError;

    fn refusal(code: i32, message: &str, data: Option<serde_json::Value>) -> Error {
        let data = data.map(|data| serde_json::value::to_raw_value(&data).unwrap());
        from_rpc("vault_begin", subxt::rpcs::Error::User(UserError { code, message: message.to_owned(), data }))
    }

    #[test]
    fn a_refusal_of_the_runtime_keeps_its_name() {
        let data =
            serde_json::json!({ "pallet": "Access", "error": "WindowClosed", "text": "No window; open the record." });
        let error = refusal(7103, "Reading refused", Some(data));
        assert_eq!(error.to_string(), "no window (Access.WindowClosed)");
        assert_eq!(error.hint().as_deref(), Some("open the record"));
    }

    #[test]
    fn the_pool_s_reason_is_passed_on() {
        let error = refusal(1010, "Invalid Transaction", Some("Transaction is outdated".into()));
        assert_eq!(error.to_string(), "the node does not take the transaction: transaction is outdated");
    }

    #[test]
    fn a_refused_ticket_keeps_the_node_s_reason() {
        let error = refusal(7101, "The ticket is refused.", Some(serde_json::json!({ "reason": "expired" })));
        assert!(matches!(&error, Error::Node { code: 7101, reason: Some(reason), .. } if reason == "expired"));
        assert_eq!(error.to_string(), "the ticket is refused");
    }

    #[tokio::test]
    async fn what_is_no_address_and_where_nobody_listens_are_told_apart() {
        assert!(matches!(Client::connect("http://127.0.0.1:1").await, Err(Error::MalformedUrl { .. })));
        assert!(matches!(Client::connect("ws://127.0.0.1:1").await, Err(Error::Unreachable { .. })));
    }
}
