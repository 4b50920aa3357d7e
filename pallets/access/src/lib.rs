//! # Access pallet
//!
//! Decides who reads what: requests and the patient's inbox, grants bounded in time and openings, openings with the
//! read log, and the reading windows in which the committee releases and nodes serve.
//!
//! Nothing here is switched off by an event elsewhere. Suspension, erasure, the end of a care relation and the end of
//! a grant count at once, because [`open`](Pallet::open) and [`ensure_may_read`](Pallet::ensure_may_read) ask again
//! every time. Previews run the very checks of the calls.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod decision;
mod emergency;
mod links;
mod listing;
pub mod migrations;
#[cfg(test)]
mod mock;
mod standing;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use emergency::PendingReview;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::weights::Weight;
use medchain_primitives::{
    limits, Affiliations, CareConsents, CareRelations, EmergencyCapsuleHash, EmergencyReason, GrantBasis,
    GuardianScope, LinkCommitment, LinkId, MemberDirectory, MemberId, Moment, NewestFirstKey, OrderedKey, Purpose,
    ReadingId, RecordDirectory, RecordId, RecordKind, RecordKinds, RequestId, ReviewOutcome, Role, SealedProfile,
    StaffAct, HOUR,
};

/// How many grants one call takes from a reader.
pub const REVOCATIONS_MAX: u32 = 64;

/// How many emergency capsules one call removes that withdraws an emergency consent.
pub const WITHDRAWALS_MAX: u32 = 64;

/// How long after a record was anchored its author may lodge an emergency capsule for it, in milliseconds: who writes
/// does so at once, and has no part in what the patient decides later.
pub const AUTHOR_LODGES_WITHIN: Moment = HOUR;

/// How many requests, grants and emergency windows that have ended one block removes.
pub const EXPIRIES_PER_BLOCK: u32 = 64;

/// How many of a pharmacy's grants on one patient's prescriptions, the newest first, are looked at for one that is
/// live. A pharmacy with more, all of the newest dead, asks for a prescription along with the profile.
pub const PRESCRIPTIONS_LOOKED_AT: u32 = 32;

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::{Contains, Time},
        DefaultNoBound,
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::Saturating;

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
        /// The care relations, on which some grants rest.
        type Care: CareRelations;
        /// Which doctors belong to which institutions, for emergency consents.
        type Affiliations: Affiliations;
        /// The anchored records.
        type Records: RecordDirectory;
        /// Who reviews emergency openings: a call signed by an administrator.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = Self::AccountId>;
        /// The administrators, who read certificates.
        type Administrators: Contains<Self::AccountId>;
        /// The chain's clock, in milliseconds.
        type Time: Time<Moment = Moment>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The first request's number.
    #[pallet::type_value]
    pub fn FirstRequestId() -> RequestId {
        RequestId::FIRST
    }

    /// The first reading's number.
    #[pallet::type_value]
    pub fn FirstReadingId() -> ReadingId {
        ReadingId::FIRST
    }

    /// The number that the next request gets.
    #[pallet::storage]
    pub type NextRequestId<T> = StorageValue<_, RequestId, ValueQuery, FirstRequestId>;

    /// The number that the next entry of the read log gets.
    #[pallet::storage]
    pub type NextReadingId<T> = StorageValue<_, ReadingId, ValueQuery, FirstReadingId>;

    /// Request number → request that waits. `Twox64Concat`: numbers are given out in sequence. At most
    /// [`limits::INBOX_MAX`] for each patient.
    #[pallet::storage]
    pub type Requests<T: Config> = StorageMap<_, Twox64Concat, RequestId, AccessRequest<T::AccountId>>;

    /// Patient → the requests that wait, in the order of their numbers; absent for none. `Twox64Concat`: numbers are given out in
    /// sequence. At most [`limits::INBOX_MAX`] requests for each patient.
    #[pallet::storage]
    pub type Inboxes<T> = StorageMap<_, Twox64Concat, MemberId, Inbox, ValueQuery>;

    /// Requester and request → that it waits. `Twox64Concat` and `Identity` over a
    /// big-endian number: both are given out in sequence, and they list in that order. One entry for each request that waits.
    #[pallet::storage]
    pub type ByRequester<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, ()>;

    /// Patient and requester → how many of its requests wait; absent for none. `Twox64Concat`: numbers are given out
    /// in sequence. At most [`limits::INBOX_PER_REQUESTER_MAX`] is counted to.
    #[pallet::storage]
    pub type RequesterInboxCount<T> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Twox64Concat, MemberId, u32, ValueQuery>;

    /// Record and reader → grant. `Twox64Concat`: numbers are given out in sequence. One for each reader of a
    /// record; the patient's quota pays for each, and a grant without openings goes when its window is closed.
    #[pallet::storage]
    pub type Grants<T> = StorageDoubleMap<_, Twox64Concat, RecordId, Twox64Concat, MemberId, Grant>;

    /// Reader and record → that there is a grant. `Twox64Concat` and `Identity` over a big-endian number: both are
    /// given out in sequence, and a reader's grants list in the order of the records. One entry for each grant.
    #[pallet::storage]
    pub type GrantsByReader<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, ()>;

    /// Pharmacy, patient and prescription → that there is a grant on it, for the rule that a pharmacy sees a profile
    /// only with a prescription. `Twox64Concat` and `Identity` over a big-endian number: all are given out in
    /// sequence, and the newest prescription lists first. One entry for each grant of a prescription to a pharmacy.
    #[pallet::storage]
    pub type PrescriptionGrants<T> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MemberId>, NMapKey<Twox64Concat, MemberId>, NMapKey<Identity, NewestFirstKey>),
        (),
    >;

    /// Patient, reader and record → that there is a grant. `Twox64Concat` and `Identity` over a big-endian number: all
    /// are given out in sequence, and a patient takes back what one reader holds without a scan. One entry for each
    /// grant.
    #[pallet::storage]
    pub type GrantsByPatient<T> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MemberId>, NMapKey<Twox64Concat, MemberId>, NMapKey<Identity, OrderedKey>),
        (),
    >;

    /// Moment and what ends then → nothing more. `Identity` over a big-endian moment, which lists what ends first
    /// first; `Twox64Concat`, since what ends is named by numbers given out in sequence. Nobody chooses a moment
    /// freely: it is the block's plus a duration. One entry for each request and grant.
    #[pallet::storage]
    pub type Expiries<T> = StorageDoubleMap<_, Identity, OrderedKey, Twox64Concat, Expiring, ()>;

    /// Patient and reader → standing consent. `Twox64Concat`: numbers are given out in sequence. At most
    /// [`limits::STANDING_READERS_MAX`] for each patient.
    #[pallet::storage]
    pub type StandingConsents<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Twox64Concat, MemberId, StandingConsent>;

    /// Patient and guardian → guardianship. `Twox64Concat`: numbers are given out in sequence. At most
    /// [`limits::GUARDIANSHIPS_MAX`] for each patient.
    #[pallet::storage]
    pub type Guardianships<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Twox64Concat, MemberId, Guardianship>;

    /// Guardian and patient → that there is a guardianship. `Twox64Concat` and `Identity` over a big-endian number:
    /// both are given out in sequence, and a guardian's patients list in the order of their numbers. One entry for
    /// each guardianship.
    #[pallet::storage]
    pub type Wards<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, ()>;

    /// Record and reader → the window that its last opening started; it may have ended. `Twox64Concat`: numbers are
    /// given out in sequence. At most one for each grant, with which it goes.
    #[pallet::storage]
    pub type Windows<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        RecordId,
        Twox64Concat,
        MemberId,
        ReadingWindow<T::AccountId, BlockNumberFor<T>>,
    >;

    /// The read log: reading number → opening. `Twox64Concat`: numbers are given out in sequence. Append-only; a
    /// grant's openings and the reader's quota pay for each entry.
    #[pallet::storage]
    pub type ReadLog<T: Config> = StorageMap<_, Twox64Concat, ReadingId, Reading<T::AccountId, BlockNumberFor<T>>>;

    /// Record and reading → that the record was opened then. `Twox64Concat` and `Identity` over a descending number:
    /// both are given out in sequence, and the newest reading lists first. One entry for each reading.
    #[pallet::storage]
    pub type LogByRecord<T> = StorageDoubleMap<_, Twox64Concat, RecordId, Identity, NewestFirstKey, ()>;

    /// Patient and reading → that a record of the patient was opened then. Hashers and bound as for [`LogByRecord`].
    #[pallet::storage]
    pub type LogByPatient<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, NewestFirstKey, ()>;

    /// Reader and reading → that the reader opened a record then. Hashers and bound as for [`LogByRecord`].
    #[pallet::storage]
    pub type LogByReader<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, NewestFirstKey, ()>;

    /// Patient → emergency consent. `Twox64Concat`: numbers are given out in sequence. At most one for each patient.
    #[pallet::storage]
    pub type EmergencyConsents<T> = StorageMap<_, Twox64Concat, MemberId, EmergencyConsent>;

    /// Record → its emergency capsule. `Twox64Concat`: numbers are given out in sequence. At most one for each record;
    /// it goes with the record's erasure and the consent's withdrawal.
    #[pallet::storage]
    pub type EmergencyCapsules<T> = StorageMap<_, Twox64Concat, RecordId, EmergencyCapsule>;

    /// Patient and record → that an emergency capsule is lodged. `Twox64Concat` and `Identity` over a big-endian number:
    /// both are given out in sequence, and a withdrawal finds them in the order of the records. One entry for each
    /// capsule.
    #[pallet::storage]
    pub type EmergencyByPatient<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, ()>;

    /// Record and doctor → the window that the doctor's last emergency opening started; it may have ended.
    /// `Twox64Concat`: numbers are given out in sequence. One for each pair, queued for its end and then removed.
    #[pallet::storage]
    pub type EmergencyWindows<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        RecordId,
        Twox64Concat,
        MemberId,
        ReadingWindow<T::AccountId, BlockNumberFor<T>>,
    >;

    /// Reading → why it was an emergency, and its review. `Twox64Concat`: numbers are given out in sequence. Part of the
    /// read log, and as bounded as it.
    #[pallet::storage]
    pub type EmergencyOpenings<T> = StorageMap<_, Twox64Concat, ReadingId, EmergencyOpening>;

    /// Reading → that an administrator has not reviewed it. `Identity` over a big-endian number, which lists the oldest
    /// first. At most [`limits::EMERGENCY_UNREVIEWED_MAX`] for each doctor.
    #[pallet::storage]
    pub type PendingReviews<T> = StorageMap<_, Identity, OrderedKey, ()>;

    /// Doctor → how many of its emergency openings wait for a review; absent for none. `Twox64Concat`: numbers are given
    /// out in sequence. At most [`limits::EMERGENCY_UNREVIEWED_MAX`] is counted to.
    #[pallet::storage]
    pub type UnreviewedByDoctor<T> = StorageMap<_, Twox64Concat, MemberId, u32, ValueQuery>;

    /// The first link's number.
    #[pallet::type_value]
    pub fn FirstLinkId() -> LinkId {
        LinkId::FIRST
    }

    /// The number that the next link gets.
    #[pallet::storage]
    pub type NextLinkId<T> = StorageValue<_, LinkId, ValueQuery, FirstLinkId>;

    /// Link number → link. `Twox64Concat`: numbers are given out in sequence. Append-only, as the log of its openings
    /// is; the patient's quota pays for each.
    #[pallet::storage]
    pub type Links<T> = StorageMap<_, Twox64Concat, LinkId, Link>;

    /// Commitment → link. `Blake2_128Concat`: whoever registers a link chooses it. One entry for each link.
    #[pallet::storage]
    pub type LinkByCommitment<T> = StorageMap<_, Blake2_128Concat, LinkCommitment, LinkId>;

    /// Patient and link → that the patient registered it. `Twox64Concat` and `Identity` over a descending number: both
    /// are given out in sequence, and the newest link lists first. One entry for each link.
    #[pallet::storage]
    pub type LinksByPatient<T> = StorageDoubleMap<_, Twox64Concat, MemberId, Identity, NewestFirstKey, ()>;

    /// Link and the first reading of an opening → the opening. `Twox64Concat` and `Identity` over a descending number:
    /// both are given out in sequence, and the newest opening lists first. At most as many for each link as it was
    /// registered with.
    #[pallet::storage]
    pub type LinkOpenings<T: Config> =
        StorageDoubleMap<_, Twox64Concat, LinkId, Identity, NewestFirstKey, LinkOpening<BlockNumberFor<T>>>;

    /// The release committee, from genesis; absent when there is none, and then nothing can be released.
    #[pallet::storage]
    pub type Committee<T> = StorageValue<_, ReleaseCommittee>;

    /// What the chain starts with.
    #[pallet::genesis_config]
    #[derive(DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The release committee.
        pub committee: Option<ReleaseCommittee>,
        /// The runtime; no part of the configuration.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if let Some(committee) = &self.committee {
                let members = committee.shares.len();
                assert!(
                    (1..=members).contains(&usize::from(committee.threshold)),
                    "the release committee's threshold lies between 1 and its members' number"
                );
                Committee::<T>::put(committee);
            }
        }
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A professional asked to read records.
        AccessRequested {
            /// The request.
            request: RequestId,
            /// Who is asked.
            patient: MemberId,
            /// Who asks.
            requester: MemberId,
            /// What for.
            purpose: Purpose,
            /// The staff account that acted for it; `None` for its own.
            staff: Option<T::AccountId>,
        },
        /// A request was taken back by its requester.
        RequestWithdrawn {
            /// The request.
            request: RequestId,
            /// The staff account that acted for it; `None` for its own.
            staff: Option<T::AccountId>,
        },
        /// A request was denied by the patient.
        RequestDenied {
            /// The request.
            request: RequestId,
        },
        /// A request that had waited its time was removed.
        RequestExpired {
            /// The request.
            request: RequestId,
        },
        /// A reader was given access to a record.
        AccessGranted {
            /// The record.
            record: RecordId,
            /// Who may read it.
            reader: MemberId,
            /// What for.
            purpose: Purpose,
            /// Until when, in milliseconds.
            expires_at: Moment,
            /// How often.
            openings: u32,
        },
        /// A grant was taken back by the patient.
        GrantRevoked {
            /// The record.
            record: RecordId,
            /// Who may read it no more.
            reader: MemberId,
        },
        /// A grant was given up by its reader.
        GrantRelinquished {
            /// The record.
            record: RecordId,
            /// Who may read it no more.
            reader: MemberId,
            /// The staff account that acted for it; `None` for its own.
            staff: Option<T::AccountId>,
        },
        /// A grant that had reached its end was removed.
        GrantExpired {
            /// The record.
            record: RecordId,
            /// Who may read it no more.
            reader: MemberId,
        },
        /// Every grant of a reader, or as many as one call takes, were taken back; follows a `GrantRevoked` for each.
        ReaderRevoked {
            /// Whose records they are.
            patient: MemberId,
            /// Who may read them no more.
            reader: MemberId,
            /// Whether some are left, for another call.
            more: bool,
        },
        /// A standing consent was given, or changed.
        StandingConsentGiven {
            /// Whose records.
            patient: MemberId,
            /// Who receives seals of new ones.
            reader: MemberId,
            /// Of which kinds.
            kinds: RecordKinds,
            /// Until when, in milliseconds.
            until: Moment,
        },
        /// A standing consent was taken back, and with it what was granted under it.
        StandingConsentRevoked {
            /// Whose records.
            patient: MemberId,
            /// Who receives no more seals.
            reader: MemberId,
        },
        /// A guardian was appointed, or the appointment changed.
        GuardianAppointed {
            /// In whose name the guardian acts.
            patient: MemberId,
            /// The guardian.
            guardian: MemberId,
            /// What it may do.
            scope: GuardianScope,
            /// Until when, in milliseconds.
            until: Moment,
        },
        /// A guardianship was ended by the patient.
        GuardianDismissed {
            /// In whose name the guardian acted.
            patient: MemberId,
            /// The guardian.
            guardian: MemberId,
        },
        /// A guardianship was given up by the guardian.
        GuardianshipResigned {
            /// In whose name the guardian acted.
            patient: MemberId,
            /// The guardian.
            guardian: MemberId,
        },
        /// A record was opened, and its reading window has begun.
        RecordOpened {
            /// The entry of the read log.
            reading: ReadingId,
            /// The record.
            record: RecordId,
            /// Whose record it is.
            patient: MemberId,
            /// Who opened it.
            reader: MemberId,
            /// What for.
            purpose: Purpose,
            /// When the window ends, in milliseconds.
            closes_at: Moment,
            /// The staff account that acted for it; `None` for its own.
            staff: Option<T::AccountId>,
        },
        /// A reading window was closed by its reader.
        WindowClosed {
            /// The record.
            record: RecordId,
            /// Who has read it.
            reader: MemberId,
            /// The staff account that acted for it; `None` for its own.
            staff: Option<T::AccountId>,
        },
        /// A patient's profile was shared by a doctor with a hospital.
        ProfileShared {
            /// The profile.
            record: RecordId,
            /// Who shared it.
            doctor: MemberId,
            /// Who may read it.
            hospital: MemberId,
        },
        /// A patient's emergency consent was given, or changed.
        EmergencyConsentGiven {
            /// Whose records.
            patient: MemberId,
            /// For which institutions.
            institutions: EmergencyInstitutions,
        },
        /// A patient's emergency consent was withdrawn; follows an `EmergencyCapsuleRemoved` for each capsule that went
        /// with it.
        EmergencyConsentRevoked {
            /// Whose records.
            patient: MemberId,
            /// Whether capsules are left, for another call.
            more: bool,
        },
        /// An emergency capsule was lodged; the vaults keep it.
        EmergencyCapsuleLodged {
            /// The record.
            record: RecordId,
            /// The capsule's SHA-256.
            capsule: EmergencyCapsuleHash,
            /// Who made it.
            lodged_by: MemberId,
        },
        /// An emergency capsule was withdrawn or replaced; the vaults delete it.
        EmergencyCapsuleRemoved {
            /// The record.
            record: RecordId,
            /// The capsule's SHA-256.
            capsule: EmergencyCapsuleHash,
        },
        /// A record was opened in an emergency, without a grant, and its reading window has begun.
        EmergencyOpened {
            /// The entry of the read log.
            reading: ReadingId,
            /// The record.
            record: RecordId,
            /// Whose record it is.
            patient: MemberId,
            /// Who opened it.
            doctor: MemberId,
            /// Why.
            reason: EmergencyReason,
            /// When the window ends, in milliseconds.
            closes_at: Moment,
        },
        /// An emergency opening was reviewed.
        EmergencyReviewed {
            /// The entry of the read log.
            reading: ReadingId,
            /// Who reviewed it.
            administrator: T::AccountId,
            /// What the administrator found.
            outcome: ReviewOutcome,
        },
        /// A link was registered.
        LinkRegistered {
            /// The link.
            link: LinkId,
            /// Whose records it shows.
            patient: MemberId,
            /// The institution that hosts it.
            host: MemberId,
            /// Until when, in milliseconds.
            expires_at: Moment,
            /// How often it can be opened.
            openings: u32,
        },
        /// A link was taken back.
        LinkRevoked {
            /// The link.
            link: LinkId,
            /// Whose records it showed.
            patient: MemberId,
        },
        /// A link was opened, and its records are shown to whoever holds it. The first of its readings names the
        /// opening.
        LinkOpened {
            /// The link.
            link: LinkId,
            /// Whose records it shows.
            patient: MemberId,
            /// The institution that opened it.
            host: MemberId,
            /// The first of its entries in the read log.
            first_reading: ReadingId,
            /// How many openings are left.
            openings_left: u32,
        },
    }

    /// Why a call, or a reading, was refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The account belongs to no member; register it first.
        NotAMember,
        /// The member may not act: it waits for verification, was rejected or is suspended; ask an administrator.
        NotActive,
        /// Patients read their own records only; a professional asks for and opens those of others.
        NotAProfessional,
        /// Only a doctor shares a profile, or opens a record in an emergency; ask the doctor who treats the patient.
        NotADoctor,
        /// A profile is shared with an active hospital only; name one.
        NotAHospital,
        /// No patient has this number; check it.
        UnknownPatient,
        /// No professional that may act has this number; check it, or wait for its verification.
        UnknownReader,
        /// No record has this number; check it.
        UnknownRecord,
        /// A request or grant names at least one record; name one.
        NoRecords,
        /// A request names at most 32 records; split it.
        TooManyRecords,
        /// A record is named twice; name each once.
        DuplicateRecord,
        /// The record is another patient's; name records of the one patient only.
        RecordOfAnotherPatient,
        /// The record was erased by its patient; nothing of it is left to read.
        RecordErased,
        /// The record was entered in error; ask for the one that is right.
        RecordEnteredInError,
        /// Readers of this role do not read this kind: certificates are for administrators, and a pharmacy reads no
        /// reports.
        KindNotForRole,
        /// A pharmacy sees a profile only with a prescription of that patient; ask for one along with it.
        ProfileNeedsPrescription,
        /// Emergency treatment goes by emergency consent, not by request and grant; choose another purpose.
        EmergencyNeedsEmergencyConsent,
        /// The patient's inbox is full; try again when requests in it have been answered or have expired.
        InboxFull,
        /// This requester has as many requests waiting in this inbox as it may; withdraw one, or wait for an answer.
        RequesterInboxFull,
        /// No request has this number, or it was answered, withdrawn or cleared; check it.
        UnknownRequest,
        /// The request is not between these members; check its number.
        NotPartyToRequest,
        /// The request has waited its time; the requester asks anew.
        RequestExpired,
        /// The request still waits for the patient; it can be cleared once it has expired.
        RequestNotExpired,
        /// The grant names a record that its request does not; grant it without the request.
        RecordNotInRequest,
        /// The grant's purpose is not the request's; use that one.
        PurposeDiffersFromRequest,
        /// The seal was made for an encryption key that the reader no longer uses; the patient grants anew, sealed
        /// to the current key.
        KeyVersionNotCurrent,
        /// A grant lasts from a minute to 366 days; choose a duration between.
        DurationOutOfRange,
        /// A grant gives 1 to 1000 openings; choose a number between.
        OpeningsOutOfRange,
        /// The record is another member's; only its patient decides who reads it.
        NotThePatient,
        /// The reader holds no grant on this record; ask the patient for one.
        NoGrant,
        /// The grant has expired; ask the patient again.
        GrantExpired,
        /// Every opening of the grant is used; ask the patient again.
        NoOpeningsLeft,
        /// The care relation that the grant rests on has ended; ask the patient for a grant.
        CareRelationEnded,
        /// The doctor who shared the profile may not act now; ask the patient for a grant.
        SharingDoctorNotActive,
        /// The record is open and its window has not ended; read it, or close it first.
        WindowOpen,
        /// No reading window is open, or it has ended; open the record first.
        NoWindow,
        /// Administrators read certificates only; other records are their patients' to grant, to members.
        NotACertificate,
        /// The record is no profile of this patient, or was retracted or erased; the patient anchors one first.
        NoProfile,
        /// The patient is not under this doctor's care; the patient opens a care relation first.
        NotUnderCare,
        /// The hospital holds a grant on this profile that another gave; it uses that one.
        AlreadyGranted,
        /// The standing consent that the grant rests on has ended; ask the patient for a grant.
        StandingConsentEnded,
        /// The guardianship that the grant rests on has ended, or does not include reading; ask the patient.
        GuardianshipEnded,
        /// A standing consent names at least one kind; name one, or revoke the consent.
        NoKinds,
        /// A standing consent or guardianship ends within 20 years from now; choose another date.
        EndOutOfRange,
        /// The patient has as many standing consents as there may be; revoke one first.
        TooManyStandingConsents,
        /// The patient has given this reader no standing consent; there is nothing to revoke.
        NoStandingConsent,
        /// The patient has as many guardians as there may be; dismiss one first.
        TooManyGuardians,
        /// A guardian is another active patient; name one.
        NotAPossibleGuardian,
        /// A guardianship includes deciding or reading or both; choose, or dismiss the guardian.
        EmptyScope,
        /// There is no guardianship between these members; check the numbers.
        NoGuardianship,
        /// A new record is sealed to everyone whom the patient named beforehand; a seal is missing: ask who receives
        /// one, and make it.
        SealMissing,
        /// The record carries a seal that no consent of the patient asks for, or one twice; ask who receives one, and
        /// make no other.
        SealNotAskedFor,
        /// Staff act for their institution in requests, readings and dispensings only; the member's own account does this.
        NotForStaff,
        /// The staff account was added for other work; ask the institution for a wider scope.
        ScopeTooNarrow,
        /// Another account of the institution has the record open, and reads it alone; close that window, and open the
        /// record anew.
        OpenedByAnother,
        /// The patient has given no emergency consent, or has withdrawn it; ask the patient for a grant.
        NoEmergencyConsent,
        /// The patient's emergency consent is for other institutions than the doctor is affiliated with; ask a doctor of
        /// one of those, or the patient for a grant.
        NotAffiliated,
        /// No emergency capsule is lodged for this record; ask the patient for a grant.
        NoEmergencyCapsule,
        /// An emergency capsule is lodged for this record; only its patient replaces it.
        AlreadyLodged,
        /// Emergency capsules are left of a consent that was withdrawn; withdraw it again, which removes them.
        CapsulesLeft,
        /// An emergency consent is for all institutions or for 1 to 16 hospitals; name one, or choose all.
        NoInstitutions,
        /// A hospital is named twice; name each once.
        DuplicateInstitution,
        /// No active hospital has this number; check it.
        UnknownInstitution,
        /// As many of the doctor's emergency openings wait for their review as may; ask an administrator to review
        /// them.
        TooManyUnreviewed,
        /// No emergency opening of this number waits for a review; see those that do.
        NothingToReview,
        /// Nobody reviews an opening of its own; another administrator does.
        OwnOpening,
        /// A link with this commitment was registered; make a fresh one.
        LinkTaken,
        /// No link has this number; check it.
        UnknownLink,
        /// The patient has taken the link back; ask the patient for another.
        LinkRevoked,
        /// The link has expired; ask the patient for another.
        LinkExpired,
        /// Every opening of the link is used; ask the patient for another.
        LinkExhausted,
        /// Links are hosted by an active hospital or pharmacy; name one.
        NotAnInstitution,
        /// Another institution hosts the link; it opens it.
        NotTheHost,
        /// A link lasts from 15 minutes to 30 days; choose a duration between.
        LinkDurationOutOfRange,
        /// The recipient's name was encrypted to a key that the patient no longer uses; encrypt it to the current one.
        RecipientKeyNotCurrent,
        /// Every number for requests, readings or links has been given out; the runtime must widen them.
        IdsExhausted,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Removes requests and grants that have ended, the first first, while the block has room. What is not removed
        /// yet has ended all the same.
        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::remove_expired(remaining)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Asks a patient to read records; the request waits in the patient's inbox for
        /// [`limits::REQUEST_LIFETIME`].
        ///
        /// - `patient`: whose records they are.
        /// - `records`: 1 to 32 of that patient's records, in force or superseded, each once.
        /// - `purpose`: what for; anything but emergency treatment.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by an active professional, or by staff for it: a doctor or hospital for profiles, reports and
        /// prescriptions, a pharmacy for prescriptions and for a profile with a prescription.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`ScopeTooNarrow`](Error::ScopeTooNarrow),
        /// [`NotAProfessional`](Error::NotAProfessional), [`NotActive`](Error::NotActive),
        /// [`EmergencyNeedsEmergencyConsent`](Error::EmergencyNeedsEmergencyConsent),
        /// [`UnknownPatient`](Error::UnknownPatient), [`NoRecords`](Error::NoRecords),
        /// [`DuplicateRecord`](Error::DuplicateRecord), [`UnknownRecord`](Error::UnknownRecord),
        /// [`RecordOfAnotherPatient`](Error::RecordOfAnotherPatient), [`RecordErased`](Error::RecordErased),
        /// [`RecordEnteredInError`](Error::RecordEnteredInError), [`KindNotForRole`](Error::KindNotForRole),
        /// [`ProfileNeedsPrescription`](Error::ProfileNeedsPrescription), [`InboxFull`](Error::InboxFull),
        /// [`RequesterInboxFull`](Error::RequesterInboxFull), [`IdsExhausted`](Error::IdsExhausted).
        ///
        /// ## Events
        ///
        /// [`AccessRequested`](Event::AccessRequested).
        #[pallet::call_index(0)]
        #[pallet::weight(with_looking::<T>(T::WeightInfo::request(records.len() as u32), PRESCRIPTIONS_LOOKED_AT))]
        pub fn request(
            origin: OriginFor<T>,
            patient: MemberId,
            records: RequestRecords,
            purpose: Purpose,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let weight = T::WeightInfo::request(records.len() as u32);
            let looked_at = Self::do_request(&who, patient, records, purpose, None)?;
            Ok(Some(with_looking::<T>(weight, looked_at)).into())
        }

        /// Takes a request back.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the requester, or by staff for it, whatever its status: it only gives up what it asked for.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`UnknownRequest`](Error::UnknownRequest),
        /// [`NotPartyToRequest`](Error::NotPartyToRequest).
        ///
        /// ## Events
        ///
        /// [`RequestWithdrawn`](Event::RequestWithdrawn).
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::withdraw())]
        pub fn withdraw(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let requester = Self::acting(&who, StaffAct::Request)?;
            let waiting = Requests::<T>::get(request).ok_or(Error::<T>::UnknownRequest)?;
            ensure!(waiting.requester == requester.member.id, Error::<T>::NotPartyToRequest);

            Self::remove_request(request, &waiting);
            let staff = requester.staff_account();
            Self::deposit_event(Event::RequestWithdrawn { request, staff });
            Ok(())
        }

        /// Grants a professional records, in answer to a request or unasked.
        ///
        /// A grant replaces the one that the reader holds on the same record; an open reading window stays open, but
        /// not beyond the new grant's end. What is granted leaves the request; the rest of it goes on waiting.
        ///
        /// - `reader`: who may read.
        /// - `request`: the request that this answers.
        /// - `grants`: 1 to 32 records, each once, with the patient half sealed to the reader's current key.
        /// - `purpose`: what for; the request's, if there is one.
        /// - `duration`: how long the grant can be used, in milliseconds, from `GRANT_MIN` to `GRANT_MAX`.
        /// - `openings`: how often each record may be opened, from 1 to `OPENINGS_MAX`.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient whose records they are, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`UnknownReader`](Error::UnknownReader),
        /// [`EmergencyNeedsEmergencyConsent`](Error::EmergencyNeedsEmergencyConsent),
        /// [`DurationOutOfRange`](Error::DurationOutOfRange), [`OpeningsOutOfRange`](Error::OpeningsOutOfRange),
        /// [`NoRecords`](Error::NoRecords), [`DuplicateRecord`](Error::DuplicateRecord),
        /// [`UnknownRecord`](Error::UnknownRecord), [`RecordErased`](Error::RecordErased),
        /// [`KindNotForRole`](Error::KindNotForRole),
        /// [`ProfileNeedsPrescription`](Error::ProfileNeedsPrescription),
        /// [`KeyVersionNotCurrent`](Error::KeyVersionNotCurrent), [`UnknownRequest`](Error::UnknownRequest),
        /// [`NotPartyToRequest`](Error::NotPartyToRequest), [`RequestExpired`](Error::RequestExpired),
        /// [`PurposeDiffersFromRequest`](Error::PurposeDiffersFromRequest),
        /// [`RecordNotInRequest`](Error::RecordNotInRequest).
        ///
        /// ## Events
        ///
        /// [`AccessGranted`](Event::AccessGranted) for each record.
        #[pallet::call_index(2)]
        #[pallet::weight(with_looking::<T>(T::WeightInfo::grant(grants.len() as u32), PRESCRIPTIONS_LOOKED_AT))]
        pub fn grant(
            origin: OriginFor<T>,
            reader: MemberId,
            request: Option<RequestId>,
            grants: RecordGrants,
            purpose: Purpose,
            duration: Moment,
            openings: u32,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let now = T::Time::now();
            let weight = T::WeightInfo::grant(grants.len() as u32);
            let (actor, patient, looked_at) = Self::check_grant(&who, reader, &grants, purpose, duration, openings)?;
            let answered = match request {
                Some(id) => Some((id, Self::check_answer(id, patient, reader, &grants, purpose, now)?)),
                None => None,
            };

            let asked = answered.as_ref().and_then(|(_, waiting)| waiting.asked);
            if let Some((id, mut waiting)) = answered {
                waiting.records.retain(|record| !grants.iter().any(|grant| grant.record == *record));
                if waiting.records.is_empty() {
                    Self::remove_request(id, &waiting);
                } else {
                    Requests::<T>::insert(id, waiting);
                }
            }
            let expires_at = now.saturating_add(duration);
            for RecordGrant { record, seal } in grants {
                let grant = Grant {
                    seal,
                    purpose,
                    basis: GrantBasis::Consent,
                    granted_by: actor,
                    granted_at: now,
                    expires_at,
                    asked,
                    openings,
                    openings_left: openings,
                };
                Self::put_grant(record, reader, grant);
                Self::deposit_event(Event::AccessGranted { record, reader, purpose, expires_at, openings });
            }
            Ok(Some(with_looking::<T>(weight, looked_at)).into())
        }

        /// Denies a request, with all that is left of it.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the patient who was asked, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`UnknownRequest`](Error::UnknownRequest), [`NotPartyToRequest`](Error::NotPartyToRequest).
        ///
        /// ## Events
        ///
        /// [`RequestDenied`](Event::RequestDenied).
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::deny())]
        pub fn deny(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            let waiting = Requests::<T>::get(request).ok_or(Error::<T>::UnknownRequest)?;
            ensure!(Self::decides_for(&actor, waiting.patient), Error::<T>::NotPartyToRequest);

            Self::remove_request(request, &waiting);
            Self::deposit_event(Event::RequestDenied { request });
            Ok(())
        }

        /// Takes a grant back, whoever gave it; its reading window ends with it, at once.
        ///
        /// - `record`: a record of the caller.
        /// - `reader`: who shall read it no more.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the record's patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotThePatient`](Error::NotThePatient),
        /// [`NoGrant`](Error::NoGrant).
        ///
        /// ## Events
        ///
        /// [`GrantRevoked`](Event::GrantRevoked).
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::revoke())]
        pub fn revoke(origin: OriginFor<T>, record: RecordId, reader: MemberId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            let info = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?;
            ensure!(Self::decides_for(&actor, info.patient), Error::<T>::NotThePatient);
            ensure!(Grants::<T>::contains_key(record, reader), Error::<T>::NoGrant);

            Self::remove_grant(record, reader);
            Self::deposit_event(Event::GrantRevoked { record, reader });
            Ok(())
        }

        /// Gives a grant up; its reading window ends with it.
        ///
        /// - `record`: what the caller shall read no more.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the reader, or by staff for it whose scope includes reading, whatever its status: it only gives up
        /// what it had.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`ScopeTooNarrow`](Error::ScopeTooNarrow), [`NoGrant`](Error::NoGrant).
        ///
        /// ## Events
        ///
        /// [`GrantRelinquished`](Event::GrantRelinquished).
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::relinquish())]
        pub fn relinquish(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let acting = Self::acting_reader(&who, record)?;
            let reader = acting.member.id;
            ensure!(Grants::<T>::contains_key(record, reader), Error::<T>::NoGrant);

            Self::remove_grant(record, reader);
            let staff = acting.staff_account();
            Self::deposit_event(Event::GrantRelinquished { record, reader, staff });
            Ok(())
        }

        /// Opens a record: uses one opening of the caller's grant, writes the read log and starts a reading window
        /// of [`limits::READING_WINDOW`], which ends no later than the grant.
        ///
        /// - `record`: what to open.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the reader, an active professional, or by staff for it whose scope includes reading, or by a guardian
        /// of the patient whose scope includes reading. The window is for the account that signed.
        ///
        /// ## Errors
        ///
        /// In this order: [`NotAMember`](Error::NotAMember), [`ScopeTooNarrow`](Error::ScopeTooNarrow), [`NotAProfessional`](Error::NotAProfessional),
        /// [`NotActive`](Error::NotActive), [`UnknownRecord`](Error::UnknownRecord), [`NoGrant`](Error::NoGrant),
        /// [`GrantExpired`](Error::GrantExpired), [`CareRelationEnded`](Error::CareRelationEnded),
        /// [`SharingDoctorNotActive`](Error::SharingDoctorNotActive),
        /// [`StandingConsentEnded`](Error::StandingConsentEnded), [`GuardianshipEnded`](Error::GuardianshipEnded),
        /// [`RecordErased`](Error::RecordErased), [`KeyVersionNotCurrent`](Error::KeyVersionNotCurrent), [`WindowOpen`](Error::WindowOpen),
        /// [`NoOpeningsLeft`](Error::NoOpeningsLeft), [`IdsExhausted`](Error::IdsExhausted).
        ///
        /// ## Events
        ///
        /// [`RecordOpened`](Event::RecordOpened).
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::open())]
        pub fn open(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let (acting, info, mut grant) = Self::check_opening(&who, record)?;
            grant.openings_left = grant.openings_left.checked_sub(1).ok_or(Error::<T>::NoOpeningsLeft)?;
            let (patient, reader, staff) = (info.patient, acting.member.id, acting.staff_account());
            let Grant { purpose, basis, expires_at, .. } = grant;
            let (reading, opened_at, opened_in) =
                Self::log_reading(record, patient, reader, purpose, basis, staff.clone())?;

            let closes_at = opened_at.saturating_add(limits::READING_WINDOW).min(expires_at);
            Grants::<T>::insert(record, reader, grant);
            let window = ReadingWindow { opened_at, closes_at, opened_in, staff: staff.clone() };
            Windows::<T>::insert(record, reader, window);
            Self::deposit_event(Event::RecordOpened { reading, record, patient, reader, purpose, closes_at, staff });
            Ok(())
        }

        /// Ends the caller's reading window on a record. With no openings left, the grant goes too.
        ///
        /// - `record`: what was read.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the reader, or by staff for it whose scope includes reading, whatever its status: it only gives up
        /// what it had.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`ScopeTooNarrow`](Error::ScopeTooNarrow), [`NoWindow`](Error::NoWindow).
        ///
        /// ## Events
        ///
        /// [`WindowClosed`](Event::WindowClosed).
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::close())]
        pub fn close(origin: OriginFor<T>, record: RecordId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let acting = Self::acting_reader(&who, record)?;
            let reader = acting.member.id;
            let in_emergency = Self::remove_emergency_window(record, reader);
            let by_grant = Windows::<T>::take(record, reader).is_some();
            ensure!(by_grant || in_emergency, Error::<T>::NoWindow);

            if by_grant && Grants::<T>::get(record, reader).is_none_or(|grant| grant.openings_left == 0) {
                Self::remove_grant(record, reader);
            }
            let staff = acting.staff_account();
            Self::deposit_event(Event::WindowClosed { record, reader, staff });
            Ok(())
        }

        /// Shares the profile of a patient under care with a hospital, for treatment.
        ///
        /// The hospital's grant has [`limits::CARE_GRANT_OPENINGS`] openings, lasts [`limits::CARE_GRANT_LIFETIME`]
        /// but no longer than the doctor's own, and stands while the care relation lasts and the doctor may act.
        ///
        /// - `patient`: whose profile.
        /// - `hospital`: who may read it.
        /// - `profile`: which profile of the patient, its patient half sealed to the hospital's current key.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by an active doctor who has the patient under care and holds a grant on the profile that stands.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive), [`NotADoctor`](Error::NotADoctor),
        /// [`NotUnderCare`](Error::NotUnderCare), [`NotAHospital`](Error::NotAHospital),
        /// [`NoProfile`](Error::NoProfile), [`NoGrant`](Error::NoGrant), [`GrantExpired`](Error::GrantExpired),
        /// [`KeyVersionNotCurrent`](Error::KeyVersionNotCurrent), [`AlreadyGranted`](Error::AlreadyGranted).
        ///
        /// ## Events
        ///
        /// [`ProfileShared`](Event::ProfileShared).
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::share())]
        pub fn share(
            origin: OriginFor<T>,
            patient: MemberId,
            hospital: MemberId,
            profile: SealedProfile,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let now = T::Time::now();
            let SealedProfile { record, seal } = profile;
            let (doctor, own_expiry) = Self::check_share(&who, patient, hospital, &profile, now)?;

            Self::put_grant(
                record,
                hospital,
                Grant {
                    seal,
                    purpose: Purpose::Treatment,
                    basis: GrantBasis::Shared,
                    granted_by: doctor,
                    granted_at: now,
                    expires_at: now.saturating_add(limits::CARE_GRANT_LIFETIME).min(own_expiry),
                    asked: None,
                    openings: limits::CARE_GRANT_OPENINGS,
                    openings_left: limits::CARE_GRANT_OPENINGS,
                },
            );
            Self::deposit_event(Event::ProfileShared { record, doctor, hospital });
            Ok(())
        }

        /// Removes a request that has waited its time, which makes room in the patient's inbox.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by anyone.
        ///
        /// ## Errors
        ///
        /// [`UnknownRequest`](Error::UnknownRequest), [`RequestNotExpired`](Error::RequestNotExpired).
        ///
        /// ## Events
        ///
        /// [`RequestExpired`](Event::RequestExpired).
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::clear_expired())]
        pub fn clear_expired(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            ensure_signed(origin)?;
            let waiting = Requests::<T>::get(request).ok_or(Error::<T>::UnknownRequest)?;
            ensure!(T::Time::now() >= waiting.expires_at, Error::<T>::RequestNotExpired);

            Self::remove_request(request, &waiting);
            Self::deposit_event(Event::RequestExpired { request });
            Ok(())
        }

        /// Takes back what a reader holds of a patient's records: the standing consent, and up to
        /// [`REVOCATIONS_MAX`] grants with their windows. The event says whether some are left for another call.
        ///
        /// - `patient`: whose records; the caller, or whom it is a guardian of.
        /// - `reader`: who shall read them no more.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`NoGrant`](Error::NoGrant) if the reader holds nothing.
        ///
        /// ## Events
        ///
        /// [`StandingConsentRevoked`](Event::StandingConsentRevoked) if there was one,
        /// [`GrantRevoked`](Event::GrantRevoked) for each grant, [`ReaderRevoked`](Event::ReaderRevoked).
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::revoke_reader(REVOCATIONS_MAX))]
        pub fn revoke_reader(origin: OriginFor<T>, patient: MemberId, reader: MemberId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
            let held: alloc::vec::Vec<_> = GrantsByPatient::<T>::iter_key_prefix((patient, reader))
                .take(REVOCATIONS_MAX as usize)
                .map(RecordId::from)
                .collect();
            let standing = StandingConsents::<T>::take(patient, reader).is_some();
            ensure!(standing || !held.is_empty(), Error::<T>::NoGrant);

            if standing {
                Self::deposit_event(Event::StandingConsentRevoked { patient, reader });
            }
            for record in &held {
                Self::remove_grant(*record, reader);
                Self::deposit_event(Event::GrantRevoked { record: *record, reader });
            }
            let more = GrantsByPatient::<T>::iter_key_prefix((patient, reader)).next().is_some();
            Self::deposit_event(Event::ReaderRevoked { patient, reader, more });
            Ok(Some(T::WeightInfo::revoke_reader(held.len() as u32)).into())
        }

        /// Has authors seal new records to a reader from now on, or changes for which kinds and until when. What is
        /// granted that way rests on this consent and ends with it.
        ///
        /// - `patient`: whose records; the caller, or whom it is a guardian of.
        /// - `reader`: who receives seals.
        /// - `kinds`: of which kinds of record; a pharmacy's are prescriptions.
        /// - `purpose`: what for; anything but emergency treatment.
        /// - `until`: until when, in milliseconds, at most [`limits::STANDING_MAX`] ahead.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`UnknownReader`](Error::UnknownReader),
        /// [`NoKinds`](Error::NoKinds), [`KindNotForRole`](Error::KindNotForRole),
        /// [`EmergencyNeedsEmergencyConsent`](Error::EmergencyNeedsEmergencyConsent),
        /// [`EndOutOfRange`](Error::EndOutOfRange), [`TooManyStandingConsents`](Error::TooManyStandingConsents).
        ///
        /// ## Events
        ///
        /// [`StandingConsentGiven`](Event::StandingConsentGiven).
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::give_standing_consent())]
        pub fn give_standing_consent(
            origin: OriginFor<T>,
            patient: MemberId,
            reader: MemberId,
            kinds: RecordKinds,
            purpose: Purpose,
            until: Moment,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let consent = Self::check_standing(&who, patient, reader, kinds, purpose, until)?;
            StandingConsents::<T>::insert(patient, reader, consent);
            Self::deposit_event(Event::StandingConsentGiven { patient, reader, kinds, until });
            Ok(())
        }

        /// Takes a standing consent back. What was granted under it stands no more, at once.
        ///
        /// - `patient`: whose records; the caller, or whom it is a guardian of.
        /// - `reader`: who receives no more seals.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`NoStandingConsent`](Error::NoStandingConsent).
        ///
        /// ## Events
        ///
        /// [`StandingConsentRevoked`](Event::StandingConsentRevoked).
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::revoke_standing_consent())]
        pub fn revoke_standing_consent(origin: OriginFor<T>, patient: MemberId, reader: MemberId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
            ensure!(StandingConsents::<T>::take(patient, reader).is_some(), Error::<T>::NoStandingConsent);
            Self::deposit_event(Event::StandingConsentRevoked { patient, reader });
            Ok(())
        }

        /// Appoints another patient to act in the caller's name, or changes what it may do and until when. New records
        /// are sealed to it from now on; [`seal_to_guardian`](Pallet::seal_to_guardian) gives it earlier ones.
        ///
        /// - `guardian`: another active patient.
        /// - `scope`: what it may do.
        /// - `until`: until when, in milliseconds, at most [`limits::STANDING_MAX`] ahead.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`NotAPossibleGuardian`](Error::NotAPossibleGuardian),
        /// [`EmptyScope`](Error::EmptyScope), [`EndOutOfRange`](Error::EndOutOfRange),
        /// [`TooManyGuardians`](Error::TooManyGuardians).
        ///
        /// ## Events
        ///
        /// [`GuardianAppointed`](Event::GuardianAppointed).
        #[pallet::call_index(13)]
        #[pallet::weight(T::WeightInfo::appoint_guardian())]
        pub fn appoint_guardian(
            origin: OriginFor<T>,
            guardian: MemberId,
            scope: GuardianScope,
            until: Moment,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let (patient, guardianship) = Self::check_guardian(&who, guardian, scope, until)?;
            Self::put_guardianship(patient, guardian, guardianship);
            Ok(())
        }

        /// Ends a guardianship. What the guardian could open it cannot open any more, at once; what it granted to
        /// others stands until it is revoked.
        ///
        /// - `guardian`: who acts in the caller's name no more.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NoGuardianship`](Error::NoGuardianship).
        ///
        /// ## Events
        ///
        /// [`GuardianDismissed`](Event::GuardianDismissed).
        #[pallet::call_index(14)]
        #[pallet::weight(T::WeightInfo::dismiss_guardian())]
        pub fn dismiss_guardian(origin: OriginFor<T>, guardian: MemberId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let patient = Self::ensure_active(&who)?.id;
            Self::end_guardianship(patient, guardian)?;
            Self::deposit_event(Event::GuardianDismissed { patient, guardian });
            Ok(())
        }

        /// Gives a guardianship up.
        ///
        /// - `patient`: in whose name the caller acts no more.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the guardian, whatever its status: it only gives up what it had.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NoGuardianship`](Error::NoGuardianship).
        ///
        /// ## Events
        ///
        /// [`GuardianshipResigned`](Event::GuardianshipResigned).
        #[pallet::call_index(15)]
        #[pallet::weight(T::WeightInfo::resign_guardianship())]
        pub fn resign_guardianship(origin: OriginFor<T>, patient: MemberId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let guardian = T::Members::by_account(&who).ok_or(Error::<T>::NotAMember)?.id;
            Self::end_guardianship(patient, guardian)?;
            Self::deposit_event(Event::GuardianshipResigned { patient, guardian });
            Ok(())
        }

        /// Gives a guardian the patient halves of earlier records.
        ///
        /// - `guardian`: a guardian of the caller.
        /// - `grants`: 1 to 32 records of the caller, each once, sealed to the guardian's current key.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NoGuardianship`](Error::NoGuardianship), [`NotAPossibleGuardian`](Error::NotAPossibleGuardian),
        /// [`NoRecords`](Error::NoRecords), [`DuplicateRecord`](Error::DuplicateRecord),
        /// [`UnknownRecord`](Error::UnknownRecord), [`NotThePatient`](Error::NotThePatient),
        /// [`RecordErased`](Error::RecordErased), [`KeyVersionNotCurrent`](Error::KeyVersionNotCurrent).
        ///
        /// ## Events
        ///
        /// [`AccessGranted`](Event::AccessGranted) for each record.
        #[pallet::call_index(16)]
        #[pallet::weight(T::WeightInfo::seal_to_guardian(grants.len() as u32))]
        pub fn seal_to_guardian(origin: OriginFor<T>, guardian: MemberId, grants: RecordGrants) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let (patient, until) = Self::check_seals_to_guardian(&who, guardian, &grants)?;
            for RecordGrant { record, seal } in grants {
                let basis = GrantBasis::Guardianship;
                Self::put_beforehand(record, guardian, seal, Purpose::PatientRequest, basis, patient, until);
            }
            Ok(())
        }

        /// Consents that doctors open the patient's records in an emergency, as far as a capsule is lodged for each, or
        /// changes for which institutions.
        ///
        /// - `patient`: whose records; the caller, or whom it is a guardian of.
        /// - `institutions`: all, or 1 to 16 active hospitals, each once.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`NoInstitutions`](Error::NoInstitutions),
        /// [`DuplicateInstitution`](Error::DuplicateInstitution), [`UnknownInstitution`](Error::UnknownInstitution),
        /// [`CapsulesLeft`](Error::CapsulesLeft).
        ///
        /// ## Events
        ///
        /// [`EmergencyConsentGiven`](Event::EmergencyConsentGiven).
        #[pallet::call_index(32)]
        #[pallet::weight(T::WeightInfo::give_emergency_consent())]
        pub fn give_emergency_consent(
            origin: OriginFor<T>,
            patient: MemberId,
            institutions: EmergencyInstitutions,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let consent = Self::check_emergency_consent(&who, patient, institutions.clone())?;
            EmergencyConsents::<T>::insert(patient, consent);
            Self::deposit_event(Event::EmergencyConsentGiven { patient, institutions });
            Ok(())
        }

        /// Withdraws an emergency consent: windows that it opened end at once, and up to [`WITHDRAWALS_MAX`] of the
        /// capsules lodged under it are removed. The event says whether some are left for another call; they are of no
        /// use meanwhile.
        ///
        /// - `patient`: whose records; the caller, or whom it is a guardian of.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`NoEmergencyConsent`](Error::NoEmergencyConsent) if there is
        /// neither a consent nor a capsule left of one.
        ///
        /// ## Events
        ///
        /// [`EmergencyCapsuleRemoved`](Event::EmergencyCapsuleRemoved) for each capsule,
        /// [`EmergencyConsentRevoked`](Event::EmergencyConsentRevoked).
        #[pallet::call_index(33)]
        #[pallet::weight(T::WeightInfo::revoke_emergency_consent(WITHDRAWALS_MAX))]
        pub fn revoke_emergency_consent(origin: OriginFor<T>, patient: MemberId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let removed = Self::do_revoke_emergency_consent(&who, patient)?;
            Ok(Some(T::WeightInfo::revoke_emergency_consent(removed)).into())
        }

        /// Lodges emergency capsules for records of one patient, in the place of those lodged before. The vaults take
        /// what the chain names here.
        ///
        /// - `lodgings`: 1 to 32 records, each once, with the SHA-256 of its capsule.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, in its name by a guardian who decides, or by an active doctor for records that
        /// it anchored within [`AUTHOR_LODGES_WITHIN`], under the consent that stands, and for which nothing is lodged.
        /// Within that time, a single capsule that was withdrawn can be lodged by the author again; what went with a
        /// consent cannot.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive), [`NoRecords`](Error::NoRecords),
        /// [`DuplicateRecord`](Error::DuplicateRecord), [`UnknownRecord`](Error::UnknownRecord),
        /// [`RecordOfAnotherPatient`](Error::RecordOfAnotherPatient), [`KindNotForRole`](Error::KindNotForRole),
        /// [`RecordErased`](Error::RecordErased), [`NotThePatient`](Error::NotThePatient),
        /// [`AlreadyLodged`](Error::AlreadyLodged), [`NoEmergencyConsent`](Error::NoEmergencyConsent).
        ///
        /// ## Events
        ///
        /// [`EmergencyCapsuleLodged`](Event::EmergencyCapsuleLodged) for each record, before it
        /// [`EmergencyCapsuleRemoved`](Event::EmergencyCapsuleRemoved) for a capsule that it replaces.
        #[pallet::call_index(34)]
        #[pallet::weight(T::WeightInfo::lodge_emergency(lodgings.len() as u32))]
        pub fn lodge_emergency(origin: OriginFor<T>, lodgings: EmergencyLodgings) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            let records: alloc::vec::Vec<_> = lodgings.iter().map(|lodging| lodging.record).collect();
            Self::ensure_each_record_once(&records)?;
            let mut patient = None;
            for record in records {
                patient = Some(Self::check_lodging(&actor, record, patient)?);
            }
            let patient = patient.ok_or(Error::<T>::NoRecords)?;

            for EmergencyLodging { record, capsule } in lodgings {
                Self::put_capsule(patient, record, capsule, actor.id);
            }
            Ok(())
        }

        /// Withdraws the emergency capsules of records; the consent stands for others.
        ///
        /// - `records`: 1 to 32 records of one patient, each once, for which a capsule is lodged.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive), [`NoRecords`](Error::NoRecords),
        /// [`DuplicateRecord`](Error::DuplicateRecord), [`UnknownRecord`](Error::UnknownRecord),
        /// [`NotThePatient`](Error::NotThePatient), [`NoEmergencyCapsule`](Error::NoEmergencyCapsule).
        ///
        /// ## Events
        ///
        /// [`EmergencyCapsuleRemoved`](Event::EmergencyCapsuleRemoved) for each.
        #[pallet::call_index(35)]
        #[pallet::weight(T::WeightInfo::withdraw_emergency(records.len() as u32))]
        pub fn withdraw_emergency(origin: OriginFor<T>, records: RequestRecords) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            Self::ensure_each_record_once(&records)?;
            for record in records {
                let patient = T::Records::record(record).ok_or(Error::<T>::UnknownRecord)?.patient;
                ensure!(Self::decides_for(&actor, patient), Error::<T>::NotThePatient);
                ensure!(EmergencyCapsules::<T>::contains_key(record), Error::<T>::NoEmergencyCapsule);
                Self::remove_capsule(patient, record);
            }
            Ok(())
        }

        /// Opens a record in an emergency, without a grant, by the consent that its patient gave beforehand: writes the
        /// read log, starts a reading window of [`limits::READING_WINDOW`] in which the committee releases both halves,
        /// and waits for an administrator's review.
        ///
        /// - `record`: what to open; an emergency capsule is lodged for it.
        /// - `reason`: why.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by an active doctor, affiliated with one of the hospitals that the patient chose unless she chose
        /// all.
        ///
        /// ## Errors
        ///
        /// In this order: [`NotAMember`](Error::NotAMember), [`NotADoctor`](Error::NotADoctor),
        /// [`NotActive`](Error::NotActive), [`UnknownRecord`](Error::UnknownRecord),
        /// [`RecordErased`](Error::RecordErased), [`KindNotForRole`](Error::KindNotForRole),
        /// [`NoEmergencyConsent`](Error::NoEmergencyConsent), [`NotAffiliated`](Error::NotAffiliated),
        /// [`NoEmergencyCapsule`](Error::NoEmergencyCapsule), [`WindowOpen`](Error::WindowOpen),
        /// [`TooManyUnreviewed`](Error::TooManyUnreviewed), [`IdsExhausted`](Error::IdsExhausted).
        ///
        /// ## Events
        ///
        /// [`EmergencyOpened`](Event::EmergencyOpened).
        #[pallet::call_index(36)]
        #[pallet::weight(T::WeightInfo::open_emergency())]
        pub fn open_emergency(origin: OriginFor<T>, record: RecordId, reason: EmergencyReason) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let (doctor, info) = Self::check_emergency_opening(&who, record)?;
            Self::do_open_emergency(doctor.id, record, info.patient, reason)
        }

        /// Reviews an emergency opening. What was found stays in the read log; what follows from it, such as a
        /// suspension, is another act.
        ///
        /// - `reading`: the opening's entry of the read log.
        /// - `outcome`: what the administrator found.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by an administrator who did not make the opening.
        ///
        /// ## Errors
        ///
        /// [`NothingToReview`](Error::NothingToReview), [`OwnOpening`](Error::OwnOpening); `BadOrigin` for everyone else.
        ///
        /// ## Events
        ///
        /// [`EmergencyReviewed`](Event::EmergencyReviewed).
        #[pallet::call_index(37)]
        #[pallet::weight(T::WeightInfo::review_emergency())]
        pub fn review_emergency(origin: OriginFor<T>, reading: ReadingId, outcome: ReviewOutcome) -> DispatchResult {
            let administrator = T::AdminOrigin::ensure_origin(origin)?;
            Self::do_review_emergency(administrator, reading, outcome)
        }

        /// Asks a patient to read records, as [`request`](Pallet::request) does, and says how long and how often. The
        /// patient may grant less, and the grant then shows both.
        ///
        /// - `patient`, `records`, `purpose`: as for [`request`](Pallet::request).
        /// - `asked`: how long and how often, within the bounds of a grant.
        ///
        /// ## Dispatch origin
        ///
        /// As for [`request`](Pallet::request).
        ///
        /// ## Errors
        ///
        /// [`DurationOutOfRange`](Error::DurationOutOfRange), [`OpeningsOutOfRange`](Error::OpeningsOutOfRange), and
        /// those of [`request`](Pallet::request).
        ///
        /// ## Events
        ///
        /// [`AccessRequested`](Event::AccessRequested).
        #[pallet::call_index(38)]
        #[pallet::weight(with_looking::<T>(T::WeightInfo::request_for(records.len() as u32), PRESCRIPTIONS_LOOKED_AT))]
        pub fn request_for(
            origin: OriginFor<T>,
            patient: MemberId,
            records: RequestRecords,
            purpose: Purpose,
            asked: AskedTerms,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::ensure_terms_in_range(asked.duration, asked.openings)?;
            let weight = T::WeightInfo::request_for(records.len() as u32);
            let looked_at = Self::do_request(&who, patient, records, purpose, Some(asked))?;
            Ok(Some(with_looking::<T>(weight, looked_at)).into())
        }

        /// Registers a link, which shows records to whoever holds it, for a limited time and a limited number of
        /// times. What it shows, encrypted under the link's own key, is at the institution that hosts it.
        ///
        /// - `patient`: whose records; the caller, or whom it is a guardian of.
        /// - `commitment`: the hash of the link's secret.
        /// - `host`: the institution that hosts it, which alone opens it.
        /// - `records`: 1 to 32 records of the patient, in force or superseded, each once.
        /// - `duration`: how long it can be opened, in milliseconds, from `LINK_MIN` to `LINK_MAX`.
        /// - `openings`: how often, from 1 to `LINK_OPENINGS_MAX`.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotThePatient`](Error::NotThePatient), [`NotAnInstitution`](Error::NotAnInstitution),
        /// [`LinkDurationOutOfRange`](Error::LinkDurationOutOfRange),
        /// [`OpeningsOutOfRange`](Error::OpeningsOutOfRange), [`NoRecords`](Error::NoRecords),
        /// [`DuplicateRecord`](Error::DuplicateRecord), [`UnknownRecord`](Error::UnknownRecord),
        /// [`RecordOfAnotherPatient`](Error::RecordOfAnotherPatient), [`RecordErased`](Error::RecordErased),
        /// [`RecordEnteredInError`](Error::RecordEnteredInError), [`LinkTaken`](Error::LinkTaken),
        /// [`IdsExhausted`](Error::IdsExhausted).
        ///
        /// ## Events
        ///
        /// [`LinkRegistered`](Event::LinkRegistered).
        #[pallet::call_index(40)]
        #[pallet::weight(T::WeightInfo::register_link(records.len() as u32))]
        pub fn register_link(
            origin: OriginFor<T>,
            patient: MemberId,
            commitment: LinkCommitment,
            host: MemberId,
            records: LinkRecords,
            duration: Moment,
            openings: u32,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let link = Self::check_link(&who, patient, commitment, host, records, duration, openings)?;
            Self::put_link(link)
        }

        /// Takes a link back, at once.
        ///
        /// - `link`: a link that shows records of the caller, or of whom it is a guardian of.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the active patient, or in its name by a guardian who decides.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive), [`UnknownLink`](Error::UnknownLink),
        /// [`NotThePatient`](Error::NotThePatient), [`LinkRevoked`](Error::LinkRevoked).
        ///
        /// ## Events
        ///
        /// [`LinkRevoked`](Event::LinkRevoked).
        #[pallet::call_index(41)]
        #[pallet::weight(T::WeightInfo::revoke_link())]
        pub fn revoke_link(origin: OriginFor<T>, link: LinkId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let actor = Self::ensure_active(&who)?;
            let mut entry = Links::<T>::get(link).ok_or(Error::<T>::UnknownLink)?;
            ensure!(Self::decides_for(&actor, entry.patient), Error::<T>::NotThePatient);
            ensure!(entry.revoked_at.is_none(), Error::<T>::LinkRevoked);

            let patient = entry.patient;
            entry.revoked_at = Some(T::Time::now());
            Links::<T>::insert(link, entry);
            Self::deposit_event(Event::LinkRevoked { link, patient });
            Ok(())
        }

        /// Opens a link for whoever holds it: uses one of its openings, writes the read log for each record that is not
        /// erased, and tells the patient. Once that is final, the caller shows what it hosts.
        ///
        /// - `link`: a link that the caller hosts.
        /// - `recipient`: the name that the holder stated, encrypted to the patient's current key.
        ///
        /// ## Dispatch origin
        ///
        /// Signed by the institution that hosts the link, active.
        ///
        /// ## Errors
        ///
        /// [`NotAMember`](Error::NotAMember), [`NotActive`](Error::NotActive),
        /// [`NotAnInstitution`](Error::NotAnInstitution), [`UnknownLink`](Error::UnknownLink),
        /// [`NotTheHost`](Error::NotTheHost), [`LinkRevoked`](Error::LinkRevoked),
        /// [`LinkExpired`](Error::LinkExpired), [`LinkExhausted`](Error::LinkExhausted),
        /// [`RecordErased`](Error::RecordErased) if nothing is left to show,
        /// [`UnknownPatient`](Error::UnknownPatient), [`RecipientKeyNotCurrent`](Error::RecipientKeyNotCurrent),
        /// [`IdsExhausted`](Error::IdsExhausted).
        ///
        /// ## Events
        ///
        /// [`LinkOpened`](Event::LinkOpened).
        #[pallet::call_index(42)]
        #[pallet::weight(T::WeightInfo::open_link(limits::LINK_RECORDS_MAX))]
        pub fn open_link(origin: OriginFor<T>, link: LinkId, recipient: SealedRecipient) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            let (entry, shown) = Self::check_link_opening(&who, link, &recipient)?;
            Self::write_link_opening(link, entry, &shown, recipient)?;
            Ok(Some(T::WeightInfo::open_link(shown.len() as u32)).into())
        }
    }

    impl<T: Config> Pallet<T> {
        /// Checks a request and writes it.
        fn do_request(
            who: &T::AccountId,
            patient: MemberId,
            records: RequestRecords,
            purpose: Purpose,
            asked: Option<AskedTerms>,
        ) -> Result<u32, DispatchError> {
            let (acting, looked_at) = Self::check_request(who, patient, &records, purpose)?;
            let (requester, staff) = (acting.member.id, acting.staff_account());
            let request = NextRequestId::<T>::get();
            let next = request.next().ok_or(Error::<T>::IdsExhausted)?;

            let requested_at = T::Time::now();
            let expires_at = requested_at.saturating_add(limits::REQUEST_LIFETIME);
            NextRequestId::<T>::put(next);

            Requests::<T>::insert(
                request,
                AccessRequest {
                    requester,
                    patient,
                    records,
                    purpose,
                    asked,
                    requested_at,
                    expires_at,
                    staff: staff.clone(),
                },
            );
            Expiries::<T>::insert(ending(expires_at), Expiring::Request(request), ());
            Inboxes::<T>::try_append(patient, request).map_err(|()| Error::<T>::InboxFull)?;
            ByRequester::<T>::insert(requester, OrderedKey::from(request), ());
            RequesterInboxCount::<T>::mutate(patient, requester, |count| count.saturating_inc());
            Self::deposit_event(Event::AccessRequested { request, patient, requester, purpose, staff });
            Ok(looked_at)
        }

        /// Writes an entry of the read log with its indexes; gives its number, and the moment and block of the opening.
        pub(super) fn log_reading(
            record: RecordId,
            patient: MemberId,
            reader: MemberId,
            purpose: Purpose,
            basis: GrantBasis,
            staff: Option<T::AccountId>,
        ) -> Result<(ReadingId, Moment, BlockNumberFor<T>), DispatchError> {
            let reading = NextReadingId::<T>::get();
            let next = reading.next().ok_or(Error::<T>::IdsExhausted)?;
            let opened_at = T::Time::now();
            let opened_in = frame_system::Pallet::<T>::block_number();
            NextReadingId::<T>::put(next);
            let entry = Reading { record, patient, reader, purpose, basis, opened_at, opened_in, staff };
            ReadLog::<T>::insert(reading, entry);
            LogByRecord::<T>::insert(record, NewestFirstKey::from(reading), ());
            LogByPatient::<T>::insert(patient, NewestFirstKey::from(reading), ());
            LogByReader::<T>::insert(reader, NewestFirstKey::from(reading), ());
            Ok((reading, opened_at, opened_in))
        }

        /// Removes a request with its indexes and counts.
        pub(super) fn remove_request(id: RequestId, request: &AccessRequest<T::AccountId>) {
            let AccessRequest { patient, requester, expires_at, .. } = *request;
            Requests::<T>::remove(id);
            Expiries::<T>::remove(ending(expires_at), Expiring::Request(id));
            Inboxes::<T>::mutate_exists(patient, |inbox| {
                let mut waiting = inbox.take().unwrap_or_default();
                waiting.retain(|request| *request != id);
                *inbox = (!waiting.is_empty()).then_some(waiting);
            });
            ByRequester::<T>::remove(requester, OrderedKey::from(id));
            RequesterInboxCount::<T>::mutate_exists(patient, requester, one_less);
        }

        /// Writes a grant, in the place of any other of the same record and reader. An open window does not outlast
        /// it.
        pub(super) fn put_grant(record: RecordId, reader: MemberId, grant: Grant) {
            let closes_by = grant.expires_at;
            if let Some(replaced) = Grants::<T>::get(record, reader) {
                Expiries::<T>::remove(ending(replaced.expires_at), Expiring::Grant(record, reader));
            }
            Expiries::<T>::insert(ending(closes_by), Expiring::Grant(record, reader), ());
            if let Some(info) = T::Records::record(record) {
                GrantsByPatient::<T>::insert((info.patient, reader, OrderedKey::from(record)), ());
            }
            Grants::<T>::insert(record, reader, grant);
            GrantsByReader::<T>::insert(reader, OrderedKey::from(record), ());
            if let Some(patient) = Self::patient_of_pharmacy_grant(record, reader) {
                PrescriptionGrants::<T>::insert((reader, patient, NewestFirstKey::from(record)), ());
            }
            Windows::<T>::mutate_exists(record, reader, |window| {
                if let Some(window) = window {
                    window.closes_at = window.closes_at.min(closes_by);
                }
            });
        }

        /// Removes a grant with its indexes and its window.
        pub(super) fn remove_grant(record: RecordId, reader: MemberId) {
            if let Some(grant) = Grants::<T>::take(record, reader) {
                Expiries::<T>::remove(ending(grant.expires_at), Expiring::Grant(record, reader));
            }
            if let Some(info) = T::Records::record(record) {
                GrantsByPatient::<T>::remove((info.patient, reader, OrderedKey::from(record)));
            }
            GrantsByReader::<T>::remove(reader, OrderedKey::from(record));
            Windows::<T>::remove(record, reader);
            if let Some(patient) = Self::patient_of_pharmacy_grant(record, reader) {
                PrescriptionGrants::<T>::remove((reader, patient, NewestFirstKey::from(record)));
            }
        }

        /// Writes a guardianship with its index.
        pub(super) fn put_guardianship(patient: MemberId, guardian: MemberId, guardianship: Guardianship) {
            let Guardianship { scope, until, .. } = guardianship;
            Guardianships::<T>::insert(patient, guardian, guardianship);
            Wards::<T>::insert(guardian, OrderedKey::from(patient), ());
            Self::deposit_event(Event::GuardianAppointed { patient, guardian, scope, until });
        }

        /// The patient, if the record is a prescription and the reader a pharmacy.
        pub(super) fn patient_of_pharmacy_grant(record: RecordId, reader: MemberId) -> Option<MemberId> {
            let info = T::Records::record(record).filter(|info| info.kind == RecordKind::Prescription)?;
            T::Members::by_id(reader).filter(|member| member.role == Role::Pharmacy)?;
            Some(info.patient)
        }
    }

    impl<T: Config> CareConsents for Pallet<T> {
        fn grant_profile_for_care(patient: MemberId, doctor: MemberId, profile: SealedProfile) -> DispatchResult {
            let SealedProfile { record, seal } = profile;
            let now = T::Time::now();
            let reader = T::Members::by_id(doctor).ok_or(Error::<T>::UnknownReader)?;
            ensure!(reader.is_active_as(Role::Doctor), Error::<T>::UnknownReader);
            ensure!(seal.key_version == reader.key_version, Error::<T>::KeyVersionNotCurrent);
            let info = Self::profile_of(patient, record)?;
            // The patient's own terms, while they last, count before what comes with care.
            let consented = Grants::<T>::get(record, doctor).is_some_and(|held| {
                matches!(held.basis, GrantBasis::Consent | GrantBasis::Standing)
                    && Self::is_usable(&info, &reader, &held, now)
            });
            if consented {
                return Ok(());
            }

            let expires_at = now.saturating_add(limits::CARE_GRANT_LIFETIME);
            let (purpose, openings) = (Purpose::Treatment, limits::CARE_GRANT_OPENINGS);
            let grant = Grant {
                seal,
                purpose,
                basis: GrantBasis::Care,
                granted_by: patient,
                granted_at: now,
                expires_at,
                asked: None,
                openings,
                openings_left: openings,
            };
            Self::put_grant(record, doctor, grant);
            Self::deposit_event(Event::AccessGranted { record, reader: doctor, purpose, expires_at, openings });
            Ok(())
        }

        #[cfg(feature = "runtime-benchmarks")]
        fn benchmark_profile(patient: MemberId) -> RecordId {
            T::Records::benchmark_anchor(patient, patient, RecordKind::Profile)
        }
    }
}

/// Counts down, and to absence instead of zero.
fn one_less(count: &mut Option<u32>) {
    *count = count.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
}

/// A call's weight with that of looking for a prescription at so many of a pharmacy's grants.
fn with_looking<T: Config>(weight: Weight, looked_at: u32) -> Weight {
    weight.saturating_add(T::WeightInfo::look_for_prescription(looked_at))
}

/// The key under which what ends at a moment is queued.
fn ending(at: Moment) -> OrderedKey {
    OrderedKey(at.to_be_bytes())
}
