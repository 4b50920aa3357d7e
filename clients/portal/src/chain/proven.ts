import { blake2b } from "@noble/hashes/blake2.js";
import { Twox64Concat } from "@polkadot-api/substrate-bindings";
import type { SealTarget } from "../keyring/protocol";
import { type Bytes, concat, copy, fromHex, toHex, u64le } from "../sealing/encoding";
import { accountId } from "./address";
import type { Reads } from "./reads";
import { ProofError, provenValue, stateRoot } from "./trie";
import type { Hex, RecordKind, SealRecipient } from "./views";

/**
 * Keys to seal to, from storage proofs: a node whose word was taken could have us seal to its own key. The node proves the
 * registry's entry under the state root of the finalized header; the storage keys are constants of this program. That the
 * header is final is still the node's word: its justification is not checked yet.
 */

/** twox128("Registry") ‖ twox128("Members") */
const MEMBERS = "8a493ef65ff3987a1fbc9979200ad1afba7fb8745735dc3be2a2c61a72c39e78";
/** twox128("Registry") ‖ twox128("AdministratorKeys") */
const ADMINISTRATOR_KEYS = "8a493ef65ff3987a1fbc9979200ad1afb116e7dd2422c07fc0151c5b89409a81";
/** twox128("Administrators") ‖ twox128("Members") */
const ADMINISTRATORS = "829efc182f8f6ae8e8a00cc9c63cd7f3ba7fb8745735dc3be2a2c61a72c39e78";

/** twox128("Access") ‖ twox128("StandingConsents") */
const STANDING_CONSENTS = "383eb39b0e3f1086035a660b4b09f7508b74c827e52c8cc5feccbe542aba7697";
/** twox128("Access") ‖ twox128("Guardianships") */
const GUARDIANSHIPS = "383eb39b0e3f1086035a660b4b09f750e736023e77f9ae12515ccbfe6b2278f7";

/** The storage key of a member's entry. */
export function memberKey(account: Uint8Array): Bytes {
  return byAccount(MEMBERS, account);
}

/** The key of a map's entry for an account, under BLAKE2-128 with the key behind it. */
function byAccount(prefix: string, account: Uint8Array): Bytes {
  return concat(fromHex(prefix), blake2b(account, { dkLen: 16 }), account);
}

/** The values under storage keys at the finalized head, proved under its header's state root. */
async function prove(reads: Reads, keys: readonly Bytes[]): Promise<readonly (Bytes | null)[]> {
  if (keys.length === 0) {
    return [];
  }
  const head = await reads.finalizedHead();
  const [header, answer] = await Promise.all([
    reads.header(head),
    reads.readProof(
      keys.map((key): Hex => `0x${toHex(key)}`),
      head,
    ),
  ]);
  const root = stateRoot(header, fromHex(head), fromHex);
  const proof = answer.proof.map(fromHex);
  return keys.map((key) => provenValue(root, proof, key));
}

/** The beginning of the registry's entry for a member: number, encryption key and its version. */
export function decodeMember(entry: Bytes): { id: bigint; key: Bytes; keyVersion: number } {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const id = view.getBigUint64(0, true);
  // Role and status are a byte each; the reason an option of a byte; the username's length is below 64.
  let at = 10;
  at += entry[at] === 1 ? 2 : 1;
  at += 1 + ((entry[at] ?? 0) >> 2);
  return { id, key: entry.slice(at, at + 32), keyVersion: view.getUint32(at + 32, true) };
}

/** Where seals for a member go. The node says which account it means; the proof says that its entry bears the number. */
export async function provenTarget(reads: Reads, member: number): Promise<SealTarget> {
  const named = await reads.member(member);
  if (named === null) {
    throw new ProofError("there is no member with this number");
  }
  const [entry] = await prove(reads, [memberKey(accountId(named.account))]);
  if (entry === null || entry === undefined) {
    throw new ProofError("the member is not final yet, or the node names another account");
  }
  const { id, key, keyVersion } = decodeMember(entry);
  if (id !== BigInt(member)) {
    throw new ProofError("the node names another account than the member's");
  }
  return { recipient: { type: "member", id }, key, keyVersion };
}

/** Where seals for the administrators go, proved together with who they are. */
export async function provenAdministrators(reads: Reads): Promise<readonly SealTarget[]> {
  const [list] = await prove(reads, [fromHex(ADMINISTRATORS)]);
  if (list === null || list === undefined) {
    return [];
  }
  // At most a few dozen: their number is a compact of one byte, or of two.
  const [first = 0, second = 0] = list;
  const wide = (first & 0b11) === 1;
  const count = wide ? ((second << 8) | first) >> 2 : first >> 2;
  const accounts = Array.from({ length: count }, (_, at) =>
    list.slice((wide ? 2 : 1) + 32 * at, (wide ? 2 : 1) + 32 * (at + 1)),
  );
  const entries = await prove(
    reads,
    accounts.map((account) => byAccount(ADMINISTRATOR_KEYS, account)),
  );
  return accounts.flatMap((account, at): SealTarget[] => {
    const entry = entries[at];
    if (entry === null || entry === undefined) {
      return [];
    }
    const keyVersion = new DataView(entry.buffer, entry.byteOffset).getUint32(32, true);
    return [{ recipient: { type: "administrator", account }, key: entry.slice(0, 32), keyVersion }];
  });
}

/** The order of the kinds in a standing consent. */
const CONSENT_KINDS: readonly RecordKind[] = ["profile", "report", "prescription"];

/**
 * Where the seals of a new record go besides its patient's: to the guardians and standing readers whom the patient named,
 * each proved, or a node could have us seal to whom it likes.
 */
export async function provenRecipients(
  reads: Reads,
  patient: number,
  kind: RecordKind,
): Promise<readonly SealTarget[]> {
  const named = (await reads.sealRecipients(patient, kind)).filter((one) => one.sealedAs !== "patient");
  const entries = await prove(
    reads,
    named.map(({ member, sealedAs }) => namedKey(sealedAs, patient, member)),
  );
  if (!named.every(({ sealedAs }, at) => standsFor(entries[at] ?? null, sealedAs, kind, Date.now()))) {
    throw new ProofError("the node names a reader whom the patient did not");
  }
  return Promise.all(named.map(({ member }) => provenTarget(reads, member)));
}

/** The storage key of a standing consent or guardianship. */
export function namedKey(sealedAs: SealRecipient["sealedAs"], patient: number, member: number): Bytes {
  return concat(
    fromHex(sealedAs === "guardian" ? GUARDIANSHIPS : STANDING_CONSENTS),
    copy(Twox64Concat(u64le(BigInt(patient)))),
    copy(Twox64Concat(u64le(BigInt(member)))),
  );
}

/** Whether an entry shows a guardianship, or a standing consent for this kind, that has not ended. */
function standsFor(entry: Bytes | null, sealedAs: SealRecipient["sealedAs"], kind: RecordKind, now: number): boolean {
  if (entry === null) {
    return false;
  }
  // Both entries end with their end; a standing consent begins with a byte for each kind.
  const until = new DataView(entry.buffer, entry.byteOffset).getBigUint64(entry.length - 8, true);
  return until > BigInt(now) && (sealedAs === "guardian" || entry[CONSENT_KINDS.indexOf(kind)] === 1);
}
