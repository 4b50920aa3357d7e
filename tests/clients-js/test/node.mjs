// Starts a development node of its own for a test file: fresh chain, free loopback ports, temporary folder.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 120_000;

/** The node to test: $MEDCHAIN_NODE, or what cargo built last into its target folder. */
export function nodeBinary() {
  if (process.env.MEDCHAIN_NODE) return process.env.MEDCHAIN_NODE;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const target = process.env.CARGO_TARGET_DIR ?? join(cache, 'medchain', 'target');
  const found = ['debug', 'release'].map((profile) => join(target, profile, 'medchain-node')).find((p) => existsSync(p));
  if (!found) throw new Error(`no medchain-node in ${target}; build it (scripts/run.sh does) or set MEDCHAIN_NODE`);
  return found;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One JSON-RPC call over HTTP; throws the node's error. */
export async function call(port, method, params = []) {
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw Object.assign(new Error(error.message), error);
  return result;
}

/** Starts a node and waits for its first finalized block. `stop` ends it and removes its folder. */
export async function startNode() {
  const folder = mkdtempSync(join(tmpdir(), 'medchain-clients-js-'));
  const port = await freePort();
  const arguments_ = [
    '--dev',
    ...['--base-path', folder],
    ...['--rpc-port', String(port)],
    ...['--listen-addr', '/ip4/127.0.0.1/tcp/0'],
    '--no-prometheus',
    '--no-telemetry',
  ];
  const child = spawn(nodeBinary(), arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log = (log + text).slice(-20_000);
  });
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  let running = true;
  ended.then(() => {
    running = false;
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const head = await call(port, 'chain_getFinalizedHead');
      const { number } = await call(port, 'chain_getHeader', [head]);
      if (Number(number) >= 1) return { port, url: `ws://127.0.0.1:${port}`, stop };
    } catch {
      // Not listening yet.
    }
    if (!running || Date.now() > deadline) {
      await stop();
      throw new Error(`the node did not get ready:\n${log}`);
    }
    await sleep(200);
  }
}
