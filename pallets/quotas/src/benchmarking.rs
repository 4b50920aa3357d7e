//! What the extension and the hooks cost at most.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    dispatch::{DispatchInfo, PostDispatchInfo},
    traits::{EnsureOrigin, Get, Hooks},
    weights::Weight,
};
use frame_system::RawOrigin;
use medchain_primitives::MemberId;
use sp_runtime::traits::{AsSystemOriginSigner, DispatchTransaction, Dispatchable};

/// Has each institution take one place in the lane of those with a voucher, until so many are left.
fn fill_lane<T: Config>(left: u32) {
    let places = T::VouchedRegistrationsPerBlock::get().saturating_sub(left);
    VouchedRegistrations::<T>::mutate(|taken| {
        for institution in 0..places {
            // The numbers lie below those of members.
            let _ = taken.try_insert(MemberId(institution.into()), 1);
        }
    });
}

#[benchmarks(where
    T: Send + Sync,
    T::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo> + From<frame_system::Call<T>>,
    <T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<T::AccountId> + Clone,
)]
mod benchmarks {
    use super::*;

    /// By a member whose bucket has been drawn on, and who gets back what its call did not use.
    #[benchmark]
    fn check_quota() -> Result<(), BenchmarkError> {
        let caller: T::AccountId = T::Classes::benchmark_member();
        let bucket = Bucket { weight_spent: 1, length_spent: 1, refilled_at: Default::default() };
        Buckets::<T>::insert(&caller, bucket);
        let call: T::RuntimeCall = frame_system::Call::remark { remark: Vec::new() }.into();
        let info = DispatchInfo { call_weight: Weight::from_parts(100, 0), ..Default::default() };
        let post = PostDispatchInfo { actual_weight: Some(Weight::from_parts(10, 0)), pays_fee: Default::default() };
        #[block]
        {
            CheckQuota::<T>::new()
                .test_run(RawOrigin::Signed(caller.clone()).into(), &call, &info, 100, 0, |_| Ok(post))
                .map_err(|_| BenchmarkError::Stop("the extension refuses a member"))?
                .map_err(|_| BenchmarkError::Stop("the call failed"))?;
        }
        assert!(Buckets::<T>::contains_key(&caller));
        Ok(())
    }

    #[benchmark]
    fn check_quota_of_stranger() -> Result<(), BenchmarkError> {
        let (caller, call) =
            T::Registrations::benchmark_registration().ok_or(BenchmarkError::Stop("there is no registration"))?;
        fill_lane::<T>(1);
        let info = DispatchInfo { call_weight: Weight::from_parts(100, 0), ..Default::default() };
        let post = PostDispatchInfo { actual_weight: Some(Weight::from_parts(10, 0)), pays_fee: Default::default() };
        #[block]
        {
            CheckQuota::<T>::new()
                .test_run(RawOrigin::Signed(caller.clone()).into(), &call, &info, 100, 0, |_| Ok(post))
                .map_err(|_| BenchmarkError::Stop("the extension refuses a registration"))?
                .map_err(|_| BenchmarkError::Stop("the call failed"))?;
        }
        assert!(Buckets::<T>::contains_key(&caller));
        Ok(())
    }

    #[benchmark]
    fn reset_lanes() {
        OpenRegistrations::<T>::put(1);
        fill_lane::<T>(0);
        #[block]
        {
            Pallet::<T>::on_initialize(1u32.into());
            Pallet::<T>::on_finalize(1u32.into());
        }
        assert!(!OpenRegistrations::<T>::exists());
        assert!(!VouchedRegistrations::<T>::exists());
    }

    #[benchmark]
    fn set_quota() -> Result<(), BenchmarkError> {
        let origin = T::GovernOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let class = QuotaClass::Council;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, class, Some(T::Quotas::quota(class)));
        assert!(SetQuotas::<T>::contains_key(class));
        Ok(())
    }

    #[benchmark]
    fn set_lanes() -> Result<(), BenchmarkError> {
        let origin = T::GovernOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let lanes = Lanes { open: 0, vouched: 0, vouched_per_institution: 0 };
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Some(lanes));
        assert_eq!(Pallet::<T>::lanes(), lanes);
        Ok(())
    }
}
