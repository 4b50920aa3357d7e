import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { mnemonicToMiniSecret } from "@polkadot-labs/hdkd-helpers";
import { generateMnemonic, mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { accountId, addressOf } from "../chain/address";
import { type Bytes, copy } from "../sealing/encoding";
import { type EncryptionKeyPair, encryptionKey } from "../sealing/keys";

/** 128 bits of entropy: twelve words. */
const PHRASE_BITS = 128;
/** 256 bits of entropy: 24 words. */
const WORDS_BITS = 256;

/** A phrase that is not of 12 to 24 words of the list with a right checksum. */
export class PhraseError extends Error {
  constructor() {
    super("this is not a recovery phrase");
    this.name = "PhraseError";
  }
}

/** An account whose signing key is in a wallet, not here. */
export class WalletSignsError extends Error {
  constructor() {
    super("the wallet signs for this account");
    this.name = "WalletSignsError";
  }
}

/** An account: its sr25519 signing key, and the seed from which its encryption keys follow. */
export interface Identity {
  /** The words from which both follow; of an account in a wallet, those of the encryption keys alone. */
  readonly phrase: string;
  /** The wallet that holds the signing key, if one does. */
  readonly wallet: string | null;
  readonly publicKey: Bytes;
  readonly address: string;
  readonly sign: (message: Uint8Array) => Bytes;
  readonly encryptionKey: (version: number) => EncryptionKeyPair;
}

/** A fresh recovery phrase of twelve words. */
export function newPhrase(): string {
  return generateMnemonic(wordlist, PHRASE_BITS);
}

function normalPhrase(phrase: string): string {
  const normal = phrase.trim().toLowerCase().split(/\s+/).join(" ");
  if (!validateMnemonic(normal, wordlist)) {
    throw new PhraseError();
  }
  return normal;
}

/** Fresh words for the encryption keys of an account whose signing key is in a wallet: 24, for a seed of 32 bytes. */
export function newWords(): string {
  return generateMnemonic(wordlist, WORDS_BITS);
}

/** An account in a wallet, with encryption keys of these words. */
export function walletIdentity(wallet: string, address: string, words: string): Identity {
  const normal = normalPhrase(words);
  const seed = mnemonicToEntropy(normal, wordlist);
  if (seed.length * 8 !== WORDS_BITS) {
    throw new PhraseError();
  }
  return {
    phrase: normal,
    wallet,
    publicKey: copy(accountId(address)),
    address,
    sign: () => {
      throw new WalletSignsError();
    },
    encryptionKey: (version) => encryptionKey(seed, version),
  };
}

/** The account of a recovery phrase: the one that polkadot.js and the `medchain` command make of it. */
export function identityOf(phrase: string): Identity {
  const normal = normalPhrase(phrase);
  const seed = mnemonicToMiniSecret(normal);
  const pair = sr25519CreateDerive(seed)("");
  return {
    phrase: normal,
    wallet: null,
    publicKey: copy(pair.publicKey),
    address: addressOf(pair.publicKey),
    sign: (message) => copy(pair.sign(message)),
    encryptionKey: (version) => encryptionKey(seed, version),
  };
}
