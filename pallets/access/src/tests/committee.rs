use crate::{mock::*, *};
use medchain_primitives::CommitteePoint;

fn committee(threshold: u16) -> ReleaseCommittee {
    let shares = vec![CommitteePoint([2; 32]), CommitteePoint([3; 32])].try_into().unwrap();
    ReleaseCommittee { epoch: 1, key: CommitteePoint([1; 32]), threshold, shares }
}

#[test]
fn the_chain_starts_with_the_committee_of_its_genesis() {
    ExtBuilder::default().with_committee(committee(2)).build_and_execute(|| {
        assert_eq!(Committee::<Test>::get(), Some(committee(2)));
    });
}

#[test]
fn the_chain_may_start_without_a_committee() {
    ExtBuilder::default().build_and_execute(|| assert_eq!(Committee::<Test>::get(), None));
}

#[test]
#[should_panic = "the release committee's threshold lies between 1 and its members' number"]
fn the_chain_does_not_start_with_a_threshold_that_the_committee_cannot_reach() {
    ExtBuilder::default().with_committee(committee(3)).build_and_execute(|| {});
}
