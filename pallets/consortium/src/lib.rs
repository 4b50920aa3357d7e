//! # Consortium
//!
//! The validators' sessions and what the council may have done in the name of root.
//!
//! `pallet-session` keeps the validators' keys; this pallet ends its sessions. When a session ends, those accounts of the
//! council's set that have registered session keys are the validators of the next one: an account that the council
//! admitted, one that it dismissed, and one that has registered new keys all take effect there. The set never becomes
//! empty: without any account that has keys the validators stay.
//!
//! **Keys that were in use never come back.** What a session's end takes out of use gets an owner that nobody is, so that
//! `session.set_keys` refuses it as a duplicate for ever. A validator that lost its database, and with it the memory of
//! what it has voted, so cannot return with its old keys and vote twice.
//!
//! **Offences.** An equivocation that GRANDPA's report proves removes the validator from the council's set, and so from
//! the next session, and is kept in a list that the council reads and acknowledges.
//!
//! **Root.** [`Call::enact`] dispatches a call as root for the council, if it is one of few.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod currency;
mod sessions;
mod types;
pub mod weights;

#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use currency::NoCurrency;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::boxed::Box;
    use frame_support::{
        dispatch::{DispatchErrorWithPostInfo, GetDispatchInfo, PostDispatchInfo},
        pallet_prelude::*,
        traits::Contains,
    };
    use frame_system::{pallet_prelude::*, RawOrigin};
    use pallet_session::historical;
    use sp_runtime::traits::{Dispatchable, Zero};
    use sp_staking::SessionIndex;

    /// The version of the storage layout.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>>
        + pallet_session::Config<ValidatorId = <Self as frame_system::Config>::AccountId>
        + historical::Config<FullIdentification = ()>
    {
        /// A call of the runtime.
        type RuntimeCall: Parameter
            + Dispatchable<RuntimeOrigin = Self::RuntimeOrigin, PostInfo = PostDispatchInfo>
            + GetDispatchInfo
            + From<frame_system::Call<Self>>;
        /// The set that the council keeps.
        type Validators: ValidatorSet<Self::AccountId>;
        /// By whose word a call is dispatched as root.
        type EnactOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// The calls that may be.
        type RootCalls: Contains<<Self as Config>::RuntimeCall>;
        /// By whose word an offence is acknowledged.
        type AcknowledgeOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// How many blocks a session has where genesis does not say.
        #[pallet::constant]
        type DefaultSessionLength: Get<BlockNumberFor<Self>>;
        /// For how many sessions the validators' keys can be proven.
        #[pallet::constant]
        type HistoryDepth: Get<SessionIndex>;
        /// The owner of keys that are out of use: an account that nobody has.
        #[pallet::constant]
        type RetiredKeysOwner: Get<Self::AccountId>;
        /// Most offences that wait for the council; the oldest makes room.
        #[pallet::constant]
        type OffencesMax: Get<u32>;
        /// Weights of the calls and of a session's end.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// How many blocks a session has.
    #[pallet::storage]
    pub type SessionLength<T: Config> =
        StorageValue<_, BlockNumberFor<T>, ValueQuery, <T as Config>::DefaultSessionLength>;

    /// The proven offences that the council has not acknowledged, oldest first; bounded by `OffencesMax`.
    #[pallet::storage]
    pub type Offences<T: Config> =
        StorageValue<_, BoundedVec<Offence<T::AccountId, BlockNumberFor<T>>, T::OffencesMax>, ValueQuery>;

    /// How long sessions are.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Blocks in a session; the runtime's default if there is none.
        pub session_length: Option<BlockNumberFor<T>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if let Some(length) = self.session_length {
                assert!(!length.is_zero(), "a session has at least one block");
                SessionLength::<T>::put(length);
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The council had a call dispatched as root.
        CallEnacted {
            /// How it went.
            result: DispatchResult,
        },
        /// An offence was proven.
        OffenceProven {
            /// Who committed it.
            validator: T::AccountId,
            /// In which session.
            session: SessionIndex,
            /// Whether the validator was removed for it.
            removed: bool,
        },
        /// The council took note of a validator's offences.
        OffencesAcknowledged {
            /// Whose they were.
            validator: T::AccountId,
        },
        /// The next session's validators or their keys are other than this session's.
        ValidatorsChanged {
            /// The session that begins.
            session: SessionIndex,
            /// Its validators.
            validators: alloc::vec::Vec<T::AccountId>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// This call is not among those that the council may have dispatched as root; propose another.
        NotEnactable,
        /// No offence of this account waits to be acknowledged; look at the list of offences.
        NoOffence,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            if Self::ends_in(now) {
                let validators = Self::end_session();
                <T as Config>::WeightInfo::end_session(validators)
            } else {
                <T as Config>::WeightInfo::continue_session()
            }
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Dispatches a call as root: the authorisation of a runtime upgrade, for one.
        ///
        /// ## Dispatch origin
        /// [`Config::EnactOrigin`].
        ///
        /// ## Errors
        /// [`Error::NotEnactable`], and what the call itself gives.
        ///
        /// ## Events
        /// [`Event::CallEnacted`].
        #[pallet::call_index(0)]
        #[pallet::weight({
            let info = call.get_dispatch_info();
            (<T as Config>::WeightInfo::enact().saturating_add(info.call_weight), info.class)
        })]
        pub fn enact(origin: OriginFor<T>, call: Box<<T as Config>::RuntimeCall>) -> DispatchResultWithPostInfo {
            T::EnactOrigin::ensure_origin(origin)?;
            ensure!(T::RootCalls::contains(&call), Error::<T>::NotEnactable);
            let result = call.dispatch(RawOrigin::Root.into());
            match result {
                Ok(post_info) => {
                    Self::deposit_event(Event::CallEnacted { result: Ok(()) });
                    Ok(post_info)
                }
                Err(DispatchErrorWithPostInfo { error, .. }) => Err(error.into()),
            }
        }

        /// Takes a validator's offences off the list.
        ///
        /// ## Dispatch origin
        /// [`Config::AcknowledgeOrigin`].
        ///
        /// ## Errors
        /// [`Error::NoOffence`].
        ///
        /// ## Events
        /// [`Event::OffencesAcknowledged`].
        #[pallet::call_index(1)]
        #[pallet::weight(<T as Config>::WeightInfo::acknowledge_offences())]
        pub fn acknowledge_offences(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            T::AcknowledgeOrigin::ensure_origin(origin)?;
            Offences::<T>::try_mutate(|offences| {
                let before = offences.len();
                offences.retain(|offence| offence.validator != validator);
                ensure!(offences.len() < before, Error::<T>::NoOffence);
                Ok::<_, DispatchError>(())
            })?;
            Self::deposit_event(Event::OffencesAcknowledged { validator });
            Ok(())
        }
    }
}
