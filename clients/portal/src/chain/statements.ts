import type { Signer } from "../keyring/signer";
import { type Bytes, concat, fromHex, toHex, u64le, utf8 } from "../sealing/encoding";
import { ScaleReader } from "./scale";

/**
 * What one account signs for another to show to the chain (`primitives/src/statements.rs`). People pass it on as text: `0x`
 * and the SCALE encoding in hexadecimal, the form that the `medchain` command takes and gives.
 */

/** Until when a statement is good, from its signing on, in milliseconds. */
const LIFETIME = 24 * 3_600_000;

/** A text that is no statement of the kind that is asked for. */
export class StatementError extends Error {
  constructor() {
    super("this is not the text that was asked for, or not the whole of it");
    this.name = "StatementError";
  }
}

/** An account's consent to act for an institution, or to take a membership over. */
export interface Consent {
  /** The institution, or the member. */
  readonly member: number;
  readonly account: Bytes;
  readonly encryptionKey: Bytes;
  readonly expiresAt: number;
  /** A bare sr25519 signature. */
  readonly signature: Bytes;
}

/** An institution's word for an account that is to register. */
export interface Voucher {
  readonly institution: number;
  readonly signer: Bytes;
  readonly expiresAt: number;
  readonly signature: Bytes;
}

const SR25519 = Uint8Array.of(1);

/** Who signs a statement. */
export interface Signatory {
  readonly account: Uint8Array;
  readonly signer: Signer;
}

async function signed(signer: Signer, lines: readonly string[]): Promise<Bytes> {
  return (await signer.signText(utf8(lines.join("\n")))).slice(1);
}

/** Consents to become staff, to take a membership over, or to be registered as a dependant. */
export async function consent(
  kind: "staff" | "move" | "dependant",
  { account, signer }: Signatory,
  genesis: Uint8Array,
  member: number,
  encryptionKey: Uint8Array,
): Promise<Consent> {
  const expiresAt = Date.now() + LIFETIME;
  const [whose, own] = { staff: ["institution", "account"], move: ["member", "to"], dependant: ["guardian", "account"] }[
    kind
  ];
  const signature = await signed(signer, [
    `medchain ${kind} v1`,
    `chain: 0x${toHex(genesis)}`,
    `${whose}: ${member}`,
    `${own}: 0x${toHex(account)}`,
    `key: 0x${toHex(encryptionKey)}`,
    `expires: ${expiresAt}`,
  ]);
  return { member, account: account.slice(), encryptionKey: encryptionKey.slice(), expiresAt, signature };
}

/** Vouches for an account in an institution's name. */
export async function voucher(
  { account, signer }: Signatory,
  genesis: Uint8Array,
  institution: number,
  applicant: Uint8Array,
): Promise<Voucher> {
  const expiresAt = Date.now() + LIFETIME;
  const signature = await signed(signer, [
    "medchain voucher v1",
    `chain: 0x${toHex(genesis)}`,
    `applicant: 0x${toHex(applicant)}`,
    `institution: ${institution}`,
    `expires: ${expiresAt}`,
  ]);
  return { institution, signer: account.slice(), expiresAt, signature };
}

export function consentText(of: Consent): string {
  const { member, account, encryptionKey, expiresAt, signature } = of;
  const end = u64le(BigInt(expiresAt));
  return `0x${toHex(concat(u64le(BigInt(member)), account, encryptionKey, end, SR25519, signature))}`;
}

export function voucherText({ institution, signer, expiresAt, signature }: Voucher): string {
  return `0x${toHex(concat(u64le(BigInt(institution)), signer, u64le(BigInt(expiresAt)), SR25519, signature))}`;
}

export function readConsent(text: string): Consent {
  const reader = opened(text, 8 + 32 + 32 + 8 + 65);
  const member = Number(reader.u64());
  const account = reader.take(32);
  const encryptionKey = reader.take(32);
  const expiresAt = Number(reader.u64());
  return { member, account, encryptionKey, expiresAt, signature: signatureOf(reader) };
}

export function readVoucher(text: string): Voucher {
  const reader = opened(text, 8 + 32 + 8 + 65);
  const institution = Number(reader.u64());
  const signer = reader.take(32);
  const expiresAt = Number(reader.u64());
  return { institution, signer, expiresAt, signature: signatureOf(reader) };
}

function opened(text: string, length: number): ScaleReader {
  const trimmed = text.trim();
  if (!/^0x[0-9a-f]+$/.test(trimmed) || trimmed.length !== 2 + 2 * length) {
    throw new StatementError();
  }
  return new ScaleReader(fromHex(trimmed));
}

function signatureOf(reader: ScaleReader): Bytes {
  if (reader.byte() !== SR25519[0]) {
    throw new StatementError();
  }
  return reader.take(64);
}

/** What a text says that somebody pastes; `null` as long as it is none of its kind. */
export function readIn<T>(text: string, read: (text: string) => T): T | null {
  try {
    return read(text);
  } catch {
    return null;
  }
}
