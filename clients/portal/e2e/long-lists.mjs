// Ten thousand readings: the log is drawn, scrolled and filtered without a stall.
import { FINAL } from "./people.mjs";

const ENTRIES = 10_000;
/** What a person takes for at once is 100 ms; a machine that runs all of these tests is given more. */
const STALL = 1_000;

/** A page of a log that no chain has to be filled with. */
function page(cursor, limit, patient, reader) {
  const from = cursor ?? ENTRIES;
  const count = Math.min(limit, from);
  const items = Array.from({ length: count }, (_, at) => ({
    id: from - at,
    record: 1 + ((from - at) % 500),
    patient,
    reader,
    staff: null,
    purpose: "TREAT",
    basis: "consent",
    openedAt: Date.UTC(2026, 0, 1) + (from - at) * 60_000,
    openedIn: from - at,
    emergency: null,
  }));
  return { items, next: from - count === 0 ? null : from - count };
}

/** @param {import("./run.mjs").Play} play */
export async function longLists({ step, expect, person, patient, doctor }) {
  await step(`a read log of ${ENTRIES} entries is scrolled and filtered without a stall`, async () => {
    const reader = await person("Patient");
    await reader.context.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const call = JSON.parse(String(message));
        if (call.method === "medchain_readLog") {
          const [, cursor, limit] = call.params;
          const result = page(cursor, limit, patient.id, doctor.id);
          socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
        } else {
          server.send(message);
        }
      });
      server.onMessage((message) => socket.send(message));
    });
    await reader.signInByPhrase(patient.phrase.join(" "));
    await reader.page.getByRole("heading", { name: `Hello, ${patient.username}` }).waitFor({ timeout: FINAL });
    await reader.go("/log");
    await reader.page.locator(`li[aria-setsize="${ENTRIES}"]`).first().waitFor({ timeout: FINAL });
    await reader.page.evaluate(() => {
      window.longest = 0;
      new PerformanceObserver((list) => {
        window.longest = Math.max(window.longest, ...list.getEntries().map((entry) => entry.duration));
      }).observe({ entryTypes: ["longtask"] });
    });
    await reader.page.locator("section[tabindex='0']").evaluate(async (list) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (let at = 0; at <= 20; at += 1) {
        list.scrollTop = (list.scrollHeight * at) / 20;
        await frame();
      }
      // Rows are measured as they come into view, so that the end may move a little.
      for (let settle = 0; settle < 20; settle += 1) {
        list.scrollTop = list.scrollHeight;
        await frame();
      }
    });
    await reader.page.locator(`li[aria-posinset="${ENTRIES}"]`).waitFor();
    expect((await reader.page.locator("section li").count()) < 60, "rows out of sight are drawn");
    await reader.page.getByLabel("Record's number").fill("17");
    await reader.page.getByText("Record 17 ·").first().waitFor();
    expect((await reader.page.getByText("Record 18 ·").count()) === 0, "the filter lets another record through");
    const longest = await reader.page.evaluate(() => window.longest);
    console.log(`    the longest task took ${Math.round(longest)} ms`);
    expect(longest < STALL, `the page stood still for ${Math.round(longest)} ms`);
    await reader.context.close();
  });
}
