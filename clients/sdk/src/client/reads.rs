//! Typed reads: the node's `medchain_*` methods.

use super::Client;
use crate::error::{Error, Result};
use medchain_primitives::*;
use medchain_runtime_api::*;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::{json, Value};
use sp_core::crypto::{AccountId32, Ss58Codec};
use std::future::Future;

/// What every page of a listing holds, asked for one after the other.
///
/// # Errors
/// Those of the listing.
pub async fn every_page<Item, Cursor, Asked: Future<Output = Result<Page<Item, Cursor>>>>(
    ask: impl Fn(Option<Cursor>) -> Asked,
) -> Result<Vec<Item>> {
    let mut page = ask(None).await?;
    let mut items = page.items;
    while let Some(cursor) = page.next {
        page = ask(Some(cursor)).await?;
        items.append(&mut page.items);
    }
    Ok(items)
}

/// A member as the node tells it. For a key to seal to, see [`crate::proof`].
pub type Member = MemberView<AccountId32>;

/// How a person names a member: by number, account or username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberSelector {
    /// The member's number.
    Number(MemberId),
    /// The member's account.
    Account(AccountId32),
    /// The member's username.
    Username(String),
}

impl std::str::FromStr for MemberSelector {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        Ok(if let Ok(number) = text.parse() {
            Self::Number(number)
        } else if let Ok(account) = AccountId32::from_ss58check(text) {
            Self::Account(account)
        } else {
            Self::Username(text.to_owned())
        })
    }
}

impl From<MemberId> for MemberSelector {
    fn from(id: MemberId) -> Self {
        Self::Number(id)
    }
}

impl std::fmt::Display for MemberSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Account(account) => f.write_str(&account.to_ss58check()),
            Self::Username(username) => f.write_str(username),
        }
    }
}

/// What the node's preview of an act says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessDecision {
    /// Whether the act would be allowed now.
    pub allowed: bool,
    /// As what, where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<ReadPermit>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RefusalReason>,
}

/// A refusal of the runtime.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalReason {
    /// The pallet.
    #[serde(default)]
    pub pallet: String,
    /// Its error.
    #[serde(default)]
    pub error: String,
    /// What the error says.
    #[serde(default)]
    pub text: String,
}

impl AccessDecision {
    /// The permit, or the refusal as an error.
    ///
    /// # Errors
    /// [`Error::Dispatch`] with the runtime's reason.
    pub fn into_result(self) -> Result<Option<ReadPermit>> {
        if self.allowed {
            return Ok(self.permit);
        }
        Err(match self.reason {
            Some(reason) => Error::dispatch(&reason.pallet, &reason.error, &reason.text),
            None => Error::Refused { text: "the chain refuses this".to_owned() },
        })
    }
}

/// A cursor or nothing, as a JSON-RPC parameter.
fn optional<T: Serialize>(value: Option<T>) -> Value {
    value.map_or(Value::Null, |value| json!(value))
}

impl Client {
    /// The member that the selector names, if there is one.
    ///
    /// # Errors
    /// Those of [`Client::call`]; so for every read below.
    pub async fn find_member(&self, selector: &MemberSelector) -> Result<Option<Member>> {
        let selector = match selector {
            MemberSelector::Number(number) => json!(number),
            other => json!(other.to_string()),
        };
        self.call("medchain_member", [selector]).await
    }

    /// The member that the selector names.
    ///
    /// # Errors
    /// [`Error::UnknownMember`] if there is none.
    pub async fn member(&self, selector: &MemberSelector) -> Result<Member> {
        let unknown = || Error::UnknownMember { selector: selector.to_string() };
        self.find_member(selector).await?.ok_or_else(unknown)
    }

    /// The member behind an account.
    ///
    /// # Errors
    /// [`Error::NotAMember`] if the account is not registered.
    pub async fn member_of(&self, account: &AccountId32) -> Result<Member> {
        self.find_member(&MemberSelector::Account(account.clone())).await?.ok_or(Error::NotAMember)
    }

    /// One page of the members of a role and status.
    pub async fn members(
        &self,
        role: Role,
        status: Status,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Result<Page<Member, MemberId>> {
        self.call("medchain_members", [json!(role), json!(status), optional(cursor), json!(limit)]).await
    }

    /// The administrators.
    pub async fn administrators(&self) -> Result<Vec<AdministratorView<AccountId32>>> {
        self.call("medchain_administrators", []).await
    }

    /// An appointment.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is none of that number.
    pub async fn appointment(&self, id: AppointmentId) -> Result<AppointmentView> {
        self.known("medchain_appointment", "appointment", id.0).await
    }

    /// One page of the appointments of a patient or doctor, newest first.
    pub async fn appointments(
        &self,
        member: MemberId,
        cursor: Option<AppointmentId>,
        limit: u32,
    ) -> Result<Page<AppointmentView, AppointmentId>> {
        self.call("medchain_appointments", [json!(member), optional(cursor), json!(limit)]).await
    }

    /// One page of the appointments of a patient or doctor that have a status, or start on a day such as `2027-03-01`
    /// (UTC), or both. A page may be short, and still lead to another.
    pub async fn agenda(
        &self,
        member: MemberId,
        status: Option<AppointmentStatus>,
        day: Option<&str>,
        cursor: Option<AppointmentId>,
        limit: u32,
    ) -> Result<Page<AppointmentView, AppointmentId>> {
        let filter = [json!(member), optional(status), optional(day), optional(cursor), json!(limit)];
        self.call("medchain_agenda", filter).await
    }

    /// Who may recover a member's account, and what they have proposed; `None` if it has named nobody.
    pub async fn guardianship(&self, member: MemberId) -> Result<Option<GuardianshipView<AccountId32>>> {
        self.call("medchain_guardianship", [json!(member)]).await
    }

    /// One page of the encryption keys of a member, the one in force last.
    pub async fn keys(
        &self,
        member: MemberId,
        cursor: Option<KeyVersion>,
        limit: u32,
    ) -> Result<Page<KeyView, KeyVersion>> {
        self.call("medchain_keys", [json!(member), optional(cursor), json!(limit)]).await
    }

    /// One page of the encryption keys of an administrator, the one in force last.
    pub async fn administrator_keys(
        &self,
        administrator: &AccountId32,
        cursor: Option<KeyVersion>,
        limit: u32,
    ) -> Result<Page<KeyView, KeyVersion>> {
        let administrator = json!(administrator.to_ss58check());
        self.call("medchain_administratorKeys", [administrator, optional(cursor), json!(limit)]).await
    }

    /// Who acts behind an account: a member by itself, or an institution through staff; `None` for a stranger.
    pub async fn acting(&self, account: &AccountId32) -> Result<Option<ActingView<AccountId32>>> {
        self.call("medchain_acting", [json!(account.to_ss58check())]).await
    }

    /// One page of the staff accounts of an institution.
    pub async fn staff(
        &self,
        institution: MemberId,
        cursor: Option<&AccountId32>,
        limit: u32,
    ) -> Result<Page<StaffView<AccountId32>, AccountId32>> {
        let cursor = optional(cursor.map(Ss58Codec::to_ss58check));
        self.call("medchain_staff", [json!(institution), cursor, json!(limit)]).await
    }

    /// One page of the copies of a member's earlier secrets that are sealed to its later keys.
    pub async fn own_copies(
        &self,
        member: MemberId,
        cursor: Option<(KeyVersion, MemberId)>,
        limit: u32,
    ) -> Result<Page<OwnCopyView, (KeyVersion, MemberId)>> {
        self.call("medchain_ownCopies", [json!(member), optional(cursor), json!(limit)]).await
    }

    /// One page of the affiliations of a hospital or doctor.
    pub async fn affiliations(
        &self,
        member: MemberId,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Result<Page<AffiliationView, MemberId>> {
        self.call("medchain_affiliations", [json!(member), optional(cursor), json!(limit)]).await
    }

    /// When a doctor can be booked.
    pub async fn schedule(&self, doctor: MemberId) -> Result<ScheduleView> {
        self.call("medchain_schedule", [json!(doctor)]).await
    }

    /// One page of the care relations of a patient or doctor.
    pub async fn care_relations(
        &self,
        member: MemberId,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Result<Page<CareView, MemberId>> {
        self.call("medchain_careRelations", [json!(member), optional(cursor), json!(limit)]).await
    }

    /// A record.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is none of that number.
    pub async fn record(&self, id: RecordId) -> Result<RecordView> {
        self.known("medchain_record", "record", id.0).await
    }

    /// One page of the records of a member, of one kind or of all.
    pub async fn records(
        &self,
        member: MemberId,
        kind: Option<RecordKind>,
        cursor: Option<RecordId>,
        limit: u32,
    ) -> Result<Page<RecordView, RecordId>> {
        self.call("medchain_records", [json!(member), optional(kind), optional(cursor), json!(limit)]).await
    }

    /// The record by which this author anchored this content, if it did.
    pub async fn anchored_by(&self, author: MemberId, content: ContentRoot) -> Result<Option<RecordId>> {
        self.call("medchain_anchoredBy", [json!(author), json!(content)]).await
    }

    /// A request.
    ///
    /// # Errors
    /// [`Error::Unknown`] if none of that number waits.
    pub async fn request(&self, id: RequestId) -> Result<RequestView<AccountId32>> {
        self.known("medchain_request", "request", id.0).await
    }

    /// One page of the requests that wait in a patient's inbox.
    pub async fn inbox(
        &self,
        patient: MemberId,
        cursor: Option<RequestId>,
        limit: u32,
    ) -> Result<Page<RequestView<AccountId32>, RequestId>> {
        self.call("medchain_inbox", [json!(patient), optional(cursor), json!(limit)]).await
    }

    /// One page of the requests that a member has made and that wait.
    pub async fn requests_by(
        &self,
        requester: MemberId,
        cursor: Option<RequestId>,
        limit: u32,
    ) -> Result<Page<RequestView<AccountId32>, RequestId>> {
        self.call("medchain_requestsBy", [json!(requester), optional(cursor), json!(limit)]).await
    }

    /// The grant of a record to a reader, if there is one.
    pub async fn grant(&self, record: RecordId, reader: MemberId) -> Result<Option<GrantView>> {
        self.call("medchain_grant", [json!(record), json!(reader)]).await
    }

    /// One page of the grants of a record.
    pub async fn grants_of_record(
        &self,
        record: RecordId,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Result<Page<GrantView, MemberId>> {
        self.call("medchain_grantsOfRecord", [json!(record), optional(cursor), json!(limit)]).await
    }

    /// One page of the grants that a reader holds.
    pub async fn grants_of_reader(
        &self,
        reader: MemberId,
        cursor: Option<RecordId>,
        limit: u32,
    ) -> Result<Page<GrantView, RecordId>> {
        self.call("medchain_grantsOfReader", [json!(reader), optional(cursor), json!(limit)]).await
    }

    /// One page of the grants on a patient's records.
    pub async fn grants_of_patient(
        &self,
        patient: MemberId,
        cursor: Option<(MemberId, RecordId)>,
        limit: u32,
    ) -> Result<Page<GrantView, (MemberId, RecordId)>> {
        self.call("medchain_grantsOfPatient", [json!(patient), optional(cursor), json!(limit)]).await
    }

    /// One page of the read log, newest first.
    pub async fn read_log(
        &self,
        of: ReadLogOf,
        cursor: Option<ReadingId>,
        limit: u32,
    ) -> Result<Page<ReadingView<AccountId32>, ReadingId>> {
        self.call("medchain_readLog", [json!(of), optional(cursor), json!(limit)]).await
    }

    /// Whether an account could open a record now.
    pub async fn may_open(&self, account: &AccountId32, record: RecordId) -> Result<AccessDecision> {
        self.call("medchain_mayOpen", [json!(account.to_ss58check()), json!(record)]).await
    }

    /// Whether nodes serve a record to an account now.
    pub async fn may_read(&self, account: &AccountId32, record: RecordId) -> Result<AccessDecision> {
        self.call("medchain_mayRead", [json!(account.to_ss58check()), json!(record)]).await
    }

    /// Whether an account could request these records now.
    pub async fn may_request(
        &self,
        account: &AccountId32,
        patient: MemberId,
        records: &[RecordId],
        purpose: Purpose,
    ) -> Result<AccessDecision> {
        let account = json!(account.to_ss58check());
        self.call("medchain_mayRequest", [account, json!(patient), json!(records), json!(purpose)]).await
    }

    /// The fills of a prescription that were dispensed, in order.
    pub async fn dispensings(&self, record: RecordId) -> Result<Vec<DispensingView<AccountId32>>> {
        self.call("medchain_dispensings", [json!(record)]).await
    }

    /// Who receives a seal when a record of this kind is anchored for this patient now.
    pub async fn seal_recipients(&self, patient: MemberId, kind: RecordKind) -> Result<Vec<SealRecipientView>> {
        self.call("medchain_sealRecipients", [json!(patient), json!(kind)]).await
    }

    /// The standing consents of a patient.
    pub async fn standing_consents(&self, patient: MemberId) -> Result<Vec<StandingConsentView>> {
        self.call("medchain_standingConsents", [json!(patient)]).await
    }

    /// The guardianships over a patient.
    pub async fn guardians(&self, patient: MemberId) -> Result<Vec<GuardianView>> {
        self.call("medchain_guardians", [json!(patient)]).await
    }

    /// One page of the guardianships of a guardian.
    pub async fn wards(
        &self,
        guardian: MemberId,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Result<Page<GuardianView, MemberId>> {
        self.call("medchain_wards", [json!(guardian), optional(cursor), json!(limit)]).await
    }

    /// A link.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is none of that number.
    pub async fn link(&self, id: LinkId) -> Result<LinkView> {
        self.known("medchain_link", "link", id.0).await
    }

    /// The link that is known by this commitment.
    pub async fn link_by_commitment(&self, commitment: LinkCommitment) -> Result<Option<LinkView>> {
        self.call("medchain_linkByCommitment", [json!(commitment)]).await
    }

    /// One page of the links of a patient, newest first.
    pub async fn links(&self, patient: MemberId, cursor: Option<LinkId>, limit: u32) -> Result<Page<LinkView, LinkId>> {
        self.call("medchain_links", [json!(patient), optional(cursor), json!(limit)]).await
    }

    /// One page of the openings of a link, newest first.
    pub async fn link_openings(
        &self,
        link: LinkId,
        cursor: Option<ReadingId>,
        limit: u32,
    ) -> Result<Page<LinkOpeningView, ReadingId>> {
        self.call("medchain_linkOpenings", [json!(link), optional(cursor), json!(limit)]).await
    }

    /// A patient's emergency consent, if it has given one.
    pub async fn emergency_consent(&self, patient: MemberId) -> Result<Option<EmergencyConsentView>> {
        self.call("medchain_emergencyConsent", [json!(patient)]).await
    }

    /// The emergency capsule lodged for a record, if there is one.
    pub async fn emergency_capsule(&self, record: RecordId) -> Result<Option<EmergencyCapsuleView>> {
        self.call("medchain_emergencyCapsule", [json!(record)]).await
    }

    /// One page of the emergency openings that wait for an administrator's review, the oldest first.
    pub async fn emergency_reviews(
        &self,
        cursor: Option<ReadingId>,
        limit: u32,
    ) -> Result<Page<PendingReviewView, ReadingId>> {
        self.call("medchain_emergencyReviews", [optional(cursor), json!(limit)]).await
    }

    /// Whether an account could open a record in an emergency now.
    pub async fn may_open_emergency(&self, account: &AccountId32, record: RecordId) -> Result<AccessDecision> {
        self.call("medchain_mayOpenEmergency", [json!(account.to_ss58check()), json!(record)]).await
    }

    /// Whether an account could lodge an emergency capsule for a record now.
    pub async fn may_lodge_emergency(&self, account: &AccountId32, record: RecordId) -> Result<AccessDecision> {
        self.call("medchain_mayLodgeEmergency", [json!(account.to_ss58check()), json!(record)]).await
    }

    /// The release committee of the key in force, by the node's word; what is to be encrypted to it takes
    /// [`Client::proven_committee`].
    ///
    /// # Errors
    /// [`Error::NoCommittee`] if the chain has none.
    pub async fn committee(&self) -> Result<CommitteeView> {
        self.call::<Option<_>>("medchain_committee", []).await?.ok_or(Error::NoCommittee)
    }

    /// The committees of keys that were replaced, by epoch.
    pub async fn earlier_committees(&self) -> Result<Vec<CommitteeView>> {
        self.call("medchain_earlierCommittees", []).await
    }

    /// The committee of the key of this epoch, in force or earlier.
    ///
    /// # Errors
    /// [`Error::NoCommittee`], [`Error::KeyRetired`].
    pub async fn committee_of(&self, epoch: u32) -> Result<CommitteeView> {
        let committee = self.committee().await?;
        if committee.epoch == epoch {
            return Ok(committee);
        }
        let earlier = self.earlier_committees().await?;
        earlier.into_iter().find(|committee| committee.epoch == epoch).ok_or(Error::KeyRetired { epoch })
    }

    /// What an account may still spend.
    pub async fn allowance(&self, account: &AccountId32) -> Result<AllowanceView> {
        self.call("medchain_allowance", [json!(account.to_ss58check())]).await
    }

    async fn known<T: DeserializeOwned>(&self, method: &str, what: &'static str, id: u64) -> Result<T> {
        self.call::<Option<T>>(method, [json!(id)]).await?.ok_or(Error::Unknown { what, id })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn members_are_named_by_number_account_or_username() {
        let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        assert_eq!("1001".parse(), Ok(MemberSelector::Number(MemberId(1001))));
        assert!(matches!(alice.parse(), Ok(MemberSelector::Account(_))));
        assert_eq!("maria.lopez".parse(), Ok(MemberSelector::Username("maria.lopez".to_owned())));
        assert_eq!(alice.parse::<MemberSelector>().unwrap().to_string(), alice);
    }

    #[test]
    fn a_refused_preview_says_why() {
        let decision: AccessDecision = serde_json::from_value(json!({
            "allowed": false,
            "reason": { "pallet": "Access", "error": "NoGrant", "text": "There is no grant; request the record." }
        }))
        .unwrap();
        assert_eq!(decision.into_result().unwrap_err().to_string(), "there is no grant (Access.NoGrant)");
        let owner: AccessDecision = serde_json::from_value(json!({ "allowed": true, "permit": "owner" })).unwrap();
        assert!(matches!(owner.into_result(), Ok(Some(ReadPermit::Owner))));
    }
}
