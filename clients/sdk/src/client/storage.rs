//! Reads of the chain's storage, by the node's word, where it has no method of its own for them.

use super::Client;
use crate::error::{Error, Result};
use codec::{Decode, DecodeAll};
use serde_json::{json, Value};

/// The most keys that one listing gives.
const KEYS_MAX: u32 = 1000;

/// What the keys of a storage item begin with.
pub(crate) fn storage_prefix(pallet: &str, item: &str) -> Vec<u8> {
    [sp_crypto_hashing::twox_128(pallet.as_bytes()), sp_crypto_hashing::twox_128(item.as_bytes())].concat()
}

impl Client {
    /// The value of a storage item at the finalized block, under this hashed key of a map; `None` if it is absent.
    pub(crate) async fn stored<T: Decode>(&self, pallet: &str, item: &str, key: &[u8]) -> Result<Option<T>> {
        let Some(bytes) = self.stored_bytes(pallet, item, key).await? else { return Ok(None) };
        let malformed = |_| Error::MalformedAnswer { method: "state_getStorage".to_owned() };
        T::decode_all(&mut bytes.as_slice()).map(Some).map_err(malformed)
    }

    /// As [`Client::stored`], undecoded.
    pub(crate) async fn stored_bytes(&self, pallet: &str, item: &str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let finalized: Value = self.call("chain_getFinalizedHead", []).await?;
        let key = [storage_prefix(pallet, item).as_slice(), key].concat();
        let stored: Option<String> =
            self.call("state_getStorage", [json!(format!("0x{}", hex::encode(key))), finalized]).await?;
        stored.map(|text| from_hex(&text, "state_getStorage")).transpose()
    }

    /// The keys that begin so, a thousand at most.
    pub(crate) async fn stored_keys(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>> {
        let method = "state_getKeysPaged";
        let prefix = json!(format!("0x{}", hex::encode(prefix)));
        let keys: Vec<String> = self.call(method, [prefix, json!(KEYS_MAX)]).await?;
        keys.iter().map(|key| from_hex(key, method)).collect()
    }
}

fn from_hex(text: &str, method: &str) -> Result<Vec<u8>> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text))
        .map_err(|_| Error::MalformedAnswer { method: method.to_owned() })
}
