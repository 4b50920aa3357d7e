import { type StoredUpload, type UploadPurpose, uploads } from "../keyring/database";
import { type Keyring, KeyringError } from "../keyring/keyring";
import type { LentCopy, PublicIdentity, ResealEnvelopeOrder, SealTarget } from "../keyring/protocol";
import { type Signer, signerOf } from "../keyring/signer";
import { concat, fromHex, toHex, u64le, utf8 } from "../sealing/encoding";
import type { Committee } from "../sealing/committee";
import { epochOfEmergencyCapsule, epochOfEnvelope } from "../sealing/epoch";
import { FIRST_KEY_VERSION } from "../sealing/keys";
import { linkCommitment, linkFlags, linkText } from "../sealing/link";
import type { Recipient } from "../sealing/seal";
import { addressOf } from "./address";
import { isEachAtHand } from "./copies";
import { type Described, readDescription, withoutControl } from "./description";
import { RefusedError } from "./failure";
import { askGateway, type GatewayInfo, type StoredLink } from "./gateway";
import type { Proofs } from "./proven";
import type { Reads } from "./reads";
import type { Rpc } from "./rpc";
import type { AnyTransaction, Api, Receipt, TransactionState, Transactions, Until } from "./transactions";
import { VaultClient } from "./vault";
import { type Consent, consent, consentText, type Voucher, voucher, voucherText } from "./statements";
import type {
  AccessRequest,
  Acting,
  Appointment,
  AppointmentReason,
  Details,
  DisputeReason,
  EmergencyReason,
  Grant,
  GuardianScope,
  Hex,
  KeyCopyView,
  LinkOpening,
  LinkView,
  Member,
  Purpose,
  RecordKinds,
  RecordView,
  RecoveryPlan,
  Recovery,
  RetractionReason,
  ReviewOutcome,
  Role,
  Schedule,
  StaffScope,
  VettingReason,
} from "./views";

/** How an act goes on: what happens in this browser, then what happens in the chain. */
export type ActState =
  | {
      readonly type: "preparing";
      readonly step: "encrypting" | "storing" | "sealing" | "fetching" | "decrypting";
      readonly done: number;
      readonly total: number;
    }
  | TransactionState;

export type Report = (state: ActState) => void;

/** A record that was opened: what is said of it, and the document. */
export interface Opened {
  readonly described: Described;
  readonly description: string;
  readonly document: Blob;
  /** The numbers of the validators whose releases were no good; those of the others were enough. */
  readonly distrusted: readonly number[];
}

/** What a link is to be. */
export interface LinkTerms {
  /** How long it can be opened, in milliseconds. */
  readonly duration: number;
  readonly openings: number;
  /** Empty for none. */
  readonly passcode: string;
  /** What it is called, for people; empty for nothing. */
  readonly label: string;
  /** Whether it is for long-term use. */
  readonly longTerm: boolean;
  /** Whether it leads to one file directly. */
  readonly direct: boolean;
}

/** A link that was made. Its key and secret are nowhere but in its text. */
export interface MadeLink {
  readonly receipt: Receipt;
  readonly id: number;
  readonly text: string;
  readonly endsAt: number;
}

const ROLES = { patient: "Patient", doctor: "Doctor", hospital: "Hospital", pharmacy: "Pharmacy" } as const;
const KINDS = {
  profile: "Profile",
  certificate: "Certificate",
  report: "Report",
  prescription: "Prescription",
} as const;
const PURPOSES = {
  TREAT: "Treatment",
  HPAYMT: "Payment",
  HOPERAT: "Operations",
  PATRQT: "PatientRequest",
  ETREAT: "EmergencyTreatment",
  PUBHLTH: "PublicHealth",
} as const;
const VETTING = {
  "certificate-unreadable": "CertificateUnreadable",
  "licence-not-valid": "LicenceNotValid",
  "details-disagree": "DetailsDisagree",
  misconduct: "Misconduct",
  "own-wish": "OwnWish",
} as const;
const APPOINTMENT = {
  unavailable: "Unavailable",
  rescheduled: "Rescheduled",
  "not-needed": "NotNeeded",
  "referred-elsewhere": "ReferredElsewhere",
} as const;
const RETRACTION = {
  "wrong-patient": "WrongPatient",
  "wrong-document": "WrongDocument",
  "clinical-error": "ClinicalError",
  duplicate: "Duplicate",
} as const;
const DISPUTE = {
  undecryptable: "Undecryptable",
  "another-person": "AnotherPerson",
  incorrect: "Incorrect",
} as const;
const SCOPES = { "front-desk": "FrontDesk", ward: "Ward", dispensary: "Dispensary" } as const;
const EMERGENCY = {
  unconscious: "Unconscious",
  "life-threatening": "LifeThreatening",
  "unable-to-decide": "UnableToDecide",
  "critical-medication": "CriticalMedication",
} as const;
const OUTCOMES = { justified: "Justified", unjustified: "Unjustified" } as const;

function term<T extends string>(type: T): { type: T; value: undefined } {
  return { type, value: undefined };
}

/** Notes are padded to a multiple of this, so that their length tells little. */
const NOTE_PADDING = 128;

/** Most records that a call seals. */
const RECORDS_PER_CALL = 32;
/** How often the committee is asked for one record, if its answers do not combine. */
const RELEASE_ATTEMPTS = 3;
/** When it is asked again, in milliseconds. */
const RELEASE_AGAIN = 2_000;
/** Most staff that a call seals to. */
const STAFF_PER_CALL = 32;

/** Bytes as calls take them. */
function hex(bytes: Uint8Array | undefined): Hex {
  if (bytes === undefined) {
    throw new Error("nothing was sealed");
  }
  return `0x${toHex(bytes)}`;
}

function sr25519(signature: Uint8Array): { type: "Sr25519"; value: Hex } {
  return { type: "Sr25519", value: hex(signature) };
}

/** What calls take of a consent besides the account and its key. */
function consented({ expiresAt, signature }: Consent) {
  return { expires_at: BigInt(expiresAt), signature: sr25519(signature) };
}

/** Who acts: a member, or an administrator, who is none. */
export type Actor =
  | { readonly type: "member"; readonly member: Member }
  | { readonly type: "administrator"; readonly keyVersion: number };

/** Which node to ask, and who finalizes its chain. */
export interface NodeSettings {
  readonly url: string;
  /** GRANDPA's authorities at genesis; empty if the first answer of the node is to be kept. */
  readonly validators: readonly Hex[];
}

/** An upload that was stopped once it was encrypted: its ciphertext waits in this browser. */
class UploadStoppedError extends Error {
  constructor(options: ErrorOptions) {
    super("the upload was stopped", options);
    this.name = "UploadStoppedError";
  }
}

/** Everything that a signed-in person does. The only place where calls are built. */
export class Acts {
  readonly #reads: Reads;
  readonly #keyring: Keyring;
  readonly #signer: Signer;
  readonly #identity: PublicIdentity;
  readonly #url: string;
  readonly #validators: readonly Hex[];
  readonly #rpc: Rpc;
  readonly vault: VaultClient;
  #equipped = "";
  /** What was read of envelopes, by their hashes. */
  readonly #epochs = new Map<Hex, number>();
  #transactions: Promise<Transactions> | undefined;
  #genesis: Promise<Hex> | undefined;
  #proven: Promise<Proofs> | undefined;

  constructor(node: NodeSettings, rpc: Rpc, reads: Reads, keyring: Keyring, identity: PublicIdentity) {
    this.#url = node.url;
    this.#validators = node.validators;
    this.#rpc = rpc;
    this.#reads = reads;
    this.#keyring = keyring;
    this.#identity = identity;
    this.#signer = signerOf(keyring, identity);
    this.vault = new VaultClient(rpc, this.#signer, identity.address);
  }

  /** Loads what signing needs ahead of the first act. */
  warmUp(): Promise<Transactions> {
    void this.#proofs();
    this.#transactions ??= import("./transactions").then(
      (module) => new module.Transactions(this.#url, this.#rpc, this.#identity, this.#signer),
    );
    return this.#transactions;
  }

  end(): void {
    void this.#transactions?.then((transactions) => transactions.end());
    void this.#proven?.then((proofs) => proofs.end());
  }

  async #send(build: (api: Api) => AnyTransaction, report: Report, until: Until = "finalized"): Promise<Receipt> {
    const transactions = await this.warmUp();
    const nonce = await this.#reads.nextNonce(this.#identity.address);
    return transactions.send(build(transactions.api), nonce, until, report);
  }

  #genesisBytes(): Promise<Uint8Array> {
    this.#genesis ??= this.#reads.genesis();
    return this.#genesis.then(fromHex);
  }

  #proofs(): Promise<Proofs> {
    this.#proven ??= Promise.all([import("./proven"), import("./finality")]).then(
      ([{ Proofs }, { Finality }]) =>
        new Proofs(this.#reads, new Finality(this.#reads, this.#validators, localStorage)),
    );
    return this.#proven;
  }

  /** Where seals for a member go: our own key is at hand, another's is proved. */
  async #target(member: number, me?: Member): Promise<SealTarget> {
    if (me?.id === member) {
      return {
        recipient: { type: "member", id: BigInt(me.id) },
        key: await this.#keyring.run("publicKey", { version: me.keyVersion }),
        keyVersion: me.keyVersion,
      };
    }
    return (await this.#proofs()).target(member);
  }

  #recipient(actor: Actor): Recipient {
    return actor.type === "member"
      ? { type: "member", id: BigInt(actor.member.id) }
      : { type: "administrator", account: this.#identity.publicKey };
  }

  /** Has the keyring open the secrets that are lent to whoever acts: an institution's, or a member's own from before. */
  async equip({ member, staff }: Acting): Promise<void> {
    // A copy may come while somebody is signed in: from a guardian, after a recovery.
    const given = staff === null && member.keyVersion > FIRST_KEY_VERSION ? await this.#reads.ownCopies(member.id) : [];
    const told = JSON.stringify([member.id, member.keyVersion, staff, given]);
    if (told === this.#equipped) {
      return;
    }
    const genesis = await this.#genesisBytes();
    const of = (ofVersion: number) => ({ genesis, member: BigInt(member.id), ofVersion });
    const copies: LentCopy[] = [];
    if (staff !== null) {
      const { ofVersion, copy } = staff;
      const publicKey = ofVersion === member.keyVersion ? fromHex(member.encryptionKey) : undefined;
      copies.push({ context: of(ofVersion), sealed: fromHex(copy), keyVersion: FIRST_KEY_VERSION, publicKey });
    } else if (given.length > 0) {
      const keys = await this.#reads.keys(member.id);
      // A copy of the first key may be sealed to the second, of which there is a copy sealed to the third.
      for (const { ofVersion, seal } of given.toSorted((a, b) => b.seal.keyVersion - a.seal.keyVersion)) {
        const key = keys.find(({ version }) => version === ofVersion);
        if (key !== undefined) {
          const publicKey = fromHex(key.key);
          copies.push({ context: of(ofVersion), sealed: fromHex(seal.seal), keyVersion: seal.keyVersion, publicKey });
        }
      }
    }
    await this.#keyring.run("lend", { copies });
    this.#equipped = told;
  }

  // Registry.

  register(role: Role, username: string, details: Details | null, report: Report): Promise<Receipt> {
    return this.#send(
      (api) =>
        api.tx.Registry.register({
          role: term(ROLES[role]),
          username: utf8(username),
          encryption_key: `0x${toHex(this.#identity.encryptionKey)}`,
          details: details === null ? undefined : encodeDetails(details),
        }),
      report,
      "inBlock",
    );
  }

  updateDetails(details: Details, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.update_details({ details: encodeDetails(details) }), report);
  }

  applyAgain(report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.apply_again(), report);
  }

  publishAdministratorKey(report: Report): Promise<Receipt> {
    const key: Hex = `0x${toHex(this.#identity.encryptionKey)}`;
    return this.#send((api) => api.tx.Registry.publish_administrator_key({ key }), report);
  }

  /** Verifies a professional as it was looked at: refused if its details or its certificate are others by now. */
  verify(member: number, certificate: number, details: Details, report: Report): Promise<Receipt> {
    const looked = { member: BigInt(member), certificate: BigInt(certificate), details: encodeDetails(details) };
    return this.#send((api) => api.tx.Registry.verify(looked), report);
  }

  reject(member: number, reason: VettingReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Registry.reject({ member: BigInt(member), reason: term(VETTING[reason]) }),
      report,
    );
  }

  suspend(member: number, reason: VettingReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Registry.suspend({ member: BigInt(member), reason: term(VETTING[reason]) }),
      report,
    );
  }

  reinstate(member: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.reinstate({ member: BigInt(member) }), report);
  }

  // Appointments.

  async requestAppointment(
    me: Member,
    doctor: Member,
    start: number,
    end: number,
    note: string,
    report: Report,
  ): Promise<Receipt> {
    report({ type: "preparing", step: "sealing", done: 0, total: 1 });
    const profile = await this.#sealedProfile(me, doctor.id);
    const sealed = await this.#sealedNote(me, doctor.id, start, note);
    return this.#send(
      (api) =>
        api.tx.Appointments.request({
          doctor: BigInt(doctor.id),
          start: BigInt(start),
          end: BigInt(end),
          profile,
          note: sealed,
        }),
      report,
    );
  }

  /** Asks for another time instead of an appointment, which keeps its own until the doctor accepts the new one. */
  async reschedule(
    me: Member,
    appointment: Appointment,
    start: number,
    end: number,
    note: string,
    report: Report,
  ): Promise<Receipt> {
    const sealed = await this.#sealedNote(me, appointment.doctor, start, note);
    return this.#send(
      (api) =>
        api.tx.Appointments.reschedule({
          id: BigInt(appointment.id),
          start: BigInt(start),
          end: BigInt(end),
          note: sealed,
        }),
      report,
    );
  }

  setSchedule({ openingTimes, daysOff }: Schedule, report: Report): Promise<Receipt> {
    const schedule = { opening_times: [...openingTimes], days_off: [...daysOff] };
    return this.#send((api) => api.tx.Appointments.set_schedule({ schedule }), report);
  }

  async #sealedNote(me: Member, doctor: number, start: number, note: string): Promise<Uint8Array> {
    return note.trim() === ""
      ? new Uint8Array(0)
      : this.#keyring.run("sealNote", {
          text: padded(note.trim()),
          to: (await this.#target(doctor)).key,
          aad: await this.#noteAad(me.id, doctor, start),
        });
  }

  acceptAppointment(id: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Appointments.accept({ id: BigInt(id) }), report);
  }

  declineAppointment(id: number, reason: AppointmentReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Appointments.decline({ id: BigInt(id), reason: term(APPOINTMENT[reason]) }),
      report,
    );
  }

  cancelAppointment(id: number, reason: AppointmentReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Appointments.cancel({ id: BigInt(id), reason: term(APPOINTMENT[reason]) }),
      report,
    );
  }

  completeAppointment(id: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Appointments.complete({ id: BigInt(id) }), report);
  }

  markMissed(id: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Appointments.mark_missed({ id: BigInt(id) }), report);
  }

  async openCare(me: Member, doctor: number, report: Report): Promise<Receipt> {
    report({ type: "preparing", step: "sealing", done: 0, total: 1 });
    const profile = await this.#sealedProfile(me, doctor);
    return this.#send((api) => api.tx.Appointments.open_care({ doctor: BigInt(doctor), profile }), report);
  }

  endCare(doctor: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Appointments.end_care({ doctor: BigInt(doctor) }), report);
  }

  async readNote(me: Member, patient: number, start: number, note: Hex): Promise<string> {
    const text = await this.#keyring.run("openNote", {
      note: fromHex(note),
      aad: await this.#noteAad(patient, me.id, start),
      keyVersion: me.keyVersion,
    });
    return text.trimEnd();
  }

  async #noteAad(patient: number, doctor: number, start: number): Promise<Uint8Array> {
    return concat(await this.#genesisBytes(), u64le(BigInt(patient)), u64le(BigInt(doctor)), u64le(BigInt(start)));
  }

  /** The patient's current profile, sealed to a doctor; nothing if the patient has none. */
  async #sealedProfile(me: Member, doctor: number) {
    if (me.ownRecord === null) {
      return undefined;
    }
    const record = await this.#reads.record(me.ownRecord);
    if (record === null) {
      return undefined;
    }
    return this.sealTo(record, { type: "member", member: me }, doctor);
  }

  /** Our half of a record, sealed to another member: out of the envelope for its owner, out of the grant for a reader. */
  private async sealTo(record: RecordView, actor: Actor, reader: number, grant?: Grant) {
    return this.#sealToTarget(record, actor, await this.#target(reader), grant);
  }

  async #sealToTarget(record: RecordView, actor: Actor, target: SealTarget, grant?: Grant) {
    const own = {
      genesis: await this.#genesisBytes(),
      content: fromHex(record.content),
      recipient: this.#recipient(actor),
      keyVersion: grant?.seal.keyVersion ?? 0,
    };
    const [seal] = await this.#keyring.run("reseal", {
      envelope: grant === undefined ? await this.vault.envelope(record) : undefined,
      seal: grant === undefined ? undefined : fromHex(grant.seal.seal),
      own,
      targets: [target],
    });
    if (seal === undefined) {
      throw new Error("no seal was made");
    }
    const hex: Hex = `0x${toHex(seal)}`;
    return { record: BigInt(record.id), seal: { seal: hex, key_version: target.keyVersion } };
  }

  // Records.

  /** Encrypts a document in the worker and keeps the ciphertext in this browser until it is stored. */
  async prepare(
    me: Member,
    purpose: UploadPurpose,
    document: Blob,
    description: string,
    report: Report,
    signal: AbortSignal,
  ): Promise<StoredUpload> {
    const targets: SealTarget[] = [await this.#target(purpose.patient, me)];
    const proofs = await this.#proofs();
    if (purpose.kind === "certificate") {
      targets.push(...(await proofs.administrators()));
    }
    const readers = purpose.kind === "certificate" ? [] : await proofs.recipients(purpose.patient, purpose.kind);
    return this.#keyring.run(
      "prepareUpload",
      {
        document,
        description,
        genesis: await this.#genesisBytes(),
        author: BigInt(me.id),
        committee: await proofs.committee(),
        targets,
        readers,
        purpose,
      },
      (done, total) => report({ type: "preparing", step: "encrypting", done, total }),
      signal,
    );
  }

  /** Stores a prepared upload, or what is missing of it, and anchors it. One that is stopped can be resumed. */
  async storeAndAnchor(upload: StoredUpload, report: Report, signal: AbortSignal): Promise<Receipt | null> {
    if (await this.#isAnchored(upload)) {
      await uploads.remove(upload.id);
      return null;
    }
    try {
      await this.vault.store(
        upload,
        (done, total) => report({ type: "preparing", step: "storing", done, total }),
        signal,
      );
      signal.throwIfAborted();
    } catch (cause) {
      throw signal.aborted ? new UploadStoppedError({ cause }) : cause;
    }
    const { patient, kind, fills, validUntil, amends } = upload.purpose;
    const content: Hex = `0x${toHex(upload.root)}`;
    const envelope: Hex = `0x${toHex(upload.envelopeHash)}`;
    // Those whom the patient has dismissed since receive nothing.
    const asked = new Set((await this.#reads.sealRecipients(patient, kind)).map((one) => one.member));
    const document = {
      content,
      size: BigInt(upload.size),
      envelope,
      key_version: upload.keyVersion,
      fills,
      valid_until: validUntil === null ? undefined : BigInt(validUntil),
      seals: upload.seals
        .filter(({ reader }) => asked.has(reader))
        .map(({ reader, keyVersion, seal }) => {
          const hex: Hex = `0x${toHex(seal)}`;
          return { reader: BigInt(reader), seal: { seal: hex, key_version: keyVersion } };
        }),
    };
    const receipt = await this.#send(
      (api) =>
        amends === null
          ? api.tx.Reports.anchor({ patient: BigInt(patient), kind: term(KINDS[kind]), document })
          : api.tx.Reports.amend({ record: BigInt(amends), document }),
      report,
    );
    await uploads.remove(upload.id);
    return receipt;
  }

  /** Our uploads whose record is not in the chain. One that was left when its record was on its way there is done with. */
  async unfinished(): Promise<readonly StoredUpload[]> {
    const stored = await uploads.of(this.#identity.address);
    const anchored = await Promise.all(stored.map((upload) => this.#isAnchored(upload)));
    await Promise.all(stored.filter((_, at) => anchored[at]).map((upload) => uploads.remove(upload.id)));
    return stored.filter((_, at) => !anchored[at]);
  }

  /** Forgets uploads of ours that are not in the chain. */
  async discardUnfinished(): Promise<void> {
    await Promise.all((await this.unfinished()).map(({ id }) => uploads.remove(id)));
  }

  async #isAnchored({ address, cid }: StoredUpload): Promise<boolean> {
    return (await this.#reads.anchoredBy(address, cid)) !== null;
  }

  retract(record: number, reason: RetractionReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Reports.retract({ record: BigInt(record), reason: term(RETRACTION[reason]) }),
      report,
    );
  }

  /** Dispenses the next fill; its number makes sure that a call sent twice dispenses once. */
  dispense(record: number, fill: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Reports.dispense({ record: BigInt(record), fill }), report);
  }

  cancelFills(record: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Reports.cancel_fills({ record: BigInt(record) }), report);
  }

  dispute(record: number, reason: DisputeReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Reports.dispute({ record: BigInt(record), reason: term(DISPUTE[reason]) }),
      report,
    );
  }

  withdrawDispute(record: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Reports.withdraw_dispute({ record: BigInt(record) }), report);
  }

  erase(record: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Reports.erase({ record: BigInt(record) }), report);
  }

  /** Throws a `ProofError` unless a final block contains the record as the node tells it. */
  async checkRecord(record: RecordView): Promise<void> {
    await (await this.#proofs()).check(record);
  }

  /** Fetches and decrypts a record that we may read: our own, a certificate as administrator, or within a window. */
  async readRecord(
    record: RecordView,
    actor: Actor,
    report: Report,
    signal: AbortSignal,
    inEmergency = false,
  ): Promise<Opened> {
    const proofs = await this.#proofs();
    await proofs.check(record);
    const owner = actor.type === "administrator" || actor.member.id === record.patient;
    const granted = !owner && !inEmergency && actor.type === "member";
    const grant = granted ? await this.#reads.grant(record.id, actor.member.id) : null;
    const fetched = await this.vault.fetch(
      record,
      (done, total) => report({ type: "preparing", step: "fetching", done, total }),
      signal,
    );
    const genesis = await this.#genesisBytes();
    const content = fromHex(record.content);
    const recipient = this.#recipient(actor);
    const ownVersion = actor.type === "member" ? actor.member.keyVersion : actor.keyVersion;
    report({ type: "preparing", step: "decrypting", done: 0, total: record.size });
    let { releases } = fetched;
    let emergency = inEmergency ? await this.#emergencyHalf(record) : undefined;
    for (let left = RELEASE_ATTEMPTS; ; left -= 1) {
      try {
        const opened = await this.#keyring.run(
          "open",
          {
            rootBlock: fetched.rootBlock,
            ciphertext: fetched.ciphertext,
            envelope: fetched.envelope,
            seal: grant === null ? undefined : fromHex(grant.seal.seal),
            sealContext: { genesis, content, recipient, keyVersion: grant?.seal.keyVersion ?? ownVersion },
            releases,
            releaseContext: { genesis, record: BigInt(record.id), content, recipient },
            releaseKeyVersion: ownVersion,
            capsuleContext: { genesis, author: BigInt(record.author), patient: BigInt(record.patient) },
            committee: await proofs.committeeOf(epochOfEnvelope(fetched.envelope)),
            emergency,
          },
          (done, total) => report({ type: "preparing", step: "decrypting", done, total }),
          signal,
        );
        return { described: readDescription(opened.description), ...opened };
      } catch (error) {
        if (!(error instanceof KeyringError) || error.kind !== "CommitteeError" || left === 1) {
          throw error;
        }
      }
      // Too few members could be reached, or the committee handed its key on between its answers and the look at its shares.
      await delay(RELEASE_AGAIN, signal);
      releases = await this.vault.releases(record);
      emergency = emergency && { ...emergency, releases: await this.vault.releases(record, true) };
    }
  }

  /** What the patient half of a record comes out of, within the window of an emergency opening. */
  async #emergencyHalf(record: RecordView) {
    const lodged = await this.#reads.emergencyCapsule(record.id);
    if (lodged === null) {
      throw new RefusedError("Access.NoEmergencyCapsule", "no emergency capsule is lodged for this record");
    }
    const context = {
      genesis: await this.#genesisBytes(),
      record: BigInt(record.id),
      content: fromHex(record.content),
      lodgedBy: BigInt(lodged.lodgedBy),
      patient: BigInt(record.patient),
    };
    const fetched = await this.vault.emergency(record, lodged.capsule);
    const committee = await (await this.#proofs()).committeeOf(epochOfEmergencyCapsule(fetched.capsule));
    return { ...fetched, committee, context };
  }

  // Access.

  request(patient: number, records: readonly number[], purpose: Purpose, report: Report): Promise<Receipt> {
    return this.#send(
      (api) =>
        api.tx.Access.request({
          patient: BigInt(patient),
          records: records.map(BigInt),
          purpose: term(PURPOSES[purpose]),
        }),
      report,
    );
  }

  withdraw(request: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.withdraw({ request: BigInt(request) }), report);
  }

  /** Grants what was asked for: the patient out of the envelopes, a guardian out of what was sealed to it. */
  async grant(
    me: Member,
    request: AccessRequest,
    records: readonly RecordView[],
    duration: number,
    openings: number,
    report: Report,
  ): Promise<Receipt> {
    const grants: Awaited<ReturnType<typeof this.sealTo>>[] = [];
    for (const [at, record] of records.entries()) {
      report({ type: "preparing", step: "sealing", done: at, total: records.length });
      const own = record.patient === me.id ? undefined : await this.#reads.grant(record.id, me.id);
      if (own === null) {
        throw new RefusedError("Portal.NoSealAsGuardian", "the patient has not sealed this record to its guardian");
      }
      grants.push(await this.sealTo(record, { type: "member", member: me }, request.requester, own));
    }
    return this.#send(
      (api) =>
        api.tx.Access.grant({
          reader: BigInt(request.requester),
          request: BigInt(request.id),
          grants,
          purpose: term(PURPOSES[request.purpose]),
          duration: BigInt(duration),
          openings,
        }),
      report,
    );
  }

  deny(request: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.deny({ request: BigInt(request) }), report);
  }

  revoke(record: number, reader: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.revoke({ record: BigInt(record), reader: BigInt(reader) }), report);
  }

  /** Takes back everything that a reader holds of a patient's records, call by call while something is left. */
  async revokeReader(patient: number, reader: number, report: Report): Promise<Receipt> {
    const receipt = await this.#send(
      (api) => api.tx.Access.revoke_reader({ patient: BigInt(patient), reader: BigInt(reader) }),
      report,
    );
    const left = (await this.#reads.grantsOfReader(reader)).map((grant) => this.#reads.record(grant.record));
    return (await Promise.all(left)).some((record) => record?.patient === patient)
      ? this.revokeReader(patient, reader, report)
      : receipt;
  }

  giveStandingConsent(
    patient: number,
    reader: number,
    kinds: RecordKinds,
    purpose: Purpose,
    until: number,
    report: Report,
  ): Promise<Receipt> {
    return this.#send(
      (api) =>
        api.tx.Access.give_standing_consent({
          patient: BigInt(patient),
          reader: BigInt(reader),
          kinds,
          purpose: term(PURPOSES[purpose]),
          until: BigInt(until),
        }),
      report,
    );
  }

  revokeStandingConsent(patient: number, reader: number, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Access.revoke_standing_consent({ patient: BigInt(patient), reader: BigInt(reader) }),
      report,
    );
  }

  appointGuardian(guardian: number, scope: GuardianScope, until: number, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Access.appoint_guardian({ guardian: BigInt(guardian), scope, until: BigInt(until) }),
      report,
    );
  }

  /** Seals the records that there are already to a guardian, 32 in a call; `null` if there is none to seal. */
  async sealToGuardian(
    me: Member,
    guardian: number,
    records: readonly RecordView[],
    report: Report,
  ): Promise<Receipt | null> {
    const target = await this.#target(guardian);
    let receipt: Receipt | null = null;
    for (let at = 0; at < records.length; at += RECORDS_PER_CALL) {
      const grants: Awaited<ReturnType<typeof this.sealTo>>[] = [];
      for (const [index, record] of records.slice(at, at + RECORDS_PER_CALL).entries()) {
        report({ type: "preparing", step: "sealing", done: at + index, total: records.length });
        grants.push(await this.#sealToTarget(record, { type: "member", member: me }, target));
      }
      receipt = await this.#send(
        (api) => api.tx.Access.seal_to_guardian({ guardian: BigInt(guardian), grants }),
        report,
      );
    }
    return receipt;
  }

  dismissGuardian(guardian: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.dismiss_guardian({ guardian: BigInt(guardian) }), report);
  }

  resignGuardianship(patient: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.resign_guardianship({ patient: BigInt(patient) }), report);
  }

  reviewEmergency(reading: number, outcome: ReviewOutcome, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Access.review_emergency({ reading: BigInt(reading), outcome: term(OUTCOMES[outcome]) }),
      report,
    );
  }

  // Staff.

  /** A text by which an institution can make this account one of its staff; for accounts that are nobody's yet. */
  async staffConsent(institution: number): Promise<string> {
    const key = this.#identity.encryptionKey;
    return consentText(await consent("staff", this.#signatory(), await this.#genesisBytes(), institution, key));
  }

  #signatory() {
    return { account: this.#identity.publicKey, signer: this.#signer };
  }

  async addStaff(me: Member, from: Consent, scope: StaffScope, report: Report): Promise<Receipt> {
    const [copy] = await this.#copies(me, [from.encryptionKey]);
    return this.#send(
      (api) =>
        api.tx.Registry.add_staff({
          ...consented(from),
          account: addressOf(from.account),
          encryption_key: hex(from.encryptionKey),
          scope: term(SCOPES[scope]),
          copy: hex(copy),
          of_version: me.keyVersion,
        }),
      report,
    );
  }

  removeStaff(account: string, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.remove_staff({ account }), report);
  }

  /** Our secret in force, sealed to each of these keys. */
  async #copies(me: Member, to: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const context = { genesis: await this.#genesisBytes(), member: BigInt(me.id), ofVersion: me.keyVersion };
    return this.#keyring.run("copyKey", { context, to });
  }

  // Keys.

  /**
   * Replaces the encryption key by the next one of the same phrase, then seals it anew to staff and to those who can
   * recover the account, and reseals the records. What an interrupted run did is told by the chain: `me` then has the new key
   * already, and {@link Acts.resealAll} does the rest.
   */
  async rotateKey(me: Member, report: Report): Promise<Receipt> {
    const version = me.keyVersion + 1;
    const key = hex(await this.#keyring.run("publicKey", { version }));
    const receipt = await this.#send((api) => api.tx.Registry.rotate_key({ key }), report);
    await this.resealAll({ ...me, keyVersion: version, encryptionKey: key }, report);
    return receipt;
  }

  /** Brings everything that is sealed to an earlier key of ours to the one in force. Gives the last transaction, if any. */
  async resealAll(me: Member, report: Report): Promise<Receipt | null> {
    let receipt: Receipt | null = null;
    // A copy of an earlier secret may have come just now.
    const acting = await this.#reads.acting(this.#identity.address);
    if (acting !== null) {
      await this.equip(acting);
    }
    const plan = await this.#reads.recoveryPlan(me.id);
    const behind = plan?.copies.some(({ copy }) => copy.ofVersion !== me.keyVersion) === true;
    if (plan !== null && behind && (await this.#mayReplaceCopies(me, plan))) {
      receipt = await this.nameGuardians(me, plan.guardians, plan.threshold, plan.wait, report);
    }
    if (me.role === "hospital" || me.role === "pharmacy") {
      const stale = (await this.#reads.staff(me.id)).filter(({ ofVersion }) => ofVersion !== me.keyVersion);
      for (let at = 0; at < stale.length; at += STAFF_PER_CALL) {
        const some = stale.slice(at, at + STAFF_PER_CALL);
        const sealed = await this.#copies(me, some.map(({ encryptionKey }) => fromHex(encryptionKey)));
        const copies = some.map(({ account }, index): [string, Hex] => [account, hex(sealed[index])]);
        receipt = await this.#send((api) => api.tx.Registry.reseal_staff({ copies, of_version: me.keyVersion }), report);
      }
    }
    const inForce = await this.#keyInForce();
    const due = await this.#stale(me, inForce);
    let left = 0;
    for (let at = 0; at < due.length; at += RECORDS_PER_CALL) {
      const records: { record: bigint; envelope: Hex }[] = [];
      const lodged: RecordView[] = [];
      for (const [index, record] of due.slice(at, at + RECORDS_PER_CALL).entries()) {
        report({ type: "preparing", step: "sealing", done: at + index, total: due.length });
        const fresh = await this.#resealed(me, record, inForce);
        if (fresh === null) {
          left += 1;
          continue;
        }
        records.push({ record: BigInt(record.id), envelope: fresh.envelope });
        if (fresh.carriedOver && (await this.#reads.emergencyCapsule(record.id)) !== null) {
          lodged.push(record);
        }
      }
      // An emergency capsule is for the same key as the envelope was; it comes first, so that none is forgotten when this
      // is interrupted.
      if (lodged.length > 0) {
        receipt = await this.lodgeEmergency(me, lodged, report);
      }
      if (records.length > 0) {
        receipt = await this.#send((api) => api.tx.Reports.reseal({ records, key_version: me.keyVersion }), report);
      }
    }
    if (left > 0) {
      throw new RefusedError("Portal.EarlierSecretMissing", `the earlier secret of ${left} records is not at hand`);
    }
    return receipt;
  }

  /** Our records whose seal is for an earlier key of ours, or whose capsule is for a key of the committee that was replaced. */
  async toReseal(me: Member): Promise<readonly RecordView[]> {
    return this.#stale(me, await this.#keyInForce());
  }

  /** The committee of the key in force; `null` where no key was replaced, so that every capsule is for it. */
  async #keyInForce(): Promise<Committee | null> {
    return (await this.#reads.earlierCommittees()).length === 0 ? null : (await this.#proofs()).committee();
  }

  async #stale(me: Member, inForce: Committee | null): Promise<readonly RecordView[]> {
    const due: RecordView[] = [];
    for (const record of await this.#reads.records(me.id)) {
      if (record.patient !== me.id || record.status === "erased") {
        continue;
      }
      const isBehind = async () => inForce !== null && (await this.#epochOf(record)) < inForce.epoch;
      if (record.keyVersion !== me.keyVersion || (await isBehind())) {
        due.push(record);
      }
    }
    return due;
  }

  /** The epoch of the committee's key that a record's envelope is for. */
  async #epochOf(record: RecordView): Promise<number> {
    const known = this.#epochs.get(record.envelope) ?? epochOfEnvelope(await this.vault.envelope(record));
    this.#epochs.set(record.envelope, known);
    return known;
  }

  /** What carries a record's committee half over to the key in force; nothing if the envelope is for that key already. */
  async #carrying(
    me: Member,
    record: RecordView,
    envelope: Uint8Array,
    to: Committee | null,
  ): Promise<ResealEnvelopeOrder["carry"]> {
    const epoch = epochOfEnvelope(envelope);
    if (to === null || epoch >= to.epoch) {
      return undefined;
    }
    const genesis = await this.#genesisBytes();
    const content = fromHex(record.content);
    const recipient: Recipient = { type: "member", id: BigInt(me.id) };
    return {
      releases: await this.vault.releases(record),
      releaseContext: { genesis, record: BigInt(record.id), content, recipient },
      releaseKeyVersion: me.keyVersion,
      capsuleContext: { genesis, author: BigInt(record.author), patient: BigInt(record.patient) },
      committee: await (await this.#proofs()).committeeOf(epoch),
      to,
    };
  }

  /** Stores a record's envelope made anew, and gives its hash; `null` if our earlier secret is not at hand. */
  async #resealed(
    me: Member,
    record: RecordView,
    inForce: Committee | null,
  ): Promise<{ envelope: Hex; carriedOver: boolean } | null> {
    const recipient: Recipient = { type: "member", id: BigInt(me.id) };
    const own = {
      genesis: await this.#genesisBytes(),
      content: fromHex(record.content),
      recipient,
      keyVersion: record.keyVersion,
    };
    try {
      const envelope = await this.vault.envelope(record);
      const target = record.keyVersion === me.keyVersion ? undefined : await this.#target(me.id, me);
      const carry = await this.#carrying(me, record, envelope, inForce);
      const { bytes, hash } = await this.#keyring.run("resealEnvelope", { envelope, own, target, carry });
      await this.vault.addEnvelope(record, bytes);
      return { envelope: hex(hash), carriedOver: carry !== undefined };
    } catch (error) {
      if (error instanceof KeyringError && error.kind === "UnopenedError") {
        return null;
      }
      throw error;
    }
  }

  /** Whether the copies with those who can recover the account can be replaced without losing a secret. */
  async #mayReplaceCopies(me: Member, plan: RecoveryPlan): Promise<boolean> {
    return isEachAtHand(plan, await this.#reads.keys(me.id), (version) => this.#keyring.run("publicKey", { version }));
  }

  /** Says who may recover the account together if its key is lost, and gives each a copy of our secret. */
  async nameGuardians(
    me: Member,
    guardians: readonly number[],
    threshold: number,
    wait: number,
    report: Report,
  ): Promise<Receipt> {
    const before = await this.#reads.recoveryPlan(me.id);
    if (before !== null && !(await this.#mayReplaceCopies(me, before))) {
      throw new RefusedError("Portal.OnlyCopies", "those named before hold the only copies of an earlier secret");
    }
    const targets = await Promise.all(guardians.map((guardian) => this.#target(guardian)));
    const sealed = await this.#copies(me, targets.map(({ key }) => key));
    const named = targets.map(({ keyVersion }, at) => ({
      guardian: BigInt(guardians[at] ?? 0),
      copy: { seal: hex(sealed[at]), key_version: keyVersion },
    }));
    return this.#send(
      (api) => api.tx.Registry.name_guardians({ guardians: named, threshold, wait: BigInt(wait) }),
      report,
    );
  }

  // Recovery.

  /** Proposes that a member whose guardian we are has the account from now on that made the text, and agrees to it. */
  proposeRecovery(from: Consent, report: Report): Promise<Receipt> {
    return this.#send(
      (api) =>
        api.tx.Registry.propose_recovery({
          ...consented(from),
          member: BigInt(from.member),
          to: addressOf(from.account),
          key: hex(from.encryptionKey),
        }),
      report,
    );
  }

  /** Agrees to what another guardian proposed: this account and key, and no others that it proposes meanwhile. */
  approveRecovery(member: number, { proposer, to, key }: Recovery, report: Report): Promise<Receipt> {
    return this.#send(
      (api) =>
        api.tx.Registry.approve_recovery({ member: BigInt(member), proposer: BigInt(proposer), to, key }),
      report,
    );
  }

  completeRecovery(member: number, proposer: number, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Registry.complete_recovery({ member: BigInt(member), proposer: BigInt(proposer) }),
      report,
    );
  }

  objectToRecovery(report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.object_to_recovery(), report);
  }

  /** Gives a recovered member the copy of its earlier secret back that we hold as its guardian. */
  async returnCopy(member: number, { ofVersion, seal }: KeyCopyView, report: Report): Promise<Receipt> {
    const target = await this.#target(member);
    const copy = await this.#keyring.run("giveBack", {
      held: {
        context: { genesis: await this.#genesisBytes(), member: BigInt(member), ofVersion },
        sealed: fromHex(seal.seal),
        keyVersion: seal.keyVersion,
      },
      to: target.key,
    });
    return this.#send(
      (api) =>
        api.tx.Registry.return_copy({
          member: BigInt(member),
          copy: { seal: hex(copy), key_version: target.keyVersion },
        }),
      report,
    );
  }

  // Affiliations.

  /** Offers a doctor to be one of our hospital's. */
  offerAffiliation(doctor: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.offer_affiliation({ doctor: BigInt(doctor) }), report);
  }

  acceptAffiliation(hospital: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.accept_affiliation({ hospital: BigInt(hospital) }), report);
  }

  /** Ends an affiliation, takes an offer back or declines it; `other` is the doctor for a hospital, and the reverse. */
  endAffiliation(other: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Registry.end_affiliation({ other: BigInt(other) }), report);
  }

  // Dependants.

  /** A text by which somebody whose account this is may be registered by their guardian; for institutions. */
  async vouch(me: Member, applicant: Uint8Array): Promise<string> {
    return voucherText(await voucher(this.#signatory(), await this.#genesisBytes(), me.id, applicant));
  }

  /** Registers a dependant whose account is unlocked in another keyring. */
  async registerDependant(
    me: Member,
    username: string,
    ring: Keyring,
    identity: PublicIdentity,
    by: Voucher,
    report: Report,
  ): Promise<Receipt> {
    const signatory = { account: identity.publicKey, signer: signerOf(ring, identity) };
    const from = await consent("dependant", signatory, await this.#genesisBytes(), me.id, identity.encryptionKey);
    return this.#send(
      (api) =>
        api.tx.Registry.register_dependant({
          ...consented(from),
          account: identity.address,
          username: utf8(username),
          encryption_key: hex(identity.encryptionKey),
          voucher: {
            institution: BigInt(by.institution),
            signer: addressOf(by.signer),
            expires_at: BigInt(by.expiresAt),
            signature: sr25519(by.signature),
          },
        }),
      report,
    );
  }

  /** A text by which this account takes a membership over, with the key that the member will have here. */
  async moveConsent(member: Member): Promise<string> {
    const key = await this.#keyring.run("publicKey", { version: member.keyVersion + 1 });
    return consentText(await consent("move", this.#signatory(), await this.#genesisBytes(), member.id, key));
  }

  /** Hands a dependant over to an account of its own, with a copy of the secret that its keyring here holds. */
  async handOver(dependant: Member, ring: Keyring, from: Consent, report: Report): Promise<Receipt> {
    const context = {
      genesis: await this.#genesisBytes(),
      member: BigInt(dependant.id),
      ofVersion: dependant.keyVersion,
    };
    const [copy] = await ring.run("copyKey", { context, to: [from.encryptionKey] });
    return this.#send(
      (api) =>
        api.tx.Registry.hand_over({
          ...consented(from),
          dependant: BigInt(dependant.id),
          to: addressOf(from.account),
          key: hex(from.encryptionKey),
          copy: hex(copy),
        }),
      report,
    );
  }

  // Emergency access.

  /** `institutions` are hospitals; `null` means any doctor. */
  giveEmergencyConsent(patient: number, institutions: readonly number[] | null, report: Report): Promise<Receipt> {
    return this.#send(
      (api) =>
        api.tx.Access.give_emergency_consent({
          patient: BigInt(patient),
          institutions:
            institutions === null ? term("All") : { type: "Chosen", value: institutions.map((one) => BigInt(one)) },
        }),
      report,
    );
  }

  /** Withdraws the consent and every capsule that was lodged by it, call by call while some are left. */
  async revokeEmergencyConsent(patient: number, report: Report): Promise<Receipt> {
    const receipt = await this.#send(
      (api) => api.tx.Access.revoke_emergency_consent({ patient: BigInt(patient) }),
      report,
    );
    const records = await this.#reads.records(patient);
    const left = await Promise.all(records.map(({ id }) => this.#reads.emergencyCapsule(id)));
    return left.some((capsule) => capsule !== null) ? this.revokeEmergencyConsent(patient, report) : receipt;
  }

  /** Lodges emergency capsules for records, made out of our own halves, or out of a guardian's; 32 in a call. */
  async lodgeEmergency(me: Member, records: readonly RecordView[], report: Report): Promise<Receipt | null> {
    const proofs = await this.#proofs();
    const committee = await proofs.committee();
    const genesis = await this.#genesisBytes();
    let receipt: Receipt | null = null;
    for (let at = 0; at < records.length; at += RECORDS_PER_CALL) {
      const made: { record: RecordView; bytes: Uint8Array; hash: Uint8Array }[] = [];
      for (const [index, record] of records.slice(at, at + RECORDS_PER_CALL).entries()) {
        report({ type: "preparing", step: "sealing", done: at + index, total: records.length });
        await proofs.check(record);
        const own = record.patient === me.id ? undefined : await this.#reads.grant(record.id, me.id);
        if (own === null) {
          throw new RefusedError("Portal.NoSealAsGuardian", "the patient has not sealed this record to its guardian");
        }
        const content = fromHex(record.content);
        const recipient: Recipient = { type: "member", id: BigInt(me.id) };
        const capsule = await this.#keyring.run("emergencyCapsule", {
          envelope: own === undefined ? await this.vault.envelope(record) : undefined,
          seal: own === undefined ? undefined : fromHex(own.seal.seal),
          own: { genesis, content, recipient, keyVersion: own?.seal.keyVersion ?? record.keyVersion },
          committeeKey: committee.key,
          context: {
            genesis,
            record: BigInt(record.id),
            content,
            lodgedBy: BigInt(me.id),
            patient: BigInt(record.patient),
            epoch: committee.epoch,
          },
        });
        made.push({ record, ...capsule });
      }
      const lodgings = made.map(({ record, hash }) => ({ record: BigInt(record.id), capsule: hex(hash) }));
      receipt = await this.#send((api) => api.tx.Access.lodge_emergency({ lodgings }), report);
      for (const { record, bytes } of made) {
        await this.vault.lodgeEmergency(record, bytes);
      }
    }
    return receipt;
  }

  openEmergency(record: number, reason: EmergencyReason, report: Report): Promise<Receipt> {
    return this.#send(
      (api) => api.tx.Access.open_emergency({ record: BigInt(record), reason: term(EMERGENCY[reason]) }),
      report,
    );
  }

  // Links.

  /**
   * Makes a link: opens the records, encrypts them anew under the link's own key, registers it, and stores it at the
   * gateway. A guardian opens them by what was sealed to it. A link that could not be stored is taken back.
   */
  async makeLink(
    me: Member,
    patient: number,
    records: readonly RecordView[],
    terms: LinkTerms,
    gateway: GatewayInfo,
    report: Report,
    signal: AbortSignal,
  ): Promise<MadeLink> {
    const genesis = await this.#genesisBytes();
    const trusted = gateway.genesis === `0x${toHex(genesis)}`;
    if (!trusted || !(await (await this.#proofs()).isInstitution(gateway.institution))) {
      throw new RefusedError("Gateway.NotTrusted", "this is not the gateway of a verified institution of this chain");
    }
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const key = crypto.getRandomValues(new Uint8Array(32));
    const flags = linkFlags({ ...terms, passcode: terms.passcode !== "" });
    const text = (endsAt: number) =>
      linkText({ gateway: gateway.url, viewer: gateway.viewer, secret, key, flags, endsAt, label: terms.label });
    // A label or an address for which there is no room is refused before anything is done.
    text(0);
    const plain = [];
    for (const record of records) {
      const { description, described, document } = await this.#openedForLink(me, record, report, signal);
      const mediaType = described.type === "document" ? described.mediaType : "";
      plain.push({ record: record.id, description, mediaType, document });
    }
    const files = await this.#keyring.run("linkFiles", { key, direct: terms.direct, records: plain });
    if (files.reduce((size, { jwe }) => size + jwe.length, 0) > gateway.linkBytesMax) {
      throw new RefusedError("Gateway.TooLarge", `a link may take ${gateway.linkBytesMax} bytes`);
    }
    signal.throwIfAborted();
    const commitment: Hex = `0x${toHex(linkCommitment(secret))}`;
    const receipt = await this.#send(
      (api) =>
        api.tx.Access.register_link({
          patient: BigInt(patient),
          commitment,
          host: BigInt(gateway.institution),
          records: records.map(({ id }) => BigInt(id)),
          duration: BigInt(terms.duration),
          openings: terms.openings,
        }),
      report,
    );
    const registered = await this.#reads.linkByCommitment(commitment);
    if (registered === null) {
      throw new RefusedError("Gateway.NotRegistered", "the node does not show the link that was registered");
    }
    const { id, expiresAt } = registered;
    const stored: StoredLink = { link: id, flag: flags, ...(terms.passcode === "" ? {} : { passcode: terms.passcode }), files };
    try {
      await askGateway(this.#signer, genesis, "store", id, JSON.stringify(stored));
    } catch (refused) {
      // Nothing is there to open: the list of links must not show one that works.
      await this.revokeLink(id, report);
      throw refused;
    }
    return { receipt, id, text: text(expiresAt), endsAt: expiresAt };
  }

  /** A record for a link: a guardian's opening of it is logged, the patient's own reading is not. */
  async #openedForLink(me: Member, record: RecordView, report: Report, signal: AbortSignal): Promise<Opened> {
    if (record.patient !== me.id) {
      const grant = await this.#reads.grant(record.id, me.id);
      if (grant === null) {
        throw new RefusedError("Portal.NoSealAsGuardian", "the patient has not sealed this record to its guardian");
      }
      if (grant.windowClosesAt === null || grant.windowClosesAt <= Date.now()) {
        await this.open(record.id, report);
      }
    }
    return this.readRecord(record, { type: "member", member: me }, report, signal);
  }

  revokeLink(link: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.revoke_link({ link: BigInt(link) }), report);
  }

  /** Has the gateway that serves this portal take passcodes for a link again, the old one or a new one. */
  async unlockLink(link: number, passcode: string): Promise<void> {
    const body = JSON.stringify(passcode === "" ? {} : { passcode });
    await askGateway(this.#signer, await this.#genesisBytes(), "unlock", link, body);
  }

  /** The name that who opened a link of ours stated. */
  async linkRecipient(link: LinkView, opening: LinkOpening): Promise<string> {
    const name = await this.#keyring.run("openNote", {
      note: fromHex(opening.recipient),
      aad: concat(await this.#genesisBytes(), fromHex(link.commitment)),
      keyVersion: opening.keyVersion,
    });
    return withoutControl(name).trimEnd();
  }

  open(record: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.open({ record: BigInt(record) }), report);
  }

  close(record: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.close({ record: BigInt(record) }), report);
  }

  relinquish(record: number, report: Report): Promise<Receipt> {
    return this.#send((api) => api.tx.Access.relinquish({ record: BigInt(record) }), report);
  }

  async share(
    me: Member,
    patient: number,
    hospital: number,
    record: RecordView,
    grant: Grant,
    report: Report,
  ): Promise<Receipt> {
    report({ type: "preparing", step: "sealing", done: 0, total: 1 });
    const profile = await this.sealTo(record, { type: "member", member: me }, hospital, grant);
    return this.#send(
      (api) => api.tx.Access.share({ patient: BigInt(patient), hospital: BigInt(hospital), profile }),
      report,
    );
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function padded(note: string): string {
  const length = utf8(note).length;
  return note + " ".repeat(Math.ceil(length / NOTE_PADDING) * NOTE_PADDING - length);
}

function encodeDetails(details: Details) {
  return {
    name: utf8(details.name),
    licence: utf8(details.licence),
    issuer: utf8(details.issuer),
    speciality: utf8(details.speciality),
    address: utf8(details.address),
  };
}
