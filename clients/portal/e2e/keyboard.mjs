// By keyboard alone: what has the focus can be seen, dialogs keep it and give it back, and Escape sends nothing.
import { eventually, FINAL } from "./people.mjs";

/** Presses Tab until an element of this role and name has the focus. */
async function tabTo(page, role, name, within = page) {
  const wanted = within.getByRole(role, { name, exact: true }).first();
  for (let at = 0; at < 80; at += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      return wanted;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach the ${role} ${name}`);
}

/** Whether what has the focus shows it. */
const isSeen = (page) =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  });

/** Waits until a condition holds in the page: the focus may move some frames after what moves it. */
const becomes = (page, condition, message, argument) => eventually(() => page.evaluate(condition, argument), message);

/** @param {import("./run.mjs").Play} play */
export async function keyboard({ step, expect, person, patient }) {
  await step("by keyboard alone: signing in, an act that is rejected, and signing out", async () => {
    const typist = await person("Patient");
    const { page } = typist;
    await page.goto(typist.url);
    await tabTo(page, "link", "Sign in");
    expect(await isSeen(page), "the focus is not seen on a link");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await tabTo(page, "button", "Recovery phrase");
    expect(await isSeen(page), "the focus is not seen on a button");
    await page.keyboard.press("Space");
    await tabTo(page, "textbox", "Recovery phrase");
    await page.keyboard.type(patient.phrase.join(" "));
    await tabTo(page, "textbox", "New password for this browser");
    await page.keyboard.type(typist.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `Hello, ${patient.username}` }).waitFor({ timeout: FINAL });

    await page.evaluate(() => document.activeElement?.blur());
    await tabTo(page, "button", "Skip to the content");
    await page.keyboard.press("Enter");
    await becomes(page, () => document.activeElement?.id === "main", "the link to the content leads elsewhere");
    await tabTo(page, "link", "My key");
    await page.keyboard.press("Enter");
    const opener = await (await tabTo(page, "button", "Replace the key")).elementHandle();
    const sent = typist.frames.length;
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("alertdialog");
    await dialog.waitFor();
    await becomes(
      page,
      () => document.querySelector("[role=alertdialog]")?.contains(document.activeElement) === true,
      "the focus does not move into the dialog",
    );
    for (let at = 0; at < 6; at += 1) {
      await page.keyboard.press("Tab");
      expect(
        await dialog.evaluate((element) => element.contains(document.activeElement)),
        "Tab leaves a dialog that waits for an answer",
      );
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await becomes(
      page,
      (element) => element === document.activeElement,
      "the focus does not come back to what opened the dialog",
      opener,
    );
    await page.getByText("Version 1 is in force.").waitFor();
    const acts = typist.frames.slice(sent).filter((text) => /transaction_v1_broadcast|author_submit/.test(text));
    expect(acts.length === 0, "an act that was rejected has been sent");
    await tabTo(page, "button", "Sign out");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await typist.context.close();
  });
}
