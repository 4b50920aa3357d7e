/** Where the epoch stands in an envelope, and in an emergency capsule: behind the capsule of 128 bytes. */
const IN_ENVELOPE = 128;
const IN_EMERGENCY_CAPSULE = 8 + 128;

function u32At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}

/** The epoch of the committee's key that an envelope's capsule is for. Throws a `RangeError` where the bytes are too few. */
export function epochOfEnvelope(envelope: Uint8Array): number {
  return u32At(envelope, IN_ENVELOPE);
}

/** The same of an emergency capsule. */
export function epochOfEmergencyCapsule(capsule: Uint8Array): number {
  return u32At(capsule, IN_EMERGENCY_CAPSULE);
}
