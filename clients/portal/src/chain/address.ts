import { ss58Address, ss58Decode } from "@polkadot-labs/hdkd-helpers";

/** SS58 prefix of MedChain addresses. */
const SS58_PREFIX = 42;

/** The 32 bytes of an SS58 address, of whatever prefix. */
export function accountId(address: string): Uint8Array {
  return ss58Decode(address)[0];
}

/** The SS58 address of an account. */
export function addressOf(account: Uint8Array): string {
  return ss58Address(account, SS58_PREFIX);
}
