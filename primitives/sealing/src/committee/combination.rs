//! Combining partial releases into the committee half.

use super::{
    capsule::committee_half, group::lagrange_at_zero, Capsule, CapsuleContext, CommitteeError, PartialRelease,
    VerifyingShare,
};
use crate::record_key::CommitteeHalf;
use curve25519_dalek::{ristretto::RistrettoPoint, traits::IsIdentity};
use thiserror::Error;
use zeroize::Zeroize;

/// Why partial releases do not combine.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CombineError {
    /// A threshold of zero would release without anybody.
    #[error("the threshold is zero")]
    ThresholdZero,
    /// The capsule does not belong to this context.
    #[error(transparent)]
    Capsule(CommitteeError),
    /// Two proven releases bear the same member's number.
    #[error("committee member {0} is counted twice")]
    Duplicate(u16),
    /// Not enough members have proven their release; ask others.
    #[error("{proven} of the {threshold} releases needed are proven{}", refused_note(.refused))]
    TooFew {
        /// How many releases are needed.
        threshold: u16,
        /// How many are proven.
        proven: u16,
        /// The numbers of the members whose releases failed verification.
        refused: Vec<u16>,
    },
    /// The proven releases combine to the identity, which no capsule's do: the threshold or the verifying shares given
    /// are not those of its committee.
    #[error("the releases do not belong to one committee")]
    Inconsistent,
}

fn refused_note(refused: &[u16]) -> String {
    if refused.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = refused.iter().map(u16::to_string).collect();
    format!("; refused: {}", numbers.join(", "))
}

/// A committee half and the members whose releases had to be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    /// The half.
    pub half: CommitteeHalf,
    /// The numbers of the members whose releases failed verification, to be reported.
    pub refused: Vec<u16>,
}

/// Checks every release and combines `threshold` of the proven ones. Releases that fail are skipped as long as enough
/// remain; [`combine_reporting`] names them even then.
///
/// Each [`VerifyingShare`] must be the one that the chain shows for the member whose number its release bears.
///
/// # Errors
///
/// See [`CombineError`]; [`CombineError::TooFew`] names the members whose releases were refused.
pub fn combine(
    threshold: u16,
    releases: &[(VerifyingShare, PartialRelease)],
    capsule: &Capsule,
    context: &CapsuleContext,
) -> Result<CommitteeHalf, CombineError> {
    combine_reporting(threshold, releases, capsule, context).map(|combination| combination.half)
}

/// As [`combine`], and names the members whose releases were skipped.
///
/// # Errors
///
/// See [`CombineError`].
pub fn combine_reporting(
    threshold: u16,
    releases: &[(VerifyingShare, PartialRelease)],
    capsule: &Capsule,
    context: &CapsuleContext,
) -> Result<Combination, CombineError> {
    if threshold == 0 {
        return Err(CombineError::ThresholdZero);
    }
    capsule.verify(context).map_err(CombineError::Capsule)?;
    let mut proven: Vec<&PartialRelease> = Vec::new();
    let mut refused = Vec::new();
    for (share, release) in releases {
        if release.verify_proof(share, capsule, context).is_err() {
            refused.push(release.index());
        } else if proven.iter().any(|other| other.index() == release.index()) {
            // Only a proven release counts as a second one: a forged number must not shut out its owner.
            return Err(CombineError::Duplicate(release.index()));
        } else {
            proven.push(release);
        }
    }
    let Some(chosen) = proven.get(..usize::from(threshold)) else {
        let proven = u16::try_from(proven.len()).unwrap_or(u16::MAX);
        return Err(CombineError::TooFew { threshold, proven, refused });
    };
    let mut shared = interpolate_at_zero(chosen);
    // The capsule's R is not the identity, so r·Y is not either.
    if shared.is_identity() {
        return Err(CombineError::Inconsistent);
    }
    let half = committee_half(&shared, &capsule.r_point);
    shared.zeroize();
    Ok(Combination { half, refused })
}

/// Σ λᵢ·Dᵢ. The indices are distinct and not zero.
fn interpolate_at_zero(releases: &[&PartialRelease]) -> RistrettoPoint {
    let indices: Vec<u16> = releases.iter().map(|release| release.index()).collect();
    releases.iter().map(|release| lagrange_at_zero(release.index(), &indices) * release.point).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        committee::{ReleaseShare, PARTIAL_RELEASE_BYTES},
        dealer,
    };
    use proptest::prelude::*;

    fn context() -> CapsuleContext {
        CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 3 }
    }

    fn releases(shares: &[&ReleaseShare], capsule: &Capsule) -> Vec<(VerifyingShare, PartialRelease)> {
        shares.iter().map(|s| (s.verifying_share(), s.release(capsule, &context()).unwrap())).collect()
    }

    /// A well-formed release under another's number whose proof is wrong.
    fn forged(release: &PartialRelease, index: u16) -> PartialRelease {
        let mut bytes: [u8; PARTIAL_RELEASE_BYTES] = release.to_bytes();
        bytes[..2].copy_from_slice(&index.to_le_bytes());
        PartialRelease::from_bytes(&bytes).unwrap()
    }

    #[test]
    fn a_committee_of_one_releases_alone() {
        let (capsule, half) = Capsule::create(&dealer::development_committee_key(), &context());
        let share = dealer::development_share();
        assert_eq!(combine(1, &releases(&[&share], &capsule), &capsule, &context()).unwrap(), half);
    }

    #[test]
    fn a_liar_is_named_and_the_others_still_suffice() {
        let (key, shares) = dealer::deal(3, 4).unwrap();
        let (capsule, half) = Capsule::create(&key, &context());
        let mut given = releases(&shares.iter().collect::<Vec<_>>(), &capsule);
        given[1].1 = forged(&given[0].1, 2);
        let combination = combine_reporting(3, &given, &capsule, &context()).unwrap();
        assert_eq!(combination, Combination { half, refused: vec![2] });
        given.truncate(3);
        let error = combine(3, &given, &capsule, &context()).unwrap_err();
        assert_eq!(error, CombineError::TooFew { threshold: 3, proven: 2, refused: vec![2] });
        assert_eq!(error.to_string(), "2 of the 3 releases needed are proven; refused: 2");
    }

    #[test]
    fn a_member_is_not_counted_twice() {
        let (key, shares) = dealer::deal(2, 3).unwrap();
        let (capsule, _) = Capsule::create(&key, &context());
        let given = releases(&[&shares[0], &shares[0]], &capsule);
        assert_eq!(combine(2, &given, &capsule, &context()), Err(CombineError::Duplicate(1)));
    }

    #[test]
    fn a_forged_number_does_not_shut_out_its_owner() {
        let (key, shares) = dealer::deal(2, 3).unwrap();
        let (capsule, half) = Capsule::create(&key, &context());
        let mut given = releases(&[&shares[2], &shares[0], &shares[1]], &capsule);
        given[0] = (shares[0].verifying_share(), forged(&given[0].1, 1));
        assert_eq!(combine(2, &given, &capsule, &context()).unwrap(), half);
    }

    #[test]
    fn nothing_combines_below_the_threshold_or_out_of_context() {
        let (key, shares) = dealer::deal(2, 3).unwrap();
        let (capsule, half) = Capsule::create(&key, &context());
        let given = releases(&[&shares[0], &shares[2]], &capsule);
        assert_eq!(combine(0, &given, &capsule, &context()), Err(CombineError::ThresholdZero));
        assert_eq!(
            combine(2, &given[..1], &capsule, &context()),
            Err(CombineError::TooFew { threshold: 2, proven: 1, refused: vec![] })
        );
        assert_eq!(
            combine(2, &given, &capsule, &CapsuleContext { patient: 1, ..context() }),
            Err(CombineError::Capsule(CommitteeError::CapsuleUnproven))
        );
        // A reader that lowers the threshold gets a half, but not the half.
        assert_ne!(combine(1, &given, &capsule, &context()).unwrap(), half);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_threshold_of_members_and_no_fewer_find_the_half(
            (n, t, order) in (1u16..8).prop_flat_map(|n| {
                (Just(n), 1..=n, Just((0..usize::from(n)).collect::<Vec<_>>()).prop_shuffle())
            }),
            liars in 0usize..8,
            author: u64,
            patient: u64,
        ) {
            let context = CapsuleContext { author, patient, ..context() };
            let (key, shares) = dealer::deal(t, n).unwrap();
            let (capsule, half) = Capsule::create(&key, &context);
            let (other, _) = Capsule::create(&key, &context);
            let liars = liars.min(order.len());
            let given: Vec<_> = order
                .iter()
                .enumerate()
                .map(|(place, member)| {
                    let of = if place < liars { &other } else { &capsule };
                    (shares[*member].verifying_share(), shares[*member].release(of, &context).unwrap())
                })
                .collect();
            let mut refused: Vec<u16> = order[..liars].iter().map(|member| shares[*member].index()).collect();
            match combine_reporting(t, &given, &capsule, &context) {
                Ok(mut combination) => {
                    prop_assert!(order.len() - liars >= usize::from(t));
                    prop_assert_eq!(combination.half, half);
                    combination.refused.sort_unstable();
                    refused.sort_unstable();
                    prop_assert_eq!(combination.refused, refused);
                },
                Err(CombineError::TooFew { proven, refused: named, .. }) => {
                    prop_assert!(order.len() - liars < usize::from(t));
                    prop_assert_eq!(usize::from(proven), order.len() - liars);
                    prop_assert_eq!(named, refused);
                },
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
