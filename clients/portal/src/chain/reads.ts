import { fromHex, toHex } from "../sealing/encoding";
import { accountId } from "./address";
import type { Rpc } from "./rpc";
import { ScaleReader } from "./scale";
import type { JsonHeader } from "./trie";
import type {
  AccessRequest,
  Acting,
  Administrator,
  Affiliation,
  Alert,
  Appointment,
  Care,
  CommitteeView,
  Decision,
  Dispensing,
  EmergencyCapsuleView,
  EmergencyConsent,
  Grant,
  Guardianship,
  Hex,
  KeyView,
  LinkOpening,
  LinkView,
  Member,
  OwnCopy,
  Page,
  PendingReview,
  Purpose,
  Reading,
  RecordKind,
  RecordView,
  RecoveryPlan,
  Role,
  Schedule,
  SealRecipient,
  Staff,
  StandingConsent,
  Status,
} from "./views";

/** Most entries of a page. */
const PAGE = 100;
/** How many entries a listing is read to; lists of this length still scroll and filter without a stall. */
const LIST_MAX = 10_000;

type Selector = number | string;

/** Reads of the chain's state at the best block. */
export class Reads {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  member = (who: Selector) => this.#rpc.request<Member | null>("medchain_member", [who]);
  /** The record by which an author anchored a content. */
  anchoredBy = (author: Selector, cid: string) =>
    this.#rpc.request<number | null>("medchain_anchoredBy", [author, cid]);
  acting = (account: string) => this.#rpc.request<Acting | null>("medchain_acting", [account]);
  staff = (institution: number) =>
    this.#all((cursor) => this.#page<Staff>("medchain_staff", [institution], cursor));
  ownCopies = (member: number) =>
    this.#all((cursor) => this.#page<OwnCopy>("medchain_ownCopies", [member], cursor));
  keys = (member: number) => this.#all((cursor) => this.#page<KeyView>("medchain_keys", [member], cursor));
  recoveryPlan = (member: number) => this.#rpc.request<RecoveryPlan | null>("medchain_guardianship", [member]);
  affiliations = (member: number) =>
    this.#all((cursor) => this.#page<Affiliation>("medchain_affiliations", [member], cursor));
  emergencyConsent = (patient: number) =>
    this.#rpc.request<EmergencyConsent | null>("medchain_emergencyConsent", [patient]);
  emergencyCapsule = (record: number) =>
    this.#rpc.request<EmergencyCapsuleView | null>("medchain_emergencyCapsule", [record]);
  mayOpenEmergency = (account: Selector, record: number) =>
    this.#rpc.request<Decision>("medchain_mayOpenEmergency", [account, record]);
  administrators = () => this.#rpc.request<readonly Administrator[]>("medchain_administrators", []);
  record = (id: number) => this.#rpc.request<RecordView | null>("medchain_record", [id]);
  grant = (record: number, reader: number) => this.#rpc.request<Grant | null>("medchain_grant", [record, reader]);
  dispensings = (record: number) => this.#rpc.request<readonly Dispensing[]>("medchain_dispensings", [record]);
  sealRecipients = (patient: number, kind: RecordKind) =>
    this.#rpc.request<readonly SealRecipient[]>("medchain_sealRecipients", [patient, kind]);
  standingConsents = (patient: number) =>
    this.#rpc.request<readonly StandingConsent[]>("medchain_standingConsents", [patient]);
  guardians = (patient: number) => this.#rpc.request<readonly Guardianship[]>("medchain_guardians", [patient]);
  committee = () => this.#rpc.request<CommitteeView | null>("medchain_committee", []);
  /** The committees of keys that were replaced, by epoch. */
  earlierCommittees = () => this.#rpc.request<readonly CommitteeView[]>("medchain_earlierCommittees", []);
  mayOpen = (account: Selector, record: number) => this.#rpc.request<Decision>("medchain_mayOpen", [account, record]);
  mayRequest = (account: Selector, patient: number, records: readonly number[], purpose: Purpose) =>
    this.#rpc.request<Decision>("medchain_mayRequest", [account, patient, records, purpose]);
  /** What convinces who has no node that a record was anchored: `medchain_proof`, passed on as it is. */
  recordProof = (record: number) => this.#rpc.request<object | null>("medchain_proof", [record]);
  genesis = () => this.#rpc.request<Hex>("chain_getBlockHash", [0]);
  nextNonce = (account: string) => this.#rpc.request<number>("system_accountNextIndex", [account]);
  readProof = (keys: readonly Hex[], at: Hex) =>
    this.#rpc.request<{ at: Hex; proof: readonly Hex[] }>("state_getReadProof", [keys, at]);
  header = (hash: Hex) => this.#rpc.request<JsonHeader>("chain_getHeader", [hash]);
  /** Tells of every justification that the node sees, until the returned function is called. */
  onJustification = (deliver: (justification: Hex) => void) =>
    this.#rpc.subscribe("grandpa_subscribeJustifications", "grandpa_unsubscribeJustifications", (value) => {
      if (typeof value === "string") {
        deliver(value as Hex);
      }
    });
  /** A justification of the block or of a later one, as `grandpa_proveFinality` encodes it. */
  finalityProof = (block: number) => this.#rpc.request<Hex | null>("grandpa_proveFinality", [block]);
  runtimeCall = (method: string, at: Hex) => this.#rpc.request<Hex>("state_call", [method, "0x", at]);
  finalizedHead = () => this.#rpc.request<Hex>("chain_getFinalizedHead", []);

  members = (role: Role, status: Status) =>
    this.#all((cursor) => this.#page<Member>("medchain_members", [role, status], cursor));
  appointments = (member: number) =>
    this.#all((cursor) => this.#page<Appointment>("medchain_appointments", [member], cursor));
  schedule = (doctor: number) => this.#rpc.request<Schedule>("medchain_schedule", [doctor]);
  emergencyReviews = () => this.#all((cursor) => this.#page<PendingReview>("medchain_emergencyReviews", [], cursor));
  careRelations = (member: number) =>
    this.#all((cursor) => this.#page<Care>("medchain_careRelations", [member], cursor));
  records = (member: number, kind: RecordKind | null = null) =>
    this.#all((cursor) => this.#page<RecordView>("medchain_records", [member, kind], cursor));
  inbox = (patient: number) => this.#all((cursor) => this.#page<AccessRequest>("medchain_inbox", [patient], cursor));
  requestsBy = (requester: number) =>
    this.#all((cursor) => this.#page<AccessRequest>("medchain_requestsBy", [requester], cursor));
  wards = (guardian: number) => this.#all((cursor) => this.#page<Guardianship>("medchain_wards", [guardian], cursor));
  grantsOfRecord = (record: number) =>
    this.#all((cursor) => this.#page<Grant>("medchain_grantsOfRecord", [record], cursor));
  grantsOfReader = (reader: number) =>
    this.#all((cursor) => this.#page<Grant>("medchain_grantsOfReader", [reader], cursor));
  links = (patient: number) => this.#all((cursor) => this.#page<LinkView>("medchain_links", [patient], cursor));
  linkByCommitment = (commitment: Hex) =>
    this.#rpc.request<LinkView | null>("medchain_linkByCommitment", [commitment]);
  linkOpenings = (link: number) =>
    this.#all((cursor) => this.#page<LinkOpening>("medchain_linkOpenings", [link], cursor));
  /** Tells of every alert of a member once it is final, until the returned function is called. */
  onAlert = (member: number, deliver: (alert: Alert) => void) =>
    this.#rpc.subscribe(
      "medchain_subscribeAlerts",
      "medchain_unsubscribeAlerts",
      (message) => {
        const alerts: unknown = Reflect.get(Object(message), "alerts");
        if (Array.isArray(alerts)) {
          // The shape is the node's contract, as that of answers is.
          for (const alert of alerts as readonly Alert[]) {
            deliver(alert);
          }
        }
      },
      [member],
    );
  readLog = (of: { record: number } | { patient: number } | { reader: number }) =>
    this.#all((cursor) => this.#page<Reading>("medchain_readLog", [of], cursor));

  /** The member whose account this was, before the membership moved to another; `null` for an account that was nobody's. */
  async movedFrom(account: string): Promise<number | null> {
    // Few ask: the storage keys come with the proofs.
    const { retiredKey } = await import("./proven");
    const key: Hex = `0x${toHex(retiredKey(accountId(account)))}`;
    const entry = await this.#rpc.request<Hex | null>("state_getStorage", [key]);
    return entry === null ? null : Number(new ScaleReader(fromHex(entry)).u64());
  }

  /** All grants on a patient's records. */
  async grantsOfPatient(patient: number): Promise<readonly Grant[]> {
    const records = (await this.records(patient)).filter((record) => record.status !== "erased");
    return (await Promise.all(records.map((record) => this.grantsOfRecord(record.id)))).flat();
  }

  #page<T>(method: string, selector: readonly unknown[], cursor: Page<T>["next"]): Promise<Page<T>> {
    return this.#rpc.request<Page<T>>(method, [...selector, cursor, PAGE]);
  }

  async #all<T>(page: (cursor: Page<T>["next"]) => Promise<Page<T>>): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor: Page<T>["next"] = null;
    do {
      const { items: more, next }: Page<T> = await page(cursor);
      items.push(...more);
      cursor = next;
    } while (cursor !== null && items.length < LIST_MAX);
    return items;
  }
}
