//! # Reports pallet
//!
//! Anchors clinical documents: who wrote what for whom and when, and the hashes that name the encrypted content and
//! its envelope in the vault. Append-only: an amendment is a new record that supersedes, a retraction is a mark, and
//! an erasure leaves the anchor while the vaults delete what it names.
//!
//! Calls: [`anchor`](Pallet::anchor), [`anchor_batch`](Pallet::anchor_batch), [`amend`](Pallet::amend),
//! [`retract`](Pallet::retract), [`erase`](Pallet::erase); for prescriptions [`dispense`](Pallet::dispense) and
//! [`cancel_fills`](Pallet::cancel_fills); for patients [`dispute`](Pallet::dispute) and
//! [`withdraw_dispute`](Pallet::withdraw_dispute); for owners [`reseal`](Pallet::reseal). Other pallets ask through
//! [`RecordDirectory`].

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod migrations;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Dispensing, Document, NewRecord, NewRecords, ReaderSeals, Record, ResealedRecord, ResealedRecords};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{ensure, traits::Time, weights::Weight};
use medchain_primitives::{
    limits, Acting, ContentRoot, DisputeReason, KeyVersion, MemberDirectory, MemberId, MemberInfo, OrderedKey,
    RecordConsents, RecordDirectory, RecordId, RecordInfo, RecordKind, RecordStatus, RetractionReason, Role, StaffAct,
    Status,
};
use sp_runtime::DispatchError;

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use medchain_primitives::{CareRelations, EnvelopeHash, Moment};

    /// The version of the storage's layout.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The pallet's dispatchables, storage and reads.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime supplies.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The registry.
        type Members: MemberDirectory<Self::AccountId>;
        /// The care relations, by which doctors may write for patients.
        type Care: CareRelations;
        /// The consents that new records come under, and the grants by which pharmacies dispense.
        type Consents: RecordConsents;
        /// The chain's clock, in milliseconds.
        type Time: Time<Moment = Moment>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The first record's number.
    #[pallet::type_value]
    pub fn FirstRecordId() -> RecordId {
        RecordId::FIRST
    }

    /// The number that the next record gets.
    #[pallet::storage]
    pub type NextRecordId<T> = StorageValue<_, RecordId, ValueQuery, FirstRecordId>;

    /// Record number → record. `Twox64Concat`: numbers are given out in sequence, nobody chooses them. Append-only;
    /// every entry is paid for by its author's quota.
    #[pallet::storage]
    pub type Records<T> = StorageMap<_, Twox64Concat, RecordId, Record>;

    /// Patient (for a certificate, professional), kind and record → that there is such a record. `Twox64Concat` for the
    /// patient, whose number was given out in sequence, and for the kind, of a closed set; `Identity` over a big-endian
    /// number, so that the records of one kind list in the order of their numbers, whatever others there are. One entry for
    /// each record.
    #[pallet::storage]
    pub type ByPatientAndKind<T> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MemberId>, NMapKey<Twox64Concat, RecordKind>, NMapKey<Identity, OrderedKey>),
        (),
    >;

    /// Author and content → the record by which the author anchored it. `Blake2_128Concat` for the content, because
    /// authors choose it. One entry for each record; it stays when the record is erased, so that what was erased is
    /// not anchored again by its author.
    #[pallet::storage]
    pub type Anchored<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Blake2_128Concat, ContentRoot, RecordId>;

    /// Content → how many records that are not erased anchor it: one, and absent when none does. `Blake2_128Concat`, because
    /// authors choose the content. At most one entry for each record.
    #[pallet::storage]
    pub type Anchors<T> = StorageMap<_, Blake2_128Concat, ContentRoot, u32, ValueQuery>;

    /// Member → its profile or certificate that is in force. `Twox64Concat`: numbers are given out in sequence. At
    /// most one entry for each member.
    #[pallet::storage]
    pub type OwnRecord<T> = StorageMap<_, Twox64Concat, MemberId, RecordId>;

    /// Prescription and fill → who dispensed it, and when. `Twox64Concat` and `Identity` over the fill's number, from 1:
    /// both are given out in sequence, and the fills list in order. At most [`limits::FILLS_MAX`] for each
    /// prescription; append-only.
    #[pallet::storage]
    pub type Dispensings<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RecordId, Identity, u8, Dispensing<T::AccountId>>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A record was anchored.
        RecordAnchored {
            /// The record.
            record: RecordId,
            /// Whose it is.
            patient: MemberId,
            /// Who wrote it.
            author: MemberId,
            /// What it is.
            kind: RecordKind,
            /// The content's root digest.
            content: ContentRoot,
        },
        /// A record replaced an earlier one; follows the `RecordAnchored` of the new record.
        RecordAmended {
            /// The new record.
            record: RecordId,
            /// The record that it replaces.
            supersedes: RecordId,
        },
        /// A record was marked by its author as entered in error.
        RecordRetracted {
            /// The record.
            record: RecordId,
            /// Why.
            reason: RetractionReason,
        },
        /// A fill of a prescription was dispensed.
        PrescriptionDispensed {
            /// The prescription.
            record: RecordId,
            /// The fill, from 1.
            fill: u8,
            /// By which pharmacy.
            pharmacy: MemberId,
            /// The staff account that acted for it; `None` for its own.
            staff: Option<T::AccountId>,
        },
        /// What was left of a prescription was cancelled by its author.
        FillsCancelled {
            /// The prescription.
            record: RecordId,
            /// How many fills were left.
            fills: u8,
        },
        /// A record was disputed by its patient.
        RecordDisputed {
            /// The record.
            record: RecordId,
            /// Why.
            reason: DisputeReason,
        },
        /// A dispute was withdrawn by the patient.
        DisputeWithdrawn {
            /// The record.
            record: RecordId,
        },
        /// The envelope of a record was replaced by one with another seal for its owner.
        RecordResealed {
            /// The record.
            record: RecordId,
            /// The hash of the envelope before, which the vaults delete.
            replaced: EnvelopeHash,
            /// The hash of the envelope now.
            envelope: EnvelopeHash,
            /// The version of the owner's key that it is sealed to.
            key_version: KeyVersion,
        },
        /// A record was erased: vaults delete its content and its envelope.
        RecordErased {
            /// The record.
            record: RecordId,
            /// The content's root digest.
            content: ContentRoot,
            /// The envelope's SHA-256.
            envelope: EnvelopeHash,
        },
    }

    /// Why a call was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The account belongs to no member; register it first.
        NotAMember,
        /// The member's status does not let it write records; wait for verification, or ask an administrator.
        NotActive,
        /// The member's role does not write this kind: patients write profiles, professionals their own
        /// certificates, doctors reports and prescriptions.
        KindNotForRole,
        /// A profile or certificate is its owner's alone; give your own member number as the patient's.
        OwnRecordsOnly,
        /// No patient has this number; check it.
        UnknownPatient,
        /// The patient is not under this doctor's care; the patient opens a care relation first.
        NotUnderCare,
        /// A prescription allows 1 to 24 fills and every other kind 0; correct the number.
        FillsOutOfRange,
        /// A prescription is valid until a time at most 366 days ahead, and no other kind has such a time; correct it.
        ValidityOutOfRange,
        /// A call anchors at least one record; give one.
        NoDocuments,
        /// Only prescriptions are dispensed and cancelled; check the record's number.
        NotAPrescription,
        /// Only a pharmacy dispenses; let the patient take the prescription to one.
        NotAPharmacy,
        /// The pharmacy holds no grant on the prescription that stands; ask the patient for one.
        NoGrant,
        /// The prescription is no longer valid; the patient asks the doctor for another.
        PrescriptionExpired,
        /// Every fill is dispensed or cancelled; the patient asks the doctor for another prescription.
        NoFillsLeft,
        /// The fill is not the next one: it was dispensed already, or one before it was not; look at the prescription.
        FillNotNext,
        /// The record is disputed for this reason already; nothing is left to do.
        AlreadyDisputed,
        /// The record is not disputed; nothing is left to withdraw.
        NotDisputed,
        /// Patients dispute what others wrote; replace your own record by a new one.
        OwnRecordsAreNotDisputed,
        /// A content has at least one byte of ciphertext; give the size of what was stored.
        ContentEmpty,
        /// The content is larger than its kind allows; store a smaller document.
        ContentTooLarge,
        /// This author has anchored this content already; encrypt the document afresh, which gives another content.
        AlreadyAnchored,
        /// No record has this number; check it.
        UnknownRecord,
        /// The record was written by another member; its author amends or retracts it.
        NotTheAuthor,
        /// The record was superseded, retracted or erased; amend the one that is in force.
        RecordNotCurrent,
        /// A profile or certificate is replaced by anchoring the new one; do that instead.
        OwnRecordsAreReplaced,
        /// The record was retracted before; nothing is left to do.
        AlreadyRetracted,
        /// The record was erased; nothing of it is left.
        RecordErased,
        /// The record is another member's; only its patient erases it.
        NotThePatient,
        /// A certificate in force stays as evidence; anchor the one that replaces it first.
        CertificateInForce,
        /// The envelope is sealed to a key that the record's owner has replaced; seal it to the current key.
        KeyVersionNotCurrent,
        /// The record has this envelope already; there is nothing to replace.
        EnvelopeUnchanged,
        /// The staff account was added for other work; ask the pharmacy for one that dispenses.
        ScopeTooNarrow,
        /// Every record number has been given out; the runtime must widen them.
        RecordIdsExhausted,
        /// Another author's record has this content; encrypt the document afresh, which gives another content.
        ContentTaken,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Anchors a document that was stored in the vault, as a new record of `patient`.
        ///
        /// A new profile or certificate supersedes the one in force.
        ///
        /// - `patient`: whose record it is; the caller itself for a profile or certificate.
        /// - `kind`: what it is.
        /// - `document`: its content and envelope, and the seals for those whom the patient named beforehand.
        ///
        /// ## Dispatch origin
        ///
        /// Signed: for a profile an active patient; for a certificate a professional that is not suspended; for a
        /// report or prescription an active doctor who has the patient under care.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`KindNotForRole`](Error::KindNotForRole), [`OwnRecordsOnly`](Error::OwnRecordsOnly),
        /// [`UnknownPatient`](Error::UnknownPatient), [`NotUnderCare`](Error::NotUnderCare),
        /// [`FillsOutOfRange`](Error::FillsOutOfRange), [`ValidityOutOfRange`](Error::ValidityOutOfRange),
        /// [`ContentEmpty`](Error::ContentEmpty), [`ContentTooLarge`](Error::ContentTooLarge),
        /// [`AlreadyAnchored`](Error::AlreadyAnchored), [`RecordIdsExhausted`](Error::RecordIdsExhausted),
        /// [`ContentTaken`](Error::ContentTaken), and those of
        /// [`seal_new_record`](RecordConsents::seal_new_record) for seals that are missing, not asked for or not
        /// made for the current key.
        ///
        /// ## Events
        ///
        /// [`RecordAnchored`](Event::RecordAnchored), and [`RecordAmended`](Event::RecordAmended) when it supersedes
        /// a profile or certificate.
        #[pallet::call_index(0)]
        #[pallet::weight(anchor_weight::<T>(*kind, document.seals.len(), looked_at_most(*kind)))]
        pub fn anchor(
            origin: OriginFor<T>,
            patient: MemberId,
            kind: RecordKind,
            document: Document,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Ok(Some(Self::do_anchor_new(&who, patient, kind, document)?).into())
        }

        /// Anchors a document that replaces one of the author's reports or prescriptions; the replaced record stays
        /// readable.
        ///
        /// - `record`: the record in force that is replaced.
        /// - `document`: as for [`anchor`](Pallet::anchor).
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the record's author, an active doctor who still has the patient under care.
        ///
        /// ## Errors
        ///
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotAMember`](Error::NotAMember),
        /// [`NotTheAuthor`](Error::NotTheAuthor), [`OwnRecordsAreReplaced`](Error::OwnRecordsAreReplaced),
        /// [`RecordNotCurrent`](Error::RecordNotCurrent), and those of [`anchor`](Pallet::anchor).
        ///
        /// ## Events
        ///
        /// [`RecordAnchored`](Event::RecordAnchored), [`RecordAmended`](Event::RecordAmended).
        #[pallet::call_index(1)]
        #[pallet::weight(amend_weight::<T>(document.seals.len(), limits::NEW_RECORD_SEALS_MAX))]
        pub fn amend(origin: OriginFor<T>, record: RecordId, document: Document) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let old = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
            let author = T::Members::by_account(&who).ok_or(Error::<T>::NotAMember)?;
            ensure!(old.author == author.id, Error::<T>::NotTheAuthor);
            ensure!(!is_own(old.kind), Error::<T>::OwnRecordsAreReplaced);
            ensure!(old.status == RecordStatus::Current, Error::<T>::RecordNotCurrent);
            let author = Self::ensure_author(&who, old.kind)?;
            Self::ensure_may_write_for(&author, old.patient, old.kind)?;
            let seals = document.seals.len();
            let looked_at = Self::do_anchor(author.id, old.patient, old.kind, document, Some(record))?;
            Ok(Some(amend_weight::<T>(seals, looked_at)).into())
        }

        /// Marks a record as entered in error. It stays readable, with that mark.
        ///
        /// - `record`: a record in force or superseded.
        /// - `reason`: why.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the record's author, in a status that lets it write the kind.
        ///
        /// ## Errors
        ///
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotAMember`](Error::NotAMember),
        /// [`NotTheAuthor`](Error::NotTheAuthor), [`NotActive`](Error::NotActive),
        /// [`RecordErased`](Error::RecordErased), [`AlreadyRetracted`](Error::AlreadyRetracted),
        /// [`CertificateInForce`](Error::CertificateInForce).
        ///
        /// ## Events
        ///
        /// [`RecordRetracted`](Event::RecordRetracted).
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::retract())]
        pub fn retract(origin: OriginFor<T>, record: RecordId, reason: RetractionReason) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let mut entry = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
            let author = T::Members::by_account(&who).ok_or(Error::<T>::NotAMember)?;
            ensure!(entry.author == author.id, Error::<T>::NotTheAuthor);
            Self::ensure_author(&who, entry.kind)?;
            match entry.status {
                RecordStatus::Current | RecordStatus::Superseded => {}
                RecordStatus::EnteredInError => return Err(Error::<T>::AlreadyRetracted.into()),
                RecordStatus::Erased => return Err(Error::<T>::RecordErased.into()),
            }
            Self::ensure_not_certificate_in_force(&entry)?;

            Self::end_own_record(entry.patient, record);
            entry.status = RecordStatus::EnteredInError;
            entry.retraction = Some(reason);
            Records::<T>::insert(record, entry);
            Self::deposit_event(Event::RecordRetracted { record, reason });
            Ok(())
        }

        /// Erases a record: from this block on nothing of it is served or released, and the vaults delete it.
        ///
        /// The anchor stays: numbers, sizes and hashes, which say nothing of the patient.
        ///
        /// - `record`: a record of the caller.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the record's patient, active; for a certificate that is no longer in force by its professional,
        /// not suspended.
        ///
        /// ## Errors
        ///
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotAMember`](Error::NotAMember),
        /// [`NotThePatient`](Error::NotThePatient), [`NotActive`](Error::NotActive),
        /// [`RecordErased`](Error::RecordErased), [`CertificateInForce`](Error::CertificateInForce).
        ///
        /// ## Events
        ///
        /// [`RecordErased`](Event::RecordErased).
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::erase())]
        pub fn erase(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let mut entry = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
            let patient = T::Members::by_account(&who).ok_or(Error::<T>::NotAMember)?;
            ensure!(entry.patient == patient.id, Error::<T>::NotThePatient);
            ensure!(may_act_on(&patient, entry.kind), Error::<T>::NotActive);
            ensure!(entry.status != RecordStatus::Erased, Error::<T>::RecordErased);
            Self::ensure_not_certificate_in_force(&entry)?;

            Self::end_own_record(entry.patient, record);
            T::Consents::forget_record(record);
            Anchors::<T>::mutate_exists(entry.content, |count| {
                *count = count.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0)
            });
            let (content, envelope) = (entry.content, entry.envelope);
            entry.status = RecordStatus::Erased;
            Records::<T>::insert(record, entry);
            Self::deposit_event(Event::RecordErased { record, content, envelope });
            Ok(())
        }

        /// Anchors up to 32 documents, all of them or none.
        ///
        /// - `records`: the documents, each with its patient and kind.
        ///
        /// ## Dispatch origin
        ///
        /// Signed, by whoever may [`anchor`](Pallet::anchor) each of them.
        ///
        /// ## Errors
        ///
        /// [`NoDocuments`](Error::NoDocuments), and those of [`anchor`](Pallet::anchor).
        ///
        /// ## Events
        ///
        /// Those of [`anchor`](Pallet::anchor), for each record in order.
        #[pallet::call_index(4)]
        #[pallet::weight(batch_weight::<T>(records))]
        pub fn anchor_batch(origin: OriginFor<T>, records: NewRecords) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            ensure!(!records.is_empty(), Error::<T>::NoDocuments);
            let mut weight = Weight::zero();
            // What a refused document leaves behind goes with the storage layer of the call.
            for NewRecord { patient, kind, document } in records {
                weight.saturating_accrue(Self::do_anchor_new(&who, patient, kind, document)?);
            }
            Ok(Some(weight).into())
        }

        /// Dispenses a fill of a prescription, which counts it down and writes who did it and when.
        ///
        /// - `record`: a prescription in force and valid.
        /// - `fill`: the number of the fill, from 1; it must be the next one, so that a call that is sent twice, or by
        ///   two pharmacies at once, dispenses once.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by an active pharmacy with a grant on the prescription that stands.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotAPharmacy`](Error::NotAPharmacy), [`NotActive`](Error::NotActive),
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotAPrescription`](Error::NotAPrescription),
        /// [`NoGrant`](Error::NoGrant), [`RecordErased`](Error::RecordErased),
        /// [`RecordNotCurrent`](Error::RecordNotCurrent), [`PrescriptionExpired`](Error::PrescriptionExpired),
        /// [`NoFillsLeft`](Error::NoFillsLeft), [`FillNotNext`](Error::FillNotNext).
        ///
        /// ## Events
        ///
        /// [`PrescriptionDispensed`](Event::PrescriptionDispensed).
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::dispense())]
        pub fn dispense(origin: OriginFor<T>, record: RecordId, fill: u8) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let (acting, mut entry) = Self::check_dispensing(&who, record, fill)?;
            let (pharmacy, staff) = (acting.member.id, acting.staff_account());

            entry.fills_left = entry.fills_left.checked_sub(1).ok_or(Error::<T>::NoFillsLeft)?;
            Records::<T>::insert(record, entry);
            let dispensing = Dispensing { pharmacy, dispensed_at: T::Time::now(), staff: staff.clone() };
            Dispensings::<T>::insert(record, fill, dispensing);
            Self::deposit_event(Event::PrescriptionDispensed { record, fill, pharmacy, staff });
            Ok(())
        }

        /// Cancels what is not yet dispensed of a prescription.
        ///
        /// - `record`: a prescription with fills left.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the prescription's author, an active doctor; the care relation may have ended.
        ///
        /// ## Errors
        ///
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotAMember`](Error::NotAMember),
        /// [`NotTheAuthor`](Error::NotTheAuthor), [`NotAPrescription`](Error::NotAPrescription),
        /// [`NotActive`](Error::NotActive), [`RecordErased`](Error::RecordErased),
        /// [`NoFillsLeft`](Error::NoFillsLeft).
        ///
        /// ## Events
        ///
        /// [`FillsCancelled`](Event::FillsCancelled).
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::cancel_fills())]
        pub fn cancel_fills(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let mut entry = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
            let author = T::Members::by_account(&who).ok_or(Error::<T>::NotAMember)?;
            ensure!(entry.author == author.id, Error::<T>::NotTheAuthor);
            ensure!(entry.kind == RecordKind::Prescription, Error::<T>::NotAPrescription);
            ensure!(author.is_active(), Error::<T>::NotActive);
            ensure!(entry.status != RecordStatus::Erased, Error::<T>::RecordErased);
            ensure!(entry.fills_left > 0, Error::<T>::NoFillsLeft);

            let fills = core::mem::take(&mut entry.fills_left);
            Records::<T>::insert(record, entry);
            Self::deposit_event(Event::FillsCancelled { record, fills });
            Ok(())
        }

        /// Disputes a record, for everyone who sees it to see; nothing else about it changes. A dispute for another
        /// reason replaces the one before.
        ///
        /// - `record`: a record that another wrote about the caller.
        /// - `reason`: why; [`DisputeReason::Undecryptable`] when the caller's client cannot decrypt what was sealed
        ///   to it.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the record's active patient.
        ///
        /// ## Errors
        ///
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotAMember`](Error::NotAMember),
        /// [`NotThePatient`](Error::NotThePatient), [`NotActive`](Error::NotActive),
        /// [`OwnRecordsAreNotDisputed`](Error::OwnRecordsAreNotDisputed), [`RecordErased`](Error::RecordErased),
        /// [`AlreadyDisputed`](Error::AlreadyDisputed).
        ///
        /// ## Events
        ///
        /// [`RecordDisputed`](Event::RecordDisputed).
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::dispute())]
        pub fn dispute(origin: OriginFor<T>, record: RecordId, reason: DisputeReason) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let mut entry = Self::ensure_disputable(&who, record)?;
            ensure!(entry.dispute != Some(reason), Error::<T>::AlreadyDisputed);

            entry.dispute = Some(reason);
            Records::<T>::insert(record, entry);
            Self::deposit_event(Event::RecordDisputed { record, reason });
            Ok(())
        }

        /// Withdraws a dispute.
        ///
        /// - `record`: a record that the caller disputes.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the record's active patient.
        ///
        /// ## Errors
        ///
        /// Those of [`dispute`](Pallet::dispute) but the last, and [`NotDisputed`](Error::NotDisputed).
        ///
        /// ## Events
        ///
        /// [`DisputeWithdrawn`](Event::DisputeWithdrawn).
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::withdraw_dispute())]
        pub fn withdraw_dispute(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let mut entry = Self::ensure_disputable(&who, record)?;
            ensure!(entry.dispute.take().is_some(), Error::<T>::NotDisputed);

            Records::<T>::insert(record, entry);
            Self::deposit_event(Event::DisputeWithdrawn { record });
            Ok(())
        }

        /// Replaces the envelopes of the caller's own records, after it has another encryption key: the same capsule with
        /// a seal for the key that the caller has now. The nodes check that; they delete the envelope before once the
        /// call is final.
        ///
        /// - `records`: 1 to [`limits::RECORDS_PER_RESEAL_MAX`] records of the caller, each with the hash of an envelope
        ///   that is in the vault.
        /// - `key_version`: the version of the caller's key that they are sealed to; the current one.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the records' active patient; for a certificate by its professional, unless suspended.
        ///
        /// ## Errors
        ///
        /// [`NoDocuments`](Error::NoDocuments), [`NotAMember`](Error::NotAMember),
        /// [`KeyVersionNotCurrent`](Error::KeyVersionNotCurrent), [`UnknownRecord`](Error::UnknownRecord),
        /// [`NotThePatient`](Error::NotThePatient), [`NotActive`](Error::NotActive),
        /// [`RecordErased`](Error::RecordErased), [`EnvelopeUnchanged`](Error::EnvelopeUnchanged).
        ///
        /// ## Events
        ///
        /// [`RecordResealed`](Event::RecordResealed) for each.
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::reseal(records.len() as u32))]
        pub fn reseal(origin: OriginFor<T>, records: ResealedRecords, key_version: KeyVersion) -> DispatchResult {
            let who = ensure_signed(origin)?;
            ensure!(!records.is_empty(), Error::<T>::NoDocuments);
            let owner = T::Members::by_account(&who).ok_or(Error::<T>::NotAMember)?;
            ensure!(key_version == owner.key_version, Error::<T>::KeyVersionNotCurrent);
            // What a refused record leaves behind goes with the storage layer of the call.
            for ResealedRecord { record, envelope } in records {
                let mut entry = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
                ensure!(entry.patient == owner.id, Error::<T>::NotThePatient);
                ensure!(may_act_on(&owner, entry.kind), Error::<T>::NotActive);
                ensure!(entry.status != RecordStatus::Erased, Error::<T>::RecordErased);
                ensure!(entry.envelope != envelope, Error::<T>::EnvelopeUnchanged);

                let replaced = core::mem::replace(&mut entry.envelope, envelope);
                entry.key_version = key_version;
                Records::<T>::insert(record, entry);
                Self::deposit_event(Event::RecordResealed { record, replaced, envelope, key_version });
            }
            Ok(())
        }
    }

    impl<T: Config> Pallet<T> {
        /// The member behind `who`, in a role and status that write this kind.
        fn ensure_author(who: &T::AccountId, kind: RecordKind) -> Result<MemberInfo, DispatchError> {
            let author = T::Members::by_account(who).ok_or(Error::<T>::NotAMember)?;
            let role_writes = match kind {
                RecordKind::Profile => author.role == Role::Patient,
                RecordKind::Certificate => author.role.is_professional(),
                RecordKind::Report | RecordKind::Prescription => author.role == Role::Doctor,
            };
            ensure!(role_writes, Error::<T>::KindNotForRole);
            ensure!(may_act_on(&author, kind), Error::<T>::NotActive);
            Ok(author)
        }

        /// Whether `author` may write records of this kind for `patient`.
        fn ensure_may_write_for(author: &MemberInfo, patient: MemberId, kind: RecordKind) -> DispatchResult {
            if is_own(kind) {
                ensure!(author.id == patient, Error::<T>::OwnRecordsOnly);
                return Ok(());
            }
            let is_patient = T::Members::by_id(patient).is_some_and(|member| member.is_active_as(Role::Patient));
            ensure!(is_patient, Error::<T>::UnknownPatient);
            ensure!(T::Care::under_care(patient, author.id), Error::<T>::NotUnderCare);
            Ok(())
        }

        /// Whether the record is anything but the certificate that its professional was verified by.
        fn ensure_not_certificate_in_force(record: &Record) -> DispatchResult {
            let in_force = record.kind == RecordKind::Certificate && record.status == RecordStatus::Current;
            ensure!(!in_force, Error::<T>::CertificateInForce);
            Ok(())
        }

        /// The checks of a dispensing; gives the pharmacy and the prescription.
        fn check_dispensing(
            who: &T::AccountId,
            record: RecordId,
            fill: u8,
        ) -> Result<(Acting<T::AccountId>, Record), DispatchError> {
            let acting = T::Members::acting(who).ok_or(Error::<T>::NotAMember)?;
            ensure!(acting.scope_allows(StaffAct::Dispense), Error::<T>::ScopeTooNarrow);
            let pharmacy = acting.member;
            ensure!(pharmacy.role == Role::Pharmacy, Error::<T>::NotAPharmacy);
            ensure!(pharmacy.is_active(), Error::<T>::NotActive);
            let entry = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
            ensure!(entry.kind == RecordKind::Prescription, Error::<T>::NotAPrescription);
            ensure!(T::Consents::holds_grant(record, pharmacy.id), Error::<T>::NoGrant);
            ensure!(entry.status != RecordStatus::Erased, Error::<T>::RecordErased);
            ensure!(entry.status == RecordStatus::Current, Error::<T>::RecordNotCurrent);
            ensure!(entry.valid_until.is_some_and(|end| T::Time::now() < end), Error::<T>::PrescriptionExpired);
            ensure!(entry.fills_left > 0, Error::<T>::NoFillsLeft);
            // None is cancelled while some are left, so the dispensed ones are the rest.
            let dispensed = entry.fills.saturating_sub(entry.fills_left);
            ensure!(dispensed.checked_add(1) == Some(fill), Error::<T>::FillNotNext);
            Ok((acting, entry))
        }

        /// The record, if the caller is its patient and may dispute it.
        fn ensure_disputable(who: &T::AccountId, record: RecordId) -> Result<Record, DispatchError> {
            let entry = Records::<T>::get(record).ok_or(Error::<T>::UnknownRecord)?;
            let patient = T::Members::by_account(who).ok_or(Error::<T>::NotAMember)?;
            ensure!(entry.patient == patient.id, Error::<T>::NotThePatient);
            ensure!(patient.is_active(), Error::<T>::NotActive);
            ensure!(!is_own(entry.kind), Error::<T>::OwnRecordsAreNotDisputed);
            ensure!(entry.status != RecordStatus::Erased, Error::<T>::RecordErased);
            Ok(entry)
        }

        /// Checks author and document, and anchors; gives what that weighed.
        fn do_anchor_new(
            who: &T::AccountId,
            patient: MemberId,
            kind: RecordKind,
            document: Document,
        ) -> Result<Weight, DispatchError> {
            let author = Self::ensure_author(who, kind)?;
            Self::ensure_may_write_for(&author, patient, kind)?;
            let supersedes = if is_own(kind) { OwnRecord::<T>::get(author.id) } else { None };
            let seals = document.seals.len();
            let looked_at = Self::do_anchor(author.id, patient, kind, document, supersedes)?;
            Ok(anchor_weight::<T>(kind, seals, looked_at))
        }

        /// Checks the document, and writes it as a new record that supersedes another if so told; gives how many were looked at
        /// who might have received a seal.
        pub(crate) fn do_anchor(
            author: MemberId,
            patient: MemberId,
            kind: RecordKind,
            document: Document,
            supersedes: Option<RecordId>,
        ) -> Result<u32, DispatchError> {
            let Document { content, size, envelope, key_version, fills, valid_until, seals } = document;
            let now = T::Time::now();
            let owner = T::Members::by_id(patient).ok_or(Error::<T>::UnknownPatient)?;
            ensure!(key_version == owner.key_version, Error::<T>::KeyVersionNotCurrent);
            let fills_fit = match kind {
                RecordKind::Prescription => (1..=limits::FILLS_MAX).contains(&fills),
                _ => fills == 0,
            };
            ensure!(fills_fit, Error::<T>::FillsOutOfRange);
            let latest = now.saturating_add(limits::PRESCRIPTION_VALIDITY_MAX);
            let validity_fits = match (kind, valid_until) {
                (RecordKind::Prescription, Some(end)) => now < end && end <= latest,
                (RecordKind::Prescription, None) => false,
                (_, end) => end.is_none(),
            };
            ensure!(validity_fits, Error::<T>::ValidityOutOfRange);
            ensure!(size > 0, Error::<T>::ContentEmpty);
            let size_max = if is_own(kind) { limits::OWN_CONTENT_MAX } else { limits::CONTENT_MAX };
            ensure!(size <= size_max, Error::<T>::ContentTooLarge);
            ensure!(!Anchored::<T>::contains_key(author, content), Error::<T>::AlreadyAnchored);
            let record = NextRecordId::<T>::get();
            let next = record.next().ok_or(Error::<T>::RecordIdsExhausted)?;
            // Whoever anchors another's content as a record of its own would be served that one's ciphertext and envelope, and
            // would keep them from being deleted.
            ensure!(!Anchors::<T>::contains_key(content), Error::<T>::ContentTaken);

            NextRecordId::<T>::put(next);
            Records::<T>::insert(
                record,
                Record {
                    patient,
                    author,
                    kind,
                    status: RecordStatus::Current,
                    content,
                    size,
                    envelope,
                    key_version,
                    anchored_at: now,
                    supersedes,
                    superseded_by: None,
                    fills,
                    fills_left: fills,
                    valid_until,
                    retraction: None,
                    dispute: None,
                },
            );
            ByPatientAndKind::<T>::insert((patient, kind, OrderedKey::from(record)), ());
            Anchored::<T>::insert(author, content, record);
            Anchors::<T>::insert(content, 1);
            if is_own(kind) {
                OwnRecord::<T>::insert(patient, record);
            }
            Self::deposit_event(Event::RecordAnchored { record, patient, author, kind, content });
            if let Some(supersedes) = supersedes {
                Records::<T>::mutate_extant(supersedes, |old| {
                    old.status = RecordStatus::Superseded;
                    old.superseded_by = Some(record);
                });
                Self::deposit_event(Event::RecordAmended { record, supersedes });
            }
            let info = RecordInfo { patient, author, kind, status: RecordStatus::Current, anchored_at: now };
            T::Consents::seal_new_record(record, info, &seals)
        }

        /// Whether a professional has ever written a report or a prescription about this patient.
        pub fn is_written_about(patient: MemberId) -> bool {
            [RecordKind::Report, RecordKind::Prescription]
                .into_iter()
                .any(|kind| ByPatientAndKind::<T>::iter_key_prefix((patient, kind)).next().is_some())
        }

        /// Takes a record out of force if it is its owner's profile or certificate.
        fn end_own_record(owner: MemberId, record: RecordId) {
            OwnRecord::<T>::mutate_exists(owner, |own| {
                if *own == Some(record) {
                    *own = None;
                }
            });
        }
    }
}

/// How many are looked at at most who might receive a seal of a new record of this kind.
const fn looked_at_most(kind: RecordKind) -> u32 {
    match kind {
        RecordKind::Certificate => 0,
        RecordKind::Profile | RecordKind::Report | RecordKind::Prescription => limits::NEW_RECORD_SEALS_MAX,
    }
}

/// How many receive a seal, and how many were passed over of those that were looked at.
fn sealed_and_passed(seals: usize, looked_at: u32) -> (u32, u32) {
    let sealed = seals as u32;
    (sealed, looked_at.saturating_sub(sealed))
}

/// The weight of anchoring a document of this kind with so many seals, when so many are looked at who might receive one.
fn anchor_weight<T: Config>(kind: RecordKind, seals: usize, looked_at: u32) -> Weight {
    let (sealed, passed) = sealed_and_passed(seals, looked_at);
    if is_own(kind) {
        T::WeightInfo::anchor_own(sealed, passed)
    } else {
        T::WeightInfo::anchor(sealed, passed)
    }
}

/// The weight of an amendment with so many seals, when so many are looked at who might receive one.
fn amend_weight<T: Config>(seals: usize, looked_at: u32) -> Weight {
    let (sealed, passed) = sealed_and_passed(seals, looked_at);
    T::WeightInfo::amend(sealed, passed)
}

/// The weight of anchoring many: that of anchoring each.
fn batch_weight<T: Config>(records: &[NewRecord]) -> Weight {
    records.iter().fold(Weight::zero(), |weight, NewRecord { kind, document, .. }| {
        weight.saturating_add(anchor_weight::<T>(*kind, document.seals.len(), looked_at_most(*kind)))
    })
}

/// Whether members write this kind about themselves alone.
const fn is_own(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Profile | RecordKind::Certificate)
}

/// Whether the member's status lets it act on records of this kind. Certificates come before verification, so for
/// them only a suspension counts.
fn may_act_on(member: &MemberInfo, kind: RecordKind) -> bool {
    match kind {
        RecordKind::Certificate => member.status != Status::Suspended,
        _ => member.is_active(),
    }
}

impl<T: Config> Pallet<T> {
    /// The record with this number.
    pub fn record(id: RecordId) -> Option<Record> {
        Records::<T>::get(id)
    }

    /// The records of a patient (for certificates, of a professional) after `cursor` in the order of their numbers,
    /// of one kind or of all; at most `limit`, itself at most [`limits::PAGE_MAX`].
    pub fn records_of(
        patient: MemberId,
        kind: Option<RecordKind>,
        cursor: Option<RecordId>,
        limit: u32,
    ) -> Vec<(RecordId, Record)> {
        let one = kind.map(|kind| [kind]);
        let kinds = one.as_ref().map_or(RecordKind::ALL, |one| one.as_slice());
        let limit = limit.min(limits::PAGE_MAX) as usize;
        // One list after the other: the next key of a list is at hand only where the last one was of the same.
        let mut ids: Vec<_> = kinds.iter().flat_map(|kind| Self::of_kind(patient, *kind, cursor).take(limit)).collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| Records::<T>::get(id).map(|record| (id, record))).take(limit).collect()
    }

    /// The records of a patient of one kind after `cursor`, in the order of their numbers.
    fn of_kind(patient: MemberId, kind: RecordKind, cursor: Option<RecordId>) -> impl Iterator<Item = RecordId> {
        let keys = match cursor {
            Some(after) => ByPatientAndKind::<T>::iter_key_prefix_from(
                (patient, kind),
                ByPatientAndKind::<T>::hashed_key_for((patient, kind, OrderedKey::from(after))),
            ),
            None => ByPatientAndKind::<T>::iter_key_prefix((patient, kind)),
        };
        keys.map(RecordId::from)
    }

    /// The record by which this author anchored this content.
    pub fn anchored_by(author: MemberId, content: ContentRoot) -> Option<RecordId> {
        Anchored::<T>::get(author, content)
    }

    /// The fills of a prescription that were dispensed, each with its number, in order; at most
    /// [`limits::FILLS_MAX`].
    pub fn dispensings(record: RecordId) -> Vec<(u8, Dispensing<T::AccountId>)> {
        Dispensings::<T>::iter_prefix(record).take(usize::from(limits::FILLS_MAX)).collect()
    }

    /// Whether any record that is not erased anchors this content.
    pub fn is_anchored(content: ContentRoot) -> bool {
        Anchors::<T>::contains_key(content)
    }
}

impl<T: Config> RecordDirectory for Pallet<T> {
    fn record(id: RecordId) -> Option<RecordInfo> {
        Records::<T>::get(id).map(|record| record.info())
    }

    fn current_own_record(member: MemberId) -> Option<RecordId> {
        OwnRecord::<T>::get(member)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_anchor(patient: MemberId, author: MemberId, kind: RecordKind) -> RecordId {
        use sp_runtime::traits::{BlakeTwo256, Hash};
        let record = NextRecordId::<T>::get();
        // Another content for each record.
        let digest = BlakeTwo256::hash_of(&record).0;
        let document = Document {
            content: ContentRoot(digest),
            size: 1,
            envelope: medchain_primitives::EnvelopeHash(digest),
            key_version: T::Members::by_id(patient).map_or(0, |member| member.key_version),
            fills: u8::from(kind == RecordKind::Prescription),
            valid_until: (kind == RecordKind::Prescription)
                .then(|| T::Time::now().saturating_add(limits::PRESCRIPTION_VALIDITY_MAX)),
            seals: Default::default(),
        };
        let supersedes = if is_own(kind) { OwnRecord::<T>::get(patient) } else { None };
        let anchored = Self::do_anchor(author, patient, kind, document, supersedes);
        debug_assert!(anchored.is_ok(), "a new content in bounds is anchored");
        record
    }
}
