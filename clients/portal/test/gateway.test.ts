import { createHash, randomBytes } from "node:crypto";
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { verify } from "@scure/sr25519";
import { afterEach, describe, expect, it, vi } from "vitest";
import { askGateway, ownGateway } from "../src/chain/gateway";
import type { Signer } from "../src/keyring/signer";
import { concat, fromHex, utf8 } from "../src/sealing/encoding";

const pair = sr25519CreateDerive(new Uint8Array(randomBytes(32)))("");
const signer: Signer = {
  signText: async (message) => concat(Uint8Array.of(1), pair.sign(message)),
  transactions: { type: "keyring", sign: async (message) => concat(pair.sign(message)) },
};
const genesis = new Uint8Array(32).fill(0x11);

function answers(answer: Response | Error) {
  const asked = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer),
  );
  vi.stubGlobal("fetch", asked);
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("the gateway that serves the portal", () => {
  it("says who runs it", async () => {
    const said = { institution: 1003, genesis: "0x11", url: "https://g.example", linkBytesMax: 9, viewer: null };
    answers(Response.json({ ...said, version: "medchain-gateway 0.1.0" }));
    expect(await ownGateway()).toEqual(said);
  });

  it("is none where a web server knows nothing of it, or answers with a page", async () => {
    for (const answer of [new Response("", { status: 404 }), new Response("<!doctype html>"), Response.json({})]) {
      answers(answer);
      expect(await ownGateway()).toBeNull();
    }
  });

  it("is asked with a signature over chain, operation, link, body and end", async () => {
    const asked = answers(new Response(null, { status: 204 }));
    await askGateway(signer, genesis, "unlock", 7, '{"passcode":"1234"}');
    const [url, init] = asked.mock.calls[0] ?? [];
    expect([url, init?.method, init?.body]).toEqual(["api/links", "POST", '{"passcode":"1234"}']);
    const headers = new Headers(init?.headers);
    const expires = Number(headers.get("x-medchain-expires"));
    expect(expires - Date.now()).toBeLessThanOrEqual(10 * 60_000);
    const body = createHash("sha256").update('{"passcode":"1234"}').digest("hex");
    const text = `medchain link v1\nchain: 0x${"11".repeat(32)}\noperation: unlock\nlink: 7\nbody: 0x${body}\nexpires: ${expires}`;
    const signature = fromHex(headers.get("x-medchain-signature") ?? "");
    expect(verify(utf8(text), signature, pair.publicKey)).toBe(true);
    expect(headers.get("x-medchain-link")).toBe("7");
  });

  it("refuses in words, and says when it cannot be reached", async () => {
    answers(Response.json({ message: "the link is not hosted here" }, { status: 403 }));
    await expect(askGateway(signer, genesis, "store", 7, "{}")).rejects.toMatchObject({
      code: "Gateway.403",
      message: "the link is not hosted here",
    });
    answers(new TypeError("failed to fetch"));
    await expect(askGateway(signer, genesis, "remove", 7, "")).rejects.toMatchObject({ code: "Gateway.Unreachable" });
    await expect(ownGateway()).rejects.toMatchObject({ code: "Gateway.Unreachable" });
  });
});
