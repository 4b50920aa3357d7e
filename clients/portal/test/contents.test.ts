import { describe, expect, it } from "vitest";
import { decryptDocument, encryptDocument } from "../src/keyring/contents";
import { LEAF_BYTES } from "../src/sealing/dag";
import type { Bytes } from "../src/sealing/encoding";

const key = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
const document = new Blob([Uint8Array.from({ length: 2 * LEAF_BYTES + 7 }, (_, at) => at % 251)]);
const quiet = () => undefined;
const { signal } = new AbortController();

async function encrypted() {
  const leaves: Bytes[] = [];
  const root = await encryptDocument(
    key,
    "{}",
    document,
    async (index, leaf) => {
      leaves[index] = leaf;
    },
    quiet,
    signal,
  );
  return { root, leaves };
}

describe("documents in leaves", () => {
  it("come back as they were", async () => {
    const { root, leaves } = await encrypted();
    expect(root.leaves.length).toBe(leaves.length);
    const told: number[] = [];
    const opened = await decryptDocument(key, root, new Blob(leaves), (done) => told.push(done), signal);
    expect(opened.description).toBe("{}");
    const [came, was] = await Promise.all([opened.document, document].map((one) => one.arrayBuffer().then(Buffer.from)));
    expect(came !== undefined && was !== undefined && came.equals(was)).toBe(true);
    expect(told.every((done) => done <= root.size)).toBe(true);
  });

  it("are damaged with any of their leaves", async () => {
    const { root, leaves } = await encrypted();
    const [, second] = leaves;
    if (second !== undefined) {
      second[5] = (second[5] ?? 0) ^ 1;
    }
    await expect(decryptDocument(key, root, new Blob(leaves), quiet, signal)).rejects.toMatchObject({ reason: "damaged" });
  });

  it("are not there if a leaf could not be kept", async () => {
    const full = (index: number) => (index === 2 ? Promise.reject(new Error("no space")) : Promise.resolve());
    await expect(encryptDocument(key, "{}", document, full, quiet, signal)).rejects.toThrow("no space");
  });

  it("are decrypted no further once that is stopped", async () => {
    const { root, leaves } = await encrypted();
    const stopping = new AbortController();
    stopping.abort();
    const opening = decryptDocument(key, root, new Blob(leaves), quiet, stopping.signal);
    await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  });
});
