//! # Committee
//!
//! How the validators make the release committee's key together and hand it on when they change.
//!
//! A **round** has dealers and recipients, both numbered from 1. The dealers are the committee in force, each of which
//! deals its share of the key, or, where there is no key yet, the validators, each of which deals a secret of its own. The
//! recipients are the validators of the session. Four phases follow each other, each with a deadline:
//!
//! 1. *Dealing*: dealers publish commitments. The shares themselves go from node to node and never come here.
//! 2. *Reporting*: recipients say from whom they lack a good share.
//! 3. *Answering*, if anybody lacks one: the dealer publishes that share, or does not count. Who lacks a share that was
//!    sent has it published for nothing, and who withholds one has published it: neither learns more than it had.
//! 4. *Confirming*: recipients confirm what all of this makes, once they hold their share of it. When a threshold of them
//!    have confirmed the same, it is the committee.
//!
//! Each phase ends when all have acted, or at its deadline with those who have; who has not is named in
//! [`Failures`]. A round that cannot go on leaves the committee in force as it is, and another begins. Points and proofs
//! are checked by the members, all on the same published data; the chain checks who acts, when, and the shape of it, that
//! each dealer of a key that is handed on deals the share that the chain shows for it, and that the key stays.
//!
//! A round begins when a session begins whose validators or their keys are not the committee's, and by
//! [`Config::BeginOrigin`].
//!
//! A key that may be known to others is **renewed** by [`Config::RenewOrigin`]: the validators make another, of the next epoch,
//! to which records are encrypted from then on. The committee of the epoch before goes on releasing, and hands its key on as
//! before, for as long as records need it: their owners' clients carry them over. [`Call::retire`] ends it.
//!
//! [`Call::act`] needs no signer but a member's signature with its session key, by which it is checked before it enters
//! a block: each member can act once in each phase of a round, so nobody can flood the chain with acts.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod checks;
mod rounds;
mod types;
pub mod weights;

#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

// Of `validate_unsigned`: what shall take its place wants an extension that the transactions of this chain do not carry.
// The macro binds what a weight of none gives.
#[allow(deprecated, clippy::let_unit_value)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use medchain_primitives::{limits::COMMITTEE_MAX, CommitteePoint};
    use sp_core::sr25519;
    use sp_runtime::traits::Zero;

    /// The version of the storage layout.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The validators of the session.
        type Validators: Validators<Self::AccountId>;
        /// Where the committee in force is kept.
        type Published: Published;
        /// By whose word a round begins though the validators have not changed.
        type BeginOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// By whose word the key is replaced by another, and a replaced one is given up.
        type RenewOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// How many replaced keys may be kept at a time.
        #[pallet::constant]
        type EarlierMax: Get<u32>;
        /// How many blocks a phase may take where genesis does not say.
        #[pallet::constant]
        type DefaultPhaseLength: Get<BlockNumberFor<Self>>;
        /// How many failures are kept; the oldest make room.
        #[pallet::constant]
        type FailuresMax: Get<u32>;
        /// The priority of acts in the pool.
        #[pallet::constant]
        type ActPriority: Get<TransactionPriority>;
        /// Weights of the calls and of a block's beginning.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// How many blocks a phase may take.
    #[pallet::storage]
    pub type PhaseLength<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery, <T as Config>::DefaultPhaseLength>;

    /// Who holds the shares of the committee in force, in the order of their numbers; bounded by `limits::COMMITTEE_MAX`.
    #[pallet::storage]
    pub type Holders<T: Config> = StorageValue<_, PerMember<Seat<T::AccountId>>, ValueQuery>;

    /// The committees of replaced keys, by epoch; at most `EarlierMax`. `Identity`: the number is small and the runtime's.
    #[pallet::storage]
    pub type Earlier<T: Config> = CountedStorageMap<_, Identity, u32, EarlierCommittee<T::AccountId>>;

    /// Whether the key in force is to be replaced by another.
    #[pallet::storage]
    pub type RenewalDue<T: Config> = StorageValue<_, bool, ValueQuery>;

    /// The round that is under way or was finished last.
    #[pallet::storage]
    pub type CurrentRound<T: Config> = StorageValue<_, Round<T::AccountId, BlockNumberFor<T>>>;

    /// The number of the last round; 0 before the first.
    #[pallet::storage]
    pub type LastRound<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// The session whose validators have been compared with the committee.
    #[pallet::storage]
    pub type ComparedIn<T: Config> = StorageValue<_, u32>;

    /// The block before which no further round begins by itself, after the end of one: who is behind reads what a finished one
    /// has published, and one that failed is not begun again at once.
    #[pallet::storage]
    pub type NotBefore<T: Config> = StorageValue<_, BlockNumberFor<T>>;

    /// What the dealers of the current round have published, by number. `Identity`: the number is small and the runtime's.
    #[pallet::storage]
    pub type Dealings<T: Config> = StorageMap<_, Identity, u16, PublishedDealing>;

    /// From whom the recipients of the current round lack a good share, by the recipient's number.
    #[pallet::storage]
    pub type Reports<T: Config> = StorageMap<_, Identity, u16, PerMember<u16>>;

    /// The shares that the dealers of the current round have published, by dealer, each with the recipient's number.
    #[pallet::storage]
    pub type Answers<T: Config> = StorageMap<_, Identity, u16, PerMember<(u16, [u8; 32])>>;

    /// The hashes of the outcomes that the recipients of the current round have confirmed, by the recipient's number.
    #[pallet::storage]
    pub type Confirmations<T: Config> = StorageMap<_, Identity, u16, T::Hash>;

    /// Who failed in the last rounds, oldest first; bounded by `FailuresMax`.
    #[pallet::storage]
    pub type Failures<T: Config> = StorageValue<_, BoundedVec<Failure<T::AccountId>, T::FailuresMax>, ValueQuery>;

    /// Who holds the first committee's shares, and how long a phase may take.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The members of the committee that genesis names, in the order of its shares, each with its block-authoring key.
        /// Empty if genesis names none: the validators then make a key.
        pub holders: Vec<(T::AccountId, sr25519::Public)>,
        /// Blocks that a phase may take; the runtime's default if there is none.
        pub phase_length: Option<BlockNumberFor<T>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if let Some(length) = self.phase_length {
                assert!(!length.is_zero(), "a phase has at least one block");
                PhaseLength::<T>::put(length);
            }
            let seats = self.holders.iter().map(|(account, key)| Seat { account: account.clone(), key: *key });
            let holders: PerMember<_> =
                seats.collect::<Vec<_>>().try_into().expect("a committee has at most COMMITTEE_MAX members");
            Holders::<T>::put(holders);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A round began.
        RoundBegan {
            /// Its number.
            round: u32,
            /// The epoch of the key.
            epoch: u32,
            /// How many dealers there are.
            dealers: u16,
            /// How many recipients there are.
            recipients: u16,
            /// How many recipients will have to release.
            threshold: u16,
        },
        /// A round went on to another phase.
        PhaseBegan {
            /// The round.
            round: u32,
            /// The phase.
            phase: Phase,
        },
        /// A member failed in a round.
        MemberFailed {
            /// The round.
            round: u32,
            /// Who.
            account: T::AccountId,
            /// In what.
            fault: Fault,
        },
        /// A round could not go on. The committee in force stays.
        RoundFailed {
            /// The round.
            round: u32,
            /// In which phase.
            phase: Phase,
        },
        /// The key in force will be replaced by another, in a round that begins when none is under way.
        RenewalOrdered,
        /// A replaced key is given up: what was encrypted to it alone opens no more.
        KeyRetired {
            /// The epoch of the key.
            epoch: u32,
        },
        /// A round is finished: the key has another committee.
        CommitteeChanged {
            /// The round.
            round: u32,
            /// The epoch of the key.
            epoch: u32,
            /// The key.
            key: CommitteePoint,
            /// How many members must release.
            threshold: u16,
            /// Its members, in the order of their numbers.
            members: Vec<T::AccountId>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// A round is under way; wait for its end.
        RoundUnderWay,
        /// There is no committee and no validator that could make one; see the list of validators.
        NobodyToBegin,
        /// There is no key yet that could be renewed; the validators make the first by themselves.
        NoKey,
        /// The key is being renewed already; wait for the end of that round.
        RenewalUnderWay,
        /// As many replaced keys are kept as may be; retire one whose records have been carried over.
        TooManyEarlier,
        /// No replaced key of this epoch is kept; read the list of earlier committees.
        NoEarlierKey,
        /// This is not the round under way; read its number.
        OtherRound,
        /// The round is in another phase; read which.
        OtherPhase,
        /// The round has no such member; read its list.
        NotInRound,
        /// The member has acted in this phase; wait for the next.
        AlreadyActed,
        /// The act has not the shape that this round wants, or names somebody who did not act before; read the round.
        Malformed,
        /// A dealer deals something else than the share that the chain shows for it; deal that share.
        OtherShare,
        /// The outcome has another key than the one that is handed on; compute it again.
        OtherKey,
        /// The signature is not the member's over this act, round and chain; sign with the session key of the round.
        Forged,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            Self::look(now)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Begins a round in which the committee hands its key on to the validators of the session, to refresh the shares
        /// though the validators have not changed.
        ///
        /// ## Dispatch origin
        /// [`Config::BeginOrigin`].
        ///
        /// ## Errors
        /// [`Error::RoundUnderWay`], [`Error::NobodyToBegin`].
        ///
        /// ## Events
        /// [`Event::RoundBegan`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::begin())]
        pub fn begin(origin: OriginFor<T>) -> DispatchResult {
            T::BeginOrigin::ensure_origin(origin)?;
            ensure!(!Self::is_under_way(), Error::<T>::RoundUnderWay);
            ensure!(Self::do_begin(Target::InForce, T::Validators::seats()), Error::<T>::NobodyToBegin);
            Ok(())
        }

        /// Does what a member does in a phase of the round under way.
        ///
        /// ## Dispatch origin
        /// None: `signature` is the member's, with the session key that the round shows for it, over
        /// [`Act::text`].
        ///
        /// ## Errors
        /// [`Error::OtherRound`], [`Error::OtherPhase`], [`Error::NotInRound`], [`Error::AlreadyActed`],
        /// [`Error::Forged`], [`Error::Malformed`], [`Error::OtherShare`], [`Error::OtherKey`].
        ///
        /// ## Events
        /// [`Event::PhaseBegan`], [`Event::MemberFailed`], [`Event::RoundFailed`], [`Event::CommitteeChanged`] if it ends
        /// the phase.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::act(act.entries()).saturating_add(T::WeightInfo::end_phase(COMMITTEE_MAX)))]
        pub fn act(
            origin: OriginFor<T>,
            round: u32,
            member: u16,
            act: Act,
            signature: sr25519::Signature,
        ) -> DispatchResultWithPostInfo {
            ensure_none(origin)?;
            let alone = T::WeightInfo::act(act.entries());
            // The signature was checked before the call entered the block, see `pre_dispatch`; it is cheap to be sure.
            let current = Self::check(round, member, &act, &signature)?;
            let phase = current.phase;
            Self::do_act(current, member, act);
            let goes_on = CurrentRound::<T>::get().is_some_and(|round| round.phase == phase);
            Ok(goes_on.then_some(alone).into())
        }

        /// Has the validators make another key in place of the one in force, which others may know. The next block begins the
        /// round, or the block after the round that is under way; it is begun again until it succeeds.
        ///
        /// ## Dispatch origin
        /// [`Config::RenewOrigin`].
        ///
        /// ## Errors
        /// [`Error::NoKey`], [`Error::RenewalUnderWay`], [`Error::TooManyEarlier`].
        ///
        /// ## Events
        /// [`Event::RenewalOrdered`]; later [`Event::RoundBegan`] and [`Event::CommitteeChanged`] with the next epoch.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::renew())]
        pub fn renew(origin: OriginFor<T>) -> DispatchResult {
            T::RenewOrigin::ensure_origin(origin)?;
            ensure!(T::Published::committee().is_some(), Error::<T>::NoKey);
            ensure!(!RenewalDue::<T>::get(), Error::<T>::RenewalUnderWay);
            ensure!(Earlier::<T>::count() < T::EarlierMax::get(), Error::<T>::TooManyEarlier);
            RenewalDue::<T>::put(true);
            ComparedIn::<T>::kill();
            Self::deposit_event(Event::RenewalOrdered);
            Ok(())
        }

        /// Gives the committee of a replaced key up: its members delete their shares, and records that were not carried over
        /// open no more.
        ///
        /// ## Dispatch origin
        /// [`Config::RenewOrigin`].
        ///
        /// - `epoch`: that of the key.
        ///
        /// ## Errors
        /// [`Error::NoEarlierKey`], [`Error::RoundUnderWay`] if this key is being handed on.
        ///
        /// ## Events
        /// [`Event::KeyRetired`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::retire())]
        pub fn retire(origin: OriginFor<T>, epoch: u32) -> DispatchResult {
            T::RenewOrigin::ensure_origin(origin)?;
            ensure!(Earlier::<T>::contains_key(epoch), Error::<T>::NoEarlierKey);
            let handed_on = Self::is_under_way() && CurrentRound::<T>::get().is_some_and(|round| round.epoch == epoch);
            ensure!(!handed_on, Error::<T>::RoundUnderWay);
            Earlier::<T>::remove(epoch);
            Self::deposit_event(Event::KeyRetired { epoch });
            Ok(())
        }
    }

    #[pallet::validate_unsigned]
    impl<T: Config> ValidateUnsigned for Pallet<T> {
        type Call = Call<T>;

        fn validate_unsigned(_: TransactionSource, call: &Self::Call) -> TransactionValidity {
            let Call::act { round, member, act, signature } = call else {
                return InvalidTransaction::Call.into();
            };
            let current = Self::check(*round, *member, act, signature).map_err(|error| match error {
                Error::OtherRound | Error::OtherPhase | Error::AlreadyActed => InvalidTransaction::Stale,
                Error::Forged => InvalidTransaction::BadProof,
                _ => InvalidTransaction::Call,
            })?;
            ValidTransaction::with_tag_prefix("Committee")
                .priority(T::ActPriority::get())
                .and_provides((current.number, current.phase, member))
                .longevity(64)
                .propagate(true)
                .build()
        }
    }
}
