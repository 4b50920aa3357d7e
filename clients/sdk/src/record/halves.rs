//! Patient halves: out of one's own seals, into seals for others.

use crate::{
    account::Identity,
    client::{Client, Member},
    copies::{lent_copy, own_copies, Copies},
    error::{Error, Result},
    proof::ProvenKey,
    vault::Reads,
};
use medchain_primitives::{KeyVersion, MemberId, RecordId, RecordStatus, Seal, VersionedSeal};
use medchain_runtime_api::{ActingView, GrantView, RecordView};
use medchain_sealing::{
    envelope::Envelope,
    keys::EncryptionSecret,
    record_key::PatientHalf,
    seal::{self, SealContext, SealRecipient},
};
use medchain_vault::ContentRoot;

/// As what an account acts.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A member of the registry.
    Member {
        /// The member.
        member: Box<Member>,
        /// Its earlier secrets that do not follow from the account's seed.
        copies: Copies,
    },
    /// Staff of a hospital or pharmacy.
    Staff {
        /// The institution.
        institution: Box<Member>,
        /// The secret of the institution that it has a copy of.
        copies: Copies,
    },
    /// An administrator.
    Administrator {
        /// Its account.
        account: [u8; 32],
        /// The version of its published key; 0 if there is none.
        key_version: KeyVersion,
    },
}

impl Actor {
    /// How seals and releases name it.
    pub fn recipient(&self) -> SealRecipient {
        match self {
            Self::Member { member, .. } | Self::Staff { institution: member, .. } => SealRecipient::Member(member.id.0),
            Self::Administrator { account, .. } => SealRecipient::Administrator(*account),
        }
    }

    /// The version of its current key.
    pub fn key_version(&self) -> KeyVersion {
        match self {
            Self::Member { member, .. } | Self::Staff { institution: member, .. } => member.key_version,
            Self::Administrator { key_version, .. } => *key_version,
        }
    }

    /// The number of the member for which it acts, if it acts for one.
    pub fn member_id(&self) -> Option<MemberId> {
        match self {
            Self::Member { member, .. } | Self::Staff { institution: member, .. } => Some(member.id),
            Self::Administrator { .. } => None,
        }
    }

    /// Whether this is the member by its own account.
    pub fn is_member(&self, id: MemberId) -> bool {
        matches!(self, Self::Member { member, .. } if member.id == id)
    }

    /// The secret of a version of the key that it opens seals with.
    ///
    /// # Errors
    /// [`Error::NoCopy`] for staff without a copy of that version.
    pub fn secret(&self, identity: &Identity, version: KeyVersion) -> Result<EncryptionSecret> {
        match self {
            Self::Staff { institution, copies } => {
                copies.get(version).ok_or(Error::NoCopy { institution: institution.id, version })
            }
            Self::Member { copies, .. } => {
                Ok(copies.get(version).unwrap_or_else(|| identity.encryption_secret(version)))
            }
            Self::Administrator { .. } => Ok(identity.encryption_secret(version)),
        }
    }
}

/// As what this account acts.
///
/// # Errors
/// [`Error::NotAMember`] for a stranger.
pub async fn actor(client: &Client, identity: &Identity) -> Result<Actor> {
    let account = identity.account();
    match client.acting(&account).await? {
        Some(ActingView { member, staff: None }) => {
            let copies = own_copies(client, identity, &member).await?;
            Ok(Actor::Member { member: Box::new(member), copies })
        }
        Some(ActingView { member, staff: Some(staff) }) => {
            let copies = lent_copy(client.genesis(), identity, &staff);
            Ok(Actor::Staff { institution: Box::new(member), copies })
        }
        None => {
            let administrators = client.administrators().await?;
            let administrator = administrators
                .into_iter()
                .find(|administrator| administrator.account == account)
                .ok_or(Error::NotAMember)?;
            Ok(Actor::Administrator { account: account.into(), key_version: administrator.key_version })
        }
    }
}

/// The envelope of a record: what the chain names, or an error.
pub(crate) async fn verified_envelope(reads: &Reads<'_>, record: &RecordView) -> Result<Envelope> {
    let mismatch = || Error::ContentMismatch { what: "envelope", record: record.id };
    let envelope = Envelope::from_bytes(&reads.envelope().await?).map_err(|_| mismatch())?;
    // Decoding is strict, so that the hash of the encoding is the hash of the bytes.
    if envelope.hash() == record.envelope.0 {
        Ok(envelope)
    } else {
        Err(mismatch())
    }
}

/// The patient half from an envelope's seal for `actor`.
pub(crate) fn half_from_envelope(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    envelope: &Envelope,
) -> Result<PatientHalf> {
    let recipient = actor.recipient();
    let sealed = envelope.seal_for(&recipient).ok_or(Error::NotSealedForUs(record.id))?;
    unseal(client, identity, actor, record, recipient, sealed.key_version, &sealed.seal)
}

/// The patient half of a record of one's own: a patient's, or a professional's certificate.
///
/// # Errors
/// [`Error::Erased`], [`Error::NotSealedForUs`], [`Error::Unopened`], or the node's refusal.
pub async fn own_half(client: &Client, identity: &Identity, actor: &Actor, record: &RecordView) -> Result<PatientHalf> {
    ensure_not_erased(record)?;
    let reads = Reads::new(client, identity, record.id, ContentRoot(record.content.0));
    let envelope = verified_envelope(&reads, record).await?;
    half_from_envelope(client, identity, actor, record, &envelope)
}

/// The patient half of a record that this account decides about: its own, or one of a patient whose guardian it is,
/// sealed to it.
///
/// # Errors
/// Those of [`own_half`] and [`reader_half`]; [`Error::NotGranted`] if nothing was sealed to the guardian.
pub async fn half_of(client: &Client, identity: &Identity, actor: &Actor, record: &RecordView) -> Result<PatientHalf> {
    match actor.member_id() {
        Some(member) if member != record.patient => {
            ensure_not_erased(record)?;
            let grant = client.grant(record.id, member).await?.ok_or(Error::NotGranted(record.id))?;
            reader_half(client, identity, actor, record, &grant)
        }
        _ => own_half(client, identity, actor, record).await,
    }
}

/// The patient half from the seal of a grant that this account holds.
///
/// # Errors
/// [`Error::Unopened`] if the seal was made for another key.
pub fn reader_half(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    grant: &GrantView,
) -> Result<PatientHalf> {
    let recipient = SealRecipient::Member(grant.reader.0);
    unseal(client, identity, actor, record, recipient, grant.seal.key_version, &grant.seal.seal.0)
}

fn unseal(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    recipient: SealRecipient,
    key_version: KeyVersion,
    sealed: &[u8; 80],
) -> Result<PatientHalf> {
    let context = SealContext { genesis: client.genesis(), content: record.content.0, recipient, key_version };
    seal::open_seal(sealed, &actor.secret(identity, key_version)?, &context)
        .map_err(|_| Error::Unopened { what: "seal", record: record.id })
}

/// Seals a patient half to a proved key.
///
/// # Errors
/// [`Error::UnusableKey`] for a key of low order.
pub fn reseal(genesis: [u8; 32], content: [u8; 32], half: &PatientHalf, to: &ProvenKey) -> Result<VersionedSeal> {
    let context = SealContext { genesis, content, recipient: to.recipient, key_version: to.version };
    let sealed = seal::seal(half, &to.key, &context).map_err(|_| {
        let whom = match to.recipient {
            SealRecipient::Member(id) => format!("member {id}"),
            SealRecipient::Administrator(_) => "an administrator".to_owned(),
        };
        Error::UnusableKey { whom }
    })?;
    Ok(VersionedSeal { seal: Seal(sealed), key_version: to.version })
}

pub(crate) fn ensure_not_erased(record: &RecordView) -> Result<()> {
    if record.status == RecordStatus::Erased {
        return Err(Error::Erased(RecordId(record.id.0)));
    }
    Ok(())
}
