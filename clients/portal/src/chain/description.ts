/**
 * What names or describes a document: FHIR R4 in JSON, inside the encryption. The same resources as the SDK's
 * (`clients/sdk/src/description.rs`), so that either reads what the other wrote.
 */

const MEMBER_SYSTEM = "urn:medchain:member";
const NOTE_EXTENSION = "urn:medchain:author-note";
const BLOOD_GROUP_EXTENSION = "urn:medchain:blood-group";

export interface DocumentDetails {
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** `YYYY-MM-DD`, or empty. */
  readonly clinicalDate: string;
  readonly note: string;
}

export interface Profile {
  readonly name: string;
  readonly email: string;
  readonly bloodGroup: string;
  readonly address: string;
}

function member(id: number): object {
  return { identifier: { system: MEMBER_SYSTEM, value: String(id) } };
}

/** A FHIR DocumentReference. */
export function documentReference(details: DocumentDetails, kind: string, author: number, patient: number): string {
  return JSON.stringify({
    resourceType: "DocumentReference",
    status: "current",
    type: { text: kind },
    subject: member(patient),
    date: new Date().toISOString(),
    author: [member(author)],
    description: details.title === "" ? details.fileName : details.title,
    content: [{ attachment: { contentType: details.mediaType, title: details.fileName } }],
    ...(details.clinicalDate === "" ? {} : { context: { period: { start: `${details.clinicalDate}T00:00:00Z` } } }),
    ...(details.note === "" ? {} : { extension: [{ url: NOTE_EXTENSION, valueString: details.note }] }),
  });
}

/** A FHIR Patient. */
export function patientResource(profile: Profile, id: number): string {
  return JSON.stringify({
    resourceType: "Patient",
    identifier: [{ system: MEMBER_SYSTEM, value: String(id) }],
    name: [{ text: profile.name }],
    ...(profile.email === "" ? {} : { telecom: [{ system: "email", value: profile.email }] }),
    ...(profile.address === "" ? {} : { address: [{ text: profile.address }] }),
    ...(profile.bloodGroup === ""
      ? {}
      : { extension: [{ url: BLOOD_GROUP_EXTENSION, valueString: profile.bloodGroup }] }),
  });
}

/** A description, read back. What is missing or of another shape is left empty: it is as trustworthy as its author. */
export type Described = ({ readonly type: "document" } & DocumentDetails) | ({ readonly type: "profile" } & Profile);

export function readDescription(json: string): Described {
  const value = parse(json);
  if (text(value, ["resourceType"]) === "Patient") {
    return {
      type: "profile",
      name: text(value, ["name", 0, "text"]),
      email: text(value, ["telecom", 0, "value"]),
      address: text(value, ["address", 0, "text"]),
      bloodGroup: extension(value, BLOOD_GROUP_EXTENSION),
    };
  }
  return {
    type: "document",
    title: text(value, ["description"]),
    fileName: safeFileName(text(value, ["content", 0, "attachment", "title"])),
    mediaType: text(value, ["content", 0, "attachment", "contentType"]),
    clinicalDate: text(value, ["context", "period", "start"]).slice(0, 10),
    note: extension(value, NOTE_EXTENSION),
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function at(value: unknown, step: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined;
}

function text(value: unknown, path: readonly (string | number)[]): string {
  const found = path.reduce(at, value);
  return typeof found === "string" ? withoutControl(found) : "";
}

function extension(value: unknown, url: string): string {
  const list = at(value, "extension");
  const found: unknown = Array.isArray(list) ? list.find((candidate) => text(candidate, ["url"]) === url) : undefined;
  return text(found, ["valueString"]);
}

/** A text without characters that draw nothing or steer. */
export function withoutControl(value: string): string {
  return Array.from(value)
    .filter((character) => character >= " " && character !== "\u007f")
    .join("");
}

function safeFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  return last.replace(/^\.+/, "").slice(0, 200);
}
