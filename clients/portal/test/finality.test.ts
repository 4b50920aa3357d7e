import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AuthoritySet, decodeAuthorities, Finality, firstSet, verifyJustification } from "../src/chain/finality";
import type { Reads } from "../src/chain/reads";
import { ProofError } from "../src/chain/scale";
import { blake2b256, type JsonHeader } from "../src/chain/trie";
import type { Hex } from "../src/chain/views";
import { type Bytes, concat, copy, fromHex, toHex, u32le, u64le, utf8 } from "../src/sealing/encoding";

const NOW = Date.UTC(2030, 0, 1);
const SLOT = 2_000;

/** A validator with a key of its own. */
const validator = (seed: number) => {
  const secret = new Uint8Array(32).fill(seed);
  return { secret, key: copy(ed25519.getPublicKey(secret)) };
};
type Validator = ReturnType<typeof validator>;
const [ada, bert, cleo, dora, eve] = [1, 2, 3, 4, 5].map(validator) as [
  Validator,
  Validator,
  Validator,
  Validator,
  Validator,
];

const set = (id: bigint, since: number, ...members: Validator[]): AuthoritySet => ({
  id,
  since,
  authorities: members.map(({ key }) => ({ key, weight: 1n })),
});
const hex = (bytes: Uint8Array): Hex => `0x${toHex(bytes)}`;
const short = (bytes: Uint8Array) => concat(Uint8Array.of(...lengthOf(bytes.length)), bytes);
const lengthOf = (length: number) => (length < 64 ? [length << 2] : [((length << 2) | 1) & 0xff, length >> 6]);

interface Block {
  header: JsonHeader;
  encoded: Bytes;
  hash: Bytes;
  number: number;
}

/** A header of block `number`, made `ago` milliseconds before now; `next` are validators that it hands over to. */
function block(number: number, parent: Uint8Array, { ago = 0, next = [] as Validator[] } = {}): Block {
  const logs = [concat(Uint8Array.of(6), utf8("aura"), short(u64le(BigInt((NOW - ago) / SLOT))))];
  if (next.length > 0) {
    const authorities = next.map(({ key }) => concat(key, u64le(1n)));
    const change = concat(Uint8Array.of(1, next.length << 2), ...authorities, u32le(0));
    logs.push(concat(Uint8Array.of(4), utf8("FRNK"), short(change)));
  }
  const root = new Uint8Array(32).fill(number);
  const encoded = concat(parent, Uint8Array.of(number << 2), root, root, Uint8Array.of(logs.length << 2), ...logs);
  const header = {
    parentHash: hex(parent),
    number: `0x${number.toString(16)}`,
    stateRoot: hex(root),
    extrinsicsRoot: hex(root),
    digest: { logs: logs.map(hex) },
  };
  return { header, encoded, hash: blake2b256(encoded), number };
}

/** A justification of `target`; each voter votes for its block, or for the target. */
function justify(
  target: Block,
  setId: bigint,
  voters: readonly (Validator | [Validator, Block])[],
  ancestries: readonly Block[] = [],
): Bytes {
  const round = 7n;
  const votes = voters.map((one) => {
    const [voter, voted] = Array.isArray(one) ? one : [one, target];
    const message = concat(Uint8Array.of(1), voted.hash, u32le(voted.number), u64le(round), u64le(setId));
    return concat(voted.hash, u32le(voted.number), ed25519.sign(message, voter.secret), voter.key);
  });
  return concat(
    u64le(round),
    target.hash,
    u32le(target.number),
    Uint8Array.of(votes.length << 2),
    ...votes,
    Uint8Array.of(ancestries.length << 2),
    ...ancestries.map(({ encoded }) => encoded),
  );
}

const genesis = new Uint8Array(32);
const one = block(1, genesis);
const two = block(2, one.hash);
const three = block(3, two.hash);
const four = set(0n, 0, ada, bert, cleo, dora);

describe("a justification", () => {
  it("of three of four validators makes a header final", () => {
    expect(verifyJustification(justify(one, 0n, [ada, bert, cleo]), four).number).toBe(1);
  });

  it("counts who voted for what is built on the header", () => {
    expect(verifyJustification(justify(one, 0n, [ada, bert, [cleo, three]], [two, three]), four).number).toBe(1);
    expect(() => verifyJustification(justify(one, 0n, [ada, bert, [cleo, three]], [three]), four)).toThrow(ProofError);
    const elsewhere = block(2, two.hash);
    expect(() => verifyJustification(justify(one, 0n, [ada, bert, [cleo, elsewhere]], [elsewhere]), four)).toThrow(
      ProofError,
    );
  });

  it.each([
    ["of two of four", justify(one, 0n, [ada, bert])],
    ["with one validator's vote twice", justify(one, 0n, [ada, bert, bert])],
    ["with a stranger's vote", justify(one, 0n, [ada, bert, eve])],
    ["of another set", justify(one, 1n, [ada, bert, cleo, dora])],
    ["of nobody", justify(one, 0n, [])],
  ])("%s is refused", (_, justification) => {
    expect(() => verifyJustification(justification, four)).toThrow(ProofError);
  });

  it("with any byte of its votes altered is refused", () => {
    const good = justify(one, 0n, [ada, bert, cleo]);
    for (let at = 0; at < good.length; at += 11) {
      const altered = copy(good);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => verifyJustification(altered, four)).toThrow(ProofError);
    }
  });

  it("that a node of ours gave is taken", () => {
    const real = JSON.parse(readFileSync(new URL("./fixtures/finality.json", import.meta.url), "utf8")) as {
      validators: Hex[];
      authorities: Hex;
      hash: Hex;
      justification: Hex;
    };
    const first = firstSet(real.validators);
    expect(decodeAuthorities(fromHex(real.authorities))).toEqual(first.authorities);
    expect(hex(verifyJustification(fromHex(real.justification), first).hash)).toBe(real.hash);
    expect(() => verifyJustification(fromHex(real.justification), { ...first, id: 1n })).toThrow(ProofError);
  });
});

describe("a node's newest final header", () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  /** A node that shows `newest`, knows these blocks, and proves the ends of sets. */
  function node(newest: Bytes, blocks: readonly Block[], ends: Record<number, [Block, Bytes]> = {}): Reads {
    const header = (hash: Hex) => blocks.find((known) => hex(known.hash) === hash)?.header;
    return {
      genesis: async () => hex(genesis),
      header: async (hash: Hex) => header(hash) ?? one.header,
      finalityProof: async (at: number) => {
        const end = ends[at];
        return end === undefined ? null : hex(concat(end[0].hash, short(end[1]), Uint8Array.of(0)));
      },
      onJustification: (deliver: (justification: Hex) => void) => {
        queueMicrotask(() => deliver(hex(newest)));
        return () => undefined;
      },
    } as unknown as Reads;
  }
  const memory = () => {
    const kept = new Map<string, string>();
    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) };
  };
  const keys = [ada, bert, cleo, dora].map(({ key }) => hex(key));

  it("is taken from validators that the settings name", async () => {
    const finality = new Finality(node(justify(two, 0n, [ada, bert, cleo]), [two]), keys, memory());
    expect((await finality.head()).number).toBe(2);
  });

  it("of validators that nobody named is refused", async () => {
    const finality = new Finality(node(justify(two, 0n, [eve]), [two]), keys, memory());
    await expect(finality.head()).rejects.toThrow(ProofError);
  });

  it("follows the validators whom the named ones handed over to, and keeps them", async () => {
    const change = block(1, genesis, { next: [eve] });
    const after = block(2, change.hash);
    const ends: Record<number, [Block, Bytes]> = { 0: [change, justify(change, 0n, [ada, bert, cleo])] };
    const kept = memory();
    const finality = new Finality(node(justify(after, 1n, [eve]), [change, after], ends), keys, kept);
    expect((await finality.head()).number).toBe(2);
    const later = new Finality(node(justify(after, 1n, [eve]), [change, after]), keys, kept);
    expect((await later.head()).number).toBe(2);
  });

  it("is refused if the handover was signed by too few", async () => {
    const change = block(1, genesis, { next: [eve] });
    const after = block(2, change.hash);
    const ends: Record<number, [Block, Bytes]> = { 0: [change, justify(change, 0n, [ada, bert])] };
    const finality = new Finality(node(justify(after, 1n, [eve]), [change, after], ends), keys, memory());
    await expect(finality.head()).rejects.toThrow(ProofError);
  });

  it("is refused if it is old, or if the node gives another header for it", async () => {
    const old = block(2, one.hash, { ago: 20 * 60_000 });
    const stale = new Finality(node(justify(old, 0n, [ada, bert, cleo]), [old]), keys, memory());
    await expect(stale.head()).rejects.toThrow("old");
    const swapped = new Finality(node(justify(three, 0n, [ada, bert, cleo]), []), keys, memory());
    await expect(swapped.head()).rejects.toThrow(ProofError);
  });
});
