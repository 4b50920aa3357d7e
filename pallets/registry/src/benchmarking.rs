//! What each call costs at most: the longest texts, the most indexes to move.

use super::*;
use alloc::vec;
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::RawOrigin;

const KEY: EncryptionKey = EncryptionKey([0x5a; 32]);

/// The longest username: letters and separators in turn.
fn longest_username() -> Username {
    let mut letters = vec![b'a'; limits::USERNAME_MAX as usize];
    letters.iter_mut().skip(1).step_by(2).for_each(|letter| *letter = b'-');
    if let Some(last) = letters.last_mut() {
        *last = b'z';
    }
    letters.try_into().unwrap_or_default()
}

/// Details in which every text is as long as it may be.
fn longest_details() -> Details {
    let text = || vec![b'a'; limits::DETAIL_MAX as usize].try_into().unwrap_or_default();
    Details { name: text(), licence: text(), issuer: text(), speciality: text(), address: text() }
}

/// A doctor with the longest details, who stands here.
fn doctor<T: Config>(status: Status) -> Result<(T::AccountId, MemberId), BenchmarkError> {
    let account: T::AccountId = account("doctor", 0, 0);
    let id = Pallet::<T>::do_register(&account, Role::Doctor, longest_username(), KEY, Some(longest_details()))
        .map_err(|_| BenchmarkError::Stop("member numbers have run out"))?;
    T::Records::benchmark_anchor(id, id, RecordKind::Certificate);
    let member = Members::<T>::get(&account).ok_or(BenchmarkError::Stop("the doctor is not registered"))?;
    let reason = matches!(status, Status::Rejected | Status::Suspended).then_some(VettingReason::Misconduct);
    Pallet::<T>::put_with_status(&account, member, status, reason);
    Ok((account, id))
}

fn administrator<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
    T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

fn status_of<T: Config>(account: &T::AccountId) -> Option<Status> {
    Members::<T>::get(account).map(|member| member.status)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), Role::Doctor, longest_username(), KEY, Some(longest_details()));
        assert_eq!(status_of::<T>(&caller), Some(Status::Pending));
    }

    #[benchmark]
    fn update_details() -> Result<(), BenchmarkError> {
        let (caller, _) = doctor::<T>(Status::Rejected)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), longest_details());
        assert_eq!(status_of::<T>(&caller), Some(Status::Pending));
        Ok(())
    }

    #[benchmark]
    fn publish_administrator_key() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        Pallet::<T>::publish_administrator_key(origin.clone(), KEY)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, EncryptionKey([0x5b; 32]));
        assert!(AdministratorKeys::<T>::iter_values().any(|(_, version)| version == 2));
        Ok(())
    }

    /// Of `verify`, a name that the macro needs for itself.
    #[benchmark]
    fn verify_call() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Pending)?;
        #[extrinsic_call]
        verify(origin as T::RuntimeOrigin, member);
        assert_eq!(status_of::<T>(&account), Some(Status::Active));
        Ok(())
    }

    #[benchmark]
    fn reject() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Pending)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, member, VettingReason::Misconduct);
        assert_eq!(status_of::<T>(&account), Some(Status::Rejected));
        Ok(())
    }

    #[benchmark]
    fn suspend() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Active)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, member, VettingReason::Misconduct);
        assert_eq!(status_of::<T>(&account), Some(Status::Suspended));
        Ok(())
    }

    #[benchmark]
    fn reinstate() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Suspended)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, member);
        assert_eq!(status_of::<T>(&account), Some(Status::Active));
        Ok(())
    }

    #[benchmark]
    fn apply_again() -> Result<(), BenchmarkError> {
        let (caller, _) = doctor::<T>(Status::Rejected)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));
        assert_eq!(status_of::<T>(&caller), Some(Status::Pending));
        Ok(())
    }
}
