import { createCipheriv, randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decrypt, parse, Refused } from "../src/viewer/shlink";

const KEY = randomBytes(32);
const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64url");
const link = (payload: object) => `https://gateway.example/viewer.html#shlink:/${base64url(JSON.stringify(payload))}`;

function jwe(content: Uint8Array, header: object): string {
  const protectedHeader = base64url(JSON.stringify(header));
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", KEY, iv);
  cipher.setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  return [protectedHeader, "", base64url(iv), base64url(ciphertext), base64url(cipher.getAuthTag())].join(".");
}

describe("a SMART Health Link in the viewer", () => {
  it("is read with and without a viewer before it", () => {
    const payload = { url: "https://gateway.example/l/x", key: base64url(KEY), exp: 1_800_000_000, flag: "LP", label: "Blood count", v: 1 };
    const read = parse(link(payload));
    expect(read).toEqual({ url: payload.url, key: new Uint8Array(KEY), endsAt: 1_800_000_000_000, flags: "LP", label: "Blood count" });
    expect(parse(link(payload).split("#")[1] ?? "").url).toBe(payload.url);
  });

  it("is refused when it is incomplete, of another version, or leads elsewhere than the web", () => {
    const key = base64url(KEY);
    for (const text of [
      "",
      "shlink:/***",
      link({ url: "https://a.example", key: "short" }),
      link({ url: "https://a.example", key, v: 2 }),
      link({ url: "https://a.example", key, flag: "PU" }),
      link({ url: "javascript:alert(1)", key }),
    ]) {
      expect(() => parse(text), text).toThrow(Refused);
    }
  });

  it("is decrypted under its key, compressed or not, and refused when altered", async () => {
    const content = Buffer.from('{"resourceType":"Observation"}');
    const header = { alg: "dir", enc: "A256GCM", cty: "application/fhir+json" };
    const key = new Uint8Array(KEY);
    for (const file of [jwe(content, header), jwe(deflateRawSync(content), { ...header, zip: "DEF" })]) {
      const opened = await decrypt(file, key);
      expect(Buffer.from(opened.content).toString()).toBe(content.toString());
      expect(opened.contentType).toBe("application/fhir+json");
      await expect(decrypt(file.replace(/.$/, (last) => (last === "A" ? "Q" : "A")), key)).rejects.toThrow(Refused);
      await expect(decrypt(file, new Uint8Array(32))).rejects.toThrow(Refused);
    }
  });
});
