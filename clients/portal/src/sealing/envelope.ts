import { sha256 } from "@noble/hashes/sha2.js";
import { type CarriedContext, uncarryHalf } from "./carried";
import { CAPSULE_BYTES, type CapsuleContext } from "./committee";
import { type Bytes, concat, copy, equal, u32le } from "./encoding";
import { type Recipient, recipientBytes, SEAL_BYTES } from "./seal";

/** A patient half sealed to one recipient, as it lies in an envelope. */
export interface EnvelopeSeal {
  readonly recipient: Recipient;
  readonly keyVersion: number;
  readonly seal: Uint8Array;
}

/** The capsule of a content and the seals that its author made. */
export interface Envelope {
  readonly capsule: Uint8Array;
  readonly epoch: number;
  readonly seals: readonly EnvelopeSeal[];
  /** The committee half, if the owner has carried it over to a later key: the capsule is then the owner's. */
  readonly carried?: Uint8Array | undefined;
}

export const ENVELOPE_SEALS_MAX = 32;

/** Bytes that are no envelope. */
export class EnvelopeError extends Error {
  constructor() {
    super("the bytes are not an envelope");
    this.name = "EnvelopeError";
  }
}

/** The SCALE encoding. */
export function encodeEnvelope(envelope: Envelope): Bytes {
  if (envelope.seals.length > ENVELOPE_SEALS_MAX) {
    throw new RangeError("an envelope carries at most 32 seals");
  }
  return concat(
    envelope.capsule,
    u32le(envelope.epoch),
    Uint8Array.of(envelope.seals.length << 2),
    ...envelope.seals.flatMap(({ recipient, keyVersion, seal }) => [
      recipientBytes(recipient),
      u32le(keyVersion),
      seal,
    ]),
    ...(envelope.carried === undefined ? [] : [envelope.carried]),
  );
}

/** Decodes strictly: nothing may follow. Does not verify the capsule. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  let rest = copy(bytes);
  const take = (length: number): Bytes => {
    if (rest.length < length) {
      throw new EnvelopeError();
    }
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };
  const u32 = (part: Bytes): number => new DataView(part.buffer).getUint32(0, true);

  const capsule = take(CAPSULE_BYTES);
  const epoch = u32(take(4));
  const [compact = 0xff] = take(1);
  if ((compact & 0b11) !== 0 || compact >> 2 > ENVELOPE_SEALS_MAX) {
    throw new EnvelopeError();
  }
  const seals = Array.from({ length: compact >> 2 }, (): EnvelopeSeal => {
    const [tag] = take(1);
    let recipient: Recipient;
    if (tag === 0) {
      recipient = { type: "member", id: new DataView(take(8).buffer).getBigUint64(0, true) };
    } else if (tag === 1) {
      recipient = { type: "administrator", account: take(32) };
    } else {
      throw new EnvelopeError();
    }
    return { recipient, keyVersion: u32(take(4)), seal: take(SEAL_BYTES) };
  });
  const carried = rest.length > 0 ? take(SEAL_BYTES) : undefined;
  if (rest.length > 0) {
    throw new EnvelopeError();
  }
  return { capsule, epoch, seals, carried };
}

/** What the capsule of a record's envelope is bound to: its author, or its owner if the half was carried over. */
export function capsuleContextOf(
  envelope: Pick<Envelope, "epoch" | "carried">,
  { author, patient, genesis }: Omit<CapsuleContext, "epoch">,
): CapsuleContext {
  return { genesis, author: envelope.carried === undefined ? author : patient, patient, epoch: envelope.epoch };
}

/** The record's committee half, by what the committee released of the envelope's capsule. */
export async function committeeHalfOf(
  { carried, epoch }: Pick<Envelope, "epoch" | "carried">,
  released: Bytes,
  context: Omit<CarriedContext, "epoch">,
): Promise<Bytes> {
  return carried === undefined ? released : uncarryHalf(carried, released, { ...context, epoch });
}

/** SHA-256 of the encoding: what the record on chain holds. */
export function envelopeHash(encoded: Uint8Array): Bytes {
  return copy(sha256(encoded));
}

/** The seal for this recipient, if there is one. */
export function sealFor(envelope: Envelope, recipient: Recipient): EnvelopeSeal | undefined {
  const wanted = recipientBytes(recipient);
  return envelope.seals.find((candidate) => equal(recipientBytes(candidate.recipient), wanted));
}
