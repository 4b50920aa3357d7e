import i18next from "i18next";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import english from "../src/chain/refusals.json";
import { speak, startCatalogue } from "../src/i18n";
import { failureWords } from "../src/i18n/failure";
import { de } from "../src/i18n/de";
import { refusals } from "../src/i18n/refusals.de";

const TAKEN = { code: "Registry.UsernameTaken", text: english["Registry.UsernameTaken"] };

describe("a failure's words", () => {
  beforeAll(async () => {
    vi.stubGlobal("navigator", { language: "en-GB", languages: ["en-GB"] });
    vi.stubGlobal("document", { documentElement: { lang: "" } });
    vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
    await startCatalogue();
  });

  afterAll(() => vi.unstubAllGlobals());

  it("are the chain's in English, and load no German", () => {
    expect(failureWords(TAKEN)).toBe(TAKEN.text);
    expect(i18next.hasResourceBundle("de", "refusals")).toBe(false);
  });

  it("are German where German is spoken, and English again after it", async () => {
    await speak("de");
    expect(failureWords(TAKEN)).toBe(refusals["Registry.UsernameTaken"]);
    await speak("en");
    expect(failureWords(TAKEN)).toBe(TAKEN.text);
  });

  it("are the catalogue's before the chain's", async () => {
    await speak("de");
    expect(failureWords({ code: "Access.SealMissing", text: english["Access.SealMissing"] })).toBe(
      de.failure.Access.SealMissing,
    );
  });

  it("are its source's own for a code that nobody knows", async () => {
    await speak("de");
    for (const code of ["Registry.Unheard", "Registry", "Chain.BadOrigin"]) {
      expect(failureWords({ code, text: "as its source says" })).toBe("as its source says");
    }
  });
});

describe("the refusals in German", () => {
  it("are there for each code, and say something else than the English", () => {
    expect(Object.keys(refusals).sort()).toEqual(Object.keys(english).sort());
    for (const [code, text] of Object.entries(english)) {
      const german = refusals[code as keyof typeof english];
      expect(german.trim(), code).not.toBe("");
      expect(german, code).not.toBe(text);
    }
  });
});
