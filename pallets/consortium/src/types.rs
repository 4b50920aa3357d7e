//! Offences, and what the pallet asks of the runtime.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_staking::SessionIndex;

/// A validator's proven offence, kept until the council has acknowledged it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Offence<AccountId, BlockNumber> {
    /// Who committed it.
    pub validator: AccountId,
    /// The session in which it was committed.
    pub session: SessionIndex,
    /// The block in which it was proven.
    pub proven_in: BlockNumber,
    /// Whether the validator was removed for it; the last one never is.
    pub removed: bool,
}

/// The set of validators that the council keeps.
pub trait ValidatorSet<AccountId> {
    /// The accounts of the set, in order.
    fn accounts() -> Vec<AccountId>;
    /// Takes an account out of the set; `false` if it is not in it or the only one.
    fn remove(account: &AccountId) -> bool;
    /// Makes this the set for the benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_set(accounts: Vec<AccountId>);
}
