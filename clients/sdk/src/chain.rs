//! The chain's calls and events, and how its transactions are made.
//!
//! The calls are generated from `metadata.scale`, the metadata of the runtime of the same release; where they name types
//! of `medchain-primitives`, they take those.

pub use subxt::tx::Payload;

use crate::statement::{DependantConsent, MoveConsent, StaffConsent, Voucher};
use codec::{Decode, Encode};
use medchain_primitives::*;
use medchain_runtime_api::DetailsView;
use subxt::{
    config::{substrate::SubstrateHeader, Config, DefaultTransactionExtensions},
    utils::{AccountId32, MultiAddress, MultiSignature, Static},
};

/// How MedChain's transactions are made: a standard Substrate chain. `CheckQuota` carries no data, so that subxt passes
/// over it.
#[derive(Clone, Debug, Default)]
pub struct ChainConfig;

impl Config for ChainConfig {
    type AccountId = AccountId32;
    type Address = MultiAddress<AccountId32, ()>;
    type Signature = MultiSignature;
    type Hasher = subxt::config::substrate::BlakeTwo256;
    type Header = SubstrateHeader<subxt::utils::H256>;
    type TransactionExtensions = DefaultTransactionExtensions<Self>;
    type AssetId = u32;
}

/// Generated from the runtime's metadata. A call whose arguments the chain's runtime takes in another shape is refused
/// before it is signed.
#[allow(missing_docs, clippy::all)]
#[subxt::subxt(
    runtime_metadata_path = "metadata.scale",
    substitute_type(
        path = "medchain_primitives::ids::MemberId",
        with = "::subxt::utils::Static<::medchain_primitives::MemberId>"
    ),
    substitute_type(
        path = "medchain_primitives::ids::RecordId",
        with = "::subxt::utils::Static<::medchain_primitives::RecordId>"
    ),
    substitute_type(
        path = "medchain_primitives::ids::AppointmentId",
        with = "::subxt::utils::Static<::medchain_primitives::AppointmentId>"
    ),
    substitute_type(
        path = "medchain_primitives::ids::RequestId",
        with = "::subxt::utils::Static<::medchain_primitives::RequestId>"
    ),
    substitute_type(
        path = "medchain_primitives::ids::ReadingId",
        with = "::subxt::utils::Static<::medchain_primitives::ReadingId>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::Role",
        with = "::subxt::utils::Static<::medchain_primitives::Role>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::Status",
        with = "::subxt::utils::Static<::medchain_primitives::Status>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::RecordKind",
        with = "::subxt::utils::Static<::medchain_primitives::RecordKind>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::RecordStatus",
        with = "::subxt::utils::Static<::medchain_primitives::RecordStatus>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::Purpose",
        with = "::subxt::utils::Static<::medchain_primitives::Purpose>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::AppointmentStatus",
        with = "::subxt::utils::Static<::medchain_primitives::AppointmentStatus>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::GrantBasis",
        with = "::subxt::utils::Static<::medchain_primitives::GrantBasis>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::VettingReason",
        with = "::subxt::utils::Static<::medchain_primitives::VettingReason>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::AppointmentReason",
        with = "::subxt::utils::Static<::medchain_primitives::AppointmentReason>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::EncryptionKey",
        with = "::subxt::utils::Static<::medchain_primitives::EncryptionKey>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::ContentRoot",
        with = "::subxt::utils::Static<::medchain_primitives::ContentRoot>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::EnvelopeHash",
        with = "::subxt::utils::Static<::medchain_primitives::EnvelopeHash>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::Seal",
        with = "::subxt::utils::Static<::medchain_primitives::Seal>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::CommitteePoint",
        with = "::subxt::utils::Static<::medchain_primitives::CommitteePoint>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::VersionedSeal",
        with = "::subxt::utils::Static<::medchain_primitives::VersionedSeal>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::SealedProfile",
        with = "::subxt::utils::Static<::medchain_primitives::SealedProfile>"
    ),
    substitute_type(
        path = "sp_runtime::MultiSignature",
        with = "::subxt::utils::Static<::subxt::utils::MultiSignature>"
    ),
    substitute_type(
        path = "pallet_registry::types::Voucher<A, S>",
        with = "::subxt::utils::Static<crate::statement::Voucher>"
    ),
    substitute_type(
        path = "pallet_appointments::types::Schedule",
        with = "::subxt::utils::Static<crate::chain::Schedule>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::RetractionReason",
        with = "::subxt::utils::Static<::medchain_primitives::RetractionReason>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::DisputeReason",
        with = "::subxt::utils::Static<::medchain_primitives::DisputeReason>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::RecordKinds",
        with = "::subxt::utils::Static<::medchain_primitives::RecordKinds>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::GuardianScope",
        with = "::subxt::utils::Static<::medchain_primitives::GuardianScope>"
    ),
    substitute_type(path = "pallet_quotas::types::Quota", with = "::subxt::utils::Static<crate::chain::Quota>"),
    substitute_type(path = "pallet_quotas::types::Lanes", with = "::subxt::utils::Static<crate::chain::Lanes>"),
    substitute_type(
        path = "medchain_primitives::ids::LinkId",
        with = "::subxt::utils::Static<::medchain_primitives::LinkId>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::LinkCommitment",
        with = "::subxt::utils::Static<::medchain_primitives::LinkCommitment>"
    ),
    substitute_type(
        path = "pallet_access::types::SealedRecipient",
        with = "::subxt::utils::Static<crate::chain::SealedRecipient>"
    ),
    substitute_type(path = "pallet_reports::types::Document", with = "::subxt::utils::Static<crate::chain::Anchor>"),
    substitute_type(
        path = "pallet_reports::types::NewRecord",
        with = "::subxt::utils::Static<crate::chain::NewAnchor>"
    ),
    substitute_type(
        path = "pallet_reports::types::ResealedRecord",
        with = "::subxt::utils::Static<crate::chain::ResealedRecord>"
    ),
    substitute_type(
        path = "pallet_registry::types::GuardianWithCopy",
        with = "::subxt::utils::Static<crate::chain::GuardianWithCopy>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::StaffScope",
        with = "::subxt::utils::Static<::medchain_primitives::StaffScope>"
    ),
    substitute_type(
        path = "medchain_primitives::keys::EmergencyCapsuleHash",
        with = "::subxt::utils::Static<::medchain_primitives::EmergencyCapsuleHash>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::EmergencyReason",
        with = "::subxt::utils::Static<::medchain_primitives::EmergencyReason>"
    ),
    substitute_type(
        path = "medchain_primitives::terms::ReviewOutcome",
        with = "::subxt::utils::Static<::medchain_primitives::ReviewOutcome>"
    ),
    substitute_type(
        path = "pallet_access::types::EmergencyInstitutions",
        with = "::subxt::utils::Static<crate::chain::EmergencyInstitutions>"
    ),
    substitute_type(
        path = "pallet_access::types::EmergencyLodging",
        with = "::subxt::utils::Static<crate::chain::EmergencyLodging>"
    ),
    substitute_type(path = "pallet_registry::types::Details", with = "::subxt::utils::Static<crate::chain::Details>"),
    substitute_type(
        path = "pallet_access::types::RecordGrant",
        with = "::subxt::utils::Static<crate::chain::RecordGrant>"
    )
)]
mod api {}

/// Public details of a professional, in UTF-8; at most `limits::DETAIL_MAX` bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Details {
    /// Name of the person or institution.
    pub name: String,
    /// Licence number.
    pub licence: String,
    /// Who issued the licence.
    pub issuer: String,
    /// A doctor's specialization, or the kind of institution; may be empty.
    pub speciality: String,
    /// Postal address; may be empty.
    pub address: String,
}

impl From<DetailsView> for Details {
    fn from(DetailsView { name, licence, issuer, speciality, address }: DetailsView) -> Self {
        Self { name, licence, issuer, speciality, address }
    }
}

/// A name that the recipient of a link stated, encrypted to the patient.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SealedRecipient {
    /// The encrypted name.
    pub sealed: [u8; limits::SEALED_RECIPIENT as usize],
    /// The version of the patient's encryption key.
    pub key_version: KeyVersion,
}

/// When a doctor can be booked, in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Schedule {
    /// Weekly opening times; at most `limits::OPENING_TIMES_MAX`, and none means at any time.
    pub opening_times: Vec<OpeningTime>,
    /// Days off; at most `limits::DAYS_OFF_MAX`.
    pub days_off: Vec<DaysOff>,
}

/// A weekly opening time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OpeningTime {
    /// The day of the week: 0 is Monday, 6 Sunday.
    pub weekday: u8,
    /// The first quarter of an hour of the day, from 0.
    pub from: u8,
    /// The quarter of an hour of the day that is no longer in it, up to 96.
    pub until: u8,
}

/// Days off, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct DaysOff {
    /// The first, in days since 1 January 1970.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// The consent for one record, as a grant carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RecordGrant {
    /// The record.
    pub record: RecordId,
    /// The patient half, sealed to the reader's current key.
    pub seal: VersionedSeal,
}

/// For which institutions an emergency consent is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum EmergencyInstitutions {
    /// All: any doctor may open.
    All,
    /// These hospitals, at most `limits::EMERGENCY_INSTITUTIONS_MAX`, and the doctors affiliated with them.
    Chosen(Vec<MemberId>),
}

/// An emergency capsule to lodge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EmergencyLodging {
    /// The record.
    pub record: RecordId,
    /// The SHA-256 of its emergency capsule.
    pub capsule: EmergencyCapsuleHash,
}

/// A content as a record names it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Anchor {
    /// The content's root digest.
    pub content: ContentRoot,
    /// Bytes of ciphertext.
    pub size: u64,
    /// The envelope's SHA-256.
    pub envelope: EnvelopeHash,
    /// The version of the key that its owner's seal in the envelope is for.
    pub key_version: KeyVersion,
    /// Fills that a prescription allows; 0 for other kinds.
    pub fills: u8,
    /// Until when a prescription may be dispensed, in milliseconds; `None` for other kinds.
    pub valid_until: Option<Moment>,
    /// The patient half, sealed to each reader whom the patient named beforehand.
    pub seals: Vec<ReaderSeal>,
}

/// A record whose envelope is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ResealedRecord {
    /// The record.
    pub record: RecordId,
    /// The new envelope's SHA-256.
    pub envelope: EnvelopeHash,
}

/// A guardian that a member names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GuardianWithCopy {
    /// The guardian.
    pub guardian: MemberId,
    /// The member's encryption secret, sealed to it.
    pub copy: VersionedSeal,
}

/// One of the records of a call that anchors many.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewAnchor {
    /// Whose record it is.
    pub patient: MemberId,
    /// What it is.
    pub kind: RecordKind,
    /// The content.
    pub anchor: Anchor,
}

/// The classes of accounts that have a quota of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaClass {
    /// Not registered.
    Unknown,
    /// A professional that is not verified, rejected or suspended.
    Pending,
    /// An active patient of whom nobody knows anything but that it has registered.
    Newcomer,
    /// An active patient for whom an institution has vouched, or a professional has written.
    Patient,
    /// An active professional.
    Professional,
    /// Staff of an active hospital or pharmacy.
    Staff,
    /// Who vets professionals.
    Administrator,
    /// Who authors blocks.
    Validator,
    /// The consortium's governing body.
    Council,
}

impl QuotaClass {
    /// Every class.
    pub const ALL: &'static [Self] = &[
        Self::Unknown,
        Self::Pending,
        Self::Newcomer,
        Self::Patient,
        Self::Professional,
        Self::Staff,
        Self::Administrator,
        Self::Validator,
        Self::Council,
    ];

    /// The name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Patient => "patient",
            Self::Professional => "professional",
            Self::Staff => "staff",
            Self::Newcomer => "newcomer",
            Self::Administrator => "administrator",
            Self::Validator => "validator",
            Self::Council => "council",
        }
    }
}

/// What an account of a class may spend at once, and what flows back in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Quota {
    /// Most weight, in picoseconds.
    pub weight_max: u64,
    /// Weight that flows back in a block.
    pub weight_refill: u64,
    /// Most bytes.
    pub length_max: u32,
    /// Bytes that flow back in a block.
    pub length_refill: u32,
}

/// How many registrations a block takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Lanes {
    /// Of strangers with nobody's word.
    pub open: u32,
    /// Of strangers with a voucher.
    pub vouched: u32,
    /// Of those by one institution's word.
    pub vouched_per_institution: u32,
}

/// The calls, by pallet. Each is refused by the rules of the pallet, whose errors [`crate::Error::Dispatch`] words.
pub mod calls {
    use super::{
        api::{
            runtime_types::{
                bounded_collections::bounded_vec::BoundedVec, frame_system::pallet::Call as SystemCall,
                medchain_runtime::RuntimeCall, pallet_quotas::types::QuotaClass as Class,
                sp_weights::weight_v2::Weight,
            },
            tx,
        },
        *,
    };
    use subxt::{tx::Payload, utils::H256};

    /// Registers the signer.
    pub fn register(
        role: Role,
        username: &str,
        encryption_key: EncryptionKey,
        details: Option<Details>,
    ) -> impl Payload {
        let username = username.as_bytes().to_vec();
        tx().registry().register(Static(role), BoundedVec(username), Static(encryption_key), details.map(Static))
    }

    /// Registers the signer with the word of an institution.
    pub fn register_vouched(
        role: Role,
        username: &str,
        encryption_key: EncryptionKey,
        details: Option<Details>,
        voucher: Voucher,
    ) -> impl Payload {
        let username = BoundedVec(username.as_bytes().to_vec());
        let details = details.map(Static);
        tx().registry().register_vouched(Static(role), username, Static(encryption_key), details, Static(voucher))
    }

    /// Replaces the signer's encryption key.
    pub fn rotate_key(key: EncryptionKey) -> impl Payload {
        tx().registry().rotate_key(Static(key))
    }

    /// Moves the signer's membership to the account that consented, with a copy of its present secret.
    pub fn move_account(consent: MoveConsent, copy: Seal) -> impl Payload {
        let MoveConsent { to, encryption_key, expires_at, signature, .. } = consent;
        let (to, key) = (AccountId32(to), Static(encryption_key));
        tx().registry().move_account(to, key, expires_at, Static(signature), Static(copy))
    }

    /// Names who may recover the signer's account.
    pub fn name_guardians(guardians: Vec<GuardianWithCopy>, threshold: u32, wait: Moment) -> impl Payload {
        let guardians = BoundedVec(guardians.into_iter().map(Static).collect());
        tx().registry().name_guardians(guardians, threshold, wait)
    }

    /// A guardian gives a recovered member the copy of its earlier secret back.
    pub fn return_copy(member: MemberId, copy: VersionedSeal) -> impl Payload {
        tx().registry().return_copy(Static(member), Static(copy))
    }

    /// Adds a staff account that consented, with a copy of the institution's secret of a version.
    pub fn add_staff(consent: StaffConsent, scope: StaffScope, copy: Seal, of_version: KeyVersion) -> impl Payload {
        let StaffConsent { account, encryption_key, expires_at, signature, .. } = consent;
        let (account, key, signature) = (AccountId32(account), Static(encryption_key), Static(signature));
        tx().registry().add_staff(account, Static(scope), key, Static(copy), of_version, expires_at, signature)
    }

    /// Removes a staff account, or leaves as one.
    pub fn remove_staff(account: [u8; 32]) -> impl Payload {
        tx().registry().remove_staff(AccountId32(account))
    }

    /// Seals the institution's secret of a version to staff anew.
    pub fn reseal_staff(copies: Vec<([u8; 32], Seal)>, of_version: KeyVersion) -> impl Payload {
        let copies = copies.into_iter().map(|(account, copy)| (AccountId32(account), Static(copy))).collect();
        tx().registry().reseal_staff(BoundedVec(copies), of_version)
    }

    /// Registers a dependant whose account consented.
    pub fn register_dependant(username: &str, consent: DependantConsent, voucher: Voucher) -> impl Payload {
        let DependantConsent { account, encryption_key, expires_at, signature, .. } = consent;
        let username = BoundedVec(username.as_bytes().to_vec());
        let (account, key, signature) = (AccountId32(account), Static(encryption_key), Static(signature));
        tx().registry().register_dependant(account, username, key, Static(voucher), expires_at, signature)
    }

    /// Hands a dependant over to the account that consented, with a copy of its present secret.
    pub fn hand_over(consent: MoveConsent, copy: Seal) -> impl Payload {
        let MoveConsent { member, to, encryption_key, expires_at, signature } = consent;
        let (to, key) = (AccountId32(to), Static(encryption_key));
        tx().registry().hand_over(Static(member), to, key, expires_at, Static(signature), Static(copy))
    }

    /// Offers a doctor an affiliation.
    pub fn offer_affiliation(doctor: MemberId) -> impl Payload {
        tx().registry().offer_affiliation(Static(doctor))
    }

    /// Accepts the affiliation that a hospital offered.
    pub fn accept_affiliation(hospital: MemberId) -> impl Payload {
        tx().registry().accept_affiliation(Static(hospital))
    }

    /// Ends an affiliation with a doctor or hospital.
    pub fn end_affiliation(other: MemberId) -> impl Payload {
        tx().registry().end_affiliation(Static(other))
    }

    /// Replaces the envelopes of records of the signer.
    pub fn reseal(records: Vec<ResealedRecord>, key_version: KeyVersion) -> impl Payload {
        tx().reports().reseal(BoundedVec(records.into_iter().map(Static).collect()), key_version)
    }

    /// A guardian proposes to move a member to the account that consented.
    pub fn propose_recovery(consent: MoveConsent) -> impl Payload {
        let MoveConsent { member, to, encryption_key, expires_at, signature } = consent;
        let (to, key) = (AccountId32(to), Static(encryption_key));
        tx().registry().propose_recovery(Static(member), to, key, expires_at, Static(signature))
    }

    /// A guardian agrees to what another has proposed.
    pub fn approve_recovery(member: MemberId, proposer: MemberId, to: [u8; 32], key: EncryptionKey) -> impl Payload {
        tx().registry().approve_recovery(Static(member), Static(proposer), AccountId32(to), Static(key))
    }

    /// The member objects to every recovery of its account.
    pub fn object_to_recovery() -> impl Payload {
        tx().registry().object_to_recovery()
    }

    /// A guardian carries a recovery out.
    pub fn complete_recovery(member: MemberId, proposer: MemberId) -> impl Payload {
        tx().registry().complete_recovery(Static(member), Static(proposer))
    }

    /// Changes the details of a professional who is not verified.
    pub fn update_details(details: Details) -> impl Payload {
        tx().registry().update_details(Static(details))
    }

    /// Publishes the encryption key of an administrator.
    pub fn publish_administrator_key(key: EncryptionKey) -> impl Payload {
        tx().registry().publish_administrator_key(Static(key))
    }

    /// Verifies a professional as it was looked at: with these details, and this certificate.
    pub fn verify(member: MemberId, certificate: RecordId, details: Details) -> impl Payload {
        tx().registry().verify(Static(member), Static(certificate), Static(details))
    }

    /// Rejects a professional.
    pub fn reject(member: MemberId, reason: VettingReason) -> impl Payload {
        tx().registry().reject(Static(member), Static(reason))
    }

    /// Suspends a professional.
    pub fn suspend(member: MemberId, reason: VettingReason) -> impl Payload {
        tx().registry().suspend(Static(member), Static(reason))
    }

    /// Reinstates a suspended professional.
    pub fn reinstate(member: MemberId) -> impl Payload {
        tx().registry().reinstate(Static(member))
    }

    /// A rejected professional applies again.
    pub fn apply_again() -> impl Payload {
        tx().registry().apply_again()
    }

    /// Requests an appointment.
    pub fn request_appointment(
        doctor: MemberId,
        start: Moment,
        end: Moment,
        profile: Option<SealedProfile>,
        note: Vec<u8>,
    ) -> impl Payload {
        tx().appointments().request(Static(doctor), start, end, profile.map(Static), BoundedVec(note))
    }

    /// The doctor accepts an appointment.
    pub fn accept_appointment(id: AppointmentId) -> impl Payload {
        tx().appointments().accept(Static(id))
    }

    /// The doctor declines an appointment.
    pub fn decline_appointment(id: AppointmentId, reason: AppointmentReason) -> impl Payload {
        tx().appointments().decline(Static(id), Static(reason))
    }

    /// Either side calls an appointment off.
    pub fn cancel_appointment(id: AppointmentId, reason: AppointmentReason) -> impl Payload {
        tx().appointments().cancel(Static(id), Static(reason))
    }

    /// The doctor notes that an appointment took place.
    pub fn complete_appointment(id: AppointmentId) -> impl Payload {
        tx().appointments().complete(Static(id))
    }

    /// The doctor notes that the patient did not come.
    pub fn mark_appointment_missed(id: AppointmentId) -> impl Payload {
        tx().appointments().mark_missed(Static(id))
    }

    /// The patient asks for another time.
    pub fn reschedule_appointment(id: AppointmentId, start: Moment, end: Moment, note: Vec<u8>) -> impl Payload {
        tx().appointments().reschedule(Static(id), start, end, BoundedVec(note))
    }

    /// The doctor says when it can be booked.
    pub fn set_schedule(schedule: Schedule) -> impl Payload {
        tx().appointments().set_schedule(Static(schedule))
    }

    /// The patient opens a care relation.
    pub fn open_care(doctor: MemberId, profile: Option<SealedProfile>) -> impl Payload {
        tx().appointments().open_care(Static(doctor), profile.map(Static))
    }

    /// The patient ends a care relation.
    pub fn end_care(doctor: MemberId) -> impl Payload {
        tx().appointments().end_care(Static(doctor))
    }

    /// Anchors a record.
    pub fn anchor(patient: MemberId, kind: RecordKind, anchor: Anchor) -> impl Payload {
        tx().reports().anchor(Static(patient), Static(kind), Static(anchor))
    }

    /// Anchors up to 32 records, all of them or none.
    pub fn anchor_batch(records: Vec<NewAnchor>) -> impl Payload {
        tx().reports().anchor_batch(BoundedVec(records.into_iter().map(Static).collect()))
    }

    /// Anchors an amendment of a record.
    pub fn amend(record: RecordId, anchor: Anchor) -> impl Payload {
        tx().reports().amend(Static(record), Static(anchor))
    }

    /// The author marks a record as entered in error.
    pub fn retract(record: RecordId, reason: RetractionReason) -> impl Payload {
        tx().reports().retract(Static(record), Static(reason))
    }

    /// A pharmacy dispenses a fill of a prescription.
    pub fn dispense(record: RecordId, fill: u8) -> impl Payload {
        tx().reports().dispense(Static(record), fill)
    }

    /// The author cancels what is not yet dispensed of a prescription.
    pub fn cancel_fills(record: RecordId) -> impl Payload {
        tx().reports().cancel_fills(Static(record))
    }

    /// The patient disputes a record.
    pub fn dispute(record: RecordId, reason: DisputeReason) -> impl Payload {
        tx().reports().dispute(Static(record), Static(reason))
    }

    /// The patient withdraws a dispute.
    pub fn withdraw_dispute(record: RecordId) -> impl Payload {
        tx().reports().withdraw_dispute(Static(record))
    }

    /// The patient erases a record.
    pub fn erase(record: RecordId) -> impl Payload {
        tx().reports().erase(Static(record))
    }

    /// Requests records of a patient.
    pub fn request_records(patient: MemberId, records: Vec<RecordId>, purpose: Purpose) -> impl Payload {
        tx().access().request(Static(patient), BoundedVec(records.into_iter().map(Static).collect()), Static(purpose))
    }

    /// Requests records of a patient, and says how long and how often to read them.
    pub fn request_records_for(
        patient: MemberId,
        records: Vec<RecordId>,
        purpose: Purpose,
        duration: Moment,
        openings: u32,
    ) -> impl Payload {
        let records = BoundedVec(records.into_iter().map(Static).collect());
        let asked = super::api::runtime_types::pallet_access::types::AskedTerms { duration, openings };
        tx().access().request_for(Static(patient), records, Static(purpose), asked)
    }

    /// The requester withdraws a request.
    pub fn withdraw_request(request: RequestId) -> impl Payload {
        tx().access().withdraw(Static(request))
    }

    /// Anyone removes a request that has waited its time.
    pub fn clear_expired(request: RequestId) -> impl Payload {
        tx().access().clear_expired(Static(request))
    }

    /// The patient grants records to a reader.
    pub fn grant(
        reader: MemberId,
        request: Option<RequestId>,
        grants: Vec<RecordGrant>,
        purpose: Purpose,
        duration: Moment,
        openings: u32,
    ) -> impl Payload {
        tx().access().grant(
            Static(reader),
            request.map(Static),
            BoundedVec(grants.into_iter().map(Static).collect()),
            Static(purpose),
            duration,
            openings,
        )
    }

    /// The patient denies a request.
    pub fn deny_request(request: RequestId) -> impl Payload {
        tx().access().deny(Static(request))
    }

    /// The patient revokes a grant.
    pub fn revoke(record: RecordId, reader: MemberId) -> impl Payload {
        tx().access().revoke(Static(record), Static(reader))
    }

    /// Takes back what a reader holds of a patient's records, as much as one call takes.
    pub fn revoke_reader(patient: MemberId, reader: MemberId) -> impl Payload {
        tx().access().revoke_reader(Static(patient), Static(reader))
    }

    /// Gives a reader a standing consent.
    pub fn give_standing_consent(
        patient: MemberId,
        reader: MemberId,
        kinds: RecordKinds,
        purpose: Purpose,
        until: Moment,
    ) -> impl Payload {
        tx().access().give_standing_consent(Static(patient), Static(reader), Static(kinds), Static(purpose), until)
    }

    /// Takes a standing consent back.
    pub fn revoke_standing_consent(patient: MemberId, reader: MemberId) -> impl Payload {
        tx().access().revoke_standing_consent(Static(patient), Static(reader))
    }

    /// The patient appoints a guardian.
    pub fn appoint_guardian(guardian: MemberId, scope: GuardianScope, until: Moment) -> impl Payload {
        tx().access().appoint_guardian(Static(guardian), Static(scope), until)
    }

    /// The patient ends a guardianship.
    pub fn dismiss_guardian(guardian: MemberId) -> impl Payload {
        tx().access().dismiss_guardian(Static(guardian))
    }

    /// The guardian gives a guardianship up.
    pub fn resign_guardianship(patient: MemberId) -> impl Payload {
        tx().access().resign_guardianship(Static(patient))
    }

    /// The patient seals earlier records to a guardian.
    pub fn seal_to_guardian(guardian: MemberId, grants: Vec<RecordGrant>) -> impl Payload {
        tx().access().seal_to_guardian(Static(guardian), BoundedVec(grants.into_iter().map(Static).collect()))
    }

    /// Gives an emergency consent, or changes it.
    pub fn give_emergency_consent(patient: MemberId, institutions: EmergencyInstitutions) -> impl Payload {
        tx().access().give_emergency_consent(Static(patient), Static(institutions))
    }

    /// Withdraws an emergency consent, with as many capsules as one call takes.
    pub fn revoke_emergency_consent(patient: MemberId) -> impl Payload {
        tx().access().revoke_emergency_consent(Static(patient))
    }

    /// Lodges emergency capsules for records of one patient.
    pub fn lodge_emergency(lodgings: Vec<EmergencyLodging>) -> impl Payload {
        tx().access().lodge_emergency(BoundedVec(lodgings.into_iter().map(Static).collect()))
    }

    /// Withdraws the emergency capsules of records.
    pub fn withdraw_emergency(records: Vec<RecordId>) -> impl Payload {
        tx().access().withdraw_emergency(BoundedVec(records.into_iter().map(Static).collect()))
    }

    /// A doctor opens a record in an emergency.
    pub fn open_emergency(record: RecordId, reason: EmergencyReason) -> impl Payload {
        tx().access().open_emergency(Static(record), Static(reason))
    }

    /// An administrator reviews an emergency opening.
    pub fn review_emergency(reading: ReadingId, outcome: ReviewOutcome) -> impl Payload {
        tx().access().review_emergency(Static(reading), Static(outcome))
    }

    /// The reader gives a grant up.
    pub fn relinquish(record: RecordId) -> impl Payload {
        tx().access().relinquish(Static(record))
    }

    /// The reader opens a record.
    pub fn open(record: RecordId) -> impl Payload {
        tx().access().open(Static(record))
    }

    /// The reader closes its reading window.
    pub fn close(record: RecordId) -> impl Payload {
        tx().access().close(Static(record))
    }

    /// Registers a link.
    pub fn register_link(
        patient: MemberId,
        commitment: LinkCommitment,
        host: MemberId,
        records: Vec<RecordId>,
        duration: Moment,
        openings: u32,
    ) -> impl Payload {
        let records = BoundedVec(records.into_iter().map(Static).collect());
        let (patient, host) = (Static(patient), Static(host));
        tx().access().register_link(patient, Static(commitment), host, records, duration, openings)
    }

    /// The patient takes a link back.
    pub fn revoke_link(link: LinkId) -> impl Payload {
        tx().access().revoke_link(Static(link))
    }

    /// The institution that hosts a link opens it.
    pub fn open_link(link: LinkId, recipient: SealedRecipient) -> impl Payload {
        tx().access().open_link(Static(link), Static(recipient))
    }

    /// The doctor shares a patient's profile with a hospital.
    pub fn share(patient: MemberId, hospital: MemberId, profile: SealedProfile) -> impl Payload {
        tx().access().share(Static(patient), Static(hospital), Static(profile))
    }

    fn address(account: [u8; 32]) -> MultiAddress<AccountId32, ()> {
        MultiAddress::Id(AccountId32(account))
    }

    /// Votes on a motion of the council.
    pub fn vote(motion: [u8; 32], number: u32, approve: bool) -> impl Payload {
        tx().council().vote(H256(motion), number, approve)
    }

    /// Closes a motion whose call has at most this weight, in picoseconds, and length, in bytes.
    pub fn close_motion(motion: [u8; 32], number: u32, weight_max: u64, length_max: u32) -> impl Payload {
        let weight_max = Weight { ref_time: weight_max, proof_size: u64::MAX / 2 };
        tx().council().close(H256(motion), number, weight_max, length_max)
    }

    /// The council gives an account a seat.
    pub fn add_to_council(account: [u8; 32]) -> impl Payload {
        tx().council_members().add_member(address(account))
    }

    /// The council takes an account's seat away.
    pub fn remove_from_council(account: [u8; 32]) -> impl Payload {
        tx().council_members().remove_member(address(account))
    }

    /// The council gives one account's seat to another.
    pub fn swap_in_council(remove: [u8; 32], add: [u8; 32]) -> impl Payload {
        tx().council_members().swap_member(address(remove), address(add))
    }

    /// The council appoints an administrator.
    pub fn add_administrator(account: [u8; 32]) -> impl Payload {
        tx().administrators().add_member(address(account))
    }

    /// The council dismisses an administrator.
    pub fn remove_administrator(account: [u8; 32]) -> impl Payload {
        tx().administrators().remove_member(address(account))
    }

    /// The council appoints an administrator in another's place.
    pub fn swap_administrator(remove: [u8; 32], add: [u8; 32]) -> impl Payload {
        tx().administrators().swap_member(address(remove), address(add))
    }

    /// The council admits a validator.
    pub fn add_validator(account: [u8; 32]) -> impl Payload {
        tx().validators().add_member(address(account))
    }

    /// The council dismisses a validator.
    pub fn remove_validator(account: [u8; 32]) -> impl Payload {
        tx().validators().remove_member(address(account))
    }

    /// The council admits a validator in another's place.
    pub fn swap_validator(remove: [u8; 32], add: [u8; 32]) -> impl Payload {
        tx().validators().swap_member(address(remove), address(add))
    }

    /// A validator takes its session keys back, and so leaves.
    pub fn purge_session_keys() -> impl Payload {
        tx().session().purge_keys()
    }

    /// The council has the validators make fresh shares of the release key.
    pub fn refresh_shares() -> impl Payload {
        tx().rounds().begin()
    }

    /// The council has the release key replaced by another.
    pub fn renew_key() -> impl Payload {
        tx().rounds().renew()
    }

    /// The council gives up a replaced release key.
    pub fn retire_key(epoch: u32) -> impl Payload {
        tx().rounds().retire(epoch)
    }

    /// The council takes note of a validator's offences.
    pub fn acknowledge_offences(validator: [u8; 32]) -> impl Payload {
        tx().consortium().acknowledge_offences(AccountId32(validator))
    }

    /// The council authorises the runtime whose code has this hash.
    pub fn authorize_upgrade(code_hash: [u8; 32]) -> impl Payload {
        let call = SystemCall::authorize_upgrade { code_hash: H256(code_hash) };
        tx().consortium().enact(RuntimeCall::System(call))
    }

    /// Anybody applies the runtime that the council has authorised.
    pub fn apply_upgrade(code: Vec<u8>) -> impl Payload {
        tx().system().apply_authorized_upgrade(code)
    }

    fn full_name(pallet: &str, call: &str) -> (BoundedVec<u8>, BoundedVec<u8>) {
        (BoundedVec(pallet.as_bytes().to_vec()), BoundedVec(call.as_bytes().to_vec()))
    }

    /// The council stops a call.
    pub fn stop_call(pallet: &str, call: &str) -> impl Payload {
        tx().tx_pause().pause(full_name(pallet, call))
    }

    /// The council lifts the stop of a call.
    pub fn resume_call(pallet: &str, call: &str) -> impl Payload {
        tx().tx_pause().unpause(full_name(pallet, call))
    }

    /// The council sets the quota of a class, or with `None` puts the runtime's own back.
    pub fn set_quota(class: QuotaClass, quota: Option<Quota>) -> impl Payload {
        let class = match class {
            QuotaClass::Unknown => Class::Unknown,
            QuotaClass::Pending => Class::Pending,
            QuotaClass::Patient => Class::Patient,
            QuotaClass::Professional => Class::Professional,
            QuotaClass::Staff => Class::Staff,
            QuotaClass::Newcomer => Class::Newcomer,
            QuotaClass::Administrator => Class::Administrator,
            QuotaClass::Validator => Class::Validator,
            QuotaClass::Council => Class::Council,
        };
        tx().quotas().set_quota(class, quota.map(Static))
    }

    /// The council sets how many registrations a block takes, or with `None` puts the runtime's own lanes back.
    pub fn set_lanes(lanes: Option<Lanes>) -> impl Payload {
        tx().quotas().set_lanes(lanes.map(Static))
    }
}

/// The events that carry a number given by the chain.
pub mod events {
    use super::*;

    /// An event of a pallet, decoded by its own codec.
    pub trait Event: Decode {
        /// The pallet.
        const PALLET: &'static str;
        /// The event.
        const EVENT: &'static str;
    }

    macro_rules! event {
        ($(#[$doc:meta])* $name:ident of $pallet:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ }) => {
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Decode)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $type,)+
            }

            impl Event for $name {
                const PALLET: &'static str = $pallet;
                const EVENT: &'static str = stringify!($name);
            }
        };
    }

    event!(
        /// A member was registered.
        MemberRegistered of "Registry" {
            /// The new member's number.
            member: MemberId,
        }
    );
    event!(
        /// A member replaced its encryption key.
        KeyRotated of "Registry" {
            /// The member.
            member: MemberId,
            /// The version of the new key.
            key_version: KeyVersion,
        }
    );
    event!(
        /// An administrator's key was published.
        AdministratorKeyPublished of "Registry" {
            /// The administrator.
            administrator: [u8; 32],
            /// The version of the key.
            key_version: KeyVersion,
        }
    );
    event!(
        /// An appointment was requested.
        AppointmentRequested of "Appointments" {
            /// The new appointment's number.
            appointment: AppointmentId,
        }
    );
    event!(
        /// A record was anchored.
        RecordAnchored of "Reports" {
            /// The new record's number.
            record: RecordId,
        }
    );
    event!(
        /// A record was amended.
        RecordAmended of "Reports" {
            /// The new record's number.
            record: RecordId,
        }
    );
    event!(
        /// Records were requested.
        AccessRequested of "Access" {
            /// The new request's number.
            request: RequestId,
        }
    );
    event!(
        /// A record was granted.
        AccessGranted of "Access" {
            /// The record.
            record: RecordId,
            /// The reader.
            reader: MemberId,
            /// What for.
            purpose: Purpose,
            /// Until when, in milliseconds.
            expires_at: Moment,
            /// How many openings.
            openings: u32,
        }
    );
    event!(
        /// A record was opened.
        RecordOpened of "Access" {
            /// The number of the entry in the read log.
            reading: ReadingId,
            /// The record.
            record: RecordId,
            /// Whose record it is.
            patient: MemberId,
            /// Who opened it.
            reader: MemberId,
            /// What for.
            purpose: Purpose,
            /// The end of the reading window, in milliseconds.
            closes_at: Moment,
        }
    );
    event!(
        /// A record was opened in an emergency.
        EmergencyOpened of "Access" {
            /// The number of the entry in the read log.
            reading: ReadingId,
            /// The record.
            record: RecordId,
            /// Whose record it is.
            patient: MemberId,
            /// Who opened it.
            doctor: MemberId,
            /// Why.
            reason: EmergencyReason,
            /// The end of the reading window, in milliseconds.
            closes_at: Moment,
        }
    );
    event!(
        /// An emergency consent was withdrawn.
        EmergencyConsentRevoked of "Access" {
            /// Whose records they are.
            patient: MemberId,
            /// Whether capsules are left, for another call.
            more: bool,
        }
    );
    event!(
        /// What a reader held was taken back.
        ReaderRevoked of "Access" {
            /// Whose records they are.
            patient: MemberId,
            /// The reader.
            reader: MemberId,
            /// Whether some is left, for another call.
            more: bool,
        }
    );
    event!(
        /// A link was registered.
        LinkRegistered of "Access" {
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
        }
    );
    event!(
        /// A link was opened.
        LinkOpened of "Access" {
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
        }
    );
    event!(
        /// A profile was shared.
        ProfileShared of "Access" {
            /// The profile.
            record: RecordId,
        }
    );
    event!(
        /// A call was proposed to the council.
        Proposed of "Council" {
            /// Who proposed it.
            account: [u8; 32],
            /// The motion's number.
            proposal_index: u32,
            /// The call's hash.
            proposal_hash: [u8; 32],
            /// The votes asked for.
            threshold: u32,
        }
    );
    event!(
        /// A motion was carried and its call dispatched.
        Executed of "Council" {
            /// The call's hash.
            proposal_hash: [u8; 32],
            /// How the call went.
            result: std::result::Result<(), sp_runtime::DispatchError>,
        }
    );
}
