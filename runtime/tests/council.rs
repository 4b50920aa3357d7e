//! What the council may decide, and by how many votes: `local_testnet`, whose council is four.
#![allow(missing_docs, clippy::unwrap_used)]

mod chain;

use chain::*;
use codec::Encode;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::Contains, weights::Weight, BoundedVec};
use medchain_primitives::*;
use medchain_runtime::{
    configs::{
        calls::{LetThrough, NeverPaused},
        council::{MOTION_DURATION, MOTION_LENGTH_MAX},
    },
    *,
};
use pallet_collective::{Instance1, Proposals};
use pallet_quotas::{Lanes, QuotaClass, Quotas as _};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::{
    traits::{BlakeTwo256, Dispatchable, Hash as _},
    DispatchError, DispatchResult,
};

type Collective = pallet_collective::Error<Runtime, Instance1>;

/// Runs a test in block 1 of a chain whose council is Alice, Bob, Charlie and Dave.
fn with_council(test: impl FnOnce()) {
    run_from(genesis_of("local_testnet"), test);
}

fn propose(who: Sr25519Keyring, threshold: u32, call: &RuntimeCall) -> DispatchResult {
    let length_bound = call.encoded_size() as u32;
    send(who, pallet_collective::Call::propose { threshold, proposal: Box::new(call.clone()), length_bound })
}

/// The number and hash of the motion on a call.
fn motion(call: &RuntimeCall) -> (u32, H256) {
    let number = pallet_collective::ProposalCount::<Runtime, Instance1>::get() - 1;
    (number, BlakeTwo256::hash_of(call))
}

fn vote(who: Sr25519Keyring, call: &RuntimeCall, approve: bool) -> DispatchResult {
    let (index, proposal) = motion(call);
    send(who, pallet_collective::Call::vote { proposal, index, approve })
}

fn close(who: Sr25519Keyring, call: &RuntimeCall) -> DispatchResult {
    let (index, proposal_hash) = motion(call);
    let proposal_weight_bound = Weight::MAX;
    let length_bound = MOTION_LENGTH_MAX;
    send(who, pallet_collective::Call::close { proposal_hash, index, proposal_weight_bound, length_bound })
}

/// What came of a motion for which `votes` of the four voted, as many as it asked for.
fn decided(call: impl Into<RuntimeCall>, votes: u32) -> DispatchResult {
    let call = call.into();
    assert_ok!(propose(Alice, votes, &call));
    if votes > 1 {
        for who in [Alice, Bob, Charlie, Dave].into_iter().take(votes as usize) {
            assert_ok!(vote(who, &call, true));
        }
        assert_ok!(close(Dave, &call));
    }
    System::events()
        .into_iter()
        .rev()
        .find_map(|record| match record.event {
            RuntimeEvent::Council(pallet_collective::Event::Executed { result, .. }) => Some(result),
            _ => None,
        })
        .unwrap()
}

fn account(who: Sr25519Keyring) -> Address {
    who.to_account_id().into()
}

fn upgrade() -> pallet_consortium::Call<Runtime> {
    let call: RuntimeCall = frame_system::Call::authorize_upgrade { code_hash: H256::repeat_byte(7) }.into();
    pallet_consortium::Call::enact { call: Box::new(call) }
}

fn name(text: &str) -> BoundedVec<u8, configs::calls::NameMax> {
    text.as_bytes().to_vec().try_into().unwrap()
}

fn pause(pallet: &str, call: &str) -> pallet_tx_pause::Call<Runtime> {
    pallet_tx_pause::Call::pause { full_name: (name(pallet), name(call)) }
}

/// The calls that more than half of the council decides on, each allowed now.
fn for_more_than_half() -> Vec<RuntimeCall> {
    let own = configs::quotas::QuotaTable::quota(QuotaClass::Patient);
    vec![
        RuntimeCall::Administrators(pallet_membership::Call::add_member { who: account(Eve) }),
        RuntimeCall::Administrators(pallet_membership::Call::swap_member {
            remove: account(Eve),
            add: account(Ferdie),
        }),
        RuntimeCall::Administrators(pallet_membership::Call::remove_member { who: account(Ferdie) }),
        pallet_quotas::Call::set_quota { class: QuotaClass::Patient, quota: Some(own) }.into(),
        pallet_quotas::Call::set_lanes { lanes: Some(Lanes { open: 1, vouched: 1, vouched_per_institution: 1 }) }
            .into(),
        pause("Reports", "anchor").into(),
        pallet_tx_pause::Call::unpause { ident: (name("Reports"), name("anchor")) }.into(),
    ]
}

/// The calls that need two thirds, each allowed now.
fn for_two_thirds() -> Vec<RuntimeCall> {
    vec![
        RuntimeCall::CouncilMembers(pallet_membership::Call::swap_member {
            remove: account(Dave),
            add: account(Ferdie),
        }),
        RuntimeCall::CouncilMembers(pallet_membership::Call::swap_member {
            remove: account(Ferdie),
            add: account(Dave),
        }),
        RuntimeCall::Validators(pallet_membership::Call::add_member { who: account(Eve) }),
        RuntimeCall::Validators(pallet_membership::Call::swap_member { remove: account(Eve), add: account(Ferdie) }),
        RuntimeCall::Validators(pallet_membership::Call::remove_member { who: account(Ferdie) }),
        upgrade().into(),
        pallet_consortium::Call::enact {
            call: Box::new(pallet_grandpa::Call::note_stalled { delay: 10, best_finalized_block_number: 1 }.into()),
        }
        .into(),
    ]
}

#[test]
fn three_of_four_decide_everything_that_the_council_may() {
    with_council(|| {
        for call in for_more_than_half().into_iter().chain(for_two_thirds()) {
            assert_eq!(decided(call.clone(), 3), Ok(()), "{call:?}");
        }
    });
}

#[test]
fn half_of_the_council_decides_nothing() {
    with_council(|| {
        for call in for_more_than_half().into_iter().chain(for_two_thirds()) {
            for votes in [1, 2] {
                assert_eq!(decided(call.clone(), votes), Err(DispatchError::BadOrigin), "{call:?}");
            }
        }
    });
}

#[test]
fn three_of_five_are_more_than_half_and_not_two_thirds() {
    with_council(|| {
        assert_ok!(decided(RuntimeCall::CouncilMembers(pallet_membership::Call::add_member { who: account(Eve) }), 3));
        for call in for_more_than_half() {
            assert_eq!(decided(call.clone(), 3), Ok(()), "{call:?}");
        }
        for call in for_two_thirds() {
            assert_eq!(decided(call.clone(), 3), Err(DispatchError::BadOrigin), "{call:?}");
        }
        assert_eq!(decided(upgrade(), 4), Ok(()));
    });
}

#[test]
fn nobody_decides_alone_what_the_council_decides() {
    with_council(|| {
        for call in for_more_than_half().into_iter().chain(for_two_thirds()) {
            let dispatched = call.clone().dispatch(RuntimeOrigin::signed(Alice.to_account_id()));
            assert_eq!(dispatched.unwrap_err().error, DispatchError::BadOrigin, "{call:?}");
            let call = Box::new(call);
            let length_bound = call.encoded_size() as u32;
            assert_ok!(send(Alice, pallet_collective::Call::execute { proposal: call, length_bound }));
            let RuntimeEvent::Council(pallet_collective::Event::MemberExecuted { result, .. }) = last_event() else {
                panic!("the council says how it went");
            };
            assert_eq!(result, Err(DispatchError::BadOrigin));
        }
    });
}

#[test]
fn a_council_of_one_decides_at_once() {
    run(|| {
        assert_eq!(decided(upgrade(), 1), Ok(()));
        assert_eq!(System::authorized_upgrade().unwrap().code_hash(), &H256::repeat_byte(7));
    });
}

#[test]
fn only_the_council_proposes_and_votes() {
    with_council(|| {
        let call = upgrade().into();
        assert_noop!(propose(Eve, 3, &call), Collective::NotMember);
        assert_ok!(propose(Alice, 3, &call));
        assert_noop!(vote(Eve, &call, true), Collective::NotMember);
        assert_ok!(vote(Bob, &call, true));
        assert_noop!(vote(Bob, &call, true), Collective::DuplicateVote);
        assert_noop!(close(Eve, &call), Collective::TooEarly);
    });
}

#[test]
fn who_does_not_vote_votes_against() {
    with_council(|| {
        let call = upgrade().into();
        assert_ok!(propose(Alice, 3, &call));
        for who in [Alice, Bob] {
            assert_ok!(vote(who, &call, true));
        }
        System::set_block_number(System::block_number() + MOTION_DURATION);
        assert_ok!(close(Eve, &call));
        assert!(System::authorized_upgrade().is_none());
        assert!(Proposals::<Runtime, Instance1>::get().is_empty());
    });
}

#[test]
fn motions_are_bounded_in_number_and_length() {
    with_council(|| {
        let remark = |length| frame_system::Call::remark { remark: vec![0; length] }.into();
        for length in 0..32 {
            assert_ok!(propose(Alice, 3, &remark(length)));
        }
        assert_noop!(propose(Alice, 3, &remark(32)), Collective::TooManyProposals);
        let long: RuntimeCall = remark(MOTION_LENGTH_MAX as usize);
        assert_noop!(propose(Alice, 3, &long), frame_system::Error::<Runtime>::CallFiltered);
        let proposal = Box::new(long);
        let understated = pallet_collective::Call::propose { threshold: 3, proposal, length_bound: 100 };
        assert_noop!(send(Alice, understated), Collective::WrongProposalLength);
    });
}

#[test]
fn the_council_never_becomes_empty() {
    run(|| {
        let leave = RuntimeCall::CouncilMembers(pallet_membership::Call::remove_member { who: account(Alice) });
        assert_eq!(decided(leave.clone(), 1), Err(DispatchError::BadOrigin));
        assert_ok!(decided(RuntimeCall::CouncilMembers(pallet_membership::Call::add_member { who: account(Bob) }), 1));
        assert_eq!(decided(leave, 2), Ok(()));
    });
}

#[test]
fn a_member_that_leaves_takes_its_votes_along() {
    with_council(|| {
        let call: RuntimeCall = upgrade().into();
        assert_ok!(propose(Alice, 3, &call));
        let number = motion(&call).0;
        for who in [Alice, Bob] {
            assert_ok!(vote(who, &call, true));
        }
        let leave = RuntimeCall::CouncilMembers(pallet_membership::Call::remove_member { who: account(Bob) });
        assert_eq!(decided(leave, 3), Ok(()));
        let hash = BlakeTwo256::hash_of(&call);
        let voted = pallet_collective::Call::vote { proposal: hash, index: number, approve: true };
        assert_noop!(send(Bob, voted.clone()), Collective::NotMember);
        assert_ok!(send(Charlie, voted));
        let (proposal_weight_bound, length_bound) = (Weight::MAX, MOTION_LENGTH_MAX);
        let close =
            pallet_collective::Call::close { proposal_hash: hash, index: number, proposal_weight_bound, length_bound };
        assert_noop!(send(Charlie, close), Collective::TooEarly);
    });
}

#[test]
fn a_seat_is_not_handed_on_without_a_vote() {
    with_council(|| {
        let filtered = frame_system::Error::<Runtime>::CallFiltered;
        let new = account(Ferdie);
        assert_noop!(
            send(Alice, RuntimeCall::CouncilMembers(pallet_membership::Call::change_key { new: new.clone() })),
            filtered
        );
        let filtered = frame_system::Error::<Runtime>::CallFiltered;
        assert_noop!(
            send(Alice, RuntimeCall::Validators(pallet_membership::Call::change_key { new: new.clone() })),
            filtered
        );
        let filtered = frame_system::Error::<Runtime>::CallFiltered;
        assert_noop!(send(Alice, RuntimeCall::Administrators(pallet_membership::Call::change_key { new })), filtered);
    });
}

#[test]
fn appointed_accounts_can_send_transactions_and_have_their_class() {
    use medchain_runtime_api::runtime_decl_for_quotas_api::QuotasApiV1;
    with_council(|| {
        let class = |who: Sr25519Keyring| Runtime::allowance(who.to_account_id()).class;
        assert_eq!(System::providers(&Eve.to_account_id()), 0);
        assert_ok!(decided(RuntimeCall::Administrators(pallet_membership::Call::add_member { who: account(Eve) }), 3));
        assert_eq!((System::providers(&Eve.to_account_id()), class(Eve).as_str()), (1, "administrator"));
        assert_ok!(decided(RuntimeCall::Validators(pallet_membership::Call::add_member { who: account(Ferdie) }), 3));
        assert_eq!((System::providers(&Ferdie.to_account_id()), class(Ferdie).as_str()), (1, "validator"));
        assert_ok!(decided(RuntimeCall::CouncilMembers(pallet_membership::Call::add_member { who: account(Eve) }), 3));
        assert_eq!((System::providers(&Eve.to_account_id()), class(Eve).as_str()), (2, "council"));
        // A dismissed account keeps what lets no transaction of its be replayed.
        assert_ok!(decided(
            RuntimeCall::Validators(pallet_membership::Call::remove_member { who: account(Ferdie) }),
            4
        ));
        assert_eq!((System::providers(&Ferdie.to_account_id()), class(Ferdie).as_str()), (1, "unknown"));
    });
}

#[test]
fn a_new_administrator_vets_and_a_dismissed_one_does_not() {
    with_council(|| {
        let verify = |who| send(who, verification(MemberId(1)));
        let unknown = pallet_registry::Error::<Runtime>::UnknownMember;
        assert_noop!(verify(Eve), DispatchError::BadOrigin);
        assert_ok!(decided(RuntimeCall::Administrators(pallet_membership::Call::add_member { who: account(Eve) }), 3));
        assert_noop!(verify(Eve), unknown);
        assert_ok!(decided(
            RuntimeCall::Administrators(pallet_membership::Call::remove_member { who: account(Eve) }),
            3
        ));
        assert_noop!(verify(Eve), DispatchError::BadOrigin);
    });
}

#[test]
fn a_stopped_call_is_refused_until_the_stop_is_lifted() {
    with_council(|| {
        assert_ok!(send(Eve, register(Role::Patient, "eve", 0x11)));
        let anchor = || send(Eve, anchor(PATIENT_ID, RecordKind::Profile, 0x11));
        assert_ok!(decided(pause("Reports", "anchor"), 3));
        assert_noop!(anchor(), frame_system::Error::<Runtime>::CallFiltered);
        assert_ok!(decided(pallet_tx_pause::Call::unpause { ident: (name("Reports"), name("anchor")) }, 3));
        assert_ok!(anchor());
    });
}

#[test]
fn what_keeps_the_chain_and_the_patients_rights_cannot_be_stopped() {
    with_council(|| {
        for (pallet, call) in [
            ("Timestamp", "set"),
            ("Grandpa", "report_equivocation_unsigned"),
            ("Session", "set_keys"),
            ("Council", "propose"),
            ("CouncilMembers", "remove_member"),
            ("Validators", "remove_member"),
            ("Consortium", "enact"),
            ("System", "apply_authorized_upgrade"),
            ("TxPause", "unpause"),
            ("Access", "revoke"),
            ("Reports", "erase"),
        ] {
            let unpausable = pallet_tx_pause::Error::<Runtime>::Unpausable.into();
            assert_eq!(decided(pause(pallet, call), 3), Err(unpausable), "{pallet}.{call}");
        }
    });
}

#[test]
fn the_calls_that_cannot_be_stopped_exist() {
    use frame_support::traits::GetCallMetadata;
    let never = |pallet: &str, call: &str| NeverPaused::contains(&(name(pallet), name(call)));
    let calls: Vec<_> = RuntimeCall::get_module_names()
        .iter()
        .flat_map(|pallet| RuntimeCall::get_call_names(pallet).iter().map(move |call| (*pallet, *call)))
        .collect();
    for pallet in ["Access", "Appointments", "Registry", "Reports"] {
        assert!(calls.iter().any(|(of, call)| *of == pallet && never(of, call)), "{pallet}");
        assert!(calls.iter().any(|(of, call)| *of == pallet && !never(of, call)), "{pallet}");
    }
    let single = calls
        .iter()
        .filter(|(of, call)| ["Access", "Appointments", "Registry", "Reports"].contains(of) && never(of, call));
    assert_eq!(single.count(), 11);
    assert!(LetThrough::contains(&pallet_timestamp::Call::set { now: 1 }.into()));
}

#[test]
#[allow(deprecated)] // What the pool asks of the SDK's own call; there is no other way to ask it yet.
fn an_authorised_upgrade_is_applied_by_anyone() {
    use sp_runtime::{traits::ValidateUnsigned, transaction_validity::TransactionSource};
    with_council(|| {
        let code = b"not a runtime".to_vec();
        let apply: RuntimeCall = frame_system::Call::apply_authorized_upgrade { code: code.clone() }.into();
        assert!(<Runtime as ValidateUnsigned>::validate_unsigned(TransactionSource::External, &apply).is_err());
        let call: RuntimeCall = frame_system::Call::authorize_upgrade { code_hash: BlakeTwo256::hash(&code) }.into();
        assert_ok!(decided(pallet_consortium::Call::enact { call: Box::new(call) }, 3));
        // The pool takes it without a signer, so that a quota does not stand in the way.
        assert!(<Runtime as ValidateUnsigned>::validate_unsigned(TransactionSource::External, &apply).is_ok());
        let other: RuntimeCall = frame_system::Call::apply_authorized_upgrade { code: vec![1] }.into();
        assert!(<Runtime as ValidateUnsigned>::validate_unsigned(TransactionSource::External, &other).is_err());
        assert!(LetThrough::contains(&apply));
    });
}

#[test]
fn every_motion_fits_a_block() {
    let most = <Runtime as pallet_collective::Config<Instance1>>::MaxProposalWeight::get();
    for call in for_more_than_half().into_iter().chain(for_two_thirds()) {
        assert!(call.get_dispatch_info().call_weight.all_lte(most), "{call:?}");
    }
}
