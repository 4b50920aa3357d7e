// Ten thousand readings and as many records: the lists are drawn, scrolled and filtered without a stall.
import { eventually, FINAL } from "./people.mjs";

const ENTRIES = 10_000;
/** What a person takes for at once is 100 ms; a machine that runs all of these tests is given more. */
const STALL = 1_000;

/** A page of what no chain has to be filled with, the newest first. */
function page(cursor, limit, entry) {
  const from = cursor ?? ENTRIES;
  const count = Math.min(limit, from);
  const items = Array.from({ length: count }, (_, at) => entry(from - at));
  return { items, next: from - count === 0 ? null : from - count };
}

const reading = (patient, reader) => (id) => ({
  id,
  record: 1 + (id % 500),
  patient,
  reader,
  staff: null,
  purpose: "TREAT",
  basis: "consent",
  openedAt: Date.UTC(2026, 0, 1) + id * 60_000,
  openedIn: id,
  emergency: null,
});

const record = (patient, author) => (id) => ({
  id,
  patient,
  author,
  kind: id % 10 === 0 ? "prescription" : "report",
  status: "current",
  content: `0x${"00".repeat(32)}`,
  size: 1_000 + id,
  envelope: `0x${"00".repeat(32)}`,
  keyVersion: 1,
  anchoredAt: Date.UTC(2026, 0, 1) + id * 60_000,
  supersedes: null,
  supersededBy: null,
  fills: 0,
  fillsLeft: 0,
  validUntil: null,
  retraction: null,
  dispute: null,
});

/**
 * Scrolls a long list to its end and filters it, and tells how long the page stood still at most; the best of some tries, as
 * a busy machine takes the processor away from anybody.
 */
async function stall(reader, filter, unfilter) {
  let best = Number.POSITIVE_INFINITY;
  await reader.page.evaluate(() => {
    new PerformanceObserver((list) => {
      window.longest = Math.max(window.longest, ...list.getEntries().map((entry) => entry.duration));
    }).observe({ entryTypes: ["longtask"] });
  });
  for (let tries = 0; tries < 3 && best >= STALL; tries += 1) {
    await reader.page.locator(`li[aria-setsize="${ENTRIES}"]`).first().waitFor({ timeout: FINAL });
    await reader.page.evaluate(() => {
      window.longest = 0;
    });
    await reader.page.locator("section[tabindex='0']").evaluate(async (list, entries) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (let at = 0; at <= 20; at += 1) {
        list.scrollTop = (list.scrollHeight * at) / 20;
        await frame();
      }
      // Rows are measured as they come into view, so that the end may move a little.
      const until = Date.now() + 20_000;
      for (let settled = 0; settled < 10 && Date.now() < until; ) {
        list.scrollTop = list.scrollHeight;
        await frame();
        settled = list.querySelector(`li[aria-posinset="${entries}"]`) === null ? 0 : settled + 1;
      }
    }, ENTRIES);
    await reader.page.locator(`li[aria-posinset="${ENTRIES}"]`).waitFor();
    await filter();
    best = Math.min(best, await reader.page.evaluate(() => window.longest));
    await unfilter();
  }
  return best;
}

/** @param {import("./run.mjs").Play} play */
export async function longLists({ step, expect, person, patient, doctor }) {
  await step(`a read log and a list of ${ENTRIES} entries are scrolled and filtered without a stall`, async () => {
    const reader = await person("Patient");
    await reader.context.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const call = JSON.parse(String(message));
        const [, kindOrCursor, limitOrCursor, limit] = call.params;
        const result = {
          medchain_readLog: () => page(kindOrCursor, limitOrCursor, reading(patient.id, doctor.id)),
          medchain_records: () => page(limitOrCursor, limit, record(patient.id, doctor.id)),
        }[call.method]?.();
        if (result !== undefined) {
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
    const few = async () =>
      expect((await reader.page.locator("section li").count()) < 60, "rows out of sight are drawn");
    const gone = (text, message) => eventually(async () => (await reader.page.getByText(text).count()) === 0, message);
    const log = await stall(
      reader,
      async () => {
        await few();
        await reader.page.getByLabel("Record's number").fill("17");
        await reader.page.getByText("Record 17 ·").first().waitFor();
        await gone("Record 18 ·", "the filter lets another record through");
      },
      () => reader.page.getByLabel("Record's number").fill(""),
    );
    await reader.page.getByLabel("Reader's name or number").fill("somebody else");
    await reader.page.getByText("No reading matches").waitFor();
    await reader.page.getByLabel("Reader's name or number").fill("noor");
    await reader.page.locator(`li[aria-setsize="${ENTRIES}"]`).first().waitFor();
    await reader.go("/records");
    // Until then the log's list is still there.
    await reader.page.getByText("Prescription 10000").waitFor({ timeout: FINAL });
    const records = await stall(
      reader,
      async () => {
        await few();
        await reader.page.getByLabel("Kind").selectOption("Prescription");
        await reader.page.getByText("Prescription 10000").waitFor();
        await gone(/^Report \d/, "the filter lets another kind through");
      },
      () => reader.page.getByLabel("Kind").selectOption("All"),
    );
    console.log(`    the longest tasks took ${Math.round(log)} and ${Math.round(records)} ms`);
    expect(Math.max(log, records) < STALL, `the page stood still for ${Math.round(Math.max(log, records))} ms`);
    await reader.context.close();
  });
}
