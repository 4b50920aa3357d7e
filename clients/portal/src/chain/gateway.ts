import type { Signer } from "../keyring/signer";
import { toHex, utf8 } from "../sealing/encoding";
import { RefusedError } from "./failure";
import type { Hex } from "./views";

/** What a gateway says of itself. */
export interface GatewayInfo {
  /** The institution that runs it. */
  readonly institution: number;
  readonly genesis: Hex;
  /** The address that links begin with. */
  readonly url: string;
  /** How many bytes one link may take. */
  readonly linkBytesMax: number;
  /** The page that opens links, if it serves one. */
  readonly viewer: string | null;
}

/** What a gateway keeps of a link: the files are encrypted under the link's own key. */
export interface StoredLink {
  readonly link: number;
  readonly flag: string;
  readonly passcode?: string;
  readonly files: readonly { readonly contentType: string; readonly records: readonly number[]; readonly jwe: string }[];
}

type Operation = "store" | "unlock" | "remove";

const METHODS: Record<Operation, string> = { store: "PUT", unlock: "POST", remove: "DELETE" };
/** For how long an asking is good, in milliseconds. */
const ASKING_LIFETIME = 5 * 60_000;

/** The gateway that serves this portal; `null` if what serves it is none. */
export async function ownGateway(): Promise<GatewayInfo | null> {
  const response = await fetch("api/gateway", { cache: "no-store" }).catch(unreachable);
  if (!response.ok) {
    return null;
  }
  const said: unknown = await response.json().catch(() => null);
  const { institution, genesis, url, linkBytesMax, viewer } = Object(said) as Record<string, unknown>;
  return typeof institution === "number" &&
    typeof genesis === "string" &&
    typeof url === "string" &&
    typeof linkBytesMax === "number"
    ? { institution, genesis: genesis as Hex, url, linkBytesMax, viewer: typeof viewer === "string" ? viewer : null }
    : null;
}

/** Asks the gateway that serves this portal for something about a link, signed by whoever registered it. */
export async function askGateway(
  signer: Signer,
  genesis: Uint8Array,
  operation: Operation,
  link: number,
  body: string,
): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(body)));
  const expires = Date.now() + ASKING_LIFETIME;
  const statement = [
    "medchain link v1",
    `chain: 0x${toHex(genesis)}`,
    `operation: ${operation}`,
    `link: ${link}`,
    `body: 0x${toHex(digest)}`,
    `expires: ${expires}`,
  ].join("\n");
  // The first byte says that it is of sr25519; gateways take no other.
  const signature = (await signer.signText(utf8(statement))).subarray(1);
  const response = await fetch("api/links", {
    method: METHODS[operation],
    headers: {
      "content-type": "application/json",
      "x-medchain-link": String(link),
      "x-medchain-expires": String(expires),
      "x-medchain-signature": `0x${toHex(signature)}`,
    },
    ...(operation === "remove" ? {} : { body }),
  }).catch(unreachable);
  if (!response.ok) {
    const said: unknown = await response.json().catch(() => null);
    const message: unknown = Reflect.get(Object(said), "message");
    throw new RefusedError(
      `Gateway.${response.status}`,
      typeof message === "string" ? message : `the gateway answers with status ${response.status}`,
    );
  }
}

function unreachable(cause: unknown): never {
  throw Object.assign(new RefusedError("Gateway.Unreachable", "the gateway cannot be reached"), { cause });
}
