import { describe, expect, it } from "vitest";
import type { Reading } from "../src/chain/views";
import { logCsv, logFhir, type NamedReading } from "../src/patient/logExport";
import { vectors } from "./vectors";

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
      "time,record,reader,name,purpose,basis,block,staff,emergency,review",
      '"2030-01-01T00:00:00.000Z","7","1002","\'=HYPERLINK(""x"")","TREAT","consent","42","","",""',
    ]);
  });

  it("as FHIR is what the command line makes of the same readings, with names", () => {
    type Exported = { genesis: string; readings: Reading[]; bundle: unknown };
    const { genesis, readings, bundle } = vectors<Exported>("audit-events.json");
    const nameless = readings.map((one) => ({ ...one, name: "" }));
    expect(JSON.parse(logFhir(nameless, genesis))).toEqual(bundle);
    const { entry } = JSON.parse(logFhir([reading], genesis)) as { entry: unknown[] };
    expect(entry).toMatchObject([{ resource: { agent: [{ who: { display: '=HYPERLINK("x")' } }] } }]);
  });
});
