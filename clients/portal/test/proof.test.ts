import { readFileSync } from "node:fs";
import { Twox128 } from "@polkadot-api/substrate-bindings";
import { describe, expect, it, vi } from "vitest";
import { accountId } from "../src/chain/address";
import type { Finality } from "../src/chain/finality";
import { decodeMember, memberKey, Proofs, retiredKey } from "../src/chain/proven";
import type { Reads } from "../src/chain/reads";
import { ProofError } from "../src/chain/scale";
import { type JsonHeader, provenValue, stateRoot } from "../src/chain/trie";
import type { Hex } from "../src/chain/views";
import { fromHex, toHex } from "../src/sealing/encoding";

interface Fixture {
  head: Hex;
  header: JsonHeader;
  proof: Hex[];
  member: { id: number; account: string; encryptionKey: Hex; keyVersion: number; value: Hex };
  administrators: { value: Hex };
}

/** What a node of ours answered: header, and a proof of a patient's entry, of the administrators, and of an absence. */
const fixture = JSON.parse(readFileSync(new URL("./fixtures/proof.json", import.meta.url), "utf8")) as Fixture;
const { member } = fixture;
const ADMINISTRATORS = fromHex("829efc182f8f6ae8e8a00cc9c63cd7f3ba7fb8745735dc3be2a2c61a72c39e78");
const root = () => stateRoot(fixture.header, fromHex(fixture.head), fromHex);
const proof = fixture.proof.map(fromHex);
const key = memberKey(accountId(member.account));

/** A node that answers from the fixture, or lies about parts of it. */
function node(lies: { account?: string; proof?: Hex[]; encryptionKey?: Hex; keyVersion?: number }): Reads {
  return {
    member: async () => ({ ...member, encryptionKey: member.encryptionKey, ...lies }),
    readProof: async () => ({ at: fixture.head, proof: lies.proof ?? fixture.proof }),
  } as unknown as Reads;
}

/** What the validators finalized. */
const finality = { head: async () => ({ hash: fixture.head, stateRoot: root() }) } as unknown as Finality;
const target = (lies: Parameters<typeof node>[0], id: number) => new Proofs(node(lies), finality).target(id);

describe("storage proofs", () => {
  it("show an entry, another one, and the absence of a third", () => {
    expect(`0x${toHex(provenValue(root(), proof, key) ?? new Uint8Array())}`).toBe(member.value);
    expect(`0x${toHex(provenValue(root(), proof, ADMINISTRATORS) ?? new Uint8Array())}`).toBe(fixture.administrators.value);
    const stranger = key.slice();
    stranger[70] = (stranger[70] ?? 0) ^ 1;
    expect(provenValue(root(), proof, stranger)).toBeNull();
  });

  it("are asked for by the names of pallet and map", () => {
    const named = (key: Uint8Array) => toHex(key.subarray(0, 32));
    const name = (...words: string[]) => words.map((word) => toHex(Twox128(new TextEncoder().encode(word)))).join("");
    expect(named(memberKey(new Uint8Array(32)))).toBe(name("Registry", "Members"));
    expect(named(retiredKey(new Uint8Array(32)))).toBe(name("Registry", "Retired"));
  });

  it("without one of the nodes on the way prove nothing", () => {
    const outcomes = proof.map((_, at) => {
      try {
        const value = provenValue(root(), proof.filter((_, other) => other !== at), key);
        return value === null ? "absent" : toHex(value);
      } catch (error) {
        return error instanceof ProofError ? "refused" : "thrown";
      }
    });
    expect(outcomes).toContain("refused");
    expect(new Set(outcomes)).toEqual(new Set(["refused", member.value.slice(2)]));
  });

  it("with any byte altered prove nothing else", () => {
    for (const [at, original] of proof.entries()) {
      for (let byte = 0; byte < original.length; byte += 7) {
        const altered = proof.map((bytes) => bytes.slice());
        const changed = altered[at];
        if (changed === undefined) continue;
        changed[byte] = (changed[byte] ?? 0) ^ 1;
        let value: string;
        try {
          value = toHex(provenValue(root(), altered, key) ?? new Uint8Array());
        } catch (error) {
          expect(error).toBeInstanceOf(ProofError);
          continue;
        }
        expect(value).toBe(member.value.slice(2));
      }
    }
  });

  it("a header that is not the named one is refused", () => {
    expect(() =>
      stateRoot({ ...fixture.header, stateRoot: `0x${"00".repeat(32)}` }, fromHex(fixture.head), fromHex),
    ).toThrow(ProofError);
  });
});

describe("a reader's key", () => {
  it("is the one that the chain holds", async () => {
    const found = await target({}, member.id);
    expect(`0x${toHex(found.key)}`).toBe(member.encryptionKey);
    expect(found.keyVersion).toBe(member.keyVersion);
    expect(decodeMember(fromHex(member.value)).id).toBe(BigInt(member.id));
  });

  it("does not follow a node that lies about it", { timeout: 30_000 }, async () => {
    const forged: Hex = `0x${"42".repeat(32)}`;
    const told = await target({ encryptionKey: forged }, member.id);
    expect(`0x${toHex(told.key)}`).toBe(member.encryptionKey);
    const swapped = fixture.proof.map(
      (bytes): Hex => `0x${bytes.slice(2).replaceAll(member.encryptionKey.slice(2), forged.slice(2))}`,
    );
    await expect(target({ proof: swapped }, member.id)).rejects.toThrow(ProofError);
    await expect(
      target({ account: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY" }, member.id),
    ).rejects.toThrow(ProofError);
    await expect(target({}, member.id + 1)).rejects.toThrow(ProofError);
  });

  it("is waited for if it was replaced just now, and nothing is sealed to the one before", async () => {
    vi.useFakeTimers();
    try {
      let heads = 0;
      const counted = { head: () => (heads += 1) && finality.head() } as unknown as Finality;
      const sealing = new Proofs(node({ keyVersion: member.keyVersion + 1 }), counted).target(member.id);
      const refused = expect(sealing).rejects.toThrow("its key is not final yet");
      await vi.advanceTimersByTimeAsync(30_000);
      await refused;
      expect(heads).toBeGreaterThan(3);
    } finally {
      vi.useRealTimers();
    }
  });
});
