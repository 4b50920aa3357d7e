//! Who may act, when, and in what shape.
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_member_deals_once() {
    with_four(|| {
        assert_ok!(act(SOUTH, 2, dealing(2)));
        assert_eq!(Dealings::<Test>::get(2).unwrap().commitment.len(), 3);
        assert_eq!(round().acted, 1);
        assert_noop!(act(SOUTH, 2, dealing(2)), Error::<Test>::AlreadyActed);
    });
}

#[test]
fn nobody_acts_for_another() {
    with_four(|| {
        assert_noop!(act(SOUTH, 1, dealing(1)), Error::<Test>::Forged);
        assert_noop!(act(CENTRE, 5, Act::Report(members([]))), Error::<Test>::OtherPhase);
        let deal = dealing(1);
        assert_noop!(act(CENTRE, 5, deal.clone()), Error::<Test>::NotInRound);
        assert_noop!(act(NORTH, 0, deal), Error::<Test>::NotInRound);
    });
}

#[test]
fn a_signature_is_for_one_chain_one_round_one_member_and_one_act() {
    with_four(|| {
        let (key, deal) = (pair(NORTH, 0), dealing(1));
        let genesis = System::block_hash(0);
        let forged = |text: Vec<u8>| {
            let signature = sp_core::Pair::sign(&key, &text);
            Rounds::act(RuntimeOrigin::none(), 1, 1, deal.clone(), signature)
        };
        assert_noop!(forged(deal.text(&sp_core::H256::repeat_byte(1), 1, 1)), Error::<Test>::Forged);
        assert_noop!(forged(deal.text(&genesis, 2, 1)), Error::<Test>::Forged);
        assert_noop!(forged(deal.text(&genesis, 1, 2)), Error::<Test>::Forged);
        assert_noop!(forged(dealing(2).text(&genesis, 1, 1)), Error::<Test>::Forged);
        assert_ok!(forged(deal.text(&genesis, 1, 1)));
    });
}

#[test]
fn a_forged_act_of_each_kind_is_refused_as_forged_whatever_it_says() {
    with_four(|| {
        // Signed by the member, each is refused for what it says.
        let refused_for = |who, member, bad: Act, error: Error<Test>| {
            assert_noop!(act(CENTRE, member, bad.clone()), Error::<Test>::Forged);
            assert_noop!(act(who, member, bad), error);
        };
        let short = Act::Deal(PublishedDealing { commitment: points(1..=2), proof: [0; 64] });
        refused_for(NORTH, 1, short, Error::<Test>::Malformed);
        assert_noop!(act(CENTRE, 1, dealing(1)), Error::<Test>::Forged);
        all_deal();

        refused_for(NORTH, 1, Act::Report(members([2, 1])), Error::<Test>::Malformed);
        assert_noop!(act(CENTRE, 1, Act::Report(members([3]))), Error::<Test>::Forged);
        assert_ok!(act(NORTH, 1, Act::Report(members([3]))));
        for (who, number) in [(SOUTH, 2), (EAST, 3), (WEST, 4)] {
            assert_ok!(act(who, number, Act::Report(members([]))));
        }

        let answer = Act::Answer(vec![(1, [7; 32])].try_into().unwrap());
        refused_for(SOUTH, 2, answer.clone(), Error::<Test>::NotInRound);
        assert_noop!(act(CENTRE, 3, answer.clone()), Error::<Test>::Forged);
        assert_ok!(act(EAST, 3, answer));

        refused_for(NORTH, 1, outcome([1, 2], 10), Error::<Test>::Malformed);
        assert_noop!(act(CENTRE, 1, outcome(1..=4, 10)), Error::<Test>::Forged);
        assert_ok!(act(NORTH, 1, outcome(1..=4, 10)));
    });
}

#[test]
fn nobody_acts_in_another_round_or_phase() {
    with_four(|| {
        assert_noop!(act_with(&pair(NORTH, 0), 2, 1, dealing(1)), Error::<Test>::OtherRound);
        assert_noop!(act(NORTH, 1, outcome([1, 2, 3], 10)), Error::<Test>::OtherPhase);
        let late = dealing(1);
        all_deal();
        assert_noop!(act(NORTH, 1, late), Error::<Test>::OtherPhase);
    });
}

#[test]
fn an_act_needs_no_signer_and_has_none() {
    with_four(|| {
        let deal = dealing(1);
        let signature = sp_core::Pair::sign(&pair(NORTH, 0), &deal.text(&System::block_hash(0), 1, 1));
        let refused = sp_runtime::DispatchError::BadOrigin;
        assert_noop!(Rounds::act(RuntimeOrigin::signed(NORTH), 1, 1, deal, signature), refused);
    });
}

#[test]
fn a_dealing_of_another_degree_is_refused() {
    with_four(|| {
        for degree in [0u8, 2, 4] {
            let commitment = points(1..=degree);
            let deal = Act::Deal(PublishedDealing { commitment, proof: [0; 64] });
            assert_noop!(act(NORTH, 1, deal), Error::<Test>::Malformed);
        }
    });
}

#[test]
fn a_dealer_of_a_key_that_is_handed_on_deals_its_share() {
    with(&[NORTH], || {
        let deal = Act::Deal(PublishedDealing { commitment: points([51, 2, 3]), proof: [0; 64] });
        assert_noop!(act(NORTH, 1, deal), Error::<Test>::OtherShare);
        assert_ok!(act(NORTH, 1, dealing(1)));
    });
}

#[test]
fn a_report_names_dealers_in_order_who_have_dealt() {
    with_four(|| {
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, dealing(number)));
        }
        pass_phase();
        assert_eq!(round().phase, Phase::Reporting);
        for wrong in [vec![4], vec![5], vec![0], vec![2, 1], vec![1, 1]] {
            assert_noop!(act(NORTH, 1, Act::Report(members(wrong))), Error::<Test>::Malformed);
        }
        assert_ok!(act(NORTH, 1, Act::Report(members([1, 3]))));
        assert_eq!(Reports::<Test>::get(1).unwrap(), members([1, 3]));
    });
}

#[test]
fn an_answer_is_to_those_who_lack_a_share_and_to_all_of_them() {
    with_four(|| {
        all_deal();
        assert_ok!(act(NORTH, 1, Act::Report(members([3]))));
        for (who, number) in [(SOUTH, 2), (EAST, 3), (WEST, 4)] {
            assert_ok!(act(who, number, Act::Report(members([]))));
        }
        assert_eq!((round().phase, round().expected), (Phase::Answering, 1));
        let answer =
            |to: &[u16]| Act::Answer(to.iter().map(|to| (*to, [7; 32])).collect::<Vec<_>>().try_into().unwrap());
        assert_noop!(act(SOUTH, 2, answer(&[1])), Error::<Test>::NotInRound);
        for wrong in [[].as_slice(), &[2], &[1, 2], &[1, 1]] {
            assert_noop!(act(EAST, 3, answer(wrong)), Error::<Test>::Malformed);
        }
        assert_ok!(act(EAST, 3, answer(&[1])));
        assert_eq!(round().phase, Phase::Confirming);
        assert!(round().refused.is_empty() && Failures::<Test>::get().is_empty());
    });
}

#[test]
fn an_outcome_counts_enough_dealers_who_count_and_has_a_share_for_everybody() {
    with_four(|| {
        for (who, number) in [(NORTH, 1), (SOUTH, 2), (EAST, 3)] {
            assert_ok!(act(who, number, dealing(number)));
        }
        pass_phase();
        all_report();
        for wrong in [vec![1, 2], vec![1, 2, 4], vec![1, 2, 3, 4], vec![3, 2, 1], vec![1, 2, 2]] {
            assert_noop!(act(NORTH, 1, outcome(wrong, 10)), Error::<Test>::Malformed);
        }
        let Act::Confirm(good) = outcome([1, 2, 3], 10) else { unreachable!() };
        let short = Outcome { shares: points(10..13), ..good.clone() };
        assert_noop!(act(NORTH, 1, Act::Confirm(short)), Error::<Test>::Malformed);
        assert_ok!(act(NORTH, 1, Act::Confirm(good)));
    });
}

#[test]
fn the_key_stays_when_it_is_handed_on() {
    with(&[NORTH], || {
        all_deal();
        all_report();
        let Act::Confirm(good) = outcome([1], 10) else { unreachable!() };
        let other = Outcome { key: point(201), ..good.clone() };
        assert_noop!(act(NORTH, 1, Act::Confirm(other)), Error::<Test>::OtherKey);
        assert_ok!(act(NORTH, 1, Act::Confirm(good)));
    });
}
