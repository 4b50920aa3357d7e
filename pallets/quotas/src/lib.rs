//! # Quotas
//!
//! There are no fees, so every account has a bucket of weight and of length that refills by the block, sized by the
//! account's class. [`CheckQuota`] refuses a transaction that exceeds its signer's bucket before it reaches a block,
//! lets a stranger send nothing but a registration, and sets the priority so that a full pool drops the spender
//! first. [`CheckNonce`] lets a stranger's registration through, which the system's own check refuses for want of a
//! provider reference, and bounds how far ahead of an account's nonce its transactions may run.
//!
//! Buckets change only in the transaction extension. The calls change the sizes of the buckets and of the lanes, within
//! bounds that the runtime's own figures set.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod extension;
mod nonce;
mod types;
pub mod weights;

#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use extension::{CheckQuota, Pre, Val, MEMBER_PRIORITY, NEWCOMER_PRIORITY, SHARE_SCALE, VOUCHED_PRIORITY};
pub use nonce::{CheckNonce, NoncePre, NonceVal};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Why the transaction extensions refuse a transaction, as the code of `InvalidTransaction::Custom`.
pub mod refusals {
    /// The account is not registered: it may send a registration and nothing else.
    pub const NOT_REGISTERED: u8 = 1;
    /// The voucher is not good: forged, expired, or by no active institution; ask the institution for another.
    pub const VOUCHER_REFUSED: u8 = 3;
}

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use medchain_primitives::MemberId;

    /// The version of the storage layout.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Which class an account belongs to.
        type Classes: ClassOf<Self::AccountId>;
        /// How large each class's bucket is and how fast it refills.
        type Quotas: Quotas;
        /// Which calls are registrations.
        type Registrations: RegistrationCalls<Self::AccountId, Self::RuntimeCall>;
        /// By whose word quotas and lanes change.
        type GovernOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// How many registrations by strangers one block takes, at most and where nothing else was set.
        #[pallet::constant]
        type OpenRegistrationsPerBlock: Get<u32>;
        /// How many registrations with a voucher one block takes, at most and where nothing else was set; they take
        /// nothing from the strangers' lane, nor the strangers from theirs.
        #[pallet::constant]
        type VouchedRegistrationsPerBlock: Get<u32>;
        /// How many of them may be by one institution's word, so that none takes the lane from the others.
        #[pallet::constant]
        type VouchedPerInstitution: Get<u32>;
        /// How far ahead of its account's nonce a transaction may run.
        #[pallet::constant]
        type NonceAhead: Get<u32>;
        /// Weights of the extension and of the hooks.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What an account has spent and not got back yet; absent when it has spent nothing. Keyed by account, with a
    /// hasher that an attacker cannot unbalance, as anybody can make accounts. Bounded by the registered accounts and
    /// the strangers that the open lane has let through.
    #[pallet::storage]
    pub type Buckets<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Bucket<BlockNumberFor<T>>, OptionQuery>;

    /// How many registrations by strangers this block has taken. Gone when the block ends.
    #[pallet::storage]
    pub type OpenRegistrations<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// How many registrations this block has taken by the word of each institution. Bounded by the lane. Gone when the
    /// block ends.
    #[pallet::storage]
    pub type VouchedRegistrations<T: Config> =
        StorageValue<_, BoundedBTreeMap<MemberId, u32, T::VouchedRegistrationsPerBlock>, ValueQuery>;

    /// The quotas that differ from the runtime's own. Keyed by class, of which there are few.
    #[pallet::storage]
    pub type SetQuotas<T> = StorageMap<_, Twox64Concat, QuotaClass, Quota, OptionQuery>;

    /// The lanes, if they differ from the runtime's own.
    #[pallet::storage]
    pub type SetLanes<T> = StorageValue<_, Lanes, OptionQuery>;

    /// The accounts that need no registration.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Accounts that get a provider reference at genesis, so that they can send transactions: the validators'.
        pub privileged: Vec<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for account in &self.privileged {
                frame_system::Pallet::<T>::inc_providers(account);
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            T::WeightInfo::reset_lanes()
        }

        fn on_finalize(_: BlockNumberFor<T>) {
            OpenRegistrations::<T>::kill();
            VouchedRegistrations::<T>::kill();
        }

        fn integrity_test() {
            for class in QuotaClass::ALL {
                let quota = T::Quotas::quota(*class);
                assert!(
                    quota.weight_max > 0 && quota.length_max > 0,
                    "the bucket of class {class} is empty: its accounts could send nothing"
                );
            }
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A class's quota changed.
        QuotaSet {
            /// The class.
            class: QuotaClass,
            /// Its quota from now on.
            quota: Quota,
        },
        /// The lanes of registrations changed.
        LanesSet {
            /// The lanes from now on.
            lanes: Lanes,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// A figure is less than a tenth or more than ten times the runtime's own; choose one within.
        QuotaOutOfBounds,
        /// A lane is wider than the runtime allows, or an institution's share of it is; choose a narrower one.
        LanesTooWide,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets a class's quota, or with `None` puts the runtime's own back.
        ///
        /// ## Dispatch origin
        /// [`Config::GovernOrigin`].
        ///
        /// ## Errors
        /// [`Error::QuotaOutOfBounds`].
        ///
        /// ## Events
        /// [`Event::QuotaSet`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_quota())]
        pub fn set_quota(origin: OriginFor<T>, class: QuotaClass, quota: Option<Quota>) -> DispatchResult {
            T::GovernOrigin::ensure_origin(origin)?;
            let own = T::Quotas::quota(class);
            if let Some(quota) = quota {
                ensure!(quota.is_near(&own), Error::<T>::QuotaOutOfBounds);
            }
            SetQuotas::<T>::set(class, quota);
            Self::deposit_event(Event::QuotaSet { class, quota: quota.unwrap_or(own) });
            Ok(())
        }

        /// Sets how many registrations a block takes, or with `None` puts the runtime's own lanes back.
        ///
        /// ## Dispatch origin
        /// [`Config::GovernOrigin`].
        ///
        /// ## Errors
        /// [`Error::LanesTooWide`].
        ///
        /// ## Events
        /// [`Event::LanesSet`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_lanes())]
        pub fn set_lanes(origin: OriginFor<T>, lanes: Option<Lanes>) -> DispatchResult {
            T::GovernOrigin::ensure_origin(origin)?;
            let own = Self::own_lanes();
            if let Some(lanes) = lanes {
                let narrower = lanes.open <= own.open
                    && lanes.vouched <= own.vouched
                    && lanes.vouched_per_institution <= own.vouched_per_institution;
                ensure!(narrower, Error::<T>::LanesTooWide);
            }
            SetLanes::<T>::set(lanes);
            Self::deposit_event(Event::LanesSet { lanes: lanes.unwrap_or(own) });
            Ok(())
        }
    }

    impl<T: Config> Pallet<T> {
        /// The bucket of a class.
        pub fn quota(class: QuotaClass) -> Quota {
            SetQuotas::<T>::get(class).unwrap_or_else(|| T::Quotas::quota(class))
        }

        /// How many registrations a block takes.
        pub fn lanes() -> Lanes {
            SetLanes::<T>::get().unwrap_or_else(Self::own_lanes)
        }

        fn own_lanes() -> Lanes {
            Lanes {
                open: T::OpenRegistrationsPerBlock::get(),
                vouched: T::VouchedRegistrationsPerBlock::get(),
                vouched_per_institution: T::VouchedPerInstitution::get(),
            }
        }

        /// What an account may still spend in the current block.
        pub fn allowance(account: &T::AccountId) -> Allowance {
            Self::allowance_of_class(account, T::Classes::class_of(account))
        }

        /// What an account may still spend in the current block if it belongs to this class.
        pub(crate) fn allowance_of_class(account: &T::AccountId, class: QuotaClass) -> Allowance {
            let quota = Self::quota(class);
            let bucket = Self::refilled(account, &quota);
            Allowance {
                class,
                quota,
                weight_left: quota.weight_max.saturating_sub(bucket.weight_spent),
                length_left: quota.length_max.saturating_sub(bucket.length_spent),
            }
        }

        /// Lets an account go on with what another has spent, whose place it takes.
        pub fn carry_over(from: &T::AccountId, to: &T::AccountId) {
            if let Some(bucket) = Buckets::<T>::take(from) {
                Buckets::<T>::insert(to, bucket);
            }
        }

        /// Lets an account of a class begin with what flows back in so many blocks, as others can make many of its kind.
        pub fn begin_low(account: &T::AccountId, class: QuotaClass, blocks: u32) {
            let Quota { weight_max, weight_refill, length_max, length_refill } = Self::quota(class);
            let bucket = Bucket {
                weight_spent: weight_max.saturating_sub(weight_refill.saturating_mul(blocks.into())),
                length_spent: length_max.saturating_sub(length_refill.saturating_mul(blocks)),
                refilled_at: frame_system::Pallet::<T>::block_number(),
            };
            Buckets::<T>::insert(account, bucket);
        }

        /// Takes a place in a lane of this block; `false` if the lane is full.
        pub(crate) fn take_place(lane: Lane) -> bool {
            match lane {
                Lane::Open => {
                    let taken = OpenRegistrations::<T>::get();
                    if taken >= Self::lanes().open {
                        return false;
                    }
                    OpenRegistrations::<T>::put(taken.saturating_add(1));
                    true
                }
                Lane::Vouched(institution) => VouchedRegistrations::<T>::mutate(|taken| {
                    let lanes = Self::lanes();
                    let total = taken.values().fold(0u32, |total, by_one| total.saturating_add(*by_one));
                    let by_this = taken.get(&institution).copied().unwrap_or(0);
                    total < lanes.vouched
                        && by_this < lanes.vouched_per_institution
                        && taken.try_insert(institution, by_this.saturating_add(1)).is_ok()
                }),
                Lane::VoucherRefused => false,
            }
        }

        /// Takes a cost out of an account's bucket. What exceeds the bucket is the caller's to refuse beforehand.
        pub(crate) fn spend(account: &T::AccountId, quota: &Quota, cost: Cost) {
            let mut bucket = Self::refilled(account, quota);
            bucket.weight_spent = bucket.weight_spent.saturating_add(cost.weight);
            bucket.length_spent = bucket.length_spent.saturating_add(cost.length);
            Buckets::<T>::insert(account, bucket);
        }

        /// Puts weight that was not used back into an account's bucket.
        pub(crate) fn give_back(account: &T::AccountId, weight: u64) {
            Buckets::<T>::mutate_extant(account, |bucket| {
                bucket.weight_spent = bucket.weight_spent.saturating_sub(weight);
            });
        }

        /// The account's bucket as it stands in the current block.
        fn refilled(account: &T::AccountId, quota: &Quota) -> Bucket<BlockNumberFor<T>> {
            let now = frame_system::Pallet::<T>::block_number();
            match Buckets::<T>::get(account) {
                Some(bucket) => bucket.refilled(now, quota),
                None => Bucket { weight_spent: 0, length_spent: 0, refilled_at: now },
            }
        }
    }
}
