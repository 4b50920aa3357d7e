import { keystores, uploads } from "./database";
import { forgetInterrupted } from "./encrypting";

/** Removes all that the browser keeps of an account: its keystore, under whatever name, and its uploads' ciphertext. */
export async function forgetAccount(address: string): Promise<void> {
  const named = (await keystores.all()).filter((keystore) => keystore.address === address);
  const begun = await uploads.of(address);
  await Promise.all([
    ...named.map(({ username }) => keystores.remove(username)),
    ...begun.map(({ id }) => uploads.remove(id)),
  ]);
  // Leaves of an encryption that did not end name no account.
  await forgetInterrupted();
}
