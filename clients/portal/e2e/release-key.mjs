// The hospitals replace their common key: who has records is told so, and carries them over.
import { FINAL } from "./people.mjs";
import { byCouncil } from "./servers.mjs";

/** @param {import("./run.mjs").Play} play */
export async function releaseKeyReplaced({ step, look, expect, node, wilma }) {
  await step("the hospitals replace their common key; a patient is told so, carries her records over and reads them", async () => {
    const stale = wilma.page.getByText("still sealed to an earlier key");
    await wilma.go("/account");
    await wilma.button("Replace the key").waitFor({ timeout: FINAL });
    expect((await stale.count()) === 0, "records are stale before the key is replaced");
    const epoch = () => byCouncil(node, "status").committee.epoch;
    const before = epoch();
    byCouncil(node, "council", "renew-key");
    const until = Date.now() + 2 * FINAL;
    while (epoch() !== before + 1) {
      expect(Date.now() < until, "the validators have not made another key");
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    await wilma.go("/");
    await wilma.go("/account");
    await stale.waitFor({ timeout: FINAL });
    await look(wilma, "reseal");
    await wilma.button("Seal them anew").click();
    await wilma.confirm("Seal them anew");
    await stale.waitFor({ state: "detached", timeout: FINAL });
    await wilma.go("/profile");
    await wilma.button("Read").click();
    await wilma.page.getByText("Wilma Wallet").waitFor({ timeout: FINAL });
  });
}
