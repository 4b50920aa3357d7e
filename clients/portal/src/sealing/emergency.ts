import { x25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { CAPSULE_BYTES, type CapsuleContext, createCapsule, type MadeCapsule } from "./committee";
import { type Bytes, concat, copy, u32le, u64le, utf8 } from "./encoding";
import { derive } from "./hkdf";
import { type EphemeralIkm, hpkeOpen, hpkeSeal, SEAL_BYTES } from "./seal";

export const EMERGENCY_CAPSULE_BYTES = 8 + CAPSULE_BYTES + 4 + SEAL_BYTES;

/** What an emergency capsule is bound to. */
export interface EmergencyContext {
  readonly genesis: Uint8Array;
  readonly record: bigint;
  /** The SHA-256 digest in the content's root CID. */
  readonly content: Uint8Array;
  /** Who lodges it: the patient, a guardian, or the record's author. */
  readonly lodgedBy: bigint;
  readonly patient: bigint;
  readonly epoch: number;
}

/** The second capsule of a record, which carries the patient half. */
export interface EmergencyCapsule {
  readonly record: bigint;
  /** What the release committee opens. */
  readonly capsule: Bytes;
  readonly epoch: number;
  /** The patient half, wrapped to the key that follows from what the committee releases. */
  readonly sealed: Bytes;
}

/** Bytes that are no emergency capsule. */
export class EmergencyCapsuleError extends Error {
  constructor() {
    super("the bytes are not an emergency capsule");
    this.name = "EmergencyCapsuleError";
  }
}

/** What the capsule inside is bound to: its author is who lodges it. */
export function emergencyCapsuleContext(context: EmergencyContext): CapsuleContext {
  return { genesis: context.genesis, author: context.lodgedBy, patient: context.patient, epoch: context.epoch };
}

function aad(context: EmergencyContext): Bytes {
  return concat(context.genesis, u64le(context.record), context.content, u64le(context.patient));
}

/** The key that follows from what the committee releases. */
function secretOf(released: Uint8Array): Bytes {
  return derive(released, "medchain/emergency-key/v1");
}

const INFO = utf8("medchain/emergency/v1");

/** Makes the emergency capsule of a record out of its patient half. */
export function createEmergencyCapsule(
  half: Uint8Array,
  key: Uint8Array,
  context: EmergencyContext,
): Promise<EmergencyCapsule> {
  return emergencyCapsuleFrom(half, createCapsule(key, emergencyCapsuleContext(context)), context);
}

/** As {@link createEmergencyCapsule}, with the capsule inside given: for known-answer tests. */
export async function emergencyCapsuleFrom(
  half: Uint8Array,
  made: MadeCapsule,
  context: EmergencyContext,
  ikm?: EphemeralIkm,
): Promise<EmergencyCapsule> {
  const to = x25519.getPublicKey(secretOf(made.half));
  const sealed = await hpkeSeal(INFO, aad(context), half, to, ikm);
  return { record: context.record, capsule: made.capsule, epoch: context.epoch, sealed };
}

/** The patient half, by what the committee released. Throws an `UnopenedError` for another's. */
export function openEmergencyCapsule(
  capsule: EmergencyCapsule,
  released: Uint8Array,
  context: EmergencyContext,
): Promise<Bytes> {
  return hpkeOpen(INFO, aad(context), capsule.sealed, secretOf(released));
}

/** The SCALE encoding. */
export function encodeEmergencyCapsule(capsule: EmergencyCapsule): Bytes {
  return concat(u64le(capsule.record), capsule.capsule, u32le(capsule.epoch), capsule.sealed);
}

/** Reads an encoding, which has one length. The capsule inside is not verified. */
export function decodeEmergencyCapsule(bytes: Uint8Array): EmergencyCapsule {
  if (bytes.length !== EMERGENCY_CAPSULE_BYTES) {
    throw new EmergencyCapsuleError();
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const epochAt = 8 + CAPSULE_BYTES;
  return {
    record: view.getBigUint64(0, true),
    capsule: copy(bytes.subarray(8, epochAt)),
    epoch: view.getUint32(epochAt, true),
    sealed: copy(bytes.subarray(epochAt + 4)),
  };
}

/** SHA-256 of the encoding: what the chain holds. */
export function emergencyCapsuleHash(encoded: Uint8Array): Bytes {
  return copy(sha256(encoded));
}
