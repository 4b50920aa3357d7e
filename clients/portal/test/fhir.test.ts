import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readableFhir } from "../src/ui/fhir";

describe("FHIR in words", () => {
  it("says what an observation found", () => {
    const observation = {
      resourceType: "Observation",
      id: "x",
      status: "final",
      code: { coding: [{ system: "http://loinc.org", code: "718-7", display: "Haemoglobin" }] },
      valueQuantity: { value: 140, unit: "g/L", system: "http://unitsofmeasure.org" },
      effectivePeriod: { start: "2000-01-01", end: "2000-01-02" },
      subject: { reference: "Patient/1" },
    };
    expect(readableFhir(observation, "en-GB")).toEqual([
      {
        title: "Observation",
        rows: [
          ["Status", "final"],
          ["Code", "Haemoglobin"],
          ["Value", "140 g/L"],
          ["Effective", "2000-01-01 – 2000-01-02"],
        ],
      },
    ]);
  });

  it("goes through a bundle, and leaves out what is no resource", () => {
    const bundle = JSON.parse(readFileSync("../../tests/samples/fhir-bundle.json", "utf8"));
    const said = readableFhir(bundle, "en-GB") ?? [];
    expect(said.length).toBe(bundle.entry.length);
    expect(said.every(({ rows }) => rows.length > 0)).toBe(true);
    expect(JSON.stringify(said)).not.toMatch(/urn:uuid|T\d\d:\d\d/);
  });

  it("takes other JSON for none", () => {
    expect(readableFhir({ a: 1 }, "en")).toBeNull();
    expect(readableFhir([], "en")).toBeNull();
    expect(readableFhir(null, "en")).toBeNull();
  });
});
