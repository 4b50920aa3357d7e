import { ContentError, decryptContent, encryptContent, type OpenedContent } from "../sealing/content";
import { cutLeaves, LEAF_BYTES, leafDigest, type RootBlock, rootBlock } from "../sealing/dag";
import { type Bytes, copy, equal } from "../sealing/encoding";

/** Whole documents, encrypted into leaves and out of them again, in a worker: neither is ever in memory at once. */

type Progress = (done: number, total: number) => void;

/** How many leaves are on their way into the browser's storage while the next are encrypted. */
const KEPT_AT_ONCE = 4;

/** Encrypts a document, gives each leaf to be kept, and gives the root of them all; stops between two leaves. */
export async function encryptDocument(
  key: Uint8Array,
  description: string,
  document: Blob,
  keep: (index: number, leaf: Bytes) => Promise<unknown>,
  progress: Progress,
  signal: AbortSignal,
): Promise<RootBlock> {
  const digests: Bytes[] = [];
  let size = 0;
  const kept: Promise<unknown>[] = [];
  for await (const leaf of cutLeaves(await encryptContent(key, description, document.stream()))) {
    signal.throwIfAborted();
    const keeping = keep(digests.length, leaf);
    // What fails is told where it is waited for.
    keeping.catch(() => undefined);
    kept.push(keeping);
    digests.push(await leafDigest(leaf));
    size += leaf.length;
    if (kept.length === KEPT_AT_ONCE) {
      await kept.shift();
    }
    progress(Math.min(size, document.size), document.size);
  }
  await Promise.all(kept);
  return rootBlock(digests, size);
}

/** Decrypts a document whose leaves are those that the root names; stops between two chunks. */
export async function decryptDocument(
  key: Uint8Array,
  { leaves, size }: RootBlock,
  ciphertext: Blob,
  progress: Progress,
  signal: AbortSignal,
): Promise<Pick<OpenedContent, "description"> & { readonly document: Blob }> {
  const opened = await decryptContent(key, verified(ciphertext, leaves));
  const parts: Blob[] = [];
  let done = 0;
  let batch: BlobPart[] = [];
  let batched = 0;
  for await (const chunk of opened.document) {
    signal.throwIfAborted();
    batch.push(copy(chunk));
    batched += chunk.length;
    done += chunk.length;
    if (batched > 8 * LEAF_BYTES) {
      parts.push(new Blob(batch));
      batch = [];
      batched = 0;
      progress(done, size);
    }
  }
  return { description: opened.description, document: new Blob([...parts, ...batch]) };
}

/** The ciphertext leaf by leaf, each checked against the digest that the root names. */
function verified(ciphertext: Blob, digests: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let index = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const digest = digests[index];
      if (digest === undefined) {
        controller.close();
        return;
      }
      const leaf = new Uint8Array(await ciphertext.slice(index * LEAF_BYTES, (index + 1) * LEAF_BYTES).arrayBuffer());
      if (!equal(await leafDigest(leaf), digest)) {
        controller.error(new ContentError("damaged"));
        return;
      }
      index += 1;
      controller.enqueue(leaf);
    },
  });
}
