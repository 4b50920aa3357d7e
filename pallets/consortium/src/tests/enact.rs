//! Calls in the name of root.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use frame_system::Call;
use sp_core::H256;
use sp_runtime::DispatchError;

fn upgrade() -> RuntimeCall {
    Call::authorize_upgrade { code_hash: H256::repeat_byte(7) }.into()
}

#[test]
fn the_council_authorises_an_upgrade() {
    with_validators(&[NORTH], || {
        assert_ok!(Consortium::enact(RuntimeOrigin::root(), Box::new(upgrade())));
        assert_eq!(System::authorized_upgrade().unwrap().code_hash(), &H256::repeat_byte(7));
        System::assert_last_event(Event::CallEnacted { result: Ok(()) }.into());
    });
}

#[test]
fn nobody_else_has_a_call_enacted() {
    with_validators(&[NORTH], || {
        for origin in [RuntimeOrigin::signed(NORTH), RuntimeOrigin::none()] {
            assert_noop!(Consortium::enact(origin, Box::new(upgrade())), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn the_council_cannot_write_storage() {
    with_validators(&[NORTH], || {
        for call in [
            Call::set_storage { items: vec![] },
            Call::set_code { code: vec![] },
            Call::kill_prefix { prefix: vec![], subkeys: 1 },
            Call::authorize_upgrade_without_checks { code_hash: H256::zero() },
        ] {
            let call = Box::new(call.into());
            assert_noop!(Consortium::enact(RuntimeOrigin::root(), call), Error::<Test>::NotEnactable);
        }
    });
}
