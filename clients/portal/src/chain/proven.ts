import { blake2b } from "@noble/hashes/blake2.js";
import { Twox64Concat } from "@polkadot-api/substrate-bindings";
import type { SealTarget } from "../keyring/protocol";
import type { Committee } from "../sealing/committee";
import { type Bytes, concat, copy, fromHex, toHex, u32le, u64le } from "../sealing/encoding";
import { accountId } from "./address";
import type { Finality } from "./finality";
import type { Reads } from "./reads";
import { ProofError, ScaleReader } from "./scale";
import { provenValue } from "./trie";
import type { Hex, RecordKind, RecordView, Role, SealRecipient, Status } from "./views";

/**
 * What the node's word is not taken for: whom to seal to, the committee, and what a record's content is. The node proves
 * the entries under the state root of a header that the validators finalized; the storage keys are constants of this
 * program.
 */

/** twox128("Registry") ‖ twox128("Members") */
const MEMBERS = "8a493ef65ff3987a1fbc9979200ad1afba7fb8745735dc3be2a2c61a72c39e78";
/** twox128("Registry") ‖ twox128("Retired") */
const RETIRED = "8a493ef65ff3987a1fbc9979200ad1afbba3206499766c600f2ea0e632e169ed";
/** twox128("Registry") ‖ twox128("AdministratorKeys") */
const ADMINISTRATOR_KEYS = "8a493ef65ff3987a1fbc9979200ad1afb116e7dd2422c07fc0151c5b89409a81";
/** twox128("Administrators") ‖ twox128("Members") */
const ADMINISTRATORS = "829efc182f8f6ae8e8a00cc9c63cd7f3ba7fb8745735dc3be2a2c61a72c39e78";

/** twox128("Access") ‖ twox128("StandingConsents") */
const STANDING_CONSENTS = "383eb39b0e3f1086035a660b4b09f7508b74c827e52c8cc5feccbe542aba7697";
/** twox128("Access") ‖ twox128("Guardianships") */
const GUARDIANSHIPS = "383eb39b0e3f1086035a660b4b09f750e736023e77f9ae12515ccbfe6b2278f7";

/** twox128("Access") ‖ twox128("Committee") */
const COMMITTEE = "383eb39b0e3f1086035a660b4b09f750cff3807dccd892476e2350c2719674ad";
/** twox128("Rounds") ‖ twox128("Earlier") */
const EARLIER_COMMITTEES = "7b45e7c782afb68af72fc5ebb26b974b7090bfd5f98d713d4de0f22e98138a0e";
/** twox128("Reports") ‖ twox128("Records") */
const RECORDS = "b262e9238fa402540c250bc3f5d6188dbb8fcc88c3da5bf159c1e1a5f46fe432";

/** The storage key of a member's entry. */
export function memberKey(account: Uint8Array): Bytes {
  return byAccount(MEMBERS, account);
}

/** The storage key under which the member is whose account this was, before the membership moved to another. */
export function retiredKey(account: Uint8Array): Bytes {
  return byAccount(RETIRED, account);
}

/** The key of a map's entry for an account, under BLAKE2-128 with the key behind it. */
function byAccount(prefix: string, account: Uint8Array): Bytes {
  return concat(fromHex(prefix), blake2b(account, { dkLen: 16 }), account);
}

/** The roles and statuses in the order of their encoding. */
const ROLES: readonly Role[] = ["patient", "doctor", "hospital", "pharmacy"];
const STATUSES: readonly Status[] = ["pending", "active", "rejected", "suspended"];

/** The beginning of the registry's entry for a member: what it is, its encryption key and that key's version. */
export function decodeMember(entry: Bytes): {
  id: bigint;
  role: Role | undefined;
  status: Status | undefined;
  key: Bytes;
  keyVersion: number;
} {
  const reader = new ScaleReader(entry);
  const id = reader.u64();
  const role = ROLES[reader.byte()];
  const status = STATUSES[reader.byte()];
  // The option of a reason, the username.
  reader.take(reader.byte());
  reader.bytes();
  return { id, role, status, key: reader.take(32), keyVersion: reader.u32() };
}

/** The committee's entry: epoch, key, threshold and verifying shares. */
export function decodeCommittee(entry: Bytes): Committee {
  const reader = new ScaleReader(entry);
  return {
    epoch: reader.u32(),
    key: reader.take(32),
    threshold: reader.u16(),
    shares: reader.list((one) => one.take(32)),
  };
}

/** The beginning of a record's entry: what it is, whose, and the hashes that name its content and envelope. */
export function decodeRecord(entry: Bytes): Pick<RecordView, "patient" | "author" | "content" | "size" | "envelope"> {
  const reader = new ScaleReader(entry);
  const patient = Number(reader.u64());
  const author = Number(reader.u64());
  // Kind and status.
  reader.take(2);
  const content: Hex = `0x${toHex(reader.take(32))}`;
  const size = Number(reader.u64());
  return { patient, author, content, size, envelope: `0x${toHex(reader.take(32))}` };
}

/** The order of the kinds in a standing consent. */
const CONSENT_KINDS: readonly RecordKind[] = ["profile", "report", "prescription"];

/** Whether an entry shows a guardianship, or a standing consent for this kind, that has not ended. */
function standsFor(entry: Bytes | null, sealedAs: SealRecipient["sealedAs"], kind: RecordKind, now: number): boolean {
  if (entry === null) {
    return false;
  }
  // Both entries end with their end; a standing consent begins with a byte for each kind.
  const until = new DataView(entry.buffer, entry.byteOffset).getBigUint64(entry.length - 8, true);
  return until > BigInt(now) && (sealedAs === "guardian" || entry[CONSENT_KINDS.indexOf(kind)] === 1);
}

/** The storage key of a standing consent or guardianship. */
export function namedKey(sealedAs: SealRecipient["sealedAs"], patient: number, member: number): Bytes {
  return concat(
    fromHex(sealedAs === "guardian" ? GUARDIANSHIPS : STANDING_CONSENTS),
    byNumber(patient),
    byNumber(member),
  );
}

/** Twox64 with the number behind it. */
function byNumber(number: number): Bytes {
  return copy(Twox64Concat(u64le(BigInt(number))));
}

/** How often an entry that is not final yet is asked for. */
const ATTEMPTS = 6;

/** A record is encrypted to a key that the committee keeps no more. */
export class KeyRetiredError extends Error {
  constructor(epoch: number) {
    super(`the release committee keeps the key of epoch ${epoch} no more`);
    this.name = "KeyRetiredError";
  }
}

/** Asks one node, and believes what it proves. */
export class Proofs {
  readonly #reads: Reads;
  readonly #finality: Finality;

  constructor(reads: Reads, finality: Finality) {
    this.#reads = reads;
    this.#finality = finality;
  }

  end(): void {
    this.#finality.end();
  }

  /** The values under storage keys at the final head. */
  async #prove(keys: readonly Bytes[]): Promise<readonly (Bytes | null)[]> {
    if (keys.length === 0) {
      return [];
    }
    const { hash, stateRoot } = await this.#finality.head();
    const answer = await this.#reads.readProof(
      keys.map((key): Hex => `0x${toHex(key)}`),
      hash,
    );
    const proof = answer.proof.map(fromHex);
    return keys.map((key) => provenValue(stateRoot, proof, key));
  }

  /** What a look at the final state finds, waited for a little: what was written just now is final in a moment. */
  async #settled<T>(look: () => Promise<T | null>): Promise<T | null> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await look();
      if (found !== null || attempt === ATTEMPTS) {
        return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  /** The value under a storage key. */
  async #value(key: Bytes): Promise<Bytes | null> {
    const [entry = null] = await this.#prove([key]);
    return entry;
  }

  /** Where seals for a member go. */
  async target(member: number): Promise<SealTarget> {
    const { id, key, keyVersion } = await this.#member(member);
    return { recipient: { type: "member", id }, key, keyVersion };
  }

  /** Whether a member is an institution that is verified. */
  async isInstitution(member: number): Promise<boolean> {
    const { role, status } = await this.#member(member);
    return status === "active" && (role === "hospital" || role === "pharmacy");
  }

  /** A member's entry. The node says which account it means; the proof says that its entry bears the number. */
  async #member(member: number): Promise<ReturnType<typeof decodeMember>> {
    const named = await this.#reads.member(member);
    if (named === null) {
      throw new ProofError("there is no member with this number");
    }
    const decoded = await this.#settled(async () => {
      const entry = await this.#value(memberKey(accountId(named.account)));
      const found = entry === null ? null : decodeMember(entry);
      // What is sealed to a key that was replaced just now is refused: the one in its place is final in a moment.
      return found !== null && found.keyVersion >= named.keyVersion ? found : null;
    });
    if (decoded === null) {
      throw new ProofError("the member or its key is not final yet, or the node names another account");
    }
    if (decoded.id !== BigInt(member)) {
      throw new ProofError("the node names another account than the member's");
    }
    return decoded;
  }

  /** Where seals for the administrators go, proved together with who they are. */
  async administrators(): Promise<readonly SealTarget[]> {
    const [list = null] = await this.#prove([fromHex(ADMINISTRATORS)]);
    const accounts = list === null ? [] : new ScaleReader(list).list((one) => one.take(32));
    const entries = await this.#prove(accounts.map((account) => byAccount(ADMINISTRATOR_KEYS, account)));
    return accounts.flatMap((account, at): SealTarget[] => {
      const entry = entries[at] ?? null;
      if (entry === null) {
        return [];
      }
      const reader = new ScaleReader(entry);
      return [{ recipient: { type: "administrator", account }, key: reader.take(32), keyVersion: reader.u32() }];
    });
  }

  /**
   * Where the seals of a new record go besides its patient's: to the guardians and standing readers whom the patient
   * named, each proved, or a node could have us seal to whom it likes.
   */
  async recipients(patient: number, kind: RecordKind): Promise<readonly SealTarget[]> {
    const named = await this.#settled(async () => {
      const said = (await this.#reads.sealRecipients(patient, kind)).filter((one) => one.sealedAs !== "patient");
      const entries = await this.#prove(said.map(({ member, sealedAs }) => namedKey(sealedAs, patient, member)));
      return said.every(({ sealedAs }, at) => standsFor(entries[at] ?? null, sealedAs, kind, Date.now())) ? said : null;
    });
    if (named === null) {
      throw new ProofError("the node names a reader whom the patient did not");
    }
    return Promise.all(named.map(({ member }) => this.target(member)));
  }

  /** The release committee of the key of this epoch: in force, or replaced and kept. */
  async committeeOf(epoch: number): Promise<Committee> {
    const earlier = concat(fromHex(EARLIER_COMMITTEES), u32le(epoch));
    const [inForce = null, entry = null] = await this.#prove([fromHex(COMMITTEE), earlier]);
    // An earlier committee's entry begins as that of the one in force does; who holds the shares follows.
    const found = [inForce, entry].flatMap((one) => (one === null ? [] : [decodeCommittee(one)]));
    const committee = found.find((one) => one.epoch === epoch);
    if (committee === undefined) {
      throw new KeyRetiredError(epoch);
    }
    return committee;
  }

  /** The release committee of the key in force. */
  async committee(): Promise<Committee> {
    const [entry = null] = await this.#prove([fromHex(COMMITTEE)]);
    if (entry === null) {
      throw new ProofError("the chain has no release committee");
    }
    return decodeCommittee(entry);
  }

  /** Throws a {@link ProofError} unless the chain holds what the node says of a record that is to be read. */
  async check(record: RecordView): Promise<void> {
    const same = await this.#settled(async () => {
      const entry = await this.#value(concat(fromHex(RECORDS), byNumber(record.id)));
      const proven = entry === null ? null : decodeRecord(entry);
      const agrees =
        proven !== null &&
        (Object.keys(proven) as (keyof typeof proven)[]).every((field) => proven[field] === record[field]);
      return agrees ? proven : null;
    });
    if (same === null) {
      throw new ProofError("the record is not final yet, or the node says other things of it than the chain");
    }
  }
}
