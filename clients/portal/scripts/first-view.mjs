// Measures the script that the first view loads, compressed, and fails if it is more than people on slow lines bear.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 300_000;
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const html = readFileSync(`${dist}/index.html`, "utf8");
const loaded = new Map();

function load(file) {
  if (loaded.has(file)) {
    return;
  }
  const text = readFileSync(file, "utf8");
  loaded.set(file, gzipSync(text).length);
  // Static imports only: what the first view does not need is imported by a call.
  for (const [, name] of text.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
    load(join(dirname(file), name));
  }
}

for (const [, name] of html.matchAll(/(?:src|href)="(\.\/[^"]+\.js)"/g)) {
  load(join(dist, name));
}
const total = [...loaded.values()].reduce((sum, size) => sum + size, 0);
console.log(`first view: ${(total / 1000).toFixed(0)} kB of compressed script in ${loaded.size} files`);
if (total === 0 || total > LIMIT) {
  console.error(`error: that is not within ${LIMIT / 1000} kB\nhint: import what the first view does not need with import()`);
  process.exit(1);
}
