import { ed25519 } from "@noble/curves/ed25519.js";
import { type Bytes, concat, fromHex, toHex, u32le, u64le } from "../sealing/encoding";
import type { Reads } from "./reads";
import { RpcError } from "./rpc";
import { ProofError, ScaleReader } from "./scale";
import { blake2b256, type JsonHeader, stateRoot } from "./trie";
import type { Hex } from "./views";

/**
 * Checks that a header is final: GRANDPA's justifications, by the authorities that we know, and by those whom they
 * handed over to. The first authorities come from the portal's settings. Without them the first answer of the first node
 * is kept and every later one held to it.
 */

/** Who finalizes: `id` counts the sets from 0, `since` is a block that this set was to finalize. */
export interface AuthoritySet {
  readonly id: bigint;
  readonly since: number;
  readonly authorities: readonly Authority[];
}

export interface Authority {
  readonly key: Bytes;
  readonly weight: bigint;
}

/** A header that the authorities finalized. */
export interface FinalHeader {
  readonly hash: Hex;
  readonly number: number;
  readonly stateRoot: Uint8Array;
  readonly header: JsonHeader;
}

/** How many handovers are followed at once; a set lasts hours at least. */
const HANDOVERS_MAX = 10_000;
/** How far behind this computer's clock a final header may be, in milliseconds: older ones may hide what changed since. */
const AGE_MAX = 10 * 60_000;
/** Aura's slots, in milliseconds. */
const SLOT = 2_000;
/** How long a node may take to show a justification at all, in milliseconds. */
const PATIENCE = 20_000;

interface Precommit {
  readonly targetHash: Bytes;
  readonly targetNumber: number;
  readonly signature: Bytes;
  readonly id: Bytes;
}

interface Justification {
  readonly round: bigint;
  readonly targetHash: Bytes;
  readonly targetNumber: number;
  readonly precommits: readonly Precommit[];
  /** Each block's parent, for the blocks that lie between the target and what was voted for. */
  readonly parents: ReadonlyMap<string, string>;
}

/** What keeps the authorities that were handed over to between visits. */
export interface Memory {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

/** Authorities of the first set, as the settings name them: 32-byte ed25519 keys, each of weight 1. */
export function firstSet(keys: readonly Hex[]): AuthoritySet {
  return { id: 0n, since: 0, authorities: keys.map((key) => ({ key: fromHex(key), weight: 1n })) };
}

/** Reads an authority list as `GrandpaApi_grandpa_authorities` gives it. */
export function decodeAuthorities(bytes: Uint8Array): readonly Authority[] {
  const reader = new ScaleReader(bytes);
  const authorities = readAuthorities(reader);
  reader.end();
  return authorities;
}

function readAuthorities(reader: ScaleReader): readonly Authority[] {
  return reader.list((one) => ({ key: one.take(32), weight: one.u64() }));
}

/** The header's hash and parent; leaves the reader behind it. */
function readHeader(reader: ScaleReader, whole: Uint8Array): { hash: string; parent: string } {
  const from = reader.position;
  const parent = toHex(reader.take(32));
  reader.compact();
  reader.take(64);
  reader.list(readDigestItem);
  return { hash: toHex(blake2b256(whole.subarray(from, reader.position))), parent };
}

interface DigestItem {
  readonly type: number;
  readonly engine: string;
  readonly value: Bytes;
}

/** An item of a header's digest: consensus (4), seal (5) and pre-runtime (6) name their engine. */
function readDigestItem(reader: ScaleReader): DigestItem {
  const type = reader.byte();
  switch (type) {
    case 0:
      return { type, engine: "", value: reader.bytes() };
    case 4:
    case 5:
    case 6:
      return { type, engine: new TextDecoder().decode(reader.take(4)), value: reader.bytes() };
    case 8:
      return { type, engine: "", value: new Uint8Array(0) };
    default:
      throw new ProofError("a header has a digest of no known kind");
  }
}

function readJustification(bytes: Bytes): Justification {
  const reader = new ScaleReader(bytes);
  const round = reader.u64();
  const targetHash = reader.take(32);
  const targetNumber = reader.u32();
  const precommits = reader.list(
    (one): Precommit => ({
      targetHash: one.take(32),
      targetNumber: one.u32(),
      signature: one.take(64),
      id: one.take(32),
    }),
  );
  const parents = new Map(
    reader.list((one) => {
      const { hash, parent } = readHeader(one, bytes);
      return [hash, parent] as const;
    }),
  );
  reader.end();
  return { round, targetHash, targetNumber, precommits, parents };
}

/** Throws a {@link ProofError} unless more than two thirds of the set signed for the target or what is built on it. */
export function verifyJustification(encoded: Bytes, set: AuthoritySet): { hash: Bytes; number: number } {
  const justification = readJustification(encoded);
  const { round, targetHash, targetNumber, precommits } = justification;
  const weights = new Map(set.authorities.map(({ key, weight }) => [toHex(key), weight]));
  const total = set.authorities.reduce((sum, { weight }) => sum + weight, 0n);
  const threshold = total - (total - 1n) / 3n;
  const counted = new Set<string>();
  let weight = 0n;
  for (const precommit of precommits) {
    const id = toHex(precommit.id);
    const own = weights.get(id);
    if (own === undefined || counted.has(id) || !buildsOn(justification, precommit)) {
      continue;
    }
    const message = concat(
      Uint8Array.of(1),
      precommit.targetHash,
      u32le(precommit.targetNumber),
      u64le(round),
      u64le(set.id),
    );
    if (ed25519.verify(precommit.signature, message, precommit.id, { zip215: true })) {
      counted.add(id);
      weight += own;
    }
  }
  if (total === 0n || weight < threshold) {
    throw new ProofError("too few of the validators have signed that the header is final");
  }
  return { hash: targetHash, number: targetNumber };
}

/** Whether a vote is for the justification's target, or for a block that descends from it by the headers given. */
function buildsOn({ targetHash, targetNumber, parents }: Justification, vote: Precommit): boolean {
  const wanted = toHex(targetHash);
  let at: string | undefined = toHex(vote.targetHash);
  for (let steps = vote.targetNumber - targetNumber; at !== undefined && steps > 0; steps -= 1) {
    at = parents.get(at);
  }
  return vote.targetNumber >= targetNumber && at === wanted;
}

/** The authorities that a header hands over to after itself; `null` if it hands over to nobody. */
export function handover(header: JsonHeader): readonly Authority[] | null {
  for (const log of header.digest.logs) {
    const { type, engine, value } = readDigestItem(new ScaleReader(fromHex(log)));
    // The first kind of GRANDPA's logs is a scheduled change: the next authorities, and a delay.
    if (type === 4 && engine === "FRNK" && value[0] === 1) {
      const reader = new ScaleReader(value.subarray(1));
      const authorities = readAuthorities(reader);
      if (reader.u32() === 0) {
        return authorities;
      }
    }
  }
  return null;
}

/** When a header was made, by its slot, in milliseconds; long ago if it names none. */
function madeAt(header: JsonHeader): number {
  for (const log of header.digest.logs) {
    const { type, engine, value } = readDigestItem(new ScaleReader(fromHex(log)));
    if (type === 6 && engine === "aura") {
      return Number(new ScaleReader(value).u64()) * SLOT;
    }
  }
  return 0;
}

/** Follows one chain's finality, as one node tells of it. */
export class Finality {
  readonly #reads: Reads;
  readonly #first: readonly Hex[];
  readonly #memory: Memory;
  readonly #unsubscribe: () => void;
  #set: AuthoritySet | undefined;
  #newest: Hex | undefined;
  #checked: { readonly justification: Hex; readonly header: FinalHeader; readonly made: number } | undefined;
  #waiting: (() => void)[] = [];

  /** `first` are the authorities of genesis, where they are known. */
  constructor(reads: Reads, first: readonly Hex[], memory: Memory) {
    this.#reads = reads;
    this.#first = first;
    this.#memory = memory;
    this.#unsubscribe = reads.onJustification((justification) => {
      this.#newest = justification;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resume of waiting) {
        resume();
      }
    });
  }

  end(): void {
    this.#unsubscribe();
  }

  /** The newest header that the validators finalized, as far as the node tells. Throws a {@link ProofError} for a lie. */
  async head(): Promise<FinalHeader> {
    const justification = this.#newest ?? (await this.#next());
    if (this.#checked?.justification !== justification) {
      const header = await this.#follow(fromHex(justification));
      this.#checked = { justification, header, made: madeAt(header.header) };
    }
    if (Date.now() - this.#checked.made > AGE_MAX) {
      throw new ProofError("the node's final header is old, or this computer's clock is wrong");
    }
    return this.#checked.header;
  }

  #next(): Promise<Hex> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new ProofError("the node shows no justification for its final header")),
        PATIENCE,
      );
      this.#waiting.push(() => {
        clearTimeout(late);
        if (this.#newest !== undefined) {
          resolve(this.#newest);
        }
      });
    });
  }

  /** The header that a justification makes final, by the set that we know or by one that it led to. */
  async #follow(justification: Bytes): Promise<FinalHeader> {
    let set = await this.#trusted();
    for (let handovers = 0; handovers < HANDOVERS_MAX; handovers += 1) {
      try {
        return await this.#header(verifyJustification(justification, set));
      } catch (error) {
        const next = error instanceof ProofError ? await this.#nextSet(set) : null;
        if (next === null) {
          throw error;
        }
        set = next;
        this.#keep(set);
      }
    }
    throw new ProofError("the node shows no end of handovers");
  }

  /** To whom a set has handed over, as its own signatures say; `null` if it has not. */
  async #nextSet(set: AuthoritySet): Promise<AuthoritySet | null> {
    let proof: Hex | null;
    try {
      proof = await this.#reads.finalityProof(set.since);
    } catch (error) {
      // A node whose chain has never handed over refuses the question.
      if (error instanceof RpcError) {
        return null;
      }
      throw error;
    }
    if (proof === null) {
      return null;
    }
    const reader = new ScaleReader(fromHex(proof));
    reader.take(32);
    const last = await this.#header(verifyJustification(reader.bytes(), set));
    const authorities = handover(last.header);
    return authorities === null ? null : { id: set.id + 1n, since: last.number + 1, authorities };
  }

  async #header(target: { hash: Bytes; number: number }): Promise<FinalHeader> {
    const hash: Hex = `0x${toHex(target.hash)}`;
    const header = await this.#reads.header(hash);
    return { hash, number: target.number, stateRoot: stateRoot(header, target.hash, fromHex), header };
  }

  async #trusted(): Promise<AuthoritySet> {
    if (this.#set === undefined) {
      const kept = this.#memory.getItem(await this.#name());
      if (kept !== null) {
        this.#set = parse(kept);
      } else if (this.#first.length > 0) {
        this.#set = firstSet(this.#first);
      } else {
        this.#keep(await this.#firstSeen());
      }
    }
    if (this.#set === undefined) {
      throw new ProofError("the validators are not known");
    }
    return this.#set;
  }

  /** What the node says of itself, for who has nothing else to go by: kept, so that no later node can say otherwise. */
  async #firstSeen(): Promise<AuthoritySet> {
    const at = await this.#reads.finalizedHead();
    const [authorities, id, header] = await Promise.all([
      this.#reads.runtimeCall("GrandpaApi_grandpa_authorities", at),
      this.#reads.runtimeCall("GrandpaApi_current_set_id", at),
      this.#reads.header(at),
    ]);
    return {
      id: new ScaleReader(fromHex(id)).u64(),
      since: Number(header.number),
      authorities: decodeAuthorities(fromHex(authorities)),
    };
  }

  /** Under which name the authorities are kept: the chain, and what they were trusted by in the first place. */
  async #name(): Promise<string> {
    const root = [await this.#reads.genesis(), ...this.#first].join();
    return `medchain.validators.${toHex(blake2b256(new TextEncoder().encode(root)).subarray(0, 8))}`;
  }

  #keep(set: AuthoritySet): void {
    this.#set = set;
    const text = JSON.stringify({
      id: String(set.id),
      since: set.since,
      authorities: set.authorities.map(({ key, weight }) => [toHex(key), String(weight)]),
    });
    void this.#name().then((name) => this.#memory.setItem(name, text));
  }
}

function parse(text: string): AuthoritySet {
  const { id, since, authorities } = JSON.parse(text) as { id: string; since: number; authorities: [string, string][] };
  return {
    id: BigInt(id),
    since,
    authorities: authorities.map(([key, weight]) => ({ key: fromHex(key), weight: BigInt(weight) })),
  };
}
