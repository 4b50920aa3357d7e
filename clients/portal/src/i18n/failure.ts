import i18next from "i18next";
import { explain, type Failure } from "../chain/failure";

/** A failure in the catalogue's words, else in the spoken language's for what the chain refuses, else in its source's own. */
export function failureWords(failure: Failure): string {
  const key = `failure.${failure.code}`;
  if (i18next.exists(key)) {
    return String(i18next.t(key as never));
  }
  // Their keys are the codes as they are, with the dot in them.
  const refusal: unknown = i18next.getResource(i18next.language, "refusals", failure.code, { keySeparator: false });
  return typeof refusal === "string" ? refusal : failure.text;
}

/** An error in words, with what machines call it. */
export function explained(error: unknown): { reason: string; detail: string } {
  const failure = explain(error);
  return { reason: failureWords(failure), detail: `${failure.code}: ${failure.text}` };
}
