import type { Bytes } from "../sealing/encoding";

/**
 * Moving an account to another screen without a server: one device shows the keystore, encrypted under a code, as a
 * picture to scan; the code is shown apart from it and typed. Either alone is worth nothing.
 */

/** Letters and digits that are not mistaken for one another. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 60 bits, each guess at which costs scrypt's work. */
const CODE_LENGTH = 12;
const GROUP = 4;
const PREFIX = "medchain:";

/** A fresh code, in groups. */
export function newCode(): string {
  const characters = Array.from(crypto.getRandomValues(new Uint8Array(CODE_LENGTH)), (byte) => ALPHABET[byte & 31]);
  return characters.join("").replace(new RegExp(`(.{${GROUP}})(?=.)`, "g"), "$1-");
}

/** A code as the other device typed it: without what people add, and with what they mistake. */
export function normalCode(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
}

/** What the picture says. */
export function transferText(file: Uint8Array): string {
  return PREFIX + btoa(String.fromCharCode(...file)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The encrypted keystore in a scanned text; `null` if it is another's. */
export function transferFile(text: string): Bytes | null {
  const encoded = text.trim();
  if (!encoded.startsWith(PREFIX) || !/^[\w-]+$/.test(encoded.slice(PREFIX.length))) {
    return null;
  }
  const binary = atob(encoded.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
