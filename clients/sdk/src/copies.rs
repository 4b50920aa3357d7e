//! Copies of encryption secrets: those that staff hold of their institution's, those that a member leaves its guardians, and
//! those that bring a member's earlier secrets to its present account.

use crate::{
    account::Identity,
    client::{Client, Member},
    error::{Error, Result},
    proof::ProvenKey,
};
use medchain_primitives::{limits, EncryptionKey, KeyVersion, MemberId, Seal, VersionedSeal};
use medchain_runtime_api::StaffView;
use medchain_sealing::{
    key_copy::{open_copy, seal_copy, KeyCopyContext},
    keys::{EncryptionPublic, EncryptionSecret},
};
use sp_core::crypto::AccountId32;
use std::collections::BTreeMap;

/// The version of the encryption key that staff have: they have one.
pub const STAFF_KEY_VERSION: KeyVersion = 1;

/// Secrets by version that do not follow from the account's seed.
#[derive(Clone, Debug, Default)]
pub struct Copies(BTreeMap<KeyVersion, EncryptionSecret>);

impl Copies {
    /// The secret of this version.
    pub fn get(&self, version: KeyVersion) -> Option<EncryptionSecret> {
        self.0.get(&version).cloned()
    }
}

/// Seals a member's secret to a key.
///
/// # Errors
/// [`Error::UnusableKey`] for a key of low order.
pub fn copy_to(
    genesis: [u8; 32],
    member: MemberId,
    of_version: KeyVersion,
    secret: &EncryptionSecret,
    to: EncryptionKey,
) -> Result<Seal> {
    let context = KeyCopyContext { genesis, member: member.0, of_version };
    seal_copy(secret, &EncryptionPublic(to.0), &context)
        .map(Seal)
        .map_err(|_| Error::UnusableKey { whom: format!("member {member}") })
}

/// A copy of a member's secret for one of its guardians, whose key was proved.
///
/// # Errors
/// As [`copy_to`].
pub fn copy_for_guardian(
    genesis: [u8; 32],
    member: &Member,
    secret: &EncryptionSecret,
    guardian: &ProvenKey,
) -> Result<VersionedSeal> {
    let seal = copy_to(genesis, member.id, member.key_version, secret, EncryptionKey(guardian.key.0))?;
    Ok(VersionedSeal { seal, key_version: guardian.version })
}

/// The copy that a guardian gives back: the member's earlier secret, sealed to the key that it has now.
///
/// # Errors
/// [`Error::NoGuardianCopy`] if the account holds none, or it does not open.
pub async fn returned_copy(
    client: &Client,
    identity: &Identity,
    guardian: MemberId,
    member: MemberId,
    to: &ProvenKey,
) -> Result<VersionedSeal> {
    let missing = || Error::NoGuardianCopy { member };
    let guardianship = client.guardianship(member).await?.ok_or_else(missing)?;
    let held = guardianship.copies.into_iter().find(|copy| copy.guardian == guardian).ok_or_else(missing)?.copy;
    let context = KeyCopyContext { genesis: client.genesis(), member: member.0, of_version: held.of_version };
    let own = identity.encryption_secret(held.seal.key_version);
    let secret = open_copy(&held.seal.seal.0, &own, &context).map_err(|_| missing())?;
    let seal = copy_to(client.genesis(), member, held.of_version, &secret, EncryptionKey(to.key.0))?;
    Ok(VersionedSeal { seal, key_version: to.version })
}

/// The earlier secrets of a member of which copies for its later keys are on chain. A copy that does not belong to the key
/// that it names is left out.
pub(crate) async fn own_copies(client: &Client, identity: &Identity, member: &Member) -> Result<Copies> {
    let mut copies = Copies::default();
    if member.key_version <= 1 {
        return Ok(copies);
    }
    let mut on_chain = client.own_copies(member.id).await?;
    if on_chain.is_empty() {
        return Ok(copies);
    }
    let keys = client.keys(member.id, None, limits::PAGE_MAX).await?.items;
    // A copy of the first key may be sealed to the second, of which there is a copy sealed to the third.
    on_chain.sort_by_key(|copy| std::cmp::Reverse(copy.seal.key_version));
    for copy in on_chain {
        let version = copy.seal.key_version;
        let to = copies.get(version).unwrap_or_else(|| identity.encryption_secret(version));
        let context = KeyCopyContext { genesis: client.genesis(), member: member.id.0, of_version: copy.of_version };
        let Ok(secret) = open_copy(&copy.seal.seal.0, &to, &context) else { continue };
        let belongs = keys.iter().any(|key| key.version == copy.of_version && key.key.0 == *secret.public().as_bytes());
        if belongs {
            copies.0.insert(copy.of_version, secret);
        }
    }
    Ok(copies)
}

/// The secret of the institution that a staff account holds a copy of; none if it does not open.
pub(crate) fn lent_copy(genesis: [u8; 32], identity: &Identity, staff: &StaffView<AccountId32>) -> Result<Copies> {
    let context = KeyCopyContext { genesis, member: staff.institution.0, of_version: staff.of_version };
    let mut copies = Copies::default();
    if let Ok(secret) = open_copy(&staff.copy.0, &identity.encryption_secret(STAFF_KEY_VERSION), &context) {
        copies.0.insert(staff.of_version, secret);
    }
    Ok(copies)
}
