//! What the release committee gives out: its members' answers are unwrapped, verified and combined, and who sent a bad one is
//! named.

use super::Actor;
use crate::{
    account::Identity,
    client::Client,
    error::{Error, Result},
    vault::SealedRelease,
};
use medchain_primitives::RecordId;
use medchain_runtime_api::{CommitteeView, RecordView};
use medchain_sealing::{
    committee::{combine, Capsule, CapsuleContext, CombineError, PartialRelease, VerifyingShare},
    keys::EncryptionSecret,
    record_key::CommitteeHalf,
    release::{open_release, ReleaseContext},
};
use std::{collections::BTreeSet, future::Future, time::Duration};

/// How often the committee is asked for one capsule, if its answers do not combine.
const ATTEMPTS: u32 = 3;
/// When it is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What a capsule of a record holds, by the committee's answers, and the members whose answers are no good.
///
/// The committee may hand its key on between the look at its shares and the answers: then it is asked once more. Nobody is asked
/// for what cannot be released any more.
pub(super) async fn released<F>(
    client: &Client,
    identity: &Identity,
    actor: &Actor,
    record: &RecordView,
    fetch: impl Fn() -> F,
    capsule: &Capsule,
    capsule_context: &CapsuleContext,
) -> Result<(CommitteeHalf, Vec<u16>)>
where
    F: Future<Output = Result<Vec<SealedRelease>>>,
{
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let committee = client.committee_of(capsule_context.epoch).await?;
        let answers = fetch().await?;
        let secret = actor.secret(identity, actor.key_version())?;
        let context = ReleaseContext {
            genesis: client.genesis(),
            record: record.id.0,
            content: record.content.0,
            recipient: actor.recipient(),
        };
        match combined(&committee, &secret, &context, &answers, capsule, capsule_context) {
            Err(Error::ReleaseRefused { .. }) if left > 0 => tokio::time::sleep(ASK_AGAIN).await,
            done => return done,
        }
    }
}

/// Unwraps, verifies and combines the committee's answers; gives the numbers of the members whose answers are no good.
///
/// Whoever is connected to the node that was asked can answer it under any number, or once more with what a member has
/// answered: a member is counted once, and one of whom there is a proven release is not named.
fn combined(
    committee: &CommitteeView,
    secret: &EncryptionSecret,
    context: &ReleaseContext,
    answers: &[SealedRelease],
    capsule: &Capsule,
    capsule_context: &CapsuleContext,
) -> Result<(CommitteeHalf, Vec<u16>)> {
    // What is wrong with the capsule is no member's doing.
    capsule
        .verify(capsule_context)
        .map_err(|error| refused(RecordId(context.record), &CombineError::Capsule(error), &[]))?;
    let mut proven: Vec<(VerifyingShare, PartialRelease)> = Vec::new();
    let mut distrusted = BTreeSet::new();
    for sealed in answers {
        let opened = open_release(&sealed.sealed, secret, context).ok();
        // The share that the chain shows for the number.
        let share = usize::from(sealed.index).checked_sub(1).and_then(|at| committee.shares.get(at));
        let release = opened.zip(share.map(|share| VerifyingShare(share.0))).filter(|(partial, share)| {
            partial.index() == sealed.index && partial.verify(share, capsule, capsule_context).is_ok()
        });
        match release {
            Some((partial, share)) if proven.iter().all(|(_, other)| other.index() != partial.index()) => {
                proven.push((share, partial));
            }
            Some(_) => {}
            None => {
                distrusted.insert(sealed.index);
            }
        }
    }
    distrusted.retain(|index| proven.iter().all(|(_, release)| release.index() != *index));
    let distrusted: Vec<u16> = distrusted.into_iter().collect();
    let half = combine(committee.threshold, &proven, capsule, capsule_context)
        .map_err(|error| refused(RecordId(context.record), &error, &distrusted))?;
    Ok((half, distrusted))
}

/// Why the committee's answers do not combine, with the members whose answers are no good.
fn refused(record: RecordId, error: &CombineError, distrusted: &[u16]) -> Error {
    let mut reason = error.to_string();
    if !distrusted.is_empty() {
        let numbers: Vec<String> = distrusted.iter().map(u16::to_string).collect();
        reason = format!("{reason}; no good from: {}", numbers.join(", "));
    }
    Error::ReleaseRefused { record, reason }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use medchain_primitives::CommitteePoint;
    use medchain_sealing::{committee::ReleaseShare, dealer, release::seal_release, seal::SealRecipient};

    const CAPSULE: CapsuleContext = CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 1 };

    struct Scene {
        committee: CommitteeView,
        shares: Vec<ReleaseShare>,
        capsule: Capsule,
        half: CommitteeHalf,
        reader: EncryptionSecret,
        context: ReleaseContext,
    }

    impl Scene {
        /// A committee of four, of whom three must release.
        fn of_four() -> Self {
            let (key, shares) = dealer::deal(3, 4).unwrap();
            let (capsule, half) = Capsule::create(&key, &CAPSULE);
            let points = shares.iter().map(|share| CommitteePoint(share.verifying_share().0)).collect();
            Self {
                committee: CommitteeView {
                    epoch: 1,
                    key: CommitteePoint(key.to_bytes()),
                    threshold: 3,
                    shares: points,
                },
                shares,
                capsule,
                half,
                reader: EncryptionSecret::generate(),
                context: ReleaseContext {
                    genesis: [1; 32],
                    record: 7,
                    content: [2; 32],
                    recipient: SealRecipient::Member(5),
                },
            }
        }

        /// Member `index` releases this capsule under that number.
        fn answer(&self, member: usize, capsule: &Capsule, index: u16) -> SealedRelease {
            let partial = self.shares[member].release(capsule, &CAPSULE).unwrap();
            let sealed = seal_release(&partial, &self.reader.public(), &self.context).unwrap();
            SealedRelease { index, sealed }
        }

        fn combined(&self, answers: &[SealedRelease]) -> Result<(CommitteeHalf, Vec<u16>)> {
            combined(&self.committee, &self.reader, &self.context, answers, &self.capsule, &CAPSULE)
        }
    }

    #[test]
    fn the_member_that_sent_a_bad_release_is_named_and_the_others_suffice() {
        let scene = Scene::of_four();
        let (other, _) = Capsule::create(
            &medchain_sealing::committee::CommitteeKey::from_bytes(&scene.committee.key.0).unwrap(),
            &CAPSULE,
        );
        let good = |member: usize| scene.answer(member, &scene.capsule, member as u16 + 1);
        let garbage = |index| SealedRelease { index, sealed: vec![7; 146] };
        for bad in [
            scene.answer(1, &other, 2),
            garbage(2),
            scene.answer(2, &scene.capsule, 2),
            SealedRelease { index: 2, sealed: Vec::new() },
        ] {
            let answers = [good(0), bad, good(2), good(3)];
            let (half, distrusted) = scene.combined(&answers).unwrap();
            assert_eq!((half, distrusted), (scene.half.clone(), vec![2]));
            let refused = scene.combined(&answers[..3]).unwrap_err().to_string();
            assert!(refused.contains("2 of the 3 releases needed are proven; no good from: 2"), "{refused}");
        }
        for unknown in [0, 5, u16::MAX] {
            let (half, distrusted) = scene.combined(&[good(0), garbage(unknown), good(2), good(3)]).unwrap();
            assert_eq!((half, distrusted), (scene.half.clone(), vec![unknown]));
        }
        assert_eq!(scene.combined(&[good(3), good(1), good(0)]).unwrap(), (scene.half.clone(), vec![]));
        // A stranger answers in the name of one that answered itself, and repeats another's answer.
        let answers = [garbage(1), good(0), good(2), good(2), good(3)];
        assert_eq!(scene.combined(&answers).unwrap(), (scene.half.clone(), vec![]));
    }

    #[test]
    fn releases_for_another_reader_are_of_no_use() {
        let scene = Scene::of_four();
        let answers: Vec<_> = (0..4).map(|member| scene.answer(member, &scene.capsule, member as u16 + 1)).collect();
        let other = EncryptionSecret::generate();
        let refused = combined(&scene.committee, &other, &scene.context, &answers, &scene.capsule, &CAPSULE);
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("0 of the 3") && refused.contains("1, 2, 3, 4"), "{refused}");
    }
}
