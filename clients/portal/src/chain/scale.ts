import { type Bytes, copy } from "../sealing/encoding";

/** A proof that does not prove what it should. */
export class ProofError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProofError";
  }
}

/** Reads SCALE out of a proof from its front. */
export class ScaleReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#at;
  }

  take(length: number): Bytes {
    if (this.#at + length > this.#bytes.length) {
      throw new ProofError("a part of the proof is cut short");
    }
    const taken = copy(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  u16(): number {
    return new DataView(this.take(2).buffer).getUint16(0, true);
  }

  u32(): number {
    return new DataView(this.take(4).buffer).getUint32(0, true);
  }

  u64(): bigint {
    return new DataView(this.take(8).buffer).getBigUint64(0, true);
  }

  compact(): number {
    const first = this.byte();
    switch (first & 0b11) {
      case 0:
        return first >> 2;
      case 1:
        return ((this.byte() << 8) | first) >> 2;
      case 2: {
        const [second = 0, third = 0, fourth = 0] = this.take(3);
        return (((fourth << 24) | (third << 16) | (second << 8) | first) >>> 0) >>> 2;
      }
      default:
        throw new ProofError("a length in the proof is too large");
    }
  }

  /** A length and as many bytes. */
  bytes(): Bytes {
    return this.take(this.compact());
  }

  /** A length and as many of something. */
  list<T>(read: (reader: ScaleReader) => T): T[] {
    return Array.from({ length: this.compact() }, () => read(this));
  }

  /** Throws if anything is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) {
      throw new ProofError("something follows the proof");
    }
  }
}
