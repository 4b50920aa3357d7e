import type { NodeSettings } from "../chain/acts";
import type { Hex } from "../chain/views";

/**
 * `config.json` beside the portal: the node, by default port 9944 of the server that the portal came from; and who
 * finalizes its chain.
 */
export async function nodeSettings(): Promise<NodeSettings> {
  const own = `${location.protocol === "https:" ? "wss" : "ws"}://${location.hostname}:9944`;
  const response = await fetch("config.json", { cache: "no-store" });
  const settings: unknown = response.ok ? await response.json() : {};
  const { node, validators }: { node?: unknown; validators?: unknown } =
    typeof settings === "object" && settings !== null ? settings : {};
  return {
    url: typeof node === "string" && node !== "" ? node : own,
    validators: Array.isArray(validators) ? validators.filter(isKey) : [],
  };
}

function isKey(value: unknown): value is Hex {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
}

/** Locks after this long without a key press, touch or pointer movement, in milliseconds. */
export const IDLE_LIMIT = 15 * 60_000;
