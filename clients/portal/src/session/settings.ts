/** Where the portal finds its node: `config.json` beside it, or the server that it came from. */
export async function nodeUrl(): Promise<string> {
  const fallback = `${location.protocol === "https:" ? "wss" : "ws"}://${location.hostname}:9944`;
  const response = await fetch("config.json", { cache: "no-store" });
  if (!response.ok) {
    return fallback;
  }
  const settings: unknown = await response.json();
  const node = typeof settings === "object" && settings !== null && "node" in settings ? settings.node : undefined;
  return typeof node === "string" && node !== "" ? node : fallback;
}

/** Locks after this long without a key press, touch or pointer movement, in milliseconds. */
export const IDLE_LIMIT = 15 * 60_000;
