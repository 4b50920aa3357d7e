//! A story in which every call happens: a few members, from their registrations to the end of their grants.

use codec::Encode;
use medchain_primitives::*;
use medchain_runtime::{AccountId, Hash, Runtime, RuntimeCall, Signature, SLOT_DURATION};
use pallet_access::{
    AskedTerms, Call as Access, EmergencyInstitutions, EmergencyLodging, RecordGrant, SealedRecipient,
};
use pallet_appointments::{Call as Appointments, DaysOff, OpeningTime, Schedule};
use pallet_registry::{Call as Registry, Details, GuardianWithCopy, Voucher};
use pallet_reports::{Call as Reports, Document, NewRecord, ResealedRecord};
use sp_core::{crypto::DEV_PHRASE, sr25519, Pair};

/// When the story begins: midnight, in milliseconds.
pub const BEGIN: Moment = 1_799_971_200_000;

/// What happens.
pub enum Event {
    /// Somebody calls.
    Call {
        /// Who signs.
        by: Box<sr25519::Pair>,
        /// What.
        call: Box<RuntimeCall>,
        /// How many items the call carries.
        items: u32,
    },
    /// Time passes, in milliseconds, and no block.
    Pass(Moment),
    /// So many blocks pass without calls.
    Rest(u32),
}

/// Blocks in which the greatest bucket that the story empties is full again.
const REST: u32 = 200;

/// Who takes part; the numbers are those that the registry gives out in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Actor {
    Patient,
    Guardian,
    Doctor,
    Hospital,
    Pharmacy,
    Newcomer,
    Administrator,
    /// The account that the patient moves to.
    Moved,
    /// The account that guardians recover the patient's membership to.
    Recovered,
    /// Staff of the hospital.
    Nurse,
    /// The guardian's dependant, and the account that it has later.
    Child,
    Grown,
}
use Actor::*;

impl Actor {
    fn pair(self) -> sr25519::Pair {
        let name = match self {
            Patient => "Patient",
            Guardian => "Guardian",
            Doctor => "Doctor",
            Hospital => "Hospital",
            Pharmacy => "Pharmacy",
            Newcomer => "Newcomer",
            Administrator => "Alice",
            Moved => "Moved",
            Recovered => "Recovered",
            Nurse => "Nurse",
            Child => "Child",
            Grown => "Grown",
        };
        let seed = sr25519::Pair::from_phrase(DEV_PHRASE, None);
        let path = [sp_core::DeriveJunction::hard(name)];
        // The phrase and a hard junction always make a key; were it otherwise, the story would be refused at its start.
        seed.ok()
            .and_then(|(pair, _)| pair.derive(path.into_iter(), None).ok())
            .map_or_else(|| sr25519::Pair::from_seed(&[0; 32]), |(pair, _)| pair)
    }

    fn account(self) -> AccountId {
        self.pair().public().into()
    }

    fn id(self) -> MemberId {
        let place = match self {
            Patient | Moved | Recovered => 0,
            Guardian => 1,
            Doctor => 2,
            Hospital => 3,
            Pharmacy => 4,
            Newcomer => 5,
            Child | Grown => 6,
            Nurse | Administrator => u64::MAX - MemberId::FIRST.0,
        };
        MemberId(MemberId::FIRST.0 + place)
    }
}

/// The genesis hash of [`crate::chain::Chain`].
const GENESIS: Hash = Hash::repeat_byte(0x69);

/// Writes the story down, and counts what the chain numbers.
struct Author {
    events: Vec<Event>,
    now: Moment,
    records: u64,
    requests: u64,
    appointments: u64,
    readings: u64,
    /// The record that is erased.
    erased: RecordId,
}

/// Who can send remarks from the first block on.
pub fn administrator() -> sr25519::Pair {
    Administrator.pair()
}

/// The patient.
pub fn patient() -> sr25519::Pair {
    Patient.pair()
}

/// The doctor.
pub fn doctor() -> sr25519::Pair {
    Doctor.pair()
}

/// The story.
pub fn events() -> Vec<Event> {
    let mut author = Author {
        events: Vec::new(),
        now: BEGIN,
        records: 0,
        requests: 0,
        appointments: 0,
        readings: 0,
        erased: RecordId(0),
    };
    author.members();
    author.appointments();
    author.records();
    author.consents();
    author.emergencies();
    author.institutions();
    author.accounts();
    author.events
}

impl Author {
    fn call(&mut self, by: Actor, call: impl Into<RuntimeCall>) {
        self.carry(by, 1, call);
    }

    fn carry(&mut self, by: Actor, items: u32, call: impl Into<RuntimeCall>) {
        self.events.push(Event::Call { by: Box::new(by.pair()), call: Box::new(call.into()), items });
        self.now += SLOT_DURATION;
    }

    fn pass(&mut self, time: Moment) {
        self.events.push(Event::Pass(time));
        self.now += time;
    }

    /// Blocks without calls, in which quotas refill.
    fn rest(&mut self) {
        self.events.push(Event::Rest(REST));
        self.now += SLOT_DURATION * Moment::from(REST);
    }

    fn members(&mut self) {
        for (actor, role) in [
            (Patient, Role::Patient),
            (Guardian, Role::Patient),
            (Doctor, Role::Doctor),
            (Hospital, Role::Hospital),
            (Pharmacy, Role::Pharmacy),
        ] {
            self.call(actor, register(actor, role));
        }
        self.call(Administrator, Registry::publish_administrator_key { key: key(0xa1) });
        self.call(Administrator, Registry::publish_administrator_key { key: key(0xa2) });
        self.anchor(Patient, Patient, RecordKind::Profile, &[]);
        let certificates =
            [Doctor, Hospital, Pharmacy].map(|actor| (actor, self.anchor(actor, actor, RecordKind::Certificate, &[])));
        self.call(Doctor, Registry::update_details { details: details() });
        self.call(Administrator, Registry::reject { member: Doctor.id(), reason: VettingReason::DetailsDisagree });
        self.call(Doctor, Registry::apply_again {});
        for (actor, certificate) in certificates {
            self.call(Administrator, Registry::verify { member: actor.id(), certificate, details: details() });
        }
        self.call(Administrator, Registry::suspend { member: Doctor.id(), reason: VettingReason::OwnWish });
        self.call(Administrator, Registry::reinstate { member: Doctor.id() });
        self.call(Newcomer, self.vouched(Newcomer));
    }

    fn appointments(&mut self) {
        let schedule = Schedule {
            opening_times: bounded((0..7).map(|weekday| OpeningTime { weekday, from: 0, until: 96 }).collect()),
            days_off: bounded(vec![DaysOff { first: u32::MAX, last: u32::MAX }]),
        };
        self.call(Doctor, Appointments::set_schedule { schedule });
        // Half an hour, and the longest.
        let mut longest = AppointmentId::FIRST;
        for (offset, slots) in [(4, 2), (8, limits::APPOINTMENT_SLOTS_MAX)] {
            let id = self.request(offset, slots, true);
            longest = id;
            self.carry(Doctor, slots, Appointments::accept { id });
            let id = self.request(offset + 96, slots, true);
            self.call(Doctor, Appointments::decline { id, reason: AppointmentReason::Unavailable });
            let id = self.request(offset + 96, slots, false);
            let reason = AppointmentReason::NotNeeded;
            self.call(Patient, Appointments::cancel { id, reason });
            let id = self.request(offset + 96, slots, false);
            self.carry(Doctor, slots, Appointments::accept { id });
            self.carry(Doctor, slots, Appointments::cancel { id, reason });
            let id = self.request(offset + 96, slots, false);
            let (start, end) = self.time(offset + 192, slots);
            let note = Default::default();
            self.carry(Patient, slots, Appointments::reschedule { id, start, end, note });
            self.appointments += 1;
            self.rest();
        }
        let missed = self.request(50, 2, false);
        self.carry(Doctor, 2, Appointments::accept { id: missed });
        self.pass(BEGIN + 13 * HOUR - self.now);
        self.carry(Doctor, 2, Appointments::complete { id: AppointmentId(1) });
        self.carry(Doctor, limits::APPOINTMENT_SLOTS_MAX, Appointments::complete { id: longest });
        self.carry(Doctor, 2, Appointments::mark_missed { id: missed });
        self.call(Patient, Appointments::end_care { doctor: Doctor.id() });
        let profile = Some(profile());
        self.call(Patient, Appointments::open_care { doctor: Doctor.id(), profile });
        self.rest();
    }
}

impl Author {
    fn records(&mut self) {
        let care = [RecordKind::Report, RecordKind::Prescription];
        for kind in care {
            let first = self.anchor(Doctor, Patient, kind, &[]);
            let document = self.document(kind, &[]);
            self.call(Doctor, Reports::amend { record: first, document });
            self.records += 1;
        }
        let most = limits::RECORDS_PER_ANCHOR_MAX;
        let kind = RecordKind::Report;
        let records: Vec<_> = (0..most)
            .map(|_| {
                let document = self.document(kind, &[]);
                self.records += 1;
                NewRecord { patient: Patient.id(), kind, document }
            })
            .collect();
        let first = RecordId(self.records + 1 - u64::from(most));
        self.carry(Doctor, most, Reports::anchor_batch { records: bounded(records) });
        let batch: Vec<_> = (0..most.into()).map(|index| RecordId(first.0 + index)).collect();
        self.call(Doctor, Reports::retract { record: batch[0], reason: RetractionReason::Duplicate });
        self.call(Patient, Reports::dispute { record: batch[1], reason: DisputeReason::Incorrect });
        self.call(Patient, Reports::withdraw_dispute { record: batch[1] });
        let erased = self.anchor(Doctor, Patient, kind, &[]);
        self.call(Patient, Reports::erase { record: erased });
        self.erased = erased;
        self.rest();

        // A request for as many as one takes, granted at once, opened and shut.
        let batch: Vec<_> = batch[1..].iter().copied().chain([self.anchor(Doctor, Patient, kind, &[])]).collect();
        let request = self.ask(Hospital, &batch);
        self.grant(Patient, Hospital, Some(request), &batch);
        self.call(Hospital, Access::open { record: batch[0] });
        self.readings += 1;
        self.call(Hospital, Access::close { record: batch[0] });
        let one = &batch[..1];
        let request = self.ask(Hospital, one);
        self.call(Hospital, Access::withdraw { request });
        let request = self.ask(Hospital, one);
        self.call(Patient, Access::deny { request });
        self.grant(Patient, Hospital, None, one);
        self.call(Patient, Access::revoke { record: batch[0], reader: Hospital.id() });
        self.grant(Patient, Hospital, None, one);
        self.call(Hospital, Access::relinquish { record: batch[0] });
        let (patient, reader) = (Patient.id(), Hospital.id());
        self.carry(Patient, most - 1, Access::revoke_reader { patient, reader });
        let profile = profile();
        self.call(Doctor, Access::share { patient, hospital: reader, profile });
        self.rest();

        let prescription = self.anchor(Doctor, Patient, RecordKind::Prescription, &[]);
        self.grant(Patient, Pharmacy, None, &[prescription]);
        self.call(Pharmacy, Reports::dispense { record: prescription, fill: 1 });
        self.call(Doctor, Reports::cancel_fills { record: prescription });
        let request = self.ask(Hospital, one);
        self.pass(limits::REQUEST_LIFETIME);
        self.call(Hospital, Access::clear_expired { request });
    }

    fn consents(&mut self) {
        let (patient, reader) = (Patient.id(), Hospital.id());
        let kinds = RecordKinds { profile: true, report: true, prescription: true };
        let (purpose, until) = (Purpose::Treatment, self.now + 30 * DAY);
        self.call(Patient, Access::give_standing_consent { patient, reader, kinds, purpose, until });
        let scope = GuardianScope { decide: true, read: true };
        let appoint = || Access::appoint_guardian { guardian: Guardian.id(), scope, until };
        self.call(Patient, appoint());
        self.anchor(Doctor, Patient, RecordKind::Report, &[Guardian, Hospital]);
        let most = u64::from(limits::RECORDS_PER_REQUEST_MAX);
        let grants: Vec<_> =
            (0..most).map(|index| RecordGrant { record: RecordId(self.records - 1 - index), seal: seal(1) }).collect();
        let grants: Vec<_> = grants.into_iter().filter(|grant| grant.record != self.erased).collect();
        let items = grants.len() as u32;
        let guardian = Guardian.id();
        self.carry(Patient, items, Access::seal_to_guardian { guardian, grants: bounded(grants) });
        self.call(Guardian, Access::open { record: RecordId(self.records) });
        self.readings += 1;
        self.call(Patient, Access::revoke_standing_consent { patient, reader });
        self.call(Patient, Access::dismiss_guardian { guardian });
        self.call(Patient, appoint());
        self.call(Guardian, Access::resign_guardianship { patient });
        self.rest();
    }

    fn accounts(&mut self) {
        self.call(Guardian, Registry::rotate_key { key: key(0xb1) });
        let expires_at = self.now + DAY;
        let signature = consent(Patient.id(), Moved, key(0xb2), expires_at);
        let to = Moved.account();
        let copy = seal(2).seal;
        self.call(Patient, Registry::move_account { to, key: key(0xb2), expires_at, signature, copy });
        let with_copy =
            |guardian: Actor, key_version| GuardianWithCopy { guardian: guardian.id(), copy: seal(key_version) };
        let guardians = bounded(vec![with_copy(Guardian, 2), with_copy(Doctor, 1)]);
        let wait = limits::RECOVERY_WAIT_MIN;
        self.call(Moved, Registry::name_guardians { guardians, threshold: 2, wait });
        for objected in [true, false] {
            let (to, expires_at) = (Recovered.account(), self.now + DAY);
            let (member, proposer, key) = (Patient.id(), Guardian.id(), key(0xb3));
            let signature = consent(member, Recovered, key, expires_at);
            let propose = Registry::propose_recovery { member, to: to.clone(), key, expires_at, signature };
            self.call(Guardian, propose);
            self.call(Doctor, Registry::approve_recovery { member, proposer, to, key });
            if objected {
                self.call(Moved, Registry::object_to_recovery {});
            } else {
                self.pass(wait);
                self.call(Guardian, Registry::complete_recovery { member, proposer });
            }
        }
        self.call(Guardian, Registry::return_copy { member: Patient.id(), copy: seal(3) });
        self.call(Recovered, Registry::rotate_key { key: key(0xb4) });
        let most = limits::RECORDS_PER_RESEAL_MAX;
        let records: Vec<_> = (0..u64::from(most))
            .map(|index| RecordId(self.records - index))
            .filter(|record| *record != self.erased)
            .map(|record| ResealedRecord { record, envelope: EnvelopeHash([0xe0; 32]) })
            .collect();
        let items = records.len() as u32;
        self.carry(Recovered, items, Reports::reseal { records: bounded(records), key_version: 4 });
    }

    /// What institutions and guardians do for others.
    fn institutions(&mut self) {
        self.call(Hospital, Registry::offer_affiliation { doctor: Doctor.id() });
        self.call(Doctor, Registry::accept_affiliation { hospital: Hospital.id() });
        self.call(Doctor, Registry::end_affiliation { other: Hospital.id() });
        let expires_at = self.now + DAY;
        let account = Nurse.account();
        let statement = StaffStatement {
            genesis: GENESIS.as_ref(),
            institution: Hospital.id(),
            account: &account.encode(),
            encryption_key: key(0xc1),
            expires_at,
        };
        let signature = signed(Nurse, &statement.text());
        let (scope, encryption_key, copy, of_version) = (StaffScope::Ward, key(0xc1), seal(1).seal, 1);
        let add = Registry::add_staff {
            account: account.clone(),
            scope,
            encryption_key,
            copy,
            of_version,
            expires_at,
            signature,
        };
        self.call(Hospital, add);
        let record = RecordId::FIRST;
        let asked = AskedTerms { duration: DAY, openings: 1 };
        let (patient, purpose) = (Patient.id(), Purpose::Treatment);
        let records = bounded(vec![record]);
        self.call(Nurse, Access::request_for { patient, records, purpose, asked });
        self.requests += 1;
        let copies = bounded(vec![(account.clone(), copy)]);
        self.call(Hospital, Registry::reseal_staff { copies, of_version });
        self.call(Hospital, Registry::remove_staff { account });
        let (host, commitment) = (Hospital.id(), LinkCommitment([9; 32]));
        let (records, duration, openings) = (bounded(vec![record]), DAY, 2);
        self.call(Patient, Access::register_link { patient, commitment, host, records, duration, openings });
        let recipient = SealedRecipient { sealed: [0x5e; limits::SEALED_RECIPIENT as usize], key_version: 1 };
        let link = LinkId::FIRST;
        self.call(Hospital, Access::open_link { link, recipient });
        self.call(Patient, Access::revoke_link { link });

        let voucher = self.voucher(Child);
        let account = Child.account();
        let statement = DependantStatement {
            genesis: GENESIS.as_ref(),
            guardian: Guardian.id(),
            account: &account.encode(),
            encryption_key: key(0xd1),
            expires_at,
        };
        let signature = signed(Child, &statement.text());
        let (username, encryption_key) = (username(Child), key(0xd1));
        let register =
            Registry::register_dependant { account, username, encryption_key, voucher, expires_at, signature };
        self.call(Guardian, register);
        let (dependant, to, key) = (Child.id(), Grown.account(), key(0xd2));
        let expires_at = self.now + DAY;
        let signature = consent(dependant, Grown, key, expires_at);
        self.call(Guardian, Registry::hand_over { dependant, to, key, expires_at, signature, copy });
    }

    fn emergencies(&mut self) {
        let (patient, institutions) = (Patient.id(), EmergencyInstitutions::All);
        self.call(Patient, Access::give_emergency_consent { patient, institutions });
        let record = RecordId(self.records);
        let lodging = |index| EmergencyLodging {
            record: RecordId(record.0 - index),
            capsule: EmergencyCapsuleHash([index as u8; 32]),
        };
        self.carry(Patient, 2, Access::lodge_emergency { lodgings: bounded(vec![lodging(0), lodging(1)]) });
        self.call(Doctor, Access::open_emergency { record, reason: EmergencyReason::Unconscious });
        let reading = ReadingId(self.readings + 1);
        self.call(Administrator, Access::review_emergency { reading, outcome: ReviewOutcome::Justified });
        self.call(Patient, Access::withdraw_emergency { records: bounded(vec![record]) });
        self.call(Patient, Access::revoke_emergency_consent { patient });
    }

    fn time(&self, offset: u64, slots: u32) -> (Moment, Moment) {
        let start = BEGIN + offset * limits::SLOT + DAY * (self.now - BEGIN).div_euclid(DAY);
        (start, start + limits::SLOT * Moment::from(slots))
    }

    fn request(&mut self, offset: u64, slots: u32, with_profile: bool) -> AppointmentId {
        let (start, end) = self.time(offset, slots);
        let profile = with_profile.then(profile);
        let note = bounded(vec![0x6e; 128]);
        let doctor = Doctor.id();
        self.carry(Patient, slots, Appointments::request { doctor, start, end, profile, note });
        self.appointments += 1;
        AppointmentId(self.appointments)
    }

    fn document(&self, kind: RecordKind, readers: &[Actor]) -> Document {
        let digest = sp_core::H256::from_low_u64_be(self.records + 1).0;
        let prescription = kind == RecordKind::Prescription;
        let seals = readers.iter().map(|reader| ReaderSeal { reader: reader.id(), seal: seal(1) }).collect();
        Document {
            content: ContentRoot(digest),
            size: 100_000,
            envelope: EnvelopeHash(digest),
            key_version: 1,
            fills: if prescription { 2 } else { 0 },
            valid_until: prescription.then(|| self.now + 90 * DAY),
            seals: bounded(seals),
        }
    }

    fn anchor(&mut self, author: Actor, patient: Actor, kind: RecordKind, readers: &[Actor]) -> RecordId {
        let (patient, document) = (patient.id(), self.document(kind, readers));
        self.carry(author, 1 + readers.len() as u32, Reports::anchor { patient, kind, document });
        self.records += 1;
        RecordId(self.records)
    }

    fn ask(&mut self, by: Actor, records: &[RecordId]) -> RequestId {
        let (patient, purpose) = (Patient.id(), Purpose::Treatment);
        let items = records.len() as u32;
        self.carry(by, items, Access::request { patient, records: bounded(records.to_vec()), purpose });
        self.requests += 1;
        RequestId(self.requests)
    }

    fn grant(&mut self, by: Actor, reader: Actor, request: Option<RequestId>, records: &[RecordId]) {
        let grants = records.iter().map(|record| RecordGrant { record: *record, seal: seal(1) }).collect();
        let grants = bounded(grants);
        let (reader, purpose, duration) = (reader.id(), Purpose::Treatment, 2 * DAY);
        let call = Access::grant { reader, request, grants, purpose, duration, openings: 1 };
        self.carry(by, records.len() as u32, call);
    }

    fn voucher(&self, applicant: Actor) -> Voucher<AccountId, Signature> {
        let expires_at = self.now + DAY;
        let statement = VoucherStatement {
            genesis: GENESIS.as_ref(),
            applicant: &applicant.account().encode(),
            institution: Hospital.id(),
            expires_at,
        };
        let signature = signed(Hospital, &statement.text());
        Voucher { institution: Hospital.id(), signer: Hospital.account(), expires_at, signature }
    }

    fn vouched(&self, applicant: Actor) -> Registry<Runtime> {
        let voucher = self.voucher(applicant);
        let (username, encryption_key) = (username(applicant), key(0x5a));
        Registry::register_vouched { role: Role::Patient, username, encryption_key, details: None, voucher }
    }
}

/// The patient's profile, the first record, sealed.
fn profile() -> SealedProfile {
    SealedProfile { record: RecordId::FIRST, seal: seal(1) }
}

/// A statement's signature, as programs make it. A wallet's takes another look, for what it wraps around the text.
fn signed(signer: Actor, text: &str) -> Signature {
    signer.pair().sign(text.as_bytes()).into()
}

fn consent(member: MemberId, to: Actor, encryption_key: EncryptionKey, expires_at: Moment) -> Signature {
    let account = to.account().encode();
    let statement = MoveStatement { genesis: GENESIS.as_ref(), member, to: &account, encryption_key, expires_at };
    signed(to, &statement.text())
}

fn register(actor: Actor, role: Role) -> Registry<Runtime> {
    let details = role.is_professional().then(details);
    Registry::register { role, username: username(actor), encryption_key: key(0x5a), details }
}

fn username(actor: Actor) -> pallet_registry::Username {
    bounded(format!("member-{}", actor.id()).into_bytes())
}

fn details() -> Details {
    let text = |text: &str| bounded(text.as_bytes().to_vec());
    Details {
        name: text("Dr. Synthetic Example"),
        licence: text("L-000001"),
        issuer: text("Chamber of Testing"),
        speciality: text("General medicine"),
        address: text("1 Synthetic Street, 00000 Nowhere"),
    }
}

fn key(byte: u8) -> EncryptionKey {
    EncryptionKey([byte; 32])
}

fn seal(key_version: KeyVersion) -> VersionedSeal {
    VersionedSeal { seal: Seal([0x5e; 80]), key_version }
}

/// What the story writes lies within the bounds; were it not, the call that lacks it would be refused.
fn bounded<Items, Item>(items: Vec<Item>) -> Items
where
    Items: TryFrom<Vec<Item>> + Default,
{
    Items::try_from(items).unwrap_or_default()
}
