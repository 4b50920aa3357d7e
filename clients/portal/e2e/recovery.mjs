// An account whose key is lost: those whom its owner named give it to another key together; the owner can object.
import { FINAL } from "./people.mjs";
import { interrupted } from "./interruptions.mjs";
import { consentFor, keyOnly } from "./staff.mjs";

const DAY = 24 * 3_600_000;

/** Names, on the page of recovery, whoever has lost the key. */
async function helps(who, owner) {
  await who.go("/recovery");
  await who.page.getByLabel("Number or username of whoever has lost the key").fill(owner.username);
}

/** Brings to Wilma's key what is sealed to an earlier one, in two goes: the page is left after the first of two calls. */
async function sealAnew(who) {
  await who.go("/account");
  await who.button("Seal them anew").click({ timeout: FINAL });
  await interrupted(who, "Seal them anew");
  await who.button("Seal them anew").click({ timeout: FINAL });
  await who.confirm("Seal them anew");
  await who.page.getByText("still sealed to an earlier key").waitFor({ state: "detached", timeout: FINAL });
  await who.go("/profile");
  await who.button("Read").click();
  await who.page.getByText("Wilma Wallet").waitFor({ timeout: FINAL });
}

/** @param {import("./run.mjs").Play} play */
export async function recovery({ step, look, expect, person, wilma, guardian, pharmacy }) {
  const lost = await person("Lost");
  await step("somebody names two others who can recover the account; before that, they cannot", async () => {
    const named = async () => {
      await wilma.go("/recovery");
      await wilma.button("Name who can").click();
      for (const helper of [guardian, pharmacy]) {
        await wilma.page.getByLabel("Number or username", { exact: true }).fill(String(helper.id));
        await wilma.page.getByText(`(${helper.id})`).waitFor({ timeout: FINAL });
        await wilma.button("Add").click();
      }
      await wilma.page.getByLabel("How many have to agree").selectOption("2");
      await wilma.page.getByLabel("How long I can object").selectOption("1 day");
      await look(wilma, "recovery-name");
      await wilma.button("Name who can").click();
      await interrupted(wilma, "Name who can");
      await wilma.page.locator("dt:has-text('How many have to agree') + dd").waitFor({ timeout: FINAL });
    };
    await helps(pharmacy, wilma);
    await pharmacy.page.getByText("wilma has not named you").waitFor({ timeout: FINAL });
    await Promise.all([named(), keyOnly(lost)]);
  });

  await step("one proposes the new account, the other agrees to its address; the owner is warned and objects", async () => {
    const text = await consentFor(lost, "Number or username of the account", wilma.username);
    const address = await lost.page.getByLabel("Address", { exact: true }).last().inputValue();
    await helps(guardian, wilma);
    await guardian.page.getByLabel("The person's text").fill(text.slice(0, -2));
    await guardian.page.getByText("This is not the text that was asked for").waitFor();
    await guardian.page.getByLabel("The person's text").fill(text);
    await guardian.page.getByText(address).waitFor();
    await look(guardian, "recovery-propose");
    await guardian.button("Propose").click();
    await interrupted(guardian, "Propose");
    await helps(pharmacy, wilma);
    const told = pharmacy.page.getByLabel("Address that the person told you");
    await told.fill(address.slice(0, -1), { timeout: FINAL });
    await pharmacy.page.getByText("This is not the address that was proposed.").waitFor();
    expect(await pharmacy.button("Agree").isDisabled(), "another address can be agreed to");
    await told.fill(address);
    await look(pharmacy, "recovery-agree");
    await pharmacy.button("Agree").click();
    await interrupted(pharmacy, "Agree");
    await helps(pharmacy, wilma);
    await pharmacy.page.getByText("2 of 2 agree").waitFor({ timeout: FINAL });
    expect(await pharmacy.button("Carry it out").isDisabled(), "the owner has no time to object");
    await wilma.go("/");
    await wilma.page
      .getByText("A recovery of your account is under way: 2 of 2 agree")
      .first()
      .waitFor({ timeout: FINAL });
    await wilma.page.getByRole("link", { name: "Look at it" }).click();
    await look(wilma, "recovery-warned");
    await wilma.button("Object").click();
    await interrupted(wilma, "Object");
    await wilma.page.getByText("A recovery of your account is under way").first().waitFor({ state: "detached", timeout: FINAL });
  });
  await lost.context.close();
}

/** @param {import("./run.mjs").Play} play */
export async function keyGivenBack({ step, wilma, guardian }) {
  await step("a key is replaced and the page left; a guardian gives the earlier key back, and the records follow", async () => {
    await wilma.go("/account");
    await wilma.button("Replace the key").click();
    await interrupted(wilma, "Replace the key");
    await helps(guardian, wilma);
    await guardian.page.getByText("wilma has another key now.").waitFor({ timeout: FINAL });
    await guardian.button("Give it back").click();
    await interrupted(guardian, "Give it back");
    await helps(guardian, wilma);
    await guardian.page.getByText("wilma has the earlier decryption key back").waitFor({ timeout: FINAL });
    await sealAnew(wilma);
  });
}

/** Until the waiting time begins; what follows a day later is `recoveryCarriedOut`. @param {import("./run.mjs").Play} play */
export async function recoveryAgreed(play) {
  const { step, expect, person, people, wilma, guardian, pharmacy } = play;
  await step("a recovery to which nobody objects is agreed; it is not offered to carry it out before the day is over", async () => {
    const found = await person("Found");
    people.push(found);
    play.found = found;
    await keyOnly(found);
    const text = await consentFor(found, "Number or username of the account", wilma.username);
    found.account = await found.page.getByLabel("Address", { exact: true }).last().inputValue();
    await helps(guardian, wilma);
    await guardian.page.getByLabel("The person's text").fill(text);
    await guardian.button("Propose").click();
    await guardian.confirm("Propose");
    await helps(pharmacy, wilma);
    await pharmacy.page.getByLabel("Address that the person told you").fill(found.account, { timeout: FINAL });
    await pharmacy.button("Agree").click();
    await pharmacy.confirm("Agree");
    await pharmacy.page.getByText("2 of 2 agree").waitFor({ timeout: FINAL });
    await pharmacy.page.getByText("can be carried out from").waitFor();
    expect(await pharmacy.button("Carry it out").isDisabled(), "the owner has no time to object");
  });
}

/** @param {import("./run.mjs").Play} play */
export async function recoveryCarriedOut({ step, look, node, wilma, guardian, found }) {
  if (node.putForward === null) {
    console.log("    libfaketime is not installed: no recovery is carried out");
    return;
  }
  await step("a day later a guardian carries the recovery out; before that, one whose clock is ahead is refused", async () => {
    await wilma.go("/");
    await guardian.putForward(DAY);
    await helps(guardian, wilma);
    await guardian.button("Carry it out").click({ timeout: FINAL });
    const dialog = guardian.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Carry it out", exact: true }).click();
    const early = "The time in which the member may object is not over; wait until then.";
    await dialog.getByText(early, { exact: true }).waitFor({ timeout: FINAL });
    await node.putForward(DAY);
    await interrupted(guardian, "Try again");
    // The page of the account that was replaced says so at once.
    await wilma.page.getByRole("heading", { name: "This account has been replaced" }).waitFor({ timeout: FINAL });
    await look(wilma, "moved");
  });

  await step("the guardian gives the earlier key back; with the new account the records are read, the old one is refused", async () => {
    await found.putForward(DAY);
    await found.page.getByRole("heading", { name: `Hello, ${wilma.username}` }).waitFor({ timeout: FINAL });
    // Too early: what those who were named hold is the only copy of the earlier key, and stays with them.
    await found.go("/account");
    await found.button("Seal them anew").click({ timeout: FINAL });
    const dialog = found.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Seal them anew", exact: true }).click();
    await dialog.getByText(/that key is not at hand/).first().waitFor({ timeout: FINAL });
    await found.button("Close", dialog).click();
    await helps(guardian, wilma);
    await guardian.page.getByText("wilma has another key now.").waitFor({ timeout: FINAL });
    await guardian.button("Give it back").click();
    await interrupted(guardian, "Give it back");
    await helps(guardian, wilma);
    await guardian.page.getByText("wilma has the earlier decryption key back").waitFor({ timeout: FINAL });
    await sealAnew(found);
    await wilma.reload();
    await wilma.page.getByRole("heading", { name: "This account has been replaced" }).waitFor({ timeout: FINAL });
  });
}
