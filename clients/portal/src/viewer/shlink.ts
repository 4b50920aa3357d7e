/** SMART Health Links (HL7, STU 1): read a link, ask its gateway, decrypt what comes. Nothing leaves the browser but the question. */

/** What the fragment of the page's address says. */
export interface Shlink {
  readonly url: string;
  readonly key: Uint8Array<ArrayBuffer>;
  /** When it ends, in milliseconds. */
  readonly endsAt: number | undefined;
  readonly flags: string;
  readonly label: string | undefined;
}

/** What a link leads to. */
export interface SharedDocument {
  readonly name: string;
  /** The number of a record that has no document, and so no name, but FHIR alone. */
  readonly record?: number;
  readonly mediaType: string;
  readonly content: Blob;
}

/** Why a link did not open. */
export type Refusal =
  | { readonly reason: "malformed" | "inactive" | "unavailable" | "unreadable" }
  | { readonly reason: "passcode"; readonly left: number }
  | { readonly reason: "busy"; readonly seconds: number };

export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

const SCHEME = "shlink:/";
const FHIR = "application/fhir+json";

/** Reads the link in a text, with or without a viewer before it. */
export function parse(text: string): Shlink {
  const payload: unknown = readPayload(text.slice(text.indexOf("#") + 1));
  const link = fields(payload);
  const { url, key, exp, flag, label, v } = link;
  const flags = typeof flag === "string" ? flag : "";
  if (typeof url !== "string" || !/^https?:\/\//.test(url) || url.length > 128 || typeof key !== "string") {
    throw new Refused({ reason: "malformed" });
  }
  const bytes = fromBase64url(key);
  if (bytes.length !== 32 || (v !== undefined && v !== 1) || (flags.includes("P") && flags.includes("U"))) {
    throw new Refused({ reason: "malformed" });
  }
  return {
    url,
    key: bytes,
    endsAt: typeof exp === "number" ? exp * 1000 : undefined,
    flags,
    label: typeof label === "string" ? label.slice(0, 80) : undefined,
  };
}

/** Opens a link. */
export async function open(link: Shlink, recipient: string, passcode: string | undefined): Promise<SharedDocument[]> {
  if (link.endsAt !== undefined && link.endsAt <= Date.now()) {
    throw new Refused({ reason: "inactive" });
  }
  const documents: SharedDocument[] = [];
  for (const jwe of await files(link, recipient, passcode)) {
    const { contentType, content } = await decrypt(jwe, link.key);
    documents.push(...documentsOf(contentType, content, documents.length + 1));
  }
  return documents;
}

async function files(link: Shlink, recipient: string, passcode: string | undefined): Promise<string[]> {
  if (link.flags.includes("U")) {
    return [await (await ask(`${link.url}?recipient=${encodeURIComponent(recipient)}`)).text()];
  }
  const response = await ask(link.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ recipient, passcode }),
  });
  const manifest = fields(await response.json());
  if (!Array.isArray(manifest.files) || manifest.status === "no-longer-valid") {
    throw new Refused({ reason: "inactive" });
  }
  return Promise.all(
    manifest.files.map(async (listed: unknown) => {
      const { embedded, location } = fields(listed);
      if (typeof embedded === "string") {
        return embedded;
      }
      if (typeof location !== "string" || !/^https?:\/\//.test(location)) {
        throw new Refused({ reason: "unreadable" });
      }
      return (await ask(location)).text();
    }),
  );
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" });
  } catch {
    throw new Refused({ reason: "unavailable" });
  }
  if (response.ok) {
    return response;
  }
  if (response.status === 401) {
    const { remainingAttempts } = fields(await response.json());
    throw new Refused({ reason: "passcode", left: typeof remainingAttempts === "number" ? remainingAttempts : 0 });
  }
  if (response.status === 429) {
    throw new Refused({ reason: "busy", seconds: Number(response.headers.get("retry-after") ?? 60) });
  }
  throw new Refused({ reason: response.status === 404 ? "inactive" : "unavailable" });
}

/** Decrypts a compact JWE with `alg: dir` and `enc: A256GCM`. */
export async function decrypt(
  jwe: string,
  key: Uint8Array<ArrayBuffer>,
): Promise<{ contentType: string; content: Uint8Array<ArrayBuffer> }> {
  try {
    const [header = "", wrapped, iv = "", ciphertext = "", tag = "", more] = jwe.trim().split(".");
    const { alg, enc, cty, zip } = fields(JSON.parse(new TextDecoder().decode(fromBase64url(header))));
    if (alg !== "dir" || enc !== "A256GCM" || wrapped !== "" || more !== undefined) {
      throw new Refused({ reason: "unreadable" });
    }
    const sealed = await new Blob([fromBase64url(ciphertext), fromBase64url(tag)]).arrayBuffer();
    const secret = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: fromBase64url(iv), additionalData: new TextEncoder().encode(header) };
    const plain = await crypto.subtle.decrypt(algorithm, secret, sealed);
    const content = zip === "DEF" ? await inflated(plain) : plain;
    return { contentType: typeof cty === "string" ? cty : FHIR, content: new Uint8Array(content) };
  } catch {
    throw new Refused({ reason: "unreadable" });
  }
}

async function inflated(compressed: ArrayBuffer): Promise<ArrayBuffer> {
  return new Response(new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

/** The documents in a file: the attachments of DocumentReferences, and whatever else is in it as FHIR. */
function documentsOf(contentType: string, content: Uint8Array<ArrayBuffer>, number: number): SharedDocument[] {
  const whole = {
    name: `record-${number}.json`,
    record: number,
    mediaType: contentType,
    content: new Blob([content], { type: contentType }),
  };
  if (!contentType.startsWith(FHIR)) {
    return [whole];
  }
  const resource = fields(JSON.parse(new TextDecoder().decode(content)));
  const entries = resource.resourceType === "Bundle" && Array.isArray(resource.entry) ? resource.entry : [];
  const resources = entries.length > 0 ? entries.map((entry: unknown) => fields(fields(entry).resource)) : [resource];
  const attached = resources
    .filter((one) => one.resourceType === "DocumentReference" && Array.isArray(one.content))
    .flatMap((one) => (one.content as unknown[]).map((part) => fields(fields(part).attachment)))
    .filter((attachment) => typeof attachment.data === "string")
    .map((attachment) => {
      const mediaType = typeof attachment.contentType === "string" ? attachment.contentType : "application/octet-stream";
      const title = typeof attachment.title === "string" ? attachment.title : `document-${number}`;
      const bytes = Uint8Array.from(atob(String(attachment.data)), (character) => character.charCodeAt(0));
      return { name: title.split(/[/\\]/).pop() ?? title, mediaType, content: new Blob([bytes], { type: mediaType }) };
    });
  return attached.length > 0 ? attached : [whole];
}

function readPayload(text: string): unknown {
  if (!text.startsWith(SCHEME) || text.length > 4096) {
    throw new Refused({ reason: "malformed" });
  }
  try {
    return JSON.parse(new TextDecoder().decode(fromBase64url(text.slice(SCHEME.length))));
  } catch {
    throw new Refused({ reason: "malformed" });
  }
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw new Refused({ reason: "malformed" });
  }
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
