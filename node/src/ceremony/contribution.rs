//! The public parts of one institution's keys, signed with each of them.

use super::Contribute;
use crate::committee::shares::ReleaseKeys;
use codec::{DecodeAll, Encode};
use medchain_runtime::SessionKeys;
use medchain_sealing::dealer;
use sc_network::{Multiaddr, PeerId};
use sc_service::{config::KeystoreConfig, KeystoreContainer};
use serde::{Deserialize, Serialize};
use sp_core::{
    crypto::{key_types, AccountId32},
    ed25519, proof_of_possession, sr25519, Pair,
};
use sp_runtime::traits::OpaqueKeys;
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::Write,
    path::Path,
};
use zeroize::Zeroizing;

/// What begins the text that is signed.
const DOMAIN: &[u8] = b"medchain/contribution/v1";
/// The longest contribution that is read, in bytes.
const FILE_MAX: u64 = 64 * 1024;
/// The file with the account's recovery phrase, in the node's folder.
const PHRASE_FILE: &str = "account.phrase";
/// The epoch of the release key that a chain begins with.
const FIRST_EPOCH: u32 = 1;
/// Who may read a file that holds a secret.
const SECRET: u32 = 0o600;
/// Who may read a file that is made to be handed on.
pub(super) const PUBLIC: u32 = 0o644;

/// What an institution hands to the others. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Contribution {
    /// The chain that it is for.
    pub chain_id: String,
    /// The institution.
    pub institution: String,
    /// Its account: validator, and member of the council.
    pub account: AccountId32,
    /// The administrators that it puts forward.
    pub administrators: Vec<AccountId32>,
    /// Its validator's session keys, in hexadecimal as `session.set_keys` takes them.
    pub session_keys: String,
    /// What shows that the account has these keys, in hexadecimal as `session.set_keys` takes it.
    pub session_keys_proof: String,
    /// Its node's identity.
    pub peer: PeerId,
    /// Where the node is reached.
    pub address: Multiaddr,
    /// The public release key, in hexadecimal, if it holds one.
    pub release_key: Option<String>,
    /// The account's signature of all this.
    pub account_signature: String,
    /// The node's signature of all this.
    pub node_signature: String,
}

impl Contribution {
    /// Makes an institution's keys and keeps them in its folder.
    pub(super) fn make(command: &Contribute) -> Result<Self, String> {
        let chain = command.base_path.join("chains").join(&command.chain_id);
        if chain.exists() {
            return Err(format!(
                "{} is there already\nhint: keys are made once; give an empty folder as --base-path",
                chain.display()
            ));
        }
        if command.file.exists() {
            return Err(format!("{} is there already\nhint: name another file", command.file.display()));
        }
        make_folder(&chain)?;
        let network = chain.join("network");
        let keystore = chain.join("keystore");
        make_folder(&network)?;
        make_folder(&keystore)?;

        let (account, phrase, _) = sr25519::Pair::generate_with_phrase(None);
        let phrase = Zeroizing::new(phrase);
        write_new(&command.base_path.join(PHRASE_FILE), &Zeroizing::new(format!("{}\n", *phrase)), SECRET)?;
        let (node, seed) = ed25519::Pair::generate();
        let seed = Zeroizing::new(hex::encode(Zeroizing::new(seed).as_slice()));
        write_new(&network.join("secret_ed25519"), &seed, SECRET)?;
        let release_key = command.release_key.then(|| make_release_key(&keystore)).transpose()?;

        let owner = AccountId32::from(account.public());
        let (session_keys, proof) = make_session_keys(&keystore, &owner)?;
        let peer = PeerId::from_ed25519(&node.public().0).ok_or("the node's key is no key")?;
        let mut contribution = Self {
            chain_id: command.chain_id.clone(),
            institution: command.institution.clone(),
            administrators: match command.administrators.as_slice() {
                [] => vec![owner.clone()],
                administrators => administrators.to_vec(),
            },
            account: owner,
            session_keys: hex::encode(session_keys.encode()),
            session_keys_proof: hex::encode(proof),
            peer,
            address: command.address.clone(),
            release_key,
            account_signature: String::new(),
            node_signature: String::new(),
        };
        let statement = contribution.statement();
        contribution.account_signature = hex::encode(account.sign(&statement));
        contribution.node_signature = hex::encode(node.sign(&statement));
        Ok(contribution)
    }

    /// Reads a contribution from a file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        if fs::metadata(path).map_err(failed)?.len() > FILE_MAX {
            return Err(format!("{} is too long for a contribution", path.display()));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        serde_json::from_str(&text).map_err(|error| {
            format!("{} is no contribution: {error}\nhint: ask its institution for the file again", path.display())
        })
    }

    /// What is signed.
    fn statement(&self) -> Vec<u8> {
        (
            (DOMAIN, &self.chain_id, &self.institution, &self.account, &self.administrators),
            (&self.session_keys, self.peer.to_bytes(), self.address.to_vec(), &self.release_key),
        )
            .encode()
    }

    /// The session keys.
    pub(super) fn keys(&self) -> Result<SessionKeys, String> {
        let bytes = hex::decode(&self.session_keys).map_err(|_| "the session keys are no hexadecimal")?;
        SessionKeys::decode_all(&mut bytes.as_slice()).map_err(|_| "the session keys are no keys".into())
    }

    /// The release key, if there is one.
    pub(super) fn release_point(&self) -> Result<Option<[u8; 32]>, String> {
        let point = |text: &String| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(text, &mut bytes).map_err(|_| "the release key is not 32 bytes in hexadecimal")?;
            Ok(bytes)
        };
        self.release_key.as_ref().map(point).transpose()
    }

    /// Makes sure that account, node and session keys have signed it.
    pub(super) fn check_signatures(&self) -> Result<(), String> {
        let statement = self.statement();
        let signature = |text: &str| {
            let mut bytes = [0; 64];
            hex::decode_to_slice(text, &mut bytes).map(|()| bytes).map_err(|_| "a signature is no hexadecimal")
        };
        let account = sr25519::Public::from_raw(*AsRef::<[u8; 32]>::as_ref(&self.account));
        let by_account = sr25519::Signature::from_raw(signature(&self.account_signature)?);
        if !sr25519::Pair::verify(&by_account, &statement, &account) {
            return Err("the account has not signed this".into());
        }
        let node = self.peer.into_ed25519().ok_or("the node's identity is no ed25519 key")?;
        let by_node = ed25519::Signature::from_raw(signature(&self.node_signature)?);
        if !ed25519::Pair::verify(&by_node, &statement, &ed25519::Public::from_raw(node)) {
            return Err("the node has not signed this".into());
        }
        let proof =
            hex::decode(&self.session_keys_proof).map_err(|_| "the proof of the session keys is no hexadecimal")?;
        if !self.keys()?.ownership_proof_is_valid(&self.account.encode(), &proof) {
            return Err("the session keys are not this account's".into());
        }
        Ok(())
    }
}

/// Makes session keys in a keystore folder, and what shows that they are the owner's.
fn make_session_keys(keystore: &Path, owner: &AccountId32) -> Result<(SessionKeys, Vec<u8>), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", keystore.display());
    let config = KeystoreConfig::Path { path: keystore.to_path_buf(), password: None };
    let keys = KeystoreContainer::new(&config).map_err(|error| failed(&error))?.keystore();
    let aura = keys.sr25519_generate_new(key_types::AURA, None).map_err(|error| failed(&error))?;
    let grandpa = keys.ed25519_generate_new(key_types::GRANDPA, None).map_err(|error| failed(&error))?;
    let statement = proof_of_possession::statement_of_ownership(&owner.encode());
    let by_aura = keys.sr25519_sign(key_types::AURA, &aura, &statement).map_err(|error| failed(&error))?;
    let by_grandpa = keys.ed25519_sign(key_types::GRANDPA, &grandpa, &statement).map_err(|error| failed(&error))?;
    let proof = by_aura.zip(by_grandpa).ok_or("the keys that were just made are not there")?;
    Ok((SessionKeys { aura: aura.into(), grandpa: grandpa.into() }, proof.encode()))
}

/// Makes the release key in a keystore folder; gives its public part.
fn make_release_key(keystore: &Path) -> Result<String, String> {
    let (key, shares) = dealer::deal(1, 1).map_err(|error| error.to_string())?;
    let share = shares.first().ok_or("a committee of one has a share")?;
    let keys = ReleaseKeys::open(keystore, None).map_err(|error| error.to_string())?;
    keys.add(FIRST_EPOCH, 0, share.clone()).map_err(|error| error.to_string())?;
    Ok(hex::encode(key.to_bytes()))
}

/// Makes a folder that nobody else on the machine can look into.
fn make_folder(path: &Path) -> Result<(), String> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file that is not there yet, durably, with this mode.
pub(super) fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), String> {
    let written = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    written().map_err(|error: std::io::Error| format!("{}: {error}", path.display()))
}
