// The nine steps of a record's life, and what surrounds them; each function is one stretch of somebody's day.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { abandoned, interrupted } from "./interruptions.mjs";
import { eventually, FINAL, PATIENCE, Person } from "./people.mjs";

const LARGE = 100 * 1024 * 1024;
/** How long stopping may take, in milliseconds: far less than encrypting the rest. */
const AT_ONCE = 3_000;

/** @param {import("./run.mjs").Play} play */
export async function welcome({ step, look, web, patient }) {
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
}

/** @param {import("./run.mjs").Play} play */
export async function refusedSignIns({ step, web, patient }) {
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
}

/** @param {import("./run.mjs").Play} play */
export async function publishKey({ step, look, web, phrase, admin }) {
  await step("the administrator signs in by phrase and publishes a key", async () => {
    await admin.page.goto(`${web.url}#/signin`);
    await admin.button("Recovery phrase").click();
    await admin.page.getByLabel("Recovery phrase", { exact: true }).fill(phrase);
    await admin.page.getByLabel("New password for this browser").fill(admin.password);
    await admin.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
    await admin.page.getByRole("heading", { name: "Waiting for verification" }).waitFor();
    await look(admin, "administrator-no-key");
    await admin.button("Publish my key").click();
    await interrupted(admin, "Publish my key");
    await admin.button("Publish my key").waitFor({ state: "detached", timeout: FINAL });
  });
}

/** @param {import("./run.mjs").Play} play */
export async function registerPatient({ step, look, patient }) {
  await step("1 the patient registers with an encrypted profile", async () => {
    await patient.signUpPatient((name) => look(patient, name));
    await look(patient, "patient-home");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function registerProfessionals({ step, look, samples, doctor, hospital, pharmacy }) {
  await step("2 the professionals register with a certificate; one reloads in the middle, and what is left is offered", async () => {
    const inTwoGoes = async () => {
      await interrupted(pharmacy, "Register");
      await pharmacy.page.getByText("One step of your registration is left.").waitFor({ timeout: FINAL });
      await look(pharmacy, "pharmacy-finish");
      await pharmacy.choose(`${samples}phantom.png`);
      await pharmacy.button("Finish").click();
      await pharmacy.confirm("Register");
    };
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
        inTwoGoes,
      ),
    ]);
    await look(doctor, "doctor-pending");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function vet({ step, look, samples, admin, doctor, hospital, pharmacy }) {
  await step("2 the administrator opens each certificate, rejects one, verifies the others", async () => {
    await admin.go("/");
    await admin.page.getByText("Dr Noor Synthetic").waitFor();
    await look(admin, "administrator-waiting");
    for (const [who, shown] of [
      [doctor, "img"],
      [hospital, "img"],
    ]) {
      await admin.go(`/members/${who.id}`);
      if (who === hospital) {
        await admin.page.getByText("SYN-2-corrected").waitFor({ timeout: FINAL });
      }
      await admin.button("Read").click();
      await admin.page.frameLocator("iframe").locator(shown).first().waitFor({ timeout: FINAL });
      if (who === doctor) {
        await look(admin, "administrator-examine");
      }
      await admin.button("Approve").click();
      if (who === doctor) {
        await admin.confirm("Approve");
      } else {
        await interrupted(admin, "Approve");
        await admin.button("Suspend").waitFor({ timeout: FINAL });
      }
    }
    await admin.go(`/members/${pharmacy.id}`);
    await admin.page.getByLabel("Reason").selectOption({ label: "The details and the certificate do not agree." });
    await admin.button("Reject").click();
    await interrupted(admin, "Reject");
    await pharmacy.page.getByText("Your registration was rejected").waitFor({ timeout: FINAL });
    await look(pharmacy, "pharmacy-rejected");
    await pharmacy.choose(`${samples}laboratory-report.pdf`);
    await pharmacy.button("Store it and apply again").click();
    // The certificate is stored; applying again is left.
    await interrupted(pharmacy, "Replace the certificate");
    await pharmacy.button("Apply again with the stored one").click({ timeout: FINAL });
    await interrupted(pharmacy, "Apply again");
    await admin.button("Approve").waitFor({ timeout: FINAL });
    await admin.button("Approve").click();
    await admin.confirm("Approve");
    await doctor.page.getByRole("heading", { name: "Hello, Dr Noor Synthetic" }).waitFor({ timeout: FINAL });
    await pharmacy.page.getByRole("heading", { name: "Hello, Synthetic Pharmacy" }).waitFor({ timeout: FINAL });
  });
}

/** While an administrator looks at others. @param {import("./run.mjs").Play} play */
export async function correctDetails({ step, look, hospital }) {
  await step("2 the hospital corrects its details while it waits", async () => {
    await hospital.go("/");
    await hospital.button("Change the details").click();
    await hospital.page.getByLabel("Licence number").fill("SYN-2-corrected");
    await look(hospital, "hospital-details");
    await hospital.button("Change the details").last().click();
    await interrupted(hospital, "Change the details");
    await hospital.page.getByText("SYN-2-corrected").waitFor({ timeout: FINAL });
  });
}

/** @param {import("./run.mjs").Play} play */
export async function lie({ step, look, web, browser, node, patient, doctor }) {
  await step("a node that lies about the doctor's key, or about what is final, is caught before anything is sealed", async () => {
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
      context.setDefaultTimeout(PATIENCE);
      await context.routeWebSocket(/.*/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((message) => server.send(message));
        server.onMessage((message) => socket.send(lie(String(message))));
      });
      const deceived = new Person("Patient", context, await context.newPage(), { url: web.url, node });
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
}

/** @param {import("./run.mjs").Play} play */
export async function book({ step, look, patient, doctor }) {
  await step("3 the patient books an appointment with a note, the doctor accepts", async () => {
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
    await interrupted(doctor, "Accept");
    await patient.go("/appointments");
    await patient.page.getByText("Accepted", { exact: true }).waitFor({ timeout: FINAL });
    await look(patient, "patient-appointments");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function write({ step, look, expect, samples, doctor }) {
  await step("4 the doctor writes a report and a prescription", async () => {
    await doctor.go("/");
    await doctor.page.getByRole("heading", { name: "Hello, Dr Noor Synthetic" }).waitFor();
    await look(doctor, "doctor-home");
    await doctor.go("/patients");
    await doctor.page.getByRole("link", { name: "Open", exact: true }).waitFor();
    await look(doctor, "doctor-patients");
    await doctor.page.getByRole("link", { name: "Open", exact: true }).click();
    await doctor.page.getByText("In your care").first().waitFor();
    await doctor.choose(`${samples}laboratory-report.pdf`);
    await doctor.page.getByLabel("Title").fill("Synthetic blood count");
    await look(doctor, "doctor-patient");
    await doctor.button("Encrypt and store").click();
    await interrupted(doctor, "Store");
    await doctor.page.getByText(/^Report \d+/).first().waitFor({ timeout: FINAL });
    expect((await doctor.page.getByText(/^Report \d+/).count()) === 1, "the report is there twice");
    await doctor.choose(`${samples}fhir-bundle.json`);
    await doctor.page.getByLabel("Kind").last().selectOption({ label: "Prescription" });
    await doctor.page.getByLabel("Title").fill("Synthetic prescription");
    await doctor.page.getByLabel("Fills").fill("2");
    await doctor.button("Encrypt and store").click();
    await doctor.confirm("Store");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function readOwn({ step, look, expect, samples, patient }) {
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
    expect(
      readFileSync(await download.path()).equals(readFileSync(`${samples}laboratory-report.pdf`)),
      "the download differs from the document",
    );
  });
}

/** @param {import("./run.mjs").Play} play */
export async function ask({ step, look, expect, patient, hospital, pharmacy }) {
  await step("5 hospital and pharmacy ask for records; the patient is told at once", async () => {
    const byHospital = async () => {
      await hospital.go("/");
      await hospital.page.getByRole("heading", { level: 1, name: "Hello, Synthetic General" }).waitFor();
      await look(hospital, "hospital-home");
      await hospital.go(`/patients/${patient.id}`);
      await hospital.page
        .getByText(/^Report \d+/)
        .first()
        .click({ timeout: FINAL });
      const shown = hospital.page.getByRole("navigation").locator("[aria-current=page]");
      expect((await shown.textContent()) === "Patients", "the navigation does not say where one is");
      await look(hospital, "hospital-patient");
      await hospital.button("Ask for 1 record").click();
      await interrupted(hospital, "Ask");
    };
    const byPharmacy = async () => {
      await pharmacy.go(`/patients/${patient.id}`);
      await pharmacy.page
        .getByText(/^Prescription \d+/)
        .first()
        .waitFor({ timeout: FINAL });
      expect((await pharmacy.page.getByText(/^Report \d+/).count()) === 0, "a pharmacy is offered a report");
      await pharmacy.page
        .getByText(/^Prescription \d+/)
        .first()
        .click();
      await pharmacy.button("Ask for 1 record").click();
      await pharmacy.confirm("Ask");
    };
    // Both may arrive with one block.
    const told = patient.page
      .getByText(/^(Somebody asks|2 new requests) to read records of yours\.$/)
      .first()
      .waitFor({ timeout: 2 * FINAL });
    await Promise.all([byHospital(), byPharmacy(), told]);
    // Said on signing in, whatever page that leads back to.
    await patient.reload();
    await patient.page.getByText("2 requests to read your records wait for you").waitFor({ timeout: FINAL });
  });
}

/** @param {import("./run.mjs").Play} play */
export async function grant({ step, look, expect, patient }) {
  await step("6 the patient grants one request and denies the other", async () => {
    await patient.go("/inbox");
    await patient.page.getByText("Synthetic General").waitFor();
    await patient.page.getByText("2 requests to read your records wait for you").waitFor({ state: "detached" });
    await look(patient, "patient-inbox");
    const card = patient.page.locator("section").filter({ hasText: "Synthetic General" });
    await patient.button("Allow", card).click();
    await interrupted(patient, "Allow");
    await patient.go("/inbox");
    const other = patient.page.locator("section").filter({ hasText: "Synthetic Pharmacy" });
    await patient.button("Deny", other).click();
    await interrupted(patient, "Deny");
    await card.waitFor({ state: "detached", timeout: FINAL });
    await patient.page.getByText("No requests").waitFor({ timeout: FINAL });
    await patient.go("/grants");
    await patient.page.getByText("Synthetic General").first().waitFor({ timeout: FINAL });
    const granted = patient.page.getByRole("listitem").filter({ hasText: "agreed to" });
    await granted.first().waitFor({ timeout: FINAL });
    expect((await granted.count()) === 1, "not the one request is granted that was allowed");
    await look(patient, "patient-grants");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function open({ step, look, hospital }) {
  await step("7 the hospital opens the record, reads it, and closes it", async () => {
    await hospital.go("/shared");
    const report = hospital.page.getByRole("listitem").filter({ hasText: "Report" }).getByRole("link", { name: "View" });
    await report.waitFor({ timeout: 2 * FINAL });
    await look(hospital, "hospital-shared");
    await report.click();
    await hospital.button("Open").click();
    await interrupted(hospital, "Open");
    // The window is open: reading takes no second opening.
    await hospital.button("Read").click({ timeout: FINAL });
    await hospital.page.getByText("Synthetic blood count").first().waitFor({ timeout: FINAL });
    await hospital.page.frameLocator("iframe").locator("img").first().waitFor({ timeout: FINAL });
    await look(hospital, "hospital-open");
    await hospital.button("Close the record").click();
    await interrupted(hospital, "Close the record");
    await hospital.page.getByText("This is not shared with you any more").waitFor({ timeout: FINAL });
  });
}

/** @param {import("./run.mjs").Play} play */
export async function see({ step, look, patient }) {
  await step("8 the patient sees the opening and who may read", async () => {
    await patient.go("/log");
    await patient.page.getByText("Synthetic General").first().waitFor({ timeout: FINAL });
    await look(patient, "patient-log");
    await patient.go("/profile");
    await patient.button("Read").click();
    await patient.page.getByText("Synthia Sample").waitFor({ timeout: FINAL });
    await look(patient, "patient-profile");
    await patient.go("/grants");
    await patient.page.getByText("Dr Noor Synthetic").first().waitFor();
  });
}

/** @param {import("./run.mjs").Play} play */
export async function share({ step, patient, doctor }) {
  await step("9 the doctor shares the profile with the hospital", async () => {
    await doctor.go("/shared");
    await doctor.page
      .getByText(/^Profile \d+/)
      .first()
      .waitFor({ timeout: FINAL });
    await doctor.go(`/patients/${patient.id}`);
    await doctor.button("Share").click();
    await interrupted(doctor, "Share");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function openShared({ step, look, hospital }) {
  await step("9 the hospital opens the shared profile", async () => {
    await hospital.go("/shared");
    await hospital.page
      .getByText(/^Profile \d+/)
      .first()
      .waitFor({ timeout: FINAL });
    const profile = hospital.page.getByRole("listitem").filter({ hasText: "Profile" });
    await profile.getByRole("link", { name: "View" }).click();
    await hospital.button("Open").click();
    await hospital.confirm("Open");
    await hospital.page.getByText("Synthia Sample").waitFor({ timeout: FINAL });
    await look(hospital, "hospital-profile");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function revokeAndErase({ step, patient, hospital }) {
  await step("9 the patient revokes what the doctor shared, and erases a record", async () => {
    await patient.go("/grants");
    const card = patient.page.getByRole("listitem").filter({ hasText: "shared by a doctor" });
    await card.getByRole("button", { name: "Revoke" }).click();
    await abandoned(patient);
    await card.getByRole("button", { name: "Revoke" }).click({ timeout: FINAL });
    await interrupted(patient, "Revoke");
    await hospital.page.getByText("This is not shared with you any more").waitFor({ timeout: FINAL });
    await card.waitFor({ state: "detached", timeout: FINAL });
    await patient.go("/records");
    await patient.page
      .getByRole("listitem")
      .filter({ hasText: "Prescription" })
      .getByRole("link", { name: "View" })
      .click();
    await patient.button("Erase this record").click();
    await interrupted(patient, "Erase this record");
    await patient.page.getByText("Erased").first().waitFor({ timeout: FINAL });
  });
}

/** In the page: how many leaves its browser keeps that are of no upload. */
const leavesOfNoUpload = async () => {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open("medchain"));
  const keys = (store) => done(database.transaction(store).objectStore(store).getAllKeys());
  const [leaves, uploads] = [await keys("leaves"), await keys("uploads")];
  database.close();
  return leaves.filter(([id]) => !uploads.includes(id)).length;
};

/** @param {import("./run.mjs").Play} play */
export async function upload({ step, look, expect, output, patient, doctor }) {
  await step("an encryption is stopped, another interrupted; an upload is stopped, the page reloaded, and the upload resumed: 100 MB", async () => {
    const large = `${output}/large.bin`;
    writeFileSync(large, Buffer.alloc(LARGE, "synthetic "));
    await doctor.go(`/patients/${patient.id}`);
    await doctor.page.getByText("In your care").first().waitFor();
    await doctor.choose(large);
    await doctor.button("Encrypt and store").click();
    const dialog = doctor.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Store", exact: true }).click();
    await dialog.getByText("Encrypting in this browser").first().waitFor({ timeout: FINAL });
    const left = () => doctor.page.evaluate(leavesOfNoUpload);
    const kept = () => eventually(async () => (await left()) > 0, "nothing is kept while the document is encrypted");
    await kept();
    const pressed = Date.now();
    await dialog.getByRole("button", { name: "Stop" }).click();
    await dialog.getByText("Stopped. Nothing of it is kept.", { exact: true }).waitFor();
    const stopped = Date.now() - pressed;
    expect(stopped < AT_ONCE, `the encryption went on for ${stopped} ms after it was stopped`);
    expect((await left()) === 0, "what a stopped encryption left is kept");
    await dialog.getByRole("button", { name: "Try again" }).click();
    await kept();
    await doctor.reload();
    await eventually(async () => (await left()) === 0, "what an interrupted encryption left is kept for ever");
    await doctor.page.getByText("In your care").first().waitFor();
    await doctor.choose(large);
    await doctor.button("Encrypt and store").click();
    const from = Date.now();
    await dialog.getByRole("button", { name: "Store", exact: true }).click();
    await dialog.getByText("Storing the encrypted document").first().waitFor({ timeout: FINAL });
    console.log(`    encrypted 100 MB in ${((Date.now() - from) / 1000).toFixed(1)} s; stopped encrypting within ${stopped} ms`);
    await dialog.getByRole("button", { name: "Stop" }).click();
    await dialog.getByText("Stopped. What was encrypted is kept").first().waitFor();
    await doctor.reload();
    await doctor.go("/");
    await doctor.page.getByText("Unfinished uploads").first().waitFor();
    await look(doctor, "doctor-home-unfinished");
    // The page is left once more in the middle of storing, and then in the middle of recording.
    await doctor.button("Resume").click();
    await dialog.getByRole("button", { name: "Resume", exact: true }).click();
    await dialog.getByText("Storing the encrypted document").first().waitFor({ timeout: FINAL });
    await doctor.reload();
    await doctor.button("Resume").click({ timeout: FINAL });
    const resumed = Date.now();
    await interrupted(doctor, "Resume");
    console.log(`    resumed and recorded in ${((Date.now() - resumed) / 1000).toFixed(1)} s`);
    await doctor.page.getByText("Unfinished uploads").first().waitFor({ state: "detached", timeout: FINAL });
    rmSync(large);
  });
}

/** @param {import("./run.mjs").Play} play */
export async function showKey({ step, look, expect, patient }) {
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
}

/** @param {import("./run.mjs").Play} play */
export async function suspend({ step, look, admin, doctor }) {
  await step("a suspended doctor is told so and can do nothing", async () => {
    await admin.go(`/members/${doctor.id}`);
    await admin.button("Suspend").click();
    await interrupted(admin, "Suspend");
    await doctor.page.getByText("Your membership is suspended").waitFor({ timeout: FINAL });
    await look(doctor, "doctor-suspended");
    await admin.button("Reinstate").click();
    await interrupted(admin, "Reinstate");
    await admin.button("Suspend").waitFor({ timeout: FINAL });
    await doctor.page.getByText("Your membership is suspended").waitFor({ state: "detached", timeout: FINAL });
    await admin.go("/members");
    await admin.page.getByRole("listitem").filter({ hasText: "Dr Noor Synthetic" }).waitFor();
    await look(admin, "administrator-register");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function german({ step, look, expect, node, patient }) {
  await step("the page speaks German, and says when the node is gone", async () => {
    await patient.go("/");
    await patient.page.getByRole("button", { name: "Deutsch" }).click();
    await patient.page.getByRole("heading", { name: "Hallo, patient" }).waitFor();
    await look(patient, "patient-home-german");
    await patient.go("/guardians");
    await patient.button("Vertretung benennen").click();
    const typed = patient.page.getByLabel("Nummer oder Benutzername der Vertretung");
    await typed.fill("half a wo");
    await node.cut();
    await patient.page.getByText(/Die Verbindung ist unterbrochen/).waitFor();
    await look(patient, "connection-lost");
    await node.mend();
    await patient.page
      .getByText(/Die Verbindung ist unterbrochen/)
      .waitFor({ state: "detached", timeout: FINAL });
    expect((await typed.inputValue()) === "half a wo", "what was typed is lost with the connection");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function search({ step, expect, people, web }) {
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
}

/** @param {import("./run.mjs").Play} play */
export async function noReviews({ step, look, admin }) {
  await step("the administrator sees that no emergency opening waits for a review", async () => {
    await admin.go("/reviews");
    await admin.page.getByText("Nothing waits for a review").waitFor();
    await look(admin, "administrator-reviews");
  });
}
