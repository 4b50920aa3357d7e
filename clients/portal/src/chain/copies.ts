import { toHex } from "../sealing/encoding";
import type { KeyView, RecoveryPlan } from "./views";

/**
 * Whether each secret that a member has left with those who can recover its account is at hand. Naming anybody replaces the
 * copies: after a recovery those may be the only ones of the earlier secret, and the records would be lost with them.
 */
export async function isEachAtHand(
  { copies }: Pick<RecoveryPlan, "copies">,
  keys: readonly KeyView[],
  publicKey: (version: number) => Promise<Uint8Array>,
): Promise<boolean> {
  const known = new Map(keys.map(({ version, key }) => [version, key]));
  const versions = [...new Set(copies.map(({ copy }) => copy.ofVersion))];
  const held = await Promise.all(
    versions.map(async (version) => `0x${toHex(await publicKey(version))}` === known.get(version)),
  );
  return held.every(Boolean);
}
