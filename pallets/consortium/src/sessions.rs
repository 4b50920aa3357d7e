//! The end of a session, and offences.

use crate::{Config, Event, Offence, Offences, Pallet, SessionLength, ValidatorSet};
use alloc::vec::Vec;
use frame_support::{traits::EstimateNextSessionRotation, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_session::{historical, KeyOwner, QueuedChanged, QueuedKeys, SessionInterface, SessionManager};
use sp_runtime::{
    traits::{Get, One, OpaqueKeys, Saturating, Zero},
    Perbill, Permill,
};
use sp_staking::{
    offence::{OffenceDetails, OnOffenceHandler},
    SessionIndex,
};

/// A validator and the keys that it works with.
type Keyed<T> = (<T as frame_system::Config>::AccountId, <T as pallet_session::Config>::Keys);

impl<T: Config> Pallet<T> {
    /// Whether the block `now` begins a session.
    pub(crate) fn ends_in(now: BlockNumberFor<T>) -> bool {
        let length = SessionLength::<T>::get();
        !length.is_zero() && (now % length).is_zero()
    }

    /// Ends the session and begins the next with the validators that the council's set and the registered keys give now.
    /// Gives how many accounts were looked at.
    pub(crate) fn end_session() -> u32 {
        // Between two ends these are the keys in use: nothing is queued behind them, see below.
        let active = QueuedKeys::<T>::get();
        let accounts = T::Validators::accounts();
        let size = accounts.len().max(active.len());
        let planned = match Self::planned(accounts, &active) {
            planned if planned.is_empty() => active.clone(),
            planned => planned,
        };
        let session = pallet_session::Pallet::<T>::current_index().saturating_add(1);
        if planned != active {
            Self::retire(&active, &planned);
            QueuedKeys::<T>::put(&planned);
            QueuedChanged::<T>::put(true);
            // For the historical root of the session that begins: it was noted for the validators of the last one.
            <T as pallet_session::Config>::SessionManager::new_session(session);
            let validators = planned.iter().map(|(validator, _)| validator.clone()).collect();
            Self::deposit_event(Event::ValidatorsChanged { session, validators });
        }
        pallet_session::Pallet::<T>::rotate_session();
        // The session pallet has queued the same again, or less if a validator that had to stay has no keys registered.
        QueuedKeys::<T>::put(&planned);
        QueuedChanged::<T>::put(false);
        if let Some(oldest) = session.checked_sub(T::HistoryDepth::get()) {
            historical::Pallet::<T>::prune_up_to(oldest);
        }
        u32::try_from(size).unwrap_or(u32::MAX)
    }

    /// Those of the accounts that have registered keys of their own, and these keys. Keys that another validator works
    /// with, or that are out of use, are nobody's own.
    fn planned(accounts: Vec<T::AccountId>, active: &[Keyed<T>]) -> Vec<Keyed<T>> {
        let own = |account: &T::AccountId, keys: &T::Keys| {
            T::Keys::key_ids().iter().all(|id| {
                let key = keys.get_raw(*id);
                let held = |(other, keys): &Keyed<T>| other != account && keys.get_raw(*id) == key;
                pallet_session::Pallet::<T>::key_owner(*id, key).as_ref() == Some(account) && !active.iter().any(held)
            })
        };
        accounts
            .into_iter()
            .filter_map(|account| pallet_session::Pallet::<T>::load_keys(&account).map(|keys| (account, keys)))
            .filter(|(account, keys)| own(account, keys))
            .collect()
    }

    /// Takes those keys out of use, for ever, that were active and are not planned.
    fn retire(active: &[Keyed<T>], planned: &[Keyed<T>]) {
        for (validator, keys) in active {
            let next = planned.iter().find(|(account, _)| account == validator).map(|(_, keys)| keys);
            if next.is_none() && pallet_session::Pallet::<T>::load_keys(validator).as_ref() == Some(keys) {
                // Cannot fail: the keys are there.
                let _ = <pallet_session::Pallet<T> as SessionInterface>::purge_keys(validator);
            }
            for id in T::Keys::key_ids() {
                let key = keys.get_raw(*id);
                if next.is_none_or(|next| next.get_raw(*id) != key) {
                    KeyOwner::<T>::insert((*id, key), T::RetiredKeysOwner::get());
                }
            }
        }
    }

    /// Acts on a proven offence.
    fn on_proven(validator: &T::AccountId, session: SessionIndex) {
        let removed = T::Validators::remove(validator);
        let offence = Offence {
            validator: validator.clone(),
            session,
            proven_in: frame_system::Pallet::<T>::block_number(),
            removed,
        };
        Offences::<T>::mutate(|offences| {
            if offences.is_full() {
                offences.remove(0);
            }
            // Cannot fail: there is room now.
            let _ = offences.try_push(offence);
        });
        Self::deposit_event(Event::OffenceProven { validator: validator.clone(), session, removed });
    }
}

/// Plans nothing ahead: what is queued is decided when a session ends, in `Pallet::end_session`.
impl<T: Config> historical::SessionManager<T::AccountId, ()> for Pallet<T> {
    fn new_session(_: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
        QueuedChanged::<T>::get()
            .then(|| QueuedKeys::<T>::get().into_iter().map(|(validator, _)| (validator, ())).collect())
    }

    fn new_session_genesis(_: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
        Some(T::Validators::accounts().into_iter().map(|validator| (validator, ())).collect())
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(index: SessionIndex) -> Option<Vec<T::AccountId>> {
        let planned = <Self as historical::SessionManager<_, _>>::new_session(index)?;
        Some(planned.into_iter().map(|(validator, ())| validator).collect())
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

/// Sessions end here and not in the session pallet, which would close the block to every transaction.
impl<T: Config> pallet_session::ShouldEndSession<BlockNumberFor<T>> for Pallet<T> {
    fn should_end_session(_: BlockNumberFor<T>) -> bool {
        false
    }
}

impl<T: Config> EstimateNextSessionRotation<BlockNumberFor<T>> for Pallet<T> {
    fn average_session_length() -> BlockNumberFor<T> {
        SessionLength::<T>::get()
    }

    fn estimate_current_session_progress(now: BlockNumberFor<T>) -> (Option<Permill>, Weight) {
        let length = SessionLength::<T>::get();
        let done = (!length.is_zero()).then(|| (now % length).saturating_add(One::one()));
        (done.map(|done| Permill::from_rational(done, length)), T::DbWeight::get().reads(1))
    }

    fn estimate_next_session_rotation(now: BlockNumberFor<T>) -> (Option<BlockNumberFor<T>>, Weight) {
        let length = SessionLength::<T>::get();
        let next = (!length.is_zero()).then(|| now.saturating_add(length).saturating_sub(now % length));
        (next, T::DbWeight::get().reads(1))
    }
}

impl<T: Config> OnOffenceHandler<T::AccountId, historical::IdentificationTuple<T>, Weight> for Pallet<T> {
    fn on_offence(
        offenders: &[OffenceDetails<T::AccountId, historical::IdentificationTuple<T>>],
        _: &[Perbill],
        session: SessionIndex,
    ) -> Weight {
        // Earlier offenders of the same round come again with each new one.
        let known = Offences::<T>::get();
        for OffenceDetails { offender: (validator, ()), .. } in offenders {
            if !known.iter().any(|offence| offence.validator == *validator && offence.session == session) {
                Self::on_proven(validator, session);
            }
        }
        T::DbWeight::get().reads_writes(3, 3).saturating_mul(u64::try_from(offenders.len()).unwrap_or(u64::MAX))
    }
}
