//! Resealing one's own records to the key in force.

use super::{halves::half_from_envelope, halves::verified_envelope, reseal, upload::own_key, Actor, Progress};
use crate::{
    account::Identity,
    chain::{calls, ResealedRecord},
    client::{Client, Wait},
    error::{Error, Result},
    vault::{self, Reads},
};
use medchain_primitives::{limits, EnvelopeHash, RecordId, RecordStatus};
use medchain_runtime_api::RecordView;
use medchain_sealing::envelope::EnvelopeSeal;
use medchain_vault::ContentRoot;

/// What was resealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResealedOwn {
    /// How many records.
    pub resealed: u64,
    /// Those whose seal does not open with any secret at hand: sealed to a key of another account, of which no copy is on
    /// chain.
    pub left: Vec<RecordId>,
}

/// Replaces the envelopes of all records of this account whose own seal is for an earlier key, in batches. What is done is
/// told by the chain, so that an interrupted run goes on where it stopped when it is repeated.
///
/// # Errors
/// [`Error::NotAMember`] for who owns no records, [`Error::UnusableKey`] if the key in force is not this account's, and what
/// the node refuses.
pub async fn reseal_own(
    client: &Client,
    identity: &Identity,
    wait: Wait,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<ResealedOwn> {
    let actor = super::actor(client, identity).await?;
    let Actor::Member { member, .. } = &actor else { return Err(Error::NotAMember) };
    let mut done = ResealedOwn::default();
    let mut batch = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.records(member.id, None, cursor, limits::PAGE_MAX).await?;
        for record in page.items {
            let is_due = record.key_version != member.key_version && record.status != RecordStatus::Erased;
            if !is_due || record.patient != member.id {
                continue;
            }
            match resealed(client, identity, &actor, &record).await {
                Ok(envelope) => batch.push(ResealedRecord { record: record.id, envelope }),
                Err(Error::Unopened { .. }) => done.left.push(record.id),
                Err(error) => return Err(error),
            }
            if batch.len() >= limits::RECORDS_PER_RESEAL_MAX as usize {
                submit(client, identity, &mut batch, member.key_version, wait, &mut done, progress).await?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    submit(client, identity, &mut batch, member.key_version, wait, &mut done, progress).await?;
    Ok(done)
}

/// Puts the record's envelope with a seal for the key in force into the vault; gives its hash.
async fn resealed(client: &Client, identity: &Identity, actor: &Actor, record: &RecordView) -> Result<EnvelopeHash> {
    let Actor::Member { member, .. } = actor else { return Err(Error::NotAMember) };
    let content = ContentRoot(record.content.0);
    let reads = Reads::new(client, identity, record.id, content);
    let mut envelope = verified_envelope(&reads, record).await?;
    let half = half_from_envelope(client, identity, actor, record, &envelope)?;
    let to = own_key(identity, member)?;
    let sealed = reseal(client.genesis(), record.content.0, &half, &to)?;
    let recipient = actor.recipient();
    for seal in envelope.seals.iter_mut().filter(|seal| seal.recipient == recipient) {
        *seal = EnvelopeSeal { recipient, key_version: sealed.key_version, seal: sealed.seal.0 };
    }
    let bytes = envelope.to_bytes().map_err(|_| Error::Internal("the envelope has too many seals"))?;
    vault::add_envelope(client, identity, record.id, content, &bytes, envelope.hash()).await?;
    Ok(EnvelopeHash(envelope.hash()))
}

async fn submit(
    client: &Client,
    identity: &Identity,
    batch: &mut Vec<ResealedRecord>,
    key_version: medchain_primitives::KeyVersion,
    wait: Wait,
    done: &mut ResealedOwn,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let records = std::mem::take(batch);
    done.resealed += records.len() as u64;
    let stage = |stage| progress(Progress::Transaction(stage));
    client.submit(&calls::reseal(records, key_version), identity, wait.max(Wait::InBlock), &stage).await?;
    progress(Progress::Resealing(done.resealed));
    Ok(())
}
