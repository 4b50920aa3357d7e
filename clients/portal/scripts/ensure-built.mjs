// Installs the dependencies if their lock file changed, builds if a source changed, and prints the hash of the build.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.medchain-built.json`;
const SOURCES = ["src", "public", "scripts", "index.html", "package.json", "vite.config.ts", "../sdk/metadata.scale"];
/** What the build itself writes. */
const GENERATED = /refusals\.json$/;

function filesOf(path) {
  return statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`)
    : [path];
}

function hashOf(paths) {
  const total = createHash("sha256");
  for (const file of paths.flatMap((path) => filesOf(root + path)).filter((file) => !GENERATED.test(file)).sort()) {
    total.update(file.slice(root.length)).update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return total.digest("hex");
}

const npm = (...args) => execFileSync("npm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const now = { lock: hashOf(["package-lock.json"]), sources: hashOf(SOURCES) };
const before = existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")) : {};
if (before.lock !== now.lock) {
  npm("ci", "--silent", "--no-audit", "--no-fund");
}
if (before.lock !== now.lock || before.sources !== now.sources || !existsSync(`${root}dist/index.html`)) {
  npm("run", "build", "--silent");
  writeFileSync(stamp, JSON.stringify(now));
}
process.stdout.write(execFileSync("node", ["scripts/build-hash.mjs"], { cwd: root }));
