//! Resealing one's own records: to one's own key in force, and to the release committee's.

use super::{
    halves::{half_from_envelope, verified_envelope},
    lodge,
    open::committee_half,
    reseal,
    upload::own_key,
    Actor, Progress,
};
use crate::{
    account::Identity,
    chain::{calls, ResealedRecord},
    client::{Client, Member, Wait},
    error::{Error, Result},
    proof::ProvenCommittee,
    vault::{self, Reads},
};
use medchain_primitives::{limits, EnvelopeHash, RecordId, RecordStatus};
use medchain_runtime_api::RecordView;
use medchain_sealing::{
    carried::{carry, CarriedContext},
    envelope::{Envelope, EnvelopeSeal},
};
use medchain_vault::ContentRoot;

/// What was resealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResealedOwn {
    /// How many records.
    pub resealed: u64,
    /// Of how many of them the committee half was carried over to the committee's key in force.
    pub carried_over: u64,
    /// Those whose seal does not open with any secret at hand: sealed to a key of another account, of which no copy is on
    /// chain.
    pub left: Vec<RecordId>,
    /// Those that are encrypted to a key that the committee keeps no more.
    pub lost: Vec<RecordId>,
}

/// Replaces the envelopes of all records of this account whose own seal is for an earlier key of its own, or whose capsule is for
/// an earlier key of the committee, in batches. What is done is told by the chain and the envelopes, so that an interrupted
/// run goes on where it stopped when it is repeated.
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
    // Without replaced keys every capsule is for the one in force.
    let committee = match client.earlier_committees().await?.is_empty() {
        true => None,
        false => Some(client.proven_committee().await?),
    };
    let resealing = Resealing { client, identity, actor: &actor, member, committee, wait, progress };
    let (mut done, mut batch) = (ResealedOwn::default(), Vec::new());
    let mut cursor = None;
    loop {
        let page = client.records(member.id, None, cursor, limits::PAGE_MAX).await?;
        for record in page.items {
            if record.patient != member.id || record.status == RecordStatus::Erased {
                continue;
            }
            match resealing.resealed(&record).await {
                Ok(Some(fresh)) => batch.push(fresh),
                Ok(None) => {}
                Err(Error::Unopened { .. }) => done.left.push(record.id),
                Err(Error::KeyRetired { .. }) => done.lost.push(record.id),
                Err(error) => return Err(error),
            }
            if batch.len() >= limits::RECORDS_PER_RESEAL_MAX as usize {
                resealing.submit(&mut batch, &mut done).await?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    resealing.submit(&mut batch, &mut done).await?;
    Ok(done)
}

/// A record whose fresh envelope is in the vault.
struct Fresh {
    record: RecordId,
    envelope: EnvelopeHash,
    carried_over: bool,
}

struct Resealing<'a> {
    client: &'a Client,
    identity: &'a Identity,
    actor: &'a Actor,
    member: &'a Member,
    /// The key in force, if there are earlier ones.
    committee: Option<ProvenCommittee>,
    wait: Wait,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
}

impl Resealing<'_> {
    /// Puts a fresh envelope of a record into the vault, if one is due.
    async fn resealed(&self, record: &RecordView) -> Result<Option<Fresh>> {
        let is_sealed = record.key_version == self.member.key_version;
        if is_sealed && self.committee.is_none() {
            return Ok(None);
        }
        let content = ContentRoot(record.content.0);
        let reads = Reads::new(self.client, self.identity, record.id, content);
        let mut envelope = verified_envelope(&reads, record).await?;
        let to = self.committee.as_ref().filter(|committee| envelope.epoch < committee.epoch);
        if is_sealed && to.is_none() {
            return Ok(None);
        }
        if let Some(to) = to {
            self.carry_over(record, &reads, &mut envelope, to).await?;
        }
        if !is_sealed {
            self.seal_anew(record, &mut envelope)?;
        }
        let bytes = envelope.to_bytes().map_err(|_| Error::Internal("the envelope has too many seals"))?;
        vault::add_envelope(self.client, self.identity, record.id, content, &bytes, envelope.hash()).await?;
        Ok(Some(Fresh { record: record.id, envelope: EnvelopeHash(envelope.hash()), carried_over: to.is_some() }))
    }

    /// Replaces the seal for this account by one for its key in force.
    fn seal_anew(&self, record: &RecordView, envelope: &mut Envelope) -> Result<()> {
        let half = half_from_envelope(self.client, self.identity, self.actor, record, envelope)?;
        let to = own_key(self.identity, self.member)?;
        let sealed = reseal(self.client.genesis(), record.content.0, &half, &to)?;
        let recipient = self.actor.recipient();
        for seal in envelope.seals.iter_mut().filter(|seal| seal.recipient == recipient) {
            *seal = EnvelopeSeal { recipient, key_version: sealed.key_version, seal: sealed.seal.0 };
        }
        Ok(())
    }

    /// Has the committee half released a last time under the earlier key, and carries it over to the one in force.
    async fn carry_over(
        &self,
        record: &RecordView,
        reads: &Reads<'_>,
        envelope: &mut Envelope,
        to: &ProvenCommittee,
    ) -> Result<()> {
        let (half, _) = committee_half(self.client, self.identity, self.actor, record, reads, envelope).await?;
        let context = CarriedContext {
            genesis: self.client.genesis(),
            record: record.id.0,
            content: record.content.0,
            owner: record.patient.0,
            epoch: to.epoch,
        };
        let (capsule, carried) = carry(&half, &to.key, &context)
            .map_err(|_| Error::Internal("the committee half could not be carried over"))?;
        (envelope.capsule, envelope.epoch, envelope.carried) = (capsule, to.epoch, Some(carried));
        Ok(())
    }

    async fn submit(&self, batch: &mut Vec<Fresh>, done: &mut ResealedOwn) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(batch);
        // An emergency capsule is for the same key as the envelope was; it comes first, so that it is not forgotten when this is
        // interrupted.
        let mut lodged = Vec::new();
        for fresh in batch.iter().filter(|fresh| fresh.carried_over) {
            if self.client.emergency_capsule(fresh.record).await?.is_some() {
                lodged.push(fresh.record);
            }
        }
        if !lodged.is_empty() {
            lodge(self.client, self.identity, &lodged, self.progress).await?;
        }
        done.resealed += batch.len() as u64;
        done.carried_over += batch.iter().filter(|fresh| fresh.carried_over).count() as u64;
        let records = batch.into_iter().map(|Fresh { record, envelope, .. }| ResealedRecord { record, envelope });
        let call = calls::reseal(records.collect(), self.member.key_version);
        let stage = |stage| (self.progress)(Progress::Transaction(stage));
        self.client.submit(&call, self.identity, self.wait.max(Wait::InBlock), &stage).await?;
        (self.progress)(Progress::Resealing(done.resealed));
        Ok(())
    }
}
