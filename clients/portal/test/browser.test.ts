import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keystores, likeliest, uploads, type StoredUpload } from "../src/keyring/database";
import { encryptDocument } from "../src/keyring/contents";
import { forgetInterrupted, whileEncrypting } from "../src/keyring/encrypting";
import { forgetAccount } from "../src/keyring/forgetting";
import { LEAF_BYTES } from "../src/sealing/dag";

/** The locks of a browser, as far as an encryption needs them. */
class Locks {
  readonly #held = new Set<string>();
  async request<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#held.add(name);
    try {
      return await work();
    } finally {
      this.#held.delete(name);
    }
  }
  query() {
    return Promise.resolve({ held: [...this.#held].map((name) => ({ name })) });
  }
}

const LEAF = new Uint8Array(4);

const upload = (id: string, address = "5Synthetic"): StoredUpload => ({
  id,
  address,
  cid: "bafy",
  root: LEAF,
  rootBlock: LEAF,
  leaves: 1,
  size: 4,
  envelope: LEAF,
  envelopeHash: LEAF,
  keyVersion: 1,
  seals: [],
  purpose: { patient: 1, kind: "report", fills: 0, validUntil: null, amends: null },
  createdAt: 0,
});

describe("what an encryption keeps in the browser", () => {
  beforeEach(async () => {
    vi.stubGlobal("navigator", { locks: new Locks() });
    for (const id of await uploads.idsOfLeaves()) {
      await uploads.remove(id);
    }
  });

  it("is forgotten if its page was left, and kept if it can be resumed", async () => {
    await uploads.putLeaf("left", 0, LEAF);
    await uploads.putLeaf("left", 1, LEAF);
    await uploads.putLeaf("whole", 0, LEAF);
    await uploads.put(upload("whole"));
    await forgetInterrupted();
    expect(await uploads.idsOfLeaves()).toEqual(["whole"]);
    expect(await uploads.leaf("whole", 0)).toEqual(LEAF);
  });

  it("is left alone while another tab encrypts", async () => {
    await whileEncrypting("elsewhere", async () => {
      await uploads.putLeaf("elsewhere", 0, LEAF);
      await forgetInterrupted();
    });
    expect(await uploads.idsOfLeaves()).toEqual(["elsewhere"]);
  });

  it("is removed when it fails", async () => {
    const failing = whileEncrypting("failed", async () => {
      await uploads.putLeaf("failed", 0, LEAF);
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(await uploads.idsOfLeaves()).toEqual([]);
  });

  it("is removed when it is stopped, and the rest of the document is left alone", async () => {
    const stopping = new AbortController();
    const document = new Blob([new Uint8Array(9 * LEAF_BYTES)]);
    let most = 0;
    const stopped = whileEncrypting("stopped", () =>
      encryptDocument(
        new Uint8Array(32),
        "{}",
        document,
        async (index, leaf) => {
          await uploads.putLeaf("stopped", index, leaf);
          most = index;
          if (index === 1) {
            stopping.abort();
          }
        },
        () => undefined,
        stopping.signal,
      ),
    );
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(most).toBeLessThan(7);
    expect(await uploads.idsOfLeaves()).toEqual([]);
  });
});

describe("an account that is forgotten", () => {
  beforeEach(() => {
    vi.stubGlobal("navigator", { locks: new Locks() });
  });

  it("leaves neither keys nor ciphertext, and others keep theirs", async () => {
    const keystore = (username: string, address: string) => ({ username, address, file: LEAF });
    await keystores.put(keystore("forgotten", "5Forgotten"));
    await keystores.put(keystore("forgotten-before-it-registered", "5Forgotten"));
    await keystores.put(keystore("other", "5Other"));
    for (const [id, address] of [
      ["one", "5Forgotten"],
      ["two", "5Forgotten"],
      ["others", "5Other"],
    ] as const) {
      await uploads.putLeaf(id, 0, LEAF);
      await uploads.put(upload(id, address));
    }
    await uploads.putLeaf("interrupted", 0, LEAF);
    await forgetAccount("5Forgotten");
    expect((await keystores.all()).map(({ username }) => username)).toEqual(["other"]);
    expect(await uploads.ids()).toEqual(["others"]);
    expect(await uploads.idsOfLeaves()).toEqual(["others"]);
    await forgetAccount("5Other");
    expect(await keystores.all()).toEqual([]);
    expect(await uploads.idsOfLeaves()).toEqual([]);
  });
});

describe("the name that signing in begins with", () => {
  const keystore = (username: string) => ({ username, address: username, file: LEAF });

  it("is that of who signed in last, or of the only one", async () => {
    expect(likeliest([])).toBeUndefined();
    await keystores.put(keystore("parent"));
    expect(likeliest(await keystores.all())?.username).toBe("parent");
    await keystores.put(keystore("child"));
    expect(likeliest(await keystores.all())).toBeUndefined();
    await keystores.used("parent");
    await keystores.used("nobody");
    expect(likeliest(await keystores.all())?.username).toBe("parent");
    expect((await keystores.all()).map(({ username }) => username)).toEqual(["child", "parent"]);
  });
});
