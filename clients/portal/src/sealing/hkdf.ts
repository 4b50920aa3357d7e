import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, copy, utf8 } from "./encoding";

/** HKDF-SHA256 (RFC 5869) without salt, 32 bytes out. */
export function derive(ikm: Uint8Array, info: string): Bytes {
  return copy(hkdf(sha256, ikm, undefined, utf8(info), 32));
}
