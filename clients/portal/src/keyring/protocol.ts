import type { SealedRelease } from "../sealing/answers";
import type { CapsuleContext, Committee } from "../sealing/committee";
import type { EmergencyContext } from "../sealing/emergency";
import type { KeyCopyContext } from "../sealing/keyCopy";
import type { Recipient, ReleaseContext, SealContext } from "../sealing/seal";
import type { StoredUpload, UploadPurpose } from "./database";

/** What is known of an account without its secrets. */
export interface PublicIdentity {
  readonly address: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly encryptionKey: Uint8Array<ArrayBuffer>;
  /** The wallet that signs for it; `null` if the keyring does. */
  readonly wallet: string | null;
}

/** To whom a seal is made. */
export interface SealTarget {
  readonly recipient: Recipient;
  readonly key: Uint8Array;
  readonly keyVersion: number;
}

export interface UploadOrder {
  readonly document: Blob;
  /** FHIR JSON; never leaves the worker in the clear. */
  readonly description: string;
  readonly genesis: Uint8Array;
  readonly author: bigint;
  readonly committee: Committee;
  /** Whose seals go into the envelope: the owner's first, and for a certificate the administrators'. */
  readonly targets: readonly SealTarget[];
  /** Whose seals are anchored with the record. */
  readonly readers: readonly SealTarget[];
  readonly purpose: UploadPurpose;
}

export interface OpenOrder {
  readonly rootBlock: Uint8Array;
  readonly ciphertext: Blob;
  readonly envelope: Uint8Array;
  /** The seal to open: from the chain for a reader; from the envelope for owner and administrator, when left out. */
  readonly seal?: Uint8Array | undefined;
  readonly sealContext: SealContext;
  readonly releases: readonly SealedRelease[];
  readonly releaseContext: ReleaseContext;
  /** The version of our key that releases are wrapped to. */
  readonly releaseKeyVersion: number;
  readonly capsuleContext: Omit<CapsuleContext, "epoch">;
  /** The committee of the key that the envelope's capsule is for. */
  readonly committee: Committee;
  /** In an emergency the patient half comes out of the record's second capsule. */
  readonly emergency?:
    | {
        readonly capsule: Uint8Array;
        readonly releases: readonly SealedRelease[];
        /** The committee of the key that the emergency capsule is for. */
        readonly committee: Committee;
        readonly context: Omit<EmergencyContext, "epoch">;
      }
    | undefined;
}

export interface OpenedRecord {
  readonly description: string;
  readonly document: Blob;
  /** The numbers of the committee's members whose answers were no good; the others were enough. */
  readonly distrusted: readonly number[];
}

/** Makes the envelope of a record of ours anew. */
export interface ResealEnvelopeOrder {
  readonly envelope: Uint8Array;
  readonly own: SealContext;
  /** Our key in force, if our seal is for an earlier one. */
  readonly target?: SealTarget | undefined;
  /** If the capsule is for a key of the committee that was replaced: what carries its half over to the one in force. */
  readonly carry?:
    | (Pick<OpenOrder, "releases" | "releaseContext" | "releaseKeyVersion" | "capsuleContext" | "committee"> & {
        readonly to: Committee;
      })
    | undefined;
}

/** Makes a seal to someone else out of our own. */
export interface ResealOrder {
  readonly envelope?: Uint8Array | undefined;
  readonly seal?: Uint8Array | undefined;
  readonly own: SealContext;
  readonly targets: readonly SealTarget[];
}

/** A copy of an encryption secret that somebody made for us. */
export interface LentCopy {
  readonly context: KeyCopyContext;
  readonly sealed: Uint8Array;
  /** The version of our key that it is sealed to. */
  readonly keyVersion: number;
  /** The key that the secret has to belong to; left out where the copy's giver need not be checked. */
  readonly publicKey?: Uint8Array | undefined;
}

/** Makes a record's emergency capsule out of our own seal. */
export interface EmergencyOrder extends Omit<ResealOrder, "targets"> {
  readonly committeeKey: Uint8Array;
  readonly context: EmergencyContext;
}

/** Encrypts opened records under a link's own key. */
export interface LinkOrder {
  readonly key: Uint8Array;
  readonly direct: boolean;
  readonly records: readonly {
    readonly record: number;
    readonly description: string;
    readonly mediaType: string;
    readonly document: Blob;
  }[];
}

/** Every job of the keyring worker: what it takes and what it gives. */
export interface Jobs {
  newPhrase: { input: null; output: { phrase: string; identity: PublicIdentity } };
  usePhrase: { input: { phrase: string }; output: PublicIdentity };
  newWords: { input: null; output: string };
  useWallet: { input: { wallet: string; address: string; words: string }; output: PublicIdentity };
  lock: { input: { name: string; password: string }; output: Uint8Array<ArrayBuffer> };
  unlock: { input: { file: Uint8Array; password: string }; output: { identity: PublicIdentity; name: string } };
  reveal: { input: { file: Uint8Array; password: string }; output: string };
  polkadotJsFile: { input: { file: Uint8Array; name: string; password: string }; output: string };
  sign: { input: { message: Uint8Array }; output: Uint8Array<ArrayBuffer> };
  prepareUpload: { input: UploadOrder; output: StoredUpload };
  open: { input: OpenOrder; output: OpenedRecord };
  reseal: { input: ResealOrder; output: readonly Uint8Array<ArrayBuffer>[] };
  /** Replaces the secrets that do not follow from the account's seed by those in these copies; gives their versions. */
  lend: { input: { copies: readonly LentCopy[] }; output: readonly number[] };
  /** Our encryption key of this version. */
  publicKey: { input: { version: number }; output: Uint8Array<ArrayBuffer> };
  /** Seals our encryption secret of the context's version to keys. */
  copyKey: {
    input: { context: KeyCopyContext; to: readonly Uint8Array[] };
    output: readonly Uint8Array<ArrayBuffer>[];
  };
  /** Another member's secret out of the copy that we hold, sealed to the key that the member has now. */
  giveBack: { input: { held: LentCopy; to: Uint8Array }; output: Uint8Array<ArrayBuffer> };
  emergencyCapsule: {
    input: EmergencyOrder;
    output: { bytes: Uint8Array<ArrayBuffer>; hash: Uint8Array<ArrayBuffer> };
  };
  /** An envelope with our own seal in it made anew, its committee half carried over to the key in force, or both. */
  resealEnvelope: {
    input: ResealEnvelopeOrder;
    output: { bytes: Uint8Array<ArrayBuffer>; hash: Uint8Array<ArrayBuffer> };
  };
  linkFiles: {
    input: LinkOrder;
    output: readonly { contentType: string; records: readonly number[]; jwe: string }[];
  };
  sealNote: { input: { text: string; to: Uint8Array; aad: Uint8Array }; output: Uint8Array<ArrayBuffer> };
  openNote: { input: { note: Uint8Array; aad: Uint8Array; keyVersion: number }; output: string };
}

export type JobName = keyof Jobs;

export type JobRequest = { [Name in JobName]: { id: number; name: Name; input: Jobs[Name]["input"] } }[JobName];

/** Asks that a job end before it is done. */
export interface StopRequest {
  readonly id: number;
  readonly name: "stop";
}

export type JobReply =
  | { readonly id: number; readonly type: "done"; readonly output: unknown }
  | { readonly id: number; readonly type: "failed"; readonly error: string; readonly message: string }
  | { readonly id: number; readonly type: "progress"; readonly done: number; readonly total: number };
