//! What must be true of the chain by its events alone.

use crate::proposals::Dice;
use crate::{account, moment};
use medchain_primitives::*;
use medchain_runtime::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct MemberModel {
    pub account: AccountId,
    pub role: Role,
    pub status: Status,
    pub key_version: KeyVersion,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordModel {
    pub patient: MemberId,
    pub author: MemberId,
    pub kind: RecordKind,
    pub status: RecordStatus,
}

#[derive(Clone, Debug)]
pub struct AppointmentModel {
    pub patient: MemberId,
    pub doctor: MemberId,
    pub start: Moment,
    pub end: Moment,
    pub status: AppointmentStatus,
}

#[derive(Clone, Debug)]
pub struct RequestModel {
    pub patient: MemberId,
    pub requester: MemberId,
    pub purpose: Purpose,
    pub records: Vec<RecordId>,
    pub expires_at: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantModel {
    pub basis: GrantBasis,
    pub granted_by: MemberId,
    pub expires_at: Moment,
    pub openings_left: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingModel {
    pub record: RecordId,
    pub patient: MemberId,
    pub reader: MemberId,
    pub opened_at: Moment,
}

#[derive(Clone, Debug)]
pub struct LinkModel {
    pub host: MemberId,
    pub records: Vec<RecordId>,
    pub expires_at: Moment,
    pub openings_left: u32,
    pub revoked: bool,
}

type Outcome = Result<(), String>;

macro_rules! must {
    ($holds:expr, $($fault:tt)+) => {
        if !$holds {
            return Err(format!($($fault)+));
        }
    };
}

/// The chain as its events tell it.
#[derive(Default)]
pub struct Model {
    pub members: BTreeMap<MemberId, MemberModel>,
    pub records: BTreeMap<RecordId, RecordModel>,
    pub appointments: BTreeMap<AppointmentId, AppointmentModel>,
    /// Who holds which slot, doctors and patients alike.
    pub slots: BTreeMap<(MemberId, u64), AppointmentId>,
    pub care: BTreeSet<(MemberId, MemberId)>,
    pub requests: BTreeMap<RequestId, RequestModel>,
    pub grants: BTreeMap<(RecordId, MemberId), GrantModel>,
    /// When each window ends.
    pub windows: BTreeMap<(RecordId, MemberId), Moment>,
    /// The staff that opened a window, which reads in it alone.
    pub opened_by: BTreeMap<(RecordId, MemberId), AccountId>,
    pub log: BTreeMap<ReadingId, ReadingModel>,
    /// The accounts that members have left.
    pub retired: BTreeSet<AccountId>,
    /// When doctors can be booked, of those who have said so.
    pub schedules: BTreeMap<MemberId, pallet_appointments::Schedule>,
    /// The emergency consents, and since when each stands.
    pub emergency_consents: BTreeMap<MemberId, (Moment, pallet_access::EmergencyInstitutions)>,
    /// The records with a capsule for emergencies.
    pub capsules: BTreeSet<RecordId>,
    /// From when to when each window of an emergency opening lasts.
    pub emergency_windows: BTreeMap<(RecordId, MemberId), (Moment, Moment)>,
    /// The emergency openings that nobody has reviewed, and whose they are.
    pub unreviewed: BTreeMap<ReadingId, MemberId>,
    /// The staff accounts, for whom and for what.
    pub staff: BTreeMap<AccountId, (MemberId, StaffScope)>,
    /// The dependants that have no account of their own yet, and their guardians.
    pub dependants: BTreeMap<MemberId, MemberId>,
    pub links: BTreeMap<LinkId, LinkModel>,
    /// What the last call concerned.
    touched: Vec<(RecordId, MemberId)>,
}

impl Model {
    pub fn member_of(&self, account: &AccountId) -> Option<(MemberId, &MemberModel)> {
        self.members.iter().find(|(_, member)| member.account == *account).map(|(id, member)| (*id, member))
    }

    pub fn is_stranger(&self, account: &AccountId) -> bool {
        self.member_of(account).is_none()
    }

    pub fn is_active_as(&self, id: MemberId, role: Role) -> bool {
        self.members.get(&id).is_some_and(|member| member.status == Status::Active && member.role == role)
    }

    /// The profile or certificate in force of a member.
    pub fn own_record(&self, member: MemberId) -> Option<RecordId> {
        self.records
            .iter()
            .find(|(_, record)| {
                record.patient == member
                    && record.status == RecordStatus::Current
                    && matches!(record.kind, RecordKind::Profile | RecordKind::Certificate)
            })
            .map(|(id, _)| *id)
    }

    /// Whether a grant has not expired and what it rests on lasts.
    pub fn stands(&self, record: RecordId, reader: MemberId) -> bool {
        let key = (record, reader);
        let (Some(grant), Some(record)) = (self.grants.get(&key), self.records.get(&record)) else {
            return false;
        };
        let granted_at = pallet_access::Grants::<Runtime>::get(key.0, key.1).map_or(0, |grant| grant.granted_at);
        let rests = match grant.basis {
            GrantBasis::Care => self.care.contains(&(record.patient, reader)),
            GrantBasis::Shared => {
                self.is_active_as(grant.granted_by, Role::Doctor)
                    && self.care.contains(&(record.patient, grant.granted_by))
            }
            GrantBasis::Standing => pallet_access::StandingConsents::<Runtime>::get(record.patient, reader)
                .is_some_and(|consent| {
                    moment() < consent.until && consent.since <= granted_at && consent.kinds.contains(record.kind)
                }),
            GrantBasis::Guardianship => pallet_access::Guardianships::<Runtime>::get(record.patient, reader)
                .is_some_and(|entry| moment() < entry.until && entry.since <= granted_at && entry.scope.read),
            GrantBasis::Consent => true,
            GrantBasis::Emergency => false,
            GrantBasis::Link => false,
        };
        rests && moment() < grant.expires_at
    }

    /// Whether a member may read a record now.
    fn may_read(&self, record: RecordId, reader: MemberId) -> bool {
        let (Some(entry), Some(member)) = (self.records.get(&record), self.members.get(&reader)) else { return false };
        if entry.status == RecordStatus::Erased {
            return false;
        }
        if entry.patient == reader {
            return member.status == Status::Active || entry.kind == RecordKind::Certificate;
        }
        let by_grant = self.may_read_by_grant(record, reader) && !self.opened_by.contains_key(&(record, reader));
        member.status == Status::Active && (by_grant || self.may_read_in_emergency(record, reader))
    }

    /// Whether whoever opened a record for a member may read it now.
    fn may_read_by_grant(&self, record: RecordId, reader: MemberId) -> bool {
        let window = self.windows.get(&(record, reader));
        let erased = self.records.get(&record).is_none_or(|entry| entry.status == RecordStatus::Erased);
        let active = self.members.get(&reader).is_some_and(|member| member.status == Status::Active);
        self.stands(record, reader) && window.is_some_and(|closes_at| moment() < *closes_at) && active && !erased
    }

    /// Whether a staff account may read a record now.
    fn may_staff_read(&self, record: RecordId, account: &AccountId) -> bool {
        let (Some((institution, scope)), Some(entry)) = (self.staff.get(account), self.records.get(&record)) else {
            return false;
        };
        self.may_read_by_grant(record, *institution)
            && self.opened_by.get(&(record, *institution)) == Some(account)
            && scope.allows(StaffAct::Read(entry.kind))
    }

    /// Whether a doctor's emergency opening of a record still lets it read.
    fn may_read_in_emergency(&self, record: RecordId, doctor: MemberId) -> bool {
        let Some((opened_at, closes_at)) = self.emergency_windows.get(&(record, doctor)) else { return false };
        let consented = self.records.get(&record).is_some_and(|entry| {
            self.reaches(entry.patient, doctor)
                && self.emergency_consents.get(&entry.patient).is_some_and(|(since, _)| since <= opened_at)
        });
        consented && self.capsules.contains(&record) && moment() < *closes_at
    }

    /// Whether a patient's emergency consent lets a doctor open.
    fn reaches(&self, patient: MemberId, doctor: MemberId) -> bool {
        use pallet_access::EmergencyInstitutions::*;
        match self.emergency_consents.get(&patient) {
            None => false,
            Some((_, All)) => true,
            Some((_, Chosen(chosen))) => chosen.iter().any(|hospital| Registry::is_affiliated(doctor, *hospital)),
        }
    }

    /// Whether a doctor has said that it can be booked in this slot.
    fn can_be_booked(&self, doctor: MemberId, slot: u64) -> bool {
        let Some(schedule) = self.schedules.get(&doctor) else { return true };
        let (day, slot_of_day) = (slot / 96, (slot % 96) as u8);
        // 5 January 1970 was a Monday.
        let weekday = ((day + 7 - 4) % 7) as u8;
        let off = schedule.days_off.iter().any(|off| u64::from(off.first) <= day && day <= u64::from(off.last));
        let times = &schedule.opening_times;
        let open =
            times.iter().any(|time| time.weekday == weekday && time.from <= slot_of_day && slot_of_day < time.until);
        !off && (times.is_empty() || open)
    }

    /// Takes in what a call did.
    pub fn follow(&mut self, signer: &AccountId, call: &RuntimeCall, events: Vec<RuntimeEvent>) -> Outcome {
        self.touched.clear();
        for event in events {
            match event {
                RuntimeEvent::Registry(event) => self.follow_registry(call, event)?,
                RuntimeEvent::Appointments(event) => self.follow_appointments(call, event)?,
                RuntimeEvent::Reports(event) => self.follow_reports(event)?,
                RuntimeEvent::Access(event) => self.follow_access(signer, call, event)?,
                RuntimeEvent::System(frame_system::Event::NewAccount { .. }) => {}
                other => return Err(format!("an event that nobody expects: {other:?}")),
            }
        }
        Ok(())
    }

    fn follow_registry(&mut self, call: &RuntimeCall, event: pallet_registry::Event<Runtime>) -> Outcome {
        use pallet_registry::Event::*;
        let (member, status) = match event {
            MemberRegistered { member, account, role, vouched_by } => {
                let status = if role.is_professional() { Status::Pending } else { Status::Active };
                must!(!self.retired.contains(&account), "{account} was left and registers again");
                let institution = vouched_by.map_or(Ok(None), |id| self.members.get(&id).map(Some).ok_or("nobody"))?;
                must!(
                    institution.is_none_or(|entry| entry.status == Status::Active && entry.role.is_institution()),
                    "one that may not vouched for {member}"
                );
                let before = self.members.insert(member, MemberModel { account, role, status, key_version: 1 });
                must!(before.is_none(), "member {member} was given out twice");
                return Ok(());
            }
            KeyRotated { member, key_version } => {
                let entry = self.members.get_mut(&member).ok_or("a stranger's key was rotated")?;
                must!(entry.status != Status::Suspended, "{member} is suspended and rotated its key");
                must!(key_version == entry.key_version + 1, "{member} has skipped a version of its key");
                entry.key_version = key_version;
                return Ok(());
            }
            AccountMoved { member, from, to, key_version } => {
                must!(self.is_stranger(&to) && !self.retired.contains(&to), "{member} moved to somebody's account");
                let entry = self.members.get_mut(&member).ok_or("a stranger moved")?;
                must!(entry.account == from, "{member} moved from another account");
                let recovered = matches!(call, RuntimeCall::Registry(pallet_registry::Call::complete_recovery { .. }));
                must!(recovered || entry.status != Status::Suspended, "{member} is suspended and moved");
                must!(key_version == entry.key_version + 1, "{member} has skipped a version of its key");
                (entry.account, entry.key_version) = (to, key_version);
                self.retired.insert(from);
                self.dependants.remove(&member);
                return Ok(());
            }
            StaffAdded { institution, account, scope } => {
                must!(self.is_stranger(&account), "the staff account {account} is a member's");
                let entry = self.members.get(&institution).ok_or("staff of nobody")?;
                must!(entry.status == Status::Active && entry.role.is_institution(), "{institution} may have no staff");
                let before = self.staff.insert(account, (institution, scope));
                must!(before.is_none(), "one account is staff twice");
                return Ok(());
            }
            StaffRemoved { institution, account } => {
                let before = self.staff.remove(&account);
                must!(before.is_some_and(|(of, _)| of == institution), "{account} was not staff of {institution}");
                return Ok(());
            }
            DependantRegistered { dependant, guardian } => {
                must!(self.is_active_as(guardian, Role::Patient), "{guardian} may have no dependants");
                self.dependants.insert(dependant, guardian);
                return Ok(());
            }
            MemberVerified { member, .. } => {
                must!(self.own_record(member).is_some(), "{member} was verified without a certificate");
                (member, Status::Active)
            }
            MemberReinstated { member, .. } => (member, Status::Active),
            MemberRejected { member, .. } => (member, Status::Rejected),
            MemberSuspended { member, .. } => (member, Status::Suspended),
            ApplicationRenewed { member } => (member, Status::Pending),
            _ => return Ok(()),
        };
        let entry = self.members.get_mut(&member).ok_or("an unknown member changed its status")?;
        let allowed = matches!(
            (entry.status, status),
            (Status::Pending, Status::Active | Status::Rejected)
                | (Status::Active, Status::Suspended)
                | (Status::Suspended, Status::Active)
                | (Status::Rejected, Status::Pending)
        );
        must!(allowed && entry.role.is_professional(), "{member} went from {} to {status}", entry.status);
        entry.status = status;
        Ok(())
    }

    fn follow_appointments(&mut self, call: &RuntimeCall, event: pallet_appointments::Event<Runtime>) -> Outcome {
        use pallet_appointments::Event::*;
        let mut rescheduled = false;
        let (id, status) = match event {
            AppointmentRequested { appointment, patient, doctor, start, end } => {
                must!(start > moment(), "{appointment} lies in the past");
                let mut slots = pallet_appointments::slots(start, end);
                must!(slots.all(|slot| self.can_be_booked(doctor, slot)), "{doctor} is not open for {appointment}");
                let status = AppointmentStatus::Requested;
                let entry = AppointmentModel { patient, doctor, start, end, status };
                let before = self.appointments.insert(appointment, entry);
                must!(before.is_none(), "appointment {appointment} was given out twice");
                return Ok(());
            }
            CareOpened { patient, doctor } => {
                must!(self.is_active_as(doctor, Role::Doctor), "{doctor} cares and may not act");
                must!(self.care.insert((patient, doctor)), "{doctor} had {patient} under care already");
                return Ok(());
            }
            CareEnded { patient, doctor } => {
                must!(self.care.remove(&(patient, doctor)), "{doctor} did not have {patient} under care");
                return Ok(());
            }
            AppointmentAccepted { appointment, .. } => (appointment, AppointmentStatus::Accepted),
            AppointmentDeclined { appointment, .. } => (appointment, AppointmentStatus::Declined),
            AppointmentCancelled { appointment, reason, .. } => {
                rescheduled = reason == AppointmentReason::Rescheduled;
                (appointment, AppointmentStatus::Cancelled)
            }
            AppointmentExpired { appointment, .. } => (appointment, AppointmentStatus::Expired),
            ScheduleSet { doctor } => {
                let RuntimeCall::Appointments(pallet_appointments::Call::set_schedule { schedule }) = call else {
                    return Err("a schedule came from another call".into());
                };
                self.schedules.insert(doctor, schedule.clone());
                return Ok(());
            }
            AppointmentCompleted { appointment, .. } => (appointment, AppointmentStatus::Completed),
            AppointmentMissed { appointment, .. } => (appointment, AppointmentStatus::Missed),
            #[allow(unreachable_patterns)]
            _ => return Ok(()),
        };
        let entry = self.appointments.get_mut(&id).ok_or("an unknown appointment changed")?;
        let (before, after) = (entry.status, status);
        let allowed = match (before, after) {
            (AppointmentStatus::Requested, AppointmentStatus::Accepted) => moment() < entry.start,
            (AppointmentStatus::Requested, AppointmentStatus::Declined | AppointmentStatus::Cancelled) => true,
            (AppointmentStatus::Requested, AppointmentStatus::Expired) => moment() >= entry.start,
            // Its replacement may be accepted after it has started.
            (AppointmentStatus::Accepted, AppointmentStatus::Cancelled) => rescheduled || moment() < entry.start,
            (AppointmentStatus::Accepted, AppointmentStatus::Completed | AppointmentStatus::Missed) => {
                moment() >= entry.start
            }
            _ => false,
        };
        must!(allowed, "appointment {id} went from {before} to {after}");
        entry.status = after;
        let holders = [entry.patient, entry.doctor];
        for slot in pallet_appointments::slots(entry.start, entry.end) {
            for holder in holders {
                if after == AppointmentStatus::Accepted {
                    let held = self.slots.insert((holder, slot), id);
                    must!(held.is_none(), "slot {slot} of {holder} is held twice");
                } else if before == AppointmentStatus::Accepted {
                    must!(self.slots.remove(&(holder, slot)) == Some(id), "slot {slot} of {holder} was not held");
                }
            }
        }
        Ok(())
    }

    fn follow_reports(&mut self, event: pallet_reports::Event<Runtime>) -> Outcome {
        use pallet_reports::Event::*;
        let (id, status) = match event {
            RecordAnchored { record, patient, author, kind, .. } => {
                let own = matches!(kind, RecordKind::Profile | RecordKind::Certificate);
                must!(own == (patient == author), "{record} was written by {author}");
                must!(own || self.care.contains(&(patient, author)), "{author} wrote without care");
                must!(own || self.is_active_as(author, Role::Doctor), "{author} wrote and may not act");
                let status = RecordStatus::Current;
                let before = self.records.insert(record, RecordModel { patient, author, kind, status });
                must!(before.is_none(), "record {record} was given out twice");
                return Ok(());
            }
            RecordAmended { supersedes, .. } => (supersedes, RecordStatus::Superseded),
            RecordRetracted { record, .. } => (record, RecordStatus::EnteredInError),
            RecordErased { record, .. } => (record, RecordStatus::Erased),
            #[allow(unreachable_patterns)]
            _ => return Ok(()),
        };
        let entry = self.records.get_mut(&id).ok_or("an unknown record changed")?;
        must!(entry.status != RecordStatus::Erased, "record {id} was erased and is {status}");
        entry.status = status;
        self.touched.extend(self.grants.keys().filter(|(record, _)| *record == id));
        Ok(())
    }

    fn follow_access(
        &mut self,
        signer: &AccountId,
        call: &RuntimeCall,
        event: pallet_access::Event<Runtime>,
    ) -> Outcome {
        use pallet_access::Event::*;
        match event {
            AccessRequested { request, patient, requester, purpose, .. } => {
                let RuntimeCall::Access(
                    pallet_access::Call::request { records, .. } | pallet_access::Call::request_for { records, .. },
                ) = call
                else {
                    return Err("a request came from another call".into());
                };
                let expires_at = moment() + limits::REQUEST_LIFETIME;
                let records = records.to_vec();
                let entry = RequestModel { patient, requester, purpose, records, expires_at };
                must!(self.requests.insert(request, entry).is_none(), "request {request} was given out twice");
            }
            RequestWithdrawn { request, .. } | RequestDenied { request } => {
                must!(self.requests.remove(&request).is_some(), "request {request} did not wait");
            }
            RequestExpired { request } => {
                let entry = self.requests.remove(&request).ok_or("what did not wait has expired")?;
                must!(moment() >= entry.expires_at, "request {request} was cleared early");
            }
            AccessGranted { record, reader, expires_at, openings, .. } => {
                let basis = match call {
                    RuntimeCall::Appointments(_) => GrantBasis::Care,
                    RuntimeCall::Reports(_) => {
                        let is_patient = self.members.get(&reader).is_some_and(|member| member.role == Role::Patient);
                        if is_patient {
                            GrantBasis::Guardianship
                        } else {
                            GrantBasis::Standing
                        }
                    }
                    RuntimeCall::Access(pallet_access::Call::seal_to_guardian { .. }) => GrantBasis::Guardianship,
                    _ => GrantBasis::Consent,
                };
                let patient = self.records.get(&record).ok_or("an unknown record was granted")?.patient;
                let by_patient = self.members.get(&patient).is_some_and(|member| member.account == *signer);
                let signed_by = self.member_of(signer).map(|(id, _)| id);
                let by_guardian = signed_by
                    .and_then(|guardian| pallet_access::Guardianships::<Runtime>::get(patient, guardian))
                    .is_some_and(|entry| moment() < entry.until && entry.scope.decide);
                let decided = by_patient || (basis == GrantBasis::Consent && by_guardian);
                let beforehand = matches!(call, RuntimeCall::Reports(_) | RuntimeCall::Appointments(_));
                must!(decided || beforehand, "{record} was granted by another than its patient");
                let granted_by = match basis {
                    GrantBasis::Consent => signed_by.ok_or("a stranger granted")?,
                    GrantBasis::Standing => pallet_access::StandingConsents::<Runtime>::get(patient, reader)
                        .map(|consent| consent.given_by)
                        .ok_or("a grant without its standing consent")?,
                    _ => patient,
                };
                if let RuntimeCall::Access(pallet_access::Call::grant { request: Some(request), .. }) = call {
                    self.answer(*request, record)?;
                }
                self.put_grant(record, reader, basis, granted_by, expires_at, openings);
            }
            ProfileShared { record, doctor, hospital } => {
                must!(self.stands(record, doctor), "{doctor} shared what it may not read");
                let own = self.grants.get(&(record, doctor)).map_or(0, |grant| grant.expires_at);
                let expires_at = own.min(moment() + limits::CARE_GRANT_LIFETIME);
                let openings = limits::CARE_GRANT_OPENINGS;
                self.put_grant(record, hospital, GrantBasis::Shared, doctor, expires_at, openings);
            }
            GrantExpired { record, reader } => {
                let grant = self.grants.remove(&(record, reader)).ok_or("no grant has expired")?;
                must!(moment() >= grant.expires_at, "the grant of {record} to {reader} was removed early");
                self.windows.remove(&(record, reader));
                self.touched.push((record, reader));
            }
            GrantRevoked { record, reader } | GrantRelinquished { record, reader, .. } => {
                must!(self.grants.remove(&(record, reader)).is_some(), "no grant of {record} for {reader}");
                self.windows.remove(&(record, reader));
                self.touched.push((record, reader));
            }
            RecordOpened { reading, record, patient, reader, closes_at, staff, .. } => {
                must!(self.stands(record, reader), "{reader} opened {record} without a grant that stands");
                must!(
                    self.members.get(&reader).is_some_and(|member| member.status == Status::Active),
                    "{reader} opened {record} and may not act"
                );
                let erased = self.records.get(&record).is_none_or(|entry| entry.status == RecordStatus::Erased);
                must!(!erased, "{reader} opened {record}, which is erased");
                let grant = self.grants.get_mut(&(record, reader)).ok_or("no grant")?;
                let left = grant.openings_left.checked_sub(1);
                grant.openings_left = left.ok_or("the openings exceed the grant")?;
                let window = (moment() + limits::READING_WINDOW).min(grant.expires_at);
                must!(closes_at == window, "the window closes at another time");
                let before = self.windows.insert((record, reader), closes_at);
                must!(before.is_none_or(|end| end <= moment()), "{reader} opened {record} twice at once");
                match staff {
                    Some(account) => {
                        let of = self.staff.get(&account).map(|(institution, _)| *institution);
                        must!(of == Some(reader), "{account} opened {record} for {reader} and is not its staff");
                        self.opened_by.insert((record, reader), account);
                    }
                    None => {
                        self.opened_by.remove(&(record, reader));
                    }
                }
                let entry = ReadingModel { record, patient, reader, opened_at: moment() };
                must!(self.log.insert(reading, entry).is_none(), "reading {reading} was given out twice");
                self.touched.push((record, reader));
            }
            LinkRegistered { link, host, expires_at, openings, .. } => {
                let RuntimeCall::Access(pallet_access::Call::register_link { records, .. }) = call else {
                    return Err("a link came from another call".into());
                };
                let records = records.to_vec();
                let entry = LinkModel { host, records, expires_at, openings_left: openings, revoked: false };
                must!(self.links.insert(link, entry).is_none(), "link {link} was given out twice");
            }
            LinkRevoked { link, .. } => {
                let entry = self.links.get_mut(&link).ok_or("an unknown link was revoked")?;
                must!(!entry.revoked, "link {link} was revoked twice");
                entry.revoked = true;
            }
            LinkOpened { link, patient, host, first_reading, openings_left } => {
                let entry = self.links.get_mut(&link).ok_or("an unknown link was opened")?;
                must!(
                    !entry.revoked && moment() < entry.expires_at && entry.host == host,
                    "link {link} does not stand"
                );
                let left = entry.openings_left.checked_sub(1);
                must!(left == Some(openings_left), "the openings of link {link} exceed what was given");
                entry.openings_left = openings_left;
                let is_left = |record: &&RecordId| {
                    self.records.get(record).is_some_and(|entry| entry.status != RecordStatus::Erased)
                };
                for (index, record) in (0u64..).zip(entry.records.iter().filter(is_left)) {
                    let reading = ReadingModel { record: *record, patient, reader: host, opened_at: moment() };
                    let before = self.log.insert(ReadingId(first_reading.0 + index), reading);
                    must!(before.is_none(), "reading {first_reading} was given out twice");
                }
            }
            EmergencyConsentGiven { patient, institutions } => {
                let since = self.emergency_consents.get(&patient).map_or(moment(), |(since, _)| *since);
                self.emergency_consents.insert(patient, (since, institutions));
            }
            EmergencyConsentRevoked { patient, .. } => {
                self.emergency_consents.remove(&patient);
                self.touched.extend(self.emergency_windows.keys());
            }
            EmergencyCapsuleLodged { record, lodged_by, .. } => {
                let RecordModel { patient, author, .. } =
                    *self.records.get(&record).ok_or("a capsule for no record")?;
                let anchored_at = pallet_reports::Records::<Runtime>::get(record).map_or(0, |entry| entry.anchored_at);
                let in_time = moment() < anchored_at + pallet_access::AUTHOR_LODGES_WITHIN;
                must!(lodged_by == patient || lodged_by != author || in_time, "{author} lodged for {record} late");
                must!(self.emergency_consents.contains_key(&patient), "a capsule for {record} without consent");
                self.capsules.insert(record);
            }
            EmergencyCapsuleRemoved { record, .. } => {
                self.capsules.remove(&record);
                self.touched.extend(self.emergency_windows.keys().filter(|(of, _)| *of == record));
            }
            EmergencyOpened { reading, record, patient, doctor, closes_at, .. } => {
                must!(self.is_active_as(doctor, Role::Doctor), "{doctor} opened {record} and may not act");
                must!(self.reaches(patient, doctor), "{doctor} opened {record} without consent");
                must!(self.capsules.contains(&record), "{doctor} opened {record}, for which nothing is lodged");
                let erased = self.records.get(&record).is_none_or(|entry| entry.status == RecordStatus::Erased);
                must!(!erased, "{doctor} opened {record}, which is erased");
                must!(closes_at == moment() + limits::READING_WINDOW, "the window closes at another time");
                let before = self.emergency_windows.insert((record, doctor), (moment(), closes_at));
                must!(before.is_none_or(|(_, end)| end <= moment()), "{doctor} opened {record} twice at once");
                let entry = ReadingModel { record, patient, reader: doctor, opened_at: moment() };
                must!(self.log.insert(reading, entry).is_none(), "reading {reading} was given out twice");
                self.unreviewed.insert(reading, doctor);
                let waiting = self.unreviewed.values().filter(|by| **by == doctor).count();
                must!(waiting <= limits::EMERGENCY_UNREVIEWED_MAX as usize, "{doctor} opened without reviews");
                self.touched.push((record, doctor));
            }
            EmergencyReviewed { reading, .. } => {
                must!(self.unreviewed.remove(&reading).is_some(), "reading {reading} did not wait for a review");
            }
            WindowClosed { record, reader, .. } => {
                let in_emergency = self.emergency_windows.remove(&(record, reader)).is_some();
                let by_grant = self.windows.remove(&(record, reader)).is_some();
                must!(by_grant || in_emergency, "no window of {reader} on {record}");
                if by_grant && self.grants.get(&(record, reader)).is_some_and(|grant| grant.openings_left == 0) {
                    self.grants.remove(&(record, reader));
                }
                self.touched.push((record, reader));
            }
            #[allow(unreachable_patterns)]
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, request: RequestId, record: RecordId) -> Outcome {
        let entry = self.requests.get_mut(&request).ok_or("an answer to no request")?;
        must!(moment() < entry.expires_at, "an answer to an expired request");
        must!(entry.records.contains(&record), "an answer that names another record");
        entry.records.retain(|waiting| *waiting != record);
        if entry.records.is_empty() {
            self.requests.remove(&request);
        }
        Ok(())
    }

    fn put_grant(
        &mut self,
        record: RecordId,
        reader: MemberId,
        basis: GrantBasis,
        granted_by: MemberId,
        expires_at: Moment,
        openings_left: u32,
    ) {
        let grant = GrantModel { basis, granted_by, expires_at, openings_left };
        self.grants.insert((record, reader), grant);
        if let Some(closes_at) = self.windows.get_mut(&(record, reader)) {
            *closes_at = expires_at.min(*closes_at);
        }
        self.touched.push((record, reader));
    }

    /// Checks the decision on what the last call concerned, and on some pairs drawn at random.
    pub fn check_touched(&mut self, dice: &mut Dice) -> Outcome {
        let mut pairs = std::mem::take(&mut self.touched);
        pairs.extend((0..2).filter_map(|_| dice.of_map(&self.windows)));
        pairs.extend(dice.of_map(&self.emergency_windows));
        if let (Some(record), Some(reader)) = (dice.of_map(&self.records), dice.of_map(&self.members)) {
            pairs.push((record, reader));
        }
        for (record, reader) in pairs {
            self.check_decision(record, reader)?;
        }
        let opened = self.log.len() as u64;
        must!(
            pallet_access::NextReadingId::<Runtime>::get().0 == ReadingId::FIRST.0 + opened,
            "the read log has not {opened} entries"
        );
        Ok(())
    }

    /// Nobody has a reading window without a live grant, and who has both may read.
    fn check_decision(&self, record: RecordId, reader: MemberId) -> Outcome {
        let Some(member) = self.members.get(&reader) else { return Ok(()) };
        let decision = Access::ensure_may_read(&member.account, record);
        let expected = self.may_read(record, reader);
        must!(decision.is_ok() == expected, "{reader} reads {record}: {decision:?}, expected {expected}");
        for account in self.staff.iter().filter(|(_, (of, _))| *of == reader).map(|(account, _)| account) {
            let decision = Access::ensure_may_read(account, record);
            let expected = self.may_staff_read(record, account);
            must!(decision.is_ok() == expected, "staff of {reader} reads {record}: {decision:?}, expected {expected}");
        }
        let stranger = Access::ensure_may_read(&account(255), record);
        must!(stranger.is_err(), "a stranger reads {record}");
        Ok(())
    }

    /// Compares the whole state with the model.
    pub fn compare(&self) -> Outcome {
        let grants: BTreeMap<_, _> = pallet_access::Grants::<Runtime>::iter()
            .map(|(record, reader, grant)| {
                let pallet_access::Grant { basis, granted_by, expires_at, openings_left, .. } = grant;
                ((record, reader), GrantModel { basis, granted_by, expires_at, openings_left })
            })
            .collect();
        must!(grants == self.grants, "the grants differ");
        let windows: BTreeMap<_, _> = pallet_access::Windows::<Runtime>::iter()
            .map(|(record, reader, window)| ((record, reader), window.closes_at))
            .collect();
        must!(windows == self.windows, "the windows differ");
        for (record, doctor, window) in pallet_access::EmergencyWindows::<Runtime>::iter() {
            let known = self.emergency_windows.get(&(record, doctor));
            must!(known == Some(&(window.opened_at, window.closes_at)), "the emergency windows differ");
        }
        let capsules: BTreeSet<_> = pallet_access::EmergencyCapsules::<Runtime>::iter_keys().collect();
        must!(capsules == self.capsules, "the emergency capsules differ");
        let staff: BTreeMap<_, _> = pallet_registry::Staff::<Runtime>::iter()
            .map(|(account, entry)| (account, (entry.institution, entry.scope)))
            .collect();
        must!(staff == self.staff, "the staff differs");
        let dependants: BTreeMap<_, _> = pallet_registry::Dependants::<Runtime>::iter().collect();
        must!(dependants == self.dependants, "the dependants differ");
        let log: BTreeMap<_, _> = pallet_access::ReadLog::<Runtime>::iter()
            .map(|(id, reading)| {
                let pallet_access::Reading { record, patient, reader, opened_at, .. } = reading;
                (id, ReadingModel { record, patient, reader, opened_at })
            })
            .collect();
        must!(log == self.log, "the log is not the openings");
        let requests: BTreeMap<_, _> =
            pallet_access::Requests::<Runtime>::iter().map(|(id, request)| (id, request.records.to_vec())).collect();
        let waiting: BTreeMap<_, _> = self.requests.iter().map(|(id, entry)| (*id, entry.records.clone())).collect();
        must!(requests == waiting, "the requests differ");
        let slots: BTreeMap<_, _> = pallet_appointments::Slots::<Runtime>::iter()
            .chain(pallet_appointments::PatientSlots::<Runtime>::iter())
            .map(|(holder, slot, appointment)| ((holder, slot), appointment))
            .collect();
        must!(slots == self.slots, "the slots differ");
        let care: BTreeSet<_> = pallet_appointments::Care::<Runtime>::iter_keys()
            .map(|(patient, doctor)| (patient, MemberId::from(doctor)))
            .collect();
        must!(care == self.care, "the care relations differ");
        let records: BTreeMap<_, _> = pallet_reports::Records::<Runtime>::iter()
            .map(|(id, record)| {
                let pallet_reports::Record { patient, author, kind, status, .. } = record;
                (id, RecordModel { patient, author, kind, status })
            })
            .collect();
        must!(records == self.records, "the records differ");
        for (id, member) in &self.members {
            let (account, entry) = Registry::member_by_id(*id).ok_or("a member is gone")?;
            let known = (member.account.clone(), member.status, member.key_version);
            must!((account, entry.status, entry.key_version) == known, "member {id} differs");
        }
        Ok(())
    }
}
