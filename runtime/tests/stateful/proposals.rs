//! Proposes calls that mostly make sense, by what the model knows.

use crate::{account, chain, emergency::*, identity::*, institutions::*, model::*, moment, now};
use medchain_primitives::*;
use medchain_runtime::*;
use sp_keyring::Sr25519Keyring;
use std::collections::BTreeMap;

/// The accounts that play are numbered from 1 to this.
pub const ACCOUNTS: u64 = 36;
/// One call in this many is sent by any account, and one in as many names any number.
const ODD_ONE_IN: u64 = 16;

/// Draws from one number, the same for the same number (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub fn one_in(&mut self, chance: u64) -> bool {
        self.below(chance) == 0
    }

    pub fn of<Item: Clone>(&mut self, items: &[Item]) -> Option<Item> {
        items.get(self.below(items.len() as u64) as usize).cloned()
    }

    pub fn of_map<Key: Clone, Value>(&mut self, map: &BTreeMap<Key, Value>) -> Option<Key> {
        map.keys().nth(self.below(map.len() as u64) as usize).cloned()
    }
}

pub type Proposal = Option<(AccountId, RuntimeCall)>;
type Proposer = fn(&Model, &mut Dice) -> Proposal;

/// One for each kind of call, and more for those that seldom make sense.
const PROPOSERS: &[Proposer] = &[
    register,
    update_details,
    publish_administrator_key,
    verify,
    reject,
    suspend,
    reinstate,
    apply_again,
    request_appointment,
    accept,
    decline,
    cancel,
    complete,
    mark_missed,
    open_care,
    end_care,
    anchor_own,
    anchor,
    amend,
    retract,
    erase,
    request,
    withdraw,
    grant,
    answer,
    deny,
    revoke,
    relinquish,
    open,
    close,
    share,
    clear_expired,
    anchor_batch,
    dispense,
    cancel_fills,
    dispute,
    withdraw_dispute,
    revoke_reader,
    give_standing_consent,
    revoke_standing_consent,
    appoint_guardian,
    dismiss_guardian,
    resign_guardianship,
    seal_to_guardian,
    register_vouched,
    rotate_key,
    move_account,
    name_guardians,
    propose_recovery,
    approve_recovery,
    object_to_recovery,
    complete_recovery,
    reschedule,
    set_schedule,
    give_emergency_consent,
    revoke_emergency_consent,
    lodge_emergency,
    withdraw_emergency,
    open_emergency,
    review_emergency,
    offer_affiliation,
    accept_affiliation,
    end_affiliation,
    add_staff,
    remove_staff,
    reseal_staff,
    return_copy,
    register_dependant,
    hand_over,
    reseal,
    request_for,
    register_link,
    open_link,
    revoke_link,
    clear_expired,
    clear_expired,
    request_appointment,
    accept,
    accept,
    complete,
    complete,
    mark_missed,
    complete_recovery,
];

/// Proposes a call of this kind, or of the next kind that makes sense now.
pub fn propose(model: &Model, kind: u16, dice: &mut Dice) -> Proposal {
    let first = usize::from(kind) % PROPOSERS.len();
    let mut kinds = PROPOSERS.iter().cycle().skip(first).take(PROPOSERS.len());
    let (signer, call) = kinds.find_map(|proposer| proposer(model, dice))?;
    let signer =
        if dice.one_in(ODD_ONE_IN) { account(1 + dice.below(ACCOUNTS) as u8) } else { by_staff(model, dice, signer) };
    Some((signer, call))
}

pub fn administrator() -> AccountId {
    Sr25519Keyring::Alice.to_account_id()
}

impl Model {
    pub fn some_member(&self, dice: &mut Dice, which: impl Fn(&MemberModel) -> bool) -> Option<(MemberId, AccountId)> {
        let found: Vec<_> = self.members.iter().filter(|(_, member)| which(member)).map(|(id, _)| *id).collect();
        let id = if dice.one_in(ODD_ONE_IN) { dice.of_map(&self.members)? } else { dice.of(&found)? };
        Some((id, self.members.get(&id)?.account.clone()))
    }

    pub fn some_active(&self, dice: &mut Dice, role: Role) -> Option<(MemberId, AccountId)> {
        self.some_member(dice, |member| member.role == role && member.status == Status::Active)
    }

    pub fn some_record(
        &self,
        dice: &mut Dice,
        which: impl Fn(RecordId, &RecordModel) -> bool,
    ) -> Option<(RecordId, RecordModel)> {
        let found: Vec<_> = self.records.iter().filter(|(id, record)| which(**id, record)).map(|(id, _)| *id).collect();
        let id = if dice.one_in(ODD_ONE_IN) { dice.of_map(&self.records)? } else { dice.of(&found)? };
        Some((id, self.records.get(&id)?.clone()))
    }

    fn some_appointment(
        &self,
        dice: &mut Dice,
        which: impl Fn(&AppointmentModel) -> bool,
    ) -> Option<(AppointmentId, AppointmentModel)> {
        let found: Vec<_> = self.appointments.iter().filter(|(_, entry)| which(entry)).map(|(id, _)| *id).collect();
        let id = if dice.one_in(ODD_ONE_IN) { dice.of_map(&self.appointments)? } else { dice.of(&found)? };
        Some((id, self.appointments.get(&id)?.clone()))
    }

    fn some_request(
        &self,
        dice: &mut Dice,
        which: impl Fn(&RequestModel) -> bool,
    ) -> Option<(RequestId, RequestModel)> {
        let found: Vec<_> = self.requests.iter().filter(|(_, entry)| which(entry)).map(|(id, _)| *id).collect();
        let id = if dice.one_in(ODD_ONE_IN) { dice.of_map(&self.requests)? } else { dice.of(&found)? };
        Some((id, self.requests.get(&id)?.clone()))
    }

    fn some_grant(
        &self,
        dice: &mut Dice,
        which: impl Fn(RecordId, MemberId, &GrantModel) -> bool,
    ) -> Option<(RecordId, MemberId)> {
        let found: Vec<_> = self
            .grants
            .iter()
            .filter(|((record, reader), grant)| which(*record, *reader, grant))
            .map(|(pair, _)| *pair)
            .collect();
        if dice.one_in(ODD_ONE_IN) {
            return Some((dice.of_map(&self.records)?, dice.of_map(&self.members)?));
        }
        dice.of(&found)
    }

    pub fn account_of(&self, id: MemberId) -> Option<AccountId> {
        self.members.get(&id).map(|member| member.account.clone())
    }

    /// The version of a member's key; now and then another.
    pub fn seal_to(&self, dice: &mut Dice, member: MemberId) -> VersionedSeal {
        let current = <Registry as MemberDirectory<AccountId>>::by_id(member).map_or(1, |info| info.key_version);
        let key_version = if dice.one_in(ODD_ONE_IN) { dice.below(4) as u32 } else { current };
        VersionedSeal { seal: Seal([0x5e; 80]), key_version }
    }

    fn sealed_profile(&self, dice: &mut Dice, patient: MemberId, reader: MemberId) -> Option<SealedProfile> {
        let record = self.own_record(patient)?;
        Some(SealedProfile { record, seal: self.seal_to(dice, reader) })
    }

    fn has_role(&self, id: MemberId, role: Role) -> bool {
        self.members.get(&id).is_some_and(|member| member.role == role)
    }

    /// Whether readers of this role may be granted this kind.
    fn fits(&self, reader: MemberId, kind: RecordKind) -> bool {
        let role = self.members.get(&reader).map(|member| member.role);
        match kind {
            RecordKind::Certificate => false,
            RecordKind::Prescription => role != Some(Role::Patient),
            _ => matches!(role, Some(Role::Doctor | Role::Hospital)),
        }
    }
}

fn own_of(role: Role) -> RecordKind {
    if role.is_professional() {
        RecordKind::Certificate
    } else {
        RecordKind::Profile
    }
}

fn document(dice: &mut Dice, patient: MemberId, kind: RecordKind) -> pallet_reports::Document {
    // A small number of contents, so that some are anchored twice.
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&dice.below(1 << 14).to_le_bytes());
    let fills = match kind {
        RecordKind::Prescription => dice.below(26) as u8,
        _ => u8::from(dice.one_in(64)),
    };
    let is_prescription = (kind == RecordKind::Prescription) != dice.one_in(64);
    pallet_reports::Document {
        content: ContentRoot(digest),
        size: dice.below(1 << 20),
        envelope: EnvelopeHash(digest),
        key_version: Registry::member_by_id(patient).map_or(1, |(_, member)| member.key_version),
        fills,
        valid_until: is_prescription.then(|| now() + 30 * DAY),
        seals: seals(dice, patient, kind),
    }
}

fn vetting_reason(dice: &mut Dice) -> Option<VettingReason> {
    dice.of(VettingReason::ALL)
}

fn register(model: &Model, dice: &mut Dice) -> Proposal {
    let number = 1 + dice.below(ACCOUNTS) as u8;
    let signer = account(number);
    if !model.is_stranger(&signer) && !dice.one_in(64) {
        return None;
    }
    // The later ones wait for somebody's word.
    (number < 18 || dice.one_in(8)).then_some(())?;
    Some((signer, chain::register(role_of(number), &format!("member-{number}"), number).into()))
}

/// What the account with this number registers as.
pub fn role_of(number: u8) -> Role {
    match number % 6 {
        0 => Role::Hospital,
        1 => Role::Pharmacy,
        2 | 3 => Role::Doctor,
        _ => Role::Patient,
    }
}

fn update_details(model: &Model, dice: &mut Dice) -> Proposal {
    let (_, signer) = model.some_member(dice, |member| matches!(member.status, Status::Pending | Status::Rejected))?;
    dice.one_in(3).then_some(())?;
    Some((signer, pallet_registry::Call::update_details { details: chain::details("Another name") }.into()))
}

fn publish_administrator_key(_: &Model, dice: &mut Dice) -> Proposal {
    let key = chain::key(dice.below(256) as u8);
    dice.one_in(4).then(|| (administrator(), pallet_registry::Call::publish_administrator_key { key }.into()))
}

fn verify(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, _) = model.some_member(dice, |member| member.status == Status::Pending)?;
    Some((administrator(), chain::verification(member).into()))
}

fn reject(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, _) = model.some_member(dice, |member| member.status == Status::Pending)?;
    let reason = vetting_reason(dice)?;
    Some((administrator(), pallet_registry::Call::reject { member, reason }.into()))
}

fn suspend(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, _) =
        model.some_member(dice, |member| member.role.is_professional() && member.status == Status::Active)?;
    let suspended = model.members.values().filter(|member| member.status == Status::Suspended).count();
    let reason = vetting_reason(dice)?;
    (suspended < 2).then(|| (administrator(), pallet_registry::Call::suspend { member, reason }.into()))
}

fn reinstate(model: &Model, dice: &mut Dice) -> Proposal {
    let (member, _) = model.some_member(dice, |member| member.status == Status::Suspended)?;
    Some((administrator(), pallet_registry::Call::reinstate { member }.into()))
}

fn apply_again(model: &Model, dice: &mut Dice) -> Proposal {
    let rejected: Vec<_> = model.members.iter().filter(|(_, member)| member.status == Status::Rejected).collect();
    let certified: Vec<_> = rejected.iter().filter(|(id, _)| model.own_record(**id).is_some()).collect();
    let signer = match dice.of(&certified) {
        Some((_, member)) => member.account.clone(),
        None => dice.of(&rejected)?.1.account.clone(),
    };
    Some((signer, pallet_registry::Call::apply_again {}.into()))
}

fn request_appointment(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, signer) = model.some_active(dice, Role::Patient)?;
    let (doctor, _) = model.some_active(dice, Role::Doctor)?;
    let start = (moment() / limits::SLOT + dice.below(12)) * limits::SLOT + u64::from(dice.one_in(64));
    let end = start + dice.below(6) * limits::SLOT;
    let profile = if dice.one_in(2) { model.sealed_profile(dice, patient, doctor) } else { None };
    let note = vec![0x6e; dice.below(64) as usize].try_into().ok()?;
    Some((signer, pallet_appointments::Call::request { doctor, start, end, profile, note }.into()))
}

fn accept(model: &Model, dice: &mut Dice) -> Proposal {
    let (id, entry) =
        model.some_appointment(dice, |entry| entry.status == AppointmentStatus::Requested && moment() < entry.start)?;
    Some((model.account_of(entry.doctor)?, pallet_appointments::Call::accept { id }.into()))
}

fn reschedule(model: &Model, dice: &mut Dice) -> Proposal {
    let (id, entry) = model.some_appointment(dice, |entry| {
        matches!(entry.status, AppointmentStatus::Requested | AppointmentStatus::Accepted) && moment() < entry.start
    })?;
    let start = (moment() / limits::SLOT + 1 + dice.below(16)) * limits::SLOT;
    let end = start + (1 + dice.below(4)) * limits::SLOT;
    let note = Default::default();
    Some((model.account_of(entry.patient)?, pallet_appointments::Call::reschedule { id, start, end, note }.into()))
}

/// Most doctors are open at any time; some are off for some days, or open for part of the day.
fn set_schedule(model: &Model, dice: &mut Dice) -> Proposal {
    use pallet_appointments::{DaysOff, OpeningTime, Schedule};
    let (_, signer) = model.some_active(dice, Role::Doctor)?;
    let mut schedule = Schedule::default();
    if dice.one_in(3) {
        let from = dice.below(24) as u8;
        let until = if dice.one_in(16) { dice.below(128) as u8 } else { 96 - dice.below(24) as u8 };
        let times: Vec<_> = (0..7).map(|weekday| OpeningTime { weekday, from, until }).collect();
        schedule.opening_times = times.try_into().ok()?;
    }
    if dice.one_in(4) {
        let first = (moment() / DAY + dice.below(3)) as u32;
        let last = if dice.one_in(16) { first - 1 } else { first };
        schedule.days_off = vec![DaysOff { first, last }].try_into().ok()?;
    }
    Some((signer, pallet_appointments::Call::set_schedule { schedule }.into()))
}

fn decline(model: &Model, dice: &mut Dice) -> Proposal {
    let (id, entry) = model.some_appointment(dice, |entry| entry.status == AppointmentStatus::Requested)?;
    dice.one_in(4).then_some(())?;
    let reason = dice.of(AppointmentReason::ALL)?;
    Some((model.account_of(entry.doctor)?, pallet_appointments::Call::decline { id, reason }.into()))
}

fn cancel(model: &Model, dice: &mut Dice) -> Proposal {
    let (id, entry) = model.some_appointment(dice, |entry| {
        matches!(entry.status, AppointmentStatus::Requested | AppointmentStatus::Accepted)
    })?;
    dice.one_in(4).then_some(())?;
    let by = if dice.one_in(2) { entry.patient } else { entry.doctor };
    let reason = dice.of(AppointmentReason::ALL)?;
    Some((model.account_of(by)?, pallet_appointments::Call::cancel { id, reason }.into()))
}

fn started(entry: &AppointmentModel) -> bool {
    entry.status == AppointmentStatus::Accepted && moment() >= entry.start
}

fn complete(model: &Model, dice: &mut Dice) -> Proposal {
    let (id, entry) = model.some_appointment(dice, started)?;
    Some((model.account_of(entry.doctor)?, pallet_appointments::Call::complete { id }.into()))
}

fn mark_missed(model: &Model, dice: &mut Dice) -> Proposal {
    let (id, entry) = model.some_appointment(dice, started)?;
    Some((model.account_of(entry.doctor)?, pallet_appointments::Call::mark_missed { id }.into()))
}

fn open_care(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, signer) = model.some_active(dice, Role::Patient)?;
    let (doctor, _) = model.some_active(dice, Role::Doctor)?;
    let profile = if dice.one_in(4) { None } else { model.sealed_profile(dice, patient, doctor) };
    Some((signer, pallet_appointments::Call::open_care { doctor, profile }.into()))
}

fn end_care(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, doctor) = dice.of(&model.care.iter().copied().collect::<Vec<_>>())?;
    // Care outlasts most of what rests on it, or little would be written.
    dice.one_in(3).then_some(())?;
    Some((model.account_of(patient)?, pallet_appointments::Call::end_care { doctor }.into()))
}

fn anchor_call(dice: &mut Dice, patient: MemberId, kind: RecordKind) -> RuntimeCall {
    pallet_reports::Call::anchor { patient, kind, document: document(dice, patient, kind) }.into()
}

fn anchor_own(model: &Model, dice: &mut Dice) -> Proposal {
    let lacking = |model: &Model, id: &MemberId| model.own_record(*id).is_none();
    let without: Vec<_> = model.members.keys().filter(|id| lacking(model, id)).copied().collect();
    let id = if dice.one_in(8) { dice.of_map(&model.members)? } else { dice.of(&without)? };
    let member = model.members.get(&id)?;
    let call = anchor_call(dice, id, own_of(member.role));
    Some((member.account.clone(), call))
}

fn anchor(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, doctor) = dice.of(&model.care.iter().copied().collect::<Vec<_>>())?;
    let kind = if dice.one_in(2) { RecordKind::Report } else { RecordKind::Prescription };
    let patient = if dice.one_in(ODD_ONE_IN) { dice.of_map(&model.members)? } else { patient };
    let call = anchor_call(dice, patient, kind);
    Some((model.account_of(doctor)?, call))
}

fn amend(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) = model.some_record(dice, |_, entry| {
        entry.status == RecordStatus::Current && model.care.contains(&(entry.patient, entry.author))
    })?;
    let call = pallet_reports::Call::amend { record, document: document(dice, entry.patient, entry.kind) };
    Some((model.account_of(entry.author)?, call.into()))
}

fn retract(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) = model.some_record(dice, |_, entry| entry.status != RecordStatus::Erased)?;
    dice.one_in(3).then_some(())?;
    Some((
        model.account_of(entry.author)?,
        pallet_reports::Call::retract { record, reason: RetractionReason::Duplicate }.into(),
    ))
}

fn erase(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) = model.some_record(dice, |_, entry| entry.status != RecordStatus::Erased)?;
    dice.one_in(3).then_some(())?;
    Some((model.account_of(entry.patient)?, pallet_reports::Call::erase { record }.into()))
}

fn purpose(dice: &mut Dice) -> Option<Purpose> {
    dice.of(Purpose::ALL)
}

/// Some records of one patient that a reader may be granted.
fn records_for(model: &Model, dice: &mut Dice, patient: MemberId, reader: MemberId) -> Option<Vec<RecordId>> {
    let mut records: Vec<_> = model
        .records
        .iter()
        .filter(|(_, entry)| {
            entry.patient == patient
                && matches!(entry.status, RecordStatus::Current | RecordStatus::Superseded)
                && model.fits(reader, entry.kind)
        })
        .map(|(id, _)| *id)
        .collect();
    let first = dice.below(records.len() as u64) as usize;
    records.rotate_left(first);
    records.truncate(1 + dice.below(4) as usize);
    if dice.one_in(ODD_ONE_IN) {
        records.push(dice.of_map(&model.records)?);
    }
    (!records.is_empty()).then_some(records)
}

fn reader(model: &Model, dice: &mut Dice) -> Option<(MemberId, AccountId)> {
    model.some_member(dice, |member| member.role.is_professional() && member.status == Status::Active)
}

fn request(model: &Model, dice: &mut Dice) -> Proposal {
    let (requester, signer) = reader(model, dice)?;
    let (patient, _) = model.some_active(dice, Role::Patient)?;
    let records = records_for(model, dice, patient, requester)?.try_into().ok()?;
    Some((signer, pallet_access::Call::request { patient, records, purpose: purpose(dice)? }.into()))
}

fn request_for(model: &Model, dice: &mut Dice) -> Proposal {
    let (requester, signer) = reader(model, dice)?;
    let (patient, _) = model.some_active(dice, Role::Patient)?;
    let records = records_for(model, dice, patient, requester)?.try_into().ok()?;
    let (duration, openings) = (HOUR + dice.below(20 * DAY), dice.below(6) as u32);
    let (purpose, asked) = (purpose(dice)?, pallet_access::AskedTerms { duration, openings });
    Some((signer, pallet_access::Call::request_for { patient, records, purpose, asked }.into()))
}

fn withdraw(model: &Model, dice: &mut Dice) -> Proposal {
    let (request, entry) = model.some_request(dice, |_| true)?;
    dice.one_in(3).then_some(())?;
    Some((model.account_of(entry.requester)?, pallet_access::Call::withdraw { request }.into()))
}

fn grant_call(
    model: &Model,
    dice: &mut Dice,
    reader: MemberId,
    request: Option<RequestId>,
    records: &[RecordId],
    purpose: Purpose,
) -> Option<RuntimeCall> {
    let grants: Vec<_> = records
        .iter()
        .map(|record| pallet_access::RecordGrant { record: *record, seal: model.seal_to(dice, reader) })
        .collect();
    let duration = match dice.below(16) {
        0 => dice.below(2 * MINUTE),
        1 => dice.below(400 * DAY),
        2..=8 => HOUR + dice.below(DAY),
        _ => dice.below(60 * DAY),
    };
    let openings = if dice.one_in(32) { dice.below(1_100) } else { 1 + dice.below(4) } as u32;
    let grants = grants.try_into().ok()?;
    Some(pallet_access::Call::grant { reader, request, grants, purpose, duration, openings }.into())
}

fn grant(model: &Model, dice: &mut Dice) -> Proposal {
    let (reader, _) = reader(model, dice)?;
    let (patient, signer) = model.some_active(dice, Role::Patient)?;
    let records = records_for(model, dice, patient, reader)?;
    let purpose = purpose(dice)?;
    Some((signer, grant_call(model, dice, reader, None, &records, purpose)?))
}

fn answer(model: &Model, dice: &mut Dice) -> Proposal {
    let (request, entry) = model.some_request(dice, |entry| moment() < entry.expires_at)?;
    let mut records = entry.records.clone();
    records.truncate(1 + dice.below(4) as usize);
    let call = grant_call(model, dice, entry.requester, Some(request), &records, entry.purpose)?;
    Some((model.account_of(entry.patient)?, call))
}

fn deny(model: &Model, dice: &mut Dice) -> Proposal {
    let (request, entry) = model.some_request(dice, |_| true)?;
    dice.one_in(3).then_some(())?;
    Some((model.account_of(entry.patient)?, pallet_access::Call::deny { request }.into()))
}

fn revoke(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, reader) = model.some_grant(dice, |_, _, _| true)?;
    dice.one_in(2).then_some(())?;
    let patient = model.records.get(&record)?.patient;
    Some((model.account_of(patient)?, pallet_access::Call::revoke { record, reader }.into()))
}

fn relinquish(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, reader) = model.some_grant(dice, |_, _, _| true)?;
    dice.one_in(2).then_some(())?;
    Some((model.account_of(reader)?, pallet_access::Call::relinquish { record }.into()))
}

fn open(model: &Model, dice: &mut Dice) -> Proposal {
    // Grants that stand and have no window, mostly; then any, so that what must not be opened is tried too.
    let any = dice.one_in(4);
    let (record, reader) = model.some_grant(dice, |record, reader, grant| {
        any || grant.openings_left > 0
            && model.stands(record, reader)
            && model.windows.get(&(record, reader)).is_none_or(|end| *end <= moment())
    })?;
    Some((model.account_of(reader)?, pallet_access::Call::open { record }.into()))
}

fn close(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, reader) = dice.of_map(&model.windows)?;
    dice.one_in(2).then_some(())?;
    Some((model.account_of(reader)?, pallet_access::Call::close { record }.into()))
}

fn share(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, doctor) = model.some_grant(dice, |record, reader, _| {
        model.has_role(reader, Role::Doctor)
            && model.stands(record, reader)
            && model
                .records
                .get(&record)
                .is_some_and(|entry| entry.kind == RecordKind::Profile && model.care.contains(&(entry.patient, reader)))
    })?;
    let (hospital, _) = model.some_active(dice, Role::Hospital)?;
    let patient = model.records.get(&record)?.patient;
    let profile = SealedProfile { record, seal: model.seal_to(dice, hospital) };
    Some((model.account_of(doctor)?, pallet_access::Call::share { patient, hospital, profile }.into()))
}

fn clear_expired(model: &Model, dice: &mut Dice) -> Proposal {
    let (request, _) = model.some_request(dice, |entry| moment() >= entry.expires_at)?;
    let (_, signer) = model.some_member(dice, |member| member.status == Status::Active)?;
    Some((signer, pallet_access::Call::clear_expired { request }.into()))
}

/// A seal for each who receives one; now and then one is missing.
fn seals(dice: &mut Dice, patient: MemberId, kind: RecordKind) -> pallet_reports::ReaderSeals {
    let mut seals: Vec<_> = Access::recipients(patient, kind)
        .into_iter()
        .map(|recipient| {
            let seal = VersionedSeal { seal: Seal([7; 80]), key_version: recipient.member.key_version };
            ReaderSeal { reader: recipient.member.id, seal }
        })
        .collect();
    if dice.one_in(64) {
        seals.pop();
    }
    seals.try_into().unwrap_or_default()
}

fn anchor_batch(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, doctor) = dice.of(&model.care.iter().copied().collect::<Vec<_>>())?;
    dice.one_in(4).then_some(())?;
    let records: Vec<_> = (0..1 + dice.below(3))
        .map(|_| {
            let kind = if dice.one_in(2) { RecordKind::Report } else { RecordKind::Prescription };
            pallet_reports::NewRecord { patient, kind, document: document(dice, patient, kind) }
        })
        .collect();
    let records = records.try_into().ok()?;
    Some((model.account_of(doctor)?, pallet_reports::Call::anchor_batch { records }.into()))
}

fn dispense(model: &Model, dice: &mut Dice) -> Proposal {
    let has_fill = |record: &RecordId| {
        Reports::record(*record).is_some_and(|entry| entry.fills_left > 0 && entry.valid_until > Some(moment()))
    };
    let is_granted = |(record, reader): &(RecordId, MemberId)| {
        model.stands(*record, *reader)
            && model.is_active_as(*reader, Role::Pharmacy)
            && model.records.get(record).is_some_and(|entry| entry.kind == RecordKind::Prescription)
    };
    let granted: Vec<_> = model.grants.keys().copied().filter(is_granted).collect();
    let with_fill: Vec<_> = granted.iter().copied().filter(|(record, _)| has_fill(record)).collect();
    let (record, pharmacy) = if dice.one_in(ODD_ONE_IN) { dice.of(&granted)? } else { dice.of(&with_fill)? };
    let entry = Reports::record(record)?;
    let fill = entry.fills.saturating_sub(entry.fills_left) + 1;
    let fill = if dice.one_in(ODD_ONE_IN) { fill.saturating_add(1) } else { fill };
    Some((model.account_of(pharmacy)?, pallet_reports::Call::dispense { record, fill }.into()))
}

fn cancel_fills(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) = model.some_record(dice, |_, entry| entry.kind == RecordKind::Prescription)?;
    dice.one_in(4).then_some(())?;
    Some((model.account_of(entry.author)?, pallet_reports::Call::cancel_fills { record }.into()))
}

fn dispute(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) = model.some_record(dice, |_, entry| entry.author != entry.patient)?;
    let reason = if dice.one_in(2) { DisputeReason::Undecryptable } else { DisputeReason::Incorrect };
    Some((model.account_of(entry.patient)?, pallet_reports::Call::dispute { record, reason }.into()))
}

fn withdraw_dispute(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, entry) =
        model.some_record(dice, |id, _| Reports::record(id).is_some_and(|record| record.dispute.is_some()))?;
    Some((model.account_of(entry.patient)?, pallet_reports::Call::withdraw_dispute { record }.into()))
}

fn revoke_reader(model: &Model, dice: &mut Dice) -> Proposal {
    let (record, reader) = dice.of_map(&model.grants)?;
    dice.one_in(4).then_some(())?;
    let patient = model.records.get(&record)?.patient;
    Some((model.account_of(patient)?, pallet_access::Call::revoke_reader { patient, reader }.into()))
}

fn give_standing_consent(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, signer) = model.some_active(dice, Role::Patient)?;
    let role = if dice.one_in(2) { Role::Doctor } else { Role::Hospital };
    let (reader, _) = model.some_active(dice, role)?;
    let kinds = RecordKinds { profile: dice.one_in(2), report: dice.one_in(2), prescription: dice.one_in(2) };
    let until = now() + DAY * (1 + dice.below(60));
    let purpose = Purpose::Treatment;
    let call = pallet_access::Call::give_standing_consent { patient, reader, kinds, purpose, until };
    Some((signer, call.into()))
}

fn revoke_standing_consent(model: &Model, dice: &mut Dice) -> Proposal {
    let given: Vec<_> = pallet_access::StandingConsents::<Runtime>::iter_keys().collect();
    let (patient, reader) = dice.of(&given)?;
    dice.one_in(2).then_some(())?;
    Some((model.account_of(patient)?, pallet_access::Call::revoke_standing_consent { patient, reader }.into()))
}

fn appoint_guardian(model: &Model, dice: &mut Dice) -> Proposal {
    let (_, signer) = model.some_active(dice, Role::Patient)?;
    let (guardian, _) = model.some_active(dice, Role::Patient)?;
    let scope = GuardianScope { decide: dice.one_in(2), read: dice.one_in(2) };
    let until = now() + DAY * (1 + dice.below(60));
    Some((signer, pallet_access::Call::appoint_guardian { guardian, scope, until }.into()))
}

fn some_guardianship(dice: &mut Dice) -> Option<(MemberId, MemberId)> {
    dice.of(&pallet_access::Guardianships::<Runtime>::iter_keys().collect::<Vec<_>>())
}

fn dismiss_guardian(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, guardian) = some_guardianship(dice)?;
    dice.one_in(4).then_some(())?;
    Some((model.account_of(patient)?, pallet_access::Call::dismiss_guardian { guardian }.into()))
}

fn resign_guardianship(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, guardian) = some_guardianship(dice)?;
    dice.one_in(4).then_some(())?;
    Some((model.account_of(guardian)?, pallet_access::Call::resign_guardianship { patient }.into()))
}

fn seal_to_guardian(model: &Model, dice: &mut Dice) -> Proposal {
    let (patient, guardian) = some_guardianship(dice)?;
    let (record, _) = model.some_record(dice, |_, entry| entry.patient == patient)?;
    let key_version = Registry::by_id(guardian)?.key_version;
    let seal = VersionedSeal { seal: Seal([8; 80]), key_version };
    let grants = vec![pallet_access::RecordGrant { record, seal }].try_into().ok()?;
    Some((model.account_of(patient)?, pallet_access::Call::seal_to_guardian { guardian, grants }.into()))
}
