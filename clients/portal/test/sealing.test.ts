import { x25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter } from "age-encryption";
import { describe, expect, it } from "vitest";
import {
  type CapsuleContext,
  CommitteeError,
  combine,
  createCapsule,
  createCapsuleFrom,
  releaseFrom,
  verifyCapsule,
  verifyRelease,
} from "../src/sealing/committee";
import { ContentError, decryptContent, encryptContent } from "../src/sealing/content";
import { concat, fromBase64, fromHex, toBase64, toHex, utf8 } from "../src/sealing/encoding";
import { decodeEnvelope, encodeEnvelope, envelopeHash, sealFor } from "../src/sealing/envelope";
import { ageIdentity, ageRecipient, encryptionKey, recordKey } from "../src/sealing/keys";
import { Transcript } from "../src/sealing/merlin";
import {
  hpkeOpen,
  hpkeSeal,
  openNote,
  openRelease,
  openSeal,
  type Recipient,
  releaseAad,
  seal,
  sealAad,
  sealNote,
  sealRelease,
} from "../src/sealing/seal";
import { ageCases, vectors, writeMissing } from "./vectors";

type JsonRecipient = { member: string } | { administrator: string };

interface SealVector {
  recipient_secret: string;
  recipient_public: string;
  ephemeral_ikm: string;
  genesis: string;
  content: string;
  recipient: JsonRecipient;
  key_version: number;
  aad: string;
  patient_half: string;
  seal: string;
}

interface CommitteeVector {
  threshold: number;
  committee_key: string;
  genesis: string;
  author: string;
  patient: string;
  epoch: number;
  capsule_r: string;
  capsule_s: string;
  capsule: string;
  committee_half: string;
  members: {
    index: number;
    share: string;
    verifying_share: string;
    proof_k: string;
    partial_release: string;
    reader_secret: string;
    ephemeral_ikm: string;
    record: string;
    content: string;
    recipient: JsonRecipient;
    aad: string;
    sealed_release: string;
  }[];
  envelope?: {
    seals: { recipient: JsonRecipient; key_version: number; seal: string }[];
    envelope: string;
    hash: string;
  };
}

interface ContentVector {
  record_key: string;
  age_identity: string;
  description: string;
  document: string;
  age_file: string;
}

const committees = vectors<{ committees: CommitteeVector[] }>("capsule.json").committees;

function recipientOf(json: JsonRecipient): Recipient {
  return "member" in json
    ? { type: "member", id: BigInt(json.member) }
    : { type: "administrator", account: fromHex(json.administrator) };
}

function contextOf(vector: CommitteeVector): CapsuleContext {
  return {
    genesis: fromHex(vector.genesis),
    author: BigInt(vector.author),
    patient: BigInt(vector.patient),
    epoch: vector.epoch,
  };
}

function scalarOf(hex: string): bigint {
  return bytesToNumberLE(fromHex(hex));
}

function stream(bytes: Uint8Array, piece = 10_000): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
      } else {
        controller.enqueue(bytes.slice(at, at + piece));
        at += piece;
      }
    },
  });
}

async function collect(from: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of from) {
    parts.push(part);
  }
  return concat(...parts);
}

describe("transcripts", () => {
  it("squeeze what the Merlin crate's own test squeezes", () => {
    const transcript = new Transcript("test protocol");
    transcript.append("some label", utf8("some data"));
    expect(toHex(transcript.challenge("challenge", 32))).toBe(
      "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615",
    );
  });
});

describe("keys", () => {
  it("encryption keys follow from seed and version", () => {
    for (const vector of vectors<{ seed: string; version: number; secret: string; public: string }[]>(
      "encryption-key.json",
    )) {
      const pair = encryptionKey(fromHex(vector.seed), vector.version);
      expect([toHex(pair.secret), toHex(pair.publicKey)]).toEqual([vector.secret, vector.public]);
    }
  });

  it("record keys follow from their halves and are age identities", () => {
    for (const vector of vectors<Record<string, string>[]>("record-key.json")) {
      const key = recordKey(fromHex(vector.patient_half ?? ""), fromHex(vector.committee_half ?? ""));
      expect(toHex(key)).toBe(vector.record_key);
      expect(ageIdentity(key)).toBe(vector.age_identity);
      expect(ageRecipient(key)).toBe(vector.age_recipient);
    }
  });
});

describe("seals", () => {
  const { seals, notes } = vectors<{
    seals: SealVector[];
    notes: {
      recipient_secret: string;
      recipient_public: string;
      ephemeral_ikm: string;
      aad: string;
      text: string;
      note: string;
    }[];
  }>("seal.json");

  it("the suite is the one of RFC 9180, A.2.1", async () => {
    const vector = vectors<Record<string, string>>("rfc9180.json");
    const get = (name: string) => fromHex(vector[name] ?? "");
    const sealed = await hpkeSeal(get("info"), get("aad"), get("pt"), get("pkRm"), get("ikmE"));
    expect(toHex(sealed)).toBe(toHex(concat(get("enc"), get("ct"))));
    expect(await hpkeOpen(get("info"), get("aad"), sealed, get("skRm"))).toEqual(get("pt"));
  });

  it("are the bytes that Rust makes, and open", async () => {
    for (const vector of seals) {
      const context = {
        genesis: fromHex(vector.genesis),
        content: fromHex(vector.content),
        recipient: recipientOf(vector.recipient),
        keyVersion: vector.key_version,
      };
      expect(toHex(sealAad(context))).toBe(vector.aad);
      const half = fromHex(vector.patient_half);
      const sealed = await seal(half, fromHex(vector.recipient_public), context, fromHex(vector.ephemeral_ikm));
      expect(toHex(sealed)).toBe(vector.seal);
      expect(await openSeal(sealed, fromHex(vector.recipient_secret), context)).toEqual(half);
    }
  });

  it("do not open for another record, reader or key version, or altered", async () => {
    const [vector] = seals;
    if (vector === undefined) throw new Error("no vector");
    const context = {
      genesis: fromHex(vector.genesis),
      content: fromHex(vector.content),
      recipient: recipientOf(vector.recipient),
      keyVersion: vector.key_version,
    };
    const sealed = fromHex(vector.seal);
    const secret = fromHex(vector.recipient_secret);
    for (const other of [
      { ...context, content: new Uint8Array(32) },
      { ...context, genesis: new Uint8Array(32) },
      { ...context, recipient: { type: "member", id: 1002n } as const },
      { ...context, keyVersion: 2 },
    ]) {
      await expect(openSeal(sealed, secret, other)).rejects.toThrow();
    }
    sealed[79] = (sealed[79] ?? 0) ^ 1;
    await expect(openSeal(sealed, secret, context)).rejects.toThrow();
  });

  it("notes are the bytes that Rust makes, and open", async () => {
    for (const vector of notes) {
      const aad = fromHex(vector.aad);
      const sealed = await sealNote(vector.text, fromHex(vector.recipient_public), aad, fromHex(vector.ephemeral_ikm));
      expect(toHex(sealed)).toBe(vector.note);
      expect(await openNote(sealed, fromHex(vector.recipient_secret), aad)).toBe(vector.text);
    }
  });
});

describe("capsules and releases", () => {
  for (const vector of committees) {
    const context = contextOf(vector);
    const capsule = fromHex(vector.capsule);
    const shares = vector.members.map((member) => fromHex(member.verifying_share));
    const releases = vector.members.map((member) => fromHex(member.partial_release));

    it(`of a committee of ${vector.threshold} of ${vector.members.length} are the bytes that Rust makes`, async () => {
      const made = createCapsuleFrom(
        fromHex(vector.committee_key),
        context,
        scalarOf(vector.capsule_r),
        scalarOf(vector.capsule_s),
      );
      expect(toHex(made.capsule)).toBe(vector.capsule);
      expect(toHex(made.half)).toBe(vector.committee_half);
      verifyCapsule(capsule, context);
      for (const member of vector.members) {
        const release = releaseFrom(member.index, scalarOf(member.share), capsule, context, scalarOf(member.proof_k));
        expect(toHex(release)).toBe(member.partial_release);
        verifyRelease(release, fromHex(member.verifying_share), capsule, context);
        const releaseContext = {
          genesis: context.genesis,
          record: BigInt(member.record),
          content: fromHex(member.content),
          recipient: recipientOf(member.recipient),
        };
        expect(toHex(releaseAad(releaseContext))).toBe(member.aad);
        const sealed = fromHex(member.sealed_release);
        expect(toHex(await openRelease(sealed, fromHex(member.reader_secret), releaseContext))).toBe(toHex(release));
        const reader = x25519.getPublicKey(fromHex(member.reader_secret));
        expect(toHex(await sealRelease(release, reader, releaseContext, fromHex(member.ephemeral_ikm)))).toBe(
          member.sealed_release,
        );
      }
    });

    it(`a threshold of ${vector.threshold} combines to the committee half, from whichever members`, () => {
      const { threshold } = vector;
      for (let start = 0; start + threshold <= releases.length; start += 1) {
        const chosen = releases.slice(start, start + threshold).reverse();
        expect(toHex(combine({ threshold, shares }, chosen, capsule, context).half)).toBe(vector.committee_half);
      }
      expect(() => combine({ threshold, shares }, releases.slice(0, threshold - 1), capsule, context)).toThrow(
        CommitteeError,
      );
    });

    it(`of a committee of ${vector.threshold} are refused in another context`, () => {
      for (const other of [
        { ...context, author: 8n },
        { ...context, patient: 1002n },
        { ...context, epoch: context.epoch + 1 },
        { ...context, genesis: new Uint8Array(32) },
      ]) {
        expect(() => verifyCapsule(capsule, other)).toThrow(CommitteeError);
      }
    });
  }

  it("a forged release is skipped and named, and without enough others refused", () => {
    const vector = committees.find((candidate) => candidate.members.length > candidate.threshold);
    if (vector === undefined) throw new Error("no vector");
    const shares = vector.members.map((member) => fromHex(member.verifying_share));
    const releases = vector.members.map((member) => fromHex(member.partial_release));
    const [first] = releases;
    if (first === undefined) throw new Error("no release");
    first[97] = (first[97] ?? 0) ^ 1;
    const committee = { threshold: vector.threshold, shares };
    const combination = combine(committee, releases, fromHex(vector.capsule), contextOf(vector));
    expect(combination.refused).toEqual([1]);
    expect(toHex(combination.half)).toBe(vector.committee_half);
    expect(() =>
      combine(committee, releases.slice(0, vector.threshold), fromHex(vector.capsule), contextOf(vector)),
    ).toThrow(/too few/);
  });

  it("envelopes are the bytes that Rust makes, strictly", () => {
    for (const { envelope } of committees) {
      if (envelope === undefined) continue;
      const decoded = decodeEnvelope(fromHex(envelope.envelope));
      expect(toHex(encodeEnvelope(decoded))).toBe(envelope.envelope);
      expect(toHex(envelopeHash(fromHex(envelope.envelope)))).toBe(envelope.hash);
      for (const expected of envelope.seals) {
        const found = sealFor(decoded, recipientOf(expected.recipient));
        expect(found?.keyVersion).toBe(expected.key_version);
        expect(toHex(found?.seal ?? new Uint8Array())).toBe(expected.seal);
      }
      expect(() => decodeEnvelope(fromHex(`${envelope.envelope}00`))).toThrow();
      expect(() => decodeEnvelope(fromHex(envelope.envelope.slice(0, -2)))).toThrow();
    }
  });
});

describe("contents", () => {
  const contents = vectors<ContentVector[]>("content.json");

  it("that Rust encrypted come back", async () => {
    for (const vector of contents) {
      const file = /^[0-9a-f]*$/.test(vector.age_file) ? fromHex(vector.age_file) : fromBase64(vector.age_file);
      const opened = await decryptContent(fromHex(vector.record_key), stream(file));
      expect(opened.description).toBe(vector.description);
      expect(toHex(await collect(opened.document))).toBe(vector.document);
    }
  });

  it("come back whatever the document's length", async () => {
    const key = new Uint8Array(32).fill(7);
    for (const length of [0, 1, 65_536, 200_001]) {
      const document = Uint8Array.from({ length }, (_, at) => at % 251);
      const file = await collect(await encryptContent(key, '{"resourceType":"DocumentReference"}', stream(document)));
      const opened = await decryptContent(key, stream(file));
      expect(toHex(await collect(opened.document))).toBe(toHex(document));
    }
  });

  it("cut short, altered or under another key are noticed", async () => {
    const key = new Uint8Array(32).fill(7);
    const file = await collect(await encryptContent(key, "{}", stream(new Uint8Array(100_000))));
    const read = async (bytes: Uint8Array, with_ = key) =>
      collect((await decryptContent(with_, stream(bytes))).document);
    await expect(read(file.slice(0, 80_000))).rejects.toThrow(ContentError);
    const altered = file.slice();
    altered[90_000] = (altered[90_000] ?? 0) ^ 1;
    await expect(read(altered)).rejects.toThrow(ContentError);
    await expect(read(file, new Uint8Array(32).fill(8))).rejects.toThrow(ContentError);
  });

  it("of the age test kit open or are refused as their head says", async () => {
    for (const { name, head, file } of ageCases()) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(head.get("identity") ?? "");
      const attempt = decrypter.decrypt(file);
      if (head.get("expect") === "success") {
        expect(toHex(sha256(await attempt)), name).toBe(head.get("payload"));
      } else {
        await expect(attempt, name).rejects.toThrow();
      }
    }
  });
});

describe("vectors made here", () => {
  const GENESIS = "bbdddd8d12b30061a940c4da02feac4592116b6d0fc7654d890e79098bb91756";
  const CONTENT = "8a3518741497e7a8a2b645174e467851dd00c7fa3e6d7574b216eb2a4842e797";
  const READER = vectors<{ secret: string; public: string; version: number }[]>("encryption-key.json")[2];

  it("are written where they are missing, for the Rust tests to read", async () => {
    if (READER === undefined) throw new Error("no key");
    const context = {
      genesis: fromHex(GENESIS),
      content: fromHex(CONTENT),
      recipient: { type: "member", id: 1001n } as const,
      keyVersion: 1,
    };
    const half = fromHex("8986416b397dca684c0ce03a1e8684e9023a6fbf099d39245a85af6015123ea0");
    writeMissing("ts-seal.json", {
      seals: [
        {
          recipient_secret: READER.secret,
          recipient_public: READER.public,
          genesis: GENESIS,
          content: CONTENT,
          recipient: { member: "1001" },
          key_version: 1,
          aad: toHex(sealAad(context)),
          patient_half: toHex(half),
          seal: toHex(await seal(half, fromHex(READER.public), context)),
        },
      ],
      notes: [
        {
          recipient_secret: READER.secret,
          recipient_public: READER.public,
          aad: toHex(utf8("appointment 7")),
          text: "Bitte nüchtern kommen – спасибо",
          note: toHex(await sealNote("Bitte nüchtern kommen – спасибо", fromHex(READER.public), utf8("appointment 7"))),
        },
      ],
    });
    writeMissing("ts-capsule.json", {
      committees: committees.map((vector) => {
        const made = createCapsule(fromHex(vector.committee_key), contextOf(vector));
        return {
          threshold: vector.threshold,
          committee_key: vector.committee_key,
          genesis: vector.genesis,
          author: vector.author,
          patient: vector.patient,
          epoch: vector.epoch,
          capsule: toHex(made.capsule),
          committee_half: toHex(made.half),
          members: vector.members.map(({ index, share, verifying_share }) => ({
            index,
            share,
            verifying_share,
            partial_release: toHex(
              releaseFrom(index, scalarOf(share), made.capsule, contextOf(vector), 1_000_003n + BigInt(index)),
            ),
          })),
        };
      }),
    });
    const key = recordKey(half, fromHex("e3712bcf4e48dc401956cfa1f710523212d4c2df02b8c07531f43a380c45ac6a"));
    const documents = ["", toHex(utf8("Hämoglobin 14.2 g/dl (synthetic)")), "5a".repeat(70_000)];
    writeMissing(
      "ts-content.json",
      await Promise.all(
        documents.map(async (document) => ({
          record_key: toHex(key),
          age_identity: ageIdentity(key),
          description: '{"resourceType":"DocumentReference","status":"current","description":"synthetic","content":[]}',
          document,
          age_file: toHex(
            await collect(
              await encryptContent(
                key,
                '{"resourceType":"DocumentReference","status":"current","description":"synthetic","content":[]}',
                stream(fromHex(document)),
              ),
            ),
          ),
        })),
      ),
    );
  });

  it("read back here too", async () => {
    const { seals, notes } = vectors<{
      seals: SealVector[];
      notes: { recipient_secret: string; aad: string; text: string; note: string }[];
    }>("ts-seal.json");
    for (const vector of seals) {
      const opened = await openSeal(fromHex(vector.seal), fromHex(vector.recipient_secret), {
        genesis: fromHex(vector.genesis),
        content: fromHex(vector.content),
        recipient: recipientOf(vector.recipient),
        keyVersion: vector.key_version,
      });
      expect(toHex(opened)).toBe(vector.patient_half);
    }
    for (const vector of notes) {
      expect(await openNote(fromHex(vector.note), fromHex(vector.recipient_secret), fromHex(vector.aad))).toBe(
        vector.text,
      );
    }
    for (const vector of vectors<{ committees: CommitteeVector[] }>("ts-capsule.json").committees) {
      const context = contextOf(vector);
      const capsule = fromHex(vector.capsule);
      verifyCapsule(capsule, context);
      const releases = vector.members.map((member) => fromHex(member.partial_release));
      const shares = vector.members.map((member) => fromHex(member.verifying_share));
      expect(toHex(combine({ threshold: vector.threshold, shares }, releases, capsule, context).half)).toBe(
        vector.committee_half,
      );
    }
    for (const vector of vectors<ContentVector[]>("ts-content.json")) {
      const opened = await decryptContent(fromHex(vector.record_key), stream(fromHex(vector.age_file)));
      expect(toHex(await collect(opened.document))).toBe(vector.document);
    }
  });

  it("base64 comes back", () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, at) => at % 256);
    expect(toHex(fromBase64(toBase64(bytes)))).toBe(toHex(bytes));
  });
});
