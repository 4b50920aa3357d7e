/** JSON-RPC 2.0 over one WebSocket that comes back by itself. */

/** An error that the node answered. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }

  /** `data.reason`, where the node gives one as text. */
  get reason(): string | undefined {
    return field(this.data, "reason");
  }
}

/** The connection broke while a call was under way. Whether the call took effect is not known. */
export class ConnectionLostError extends Error {
  constructor() {
    super("the connection to the node was lost");
    this.name = "ConnectionLostError";
  }
}

/** A text field of an unknown value. */
export function field(of: unknown, name: string): string | undefined {
  if (typeof of !== "object" || of === null || !(name in of)) {
    return undefined;
  }
  const value: unknown = Reflect.get(of, name);
  return typeof value === "string" ? value : undefined;
}

export type ConnectionStatus = "connecting" | "connected" | "lost";

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Subscription {
  readonly method: string;
  readonly unsubscribe: string;
  readonly params: readonly unknown[];
  readonly deliver: (value: unknown) => void;
  id: string | undefined;
}

const BACKOFF_FIRST = 500;
const BACKOFF_MAX = 8_000;

export class Rpc {
  readonly #url: string;
  #socket: WebSocket | undefined;
  #status: ConnectionStatus = "connecting";
  #next = 1;
  #backoff = BACKOFF_FIRST;
  readonly #calls = new Map<number, Call>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Set<(status: ConnectionStatus) => void>();
  #waiting: { send: () => void; reject: (error: Error) => void }[] = [];

  constructor(url: string) {
    this.#url = url;
    this.#connect();
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** Tells of every change of the connection until the returned function is called. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls a method. Waits for the connection if there is none yet. Throws an {@link RpcError} for what the node refuses
   * and a {@link ConnectionLostError} if the connection breaks before the answer.
   */
  request<T>(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      const send = () => {
        const id = this.#next;
        this.#next += 1;
        // The shapes of answers are the node's contract (docs/rpc.md); this is the one place that takes its word for them.
        this.#calls.set(id, { resolve: (value) => resolve(value as T), reject });
        this.#socket?.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      };
      if (this.#status === "connected") {
        send();
      } else {
        this.#waiting.push({ send, reject });
      }
    });
  }

  /** Subscribes, again after every reconnection, until the returned function is called. */
  subscribe(
    method: string,
    unsubscribe: string,
    deliver: (value: unknown) => void,
    params: readonly unknown[] = [],
  ): () => void {
    const subscription: Subscription = { method, unsubscribe, params, deliver, id: undefined };
    this.#subscriptions.add(subscription);
    if (this.#status === "connected") {
      this.#begin(subscription);
    }
    return () => {
      this.#subscriptions.delete(subscription);
      if (subscription.id !== undefined && this.#status === "connected") {
        void this.request(unsubscribe, [subscription.id]).catch(ignoreLoss);
      }
    };
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#backoff = BACKOFF_FIRST;
      this.#become("connected");
      for (const subscription of this.#subscriptions) {
        this.#begin(subscription);
      }
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { send } of waiting) {
        send();
      }
    };
    socket.onmessage = (event) => this.#receive(String(event.data));
    socket.onclose = () => {
      for (const call of this.#calls.values()) {
        call.reject(new ConnectionLostError());
      }
      this.#calls.clear();
      for (const subscription of this.#subscriptions) {
        subscription.id = undefined;
      }
      this.#become("lost");
      setTimeout(() => this.#connect(), this.#backoff);
      this.#backoff = Math.min(2 * this.#backoff, BACKOFF_MAX);
    };
  }

  #become(status: ConnectionStatus): void {
    if (status !== this.#status) {
      this.#status = status;
      for (const listener of this.#listeners) {
        listener(status);
      }
    }
  }

  #begin(subscription: Subscription): void {
    this.request<string>(subscription.method, subscription.params).then((id) => {
      subscription.id = id;
    }, ignoreLoss);
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text);
    if (typeof message !== "object" || message === null) {
      return;
    }
    const { id, result, error, params } = message as {
      id?: number;
      result?: unknown;
      error?: { code: number; message: string; data?: unknown };
      params?: { subscription: string; result: unknown };
    };
    if (params !== undefined) {
      for (const subscription of this.#subscriptions) {
        if (subscription.id === params.subscription) {
          subscription.deliver(params.result);
        }
      }
      return;
    }
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (id === undefined || call === undefined) {
      return;
    }
    this.#calls.delete(id);
    if (error === undefined) {
      call.resolve(result ?? null);
    } else {
      call.reject(new RpcError(error.code, error.message, error.data));
    }
  }
}

/** A lost connection is shown by its banner; whoever waits is told otherwise. Anything else is a fault of ours. */
function ignoreLoss(error: unknown): void {
  if (!(error instanceof ConnectionLostError)) {
    throw error;
  }
}
