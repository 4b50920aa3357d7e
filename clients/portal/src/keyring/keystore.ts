import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { mnemonicToMiniSecret } from "@polkadot-labs/hdkd-helpers";
import { secretFromSeed } from "@scure/sr25519";
import { Decrypter, Encrypter } from "age-encryption";
import { type Bytes, concat, copy, toBase64, u32le, utf8 } from "../sealing/encoding";
import { type Identity, identityOf, WalletSignsError, walletIdentity } from "./identity";

/** scrypt's work factor for keystores: half a second of a browser's time. */
const WORK_FACTOR = 16;

/** A password that does not open the keystore. */
export class PasswordError extends Error {
  constructor() {
    super("the password does not open this keystore");
    this.name = "PasswordError";
  }
}

/** A file that is no keystore. */
export class KeystoreError extends Error {
  constructor(options?: ErrorOptions) {
    super("this file is not a MedChain keystore", options);
    this.name = "KeystoreError";
  }
}

interface KeystoreContent {
  readonly name: string;
  readonly address: string;
  readonly phrase: string;
  /** The wallet that holds the signing key; the phrase is then of the encryption keys alone. */
  readonly wallet?: string;
  readonly created: number;
}

/** An age file under the password, of the form that the `medchain` command keeps. */
export async function lock(identity: Identity, name: string, password: string): Promise<Bytes> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(WORK_FACTOR);
  encrypter.setPassphrase(password.normalize("NFC"));
  const { address, phrase, wallet } = identity;
  const content: KeystoreContent = { name, address, phrase, ...(wallet === null ? {} : { wallet }), created: Date.now() };
  return copy(await encrypter.encrypt(JSON.stringify(content)));
}

/** Opens a keystore; also the JSON file that {@link polkadotJsFile} makes. */
export async function unlock(file: Uint8Array, password: string): Promise<{ identity: Identity; name: string }> {
  const text = file[0] === 0x7b ? embedded(file) : file;
  const decrypter = new Decrypter();
  decrypter.addPassphrase(password.normalize("NFC"));
  let plaintext: string;
  try {
    plaintext = await decrypter.decrypt(text, "text");
  } catch (cause) {
    if (!new TextDecoder().decode(text.subarray(0, 21)).startsWith("age-encryption.org/v1")) {
      throw new KeystoreError({ cause });
    }
    throw Object.assign(new PasswordError(), { cause });
  }
  const content: unknown = JSON.parse(plaintext);
  if (typeof content !== "object" || content === null || !("phrase" in content) || typeof content.phrase !== "string") {
    throw new KeystoreError();
  }
  return {
    identity: accountOf(content, content.phrase),
    name: "name" in content && typeof content.name === "string" ? content.name : "",
  };
}

function accountOf(content: object, phrase: string): Identity {
  if (!("wallet" in content)) {
    return identityOf(phrase);
  }
  if (typeof content.wallet !== "string" || !("address" in content) || typeof content.address !== "string") {
    throw new KeystoreError();
  }
  return walletIdentity(content.wallet, content.address, phrase);
}

function embedded(file: Uint8Array): Bytes {
  const json: unknown = JSON.parse(new TextDecoder().decode(file));
  const meta = typeof json === "object" && json !== null && "meta" in json ? json.meta : undefined;
  if (typeof meta !== "object" || meta === null || !("medchain" in meta) || typeof meta.medchain !== "string") {
    throw new KeystoreError();
  }
  return Uint8Array.from(atob(meta.medchain), (character) => character.charCodeAt(0));
}

// The layout of PKCS#8 as polkadot.js writes it.
const PKCS8_HEADER = Uint8Array.of(48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
const PKCS8_DIVIDER = Uint8Array.of(161, 35, 3, 33, 0);
const PJS_SCRYPT = { N: 1 << 15, p: 1, r: 8 } as const;

/**
 * The account as a JSON file that the polkadot.js extension imports. That form has no room for the phrase, from which the
 * encryption key follows, so our own keystore rides along in its `meta`.
 */
export async function polkadotJsFile(identity: Identity, name: string, password: string): Promise<string> {
  if (identity.wallet !== null) {
    throw new WalletSignsError();
  }
  const secret = secretFromSeed(mnemonicToMiniSecret(identity.phrase));
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const nonce = crypto.getRandomValues(new Uint8Array(24));
  const key = scrypt(utf8(password), salt, { ...PJS_SCRYPT, dkLen: 64 }).subarray(0, 32);
  const sealed = xsalsa20poly1305(key, nonce).encrypt(concat(PKCS8_HEADER, secret, PKCS8_DIVIDER, identity.publicKey));
  const encoded = concat(salt, u32le(PJS_SCRYPT.N), u32le(PJS_SCRYPT.p), u32le(PJS_SCRYPT.r), nonce, sealed);
  return JSON.stringify({
    encoded: toBase64(encoded),
    encoding: { content: ["pkcs8", "sr25519"], type: ["scrypt", "xsalsa20-poly1305"], version: "3" },
    address: identity.address,
    meta: { name, whenCreated: Date.now(), medchain: toBase64(await lock(identity, name, password)) },
  });
}
