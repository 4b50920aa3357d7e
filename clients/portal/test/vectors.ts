import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../tests/vectors/", import.meta.url));

/** A file of `tests/vectors`, as JSON. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(folder + name, "utf8")) as T;
}

/** Writes a vectors file if it is missing: what draws randomness stays as it was first written. */
export function writeMissing(name: string, value: unknown): void {
  if (!existsSync(folder + name)) {
    writeFileSync(folder + name, `${JSON.stringify(value, null, 2)}\n`);
  }
}

/** The cases of the age test kit: their head and their file. */
export function ageCases(): { name: string; head: Map<string, string>; file: Uint8Array<ArrayBuffer> }[] {
  return readdirSync(`${folder}age`).map((name) => {
    const bytes = readFileSync(`${folder}age/${name}`);
    const end = bytes.indexOf("\n\n");
    const lines = bytes.subarray(0, end).toString("utf8").split("\n");
    const head = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    return { name, head, file: new Uint8Array(bytes.subarray(end + 2)) };
  });
}
