// A prescription from the pharmacy's request to its last fill, and what a patient and an author say of a record.
import { interrupted } from "./interruptions.mjs";
import { FINAL } from "./people.mjs";

/** @param {import("./run.mjs").Play} play */
export async function prescriptions({ step, look, expect, patient, doctor, pharmacy }) {
  await step("the pharmacy asks again, is allowed, and dispenses a fill", async () => {
    await pharmacy.go(`/patients/${patient.id}`);
    await pharmacy.page
      .getByText(/^Prescription \d+/)
      .first()
      .click();
    await pharmacy.button("Ask for 1 record").click();
    await pharmacy.confirm("Ask");
    await patient.go("/inbox");
    await patient.button("Allow").click();
    await patient.confirm("Allow");
    await pharmacy.go("/shared");
    await pharmacy.page.getByRole("link", { name: "View" }).first().click();
    await pharmacy.page.getByText("2 of 2 fills left").first().waitFor({ timeout: FINAL });
    await pharmacy.button("Dispense fill 1").click();
    await interrupted(pharmacy, "Dispense");
    await pharmacy.button("Dispense fill 2").waitFor({ timeout: FINAL });
    await pharmacy.page.getByText("1 of 2 fills left").first().waitFor({ timeout: FINAL });
    await look(pharmacy, "pharmacy-dispense");
  });

  await step("the doctor stops the dispensing; the pharmacy can dispense no more", async () => {
    await doctor.go(`/patients/${patient.id}`);
    await doctor.button("Stop dispensing").click();
    await interrupted(doctor, "Stop dispensing");
    await pharmacy.page.getByText("All fills are used.").waitFor({ timeout: FINAL });
    expect((await pharmacy.page.getByText("Dispense fill").count()) === 0, "a fill is offered that was cancelled");
  });

  await step("the patient revokes everything of the pharmacy with one press", async () => {
    await patient.go("/grants");
    const row = patient.page.getByRole("listitem").filter({ hasText: "Synthetic Pharmacy" });
    await row.getByRole("button", { name: "Revoke everything" }).click();
    await patient.confirm("Revoke everything");
    await pharmacy.page.getByText("This is not shared with you any more").waitFor({ timeout: FINAL });
  });

  await step("the patient disputes a report, the doctor sees it and retracts the report with a reason", async () => {
    await patient.go("/records");
    await patient.page.getByRole("listitem").filter({ hasText: "Report" }).getByRole("link", { name: "View" }).click();
    await patient.button("Dispute this record").click();
    await patient.page.getByRole("alertdialog").getByLabel("What is wrong").selectOption({ index: 1 });
    await look(patient, "patient-dispute");
    await interrupted(patient, "Dispute this record");
    await patient.page.getByText("You dispute this record: it is about another person.").waitFor({ timeout: FINAL });
    const row = doctor.page.getByRole("listitem").filter({ hasText: /^Report/ });
    await row.getByText("disputed: it is about another person").waitFor({ timeout: FINAL });
    await row.getByRole("button", { name: "Retract" }).click();
    await doctor.page
      .getByRole("alertdialog")
      .getByLabel("Why")
      .selectOption({ label: "It describes another patient" });
    await interrupted(doctor, "Retract");
    await patient.page.getByText("It describes another patient").first().waitFor({ timeout: FINAL });
    await patient.button("Withdraw").click();
    await patient.confirm("Withdraw");
  });
}
