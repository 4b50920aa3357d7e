// The nine steps with five people in five browsers, against a real node, with screenshots and accessibility checks of
// each page on the way. `node e2e/run.mjs [--no-shots] [--keep-going]`; output in `output/`.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret, ss58Address } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { chromium } from "playwright-core";
import { serve } from "../scripts/serve.mjs";
import { beforehand } from "./beforehand.mjs";
import { devices } from "./devices.mjs";
import { interruptions } from "./interruptions.mjs";
import { links } from "./links.mjs";
import { longLists } from "./long-lists.mjs";
import { FINAL, Person } from "./people.mjs";
import { prescriptions } from "./prescriptions.mjs";
import { startNode } from "./servers.mjs";
import { emergency, staff } from "./staff.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const samples = fileURLToPath(new URL("../../../tests/samples/", import.meta.url));
const output = `${root}output`;
const shots = !process.argv.includes("--no-shots");
/** Whether what follows a failed step is tried all the same. */
const keepGoing = process.argv.includes("--keep-going");
const LARGE = 100 * 1024 * 1024;

if (!existsSync(`${root}dist/index.html`)) {
  console.error("error: there is no build\nhint: npm run build");
  process.exit(2);
}
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

const began = Date.now();
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
    failures.push(`${name}: ${error.message}`);
    return;
  }
  console.log(`ok  ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
}

async function look(person, name) {
  const violations = await person.violations();
  for (const violation of violations) {
    accessibility.push(`${name}: ${violation}`);
  }
  if (shots) {
    await person.shoot(output, name);
  }
}

function expect(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

const phrase = generateMnemonic(wordlist, 128);
const administratorAccount = ss58Address(sr25519CreateDerive(mnemonicToMiniSecret(phrase))("").publicKey, 42);
const node = await startNode(administratorAccount);
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

async function person(name) {
  const context = await browser.newContext({
    locale: "en-GB",
    viewport: { width: 1280, height: 860 },
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(20_000);
  return new Person(name, context, await context.newPage(), web.url);
}

const people = [];
try {
  const [admin, patient, doctor, hospital, pharmacy, guardian] = await Promise.all(
    ["Admin", "Patient", "Doctor", "Hospital", "Pharmacy", "Guardian"].map(person),
  );
  people.push(admin, patient, doctor, hospital, pharmacy, guardian);
  /** @typedef {typeof play} Play */
  const tools = { step, look, expect, person, output, samples, shots, node };
  const play = { ...tools, admin, patient, doctor, hospital, pharmacy, guardian };

  await step("the first page, signing in and signing up are there", async () => {
    await patient.page.goto(web.url);
    await patient.page.getByRole("heading", { level: 1 }).waitFor();
    await look(patient, "welcome");
    await patient.go("/signin");
    await patient.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await look(patient, "signin");
    await patient.go("/signup");
    await patient.page.getByRole("heading", { name: "Create an account" }).waitFor();
    await look(patient, "signup");
    await patient.go("/signup/doctor");
    await patient.page.getByLabel("Licence number").waitFor();
    await look(patient, "signup-doctor");
  });

  await step("an unknown username and a wrong phrase are refused in words", async () => {
    await patient.page.goto(`${web.url}#/signin`);
    await patient.page.getByLabel("Username").fill("nobody");
    await patient.page.getByLabel("Password", { exact: true }).fill("whatever it is");
    await patient.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
    await patient.page.getByText("This browser has no key for “nobody”").waitFor();
    await patient.button("Recovery phrase").click();
    await patient.page.getByLabel("Recovery phrase", { exact: true }).fill("one two three");
    await patient.page.getByLabel("New password for this browser").fill(patient.password);
    await patient.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
    await patient.page.getByText("This is not a recovery phrase").waitFor();
  });

  await step("the administrator signs in by phrase and publishes a key", async () => {
    await admin.page.goto(`${web.url}#/signin`);
    await admin.button("Recovery phrase").click();
    await admin.page.getByLabel("Recovery phrase", { exact: true }).fill(phrase);
    await admin.page.getByLabel("New password for this browser").fill(admin.password);
    await admin.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
    await admin.page.getByRole("heading", { name: "Waiting for verification" }).waitFor();
    await look(admin, "administrator-no-key");
    await admin.button("Publish my key").click();
    await admin.confirm("Publish my key");
  });

  await step("1 the patient registers with an encrypted profile", async () => {
    await patient.signUpPatient();
    await look(patient, "patient-home");
  });

  await step("2 the professionals register with a certificate", async () => {
    await Promise.all([
      doctor.signUpProfessional(
        "Doctor",
        {
          Name: "Dr Noor Synthetic",
          Specialization: "Cardiology",
          "Licence number": "SYN-1",
          "Issued by": "Synthetic Board",
          Address: "2 Test Road",
        },
        `${samples}laboratory-report.pdf`,
      ),
      hospital.signUpProfessional(
        "Hospital",
        {
          "Name of the institution": "Synthetic General",
          "Licence number": "SYN-2",
          "Issued by": "Synthetic Ministry",
        },
        `${samples}phantom.png`,
      ),
      pharmacy.signUpProfessional(
        "Pharmacy",
        {
          "Name of the institution": "Synthetic Pharmacy",
          "Licence number": "SYN-3",
          "Issued by": "Synthetic Ministry",
        },
        `${samples}phantom.png`,
      ),
    ]);
    await look(doctor, "doctor-pending");
  });

  await step("2 the administrator opens each certificate, rejects one, verifies the others", async () => {
    await admin.go("/");
    await admin.page.getByText("Dr Noor Synthetic").waitFor();
    await look(admin, "administrator-waiting");
    for (const [who, shown] of [
      [doctor, "img"],
      [hospital, "img"],
    ]) {
      await admin.go(`/members/${who.id}`);
      await admin.button("Read").click();
      await admin.page.frameLocator("iframe").locator(shown).first().waitFor({ timeout: FINAL });
      if (who === doctor) {
        await look(admin, "administrator-examine");
      }
      await admin.button("Approve").click();
      await admin.confirm("Approve");
    }
    await admin.go(`/members/${pharmacy.id}`);
    await admin.page.getByLabel("Reason").selectOption({ label: "The details and the certificate do not agree." });
    await admin.button("Reject").click();
    await admin.confirm("Reject");
    await pharmacy.page.getByText("Your registration was rejected").waitFor({ timeout: FINAL });
    await look(pharmacy, "pharmacy-rejected");
    await pharmacy.choose(`${samples}laboratory-report.pdf`);
    await pharmacy.button("Store it and apply again").click();
    await pharmacy.confirm("Replace the certificate");
    await admin.button("Approve").waitFor({ timeout: FINAL });
    await admin.button("Approve").click();
    await admin.confirm("Approve");
    await doctor.page.getByRole("heading", { name: "Hello, Dr Noor Synthetic" }).waitFor({ timeout: FINAL });
    await pharmacy.page.getByRole("heading", { name: "Hello, Synthetic Pharmacy" }).waitFor({ timeout: FINAL });
  });

  const lied = step("a node that lies about the doctor's key, or about what is final, is caught before anything is sealed", async () => {
    const { encryptionKey } = await (
      await fetch(node.http, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "medchain_member", params: [doctor.id] }),
      })
    )
      .json()
      .then((answer) => answer.result);
    const told = [
      (text) => text.replaceAll(encryptionKey.slice(2), "42".repeat(32)),
      // Another round than the one that the validator signed.
      (text) => (text.includes("grandpa_justifications") ? text.replace(/"result":"0x../, '"result":"0xff') : text),
    ];
    for (const [at, lie] of told.entries()) {
      const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce" });
      context.setDefaultTimeout(20_000);
      await context.routeWebSocket(/.*/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((message) => server.send(message));
        server.onMessage((message) => socket.send(lie(String(message))));
      });
      const deceived = new Person("Patient", context, await context.newPage(), web.url);
      await deceived.signInByPhrase(patient.phrase.join(" "));
      await deceived.page.getByRole("heading", { name: "Hello, patient" }).waitFor({ timeout: FINAL });
      await deceived.go(`/doctors/${doctor.id}`);
      await deceived.page.getByRole("button", { name: "09:00" }).click();
      await deceived.button("Ask for this time").click();
      await deceived.page.getByRole("alertdialog").getByRole("button", { name: "Ask", exact: true }).click();
      await deceived.page.getByText("The node could not prove whose key this is").waitFor({ timeout: FINAL });
      if (at === 0) {
        await look(deceived, "node-lies");
      }
      await context.close();
    }
  });

  const booked = step("3 the patient books an appointment with a note, the doctor accepts", async () => {
    await patient.go("/doctors");
    await patient.page.getByLabel("Specialization").fill("cardio");
    await look(patient, "patient-doctors");
    await patient.page.getByRole("link", { name: "Book" }).click();
    await patient.page.getByRole("button", { name: "10:00" }).click();
    await patient.page.getByLabel("Note to the doctor").fill("A synthetic pain since Monday");
    await look(patient, "patient-book");
    await patient.button("Ask for this time").click();
    await look(patient, "patient-book-confirm");
    await patient.confirm("Ask");
    await doctor.go("/appointments");
    await doctor.page.getByText("A synthetic pain since Monday").waitFor({ timeout: FINAL });
    await look(doctor, "doctor-appointments");
    await doctor.button("Accept").click();
    await doctor.confirm("Accept");
    await patient.go("/appointments");
    await patient.page.getByText("Accepted", { exact: true }).waitFor({ timeout: FINAL });
    await look(patient, "patient-appointments");
  });
  // The deceived ones use browsers of their own.
  await Promise.all([lied, booked]);

  await step("4 the doctor writes a report and a prescription", async () => {
    await doctor.go("/patients");
    await doctor.page.getByRole("link", { name: "Open", exact: true }).click();
    await doctor.page.getByText("In your care").first().waitFor();
    await doctor.choose(`${samples}laboratory-report.pdf`);
    await doctor.page.getByLabel("Title").fill("Synthetic blood count");
    await look(doctor, "doctor-patient");
    await doctor.button("Encrypt and store").click();
    await doctor.confirm("Store");
    await doctor.choose(`${samples}fhir-bundle.json`);
    await doctor.page.getByLabel("Kind").last().selectOption({ label: "Prescription" });
    await doctor.page.getByLabel("Title").fill("Synthetic prescription");
    await doctor.page.getByLabel("Fills").fill("2");
    await doctor.button("Encrypt and store").click();
    await doctor.confirm("Store");
  });

  await step("the patient reads her own records in the page", async () => {
    await patient.go("/records");
    await patient.page
      .getByText("Report 5")
      .or(patient.page.getByText(/^Report \d+/))
      .first()
      .waitFor({ timeout: FINAL });
    await look(patient, "patient-records");
    await patient.page.getByRole("listitem").filter({ hasText: "Report" }).getByRole("link", { name: "View" }).click();
    await patient.button("Read").click();
    await patient.page.getByText("Synthetic blood count").first().waitFor({ timeout: FINAL });
    await patient.page.frameLocator("iframe").locator("img").first().waitFor({ timeout: FINAL });
    await look(patient, "patient-record");
    const [download] = await Promise.all([
      patient.page.waitForEvent("download"),
      patient.page.getByRole("link", { name: /^Download/ }).click(),
    ]);
    const { readFileSync } = await import("node:fs");
    expect(
      readFileSync(await download.path()).equals(readFileSync(`${samples}laboratory-report.pdf`)),
      "the download differs from the document",
    );
  });

  await step("5 hospital and pharmacy ask for records; the patient is told at once", async () => {
    await hospital.go(`/patients/${patient.id}`);
    await hospital.page
      .getByText(/^Report \d+/)
      .first()
      .click();
    await look(hospital, "hospital-patient");
    await hospital.button("Ask for 1 record").click();
    await hospital.confirm("Ask");
    await patient.page.getByText("Somebody asks to read records of yours.").waitFor({ timeout: FINAL });
    await pharmacy.go(`/patients/${patient.id}`);
    await pharmacy.page
      .getByText(/^Prescription \d+/)
      .first()
      .waitFor();
    expect((await pharmacy.page.getByText(/^Report \d+/).count()) === 0, "a pharmacy is offered a report");
    await pharmacy.page
      .getByText(/^Prescription \d+/)
      .first()
      .click();
    await pharmacy.button("Ask for 1 record").click();
    await pharmacy.confirm("Ask");
    await patient.page.reload();
    await patient.signIn();
    await patient.page.getByText("2 requests to read your records wait for you").waitFor({ timeout: FINAL });
  });

  await step("6 the patient grants one request and denies the other", async () => {
    await patient.go("/inbox");
    await patient.page.getByText("Synthetic General").waitFor();
    await look(patient, "patient-inbox");
    const card = patient.page.locator("section").filter({ hasText: "Synthetic General" });
    await patient.button("Allow", card).click();
    await patient.confirm("Allow");
    const other = patient.page.locator("section").filter({ hasText: "Synthetic Pharmacy" });
    await patient.button("Deny", other).click();
    await patient.confirm("Deny");
    await patient.go("/grants");
    await patient.page.getByText("Synthetic General").waitFor();
    await look(patient, "patient-grants");
  });

  await step("7 the hospital opens the record, reads it, and closes it", async () => {
    await hospital.go("/shared");
    await hospital.page.getByRole("link", { name: "View" }).first().waitFor({ timeout: FINAL });
    await look(hospital, "hospital-shared");
    await hospital.page.getByRole("link", { name: "View" }).first().click();
    await hospital.button("Open").click();
    await hospital.confirm("Open");
    await hospital.page.getByText("Synthetic blood count").first().waitFor({ timeout: FINAL });
    await hospital.page.frameLocator("iframe").locator("img").first().waitFor({ timeout: FINAL });
    await look(hospital, "hospital-open");
    await hospital.button("Close the record").click();
    await hospital.confirm("Close the record");
    await hospital.page.getByText("This is not shared with you any more").waitFor({ timeout: FINAL });
  });

  await step("8 the patient sees the opening and who may read", async () => {
    await patient.go("/log");
    await patient.page.getByText("Synthetic General").waitFor({ timeout: FINAL });
    await look(patient, "patient-log");
    await patient.go("/profile");
    await patient.button("Read").click();
    await patient.page.getByText("Synthia Sample").waitFor({ timeout: FINAL });
    await look(patient, "patient-profile");
    await patient.go("/grants");
    await patient.page.getByText("Dr Noor Synthetic").waitFor();
  });

  await links(play);
  await prescriptions(play);

  await step("9 the doctor shares the profile with the hospital; the patient revokes that, and erases a record", async () => {
    await doctor.go("/shared");
    await doctor.page
      .getByText(/^Profile \d+/)
      .first()
      .waitFor({ timeout: FINAL });
    await doctor.go(`/patients/${patient.id}`);
    await doctor.button("Share").click();
    await doctor.confirm("Share");
    await hospital.go("/shared");
    await hospital.page
      .getByText(/^Profile \d+/)
      .first()
      .waitFor({ timeout: FINAL });
    await hospital.page.getByRole("link", { name: "View" }).first().click();
    await hospital.button("Open").click();
    await hospital.confirm("Open");
    await hospital.page.getByText("Synthia Sample").waitFor({ timeout: FINAL });
    await look(hospital, "hospital-profile");
    await patient.go("/grants");
    const card = patient.page.getByRole("listitem").filter({ hasText: "shared by a doctor" });
    await card.getByRole("button", { name: "Revoke" }).click();
    await patient.confirm("Revoke");
    await hospital.page.getByText("This is not shared with you any more").waitFor({ timeout: FINAL });
    await patient.go("/records");
    await patient.page
      .getByRole("listitem")
      .filter({ hasText: "Prescription" })
      .getByRole("link", { name: "View" })
      .click();
    await patient.button("Erase this record").click();
    await patient.confirm("Erase this record");
    await patient.page.getByText("Erased").first().waitFor({ timeout: FINAL });
  });

  await interruptions(play);
  await beforehand(play);

  const uploading = async () => {
    await step("an upload is stopped, the page reloaded, and the upload resumed: 100 MB", async () => {
      const large = `${output}/large.bin`;
      writeFileSync(large, Buffer.alloc(LARGE, "synthetic "));
      await doctor.go(`/patients/${patient.id}`);
      await doctor.page.getByText("In your care").first().waitFor();
      await doctor.choose(large);
      await doctor.button("Encrypt and store").click();
      const dialog = doctor.page.getByRole("alertdialog");
      const from = Date.now();
      await dialog.getByRole("button", { name: "Store", exact: true }).click();
      await dialog.getByText("Storing the encrypted document").first().waitFor({ timeout: FINAL });
      console.log(`    encrypted 100 MB in ${((Date.now() - from) / 1000).toFixed(1)} s`);
      await dialog.getByRole("button", { name: "Stop" }).click();
      await dialog.getByText("Stopped.").waitFor();
      await doctor.page.reload();
      await doctor.signIn();
      await doctor.page.getByText("Unfinished uploads").first().waitFor();
      await look(doctor, "doctor-home-unfinished");
      await doctor.button("Resume").click();
      const resumed = Date.now();
      await doctor.confirm("Resume");
      console.log(`    resumed and final in ${((Date.now() - resumed) / 1000).toFixed(1)} s`);
      rmSync(large);
    });
  };

  const keys = async () => {
    await step("the key is shown again, and a wrong password is not taken", async () => {
      await patient.go("/account");
      await patient.page.getByLabel("Password").fill("not this one");
      await patient.button("Show the recovery phrase").click();
      await patient.page.getByText("The password is wrong.").waitFor();
      await patient.page.getByLabel("Password").fill(patient.password);
      await patient.button("Show the recovery phrase").click();
      await patient.page.getByRole("list", { name: "Your recovery phrase" }).waitFor();
      const words = await patient.page
        .getByRole("list", { name: "Your recovery phrase" })
        .getByRole("listitem")
        .allInnerTexts();
      expect(words.join(" ") === patient.phrase.join(" "), "another phrase is shown");
      await look(patient, "account");
    });
    await devices(play);
  };

  // Different people do these at the same time.
  const uploaded = uploading();
  await Promise.all([uploaded, keys(), staff(play, uploaded)]);
  await emergency(play);
  await longLists(play);

  await step("a suspended doctor is told so and can do nothing", async () => {
    await admin.go(`/members/${doctor.id}`);
    await admin.button("Suspend").click();
    await admin.confirm("Suspend");
    await doctor.page.getByText("Your membership is suspended").waitFor({ timeout: FINAL });
    await look(doctor, "doctor-suspended");
    await admin.button("Reinstate").click();
    await admin.confirm("Reinstate");
    await admin.go("/members");
    await admin.page.getByRole("listitem").filter({ hasText: "Dr Noor Synthetic" }).waitFor();
    await look(admin, "administrator-register");
  });

  await step("the page speaks German, and says when the node is gone", async () => {
    await patient.go("/");
    await patient.page.getByRole("button", { name: "Deutsch" }).click();
    await patient.page.getByRole("heading", { name: "Hallo, patient" }).waitFor();
    await look(patient, "patient-home-german");
    await node.cut();
    await patient.page.getByText(/Die Verbindung zum Knoten ist unterbrochen/).waitFor();
    await look(patient, "connection-lost");
    await node.mend();
    await patient.page
      .getByText(/Die Verbindung zum Knoten ist unterbrochen/)
      .waitFor({ state: "detached", timeout: FINAL });
  });

  await step("no plaintext, password or secret is in traffic or storage", async () => {
    const secrets = [
      "Synthia Sample",
      "synthia@example.org",
      "1 Synthetic Street",
      "Synthetic blood count",
      "A synthetic pain",
    ];
    for (const one of people) {
      const needles = [
        ...secrets,
        one.password,
        ...(one.phrase.length > 0 ? [one.phrase.join(" "), one.phrase.slice(0, 3).join(" ")] : []),
      ];
      const stored = await one.page.evaluate(async () => {
        const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
        for (const { name } of await indexedDB.databases()) {
          const database = await new Promise((resolve) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => resolve(request.result);
          });
          for (const store of database.objectStoreNames) {
            const all = await new Promise((resolve) => {
              const request = database.transaction(store).objectStore(store).getAll();
              request.onsuccess = () => resolve(request.result);
            });
            texts.push(
              JSON.stringify(all, (_, value) =>
                value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value,
              ),
            );
          }
          database.close();
        }
        return texts.join("\n");
      });
      const sent = [...one.requests.map((request) => request.url + request.body), ...one.frames];
      for (const needle of needles) {
        const base64 = Buffer.from(needle).toString("base64").replace(/=+$/, "").slice(0, -2);
        const hex = Buffer.from(needle).toString("hex");
        for (const form of [needle, base64, hex]) {
          expect(!stored.includes(form), `${one.name}'s storage holds ${JSON.stringify(needle)}`);
          expect(!sent.some((text) => text.includes(form)), `${one.name}'s traffic holds ${JSON.stringify(needle)}`);
        }
      }
      const foreign = one.requests.filter(
        (request) =>
          !request.url.startsWith(web.url) && !request.url.startsWith("blob:") && !request.url.startsWith("data:"),
      );
      expect(foreign.length === 0, `${one.name} asked a third party: ${foreign[0]?.url}`);
    }
  });

  await step("the administrator sees that no emergency opening waits for a review", async () => {
    await admin.go("/reviews");
    await admin.page.getByText("Nothing waits for a review").waitFor();
    await look(admin, "administrator-reviews");
  });
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
console.log(`\n${failures.length === 0 ? "all passed" : "FAILED"} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
for (const failure of failures) {
  console.log(`- ${failure}`);
}
process.exit(failures.length === 0 ? 0 : 1);
