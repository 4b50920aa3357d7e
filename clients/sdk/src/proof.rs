//! Keys to seal to, and records, from storage proofs.
//!
//! A client that took a reader's key from a node's word could be made to seal to the node's. Here the node proves the
//! registry's entry under the state root of the finalized header; the storage keys are computed from constants of this
//! program, not from metadata that the node serves. That the header is final is still the node's word: its
//! justification is not checked yet, except for [a record's proof](RecordProof).

mod finality;
mod record;

pub use record::{ProvenRecord, RecordProof};

use crate::{
    client::{storage_prefix, Client, Hash, MemberSelector},
    error::{Error, Result},
};
use codec::{Decode, Encode};
use medchain_primitives::*;
use medchain_sealing::{committee::CommitteeKey, keys::EncryptionPublic, seal::SealRecipient};
use serde::Deserialize;
use serde_json::json;
use sp_core::{crypto::AccountId32, Bytes, H256};
use sp_crypto_hashing::blake2_128;
use sp_runtime::{generic, traits::BlakeTwo256, traits::Header as _};
use sp_trie::StorageProof;
use std::collections::HashMap;

type Header = generic::Header<u32, BlakeTwo256>;

/// An encryption key that a storage proof under a finalized header shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenKey {
    /// Whose it is.
    pub recipient: SealRecipient,
    /// The key.
    pub key: EncryptionPublic,
    /// Its version.
    pub version: KeyVersion,
}

/// What a capsule is made to, proved like a member's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenCommittee {
    /// The epoch of the key.
    pub epoch: u32,
    /// The key.
    pub key: CommitteeKey,
}

/// A member of the registry, as far as a seal depends on it, proved like its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenMember {
    /// The member's number.
    pub id: MemberId,
    /// What it is.
    pub role: Role,
    /// Where it stands.
    pub status: Status,
    /// Its username.
    pub username: String,
    /// Its key.
    pub key: ProvenKey,
}

/// The beginning of the registry's entry for a member; what follows it is not looked at.
#[derive(Decode)]
struct MemberEntry {
    id: MemberId,
    role: Role,
    status: Status,
    _reason: Option<VettingReason>,
    username: Vec<u8>,
    encryption_key: EncryptionKey,
    key_version: KeyVersion,
}

impl Client {
    /// The member that the selector names, proved. The node says which account it means; the proof says that the
    /// account's entry bears this number or username.
    ///
    /// # Errors
    /// [`Error::UnknownMember`], also if the member is not final yet; [`Error::ProofRefused`].
    pub async fn proven_member(&self, selector: &MemberSelector) -> Result<ProvenMember> {
        let account = self.member(selector).await?.account;
        let key = member_key(&account);
        let mut values = self.prove(std::slice::from_ref(&key), "a member").await?;
        let entry =
            values.remove(&key).flatten().ok_or_else(|| Error::UnknownMember { selector: selector.to_string() })?;
        let refused = Error::ProofRefused { what: "a member" };
        let Ok(entry) = MemberEntry::decode(&mut entry.as_slice()) else { return Err(refused) };
        let Ok(username) = String::from_utf8(entry.username) else { return Err(refused) };
        let named = match selector {
            MemberSelector::Number(number) => *number == entry.id,
            MemberSelector::Account(named) => *named == account,
            MemberSelector::Username(named) => *named == username,
        };
        if !named {
            return Err(refused);
        }
        Ok(ProvenMember {
            id: entry.id,
            role: entry.role,
            status: entry.status,
            username,
            key: ProvenKey {
                recipient: SealRecipient::Member(entry.id.0),
                key: EncryptionPublic(entry.encryption_key.0),
                version: entry.key_version,
            },
        })
    }

    /// The keys of all administrators that have published one, proved together with who the administrators are.
    ///
    /// # Errors
    /// [`Error::ProofRefused`].
    pub async fn proven_administrator_keys(&self) -> Result<Vec<ProvenKey>> {
        const WHAT: &str = "the administrators' keys";
        let refused = || Error::ProofRefused { what: WHAT };
        let administrators = administrators_key();
        let mut values = self.prove(std::slice::from_ref(&administrators), WHAT).await?;
        let Some(list) = values.remove(&administrators).flatten() else { return Ok(Vec::new()) };
        let accounts = Vec::<[u8; 32]>::decode(&mut list.as_slice()).map_err(|_| refused())?;
        let keys: Vec<_> = accounts.iter().map(|account| administrator_key(&AccountId32::from(*account))).collect();
        let mut values = self.prove(&keys, WHAT).await?;
        let mut proven = Vec::new();
        for (account, key) in accounts.into_iter().zip(&keys) {
            let Some(value) = values.remove(key).flatten() else { continue };
            let (encryption_key, version) =
                <(EncryptionKey, KeyVersion)>::decode(&mut value.as_slice()).map_err(|_| refused())?;
            proven.push(ProvenKey {
                recipient: SealRecipient::Administrator(account),
                key: EncryptionPublic(encryption_key.0),
                version,
            });
        }
        Ok(proven)
    }

    /// The release committee's key to which capsules are made, with its epoch, proved.
    ///
    /// # Errors
    /// [`Error::NoCommittee`], [`Error::ProofRefused`].
    pub async fn proven_committee(&self) -> Result<ProvenCommittee> {
        const WHAT: &str = "the release committee";
        let refused = || Error::ProofRefused { what: WHAT };
        let key = committee_key();
        let mut values = self.prove(std::slice::from_ref(&key), WHAT).await?;
        let value = values.remove(&key).flatten().ok_or(Error::NoCommittee)?;
        let (epoch, point) = <(u32, CommitteePoint)>::decode(&mut value.as_slice()).map_err(|_| refused())?;
        let key = CommitteeKey::from_bytes(&point.0).map_err(|_| refused())?;
        Ok(ProvenCommittee { epoch, key })
    }

    /// The values under storage keys at the finalized head, proved under its header's state root.
    async fn prove(&self, keys: &[Vec<u8>], what: &'static str) -> Result<HashMap<Vec<u8>, Option<Vec<u8>>>> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let Hash(head) = self.call("chain_getFinalizedHead", []).await?;
        self.prove_at(H256(head), keys, what).await
    }

    /// The values under storage keys at a block, proved under its header's state root.
    async fn prove_at(
        &self,
        head: H256,
        keys: &[Vec<u8>],
        what: &'static str,
    ) -> Result<HashMap<Vec<u8>, Option<Vec<u8>>>> {
        #[derive(Deserialize)]
        struct ReadProof {
            proof: Vec<Bytes>,
        }

        let header: Header = self.call("chain_getHeader", [json!(head)]).await?;
        if header.hash() != head {
            return Err(Error::ProofRefused { what });
        }
        let hex_keys: Vec<_> = keys.iter().map(|key| format!("0x{}", hex::encode(key))).collect();
        let answer: ReadProof = self.call("state_getReadProof", [json!(hex_keys), json!(head)]).await?;
        check(*header.state_root(), answer.proof.into_iter().map(|node| node.0), keys, what)
    }
}

/// Checks a proof against a state root.
fn check(
    root: H256,
    proof: impl IntoIterator<Item = Vec<u8>>,
    keys: &[Vec<u8>],
    what: &'static str,
) -> Result<HashMap<Vec<u8>, Option<Vec<u8>>>> {
    sp_state_machine::read_proof_check::<BlakeTwo256, _>(root, StorageProof::new(proof), keys)
        .map(|values| values.into_iter().collect())
        .map_err(|_| Error::ProofRefused { what })
}

fn by_account(pallet: &str, item: &str, account: &AccountId32) -> Vec<u8> {
    let encoded = account.encode();
    [storage_prefix(pallet, item), blake2_128(&encoded).to_vec(), encoded].concat()
}

fn member_key(account: &AccountId32) -> Vec<u8> {
    by_account("Registry", "Members", account)
}

fn administrator_key(account: &AccountId32) -> Vec<u8> {
    by_account("Registry", "AdministratorKeys", account)
}

fn administrators_key() -> Vec<u8> {
    storage_prefix("Administrators", "Members")
}

fn committee_key() -> Vec<u8> {
    storage_prefix("Access", "Committee")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sp_runtime::StateVersion;
    use sp_state_machine::{prove_read, TrieBackend};
    use sp_trie::PrefixedMemoryDB;

    pub(super) fn state(entries: &[(Vec<u8>, Vec<u8>)]) -> TrieBackend<PrefixedMemoryDB<BlakeTwo256>, BlakeTwo256> {
        let mut backend = sp_state_machine::InMemoryBackend::<BlakeTwo256>::default();
        backend.insert(
            vec![(None, entries.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect())],
            StateVersion::V1,
        );
        backend
    }

    #[test]
    fn a_proof_shows_the_entry_and_its_absence_and_nothing_else() {
        let doctor = member_key(&AccountId32::from([2; 32]));
        let stranger = member_key(&AccountId32::from([9; 32]));
        let entry = (MemberId(1002), Role::Doctor, Status::Active, None::<VettingReason>, b"dr.lind".to_vec());
        let value = (entry, EncryptionKey([7; 32]), 1u32, None::<()>, 5u64).encode();
        let backend = state(&[(doctor.clone(), value.clone()), (administrators_key(), vec![0; 40])]);
        let root = *backend.root();
        let keys = [doctor.clone(), stranger.clone()];
        let proof = prove_read(backend, &keys).unwrap();

        let values = check(root, proof.iter_nodes().cloned(), &keys, "a member").unwrap();
        assert_eq!(values[&doctor], Some(value.clone()));
        assert_eq!(values[&stranger], None);
        let decoded = MemberEntry::decode(&mut value.as_slice()).unwrap();
        assert_eq!(
            (decoded.id, decoded.encryption_key, decoded.key_version),
            (MemberId(1002), EncryptionKey([7; 32]), 1)
        );
        assert_eq!(decoded.username, b"dr.lind");

        assert!(check(H256::zero(), proof.iter_nodes().cloned(), &keys, "a member").is_err());
        assert!(check(root, Vec::new(), &keys, "a member").is_err());
    }

    #[test]
    fn an_altered_proof_is_refused() {
        let doctor = member_key(&AccountId32::from([2; 32]));
        let backend = state(&[(doctor.clone(), vec![1; 100]), (administrators_key(), vec![0; 40])]);
        let root = *backend.root();
        let proof = prove_read(backend, [&doctor]).unwrap();
        let altered = proof.iter_nodes().cloned().map(|mut node| {
            let last = node.len() - 1;
            node[last] ^= 1;
            node
        });
        assert!(check(root, altered, &[doctor], "a member").is_err());
    }
}
