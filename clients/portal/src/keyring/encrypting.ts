import { uploads } from "./database";

/** Which encryptions are under way in this browser, in whatever tab: each holds a lock, which ends with its worker. */

const LOCK = "medchain-encrypting-";

/** Encrypts an upload; what it has kept until it fails is removed. */
export function whileEncrypting<T>(id: string, encrypt: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`${LOCK}${id}`, async () => {
    try {
      return await encrypt();
    } catch (error) {
      await uploads.remove(id);
      throw error;
    }
  });
}

/** Removes the leaves of encryptions that ended with the page that they were for: nothing can be resumed from them. */
export async function forgetInterrupted(): Promise<void> {
  // In this order: what is no longer under way by the second question is an upload by the third, or never will be.
  const started = await uploads.idsOfLeaves();
  const { held = [] } = await navigator.locks.query();
  const whole = await uploads.ids();
  const kept = new Set([...whole, ...held.map(({ name }) => name?.slice(LOCK.length) ?? "")]);
  await Promise.all(started.filter((id) => !kept.has(id)).map((id) => uploads.remove(id)));
}
