import { medchain } from "@polkadot-api/descriptors";
import { createClient, InvalidTxError, type PolkadotClient, type PolkadotSigner, type TypedApi } from "polkadot-api";
import { getPolkadotSignerFromPjs } from "polkadot-api/pjs-signer";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws";
import type { PublicIdentity } from "../keyring/protocol";
import type { Signer } from "../keyring/signer";
import { toHex } from "../sealing/encoding";
import { RefusedError, refusalOf } from "./failure";
import { field, type Rpc } from "./rpc";

export type Api = TypedApi<typeof medchain>;

/** Where a transaction stands in the chain. */
export interface Receipt {
  readonly extrinsic: string;
  readonly block: { readonly number: number; readonly hash: string };
}

export type TransactionState =
  | { readonly type: "signing" }
  | { readonly type: "broadcast"; readonly extrinsic: string }
  | { readonly type: "inBlock"; readonly receipt: Receipt }
  | { readonly type: "finalized"; readonly receipt: Receipt };

/** How far to wait for a transaction. */
export type Until = "inBlock" | "finalized";

type Transaction = ReturnType<Api["tx"]["Access"]["open"]>;
/** Any call of ours: its arguments differ, how it is signed and watched does not. */
export type AnyTransaction = Pick<Transaction, "sign">;

/** Signs and follows transactions. Loaded when somebody first acts. */
export class Transactions {
  readonly api: Api;
  readonly #client: PolkadotClient;
  readonly #signer: PolkadotSigner;
  readonly #rpc: Rpc;

  constructor(url: string, rpc: Rpc, { address, publicKey }: PublicIdentity, { transactions }: Signer) {
    this.#client = createClient(getWsProvider(url));
    this.#rpc = rpc;
    this.api = this.#client.getTypedApi(medchain);
    this.#signer =
      transactions.type === "keyring"
        ? getPolkadotSigner(publicKey, "Sr25519", transactions.sign)
        : getPolkadotSignerFromPjs(address, transactions.wallet.signPayload, transactions.wallet.signRaw);
  }

  end(): void {
    this.#client.destroy();
  }

  /** Sends a call and resolves once it is in a block or final. Throws a {@link RefusedError} for what is refused. */
  async send(
    transaction: AnyTransaction,
    nonce: number,
    until: Until,
    report: (state: TransactionState) => void,
  ): Promise<Receipt> {
    report({ type: "signing" });
    const signed = await transaction.sign(this.#signer, { nonce });
    let isIncluded = false;
    return new Promise((resolve, reject) => {
      const watched = this.#client.submitAndWatch(signed).subscribe({
        next: (event) => {
          switch (event.type) {
            case "signed":
              break;
            case "broadcasted": {
              const sent = () => {
                if (!isIncluded) {
                  report({ type: "broadcast", extrinsic: event.txHash });
                }
              };
              this.#handIn(signed).then(sent, sent);
              break;
            }
            case "txBestBlocksState":
              if (event.found) {
                isIncluded = true;
                const receipt = {
                  extrinsic: event.txHash,
                  block: { number: event.block.number, hash: event.block.hash },
                };
                if (!event.ok) {
                  watched.unsubscribe();
                  reject(refusalOf(event.dispatchError));
                  return;
                }
                report({ type: "inBlock", receipt });
                if (until === "inBlock") {
                  resolve(receipt);
                }
              }
              break;
            case "finalized": {
              isIncluded = true;
              const receipt = {
                extrinsic: event.txHash,
                block: { number: event.block.number, hash: event.block.hash },
              };
              if (event.ok) {
                report({ type: "finalized", receipt });
                resolve(receipt);
              } else {
                reject(refusalOf(event.dispatchError));
              }
              break;
            }
          }
        },
        error: (error: unknown) => reject(error instanceof InvalidTxError ? invalid(error) : error),
      });
    });
  }

  /**
   * Puts a transaction into the node's pool at once. What watches it has the node do so with its next block only, and not at
   * all if the page is left before. Whatever is wrong with it is told by the watching.
   */
  #handIn(signed: Uint8Array): Promise<unknown> {
    return this.#rpc.request("author_submitExtrinsic", [`0x${toHex(signed)}`]);
  }
}

function invalid(error: InvalidTxError): RefusedError {
  const value: unknown = error.error;
  const inner = typeof value === "object" && value !== null && "value" in value ? value.value : undefined;
  const name = field(inner, "type") ?? "Unknown";
  return new RefusedError(`Pool.${name}`, `the node did not take the transaction: ${name}`);
}
