import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, u16le, utf8 } from "./encoding";
import { derive } from "./hkdf";
import { Transcript } from "./merlin";

const { Point } = ristretto255;
type Element = InstanceType<typeof Point>;

/** The order of the group. */
const ORDER = Point.Fn.ORDER;
const Fn = Point.Fn;

export const CAPSULE_BYTES = 128;
export const PARTIAL_RELEASE_BYTES = 98;

/** What a capsule is bound to. */
export interface CapsuleContext {
  readonly genesis: Uint8Array;
  readonly author: bigint;
  readonly patient: bigint;
  readonly epoch: number;
}

/** The release committee as the chain shows it; the share of member i stands at i − 1. */
export interface Committee {
  readonly epoch: number;
  readonly key: Uint8Array;
  readonly threshold: number;
  readonly shares: readonly Uint8Array[];
}

/** Why a capsule or releases are refused. */
export class CommitteeError extends Error {
  readonly reason:
    | "element"
    | "scalar"
    | "capsule"
    | "index"
    | "release"
    | "tooFew"
    | "duplicate"
    | "inconsistent"
    | "threshold";
  /** The committee members whose releases were refused. */
  readonly refused: readonly number[];

  constructor(reason: CommitteeError["reason"], refused: readonly number[] = []) {
    super(MESSAGES[reason]);
    this.name = "CommitteeError";
    this.reason = reason;
    this.refused = refused;
  }
}

const MESSAGES: Record<CommitteeError["reason"], string> = {
  element: "a group element is not canonical or is the identity",
  scalar: "a scalar is not canonical",
  capsule: "the capsule was not made for this record's chain, author, patient and epoch",
  index: "committee members are counted from 1",
  release: "a release does not prove that it is the committee member's",
  tooFew: "too few committee members have released; ask again",
  duplicate: "a committee member is counted twice",
  inconsistent: "the releases do not belong to one committee",
  threshold: "a threshold of zero would release without anybody",
};

/** Ḡ: hashed to, so that nobody knows its logarithm. */
const SECOND_GENERATOR: Element = (() => {
  const map = ristretto255_hasher.deriveToCurve;
  if (map === undefined) {
    throw new Error("the curve library lacks the one-way map of RFC 9496");
  }
  return map(sha512(utf8("medchain/capsule/second-generator/v1")));
})();

function element(bytes: Uint8Array): Element {
  let point: Element;
  try {
    point = Point.fromBytes(bytes);
  } catch (cause) {
    throw Object.assign(new CommitteeError("element"), { cause });
  }
  if (point.is0()) {
    throw new CommitteeError("element");
  }
  return point;
}

function scalar(bytes: Uint8Array): bigint {
  const value = bytesToNumberLE(bytes);
  if (value >= ORDER) {
    throw new CommitteeError("scalar");
  }
  return value;
}

function scalarBytes(value: bigint): Bytes {
  return copy(numberToBytesLE(value, 32));
}

/** As `multiply`, for scalars that may be zero and points that are public. */
function times(point: Element, by: bigint): Element {
  return by === 0n ? Point.ZERO : point.multiplyUnsafe(by);
}

function transcript(protocol: string, context: CapsuleContext): Transcript {
  const begun = new Transcript(protocol);
  begun.append("genesis", context.genesis);
  begun.appendU64("author", context.author);
  begun.appendU64("patient", context.patient);
  begun.appendU64("epoch", BigInt(context.epoch));
  return begun;
}

function challengeScalar(of: Transcript): bigint {
  return bytesToNumberLE(of.challenge("challenge", 64)) % ORDER;
}

/**
 * A uniform scalar that is not zero. The system's randomness is hashed together with the witness and the context, so
 * that a weak generator does not repeat a nonce under another challenge.
 */
function randomScalar(witness: bigint, context: Uint8Array): bigint {
  const wide = sha512(
    concat(utf8("medchain/nonce/v1"), crypto.getRandomValues(new Uint8Array(64)), scalarBytes(witness), context),
  );
  const value = bytesToNumberLE(wide) % ORDER;
  return value === 0n ? randomScalar(witness, context) : value;
}

interface CapsuleParts {
  readonly r: Element;
  readonly rBar: Element;
  readonly e: bigint;
  readonly f: bigint;
}

function parseCapsule(bytes: Uint8Array): CapsuleParts {
  if (bytes.length !== CAPSULE_BYTES) {
    throw new CommitteeError("element");
  }
  return {
    r: element(bytes.subarray(0, 32)),
    rBar: element(bytes.subarray(32, 64)),
    e: scalar(bytes.subarray(64, 96)),
    f: scalar(bytes.subarray(96, 128)),
  };
}

function capsuleChallenge(context: CapsuleContext, r: Element, rBar: Element, w: Element, wBar: Element): bigint {
  const absorbed = transcript("medchain/capsule/v1", context);
  absorbed.append("R", r.toBytes());
  absorbed.append("R-bar", rBar.toBytes());
  absorbed.append("W", w.toBytes());
  absorbed.append("W-bar", wBar.toBytes());
  return challengeScalar(absorbed);
}

function committeeHalf(shared: Element, r: Element): Bytes {
  return derive(concat(shared.toBytes(), r.toBytes()), "medchain/committee-half/v1");
}

/** A capsule and the committee half inside it. */
export interface MadeCapsule {
  readonly capsule: Bytes;
  readonly half: Bytes;
}

/** Makes a capsule to the committee's key. */
export function createCapsule(key: Uint8Array, context: CapsuleContext): MadeCapsule {
  const r = randomScalar(0n, key);
  const s = randomScalar(r, concat(key, context.genesis));
  return createCapsuleFrom(key, context, r, s);
}

/** As {@link createCapsule}, with r and the proof's nonce given: for known-answer tests. */
export function createCapsuleFrom(key: Uint8Array, context: CapsuleContext, r: bigint, s: bigint): MadeCapsule {
  const y = element(key);
  const rPoint = Point.BASE.multiply(r);
  const rBar = SECOND_GENERATOR.multiply(r);
  const e = capsuleChallenge(context, rPoint, rBar, Point.BASE.multiply(s), SECOND_GENERATOR.multiply(s));
  const f = Fn.add(s, Fn.mul(r, e));
  return {
    capsule: concat(rPoint.toBytes(), rBar.toBytes(), scalarBytes(e), scalarBytes(f)),
    half: committeeHalf(y.multiply(r), rPoint),
  };
}

/** Checks that whoever made the capsule knew r and made it for this context. Throws a {@link CommitteeError}. */
export function verifyCapsule(capsule: Uint8Array, context: CapsuleContext): void {
  const { r, rBar, e, f } = parseCapsule(capsule);
  const w = times(Point.BASE, f).subtract(times(r, e));
  const wBar = times(SECOND_GENERATOR, f).subtract(times(rBar, e));
  if (capsuleChallenge(context, r, rBar, w, wBar) !== e) {
    throw new CommitteeError("capsule");
  }
}

interface PartialRelease {
  readonly index: number;
  readonly d: Element;
  readonly c: bigint;
  readonly z: bigint;
}

function parseRelease(bytes: Uint8Array): PartialRelease {
  if (bytes.length !== PARTIAL_RELEASE_BYTES) {
    throw new CommitteeError("release");
  }
  const index = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  if (index === 0) {
    throw new CommitteeError("index");
  }
  return {
    index,
    d: element(bytes.subarray(2, 34)),
    c: scalar(bytes.subarray(34, 66)),
    z: scalar(bytes.subarray(66, 98)),
  };
}

function releaseChallenge(
  index: number,
  share: Uint8Array,
  d: Element,
  capsule: Uint8Array,
  context: CapsuleContext,
  w: Element,
  wR: Element,
): bigint {
  const absorbed = transcript("medchain/release-proof/v1", context);
  absorbed.append("capsule", capsule);
  absorbed.appendU64("index", BigInt(index));
  absorbed.append("share", share);
  absorbed.append("D", d.toBytes());
  absorbed.append("W", w.toBytes());
  absorbed.append("W-R", wR.toBytes());
  return challengeScalar(absorbed);
}

/** A committee member's partial release with its nonce given. Only nodes release; this is for tests. */
export function releaseFrom(
  index: number,
  share: bigint,
  capsule: Uint8Array,
  context: CapsuleContext,
  k: bigint,
): Bytes {
  verifyCapsule(capsule, context);
  const { r } = parseCapsule(capsule);
  const d = r.multiply(share);
  const verifyingShare = Point.BASE.multiply(share).toBytes();
  const c = releaseChallenge(index, verifyingShare, d, capsule, context, Point.BASE.multiply(k), r.multiply(k));
  const z = Fn.add(k, Fn.mul(c, share));
  return concat(u16le(index), d.toBytes(), scalarBytes(c), scalarBytes(z));
}

/** Checks that the committee member whose verifying share this is made the release for this capsule. */
export function verifyRelease(
  release: Uint8Array,
  share: Uint8Array,
  capsule: Uint8Array,
  context: CapsuleContext,
): void {
  verifyCapsule(capsule, context);
  verifyProof(release, share, capsule, context);
}

/** As {@link verifyRelease}, for a capsule that {@link verifyCapsule} has taken. */
export function verifyProof(
  release: Uint8Array,
  share: Uint8Array,
  capsule: Uint8Array,
  context: CapsuleContext,
): void {
  const { index, d, c, z } = parseRelease(release);
  const { r } = parseCapsule(capsule);
  const w = times(Point.BASE, z).subtract(times(element(share), c));
  const wR = times(r, z).subtract(times(d, c));
  if (releaseChallenge(index, share, d, capsule, context, w, wR) !== c) {
    throw new CommitteeError("release");
  }
}

/** A committee half, and the members whose releases were left out. */
export interface Combination {
  readonly half: Bytes;
  readonly refused: readonly number[];
}

/**
 * Checks every release against the committee's verifying shares and combines a threshold of the proven ones. Releases
 * that fail are skipped and named.
 */
export function combine(
  committee: Pick<Committee, "threshold" | "shares">,
  releases: readonly Uint8Array[],
  capsule: Uint8Array,
  context: CapsuleContext,
): Combination {
  if (committee.threshold === 0) {
    throw new CommitteeError("threshold");
  }
  verifyCapsule(capsule, context);
  const proven: PartialRelease[] = [];
  const refused: number[] = [];
  for (const bytes of releases) {
    const index = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    try {
      const share = committee.shares[index - 1];
      if (share === undefined) {
        throw new CommitteeError("index");
      }
      verifyProof(bytes, share, capsule, context);
    } catch (error) {
      if (!(error instanceof CommitteeError)) {
        throw error;
      }
      refused.push(index);
      continue;
    }
    if (proven.some((other) => other.index === index)) {
      throw new CommitteeError("duplicate", [index]);
    }
    proven.push(parseRelease(bytes));
  }
  if (proven.length < committee.threshold) {
    throw new CommitteeError("tooFew", refused);
  }
  return { half: interpolated(proven.slice(0, committee.threshold), capsule), refused };
}

/** The committee half out of as many releases as are needed, which {@link verifyProof} has taken; no member has two. */
export function combineProven(
  threshold: number,
  releases: readonly Uint8Array[],
  capsule: Uint8Array,
): Bytes {
  if (threshold === 0) {
    throw new CommitteeError("threshold");
  }
  if (releases.length < threshold) {
    throw new CommitteeError("tooFew");
  }
  return interpolated(releases.slice(0, threshold).map(parseRelease), capsule);
}

/** Σ λᵢ·Dᵢ, and what it derives. The indices are distinct and not zero. */
function interpolated(chosen: readonly PartialRelease[], capsule: Uint8Array): Bytes {
  const shared = chosen.reduce((sum, { index, d }) => {
    const others = chosen.map((other) => BigInt(other.index)).filter((other) => other !== BigInt(index));
    const lambda = others.reduce(
      (product, other) => Fn.mul(product, Fn.mul(other, Fn.inv(Fn.create(other - BigInt(index))))),
      1n,
    );
    return sum.add(d.multiply(lambda));
  }, Point.ZERO);
  if (shared.is0()) {
    throw new CommitteeError("inconsistent");
  }
  return committeeHalf(shared, parseCapsule(capsule).r);
}
