// `helia-to-helia.mjs MIB`: one Helia fetches so many MiB from another, each in a process of its own, by TCP on the loopback
// interface. Prints the seconds that it took.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { unixfs } from '@helia/unixfs';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createHeliaLight } from 'helia';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced } from 'ipfs-unixfs-importer/layout';
import { CID } from 'multiformats/cid';

const MIB = 1024 * 1024;

async function startHelia(listen) {
  const helia = withBitswap(
    withLibp2pLight(createHeliaLight(), {
      addresses: { listen },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
    }),
  );
  await helia.start();
  return helia;
}

function* leaves(count) {
  for (let number = 0; number < count; number++) {
    const leaf = new Uint8Array(MIB).fill(0x5a);
    new DataView(leaf.buffer).setUint32(0, number);
    yield leaf;
  }
}

async function serve(mib) {
  const helia = await startHelia(['/ip4/127.0.0.1/tcp/0']);
  const root = await unixfs(helia).addByteStream(leaves(mib), {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: false,
    chunker: fixedSize({ chunkSize: MIB }),
    layout: balanced({ maxChildrenPerNode: 16_384 }),
  });
  process.send({ root: root.toString(), address: helia.libp2p.getMultiaddrs()[0].toString() });
}

async function fetch(mib) {
  const server = fork(process.argv[1], ['serve', String(mib)]);
  try {
    const [{ root, address }] = await once(server, 'message');
    const helia = await startHelia([]);
    await helia.libp2p.dial(multiaddr(address));
    const started = performance.now();
    let bytes = 0;
    for await (const piece of unixfs(helia).cat(CID.parse(root), { signal: AbortSignal.timeout(240_000) })) {
      bytes += piece.length;
    }
    const seconds = (performance.now() - started) / 1000;
    if (bytes !== mib * MIB) throw new Error(`${bytes} bytes of ${mib * MIB}`);
    console.log(seconds.toFixed(3));
    await helia.stop();
  } finally {
    server.kill('SIGKILL');
  }
}

const [first, second] = process.argv.slice(2);
await (first === 'serve' ? serve(Number(second)) : fetch(Number(first)));
