// Measures the portal in Chromium: encryption and decryption in its workers, and how soon its first view answers.
//
//   node scripts/bench-browser.mjs [--quick] [--json FILE]
//
// The page of `bench/` is built from the portal's own modules. A document of 100 MB goes through the keyring's worker as one does
// that is uploaded (encrypted, cut into leaves, named, put into the browser's storage), then through encryption and decryption
// alone. For the first view the build in `dist/` is loaded into a browser without anything cached; at once when the button is there
// it is pressed, and the time ends when the next page is drawn. The medians count. With --json a section for
// `medchain-bench-report` is written.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { build } from "vite";
import { serve } from "./serve.mjs";

const BYTES = 100_000_000;
const ENCRYPTION_GOAL = 50;
const FIRST_VIEW_GOAL = 2;
const root = fileURLToPath(new URL("..", import.meta.url));

const { values: options } = parseArgs({ options: { quick: { type: "boolean", default: false }, json: { type: "string" } } });
const rounds = options.quick ? 3 : 7;
const dist = `${root}dist`;
if (!existsSync(`${dist}/index.html`)) {
  console.error("error: there is no build\nhint: npm run build");
  process.exit(2);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Loads the first view without a cache and presses its button; gives how many seconds it took until the next page was there. */
async function firstView(browser, url) {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.answered = new Promise((resolve) => {
      let pressed = false;
      const look = () => {
        const link = document.querySelector("main a[href='#/signin']");
        if (!pressed && link !== null) {
          pressed = true;
          link.click();
        }
        if (pressed && document.querySelector("main form input[type=password]") !== null) {
          requestAnimationFrame(() => resolve(performance.now()));
          return;
        }
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  });
  await page.goto(url);
  const took = await page.evaluate(() => window.answered);
  await context.close();
  return took / 1_000;
}

const folder = mkdtempSync(join(tmpdir(), "medchain-portal-bench-"));
let browser;
const servers = [];
try {
  await build({
    root: `${root}bench`,
    configFile: false,
    base: "./",
    logLevel: "warn",
    worker: { format: "es" },
    build: { target: "es2023", outDir: folder, emptyOutDir: true },
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
  });
  // Nobody listens there: the first view waits for no node.
  const node = { url: "ws://127.0.0.1:9", validators: [] };
  const [bench, portal] = await Promise.all([serve(folder, node), serve(dist, node)]);
  servers.push(bench, portal);

  const views = [];
  for (let at = 0; at < rounds; at += 1) {
    views.push(await firstView(browser, portal.url));
  }
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`error: ${error.message}`));
  await page.goto(bench.url);
  await page.waitForFunction(() => window.round !== undefined);
  // The first round compiles.
  await page.evaluate((bytes) => window.round(bytes), BYTES / 10);
  const took = [];
  for (let at = 0; at < rounds; at += 1) {
    took.push(await page.evaluate((bytes) => window.round(bytes), BYTES));
  }

  const speed = (what) => BYTES / 1e6 / (median(took.map((one) => one[what])) / 1_000);
  const bound = "ChaCha20-Poly1305 in JavaScript, on one core; browsers have no such cipher of their own";
  const figures = [
    {
      name: "encryption for an upload",
      value: speed("upload"),
      unit: "MB/s",
      goal: { atLeast: ENCRYPTION_GOAL },
      bound,
    },
    { name: "encryption alone", value: speed("encryption"), unit: "MB/s" },
    { name: "decryption", value: speed("decryption"), unit: "MB/s" },
    { name: "longest that the page did not answer meanwhile", value: median(took.map((one) => one.stall)), unit: "ms" },
    {
      name: "first view, until a press on its button is answered",
      value: median(views),
      unit: "s",
      goal: { atMost: FIRST_VIEW_GOAL },
      bound: "reading and compiling the script of the first view",
    },
  ];
  for (const { name, value, unit, goal } of figures) {
    const wanted =
      goal === undefined ? "" : goal.atLeast === undefined ? `, at most ${goal.atMost}` : `, at least ${goal.atLeast}`;
    console.log(`${name}: ${value.toFixed(value < 10 ? 2 : 0)} ${unit}${wanted}`);
  }
  if (options.json !== undefined) {
    const section = {
      name: "browser",
      notes: [
        `Chromium ${browser.version()}, headless; a document of 100 MB in the keyring's worker, as one that is uploaded: encrypted ` +
          `as age does, cut into leaves, each named by SHA-256 and put into the browser's storage. Medians of ${rounds} rounds.`,
        "The first view is loaded over the loopback interface with nothing cached; its button is pressed as soon as it is there.",
      ],
      figures,
      plots: [],
    };
    writeFileSync(options.json, JSON.stringify(section, null, 2));
  }
} finally {
  await browser?.close();
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}
