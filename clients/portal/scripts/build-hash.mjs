// Prints the hash of the build: SHA-256 over each file's path and SHA-256, in the order of their paths. With --twice it
// builds two times first and fails if the two differ.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function hashOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.slice(folder.length + 1))
    // What an operator configures is no part of the build.
    .filter((file) => file !== "config.json")
    .sort();
  const total = createHash("sha256");
  for (const file of files) {
    total.update(
      `${createHash("sha256")
        .update(readFileSync(`${folder}/${file}`))
        .digest("hex")}  ${file}\n`,
    );
  }
  return total.digest("hex");
}

function build() {
  rmSync(`${root}dist`, { recursive: true, force: true });
  execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return hashOf(`${root}dist`);
}

if (process.argv.includes("--twice")) {
  const [first, second] = [build(), build()];
  if (first !== second) {
    console.error(`error: two builds differ: ${first} and ${second}`);
    process.exit(1);
  }
}
console.log(hashOf(`${root}dist`));
