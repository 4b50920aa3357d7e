// An unmodified Helia cuts and names a content, the node takes it as a CAR file, and another Helia fetches it from the
// node by its CID through UnixFS.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { unixfs } from '@helia/unixfs';
import * as dagPb from '@ipld/dag-pb';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createHeliaLight } from 'helia';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced } from 'ipfs-unixfs-importer/layout';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import * as Digest from 'multiformats/hashes/digest';

const MIB = 1024 * 1024;
/** 100 MB, unless $MEDCHAIN_INTEROP_MIB says otherwise. */
const SIZE = process.env.MEDCHAIN_INTEROP_MIB ? Number(process.env.MEDCHAIN_INTEROP_MIB) * MIB + 12_345 : 100_000_000;
const NODE_KEY = '0000000000000000000000000000000000000000000000000000000000000001';
const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';

/** The node to test: $MEDCHAIN_NODE, or what cargo built last into its target folder. */
function nodeBinary() {
  if (process.env.MEDCHAIN_NODE) return process.env.MEDCHAIN_NODE;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const target = process.env.CARGO_TARGET_DIR ?? join(cache, 'medchain', 'target');
  const found = ['debug', 'release'].map((profile) => join(target, profile, 'medchain-node')).find((p) => existsSync(p));
  if (!found) throw new Error(`no medchain-node in ${target}; build it or set MEDCHAIN_NODE`);
  return found;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function rpc(port, method, params = []) {
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw Object.assign(new Error(error.message), error);
  return result;
}

/** A Helia that talks TCP, Noise and Yamux to whom it dials, and to nobody else. */
async function startHelia(network) {
  const helia = createHeliaLight();
  if (!network) return helia.start().then(() => helia);
  const withNetwork = withBitswap(
    withLibp2pLight(helia, {
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
    }),
  );
  await withNetwork.start();
  return withNetwork;
}

/** Bytes that do not compress and of which no two leaves are alike. */
function* synthetic(length) {
  let block = createHash('sha256').update('medchain').digest();
  for (let left = length; left > 0; ) {
    const piece = Buffer.alloc(Math.min(left, MIB));
    for (let at = 0; at < piece.length; at += 32) {
      if (at % 1024 === 0) block = createHash('sha256').update(block).digest();
      block.copy(piece, at);
    }
    left -= piece.length;
    yield piece;
  }
}

function digestOf(pieces) {
  const hash = createHash('sha256');
  let length = 0;
  for (const piece of pieces) {
    hash.update(piece);
    length += piece.length;
  }
  return { length, sha256: hash.digest('hex') };
}

function varint(number) {
  const bytes = [];
  for (; number >= 0x80; number = Math.floor(number / 0x80)) bytes.push((number % 0x80) | 0x80);
  return Buffer.from([...bytes, number]);
}

async function collect(pieces) {
  const all = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Writes a content as CARv1, the root first. */
async function writeCar(file, blockstore, root) {
  const out = createWriteStream(file);
  const section = async (...parts) => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    for (const part of [varint(length), ...parts]) if (!out.write(part)) await once(out, 'drain');
  };
  const header = [Buffer.from('a265726f6f747381d82a582500', 'hex'), root.bytes, Buffer.from('6776657273696f6e01', 'hex')];
  await section(...header);
  const rootBlock = await collect(blockstore.get(root));
  await section(root.bytes, rootBlock);
  for (const { Hash } of dagPb.decode(rootBlock).Links) await section(Hash.bytes, await collect(blockstore.get(Hash)));
  out.end();
  await once(out, 'finish');
}

let folder;
let node;
let root;
let expected;
let address;
let port;
let envelope;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medchain-interop-'));
  const author = await startHelia(false);
  root = await unixfs(author).addByteStream(synthetic(SIZE), {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: false,
    chunker: fixedSize({ chunkSize: MIB }),
    layout: balanced({ maxChildrenPerNode: 16_384 }),
  });
  expected = digestOf(synthetic(SIZE));
  const car = join(folder, 'content.car');
  await writeCar(car, author.blockstore, root);
  await author.stop();

  const chain = ['--chain', 'dev', '--base-path', join(folder, 'base')];
  const imported = spawnSync(nodeBinary(), ['vault', 'import', car, ...chain], { encoding: 'utf8' });
  assert.equal(imported.status, 0, imported.stderr);
  assert.equal(imported.stdout.trim(), root.toString(), 'the node names the content as Helia does');

  // An envelope beside the content, as an upload leaves it.
  const bytes = Buffer.from('a synthetic capsule and seal');
  const digest = createHash('sha256').update(bytes).digest();
  const chains = join(folder, 'base', 'chains');
  const place = join(chains, readdirSync(chains)[0], 'vault', 'envelopes');
  const of = join(place, Buffer.from(root.multihash.digest).toString('hex'));
  mkdirSync(of, { recursive: true });
  writeFileSync(join(of, digest.toString('hex')), bytes);
  envelope = CID.createV1(raw.code, Digest.create(0x12, digest));

  port = await freePort();
  const listen = await freePort();
  address = multiaddr(`/ip4/127.0.0.1/tcp/${listen}/p2p/${PEER}`);
  const child = spawn(
    nodeBinary(),
    [
      ...['--dev', '--base-path', join(folder, 'base')],
      ...['--rpc-port', String(port), '--listen-addr', `/ip4/127.0.0.1/tcp/${listen}`, '--node-key', NODE_KEY],
      ...['--no-prometheus', '--no-telemetry', '--no-mdns'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log = (log + text).slice(-20_000);
  });
  node = { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
  for (const deadline = Date.now() + 120_000; ; await sleep(200)) {
    try {
      if ((await rpc(port, 'vault_status')).contents === 1) return;
    } catch {
      // Not listening yet.
    }
    assert.ok(child.exitCode === null && Date.now() < deadline, `the node did not get ready:\n${log}`);
  }
});

after(async () => {
  if (node) {
    node.child.kill('SIGKILL');
    await node.ended;
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test('Helia fetches a content by its CID through UnixFS and compares equal', { timeout: 300_000 }, async (t) => {
  const reader = await startHelia(true);
  try {
    await reader.libp2p.dial(address);
    const started = performance.now();
    const pieces = [];
    for await (const piece of unixfs(reader).cat(root, { signal: AbortSignal.timeout(240_000) })) pieces.push(piece);
    const seconds = (performance.now() - started) / 1000;
    t.diagnostic(`${SIZE} bytes in ${seconds.toFixed(2)} s, ${(SIZE / MIB / seconds).toFixed(1)} MiB/s`);
    assert.deepEqual(digestOf(pieces), expected);
  } finally {
    await reader.stop();
  }
});

test('an envelope goes to no peer over Bitswap, not even to one that knows its hash', { timeout: 60_000 }, async () => {
  const reader = await startHelia(true);
  try {
    await reader.libp2p.dial(address);
    const asked = collect(reader.blockstore.get(envelope, { signal: AbortSignal.timeout(8_000) }));
    await assert.rejects(asked);
    await assert.rejects(rpc(port, 'bitswap_v1_get', [envelope.toString()]));
  } finally {
    await reader.stop();
  }
});

test('the same content has no way out over RPC without a ticket', async () => {
  await assert.rejects(rpc(port, 'bitswap_v1_get', [root.toString()]));
  const { Links } = dagPb.decode(await rootBlockOf());
  await assert.rejects(rpc(port, 'bitswap_v1_get', [Links[0].Hash.toString()]));
});

async function rootBlockOf() {
  const reader = await startHelia(true);
  try {
    await reader.libp2p.dial(address);
    return await collect(reader.blockstore.get(CID.parse(root.toString()), { signal: AbortSignal.timeout(60_000) }));
  } finally {
    await reader.stop();
  }
}
