import { medchain } from "@polkadot-api/descriptors";
import { createClient, InvalidTxError, type PolkadotSigner, type TypedApi } from "polkadot-api";
import { getPolkadotSignerFromPjs } from "polkadot-api/pjs-signer";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws";
import type { PublicIdentity } from "../keyring/protocol";
import type { Signer } from "../keyring/signer";
import { RefusedError, refusalOf } from "./failure";
import { field } from "./rpc";

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
export type AnyTransaction = Pick<Transaction, "signSubmitAndWatch">;

/** Signs and follows transactions. Loaded when somebody first acts. */
export class Transactions {
  readonly api: Api;
  readonly #destroy: () => void;
  readonly #signer: PolkadotSigner;

  constructor(url: string, { address, publicKey }: PublicIdentity, { transactions }: Signer) {
    const client = createClient(getWsProvider(url));
    this.api = client.getTypedApi(medchain);
    this.#destroy = () => client.destroy();
    this.#signer =
      transactions.type === "keyring"
        ? getPolkadotSigner(publicKey, "Sr25519", transactions.sign)
        : getPolkadotSignerFromPjs(address, transactions.wallet.signPayload, transactions.wallet.signRaw);
  }

  end(): void {
    this.#destroy();
  }

  /** Sends a call and resolves once it is in a block or final. Throws a {@link RefusedError} for what is refused. */
  send(
    transaction: AnyTransaction,
    nonce: number,
    until: Until,
    report: (state: TransactionState) => void,
  ): Promise<Receipt> {
    report({ type: "signing" });
    return new Promise((resolve, reject) => {
      const watched = transaction.signSubmitAndWatch(this.#signer, { nonce }).subscribe({
        next: (event) => {
          switch (event.type) {
            case "signed":
              break;
            case "broadcasted":
              report({ type: "broadcast", extrinsic: event.txHash });
              break;
            case "txBestBlocksState":
              if (event.found) {
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
}

function invalid(error: InvalidTxError): RefusedError {
  const value: unknown = error.error;
  const inner = typeof value === "object" && value !== null && "value" in value ? value.value : undefined;
  const name = field(inner, "type") ?? "Unknown";
  return new RefusedError(`Pool.${name}`, `the node did not take the transaction: ${name}`);
}
