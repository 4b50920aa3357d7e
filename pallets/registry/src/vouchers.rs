//! Vouchers: an institution's word for an account that is to register.

use crate::*;
use codec::Encode;
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
    /// Whether this voucher lets this account register now. The quotas ask it before a registration enters a block.
    ///
    /// # Errors
    /// [`Error::StatementExpired`], [`Error::StatementTooLong`], [`Error::InstitutionNotActive`],
    /// [`Error::VoucherNotByInstitution`], [`Error::VoucherForged`].
    pub fn ensure_voucher(
        applicant: &T::AccountId,
        voucher: &Voucher<T::AccountId, T::Signature>,
    ) -> Result<(), Error<T>> {
        Self::ensure_voucher_of(&Self::genesis(), T::Time::now(), applicant, voucher)
    }

    /// The same, on the chain of this genesis at this moment.
    pub(crate) fn ensure_voucher_of(
        genesis: &T::Hash,
        now: Moment,
        applicant: &T::AccountId,
        voucher: &Voucher<T::AccountId, T::Signature>,
    ) -> Result<(), Error<T>> {
        Self::ensure_in_time(now, voucher.expires_at)?;
        let may_vouch = |member: &Member| member.role.is_institution() && member.status == Status::Active;
        match Members::<T>::get(&voucher.signer).filter(|signer| signer.id == voucher.institution) {
            Some(institution) => ensure!(may_vouch(&institution), Error::<T>::InstitutionNotActive),
            None => {
                let named = Self::member_by_id(voucher.institution);
                ensure!(named.is_some_and(|(_, member)| may_vouch(&member)), Error::<T>::InstitutionNotActive);
                return Err(Error::<T>::VoucherNotByInstitution);
            }
        }
        let applicant = applicant.encode();
        let statement = VoucherStatement {
            genesis: genesis.as_ref(),
            applicant: &applicant,
            institution: voucher.institution,
            expires_at: voucher.expires_at,
        };
        ensure!(signed(&statement.text(), &voucher.signature, &voucher.signer), Error::<T>::VoucherForged);
        Ok(())
    }

    /// Whether a signed statement that expires then can be used now.
    pub(crate) fn ensure_in_time(now: Moment, expires_at: Moment) -> Result<(), Error<T>> {
        ensure!(now < expires_at, Error::<T>::StatementExpired);
        ensure!(expires_at.saturating_sub(now) <= limits::STATEMENT_LIFETIME_MAX, Error::<T>::StatementTooLong);
        Ok(())
    }

    /// The chain's genesis hash, which every statement names.
    pub(crate) fn genesis() -> T::Hash {
        frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero())
    }
}

/// Whether the signer has signed this text, as it is or as wallets wrap it.
pub(crate) fn signed<AccountId, Signature>(text: &str, signature: &Signature, signer: &AccountId) -> bool
where
    Signature: Verify<Signer: IdentifyAccount<AccountId = AccountId>>,
{
    signature.verify(text.as_bytes(), signer) || signature.verify(wrapped(text).as_slice(), signer)
}
