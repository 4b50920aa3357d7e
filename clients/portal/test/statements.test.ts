import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { randomBytes } from "node:crypto";
import { verify } from "@scure/sr25519";
import { describe, expect, it } from "vitest";
import {
  consent,
  consentText,
  readConsent,
  readVoucher,
  StatementError,
  voucher,
  voucherText,
} from "../src/chain/statements";
import type { Signer } from "../src/keyring/signer";
import { openKeyCopy, sealKeyCopy } from "../src/sealing/keyCopy";
import { concat, fromHex, toHex, utf8 } from "../src/sealing/encoding";
import { encryptionKey } from "../src/sealing/keys";
import { UnopenedError } from "../src/sealing/seal";
import { vectors, writeMissing } from "./vectors";

const pair = sr25519CreateDerive(new Uint8Array(randomBytes(32)))("");
const account = pair.publicKey;
const genesis = new Uint8Array(32).fill(0x11);
const key = new Uint8Array(32).fill(7);
const sign = async (message: Uint8Array) => concat(pair.sign(message));
const signer: Signer = {
  signText: async (message) => concat(Uint8Array.of(1), pair.sign(message)),
  transactions: { type: "keyring", sign },
};

describe("a statement", () => {
  it("survives being passed on as text, and signs what the runtime checks", async () => {
    for (const [kind, whose, own] of [
      ["staff", "institution", "account"],
      ["move", "member", "to"],
      ["dependant", "guardian", "account"],
    ] as const) {
      const made = await consent(kind, { account, signer }, genesis, 1003, key);
      const read = readConsent(` ${consentText(made)}\n`);
      expect(read).toEqual({ ...made, account: new Uint8Array(account) });
      const text = `medchain ${kind} v1\nchain: 0x${"11".repeat(32)}\n${whose}: 1003\n${own}: 0x${toHex(account)}\nkey: 0x${"07".repeat(32)}\nexpires: ${made.expiresAt}`;
      expect(verify(utf8(text), read.signature, account)).toBe(true);
    }
  });

  it("vouches for an applicant", async () => {
    const applicant = new Uint8Array(32).fill(0xab);
    const read = readVoucher(voucherText(await voucher({ account, signer }, genesis, 1003, applicant)));
    expect(read.institution).toBe(1003);
    const text = `medchain voucher v1\nchain: 0x${"11".repeat(32)}\napplicant: 0x${"ab".repeat(32)}\ninstitution: 1003\nexpires: ${read.expiresAt}`;
    expect(verify(utf8(text), read.signature, account)).toBe(true);
  });

  it("is refused when it is another, or not whole", async () => {
    const signatory = { account, signer };
    const text = consentText(await consent("staff", signatory, genesis, 1, key));
    const other = voucherText(await voucher(signatory, genesis, 1, key));
    for (const wrong of ["", "0x", "consent", text.slice(2), text.slice(0, -2), `${text}00`, other]) {
      expect(() => readConsent(wrong), wrong).toThrow(StatementError);
    }
    // The kind of the signature.
    const at = text.length - 130;
    expect(() => readConsent(`${text.slice(0, at)}00${text.slice(at + 2)}`)).toThrow(StatementError);
    expect(() => readVoucher(text)).toThrow(StatementError);
  });
});

describe("a copy of an encryption secret", () => {
  const hospital = encryptionKey(new Uint8Array(32).fill(1), 2);
  const nurse = encryptionKey(new Uint8Array(32).fill(2), 1);
  const clerk = encryptionKey(new Uint8Array(32).fill(3), 1);
  const context = { genesis, member: 1003n, ofVersion: 2 };

  it("is opened by whom it is for and nobody else, within its context alone", async () => {
    const copy = await sealKeyCopy(hospital.secret, nurse.publicKey, context);
    expect(copy).toHaveLength(80);
    expect((await openKeyCopy(copy, nurse.secret, context)).publicKey).toEqual(hospital.publicKey);
    await expect(openKeyCopy(copy, clerk.secret, context)).rejects.toThrow(UnopenedError);
    for (const other of [
      { ...context, member: 1004n },
      { ...context, ofVersion: 1 },
      { ...context, genesis: new Uint8Array(32) },
    ]) {
      await expect(openKeyCopy(copy, nurse.secret, other)).rejects.toThrow(UnopenedError);
    }
  });

  it("is made here and opened by the Rust crate", async () => {
    writeMissing("ts-key-copy.json", [
      {
        recipient_secret: toHex(nurse.secret),
        genesis: toHex(genesis),
        member: String(context.member),
        of_version: context.ofVersion,
        secret: toHex(hospital.secret),
        copy: toHex(await sealKeyCopy(hospital.secret, nurse.publicKey, context)),
      },
    ]);
    for (const vector of vectors<Record<string, string>[]>("ts-key-copy.json")) {
      const opened = await openKeyCopy(fromHex(vector.copy ?? ""), nurse.secret, context);
      expect(toHex(opened.secret)).toBe(vector.secret);
    }
  });
});
