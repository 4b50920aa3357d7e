import { x25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { describe, expect, it } from "vitest";
import { combineAnswers, type SealedRelease } from "../src/sealing/answers";
import { CommitteeError, createCapsule, releaseFrom } from "../src/sealing/committee";
import { fromHex, toHex } from "../src/sealing/encoding";
import { type ReleaseContext, sealRelease } from "../src/sealing/seal";
import { vectors } from "./vectors";

interface CommitteeVector {
  threshold: number;
  committee_key: string;
  members: { index: number; share: string; verifying_share: string }[];
}

const { committees } = vectors<{ committees: CommitteeVector[] }>("ts-capsule.json");
const found = committees.find(({ members, threshold }) => members.length > threshold && threshold > 1);
if (found === undefined) throw new Error("no committee with more members than must release");
const { members, threshold, committee_key: key } = found;

const GENESIS = new Uint8Array(32).fill(1);
const CONTEXT = { genesis: GENESIS, author: 5n, patient: 1001n, epoch: 1 };
const RELEASE: ReleaseContext = {
  genesis: GENESIS,
  record: 7n,
  content: new Uint8Array(32).fill(2),
  recipient: { type: "member", id: 5n },
};
const SECRET = new Uint8Array(32).fill(9);
const committee = { threshold, shares: members.map(({ verifying_share }) => fromHex(verifying_share)) };
const { capsule, half } = createCapsule(fromHex(key), CONTEXT);

/** A member, by its place, releases a capsule under a number. */
async function answer(member: number, index = member + 1, of = capsule, record = RELEASE): Promise<SealedRelease> {
  const share = members[member]?.share;
  if (share === undefined) throw new Error("no such member");
  const partial = releaseFrom(member + 1, bytesToNumberLE(fromHex(share)), of, CONTEXT, 12_345n);
  return { index, sealed: await sealRelease(partial, x25519.getPublicKey(SECRET), record) };
}

const combined = (answers: readonly SealedRelease[], secret = SECRET) =>
  combineAnswers(committee, answers, secret, RELEASE, capsule, CONTEXT);

/** As many good answers as are needed, by other members than the second. */
const good = () => Promise.all(members.flatMap((_, at) => (at === 1 ? [] : [answer(at)])).slice(0, threshold));

describe(`the answers of a committee of ${members.length}, of whom ${threshold} must release`, () => {
  it("combine, whoever they are from", async () => {
    const all = await Promise.all(members.map((_, at) => answer(at)));
    for (const answers of [all, all.toReversed(), await good()]) {
      const { half: got, refused } = await combined(answers);
      expect([toHex(got), refused]).toEqual([toHex(half), []]);
    }
  });

  it("combine without a bad one, whose member is named", async () => {
    const other = createCapsule(fromHex(key), CONTEXT).capsule;
    const bad = [
      await answer(1, 2, other),
      { index: 2, sealed: new Uint8Array(146).fill(7) },
      { index: 2, sealed: new Uint8Array(0) },
      // Another member's release under its number, and one for another record.
      await answer(0, 2),
      await answer(1, 2, capsule, { ...RELEASE, record: 8n }),
    ];
    for (const one of bad) {
      const { half: got, refused } = await combined([one, ...(await good())]);
      expect([toHex(got), refused]).toEqual([toHex(half), [2]]);
      const short = combined([one, ...(await good()).slice(1)]);
      await expect(short).rejects.toMatchObject({ name: "CommitteeError", reason: "tooFew", refused: [2] });
    }
    for (const index of [0, members.length + 1, 65_535]) {
      const { half: got, refused } = await combined([{ ...(await answer(1)), index }, ...(await good())]);
      expect([toHex(got), refused]).toEqual([toHex(half), [index]]);
    }
  });

  it("count once, and nobody is named in whose name another answered", async () => {
    const [first, ...rest] = await good();
    if (first === undefined) throw new Error("nobody");
    const garbage = { index: first.index, sealed: new Uint8Array(146).fill(7) };
    for (const answers of [
      [garbage, first, ...rest, ...rest],
      [first, garbage, first, ...rest],
    ]) {
      const { half: got, refused } = await combined(answers);
      expect([toHex(got), refused]).toEqual([toHex(half), []]);
    }
    await expect(combined([first, first, first, ...rest.slice(1)])).rejects.toThrow(CommitteeError);
  });

  it("are of no use to another reader, or for another capsule", async () => {
    const answers = await good();
    await expect(combined(answers, new Uint8Array(32).fill(8))).rejects.toMatchObject({ reason: "tooFew" });
    const other = { ...CONTEXT, author: 6n };
    await expect(combineAnswers(committee, answers, SECRET, RELEASE, capsule, other)).rejects.toMatchObject({
      reason: "capsule",
    });
  });
});
