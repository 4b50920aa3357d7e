import type { Reading } from "../chain/views";

/** A reading, with its reader's name. */
export interface NamedReading extends Reading {
  readonly name: string;
}

const MEMBER = "urn:medchain:member";
const RECORD = "urn:medchain:record";

/** The read log as a table that spreadsheets open. A cell that would be a formula is made text. */
export function logCsv(readings: readonly NamedReading[]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const rows = readings.map((one) =>
    [new Date(one.openedAt).toISOString(), one.record, one.reader, one.name, one.purpose, one.basis, one.openedIn]
      .map(cell)
      .join(","),
  );
  return ["time,record,reader,name,purpose,basis,block", ...rows].join("\r\n");
}

/** The read log as a FHIR R4 Bundle of AuditEvents. */
export function logFhir(readings: readonly NamedReading[]): string {
  const entry = readings.map((one) => ({
    resource: {
      resourceType: "AuditEvent",
      type: { system: "http://dicom.nema.org/resources/ontology/DCM", code: "110110", display: "Patient Record" },
      action: "R",
      recorded: new Date(one.openedAt).toISOString(),
      outcome: "0",
      purposeOfEvent: [
        { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: one.purpose }] },
      ],
      agent: [
        { who: { identifier: { system: MEMBER, value: String(one.reader) }, display: one.name }, requestor: true },
      ],
      source: { observer: { display: "MedChain" } },
      entity: [
        { what: { identifier: { system: RECORD, value: String(one.record) } } },
        { what: { identifier: { system: MEMBER, value: String(one.patient) } } },
      ],
    },
  }));
  return JSON.stringify({ resourceType: "Bundle", type: "collection", entry }, null, 2);
}
