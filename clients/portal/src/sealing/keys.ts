import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { type Bytes, concat, copy } from "./encoding";
import { derive } from "./hkdf";

/** An X25519 key pair, 32 bytes each. */
export interface EncryptionKeyPair {
  readonly secret: Bytes;
  readonly publicKey: Bytes;
}

/** The version of the encryption key that a member registers with. */
export const FIRST_KEY_VERSION = 1;

/** A member's encryption key of this version, from the account's 32-byte seed. */
export function encryptionKey(seed: Uint8Array, version: number): EncryptionKeyPair {
  const secret = derive(seed, `medchain/x25519/v1/${version}`);
  return { secret, publicKey: copy(x25519.getPublicKey(secret)) };
}

/** The key that decrypts one content, from its two halves of 32 bytes. */
export function recordKey(patientHalf: Uint8Array, committeeHalf: Uint8Array): Bytes {
  return derive(concat(patientHalf, committeeHalf), "medchain/record-key/v1");
}

/** A record key as the identity of the `age` program. */
export function ageIdentity(key: Uint8Array): string {
  return bech32.encodeFromBytes("age-secret-key-", key).toUpperCase();
}

/** The recipient that belongs to a record key. */
export function ageRecipient(key: Uint8Array): string {
  return bech32.encodeFromBytes("age", x25519.getPublicKey(key));
}
