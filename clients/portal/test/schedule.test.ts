import { describe, expect, it } from "vitest";
import { isOpen, quarterOf, quarterText, toLocal, toUtc } from "../src/doctor/schedule";

const HOUR = 3_600_000;
/** Monday, 7 January 2030, at midnight UTC. */
const MONDAY = Date.UTC(2030, 0, 7);
const week = { openingTimes: [{ weekday: 0, from: 32, until: 48 }], daysOff: [] };

describe("opening times", () => {
  it("are those of the weekday, in UTC", () => {
    expect(isOpen(week, MONDAY + 8 * HOUR)).toBe(true);
    expect(isOpen(week, MONDAY + 11.75 * HOUR)).toBe(true);
    expect(isOpen(week, MONDAY + 12 * HOUR)).toBe(false);
    expect(isOpen(week, MONDAY + 32 * HOUR)).toBe(false);
  });

  it("are any time where there are none, but for the days off", () => {
    const day = MONDAY / (24 * HOUR);
    const none = { openingTimes: [], daysOff: [{ first: day, last: day }] };
    expect(isOpen(none, MONDAY + 3 * HOUR)).toBe(false);
    expect(isOpen(none, MONDAY + 27 * HOUR)).toBe(true);
  });

  it.each([0, 4, -20, 23, 48])("come back from UTC when local time is %i quarters ahead", (offset) => {
    const local = [
      { weekday: 0, from: 32, until: 68 },
      { weekday: 2, from: 0, until: 95 },
      { weekday: 6, from: 80, until: 96 },
    ];
    const utc = toUtc(local, offset);
    expect(utc.every(({ weekday, from, until }) => weekday < 7 && from < until && until <= 96)).toBe(true);
    expect(toLocal(utc, offset)).toEqual(local);
  });

  it("are written as time fields hold them", () => {
    expect([quarterText(0), quarterText(33), quarterText(96)]).toEqual(["00:00", "08:15", "23:45"]);
    expect([quarterOf("08:15"), quarterOf("23:59")]).toEqual([33, 95]);
    expect(quarterOf("")).toBeNaN();
  });
});
