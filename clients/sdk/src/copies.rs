//! Copies of encryption secrets: those that staff hold of their institution's, those that a member leaves its guardians, and
//! those that bring a member's earlier secrets to its present account.

use crate::{
    account::Identity,
    client::{every_page, Client, Member},
    error::{Error, Result},
    proof::ProvenKey,
};
use medchain_primitives::{limits, EncryptionKey, KeyCopy, KeyVersion, MemberId, Seal, VersionedSeal};
use medchain_runtime_api::{KeyView, OwnCopyView, StaffView};
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

/// Whether each secret that a member has left with its guardians is at hand: it follows from this account's seed, or was given
/// back. Naming guardians replaces their copies, which after a recovery may be the only ones.
///
/// # Errors
/// Those of asking the node.
pub async fn are_at_hand(client: &Client, identity: &Identity, member: &Member) -> Result<bool> {
    let Some(guardianship) = client.guardianship(member.id).await? else { return Ok(true) };
    let given_back = own_copies(client, identity, member).await?;
    let keys = every_page(|cursor| client.keys(member.id, cursor, limits::PAGE_MAX)).await?;
    let held = |version| given_back.get(version).unwrap_or_else(|| identity.encryption_secret(version));
    Ok(guardianship.copies.iter().all(|entry| {
        let version = entry.copy.of_version;
        keys.iter().any(|key| key.version == version && key.key.0 == *held(version).public().as_bytes())
    }))
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
    given_back(client.genesis(), identity, member, &held, to).ok_or_else(missing)?
}

/// A guardian's copy, sealed to the member's present key; `None` if it does not open.
fn given_back(
    genesis: [u8; 32],
    identity: &Identity,
    member: MemberId,
    held: &KeyCopy,
    to: &ProvenKey,
) -> Option<Result<VersionedSeal>> {
    let context = KeyCopyContext { genesis, member: member.0, of_version: held.of_version };
    let own = identity.encryption_secret(held.seal.key_version);
    let secret = open_copy(&held.seal.seal.0, &own, &context).ok()?;
    let seal = copy_to(genesis, member, held.of_version, &secret, EncryptionKey(to.key.0));
    Some(seal.map(|seal| VersionedSeal { seal, key_version: to.version }))
}

/// The earlier secrets of a member of which copies for its later keys are on chain. A copy that does not belong to the key
/// that it names is left out.
pub(crate) async fn own_copies(client: &Client, identity: &Identity, member: &Member) -> Result<Copies> {
    if member.key_version <= 1 {
        return Ok(Copies::default());
    }
    let on_chain = every_page(|cursor| client.own_copies(member.id, cursor, limits::PAGE_MAX)).await?;
    if on_chain.is_empty() {
        return Ok(Copies::default());
    }
    let keys = every_page(|cursor| client.keys(member.id, cursor, limits::PAGE_MAX)).await?;
    Ok(opened(client.genesis(), identity, member.id, on_chain, &keys))
}

fn opened(
    genesis: [u8; 32],
    identity: &Identity,
    member: MemberId,
    mut on_chain: Vec<OwnCopyView>,
    keys: &[KeyView],
) -> Copies {
    let mut copies = Copies::default();
    // A copy of the first key may be sealed to the second, of which there is a copy sealed to the third.
    on_chain.sort_by_key(|copy| std::cmp::Reverse(copy.seal.key_version));
    for copy in on_chain {
        let version = copy.seal.key_version;
        let to = copies.get(version).unwrap_or_else(|| identity.encryption_secret(version));
        let context = KeyCopyContext { genesis, member: member.0, of_version: copy.of_version };
        let Ok(secret) = open_copy(&copy.seal.seal.0, &to, &context) else { continue };
        let belongs = keys.iter().any(|key| key.version == copy.of_version && key.key.0 == *secret.public().as_bytes());
        if belongs {
            copies.0.insert(copy.of_version, secret);
        }
    }
    copies
}

/// The secret of the institution that a staff account holds a copy of; none if it does not open.
pub(crate) fn lent_copy(genesis: [u8; 32], identity: &Identity, staff: &StaffView<AccountId32>) -> Copies {
    let context = KeyCopyContext { genesis, member: staff.institution.0, of_version: staff.of_version };
    let mut copies = Copies::default();
    if let Ok(secret) = open_copy(&staff.copy.0, &identity.encryption_secret(STAFF_KEY_VERSION), &context) {
        copies.0.insert(staff.of_version, secret);
    }
    copies
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_sealing::seal::SealRecipient;

    const GENESIS: [u8; 32] = [3; 32];
    const PATIENT: MemberId = MemberId(1001);
    const SISTER: MemberId = MemberId(1002);

    fn identity(uri: &str) -> Identity {
        Identity::from_uri(uri).unwrap()
    }

    fn proven(member: MemberId, identity: &Identity, version: KeyVersion) -> ProvenKey {
        ProvenKey { recipient: SealRecipient::Member(member.0), key: identity.encryption_public(version), version }
    }

    fn key(identity: &Identity, version: KeyVersion) -> KeyView {
        let key = EncryptionKey(*identity.encryption_public(version).as_bytes());
        KeyView { version, key, replaced_at: None }
    }

    /// A copy of the first secret of one account for the second key of another.
    fn copy(from: &Identity, of_version: KeyVersion, to: &Identity, giver: MemberId) -> OwnCopyView {
        let key_version = of_version + 1;
        let to = EncryptionKey(*to.encryption_public(key_version).as_bytes());
        let seal = copy_to(GENESIS, PATIENT, of_version, &from.encryption_secret(of_version), to).unwrap();
        OwnCopyView { of_version, giver, seal: VersionedSeal { seal, key_version } }
    }

    #[test]
    fn a_recovered_patient_has_her_earlier_secret_by_her_sister_s_copy() {
        let (lost, new, sister) = (identity("//Maria"), identity("//Maria//new"), identity("//Sister"));
        let for_sister = proven(SISTER, &sister, 1);
        let secret = lost.encryption_secret(1);
        let seal = copy_to(GENESIS, PATIENT, 1, &secret, EncryptionKey(for_sister.key.0)).unwrap();
        let held = KeyCopy { of_version: 1, seal: VersionedSeal { seal, key_version: 1 } };
        let to = proven(PATIENT, &new, 2);
        assert!(given_back(GENESIS, &new, PATIENT, &held, &to).is_none());
        let returned = given_back(GENESIS, &sister, PATIENT, &held, &to).unwrap().unwrap();
        let on_chain = vec![OwnCopyView { of_version: 1, giver: SISTER, seal: returned }];
        let copies = opened(GENESIS, &new, PATIENT, on_chain, &[key(&lost, 1), key(&new, 2)]);
        assert_eq!(copies.get(1).unwrap().public(), secret.public());
    }

    #[test]
    fn who_has_moved_twice_has_every_earlier_secret() {
        let (first, second, third) = (identity("//A"), identity("//B"), identity("//C"));
        let on_chain = vec![copy(&first, 1, &second, PATIENT), copy(&second, 2, &third, PATIENT)];
        let keys = [key(&first, 1), key(&second, 2), key(&third, 3)];
        let copies = opened(GENESIS, &third, PATIENT, on_chain, &keys);
        assert_eq!(copies.get(1).unwrap().public(), first.encryption_public(1));
        assert_eq!(copies.get(2).unwrap().public(), second.encryption_public(2));
    }

    #[test]
    fn a_copy_of_a_secret_that_is_not_the_key_s_is_left_out() {
        let (lost, new, mallory) = (identity("//Maria"), identity("//Maria//new"), identity("//Mallory"));
        let keys = [key(&lost, 1), key(&new, 2)];
        let forged = copy(&mallory, 1, &new, SISTER);
        assert!(opened(GENESIS, &new, PATIENT, vec![forged.clone()], &keys).get(1).is_none());
        let both = vec![forged, copy(&lost, 1, &new, PATIENT)];
        assert!(opened(GENESIS, &new, PATIENT, both, &keys).get(1).is_some());
    }

    #[test]
    fn a_nurse_has_the_secret_that_her_hospital_lent_her() {
        let (hospital, nurse) = (identity("//Hospital"), identity("//Nurse"));
        let encryption_key = EncryptionKey(*nurse.encryption_public(STAFF_KEY_VERSION).as_bytes());
        let copy = copy_to(GENESIS, SISTER, 4, &hospital.encryption_secret(4), encryption_key).unwrap();
        let staff = StaffView {
            account: nurse.account(),
            institution: SISTER,
            scope: medchain_primitives::StaffScope::Ward,
            encryption_key,
            copy,
            of_version: 4,
            added_at: 0,
        };
        let copies = lent_copy(GENESIS, &nurse, &staff);
        assert_eq!(copies.get(4).unwrap().public(), hospital.encryption_public(4));
        assert!(lent_copy(GENESIS, &hospital, &staff).get(4).is_none());
    }
}
