// Links: made in the portal, opened without an account in the viewer that a real gateway serves, and by the command.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mnemonicToMiniSecret } from "@polkadot-labs/hdkd-helpers";
import { interrupted } from "./interruptions.mjs";
import { FINAL } from "./people.mjs";
import { openWithCommand, startGateway } from "./servers.mjs";

const PASSCODE = "synthetic-7";
const NEW_PASSCODE = "synthetic-8-other";

/** Fills the form of a new link, makes it, and gives its text. */
export async function make(patient, { records, openings, fill }) {
  for (const name of records) {
    await patient.page.getByText(name).first().click();
  }
  await patient.page.getByLabel("How often it opens").fill(String(openings));
  await fill();
  await patient.button("Make a link").click();
  await patient.confirm("Make a link");
  return patient.page.getByLabel("Address to give on").inputValue();
}

/**
 * What is done with links, each stretch after the one before.
 *
 * @param {import("./run.mjs").Play} play
 */
export function links({ step, look, expect, person, output, samples, node, patient, hospital, shots, all }) {
  let gateway;
  let link;
  let stranger;
  const makes = async () => {
    await step("the hospital runs a gateway; the patient makes a link with a passcode", async () => {
      const seed = Buffer.from(mnemonicToMiniSecret(hospital.phrase.join(" "))).toString("hex");
      gateway = await startGateway(node, `0x${seed}`, fileURLToPath(new URL("../dist", import.meta.url)));
      const { validators } = await (await fetch(`${gateway.url}/config.json`)).json();
      expect(
        validators?.length > 0 && String(validators) === String(node.validators),
        "the gateway does not tell browsers who finalizes the chain",
      );
      node.gateway = gateway.url;
      node.stopGateway = gateway.stop;
      await patient.go("/records");
      await patient.page.getByRole("link", { name: "Make a link" }).click();
      link = await make(patient, {
        records: [/^Report \d+/, /^Prescription \d+/],
        openings: 2,
        fill: async () => {
          await patient.page.getByLabel("Passcode (optional)").fill("123");
          await patient.page.getByText("A passcode has 4 to 64 characters.").waitFor();
          await patient.page.getByLabel("Passcode (optional)").fill(PASSCODE);
          await patient.page.getByLabel("What it is called (optional)").fill("Synthetic papers");
          await look(patient, "patient-link-new");
        },
      });
      expect(link.startsWith(`${gateway.url}/viewer.html#shlink:/`), `the link leads elsewhere: ${link}`);
      await patient.page.getByText("It opens 2 times, until").waitFor();
      await look(patient, "patient-link-made");
      if (shots) {
        await patient.page.emulateMedia({ media: "print" });
        await patient.page.screenshot({ path: `${output}/patient-link-card-printed.png` });
        await patient.page.emulateMedia({ media: "screen" });
      }
      await patient.button("I have given it on").click();
      await patient.page.getByText("Link 1", { exact: true }).waitFor();
    });
  };

  const opened = async () => {
    stranger = await person("Stranger");
    await step("somebody without an account opens it; a wrong passcode takes an attempt", async () => {
      await stranger.page.goto(link);
      await stranger.page.getByRole("heading", { name: "Synthetic papers" }).waitFor();
      expect(!stranger.page.url().includes("shlink"), "the link stays in the address");
      await stranger.page.getByLabel("Your name or institution").fill("Synthetic Clinic Abroad");
      await stranger.page.getByLabel("Passcode").fill("not this one");
      await stranger.button("Open").click();
      await stranger.page.getByText("Attempts left: 2.").waitFor({ timeout: FINAL });
      await look(stranger, "viewer-passcode");
      await stranger.page.getByLabel("Passcode").fill(PASSCODE);
      await stranger.button("Open").click();
      await stranger.page.getByRole("heading", { name: "laboratory-report.pdf" }).waitFor({ timeout: FINAL });
      const shown = stranger.page.locator("section").filter({ hasText: "laboratory-report.pdf" });
      await shown.frameLocator("iframe").locator("img").first().waitFor({ timeout: FINAL });
      await look(stranger, "viewer-open");
      const [download] = await Promise.all([
        stranger.page.waitForEvent("download"),
        shown.getByRole("button", { name: "Download" }).click(),
      ]);
      expect(
        readFileSync(await download.path()).equals(readFileSync(`${samples}laboratory-report.pdf`)),
        "the download differs from the document",
      );
    });
  };

  const alerted = async () => {
    await step("the patient is alerted, and sees who opened it", async () => {
      await patient.page.getByText("Link 1 was opened just now. Openings left: 1.").waitFor({ timeout: FINAL });
      await patient.go("/links");
      await patient.button("Openings").click();
      await patient.page.getByText("Synthetic Clinic Abroad").waitFor({ timeout: FINAL });
      await look(patient, "patient-links");
      await patient.button("Close").last().click();
      await patient.go("/grants");
      await patient.page.getByText("Link 1", { exact: true }).waitFor();
      await patient.go("/log");
      await patient.page.getByText(/by a link/).first().waitFor({ timeout: FINAL });
    });
  };

  const locked = async () => {
    await step("after more wrong passcodes the link is locked, until the patient unlocks it with another", async () => {
      await stranger.page.goto("about:blank");
      await stranger.page.goto(link);
      await stranger.page.getByLabel("Your name or institution").fill("Synthetic Guesser");
      for (const answer of ["Attempts left: 1.", "Attempts left: 0."]) {
        await stranger.page.getByLabel("Passcode").fill("not this one either");
        await stranger.button("Open").click();
        await stranger.page.getByText(answer).waitFor({ timeout: FINAL });
      }
      await stranger.page.goto("about:blank");
      await stranger.page.goto(link);
      await stranger.page.getByLabel("Your name or institution").fill("Synthetic Guesser");
      await stranger.page.getByLabel("Passcode").fill(PASSCODE);
      await stranger.button("Open").click();
      await stranger.page.getByText("This link cannot be opened.").waitFor({ timeout: FINAL });
      await patient.go("/links");
      await patient.button("Passcode").first().click();
      await patient.page.getByLabel("New passcode").fill("abc");
      await patient.page.getByText("A passcode has 4 to 64 characters.").waitFor();
      await patient.page.getByLabel("New passcode").fill(NEW_PASSCODE);
      await look(patient, "patient-link-unlock");
      await patient.button("Take passcodes again").click();
      await patient.page.getByText("The link takes passcodes again.").waitFor({ timeout: FINAL });
    });
  };

  const commanded = async () => {
    await step("the medchain command opens the same link, and then it is used up", async () => {
      const received = `${output}/received`;
      mkdirSync(received);
      writeFileSync(`${output}/passcode`, `${all ? NEW_PASSCODE : PASSCODE}\n`);
      openWithCommand(link, "Synthetic Insurer", `${output}/passcode`, received);
      expect(
        readFileSync(`${received}/laboratory-report.pdf`).equals(readFileSync(`${samples}laboratory-report.pdf`)),
        "the command received another document",
      );
      await patient.go("/links");
      await patient.page.getByText("Used up").waitFor({ timeout: FINAL });
    });
  };

  const direct = async () => {
    await step("the portal that the gateway serves makes a direct link; taken back, it opens no more; so does one whose page was left", async () => {
      const there = await person("Patient");
      there.url = `${gateway.url}/`;
      await there.signInByPhrase(patient.phrase.join(" "));
      await there.page.getByRole("heading", { name: `Hello, ${patient.username}` }).waitFor({ timeout: FINAL });
      await there.go("/links/new");
      await there.page.getByText(/^Profile \d+/).first().click();
      await there.button("Make a link").click();
      await interrupted(there, "Make a link");
      // Nobody has its address: it stands in the list to be taken back.
      await there.go("/links");
      await there.button("Revoke").click({ timeout: FINAL });
      await there.confirm("Revoke");
      await there.go("/links/new");
      const direct = await make(there, {
        records: [/^Profile \d+/],
        openings: 5,
        fill: async () => {
          await there.page.getByText("For other software").click();
          await there.page.getByText(/^For long-term use/).click();
          await there.page.getByText(/^Leads to one file directly/).click();
        },
      });
      await stranger.page.goto("about:blank");
      await stranger.page.goto(direct);
      await stranger.page.getByLabel("Your name or institution").fill("Synthetic Clinic Abroad");
      expect((await stranger.page.getByLabel("Passcode").count()) === 0, "a direct link asks for a passcode");
      await stranger.button("Open").click();
      await stranger.page.getByRole("heading", { name: "Record 1" }).waitFor({ timeout: FINAL });
      await there.button("I have given it on").click();
      await there.button("Revoke").click();
      await interrupted(there, "Revoke");
      await stranger.page.goto("about:blank");
      await stranger.page.goto(direct);
      await stranger.page.getByLabel("Your name or institution").fill("Synthetic Clinic Abroad");
      await stranger.button("Open").click();
      await stranger.page.getByText("This link cannot be opened.").waitFor({ timeout: FINAL });
      expect((await stranger.page.getByText("can be opened for another").count()) === 0, "a link that is refused is said to open");
      await look(stranger, "viewer-refused");
      const odd = [...there.console, ...stranger.console].filter((text) => !/status of 40[14]/.test(text));
      expect(odd.length === 0, `at the gateway: ${odd.join("; ")}`);
      await there.context.close();
    });
  };

  const searched = async () => {
    await step("the link's key is in no traffic of the patient, and not with the gateway", async () => {
      const payload = JSON.parse(Buffer.from(link.split("#shlink:/")[1], "base64url").toString());
      const sent = [...patient.requests.map(({ url, body }) => url + body), ...patient.frames, gateway.log()];
      const secret = payload.url.split("/l/")[1];
      for (const needle of [payload.key, secret, Buffer.from(payload.key, "base64url").toString("hex")]) {
        expect(!sent.some((text) => text.includes(needle)), "the link's key or secret is given away");
      }
      expect(![PASSCODE, NEW_PASSCODE].some((one) => gateway.log().includes(one)), "the gateway's log holds the passcode");
    });
    await stranger.context.close();
  };

  return { makes, opened, alerted, locked, commanded, direct, searched };
}
