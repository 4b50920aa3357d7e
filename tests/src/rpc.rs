//! The node's JSON-RPC as it goes over the wire, with errors as the node gives them: code, sentence, data.

use crate::block_on;
use anyhow::{anyhow, bail, Result};
use jsonrpsee::{
    core::{
        client::{ClientT, Error},
        params::ArrayParams,
    },
    http_client::{HttpClient, HttpClientBuilder},
};
use serde_json::Value;
use std::time::Duration;

/// Most bytes of a request or an answer.
const REQUEST_MAX: u32 = 64 * 1024 * 1024;

/// A refusal of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRefusal {
    /// The error code.
    pub code: i32,
    /// The sentence.
    pub message: String,
    /// What it carries for machines; null if nothing.
    pub data: Value,
}

impl NodeRefusal {
    /// The reason for machines: the name of a pallet's error, or the node's own.
    pub fn reason(&self) -> &str {
        ["error", "reason"].iter().find_map(|field| self.data.get(field)).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A node's JSON-RPC over HTTP.
#[derive(Clone, Debug)]
pub struct Rpc {
    client: HttpClient,
}

impl Rpc {
    /// For the node that listens on this loopback port.
    pub fn new(port: u16) -> Result<Self> {
        Self::within(port, Duration::from_secs(60))
    }

    /// For the node on this loopback port, which answers within this time or is taken for dead.
    pub fn within(port: u16, time: Duration) -> Result<Self> {
        let client = HttpClientBuilder::default()
            .request_timeout(time)
            .max_request_size(REQUEST_MAX)
            .max_response_size(REQUEST_MAX)
            .build(format!("http://127.0.0.1:{port}"))?;
        Ok(Self { client })
    }

    /// The number of the last finalized block.
    pub fn finalized(&self) -> Result<u64> {
        let head = self.answer("chain_getFinalizedHead", vec![])?;
        number(&self.answer("chain_getHeader", vec![head])?)
    }

    /// The number of the best block.
    pub fn best(&self) -> Result<u64> {
        number(&self.answer("chain_getHeader", vec![])?)
    }

    /// The hash of a block of the best chain; `None` if there is none of this number yet.
    pub fn block_hash(&self, number: u64) -> Result<Option<String>> {
        let hash = self.answer("chain_getBlockHash", vec![number.into()])?;
        Ok(hash.as_str().map(str::to_owned))
    }

    /// Calls a method: its answer, or its refusal.
    ///
    /// # Errors
    /// If the node does not answer at all.
    pub fn call(&self, method: &str, parameters: Vec<Value>) -> Result<Result<Value, NodeRefusal>> {
        let mut given = ArrayParams::new();
        for parameter in parameters {
            given.insert(parameter)?;
        }
        match block_on(self.client.request(method, given)) {
            Ok(answer) => Ok(Ok(answer)),
            Err(Error::Call(error)) => Ok(Err(NodeRefusal {
                code: error.code(),
                message: error.message().to_owned(),
                data: error.data().map_or(Ok(Value::Null), |data| serde_json::from_str(data.get()))?,
            })),
            Err(error) => bail!("{method}: the node does not answer: {error}"),
        }
    }

    /// Calls a method that must answer.
    ///
    /// # Errors
    /// If it refuses, or the node does not answer.
    pub fn answer(&self, method: &str, parameters: Vec<Value>) -> Result<Value> {
        self.call(method, parameters)?
            .map_err(|refusal| anyhow!("{method} refuses: {} ({})", refusal.message, refusal.code))
    }

    /// Calls a method that must refuse.
    ///
    /// # Errors
    /// If it answers, or the node does not answer.
    pub fn refusal(&self, method: &str, parameters: Vec<Value>) -> Result<NodeRefusal> {
        match self.call(method, parameters)? {
            Ok(answer) => bail!("{method} answers instead of refusing: {answer}"),
            Err(refusal) => Ok(refusal),
        }
    }
}

/// The number in a header.
fn number(header: &Value) -> Result<u64> {
    let number = header.get("number").and_then(Value::as_str).unwrap_or_default();
    Ok(u64::from_str_radix(number.trim_start_matches("0x"), 16)?)
}
