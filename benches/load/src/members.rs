//! Makes the members and what they have before the mix begins, and signs what they do.

use crate::{
    ledger::Ledger,
    mix::{Act, Kind, Plan},
    offer::{offer, Pace, Signed},
    watch::Watch,
};
use anyhow::{ensure, Context, Result};
use medchain_primitives::{
    limits, ContentRoot, EncryptionKey, EnvelopeHash, MemberId, Moment, Purpose, RecordId, RecordKind, Role, Seal,
    VersionedSeal, DAY,
};
use medchain_runtime::RuntimeEvent;
use medchain_sdk::{
    chain::{calls, Anchor, Details, NewAnchor, Payload, RecordGrant},
    statement::Voucher,
    Client, Identity,
};
use medchain_tests::rpc::Rpc;
use sp_crypto_hashing::blake2_256;
use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

/// The institutions that vouch for the others; a block takes no more from one than a quarter of the lane.
const HOSPITALS: usize = 4;
/// As fast as they are taken: what is prepared is not measured.
const PREPARING: Pace = Pace { rate: None, backlog: 2_000 };

/// An account, and its number as a member once it has one.
struct Account {
    identity: Identity,
    id: MemberId,
    nonce: u64,
}

impl Account {
    fn new(name: &str) -> Result<Self> {
        let identity = Identity::from_seed_hex(&hex::encode(blake2_256(format!("load {name}").as_bytes())))?;
        Ok(Self { identity, id: MemberId(0), nonce: 0 })
    }
}

/// A call that is to be signed: by which account, and where it stands among others.
struct Unsigned<Call> {
    place: usize,
    sender: usize,
    nonce: u64,
    call: Call,
}

/// The members.
pub struct Members {
    client: Client,
    /// The administrator, the hospitals, the doctors, the patients.
    accounts: Vec<Account>,
    doctors: usize,
    patients: usize,
    /// The records that each patient has beforehand.
    records: Vec<Vec<RecordId>>,
}

impl Members {
    /// Registers and verifies members, opens care relations, anchors records and grants them.
    ///
    /// # Errors
    /// If the chain refuses one of them.
    pub async fn make(clients: &[Client], rpc: &Rpc, watch: &Watch, plan: &Plan) -> Result<Self> {
        let client = clients.first().context("no node")?.clone();
        let administrator = Identity::from_uri("//Alice")?;
        let nonce = client.next_nonce(&administrator).await?;
        let mut accounts = vec![Account { identity: administrator, id: MemberId(0), nonce }];
        for (kind, count) in [("hospital", HOSPITALS), ("doctor", plan.size.doctors), ("patient", plan.size.patients)] {
            for index in 0..count {
                accounts.push(Account::new(&format!("{kind} {index}"))?);
            }
        }
        let (doctors, patients) = (plan.size.doctors, plan.size.patients);
        let mut members = Self { client, accounts, doctors, patients, records: Vec::new() };
        members.hospitals(clients, rpc, watch).await?;
        members.others(clients, rpc, watch).await?;
        members.records(clients, rpc, watch, plan.records).await?;
        Ok(members)
    }

    fn doctor(&self, place: usize) -> usize {
        1 + HOSPITALS + place % self.doctors
    }

    fn patient(&self, place: usize) -> usize {
        1 + HOSPITALS + self.doctors + place % self.patients
    }

    fn id(&self, account: usize) -> MemberId {
        self.accounts[account].id
    }

    fn call<Call>(&mut self, place: usize, sender: usize, call: Call) -> Unsigned<Call> {
        let nonce = self.accounts[sender].nonce;
        self.accounts[sender].nonce += 1;
        Unsigned { place, sender, nonce, call }
    }

    async fn sign<Call: Payload>(&self, calls: Vec<Unsigned<Call>>) -> Result<Vec<(usize, Signed)>> {
        let places: Vec<_> = calls.iter().map(|call| (call.place, call.sender)).collect();
        let calls = calls.into_iter().map(|call| (call.call, &self.accounts[call.sender].identity, call.nonce));
        let signed = self.client.sign_in_advance(calls).await?;
        Ok(places
            .into_iter()
            .zip(signed)
            .map(|((place, sender), bytes)| (place, Signed::new(sender, &bytes)))
            .collect())
    }

    /// Has a stage of the preparation happen; gives the events.
    async fn stage(
        &self,
        clients: &[Client],
        rpc: &Rpc,
        watch: &Watch,
        signed: Vec<(usize, Signed)>,
    ) -> Result<Vec<RuntimeEvent>> {
        let hashes: Vec<_> = signed.iter().map(|(_, signed)| signed.hash).collect();
        let first = watch.heads().0 + 1;
        let signed = signed.into_iter().map(|(_, signed)| signed).collect();
        let outcome = offer(clients, watch, signed, PREPARING).await?;
        let rpc = rpc.clone();
        let last = watch.heads().1;
        let ledger = tokio::task::spawn_blocking(move || Ledger::read(&rpc, first, last)).await??;
        let times = ledger.times(&hashes);
        ensure!(
            times.once == hashes.len() && times.failed == 0,
            "the preparation failed: {times:?}, {:?}",
            outcome.refused
        );
        Ok(ledger.events)
    }

    async fn hospitals(&mut self, clients: &[Client], rpc: &Rpc, watch: &Watch) -> Result<()> {
        let hospitals = 1..=HOSPITALS;
        let mut registrations = Vec::new();
        for sender in hospitals.clone() {
            let key = encryption_key(&self.accounts[sender].identity);
            let name = name(sender);
            registrations.push(self.call(0, sender, calls::register(Role::Hospital, &name, key, Some(details(&name)))));
        }
        let events = self.stage(clients, rpc, watch, self.sign(registrations).await?).await?;
        self.number(&events)?;
        self.verify(clients, rpc, watch, hospitals.collect()).await
    }

    async fn others(&mut self, clients: &[Client], rpc: &Rpc, watch: &Watch) -> Result<()> {
        let genesis = self.client.genesis();
        let mut registrations = Vec::new();
        for sender in 1 + HOSPITALS..self.accounts.len() {
            let hospital = 1 + sender % HOSPITALS;
            let (of, by) = (&self.accounts[sender].identity, &self.accounts[hospital]);
            let applicant: [u8; 32] = of.account().into();
            let voucher = Voucher::sign(&by.identity, genesis, by.id, &applicant, now()? + DAY);
            let (key, name) = (encryption_key(of), name(sender));
            let (role, details) = if sender <= HOSPITALS + self.doctors {
                (Role::Doctor, Some(details(&name)))
            } else {
                (Role::Patient, None)
            };
            registrations.push(self.call(0, sender, calls::register_vouched(role, &name, key, details, voucher)));
        }
        let events = self.stage(clients, rpc, watch, self.sign(registrations).await?).await?;
        self.number(&events)?;
        let doctors = (0..self.doctors).map(|place| self.doctor(place)).collect();
        self.verify(clients, rpc, watch, doctors).await
    }

    /// Has professionals lodge certificates and the administrator verify them.
    async fn verify(&mut self, clients: &[Client], rpc: &Rpc, watch: &Watch, professionals: Vec<usize>) -> Result<()> {
        let (mut certificates, mut verifications) = (Vec::new(), Vec::new());
        for sender in &professionals {
            let id = self.id(*sender);
            let certificate = document(&format!("certificate {id}"));
            certificates.push(self.call(0, *sender, calls::anchor(id, RecordKind::Certificate, certificate)));
        }
        let events = self.stage(clients, rpc, watch, self.sign(certificates).await?).await?;
        let anchored = events.iter().filter_map(|event| match event {
            RuntimeEvent::Reports(pallet_reports::Event::RecordAnchored { record, author, .. }) => {
                Some((*author, *record))
            }
            _ => None,
        });
        let anchored: HashMap<_, _> = anchored.collect();
        for sender in professionals {
            let id = self.id(sender);
            let certificate = *anchored.get(&id).context("a certificate was not anchored")?;
            verifications.push(self.call(0, 0, calls::verify(id, certificate, details(&name(sender)))));
        }
        self.stage(clients, rpc, watch, self.sign(verifications).await?).await?;
        Ok(())
    }

    /// Care relations, the records that patients have beforehand, and their grants to each patient's first reader.
    async fn records(&mut self, clients: &[Client], rpc: &Rpc, watch: &Watch, records: usize) -> Result<()> {
        let mut care = Vec::new();
        for place in 0..self.patients {
            let (patient, doctor) = (self.patient(place), self.id(self.doctor(place)));
            care.push(self.call(0, patient, calls::open_care(doctor, None)));
        }
        self.stage(clients, rpc, watch, self.sign(care).await?).await?;
        let mut batches = Vec::new();
        for place in 0..self.patients {
            let (doctor, patient) = (self.doctor(place), self.id(self.patient(place)));
            let batch = (0..records)
                .map(|each| NewAnchor {
                    patient,
                    kind: RecordKind::Report,
                    anchor: document(&format!("base {place} {each}")),
                })
                .collect();
            batches.push(self.call(0, doctor, calls::anchor_batch(batch)));
        }
        let events = self.stage(clients, rpc, watch, self.sign(batches).await?).await?;
        let mut of: HashMap<MemberId, Vec<RecordId>> = HashMap::new();
        for event in events {
            if let RuntimeEvent::Reports(pallet_reports::Event::RecordAnchored { record, patient, .. }) = event {
                of.entry(patient).or_default().push(record);
            }
        }
        for place in 0..self.patients {
            let anchored = of.remove(&self.id(self.patient(place))).unwrap_or_default();
            ensure!(anchored.len() == records, "a patient lacks records");
            self.records.push(anchored);
        }
        let mut grants = Vec::new();
        for place in 0..self.patients {
            let (patient, reader) = (self.patient(place), self.id(self.doctor(place + 1)));
            let granted = self.records[place].clone();
            grants.push(self.call(0, patient, grant(reader, &granted)));
        }
        self.stage(clients, rpc, watch, self.sign(grants).await?).await?;
        Ok(())
    }

    /// Notes the numbers that the chain has given to accounts.
    fn number(&mut self, events: &[RuntimeEvent]) -> Result<()> {
        let mut ids = HashMap::new();
        for event in events {
            if let RuntimeEvent::Registry(pallet_registry::Event::MemberRegistered { member, account, .. }) = event {
                ids.insert(<[u8; 32]>::from(account.clone()), *member);
            }
        }
        for account in self.accounts.iter_mut().skip(1).filter(|account| account.id == MemberId(0) && account.nonce > 0)
        {
            let bytes: [u8; 32] = account.identity.account().into();
            account.id = ids.remove(&bytes).context("an account has no number")?;
        }
        Ok(())
    }

    /// Signs these acts.
    ///
    /// # Errors
    /// If the node's runtime takes the calls in another shape.
    pub async fn sign_acts(&mut self, acts: &[Act]) -> Result<Vec<Signed>> {
        let tomorrow = (now()? / DAY + 2) * DAY;
        let (mut anchors, mut requests, mut grants, mut opens, mut appointments) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (place, act) in acts.iter().enumerate() {
            let Act { kind, number, patient: of, round } = *act;
            let (patient, id) = (self.patient(of), self.id(self.patient(of)));
            let record = |round: usize| self.records[of][round % self.records[of].len()];
            match kind {
                Kind::Anchor => {
                    let call = calls::anchor(id, RecordKind::Report, document(&format!("anchor {number}")));
                    anchors.push(self.call(place, self.doctor(of), call));
                }
                Kind::Request => {
                    let call = calls::request_records(id, vec![record(round)], Purpose::Treatment);
                    requests.push(self.call(place, self.doctor(of + 1 + round), call));
                }
                Kind::Grant => {
                    let (reader, record) = (self.id(self.doctor(of + 2)), record(round));
                    grants.push(self.call(place, patient, grant(reader, &[record])));
                }
                Kind::Open => {
                    let call = calls::open(record(round));
                    opens.push(self.call(place, self.doctor(of + 1), call));
                }
                Kind::Appointment => {
                    let doctor = self.id(self.doctor(of + 3));
                    let start = tomorrow + limits::SLOT * Moment::try_from(of + round * self.patients)?;
                    let call = calls::request_appointment(doctor, start, start + 2 * limits::SLOT, None, Vec::new());
                    appointments.push(self.call(place, patient, call));
                }
            }
        }
        let mut signed = self.sign(anchors).await?;
        signed.extend(self.sign(requests).await?);
        signed.extend(self.sign(grants).await?);
        signed.extend(self.sign(opens).await?);
        signed.extend(self.sign(appointments).await?);
        signed.sort_by_key(|(place, _)| *place);
        Ok(signed.into_iter().map(|(_, signed)| signed).collect())
    }

    /// Takes back acts that were signed and will not be sent, the last of their senders: what is signed next comes in their
    /// place.
    pub fn take_back(&mut self, unsent: &[Signed]) {
        for act in unsent {
            self.accounts[act.sender].nonce -= 1;
        }
    }

    /// Signs so many remarks by doctors and patients in turn, of this length once they are signed.
    ///
    /// # Errors
    /// As for [`Self::sign_acts`].
    pub async fn sign_remarks(&mut self, count: usize, length: usize) -> Result<Vec<Signed>> {
        let remark = |bytes: usize| subxt::dynamic::tx("System", "remark", vec![vec![0x5a_u8; bytes]]);
        let probe = Unsigned { place: 0, sender: 1, nonce: 0, call: remark(64) };
        let (_, probe) = self.sign(vec![probe]).await?.pop().context("nothing was signed")?;
        let bytes = (64 + length).saturating_sub(probe.length);
        let people = self.accounts.len() - 1 - HOSPITALS;
        let remarks = (0..count).map(|place| self.call(place, 1 + HOSPITALS + place % people, remark(bytes))).collect();
        Ok(self.sign(remarks).await?.into_iter().map(|(_, signed)| signed).collect())
    }
}

fn now() -> Result<Moment> {
    Ok(Moment::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

fn encryption_key(identity: &Identity) -> EncryptionKey {
    EncryptionKey(*identity.encryption_public(1).as_bytes())
}

/// The username of the account in this place.
fn name(sender: usize) -> String {
    let what = if sender <= HOSPITALS { "hospital-" } else { "" };
    format!("load-{what}{sender}")
}

fn details(name: &str) -> Details {
    let text = |text: &str| text.to_owned();
    Details { name: text(name), licence: text("SYN-0001"), issuer: text("Chamber of Testing"), ..Details::default() }
}

/// A content that nobody stores: to anchor it takes no more than its hash.
fn document(name: &str) -> Anchor {
    Anchor {
        content: ContentRoot(blake2_256(name.as_bytes())),
        size: 100_000,
        envelope: EnvelopeHash(blake2_256(format!("envelope of {name}").as_bytes())),
        key_version: 1,
        fills: 0,
        valid_until: None,
        seals: Vec::new(),
    }
}

fn grant(reader: MemberId, records: &[RecordId]) -> impl Payload + use<> {
    let seal = VersionedSeal { seal: Seal([0x5e; 80]), key_version: 1 };
    let grants = records.iter().map(|record| RecordGrant { record: *record, seal }).collect();
    calls::grant(reader, None, grants, Purpose::Treatment, 7 * DAY, 1)
}
