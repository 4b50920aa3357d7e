//! What always holds of the pallet's storage.

use crate::{
    is_own, Anchored, Anchors, ByPatientAndKind, Config, Dispensings, NextRecordId, OwnRecord, Pallet, Records,
};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use medchain_primitives::{limits, MemberDirectory, OrderedKey, RecordId, RecordKind, RecordStatus};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Checks that:
    ///
    /// 1. every record's number was given out, and none was lost: records are never removed;
    /// 2. `ByPatientAndKind` and `Anchored` lead to every record and to nothing else;
    /// 3. `Anchors` counts the records that are not erased, content by content, and holds no zero;
    /// 4. the members' profiles and certificates in force are exactly `OwnRecord`, one each, written by their owners;
    /// 5. a record that supersedes and the one that it supersedes name each other and agree in patient, author and
    ///    kind; what is superseded has a successor, and what is in force has none;
    /// 6. prescriptions allow 1 to `FILLS_MAX` fills until a time after they were anchored, and other kinds neither;
    ///    sizes are within bounds;
    /// 7. the fills that were dispensed are numbered from 1 without a gap, and are with those that are left at most
    ///    those that were allowed; nothing else is dispensed;
    /// 8. a record has a reason of its retraction only if it was retracted, and must while it is marked as entered in
    ///    error; nobody disputes a record of her own;
    /// 9. a record is sealed to a key that its owner has or had.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let next = NextRecordId::<T>::get();
        let mut anchors = BTreeMap::new();
        let (mut records, mut in_force, mut dispensings) = (0u64, 0usize, 0usize);
        for (id, record) in Records::<T>::iter() {
            records += 1;
            ensure!(id >= RecordId::FIRST && id < next, "a record has a number that was not given out");
            ensure!(
                ByPatientAndKind::<T>::contains_key((record.patient, record.kind, OrderedKey::from(id))),
                "a record is missing from its patient's index"
            );
            ensure!(
                Anchored::<T>::get(record.author, record.content) == Some(id),
                "a record is missing from its author's index"
            );
            if record.status != RecordStatus::Erased {
                *anchors.entry(record.content).or_insert(0u32) += 1;
            }
            if is_own(record.kind) {
                ensure!(record.author == record.patient, "a profile or certificate was written by another");
                if record.status == RecordStatus::Current {
                    in_force += 1;
                    ensure!(
                        OwnRecord::<T>::get(record.patient) == Some(id),
                        "a profile or certificate in force is not its owner's"
                    );
                }
            }
            match record.status {
                RecordStatus::Current => {
                    ensure!(record.superseded_by.is_none(), "a record in force has a successor")
                }
                RecordStatus::Superseded => {
                    ensure!(record.superseded_by.is_some(), "a superseded record has no successor")
                }
                RecordStatus::EnteredInError | RecordStatus::Erased => {}
            }
            if let Some(old_id) = record.supersedes {
                let old = Records::<T>::get(old_id).ok_or("a record supersedes one that does not exist")?;
                ensure!(old.superseded_by == Some(id), "a superseded record names another successor");
                ensure!(
                    (old.patient, old.author, old.kind) == (record.patient, record.author, record.kind),
                    "a record supersedes one of another patient, author or kind"
                );
            }
            if let Some(new_id) = record.superseded_by {
                let new = Records::<T>::get(new_id).ok_or("a record's successor does not exist")?;
                ensure!(new.supersedes == Some(id), "a record's successor supersedes another");
            }
            let fills_fit = match record.kind {
                RecordKind::Prescription => (1..=limits::FILLS_MAX).contains(&record.fills),
                _ => record.fills == 0,
            };
            ensure!(fills_fit, "a record's fills do not fit its kind");
            let validity_fits = match (record.kind, record.valid_until) {
                (RecordKind::Prescription, Some(end)) => end > record.anchored_at,
                (RecordKind::Prescription, None) => false,
                (_, end) => end.is_none(),
            };
            ensure!(validity_fits, "a record's validity does not fit its kind");
            let dispensed: alloc::vec::Vec<u8> = Dispensings::<T>::iter_key_prefix(id).collect();
            ensure!(dispensed.iter().copied().eq(1..=dispensed.len() as u8), "a fill was left out");
            let accounted = dispensed.len() + usize::from(record.fills_left);
            ensure!(accounted <= usize::from(record.fills), "more was dispensed than was allowed");
            dispensings += dispensed.len();
            match record.status {
                RecordStatus::EnteredInError => ensure!(record.retraction.is_some(), "a retraction has no reason"),
                RecordStatus::Current | RecordStatus::Superseded => {
                    ensure!(record.retraction.is_none(), "a record that was not retracted has a reason for it")
                }
                RecordStatus::Erased => {}
            }
            ensure!(record.dispute.is_none() || !is_own(record.kind), "a member disputes a record of its own");
            let size_max = if is_own(record.kind) { limits::OWN_CONTENT_MAX } else { limits::CONTENT_MAX };
            ensure!((1..=size_max).contains(&record.size), "a record's size is out of bounds");
            let owner = T::Members::by_id(record.patient).ok_or("a record is nobody's")?;
            ensure!(record.key_version <= owner.key_version, "a record is sealed to a key that is not");
        }
        ensure!(records == next.0 - RecordId::FIRST.0, "a record was removed");
        ensure!(Dispensings::<T>::iter_keys().count() == dispensings, "what is no record was dispensed");
        ensure!(
            ByPatientAndKind::<T>::iter_keys().count() as u64 == records,
            "a patient's index names a record that is not"
        );
        ensure!(Anchored::<T>::iter().count() as u64 == records, "an author's index names a record that is not");
        ensure!(OwnRecord::<T>::iter().count() == in_force, "a member's own record is not in force");
        ensure!(Anchors::<T>::iter().collect::<BTreeMap<_, _>>() == anchors, "the count of a content's anchors is off");
        Ok(())
    }
}
