// The same account on a second device, and an account whose signing key is in a wallet.
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret, ss58Address } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { FINAL } from "./people.mjs";
import { injectWallet } from "./wallet.mjs";

/** @param {import("./run.mjs").Play} play */
export async function secondDevice({ step, look, person, output, patient }) {
  await step("a second device takes the account over by picture and code", async () => {
    await patient.go("/account");
    await patient.page.getByLabel("Password").fill(patient.password);
    await patient.button("Show the picture").click();
    const picture = `${output}/picture.png`;
    await patient.page.getByRole("img", { name: "Your encrypted key" }).screenshot({ path: picture });
    await look(patient, "account-picture");
    await patient.button("It is scanned: show the code").click();
    const code = await patient.page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent();

    const second = await person("Patient");
    await second.page.goto(`${second.url}#/signin`);
    await second.button("Another device").click();
    await second.page.getByText("Scan the picture").waitFor();
    await look(second, "signin-scan");
    await second.choose(picture);
    await second.page.getByLabel("Code").fill("AAAA-AAAA-AAAA");
    await second.page.getByLabel("New password for this browser").fill(second.password);
    const submit = second.page.locator("form").getByRole("button", { name: "Sign in", exact: true });
    await submit.click();
    await second.page.getByText("The code does not fit the picture.").waitFor({ timeout: FINAL });
    await second.page.getByLabel("Code").fill(code.toLowerCase());
    await submit.click();
    await second.page.getByRole("heading", { name: `Hello, ${patient.username}` }).waitFor({ timeout: FINAL });
    await second.context.close();
  });
}

/** @param {import("./run.mjs").Play} play */
export async function wallet({ step, look, wilma }) {
  await step("a patient signs up with an account in a wallet, which may refuse", async () => {
    const pair = sr25519CreateDerive(mnemonicToMiniSecret(generateMnemonic(wordlist, 128)))("");
    const wallet = await injectWallet(wilma.context, pair, ss58Address(pair.publicKey, 42));
    await wilma.page.goto(`${wilma.url}#/signin`);
    await wilma.button("Wallet").click();
    await wilma.button("Connect synthetic-wallet").click();
    await look(wilma, "signin-wallet");
    await wilma.button("Use this one").click();
    await wilma.button("Continue").click();
    await wilma.page.getByText("I have written the words down").click();
    await wilma.button("Continue").click();
    await wilma.page.getByLabel("New password for this browser").fill(wilma.password);
    await wilma.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
    await wilma.page.getByLabel("Username", { exact: true }).fill("wilma");
    await wilma.button("Continue").click();
    await wilma.page.getByLabel("Name", { exact: true }).fill("Wilma Wallet");
    await wilma.button("Finish").click();
    wallet.refuse = true;
    const dialog = wilma.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Register", exact: true }).click();
    await dialog.getByText("The wallet did not sign.").waitFor({ timeout: FINAL });
    await dialog.getByRole("button", { name: "Try again" }).click();
    await wilma.finished();
    await wilma.page.getByRole("heading", { name: "Hello, wilma" }).waitFor({ timeout: FINAL });
    wilma.id = await wilma.ownNumber();
    await wilma.go("/profile");
    await wilma.button("Read").click();
    await wilma.page.getByText("Wilma Wallet").waitFor({ timeout: FINAL });
  });
}
