//! One file for each call, and one for what the other pallets and the clients read.

#![allow(clippy::unwrap_used)]

mod affiliations;
mod apply_again;
mod dependants;
mod migrations;
mod move_account;
mod publish_administrator_key;
mod reads;
mod recovery;
mod register;
mod register_vouched;
mod reinstate;
mod reject;
mod return_copy;
mod rotate_key;
mod staff;
mod suspend;
mod update_details;
mod verify;

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

fn signed(account: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}
