import { Decrypter, Encrypter } from "age-encryption";
import { type Bytes, concat, copy, u32be, utf8 } from "./encoding";
import { ageIdentity, ageRecipient } from "./keys";

/** The longest description, in bytes. */
export const DESCRIPTION_MAX = 64 * 1024;

const LENGTH_BYTES = 4;

/** Why a content could not be read. */
export class ContentError extends Error {
  readonly reason: "descriptionTooLong" | "descriptionNotText" | "damaged" | "unframed";

  constructor(reason: ContentError["reason"], options?: ErrorOptions) {
    super(MESSAGES[reason], options);
    this.name = "ContentError";
    this.reason = reason;
  }
}

const MESSAGES: Record<ContentError["reason"], string> = {
  descriptionTooLong: "the description is longer than 65536 bytes",
  descriptionNotText: "the description is not UTF-8 text",
  damaged: "the content is damaged, cut short, or encrypted to another key",
  unframed: "the content does not hold a description and a document",
};

/** Encrypts a description and a document to the record key, as a stream of an age v1 file. */
export async function encryptContent(
  key: Uint8Array,
  description: string,
  document: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const bytes = utf8(description);
  if (bytes.length > DESCRIPTION_MAX) {
    throw new ContentError("descriptionTooLong");
  }
  const encrypter = new Encrypter();
  encrypter.addRecipient(ageRecipient(key));
  return encrypter.encrypt(prefixed(concat(u32be(bytes.length), bytes), document));
}

/** A content that has been opened: what describes it, and the document still to be read. */
export interface OpenedContent {
  readonly description: string;
  /** Each chunk is authenticated; the document is whole only once the stream has ended without an error. */
  readonly document: ReadableStream<Uint8Array>;
}

/** Opens an age v1 file with the record key. */
export async function decryptContent(key: Uint8Array, file: ReadableStream<Uint8Array>): Promise<OpenedContent> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(ageIdentity(key));
  let reader: ReadableStreamDefaultReader<Uint8Array>;
  try {
    reader = (await decrypter.decrypt(file)).getReader();
  } catch (cause) {
    throw new ContentError("damaged", { cause });
  }
  let held: Bytes = new Uint8Array(0);
  const hold = async (length: number): Promise<void> => {
    while (held.length < length) {
      const { done, value } = await read(reader);
      if (done) {
        throw new ContentError("unframed");
      }
      held = concat(held, value);
    }
  };
  await hold(LENGTH_BYTES);
  const length = new DataView(held.buffer).getUint32(0, false);
  if (length > DESCRIPTION_MAX) {
    throw new ContentError("descriptionTooLong");
  }
  await hold(LENGTH_BYTES + length);
  let description: string;
  try {
    description = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      held.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    );
  } catch (cause) {
    throw new ContentError("descriptionNotText", { cause });
  }
  const rest = held.slice(LENGTH_BYTES + length);
  return {
    description,
    document: new ReadableStream<Uint8Array>({
      start(controller) {
        if (rest.length > 0) {
          controller.enqueue(rest);
        }
      },
      async pull(controller) {
        const { done, value } = await read(reader);
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    }),
  };
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new ContentError("damaged", { cause });
  }
}

function prefixed(prefix: Uint8Array, stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(copy(prefix)),
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
