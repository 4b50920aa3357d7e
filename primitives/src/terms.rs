//! The design's terms as closed sets.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// A text that is none of a set's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

macro_rules! terms {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Encode,
            Decode,
            DecodeWithMemTracking,
            MaxEncodedLen,
            TypeInfo,
            Serialize,
            Deserialize,
        )]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in text and JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl core::str::FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or(UnknownName)
            }
        }
    };
}

terms!(
    /// What a member is.
    Role {
        /// Owns records and decides who reads them.
        Patient = "patient",
        /// Writes records for patients under care and reads by grant.
        Doctor = "doctor",
        /// An institution that reads by grant.
        Hospital = "hospital",
        /// An institution that reads prescriptions, and the profile that goes with one, by grant.
        Pharmacy = "pharmacy",
    }
);

impl Role {
    /// Whether a member of this role acts only once an administrator has verified it.
    pub const fn is_professional(self) -> bool {
        !matches!(self, Role::Patient)
    }

    /// Whether a member of this role is an institution: it vouches for others and has staff.
    pub const fn is_institution(self) -> bool {
        matches!(self, Role::Hospital | Role::Pharmacy)
    }
}

terms!(
    /// For what an institution has added a staff account.
    StaffScope {
        /// Asks for records, and takes requests back.
        FrontDesk = "front-desk",
        /// Asks for records, opens and closes them, and gives grants up.
        Ward = "ward",
        /// As a ward, for prescriptions and the profiles that go with them; and dispenses.
        Dispensary = "dispensary",
    }
);

/// What staff may do for an institution at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffAct {
    /// Request records, and withdraw requests.
    Request,
    /// Open and read a record of this kind, close its window, and relinquish its grant.
    Read(RecordKind),
    /// Dispense a prescription.
    Dispense,
}

impl StaffScope {
    /// Whether staff of this scope may do this.
    pub const fn allows(self, act: StaffAct) -> bool {
        match (self, act) {
            (_, StaffAct::Request) => true,
            (Self::FrontDesk, StaffAct::Read(_) | StaffAct::Dispense) => false,
            (Self::Ward, StaffAct::Read(_)) => true,
            (Self::Ward, StaffAct::Dispense) => false,
            (Self::Dispensary, StaffAct::Read(RecordKind::Report)) => false,
            (Self::Dispensary, StaffAct::Read(_) | StaffAct::Dispense) => true,
        }
    }
}

terms!(
    /// Where a member stands.
    Status {
        /// Registered, waiting for an administrator.
        Pending = "pending",
        /// May act.
        Active = "active",
        /// Refused by an administrator.
        Rejected = "rejected",
        /// Stopped by an administrator.
        Suspended = "suspended",
    }
);

terms!(
    /// What a record is.
    RecordKind {
        /// A patient's personal details.
        Profile = "profile",
        /// A professional's evidence, readable by the administrators.
        Certificate = "certificate",
        /// A clinical report.
        Report = "report",
        /// A prescription.
        Prescription = "prescription",
    }
);

terms!(
    /// Where a record stands.
    RecordStatus {
        /// In force.
        Current = "current",
        /// Replaced by an amendment; still readable.
        Superseded = "superseded",
        /// Retracted by its author; still readable, marked as wrong.
        EnteredInError = "entered-in-error",
        /// Erased by its patient: nothing is left to read.
        Erased = "erased",
    }
);

terms!(
    /// Why a record is read: the HL7 PurposeOfUse codes (v3-PurposeOfUse) that MedChain knows.
    Purpose {
        /// Treatment.
        Treatment = "TREAT",
        /// Healthcare payment.
        Payment = "HPAYMT",
        /// Healthcare operations.
        Operations = "HOPERAT",
        /// At the patient's request.
        PatientRequest = "PATRQT",
        /// Emergency treatment.
        EmergencyTreatment = "ETREAT",
        /// Public health.
        PublicHealth = "PUBHLTH",
    }
);

terms!(
    /// Where an appointment stands.
    AppointmentStatus {
        /// Waits for the doctor.
        Requested = "requested",
        /// The doctor has agreed; the slot is held.
        Accepted = "accepted",
        /// The doctor has declined.
        Declined = "declined",
        /// Called off by either side.
        Cancelled = "cancelled",
        /// Took place.
        Completed = "completed",
        /// The patient did not come.
        Missed = "missed",
        /// Its time came before the doctor answered.
        Expired = "expired",
    }
);

terms!(
    /// On what a grant rests.
    GrantBasis {
        /// The patient's answer to a request, or the patient's own initiative. Stands by itself.
        Consent = "consent",
        /// The profile that a patient seals to a doctor with an appointment. Stands while the care relation lasts.
        Care = "care",
        /// A profile that a doctor shares with a hospital. Stands while the doctor's care relation lasts.
        Shared = "shared",
        /// A standing consent, under which authors seal new records to a reader that the patient named beforehand.
        /// Stands while the standing consent lasts.
        Standing = "standing",
        /// A guardianship. Stands while the guardianship lasts.
        Guardianship = "guardianship",
        /// An emergency consent, under which a doctor opens without a grant. In the read log only.
        Emergency = "emergency",
        /// A link of the patient. No grant rests on it: the institution that hosts it opens for who holds the link.
        Link = "link",
    }
);

terms!(
    /// Where a link stands.
    LinkStatus {
        /// It can be opened.
        Active = "active",
        /// The patient took it back.
        Revoked = "revoked",
        /// It has reached its end.
        Expired = "expired",
        /// Every opening is used.
        Exhausted = "exhausted",
        /// Every record that it showed is erased.
        Erased = "erased",
    }
);

terms!(
    /// Why an administrator rejects or suspends a professional; words are sealed to the professional, not on chain.
    VettingReason {
        /// The certificate cannot be read or is incomplete.
        CertificateUnreadable = "certificate-unreadable",
        /// The licence is unknown to its issuing body, or expired.
        LicenceNotValid = "licence-not-valid",
        /// The details and the certificate do not agree.
        DetailsDisagree = "details-disagree",
        /// Acts against the consortium's rules.
        Misconduct = "misconduct",
        /// The professional asked for it.
        OwnWish = "own-wish",
    }
);

terms!(
    /// Why an appointment is called off or declined.
    AppointmentReason {
        /// The time does not suit.
        Unavailable = "unavailable",
        /// Another appointment was agreed.
        Rescheduled = "rescheduled",
        /// No longer needed.
        NotNeeded = "not-needed",
        /// Another doctor or service fits better.
        ReferredElsewhere = "referred-elsewhere",
    }
);

terms!(
    /// Why an author marks a record as entered in error; words are in the amendment, not on chain.
    RetractionReason {
        /// It describes another patient.
        WrongPatient = "wrong-patient",
        /// Another document was meant.
        WrongDocument = "wrong-document",
        /// What it says is wrong.
        ClinicalError = "clinical-error",
        /// It was anchored twice.
        Duplicate = "duplicate",
    }
);

terms!(
    /// Why a patient disputes a record.
    DisputeReason {
        /// The patient's client cannot decrypt what was sealed to it.
        Undecryptable = "undecryptable",
        /// It describes another person.
        AnotherPerson = "another-person",
        /// The patient holds that what it says is wrong.
        Incorrect = "incorrect",
    }
);

terms!(
    /// Why a doctor opens a record in an emergency; words are in the doctor's own record, not on chain.
    EmergencyReason {
        /// The patient is unconscious.
        Unconscious = "unconscious",
        /// The patient's life is in danger, and asking would cost the time to save it.
        LifeThreatening = "life-threatening",
        /// The patient is awake and cannot decide: confused, sedated, or a child whose guardians cannot be reached.
        UnableToDecide = "unable-to-decide",
        /// What the patient takes or cannot tolerate must be known before a treatment that cannot wait.
        CriticalMedication = "critical-medication",
    }
);

terms!(
    /// What an administrator finds of an emergency opening.
    ReviewOutcome {
        /// There was an emergency that called for it.
        Justified = "justified",
        /// There was none.
        Unjustified = "unjustified",
    }
);

/// Kinds of record that a standing consent covers.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct RecordKinds {
    /// Profiles.
    pub profile: bool,
    /// Clinical reports.
    pub report: bool,
    /// Prescriptions.
    pub prescription: bool,
}

impl RecordKinds {
    /// Whether it covers this kind; certificates never.
    pub const fn contains(self, kind: RecordKind) -> bool {
        match kind {
            RecordKind::Profile => self.profile,
            RecordKind::Report => self.report,
            RecordKind::Prescription => self.prescription,
            RecordKind::Certificate => false,
        }
    }

    /// Whether it covers nothing.
    pub const fn is_empty(self) -> bool {
        !(self.profile || self.report || self.prescription)
    }
}

/// What a guardian may do in a patient's name.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct GuardianScope {
    /// Grant, deny, revoke, and give standing and emergency consents.
    pub decide: bool,
    /// Open the patient's records; each opening is logged.
    pub read: bool,
}

terms!(
    /// As what a member receives a seal of a new record.
    SealedAs {
        /// Its patient; the seal is in the envelope.
        Patient = "patient",
        /// A guardian of the patient; the seal is anchored with the record.
        Guardian = "guardian",
        /// A reader with a standing consent; the seal is anchored with the record.
        Standing = "standing",
    }
);
