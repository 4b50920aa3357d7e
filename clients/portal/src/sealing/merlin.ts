import { keccakP } from "@noble/hashes/sha3.js";
import { type Bytes, concat, u32le, u64le, utf8 } from "./encoding";

/**
 * Merlin transcripts (https://merlin.cool) over the part of STROBE-128 (https://strobe.sourceforge.io/specs, v1.0.2)
 * that they need: meta-AD, AD and PRF. The Keccak permutation is the library's; the vectors in `tests/vectors/` and
 * Merlin's own test hold this file to the Rust crate.
 */

/** Bytes of the sponge that take input, 200 − 2·16 − 2. */
const RATE = 166;

const FLAG_I = 1;
const FLAG_A = 1 << 1;
const FLAG_C = 1 << 2;
const FLAG_M = 1 << 4;

class Strobe128 {
  readonly #state = new Uint8Array(200);
  #position = 0;
  #begin = 0;

  constructor(protocol: Uint8Array) {
    this.#state.set([1, RATE + 2, 1, 0, 1, 96]);
    this.#state.set(utf8("STROBEv1.0.2"), 6);
    this.#permute();
    this.metaAd(protocol, false);
  }

  metaAd(data: Uint8Array, more: boolean): void {
    this.#operation(FLAG_M | FLAG_A, more);
    this.#absorb(data);
  }

  ad(data: Uint8Array): void {
    this.#operation(FLAG_A, false);
    this.#absorb(data);
  }

  prf(length: number): Bytes {
    this.#operation(FLAG_I | FLAG_A | FLAG_C, false);
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) {
      out[at] = this.#state[this.#position] ?? 0;
      this.#state[this.#position] = 0;
      this.#advance();
    }
    return out;
  }

  #operation(flags: number, more: boolean): void {
    if (more) {
      return;
    }
    const before = this.#begin;
    this.#begin = this.#position + 1;
    this.#absorb(Uint8Array.of(before, flags));
    if ((flags & FLAG_C) !== 0 && this.#position !== 0) {
      this.#runF();
    }
  }

  #absorb(data: Uint8Array): void {
    for (const byte of data) {
      this.#xor(this.#position, byte);
      this.#advance();
    }
  }

  #advance(): void {
    this.#position += 1;
    if (this.#position === RATE) {
      this.#runF();
    }
  }

  #runF(): void {
    this.#xor(this.#position, this.#begin);
    this.#xor(this.#position + 1, 0x04);
    this.#xor(RATE + 1, 0x80);
    this.#permute();
    this.#position = 0;
    this.#begin = 0;
  }

  #xor(at: number, byte: number): void {
    this.#state[at] = (this.#state[at] ?? 0) ^ byte;
  }

  #permute(): void {
    // Every platform that runs the portal is little-endian, as the lanes are.
    keccakP(new Uint32Array(this.#state.buffer), 24);
  }
}

/** A Merlin transcript. */
export class Transcript {
  readonly #strobe = new Strobe128(utf8("Merlin v1.0"));

  constructor(label: string) {
    this.append("dom-sep", utf8(label));
  }

  /** Absorbs a labelled message. */
  append(label: string, message: Uint8Array): void {
    this.#strobe.metaAd(concat(utf8(label), u32le(message.length)), false);
    this.#strobe.ad(message);
  }

  /** Absorbs a labelled 64-bit integer. */
  appendU64(label: string, value: bigint): void {
    this.append(label, u64le(value));
  }

  /** Squeezes `length` bytes. */
  challenge(label: string, length: number): Bytes {
    this.#strobe.metaAd(concat(utf8(label), u32le(length)), false);
    return this.#strobe.prf(length);
  }
}
