import { sha256 } from "@noble/hashes/sha2.js";
import { base32 } from "@scure/base";
import { type Bytes, concat, copy, equal } from "./encoding";

/**
 * The shape of a content: a UnixFS file of raw leaves of 1 MiB under one dag-pb root, CIDv1, SHA-256. One encoding is
 * valid for given leaves, so that a content has exactly one name.
 */

/** Length of every leaf but the last, in bytes. */
export const LEAF_BYTES = 1024 * 1024;
/** The most leaves of one content: 16 GiB. */
export const LEAVES_MAX = 16_384;

const LEAF_CID_PREFIX = Uint8Array.of(0x01, 0x55, 0x12, 32);
const ROOT_CID_PREFIX = Uint8Array.of(0x01, 0x70, 0x12, 32);

/** Bytes that are not the root block of a content. */
export class DagError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DagError";
  }
}

/** The root block of a content. */
export interface RootBlock {
  readonly bytes: Bytes;
  /** SHA-256 of the block: the content's name on chain. */
  readonly root: Bytes;
  /** SHA-256 of each leaf, in order. */
  readonly leaves: readonly Uint8Array[];
  /** Length of the content in bytes. */
  readonly size: number;
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function delimited(key: number, ...parts: readonly Uint8Array[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concat(Uint8Array.of(key), varint(length), ...parts);
}

/** Length of leaf `index` of a content of `size` bytes. */
export function leafLength(size: number, index: number): number {
  return Math.max(0, Math.min(size - index * LEAF_BYTES, LEAF_BYTES));
}

/** The root block of leaves with these digests. */
export function rootBlock(leaves: readonly Uint8Array[], size: number): RootBlock {
  if (leaves.length > LEAVES_MAX || leaves.length !== Math.ceil(size / LEAF_BYTES)) {
    throw new DagError("the content has more leaves than one root can list, or another number than its size asks for");
  }
  const links = leaves.map((digest, index) =>
    delimited(
      0x12,
      delimited(0x0a, LEAF_CID_PREFIX, digest),
      Uint8Array.of(0x12, 0x00),
      concat(Uint8Array.of(0x18), varint(leafLength(size, index))),
    ),
  );
  const blockSizes = leaves.map((_, index) => concat(Uint8Array.of(0x20), varint(leafLength(size, index))));
  const data = delimited(0x0a, Uint8Array.of(0x08, 0x02, 0x18), varint(size), ...blockSizes);
  const bytes = concat(...links, data);
  return { bytes, root: copy(sha256(bytes)), leaves, size };
}

/** Verifies a root block. */
export function parseRootBlock(block: Uint8Array): RootBlock {
  const leaves: Bytes[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = block[at];
      at += 1;
      if (byte === undefined || factor > 2 ** 42) {
        throw new DagError("the root block does not decode as dag-pb");
      }
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
      factor *= 0x80;
    }
  };
  let size = 0;
  while (block[at] === 0x12) {
    at += 1;
    const end = at + 1 + readVarint();
    const hash = block.subarray(at + 2, at + 38);
    if (block[at] !== 0x0a || block[at + 1] !== 36 || !equal(hash.subarray(0, 4), LEAF_CID_PREFIX)) {
      throw new DagError("a link of the root block does not name a raw leaf by CIDv1 and SHA-256");
    }
    leaves.push(copy(hash.subarray(4)));
    at += 41;
    size += readVarint();
    if (at !== end || leaves.length > LEAVES_MAX) {
      throw new DagError("the root block is not the canonical UnixFS file of its leaves");
    }
  }
  if (leaves.length !== Math.ceil(size / LEAF_BYTES)) {
    throw new DagError("the root block is not the canonical UnixFS file of its leaves");
  }
  const parsed = rootBlock(leaves, size);
  if (!equal(parsed.bytes, block)) {
    throw new DagError("the root block is not the canonical UnixFS file of its leaves");
  }
  return parsed;
}

/** The CIDv1 of a content, from the digest of its root block. */
export function contentCid(root: Uint8Array): string {
  return `b${base32.encode(concat(ROOT_CID_PREFIX, root)).toLowerCase().replace(/=+$/, "")}`;
}

/** Cuts a stream into leaves of 1 MiB, the last one shorter. */
export async function* cutLeaves(stream: ReadableStream<Uint8Array>): AsyncGenerator<Bytes> {
  let leaf = new Uint8Array(LEAF_BYTES);
  let filled = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      let rest = value;
      while (rest.length > 0) {
        const taken = rest.subarray(0, LEAF_BYTES - filled);
        leaf.set(taken, filled);
        filled += taken.length;
        rest = rest.subarray(taken.length);
        if (filled === LEAF_BYTES) {
          yield leaf;
          leaf = new Uint8Array(LEAF_BYTES);
          filled = 0;
        }
      }
    }
  } finally {
    // Whoever wants no more leaves ends what makes them. What has failed is told by reading.
    reader.cancel().catch(() => undefined);
  }
  if (filled > 0) {
    yield leaf.slice(0, filled);
  }
}

/** SHA-256 of a leaf, by the platform's implementation. */
export async function leafDigest(leaf: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", copy(leaf)));
}
