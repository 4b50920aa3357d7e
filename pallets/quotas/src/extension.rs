//! `CheckQuota`: no transaction exceeds its signer's bucket.

use crate::{
    refusals, Allowance, ClassOf, Config, Cost, Lane, Pallet, Quota, QuotaClass, RegistrationCalls, WeightInfo,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::marker::PhantomData;
use frame_support::{
    dispatch::{DispatchInfo, PostDispatchInfo},
    pallet_prelude::TransactionSource,
    traits::Get,
    weights::Weight,
};
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, Dispatchable, Implication, PostDispatchInfoOf, TransactionExtension,
        ValidateResult,
    },
    transaction_validity::{InvalidTransaction, TransactionValidityError, ValidTransaction},
    DispatchResult,
};

/// The priority of a transaction whose signer would have its whole bucket left.
pub const SHARE_SCALE: u64 = 1_000_000;
/// What the transactions of registered accounts have on top, so that strangers never push them out of a pool.
pub const MEMBER_PRIORITY: u64 = 3 * SHARE_SCALE;
/// What a stranger's registration with a voucher has on top: it goes before whatever strangers and newcomers send, and after
/// members.
pub const VOUCHED_PRIORITY: u64 = 2 * SHARE_SCALE;
/// What a newcomer's transactions have on top, of which anybody can make many.
pub const NEWCOMER_PRIORITY: u64 = SHARE_SCALE;

/// Refuses a signed transaction that costs more weight or length than its signer's bucket has left, and any
/// transaction but a registration from a stranger. Takes the cost when the transaction is applied and gives back the
/// weight that its call did not use. Transactions without a signer pass untouched.
///
/// Its own fields and its implicit data are empty, so wallets sign it without configuration.
///
/// The priority is the share of the bucket that the transaction leaves, in parts of [`SHARE_SCALE`], plus
/// [`MEMBER_PRIORITY`] for registered accounts, [`NEWCOMER_PRIORITY`] for newcomers among them, and [`VOUCHED_PRIORITY`] for
/// strangers with a good voucher, which is checked here, before the transaction takes a place in a pool or a block.
///
/// The cost is what the transaction takes of the block: its call, the extensions, and what every transaction takes.
///
/// Refuses with `InvalidTransaction::Custom` and [`refusals::NOT_REGISTERED`] or [`refusals::VOUCHER_REFUSED`] for good,
/// or with `InvalidTransaction::ExhaustsResources` when a later block may take the transaction.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Eq, PartialEq, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckQuota<T>(PhantomData<T>);

impl<T> CheckQuota<T> {
    /// The check.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for CheckQuota<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> core::fmt::Debug for CheckQuota<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CheckQuota")
    }
}

/// What validation hands to preparation.
#[derive(Debug, PartialEq, Eq)]
pub enum Val<AccountId> {
    /// Take the cost out of this account's bucket.
    Charge {
        /// The signer.
        who: AccountId,
        /// Its bucket.
        quota: Quota,
        /// The cost.
        cost: Cost,
        /// The lane that a stranger's registration takes.
        lane: Option<Lane>,
    },
    /// Not signed: nothing to charge.
    Unsigned,
}

/// What preparation hands to the time after the dispatch.
#[derive(Debug, PartialEq, Eq)]
pub enum Pre<AccountId> {
    /// This account has been charged.
    Charged(AccountId),
    /// Nobody has been charged, and this weight of the extension was not used.
    Unsigned(Weight),
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for CheckQuota<T>
where
    T::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
    <T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<T::AccountId> + Clone,
{
    const IDENTIFIER: &'static str = "CheckQuota";
    type Implicit = ();
    type Val = Val<T::AccountId>;
    type Pre = Pre<T::AccountId>;

    fn weight(&self, call: &T::RuntimeCall) -> Weight {
        if T::Registrations::is_registration(call) {
            T::WeightInfo::check_quota_of_stranger()
        } else {
            T::WeightInfo::check_quota()
        }
    }

    fn validate(
        &self,
        origin: T::RuntimeOrigin,
        call: &T::RuntimeCall,
        info: &DispatchInfoOf<T::RuntimeCall>,
        len: usize,
        _self_implicit: Self::Implicit,
        _inherited_implication: &impl Implication,
        _source: TransactionSource,
    ) -> ValidateResult<Self::Val, T::RuntimeCall> {
        let Some(who) = origin.as_system_origin_signer() else {
            return Ok((Default::default(), Val::Unsigned, origin));
        };
        let class = T::Classes::class_of(who);
        let lane = match class {
            QuotaClass::Unknown => match T::Registrations::lane(who, call) {
                None => return Err(InvalidTransaction::Custom(refusals::NOT_REGISTERED).into()),
                Some(Lane::VoucherRefused) => return Err(InvalidTransaction::Custom(refusals::VOUCHER_REFUSED).into()),
                lane => lane,
            },
            _ => None,
        };
        let base = T::BlockWeights::get().get(info.class).base_extrinsic;
        let weight = info.total_weight().saturating_add(base).ref_time();
        let cost = Cost { weight, length: u32::try_from(len).unwrap_or(u32::MAX) };
        let allowance = Pallet::<T>::allowance_of_class(who, class);
        let rest = allowance.less(cost).ok_or(InvalidTransaction::ExhaustsResources)?;
        let validity = ValidTransaction { priority: priority(&rest, class, lane), ..Default::default() };
        let val = Val::Charge { who: who.clone(), quota: allowance.quota, cost, lane };
        Ok((validity, val, origin))
    }

    fn prepare(
        self,
        val: Self::Val,
        _origin: &T::RuntimeOrigin,
        call: &T::RuntimeCall,
        _info: &DispatchInfoOf<T::RuntimeCall>,
        _len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match val {
            Val::Unsigned => Ok(Pre::Unsigned(self.weight(call))),
            Val::Charge { who, quota, cost, lane } => {
                // Here and not in validation: what the pool holds must not depend on how full one block is.
                if lane.is_some_and(|lane| !Pallet::<T>::take_place(lane)) {
                    return Err(InvalidTransaction::ExhaustsResources.into());
                }
                Pallet::<T>::spend(&who, &quota, cost);
                Ok(Pre::Charged(who))
            }
        }
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfoOf<T::RuntimeCall>,
        post_info: &PostDispatchInfoOf<T::RuntimeCall>,
        _len: usize,
        _result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        match pre {
            Pre::Unsigned(weight) => Ok(weight),
            Pre::Charged(who) => {
                let unused = post_info.calc_unspent(info).ref_time();
                if unused > 0 {
                    Pallet::<T>::give_back(&who, unused);
                }
                Ok(Weight::zero())
            }
        }
    }
}

fn priority(rest: &Allowance, class: QuotaClass, lane: Option<Lane>) -> u64 {
    let share = rest.share(SHARE_SCALE);
    match (lane, class) {
        (Some(Lane::Vouched(_)), _) => VOUCHED_PRIORITY.saturating_add(share),
        (Some(_), _) => share,
        (None, QuotaClass::Newcomer) => NEWCOMER_PRIORITY.saturating_add(share),
        (None, _) => MEMBER_PRIORITY.saturating_add(share),
    }
}
