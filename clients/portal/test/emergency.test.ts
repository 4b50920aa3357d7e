import { bytesToNumberLE } from "@noble/curves/utils.js";
import { describe, expect, it } from "vitest";
import { createCapsule, createCapsuleFrom, verifyCapsule } from "../src/sealing/committee";
import {
  createEmergencyCapsule,
  decodeEmergencyCapsule,
  EMERGENCY_CAPSULE_BYTES,
  type EmergencyContext,
  emergencyCapsuleContext,
  EmergencyCapsuleError,
  emergencyCapsuleFrom,
  emergencyCapsuleHash,
  encodeEmergencyCapsule,
  openEmergencyCapsule,
} from "../src/sealing/emergency";
import { fromHex, toHex } from "../src/sealing/encoding";
import { UnopenedError } from "../src/sealing/seal";
import { vectors, writeMissing } from "./vectors";

interface EmergencyVector {
  genesis: string;
  record: string;
  content: string;
  lodged_by: string;
  patient: string;
  epoch: number;
  capsule_r: string;
  capsule_s: string;
  ephemeral_ikm: string;
  committee_key: string;
  released: string;
  patient_half: string;
  emergency_capsule: string;
  hash: string;
}

function contextOf(vector: EmergencyVector): EmergencyContext {
  return {
    genesis: fromHex(vector.genesis),
    record: BigInt(vector.record),
    content: fromHex(vector.content),
    lodgedBy: BigInt(vector.lodged_by),
    patient: BigInt(vector.patient),
    epoch: vector.epoch,
  };
}

const known = vectors<EmergencyVector[]>("emergency.json");

describe("emergency capsules", () => {
  it.each(known)("agree with the vector of record $record", async (vector) => {
    const context = contextOf(vector);
    const made = createCapsuleFrom(
      fromHex(vector.committee_key),
      emergencyCapsuleContext(context),
      bytesToNumberLE(fromHex(vector.capsule_r)),
      bytesToNumberLE(fromHex(vector.capsule_s)),
    );
    expect(toHex(made.half)).toBe(vector.released);
    const ikm = fromHex(vector.ephemeral_ikm);
    const encoded = encodeEmergencyCapsule(
      await emergencyCapsuleFrom(fromHex(vector.patient_half), made, context, ikm),
    );
    expect(toHex(encoded)).toBe(vector.emergency_capsule);
    expect(encoded.length).toBe(EMERGENCY_CAPSULE_BYTES);
    expect(toHex(emergencyCapsuleHash(encoded))).toBe(vector.hash);

    const capsule = decodeEmergencyCapsule(encoded);
    verifyCapsule(capsule.capsule, emergencyCapsuleContext(context));
    expect(toHex(await openEmergencyCapsule(capsule, made.half, context))).toBe(vector.patient_half);
    for (const other of [
      { ...context, record: context.record - 1n },
      { ...context, patient: 1002n },
      { ...context, content: new Uint8Array(32) },
    ]) {
      await expect(openEmergencyCapsule(capsule, made.half, other)).rejects.toThrow(UnopenedError);
    }
    await expect(openEmergencyCapsule(capsule, new Uint8Array(32), context)).rejects.toThrow(UnopenedError);
    expect(() => decodeEmergencyCapsule(encoded.subarray(1))).toThrow(EmergencyCapsuleError);
  });

  it("are made here and read by the node", async () => {
    const [vector] = known;
    if (vector === undefined) {
      throw new Error("there are no vectors");
    }
    const context = contextOf(vector);
    const key = fromHex(vector.committee_key);
    const half = fromHex(vector.patient_half);
    const made = createCapsule(key, emergencyCapsuleContext(context));
    const encoded = encodeEmergencyCapsule(await emergencyCapsuleFrom(half, made, context));
    writeMissing("ts-emergency.json", [
      {
        ...vector,
        capsule_r: "",
        capsule_s: "",
        ephemeral_ikm: "",
        released: toHex(made.half),
        emergency_capsule: toHex(encoded),
        hash: toHex(emergencyCapsuleHash(encoded)),
      },
    ]);
    const drawn = await createEmergencyCapsule(half, key, context);
    expect(encodeEmergencyCapsule(drawn).length).toBe(EMERGENCY_CAPSULE_BYTES);
  });
});
