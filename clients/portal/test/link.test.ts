import { createDecipheriv, createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  encryptJwe,
  linkCommitment,
  linkFiles,
  linkFlags,
  LinkTextError,
  linkText,
  type PlainRecord,
  UnshowableRecordError,
} from "../src/sealing/link";
import { decrypt, parse } from "../src/viewer/shlink";

const secret = new Uint8Array(randomBytes(32));
const key = new Uint8Array(randomBytes(32));
const parts = {
  gateway: "https://gateway.example",
  secret,
  key,
  endsAt: 1_800_000_000_999,
  flags: "LP",
  label: "Blood count",
  viewer: "https://gateway.example/viewer.html",
};

const text = (value: string) => new TextEncoder().encode(value);
const json = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(new TextDecoder().decode(bytes));

function report(record: number, document: string): PlainRecord {
  const attachment = { contentType: "application/pdf", title: "report.pdf" };
  const description = JSON.stringify({ resourceType: "DocumentReference", status: "current", content: [{ attachment }] });
  return { record, description, mediaType: "application/pdf", document: text(document) };
}

function fhir(record: number): PlainRecord {
  const document = text('{"resourceType":"Observation","status":"final"}');
  return { ...report(record, ""), mediaType: "application/fhir+json", document };
}

const profile: PlainRecord = {
  record: 1,
  description: '{"resourceType":"Patient","name":[{"text":"Test Person"}]}',
  mediaType: "",
  document: new Uint8Array(0),
};

describe("the text of a link", () => {
  it("is what viewers read, with the fields in the order of the SDK's", () => {
    const made = linkText(parts);
    const url = `https://gateway.example/l/${Buffer.from(secret).toString("base64url")}`;
    expect(parse(made)).toEqual({ url, key, endsAt: 1_800_000_000_000, flags: "LP", label: "Blood count" });
    const payload = Buffer.from(made.split("#shlink:/")[1] ?? "", "base64url").toString();
    expect(Object.keys(JSON.parse(payload))).toEqual(["url", "key", "exp", "flag", "label", "v"]);
    const plain = linkText({ ...parts, viewer: null, flags: "", label: "" });
    expect(plain.startsWith("shlink:/")).toBe(true);
    expect(parse(plain)).toMatchObject({ url, flags: "", label: undefined });
  });

  it("has room for 80 characters of label and 128 of address", () => {
    expect(parse(linkText({ ...parts, label: "ä".repeat(80) })).label).toBe("ä".repeat(80));
    expect(() => linkText({ ...parts, label: "x".repeat(81) })).toThrow(LinkTextError);
    const host = (length: number) => `https://${"g".repeat(length - 8)}`;
    expect(parse(linkText({ ...parts, gateway: host(82) })).url).toHaveLength(128);
    expect(() => linkText({ ...parts, gateway: host(83) })).toThrow(LinkTextError);
  });

  it("has its flags in alphabetical order, and no passcode where it leads to a file directly", () => {
    expect(linkFlags({ longTerm: true, passcode: true, direct: false })).toBe("LP");
    expect(linkFlags({ longTerm: true, passcode: false, direct: true })).toBe("LU");
    expect(linkFlags({ longTerm: false, passcode: false, direct: false })).toBe("");
    expect(() => linkFlags({ longTerm: false, passcode: true, direct: true })).toThrow(RangeError);
  });

  it("is known by a hash of its secret", () => {
    const expected = createHash("sha256").update("medchain/link/v1").update(secret).digest("hex");
    expect(Buffer.from(linkCommitment(secret)).toString("hex")).toBe(expected);
  });
});

describe("what a link shows", () => {
  it("is a compact JWE that others decrypt, and our viewer", async () => {
    const jwe = await encryptJwe(key, "application/fhir+json", text('{"resourceType":"Observation"}'));
    const [header = "", wrapped, iv = "", ciphertext = "", tag = ""] = jwe.split(".");
    expect(Buffer.from(header, "base64url").toString()).toBe(
      '{"alg":"dir","enc":"A256GCM","cty":"application/fhir+json"}',
    );
    expect(wrapped).toBe("");
    const cipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"));
    cipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, "base64url"));
    const plain = Buffer.concat([cipher.update(Buffer.from(ciphertext, "base64url")), cipher.final()]);
    expect(plain.toString()).toBe('{"resourceType":"Observation"}');
    expect((await decrypt(jwe, key)).contentType).toBe("application/fhir+json");
    expect(await encryptJwe(key, "application/fhir+json", text("{}"))).not.toBe(
      await encryptJwe(key, "application/fhir+json", text("{}")),
    );
  });

  it("is a DocumentReference with its attachment for one document", () => {
    const [file, ...others] = linkFiles([report(7, "%PDF")], false);
    expect(others).toEqual([]);
    expect(json(file?.content ?? key)).toMatchObject({
      resourceType: "DocumentReference",
      status: "current",
      identifier: [{ system: "urn:medchain:record", value: "7" }],
      content: [
        { attachment: { contentType: "application/pdf", title: "report.pdf", size: 4, data: btoa("%PDF") } },
      ],
    });
  });

  it("is a Bundle of several documents, beside what is FHIR or a health card already", () => {
    const card = { ...report(4, "{}"), mediaType: "application/smart-health-card" };
    const files = linkFiles([report(1, "a"), fhir(2), report(3, "b"), card, profile], false);
    expect(files.map(({ contentType, records }) => [contentType, records])).toEqual([
      ["application/fhir+json", [2]],
      ["application/smart-health-card", [4]],
      ["application/fhir+json", [1]],
      ["application/fhir+json", [1, 3]],
    ]);
    expect(files[0]?.content).toEqual(new Uint8Array(fhir(2).document));
    expect(new TextDecoder().decode(files[2]?.content)).toBe(profile.description);
    expect(json(files[3]?.content ?? key)).toMatchObject({ resourceType: "Bundle", type: "collection" });
  });

  it("is one file for a link that leads to it directly", () => {
    expect(linkFiles([fhir(2)], true)[0]?.content).toEqual(new Uint8Array(fhir(2).document));
    const [both] = linkFiles([fhir(2), report(3, "b")], true);
    expect(both?.records).toEqual([2, 3]);
    expect(json(both?.content ?? key)).toMatchObject({
      resourceType: "Bundle",
      entry: [{ resource: { resourceType: "Observation" } }, { resource: { resourceType: "DocumentReference" } }],
    });
    const card = { ...report(4, "{}"), mediaType: "application/smart-health-card" };
    expect(linkFiles([card], true)[0]?.contentType).toBe("application/smart-health-card");
    expect(() => linkFiles([card, fhir(2)], true)).toThrow(UnshowableRecordError);
  });

  it("is refused for what has no FHIR description", () => {
    for (const description of ["odd", "{}", '{"resourceType":"DocumentReference"}', "null"]) {
      expect(() => linkFiles([{ ...report(9, ""), description }], false)).toThrow(UnshowableRecordError);
    }
  });

  it("is an attachment where a document only claims to be FHIR", () => {
    const odd = { ...fhir(2), document: new Uint8Array([0xff, 0xfe]) };
    expect(json(linkFiles([odd], false)[0]?.content ?? key)).toMatchObject({ resourceType: "DocumentReference" });
  });
});
