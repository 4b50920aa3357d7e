// The nine steps with five people in five browsers, against a real node, with screenshots and accessibility checks of
// each page on the way. `node e2e/run.mjs [--no-shots] [--keep-going] [--all]`; output in `output/`.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret, ss58Address } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { chromium } from "playwright-core";
import { serve } from "../scripts/serve.mjs";
import { consentBeforehand, guardianActs, nameGuardian, readBeforehand } from "./beforehand.mjs";
import { secondDevice, wallet } from "./devices.mjs";
import { openingTimes, rebooking, signUpInterrupted } from "./interruptions.mjs";
import { keyboard } from "./keyboard.mjs";
import { links } from "./links.mjs";
import { longLists } from "./long-lists.mjs";
import * as steps from "./nine-steps.mjs";
import { PATIENCE, Person } from "./people.mjs";
import { prescriptions } from "./prescriptions.mjs";
import { keyGivenBack, recovery, recoveryAgreed, recoveryCarriedOut } from "./recovery.mjs";
import { releaseKeyReplaced } from "./release-key.mjs";
import { startNode } from "./servers.mjs";
import { acceptAffiliation, emergency, emergencyConsent, offerAffiliation, staff } from "./staff.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const samples = fileURLToPath(new URL("../../../tests/samples/", import.meta.url));
const output = `${root}output`;
const shots = !process.argv.includes("--no-shots");
/** Whether unlocking a link, a key that is given back and consents to chosen hospitals are played, too. */
const all = process.argv.includes("--all");
/** Whether what follows a failed step is tried all the same. */
const keepGoing = process.argv.includes("--keep-going");

if (!existsSync(`${root}dist/index.html`)) {
  console.error("error: there is no build\nhint: npm run build");
  process.exit(2);
}
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

const began = Date.now();
/** How long pages were looked at, in milliseconds; some of it while others act. */
let looking = 0;
const accessibility = [];
const failures = [];

async function step(name, act) {
  const from = Date.now();
  try {
    await act();
  } catch (error) {
    if (!keepGoing) {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    }
    console.log(`FAILED ${name}: ${error.message}`);
    failures.push(`${name}: ${error.message}`);
    return;
  }
  console.log(`ok  ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
}

async function look(person, name) {
  const from = Date.now();
  for (const violation of await person.look(name, shots ? output : null)) {
    accessibility.push(`${name}: ${violation}`);
  }
  looking += Date.now() - from;
}

function expect(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

const phrase = generateMnemonic(wordlist, 128);
const administratorAccount = ss58Address(sr25519CreateDerive(mnemonicToMiniSecret(phrase))("").publicKey, 42);
// A recovery is carried out a day after it is agreed.
const node = await startNode(administratorAccount, true);
const web = await serve(`${root}dist`, node);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** Several stretches side by side, each made of acts that follow one another. */
function inTurns(...stretches) {
  return Promise.all(
    stretches.map(async (acts) => {
      for (const act of acts) {
        await act(play);
      }
    }),
  );
}

async function person(name) {
  const context = await browser.newContext({
    locale: "en-GB",
    viewport: { width: 1280, height: 860 },
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(PATIENCE);
  // What the page's policy refuses, whether or not the page notices.
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`the policy refused ${event.violatedDirective} ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return new Person(name, context, await context.newPage(), { url: web.url, node });
}

const people = [];
/** Who plays, and with what. @typedef {typeof play} Play */
let play;
try {
  const [admin, patient, doctor, hospital, pharmacy, guardian, wilma] = await Promise.all(
    ["Admin", "Patient", "Doctor", "Hospital", "Pharmacy", "Guardian", "Wilma"].map(person),
  );
  admin.account = administratorAccount;
  people.push(admin, patient, doctor, hospital, pharmacy, guardian, wilma);
  const tools = { step, look, expect, person, people, browser, web, output, samples, shots, all, node, phrase };
  play = { ...tools, admin, patient, doctor, hospital, pharmacy, guardian, wilma };

  // Everybody acts as soon as what it takes is there, so that those who wait for nobody act at the same time: an act is final
  // after some seconds. Nobody acts in two places at once, nor does anybody's key change while something is sealed to it.
  await inTurns(
    [steps.welcome, steps.refusedSignIns, steps.registerPatient],
    // Certificates are sealed to whoever is administrator by then.
    [steps.publishKey, steps.registerProfessionals],
  );
  await inTurns([steps.vet], [steps.correctDetails], [signUpInterrupted, nameGuardian], [wallet]);
  // Those who are lied to use browsers of their own.
  await inTurns([steps.lie], [steps.book], [offerAffiliation]);
  await inTurns([acceptAffiliation, steps.write], [steps.showKey, secondDevice, keyboard]);
  await inTurns([steps.readOwn, steps.ask]);
  await inTurns([steps.grant, steps.open, steps.see], [openingTimes]);
  const link = links(play);
  // The gateway acts for the hospital too, by the same account: not while the hospital does.
  await inTurns(
    [
      ...[link.makes, link.opened, link.alerted],
      ...(all ? [link.locked] : []),
      ...[link.commanded, link.direct, link.searched],
    ],
    [recovery, ...(all ? [keyGivenBack] : []), recoveryAgreed],
  );
  await inTurns([prescriptions, steps.share, steps.openShared, steps.revokeAndErase, rebooking]);
  await inTurns([consentBeforehand, readBeforehand, guardianActs]);
  const uploaded = steps.upload(play);
  await inTurns([() => uploaded], [(of) => staff(of, uploaded)]);
  await inTurns([emergencyConsent, emergency, longLists, steps.suspend, steps.noReviews], [releaseKeyReplaced]);
  // The chain is a day ahead from then on.
  await inTurns([steps.german, recoveryCarriedOut, steps.search]);
} catch (error) {
  failures.push(error.message);
  for (const one of people) {
    await one.page.screenshot({ path: `${output}/failed-${one.name}.png`, fullPage: true }).catch(() => undefined);
  }
}

for (const one of people) {
  const odd = [...new Set(one.console)].filter((text) => !/WebSocket connection to|ERR_CONNECTION_REFUSED/.test(text));
  for (const text of odd) {
    failures.push(`${one.name}'s console: ${text}`);
  }
}
failures.push(...new Set(accessibility.map((text) => `accessibility: ${text}`)));
await browser.close();
await web.stop();
await node.stopGateway?.();
await node.stop();
console.log(`\n${failures.length === 0 ? "all passed" : "FAILED"} in ${((Date.now() - began) / 1000).toFixed(0)} s; pages were looked at for ${(looking / 1000).toFixed(0)} s`);
for (const failure of failures) {
  console.log(`- ${failure}`);
}
process.exit(failures.length === 0 ? 0 : 1);
