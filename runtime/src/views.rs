//! How the pallets' types become the views of the runtime API.

use crate::{
    configs::administrators::administrators, AccountId, Appointments, BlockNumber, Registry, Reports, Runtime,
    RuntimeEvent,
};
use alloc::{string::String, vec::Vec};
use frame_support::traits::Get;
use medchain_primitives::*;
use medchain_runtime_api::*;

/// Builds a page. `fetch` gives at most so many entries after a cursor; the limit stays within `1..=PAGE_MAX`. One
/// more entry is looked for, so that `next` is there only if the next page has something.
pub(crate) fn page<T, V, C: Clone>(
    cursor: Option<C>,
    limit: u32,
    fetch: impl Fn(Option<C>, u32) -> Vec<T>,
    cursor_of: impl Fn(&T) -> C,
    view: impl Fn(T) -> V,
) -> Page<V, C> {
    let limit = limit.clamp(1, limits::PAGE_MAX);
    let entries = fetch(cursor, limit);
    let full = entries.len() >= limit as usize;
    let last = entries.last().map(cursor_of).filter(|_| full);
    let next = last.filter(|last| !fetch(Some(last.clone()), 1).is_empty());
    Page { items: entries.into_iter().map(view).collect(), next }
}

/// The pallets check that what they store is UTF-8; should they not have, what can be read is shown.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn member((account, member): (AccountId, pallet_registry::Member)) -> MemberView<AccountId> {
    MemberView {
        id: member.id,
        account,
        username: text(&member.username),
        role: member.role,
        status: member.status,
        reason: member.reason,
        encryption_key: member.encryption_key,
        key_version: member.key_version,
        details: member.details.map(|details| DetailsView {
            name: text(&details.name),
            licence: text(&details.licence),
            issuer: text(&details.issuer),
            speciality: text(&details.speciality),
            address: text(&details.address),
        }),
        own_record: <Reports as RecordDirectory>::current_own_record(member.id),
        registered_at: member.registered_at,
        vouched_by: member.vouched_by,
        dependant_of: pallet_registry::Dependants::<Runtime>::get(member.id),
    }
}

pub(crate) fn acting(account: AccountId) -> Option<ActingView<AccountId>> {
    let acting = <Registry as MemberDirectory<AccountId>>::acting(&account)?;
    let (own, found) = Registry::member_by_id(acting.member.id)?;
    let staff = pallet_registry::Staff::<Runtime>::get(&account).filter(|_| acting.staff.is_some());
    Some(ActingView { member: member((own, found)), staff: staff.map(|entry| self::staff((account, entry))) })
}

pub(crate) fn staff((account, entry): (AccountId, pallet_registry::StaffMember)) -> StaffView<AccountId> {
    let pallet_registry::StaffMember { institution, scope, encryption_key, copy, of_version, added_at } = entry;
    StaffView { account, institution, scope, encryption_key, copy, of_version, added_at }
}

pub(crate) fn affiliation(
    hospital: MemberId,
    doctor: MemberId,
    affiliation: pallet_registry::Affiliation,
) -> AffiliationView {
    let pallet_registry::Affiliation { offered_at, accepted_at } = affiliation;
    AffiliationView { hospital, doctor, offered_at, accepted_at }
}

pub(crate) fn guardianship(
    member: MemberId,
    guardianship: pallet_registry::Guardianship,
    recoveries: Vec<(MemberId, pallet_registry::Recovery<AccountId>)>,
) -> GuardianshipView<AccountId> {
    let recovery = |(proposer, recovery): (MemberId, pallet_registry::Recovery<AccountId>)| RecoveryView {
        proposer,
        to: recovery.to,
        key: recovery.key,
        approvals: recovery.approvals.into_inner(),
        ready_at: recovery.ready_at,
    };
    let copy = |guardian: &MemberId| {
        let copy = pallet_registry::GuardianCopies::<Runtime>::get(member, guardian)?;
        Some(GuardianCopyView { guardian: *guardian, copy })
    };
    GuardianshipView {
        copies: guardianship.guardians.iter().filter_map(copy).collect(),
        guardians: guardianship.guardians.into_inner(),
        threshold: guardianship.threshold,
        wait: guardianship.wait,
        recoveries: recoveries.into_iter().map(recovery).collect(),
    }
}

pub(crate) fn key((version, key, replaced_at): (KeyVersion, EncryptionKey, Option<Moment>)) -> KeyView {
    KeyView { version, key, replaced_at }
}

pub(crate) fn all_administrators() -> Vec<AdministratorView<AccountId>> {
    administrators()
        .into_iter()
        .map(|account| {
            let (encryption_key, key_version) = match pallet_registry::Pallet::<Runtime>::administrator_key(&account) {
                Some((key, version)) => (Some(key), version),
                None => (None, 0),
            };
            AdministratorView { account, encryption_key, key_version }
        })
        .collect()
}

pub(crate) fn appointment((id, appointment): (AppointmentId, pallet_appointments::Appointment)) -> AppointmentView {
    AppointmentView {
        id,
        patient: appointment.patient,
        doctor: appointment.doctor,
        start: appointment.start,
        end: appointment.end,
        status: appointment.status,
        reason: appointment.reason,
        note: appointment.note.into_inner(),
        requested_at: appointment.requested_at,
        replaces: appointment.replaces,
        replaced_by: appointment.replaced_by,
    }
}

/// The appointments of a member before a cursor that have a status and start on a day, as far as these are asked for.
pub(crate) fn agenda(
    member: MemberId,
    status: Option<AppointmentStatus>,
    day: Option<u32>,
    mut cursor: Option<AppointmentId>,
    limit: u32,
) -> Page<AppointmentView, AppointmentId> {
    let limit = limit.clamp(1, limits::PAGE_MAX) as usize;
    let mut items = Vec::new();
    for _ in 0..AGENDA_LOOKED_THROUGH.div_ceil(limits::PAGE_MAX) {
        let entries = Appointments::appointments_page(member, cursor, limits::PAGE_MAX);
        if entries.is_empty() {
            return Page { items, next: None };
        }
        for (id, entry) in entries {
            cursor = Some(id);
            let starts_then = day.is_none_or(|day| entry.start / DAY == u64::from(day));
            if starts_then && status.is_none_or(|status| entry.status == status) {
                items.push(appointment((id, entry)));
                if items.len() == limit {
                    return Page { items, next: cursor };
                }
            }
        }
    }
    Page { items, next: cursor }
}

pub(crate) fn schedule(schedule: pallet_appointments::Schedule) -> ScheduleView {
    let pallet_appointments::Schedule { opening_times, days_off } = schedule;
    let time = |time: &pallet_appointments::OpeningTime| OpeningTimeView {
        weekday: time.weekday,
        from: time.from,
        until: time.until,
    };
    let days = |days: &pallet_appointments::DaysOff| DaysOffView { first: days.first, last: days.last };
    ScheduleView {
        opening_times: opening_times.iter().map(time).collect(),
        days_off: days_off.iter().map(days).collect(),
    }
}

pub(crate) fn care((patient, doctor, relation): (MemberId, MemberId, pallet_appointments::CareRelation)) -> CareView {
    CareView { patient, doctor, since: relation.since, appointment: relation.appointment }
}

pub(crate) fn record((id, record): (RecordId, pallet_reports::Record)) -> RecordView {
    RecordView {
        id,
        patient: record.patient,
        author: record.author,
        kind: record.kind,
        status: record.status,
        content: record.content,
        size: record.size,
        envelope: record.envelope,
        key_version: record.key_version,
        anchored_at: record.anchored_at,
        supersedes: record.supersedes,
        superseded_by: record.superseded_by,
        fills: record.fills,
        fills_left: record.fills_left,
        valid_until: record.valid_until,
        retraction: record.retraction,
        dispute: record.dispute,
    }
}

pub(crate) fn dispensing((fill, dispensing): (u8, pallet_reports::Dispensing<AccountId>)) -> DispensingView<AccountId> {
    let pallet_reports::Dispensing { pharmacy, dispensed_at, staff } = dispensing;
    DispensingView { fill, pharmacy, dispensed_at, staff }
}

/// The patient first, whose seal goes into the envelope, and then those whose seals are anchored with the record.
pub(crate) fn seal_recipients(patient: MemberId, kind: RecordKind) -> Vec<SealRecipientView> {
    let others = pallet_access::Pallet::<Runtime>::recipients(patient, kind).into_iter().map(|recipient| {
        let sealed_as = match recipient.basis {
            GrantBasis::Guardianship => SealedAs::Guardian,
            _ => SealedAs::Standing,
        };
        SealRecipientView { member: recipient.member.id, sealed_as }
    });
    let patient = SealRecipientView { member: patient, sealed_as: SealedAs::Patient };
    core::iter::once(patient).chain(others).collect()
}

pub(crate) fn standing_consent((reader, consent): (MemberId, pallet_access::StandingConsent)) -> StandingConsentView {
    let pallet_access::StandingConsent { kinds, purpose, given_by, since, until } = consent;
    StandingConsentView { reader, kinds, purpose, given_by, since, until }
}

pub(crate) fn guardian(
    patient: MemberId,
    guardian: MemberId,
    guardianship: pallet_access::Guardianship,
) -> GuardianView {
    let pallet_access::Guardianship { scope, since, until } = guardianship;
    GuardianView { patient, guardian, scope, since, until }
}

fn asked(asked: pallet_access::AskedTerms) -> AskedTermsView {
    AskedTermsView { duration: asked.duration, openings: asked.openings }
}

pub(crate) fn request((id, request): (RequestId, pallet_access::AccessRequest<AccountId>)) -> RequestView<AccountId> {
    RequestView {
        id,
        requester: request.requester,
        patient: request.patient,
        records: request.records.into_inner(),
        purpose: request.purpose,
        asked: request.asked.map(asked),
        requested_at: request.requested_at,
        expires_at: request.expires_at,
        staff: request.staff,
    }
}

pub(crate) fn grant((record, reader, grant): (RecordId, MemberId, pallet_access::Grant)) -> GrantView {
    GrantView {
        record,
        reader,
        seal: grant.seal,
        purpose: grant.purpose,
        basis: grant.basis,
        granted_by: grant.granted_by,
        granted_at: grant.granted_at,
        expires_at: grant.expires_at,
        asked: grant.asked.map(asked),
        openings: grant.openings,
        openings_left: grant.openings_left,
        window_closes_at: pallet_access::Pallet::<Runtime>::live_window(record, reader).map(|window| window.closes_at),
    }
}

pub(crate) fn reading(
    (id, reading): (ReadingId, pallet_access::Reading<AccountId, BlockNumber>),
) -> ReadingView<AccountId> {
    ReadingView {
        id,
        record: reading.record,
        patient: reading.patient,
        reader: reading.reader,
        purpose: reading.purpose,
        basis: reading.basis,
        opened_at: reading.opened_at,
        opened_in: reading.opened_in,
        staff: reading.staff,
        emergency: pallet_access::EmergencyOpenings::<Runtime>::get(id).map(|opening| EmergencyOpeningView {
            reason: opening.reason,
            outcome: opening.review.as_ref().map(|review| review.outcome),
            reviewed_at: opening.review.as_ref().map(|review| review.reviewed_at),
        }),
    }
}

pub(crate) fn pending_review((reading, entry, reason): pallet_access::PendingReview<Runtime>) -> PendingReviewView {
    let pallet_access::Reading { record, patient, reader, opened_at, .. } = entry;
    PendingReviewView { reading, record, patient, doctor: reader, reason, opened_at }
}

pub(crate) fn emergency_consent(consent: pallet_access::EmergencyConsent) -> EmergencyConsentView {
    let institutions = match consent.institutions {
        pallet_access::EmergencyInstitutions::All => None,
        pallet_access::EmergencyInstitutions::Chosen(chosen) => Some(chosen.into_inner()),
    };
    EmergencyConsentView { institutions, given_by: consent.given_by, since: consent.since }
}

pub(crate) fn emergency_capsule(capsule: pallet_access::EmergencyCapsule) -> EmergencyCapsuleView {
    let pallet_access::EmergencyCapsule { hash, lodged_by, lodged_at } = capsule;
    EmergencyCapsuleView { capsule: hash, lodged_by, lodged_at }
}

/// The events of this block; the state shows them until the next one begins.
fn events() -> impl Iterator<Item = RuntimeEvent> {
    frame_system::Pallet::<Runtime>::read_events_no_consensus().map(|record| record.event)
}

/// The emergency capsules that this block lodged, withdrew or replaced.
pub(crate) fn emergency_capsule_changes() -> Vec<EmergencyCapsuleChange> {
    events()
        .filter_map(|event| match event {
            RuntimeEvent::Access(pallet_access::Event::EmergencyCapsuleLodged { record, capsule, .. }) => {
                Some(EmergencyCapsuleChange { record, capsule, lodged: true })
            }
            RuntimeEvent::Access(pallet_access::Event::EmergencyCapsuleRemoved { record, capsule }) => {
                Some(EmergencyCapsuleChange { record, capsule, lodged: false })
            }
            _ => None,
        })
        .collect()
}

/// What this block brought that members are alerted to.
pub(crate) fn alerts() -> Vec<(MemberId, AlertView)> {
    use pallet_access::Event as Access;
    use pallet_appointments::Event as Appointments;
    events()
        .filter_map(|event| match event {
            RuntimeEvent::Access(Access::AccessRequested { request, patient, requester, purpose, .. }) => {
                Some((patient, AlertView::Request { request, requester, purpose }))
            }
            RuntimeEvent::Access(Access::RecordOpened { reading, record, patient, reader, purpose, .. }) => {
                Some((patient, AlertView::Opening { reading, record, reader, purpose }))
            }
            RuntimeEvent::Access(Access::EmergencyOpened { reading, record, patient, doctor, reason, .. }) => {
                Some((patient, AlertView::Emergency { reading, record, doctor, reason }))
            }
            RuntimeEvent::Access(Access::LinkOpened { link, patient, host, first_reading, openings_left }) => {
                Some((patient, AlertView::Link { link, host, first_reading, openings_left }))
            }
            RuntimeEvent::Appointments(Appointments::AppointmentRequested {
                appointment,
                patient,
                doctor,
                start,
                end,
                ..
            }) => Some((doctor, AlertView::Appointment { appointment, patient, start, end })),
            _ => None,
        })
        .collect()
}

pub(crate) fn link((id, link): (LinkId, pallet_access::Link)) -> LinkView {
    LinkView {
        id,
        records: pallet_access::Pallet::<Runtime>::shown_records(&link),
        status: pallet_access::Pallet::<Runtime>::link_status(&link),
        patient: link.patient,
        commitment: link.commitment,
        host: link.host,
        registered_by: link.registered_by,
        registered_at: link.registered_at,
        expires_at: link.expires_at,
        openings: link.openings,
        openings_left: link.openings_left,
        revoked_at: link.revoked_at,
    }
}

pub(crate) fn link_opening(opening: pallet_access::LinkOpening<BlockNumber>) -> LinkOpeningView {
    LinkOpeningView {
        first_reading: opening.first_reading,
        readings: opening.readings,
        recipient: opening.recipient.sealed.to_vec(),
        key_version: opening.recipient.key_version,
        opened_at: opening.opened_at,
        opened_in: opening.opened_in,
    }
}

pub(crate) fn permit(permit: pallet_access::Permit) -> ReadPermit {
    match permit {
        pallet_access::Permit::Owner => ReadPermit::Owner,
        pallet_access::Permit::Administrator => ReadPermit::Administrator,
        pallet_access::Permit::Reader { closes_at } => ReadPermit::Reader { closes_at },
        pallet_access::Permit::Emergency { closes_at } => ReadPermit::Emergency { closes_at },
    }
}

pub(crate) fn committee(committee: pallet_access::ReleaseCommittee) -> CommitteeView {
    CommitteeView {
        epoch: committee.epoch,
        key: committee.key,
        threshold: committee.threshold,
        shares: committee.shares.into_inner(),
    }
}

pub(crate) fn allowance(allowance: pallet_quotas::Allowance) -> AllowanceView {
    AllowanceView {
        class: allowance.class.name().into(),
        weight_left: allowance.weight_left,
        weight_max: allowance.quota.weight_max,
        weight_refill: allowance.quota.weight_refill,
        length_left: allowance.length_left,
        length_max: allowance.quota.length_max,
        length_refill: allowance.quota.length_refill,
    }
}

/// How many bytes a member may store that no record anchors yet: a doctor's documents for patients, for the others
/// their own profile or certificate, for a suspended member nothing.
pub(crate) fn store_allowance(member: Option<MemberInfo>) -> u64 {
    match member {
        Some(member) if member.is_active_as(Role::Doctor) => limits::CONTENT_MAX,
        Some(member) if member.status == Status::Suspended => 0,
        Some(member) if member.role.is_professional() || member.is_active() => limits::OWN_CONTENT_MAX,
        _ => 0,
    }
}

/// The slot duration of the runtime's configuration.
pub(crate) fn slot_duration() -> sp_consensus_aura::SlotDuration {
    sp_consensus_aura::SlotDuration::from_millis(<Runtime as pallet_aura::Config>::SlotDuration::get())
}

/// The committees of replaced keys, by epoch; there are at most `EarlierMax`.
pub(crate) fn earlier_committees() -> Vec<CommitteeView> {
    let mut earlier: Vec<_> = pallet_committee::Earlier::<Runtime>::iter_values()
        .map(|earlier| CommitteeView {
            epoch: earlier.committee.epoch,
            key: earlier.committee.key,
            threshold: earlier.committee.threshold,
            shares: earlier.committee.shares.into_inner(),
        })
        .collect();
    earlier.sort_unstable_by_key(|committee| committee.epoch);
    earlier
}

/// A round with all that was published in it.
pub(crate) fn round(round: pallet_committee::Round<AccountId, BlockNumber>) -> RoundView<AccountId> {
    use pallet_committee::{Answers, Confirmations, Dealings, Phase, Reports};
    let dealers = (1u16..).zip(round.dealers).map(|(number, dealer)| DealerView {
        account: dealer.seat.account,
        key: dealer.seat.key.0,
        share: dealer.share,
        dealing: Dealings::<Runtime>::get(number)
            .map(|dealing| (dealing.commitment.into_inner(), dealing.proof.to_vec())),
        refused: round.refused.contains(&number),
        answers: Answers::<Runtime>::get(number).map(|answers| answers.into_inner()),
    });
    let recipients = (1u16..).zip(round.recipients).map(|(number, seat)| RecipientView {
        account: seat.account,
        key: seat.key.0,
        missing: Reports::<Runtime>::get(number).map(|missing| missing.into_inner()),
        confirmed: Confirmations::<Runtime>::contains_key(number),
    });
    RoundView {
        number: round.number,
        epoch: round.epoch,
        key: round.key,
        threshold: round.threshold,
        phase: match round.phase {
            Phase::Dealing => RoundPhase::Dealing,
            Phase::Reporting => RoundPhase::Reporting,
            Phase::Answering => RoundPhase::Answering,
            Phase::Confirming => RoundPhase::Confirming,
            Phase::Finished => RoundPhase::Finished,
        },
        ends_at: round.ends_at,
        dealers: dealers.collect(),
        recipients: recipients.collect(),
        counted: round.counted.into_inner(),
    }
}

/// Who failed in a round.
pub(crate) fn failure(failure: pallet_committee::Failure<AccountId>) -> FailureView<AccountId> {
    use pallet_committee::Fault;
    let fault = match failure.fault {
        Fault::NotDealt => "notDealt",
        Fault::BadDealing => "badDealing",
        Fault::NotAnswered => "notAnswered",
        Fault::NotReported => "notReported",
        Fault::NotConfirmed => "notConfirmed",
        Fault::Differed => "differed",
        Fault::NotCounted => "notCounted",
    };
    FailureView { round: failure.round, account: failure.account, fault: fault.into() }
}
