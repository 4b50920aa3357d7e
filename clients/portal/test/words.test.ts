import i18next from "i18next";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { date, dateTime, standalone } from "../src/i18n";

describe("words", () => {
  beforeAll(async () => {
    await i18next.init({ lng: "en" });
    vi.stubGlobal("navigator", { language: "en-GB", languages: ["en-GB"] });
  });

  it("of a date stay on one line, or break after a comma", () => {
    const noon = new Date(2026, 11, 2, 12, 0).getTime();
    expect(dateTime(noon)).toBe("2\u00a0Dec\u00a02026, 12:00");
    expect(date(noon).replaceAll("\u00a0", "_")).toMatch(/^Wednesday(, |_)2_December_2026$/);
  });

  it("that go on in a sentence begin with a capital where they stand by themselves", () => {
    expect(standalone("for an hour")).toBe("For an hour");
    expect(standalone("")).toBe("");
  });
});
