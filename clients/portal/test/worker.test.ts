import { afterEach, describe, expect, it, vi } from "vitest";
import { Keyring } from "../src/keyring/keyring";
import type { JobReply, JobRequest, StopRequest } from "../src/keyring/protocol";

/** A worker that does nothing until it is told what to answer. */
class IdleWorker {
  static last: IdleWorker | undefined;
  readonly asked: (JobRequest | StopRequest)[] = [];
  onmessage: ((event: { data: JobReply }) => void) | undefined;
  constructor() {
    IdleWorker.last = this;
  }
  postMessage(message: JobRequest | StopRequest) {
    this.asked.push(message);
  }
  answer(reply: JobReply) {
    this.onmessage?.({ data: reply });
  }
}

function begun() {
  vi.stubGlobal("Worker", IdleWorker);
  const keyring = new Keyring();
  const worker = IdleWorker.last;
  if (worker === undefined) {
    throw new Error("the keyring has started no worker");
  }
  return { keyring, worker };
}

describe("a job that is stopped", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is told to the worker at once, and has ended when the worker says so", async () => {
    const { keyring, worker } = begun();
    const stopping = new AbortController();
    const job = keyring.run("newPhrase", null, undefined, stopping.signal);
    const ended = vi.fn();
    job.catch(ended);
    expect(worker.asked).toEqual([{ id: 1, name: "newPhrase", input: null }]);
    stopping.abort();
    expect(worker.asked.slice(1)).toEqual([{ id: 1, name: "stop" }]);
    await Promise.resolve();
    expect(ended).not.toHaveBeenCalled();
    worker.answer({ id: 1, type: "failed", error: "AbortError", message: "stopped" });
    await expect(job).rejects.toBe(stopping.signal.reason);
  });

  it("never begins if it was stopped before, and is not stopped once it is done", async () => {
    const { keyring, worker } = begun();
    const stopping = new AbortController();
    const job = keyring.run("newWords", null, undefined, stopping.signal);
    worker.answer({ id: 1, type: "done", output: "words" });
    expect(await job).toBe("words");
    stopping.abort();
    await expect(keyring.run("newWords", null, undefined, stopping.signal)).rejects.toBe(stopping.signal.reason);
    expect(worker.asked.length).toBe(1);
  });

  it("keeps another failure as it is", async () => {
    const { keyring, worker } = begun();
    const stopping = new AbortController();
    const job = keyring.run("newWords", null, undefined, stopping.signal);
    stopping.abort();
    worker.answer({ id: 1, type: "failed", error: "QuotaExceededError", message: "full" });
    await expect(job).rejects.toMatchObject({ kind: "QuotaExceededError" });
  });
});
