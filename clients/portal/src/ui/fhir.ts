/** FHIR resources in words, for people: what each is, and what it says, element by element as the standard names them. */

/** One resource. */
export interface ReadableResource {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, text: string])[];
}

type Element = Readonly<Record<string, unknown>>;

/** What tells people nothing: how resources are kept and where codes are defined. */
const SILENT = new Set(["resourceType", "id", "meta", "fullUrl", "system", "reference", "extension", "text", "contained"]);
/** Attachments hold whole documents. */
const TEXT_MAX = 300;
const ROWS_MAX = 500;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The resources of a FHIR document, its times as the language writes them; `null` if it is none. */
export function readableFhir(document: unknown, language: string): readonly ReadableResource[] | null {
  if (!isElement(document) || typeof document.resourceType !== "string") {
    return null;
  }
  if (document.resourceType !== "Bundle") {
    return [readable(document, language)];
  }
  const entries = Array.isArray(document.entry) ? document.entry : [];
  return entries.flatMap((entry: unknown) =>
    isElement(entry) && isElement(entry.resource) && typeof entry.resource.resourceType === "string"
      ? [readable(entry.resource, language)]
      : [],
  );
}

function readable(resource: Element, language: string): ReadableResource {
  const said = inWords(language);
  const rows = Object.entries(resource)
    .filter(([name]) => !SILENT.has(name))
    .map(([name, value]) => [words(name), said(value)] as const)
    .filter(([, text]) => text !== "");
  return { title: words(String(resource.resourceType)), rows: rows.slice(0, ROWS_MAX) };
}

/** Says values in words: empty if there is nothing to say of one. */
function inWords(language: string): (value: unknown) => string {
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const said = (value: unknown): string => {
    if (typeof value === "string") {
      if (TIME.test(value)) {
        return time.format(new Date(value));
      }
      return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)} …` : value;
    }
    if (typeof value === "number" || typeof value === "boolean") {
      return String(value);
    }
    if (Array.isArray(value)) {
      return value
        .map(said)
        .filter((text) => text !== "")
        .join("; ");
    }
    return isElement(value) ? saidElement(value, said) : "";
  };
  return said;
}

function saidElement(element: Element, said: (value: unknown) => string): string {
  const { text, display, coding, value, unit, code, family, given, start, end } = element;
  if (typeof text === "string" && text !== "") {
    return text;
  }
  if (typeof display === "string" && display !== "") {
    return display;
  }
  if (Array.isArray(coding)) {
    return said(coding);
  }
  if (typeof value === "number") {
    return [value, unit ?? code].filter((part) => part !== undefined).join(" ");
  }
  if (family !== undefined || given !== undefined) {
    return [...(Array.isArray(given) ? given : []), family].filter((part) => typeof part === "string").join(" ");
  }
  if (start !== undefined || end !== undefined) {
    return [said(start), said(end)].join(" – ");
  }
  return Object.entries(element)
    .filter(([name]) => !SILENT.has(name))
    .map(([name, inner]) => [words(name), said(inner)] as const)
    .filter(([, inner]) => inner !== "")
    .map(([name, inner]) => `${name}: ${inner}`)
    .join(", ");
}

/** An element's name in words; those that may have a value of several types (`valueQuantity`) without the type. */
function words(name: string): string {
  const plain = name.replace(/^(value|effective|onset|occurrence|deceased|performed|medication)(?=[A-Z]).*/, "$1");
  const spaced = plain.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
