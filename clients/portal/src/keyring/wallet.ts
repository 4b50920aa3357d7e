import type { SignPayload, SignRaw } from "polkadot-api/pjs-signer";
import { accountId, addressOf } from "../chain/address";
import { type Bytes, concat, fromHex, toHex } from "../sealing/encoding";

/** Wallets that browser extensions put into the page, as polkadot.js and those compatible with it do. */

type Injected = Awaited<ReturnType<NonNullable<NonNullable<Window["injectedWeb3"]>[string]>["enable"]>>;

/** An account that a wallet offers. */
export interface WalletAccount {
  readonly wallet: string;
  readonly address: string;
  readonly name: string;
}

/** A wallet that is not there, that refuses, or that lacks the account. */
export class WalletError extends Error {
  readonly kind: "missing" | "refused" | "noAccount" | "cancelled";

  constructor(kind: WalletError["kind"], options?: ErrorOptions) {
    super(`the wallet: ${kind}`, options);
    this.name = "WalletError";
    this.kind = kind;
  }
}

/** The wallets in this browser. */
export function wallets(): readonly string[] {
  return Object.keys(window.injectedWeb3 ?? {});
}

async function enable(wallet: string): Promise<Injected> {
  const start = window.injectedWeb3?.[wallet]?.enable;
  if (start === undefined) {
    throw new WalletError("missing");
  }
  try {
    return await start("MedChain");
  } catch (cause) {
    throw new WalletError("refused", { cause });
  }
}

function ours(address: string): string {
  return addressOf(accountId(address));
}

/** The accounts that a wallet lets us see; ours are of sr25519 keys. */
export async function walletAccounts(wallet: string): Promise<readonly WalletAccount[]> {
  const accounts = await (await enable(wallet)).accounts.get();
  return accounts
    .filter(({ type }) => type === undefined || type === "sr25519")
    .map(({ address, name }) => ({ wallet, address: ours(address), name: name ?? "" }));
}

/** How an account in a wallet signs. The wallet asks the person each time. */
export class WalletSigner {
  readonly #wallet: string;
  readonly #address: string;
  #injected: Promise<{ own: string; injected: Injected }> | undefined;

  constructor(wallet: string, address: string) {
    this.#wallet = wallet;
    this.#address = address;
  }

  #connect(): Promise<{ own: string; injected: Injected }> {
    this.#injected ??= enable(this.#wallet).then(async (injected) => {
      const found = (await injected.accounts.get()).find(({ address }) => ours(address) === this.#address);
      if (found === undefined) {
        throw new WalletError("noAccount");
      }
      return { own: found.address, injected };
    });
    this.#injected.catch(() => {
      this.#injected = undefined;
    });
    return this.#injected;
  }

  /** Signs a transaction, as papi hands it over. */
  readonly signPayload: SignPayload = async (payload) => {
    const { injected } = await this.#connect();
    return asked(injected.signer.signPayload(payload));
  };

  /** Signs bytes; the wallet wraps them in `<Bytes>`. */
  readonly signRaw: SignRaw = async (raw) => {
    const { own, injected } = await this.#connect();
    return asked(injected.signer.signRaw({ ...raw, address: own }));
  };

  /** A signature over a text, with the byte that says that it is of sr25519. */
  async signText(message: Uint8Array): Promise<Bytes> {
    const { signature } = await this.signRaw({
      address: this.#address,
      data: `0x${toHex(message)}`,
      type: "bytes",
    });
    const bytes = fromHex(signature);
    return bytes.length === 64 ? concat(Uint8Array.of(1), bytes) : bytes;
  }
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new WalletError("cancelled", { cause });
  }
}
