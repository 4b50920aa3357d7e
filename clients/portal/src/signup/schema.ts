import { z } from "zod";
import { STRENGTH_MIN, strength } from "./strength";

// The policy of the page lets nothing be compiled from text; without this, zod would try once and the browser report it.
z.config({ jitless: true });

const encoder = new TextEncoder();

/** Longest public detail, in bytes of UTF-8. */
const DETAIL_MAX = 128;

const detail = z
  .string()
  .trim()
  .refine((value) => encoder.encode(value).length <= DETAIL_MAX, "error.tooLong")
  .refine((value) => !/\p{Cc}/u.test(value), "error.control");
const required = detail.refine((value) => value !== "", "error.required");
const personal = z.string().trim().max(400, "error.tooLong");

/** The registry's own rules for usernames. */
export const username = z
  .string()
  .trim()
  .min(3, "error.usernameShort")
  .max(32, "error.usernameLong")
  .regex(/^[a-z0-9._-]*$/, "error.usernameCharacters")
  .regex(/^[a-z0-9].*[a-z0-9]$/, "error.usernameEdges")
  .regex(/^(?!.*[._-]{2})/, "error.usernameSeparators");

export const password = z.string().refine((value) => strength(value) >= STRENGTH_MIN, "error.passwordWeak");

export const patientProfile = z.object({
  name: personal.min(1, "error.required"),
  email: z.union([z.literal(""), z.email("error.email")]),
  bloodGroup: personal.max(10, "error.tooLong"),
  address: personal,
});

export const professionalDetails = z.object({
  name: required,
  speciality: detail,
  licence: required,
  issuer: required,
  address: detail,
});

/** What signing in needs besides the details of a role. */
export const credentials = z
  .object({ username, password, repeat: z.string() })
  .refine((value) => value.password === value.repeat, { path: ["repeat"], message: "error.passwordsDiffer" });

export type PatientProfile = z.infer<typeof patientProfile>;
export type ProfessionalDetails = z.infer<typeof professionalDetails>;
export type Credentials = z.infer<typeof credentials>;
