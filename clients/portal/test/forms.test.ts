import { describe, expect, it } from "vitest";
import { documentReference, patientResource, readDescription } from "../src/chain/description";
import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { username } from "../src/signup/schema";
import { strength } from "../src/signup/strength";

describe("usernames", () => {
  it("follow the registry's rules", () => {
    for (const right of ["abc", "alice.lang", "a-b_c.1", "a".repeat(32)]) {
      expect(username.safeParse(right).success, right).toBe(true);
    }
    for (const wrong of ["ab", "Alice", "al ice", ".abc", "abc-", "a..b", "ä23", "a".repeat(33)]) {
      expect(username.safeParse(wrong).success, wrong).toBe(false);
    }
  });
});

describe("passwords", () => {
  it("are measured by length and variety", () => {
    expect(strength("")).toBe(0);
    for (const weak of ["short", "aaaaaaaaaaaaaaaa", "password123", "12345678"]) {
      expect(strength(weak), weak).toBeLessThan(2);
    }
    for (const fair of ["Kanu-Segel-Tasse 7", "four unrelated words here"]) {
      expect(strength(fair), fair).toBeGreaterThanOrEqual(3);
    }
  });
});

describe("descriptions", () => {
  it("of documents come back", () => {
    const details = {
      title: "Blood count",
      fileName: "count.pdf",
      mediaType: "application/pdf",
      clinicalDate: "2026-05-01",
      note: "fasting",
    };
    expect(readDescription(documentReference(details, "report", 1002, 1001))).toEqual({ type: "document", ...details });
  });

  it("of patients come back", () => {
    const profile = {
      name: "Synthia Sample",
      email: "s@example.org",
      bloodGroup: "AB-",
      address: "1 Synthetic Street",
    };
    expect(readDescription(patientResource(profile, 1001))).toEqual({ type: "profile", ...profile });
  });

  it("of hostile authors give plain text and a safe file name", () => {
    const read = readDescription(
      JSON.stringify({
        resourceType: "DocumentReference",
        description: "a\u0000b\nc",
        content: [{ attachment: { title: "../../etc/passwd" } }],
      }),
    );
    expect(read).toMatchObject({ title: "abc", fileName: "passwd" });
    for (const other of ["", "[]", "null", "{", '{"resourceType":7}']) {
      expect(readDescription(other)).toMatchObject({ type: "document", title: "" });
    }
  });
});

describe("the catalogues", () => {
  it("have the same placeholders in both languages", () => {
    const walk = (a: object, b: object, path: string) => {
      for (const [key, value] of Object.entries(a)) {
        const other: unknown = Reflect.get(b, key);
        if (typeof value === "string") {
          const placeholders = (text: string) => [...new Set(text.match(/{{\w+}}/g) ?? [])].sort();
          expect(placeholders(String(other)), `${path}.${key}`).toEqual(placeholders(value));
          expect(String(other).trim()).not.toBe("");
        } else {
          walk(value, other as object, `${path}.${key}`);
        }
      }
    };
    walk(en, de, "");
  });
});
