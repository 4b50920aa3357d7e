#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    committee::{combine, Capsule, CapsuleContext, CombineError},
    dealer::deal as dealt_by_one_hand,
    record_key::CommitteeHalf,
};
use frost_ristretto255::{
    keys::{dkg, refresh, repairable, KeyPackage, PublicKeyPackage},
    Ristretto255Sha512,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const CONTEXT: CapsuleContext = CapsuleContext { genesis: [1; 32], author: 5, patient: 1001, epoch: 1 };

fn round(purpose: Purpose, number: u32, threshold: u16, recipients: u16) -> Round {
    Round { genesis: [7; 32], number, purpose, threshold, recipients }
}

/// Carries a round out between honest dealers and recipients.
fn carry_out(round: &Round, dealers: &[(u16, Option<&ReleaseShare>)]) -> (Sharing, Vec<ReleaseShare>) {
    let dealt: Vec<(u16, SecretDealing)> =
        dealers.iter().map(|(dealer, held)| (*dealer, deal(round, *dealer, *held).unwrap())).collect();
    for ((dealer, dealing), (_, held)) in dealt.iter().zip(dealers) {
        let held = held.map(ReleaseShare::verifying_share);
        dealing.dealing.verify(round, *dealer, held.as_ref()).unwrap();
    }
    let public: Vec<(u16, &Dealing)> = dealt.iter().map(|(dealer, dealing)| (*dealer, &dealing.dealing)).collect();
    let made = sharing(round, &public).unwrap();
    let shares = (1..=round.recipients)
        .map(|recipient| {
            let own: Vec<_> = dealt
                .iter()
                .map(|(dealer, dealing)| {
                    let share = dealing.shares[usize::from(recipient) - 1].clone();
                    dealing.dealing.verify_share(round, recipient, &share).unwrap();
                    (*dealer, share)
                })
                .collect();
            let share = received(round, recipient, &own).unwrap();
            assert_eq!(share.verifying_share(), made.shares[usize::from(recipient) - 1]);
            share
        })
        .collect();
    (made, shares)
}

fn opened(threshold: u16, shares: &[&ReleaseShare], capsule: &Capsule) -> Result<CommitteeHalf, CombineError> {
    let releases: Vec<_> =
        shares.iter().map(|s| (s.verifying_share(), s.release(capsule, &CONTEXT).unwrap())).collect();
    combine(threshold, &releases, capsule, &CONTEXT)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any committee makes a key and hands it on to any other through any threshold of dealers: a capsule of before opens
    /// by any threshold after, and by no shares of both.
    #[test]
    fn a_capsule_of_before_opens_after_every_handing_on(
        (n, t, order) in (1u16..7).prop_flat_map(|n| (Just(n), 1..=n, Just((0..usize::from(n)).collect::<Vec<_>>()).prop_shuffle())),
        more in 0usize..7,
        (m, u, next) in (1u16..7).prop_flat_map(|n| (Just(n), 1..=n, Just((0..usize::from(n)).collect::<Vec<_>>()).prop_shuffle())),
    ) {
        let dealers: Vec<(u16, Option<&ReleaseShare>)> = (1..=n).map(|dealer| (dealer, None)).collect();
        let (made, shares) = carry_out(&round(Purpose::NewKey, 1, t, n), &dealers);
        let (capsule, half) = Capsule::create(&made.key, &CONTEXT);
        let of = |order: &[usize], shares: &[ReleaseShare]| -> Vec<ReleaseShare> { order.iter().map(|i| shares[*i].clone()).collect() };
        let chosen = of(&order[..usize::from(t)], &shares);
        prop_assert_eq!(&opened(t, &chosen.iter().collect::<Vec<_>>(), &capsule).unwrap(), &half);

        let q = (usize::from(t) + more).min(order.len());
        let holders = of(&order[..q], &shares);
        let dealers: Vec<_> = holders.iter().map(|share| (share.index(), Some(share))).collect();
        let (handed, fresh) = carry_out(&round(Purpose::SameKey, 2, u, m), &dealers);
        prop_assert_eq!(handed.key, made.key);
        let chosen = of(&next[..usize::from(u)], &fresh);
        prop_assert_eq!(&opened(u, &chosen.iter().collect::<Vec<_>>(), &capsule).unwrap(), &half);
        if u > 1 {
            let few: Vec<_> = chosen[1..].iter().collect();
            prop_assert_ne!(opened(u - 1, &few, &capsule).unwrap(), half.clone());
            // One share of before in the place of its successor.
            if let Some(old) = shares.iter().find(|old| old.index() == chosen[0].index()) {
                let mixed: Vec<_> = std::iter::once(old).chain(chosen[1..].iter()).collect();
                prop_assert_ne!(opened(u, &mixed, &capsule).unwrap(), half);
            }
        }
    }

    /// Whatever bit of a dealing or of a share is altered, it is refused.
    #[test]
    fn an_altered_dealing_or_share_is_refused(at in 0usize..(3 * 32 + 64), bit in 0u8..8, recipient in 1u16..=4, byte in 0usize..32) {
        let round = round(Purpose::NewKey, 1, 3, 4);
        let SecretDealing { mut dealing, shares } = deal(&round, 2, None).unwrap();
        let mut share = *shares[usize::from(recipient) - 1];
        dealing.verify_share(&round, recipient, &share).unwrap();
        share[byte] ^= 1 << bit;
        prop_assert!(dealing.verify_share(&round, recipient, &share).is_err());
        match at.checked_sub(96) {
            None => dealing.commitment[at / 32][at % 32] ^= 1 << bit,
            Some(at) => dealing.proof[at] ^= 1 << bit,
        }
        prop_assert!(dealing.verify(&round, 2, None).is_err());
    }
}

#[test]
fn a_dealing_counts_in_its_round_and_for_its_dealer_only() {
    let this = round(Purpose::NewKey, 1, 2, 3);
    let SecretDealing { dealing, shares } = deal(&this, 2, None).unwrap();
    dealing.verify(&this, 2, None).unwrap();
    for other in [Round { genesis: [8; 32], ..this }, Round { number: 2, ..this }, Round { recipients: 4, ..this }] {
        assert_eq!(dealing.verify(&other, 2, None), Err(SharingError::Unproven));
    }
    assert_eq!(dealing.verify(&Round { threshold: 3, ..this }, 2, None), Err(SharingError::Commitment));
    assert_eq!(dealing.verify(&this, 1, None), Err(SharingError::Unproven));
    assert_eq!(dealing.verify_share(&this, 1, &shares[1]), Err(SharingError::Share));
    assert_eq!(dealing.verify_share(&this, 0, &shares[1]), Err(SharingError::Member(0)));
    assert_eq!(dealing.verify_share(&this, 4, &shares[1]), Err(SharingError::Member(4)));
}

#[test]
fn nobody_hands_on_anything_but_the_share_that_the_chain_shows() {
    let (_, shares) = dealt_by_one_hand(2, 3).unwrap();
    let this = round(Purpose::SameKey, 4, 2, 3);
    let held = shares[0].verifying_share();
    deal(&this, 1, Some(&shares[0])).unwrap().dealing.verify(&this, 1, Some(&held)).unwrap();
    // Another's share, a fresh secret in the place of a share, and a share in the place of a fresh secret.
    assert_eq!(deal(&this, 1, Some(&shares[1])).err(), Some(SharingError::OtherSecret));
    assert_eq!(deal(&this, 1, None).err(), Some(SharingError::OtherSecret));
    let fresh = Round { purpose: Purpose::NewKey, ..this };
    assert_eq!(deal(&fresh, 1, Some(&shares[0])).err(), Some(SharingError::OtherSecret));
    let impostor = ReleaseShare::from_bytes(1, &shares[1].to_bytes()).unwrap();
    let dealing = deal(&this, 1, Some(&impostor)).unwrap().dealing;
    assert_eq!(dealing.verify(&this, 1, Some(&held)), Err(SharingError::OtherSecret));
    assert_eq!(dealing.verify(&this, 1, None), Err(SharingError::OtherSecret));
}

#[test]
fn a_rogue_key_is_not_accepted() {
    // Two honest dealers have published; the third wants the key to be its own: it commits to the difference.
    let this = round(Purpose::NewKey, 1, 2, 3);
    let honest = [deal(&this, 1, None).unwrap().dealing, deal(&this, 2, None).unwrap().dealing];
    let own = deal(&this, 3, None).unwrap().dealing;
    let mut rogue = own.clone();
    let points = |dealing: &Dealing| element(dealing.commitment[0]).unwrap();
    rogue.commitment[0] = (points(&own) - points(&honest[0]) - points(&honest[1])).compress().to_bytes();
    let all = [(1, &honest[0]), (2, &honest[1]), (3, &rogue)];
    assert_eq!(sharing(&this, &all).unwrap().key.to_bytes(), own.commitment[0]);
    assert_eq!(rogue.verify(&this, 3, None), Err(SharingError::Unproven));
}

#[test]
fn too_few_dealers_of_the_same_key_make_another() {
    let (key, shares) = dealt_by_one_hand(3, 4).unwrap();
    let this = round(Purpose::SameKey, 4, 3, 4);
    let dealers: Vec<_> = shares[..2].iter().map(|share| (share.index(), Some(share))).collect();
    assert_ne!(carry_out(&this, &dealers).0.key, key);
}

#[test]
fn no_round_has_an_impossible_shape_or_a_member_twice() {
    for (threshold, recipients) in [(0, 3), (4, 3), (0, 0)] {
        let refused = SharingError::Shape { threshold, recipients };
        assert_eq!(deal(&round(Purpose::NewKey, 1, threshold, recipients), 1, None).err(), Some(refused));
    }
    let this = round(Purpose::NewKey, 1, 2, 2);
    let dealing = deal(&this, 1, None).unwrap();
    assert_eq!(deal(&this, 0, None).err(), Some(SharingError::Member(0)));
    assert_eq!(sharing(&this, &[(1, &dealing.dealing), (1, &dealing.dealing)]), Err(SharingError::Member(1)));
    assert_eq!(sharing(&this, &[]), Err(SharingError::NoKey));
    let twice = [(1, dealing.shares[0].clone()), (1, dealing.shares[0].clone())];
    assert_eq!(received(&this, 1, &twice).unwrap_err(), SharingError::Member(1));
    assert_eq!(received(&this, 3, &twice[..1]).unwrap_err(), SharingError::Member(3));
}

/// The key packages of four that have carried out the library's own key generation with a threshold of three, and what
/// was published in it.
fn made_by_frost() -> (BTreeMap<Identifier, KeyPackage>, PublicKeyPackage, BTreeMap<Identifier, dkg::round1::Package>) {
    let members: Vec<Identifier> = (1..=4u16).map(|number| number.try_into().unwrap()).collect();
    let (mut first, mut published) = (BTreeMap::new(), BTreeMap::new());
    for member in &members {
        let (secret, package) = dkg::part1(*member, 4, 3, OsRng).unwrap();
        first.insert(*member, secret);
        published.insert(*member, package);
    }
    let others = |member: &Identifier| -> BTreeMap<_, _> {
        published
            .iter()
            .filter(|(other, _)| *other != member)
            .map(|(other, package)| (*other, package.clone()))
            .collect()
    };
    let (mut second, mut sent) = (BTreeMap::new(), BTreeMap::new());
    for member in &members {
        let (secret, packages) = dkg::part2(first[member].clone(), &others(member)).unwrap();
        second.insert(*member, secret);
        sent.insert(*member, packages);
    }
    let (mut packages, mut public) = (BTreeMap::new(), None);
    for member in &members {
        let got =
            sent.iter().filter(|(from, _)| *from != member).map(|(from, to)| (*from, to[member].clone())).collect();
        let (package, all) = dkg::part3(&second[member], &others(member), &got).unwrap();
        packages.insert(*member, package);
        public = Some(all);
    }
    (packages, public.unwrap(), published)
}

fn share_of(number: u16, package: &KeyPackage) -> ReleaseShare {
    let bytes: [u8; 32] = package.signing_share().serialize().try_into().unwrap();
    ReleaseShare::from_bytes(number, &bytes).unwrap()
}

#[test]
fn frosts_key_generation_gives_what_ours_gives_and_its_shares_release() {
    let (packages, public, published) = made_by_frost();
    let dealings: Vec<Dealing> = published
        .values()
        .map(|package| {
            let points = package.commitment().serialize().unwrap();
            Dealing { commitment: points.into_iter().map(|point| point.try_into().unwrap()).collect(), proof: [0; 64] }
        })
        .collect();
    let this = round(Purpose::NewKey, 1, 3, 4);
    let numbered: Vec<(u16, &Dealing)> = (1..).zip(&dealings).collect();
    let made = sharing(&this, &numbered).unwrap();
    assert_eq!(public.verifying_key().serialize().unwrap(), made.key.to_bytes());
    let shares: Vec<ReleaseShare> =
        (1..).zip(packages.values()).map(|(number, package)| share_of(number, package)).collect();
    let (capsule, half) = Capsule::create(&made.key, &CONTEXT);
    for (share, expected) in shares.iter().zip(&made.shares) {
        assert_eq!(share.verifying_share(), *expected);
    }
    assert_eq!(opened(3, &[&shares[3], &shares[0], &shares[2]], &capsule).unwrap(), half);
}

#[test]
fn what_frost_refreshes_and_repairs_we_hand_on_and_release_with() {
    let (packages, public, _) = made_by_frost();
    let key = CommitteeKey::from_bytes(&public.verifying_key().serialize().unwrap().try_into().unwrap()).unwrap();
    let (capsule, half) = Capsule::create(&key, &CONTEXT);
    let members: Vec<Identifier> = packages.keys().copied().collect();

    // Refreshed by the library.
    let (refreshing, _) = refresh::compute_refreshing_shares(public, &members, &mut OsRng).unwrap();
    let refreshed: Vec<KeyPackage> = refreshing
        .into_iter()
        .zip(packages.values())
        .map(|(share, package)| refresh::refresh_share(share, package).unwrap())
        .collect();
    let shares: Vec<ReleaseShare> = (1..).zip(&refreshed).map(|(number, package)| share_of(number, package)).collect();
    assert_eq!(opened(3, &[&shares[0], &shares[1], &shares[3]], &capsule).unwrap(), half);

    // The fourth has lost its share; the first three repair it with the library.
    let helpers = &members[..3];
    let deltas: Vec<_> = refreshed[..3]
        .iter()
        .map(|package| {
            repairable::repair_share_part1::<Ristretto255Sha512, _>(helpers, package, &mut OsRng, members[3]).unwrap()
        })
        .collect();
    let sigmas: Vec<_> = helpers
        .iter()
        .map(|helper| repairable::repair_share_part2(&deltas.iter().map(|from| from[helper]).collect::<Vec<_>>()))
        .collect();
    let sum = sigmas
        .iter()
        .map(|sigma| scalar(sigma.serialize().try_into().unwrap()).unwrap())
        .fold(Scalar::ZERO, |sum, sigma| sum + sigma);
    assert_eq!(sum.to_bytes(), *shares[3].to_bytes());

    // Ours repairs it too: the three that hold shares deal, and all four get new ones.
    let this = round(Purpose::SameKey, 9, 3, 4);
    let dealers: Vec<_> = shares[..3].iter().map(|share| (share.index(), Some(share))).collect();
    let (handed, fresh) = carry_out(&this, &dealers);
    assert_eq!(handed.key, key);
    assert_eq!(opened(3, &[&fresh[3], &fresh[1], &fresh[2]], &capsule).unwrap(), half);
}
