import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const CHOICE = "medchain.language";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
    returnNull: false;
  }
}

function preferred(): Language {
  const chosen = localStorage.getItem(CHOICE) ?? navigator.language.slice(0, 2);
  return LANGUAGES.find((language) => language === chosen) ?? "en";
}

/** Starts the catalogue in the language chosen before, or the browser's. */
export async function startCatalogue(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  await speak(preferred());
}

/** Changes the language, here and for the next visit. */
export async function speak(language: Language): Promise<void> {
  if (language === "de" && !i18next.hasResourceBundle("de", "translation")) {
    const [{ de }, { refusals }] = await Promise.all([import("./de"), import("./refusals.de")]);
    i18next.addResourceBundle("de", "translation", de);
    i18next.addResourceBundle("de", "refusals", refusals);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  localStorage.setItem(CHOICE, language);
}

/** The reader's own region where it speaks the chosen language. */
function locale(): string {
  return navigator.languages.find((one) => one.startsWith(i18next.language)) ?? i18next.language;
}

/** Keeps what belongs together on one line; after a comma there may be another. */
function unbroken(text: string): string {
  return text.replaceAll(/(?<!,) /g, "\u00a0");
}

/** A point in time as people write it. */
export function dateTime(ms: number): string {
  return unbroken(new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(ms));
}

/** A day as people write it. */
export function date(ms: number): string {
  return unbroken(new Intl.DateTimeFormat(locale(), { dateStyle: "full" }).format(ms));
}

/** What continues a sentence elsewhere, as it stands by itself. */
export function standalone(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase(i18next.language) + text.slice(1);
}

/** A day as date fields hold it, in the time zone of this browser. */
export function dayText(ms: number): string {
  const day = new Date(ms);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}

/** The end of such a day in milliseconds; not a number if the text is no day. */
export function dayEnd(day: string): number {
  return new Date(`${day}T23:59:59`).getTime();
}

/** The name of a weekday; 0 is Monday. */
export function weekdayName(weekday: number): string {
  // 5 January 1970 was a Monday.
  return new Intl.DateTimeFormat(locale(), { weekday: "long", timeZone: "UTC" }).format((weekday + 4) * 86_400_000);
}

/** A time of day. */
export function time(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(ms);
}

/** A number of bytes as people write it. */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: units[at] ?? "byte",
    unitDisplay: at === 0 ? "long" : "short",
    maximumFractionDigits: at === 0 ? 0 : 1,
  }).format(count / 1000 ** at);
}
