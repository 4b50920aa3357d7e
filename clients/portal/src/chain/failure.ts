import { KeyringError } from "../keyring/keyring";
import { WalletError } from "../keyring/wallet";
import refusals from "./refusals.json";
import { ConnectionLostError, field, RpcError } from "./rpc";

/** Why something failed, for people. The catalogue has words for most codes; `text` is what the source of it says. */
export interface Failure {
  readonly code: string;
  readonly text: string;
}

/** A call that the runtime refused, or a transaction that the pool refused. */
export class RefusedError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.name = "RefusedError";
    this.code = code;
  }
}

/** Errors of parts that are loaded late, known by their names. */
const NAMED: ReadonlySet<string> = new Set([
  "ProofError",
  "OtherKeyError",
  "CodeError",
  "LinkTextError",
  "StatementError",
  "UploadStoppedError",
]);

const texts: Readonly<Record<string, string>> = refusals;

/** Reads `{ type, value: { type, value } }` as papi gives dispatch errors. */
export function refusalOf(dispatchError: { type: string; value: unknown }): RefusedError {
  const pallet = field(dispatchError.value, "type");
  const inner: unknown =
    typeof dispatchError.value === "object" && dispatchError.value !== null && "value" in dispatchError.value
      ? dispatchError.value.value
      : undefined;
  const name = field(inner, "type");
  if (dispatchError.type !== "Module" || pallet === undefined || name === undefined) {
    return new RefusedError(`Chain.${pallet ?? dispatchError.type}`, dispatchError.type);
  }
  const code = `${pallet}.${name}`;
  return new RefusedError(code, texts[code] ?? name);
}

/** What to tell of an error. */
export function explain(error: unknown): Failure {
  if (error instanceof RefusedError) {
    return { code: error.code, text: error.message };
  }
  if (error instanceof RpcError) {
    const pallet = field(error.data, "pallet");
    const name = field(error.data, "error");
    if (pallet !== undefined && name !== undefined) {
      return { code: `${pallet}.${name}`, text: field(error.data, "text") ?? error.message };
    }
    return {
      code: `Node.${error.reason ?? error.code}`,
      text: `${error.message} ${field(error.data, "hint") ?? ""}`.trim(),
    };
  }
  if (error instanceof Error && NAMED.has(error.name)) {
    return { code: error.name, text: error.message };
  }
  if (error instanceof WalletError) {
    return { code: `Wallet.${error.kind}`, text: error.message };
  }
  if (error instanceof ConnectionLostError) {
    return { code: "ConnectionLost", text: error.message };
  }
  if (error instanceof KeyringError) {
    return { code: error.kind, text: error.message };
  }
  if (error instanceof DOMException && error.name === "AbortError") {
    return { code: "Aborted", text: error.message };
  }
  return { code: "Unexpected", text: error instanceof Error ? error.message : String(error) };
}
