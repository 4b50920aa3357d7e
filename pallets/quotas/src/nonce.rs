//! `CheckNonce` for a chain on which a fresh account may register.

use crate::{refusals, Config, RegistrationCalls};
use alloc::vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{dispatch::DispatchInfo, pallet_prelude::TransactionSource, traits::Get, weights::Weight};
use frame_system::ValidNonceInfo;
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, Dispatchable, Implication, One, PostDispatchInfoOf, SaturatedConversion,
        Saturating, TransactionExtension, ValidateResult, Zero,
    },
    transaction_validity::{InvalidTransaction, TransactionLongevity, TransactionValidityError, ValidTransaction},
    DispatchResult,
};

/// The nonce check and increment of [`frame_system::CheckNonce`], under the same identifier and with the same
/// encoding, with two differences: an account without a provider reference may send a registration (and nothing else),
/// and no transaction may run further ahead of its account's nonce than [`Config::NonceAhead`].
///
/// Refuses with `InvalidTransaction::Future` what runs too far ahead, with [`refusals::NOT_REGISTERED`] what is no
/// registration, and else as the system's check does. `Future` and no code of ours: a pool validates what it holds at the last
/// final block too, where an account's nonce may be much lower than at the best one, and keeps what is only early.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Eq, PartialEq, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckNonce<T: Config>(#[codec(compact)] pub T::Nonce);

impl<T: Config> CheckNonce<T> {
    /// The check of this nonce. For clients.
    pub fn from(nonce: T::Nonce) -> Self {
        Self(nonce)
    }

    fn validate_for(
        who: &T::AccountId,
        nonce: T::Nonce,
        call: &T::RuntimeCall,
    ) -> Result<ValidNonceInfo, TransactionValidityError> {
        let account = frame_system::Account::<T>::get(who);
        let ahead: u32 = nonce.saturating_sub(account.nonce).saturated_into();
        if ahead > T::NonceAhead::get() {
            return Err(InvalidTransaction::Future.into());
        }
        if !account.providers.is_zero() || !account.sufficients.is_zero() {
            return frame_system::CheckNonce::<T>::validate_nonce_for_account(who, nonce);
        }
        if !T::Registrations::is_registration(call) {
            return Err(InvalidTransaction::Custom(refusals::NOT_REGISTERED).into());
        }
        if nonce < account.nonce {
            return Err(InvalidTransaction::Stale.into());
        }
        let provides = vec![Encode::encode(&(who, nonce))];
        let requires =
            if account.nonce < nonce { vec![Encode::encode(&(who, nonce.saturating_sub(One::one())))] } else { vec![] };
        Ok(ValidNonceInfo { provides, requires })
    }
}

impl<T: Config> core::fmt::Debug for CheckNonce<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CheckNonce({:?})", self.0)
    }
}

/// What validation of the nonce hands to preparation.
#[derive(Debug, PartialEq, Eq)]
pub enum NonceVal<AccountId> {
    /// Check and increment the nonce of this account.
    Check(AccountId),
    /// Not signed: nothing to check.
    Unsigned,
}

/// What preparation of the nonce hands to the time after the dispatch.
#[derive(Debug, PartialEq, Eq)]
pub enum NoncePre {
    /// The nonce was incremented.
    Checked,
    /// Nothing was checked, and this weight was not used.
    Unsigned(Weight),
}

impl<T: Config> TransactionExtension<T::RuntimeCall> for CheckNonce<T>
where
    T::RuntimeCall: Dispatchable<Info = DispatchInfo>,
    <T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<T::AccountId> + Clone,
{
    const IDENTIFIER: &'static str = "CheckNonce";
    type Implicit = ();
    type Val = NonceVal<T::AccountId>;
    type Pre = NoncePre;

    fn weight(&self, call: &T::RuntimeCall) -> Weight {
        frame_system::CheckNonce::<T>(self.0).weight(call)
    }

    fn validate(
        &self,
        origin: T::RuntimeOrigin,
        call: &T::RuntimeCall,
        _info: &DispatchInfoOf<T::RuntimeCall>,
        _len: usize,
        _self_implicit: Self::Implicit,
        _inherited_implication: &impl Implication,
        _source: TransactionSource,
    ) -> ValidateResult<Self::Val, T::RuntimeCall> {
        let Some(who) = origin.as_system_origin_signer() else {
            return Ok((Default::default(), NonceVal::Unsigned, origin));
        };
        let ValidNonceInfo { provides, requires } = Self::validate_for(who, self.0, call)?;
        let validity =
            ValidTransaction { priority: 0, requires, provides, longevity: TransactionLongevity::MAX, propagate: true };
        let val = NonceVal::Check(who.clone());
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
            NonceVal::Check(who) => {
                frame_system::CheckNonce::<T>::prepare_nonce_for_account(&who, self.0).map(|()| NoncePre::Checked)
            }
            NonceVal::Unsigned => Ok(NoncePre::Unsigned(self.weight(call))),
        }
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        _info: &DispatchInfo,
        _post_info: &PostDispatchInfoOf<T::RuntimeCall>,
        _len: usize,
        _result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        match pre {
            NoncePre::Checked => Ok(Weight::zero()),
            NoncePre::Unsigned(weight) => Ok(weight),
        }
    }
}
