/** What the browser keeps: encrypted keystores, and the ciphertext of uploads that are not finished. */

/** An encrypted keystore; `file` is an age file under the password. */
export interface StoredKeystore {
  readonly username: string;
  readonly address: string;
  readonly file: Uint8Array<ArrayBuffer>;
  /** When somebody last signed in by it, in milliseconds. */
  readonly usedAt?: number;
}

/** An upload under way. Everything here is ciphertext or public: it may outlive the session. */
export interface StoredUpload {
  readonly id: string;
  readonly address: string;
  readonly cid: string;
  readonly root: Uint8Array<ArrayBuffer>;
  readonly rootBlock: Uint8Array<ArrayBuffer>;
  readonly leaves: number;
  readonly size: number;
  readonly envelope: Uint8Array<ArrayBuffer>;
  readonly envelopeHash: Uint8Array<ArrayBuffer>;
  /** The version of its owner's key that the owner's seal in the envelope is for. */
  readonly keyVersion: number;
  /** The patient half, sealed to those whom the patient named beforehand; anchored with the record. */
  readonly seals: readonly ReaderSeal[];
  readonly purpose: UploadPurpose;
  readonly createdAt: number;
}

/** A patient half sealed to a reader. */
export interface ReaderSeal {
  readonly reader: number;
  readonly keyVersion: number;
  readonly seal: Uint8Array<ArrayBuffer>;
}

/** What an upload is anchored as once it is stored. */
export interface UploadPurpose {
  readonly patient: number;
  readonly kind: "profile" | "certificate" | "report" | "prescription";
  readonly fills: number;
  /** Until when a prescription may be dispensed, in milliseconds; `null` for other kinds. */
  readonly validUntil: number | null;
  /** The record that it amends. */
  readonly amends: number | null;
}

const NAME = "medchain";
const VERSION = 2;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion === 0) {
        request.result.createObjectStore("keystores", { keyPath: "username" });
      } else {
        // Uploads that an earlier portal prepared carry no seals for those whom the patient named.
        request.result.deleteObjectStore("uploads");
        request.result.deleteObjectStore("leaves");
      }
      request.result.createObjectStore("uploads", { keyPath: "id" });
      request.result.createObjectStore("leaves");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let opened: Promise<IDBDatabase> | undefined;

async function run<T>(
  store: string,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  opened ??= open();
  const database = await opened;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const keystores = {
  put: (keystore: StoredKeystore) => run("keystores", "readwrite", (store) => store.put(keystore)),
  get: (username: string): Promise<StoredKeystore | undefined> =>
    run("keystores", "readonly", (store) => store.get(username)),
  all: (): Promise<StoredKeystore[]> => run("keystores", "readonly", (store) => store.getAll()),
  remove: (username: string) => run("keystores", "readwrite", (store) => store.delete(username)),
  /** Remembers that somebody has signed in by a keystore, if it is kept here. */
  used: async (username: string): Promise<void> => {
    const stored = await keystores.get(username);
    if (stored !== undefined) {
      await keystores.put({ ...stored, usedAt: Date.now() });
    }
  },
};

/** The keystore that somebody most likely signs in by: the one used last, or the only one. */
export function likeliest(all: readonly StoredKeystore[]): StoredKeystore | undefined {
  const [last] = all.toSorted((a, b) => (b.usedAt ?? 0) - (a.usedAt ?? 0));
  return last?.usedAt !== undefined || all.length === 1 ? last : undefined;
}

function leavesOf(id: string, count: number): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, count]);
}

export const uploads = {
  put: (upload: StoredUpload) => run("uploads", "readwrite", (store) => store.put(upload)),
  get: (id: string): Promise<StoredUpload | undefined> => run("uploads", "readonly", (store) => store.get(id)),
  of: async (address: string): Promise<StoredUpload[]> => {
    const all: StoredUpload[] = await run("uploads", "readonly", (store) => store.getAll());
    return all.filter((upload) => upload.address === address);
  },
  ids: async (): Promise<string[]> => (await run("uploads", "readonly", (store) => store.getAllKeys())).map(String),
  /** The uploads of which there are leaves, whether or not they are uploads yet. */
  idsOfLeaves: async (): Promise<string[]> => {
    const keys = await run("leaves", "readonly", (store) => store.getAllKeys());
    return [...new Set(keys.map((key) => String(Array.isArray(key) ? key[0] : key)))];
  },
  putLeaf: (id: string, index: number, leaf: Uint8Array<ArrayBuffer>) =>
    run("leaves", "readwrite", (store) => store.put(leaf, [id, index])),
  leaf: (id: string, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> =>
    run("leaves", "readonly", (store) => store.get([id, index])),
  remove: async (id: string): Promise<void> => {
    await run("leaves", "readwrite", (store) => store.delete(leavesOf(id, Number.MAX_SAFE_INTEGER)));
    await run("uploads", "readwrite", (store) => store.delete(id));
  },
};
