/// <reference lib="webworker" />
import { combineAnswers, type SealedRelease } from "../sealing/answers";
import { createCapsule } from "../sealing/committee";
import { ContentError } from "../sealing/content";
import { contentCid, parseRootBlock } from "../sealing/dag";
import { type Bytes, equal } from "../sealing/encoding";
import { carryHalf } from "../sealing/carried";
import {
  capsuleContextOf,
  committeeHalfOf,
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  envelopeHash,
  sealFor,
} from "../sealing/envelope";
import {
  createEmergencyCapsule,
  decodeEmergencyCapsule,
  emergencyCapsuleContext,
  emergencyCapsuleHash,
  encodeEmergencyCapsule,
  openEmergencyCapsule,
} from "../sealing/emergency";
import { openKeyCopy, sealKeyCopy } from "../sealing/keyCopy";
import { type EncryptionKeyPair, FIRST_KEY_VERSION, recordKey } from "../sealing/keys";
import { encryptJwe, linkFiles } from "../sealing/link";
import { openNote, openSeal, seal, sealNote, UnopenedError } from "../sealing/seal";
import { decryptDocument, encryptDocument } from "./contents";
import { type StoredUpload, uploads } from "./database";
import { whileEncrypting } from "./encrypting";
import { type Identity, identityOf, newPhrase, newWords, walletIdentity } from "./identity";
import { lock, polkadotJsFile, unlock } from "./keystore";
import type {
  JobName,
  JobReply,
  JobRequest,
  Jobs,
  LentCopy,
  LinkOrder,
  OpenedRecord,
  OpenOrder,
  PublicIdentity,
  ResealEnvelopeOrder,
  ResealOrder,
  SealTarget,
  StopRequest,
  UploadOrder,
} from "./protocol";

/** The worker that holds the secrets: whatever signs, encrypts or decrypts happens here, off the page. */

let identity: Identity | undefined;

function signedIn(): Identity {
  if (identity === undefined) {
    throw new Error("nobody is signed in");
  }
  return identity;
}

/** Encryption keys that somebody lent us, by version: an institution its staff, a member itself after it moved. */
let lent: ReadonlyMap<number, EncryptionKeyPair> = new Map();

/** Our encryption key of this version. */
function keyOf(version: number): EncryptionKeyPair {
  return lent.get(version) ?? signedIn().encryptionKey(version);
}

/** Opens copies; one that does not open, or not to what it should be, is left out. */
async function lend({ copies }: { copies: readonly LentCopy[] }): Promise<readonly number[]> {
  const opened = new Map<number, EncryptionKeyPair>();
  lent = new Map();
  for (const { context, sealed, keyVersion, publicKey } of copies) {
    const own = opened.get(keyVersion) ?? signedIn().encryptionKey(keyVersion);
    try {
      const pair = await openKeyCopy(sealed, own.secret, context);
      if (publicKey === undefined || equal(pair.publicKey, publicKey)) {
        opened.set(context.ofVersion, pair);
      }
    } catch (error) {
      if (!(error instanceof UnopenedError)) {
        throw error;
      }
    }
  }
  lent = opened;
  return [...opened.keys()];
}

function publicPart(of: Identity): PublicIdentity {
  return {
    address: of.address,
    publicKey: of.publicKey,
    encryptionKey: of.encryptionKey(FIRST_KEY_VERSION).publicKey,
    wallet: of.wallet,
  };
}

type Progress = (done: number, total: number) => void;

function prepareUpload(order: UploadOrder, progress: Progress, signal: AbortSignal): Promise<StoredUpload> {
  const id = crypto.randomUUID();
  return whileEncrypting(id, () => encryptUpload(id, order, progress, signal));
}

async function encryptUpload(
  id: string,
  order: UploadOrder,
  progress: Progress,
  signal: AbortSignal,
): Promise<StoredUpload> {
  const patientHalf = crypto.getRandomValues(new Uint8Array(32));
  const made = createCapsule(order.committee.key, {
    genesis: order.genesis,
    author: order.author,
    patient: BigInt(order.purpose.patient),
    epoch: order.committee.epoch,
  });
  const key = recordKey(patientHalf, made.half);
  const block = await encryptDocument(
    key,
    order.description,
    order.document,
    (index, leaf) => uploads.putLeaf(id, index, leaf),
    progress,
    signal,
  );
  const sealTo = (targets: readonly SealTarget[]) =>
    Promise.all(
      targets.map(async ({ recipient, key: to, keyVersion }) => ({
        recipient,
        keyVersion,
        seal: await seal(patientHalf, to, { genesis: order.genesis, content: block.root, recipient, keyVersion }),
      })),
    );
  const seals = await sealTo(order.targets);
  const readerSeals = await sealTo(order.readers);
  patientHalf.fill(0);
  key.fill(0);
  const envelope = encodeEnvelope({ capsule: made.capsule, epoch: order.committee.epoch, seals });
  const [owner] = order.targets;
  if (owner === undefined) {
    throw new RangeError("an upload is sealed to its owner first");
  }
  const upload: StoredUpload = {
    id,
    address: signedIn().address,
    cid: contentCid(block.root),
    root: block.root,
    rootBlock: block.bytes,
    leaves: block.leaves.length,
    size: block.size,
    envelope,
    envelopeHash: envelopeHash(envelope),
    keyVersion: owner.keyVersion,
    seals: readerSeals.flatMap(({ recipient, keyVersion, seal }) =>
      recipient.type === "member" ? [{ reader: Number(recipient.id), keyVersion, seal }] : [],
    ),
    purpose: order.purpose,
    createdAt: Date.now(),
  };
  signal.throwIfAborted();
  await uploads.put(upload);
  return upload;
}

async function patientHalfOf(order: Pick<ResealOrder, "envelope" | "seal" | "own">): Promise<Bytes> {
  const { own } = order;
  let sealed = order.seal;
  let keyVersion = own.keyVersion;
  if (sealed === undefined) {
    const found = order.envelope === undefined ? undefined : sealFor(decodeEnvelope(order.envelope), own.recipient);
    if (found === undefined) {
      throw new UnopenedError();
    }
    sealed = found.seal;
    keyVersion = found.keyVersion;
  }
  return openSeal(sealed, keyOf(keyVersion).secret, { ...own, keyVersion });
}

async function open(order: OpenOrder, progress: Progress, signal: AbortSignal): Promise<OpenedRecord> {
  const block = parseRootBlock(order.rootBlock);
  if (!equal(block.root, order.sealContext.content) || block.size !== order.ciphertext.size) {
    throw new ContentError("damaged");
  }
  const { secret } = keyOf(order.releaseKeyVersion);
  const { emergency } = order;
  const distrusted = new Set<number>();
  const inCapsule = async (
    committee: OpenOrder["committee"],
    releases: readonly SealedRelease[],
    capsule: Uint8Array,
    context: Parameters<typeof combineAnswers>[5],
  ) => {
    const { half, refused } = await combineAnswers(
      committee,
      releases,
      secret,
      order.releaseContext,
      capsule,
      context,
    );
    for (const index of refused) {
      distrusted.add(index);
    }
    return half;
  };
  let half: Bytes;
  if (emergency === undefined) {
    half = await patientHalfOf({ envelope: order.envelope, seal: order.seal, own: order.sealContext });
  } else {
    const decoded = decodeEmergencyCapsule(emergency.capsule);
    const whole = { ...emergency.context, epoch: decoded.epoch };
    const context = emergencyCapsuleContext(whole);
    const released = await inCapsule(emergency.committee, emergency.releases, decoded.capsule, context);
    half = await openEmergencyCapsule(decoded, released, whole);
  }
  const envelope = decodeEnvelope(order.envelope);
  const capsuleContext = capsuleContextOf(envelope, order.capsuleContext);
  const released = await inCapsule(order.committee, order.releases, envelope.capsule, capsuleContext);
  const committeeHalf = await committeeHalfOf(envelope, released, carriedContext(order));
  const opened = await decryptDocument(recordKey(half, committeeHalf), block, order.ciphertext, progress, signal);
  return { ...opened, distrusted: [...distrusted].sort((a, b) => a - b) };
}

/** What a half of this record is bound to when it is carried over. */
function carriedContext({ releaseContext, capsuleContext }: Pick<OpenOrder, "releaseContext" | "capsuleContext">) {
  const { genesis, record, content } = releaseContext;
  return { genesis, record, content, owner: capsuleContext.patient };
}

/** The envelope with its committee half carried over to another key of the committee. */
async function carriedOver(
  envelope: Envelope,
  order: NonNullable<ResealEnvelopeOrder["carry"]>,
): Promise<Envelope> {
  const { half: released } = await combineAnswers(
    order.committee,
    order.releases,
    keyOf(order.releaseKeyVersion).secret,
    order.releaseContext,
    envelope.capsule,
    capsuleContextOf(envelope, order.capsuleContext),
  );
  const context = carriedContext(order);
  const half = await committeeHalfOf(envelope, released, context);
  const { epoch, key } = order.to;
  return { ...envelope, epoch, ...(await carryHalf(half, key, { ...context, epoch })) };
}

async function resealEnvelope({ envelope, own, target, carry }: ResealEnvelopeOrder) {
  let fresh = decodeEnvelope(envelope);
  if (target !== undefined) {
    const half = await patientHalfOf({ envelope, own });
    const { recipient, keyVersion } = target;
    const sealed = await seal(half, target.key, { ...own, recipient, keyVersion });
    const mine = sealFor(fresh, own.recipient);
    const seals = fresh.seals.map((one) => (one === mine ? { recipient, keyVersion, seal: sealed } : one));
    fresh = { ...fresh, seals };
  }
  if (carry !== undefined) {
    fresh = await carriedOver(fresh, carry);
  }
  const bytes = encodeEnvelope(fresh);
  return { bytes, hash: envelopeHash(bytes) };
}

async function reseal(order: ResealOrder): Promise<readonly Bytes[]> {
  const half = await patientHalfOf(order);
  const { genesis, content } = order.own;
  return Promise.all(
    order.targets.map(({ recipient, key, keyVersion }) => seal(half, key, { genesis, content, recipient, keyVersion })),
  );
}

async function encryptForLink(order: LinkOrder) {
  const plain = await Promise.all(
    order.records.map(async ({ document, ...one }) => ({
      ...one,
      document: new Uint8Array(await document.arrayBuffer()),
    })),
  );
  return Promise.all(
    linkFiles(plain, order.direct).map(async ({ contentType, records, content }) => ({
      contentType,
      records,
      jwe: await encryptJwe(order.key, contentType, content),
    })),
  );
}

type Handlers = {
  [Name in JobName]: (
    input: Jobs[Name]["input"],
    progress: Progress,
    signal: AbortSignal,
  ) => Promise<Jobs[Name]["output"]>;
};

const handlers: Handlers = {
  newPhrase: async () => {
    const phrase = newPhrase();
    return { phrase, identity: publicPart(identityOf(phrase)) };
  },
  usePhrase: async ({ phrase }) => {
    identity = identityOf(phrase);
    lent = new Map();
    return publicPart(identity);
  },
  newWords: async () => newWords(),
  useWallet: async ({ wallet, address, words }) => {
    identity = walletIdentity(wallet, address, words);
    return publicPart(identity);
  },
  lock: ({ name, password }) => lock(signedIn(), name, password),
  unlock: async ({ file, password }) => {
    const unlocked = await unlock(file, password);
    identity = unlocked.identity;
    return { identity: publicPart(identity), name: unlocked.name };
  },
  reveal: async ({ file, password }) => (await unlock(file, password)).identity.phrase,
  polkadotJsFile: async ({ file, name, password }) =>
    polkadotJsFile((await unlock(file, password)).identity, name, password),
  sign: async ({ message }) => signedIn().sign(message),
  prepareUpload,
  open,
  reseal,
  lend,
  publicKey: async ({ version }) => keyOf(version).publicKey,
  copyKey: ({ context, to }) => {
    const { secret } = keyOf(context.ofVersion);
    return Promise.all(to.map((key) => sealKeyCopy(secret, key, context)));
  },
  emergencyCapsule: async (order) => {
    const half = await patientHalfOf(order);
    const bytes = encodeEmergencyCapsule(await createEmergencyCapsule(half, order.committeeKey, order.context));
    return { bytes, hash: emergencyCapsuleHash(bytes) };
  },
  resealEnvelope,
  giveBack: async ({ held, to }) => {
    const { secret } = await openKeyCopy(held.sealed, keyOf(held.keyVersion).secret, held.context);
    return sealKeyCopy(secret, to, held.context);
  },
  linkFiles: encryptForLink,
  sealNote: ({ text, to, aad }) => sealNote(text, to, aad),
  openNote: async ({ note, aad, keyVersion }) => openNote(note, keyOf(keyVersion).secret, aad),
};

/** The jobs under way, by which they are stopped. */
const underWay = new Map<number, AbortController>();

async function run<Name extends JobName>(id: number, name: Name, input: Jobs[Name]["input"]): Promise<void> {
  const reply = (message: JobReply) => postMessage(message);
  const controller = new AbortController();
  underWay.set(id, controller);
  const progress: Progress = (done, total) => reply({ id, type: "progress", done, total });
  try {
    const output = await handlers[name](input, progress, controller.signal);
    reply({ id, type: "done", output });
  } catch (error) {
    const { name: kind, message } = error instanceof Error ? error : new Error("unknown");
    reply({ id, type: "failed", error: kind, message });
  } finally {
    underWay.delete(id);
  }
}

addEventListener("message", (event: MessageEvent<JobRequest | StopRequest>) => {
  const { data } = event;
  if (data.name === "stop") {
    underWay.get(data.id)?.abort();
  } else {
    void run(data.id, data.name, data.input);
  }
});
