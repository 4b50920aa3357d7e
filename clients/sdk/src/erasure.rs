//! Which nodes have deleted an erased record, and when: each says so under its own signature, which is checked here.

use crate::{
    client::{Client, Hash},
    error::{Error, Result},
    vault::validators,
};
use medchain_primitives::{Moment, RecordId};
use medchain_vault::ContentRoot;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sp_core::{ed25519, sr25519, Pair};

/// What the nodes say of the erasure of a record.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureReport {
    /// The record.
    pub record: RecordId,
    /// Its content's CID.
    pub content: String,
    /// The nodes that have deleted it, the first to do so first.
    pub nodes: Vec<NodeErasure>,
    /// Nodes that are connected to the one asked and do not say that they have.
    pub silent: Vec<String>,
    /// How many validators' nodes have not said that they have: away, or not yet done.
    pub validators_missing: usize,
}

/// A node's word that it has deleted what it held.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeErasure {
    /// The node's network identity.
    pub node: String,
    /// Whether it is a validator's of the finalized block.
    pub validator: bool,
    /// When it deleted, in milliseconds since 1970 by its clock.
    pub deleted_at: Moment,
}

#[derive(Deserialize)]
struct Answer {
    content: String,
    nodes: Vec<Statement>,
    silent: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    node: String,
    key: Hash,
    deleted_at: Moment,
    signature: String,
    validator: Option<ValidatorSignature>,
}

#[derive(Deserialize)]
struct ValidatorSignature {
    key: Hash,
    signature: String,
}

fn signature(text: &str) -> Option<[u8; 64]> {
    let mut signature = [0; 64];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut signature).ok()?;
    Some(signature)
}

impl Statement {
    fn text(&self, genesis: &[u8; 32], record: RecordId, content: &ContentRoot) -> Vec<u8> {
        let label = b"medchain/erased/v1".as_slice();
        [label, genesis, &record.0.to_le_bytes(), &content.0, &self.deleted_at.to_le_bytes()].concat()
    }

    /// Whether the node has signed it.
    fn is_signed(&self, text: &[u8]) -> bool {
        signature(&self.signature).is_some_and(|signature| {
            ed25519::Pair::verify(
                &ed25519::Signature::from_raw(signature),
                text,
                &ed25519::Public::from_raw(self.key.0),
            )
        })
    }

    /// The validator that has signed it too.
    fn validator(&self, text: &[u8]) -> Option<[u8; 32]> {
        let validator = self.validator.as_ref()?;
        let signature = sr25519::Signature::from_raw(signature(&validator.signature)?);
        sr25519::Pair::verify(&signature, text, &sr25519::Public::from_raw(validator.key.0)).then_some(validator.key.0)
    }
}

/// Asks a node what it and those connected to it say of the erasure of a record. Statements whose signature does not hold
/// count as none.
///
/// # Errors
/// Those of [`Client::call`]: 7104 for a record that does not exist, 7111 for one that is not erased.
pub async fn report(client: &Client, record: RecordId) -> Result<ErasureReport> {
    let answer: Answer = client.call("vault_erasure", [json!(record)]).await?;
    let content = ContentRoot::parse_cid(&answer.content)
        .map_err(|_| Error::MalformedAnswer { method: "vault_erasure".to_owned() })?;
    Ok(checked(answer, &client.genesis(), record, &content, &validators(client).await?))
}

fn checked(
    answer: Answer,
    genesis: &[u8; 32],
    record: RecordId,
    content: &ContentRoot,
    validators: &[[u8; 32]],
) -> ErasureReport {
    let (mut nodes, mut silent) = (Vec::new(), answer.silent);
    let mut missing: Vec<[u8; 32]> = validators.to_vec();
    for statement in answer.nodes {
        let text = statement.text(genesis, record, content);
        if !statement.is_signed(&text) {
            silent.push(statement.node);
            continue;
        }
        let validator = statement.validator(&text).filter(|key| validators.contains(key));
        missing.retain(|key| Some(*key) != validator);
        nodes.push(NodeErasure {
            node: statement.node,
            validator: validator.is_some(),
            deleted_at: statement.deleted_at,
        });
    }
    nodes.sort_by_key(|node| node.deleted_at);
    ErasureReport { record, content: answer.content, nodes, silent, validators_missing: missing.len() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GENESIS: [u8; 32] = [5; 32];
    const RECORD: RecordId = RecordId(4);
    const CONTENT: ContentRoot = ContentRoot([7; 32]);

    fn statement(name: &str, deleted_at: Moment, validator: Option<&sr25519::Pair>) -> Statement {
        let identity = ed25519::Pair::from_string(&format!("//{name}"), None).unwrap();
        let unsigned = Statement {
            node: name.to_owned(),
            key: Hash(identity.public().0),
            deleted_at,
            signature: String::new(),
            validator: None,
        };
        let text = unsigned.text(&GENESIS, RECORD, &CONTENT);
        let validator = validator.map(|pair| ValidatorSignature {
            key: Hash(pair.public().0),
            signature: format!("0x{}", hex::encode(pair.sign(&text).0)),
        });
        Statement { signature: format!("0x{}", hex::encode(identity.sign(&text).0)), validator, ..unsigned }
    }

    #[test]
    fn only_what_a_node_has_signed_for_this_record_counts_and_only_validators_of_the_chain_as_validators() {
        let (alice, bob) =
            (sr25519::Pair::from_string("//Alice", None).unwrap(), sr25519::Pair::from_string("//Bob", None).unwrap());
        let mut forged = statement("Forger", 3, Some(&bob));
        forged.deleted_at = 1;
        let answer = Answer {
            content: CONTENT.to_string(),
            nodes: vec![statement("Hospital", 9, Some(&alice)), statement("Clinic", 8, None), forged],
            silent: vec!["Laboratory".to_owned()],
        };
        let validators = [alice.public().0, bob.public().0];
        let report = checked(answer, &GENESIS, RECORD, &CONTENT, &validators);
        let told: Vec<_> = report.nodes.iter().map(|node| (node.node.as_str(), node.validator)).collect();
        assert_eq!(told, [("Clinic", false), ("Hospital", true)]);
        assert_eq!(report.silent, ["Laboratory", "Forger"]);
        assert_eq!(report.validators_missing, 1);

        let answer = Answer {
            content: CONTENT.to_string(),
            nodes: vec![statement("Hospital", 9, Some(&alice))],
            silent: Vec::new(),
        };
        assert!(checked(answer, &GENESIS, RecordId(5), &CONTENT, &validators).nodes.is_empty(), "another record");
    }
}
