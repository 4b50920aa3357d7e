/** What `medchain_*` answers: the runtime API's views as JSON (`runtime/api/src/views.rs`). Times are milliseconds. */

export type Role = "patient" | "doctor" | "hospital" | "pharmacy";
export type Status = "pending" | "active" | "rejected" | "suspended";
export type RecordKind = "profile" | "certificate" | "report" | "prescription";
export type RecordStatus = "current" | "superseded" | "entered-in-error" | "erased";
export type Purpose = "TREAT" | "HPAYMT" | "HOPERAT" | "PATRQT" | "ETREAT" | "PUBHLTH";
export type AppointmentStatus = "requested" | "accepted" | "declined" | "cancelled" | "completed" | "missed" | "expired";
export type AppointmentReason = "unavailable" | "rescheduled" | "not-needed" | "referred-elsewhere";
export type VettingReason =
  | "certificate-unreadable"
  | "licence-not-valid"
  | "details-disagree"
  | "misconduct"
  | "own-wish";
export type GrantBasis = "consent" | "care" | "shared" | "standing" | "guardianship" | "emergency" | "link";
export type LinkStatus = "active" | "revoked" | "expired" | "exhausted" | "erased";
export type EmergencyReason = "unconscious" | "life-threatening" | "unable-to-decide" | "critical-medication";
export type ReviewOutcome = "justified" | "unjustified";
export type RetractionReason = "wrong-patient" | "wrong-document" | "clinical-error" | "duplicate";
export type DisputeReason = "undecryptable" | "another-person" | "incorrect";
export type Hex = `0x${string}`;

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins: a number, or for staff an account. */
  readonly next: number | string | null;
}

export interface Details {
  readonly name: string;
  readonly licence: string;
  readonly issuer: string;
  readonly speciality: string;
  readonly address: string;
}

export interface Member {
  readonly id: number;
  readonly account: string;
  readonly username: string;
  readonly role: Role;
  readonly status: Status;
  readonly reason: VettingReason | null;
  readonly encryptionKey: Hex;
  readonly keyVersion: number;
  readonly details: Details | null;
  readonly ownRecord: number | null;
  readonly registeredAt: number;
  /** The guardian who registered it as a dependant and has not handed it over. */
  readonly dependantOf: number | null;
}

export type StaffScope = "front-desk" | "ward" | "dispensary";

/** A person's account that acts for an institution. */
export interface Staff {
  readonly account: string;
  readonly institution: number;
  readonly scope: StaffScope;
  readonly encryptionKey: Hex;
  /** The institution's encryption secret, sealed to that key. */
  readonly copy: Hex;
  /** The version of the institution's key whose secret it is. */
  readonly ofVersion: number;
  readonly addedAt: number;
}

/** Who acts behind an account. */
export interface Acting {
  readonly member: Member;
  /** The staff account; `null` for the member's own. */
  readonly staff: Staff | null;
}

/** A copy of an earlier encryption secret of a member, sealed to a later key of its own. */
export interface OwnCopy {
  readonly ofVersion: number;
  readonly giver: number;
  readonly seal: VersionedSeal;
}

export interface KeyView {
  readonly version: number;
  readonly key: Hex;
  readonly replacedAt: number | null;
}

export interface VersionedSeal {
  readonly seal: Hex;
  readonly keyVersion: number;
}

/** What a member has laid down for the case that its key is lost. */
export interface RecoveryPlan {
  readonly guardians: readonly number[];
  readonly threshold: number;
  /** How long the member can object once they agree, in milliseconds. */
  readonly wait: number;
  readonly recoveries: readonly Recovery[];
  readonly copies: readonly { readonly guardian: number; readonly copy: KeyCopyView }[];
}

/** A copy of a member's encryption secret that a guardian holds, sealed to the guardian's key. */
export interface KeyCopyView {
  readonly ofVersion: number;
  readonly seal: VersionedSeal;
}

/** A recovery that a guardian has proposed. */
export interface Recovery {
  readonly proposer: number;
  readonly to: string;
  /** The encryption key that the member will have there. */
  readonly key: Hex;
  readonly approvals: readonly number[];
  readonly readyAt: number | null;
}

/** That a doctor is one of a hospital's. */
export interface Affiliation {
  readonly hospital: number;
  readonly doctor: number;
  readonly offeredAt: number;
  /** `null` while it is only offered. */
  readonly acceptedAt: number | null;
}

/** A patient's consent that doctors open records in an emergency. */
export interface EmergencyConsent {
  /** The hospitals whose doctors may open; `null` for any doctor. */
  readonly institutions: readonly number[] | null;
  readonly givenBy: number;
  readonly since: number;
}

/** What a doctor opens in an emergency. */
export interface EmergencyCapsuleView {
  readonly capsule: Hex;
  readonly lodgedBy: number;
  readonly lodgedAt: number;
}

export interface Administrator {
  readonly account: string;
  readonly encryptionKey: Hex | null;
  readonly keyVersion: number;
}

export interface Appointment {
  readonly id: number;
  readonly patient: number;
  readonly doctor: number;
  readonly start: number;
  readonly end: number;
  readonly status: AppointmentStatus;
  readonly reason: AppointmentReason | null;
  readonly note: Hex;
  readonly requestedAt: number;
  /** The appointment that it is to replace, and the latest that is, or was, to replace it. */
  readonly replaces: number | null;
  readonly replacedBy: number | null;
}

/** A weekly time in which a doctor can be booked, in UTC; the weekday is 0 for Monday, the times quarters of an hour. */
export interface OpeningTime {
  readonly weekday: number;
  readonly from: number;
  readonly until: number;
}

/** Days on which a doctor cannot be booked, both ends included, in days since 1 January 1970 UTC. */
export interface DaysOff {
  readonly first: number;
  readonly last: number;
}

export interface Schedule {
  /** None means at any time. */
  readonly openingTimes: readonly OpeningTime[];
  readonly daysOff: readonly DaysOff[];
}

export interface Care {
  readonly patient: number;
  readonly doctor: number;
  readonly since: number;
  readonly appointment: number | null;
}

export interface RecordView {
  readonly id: number;
  readonly patient: number;
  readonly author: number;
  readonly kind: RecordKind;
  readonly status: RecordStatus;
  readonly content: Hex;
  readonly size: number;
  readonly envelope: Hex;
  /** The version of its owner's key that the owner's seal in the envelope is for. */
  readonly keyVersion: number;
  readonly anchoredAt: number;
  readonly supersedes: number | null;
  readonly supersededBy: number | null;
  readonly fills: number;
  readonly fillsLeft: number;
  readonly validUntil: number | null;
  readonly retraction: RetractionReason | null;
  readonly dispute: DisputeReason | null;
}

export interface Dispensing {
  readonly fill: number;
  readonly pharmacy: number;
  readonly dispensedAt: number;
}

/** Who receives a seal of a new record: in the envelope the patient, anchored with the record the others. */
export interface SealRecipient {
  readonly member: number;
  readonly sealedAs: "patient" | "guardian" | "standing";
}

export interface RecordKinds {
  readonly profile: boolean;
  readonly report: boolean;
  readonly prescription: boolean;
}

export interface StandingConsent {
  readonly reader: number;
  readonly kinds: RecordKinds;
  readonly purpose: Purpose;
  readonly givenBy: number;
  readonly since: number;
  readonly until: number;
}

export interface GuardianScope {
  readonly decide: boolean;
  readonly read: boolean;
}

export interface Guardianship {
  readonly patient: number;
  readonly guardian: number;
  readonly scope: GuardianScope;
  readonly since: number;
  readonly until: number;
}

export interface AccessRequest {
  readonly id: number;
  readonly requester: number;
  readonly patient: number;
  readonly records: readonly number[];
  readonly purpose: Purpose;
  readonly requestedAt: number;
  readonly expiresAt: number;
}

export interface Grant {
  readonly record: number;
  readonly reader: number;
  readonly seal: VersionedSeal;
  readonly purpose: Purpose;
  readonly basis: GrantBasis;
  readonly grantedBy: number;
  readonly grantedAt: number;
  readonly expiresAt: number;
  readonly openingsLeft: number;
  readonly windowClosesAt: number | null;
}

export interface Reading {
  readonly id: number;
  readonly record: number;
  readonly patient: number;
  readonly reader: number;
  readonly purpose: Purpose;
  readonly basis: GrantBasis;
  readonly openedAt: number;
  readonly openedIn: number;
  /** The staff account that acted; `null` for the institution's own, or for who has no staff. */
  readonly staff: string | null;
  /** Of an emergency opening: why, and what an administrator found. */
  readonly emergency: {
    readonly reason: EmergencyReason;
    readonly outcome: ReviewOutcome | null;
    readonly reviewedAt: number | null;
  } | null;
}

/** An emergency opening that waits for its review. */
export interface PendingReview {
  readonly reading: number;
  readonly record: number;
  readonly patient: number;
  readonly doctor: number;
  readonly reason: EmergencyReason;
  readonly openedAt: number;
}

/** A link, which shows records to whoever holds it. */
export interface LinkView {
  readonly id: number;
  readonly patient: number;
  /** The hash of its secret. */
  readonly commitment: Hex;
  /** The institution whose gateway hosts it. */
  readonly host: number;
  readonly records: readonly number[];
  readonly registeredBy: number;
  readonly registeredAt: number;
  readonly expiresAt: number;
  readonly openings: number;
  readonly openingsLeft: number;
  readonly revokedAt: number | null;
  readonly status: LinkStatus;
}

export interface LinkOpening {
  readonly firstReading: number;
  /** How many entries of the read log it has: one for each record. */
  readonly readings: number;
  /** The name that the recipient stated, encrypted to the patient. */
  readonly recipient: Hex;
  readonly keyVersion: number;
  readonly openedAt: number;
  readonly openedIn: number;
}

/** What a member is alerted to. */
export type Alert =
  | { readonly kind: "request" | "opening" | "appointment" }
  | { readonly kind: "emergency"; readonly reading: number; readonly record: number; readonly doctor: number }
  | { readonly kind: "link"; readonly link: number; readonly host: number; readonly openingsLeft: number };

export interface CommitteeView {
  readonly epoch: number;
  readonly key: Hex;
  readonly threshold: number;
  readonly shares: readonly Hex[];
}

export interface Refusal {
  readonly pallet: string;
  readonly error: string;
  readonly text: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason?: Refusal;
}
