// The same account on a second device, and an account whose signing key is in a wallet.
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret, ss58Address } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { eventually, FINAL } from "./people.mjs";
import { injectWallet } from "./wallet.mjs";

/** In the page: how many keystores, uploads and leaves of uploads its browser keeps. */
const keptByBrowser = async () => {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open("medchain"));
  const count = (store) => done(database.transaction(store).objectStore(store).count());
  const counts = [await count("keystores"), await count("uploads"), await count("leaves")];
  database.close();
  return counts;
};

/** @param {import("./run.mjs").Play} play */
export async function secondDevice({ step, look, expect, person, output, patient }) {
  await step("a second device takes the account over by picture and code, and forgets it with an upload that was begun", async () => {
    await patient.go("/account");
    await patient.page.getByLabel("Password").fill(patient.password);
    await patient.button("Show the picture").click();
    const picture = `${output}/picture.png`;
    await patient.page.getByRole("img", { name: "Your encrypted key" }).screenshot({ path: picture });
    await look(patient, "account-picture");
    await patient.button("It is scanned: show the code").click();
    const code = await patient.page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent();

    const second = await person("Patient");
    // Ciphertext leaves this device only once that is wanted.
    await second.context.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        if (!String(message).includes("vault_putLeaf")) {
          server.send(message);
        }
      });
      server.onMessage((message) => socket.send(message));
    });
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

    // An upload that is left begun, and then the account is removed from the browser.
    await second.go("/profile");
    await second.button("Change my details").click();
    await second.page.getByLabel("Name", { exact: true }).fill("Synthia Elsewhere");
    await second.button("Save").click();
    const dialog = second.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await dialog.getByText("Storing the encrypted document").first().waitFor({ timeout: FINAL });
    await second.reload();
    const kept = () => second.page.evaluate(keptByBrowser);
    expect((await kept()).join() === "1,1,1", `a browser with an account and an upload keeps ${await kept()}`);
    await second.go("/account");
    await second.button("Remove from this browser").click();
    await second.button("Yes, remove it").click();
    await second.page.getByRole("heading", { name: "Sign in" }).or(second.page.locator("main")).first().waitFor();
    await eventually(async () => (await kept()).join() === "0,0,0", "a browser keeps something of an account that it forgot");
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
