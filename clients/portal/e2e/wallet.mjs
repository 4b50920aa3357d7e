// A wallet as an extension puts one into the page: it holds a real sr25519 key and signs what wallets sign.
import { blake2b256 } from "@polkadot-labs/hdkd-helpers";

const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ""), "hex");
const u32 = (hex) => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(Number(hex));
  return out;
};
const compact = (value) =>
  value < 64 ? Buffer.from([value << 2]) : Buffer.from([((value << 2) | 1) & 0xff, value >> 6]);

/** What a transaction's signature is over: the call, what each extension adds to it, and what it implies. */
function signedBytes(payload) {
  const added = {
    CheckMortality: () => bytes(payload.era),
    CheckNonce: () => compact(Number(payload.nonce)),
    CheckMetadataHash: () => Buffer.from([payload.mode ?? 0]),
  };
  const implied = {
    CheckSpecVersion: () => u32(payload.specVersion),
    CheckTxVersion: () => u32(payload.transactionVersion),
    CheckGenesis: () => bytes(payload.genesisHash),
    CheckMortality: () => bytes(payload.blockHash),
    CheckMetadataHash: () => Buffer.from([0]),
  };
  const parts = (of) => payload.signedExtensions.map((name) => of[name]?.() ?? Buffer.alloc(0));
  const whole = Buffer.concat([bytes(payload.method), ...parts(added), ...parts(implied)]);
  return whole.length > 256 ? blake2b256(whole) : whole;
}

/** Puts the wallet into every page of a context. `wallet.refuse` makes it decline the next signature. */
export async function injectWallet(context, pair, address) {
  const wallet = { refuse: false };
  await context.exposeFunction("walletSigns", (kind, payload) => {
    if (wallet.refuse) {
      wallet.refuse = false;
      throw new Error("Cancelled");
    }
    const message =
      kind === "payload"
        ? signedBytes(payload)
        : Buffer.concat([Buffer.from("<Bytes>"), bytes(payload.data), Buffer.from("</Bytes>")]);
    const signature = Buffer.from(pair.sign(message)).toString("hex");
    return kind === "payload" ? `0x01${signature}` : `0x${signature}`;
  });
  await context.addInitScript((account) => {
    const sign = (kind) => async (payload) => ({ id: 1, signature: await window.walletSigns(kind, payload) });
    window.injectedWeb3 = {
      "synthetic-wallet": {
        version: "1",
        enable: async () => ({
          accounts: { get: async () => [{ address: account, name: "Wilma", type: "sr25519" }] },
          signer: { signPayload: sign("payload"), signRaw: sign("bytes") },
        }),
      },
    };
  }, address);
  return wallet;
}
