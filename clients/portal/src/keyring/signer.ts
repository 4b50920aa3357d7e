import { type Bytes, concat } from "../sealing/encoding";
import type { Keyring } from "./keyring";
import type { PublicIdentity } from "./protocol";
import { WalletSigner } from "./wallet";

/** Who signs for an account: the keyring worker, or a wallet that the browser has. */
export interface Signer {
  /** A signature over a text, with the byte that says that it is of sr25519. */
  readonly signText: (message: Uint8Array) => Promise<Bytes>;
  /** For transactions: the bare signature of the keyring, or the wallet's own way. */
  readonly transactions:
    | { readonly type: "keyring"; readonly sign: (message: Uint8Array) => Promise<Bytes> }
    | { readonly type: "wallet"; readonly wallet: WalletSigner };
}

export function signerOf(keyring: Keyring, identity: PublicIdentity): Signer {
  if (identity.wallet === null) {
    const sign = (message: Uint8Array) => keyring.run("sign", { message });
    return {
      signText: async (message) => concat(Uint8Array.of(1), await sign(message)),
      transactions: { type: "keyring", sign },
    };
  }
  const wallet = new WalletSigner(identity.wallet, identity.address);
  return { signText: (message) => wallet.signText(message), transactions: { type: "wallet", wallet } };
}
