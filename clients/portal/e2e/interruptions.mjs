// Reloading in the middle of acts: whatever had been sent takes effect once, and nothing half done is left.
import { eventually, FINAL } from "./people.mjs";

/**
 * Confirms an act, reloads while it is under way, and signs in again: one call is there, neither none nor two. What it has
 * brought about is for the caller to look at; the page is the same as before.
 */
export async function interrupted(who, label) {
  const before = await who.calls();
  const dialog = who.page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: label, exact: true }).click();
  // The node has it in its pool by then. It may be done before a slow browser is asked.
  const underWay = dialog.locator("li[data-state='now']").filter({ hasText: /^(Sent|In a block)$/ });
  await underWay.or(dialog.getByRole("button", { name: "Close", exact: true })).first().waitFor({ timeout: FINAL });
  const failure = dialog.getByRole("alert");
  if ((await failure.count()) > 0) {
    throw new Error(`${who.name}: ${await dialog.textContent()}`);
  }
  await who.reload();
  const made = async () => (before === null ? 1 : (await who.calls()) - before);
  const lost = `${who.name} reloaded after “${label}”: `;
  await eventually(async () => (await made()) > 0, `${lost}no call is there`);
  if ((await made()) > 1) {
    throw new Error(`${lost}${await made()} calls are there instead of one`);
  }
}

/** Reloads while the dialog asks whether to act: nothing is sent. */
export async function abandoned(who) {
  const before = await who.calls();
  await who.page.getByRole("alertdialog").waitFor();
  await who.reload();
  if ((await who.calls()) !== before) {
    throw new Error(`${who.name} reloaded before agreeing, and a call is there`);
  }
}

/** @param {import("./run.mjs").Play} play */
export async function openingTimes({ step, look, doctor }) {
  await step("the doctor names opening times", async () => {
    await doctor.go("/schedule");
    for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
      await doctor.page.getByText(day, { exact: true }).click();
    }
    await look(doctor, "doctor-schedule");
    await doctor.button("Store").click();
    await interrupted(doctor, "Store");
    const opened = doctor.page.getByRole("checkbox", { checked: true });
    await opened.nth(6).waitFor({ state: "attached", timeout: FINAL });
  });
}

/** @param {import("./run.mjs").Play} play */
export async function rebooking({ step, expect, patient, doctor }) {
  await step("a patient can book within the opening times only; a reload before agreeing asks for nothing, one after it asks once", async () => {
    await patient.go(`/doctors/${doctor.id}`);
    const offered = patient.page.getByRole("button", { name: /^\d\d:\d\d$/ });
    await offered.first().waitFor({ timeout: FINAL });
    const times = await offered.allTextContents();
    expect(times[0] === "08:00", `times before the opening are offered: ${times[0]}`);
    expect(!times.includes("17:30"), "times after the closing are offered");
    const ask = async () => {
      await patient.page.getByRole("button", { name: "15:00" }).click();
      await patient.button("Ask for this time").click();
    };
    await ask();
    await abandoned(patient);
    await ask();
    await interrupted(patient, "Ask");
    await patient.go("/appointments");
    await patient.page.getByRole("heading", { name: "Appointments", level: 1 }).waitFor();
    const asked = patient.page.getByRole("listitem").filter({ hasText: "15:00" });
    await asked.first().waitFor({ timeout: FINAL });
    expect((await asked.count()) === 1, "the appointment was asked for twice");
  });

  await step("the patient moves the appointment, the doctor declines: it keeps its time", async () => {
    await doctor.go("/appointments");
    await doctor.button("Accept").click({ timeout: FINAL });
    await interrupted(doctor, "Accept");
    const row = patient.page.getByRole("listitem").filter({ hasText: "15:00" });
    await row.getByText("Accepted").waitFor({ timeout: FINAL });
    await row.getByRole("button", { name: "Move" }).click();
    await patient.page.getByRole("dialog").getByRole("button", { name: "16:00" }).click();
    await patient.button("Ask for this time instead").click();
    await interrupted(patient, "Ask");
    await patient.page.getByRole("listitem").filter({ hasText: "16:00" }).getByText("Waiting for an answer").waitFor({ timeout: FINAL });
    await doctor.button("Decline").click({ timeout: FINAL });
    await interrupted(doctor, "Decline");
    await patient.go("/appointments");
    await patient.page
      .getByRole("listitem")
      .filter({ hasText: "16:00" })
      .getByText("Declined")
      .first()
      .waitFor({ timeout: FINAL });
    const kept = row.filter({ hasText: "Accepted" });
    await eventually(async () => (await kept.count()) > 0, "the appointment lost its time");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function signUpInterrupted({ step, look, guardian }) {
  await step("a reload in the middle of signing up: what is left is offered, and then all is there", async () => {
    const page = guardian.page;
    await page.goto(`${guardian.url}#/signup`);
    await page.getByRole("link", { name: "Sign up as Patient" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Gerda Guardian");
    await guardian.button("Continue").click();
    await guardian.credentials();
    await interrupted(guardian, "Register");
    await page.getByText("One step of your registration is left.").waitFor({ timeout: FINAL });
    await look(guardian, "finish");
    await page.getByLabel("Name", { exact: true }).fill("Gerda Guardian");
    await guardian.button("Finish").click();
    await guardian.confirm("Register");
    await page.getByRole("heading", { name: `Hello, ${guardian.username}` }).waitFor({ timeout: FINAL });
    guardian.id = await guardian.ownNumber();
  });
}
