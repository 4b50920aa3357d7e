//! What the calls and a session's end cost at most.

use super::*;
use alloc::{boxed::Box, vec::Vec};
use codec::Decode;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{EnsureOrigin, Hooks},
    BoundedVec,
};
use pallet_session::{KeyOwner, NextKeys, QueuedKeys, Validators};
use sp_runtime::traits::{Get, OpaqueKeys, TrailingZeroInput};

/// Keys that nobody else has.
fn keys<T: Config>(number: u32) -> Result<T::Keys, BenchmarkError> {
    let seed: Vec<u8> = number.to_le_bytes().into_iter().cycle().take(256).collect();
    T::Keys::decode(&mut TrailingZeroInput::new(&seed)).map_err(|_| BenchmarkError::Stop("keys are bytes"))
}

fn register<T: Config>(account: &T::AccountId, keys: &T::Keys) {
    for id in T::Keys::key_ids() {
        KeyOwner::<T>::insert((*id, keys.get_raw(*id)), account);
    }
    NextKeys::<T>::insert(account, keys);
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// All validators have registered new keys.
    #[benchmark]
    fn end_session(v: Linear<1, 128>) -> Result<(), BenchmarkError> {
        let mut active = Vec::new();
        for number in 0..v {
            let validator: T::AccountId = account("validator", number, 0);
            frame_system::Pallet::<T>::inc_providers(&validator);
            active.push((validator.clone(), keys::<T>(number)?));
            register::<T>(&validator, &keys::<T>(1_000 + number)?);
        }
        let accounts: Vec<_> = active.iter().map(|(validator, _)| validator.clone()).collect();
        T::Validators::benchmark_set(accounts.clone());
        Validators::<T>::put(accounts);
        QueuedKeys::<T>::put(active);
        let now = SessionLength::<T>::get();
        #[block]
        {
            Pallet::<T>::on_initialize(now);
        }
        assert!(QueuedKeys::<T>::get()[0].1 == keys::<T>(1_000)?);
        Ok(())
    }

    #[benchmark]
    fn continue_session() {
        #[block]
        {
            Pallet::<T>::on_initialize(1u32.into());
        }
        assert_eq!(pallet_session::CurrentIndex::<T>::get(), 0);
    }

    /// Without the call itself.
    #[benchmark]
    fn enact() -> Result<(), BenchmarkError> {
        let origin = T::EnactOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let call: <T as Config>::RuntimeCall =
            frame_system::Call::authorize_upgrade { code_hash: Default::default() }.into();
        #[extrinsic_call]
        _(origin as <T as frame_system::Config>::RuntimeOrigin, Box::new(call));
        assert!(frame_system::Pallet::<T>::authorized_upgrade().is_some());
        Ok(())
    }

    /// The only one on a full list.
    #[benchmark]
    fn acknowledge_offences() -> Result<(), BenchmarkError> {
        let origin = T::AcknowledgeOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let offence = |number| Offence {
            validator: account("validator", number, 0),
            session: number,
            proven_in: 1u32.into(),
            removed: true,
        };
        let offences: Vec<_> = (0..T::OffencesMax::get()).map(offence).collect();
        Offences::<T>::put(BoundedVec::truncate_from(offences));
        let validator: T::AccountId = account("validator", 0, 0);
        #[extrinsic_call]
        _(origin as <T as frame_system::Config>::RuntimeOrigin, validator);
        assert_eq!(Offences::<T>::decode_len(), Some(T::OffencesMax::get().saturating_sub(1) as usize));
        Ok(())
    }
}
