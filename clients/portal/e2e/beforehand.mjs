// What a patient decides beforehand: standing consents and guardians.
import { interrupted } from "./interruptions.mjs";
import { make } from "./links.mjs";
import { FINAL } from "./people.mjs";

/** @param {import("./run.mjs").Play} play */
export async function nameGuardian({ step, look, patient, hospital, guardian }) {
  await step("the patient names a guardian and gives it the earlier records", async () => {
    await patient.go("/guardians");
    await patient.button("Name a guardian").click();
    const field = patient.page.getByLabel("The guardian's number or username");
    await field.fill(hospital.username);
    await patient.page.getByText("Nobody fits.").waitFor({ timeout: FINAL });
    await field.fill(guardian.username);
    await patient.page.getByText(`${guardian.username} (${guardian.id})`).waitFor({ timeout: FINAL });
    await look(patient, "patient-name-guardian");
    await patient.button("Name as guardian").click();
    await interrupted(patient, "Name as guardian");
    await patient.page.getByRole("button", { name: /^Give \d+ earlier record/ }).click({ timeout: FINAL });
    const dialog = patient.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: /^Give \d+ earlier record/ }).click();
    await patient.finished();
    await look(patient, "patient-guardians");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function consentBeforehand({ step, look, samples, patient, doctor, hospital }) {
  await step("the patient consents that the hospital reads new records, and the doctor writes one", async () => {
    await patient.go("/grants");
    await patient.button("Let somebody read new records").click();
    await patient.page.getByLabel("Doctor, hospital or pharmacy").fill(String(hospital.id));
    await patient.page.getByText(`Synthetic General (${hospital.id})`).first().waitFor({ timeout: FINAL });
    await look(patient, "patient-consent");
    await patient.button("Allow from now on").click();
    await interrupted(patient, "Allow from now on");
    await patient.page.getByRole("listitem").filter({ hasText: "Synthetic General" }).first().waitFor({ timeout: FINAL });
    await doctor.go(`/patients/${patient.id}`);
    await doctor.page.getByText("In your care").first().waitFor();
    await doctor.choose(`${samples}phantom.png`);
    await doctor.page.getByLabel("Title").fill("Synthetic image for all");
    await doctor.button("Encrypt and store").click();
    await doctor.confirm("Store");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function readBeforehand({ step, patient, hospital, guardian }) {
  await step("the hospital reads it without asking; so does the guardian", async () => {
    const reads = async (reader, path) => {
      await reader.go(path);
      await reader.page
        .getByRole("listitem")
        .filter({ hasText: "Report" })
        .getByRole("link", { name: "View" })
        .last()
        .click({ timeout: FINAL });
      await reader.button("Open").click();
      await reader.confirm("Open");
      await reader.page.getByText("Synthetic image for all").first().waitFor({ timeout: FINAL });
      await reader.button("Close the record").click();
      await reader.confirm("Close the record");
    };
    await Promise.all([reads(hospital, "/shared"), reads(guardian, `/wards/${patient.id}`)]);
  });
}

/** @param {import("./run.mjs").Play} play */
export async function guardianActs({ step, look, expect, patient, hospital, guardian }) {
  await step("the guardian answers a request and makes a link in the patient's name; the patient sees who did", async () => {
    await hospital.go(`/patients/${patient.id}`);
    await hospital.page
      .getByText(/^Profile \d+/)
      .first()
      .click();
    await hospital.button("Ask for 1 record").click();
    await hospital.confirm("Ask");
    await guardian.go("/");
    await guardian.page.getByText("1 request waits for you to decide for patient").waitFor({ timeout: FINAL });
    await look(guardian, "guardian-home");
    await guardian.page.getByRole("link", { name: "Answer" }).click();
    await guardian.button("Allow").waitFor({ timeout: FINAL });
    const erased = guardian.page.getByRole("listitem").filter({ hasText: /^Prescription \d+/ }).filter({ hasText: "Erased" });
    await erased.first().waitFor({ timeout: FINAL });
    expect((await erased.getByRole("link", { name: "View" }).count()) === 0, "an erased record can be viewed");
    await look(guardian, "guardian-ward");
    await guardian.button("Allow").click();
    await interrupted(guardian, "Allow");
    await guardian.page.getByRole("link", { name: "Make a link" }).click({ timeout: FINAL });
    await make(guardian, { records: [/^Report \d+/], openings: 1, fill: () => Promise.resolve() });
    await guardian.button("I have given it on").click();
    await patient.go("/grants");
    await patient.page.getByText("given by guardian").waitFor({ timeout: FINAL });
    await patient.page.getByText(/made by guardian/).waitFor({ timeout: FINAL });
    await patient.go("/guardians");
    await patient.button("Dismiss").click();
    await interrupted(patient, "Dismiss");
    await guardian.page.getByText("You do not act for patient").waitFor({ timeout: FINAL });
  });
}
