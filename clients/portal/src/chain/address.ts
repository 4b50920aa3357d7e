import { ss58Decode } from "@polkadot-labs/hdkd-helpers";

/** The 32 bytes of an SS58 address. */
export function accountId(address: string): Uint8Array {
  return ss58Decode(address)[0];
}
