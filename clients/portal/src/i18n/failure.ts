import i18next from "i18next";
import { explain, type Failure } from "../chain/failure";

/** A failure in the words of the catalogue; in its source's own where the catalogue has none. */
export function failureWords(failure: Failure): string {
  const key = `failure.${failure.code}`;
  return i18next.exists(key) ? String(i18next.t(key as never)) : failure.text;
}

/** An error in words, with what machines call it. */
export function explained(error: unknown): { reason: string; detail: string } {
  const failure = explain(error);
  return { reason: failureWords(failure), detail: `${failure.code}: ${failure.text}` };
}
