//! `medchain_*`: reads of the chain through the runtime API, and the access decision.
//!
//! Every method takes a block hash as its last parameter; without it, it answers for the best block. What does not exist
//! is `null`. All of them fail with 7001 when the runtime does not answer, 7002 for a block that is unknown or whose state
//! is pruned, and −32602 for parameters of the wrong type.

use crate::{
    rpc::{
        failure::{bad_parameter, runtime_failed, unknown_block},
        refusal::{Refusal, RefusalTexts},
        AccountId, ChainClient,
    },
    service::Hash,
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use medchain_primitives::*;
use medchain_runtime_api::*;
use medchain_vault::ContentRoot as Cid;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize};
use sp_api::ApiError;
use sp_blockchain::BlockStatus;
use sp_core::crypto::Ss58Codec;
use sp_runtime::DispatchError;
use std::{str::FromStr, sync::Arc};

/// Names a member: a number (or its decimal text) is the member's number, an SS58 address or 32 bytes in hexadecimal its
/// account, anything else its username.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Selector {
    /// A member's number.
    Number(u64),
    /// Its decimal text, an account, or a username.
    Text(String),
}

/// A number of a record, an appointment, a request or a reading: a JSON number or its decimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Selector::deserialize(deserializer) {
            Ok(Selector::Number(number)) => Ok(Self(number)),
            Ok(Selector::Text(text)) => {
                text.parse().map(Self).map_err(|_| D::Error::custom(format!("{text:?} is not a number")))
            }
            Err(_) => Err(D::Error::custom("expected a number that is not negative")),
        }
    }
}

/// Whose entries of the read log to list: exactly one of the three.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSelector {
    /// The readings of this record.
    record: Option<Id>,
    /// The readings of all records of this patient.
    patient: Option<Selector>,
    /// The readings by this reader.
    reader: Option<Selector>,
}

/// Whether the runtime would allow something, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether it would.
    pub allowed: bool,
    /// As what the account may read; only for readings that are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit: Option<ReadPermit>,
    /// Why not; only for what is not allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Refusal>,
}

/// Reads of MedChain's state.
///
/// Listings come in pages of at most 100 entries: `items`, and `next`, the cursor to give for the page after, `null` at
/// the end. A value that no list of names contains, or a member that does not exist, gives 7003 with a hint.
#[rpc(server)]
pub trait MedchainApi {
    /// The member that `member` names, or `null`.
    ///
    /// Example: `medchain_member("alice.lang")`, `medchain_member(1001)`, `medchain_member("5Grw…")`.
    /// Errors: 7001, 7002, 7003 (neither a number, an address nor a possible username).
    #[method(name = "medchain_member", blocking)]
    fn member(&self, member: Selector, at: Option<Hash>) -> RpcResult<Option<MemberView<AccountId>>>;

    /// A page of the members of a role and a status, in the order of their numbers.
    ///
    /// Example: `medchain_members("doctor", "active", null, 20)`.
    /// Errors: 7001, 7002, 7003 (unknown role or status).
    #[method(name = "medchain_members", blocking)]
    fn members(
        &self,
        role: String,
        status: String,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<MemberView<AccountId>, MemberId>>;

    /// The administrators with their encryption keys.
    ///
    /// Example: `medchain_administrators()`. Errors: 7001, 7002.
    #[method(name = "medchain_administrators", blocking)]
    fn administrators(&self, at: Option<Hash>) -> RpcResult<Vec<AdministratorView<AccountId>>>;

    /// The encryption keys of a member by version, the one in force last; `replacedAt` of that one is `null`.
    ///
    /// Example: `medchain_keys(1001)`. Errors: 7001, 7002, 7003.
    #[method(name = "medchain_keys", blocking)]
    fn keys(
        &self,
        member: Selector,
        cursor: Option<KeyVersion>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<KeyView, KeyVersion>>;

    /// The encryption keys that an administrator has published, as `medchain_keys`.
    ///
    /// Example: `medchain_administratorKeys("5Grw…")`. Errors: 7001, 7002, 7003.
    #[method(name = "medchain_administratorKeys", blocking)]
    fn administrator_keys(
        &self,
        administrator: Selector,
        cursor: Option<KeyVersion>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<KeyView, KeyVersion>>;

    /// Who may recover a member's account if its key is lost, and what they have proposed; `null` if it has named nobody.
    ///
    /// Example: `medchain_guardianship(1001)`. Errors: 7001, 7002, 7003.
    #[method(name = "medchain_guardianship", blocking)]
    fn guardianship(&self, member: Selector, at: Option<Hash>) -> RpcResult<Option<GuardianshipView<AccountId>>>;

    /// Who acts behind an account: the member itself, or the institution whose staff it is with the staff account's own
    /// entry; `null` for a stranger.
    ///
    /// Example: `medchain_acting("5Grw…")`. Errors: 7001, 7002.
    #[method(name = "medchain_acting", blocking)]
    fn acting(&self, account: Selector, at: Option<Hash>) -> RpcResult<Option<ActingView<AccountId>>>;

    /// A page of the staff accounts of an institution; the cursor is an account.
    ///
    /// Example: `medchain_staff(1003)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_staff", blocking)]
    fn staff(
        &self,
        institution: Selector,
        cursor: Option<Selector>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<StaffView<AccountId>, AccountId>>;

    /// A page of the copies of a member's earlier encryption secrets that are sealed to later keys of its own; the cursor is
    /// the version that a copy is of, and who gave it.
    ///
    /// Example: `medchain_ownCopies(1001)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_ownCopies", blocking)]
    fn own_copies(
        &self,
        member: Selector,
        cursor: Option<(KeyVersion, Id)>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<OwnCopyView, (KeyVersion, MemberId)>>;

    /// A page of the affiliations of a hospital, whose cursor is a doctor's number, or of a doctor, whose cursor is a
    /// hospital's; with those that are only offered, whose `acceptedAt` is `null`.
    ///
    /// Example: `medchain_affiliations(1003)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_affiliations", blocking)]
    fn affiliations(
        &self,
        member: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<AffiliationView, MemberId>>;

    /// An appointment, or `null`.
    ///
    /// Example: `medchain_appointment(1)`. Errors: 7001, 7002.
    #[method(name = "medchain_appointment", blocking)]
    fn appointment(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<AppointmentView>>;

    /// A page of the appointments of a patient or doctor, newest first.
    ///
    /// Example: `medchain_appointments(1001)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_appointments", blocking)]
    fn appointments(
        &self,
        member: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<AppointmentView, AppointmentId>>;

    /// A page of the appointments of a patient or doctor, newest first, that have a status, or start on a day such as
    /// `"2027-03-01"` (UTC), or both; `null` for any. One call looks through a thousand, so that a page may be short, and
    /// even empty, and still have a `next`.
    ///
    /// Example: `medchain_agenda("dr.noor", "accepted", "2027-03-01")`.
    /// Errors: 7001, 7002, 7003 (unknown member or status, no such day).
    #[method(name = "medchain_agenda", blocking)]
    fn agenda(
        &self,
        member: Selector,
        status: Option<String>,
        day: Option<String>,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<AppointmentView, AppointmentId>>;

    /// When a doctor can be booked, in UTC: weekly opening times in quarters of an hour of the day (none: at any time), and
    /// days off in days since 1 January 1970.
    ///
    /// Example: `medchain_schedule(1002)`. Errors: 7001, 7002, 7003.
    #[method(name = "medchain_schedule", blocking)]
    fn schedule(&self, doctor: Selector, at: Option<Hash>) -> RpcResult<ScheduleView>;

    /// A page of the care relations of a patient or doctor; the cursor is the other side's number.
    ///
    /// Example: `medchain_careRelations("dr.noor")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_careRelations", blocking)]
    fn care_relations(
        &self,
        member: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<CareView, MemberId>>;

    /// A record, or `null`.
    ///
    /// Example: `medchain_record(3)`. Errors: 7001, 7002.
    #[method(name = "medchain_record", blocking)]
    fn record(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<RecordView>>;

    /// A page of the records of a patient, or of a professional's certificates; of one kind or of all.
    ///
    /// Example: `medchain_records(1001, "report")`. Errors: 7001, 7002, 7003 (unknown member or kind).
    #[method(name = "medchain_records", blocking)]
    fn records(
        &self,
        member: Selector,
        kind: Option<String>,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<RecordView, RecordId>>;

    /// The record by which an author anchored a content (its CID, or its digest in hexadecimal), or `null`.
    ///
    /// Example: `medchain_anchoredBy(1002, "bafybei…")`. Errors: 7001, 7002, 7003 (unknown member, no CID).
    #[method(name = "medchain_anchoredBy", blocking)]
    fn anchored_by(&self, author: Selector, content: String, at: Option<Hash>) -> RpcResult<Option<RecordId>>;

    /// The fills of a prescription that were dispensed, in order; empty if there are none.
    ///
    /// Example: `medchain_dispensings(4)`. Errors: 7001, 7002.
    #[method(name = "medchain_dispensings", blocking)]
    fn dispensings(&self, record: Id, at: Option<Hash>) -> RpcResult<Vec<DispensingView<AccountId>>>;

    /// Who receives a seal when a record of this kind is anchored for this patient: the patient (in the envelope), and
    /// guardians and readers with a standing consent (anchored with the record).
    ///
    /// Example: `medchain_sealRecipients(1001, "report")`. Errors: 7001, 7002, 7003 (unknown member or kind).
    #[method(name = "medchain_sealRecipients", blocking)]
    fn seal_recipients(&self, patient: Selector, kind: String, at: Option<Hash>) -> RpcResult<Vec<SealRecipientView>>;

    /// The standing consents of a patient.
    ///
    /// Example: `medchain_standingConsents(1001)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_standingConsents", blocking)]
    fn standing_consents(&self, patient: Selector, at: Option<Hash>) -> RpcResult<Vec<StandingConsentView>>;

    /// The guardianships over a patient.
    ///
    /// Example: `medchain_guardians(1001)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_guardians", blocking)]
    fn guardians(&self, patient: Selector, at: Option<Hash>) -> RpcResult<Vec<GuardianView>>;

    /// A page of the guardianships of a guardian; the cursor is the patient's number.
    ///
    /// Example: `medchain_wards("greta")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_wards", blocking)]
    fn wards(
        &self,
        guardian: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GuardianView, MemberId>>;

    /// A request, or `null`.
    ///
    /// Example: `medchain_request(1)`. Errors: 7001, 7002.
    #[method(name = "medchain_request", blocking)]
    fn request(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<RequestView<AccountId>>>;

    /// A page of the requests that wait in a patient's inbox.
    ///
    /// Example: `medchain_inbox(1001)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_inbox", blocking)]
    fn inbox(
        &self,
        patient: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<RequestView<AccountId>, RequestId>>;

    /// A page of the requests that a member has made and that still wait.
    ///
    /// Example: `medchain_requestsBy("dr.noor")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_requestsBy", blocking)]
    fn requests_by(
        &self,
        requester: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<RequestView<AccountId>, RequestId>>;

    /// The grant of a record to a reader with its reading window, or `null`.
    ///
    /// Example: `medchain_grant(3, "dr.noor")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_grant", blocking)]
    fn grant(&self, record: Id, reader: Selector, at: Option<Hash>) -> RpcResult<Option<GrantView>>;

    /// A page of the grants of a record; the cursor is the reader's number.
    ///
    /// Example: `medchain_grantsOfRecord(3)`. Errors: 7001, 7002.
    #[method(name = "medchain_grantsOfRecord", blocking)]
    fn grants_of_record(
        &self,
        record: Id,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GrantView, MemberId>>;

    /// A page of the grants that a reader holds; the cursor is the record's number.
    ///
    /// Example: `medchain_grantsOfReader("dr.noor")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_grantsOfReader", blocking)]
    fn grants_of_reader(
        &self,
        reader: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GrantView, RecordId>>;

    /// A page of the grants on a patient's records, reader by reader; the cursor is a pair of reader and record.
    ///
    /// Example: `medchain_grantsOfPatient(1001, [1002, 3], 20)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_grantsOfPatient", blocking)]
    fn grants_of_patient(
        &self,
        patient: Selector,
        cursor: Option<(Id, Id)>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GrantView, (MemberId, RecordId)>>;

    /// A page of the read log of a record, a patient or a reader, newest first.
    ///
    /// Example: `medchain_readLog({"patient": 1001})`. Errors: 7001, 7002, 7003 (not exactly one, unknown member).
    #[method(name = "medchain_readLog", blocking)]
    fn read_log(
        &self,
        of: LogSelector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<ReadingView<AccountId>, ReadingId>>;

    /// Whether an account could request these records of a patient with this purpose.
    ///
    /// Example: `medchain_mayRequest("dr.noor", 1001, [3], "TREAT")` gives `{"allowed": true}` or
    /// `{"allowed": false, "reason": {"pallet", "error", "text"}}`.
    /// Errors: 7001, 7002, 7003 (unknown member or purpose, more than 32 records).
    #[method(name = "medchain_mayRequest", blocking)]
    fn may_request(
        &self,
        account: Selector,
        patient: Selector,
        records: Vec<Id>,
        purpose: String,
        at: Option<Hash>,
    ) -> RpcResult<Decision>;

    /// Whether an account could open a record: the checks of `access.open`.
    ///
    /// Example: `medchain_mayOpen("dr.noor", 3)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_mayOpen", blocking)]
    fn may_open(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision>;

    /// A patient's emergency consent, or `null`; its `institutions` are `null` for all.
    ///
    /// Example: `medchain_emergencyConsent(1001)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_emergencyConsent", blocking)]
    fn emergency_consent(&self, patient: Selector, at: Option<Hash>) -> RpcResult<Option<EmergencyConsentView>>;

    /// The emergency capsule lodged for a record, or `null`.
    ///
    /// Example: `medchain_emergencyCapsule(3)`. Errors: 7001, 7002.
    #[method(name = "medchain_emergencyCapsule", blocking)]
    fn emergency_capsule(&self, record: Id, at: Option<Hash>) -> RpcResult<Option<EmergencyCapsuleView>>;

    /// A page of the emergency openings that wait for an administrator's review, the oldest first; the cursor is the
    /// reading's number.
    ///
    /// Example: `medchain_emergencyReviews()`. Errors: 7001, 7002.
    #[method(name = "medchain_emergencyReviews", blocking)]
    fn emergency_reviews(
        &self,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<PendingReviewView, ReadingId>>;

    /// Whether an account could open a record in an emergency: the checks of `access.open_emergency`.
    ///
    /// Example: `medchain_mayOpenEmergency("dr.noor", 3)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_mayOpenEmergency", blocking)]
    fn may_open_emergency(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision>;

    /// Whether an account could lodge an emergency capsule for a record: the checks of `access.lodge_emergency`.
    ///
    /// Example: `medchain_mayLodgeEmergency(1001, 3)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_mayLodgeEmergency", blocking)]
    fn may_lodge_emergency(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision>;

    /// Whether nodes would serve a record to an account, and as what: `"owner"`, `"administrator"`, or `{"reader": …}` or
    /// `{"emergency": …}` with the end of its reading window.
    ///
    /// Example: `medchain_mayRead("dr.noor", 3)`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_mayRead", blocking)]
    fn may_read(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision>;

    /// A link, or `null`.
    ///
    /// Example: `medchain_link(1)`. Errors: 7001, 7002.
    #[method(name = "medchain_link", blocking)]
    fn link(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<LinkView>>;

    /// The link that is known by a commitment, the hash of its secret, or `null`.
    ///
    /// Example: `medchain_linkByCommitment("0x9c1f…")`. Errors: 7001, 7002.
    #[method(name = "medchain_linkByCommitment", blocking)]
    fn link_by_commitment(&self, commitment: LinkCommitment, at: Option<Hash>) -> RpcResult<Option<LinkView>>;

    /// A page of the links of a patient, newest first.
    ///
    /// Example: `medchain_links("alice.lang")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_links", blocking)]
    fn links(
        &self,
        patient: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<LinkView, LinkId>>;

    /// A page of the openings of a link, newest first; the cursor is the first of an opening's readings.
    ///
    /// Example: `medchain_linkOpenings(1)`. Errors: 7001, 7002.
    #[method(name = "medchain_linkOpenings", blocking)]
    fn link_openings(
        &self,
        link: Id,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<LinkOpeningView, ReadingId>>;

    /// The release committee of the key in force, to which records are encrypted, or `null`.
    ///
    /// Example: `medchain_committee()`. Errors: 7001, 7002.
    #[method(name = "medchain_committee", blocking)]
    fn committee(&self, at: Option<Hash>) -> RpcResult<Option<CommitteeView>>;

    /// The committees of keys that were replaced, in the order of their epochs: they release what was encrypted to them until
    /// it is carried over.
    ///
    /// Example: `medchain_earlierCommittees()`. Errors: 7001, 7002.
    #[method(name = "medchain_earlierCommittees", blocking)]
    fn earlier_committees(&self, at: Option<Hash>) -> RpcResult<Vec<CommitteeView>>;

    /// What an account may still spend.
    ///
    /// Example: `medchain_allowance("5Grw…")`. Errors: 7001, 7002, 7003 (unknown member).
    #[method(name = "medchain_allowance", blocking)]
    fn allowance(&self, account: Selector, at: Option<Hash>) -> RpcResult<AllowanceView>;
}

/// The methods' implementation.
pub struct Medchain<C> {
    client: Arc<C>,
    texts: RefusalTexts<C>,
}

impl<C: ChainClient> Medchain<C> {
    /// Over this client.
    pub fn new(client: Arc<C>) -> Self {
        Self { texts: RefusalTexts::new(client.clone()), client }
    }

    /// The block to ask about.
    fn block(&self, at: Option<Hash>) -> RpcResult<Hash> {
        let Some(at) = at else { return Ok(self.client.info().best_hash) };
        match self.client.status(at) {
            Ok(BlockStatus::InChain) => Ok(at),
            Ok(BlockStatus::Unknown) => Err(unknown_block("there is no such block")),
            Err(error) => Err(runtime_failed(ApiError::Application(error.into()))),
        }
    }

    /// Calls the runtime at a block.
    fn ask<T>(&self, at: Option<Hash>, call: impl FnOnce(&C::Api, Hash) -> Result<T, ApiError>) -> RpcResult<T> {
        let at = self.block(at)?;
        call(&self.client.runtime_api(), at).map_err(runtime_failed)
    }

    fn find(&self, at: Option<Hash>, selector: &Selector) -> RpcResult<Option<MemberView<AccountId>>> {
        let named = Named::of(selector)?;
        self.ask(at, |api, at| match named {
            Named::Id(id) => api.member_by_id(at, id),
            Named::Account(account) => api.member_by_account(at, account),
            Named::Username(name) => api.member_by_username(at, name),
        })
    }

    /// The number that a selector names; a number names itself, whether there is such a member or not.
    pub(super) fn member_id(&self, at: Option<Hash>, selector: &Selector) -> RpcResult<MemberId> {
        match Named::of(selector)? {
            Named::Id(id) => Ok(id),
            _ => self.find(at, selector)?.map(|member| member.id).ok_or_else(no_such_member),
        }
    }

    /// The account that a selector names; an account names itself, whether it is a member or not.
    fn account(&self, at: Option<Hash>, selector: &Selector) -> RpcResult<AccountId> {
        match Named::of(selector)? {
            Named::Account(account) => Ok(account),
            _ => self.find(at, selector)?.map(|member| member.account).ok_or_else(no_such_member),
        }
    }

    fn decision(
        &self,
        at: Option<Hash>,
        ask: impl FnOnce(&C::Api, Hash) -> Result<Result<Option<ReadPermit>, DispatchError>, ApiError>,
    ) -> RpcResult<Decision> {
        let at = self.block(at)?;
        Ok(match self.ask(Some(at), ask)? {
            Ok(permit) => Decision { allowed: true, permit, reason: None },
            Err(error) => Decision { allowed: false, permit: None, reason: Some(self.texts.explain(at, &error)?) },
        })
    }
}

impl<C: ChainClient> MedchainApiServer for Medchain<C> {
    fn member(&self, member: Selector, at: Option<Hash>) -> RpcResult<Option<MemberView<AccountId>>> {
        self.find(at, &member)
    }

    fn members(
        &self,
        role: String,
        status: String,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<MemberView<AccountId>, MemberId>> {
        let role = term("role", &role, Role::ALL, Role::name)?;
        let status = term("status", &status, Status::ALL, Status::name)?;
        self.ask(at, |api, at| api.members(at, role, status, cursor.map(|id| MemberId(id.0)), page(limit)))
    }

    fn administrators(&self, at: Option<Hash>) -> RpcResult<Vec<AdministratorView<AccountId>>> {
        self.ask(at, |api, at| api.administrators(at))
    }

    fn keys(
        &self,
        member: Selector,
        cursor: Option<KeyVersion>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<KeyView, KeyVersion>> {
        let member = self.member_id(at, &member)?;
        self.ask(at, |api, at| api.keys(at, member, cursor, page(limit)))
    }

    fn administrator_keys(
        &self,
        administrator: Selector,
        cursor: Option<KeyVersion>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<KeyView, KeyVersion>> {
        let administrator = self.account(at, &administrator)?;
        self.ask(at, |api, at| api.administrator_keys(at, administrator, cursor, page(limit)))
    }

    fn guardianship(&self, member: Selector, at: Option<Hash>) -> RpcResult<Option<GuardianshipView<AccountId>>> {
        let member = self.member_id(at, &member)?;
        self.ask(at, |api, at| api.guardianship(at, member))
    }

    fn acting(&self, account: Selector, at: Option<Hash>) -> RpcResult<Option<ActingView<AccountId>>> {
        let account = self.account(at, &account)?;
        self.ask(at, |api, at| api.acting(at, account))
    }

    fn staff(
        &self,
        institution: Selector,
        cursor: Option<Selector>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<StaffView<AccountId>, AccountId>> {
        let institution = self.member_id(at, &institution)?;
        let cursor = cursor.map(|cursor| self.account(at, &cursor)).transpose()?;
        self.ask(at, |api, at| api.staff(at, institution, cursor, page(limit)))
    }

    fn own_copies(
        &self,
        member: Selector,
        cursor: Option<(KeyVersion, Id)>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<OwnCopyView, (KeyVersion, MemberId)>> {
        let member = self.member_id(at, &member)?;
        let cursor = cursor.map(|(version, giver)| (version, MemberId(giver.0)));
        self.ask(at, |api, at| api.own_copies(at, member, cursor, page(limit)))
    }

    fn affiliations(
        &self,
        member: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<AffiliationView, MemberId>> {
        let member = self.member_id(at, &member)?;
        let cursor = cursor.map(|cursor| MemberId(cursor.0));
        self.ask(at, |api, at| api.affiliations(at, member, cursor, page(limit)))
    }

    fn appointment(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<AppointmentView>> {
        self.ask(at, |api, at| api.appointment(at, AppointmentId(id.0)))
    }

    fn appointments(
        &self,
        member: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<AppointmentView, AppointmentId>> {
        let member = self.member_id(at, &member)?;
        self.ask(at, |api, at| api.appointments(at, member, cursor.map(|id| AppointmentId(id.0)), page(limit)))
    }

    fn agenda(
        &self,
        member: Selector,
        status: Option<String>,
        day: Option<String>,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<AppointmentView, AppointmentId>> {
        let status = status
            .map(|status| term("status", &status, AppointmentStatus::ALL, AppointmentStatus::name))
            .transpose()?;
        let day = day.map(|day| day_number(&day)).transpose()?;
        let member = self.member_id(at, &member)?;
        let cursor = cursor.map(|id| AppointmentId(id.0));
        self.ask(at, |api, at| api.agenda(at, member, status, day, cursor, page(limit)))
    }

    fn schedule(&self, doctor: Selector, at: Option<Hash>) -> RpcResult<ScheduleView> {
        let doctor = self.member_id(at, &doctor)?;
        self.ask(at, |api, at| api.schedule(at, doctor))
    }

    fn care_relations(
        &self,
        member: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<CareView, MemberId>> {
        let member = self.member_id(at, &member)?;
        self.ask(at, |api, at| api.care_relations(at, member, cursor.map(|id| MemberId(id.0)), page(limit)))
    }

    fn record(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<RecordView>> {
        self.ask(at, |api, at| api.record(at, RecordId(id.0)))
    }

    fn records(
        &self,
        member: Selector,
        kind: Option<String>,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<RecordView, RecordId>> {
        let kind = kind.map(|kind| term("kind", &kind, RecordKind::ALL, RecordKind::name)).transpose()?;
        let member = self.member_id(at, &member)?;
        self.ask(at, |api, at| api.records(at, member, kind, cursor.map(|id| RecordId(id.0)), page(limit)))
    }

    fn anchored_by(&self, author: Selector, content: String, at: Option<Hash>) -> RpcResult<Option<RecordId>> {
        let content = content_root(&content)?;
        let author = self.member_id(at, &author)?;
        self.ask(at, |api, at| api.anchored_by(at, author, content))
    }

    fn dispensings(&self, record: Id, at: Option<Hash>) -> RpcResult<Vec<DispensingView<AccountId>>> {
        self.ask(at, |api, at| api.dispensings(at, RecordId(record.0)))
    }

    fn seal_recipients(&self, patient: Selector, kind: String, at: Option<Hash>) -> RpcResult<Vec<SealRecipientView>> {
        let kind = term("kind", &kind, RecordKind::ALL, RecordKind::name)?;
        let patient = self.member_id(at, &patient)?;
        self.ask(at, |api, at| api.seal_recipients(at, patient, kind))
    }

    fn standing_consents(&self, patient: Selector, at: Option<Hash>) -> RpcResult<Vec<StandingConsentView>> {
        let patient = self.member_id(at, &patient)?;
        self.ask(at, |api, at| api.standing_consents(at, patient))
    }

    fn guardians(&self, patient: Selector, at: Option<Hash>) -> RpcResult<Vec<GuardianView>> {
        let patient = self.member_id(at, &patient)?;
        self.ask(at, |api, at| api.guardians(at, patient))
    }

    fn wards(
        &self,
        guardian: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GuardianView, MemberId>> {
        let guardian = self.member_id(at, &guardian)?;
        self.ask(at, |api, at| api.wards(at, guardian, cursor.map(|id| MemberId(id.0)), page(limit)))
    }

    fn request(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<RequestView<AccountId>>> {
        self.ask(at, |api, at| api.request(at, RequestId(id.0)))
    }

    fn inbox(
        &self,
        patient: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<RequestView<AccountId>, RequestId>> {
        let patient = self.member_id(at, &patient)?;
        self.ask(at, |api, at| api.inbox(at, patient, cursor.map(|id| RequestId(id.0)), page(limit)))
    }

    fn requests_by(
        &self,
        requester: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<RequestView<AccountId>, RequestId>> {
        let requester = self.member_id(at, &requester)?;
        self.ask(at, |api, at| api.requests_by(at, requester, cursor.map(|id| RequestId(id.0)), page(limit)))
    }

    fn grant(&self, record: Id, reader: Selector, at: Option<Hash>) -> RpcResult<Option<GrantView>> {
        let reader = self.member_id(at, &reader)?;
        self.ask(at, |api, at| api.grant(at, RecordId(record.0), reader))
    }

    fn grants_of_record(
        &self,
        record: Id,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GrantView, MemberId>> {
        self.ask(at, |api, at| {
            api.grants_of_record(at, RecordId(record.0), cursor.map(|id| MemberId(id.0)), page(limit))
        })
    }

    fn grants_of_reader(
        &self,
        reader: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GrantView, RecordId>> {
        let reader = self.member_id(at, &reader)?;
        self.ask(at, |api, at| api.grants_of_reader(at, reader, cursor.map(|id| RecordId(id.0)), page(limit)))
    }

    fn grants_of_patient(
        &self,
        patient: Selector,
        cursor: Option<(Id, Id)>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<GrantView, (MemberId, RecordId)>> {
        let patient = self.member_id(at, &patient)?;
        let cursor = cursor.map(|(reader, record)| (MemberId(reader.0), RecordId(record.0)));
        self.ask(at, |api, at| api.grants_of_patient(at, patient, cursor, page(limit)))
    }

    fn read_log(
        &self,
        of: LogSelector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<ReadingView<AccountId>, ReadingId>> {
        let of = match (of.record, of.patient, of.reader) {
            (Some(record), None, None) => ReadLogOf::Record(RecordId(record.0)),
            (None, Some(patient), None) => ReadLogOf::Patient(self.member_id(at, &patient)?),
            (None, None, Some(reader)) => ReadLogOf::Reader(self.member_id(at, &reader)?),
            _ => {
                return Err(bad_parameter(
                    "whose readings to list is not clear",
                    "give exactly one of record, patient and reader, such as {\"patient\": 1001}",
                ))
            }
        };
        self.ask(at, |api, at| api.read_log(at, of, cursor.map(|id| ReadingId(id.0)), page(limit)))
    }

    fn may_request(
        &self,
        account: Selector,
        patient: Selector,
        records: Vec<Id>,
        purpose: String,
        at: Option<Hash>,
    ) -> RpcResult<Decision> {
        if records.len() > limits::RECORDS_PER_REQUEST_MAX as usize {
            return Err(bad_parameter(
                "there are too many records",
                format!("request at most {} at once", limits::RECORDS_PER_REQUEST_MAX),
            ));
        }
        let purpose = term("purpose", &purpose, Purpose::ALL, Purpose::name)?;
        let account = self.account(at, &account)?;
        let patient = self.member_id(at, &patient)?;
        let records = records.into_iter().map(|id| RecordId(id.0)).collect();
        self.decision(at, |api, at| {
            api.may_request(at, account, patient, records, purpose).map(|allowed| allowed.map(|()| None))
        })
    }

    fn may_open(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision> {
        let account = self.account(at, &account)?;
        self.decision(at, |api, at| api.may_open(at, account, RecordId(record.0)).map(|allowed| allowed.map(|()| None)))
    }

    fn emergency_consent(&self, patient: Selector, at: Option<Hash>) -> RpcResult<Option<EmergencyConsentView>> {
        let patient = self.member_id(at, &patient)?;
        self.ask(at, |api, at| api.emergency_consent(at, patient))
    }

    fn emergency_capsule(&self, record: Id, at: Option<Hash>) -> RpcResult<Option<EmergencyCapsuleView>> {
        self.ask(at, |api, at| api.emergency_capsule(at, RecordId(record.0)))
    }

    fn emergency_reviews(
        &self,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<PendingReviewView, ReadingId>> {
        self.ask(at, |api, at| api.emergency_reviews(at, cursor.map(|id| ReadingId(id.0)), page(limit)))
    }

    fn may_open_emergency(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision> {
        let account = self.account(at, &account)?;
        self.decision(at, |api, at| {
            api.may_open_emergency(at, account, RecordId(record.0)).map(|allowed| allowed.map(|()| None))
        })
    }

    fn may_lodge_emergency(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision> {
        let account = self.account(at, &account)?;
        self.decision(at, |api, at| {
            api.may_lodge_emergency(at, account, RecordId(record.0)).map(|allowed| allowed.map(|()| None))
        })
    }

    fn may_read(&self, account: Selector, record: Id, at: Option<Hash>) -> RpcResult<Decision> {
        let account = self.account(at, &account)?;
        self.decision(at, |api, at| api.may_read(at, account, RecordId(record.0)).map(|permit| permit.map(Some)))
    }

    fn link(&self, id: Id, at: Option<Hash>) -> RpcResult<Option<LinkView>> {
        self.ask(at, |api, at| api.link(at, LinkId(id.0)))
    }

    fn link_by_commitment(&self, commitment: LinkCommitment, at: Option<Hash>) -> RpcResult<Option<LinkView>> {
        self.ask(at, |api, at| api.link_by_commitment(at, commitment))
    }

    fn links(
        &self,
        patient: Selector,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<LinkView, LinkId>> {
        let patient = self.member_id(at, &patient)?;
        self.ask(at, |api, at| api.links(at, patient, cursor.map(|id| LinkId(id.0)), page(limit)))
    }

    fn link_openings(
        &self,
        link: Id,
        cursor: Option<Id>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Page<LinkOpeningView, ReadingId>> {
        self.ask(at, |api, at| api.link_openings(at, LinkId(link.0), cursor.map(|id| ReadingId(id.0)), page(limit)))
    }

    fn committee(&self, at: Option<Hash>) -> RpcResult<Option<CommitteeView>> {
        self.ask(at, |api, at| api.committee(at))
    }

    fn earlier_committees(&self, at: Option<Hash>) -> RpcResult<Vec<CommitteeView>> {
        self.ask(at, |api, at| api.earlier_committees(at))
    }

    fn allowance(&self, account: Selector, at: Option<Hash>) -> RpcResult<AllowanceView> {
        let account = self.account(at, &account)?;
        self.ask(at, |api, at| api.allowance(at, account))
    }
}

/// What a selector is, before the chain is asked.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    Id(MemberId),
    Account(AccountId),
    Username(String),
}

impl Named {
    fn of(selector: &Selector) -> RpcResult<Self> {
        let text = match selector {
            Selector::Number(number) => return Ok(Self::Id(MemberId(*number))),
            Selector::Text(text) => text,
        };
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        // An address is longer than any username, so that neither is taken for the other.
        if let Ok(account) = AccountId::from_ss58check(text) {
            return Ok(Self::Account(account));
        }
        let hexadecimal = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
        if let Some(account) = hexadecimal.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            return Ok(Self::Account(account.into()));
        }
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        let length = text.len();
        if (limits::USERNAME_MIN as usize..=limits::USERNAME_MAX as usize).contains(&length)
            && text.bytes().all(allowed)
        {
            return Ok(Self::Username(text.clone()));
        }
        Err(bad_parameter(
            "this names no member",
            "give a member's number, an SS58 address, or a username of 3 to 32 characters out of a-z 0-9 . _ -",
        ))
    }
}

fn no_such_member() -> jsonrpsee::types::ErrorObjectOwned {
    bad_parameter("there is no such member", "look it up with medchain_member or medchain_members")
}

/// A word out of a closed set.
fn term<T: FromStr + Copy>(what: &str, text: &str, all: &[T], name: impl Fn(T) -> &'static str) -> RpcResult<T> {
    text.parse().map_err(|_| {
        let names = all.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", ");
        bad_parameter(format!("there is no such {what}"), format!("give one of {names}"))
    })
}

/// A content by its CID or its digest in hexadecimal.
fn content_root(text: &str) -> RpcResult<ContentRoot> {
    if let Some(digits) = text.strip_prefix("0x") {
        let digest = (digits.len() == 64).then(|| hex::decode(digits).ok()).flatten();
        return digest.and_then(|bytes| bytes.try_into().ok()).map(ContentRoot).ok_or_else(|| {
            bad_parameter("this is not a content's digest", "give 32 bytes in hexadecimal with 0x, or the CID")
        });
    }
    if text.len() > 128 {
        return Err(bad_parameter("this is not a CID", "give the root CID of a content, which begins with bafybei"));
    }
    Cid::parse_cid(text)
        .map(|root| ContentRoot(root.0))
        .map_err(|error| bad_parameter("this does not name a content", error.to_string()))
}

/// A day such as `2027-03-01` in days since 1 January 1970.
fn day_number(text: &str) -> RpcResult<u32> {
    let day = || {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let (year, month, day): (u32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let february = if leap { 29 } else { 28 };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let before = months.get(..usize::try_from(month.checked_sub(1)?).ok()?)?;
        if year < 1970 || day == 0 || day > *months.get(before.len())? {
            return None;
        }
        let leap_days = |year: u32| year / 4 - year / 100 + year / 400;
        let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
        Some(years + before.iter().sum::<u32>() + day - 1)
    };
    day().ok_or_else(|| bad_parameter("this is no day", "give one from 1970 on, such as 2027-03-01"))
}

/// How many entries to ask for.
fn page(limit: Option<u32>) -> u32 {
    limit.unwrap_or(limits::PAGE_MAX).clamp(1, limits::PAGE_MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    fn named(value: serde_json::Value) -> RpcResult<Named> {
        Named::of(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn a_member_is_named_by_number_address_or_username() {
        assert_eq!(named(json!(1001)).unwrap(), Named::Id(MemberId(1001)));
        assert_eq!(named(json!("1001")).unwrap(), Named::Id(MemberId(1001)));
        assert_eq!(named(json!("alice.lang")).unwrap(), Named::Username("alice.lang".into()));
        let account = AccountId::from_ss58check(ALICE).unwrap();
        assert_eq!(named(json!(ALICE)).unwrap(), Named::Account(account.clone()));
        let digits = format!("0x{}", hex::encode(<AccountId as AsRef<[u8]>>::as_ref(&account)));
        assert_eq!(named(json!(digits)).unwrap(), Named::Account(account));
    }

    #[test]
    fn what_can_name_no_member_is_refused_with_a_hint() {
        for text in
            ["", "al", "Alice", "alice lang", &"a".repeat(33), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"]
        {
            let error = named(json!(text)).unwrap_err();
            assert_eq!(error.code(), 7003, "{text}");
            assert!(error.data().unwrap().get().contains("hint"));
        }
    }

    #[test]
    fn a_number_may_be_given_as_text_but_nothing_else() {
        assert_eq!(serde_json::from_value::<Id>(json!(7)).unwrap(), Id(7));
        assert_eq!(serde_json::from_value::<Id>(json!("7")).unwrap(), Id(7));
        for value in [json!(-1), json!(1.5), json!("seven"), json!("-1"), json!({}), json!(null)] {
            assert!(serde_json::from_value::<Id>(value).is_err());
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_words_there_are() {
        let error = term("role", "nurse", Role::ALL, Role::name).unwrap_err();
        assert_eq!(error.code(), 7003);
        assert!(error.data().unwrap().get().contains("patient, doctor, hospital, pharmacy"));
        assert_eq!(term("role", "doctor", Role::ALL, Role::name).unwrap(), Role::Doctor);
    }

    #[test]
    fn a_content_is_named_by_its_cid_or_its_digest() {
        let digits = format!("0x{}", "09".repeat(32));
        assert_eq!(content_root(&digits).unwrap(), ContentRoot([9; 32]));
        assert_eq!(content_root(&Cid([9; 32]).to_string()).unwrap(), ContentRoot([9; 32]));
        for text in
            ["", "bafy", "0x09", &"b".repeat(500), "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"]
        {
            assert_eq!(content_root(text).unwrap_err().code(), 7003, "{text}");
        }
    }

    #[test]
    fn a_day_is_counted_from_1970_on() {
        for (text, number) in [("1970-01-01", 0), ("1972-03-01", 790), ("2000-02-29", 11_016), ("2027-01-15", 20_833)] {
            assert_eq!(day_number(text).unwrap(), number, "{text}");
        }
        for text in
            ["", "2027", "2027-13-01", "2027-00-01", "2027-02-29", "2027-1-1", "2027-01-00", "1969-12-31", "a-b-c"]
        {
            assert_eq!(day_number(text).unwrap_err().code(), 7003, "{text}");
        }
    }

    #[test]
    fn a_page_is_never_empty_nor_longer_than_the_bound() {
        assert_eq!([page(None), page(Some(0)), page(Some(7)), page(Some(u32::MAX))], [100, 1, 7, 100]);
    }
}
