import type { Reading } from "../chain/views";

/** A reading, with its reader's name. */
export interface NamedReading extends Reading {
  readonly name: string;
}

/** The read log as a table that spreadsheets open. A cell that would be a formula is made text. */
export function logCsv(readings: readonly NamedReading[]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const rows = readings.map((one) =>
    [
      new Date(one.openedAt).toISOString(),
      one.record,
      one.reader,
      one.name,
      one.purpose,
      one.basis,
      one.openedIn,
      one.staff ?? "",
      one.emergency?.reason ?? "",
      one.emergency?.outcome ?? "",
    ]
      .map(cell)
      .join(","),
  );
  return ["time,record,reader,name,purpose,basis,block,staff,emergency,review", ...rows].join("\r\n");
}

/**
 * The read log as a FHIR R4 Bundle of AuditEvents, as the command line makes it, with the readers' names. The chain is named by
 * its genesis hash, hexadecimal.
 */
export function logFhir(readings: readonly NamedReading[], genesis: string): string {
  const entry = readings.map((one) => ({ resource: auditEvent(one, genesis) }));
  return JSON.stringify({ resourceType: "Bundle", type: "collection", entry }, null, 2);
}

function auditEvent(one: NamedReading, genesis: string) {
  const member = (id: number) => ({ identifier: { system: "urn:medchain:member", value: String(id) } });
  const role = (code: string, display: string) => ({
    system: "http://terminology.hl7.org/CodeSystem/object-role",
    code,
    display,
  });
  const reader = {
    type: {
      coding: [
        {
          system: "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
          code: "IRCP",
          display: "information recipient",
        },
      ],
    },
    who: { ...member(one.reader), ...(one.name === "" ? {} : { display: one.name }) },
    requestor: one.staff === null,
    policy: [`urn:medchain:basis:${one.basis}`],
  };
  // Who pressed the button, beside the institution for which it was done.
  const staff =
    one.staff === null
      ? []
      : [{ who: { identifier: { system: "urn:medchain:account", value: one.staff } }, requestor: true }];
  return {
    resourceType: "AuditEvent",
    id: `reading-${one.id}`,
    type: { system: "http://dicom.nema.org/resources/ontology/DCM", code: "110110", display: "Patient Record" },
    subtype: [{ system: "http://hl7.org/fhir/restful-interaction", code: "read", display: "read" }],
    action: "R",
    recorded: new Date(one.openedAt).toISOString(),
    outcome: "0",
    purposeOfEvent: [
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: one.purpose }] },
    ],
    agent: [reader, ...staff],
    source: {
      site: `block ${one.openedIn}`,
      observer: { identifier: { system: "urn:medchain:chain", value: genesis } },
    },
    entity: [
      { what: member(one.patient), role: role("1", "Patient") },
      {
        what: { identifier: { system: "urn:medchain:record", value: String(one.record) } },
        role: role("3", "Report"),
        detail: details(one),
      },
    ],
  };
}

/** What is told of a reading besides: its number, and of an emergency opening the reason and the review. */
function details({ id, emergency }: NamedReading) {
  const told: [string, string | null][] = [
    ["reading", String(id)],
    ["emergency-reason", emergency?.reason ?? null],
    ["emergency-review", emergency?.outcome ?? null],
    ["emergency-reviewed-at", emergency?.reviewedAt == null ? null : new Date(emergency.reviewedAt).toISOString()],
  ];
  return told.flatMap(([type, value]) => (value === null ? [] : [{ type: `urn:medchain:${type}`, valueString: value }]));
}
