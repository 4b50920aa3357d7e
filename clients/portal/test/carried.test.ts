import { bytesToNumberLE } from "@noble/curves/utils.js";
import { describe, expect, it } from "vitest";
import { type CarriedContext, carriedCapsuleContext, carryHalf, carryHalfFrom, uncarryHalf } from "../src/sealing/carried";
import { createCapsule, createCapsuleFrom, verifyCapsule } from "../src/sealing/committee";
import { fromHex, toHex } from "../src/sealing/encoding";
import { decodeEnvelope, encodeEnvelope, type Envelope, EnvelopeError, envelopeHash } from "../src/sealing/envelope";
import { epochOfEnvelope } from "../src/sealing/epoch";
import { UnopenedError } from "../src/sealing/seal";
import { vectors, writeMissing } from "./vectors";

interface CarriedVector {
  genesis: string;
  record: string;
  content: string;
  owner: string;
  epoch: number;
  capsule_r: string;
  capsule_s: string;
  ephemeral_ikm: string;
  committee_key: string;
  released: string;
  committee_half: string;
  envelope: string;
  hash: string;
}

function contextOf(vector: CarriedVector): CarriedContext {
  return {
    genesis: fromHex(vector.genesis),
    record: BigInt(vector.record),
    content: fromHex(vector.content),
    owner: BigInt(vector.owner),
    epoch: vector.epoch,
  };
}

const known = vectors<CarriedVector[]>("carried.json");

describe("carried halves", () => {
  it.each(known)("agree with the vector of record $record", async (vector) => {
    const context = contextOf(vector);
    const made = createCapsuleFrom(
      fromHex(vector.committee_key),
      carriedCapsuleContext(context),
      bytesToNumberLE(fromHex(vector.capsule_r)),
      bytesToNumberLE(fromHex(vector.capsule_s)),
    );
    expect(toHex(made.half)).toBe(vector.released);
    const over = await carryHalfFrom(fromHex(vector.committee_half), made, context, fromHex(vector.ephemeral_ikm));

    const envelope = decodeEnvelope(fromHex(vector.envelope));
    expect(envelope).toMatchObject({ epoch: vector.epoch, capsule: over.capsule, carried: over.carried });
    expect(toHex(encodeEnvelope(envelope))).toBe(vector.envelope);
    expect(epochOfEnvelope(fromHex(vector.envelope))).toBe(vector.epoch);
    expect(toHex(envelopeHash(fromHex(vector.envelope)))).toBe(vector.hash);
    verifyCapsule(envelope.capsule, carriedCapsuleContext(context));
    expect(toHex(await uncarryHalf(over.carried, made.half, context))).toBe(vector.committee_half);
    for (const other of [
      { ...context, record: context.record - 1n },
      { ...context, owner: 1002n },
      { ...context, content: new Uint8Array(32) },
    ]) {
      await expect(uncarryHalf(over.carried, made.half, other)).rejects.toThrow(UnopenedError);
    }
    await expect(uncarryHalf(over.carried, new Uint8Array(32), context)).rejects.toThrow(UnopenedError);
    expect(() => decodeEnvelope(fromHex(vector.envelope.slice(0, -2)))).toThrow(EnvelopeError);
    expect(() => decodeEnvelope(fromHex(`${vector.envelope}00`))).toThrow(EnvelopeError);
  });

  it("are made here and read by the node", async () => {
    const [vector] = known;
    if (vector === undefined) {
      throw new Error("there are no vectors");
    }
    const context = contextOf(vector);
    const key = fromHex(vector.committee_key);
    const half = fromHex(vector.committee_half);
    const made = createCapsule(key, carriedCapsuleContext(context));
    const { seals, epoch } = decodeEnvelope(fromHex(vector.envelope));
    const envelope: Envelope = { ...(await carryHalfFrom(half, made, context)), seals, epoch };
    const encoded = encodeEnvelope(envelope);
    writeMissing("ts-carried.json", [
      {
        ...vector,
        capsule_r: "",
        capsule_s: "",
        ephemeral_ikm: "",
        released: toHex(made.half),
        envelope: toHex(encoded),
        hash: toHex(envelopeHash(encoded)),
      },
    ]);
    const drawn = await carryHalf(half, key, context);
    verifyCapsule(drawn.capsule, carriedCapsuleContext(context));
  });
});
