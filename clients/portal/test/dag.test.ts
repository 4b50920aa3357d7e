import { describe, expect, it } from "vitest";
import {
  contentCid,
  cutLeaves,
  LEAF_BYTES,
  leafDigest,
  parseRootBlock,
  type RootBlock,
  rootBlock,
} from "../src/sealing/dag";
import { toHex } from "../src/sealing/encoding";

/** Bytes that repeat every 251, as in the vault's own tests. */
function pattern(size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === size) {
        controller.close();
        return;
      }
      const start = at;
      const length = Math.min(size - at, 700_001);
      controller.enqueue(Uint8Array.from({ length }, (_, index) => (start + index) % 251));
      at += length;
    },
  });
}

async function build(stream: ReadableStream<Uint8Array>): Promise<RootBlock> {
  const digests: Uint8Array[] = [];
  let size = 0;
  for await (const leaf of cutLeaves(stream)) {
    digests.push(await leafDigest(leaf));
    size += leaf.length;
  }
  return rootBlock(digests, size);
}

// The names in node/vault/tests/dag.rs, computed there by ipfs-unixfs-importer.
const NAMES: [number, number, string][] = [
  [0, 6, "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y"],
  [1, 52, "bafybeiatqrf5qpcdvxj4bh574zy2fjx6u373pnxb3jhnus4mtodpg4w4f4"],
  [LEAF_BYTES - 1, 58, "bafybeiemr6tc5apbes5xybbdt4bblnczvlfovi37sx5fev7verdertapve"],
  [LEAF_BYTES, 58, "bafybeifidqvmqij3o7ixgjti5emqv5k3x6ovre7dw54h23ewj76k56tb6q"],
  [LEAF_BYTES + 1, 104, "bafybeidjogjfwuhbzwopgd4bn3skcf5m6oz72xshywcndzxgqb623nfclu"],
  [2 * LEAF_BYTES, 109, "bafybeihakzyqh6ih4iwgqily25hqovthaujdkbcfybornyhhbpoa63jwri"],
  [3 * LEAF_BYTES + 12_345, 207, "bafybeiarzhanfjr7yt62swnld3zhe34yqalzxkal5finmgy7najs557rlm"],
];

describe("names of contents", () => {
  it("are those of the vault and of other implementations", async () => {
    for (const [size, blockBytes, cid] of NAMES) {
      const block = await build(pattern(size));
      expect(contentCid(block.root), `${size} bytes`).toBe(cid);
      expect(block.bytes.length).toBe(blockBytes);
      expect(toHex(parseRootBlock(block.bytes).root)).toBe(toHex(block.root));
    }
  });

  it("an altered or cut root block is refused or names another content", async () => {
    const block = await build(pattern(2 * LEAF_BYTES + 5));
    for (let at = 0; at < block.bytes.length; at += 1) {
      const altered = block.bytes.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      let root: string | undefined;
      try {
        root = toHex(parseRootBlock(altered).root);
      } catch {
        root = undefined;
      }
      expect(root).not.toBe(toHex(block.root));
      expect(() => parseRootBlock(block.bytes.slice(0, at))).toThrow();
    }
  });
});
