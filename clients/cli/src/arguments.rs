//! The arguments of the program. The documentation of each is its help text.

// Brackets in help texts name defaults, as clap's own do; they are no links.
#![allow(rustdoc::broken_intra_doc_links)]

use crate::moments::{parse_date, parse_days_off, parse_duration, parse_opening_time, parse_time};
use clap::{
    builder::{PossibleValuesParser, TypedValueParser},
    ArgAction, Args, Parser, Subcommand,
};
use medchain_primitives::*;
use medchain_sdk::{
    account::AccountId,
    chain::{DaysOff, OpeningTime, QuotaClass},
    client::MemberSelector,
    record::parse_cid,
};
use std::path::PathBuf;

/// MedChain from the command line: accounts, members, appointments, records, and who may read them
#[derive(Debug, Parser)]
#[command(name = "medchain", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Where the node is
    #[arg(long, global = true, env = "MEDCHAIN_URL", hide_env_values = true, default_value = "ws://127.0.0.1:9944")]
    pub url: String,
    /// Refuse any chain but the one with this genesis hash
    #[arg(long, global = true, value_name = "HASH", value_parser = parse_hash)]
    pub genesis: Option<[u8; 32]>,
    /// The account that acts: its name in the keystore, or a development key such as //Alice
    #[arg(long, global = true, env = "MEDCHAIN_KEY", hide_env_values = true, value_name = "NAME|//URI")]
    pub key: Option<String>,
    /// The folder of the keystore [default: medchain/keys in the user's data folder]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub keystore: Option<PathBuf>,
    /// The folder that keeps interrupted uploads [default: medchain in the user's data folder]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Read the passphrase from the first line of this file instead of asking
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Do not wait until the transaction is final
    #[arg(long, global = true)]
    pub no_wait: bool,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// The scrypt work factor of new key files, for tests
    #[arg(long, global = true, hide = true, value_parser = clap::value_parser!(u8).range(1..=22))]
    pub work_factor: Option<u8>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keys and their recovery phrases, on this machine
    #[command(subcommand)]
    Account(Account),
    /// Registration and verification
    #[command(subcommand)]
    Member(MemberCommand),
    /// Staff of a hospital or pharmacy: accounts that act for it
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Affiliations of doctors with hospitals
    #[command(subcommand)]
    Affiliation(AffiliationCommand),
    /// Dependants, whom a guardian registers and hands over later
    #[command(subcommand)]
    Dependant(DependantCommand),
    /// Appointments between patients and doctors
    #[command(subcommand)]
    Appointment(Appointment),
    /// Care relations, which let a doctor write records for a patient
    #[command(subcommand)]
    Care(Care),
    /// Documents: upload, open, amend, erase
    #[command(subcommand)]
    Record(Record),
    /// Requests, grants, openings, and the read log
    #[command(subcommand)]
    Access(Access),
    /// Standing consents, under which authors seal new records to a reader
    #[command(subcommand)]
    Standing(Standing),
    /// Guardians, who act in a patient's name
    #[command(subcommand)]
    Guardian(Guardian),
    /// Links, which show records to who has no account (SMART Health Links)
    #[command(subcommand)]
    Link(Link),
    /// The gateway that an institution runs beside its node
    #[command(subcommand)]
    Gateway(Gateway),
    /// Emergency access: what a patient provides beforehand, and a doctor's opening without a grant
    #[command(subcommand)]
    Emergency(Emergency),
    /// Print alerts as they become final: a patient's new requests, openings and emergency openings, a doctor's new
    /// appointments
    Alerts(Alerts),
    /// The council: motions, votes, and what they decide
    #[command(subcommand)]
    Council(Council),
    /// Validators and their session keys
    #[command(subcommand)]
    Validator(ValidatorCommand),
    /// The node, the chain, and this account's quota
    Status(StatusArguments),
}

/// The council. What it decides is proposed as a motion; a council of one decides at once.
#[derive(Debug, Subcommand)]
pub enum Council {
    /// List the members of the council
    Members,
    /// List the open motions
    Motions,
    /// Vote on a motion; who proposes it has voted for it
    Vote {
        /// Its number
        motion: u32,
        /// For it or against it
        #[arg(action = ArgAction::Set, value_parser = PossibleValuesParser::new(["yes", "no"]).map(|vote| vote == "yes"))]
        approve: bool,
    },
    /// Close a motion that has its votes, and so carry it out; or that cannot have them, or whose week is over
    Close {
        /// Its number
        motion: u32,
    },
    /// Propose to give an account a seat in the council (two thirds)
    Add {
        /// Its address
        account: AccountId,
    },
    /// Propose to take an account's seat away (two thirds)
    Remove {
        /// Its address
        account: AccountId,
    },
    /// Propose to give an account's seat to another (two thirds)
    Swap {
        /// The address of who leaves
        remove: AccountId,
        /// The address of who comes
        add: AccountId,
    },
    /// Propose to appoint an administrator (more than half)
    AddAdministrator {
        /// Its address
        account: AccountId,
    },
    /// Propose to dismiss an administrator (more than half)
    RemoveAdministrator {
        /// Its address
        account: AccountId,
    },
    /// Propose to appoint an administrator in another's place (more than half)
    SwapAdministrator {
        /// The address of who leaves
        remove: AccountId,
        /// The address of who comes
        add: AccountId,
    },
    /// Propose to admit a validator (two thirds)
    AddValidator {
        /// Its address
        account: AccountId,
    },
    /// Propose to dismiss a validator (two thirds)
    RemoveValidator {
        /// Its address
        account: AccountId,
    },
    /// Propose to admit a validator in another's place (two thirds)
    SwapValidator {
        /// The address of who leaves
        remove: AccountId,
        /// The address of who comes
        add: AccountId,
    },
    /// Propose to give every validator a fresh share of the release committee's key, which stays (more than half)
    RefreshShares,
    /// Propose to replace the release committee's key by another, because others may know it (two thirds); then patients run
    /// `medchain member reseal`
    RenewKey,
    /// Propose to give up a replaced key of the release committee: what is encrypted to it opens no more (two thirds)
    RetireKey {
        /// The key's epoch, as `medchain status` lists it
        epoch: u32,
    },
    /// List the validators' proven offences
    Offences,
    /// Propose to take a validator's offences off the list (more than half)
    AcknowledgeOffences {
        /// Its address
        validator: AccountId,
    },
    /// Propose to authorise a runtime by the hash of its code (two thirds)
    AuthorizeUpgrade {
        /// The file with the runtime's code, compressed WebAssembly
        code: PathBuf,
    },
    /// Apply the runtime that the council has authorised; anybody may
    ApplyUpgrade {
        /// The file with the runtime's code, compressed WebAssembly
        code: PathBuf,
    },
    /// Propose to stop a call in an emergency (more than half)
    Stop {
        /// The call, as in Reports.anchor
        #[arg(value_name = "PALLET.CALL")]
        call: CallName,
    },
    /// Propose to lift the stop of a call (more than half)
    Resume {
        /// The call, as in Reports.anchor
        #[arg(value_name = "PALLET.CALL")]
        call: CallName,
    },
    /// List the calls that are stopped
    Stopped,
    /// Propose what an account of a class may spend (more than half); without figures, the runtime's own
    SetQuota {
        /// The class
        #[arg(value_parser = term(QuotaClass::ALL, QuotaClass::name))]
        class: QuotaClass,
        #[command(flatten)]
        figures: QuotaArguments,
    },
    /// Propose how many registrations a block takes (more than half); without figures, the runtime's own
    SetLanes {
        #[command(flatten)]
        figures: LaneArguments,
    },
}

/// The figures of a quota: all or none.
#[derive(Clone, Debug, Args)]
pub struct QuotaArguments {
    /// Computation that can be spent at once, in milliseconds
    #[arg(long, value_name = "MS", requires_all = ["refill", "bytes", "bytes_refill"])]
    pub burst: Option<u64>,
    /// Computation that flows back in a block, in microseconds
    #[arg(long, value_name = "US", requires = "burst")]
    pub refill: Option<u64>,
    /// Bytes that can be sent at once
    #[arg(long, requires = "burst")]
    pub bytes: Option<u32>,
    /// Bytes that flow back in a block
    #[arg(long, requires = "burst")]
    pub bytes_refill: Option<u32>,
}

/// The widths of the lanes: all or none.
#[derive(Clone, Debug, Args)]
pub struct LaneArguments {
    /// Registrations of strangers in a block; 0 closes the lane
    #[arg(long, requires_all = ["vouched", "per_institution"])]
    pub open: Option<u32>,
    /// Registrations with a voucher in a block
    #[arg(long, requires = "open")]
    pub vouched: Option<u32>,
    /// Of those, by the word of one institution
    #[arg(long, requires = "open")]
    pub per_institution: Option<u32>,
}

/// Validators and their session keys.
#[derive(Debug, Subcommand)]
pub enum ValidatorCommand {
    /// List the validators of this session and those that the council has admitted
    List,
    /// Have the node make new session keys and register them; they are in use from the next session on
    Keys,
    /// Take this validator's session keys back, and so leave with the end of the session
    Leave,
}

/// A call, by its pallet's name and its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallName {
    /// The pallet.
    pub pallet: String,
    /// The call.
    pub call: String,
}

impl std::str::FromStr for CallName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            Some((pallet, call)) if !pallet.is_empty() && !call.is_empty() => {
                Ok(Self { pallet: pallet.to_owned(), call: call.to_owned() })
            }
            _ => Err("give the pallet and the call, as in Reports.anchor"),
        }
    }
}

impl std::fmt::Display for CallName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.pallet, self.call)
    }
}

/// Keys and their recovery phrases.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make an account and show its recovery phrase, once
    New {
        /// A name for it on this machine
        name: String,
    },
    /// Add an account from its recovery phrase or seed, asked for or read from stdin
    Import {
        /// A name for it on this machine
        name: String,
        /// Read the phrase or seed from the first line of this file
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Show the recovery phrase of an account
    Export {
        /// Its name or address
        name: String,
    },
    /// List the accounts of the keystore
    List,
}

/// Public details of a professional.
#[derive(Clone, Debug, Default, Args)]
pub struct DetailArguments {
    /// Name of the person or institution; of a patient, encrypted
    #[arg(long)]
    pub name: Option<String>,
    /// A patient's e-mail address, encrypted
    #[arg(long)]
    pub email: Option<String>,
    /// A patient's blood group, encrypted
    #[arg(long, value_name = "GROUP")]
    pub blood_group: Option<String>,
    /// Postal address; of a patient, encrypted
    #[arg(long)]
    pub address: Option<String>,
    /// A professional's licence number
    #[arg(long, value_name = "NUMBER")]
    pub licence: Option<String>,
    /// Who issued the licence
    #[arg(long)]
    pub issuer: Option<String>,
    /// A doctor's specialization, or the kind of institution
    #[arg(long)]
    pub speciality: Option<String>,
    /// A professional's certificate, readable by the administrators alone
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
}

/// Registration and verification.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Register this account: a patient with an encrypted profile, a professional with a certificate
    Register {
        /// What it is
        #[arg(long, value_parser = term(Role::ALL, Role::name))]
        role: Role,
        /// A unique handle: 3 to 32 of a-z, 0-9, '.', '_', '-'
        #[arg(long)]
        username: String,
        /// The word of an institution, which it made with `medchain member voucher`; goes ahead of open registrations
        #[arg(long)]
        voucher: Option<String>,
        #[command(flatten)]
        details: DetailArguments,
    },
    /// Replace this account's profile, or a professional's details and certificate; a rejected professional applies again
    Update {
        #[command(flatten)]
        details: DetailArguments,
    },
    /// Vouch for somebody who is to register (hospitals and pharmacies); prints the voucher to hand over
    Voucher {
        /// The applicant's address
        applicant: AccountId,
        /// For how long it is good, 30d at most
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, default_value = "7d")]
        duration: Moment,
    },
    /// Replace this account's encryption key by the next one of its seed, and reseal its records, staff and guardians
    RotateKey,
    /// Reseal this account's records to its key and the release committee's key in force; goes on where an interrupted run
    /// stopped
    Reseal,
    /// List the encryption keys of a member or administrator, the one in force last [default: this account]
    Keys {
        /// Number, username or address
        member: Option<MemberSelector>,
        /// The keys that this administrator has published
        #[arg(long, value_name = "ADDRESS", conflicts_with = "member")]
        administrator: Option<AccountId>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// List the copies of a member's earlier secrets that are sealed to its later keys [default: this account]
    Copies {
        /// Number, username or address
        member: Option<MemberSelector>,
    },
    /// Consent, with the account that --key names, to take a membership over; prints the consent to hand over
    AcceptMove {
        /// The member that is to move: number, username or address
        member: MemberSelector,
        /// For how long the consent is good, 30d at most
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, default_value = "1d")]
        duration: Moment,
    },
    /// Move this membership to the account that consented; this account can then never be a member's again
    Move {
        /// What `medchain member accept-move` printed
        consent: String,
    },
    /// Name who may recover this account if its key is lost; replaces those named before, and nobody withdraws them
    Guardians {
        /// Numbers, usernames or addresses
        #[arg(num_args = 0..=limits::RECOVERY_GUARDIANS_MAX as usize)]
        guardians: Vec<MemberSelector>,
        /// How many of them have to agree [default: more than half]
        #[arg(long)]
        threshold: Option<u32>,
        /// How long this account can object once they agree: 1d to 90d
        #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "7d")]
        wait: Moment,
    },
    /// Show a member's guardians, and the recoveries that they have proposed [default: this account]
    Recoveries {
        /// Number, username or address
        member: Option<MemberSelector>,
    },
    /// Propose to move a member who lost its key to the account that consented (guardians)
    ProposeRecovery {
        /// What `medchain member accept-move` printed for the new account
        consent: String,
    },
    /// Agree to a recovery that another guardian has proposed (guardians)
    ApproveRecovery {
        /// The member that is to be recovered: number, username or address
        member: MemberSelector,
        /// The guardian who proposed it: number, username or address
        #[arg(long)]
        proposer: MemberSelector,
        /// The new account's address, as the member itself told it
        #[arg(long)]
        to: AccountId,
    },
    /// Carry out a recovery once the time to object is over (guardians)
    CompleteRecovery {
        /// The member that is to be recovered: number, username or address
        member: MemberSelector,
        /// The guardian who proposed it: number, username or address
        #[arg(long)]
        proposer: MemberSelector,
    },
    /// Give a recovered member the copy of its earlier secret back, so that it can reseal its records (guardians)
    ReturnCopy {
        /// The member that was recovered: number, username or address
        member: MemberSelector,
    },
    /// Object to every recovery of this account: they end at once
    ObjectToRecovery,
    /// Verify a professional with the details that it has now (administrators)
    Verify {
        /// Number, username or address
        member: MemberSelector,
        /// The certificate that was read: refused if the professional has another by now [default: the one in force]
        #[arg(long, value_name = "RECORD")]
        certificate: Option<RecordId>,
    },
    /// Reject a professional (administrators)
    Reject {
        /// Number, username or address
        member: MemberSelector,
        /// Why
        #[arg(long, value_parser = term(VettingReason::ALL, VettingReason::name))]
        reason: VettingReason,
    },
    /// Suspend a professional (administrators)
    Suspend {
        /// Number, username or address
        member: MemberSelector,
        /// Why
        #[arg(long, value_parser = term(VettingReason::ALL, VettingReason::name))]
        reason: VettingReason,
    },
    /// Lift a suspension (administrators)
    Reinstate {
        /// Number, username or address
        member: MemberSelector,
    },
    /// Publish this administrator's encryption key, to which certificates are sealed
    PublishKey,
    /// Show a member [default: this account]
    Show {
        /// Number, username or address
        member: Option<MemberSelector>,
    },
    /// List members of a role and status
    List {
        /// What they are
        #[arg(long, value_parser = term(Role::ALL, Role::name), default_value = "doctor")]
        role: Role,
        /// Where they stand
        #[arg(long, value_parser = term(Status::ALL, Status::name), default_value = "active")]
        status: Status,
        #[command(flatten)]
        page: PageArguments,
    },
    /// List the administrators
    Administrators,
}

/// Staff of a hospital or pharmacy.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Consent, with the account that --key names, to act for an institution; prints the consent to hand over
    Accept {
        /// The institution: number, username or address
        institution: MemberSelector,
        /// For how long the consent is good, 30d at most
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, default_value = "1d")]
        duration: Moment,
    },
    /// Let an account that consented act for this institution
    Add {
        /// What `medchain staff accept` printed
        consent: String,
        /// For what: front-desk asks, ward also opens, dispensary opens prescriptions and dispenses
        #[arg(long, value_parser = term(StaffScope::ALL, StaffScope::name))]
        scope: StaffScope,
    },
    /// Remove an account, at once; then rotate the key with `medchain member rotate-key`
    Remove {
        /// Its address
        account: AccountId,
    },
    /// Act for the institution no more
    Leave,
    /// Seal this institution's key to staff who hold a copy of an earlier one
    Reseal,
    /// List the staff of an institution [default: that for which this account acts]
    List {
        /// Number, username or address
        institution: Option<MemberSelector>,
        /// How many entries at most
        #[arg(long, default_value_t = limits::PAGE_MAX, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::PAGE_MAX)))]
        limit: u32,
        /// Go on behind this account, the one that the last page named
        #[arg(long, value_name = "ADDRESS")]
        after: Option<AccountId>,
    },
    /// Show for whom an account acts [default: this account]
    Show {
        /// Its address
        account: Option<AccountId>,
    },
}

/// Affiliations of doctors with hospitals.
#[derive(Debug, Subcommand)]
pub enum AffiliationCommand {
    /// Offer a doctor an affiliation (hospitals)
    Offer {
        /// Number, username or address of the doctor
        doctor: MemberSelector,
    },
    /// Accept the affiliation that a hospital has offered (doctors)
    Accept {
        /// Number, username or address of the hospital
        hospital: MemberSelector,
    },
    /// End an affiliation, or take back or decline the offer of one
    End {
        /// Number, username or address of the other side
        other: MemberSelector,
    },
    /// List the affiliations of a hospital or doctor [default: this account]
    List {
        /// Number, username or address
        member: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
}

/// Dependants.
#[derive(Debug, Subcommand)]
pub enum DependantCommand {
    /// Register a dependant under an institution's voucher and become its guardian (patients)
    Register {
        /// The dependant's account: its name in the keystore, or a development key
        #[arg(long = "account", value_name = "NAME|//URI")]
        account: String,
        /// A unique handle: 3 to 32 of a-z, 0-9, '.', '_', '-'
        #[arg(long)]
        username: String,
        /// What the institution printed with `medchain member voucher` for the dependant's account
        #[arg(long)]
        voucher: String,
    },
    /// Hand a dependant over to an account of its own, which consented with `medchain member accept-move`
    HandOver {
        /// What `medchain member accept-move` printed
        consent: String,
        /// The dependant's present account: its name in the keystore, or a development key
        #[arg(long = "account", value_name = "NAME|//URI")]
        account: String,
    },
}

/// Which part of a listing.
#[derive(Clone, Copy, Debug, Args)]
pub struct PageArguments {
    /// How many entries at most
    #[arg(long, default_value_t = limits::PAGE_MAX, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::PAGE_MAX)))]
    pub limit: u32,
    /// Go on behind this entry, the one that the last page named
    #[arg(long, value_name = "NUMBER")]
    pub after: Option<u64>,
}

/// Appointments.
#[derive(Debug, Subcommand)]
pub enum Appointment {
    /// Ask a doctor for an appointment, and seal the profile to the doctor
    Request {
        /// Number, username or address of the doctor
        doctor: MemberSelector,
        /// When it starts: a quarter of an hour, with its zone, such as 2027-03-01T09:00Z
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        start: Moment,
        /// How long it lasts: 15m to 8h
        #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "30m")]
        length: Moment,
        /// A note that only the doctor can read
        #[arg(long)]
        note: Option<String>,
        /// Do not let the doctor read the profile
        #[arg(long)]
        no_profile: bool,
    },
    /// Accept an appointment, which opens a care relation (doctors)
    Accept {
        /// The appointment's number
        appointment: AppointmentId,
    },
    /// Decline an appointment (doctors)
    Decline {
        /// The appointment's number
        appointment: AppointmentId,
        /// Why
        #[arg(long, value_parser = term(AppointmentReason::ALL, AppointmentReason::name), default_value = "unavailable")]
        reason: AppointmentReason,
    },
    /// Ask for another time (patients); an accepted appointment keeps its time until the doctor accepts the new one
    Reschedule {
        /// The appointment's number
        appointment: AppointmentId,
        /// When the new one starts, with its zone, such as 2027-03-01T09:00Z
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        start: Moment,
        /// How long it lasts: 15m to 8h
        #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "30m")]
        length: Moment,
        /// A note that only the doctor can read
        #[arg(long)]
        note: Option<String>,
    },
    /// Show when a doctor can be booked, in UTC [default: this account]
    Schedule {
        /// Number, username or address of the doctor
        doctor: Option<MemberSelector>,
    },
    /// Say when this doctor can be booked, in UTC; replaces what was said before, and without options lifts all bounds
    SetSchedule {
        /// A weekly opening time, such as mon:08:00-12:30; repeat it
        #[arg(long, value_name = "DAY:FROM-UNTIL", value_parser = parse_opening_time)]
        open: Vec<OpeningTime>,
        /// A day off, or several, such as 2027-12-24 or 2027-12-24..2027-12-31; repeat it
        #[arg(long, value_name = "DAY[..DAY]", value_parser = parse_days_off)]
        off: Vec<DaysOff>,
    },
    /// Call an appointment off
    Cancel {
        /// The appointment's number
        appointment: AppointmentId,
        /// Why
        #[arg(long, value_parser = term(AppointmentReason::ALL, AppointmentReason::name), default_value = "not-needed")]
        reason: AppointmentReason,
    },
    /// Note that an appointment took place (doctors)
    Complete {
        /// The appointment's number
        appointment: AppointmentId,
    },
    /// Note that the patient did not come (doctors)
    Missed {
        /// The appointment's number
        appointment: AppointmentId,
    },
    /// Show an appointment; its doctor also sees the note
    Show {
        /// The appointment's number
        appointment: AppointmentId,
    },
    /// List the appointments of a patient or doctor, newest first
    List {
        /// Number, username or address of the patient or doctor [default: this account]
        #[arg(long)]
        member: Option<MemberSelector>,
        /// Only those that stand so
        #[arg(long, value_parser = term(AppointmentStatus::ALL, AppointmentStatus::name))]
        status: Option<AppointmentStatus>,
        /// Only those that start on this day (UTC), such as 2027-03-01
        #[arg(long, value_name = "DAY")]
        day: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
}

/// Care relations.
#[derive(Debug, Subcommand)]
pub enum Care {
    /// Let a doctor write records, without an appointment (patients)
    Open {
        /// Number, username or address of the doctor
        doctor: MemberSelector,
        /// Do not let the doctor read the profile
        #[arg(long)]
        no_profile: bool,
    },
    /// End a care relation (patients)
    End {
        /// Number, username or address of the doctor
        doctor: MemberSelector,
    },
    /// List the care relations of a patient or doctor
    List {
        /// Number, username or address of the patient or doctor [default: this account]
        #[arg(long)]
        member: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
}

/// What an author says of a document.
#[derive(Clone, Debug, Args)]
pub struct DocumentArguments {
    /// The document; any type, any size up to 16 GiB
    pub file: PathBuf,
    /// A title [default: the file's name]
    #[arg(long)]
    pub title: Option<String>,
    /// A note to its readers
    #[arg(long)]
    pub note: Option<String>,
    /// The day of what it describes, such as 2027-03-01
    #[arg(long, value_parser = parse_date)]
    pub date: Option<Moment>,
    /// Its media type [default: guessed from the file's name]
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
    /// How often a prescription may be filled [default: 1]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=i64::from(limits::FILLS_MAX)))]
    pub fills: Option<u8>,
    /// How long a prescription is valid, at most 366 days [default: 90d]
    #[arg(long = "valid-for", value_name = "DURATION", value_parser = parse_duration)]
    pub validity: Option<Moment>,
    /// Go on with an interrupted upload of this document, and fail if there is none
    #[arg(long)]
    pub resume: bool,
    /// Return only once so many validators have said, each with its signature, that they hold the content
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub copies: Option<u32>,
}

/// Documents.
#[derive(Debug, Subcommand)]
pub enum Record {
    /// Encrypt, store and anchor a document for a patient under care (doctors)
    Upload {
        /// Number, username or address of the patient
        #[arg(long)]
        patient: MemberSelector,
        /// What it is
        #[arg(long, default_value = "report", value_parser = term(&[RecordKind::Report, RecordKind::Prescription], RecordKind::name))]
        kind: RecordKind,
        #[command(flatten)]
        document: DocumentArguments,
    },
    /// Encrypt and store up to 32 documents for a patient under care, and anchor all of them or none (doctors)
    UploadAll {
        /// Number, username or address of the patient
        #[arg(long)]
        patient: MemberSelector,
        /// What they are
        #[arg(long, default_value = "report", value_parser = term(&[RecordKind::Report, RecordKind::Prescription], RecordKind::name))]
        kind: RecordKind,
        /// The documents
        #[arg(required = true, num_args = 1..=32)]
        files: Vec<PathBuf>,
    },
    /// Replace a record by a corrected document (its author)
    Amend {
        /// The record's number
        record: RecordId,
        #[command(flatten)]
        document: DocumentArguments,
    },
    /// Mark a record as entered in error (its author)
    Retract {
        /// The record's number
        record: RecordId,
        /// Why
        #[arg(long, value_parser = term(RetractionReason::ALL, RetractionReason::name))]
        reason: RetractionReason,
    },
    /// Dispense the next fill of a prescription (pharmacies, with a grant on it)
    Dispense {
        /// The prescription's number
        record: RecordId,
        /// The fill, from 1 [default: the next one]
        #[arg(long)]
        fill: Option<u8>,
    },
    /// List which pharmacy dispensed a prescription, and when
    Dispensings {
        /// The prescription's number
        record: RecordId,
    },
    /// Cancel what is not yet dispensed of a prescription (its author)
    CancelFills {
        /// The prescription's number
        record: RecordId,
    },
    /// Dispute a record, for all who see it (its patient)
    Dispute {
        /// The record's number
        record: RecordId,
        /// Why
        #[arg(long, value_parser = term(DisputeReason::ALL, DisputeReason::name), default_value = "undecryptable")]
        reason: DisputeReason,
    },
    /// Withdraw a dispute (the record's patient)
    WithdrawDispute {
        /// The record's number
        record: RecordId,
    },
    /// Erase a record: every vault deletes it, and nobody can decrypt it any more (its patient)
    Erase {
        /// The record's number
        record: RecordId,
    },
    /// Show which nodes have deleted an erased record, and when, each by its signature
    Erasure {
        /// The record's number
        record: RecordId,
    },
    /// List the records of a member [default: this account]
    List {
        /// Number, username or address
        member: Option<MemberSelector>,
        /// Only records of this kind
        #[arg(long, value_parser = term(RecordKind::ALL, RecordKind::name))]
        kind: Option<RecordKind>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Show what the chain knows of a record
    Show {
        /// The record's number
        record: RecordId,
    },
    /// Prove that a record was anchored, by whom and when: fetch the node's proof and check it
    Proof {
        /// The record's number
        record: RecordId,
        /// Write the proof to this file, for who has no node
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Overwrite a file that is there
        #[arg(long, requires = "output")]
        force: bool,
    },
    /// Find the record by which an author anchored a content
    Find {
        /// The content's CID, or its digest as 0x and 64 hexadecimal digits
        #[arg(value_name = "CID", value_parser = parse_content)]
        content: ContentRoot,
        /// Number, username or address of the author [default: this account]
        #[arg(long)]
        author: Option<MemberSelector>,
    },
    /// List who receives a seal when a record is anchored for a patient now
    Recipients {
        /// Number, username or address of the patient
        patient: MemberSelector,
        /// What the record would be
        #[arg(long, default_value = "report", value_parser = term(RecordKind::ALL, RecordKind::name))]
        kind: RecordKind,
    },
    /// Fetch, decrypt and write a document; a reader uses an opening of its grant if no window is open
    Open {
        /// The record's number
        record: RecordId,
        /// A file or a folder to write to, or - for stdout [default: this folder, the file's own name]
        #[arg(long, short, value_name = "PATH")]
        output: Option<PathBuf>,
        /// Overwrite a file that is there
        #[arg(long)]
        force: bool,
        /// Do not use an opening: fail if no reading window is open
        #[arg(long)]
        no_open: bool,
    },
}

/// Who may read.
#[derive(Debug, Subcommand)]
pub enum Access {
    /// Ask a patient for records (professionals)
    Request {
        /// Number, username or address of the patient
        patient: MemberSelector,
        /// The records' numbers
        #[arg(required = true, num_args = 1..=32)]
        records: Vec<RecordId>,
        /// What for
        #[arg(long, ignore_case = true, value_parser = term(Purpose::ALL, Purpose::name), default_value = "TREAT")]
        purpose: Purpose,
        /// For how long to read them; the patient may grant less [default: as the patient chooses]
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration)]
        duration: Option<Moment>,
        /// How many openings to ask for, with --for
        #[arg(long, default_value_t = 1, requires = "duration", value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::OPENINGS_MAX)))]
        openings: u32,
    },
    /// List the requests that wait for this patient, or for one in whose name this account acts
    Inbox {
        /// Number, username or address of the patient [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// List the requests that a member has made and that still wait
    Requests {
        /// Number, username or address of who asks [default: this account]
        #[arg(long)]
        member: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Show a request that waits
    ShowRequest {
        /// The request's number
        request: RequestId,
    },
    /// Say whether an account may do something now, by the very checks of the chain; nothing is done
    #[command(arg_required_else_help = true)]
    May {
        #[command(subcommand)]
        act: May,
        /// Number, username or address of who would do it [default: this account]
        #[arg(long, global = true)]
        member: Option<MemberSelector>,
    },
    /// Grant a request (patients)
    Grant {
        /// The request's number
        request: RequestId,
        /// For how long
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, default_value = "24h")]
        duration: Moment,
        /// How many openings
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::OPENINGS_MAX)))]
        openings: u32,
        /// Only these of the records asked for
        #[arg(long, value_name = "RECORD", num_args = 1..)]
        only: Vec<RecordId>,
    },
    /// Grant records to a reader who has not asked (patients)
    Give {
        /// Number, username or address of the reader
        reader: MemberSelector,
        /// The records' numbers
        #[arg(required = true, num_args = 1..=32)]
        records: Vec<RecordId>,
        /// What for
        #[arg(long, ignore_case = true, value_parser = term(Purpose::ALL, Purpose::name), default_value = "TREAT")]
        purpose: Purpose,
        /// For how long
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, default_value = "24h")]
        duration: Moment,
        /// How many openings
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::OPENINGS_MAX)))]
        openings: u32,
    },
    /// Deny a request (patients)
    Deny {
        /// The request's number
        request: RequestId,
    },
    /// Withdraw a request (the requester)
    Withdraw {
        /// The request's number
        request: RequestId,
    },
    /// Remove a request that has waited its time (anyone; the chain does it by itself when it has time)
    ClearExpired {
        /// The request's number
        request: RequestId,
    },
    /// Take a grant back, at once (patients)
    Revoke {
        /// The record's number
        record: RecordId,
        /// Number, username or address of the reader
        reader: MemberSelector,
    },
    /// Take everything back that a reader holds, standing consent included (patients and guardians)
    RevokeAll {
        /// Number, username or address of the reader
        reader: MemberSelector,
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// Give a grant up (readers)
    Relinquish {
        /// The record's number
        record: RecordId,
    },
    /// Use an opening of a grant, which the chain logs; starts a reading window (readers)
    Open {
        /// The record's number
        record: RecordId,
    },
    /// Close the reading window (readers)
    Close {
        /// The record's number
        record: RecordId,
    },
    /// List who opened what, newest first [default: this patient's records, or this reader's openings]
    Log {
        /// The openings of this record
        #[arg(long, group = "of")]
        record: Option<RecordId>,
        /// The openings of this patient's records
        #[arg(long, group = "of")]
        patient: Option<MemberSelector>,
        /// The openings by this reader
        #[arg(long, group = "of")]
        reader: Option<MemberSelector>,
        /// Print the whole log as a FHIR bundle of AuditEvents
        #[arg(long, conflicts_with_all = ["limit", "after"])]
        fhir: bool,
        #[command(flatten)]
        page: PageArguments,
    },
    /// List the grants of a record [default: those that this account holds]
    Grants {
        /// The record's number
        record: Option<RecordId>,
        /// All grants on this patient's records, reader by reader
        #[arg(long, conflicts_with_all = ["record", "limit", "after"])]
        patient: Option<MemberSelector>,
        /// Those that this reader holds
        #[arg(long, conflicts_with_all = ["record", "patient"])]
        reader: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Show the grant of a record to a reader
    ShowGrant {
        /// The record's number
        record: RecordId,
        /// Number, username or address of the reader [default: this account]
        reader: Option<MemberSelector>,
    },
    /// Share a patient's profile with a hospital (doctors)
    Share {
        /// Number, username or address of the patient
        patient: MemberSelector,
        /// Number, username or address of the hospital
        hospital: MemberSelector,
    },
}

/// What to ask of an account.
#[derive(Debug, Subcommand)]
pub enum May {
    /// Whether it may ask a patient for records
    Request {
        /// Number, username or address of the patient
        patient: MemberSelector,
        /// The records' numbers
        #[arg(required = true, num_args = 1..=32)]
        records: Vec<RecordId>,
        /// What for
        #[arg(long, ignore_case = true, value_parser = term(Purpose::ALL, Purpose::name), default_value = "TREAT")]
        purpose: Purpose,
    },
    /// Whether it may open a record, by a grant
    Open {
        /// The record's number
        record: RecordId,
    },
    /// Whether nodes serve it a record now, and as what
    Read {
        /// The record's number
        record: RecordId,
    },
    /// Whether it may open a record in an emergency
    OpenEmergency {
        /// The record's number
        record: RecordId,
    },
    /// Whether it may lodge an emergency capsule for a record
    LodgeEmergency {
        /// The record's number
        record: RecordId,
    },
}

/// Standing consents.
#[derive(Debug, Subcommand)]
pub enum Standing {
    /// Have authors seal new records to a reader, or change for which kinds and until when
    Give {
        /// Number, username or address of the reader
        reader: MemberSelector,
        /// Of which kinds of record
        #[arg(long = "kind", required = true, value_parser = term(&[RecordKind::Profile, RecordKind::Report, RecordKind::Prescription], RecordKind::name))]
        kinds: Vec<RecordKind>,
        /// What for
        #[arg(long, ignore_case = true, value_parser = term(Purpose::ALL, Purpose::name), default_value = "TREAT")]
        purpose: Purpose,
        /// Until which day, such as 2028-03-01
        #[arg(long, value_parser = parse_date)]
        until: Moment,
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// Take a standing consent back, and with it what was granted under it
    Revoke {
        /// Number, username or address of the reader
        reader: MemberSelector,
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// List a patient's standing consents
    List {
        /// Number, username or address of the patient [default: this account]
        patient: Option<MemberSelector>,
    },
}

/// Links.
#[derive(Debug, Subcommand)]
pub enum Link {
    /// Make a link and show it, once: its key is nowhere else
    Create {
        /// The records' numbers
        #[arg(required = true)]
        records: Vec<RecordId>,
        /// The gateway that hosts it
        #[arg(long, env = "MEDCHAIN_GATEWAY", hide_env_values = true, default_value = "http://127.0.0.1:8480")]
        gateway: String,
        /// For how long it can be opened, 15m to 30d
        #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, default_value = "1d")]
        duration: Moment,
        /// How often it can be opened
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::LINK_OPENINGS_MAX)))]
        openings: u32,
        /// Ask for a passcode that its recipient must give, or read it from --link-passcode-file
        #[arg(long, conflicts_with = "direct")]
        passcode: bool,
        /// Read the link's passcode from the first line of this file
        #[arg(long, value_name = "FILE", conflicts_with = "direct")]
        link_passcode_file: Option<PathBuf>,
        /// What it is called, in 80 characters at most; whoever has the link reads it
        #[arg(long)]
        label: Option<String>,
        /// For long-term use: viewers may ask again
        #[arg(long)]
        long_term: bool,
        /// One file without a manifest, for the simplest viewers
        #[arg(long)]
        direct: bool,
        /// The viewer's page that the link opens in [default: the gateway's own, if it has one]
        #[arg(long, value_name = "URL")]
        viewer: Option<String>,
        /// Write the QR code to this SVG file
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
        /// Write a card to print to this HTML file
        #[arg(long, value_name = "FILE")]
        card: Option<PathBuf>,
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// List a patient's links, newest first
    List {
        /// Number, username or address of the patient [default: this account]
        patient: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Show where a link stands
    Show {
        /// The link's number
        link: LinkId,
    },
    /// Take a link back, at once
    Revoke {
        /// The link's number
        link: LinkId,
    },
    /// List the openings of a link, with the names that its recipients stated
    Log {
        /// The link's number
        link: LinkId,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Have a link that is locked after wrong passcodes take them again
    Unlock {
        /// The link's number
        link: LinkId,
        /// The gateway that hosts it
        #[arg(long, env = "MEDCHAIN_GATEWAY", hide_env_values = true, default_value = "http://127.0.0.1:8480")]
        gateway: String,
        /// Read a new passcode from the first line of this file [default: the passcode stays]
        #[arg(long, value_name = "FILE")]
        link_passcode_file: Option<PathBuf>,
    },
    /// Open a link, whoever made it, and write what it shows
    Open {
        /// The link: shlink:/…, with or without a viewer's address before it
        url: String,
        /// Who opens it, for its maker to read
        #[arg(long, value_name = "NAME")]
        recipient: String,
        /// Read the link's passcode from the first line of this file
        #[arg(long, value_name = "FILE")]
        link_passcode_file: Option<PathBuf>,
        /// The folder to write into
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        output: PathBuf,
    },
}

/// Gateways.
#[derive(Debug, Subcommand)]
pub enum Gateway {
    /// Fetch the portal that a gateway serves, hash it, and compare the hash with the published one
    Verify {
        /// The gateway's address
        url: String,
        /// The published hash [default: only show the hash]
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
}

/// Guardians.
#[derive(Debug, Subcommand)]
pub enum Guardian {
    /// Appoint another patient to act in this patient's name, or change what it may do and until when
    Appoint {
        /// Number, username or address of the guardian
        guardian: MemberSelector,
        /// It grants, denies and revokes
        #[arg(long, required_unless_present = "read")]
        decide: bool,
        /// It opens records
        #[arg(long)]
        read: bool,
        /// Until which day, such as 2028-03-01
        #[arg(long, value_parser = parse_date)]
        until: Moment,
    },
    /// Seal earlier records to a guardian [default: all that are not sealed to it]
    Seal {
        /// Number, username or address of the guardian
        guardian: MemberSelector,
        /// The records' numbers
        records: Vec<RecordId>,
    },
    /// End a guardianship (patients)
    Dismiss {
        /// Number, username or address of the guardian
        guardian: MemberSelector,
    },
    /// Give a guardianship up (guardians)
    Resign {
        /// Number, username or address of the patient
        patient: MemberSelector,
    },
    /// List a patient's guardians
    List {
        /// Number, username or address of the patient [default: this account]
        patient: Option<MemberSelector>,
    },
    /// List the patients in whose name a guardian acts
    Wards {
        /// Number, username or address of the guardian [default: this account]
        #[arg(long)]
        member: Option<MemberSelector>,
        #[command(flatten)]
        page: PageArguments,
    },
}

/// Emergency access.
#[derive(Debug, Subcommand)]
pub enum Emergency {
    /// Let doctors open the records that are lodged for emergencies, or change which doctors (patients)
    Consent {
        /// Any doctor
        #[arg(long, required_unless_present = "hospitals", conflicts_with = "hospitals")]
        all: bool,
        /// Only doctors affiliated with this hospital: number, username or address; repeat it, up to 16 times
        #[arg(long = "hospital", value_name = "HOSPITAL")]
        hospitals: Vec<MemberSelector>,
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// Withdraw the consent, and with it every capsule; windows that it opened end at once (patients)
    Revoke {
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// Lodge emergency capsules for records [default: every record in force that has none] (patients)
    Lodge {
        /// The records' numbers
        records: Vec<RecordId>,
        /// The patient in whose name a guardian acts [default: this account]
        #[arg(long)]
        patient: Option<MemberSelector>,
    },
    /// Withdraw the emergency capsules of records; the consent stands for others (patients)
    Withdraw {
        /// The records' numbers
        #[arg(required = true, num_args = 1..=32)]
        records: Vec<RecordId>,
    },
    /// Show a patient's emergency consent, and what is not lodged
    Show {
        /// Number, username or address of the patient [default: this account]
        patient: Option<MemberSelector>,
    },
    /// Show the emergency capsule that is lodged for a record: who made it, and when
    Capsule {
        /// The record's number
        record: RecordId,
    },
    /// Open a record in an emergency, without a grant, and write the document; the patient is alerted and an administrator
    /// reviews it (doctors)
    Open {
        /// The record's number
        record: RecordId,
        /// Why
        #[arg(long, value_parser = term(EmergencyReason::ALL, EmergencyReason::name))]
        reason: EmergencyReason,
        /// A file or a folder to write to, or - for stdout [default: this folder, the file's own name]
        #[arg(long, short, value_name = "PATH")]
        output: Option<PathBuf>,
        /// Overwrite a file that is there
        #[arg(long)]
        force: bool,
    },
    /// List the emergency openings that wait for a review, the oldest first
    Pending {
        #[command(flatten)]
        page: PageArguments,
    },
    /// Review an emergency opening (administrators)
    Review {
        /// The number of its entry in the read log
        reading: ReadingId,
        /// What was found
        #[arg(long, value_parser = term(ReviewOutcome::ALL, ReviewOutcome::name))]
        outcome: ReviewOutcome,
    },
}

/// Alerts.
#[derive(Debug, Args)]
pub struct Alerts {
    /// Begin with this block: the one after the last that was seen [default: the next to become final]
    #[arg(long, value_name = "BLOCK")]
    pub from: Option<u32>,
    /// Number, username or address of the member [default: this account]
    #[arg(long)]
    pub member: Option<MemberSelector>,
    /// End after so many blocks with alerts [default: go on]
    #[arg(long, value_name = "N")]
    pub count: Option<u32>,
}

/// The node, the chain and a quota.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Whose account and quota to show: number, username or address [default: this account]
    #[arg(long)]
    pub member: Option<MemberSelector>,
}

/// A parser for one of a closed set of terms.
fn term<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|value| name(*value))).try_map(move |text| {
        all.iter().copied().find(|value| name(*value).eq_ignore_ascii_case(&text)).ok_or("no such term")
    })
}

fn parse_hash(text: &str) -> Result<[u8; 32], &'static str> {
    let malformed = "give 0x and 64 hexadecimal digits";
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(malformed);
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let pair = digits.get(2 * at..2 * at + 2).ok_or(malformed)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| malformed)?;
    }
    Ok(bytes)
}

/// Reads a content's CID, or its digest in hexadecimal.
fn parse_content(text: &str) -> Result<ContentRoot, String> {
    if text.starts_with("0x") {
        return parse_hash(text).map(ContentRoot).map_err(str::to_owned);
    }
    parse_cid(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_genesis_hash_has_64_digits() {
        assert_eq!(parse_hash(&format!("0x{}", "ab".repeat(32))), Ok([0xab; 32]));
        assert!(parse_hash("0x12").is_err());
        assert!(parse_hash(&"zz".repeat(32)).is_err());
        assert!(parse_hash(&"é".repeat(32)).is_err());
    }

    #[test]
    fn a_content_is_named_by_cid_or_digest() {
        let cid = medchain_sdk::record::cid(ContentRoot([0xab; 32]));
        assert_eq!(parse_content(&cid), Ok(ContentRoot([0xab; 32])));
        assert_eq!(parse_content(&format!("0x{}", "ab".repeat(32))), Ok(ContentRoot([0xab; 32])));
        assert!(parse_content("0x12").is_err());
        assert!(parse_content("blood-count.pdf").is_err());
    }

    #[test]
    fn purposes_are_read_in_any_case() {
        let arguments =
            Arguments::try_parse_from(["medchain", "access", "request", "1001", "1", "2", "--purpose", "treat"]);
        let Command::Access(Access::Request { records, purpose, .. }) = arguments.unwrap().command else {
            unreachable!("the command is access request")
        };
        assert_eq!((records, purpose), (vec![RecordId(1), RecordId(2)], Purpose::Treatment));
    }
}
