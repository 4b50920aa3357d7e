import { ristretto255 } from "@noble/curves/ed25519.js";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { uploads } from "../src/keyring/database";
import { Keyring } from "../src/keyring/keyring";
import type { UploadOrder } from "../src/keyring/protocol";
import type { ContentsReply, ContentsRequest } from "./contents.worker";

/** What one round took, in milliseconds. */
export interface Round {
  /** From choosing a document until its ciphertext is in the browser's storage, as for an upload. */
  readonly upload: number;
  /** Encrypting and naming alone. */
  readonly encryption: number;
  /** Checking and decrypting, as for reading. */
  readonly decryption: number;
  /** The longest that the page did not answer meanwhile. */
  readonly stall: number;
}

declare global {
  interface Window {
    /** One round with a document of this many bytes. */
    round: (bytes: number) => Promise<Round>;
  }
}

const keyring = new Keyring();
const contents = new Worker(new URL("./contents.worker.ts", import.meta.url), { type: "module" });
const signedIn = keyring.run("usePhrase", { phrase: generateMnemonic(wordlist, 128) });

/** An order as an upload gives it: for one patient, under a committee of one. */
async function orderOf(document: Blob): Promise<UploadOrder> {
  const { encryptionKey } = await signedIn;
  const key = ristretto255.Point.BASE.multiply(7n).toBytes();
  return {
    document,
    description: "{}",
    genesis: new Uint8Array(32),
    author: 1002n,
    committee: { epoch: 0, key, threshold: 1, shares: [key] },
    targets: [{ recipient: { type: "member", id: 1001n }, key: encryptionKey, keyVersion: 1 }],
    readers: [],
    purpose: { patient: 1001, kind: "report", fills: 0, validUntil: null, amends: null },
  };
}

function inWorker(request: ContentsRequest): Promise<ContentsReply> {
  return new Promise((resolve, reject) => {
    contents.onmessage = ({ data }: MessageEvent<ContentsReply>) => resolve(data);
    contents.onerror = ({ message }) => reject(new Error(message));
    contents.postMessage(request);
  });
}

/** Watches how long the page does not get to run, until the returned function is called. */
function watch(): () => number {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 4);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

window.round = async (bytes) => {
  const document = new Blob([Uint8Array.from({ length: bytes }, (_, at) => (at * 31) % 251)]);
  const order = await orderOf(document);
  const watched = watch();
  const from = performance.now();
  const upload = await keyring.run("prepareUpload", order, () => undefined);
  const took = performance.now() - from;
  await uploads.remove(upload.id);
  const { encryption, decryption } = await inWorker({ document });
  return { upload: took, encryption, decryption, stall: watched() };
};
