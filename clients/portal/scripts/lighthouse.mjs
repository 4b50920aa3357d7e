// Looks at the portal with Lighthouse, without a network: accessibility must be 100 and best practices at least 95 on every page.
//
//   node scripts/lighthouse.mjs [--public]
//
// Public pages are loaded by Lighthouse, beside a node of its own (as in the end-to-end test). A reload signs out, so pages of
// somebody who is signed in are looked at as they stand: a patient signs up for it (--public leaves that out). Lighthouse is no
// dependency of the portal: the version below is installed into node_modules/.cache on the first run.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret, ss58Address } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { chromium } from "playwright-core";
import { Person } from "../e2e/people.mjs";
import { freePort, startNode } from "../e2e/servers.mjs";
import { serve } from "./serve.mjs";

const VERSION = "12.8.2";
const GOALS = { accessibility: 100, "best-practices": 95 };
/** A link that leads nowhere: the page asks for a name and a passcode. */
const LINK = `shlink:/${Buffer.from(
  JSON.stringify({
    url: "https://gateway.example.org/l/00000000000000000000000000000000000000000000",
    key: "A".repeat(43),
    flag: "P",
    label: "Synthetic papers",
    v: 1,
  }),
).toString("base64url")}`;
const PUBLIC = [
  "",
  "#/signin",
  "#/signup",
  "#/signup/patient",
  "#/signup/doctor",
  "#/signup/hospital",
  "#/signup/pharmacy",
  "#/signup/staff",
  "#/signup/administrator",
  "viewer.html",
  `viewer.html#${LINK}`,
];
const OF_PATIENTS = [
  ["", "inbox", "records", "appointments", "doctors", "grants"],
  ["links", "links/new", "log", "guardians", "emergency", "recovery", "profile", "account"],
].flat();

const { values: options } = parseArgs({ options: { public: { type: "boolean", default: false } } });
const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(`${root}dist/index.html`)) {
  console.error("error: there is no build\nhint: npm run build");
  process.exit(2);
}
const cache = `${root}node_modules/.cache/lighthouse-${VERSION}`;
if (!existsSync(`${cache}/node_modules/lighthouse`)) {
  const install = ["install", "--prefix", cache, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", [...install, "--loglevel=error", `lighthouse@${VERSION}`], { stdio: "inherit" });
}
const installed = (path) => import(pathToFileURL(`${cache}/node_modules/${path}`).href);
const { navigation, snapshot } = await installed("lighthouse/core/index.js");
const { default: puppeteer } = await installed("puppeteer-core/lib/esm/puppeteer/puppeteer-core.js");
/** Lighthouse's own settings, which are those of a phone. */
const config = { extends: "lighthouse:default", settings: { onlyCategories: Object.keys(GOALS) } };

let missed = false;

/** Prints the scores of a page, and what keeps one from its goal. */
function report(name, { lhr }) {
  const scores = Object.keys(GOALS).map((category) => [category, Math.round(lhr.categories[category].score * 100)]);
  console.log(`${name.padEnd(28)} ${scores.map(([category, score]) => `${category} ${score}`).join(", ")}`);
  for (const [category, score] of scores) {
    const failed = lhr.categories[category].auditRefs
      .map(({ id, weight }) => ({ ...lhr.audits[id], weight }))
      .filter(({ score: one, weight }) => weight > 0 && one !== null && one < 1);
    for (const { id, title, details } of failed) {
      console.log(`    ${id}: ${title} ${JSON.stringify(details?.items?.slice(0, 3) ?? "").slice(0, 400)}`);
    }
    missed ||= score < GOALS[category];
  }
}

const phrase = generateMnemonic(wordlist, 128);
const node = await startNode(ss58Address(sr25519CreateDerive(mnemonicToMiniSecret(phrase))("").publicKey, 42));
const web = await serve(`${root}dist`, node);
const port = await freePort();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    `--remote-debugging-port=${port}`,
  ],
});
try {
  const driver = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
  for (const path of PUBLIC) {
    const page = await driver.newPage();
    report(path.replace(/shlink.*/, "link") || "welcome", await navigation(page, `${web.url}${path}`, { config }));
    await page.close();
  }
  if (!options.public) {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1350, height: 940 } });
    context.setDefaultTimeout(60_000);
    const patient = new Person("Patient", context, await context.newPage(), { url: web.url, node });
    await patient.signUpPatient();
    const target = await driver.waitForTarget((one) => one.type() === "page" && one.url().startsWith(web.url));
    const page = await target.page();
    for (const path of OF_PATIENTS) {
      await patient.go(`/${path}`);
      await patient.page.getByRole("heading", { level: 1 }).waitFor();
      await patient.page.waitForTimeout(1_500);
      report(path || "overview", await snapshot(page, { config }));
    }
  }
  await driver.disconnect();
} finally {
  await browser.close();
  await web.stop();
  await node.stop();
}
process.exit(missed ? 1 : 0);
