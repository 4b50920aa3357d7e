import { describe, expect, it } from "vitest";
import { logCsv, logFhir, type NamedReading } from "../src/patient/logExport";

const reading: NamedReading = {
  id: 1,
  record: 7,
  patient: 1001,
  reader: 1002,
  name: '=HYPERLINK("x")',
  purpose: "TREAT",
  basis: "consent",
  openedAt: Date.UTC(2030, 0, 1),
  openedIn: 42,
  staff: null,
  emergency: null,
};

describe("the read log", () => {
  it("as a table quotes what it holds, and makes no formulas", () => {
    expect(logCsv([reading]).split("\r\n")).toEqual([
      "time,record,reader,name,purpose,basis,block",
      '"2030-01-01T00:00:00.000Z","7","1002","\'=HYPERLINK(""x"")","TREAT","consent","42"',
    ]);
  });

  it("as FHIR says who read what, when and why", () => {
    const { resourceType, entry } = JSON.parse(logFhir([reading])) as {
      resourceType: string;
      entry: { resource: Record<string, unknown> }[];
    };
    expect(resourceType).toBe("Bundle");
    expect(entry[0]?.resource).toMatchObject({
      resourceType: "AuditEvent",
      recorded: "2030-01-01T00:00:00.000Z",
      purposeOfEvent: [{ coding: [{ code: "TREAT" }] }],
      agent: [{ who: { identifier: { value: "1002" } } }],
    });
  });
});
