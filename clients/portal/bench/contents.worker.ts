/// <reference lib="webworker" />
import { decryptDocument, encryptDocument } from "../src/keyring/contents";

export interface ContentsRequest {
  readonly document: Blob;
}

/** What each took, in milliseconds. */
export interface ContentsReply {
  readonly encryption: number;
  readonly decryption: number;
}

addEventListener("message", ({ data: { document } }: MessageEvent<ContentsRequest>) => {
  void (async () => {
    const key = crypto.getRandomValues(new Uint8Array(32));
    const leaves: Uint8Array<ArrayBuffer>[] = [];
    const keep = (_: number, leaf: Uint8Array<ArrayBuffer>) => Promise.resolve(leaves.push(leaf));
    const { signal } = new AbortController();
    const began = performance.now();
    const root = await encryptDocument(key, "{}", document, keep, () => undefined, signal);
    const encryption = performance.now() - began;
    const ciphertext = new Blob(leaves);
    const from = performance.now();
    const opened = await decryptDocument(key, root, ciphertext, () => undefined, signal);
    const decryption = performance.now() - from;
    if (opened.document.size !== document.size) {
      throw new Error("the document came back in another length");
    }
    const reply: ContentsReply = { encryption, decryption };
    postMessage(reply);
  })();
});
