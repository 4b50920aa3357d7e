//! Links: records shown to who has no account, for a limited time and a limited number of times. A link is registered by
//! the hash of its secret, hosted by one institution, and opened by it for whoever holds the link.

use crate::{
    Config, Error, Event, Link, LinkByCommitment, LinkOpening, LinkOpenings, LinkRecords, Links, LinksByPatient,
    NextLinkId, NextReadingId, Pallet, SealedRecipient,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Time};
use frame_system::pallet_prelude::BlockNumberFor;
use medchain_primitives::{
    limits, GrantBasis, LinkCommitment, LinkId, LinkStatus, MemberDirectory, MemberId, MemberInfo, Moment,
    NewestFirstKey, Purpose, ReadingId, RecordDirectory, RecordId, RecordStatus, Role,
};
use sp_runtime::{DispatchError, DispatchResult};

/// An opening of a link, with the first of its readings.
type NumberedOpening<T> = (ReadingId, LinkOpening<BlockNumberFor<T>>);

impl<T: Config> Pallet<T> {
    /// The link that is known by this commitment.
    pub fn link_by_commitment(commitment: LinkCommitment) -> Option<(LinkId, Link)> {
        let id = LinkByCommitment::<T>::get(commitment)?;
        Links::<T>::get(id).map(|link| (id, link))
    }

    /// The links of a patient, newest first; at most `limit`, itself at most [`limits::PAGE_MAX`].
    pub fn links_of_patient(patient: MemberId, cursor: Option<LinkId>, limit: u32) -> Vec<(LinkId, Link)> {
        let keys = match cursor.map(NewestFirstKey::from) {
            Some(after) => {
                LinksByPatient::<T>::iter_key_prefix_from(patient, LinksByPatient::<T>::hashed_key_for(patient, after))
            }
            None => LinksByPatient::<T>::iter_key_prefix(patient),
        };
        keys.map(LinkId::from)
            .filter_map(|id| Links::<T>::get(id).map(|link| (id, link)))
            .take(limit.min(limits::PAGE_MAX) as usize)
            .collect()
    }

    /// The openings of a link, newest first, each with the first of its readings; at most `limit`, itself at most
    /// [`limits::PAGE_MAX`].
    pub fn openings_of_link(link: LinkId, cursor: Option<ReadingId>, limit: u32) -> Vec<NumberedOpening<T>> {
        let openings = match cursor.map(NewestFirstKey::from) {
            Some(after) => LinkOpenings::<T>::iter_prefix_from(link, LinkOpenings::<T>::hashed_key_for(link, after)),
            None => LinkOpenings::<T>::iter_prefix(link),
        };
        openings
            .map(|(first, opening)| (ReadingId::from(first), opening))
            .take(limit.min(limits::PAGE_MAX) as usize)
            .collect()
    }

    /// The records that a link shows: those that are not erased.
    pub fn shown_records(link: &Link) -> Vec<RecordId> {
        let is_left =
            |record: &&RecordId| T::Records::record(**record).is_some_and(|info| info.status != RecordStatus::Erased);
        link.records.iter().filter(is_left).copied().collect()
    }

    /// Where a link stands now.
    pub fn link_status(link: &Link) -> LinkStatus {
        if link.revoked_at.is_some() {
            LinkStatus::Revoked
        } else if T::Time::now() >= link.expires_at {
            LinkStatus::Expired
        } else if link.openings_left == 0 {
            LinkStatus::Exhausted
        } else if Self::shown_records(link).is_empty() {
            LinkStatus::Erased
        } else {
            LinkStatus::Active
        }
    }

    /// The checks of a registration; gives the link.
    pub(crate) fn check_link(
        who: &T::AccountId,
        patient: MemberId,
        commitment: LinkCommitment,
        host: MemberId,
        records: LinkRecords,
        duration: Moment,
        openings: u32,
    ) -> Result<Link, DispatchError> {
        let actor = Self::ensure_active(who)?;
        ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
        ensure!(T::Members::by_id(host).is_some_and(is_active_institution), Error::<T>::NotAnInstitution);
        ensure!((limits::LINK_MIN..=limits::LINK_MAX).contains(&duration), Error::<T>::LinkDurationOutOfRange);
        ensure!((1..=limits::LINK_OPENINGS_MAX).contains(&openings), Error::<T>::OpeningsOutOfRange);
        Self::ensure_each_record_once(&records)?;
        for record in &records {
            let info = T::Records::record(*record).ok_or(Error::<T>::UnknownRecord)?;
            ensure!(info.patient == patient, Error::<T>::RecordOfAnotherPatient);
            ensure!(info.status != RecordStatus::Erased, Error::<T>::RecordErased);
            ensure!(info.status != RecordStatus::EnteredInError, Error::<T>::RecordEnteredInError);
        }
        ensure!(!LinkByCommitment::<T>::contains_key(commitment), Error::<T>::LinkTaken);

        let registered_at = T::Time::now();
        Ok(Link {
            patient,
            commitment,
            host,
            records,
            registered_by: actor.id,
            registered_at,
            expires_at: registered_at.saturating_add(duration),
            openings,
            openings_left: openings,
            revoked_at: None,
        })
    }

    /// Writes a new link with its indexes.
    pub(crate) fn put_link(entry: Link) -> DispatchResult {
        let link = NextLinkId::<T>::get();
        let next = link.next().ok_or(Error::<T>::IdsExhausted)?;
        let Link { patient, commitment, host, expires_at, openings, .. } = entry;
        NextLinkId::<T>::put(next);
        Links::<T>::insert(link, entry);
        LinkByCommitment::<T>::insert(commitment, link);
        LinksByPatient::<T>::insert(patient, NewestFirstKey::from(link), ());
        Self::deposit_event(Event::LinkRegistered { link, patient, host, expires_at, openings });
        Ok(())
    }

    /// The checks of an opening; gives the link and the records to show.
    pub(crate) fn check_link_opening(
        who: &T::AccountId,
        link: LinkId,
        recipient: &SealedRecipient,
    ) -> Result<(Link, Vec<RecordId>), DispatchError> {
        let host = Self::ensure_active(who)?;
        ensure!(is_active_institution(host), Error::<T>::NotAnInstitution);
        let entry = Links::<T>::get(link).ok_or(Error::<T>::UnknownLink)?;
        ensure!(entry.host == host.id, Error::<T>::NotTheHost);
        match Self::link_status(&entry) {
            LinkStatus::Active => {}
            LinkStatus::Revoked => return Err(Error::<T>::LinkRevoked.into()),
            LinkStatus::Expired => return Err(Error::<T>::LinkExpired.into()),
            LinkStatus::Exhausted => return Err(Error::<T>::LinkExhausted.into()),
            LinkStatus::Erased => return Err(Error::<T>::RecordErased.into()),
        }
        let patient = T::Members::by_id(entry.patient)
            .filter(|member| member.is_active_as(Role::Patient))
            .ok_or(Error::<T>::UnknownPatient)?;
        ensure!(recipient.key_version == patient.key_version, Error::<T>::RecipientKeyNotCurrent);
        let shown = Self::shown_records(&entry);
        Ok((entry, shown))
    }

    /// Uses one opening of a link and writes the log.
    pub(crate) fn write_link_opening(
        link: LinkId,
        mut entry: Link,
        shown: &[RecordId],
        recipient: SealedRecipient,
    ) -> DispatchResult {
        entry.openings_left = entry.openings_left.checked_sub(1).ok_or(Error::<T>::LinkExhausted)?;
        let (patient, host, openings_left) = (entry.patient, entry.host, entry.openings_left);
        let first_reading = NextReadingId::<T>::get();
        let opened_at = T::Time::now();
        let opened_in = frame_system::Pallet::<T>::block_number();
        for record in shown {
            Self::log_reading(*record, patient, host, Purpose::PatientRequest, GrantBasis::Link, None)?;
        }
        Links::<T>::insert(link, entry);
        let readings = shown.len() as u32;
        let opening = LinkOpening { recipient, first_reading, readings, opened_at, opened_in };
        LinkOpenings::<T>::insert(link, NewestFirstKey::from(first_reading), opening);
        Self::deposit_event(Event::LinkOpened { link, patient, host, first_reading, openings_left });
        Ok(())
    }
}

fn is_active_institution(member: MemberInfo) -> bool {
    member.is_active_as(Role::Hospital) || member.is_active_as(Role::Pharmacy)
}

#[cfg(any(feature = "std", feature = "try-runtime"))]
impl<T: Config> Pallet<T> {
    /// The invariants of links.
    pub(crate) fn try_links() -> Result<(), sp_runtime::TryRuntimeError> {
        let next = NextLinkId::<T>::get();
        let (mut links, mut openings) = (0usize, 0usize);
        for (id, link) in Links::<T>::iter() {
            links += 1;
            ensure!(id >= LinkId::FIRST && id < next, "a link has a number that was not given out");
            ensure!(Self::ensure_each_record_once(&link.records).is_ok(), "a link names no record, or one twice");
            let of_patient =
                |record: &RecordId| T::Records::record(*record).is_some_and(|info| info.patient == link.patient);
            ensure!(link.records.iter().all(of_patient), "a link shows another patient's record");
            ensure!((1..=limits::LINK_OPENINGS_MAX).contains(&link.openings), "a link's openings are out of bounds");
            let lifetime = link.expires_at.checked_sub(link.registered_at).ok_or("a link ends before it begins")?;
            ensure!((limits::LINK_MIN..=limits::LINK_MAX).contains(&lifetime), "a link lasts too short or too long");
            ensure!(LinkByCommitment::<T>::get(link.commitment) == Some(id), "a commitment does not lead to its link");
            ensure!(
                LinksByPatient::<T>::contains_key(link.patient, NewestFirstKey::from(id)),
                "a link is missing from the patient's index"
            );
            let mut used = 0u32;
            for (first, opening) in LinkOpenings::<T>::iter_prefix(id) {
                used += 1;
                ensure!(ReadingId::from(first) == opening.first_reading, "an opening stands under another's number");
                ensure!(opening.opened_at < link.expires_at, "a link was opened after its end");
                for offset in 0..u64::from(opening.readings) {
                    let reading = crate::ReadLog::<T>::get(ReadingId(opening.first_reading.0 + offset))
                        .ok_or("a link's opening is missing from the read log")?;
                    let by_link = reading.basis == GrantBasis::Link
                        && reading.reader == link.host
                        && link.records.contains(&reading.record);
                    ensure!(by_link, "a link's opening names a reading of something else");
                }
            }
            openings += used as usize;
            ensure!(
                link.openings.checked_sub(link.openings_left) == Some(used),
                "the count of a link's openings is off"
            );
        }
        ensure!(LinkByCommitment::<T>::iter_keys().count() == links, "a commitment leads to a link that is not");
        ensure!(LinksByPatient::<T>::iter_keys().count() == links, "a patient's index names a link that is not");
        ensure!(LinkOpenings::<T>::iter_keys().count() == openings, "an opening is of a link that is not");
        Ok(())
    }
}
