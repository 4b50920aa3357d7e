import type { RecordKind, Role } from "../chain/views";

const OF_PATIENTS = ["report", "prescription", "profile"] as const satisfies readonly RecordKind[];

/** The kinds of a patient's records that a professional may ask for and read; reports are not for pharmacies. */
export function readableKinds(role: Role): readonly (typeof OF_PATIENTS)[number][] {
  return OF_PATIENTS.filter((kind) => !(role === "pharmacy" && kind === "report"));
}
