import type { JobName, JobReply, Jobs, StopRequest } from "./protocol";

/** What the worker could not do. `kind` is the name of its error: `PasswordError`, `UnopenedError`, … */
export class KeyringError extends Error {
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.name = "KeyringError";
    this.kind = kind;
  }
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((done: number, total: number) => void) | undefined;
}

/** The page's side of the keyring worker. Ending it forgets every secret. */
export class Keyring {
  readonly #worker = new Worker(new URL("./keyring.worker.ts", import.meta.url), { type: "module" });
  readonly #pending = new Map<number, Pending>();
  #next = 1;

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<JobReply>) => {
      const reply = event.data;
      const pending = this.#pending.get(reply.id);
      if (pending === undefined) {
        return;
      }
      if (reply.type === "progress") {
        pending.progress?.(reply.done, reply.total);
        return;
      }
      this.#pending.delete(reply.id);
      if (reply.type === "done") {
        pending.resolve(reply.output);
      } else {
        pending.reject(new KeyringError(reply.error, reply.message));
      }
    };
  }

  /** Has the worker do a job. One that is stopped fails with the signal's reason once the worker has let go of it. */
  async run<Name extends JobName>(
    name: Name,
    input: Jobs[Name]["input"],
    progress?: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<Jobs[Name]["output"]> {
    signal?.throwIfAborted();
    const id = this.#next;
    this.#next += 1;
    const stop = () => {
      const request: StopRequest = { id, name: "stop" };
      this.#worker.postMessage(request);
    };
    signal?.addEventListener("abort", stop);
    try {
      return await new Promise((resolve, reject) => {
        // The worker answers each job with that job's output.
        this.#pending.set(id, { resolve: (output) => resolve(output as Jobs[Name]["output"]), reject, progress });
        this.#worker.postMessage({ id, name, input });
      });
    } catch (error) {
      throw signal?.aborted === true && error instanceof KeyringError && error.kind === "AbortError" ? signal.reason : error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  end(): void {
    this.#worker.terminate();
    for (const pending of this.#pending.values()) {
      pending.reject(new KeyringError("Ended", "the session has ended"));
    }
    this.#pending.clear();
  }
}
