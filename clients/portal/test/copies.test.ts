import { describe, expect, it } from "vitest";
import { isEachAtHand } from "../src/chain/copies";
import type { Hex } from "../src/chain/views";

const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const hexOf = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;
/** Keys of the account before the recovery, and of the one after it. */
const KEYS = [
  { version: 1, key: hexOf(1), replacedAt: 10 },
  { version: 2, key: hexOf(2), replacedAt: null },
];
const copy = (guardian: number, ofVersion: number) => ({ guardian, copy: { ofVersion, seal: { seal: hexOf(0), keyVersion: 1 } } });

describe("copies of a secret with those who can recover the account", () => {
  it("may be replaced by who holds the secret", async () => {
    const held = async (version: number) => keyOf(version);
    expect(await isEachAtHand({ copies: [copy(7, 1), copy(8, 1)] }, KEYS, held)).toBe(true);
    expect(await isEachAtHand({ copies: [] }, KEYS, held)).toBe(true);
  });

  it("are kept until the earlier secret is back: after a recovery there are no others", async () => {
    // Another phrase gives another first key.
    const fresh = async (version: number) => keyOf(version === 1 ? 9 : version);
    expect(await isEachAtHand({ copies: [copy(7, 1), copy(8, 2)] }, KEYS, fresh)).toBe(false);
    expect(await isEachAtHand({ copies: [copy(8, 2)] }, KEYS, fresh)).toBe(true);
  });

  it("are kept if the chain does not know the key", async () => {
    expect(await isEachAtHand({ copies: [copy(7, 3)] }, KEYS, async () => keyOf(3))).toBe(false);
  });
});
