import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { getPublicKey, sign, verify } from "@scure/sr25519";
import { describe, expect, it } from "vitest";
import { identityOf, newPhrase, newWords, PhraseError, WalletSignsError, walletIdentity } from "../src/keyring/identity";
import { KeystoreError, lock, PasswordError, polkadotJsFile, unlock } from "../src/keyring/keystore";
import { newCode, normalCode, transferFile, transferText } from "../src/keyring/transfer";
import { fromBase64, toHex, utf8 } from "../src/sealing/encoding";
import { encryptionKey } from "../src/sealing/keys";

/** The development phrase of Substrate; its address and seed are those of the SDK's own test. */
const PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const ADDRESS = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV";
const SEED = "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";

describe("accounts", () => {
  it("have the address and encryption key that the SDK makes of the phrase", () => {
    const identity = identityOf(`  ${PHRASE.replaceAll(" ", "   ").toUpperCase()} `);
    expect(identity.address).toBe(ADDRESS);
    const seed = Uint8Array.from(SEED.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    expect(toHex(identity.encryptionKey(1).publicKey)).toBe(toHex(encryptionKey(seed, 1).publicKey));
  });

  it("sign what sr25519 verifies", () => {
    const identity = identityOf(newPhrase());
    const message = utf8("medchain ticket v1");
    expect(verify(message, identity.sign(message), identity.publicKey)).toBe(true);
  });

  it("are not made of other words", () => {
    for (const phrase of ["", "one two three", PHRASE.replace("walk", "bottom")]) {
      expect(() => identityOf(phrase)).toThrow(PhraseError);
    }
  });
});

describe("keystores", () => {
  const identity = identityOf(PHRASE);

  it("open with their password and no other", async () => {
    const file = await lock(identity, "alice", "correct horse");
    const opened = await unlock(file, "correct horse");
    expect([opened.identity.address, opened.name]).toEqual([ADDRESS, "alice"]);
    await expect(unlock(file, "wrong horse")).rejects.toThrow(PasswordError);
    expect(new TextDecoder("latin1").decode(file)).not.toContain("bottom");
  });

  it("other files are told from wrong passwords", async () => {
    await expect(unlock(utf8("hello"), "x")).rejects.toThrow(KeystoreError);
    await expect(unlock(utf8("{}"), "x")).rejects.toThrow(KeystoreError);
  });

  it("for polkadot.js hold the secret key in its own layout, and ours beside it", async () => {
    const json = await polkadotJsFile(identity, "alice", "correct horse");
    const { encoded, address, encoding } = JSON.parse(json) as {
      encoded: string;
      address: string;
      encoding: { content: string[] };
    };
    expect([address, encoding.content]).toEqual([ADDRESS, ["pkcs8", "sr25519"]]);
    // As polkadot.js reads it: salt, N, p, r, nonce, box; then header, secret key, divider, public key.
    const bytes = fromBase64(encoded);
    const number = (at: number) => new DataView(bytes.buffer).getUint32(at, true);
    const key = scrypt(utf8("correct horse"), bytes.subarray(0, 32), {
      N: number(32),
      p: number(36),
      r: number(40),
      dkLen: 64,
    });
    const plain = xsalsa20poly1305(key.subarray(0, 32), bytes.subarray(44, 68)).decrypt(bytes.subarray(68));
    expect(plain.length).toBe(16 + 64 + 5 + 32);
    expect(toHex(plain.subarray(85))).toBe(toHex(identity.publicKey));
    expect(toHex(getPublicKey(plain.subarray(16, 80)))).toBe(toHex(identity.publicKey));
    expect(verify(utf8("m"), sign(plain.subarray(16, 80), utf8("m")), identity.publicKey)).toBe(true);
    expect((await unlock(utf8(json), "correct horse")).identity.address).toBe(ADDRESS);
  });
});

describe("accounts in a wallet", () => {
  const words = newWords();
  const identity = walletIdentity("polkadot-js", ADDRESS, words);

  it("have encryption keys of their own words, and sign nothing here", () => {
    expect(words.split(" ")).toHaveLength(24);
    expect(identity.address).toBe(ADDRESS);
    expect(toHex(identity.encryptionKey(1).publicKey)).not.toBe(toHex(identityOf(PHRASE).encryptionKey(1).publicKey));
    expect(() => identity.sign(utf8("x"))).toThrow(WalletSignsError);
    expect(() => walletIdentity("polkadot-js", ADDRESS, PHRASE)).toThrow(PhraseError);
  });

  it("come back from their keystore", async () => {
    const { identity: opened } = await unlock(await lock(identity, "wilma", "correct horse"), "correct horse");
    expect([opened.wallet, opened.address, opened.phrase]).toEqual(["polkadot-js", ADDRESS, words]);
    await expect(polkadotJsFile(identity, "wilma", "correct horse")).rejects.toThrow(WalletSignsError);
  });
});

describe("another device", () => {
  it("opens the account with picture and code, typed as people type", async () => {
    const code = newCode();
    expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
    const picture = transferText(await lock(identityOf(PHRASE), "alice", normalCode(code)));
    const file = transferFile(picture) ?? new Uint8Array();
    const typed = code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
    expect((await unlock(file, normalCode(typed))).identity.address).toBe(ADDRESS);
    await expect(unlock(file, normalCode(newCode()))).rejects.toThrow(PasswordError);
  });

  it("takes no other picture for one of ours", () => {
    for (const text of ["", "https://example.org", "medchain:", "medchain:a b"]) {
      expect(transferFile(text)).toBeNull();
    }
  });
});
