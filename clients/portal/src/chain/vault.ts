import { type StoredUpload, uploads } from "../keyring/database";
import type { Signer } from "../keyring/signer";
import type { SealedRelease } from "../sealing/answers";
import { contentCid, leafLength, parseRootBlock } from "../sealing/dag";
import { type Bytes, equal, fromBase64, fromHex, toBase64, toHex, utf8 } from "../sealing/encoding";
import { ConnectionLostError, type Rpc, RpcError } from "./rpc";
import type { Hex, RecordView } from "./views";

interface Ticket {
  readonly account: string;
  readonly operation: "store" | "read";
  readonly content: string;
  readonly challenge: Hex;
  readonly expiresAt: number;
  readonly signature: Hex;
  readonly genesis: Hex;
}

const TICKET_LIFETIME = 10 * 60_000;
const TICKET_REFUSED = 7101;
const READING_REFUSED = 7103;
/** Leaves under way at once. */
const PARALLEL = 3;
const ATTEMPTS = 6;

/** A content as a node holds it, still encrypted. */
export interface FetchedContent {
  readonly rootBlock: Bytes;
  readonly ciphertext: Blob;
  readonly envelope: Bytes;
  readonly releases: readonly SealedRelease[];
}

export type Progress = (done: number, total: number) => void;

/** Stores and fetches contents, with tickets that the account signs. */
export class VaultClient {
  readonly #rpc: Rpc;
  readonly #signer: Signer;
  readonly #address: string;
  readonly #tickets = new Map<string, Ticket>();

  constructor(rpc: Rpc, signer: Signer, address: string) {
    this.#rpc = rpc;
    this.#signer = signer;
    this.#address = address;
  }

  /** Sends what the node lacks of a prepared upload and ends it; resumes where an earlier attempt stopped. */
  async store(upload: StoredUpload, progress: Progress, signal: AbortSignal): Promise<void> {
    const call = <T>(method: string, ...params: unknown[]) =>
      this.#call<T>("store", upload.cid, method, params, signal);
    const begun = await call<{ leaves: number; missing: [number, number][] }>(
      "vault_begin",
      toBase64(upload.rootBlock),
    );
    const missing = begun.missing.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at));
    let sent = upload.leaves - missing.length;
    progress(sent, upload.leaves);
    const queue = missing.values();
    const send = async () => {
      for (const index of queue) {
        signal.throwIfAborted();
        const leaf = await uploads.leaf(upload.id, index);
        if (leaf === undefined) {
          throw new Error("a part of the upload is missing from this browser's storage; choose the file again");
        }
        await call("vault_putLeaf", index, toBase64(leaf));
        sent += 1;
        progress(sent, upload.leaves);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, send));
    await call("vault_finish", toBase64(upload.envelope));
  }

  /** The envelope of a record. */
  async envelope(record: RecordView): Promise<Bytes> {
    const bytes = fromBase64(await this.#read<string>(record, "vault_envelope", record.id));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    if (`0x${toHex(digest)}` !== record.envelope) {
      throw new Error("the node gave another envelope than the chain names");
    }
    return bytes;
  }

  /** Puts another envelope of a record beside the one that the chain names, which is named next. */
  async addEnvelope(record: RecordView, envelope: Uint8Array): Promise<void> {
    const cid = contentCid(fromHex(record.content));
    await this.#call("store", cid, "vault_reseal", [record.id, toBase64(envelope)]);
  }

  /** Stores an emergency capsule that the chain names. */
  async lodgeEmergency(record: RecordView, capsule: Uint8Array): Promise<void> {
    const cid = contentCid(fromHex(record.content));
    await this.#call("store", cid, "vault_lodgeEmergency", [record.id, toBase64(capsule)]);
  }

  /** A record's emergency capsule, and what the committee releases for it within the window of a doctor's opening. */
  async emergency(record: RecordView, named: Hex): Promise<{ capsule: Bytes; releases: readonly SealedRelease[] }> {
    const [text, releases] = await Promise.all([
      this.#read<string>(record, "vault_emergencyCapsule", record.id),
      this.releases(record, true),
    ]);
    const capsule = fromBase64(text);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", capsule));
    if (`0x${toHex(digest)}` !== named) {
      throw new Error("the node gave another emergency capsule than the chain names");
    }
    return { capsule, releases };
  }

  /** What the committee's members release of a record's capsule to us, or of its emergency capsule. */
  async releases(record: RecordView, inEmergency = false): Promise<readonly SealedRelease[]> {
    const method = inEmergency ? "vault_releaseEmergency" : "vault_release";
    const answers = await this.#read<{ index: number; sealed: Hex }[]>(record, method, record.id);
    return answers.map(({ index, sealed }) => ({ index, sealed: fromHex(sealed) }));
  }

  /** Everything that opening a record takes from the node. */
  async fetch(record: RecordView, progress: Progress, signal: AbortSignal): Promise<FetchedContent> {
    const [envelope, rootText, releases] = await Promise.all([
      this.envelope(record),
      this.#read<string>(record, "vault_root", record.id),
      this.releases(record),
    ]);
    const rootBlock = fromBase64(rootText);
    const block = parseRootBlock(rootBlock);
    if (!equal(block.root, fromHex(record.content))) {
      throw new Error("the node gave another content than the chain names");
    }
    const leaves: Blob[] = [];
    const queue = block.leaves.keys();
    let done = 0;
    const receive = async () => {
      for (const index of queue) {
        signal.throwIfAborted();
        const leaf = fromBase64(await this.#read<string>(record, "vault_leaf", record.id, index));
        if (leaf.length !== leafLength(block.size, index)) {
          throw new Error("the node gave a part of the wrong length");
        }
        leaves[index] = new Blob([leaf]);
        done += leaf.length;
        progress(done, block.size);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, receive));
    return { rootBlock, ciphertext: new Blob(leaves), envelope, releases };
  }

  async #read<T>(record: RecordView, method: string, ...params: unknown[]): Promise<T> {
    const cid = contentCid(fromHex(record.content));
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#call<T>("read", cid, method, params);
      } catch (error) {
        // What has just become final for us may take the node another moment.
        if (!(error instanceof RpcError) || error.code !== READING_REFUSED || attempt >= 4) {
          throw error;
        }
        await delay(1_000);
      }
    }
  }

  /** Calls with a ticket; a ticket that the node no longer takes is renewed once, a lost connection waited for. */
  async #call<T>(
    operation: Ticket["operation"],
    cid: string,
    method: string,
    params: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<T> {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const ticket = await this.#ticket(operation, cid);
      try {
        return await this.#rpc.request<T>(method, [ticket, ...params], signal);
      } catch (error) {
        if (error instanceof RpcError && error.code === TICKET_REFUSED && !renewed) {
          renewed = true;
          this.#tickets.clear();
        } else if (!(error instanceof ConnectionLostError) || attempt >= ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  async #ticket(operation: Ticket["operation"], content: string): Promise<Ticket> {
    const key = `${operation} ${content}`;
    const known = this.#tickets.get(key);
    if (known !== undefined && known.expiresAt > Date.now() + 30_000) {
      return known;
    }
    const { challenge, now, genesis } = await this.#rpc.request<{ challenge: Hex; now: number; genesis: Hex }>(
      "vault_challenge",
      [],
    );
    const expiresAt = now + TICKET_LIFETIME;
    const text = [
      "medchain ticket v1",
      `chain: ${genesis}`,
      `operation: ${operation}`,
      `content: ${content}`,
      `challenge: ${challenge}`,
      `expires: ${expiresAt}`,
    ].join("\n");
    const signature = await this.#signer.signText(utf8(text));
    const ticket: Ticket = {
      account: this.#address,
      operation,
      content,
      challenge,
      expiresAt,
      signature: `0x${toHex(signature)}`,
      genesis,
    };
    this.#tickets.set(key, ticket);
    return ticket;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
