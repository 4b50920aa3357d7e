import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, toBase64, toBase64url, utf8 } from "./encoding";

/**
 * What a link shows and what it is, as SMART Health Links (HL7, STU 1): the twin of the SDK's `link` module. The key and
 * the secret exist only in the link.
 */

/** The longest label, in characters. */
export const LINK_LABEL_MAX = 80;
/** The shortest and the longest passcode, in characters. */
export const PASSCODE_MIN = 4;
export const PASSCODE_MAX = 64;
/** The longest `url` of a link, in characters. */
const URL_MAX = 128;

const SCHEME = "shlink:/";
const RECORD_SYSTEM = "urn:medchain:record";
const FHIR = "application/fhir+json";
const HEALTH_CARD = "application/smart-health-card";

/** A record that no link can show: what describes it is no FHIR, or a Bundle does not take it. */
export class UnshowableRecordError extends Error {
  constructor(record: number) {
    super(`record ${record} cannot be shown by a link like this`);
    this.name = "UnshowableRecordError";
  }
}

/** An address or label that a link has no room for. */
export class LinkTextError extends Error {
  constructor() {
    super("the address or the label is too long for a link");
    this.name = "LinkTextError";
  }
}

/** What chain and gateway know a link by. */
export function linkCommitment(secret: Uint8Array): Bytes {
  return copy(sha256(concat(utf8("medchain/link/v1"), secret)));
}

/** The flags of a link, in alphabetical order; never `P` with `U`. */
export function linkFlags(of: { longTerm: boolean; passcode: boolean; direct: boolean }): string {
  if (of.passcode && of.direct) {
    throw new RangeError("a link has no passcode that leads to a file directly");
  }
  return `${of.longTerm ? "L" : ""}${of.passcode ? "P" : ""}${of.direct ? "U" : ""}`;
}

/** What stands in a link. */
export interface LinkParts {
  readonly gateway: string;
  readonly secret: Uint8Array;
  readonly key: Uint8Array;
  /** When it ends, in milliseconds. */
  readonly endsAt: number;
  readonly flags: string;
  readonly label: string;
  /** The page that opens it for people without software of their own. */
  readonly viewer: string | null;
}

/** The text of a link. */
export function linkText(parts: LinkParts): string {
  const url = `${parts.gateway}/l/${toBase64url(parts.secret)}`;
  if (url.length > URL_MAX || Array.from(parts.label).length > LINK_LABEL_MAX) {
    throw new LinkTextError();
  }
  const payload = JSON.stringify({
    url,
    key: toBase64url(parts.key),
    exp: Math.floor(parts.endsAt / 1000),
    ...(parts.flags === "" ? {} : { flag: parts.flags }),
    ...(parts.label === "" ? {} : { label: parts.label }),
    v: 1,
  });
  const text = SCHEME + toBase64url(utf8(payload));
  return parts.viewer === null ? text : `${parts.viewer}#${text}`;
}

/** A compact JWE with `alg: dir` and `enc: A256GCM`, without compression. */
export async function encryptJwe(
  key: Uint8Array,
  contentType: string,
  content: Uint8Array,
  iv: Uint8Array = crypto.getRandomValues(new Uint8Array(12)),
): Promise<string> {
  const header = toBase64url(utf8(JSON.stringify({ alg: "dir", enc: "A256GCM", cty: contentType })));
  const secret = await crypto.subtle.importKey("raw", copy(key), "AES-GCM", false, ["encrypt"]);
  const algorithm = { name: "AES-GCM", iv: copy(iv), additionalData: utf8(header) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, secret, copy(content)));
  const at = sealed.length - 16;
  return [header, "", toBase64url(iv), toBase64url(sealed.subarray(0, at)), toBase64url(sealed.subarray(at))].join(".");
}

/** A record that was opened. */
export interface PlainRecord {
  readonly record: number;
  /** FHIR in JSON. */
  readonly description: string;
  readonly mediaType: string;
  readonly document: Uint8Array;
}

/** A file of a link before it is encrypted. */
export interface PlainFile {
  readonly contentType: string;
  /** The records in it: when one is erased, the file is served no more. */
  readonly records: readonly number[];
  readonly content: Bytes;
}

/**
 * The files of a link to these records: one for each that is FHIR or a health card already, and one for all the documents
 * together; or, for a link that leads to it directly, one for everything.
 */
export function linkFiles(records: readonly PlainRecord[], direct: boolean): readonly PlainFile[] {
  const [only, ...others] = records;
  if (direct && only !== undefined && others.length > 0) {
    const resources = records.map((plain) => {
      const whole = asItIs(plain);
      if (whole === null) {
        return documentReference(plain);
      }
      if (whole.contentType !== FHIR) {
        throw new UnshowableRecordError(plain.record);
      }
      return parse(new TextDecoder().decode(whole.content));
    });
    return [{ contentType: FHIR, records: records.map(({ record }) => record), content: together(resources) }];
  }
  const files: PlainFile[] = [];
  const documents: { record: number; resource: unknown }[] = [];
  for (const plain of records) {
    const whole = asItIs(plain);
    if (whole === null) {
      documents.push({ record: plain.record, resource: documentReference(plain) });
    } else {
      files.push({ ...whole, records: [plain.record] });
    }
  }
  if (documents.length > 0) {
    files.push({
      contentType: FHIR,
      records: documents.map(({ record }) => record),
      content: together(documents.map(({ resource }) => resource)),
    });
  }
  return files;
}

/** A resource alone, or a Bundle of several. */
function together(resources: readonly unknown[]): Bytes {
  const [only, ...others] = resources;
  const entry = resources.map((resource) => ({ resource }));
  return utf8(JSON.stringify(others.length === 0 ? only : { resourceType: "Bundle", type: "collection", entry }));
}

/** A record that is what a link may show already: a profile, a FHIR resource, a health card. */
function asItIs({ description, mediaType, document }: PlainRecord): Pick<PlainFile, "contentType" | "content"> | null {
  if (resourceType(parse(description)) === "Patient") {
    return { contentType: FHIR, content: utf8(description) };
  }
  if (mediaType === HEALTH_CARD) {
    return { contentType: HEALTH_CARD, content: copy(document) };
  }
  const mayBe = mediaType === FHIR || mediaType === "application/json";
  return mayBe && resourceType(parse(decoded(document))) !== null ? { contentType: FHIR, content: copy(document) } : null;
}

/** The record's own DocumentReference with the document in it. */
function documentReference({ record, description, document }: PlainRecord): object {
  const reference = parse(description);
  const content: unknown = Reflect.get(Object(reference), "content");
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  const attachment: unknown = Reflect.get(Object(first), "attachment");
  if (resourceType(reference) !== "DocumentReference" || typeof attachment !== "object" || attachment === null) {
    throw new UnshowableRecordError(record);
  }
  const whole = { ...attachment, size: document.length, data: toBase64(document) };
  return {
    ...Object(reference),
    identifier: [{ system: RECORD_SYSTEM, value: String(record) }],
    content: [{ ...Object(first), attachment: whole }, ...(Array.isArray(content) ? content.slice(1) : [])],
  };
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function resourceType(value: unknown): string | null {
  const type: unknown = Reflect.get(Object(value), "resourceType");
  return typeof type === "string" ? type : null;
}
