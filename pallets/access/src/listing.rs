//! Pages of requests, grants and the read log, for the runtime API. Each gives at most `limit` entries, itself at most
//! [`limits::PAGE_MAX`], after the cursor: the last entry of the page before.

use crate::{
    AccessRequest, ByRequester, Config, Grant, Grants, GrantsByPatient, GrantsByReader, Inboxes, LogByPatient,
    LogByReader, LogByRecord, Pallet, ReadLog, Reading, Requests,
};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use medchain_primitives::{limits, MemberId, NewestFirstKey, OrderedKey, ReadingId, RecordId, RequestId};

/// A reading with its number.
type NumberedReading<T> = (ReadingId, Reading<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>);

/// A request with its number.
type NumberedRequest<T> = (RequestId, AccessRequest<<T as frame_system::Config>::AccountId>);

impl<T: Config> Pallet<T> {
    /// The requests that wait in a patient's inbox, in the order of their numbers.
    pub fn inbox(patient: MemberId, cursor: Option<RequestId>, limit: u32) -> Vec<NumberedRequest<T>> {
        let waiting = Inboxes::<T>::get(patient);
        Self::requests(waiting.into_iter().filter(|id| cursor.is_none_or(|cursor| *id > cursor)), limit)
    }

    /// The requests that a member has made and that still wait, in the order of their numbers.
    pub fn requests_by(requester: MemberId, cursor: Option<RequestId>, limit: u32) -> Vec<NumberedRequest<T>> {
        let keys = match cursor.map(OrderedKey::from) {
            Some(after) => {
                ByRequester::<T>::iter_key_prefix_from(requester, ByRequester::<T>::hashed_key_for(requester, after))
            }
            None => ByRequester::<T>::iter_key_prefix(requester),
        };
        Self::requests(keys.map(RequestId::from), limit)
    }

    /// The grants of a record, each with its reader, in no particular order.
    pub fn grants_of_record(record: RecordId, cursor: Option<MemberId>, limit: u32) -> Vec<(MemberId, Grant)> {
        let grants = match cursor {
            Some(after) => Grants::<T>::iter_prefix_from(record, Grants::<T>::hashed_key_for(record, after)),
            None => Grants::<T>::iter_prefix(record),
        };
        grants.take(page(limit)).collect()
    }

    /// The grants that a reader holds, in the order of the records' numbers.
    pub fn grants_of_reader(reader: MemberId, cursor: Option<RecordId>, limit: u32) -> Vec<(RecordId, Grant)> {
        let keys = match cursor.map(OrderedKey::from) {
            Some(after) => {
                GrantsByReader::<T>::iter_key_prefix_from(reader, GrantsByReader::<T>::hashed_key_for(reader, after))
            }
            None => GrantsByReader::<T>::iter_key_prefix(reader),
        };
        keys.map(RecordId::from)
            .filter_map(|record| Grants::<T>::get(record, reader).map(|grant| (record, grant)))
            .take(page(limit))
            .collect()
    }

    /// The grants on a patient's records, reader by reader, each in the order of the records' numbers; the cursor is
    /// the last one's reader and record.
    pub fn grants_of_patient(
        patient: MemberId,
        cursor: Option<(MemberId, RecordId)>,
        limit: u32,
    ) -> Vec<(MemberId, RecordId, Grant)> {
        let keys = match cursor {
            Some((reader, record)) => {
                let after = (patient, reader, OrderedKey::from(record));
                GrantsByPatient::<T>::iter_key_prefix_from((patient,), GrantsByPatient::<T>::hashed_key_for(after))
            }
            None => GrantsByPatient::<T>::iter_key_prefix((patient,)),
        };
        keys.map(|(reader, record)| (reader, RecordId::from(record)))
            .filter_map(|(reader, record)| Some((reader, record, Grants::<T>::get(record, reader)?)))
            .take(page(limit))
            .collect()
    }

    /// The readings of a record, newest first.
    pub fn readings_of_record(record: RecordId, cursor: Option<ReadingId>, limit: u32) -> Vec<NumberedReading<T>> {
        let keys = match cursor.map(NewestFirstKey::from) {
            Some(after) => {
                LogByRecord::<T>::iter_key_prefix_from(record, LogByRecord::<T>::hashed_key_for(record, after))
            }
            None => LogByRecord::<T>::iter_key_prefix(record),
        };
        Self::readings(keys, limit)
    }

    /// The readings of all records of a patient, newest first.
    pub fn readings_of_patient(patient: MemberId, cursor: Option<ReadingId>, limit: u32) -> Vec<NumberedReading<T>> {
        let keys = match cursor.map(NewestFirstKey::from) {
            Some(after) => {
                LogByPatient::<T>::iter_key_prefix_from(patient, LogByPatient::<T>::hashed_key_for(patient, after))
            }
            None => LogByPatient::<T>::iter_key_prefix(patient),
        };
        Self::readings(keys, limit)
    }

    /// The readings by a reader, newest first.
    pub fn readings_by_reader(reader: MemberId, cursor: Option<ReadingId>, limit: u32) -> Vec<NumberedReading<T>> {
        let keys = match cursor.map(NewestFirstKey::from) {
            Some(after) => {
                LogByReader::<T>::iter_key_prefix_from(reader, LogByReader::<T>::hashed_key_for(reader, after))
            }
            None => LogByReader::<T>::iter_key_prefix(reader),
        };
        Self::readings(keys, limit)
    }

    fn requests(ids: impl Iterator<Item = RequestId>, limit: u32) -> Vec<NumberedRequest<T>> {
        ids.filter_map(|id| Requests::<T>::get(id).map(|request| (id, request))).take(page(limit)).collect()
    }

    fn readings(keys: impl Iterator<Item = NewestFirstKey>, limit: u32) -> Vec<NumberedReading<T>> {
        keys.map(ReadingId::from)
            .filter_map(|id| ReadLog::<T>::get(id).map(|reading| (id, reading)))
            .take(page(limit))
            .collect()
    }
}

/// The size of a page.
fn page(limit: u32) -> usize {
    limit.min(limits::PAGE_MAX) as usize
}
