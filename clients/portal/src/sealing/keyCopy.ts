import { x25519 } from "@noble/curves/ed25519.js";
import { type Bytes, concat, copy, u32le, u64le, utf8 } from "./encoding";
import type { EncryptionKeyPair } from "./keys";
import { type EphemeralIkm, hpkeOpen, hpkeSeal } from "./seal";

/** What a copy of an encryption secret belongs to. */
export interface KeyCopyContext {
  readonly genesis: Uint8Array;
  /** The member whose secret it is. */
  readonly member: bigint;
  /** The version of the member's key whose secret it is. */
  readonly ofVersion: number;
}

const INFO = utf8("medchain/key-copy/v1");

function aad(context: KeyCopyContext): Bytes {
  return concat(context.genesis, u64le(context.member), u32le(context.ofVersion));
}

/** A member's encryption secret, sealed to the key `to`; 80 bytes. */
export function sealKeyCopy(
  secret: Uint8Array,
  to: Uint8Array,
  context: KeyCopyContext,
  ikm?: EphemeralIkm,
): Promise<Bytes> {
  return hpkeSeal(INFO, aad(context), secret, to, ikm);
}

/** The key pair of the secret in a copy. Throws an `UnopenedError` for another's. */
export async function openKeyCopy(
  sealed: Uint8Array,
  secret: Uint8Array,
  context: KeyCopyContext,
): Promise<EncryptionKeyPair> {
  const opened = await hpkeOpen(INFO, aad(context), sealed, secret);
  return { secret: opened, publicKey: copy(x25519.getPublicKey(opened)) };
}
