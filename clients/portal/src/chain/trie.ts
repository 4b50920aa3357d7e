import { blake2b } from "@noble/hashes/blake2.js";
import { type Bytes, copy, equal, toHex } from "../sealing/encoding";
import { ProofError, ScaleReader } from "./scale";

/**
 * Checks Merkle proofs of Substrate's state (state version 1): base-16 Patricia trie, BLAKE2b-256. The layout is that of
 * the `sp-trie` crate.
 */

/** BLAKE2b with 32 bytes out. */
export function blake2b256(bytes: Uint8Array): Bytes {
  return copy(blake2b(bytes, { dkLen: 32 }));
}

/** Values longer than this are kept apart from their node, which names them by their hash. */
const INLINE_MAX = 32;
/** Deeper than any key of ours: 96 bytes are 192 nibbles. */
const DEPTH_MAX = 256;

type Value =
  | { readonly type: "none" }
  | { readonly type: "inline"; readonly bytes: Bytes }
  | { readonly type: "hashed"; readonly hash: Bytes };

interface Node {
  readonly partial: readonly number[];
  readonly value: Value;
  /** What names each child: a hash of 32 bytes, or a shorter node itself. Empty for leaves. */
  readonly children: readonly (Bytes | null)[];
}

function nibblesOf(key: Uint8Array): number[] {
  return Array.from(key).flatMap((byte) => [byte >> 4, byte & 0x0f]);
}

/** The kind of a node by the leading bits of its first byte. */
function kindOf(first: number): { leaf: boolean; value: Value["type"]; sizeBits: number } {
  if (first >> 6 === 0b01) {
    return { leaf: true, value: "inline", sizeBits: 6 };
  }
  if (first >> 6 === 0b10) {
    return { leaf: false, value: "none", sizeBits: 6 };
  }
  if (first >> 6 === 0b11) {
    return { leaf: false, value: "inline", sizeBits: 6 };
  }
  if (first >> 5 === 0b001) {
    return { leaf: true, value: "hashed", sizeBits: 5 };
  }
  if (first >> 4 === 0b0001) {
    return { leaf: false, value: "hashed", sizeBits: 4 };
  }
  throw new ProofError("a node of the proof is of no known kind");
}

function decode(bytes: Uint8Array): Node {
  const reader = new ScaleReader(bytes);
  const first = reader.byte();
  const kind = kindOf(first);
  const mask = (1 << kind.sizeBits) - 1;
  let count = first & mask;
  if (count === mask) {
    let more: number;
    do {
      more = reader.byte();
      count += more;
    } while (more === 0xff);
  }
  const packed = nibblesOf(reader.take(Math.ceil(count / 2)));
  const partial = count % 2 === 1 ? packed.slice(1) : packed;
  const bitmap = kind.leaf ? 0 : reader.byte() | (reader.byte() << 8);
  const readValue = (): Value => {
    switch (kind.value) {
      case "none":
        return { type: "none" };
      case "inline":
        return { type: "inline", bytes: reader.take(reader.compact()) };
      case "hashed":
        return { type: "hashed", hash: reader.take(32) };
    }
  };
  const value = readValue();
  const children = kind.leaf
    ? []
    : Array.from({ length: 16 }, (_, at) => ((bitmap >> at) & 1 ? reader.take(reader.compact()) : null));
  return { partial, value, children };
}

/**
 * The value under a key as the proof shows it below a state root; `null` if the proof shows that there is none. Throws a
 * {@link ProofError} if it shows neither.
 */
export function provenValue(root: Uint8Array, proof: readonly Uint8Array[], key: Uint8Array): Bytes | null {
  const known = new Map(proof.map((bytes) => [toHex(blake2b256(bytes)), bytes]));
  const byHash = (hash: Uint8Array): Uint8Array => {
    const found = known.get(toHex(hash));
    if (found === undefined) {
      throw new ProofError("the proof lacks a node");
    }
    return found;
  };
  let rest = nibblesOf(key);
  let bytes = byHash(root);
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const node = decode(bytes);
    if (!node.partial.every((nibble, at) => rest[at] === nibble)) {
      return null;
    }
    rest = rest.slice(node.partial.length);
    if (rest.length === 0) {
      switch (node.value.type) {
        case "none":
          return null;
        case "inline":
          return node.value.bytes;
        case "hashed":
          return copy(byHash(node.value.hash));
      }
    }
    const child = node.children[rest[0] ?? 16];
    if (child === undefined || child === null) {
      return null;
    }
    rest = rest.slice(1);
    bytes = child.length === INLINE_MAX ? byHash(child) : child;
  }
  throw new ProofError("the proof is deeper than a key can be");
}

/** A header as `chain_getHeader` gives it. */
export interface JsonHeader {
  readonly parentHash: string;
  readonly number: string;
  readonly stateRoot: string;
  readonly extrinsicsRoot: string;
  readonly digest: { readonly logs: readonly string[] };
}

function compact(value: number): Bytes {
  if (value < 1 << 6) {
    return Uint8Array.of(value << 2);
  }
  if (value < 1 << 14) {
    return Uint8Array.of(((value << 2) | 1) & 0xff, value >> 6);
  }
  if (value < 2 ** 30) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value * 4 + 2, true);
    return bytes;
  }
  const bytes = new Uint8Array(5);
  bytes[0] = 0b11;
  new DataView(bytes.buffer).setUint32(1, value, true);
  return bytes;
}

/** The state root in a header, once the header is known to be the one with this hash. */
export function stateRoot(header: JsonHeader, hash: Uint8Array, fromHex: (text: string) => Uint8Array): Uint8Array {
  const root = fromHex(header.stateRoot);
  const parts = [
    fromHex(header.parentHash),
    compact(Number(header.number)),
    root,
    fromHex(header.extrinsicsRoot),
    compact(header.digest.logs.length),
    ...header.digest.logs.map(fromHex),
  ];
  const encoded = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    encoded.set(part, at);
    at += part.length;
  }
  if (!equal(blake2b256(encoded), hash)) {
    throw new ProofError("the node gave another header than it named");
  }
  return root;
}
