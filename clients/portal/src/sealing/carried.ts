import { x25519 } from "@noble/curves/ed25519.js";
import { type CapsuleContext, createCapsule, type MadeCapsule } from "./committee";
import { type Bytes, concat, u64le, utf8 } from "./encoding";
import { derive } from "./hkdf";
import { type EphemeralIkm, hpkeOpen, hpkeSeal } from "./seal";

/** What a committee half that is carried over to another key of the committee is bound to. */
export interface CarriedContext {
  readonly genesis: Uint8Array;
  readonly record: bigint;
  /** The SHA-256 digest in the content's root CID. */
  readonly content: Uint8Array;
  /** The record's owner, who makes the capsule. */
  readonly owner: bigint;
  /** The epoch of the key that the new capsule is for. */
  readonly epoch: number;
}

/** A capsule for another key, and the half that it carries. */
export interface Carried {
  readonly capsule: Uint8Array;
  readonly carried: Bytes;
}

/** What the new capsule is bound to: its author is the record's owner. */
export function carriedCapsuleContext({ genesis, owner, epoch }: CarriedContext): CapsuleContext {
  return { genesis, author: owner, patient: owner, epoch };
}

function aad(context: CarriedContext): Bytes {
  return concat(context.genesis, u64le(context.record), context.content, u64le(context.owner));
}

/** The key that follows from what the committee releases. */
function secretOf(released: Uint8Array): Bytes {
  return derive(released, "medchain/carried-key/v1");
}

const INFO = utf8("medchain/carried-half/v1");

/** Carries a committee half over to another key of the committee. */
export function carryHalf(half: Uint8Array, key: Uint8Array, context: CarriedContext): Promise<Carried> {
  return carryHalfFrom(half, createCapsule(key, carriedCapsuleContext(context)), context);
}

/** As {@link carryHalf}, with the capsule given: for known-answer tests. */
export async function carryHalfFrom(
  half: Uint8Array,
  made: MadeCapsule,
  context: CarriedContext,
  ikm?: EphemeralIkm,
): Promise<Carried> {
  const to = x25519.getPublicKey(secretOf(made.half));
  return { capsule: made.capsule, carried: await hpkeSeal(INFO, aad(context), half, to, ikm) };
}

/** The half that was carried over, by what the committee released. Throws an `UnopenedError` for another's. */
export function uncarryHalf(carried: Uint8Array, released: Uint8Array, context: CarriedContext): Promise<Bytes> {
  return hpkeOpen(INFO, aad(context), carried, secretOf(released));
}
