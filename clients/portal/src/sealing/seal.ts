import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { DhkemX25519HkdfSha256 } from "@hpke/dhkem-x25519";
import { type Bytes, concat, copy, u32le, u64le, utf8 } from "./encoding";

/** Whom a seal or release is made for. */
export type Recipient =
  | { readonly type: "member"; readonly id: bigint }
  | { readonly type: "administrator"; readonly account: Uint8Array };

/** What a seal belongs to. */
export interface SealContext {
  readonly genesis: Uint8Array;
  /** The SHA-256 digest in the content's root CID. */
  readonly content: Uint8Array;
  readonly recipient: Recipient;
  readonly keyVersion: number;
}

/** What a release belongs to. */
export interface ReleaseContext {
  readonly genesis: Uint8Array;
  readonly record: bigint;
  readonly content: Uint8Array;
  readonly recipient: Recipient;
}

/** A fixed ephemeral key for known-answer tests; left out everywhere else. */
export type EphemeralIkm = Uint8Array | undefined;

export const SEAL_BYTES = 80;
export const SEALED_RELEASE_BYTES = 146;
export const NOTE_TEXT_MAX = 512;

const ENCAPSULATED_BYTES = 32;

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Chacha20Poly1305(),
});

/** A seal, note or release that does not open: another key, another context, or altered. */
export class UnopenedError extends Error {
  constructor() {
    super("this was sealed to another key or for something else, or it was altered");
    this.name = "UnopenedError";
  }
}

/** HPKE (RFC 9180) base mode, one message: enc ‖ ct. */
export async function hpkeSeal(
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  to: Uint8Array,
  ikm?: EphemeralIkm,
): Promise<Bytes> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(copy(to));
  const sender = await suite.createSenderContext({
    recipientPublicKey,
    info: copy(info),
    ...(ikm === undefined ? {} : { ekm: await suite.kem.deriveKeyPair(copy(ikm)) }),
  });
  const ciphertext = await sender.seal(copy(plaintext), copy(aad));
  return concat(new Uint8Array(sender.enc), new Uint8Array(ciphertext));
}

/** Opens enc ‖ ct. Every cause of failure is one error. */
export async function hpkeOpen(
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  secret: Uint8Array,
): Promise<Bytes> {
  try {
    const recipientKey = await suite.kem.deserializePrivateKey(copy(secret));
    const receiver = await suite.createRecipientContext({
      recipientKey,
      enc: copy(sealed.subarray(0, ENCAPSULATED_BYTES)),
      info: copy(info),
    });
    return new Uint8Array(await receiver.open(copy(sealed.subarray(ENCAPSULATED_BYTES)), copy(aad)));
  } catch (cause) {
    throw Object.assign(new UnopenedError(), { cause });
  }
}

/** `00 ‖ member id u64`, or `01 ‖ account`. */
export function recipientBytes(recipient: Recipient): Bytes {
  return recipient.type === "member"
    ? concat(Uint8Array.of(0), u64le(recipient.id))
    : concat(Uint8Array.of(1), recipient.account);
}

const SEAL_INFO = utf8("medchain/seal/v1");
const NOTE_INFO = utf8("medchain/note/v1");
const RELEASE_INFO = utf8("medchain/release/v1");

/** The associated data of a seal. */
export function sealAad(context: SealContext): Bytes {
  return concat(context.genesis, context.content, recipientBytes(context.recipient), u32le(context.keyVersion));
}

/** Wraps a patient half (32 bytes) to the encryption key `to`; 80 bytes. */
export function seal(
  patientHalf: Uint8Array,
  to: Uint8Array,
  context: SealContext,
  ikm?: EphemeralIkm,
): Promise<Bytes> {
  if (patientHalf.length !== 32) {
    throw new RangeError("a patient half has 32 bytes");
  }
  return hpkeSeal(SEAL_INFO, sealAad(context), patientHalf, to, ikm);
}

/** The patient half in a seal. */
export async function openSeal(sealed: Uint8Array, secret: Uint8Array, context: SealContext): Promise<Bytes> {
  if (sealed.length !== SEAL_BYTES) {
    throw new UnopenedError();
  }
  return hpkeOpen(SEAL_INFO, sealAad(context), sealed, secret);
}

/** Wraps a short text, at most 512 bytes of UTF-8; the result is 48 bytes longer. */
export function sealNote(text: string, to: Uint8Array, aad: Uint8Array, ikm?: EphemeralIkm): Promise<Bytes> {
  const plaintext = utf8(text);
  if (plaintext.length > NOTE_TEXT_MAX) {
    throw new RangeError("a note has at most 512 bytes");
  }
  return hpkeSeal(NOTE_INFO, aad, plaintext, to, ikm);
}

/** The text of a note. */
export async function openNote(sealed: Uint8Array, secret: Uint8Array, aad: Uint8Array): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true }).decode(await hpkeOpen(NOTE_INFO, aad, sealed, secret));
}

/** The associated data of a release. */
export function releaseAad(context: ReleaseContext): Bytes {
  return concat(context.genesis, u64le(context.record), context.content, recipientBytes(context.recipient));
}

/** Wraps a partial release to its reader. Clients only open these; this is for tests. */
export function sealRelease(
  partial: Uint8Array,
  to: Uint8Array,
  context: ReleaseContext,
  ikm?: EphemeralIkm,
): Promise<Bytes> {
  return hpkeSeal(RELEASE_INFO, releaseAad(context), partial, to, ikm);
}

/** The partial release (98 bytes) that a committee member wrapped to us. */
export async function openRelease(sealed: Uint8Array, secret: Uint8Array, context: ReleaseContext): Promise<Bytes> {
  if (sealed.length !== SEALED_RELEASE_BYTES) {
    throw new UnopenedError();
  }
  return hpkeOpen(RELEASE_INFO, releaseAad(context), sealed, secret);
}
