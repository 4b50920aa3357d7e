// People who act for an institution, a newborn whose account a parent keeps, and replacing a key.
import { abandoned, interrupted } from "./interruptions.mjs";
import { FINAL } from "./people.mjs";

/** Makes a key and no member: what staff need, and who takes an account over. */
export async function keyOnly(who) {
  await who.page.goto(`${who.url}#/signup`);
  await who.page.getByRole("link", { name: /^I work for a hospital or pharmacy/ }).click();
  await who.credentials();
  await who.page.getByRole("heading", { name: "Finish signing up" }).waitFor({ timeout: FINAL });
}

/** Names a member in the field, makes the text for it, and gives the text. */
export async function consentFor(who, field, member) {
  const card = who.page.locator("section").filter({ has: who.page.getByLabel(field) });
  await card.getByLabel(field).fill(String(member));
  await card.getByRole("button", { name: "Make the text" }).click({ timeout: FINAL });
  return card.getByLabel("The text to hand over").inputValue();
}

/**
 * `uploaded` ends when nobody has sealed anything to the hospital that is not recorded yet: a new key would make it void.
 *
 * @param {import("./run.mjs").Play} play
 * @param {Promise<void>} uploaded
 */
export async function staff({ step, look, expect, person, hospital, guardian }, uploaded) {
  await step("a nurse makes a key; the hospital adds her; she reads for it, under her own sign-in", async () => {
    const nurse = await person("Nurse");
    await keyOnly(nurse);
    const text = await consentFor(nurse, "Number or username of the institution", hospital.id);
    await look(nurse, "staff-consent");
    await hospital.go("/staff");
    await hospital.page.getByLabel("The person's text").fill(text.slice(0, -2));
    await hospital.page.getByText("This is not the text that was asked for").waitFor();
    await hospital.page.getByLabel("The person's text").fill(text);
    await hospital.button("Add a person").click();
    await interrupted(hospital, "Add a person");
    await hospital.page.getByText("asks for records and reads them").first().waitFor({ timeout: FINAL });
    await look(hospital, "institution-staff");
    await nurse.page.getByText(`Staff of Hospital ${hospital.id}`).waitFor({ timeout: FINAL });
    await nurse.go("/shared");
    await nurse.page
      .getByRole("listitem")
      .filter({ hasText: "Report" })
      .getByRole("link", { name: "View" })
      .last()
      .click({ timeout: FINAL });
    await nurse.button("Open").click();
    await nurse.confirm("Open");
    await nurse.page.getByText("Synthetic image for all").first().waitFor({ timeout: FINAL });
    await nurse.go("/account");
    await nurse.page.getByText("My work").waitFor();
    await look(nurse, "staff-account");
    await hospital.button("Remove").click();
    await interrupted(hospital, "Remove");
    await nurse.go("/");
    await nurse.page.getByText("Your key is in this browser. It is not registered yet.").waitFor({ timeout: FINAL });
    await nurse.context.close();
  });

  await uploaded;
  await step("the hospital replaces its key and still reads its certificate", async () => {
    await hospital.go("/account");
    await hospital.page.getByText("Version 1 is in force.").waitFor();
    await hospital.button("Replace the key").click();
    await hospital.confirm("Replace the key");
    await hospital.page.getByText("Version 2 is in force.").waitFor({ timeout: FINAL });
    await hospital.page.getByText("still sealed to an earlier key").waitFor({ state: "detached", timeout: FINAL });
    await hospital.go("/profile");
    await hospital.button("Read").click();
    await hospital.page.frameLocator("iframe").locator("img").first().waitFor({ timeout: FINAL });
  });

  await step("a parent registers a newborn by the hospital's word, and hands the account over later", async () => {
    const password = "Wiege Kanu-Segel-Tasse 7";
    await guardian.go("/guardians");
    await guardian.button("Register a newborn").click();
    await guardian.page.getByLabel("Username for the child").fill("newborn");
    const forChild = () => guardian.page.getByLabel("Password of the child's account").fill(password);
    await forChild();
    await guardian.button("Continue").click();
    await guardian.page.getByText("I have written the words down").click();
    await guardian.button("Continue").click();
    const address = await guardian.page.getByLabel("Address of the child's account").inputValue();
    const again = async () => {
      await guardian.button("Register a newborn").click();
      await guardian.page.getByLabel("Username for the child").fill("newborn");
      await forChild();
      await guardian.button("Continue").click();
      const kept = await guardian.page.getByLabel("Address of the child's account").inputValue();
      expect(kept === address, "the child has another key after a reload");
    };
    await hospital.go("/staff");
    await hospital.page.getByLabel("Address of the child's account").fill(address);
    await hospital.button("Vouch for it").click();
    const voucher = await hospital.page.getByLabel("The voucher: give it to the parent").inputValue();
    await guardian.page.getByLabel("The hospital's voucher").fill(voucher);
    await guardian.button("Register a newborn").click();
    await abandoned(guardian);
    await again();
    await guardian.page.getByLabel("The hospital's voucher").fill(voucher);
    await guardian.button("Register a newborn").click();
    await interrupted(guardian, "Register a newborn");
    await guardian.button("Hand over").waitFor({ timeout: FINAL });
    await look(guardian, "guardian-dependants");
    const child = await person("Child");
    await keyOnly(child);
    const text = await consentFor(child, "Number or username of the account", "newborn");
    await guardian.button("Hand over").click();
    await guardian.page.getByLabel("The text of the new account").fill(text);
    await guardian.page.getByLabel("Password of the child's account").fill(password);
    await guardian.button("Hand over").last().click();
    await interrupted(guardian, "Hand over");
    await child.page.getByText("One step of your registration is left.").waitFor({ timeout: FINAL });
    await child.context.close();
  });
}

/** @param {import("./run.mjs").Play} play */
export async function offerAffiliation({ step, look, hospital, doctor, pharmacy }) {
  await step("the hospital offers the doctor to belong to it", async () => {
    await hospital.go("/staff");
    const field = hospital.page.getByLabel("Number or username of the doctor");
    await field.fill(String(pharmacy.id));
    await hospital.page.getByText("Nobody fits.").waitFor({ timeout: FINAL });
    await field.fill(doctor.username);
    await hospital.page.getByText(`Dr Noor Synthetic (${doctor.id})`).waitFor({ timeout: FINAL });
    await hospital.button("Offer").click();
    await interrupted(hospital, "Offer");
    await hospital.page.getByText("Not answered yet").waitFor({ timeout: FINAL });
    await look(hospital, "hospital-affiliations");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function acceptAffiliation({ step, look, hospital, doctor }) {
  await step("the doctor is told of the offer and accepts it", async () => {
    await doctor.go("/");
    await doctor.page.getByText("1 hospital offers you to belong to it").waitFor({ timeout: FINAL });
    await doctor.page.getByRole("link", { name: "Answer" }).last().click();
    const row = doctor.page.getByRole("listitem").filter({ hasText: "Synthetic General" });
    await doctor.button("Accept", row).click();
    await interrupted(doctor, "Accept");
    await doctor.button("End", row).waitFor({ timeout: FINAL });
    await look(doctor, "doctor-standing");
    await hospital.page.getByText("Accepted", { exact: true }).waitFor({ timeout: FINAL });
  });
}

/** @param {import("./run.mjs").Play} play */
export async function emergencyConsent({ step, look, all, patient, hospital }) {
  await step("the patient consents that doctors open her records in an emergency", async () => {
    await patient.go("/emergency");
    await patient.button("Allow it in an emergency").click();
    if (all) {
      // To the doctors of the hospital alone: ours is one since it accepted.
      await patient.page.getByLabel("Who may open").selectOption("Doctors of hospitals that I choose");
      await patient.page.getByLabel("Hospital's number or username").fill(String(hospital.id));
      await patient.page.getByText(`Synthetic General (${hospital.id})`).waitFor({ timeout: FINAL });
      await patient.button("Add").click();
    }
    await patient.button("Allow it in an emergency").click();
    await interrupted(patient, "Allow it in an emergency");
    const prepare = { name: /^Prepare \d+ record/ };
    await patient.page.getByRole("button", prepare).click({ timeout: FINAL });
    await patient.page.getByRole("alertdialog").getByRole("button", prepare).click();
    await patient.finished();
    await patient.page.getByText("Prepared", { exact: true }).first().waitFor({ timeout: FINAL });
    await look(patient, "patient-emergency");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function emergency({ step, look, patient, doctor, admin }) {
  await step("the doctor opens in an emergency; an administrator reviews it", async () => {
    await doctor.go(`/patients/${patient.id}`);
    await doctor.page
      .getByRole("listitem")
      .filter({ hasText: "Report" })
      .getByRole("link", { name: "In an emergency" })
      .first()
      .click({ timeout: FINAL });
    await doctor.page.getByLabel("Why there is no time to ask").selectOption({ index: 1 });
    await look(doctor, "doctor-emergency");
    await doctor.button("Open now").click();
    await interrupted(doctor, "Open now");
    await doctor.button("Read").click({ timeout: FINAL });
    await doctor.page.getByText("Synthetic image for all").first().waitFor({ timeout: FINAL });
    await patient.page.getByText(/was opened in an emergency just now/).waitFor({ timeout: FINAL });
    await patient.button("Close").last().click();
    await admin.go("/reviews");
    await admin.button("Justified").waitFor({ timeout: FINAL });
    await look(admin, "administrator-review");
    await admin.button("Justified").click();
    await interrupted(admin, "Justified");
    await patient.go("/log");
    await patient.page.getByText("found justified").waitFor({ timeout: FINAL });
  });
}
