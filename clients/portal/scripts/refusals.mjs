// Writes src/chain/refusals.json: the words of every pallet error, from the runtime's metadata.
import { readFileSync, writeFileSync } from "node:fs";
import { decAnyMetadata, unifyMetadata } from "@polkadot-api/substrate-bindings";

const metadata = unifyMetadata(decAnyMetadata(readFileSync(new URL("../../sdk/metadata.scale", import.meta.url))));
const refusals = {};
for (const pallet of metadata.pallets) {
  const type = pallet.errors === undefined ? undefined : metadata.lookup[pallet.errors.type ?? pallet.errors];
  if (type?.def.tag !== "variant") continue;
  for (const variant of type.def.value) {
    refusals[`${pallet.name}.${variant.name}`] =
      variant.docs
        .map((line) => line.trim())
        .join(" ")
        .trim() || variant.name;
  }
}
writeFileSync(new URL("../src/chain/refusals.json", import.meta.url), `${JSON.stringify(refusals, null, 2)}\n`);
