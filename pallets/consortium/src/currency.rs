//! A currency with no supply, for pallets that insist on one.

use core::marker::PhantomData;
use frame_support::traits::{
    fungible::{hold, Dust, Inspect, Mutate, Unbalanced},
    tokens::{DepositConsequence, Fortitude, Preservation, Provenance, WithdrawConsequence},
};
use sp_runtime::{DispatchError, DispatchResult, TokenError};

/// Nobody has any of it, nobody gets any, and holding nothing is all that can be done with it. `Reason` is what holds
/// are made for.
pub struct NoCurrency<Reason>(PhantomData<Reason>);

impl<AccountId, Reason> Inspect<AccountId> for NoCurrency<Reason> {
    type Balance = u64;

    fn total_issuance() -> u64 {
        0
    }

    fn minimum_balance() -> u64 {
        0
    }

    fn total_balance(_: &AccountId) -> u64 {
        0
    }

    fn balance(_: &AccountId) -> u64 {
        0
    }

    fn reducible_balance(_: &AccountId, _: Preservation, _: Fortitude) -> u64 {
        0
    }

    fn can_deposit(_: &AccountId, amount: u64, _: Provenance) -> DepositConsequence {
        match amount {
            0 => DepositConsequence::Success,
            _ => DepositConsequence::Overflow,
        }
    }

    fn can_withdraw(_: &AccountId, amount: u64) -> WithdrawConsequence<u64> {
        match amount {
            0 => WithdrawConsequence::Success,
            _ => WithdrawConsequence::BalanceLow,
        }
    }
}

impl<AccountId, Reason> Unbalanced<AccountId> for NoCurrency<Reason> {
    fn handle_dust(_: Dust<AccountId, Self>) {}

    fn write_balance(_: &AccountId, amount: u64) -> Result<Option<u64>, DispatchError> {
        match amount {
            0 => Ok(None),
            _ => Err(TokenError::Unsupported.into()),
        }
    }

    fn set_total_issuance(_: u64) {}
}

impl<AccountId: Eq, Reason> Mutate<AccountId> for NoCurrency<Reason> {}

impl<AccountId, Reason: codec::Encode + scale_info::TypeInfo + 'static> hold::Inspect<AccountId>
    for NoCurrency<Reason>
{
    type Reason = Reason;

    fn total_balance_on_hold(_: &AccountId) -> u64 {
        0
    }

    fn balance_on_hold(_: &Reason, _: &AccountId) -> u64 {
        0
    }
}

impl<AccountId, Reason: codec::Encode + scale_info::TypeInfo + 'static> hold::Unbalanced<AccountId>
    for NoCurrency<Reason>
{
    fn set_balance_on_hold(_: &Reason, _: &AccountId, amount: u64) -> DispatchResult {
        match amount {
            0 => Ok(()),
            _ => Err(TokenError::Unsupported.into()),
        }
    }
}

impl<AccountId, Reason: codec::Encode + scale_info::TypeInfo + 'static> hold::Mutate<AccountId> for NoCurrency<Reason> {}
