import {
  type CapsuleContext,
  type Combination,
  combineProven,
  type Committee,
  CommitteeError,
  verifyCapsule,
  verifyProof,
} from "./committee";
import { openRelease, type ReleaseContext, UnopenedError } from "./seal";

/** What came back under a committee member's number: its partial release, sealed to the reader, if it is what it should be. */
export interface SealedRelease {
  readonly index: number;
  readonly sealed: Uint8Array;
}

/**
 * Unwraps, verifies and combines the committee's answers, and names the members whose answers are no good.
 *
 * Whoever is connected to the node that was asked can answer it under any number, or once more with what a member has
 * answered: a member is counted once, and one of whom there is a proven release is not named.
 */
export async function combineAnswers(
  committee: Pick<Committee, "threshold" | "shares">,
  answers: readonly SealedRelease[],
  secret: Uint8Array,
  releaseContext: ReleaseContext,
  capsule: Uint8Array,
  context: CapsuleContext,
): Promise<Combination> {
  // What is wrong with the capsule is no member's doing.
  verifyCapsule(capsule, context);
  const proven = new Map<number, Uint8Array>();
  const bad = new Set<number>();
  for (const { index, sealed } of answers) {
    if (proven.has(index)) {
      continue;
    }
    try {
      const release = await openRelease(sealed, secret, releaseContext);
      const share = committee.shares[index - 1];
      const stated = (release[0] ?? 0) | ((release[1] ?? 0) << 8);
      if (share === undefined || stated !== index) {
        throw new CommitteeError("index");
      }
      verifyProof(release, share, capsule, context);
      proven.set(index, release);
    } catch (error) {
      if (!(error instanceof CommitteeError || error instanceof UnopenedError)) {
        throw error;
      }
      bad.add(index);
    }
  }
  const refused = [...bad].filter((index) => !proven.has(index)).sort((a, b) => a - b);
  if (proven.size < committee.threshold) {
    throw new CommitteeError("tooFew", refused);
  }
  return { half: combineProven(committee.threshold, [...proven.values()], capsule), refused };
}
