import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret, ss58Address } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { type Bytes, copy } from "../sealing/encoding";
import { type EncryptionKeyPair, encryptionKey } from "../sealing/keys";

/** SS58 prefix of MedChain addresses. */
const SS58_PREFIX = 42;
/** 128 bits of entropy: twelve words. */
const PHRASE_BITS = 128;

/** A phrase that is not of 12 to 24 words of the list with a right checksum. */
export class PhraseError extends Error {
  constructor() {
    super("this is not a recovery phrase");
    this.name = "PhraseError";
  }
}

/** An account: its sr25519 signing key, and the seed from which its encryption keys follow. */
export interface Identity {
  readonly phrase: string;
  readonly publicKey: Bytes;
  readonly address: string;
  readonly sign: (message: Uint8Array) => Bytes;
  readonly encryptionKey: (version: number) => EncryptionKeyPair;
}

/** A fresh recovery phrase of twelve words. */
export function newPhrase(): string {
  return generateMnemonic(wordlist, PHRASE_BITS);
}

/** The account of a recovery phrase: the one that polkadot.js and the `medchain` command make of it. */
export function identityOf(phrase: string): Identity {
  const normal = phrase.trim().toLowerCase().split(/\s+/).join(" ");
  if (!validateMnemonic(normal, wordlist)) {
    throw new PhraseError();
  }
  const seed = mnemonicToMiniSecret(normal);
  const pair = sr25519CreateDerive(seed)("");
  return {
    phrase: normal,
    publicKey: copy(pair.publicKey),
    address: ss58Address(pair.publicKey, SS58_PREFIX),
    sign: (message) => copy(pair.sign(message)),
    encryptionKey: (version) => encryptionKey(seed, version),
  };
}
